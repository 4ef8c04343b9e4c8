#!/bin/bash
# The programs printed in tests/guest/sdk/README.md build and show what the text says.
# usage: test_sdk_readme.sh BUILD_FOLDER [triangle]   (the triangle needs the renderer)
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
root=$PWD O=$(realpath "$1") which=${2:-clear}
tmp=$(mktemp -d) || exit 2
name=readme-$which
trap 'rm -rf "$tmp" "$O"/guest/$name* "$O"/guest/obj/$name* "$O"/gen/guest/$name*' EXIT

# Block N of the README, without its fences.
block() { awk -v want="$1" '/^```/ { inside = !inside; n += inside; next } inside && n == want' tests/guest/sdk/README.md; }

# A tree that is this one with one program more, so that nothing is written into the sources.
mkdir -p "$tmp/tests/guest/$name"
ln -s "$root"/* "$root"/.ci "$tmp" 2>/dev/null
ln -s "$root"/tests/* "$tmp/tests" 2>/dev/null
ln -s "$root"/tests/guest/* "$tmp/tests/guest" 2>/dev/null
if [ "$which" = clear ]; then
    block 1 >"$tmp/tests/guest/$name/main.c"
else
    block 3 >"$tmp/tests/guest/$name/mine_vs.xgs"
    block 4 >"$tmp/tests/guest/$name/mine_ps.xgs"
    block 5 >"$tmp/tests/guest/$name/main.c"
fi
check "the README's program builds" make -C "$tmp" -s --no-print-directory O="$O" "guest-$name"
said=$(timeout 60 "$O/xenogate" run "$O/guest/$name.xex" --gpu=model --headless --screenshot "$tmp/out.png" 2>&1)
is "it ends with exit code 0" $? 0
if ! command -v convert >/dev/null; then
    ok "its picture # SKIP no ImageMagick"
    tap_end
fi
pixel() { convert "$tmp/out.png" -crop "1x1+$1+$2" -depth 8 txt:- | grep -o '#[0-9A-F]\{6\}' | head -1; }
if [ "$which" = clear ]; then
    has "it says what the README says" "$said" '^painted, CPU 0'
    is "its picture has one colour" "$(convert "$tmp/out.png" -format %k info:)" 1
    is "which is the one it asked for" "$(pixel 320 180)" '#204080'
else
    is "round the triangle is the clear colour" "$(pixel 5 5)" '#182440'
    is "in its middle the corners' colours weigh the same" "$(pixel 320 227)" '#555555'
fi
tap_end
