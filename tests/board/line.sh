#!/bin/bash
# The board on its serial line: the program that a user runs, a pseudo terminal, the line bit by bit, the whole board.
# usage: line.sh BUILD_FOLDER [SEED]      with a seed: long runs with faults that follow from it (make soak)
set -u
O=$1 seed=${2:-}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
count=0 failed=0
result() { # 0|1 text
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
        failed=1
        echo "not ok $count - $2"
        sed 's/^/# /' "$tmp/out" "$tmp/err" 2>/dev/null | tail -n 8
    fi
}
# line "options of the line" words of xenogate...
line() {
    local options=$1
    shift
    # shellcheck disable=SC2086 # the options are words
    timeout 250 "$O/tests/board-line" $options -- "$O/xenogate" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    rc=$?
}
says() { # code pattern text: exit code and one sentence
    [ "$rc" -eq "$1" ] && grep -qE "$2" "$tmp/out" "$tmp/err"
    result $? "$3"
}
program=$O/guest/edram.xex
model() { "$O/xenogate" run --headless --gpu=model --frames 1 --digest "$program" 2>/dev/null | grep -E '^(digest|pixels)' >"$tmp/model"; }
is_the_model() { [ "$rc" -eq 0 ] && [ -s "$tmp/model" ] && grep -E '^(digest|pixels)' "$tmp/out" | cmp -s - "$tmp/model"; }
# right TEXT OPTIONS...: the model's picture, or with a seed a sentence
right() {
    local text=$1 zeroed=$2
    shift 2
    XG_FPGA_ZEROED=$zeroed line "$*" run --headless --gpu=fpga --frames 1 --digest "$program"
    if [ -n "$seed" ] && [ "$rc" -eq 3 ] && grep -q ': ' "$tmp/err"; then
        result 0 "$text: a sentence: $(tail -n 1 "$tmp/err")"
    else
        is_the_model
        result $? "$text: the model's picture"
    fi
}

if [ -n "$seed" ]; then
    model
    for i in 1 2 3 4; do
        at=$(((seed * 7919 + i * 104729) % 40000 + 10000))
        right "damaged, lost and repeated bytes" 1 --seed="$seed" --flip-in=20000 --flip-out=20000 --lose-in=30000 --lose-out=30000 --twice-in=30000 --twice-out=30000
        right "noise" 1 --seed="$seed" --noise=2000
        right "unplugged and plugged in again" 1 --seed="$seed" --replug-at=$at
        seed=$((seed + 1))
    done
    echo "1..$count"
    exit $failed
fi

# Vectors of the regression, compared with the model.
XG_FPGA_ZEROED=1 timeout 250 "$O/tests/board-line" -- "$O/regress/regress" fpga "$O/regress" tests/regress/golden.csv --vector copy.256 \
    >"$tmp/out" 2>"$tmp/err" </dev/null
rc=$?
says 0 '^1 passed, 0 failed' "regress fpga, a copy over the serial line: memory, tile and registers have the golden digest"
grep '"id":"packets.006"' "$O/regress/cases.jsonl" >"$tmp/cases"
XG_FPGA_ZEROED=1 line "--noise=300 --flip-out=12000" fpga regress "$tmp/cases"
says 0 '^1 passed, 0 failed' "fpga regress, packets over a noisy line: what the model says"
line "--unplug-at=4000" fpga selftest --bytes=65536
says 3 'serial line .*: it was unplugged' "unplugged in the middle: a sentence"
XG_FPGA_WAIT_S=1 XG_FPGA_ZEROED=1 line "--unplug-at=10000" run --headless --gpu=fpga --frames 1 "$program"
says 3 'did not come back in 1 s: .*no such device' "unplugged for good: a sentence"

export XG_FPGA_CLOCKS_PER_US=1000 XG_FPGA_WAIT_S=0 # nothing is slow from here on
line "--dead" run --headless --gpu=fpga "$program"
says 3 'was its switch 1 on' "nobody answers: what to look at"
for s in 1 2 3; do
    line "--chatter --seed=$s" run --headless --gpu=fpga "$program"
    says 3 'HELLO_ACK' "something that talks without end: a sentence"
    line "--liar --seed=$s" run --headless --gpu=fpga --frames 1 "$program"
    says 3 '^xenogate: .+' "something that answers like a board and then lies: a sentence"
done
echo "1..$count"
exit $failed
