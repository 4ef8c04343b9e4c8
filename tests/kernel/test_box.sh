#!/bin/bash
# The system's message boxes: answered by script, by pads, by nobody; drawn on the picture.
# usage: test_box.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
box() { # options: what it says in said, exit code in rc
    said=$(timeout 60 "$O/xenogate" run "$O/guest/box.xex" --gpu=model --headless "$@" 2>&1)
    rc=$?
}
box
has "with nobody to ask the button with the focus is taken" "$said" '^first box: result 0, extended 0, button 1$'
has "in a box that the title waits in, too" "$said" '^second box: result 0, button 0$'
is "and the title goes on" $rc 0
box --answer later --answer 1
has "an answer may be the text of a button" "$said" '^first box: .* button 2$'
has "or its number" "$said" '^second box: result 0, button 1$'
printf '# two answers\n\nYES, PLEASE\nno\n' >"$tmp/answers"
box --answers "$tmp/answers"
has "answers come from a file" "$said" '^first box: .* button 0$'
has "line by line" "$said" '^second box: result 0, button 1$'
box --answer perhaps
has "an answer that fits no button is told" "$said" "the answer 'perhaps' is no button of the box 'Saved game'"
has "and the focus decides" "$said" '^first box: .* button 1$'

# Pads: right and A after 0.9 s, then B in the second box; a replay is the pads' history.
cat >"$tmp/play" <<'PLAY'
xenogate-input 1
0 0 0000 0 0 0 0 0 0
900000000 0 0008 0 0 0 0 0 0
1000000000 0 0000 0 0 0 0 0 0
1100000000 0 1000 0 0 0 0 0 0
1200000000 0 0000 0 0 0 0 0 0
1500000000 0 2000 0 0 0 0 0 0
1600000000 0 0000 0 0 0 0 0 0
9000000000 end
PLAY
box --replay "$tmp/play" --digest
first=$said
has "a pad moves the focus and takes a button" "$said" '^first box: result 0, extended 0, button 2$'
has "another one leaves the box" "$said" '^second box: result 4c7, button 0$'
is "the title does not see what the box is told" "$(grep -c 'the title saw' <<<"$said")" 0
box --replay "$tmp/play" --digest --cpu=jit --drop-stacks
is "the replay is the same with the other engine" "$said" "$first"

box --frames 4 --screenshot "$tmp/box.png" --digest
covered=$(grep '^pixels' <<<"$said")
box --frames 60 --screenshot "$tmp/after.png" --answer 0 --digest
if command -v convert >/dev/null; then
    pixel() { convert "$1" -crop "1x1+$2+$3" -depth 8 txt:- | grep -o '#[0-9A-F]\{6\}' | head -1; }
    is "the box lies in the middle of the picture" "$(pixel "$tmp/box.png" 320 180)" '#20232A'
    is "its middle button is lit" "$(pixel "$tmp/box.png" 310 214)" '#A0C85C'
    is "beside it is the title's picture" "$(pixel "$tmp/box.png" 10 10)" "$(pixel "$tmp/after.png" 10 10)"
    colours=$(convert "$tmp/box.png" -crop 528x152+56+104 -format %k info:)
    is "five colours of its own lie on the one of the picture" "$colours" 6
fi
has "the pixels of a covered picture are the golden ones" "$covered" '^pixels 78f0e9ca6aa4eec7fa409b73f1bef1215fdceac98d8bf03b24d2b64524893c0b$'
tap_end
