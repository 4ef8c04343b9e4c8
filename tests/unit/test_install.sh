#!/bin/bash
# .ci/install with stand-ins for dpkg-query, apt-get, sudo and id: nothing is installed here.
. tests/support/tap.sh
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
for tool in bash sh awk grep cat rm mktemp tail env dirname; do
    ln -s "$(type -P $tool)" "$dir/$tool"
done
cat >"$dir/packages.txt" <<'END'
# comment
alpha  run   -      first
beta   test  -      second
gamma  more  sh     found by its probe
END
fake() { # name body; a link of that name is replaced, never written through
    rm -f "$dir/$1"
    printf '#!/bin/sh\n%s\n' "$2" >"$dir/$1"
    chmod +x "$dir/$1"
}
# The state of the pretended machine is $dir/state: one installed package a line.
# shellcheck disable=SC2016
fake dpkg-query 'for p in "$@"; do grep -qx "$p" '"$dir"'/state 2>/dev/null && echo "installed $p"; done; exit 1'
fake id 'echo 0'
fake sleep 'exit 0'
online() { # apt-get that installs what it is asked for, once the lists are there
    # shellcheck disable=SC2016
    fake apt-get 'echo "$*" >>'"$dir"'/calls
case " $* " in
*" update "*) touch '"$dir"'/lists ;;
*" install "*) [ -e '"$dir"'/lists ] || exit 100
    while [ "$1" != --no-install-recommends ]; do shift; done; shift
    for p in "$@"; do echo "$p" >>'"$dir"'/state; done ;;
esac'
    ln -sf "$(type -P touch)" "$dir/touch"
}
offline() { fake apt-get 'echo "$*" >>'"$dir"'/calls; echo "Temporary failure resolving" >&2; exit 100'; }
machine() { printf '%s\n' "$@" >"$dir/state"; rm -f "$dir/calls" "$dir/lists"; }
install() {
    out=$(PATH=$dir XG_PACKAGES=$dir/packages.txt sh .ci/install "$@" 2>&1 </dev/null)
    rc=$?
}
calls() { cat "$dir/calls" 2>/dev/null; }

online
machine alpha beta
install
is "nothing missing: silent, no apt" "$rc|$out|$(calls)" "0||"
machine alpha
install run
is "the run set does not ask for test packages" "$rc|$out|$(calls)" "0||"
machine
install test
is "missing packages are installed" "$rc $(sort "$dir/state" | xargs)" "0 alpha beta"
has "after fetching the lists" "$(calls)" ' update$'
has "unattended" "$(calls)" '-q -y .*install --no-install-recommends alpha beta$'
machine
install more
is "a package whose probe is satisfied is not installed" "$(sort "$dir/state" | xargs)" "alpha beta"

offline
machine alpha
install
is "offline with something missing: exit 1" $rc 1
has "one sentence names what is missing" "$out" '^xenogate: .*offline.*: beta *$'
is "the lists are tried twice" "$(grep -c ' update$' "$dir/calls")" 2
machine alpha beta
install
is "offline with nothing missing: fine" "$rc|$out" "0|"

fake id 'echo 1000'
machine alpha
install
is "neither root nor sudo: exit 1" $rc 1
has "and a sentence" "$out" 'neither root nor sudo.*: beta *$'
fake sudo 'exit 1'
install
has "sudo that refuses: a sentence" "$out" 'sudo did not let us.*: beta *$'
# shellcheck disable=SC2016
fake sudo '[ "$1" = -n ] && shift; exec "$@"'
online
ln -sf "$(type -P true)" "$dir/true"
machine alpha
install
is "with sudo it installs" "$rc $(sort "$dir/state" | xargs)" "0 alpha beta"

rm "$dir/apt-get" "$dir/dpkg-query"
install
is "without dpkg what only dpkg can see is taken on trust" "$rc|$out" "0|"
echo "delta run no-such-command fourth" >>"$dir/packages.txt"
install
is "without apt and with something missing: exit 1" $rc 1
has "and a sentence" "$out" "not a Debian system.*: delta *$"
install nonsense
is "an unknown set is bad usage" $rc 2
tap_end
