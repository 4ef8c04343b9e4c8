#!/bin/bash
# `xenogate map`: what it prints, its check, and where --device puts windows.
# usage: test_map.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh

map() {
    said=$(timeout 60 "$O/xenogate" map "$@" 2>&1)
    rc=$?
}
refused() { # what, device, sentence
    map --device "$2"
    is "$1 is refused with exit code 2" $rc 2
    has "$1 is refused by name" "$said" "$3"
}

map
is "the empty map is right" $rc 0
has "it shows regions" "$said" '^  A0000000-BFFFFFFF vA0000000 +physical pages of 0x10000'
has "it shows heaps" "$said" '^  v00000000 .* committed'
has "it shows the control block of every hardware thread" "$(grep -c ' kpcr ' <<<"$said")" '^6$'
has "it looks at the mappings of the host" "$said" '[0-9]+ mappings from'
has "it says that nothing overlaps" "$said" 'nothing overlaps but declared aliases'
map "$O/guest/clear.xex" --frames 2
is "the map of a running title is right" $rc 0
has "it shows sections" "$said" '^  82010000-.* section +clear .text'
has "it shows stacks" "$said" ' stack +thread 1$'
has "it shows the ring" "$said" ' ring '
map --device gpu@7FD00000
has "an assigned window is kept" "$said" '^  7FD00000-7FD0FFFF gpu +mapped'
map --device gpu@0
has "0 is allocated" "$said" '^  7FC80000-7FC8FFFF gpu +mapped'
map --device xma@7FC80000 --device gpu@FFFFFFFF
has "all ones is allocated beside the others" "$said" '^  7FC90000-7FC9FFFF gpu +mapped'
refused "a misaligned window" gpu@7FD00001 'device gpu: .* misaligned'
refused "a window over memory" gpu@80000000 'overlaps the region v80000000'
refused "a window over another" gpu@7FEA0000 'overlaps the window of gpu'
refused "a window past the end" gpu@100000000 'device gpu: .* no guest address'
refused "an unknown device" printer@0 'device printer: there is no such device'
map nothing.xex
is "a file that is not there ends with exit code 2" $rc 2
said=$(timeout 60 "$O/xenogate" run "$O/guest/hello.xex" --headless --gpu=model --device gpu@7FD00000 2>&1)
has "run takes --device" "$said" 'hello from Xenogate'
tap_end
