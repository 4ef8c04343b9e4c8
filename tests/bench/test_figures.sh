#!/bin/bash
# The keeper of the figures: keys are merged, another version's are dropped, nothing is invented.
# usage: tests/bench/test_figures.sh BUILD_FOLDER
set -u
keeper=$(realpath "$1")/bench/bench_figures
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
json=$dir/bench.json
export XG_BENCH_COMMIT=one

value() { sed -n "s/^  \"$1\": \(.*[^,]\),*$/\1/p" "$json"; }
keys() { grep -c '^  "[a-z]' "$json"; }
refused() { # text, regular expression, arguments...
    local text=$1 wanted=$2 before out rc
    shift 2
    before=$(cat "$json")
    out=$("$keeper" "$@" 2>&1 >"$dir/out")
    rc=$?
    is "$text: exit 2" "$rc" 2
    has "$text: says why" "$out" "$wanted"
    is "$text: the file is as it was" "$(cat "$json")" "$before"
}

# ---- merging -------------------------------------------------------------------------------
"$keeper" put "$json" a.ratio 1.5 b.count 123456789
is "a new file has the keys" "$(value a.ratio) $(value b.count)" "1.5 123456789"
is "and the commit" "$(value _commit)" '"one"'
has "and the date" "$(value _date)" '^"20[0-9]{2}-[0-9-]+T[0-9:]+Z"$'
has "and the host" "$(value _host)" 'cores"$'
"$keeper" put "$json" c.more 0
is "another tool's keys stay" "$(value a.ratio) $(value b.count) $(value c.more)" "1.5 123456789 0"
"$keeper" put "$json" a.ratio 0.25
is "a key measured again is replaced" "$(value a.ratio) $(keys)" "0.25 3"
XG_BENCH_COMMIT=two "$keeper" put "$json" d.new 4
is "keys of another commit are dropped" "$(value d.new) $(keys) $(value _commit)" '4 1 "two"'
sed -i 's/"_host": ".*"/"_host": "elsewhere"/' "$json"
XG_BENCH_COMMIT=two "$keeper" put "$json" e.here 5
is "keys of another host are dropped" "$(value e.here) $(keys)" "5 1"

# ---- refusals ------------------------------------------------------------------------------
export XG_BENCH_COMMIT=two
refused "a word is no value" "not a number" put "$json" e.here many
refused "nan is no value" "not a number" put "$json" e.here nan
refused "a name of the keeper's own" "no name" put "$json" _commit 1
refused "a name with a quote" "no name" put "$json" 'a"b' 1
refused "bad usage" "FILE" put "$json"
echo '{"a.ratio": 1.5' >"$json"
refused "a file that is cut" "bench.json" put "$json" a.ratio 1
echo '[1, 2]' >"$json"
refused "a file of something else" "bench.json" put "$json" a.ratio 1

# ---- the table -----------------------------------------------------------------------------
rm "$json"
cat >"$dir/list.csv" <<'END'
key,relation,bound,unit,peer,what
low.under,<=,2,x,low.peer,lower is better
low.equal,<=,2,x,,lower is better
low.over,<=,2,x,,lower is better
high.under,>=,2,x,,higher is better
high.over,>=,2,x,,higher is better
low.peer,,,x,,somebody else
not.measured,<=,2,x,,absent
END
"$keeper" put "$json" low.under 1.5 low.equal 2 low.over 2.0001 high.under 1.99 high.over 2.5 low.peer 7.5 other.key 9
table=$("$keeper" table "$json" "$dir/list.csv")
row() { grep "^$1 " <<<"$table" | tr -s ' '; }
is "below an upper bound: met, with its peer" "$(row low.under)" "low.under 1.5 x <= 2 yes 7.5 lower is better"
has "at the bound: met" "$(row low.equal)" ' yes '
has "above it by little: not met" "$(row low.over)" ' NO '
has "below a lower bound: not met" "$(row high.under)" ' NO '
has "above it: met" "$(row high.over)" ' yes '
check "a figure without a bound is neither" bash -c "! grep -E ' (yes|NO) ' <<<'$(row low.peer)'"
is "a figure that was not measured is not shown" "$(row not.measured)" ""
has "a figure outside the list is shown" "$table" '^other\.key +9$'
has "the sum is right" "$table" '^3 bounds met, 2 not; 1 figures of the list are not measured$'
tap_end
