#!/bin/bash
# `xenogate run` as a user meets it: stopping, digests, events, usage.  usage: test_run.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
xg=$O/xenogate guest=$O/guest

run() { # -> $rc, $out, $err
    timeout -k 5 60 "$xg" run "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    rc=$?
    out=$(<"$tmp/out") err=$(<"$tmp/err")
}

run "$guest/clear.xex" --headless --frames 10 --digest
headless=$out
has "the digests are printed" "$out" '^digest [0-9a-f]{64}$'
run "$guest/clear.xex" --headless --frames 10 --digest="$tmp/digest" --events "$tmp/e.jsonl" --every-frame "$tmp/f"
is "a digest file holds the same, with events and pictures written" "$(<"$tmp/digest")" \
    "$(grep -E '^(digest|pixels)' <<<"$headless")"
is "every event is one JSON object" "$(grep -cvE '^\{"t":[0-9]+,.*\}$' "$tmp/e.jsonl")" 0
has "export calls are among them" "$(<"$tmp/e.jsonl")" '"event":"call","module":"xboxkrnl","name":"VdSwap"'
timeout -k 5 60 tests/support/with-display "$xg" run "$guest/clear.xex" --frames 10 --digest >"$tmp/out" 2>"$tmp/err"
is "a window changes nothing in the run" "$(grep -E '^digest' "$tmp/out")" "$(grep -E '^digest' <<<"$headless")"

run "$guest/contract-stress.xex" --headless --events "$tmp/s.jsonl"
for kind in call return wait wake; do
    is "events have a $kind" "$(grep -c "\"event\":\"$kind\"" "$tmp/s.jsonl" | grep -c '^[1-9]')" 1
done
run "$guest/contract-memory.xex" --headless --events "$tmp/s.jsonl"
for kind in commit decommit release; do
    is "events have a $kind" "$(grep -c "\"event\":\"$kind\"" "$tmp/s.jsonl" | grep -c '^[1-9]')" 1
done
run "$guest/clear.xex" --headless --frames 2 --events "$tmp/s.jsonl"
has "and of interrupts" "$(<"$tmp/s.jsonl")" '"event":"interrupt"'

run "$guest/fence.xex" --headless --instructions 20000 --digest
first=$out
run "$guest/fence.xex" --headless --instructions 20000 --digest
is "a run cut by instructions repeats" "$out" "$first"
has "and says where it was" "$err" 'limit on instructions.*thread 1'

"$xg" run "$guest/no-swap.xex" --headless >"$tmp/out" 2>"$tmp/err" &
pid=$!
for _ in $(seq 50); do
    grep -q looping "$tmp/out" && break
    sleep 0.1
done
sleep 0.2
kill -INT $pid
wait $pid
is "Ctrl-C ends a run with 1" $? 1
has "with a sentence that names thread and place" "$(<"$tmp/err")" 'interrupted.*thread 1 runs at 0x[0-9A-F]{8} \(main'
run "$guest/no-swap.xex" --headless --frames 1
is "a run that waits for pictures gives up" $rc 1
has "and says why" "$err" 'no new picture came for 60 seconds'

run "$guest/stranger.xex" --headless
is "a title with imports that nobody knows starts and ends" "$rc" 0
is "what is missing answers with its failure" "$out" "scene 78, strange c0000002, stranger 0
scene 78, strange c0000002, stranger 0"
is "one call is told by name and ordinal, once" \
    "$(grep -c 'xam.XuiSceneCreate(0x5, 0x6, .*), ordinal 0x357, is not implemented; it answers 0x78' <<<"$err")" 1
is "an unknown one by module and ordinal, once" \
    "$(grep -c 'xboxkrnl ordinal 0xFFF0, which no table knows, is called with 0x7, .*answers 0xC0000002' <<<"$err")" 1

run "$guest/hello.xex" --headless --screenshot "$tmp/none.png"
is "a screenshot of nothing is a failure" "$rc" 1
for bad in --frames=0 --frames=x --gpu=x --cpu=x --sched=nonsense --nonsense --mount=a --digest= --screenshot=; do
    run "$guest/hello.xex" --headless "$bad"
    is "$bad is bad usage: one sentence" "$rc $(grep -c . <<<"$err")" "2 1"
done
run
is "no file is bad usage" $rc 2
run "$tmp/none.xex" --events "$tmp/unwritten" # with a window, which must not open
is "a file that is not there: one sentence that names it" "$rc $err" \
    "2 xenogate: $tmp/none.xex: cannot open: No such file or directory"
check "and nothing was written for it" test ! -e "$tmp/unwritten"
for command in "" run config map info unpack ls cat cpu "cpu exec" "cpu dis" gpu "gpu exec" "gpu dis" "gpu replay" \
    "gpu trace" "gpu import" fpga "fpga list" "fpga probe" "fpga regress"; do
    # shellcheck disable=SC2086 # words
    "$xg" $command --help >"$tmp/out" 2>"$tmp/err" </dev/null
    is "xenogate $command --help answers on stdout alone" "$? $(head -c 16 "$tmp/out") $(wc -c <"$tmp/err")" \
        "0 usage: xenogate  0"
done
run --help
has "and knows of both schedulers" "$out" '--sched=HOW +lockstep .*parallel'
"$xg" nothing >/dev/null 2>&1
is "an unknown command is bad usage" $? 2
tap_end
