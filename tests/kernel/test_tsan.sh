#!/bin/bash
# Parallel runs under ThreadSanitizer: builds library and test in a folder of their own, runs the
# guest programs of the plain build five times, and wants not one report. Then the test itself looks
# at what the kernel's hooks write, without a lock, and it wants a report: the sanitizer does see
# what it is there for. Part of make soak.
# usage: test_tsan.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
san=$O/san-thread
if ! log=$(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory -j"$(nproc)" SANITIZE=thread O="$san" \
    SIM_O="$O" "$san/tests/test_kernel_parallel" 2>&1); then
    not_ok "the test builds with -fsanitize=thread" "$(tail -n 30 <<<"$log")"
    tap_end
fi
ok "the test builds with -fsanitize=thread"
export TSAN_OPTIONS=second_deadlock_stack=1
for i in 1 2 3 4 5; do
    said=$(O=$O CMOCKA_MESSAGE_OUTPUT=TAP timeout 600 "$san/tests/test_kernel_parallel" 2>&1)
    rc=$?
    check "run $i: the programs come to their end without a race" test $rc -eq 0
    [ $rc -eq 0 ] || grep -A20 'WARNING: ThreadSanitizer\|^not ok' <<<"$said" | head -n 60 | sed 's/^/# /'
done
said=$(O=$O XG_RACE=1 TSAN_OPTIONS=halt_on_error=1 timeout 120 "$san/tests/test_kernel_parallel" 2>&1)
has "a race of the test's own is reported" "$said" "WARNING: ThreadSanitizer: data race"
tap_end
