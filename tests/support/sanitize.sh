#!/bin/bash
# Builds the host library and the unit tests with sanitizers, in a folder of their own, and runs
# every suite of tests/budget.csv whose command starts a unit test ($O/tests/test_...). Guest
# programs and the Verilated core are those of the plain build.
# usage: sanitize.sh BUILD_FOLDER address,undefined|thread
set -u
export LC_ALL=C.UTF-8
O=$1 kinds=$2
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
san=$O/san-${kinds%%,*}
export ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=second_deadlock_stack=1
# Memory that SDL's X11 and GL libraries keep until the end is not ours.
export LSAN_OPTIONS=suppressions=$PWD/tests/support/lsan.txt:print_suppressions=0

# The jobserver of a make above is not handed down to suites.
if ! log=$(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory -j"$(nproc)" \
    SANITIZE="$kinds" O="$san" SIM_O="$O" unit-tests 2>&1); then
    not_ok "the unit tests build with -fsanitize=$kinds" "$(tail -n 30 <<<"$log")"
    tap_end
fi
ok "the unit tests build with -fsanitize=$kinds"

out=$(mktemp -d) || exit 2
trap 'rm -rf "$out"' EXIT
# One suite: its TAP, what it said, how it ended.
run() { # number seconds command
    local start=$SECONDS
    # shellcheck disable=SC2016
    O=$O SAN=$san CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 $(($2 * 20 + 600)) \
        bash -c "${3//'$O/tests/test_'/'$SAN/tests/test_'}" >"$out/$1" 2>"$out/$1.err" </dev/null
    echo $? >"$out/$1.rc"
    echo $((SECONDS - start)) >"$out/$1.s"
}
names=() pids=()
while IFS=, read -r suite seconds command; do
    # shellcheck disable=SC2016  # the command's own $O
    [[ $command == *'$O/tests/test_'* ]] || continue
    # Generated code is not instrumented, its translator is: two host levels of four do.
    [[ $suite == jit_avx512 || $suite == jit_avx ]] && continue
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    run ${#names[@]} "$seconds" "$command" &
    pids+=($!)
    names+=("$suite")
done <tests/budget.csv
wait "${pids[@]}"
for i in "${!names[@]}"; do
    log=$out/$i rc=$(cat "$out/$i.rc")
    passed=$(grep -c '^ok' "$log")
    if [ "$rc" -eq 0 ] && [ "$passed" -gt 0 ] && ! grep -q '^not ok' "$log"; then
        ok "${names[i]}: $passed tests under -fsanitize=$kinds # $(cat "$out/$i.s") s"
    else
        not_ok "${names[i]}: clean under -fsanitize=$kinds" "exit status $rc
$(grep -A4 '^not ok' "$log" | head -n 12)
$(grep -m1 -A14 -E 'ERROR|runtime error|WARNING: Thread' "$log.err" || tail -n 14 "$log.err")"
    fi
done
tap_end
