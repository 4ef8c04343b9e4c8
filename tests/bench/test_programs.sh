#!/bin/bash
# The eight programs of the bench give the same checksum on the host, under qemu-ppc64 and as guests
# on every CPU engine: what is timed is the same work. usage: tests/bench/test_programs.sh BUILD_FOLDER
set -u
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh

engines=(interp)
if ! "$O/xenogate" run "$O/guest/hello.xex" --headless --gpu=null --cpu=jit 2>&1 | grep -q 'not there yet'; then
    engines+=(jit)
fi
# The line "begin REPS" and the checksum that follows it.
guest() { # program engine
    timeout -k 5 60 "$O/xenogate" run "$O/guest/bench-$1.xex" --headless --gpu=null "--cpu=$2" 2>/dev/null |
        sed -n 's/^begin //p; s/^checksum //p' | tr '\n' ' '
}

programs=0
while IFS=, read -r program _; do
    [ "$program" = program ] && continue
    programs=$((programs + 1))
    read -r sum _ < <("$O/bench/$program" 2)
    read -r more _ < <("$O/bench/$program" 3)
    has "$program: natively it gives a checksum" "$sum" '^[0-9a-f]{8}$'
    check "$program: which depends on the work done" [ "$sum" != "$more" ]
    read -r qemu _ < <(timeout -k 5 60 qemu-ppc64 -cpu 970 "$O/bench/$program-ppc64" 2)
    is "$program: qemu-ppc64 gives the same" "$qemu" "$sum"
    for engine in "${engines[@]}"; do
        is "$program: a guest on $engine gives the same" "$(guest "$program" "$engine")" "2 $sum "
    done
done <tests/bench/programs/programs.csv
is "there are eight of them" "$programs" 8
tap_end
