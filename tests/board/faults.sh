#!/bin/bash
# A guest program on the whole simulated board, behind real libusb, with faults: bytes that are damaged, lost and said twice on the
# wires of the FIFO; unplugged and plugged in again; the board's reset button; the program killed and started again.
# usage: faults.sh BUILD_FOLDER SEED [quick]       quick: two runs
set -u
O=$1 seed=$2 mode=${3:-full}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
count=0 failed=0
program=$O/guest/edram.xex
"$O/xenogate" run --headless --gpu=model --frames 1 --digest "$program" 2>/dev/null | grep -E '^(digest|pixels)' >"$tmp/model"
# try TEXT ZEROED OPTIONS...: right, or a sentence and a device fault
try() {
    local text=$1 zeroed=$2 rc
    shift 2
    count=$((count + 1))
    XG_FPGA_CLOCKS_PER_US=1 XG_FPGA_ZEROED=$zeroed timeout 250 umockdev-wrapper "$O/tests/board-sim" --seed="$seed" "$@" -- \
        "$O/xenogate" run --headless --gpu=fpga --frames 1 --digest "$program" >"$tmp/out" 2>"$tmp/err" </dev/null
    rc=$?
    if [ $rc -eq 0 ] && [ -s "$tmp/model" ] && grep -E '^(digest|pixels)' "$tmp/out" | cmp -s - "$tmp/model"; then
        echo "ok $count - $text: the model's picture"
    elif [ $rc -eq 3 ] && [ "$mode" = full ] && grep -q ': ' "$tmp/err"; then
        echo "ok $count - $text: a sentence: $(tail -n 1 "$tmp/err")"
    else
        failed=1
        echo "not ok $count - $text (exit code $rc)"
        sed 's/^/# /' "$tmp/out" "$tmp/err" | tail -n 8
    fi
}
somewhere() { # a number of bytes below 64 KiB that follows from the seed
    echo $(((seed * 7919 + $1 * 104729) % 50000 + 15000))
}
try "damaged, lost and repeated bytes" 1 --flip-in=20000 --flip-out=20000 --lose-in=30000 --lose-out=30000 --twice-in=30000 --twice-out=30000
try "unplugged and plugged in again" 1 --replug-at="$(somewhere 1)"
if [ "$mode" = full ]; then
    for i in 2 3 4; do
        try "unplugged at another place" 1 --replug-at="$(somewhere $i)"
        try "the board's reset button" 1 --reset-at="$(somewhere $i)"
        try "the program killed and started again" 0 --kill-at="$(somewhere $i)"
        seed=$((seed + 1))
        try "damage and pressure" 1 --pressure --flip-in=10000 --flip-out=10000 --lose-in=15000 --lose-out=15000
    done
fi
echo "1..$count"
exit $failed
