#!/bin/bash
# The guest programs on the whole machine with the golden device model: what they print, how
# they end, which sentence a fault gives.  usage: test_programs.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# run NAME [ARGUMENT...]: exit code in rc, everything said in said
run() {
    local name=$1
    shift
    said=$(timeout 60 "$O/xenogate" run "$O/guest/$name.xex" --gpu=model --cpu=interp --headless "$@" 2>&1)
    rc=$?
}

run hello
is "hello ends with exit code 0" $rc 0
has "hello prints through the kernel's formatter" "$said" 'hello from Xenogate, CPU 0'

run fence
is "fence ends with exit code 0" $rc 0
is "fence passes all 24 checks and its total" "$(grep -c 'PASS' <<<"$said")" 25
is "fence fails none" "$(grep -c 'FAIL' <<<"$said")" 0

run clear --frames 30 --screenshot "$tmp/clear.png"
is "clear stops after 30 frames with exit code 0" $rc 0
# The frame number stands in binary along the bottom: 30 = 0000000000011110.
if command -v convert >/dev/null; then
    number=0
    for bit in $(seq 0 15); do
        pixel=$(convert "$tmp/clear.png" -crop 1x1+$((16 + bit * 24 + 8))+$((360 - 24 + 8)) -depth 8 txt:- | grep -c '#FFFFFF')
        number=$((number * 2 + pixel))
    done
    is "the picture of clear carries the number of its frame" $number 30
    is "the picture has the size of the front buffer" \
        "$(identify -format '%wx%h' "$tmp/clear.png")" 640x360
else
    ok "the picture of clear carries the number of its frame # SKIP no ImageMagick"
fi

run bad-jump
is "bad-jump ends with exit code 1" $rc 1
has "bad-jump names the address" "$said" '30DEAD00|30dead00'
has "bad-jump names who called" "$said" 'jump_to_nowhere'
run bad-insn
is "bad-insn ends with exit code 1" $rc 1
has "bad-insn names the function" "$said" 'execute_nonsense'
run bad-read
is "bad-read ends with exit code 1" $rc 1
has "bad-read names the address" "$said" '3F000010|3f000010'
has "bad-read names the function" "$said" 'read_nothing'
run bad-ring --instructions 3000000
is "bad-ring ends with exit code 1" $rc 1
has "bad-ring: the sentence speaks of the GPU" "$said" '[Rr]egister|packet|ring|GPU'
run no-swap --frames 1 --instructions 2000000
has "no-swap can be ended by a number of instructions" "$said" 'instructions|no frame|never'
tap_end
