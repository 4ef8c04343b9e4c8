#!/bin/bash
# Icarus benches of the core. usage: run.sh BUILD_FOLDER [SEED]. Prints TAP.
set -u
O=$1; seed=${2:-${XG_SEED:-1}}
cd "$(dirname "$0")/../../../.." || exit 2
T=tests/gpu/rtl/core; W=$O/tests/rtl_core; mkdir -p "$W"
n=0; bad=0
number() { # the benches' lines are numbered here
    while IFS= read -r line; do
        case $line in
        "ok - "* | "not ok - "*)
            n=$((n + 1))
            [ "${line%% - *}" = ok ] || bad=1
            echo "${line%% - *} $n - ${line#* - }" ;;
        *) echo "$line" ;;
        esac
    done
}
bench() { # name, expected test lines, plus-arguments, iverilog arguments...
    local name=$1 lines=$2 args=$3 before; shift 3
    before=$n
    if ! iverilog -g2012 -o "$W/$name.vvp" -Irtl -I$T "$@" 2>"$W/$name.err" ||
        grep -v 'sorry: constant selects' "$W/$name.err" | grep -q .; then
        n=$((n + 1)); bad=1
        echo "not ok $n - $name builds"
        sed 's/^/# /' "$W/$name.err" | head -n 20
        return
    fi
    # shellcheck disable=SC2086
    number < <(timeout 120 vvp -n "$W/$name.vvp" "+seed=$seed" $args 2>&1)
    if [ $((n - before)) -ne "$lines" ]; then
        n=$((n + 1)); bad=1
        echo "not ok $n - $name ran $((n - 1 - before)) tests of $lines"
    fi
}
core="$O/gen/rtl/xg_pkg.sv rtl/common/xg_fifo.sv rtl/common/xg_ram.sv $(tr '\n' ' ' <rtl/core.f)"
bench copy_fixed 3 "" -s tb_copy_fixed rtl/resolve/xg_copy_fixed.sv $T/tb_copy_fixed.sv
bench copy_add 1 "" -s tb_copy_add rtl/resolve/xg_copy_add.sv $T/tb_copy_add.sv
bench copy_walk 1 "" -s tb_copy_walk rtl/resolve/xg_copy_walk.sv $T/tb_copy_walk.sv
bench copy_lane 4 "" -s tb_copy_lane rtl/xg_fn_pkg.sv rtl/resolve/xg_copy_{add,lane,pack}.sv $T/tb_copy_lane.sv
for stall in 0 7; do
    # shellcheck disable=SC2086
    bench core 32 "+stall=$stall" -s tb_core $core $T/tb_core.sv
done
echo "1..$n"
exit $bad
