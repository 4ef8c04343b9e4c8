#!/bin/bash
# The regression on every target, with fewer vectors where a target is slow; and that it can fail.
# usage: tests/regress/test_regress.sh BUILD_FOLDER
set -u
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
R=$O/regress golden=tests/regress/golden.csv
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
export XG_ICARUS=$R

target() { # text, expected vectors, arguments...
    local text=$1 wanted=$2 out
    shift 2
    out=$("$R/regress" "$@" 2>&1)
    is "$text" "$(tail -n 1 <<<"$out")" "$wanted passed, 0 failed"
}
all=$(($(wc -l <$golden) - 1))
total=$((all - $(grep -c '^wire\.' $golden))) # the model has no link
target "model: every vector" "$total" model "$R" $golden --junit "$dir/junit.xml"
target "verilator: every fifth vector, half of them with random pauses" "$(grep -c '^[a-z]*\.[0-9]*[05],' $golden)" verilator "$R" $golden --every 5
target "every vector has its turn in rounds" "$total" model "$R" $golden --rounds 7
target "one vector alone" 1 model "$R" $golden --vector copy.017
target "the rest from one vector on, in the order of rounds" 15 model "$R" $golden --rounds 20 --only copy --from copy.019
"$R/regress" model "$R" $golden --only packets --every 50 --times "$dir/times.csv" >"$dir/times.log"
is "each vector's time is told" "$(cut -d, -f1 "$dir/times.csv" | paste -sd ' ')" 'id packets.000 packets.050 packets.100 packets.150'
printf 'id,seconds\npackets.000,60\npackets.050,0.001\n' >"$dir/limits.csv"
has "a vector that takes too long ends the run" "$("$R/regress" verilator "$R" $golden --every 50 --limits "$dir/limits.csv")" '^packets.050: takes more than 0.001 s '
sed -i 3d "$dir/limits.csv"
has "a vector without a limit is a failure when there are limits" "$("$R/regress" verilator "$R" $golden --only packets --every 50 --limits "$dir/limits.csv")" '^packets.050: no limit of its time is known'
for few in packets:1 error:1 copy:2 stream:1 mutated:1; do
    target "icarus: a few vectors, ${few%:*}" "${few#*:}" icarus "$R" $golden --every 200 --only "${few%:*}"
done
check "there are at least 500 vectors" [ "$total" -ge 500 ]
target "verilator: words of the link, each kind" 10 verilator "$R" $golden --only wire --every 3
is "JUnit has a test case for each" "$(grep -c '<testcase ' "$dir/junit.xml")" "$total"
check "the oracle of the vectors knows the result of most of them" [ "$(wc -l <"$R/expected.jsonl")" -ge 300 ]

sed '3s/.$/x/' $golden >"$dir/golden.csv"
is "a wrong digest is a failure" "$("$R/regress" model "$R" "$dir/golden.csv" | tail -n 1)" "$((total - 1)) passed, 1 failed"
mkdir "$dir/wrong"
cp "$R/cases.jsonl" "$dir/wrong"
sed '5s/"packets":[0-9]*/"packets":0/' "$R/expected.jsonl" >"$dir/wrong/expected.jsonl"
is "so is a result that is not the oracle's" "$("$R/regress" model "$dir/wrong" $golden | tail -n 1)" "$((total - 1)) passed, 1 failed"
has "a board is missing with a sentence" "$("$R/regress" fpga "$R" $golden 2>&1)" 'no board on USB'

# The observer: the same window on both targets, in order, with a verdict.
for window in 1:4 @1ffed000:1ffed400; do
    "$R/observe" model "$R" packets.002 $window >"$dir/model.txt"
    "$R/observe" verilator "$R" packets.002 $window >"$dir/verilator.txt"
    check "observe $window: model and core say the same, and something" cmp "$dir/model.txt" "$dir/verilator.txt"
    has "observe $window: a verdict" "$(tail -n 1 "$dir/model.txt")" '^(constant|varied)$'
done
is "observe: an empty window" "$("$R/observe" model "$R" packets.002 90000:90001)" nothing
"$R/vectors" 1 "$dir/again.jsonl" "$dir/expected.jsonl"
check "the same seed gives the same vectors" cmp -s "$dir/again.jsonl" "$R/cases.jsonl"
tap_end
