#!/bin/bash
# A title of several discs changes them: --disc N=PATH.
# usage: test_discs.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export XDG_DATA_HOME=$tmp/data XDG_CONFIG_HOME=$tmp
play() { said=$(timeout 60 "$O/xenogate" run "$@" --gpu=model --headless 2>&1); rc=$?; }
disc() { # number, word: a folder and an image of it
    mkdir "$tmp/$1"
    printf '%s' "$2" >"$tmp/$1/word"
    "$O/bin/xexbuild" --disc="$1/3" "$O/guest/discs.elf" "$tmp/$1/default.xex"
    "$O/bin/mkmedia" disc "$tmp/$1" "$tmp/$1.iso"
}
disc 1 one && disc 2 two && disc 3 three

play "$tmp/1.iso" --disc "2=$tmp/2.iso" --disc "3=$tmp/3"
has "the first disc lies in the drive" "$said" "^first: 'one'$"
has "another one is put where it lay, and the title is told" "$said" '^disc 2: 0, event 0$'
is "its files are found, and those of a third, a folder" "$(grep '^now' <<<"$said" | tr '\n' ' ')" "now: 'two' now: 'three' "
has "what was open before stays readable" "$said" "^still open: 'one'$"
is "a game's disc is in the closed tray all the time" "$(grep -c '^tray 4, medium 1 of 58470001$' <<<"$said")" 2
is "the title ends" $rc 0
first=$said
play "$tmp/1.iso" --disc "2=$tmp/2.iso" --disc "3=$tmp/3" --cpu=jit --drop-stacks
is "the same with the other engine" "$said" "$first"

play "$tmp/1.iso" --disc "3=$tmp/3.iso"
has "a disc that nobody has fails the call" "$said" '^disc 2: 65b, event 102$'
has "with a sentence that says what to do" "$said" 'the title asks for its disc 2; --disc 2=PATH names it'
is "and the old one stays in the drive" "$(grep '^now' <<<"$said" | tr '\n' ' ')" "now: 'one' now: 'three' "
play "$tmp/1.iso" --disc "2=$tmp/3.iso"
has "the wrong disc is refused" "$said" 'that is disc 3 of title 58470001, not disc 2 of 58470001'
"$O/bin/xexbuild" --disc=2/3 --title-id=12345678 "$O/guest/discs.elf" "$tmp/2/default.xex"
play "$tmp/1.iso" --disc "2=$tmp/2"
has "so is another title's" "$said" 'that is disc 2 of title 12345678'
play "$tmp/1.iso" --disc "2=$tmp/2/word"
has "and what is no disc at all" "$said" '^disc 2: 65b, event 102$'
play "$tmp/1/default.xex" --disc "2=$tmp/3" --disc "3=$tmp/3.iso"
is "a title that lies in a folder changes that, its drive is empty" \
    "$(grep -c '^tray 0, medium 0 of 0$' <<<"$said") $(grep '^now' <<<"$said" | tail -n 1)" "2 now: 'three'"
for bad in 2 =x 0=x 256=x x=y 2=; do
    play "$tmp/1.iso" --disc "$bad"
    is "--disc $bad is bad input" $rc 2
done
tap_end
