#!/bin/bash
# The matrix of copies (format x select x samples x endian x tiling x clear) on model and core, in 64 parts, in an
# order that SEED makes, until SECONDS are over. What SEED makes of the other axes and of the pauses is the same each
# time, so a run that was cut off goes on where it was: build/soak/matrix-SEED names the parts that are done.
# usage: tests/link/matrix.sh BUILD_FOLDER SECONDS SEED
set -u
O=$1 end=$((SECONDS + $2)) seed=$3
parts=64
cd "$(dirname "$0")/../.." || exit 2
mkdir -p "$O/soak"
done_file=$O/soak/matrix-$seed
touch "$done_file"
bad=0
cases() { awk '{ n += $2 } END { print n + 0 }' "$done_file"; }
while read -r part && [ "$SECONDS" -lt "$end" ]; do
    grep -q "^$part " "$done_file" && continue
    if XG_SEED=$seed "$O/tests/test_rtl_resolve" --matrix "$part/$parts" >"$O/soak/matrix.log" 2>&1; then
        echo "$part $(sed -n 's/^ok 1 - \([0-9]*\) copies.*/\1/p' "$O/soak/matrix.log")" >>"$done_file"
    else
        bad=1
        echo "not ok - part $part of $parts (XG_SEED=$seed $O/tests/test_rtl_resolve --matrix $part/$parts)"
        tail -n 5 "$O/soak/matrix.log"
    fi
done < <(seq 0 $((parts - 1)) | sort -R --random-source=<(yes "$seed"))
echo "matrix of copies, seed $seed: $(wc -l <"$done_file") of $parts parts, $(cases) of 21504 copies agree on model and core"
exit $bad
