#!/bin/bash
# Ctrl-C during a run, with every CPU engine and at any moment: one sentence, exit code 1, soon.
# usage: test_interrupt.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# interrupt ENGINE TIMES: runs a guest that never ends; "N" interrupted as it should be
interrupt() {
    local engine=$1 good=0 n
    for n in $(seq "$2"); do
        : >"$tmp/out"
        "$O/xenogate" run "$O/guest/no-swap.xex" "--cpu=$engine" --gpu=null --headless >"$tmp/out" 2>"$tmp/err" &
        local pid=$!
        for _ in $(seq 100); do
            grep -q looping "$tmp/out" && break
            sleep 0.05
        done
        sleep "0.0$((n * 37 % 90 + 10))"
        kill -INT $pid
        for _ in $(seq 200); do
            kill -0 $pid 2>/dev/null || break
            sleep 0.05
        done
        kill -KILL $pid 2>/dev/null && echo "# $engine, run $n: it hung"
        wait $pid
        local rc=$?
        if [ $rc = 1 ] && grep -q 'interrupted after' "$tmp/err"; then
            good=$((good + 1))
        else
            echo "# $engine, run $n: exit $rc: $(head -c 200 "$tmp/err")"
        fi
    done
    is "$engine: $2 runs end when they are interrupted" "$good" "$2"
}
interrupt jit 12
interrupt interp 3
interrupt check 3
tap_end
