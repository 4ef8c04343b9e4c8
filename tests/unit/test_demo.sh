#!/bin/bash
# tests/run-demo with a stand-in for xenogate: which way it goes, what it says.
. tests/support/tap.sh
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/bin" "$dir/guest"
touch "$dir/guest/cube.xex" "$dir/guest/clear.xex" "$dir/guest/hello.xex"
cat >"$dir/xenogate" <<'END'
#!/bin/bash
echo "$*" >"$(dirname "$0")/called"
while [ $# -gt 0 ]; do
    if [ "$1" = --every-frame ]; then echo x >"$2/frame1.png"; echo x >"$2/frame2.png"; fi
    shift
done
exit "${FAKE_RC:-0}"
END
probe() { printf '#!/bin/sh\n%s\n' "$1" >"$dir/bin/probe_display"; }
chmod +x "$dir/xenogate"
probe 'exit 0'
chmod +x "$dir/bin/probe_display"
demo() {
    rm -f "$dir/called"
    out=$(tests/run-demo "$dir" "$@" 2>&1)
    rc=$?
    called=$(cat "$dir/called" 2>/dev/null)
}

demo
is "with a display it runs in a window" "$rc $called" "0 run $dir/guest/cube.xex --gpu=rtl --stats"

probe 'echo "no display: gone" >&2; exit 1'
mkdir -p "$dir/run" && touch "$dir/run/old.png"
demo
is "without one it runs headless" "$rc $called" \
    "0 run $dir/guest/cube.xex --gpu=rtl --headless --frames 30 --every-frame $dir/run --stats"
has "it says why" "$out" '^no display: gone: running'
has "it says where the pictures are, old ones gone" "$out" "^done; 2 pictures are in $dir/run/\$"
FAKE_RC=3 demo
is "a failed run fails" "$rc" 3
demo hello
has "another program by name" "$called" "guest/hello.xex"
demo nosuch
is "an unknown program is bad usage" "$rc $called" "2 "
has "and the others are listed" "$out" 'guest programs: clear cube hello'
tap_end
