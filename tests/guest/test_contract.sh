#!/bin/bash
# The contract programs: every line they print is a check of an export by name. Then the table:
# every row that says implemented must have one that passes.
# usage: test_contract.sh BUILD_FOLDER [--list]   (--list prints the rows without a check)
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
passed=$(mktemp) || exit 2
home=$(mktemp -d) || exit 2
trap 'rm -rf "$passed" "$home"' EXIT
export XDG_DATA_HOME=$home # where titles write

# Programs that must stop with a sentence: exit code, the sentence, the export it proves.
declare -A ends=(
    [contract-end-reboot]="0|the title ended: HalReturnToFirmware|HalReturnToFirmware"
    [contract-end-bugcheck]="1|bug check 0x123 \\(0x0, 0x0, 0x0, 0x0\\)|KeBugCheck"
    [contract-end-bugcheckex]="1|bug check 0x123 \\(0x1, 0x2, 0x3, 0x44\\)|KeBugCheckEx"
)

for folder in tests/guest/contract-*/; do
    name=$(basename "$folder")
    wanted=0
    said=$(timeout 60 "$O/xenogate" run "$O/guest/$name.xex" --gpu=model --cpu=interp --headless 2>&1)
    rc=$?
    if [ -n "${ends[$name]-}" ]; then
        IFS='|' read -r wanted sentence export <<<"${ends[$name]}"
        has "$name stops with its sentence" "$said" "$sentence"
        grep -Eq "$sentence" <<<"$said" && echo "$export" >>"$passed"
    fi
    is "$name ends with exit code $wanted" $rc "$wanted"
    failures=$(grep -oE 'FAIL .*' <<<"$said")
    is "$name fails no check" "$failures" ""
    grep -oE 'PASS [A-Za-z0-9_]+' <<<"$said" | cut -d' ' -f2 >>"$passed"
done
# The stress of 64 threads is the same run every time.
digest() {
    timeout 60 "$O/xenogate" run "$O/guest/contract-stress.xex" --gpu=model --headless --digest "$@" 2>&1 |
        sha256sum
}
first=$(digest --cpu=interp)
for how in --cpu=interp "--cpu=interp --drop-stacks" --cpu=jit "--cpu=jit --drop-stacks"; do
    same=0
    for ((i = 0; i < 20; i++)); do
        [ "$(digest $how)" = "$first" ] && same=$((same + 1))
    done
    is "20 runs of the stress with $how say and do the same" $same 20
done

# Rows of the table on stdin that say implemented and have no check that passed.
unproven() {
    awk -F, 'NR == FNR { ok[$1] = 1; next } $6 == "implemented" && !ok[$3] { print $1 "." $3 }' "$passed" -
}
missing=$(unproven <host/kernel/exports.csv)
[ "${2-}" = --list ] && [ -n "$missing" ] && sed 's/^/# no check: /' <<<"$missing"
is "every implemented export has a check that passes" "$(wc -w <<<"$missing")" 0
is "docs/kernel-exports.md is what the tables make it (make status)" \
    "$(sha256sum <docs/kernel-exports.md)" "$(sha256sum <"$O/gen/kernel/exports.md")"
# The guard itself: a row that says implemented and has no passing check is found.
negative=$(awk -F, -v OFS=, '$3 == "XuiSceneCreate" { $6 = "implemented" } { print }' host/kernel/exports.csv |
    unproven)
is "a row that claims too much is found" "$negative" "xam.XuiSceneCreate"
grep -vx NtClose "$passed" >"$passed.less"
mv "$passed.less" "$passed"
is "an export whose check does not pass is found" "$(unproven <host/kernel/exports.csv)" "xboxkrnl.NtClose"
tap_end
