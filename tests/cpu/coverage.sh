#!/bin/bash
# The coverage report of the processor: for every row of the instruction table whether the
# translator has code of its own for it, which oracle its semantics are compared with, and who
# says that its encoding is right. A row that no test exercises needs a reason.
# usage: coverage.sh BUILD_FOLDER     writes BUILD_FOLDER/cpu-coverage.csv:
#        mnemonic,interpreter,sse4.1,avx,avx2,avx512,semantics,encoding
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh

declare -A by_qemu by_qemu32 reason native defined
while read -r m; do by_qemu[$m]=1; done < <("$O/tests/test_cpu_qemu" --list yes)
while read -r m; do by_qemu32[$m]=1; done < <("$O/tests/test_cpu_qemu" --bits 32 --list yes)
while IFS=, read -r m why; do reason[$m]=$why; done < <(tail -n +2 tests/cpu/untested.csv)
while IFS=, read -r m rest; do native[$m]=$rest; done < <("$O/bin/jit_natives")
while read -r m; do defined[$m]=1; done < <(nm "$O/libxenogate.a" 2>/dev/null |
    awk '$2 == "T" && sub(/^xg_op_/, "", $3) { print $3 }')

report=$O/cpu-coverage.csv
echo mnemonic,interpreter,sse4.1,avx,avx2,avx512,semantics,encoding >"$report"
missing='' undefined='' rows=0
while read -r line; do
    IFS=, read -r mnemonic name opcode _ <<<"$line"
    rows=$((rows + 1))
    plain=${name//./\\.}
    where=
    [ -n "${by_qemu[$mnemonic]:-}" ] && where=qemu-ppc64
    [ -n "${by_qemu32[$mnemonic]:-}" ] && where="$where${where:+ + }qemu-ppc"
    if suites=$(grep -lE "\"([^\"]*; ?)?${plain}[ol.]*[ \";]|$opcode" tests/cpu/test_cpu_{core,fp,vmx128}.c); then
        for s in $suites; do
            s=${s##*/}
            where="$where${where:+ + }${s%.c}"
        done
    fi
    if [ -z "$where" ]; then
        if [ -n "${reason[$mnemonic]:-}" ]; then
            where="not tested: ${reason[$mnemonic]}"
        else
            missing="$missing $mnemonic"
        fi
    fi
    case $name in
    dcbz128 | mtocrf | mfocrf | mftb) encoding="tests/cpu/test_cpu_table.c" ;;
    *128) encoding="tests/cpu/vmx128_words.csv" ;;
    *) encoding="GNU as" ;;
    esac
    handler=${line%,\"*} # the last column but one
    handler=${handler##*,}
    [ -n "${defined[$handler]:-}" ] || undefined="$undefined $mnemonic"
    echo "$mnemonic,${defined[$handler]:+yes},${native[$mnemonic]},$where,$encoding" >>"$report"
done < <(tail -n +2 host/cpu/instructions.csv)

if [ -z "$missing" ]; then
    ok "every instruction is tested or its absence explained ($rows rows in $report)"
else
    not_ok "every instruction is tested or its absence explained" "without a test:$missing"
fi
is "every instruction has semantics in the interpreter" "$undefined" ""
count() { awk -F, -v c="$1" -v v="$2" 'NR > 1 && $c == v { n++ } END { print n + 0 }' "$report"; }
for column in 3 4 5 6; do
    level=$(head -n 1 "$report" | cut -d, -f$column)
    echo "# $level: $(count $column host) rows by the host, $(count $column 'some forms') in some forms, $(count $column interpreter) by the interpreter"
done
check "the translator has code of its own for more than half of them" [ "$(count 6 interpreter)" -lt $((rows / 2)) ]
if [ "${#by_qemu[@]}" -gt 300 ]; then
    ok "qemu is asked about ${#by_qemu[@]} instructions"
else
    not_ok "qemu is asked about ${#by_qemu[@]} instructions" "fewer than 300"
fi
tap_end
