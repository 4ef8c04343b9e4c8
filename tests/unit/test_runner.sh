#!/bin/bash
# tests/run: what it counts, what it refuses.
. tests/support/tap.sh
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT

suites() { # lines -> $out, $rc
    { echo suite,seconds,command; printf '%s\n' "$@"; } >"$dir/budget.csv"
    out=$(XG_BUDGET=$dir/budget.csv XG_JOBS=${jobs:-2} tests/run "$dir/build" 2>&1)
    rc=$?
}

suites 'a,5,echo "ok 1 - x"; echo "ok 2 - y"' 'b,5,echo "ok 1 - commas, too"'
is "passed tests of all suites are added up" "$(tail -n 1 <<<"$out") $rc" "3 passed, 0 failed 0"
is "a complete run leaves its results" "$(grep -c '^[ab],[12],0,' "$dir/build/logs/results.csv")" 2

suites 'a,5,echo "ok 1 - x"; echo "not ok 2 - y"' 'b,5,echo "ok 1 - z"'
is "one failed test fails the run" "$(tail -n 1 <<<"$out") $rc" "2 passed, 1 failed 1"
has "the failed line is shown" "$out" '^not ok 2 - y'

suites 'a,5,echo "ok 1 - x"; exit 3'
is "a suite that ends with an error fails" "$(tail -n 1 <<<"$out") $rc" "1 passed, 1 failed 1"
suites 'a,5,true'
is "a suite without a test fails" "$(tail -n 1 <<<"$out") $rc" "0 passed, 1 failed 1"
suites 'a,1,sleep 1.7; echo "ok 1 - slow"'
is "a suite over 1.5 times its seconds does not fail for it" "$(tail -n 1 <<<"$out") $rc" "1 passed, 0 failed 0"
has "and is named" "$out" '^over 1.5 times their seconds .*: a [(][0-9.]* of 1 s[)]$'
suites "a,5,touch $dir/a; for i in {1..50}; do [ -e $dir/b ] && echo 'ok 1 - met' && exit; sleep .1; done" \
    "b,5,touch $dir/b; for i in {1..50}; do [ -e $dir/a ] && echo 'ok 1 - met' && exit; sleep .1; done"
is "two suites run at once" "$(tail -n 1 <<<"$out") $rc" "2 passed, 0 failed 0"
jobs=1 suites "a,5,sleep 0.5; touch $dir/first; echo 'ok 1 - x'" "b,5,[ -e $dir/first ] && echo 'ok 1 - behind it'"
is "or one after the other" "$(tail -n 1 <<<"$out") $rc" "2 passed, 0 failed 0"
suites 'a,5,echo "not ok 1 - x"' 'b,5,sleep 0.3; echo "ok 1 - z"'
has "what failed stands at the end" "$(tail -n 4 <<<"$out")" '^not ok 1 - x'
suites 'a,2080,echo "ok 1 - x"' 'b,21,echo "ok 1 - x"'
is "budgets of more than 35 minutes fail" "$(tail -n 1 <<<"$out") $rc" "2 passed, 1 failed 1"
suites 'a,x,echo "ok 1 - x"' 'b,5,echo "ok 1 - x"'
is "a suite without a number of seconds fails" "$(tail -n 1 <<<"$out") $rc" "1 passed, 1 failed 1"

out=$(XG_BUDGET=$dir/budget.csv tests/run "$dir/build" nosuch 2>&1)
is "an unknown suite is refused" $? 2
has "and named" "$out" "no suite named 'nosuch'"
tap_end
