# Sourced by shell tests: TAP lines. A test reads: check "what must hold" command...
# shellcheck shell=bash
tap_n=0 tap_failed=0

ok() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1"; }
not_ok() { # text [diagnostics]
    tap_n=$((tap_n + 1)) tap_failed=1
    echo "not ok $tap_n - $1"
    [ -z "${2:-}" ] || printf '%s\n' "$2" | head -n 40 | sed 's/^/# /'
}
# Runs the command; ok when it succeeds. Its output is shown only on failure.
check() {
    local text=$1 out
    shift
    if out=$("$@" 2>&1); then ok "$text"; else not_ok "$text" "$out"; fi
}
# is TEXT GOT WANTED
is() {
    if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got:    $2
wanted: $3"; fi
}
# has TEXT OUTPUT REGEX
has() {
    if grep -Eq -- "$3" <<<"$2"; then ok "$1"; else not_ok "$1" "no line matches /$3/ in:
$2"; fi
}
# The last line of a test script.
tap_end() {
    echo "1..$tap_n"
    exit $tap_failed
}
