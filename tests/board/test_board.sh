#!/bin/bash
# The whole board in simulation, behind real libusb: usage test_board.sh BUILD_FOLDER
# (tests/board/board_sim.c). Every program here is the one that a user runs.
set -u
O=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
count=0
result() { # 0|1 text
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
        echo "not ok $count - $2"
        sed 's/^/# /' "$tmp/out" "$tmp/err" 2>/dev/null | tail -n 8
    fi
}
# board "options of the board" words of xenogate...
board() {
    local options=$1
    shift
    # shellcheck disable=SC2086 # the options are words
    XG_FPGA_CLOCKS_PER_US=1 timeout 250 umockdev-wrapper "$O/tests/board-sim" $options -- \
        "$O/xenogate" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    rc=$?
}
says() { # code pattern text: exit code and one sentence
    [ "$rc" -eq "$1" ] && grep -qE "$2" "$tmp/out" "$tmp/err"
    result $? "$3"
}

"$O/xenogate" fpga list >"$tmp/out" 2>"$tmp/err"
rc=$?
says 0 'no board on USB' "without a board, fpga list says so"
"$O/xenogate" run --headless --gpu=fpga "$O/guest/hello.xex" >"$tmp/out" 2>"$tmp/err"
rc=$?
says 3 'no board on USB' "without a board, --gpu=fpga is a device fault with a sentence"

board "" fpga list
says 0 'FT232H .*serial XGSIM1 .*480 Mbit/s' "fpga list names chip, serial and speed"
board "" fpga probe --bytes=16384
says 0 'layers L0 L1 L2, 32 MiB of board memory' "fpga probe: who it is"
grep -qE 'to the board [0-9.]+ MB/s, from the board [0-9.]+ MB/s, one turn [0-9]+ us' "$tmp/out"
result $? "fpga probe: throughput and latency"
board "" fpga selftest --bytes=16384
says 0 '^3 passed, 0 failed' "fpga selftest: board memory through link and SDRAM"
board "--pressure --seed=7" fpga selftest --bytes=16384
says 0 '^3 passed, 0 failed' "the same with a host controller that pauses"

board "" fpga probe --serial=NONE
says 3 "no board with serial 'NONE' on USB; there is: XGSIM1" "a serial that is not there"
if [ "$(id -u)" -ne 0 ]; then
    board "--locked" fpga probe
    says 3 'udev rule' "a board that the user may not open: the rule is named"
fi
board "--eeprom=uart" fpga probe
says 3 'xenogate fpga setup' "a chip that starts as a serial port: setup is named"
board "--eeprom=uart" fpga setup
says 1 'nothing was changed' "fpga setup changes nothing without a yes"
board "--eeprom=uart" fpga setup --yes
says 0 'written and read back' "fpga setup writes the EEPROM and reads it back"
board "--eeprom=blank" fpga setup --yes
says 0 'written and read back' "fpga setup gives a blank EEPROM the chip's defaults"
board "" fpga setup
says 0 'nothing to do' "fpga setup leaves a chip that is right alone"
board "--dead" fpga probe
says 3 'is its gateware loaded' "a board without gateware"
board "--unplug-ms=400" fpga selftest --bytes=4194304
says 3 'unplugged' "unplugged in the middle: a sentence"
board "--stall=20" fpga selftest --bytes=16384
says 3 'stalled|refuse' "an endpoint that stalls: a sentence"
board "--error=20" fpga selftest --bytes=16384
says 3 'bus reports errors' "a bus that reports errors: a sentence"

# A guest program: what it leaves on the board's own screen, taken off the four pins of the DVI connector.
"$O/xenogate" run --headless --gpu=model --frames 1 --screenshot "$tmp/frame.png" "$O/guest/cube.xex" >"$tmp/out" 2>"$tmp/err"
XG_FPGA_ZEROED=1 board "--picture=$tmp/screen.png --expect=$tmp/frame.png" run --headless --gpu=fpga --frames 1 --digest "$O/guest/cube.xex"
[ "$rc" -eq 0 ] && [ -s "$tmp/screen.png" ]
result $? "cube: the screen shows the model's picture, pixel by pixel, no row too late"
cp "$tmp/out" "$tmp/screen-run"

# The picture and the run are the model's, bit for bit.
"$O/xenogate" run --headless --gpu=model --frames 1 --digest "$O/guest/cube.xex" 2>/dev/null |
    grep -E '^(digest|pixels)' >"$tmp/model"
[ -s "$tmp/model" ] && grep -E '^(digest|pixels)' "$tmp/screen-run" | cmp -s - "$tmp/model"
result $? "cube: the same digests through libusb and the board as with the model"


# A recorded frame of the model, played on the board.
"$O/xenogate" run --headless --gpu=model --frames 1 --gpu-trace "$tmp/clear.xgt" "$O/guest/clear.xex" >/dev/null 2>&1
board "" gpu replay --gpu=fpga "$tmp/clear.xgt"
says 0 'on fpga: 1 pictures, 0 draws, 1 copies; [0-9]+ records are as they were recorded' "a GPU trace played on the board says what the model said"

# The regression's own runner: results that are known, and golden digests.
XG_FPGA_ZEROED=1 XG_FPGA_CLOCKS_PER_US=1 timeout 250 umockdev-wrapper "$O/tests/board-sim" -- "$O/regress/regress" fpga "$O/regress" tests/regress/golden.csv --every 300 \
    >"$tmp/out" 2>"$tmp/err" </dev/null
rc=$?
# The first of each kind and every 300th, but words of the link, of which the driver says its own.
wanted=$(awk -F'[.,]' 'NR > 1 && $1 != "wire" && !(n[$1]++ % 300) { all++ } END { print all }' tests/regress/golden.csv)
says 0 "^$wanted passed, 0 failed" "regress fpga: vectors of every kind have their golden digests through libusb and the board"

echo "1..$count"
