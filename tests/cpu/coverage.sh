#!/bin/bash
# Every row of the instruction table is exercised by a test: by test_cpu_qemu, by name or
# by opcode in another test, or it is listed with a reason.
# usage: coverage.sh BUILD_FOLDER     writes BUILD_FOLDER/cpu-coverage.csv (mnemonic,where)
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh

mapfile -t qemu < <("$O/tests/test_cpu_qemu" --list yes)
declare -A by_qemu reason
for m in "${qemu[@]}"; do by_qemu[$m]=1; done
while IFS=, read -r m why; do reason[$m]=$why; done < <(tail -n +2 tests/cpu/untested.csv)

report=$O/cpu-coverage.csv
echo mnemonic,where >"$report"
missing=
while IFS=, read -r mnemonic name opcode _; do
    plain=${name//./\\.}
    if [ -n "${by_qemu[$mnemonic]:-}" ]; then
        where=qemu
    elif where=$(grep -lE "\"([^\"]*; ?)?${plain}[ol.]*[ \";]|$opcode" tests/cpu/test_cpu_{core,fp,vmx128}.c | head -n 1) &&
        [ -n "$where" ]; then
        where=$(basename "$where" .c)
    elif [ -n "${reason[$mnemonic]:-}" ]; then
        where="not tested: ${reason[$mnemonic]}"
    else
        missing="$missing $mnemonic"
        where=
    fi
    echo "$mnemonic,$where" >>"$report"
done < <(tail -n +2 host/cpu/instructions.csv)

if [ -z "$missing" ]; then
    ok "every instruction is tested or its absence explained ($(($(wc -l <"$report") - 1)) rows in $report)"
else
    not_ok "every instruction is tested or its absence explained" "without a test:$missing"
fi
if [ "${#by_qemu[@]}" -gt 300 ]; then
    ok "qemu is asked about ${#by_qemu[@]} instructions"
else
    not_ok "qemu is asked about ${#by_qemu[@]} instructions" "fewer than 300"
fi
tap_end
