#!/bin/bash
# The processor's part of `make soak`: until the time is over, random cases with new seeds:
# translator = interpreter at each host level, interpreter = qemu in both widths. Every seed is
# printed before it is used; the first failure ends it, with the command that repeats it.
# usage: soak.sh BUILD_FOLDER [SECONDS [SEED]]
set -u
export LC_ALL=C.UTF-8
O=$1 seconds=${2:-600} seed=${3:-$(date +%s)}
cd "$(dirname "$0")/../.." || exit 2
mkdir -p "$O/soak"
log=$O/soak/cpu.log
levels=(avx512 avx2 avx sse4.1)
: >"$log"

jit_cases=0 qemu_states=0
attempt() { # command...
    printf '%6d s  %s\n' "$SECONDS" "$*"
    if ! env "$@" >>"$log" 2>&1; then
        tail -n 20 "$log"
        echo "soak: failed; again by: env $*" >&2
        exit 1
    fi
}

round=0
while [ "$SECONDS" -lt "$seconds" ]; do
    at=$((seed * 1000 + round * 100000))
    for level in "${levels[@]}"; do
        [ "$SECONDS" -lt "$seconds" ] || break
        attempt "XG_JIT_LEVEL=$level" "$O/tests/test_jit" 5000 "$at"
        jit_cases=$((jit_cases + 5000))
        attempt "XG_JIT_LEVEL=$level" "$O/tests/test_jit_round" 200000 "$at"
        attempt "$O/tests/test_jit_status" 1000 "$at" # at every level by itself
        at=$((at + 5000))
    done
    [ "$SECONDS" -lt "$seconds" ] || break
    attempt "$O/tests/test_cpu_qemu" --seed "$((seed + round))" --states 2000
    attempt "$O/tests/test_cpu_qemu" --bits 32 --seed "$((seed + round))" --states 2000
    qemu_states=$((qemu_states + (345 + 122) * 2000))
    round=$((round + 1))
done
echo "soak of the processor: $jit_cases functions translated = interpreted at ${#levels[@]} host levels, $qemu_states states as in qemu, in $SECONDS s (seed $seed)"
