#!/bin/bash
# Icarus benches of the common cells and the shell. usage: run.sh BUILD_FOLDER [SEED]
# Prints TAP; each bench prints PASS or FAIL as its last line.
set -u
O=$1; seed=${2:-${XG_SEED:-1}}
cd "$(dirname "$0")/../../../.." || exit 2
T=tests/gpu/rtl/shell; W=$O/tests/rtl_shell; mkdir -p "$W"
n=0; bad=0
echo "# seed $seed"
bench() { # name, text, iverilog arguments...
    local name=$1 text=$2; shift 2
    n=$((n + 1))
    if iverilog -g2012 -o "$W/$name.vvp" -Irtl "$@" 2>"$W/$name.err" &&
        ! grep -v 'sorry: constant selects' "$W/$name.err" | grep -q . &&
        timeout 60 vvp -n "$W/$name.vvp" "+seed=$seed" >"$W/$name.log" 2>&1 && [ "$(tail -n 1 "$W/$name.log")" = PASS ]; then
        echo "ok $n - $text"
    else
        echo "not ok $n - $text"; bad=1
        sed 's/^/# /' "$W/$name.err" "$W/$name.log" 2>/dev/null | tail -n 12
    fi
}
C=rtl/common
bench fifo_small "FIFO of 8 words keeps order, level and flush under random traffic" -s tb_fifo -Ptb_fifo.D=3 $C/xg_fifo.sv $T/tb_fifo.sv
bench fifo_two "FIFO of 2 words" -s tb_fifo -Ptb_fifo.D=1 $C/xg_fifo.sv $T/tb_fifo.sv
bench fifo_block "FIFO of 64 words with registered read" -s tb_fifo -Ptb_fifo.D=6 $C/xg_fifo.sv $T/tb_fifo.sv
bench skid "skid buffer keeps words, order and full rate" -s tb_skid $C/xg_skid.sv $T/tb_skid.sv
bench arbiter "arbiter grants one requester and starves none" -s tb_arbiter $C/xg_arbiter.sv $T/tb_arbiter.sv
bench arbiter_two "arbiter of two" -s tb_arbiter -Ptb_arbiter.N=2 $C/xg_arbiter.sv $T/tb_arbiter.sv
bench ram "RAM with byte enables and registered read" -s tb_ram $C/xg_ram.sv $T/tb_ram.sv
shell_files="$O/gen/rtl/xg_pkg.sv $(cat rtl/shell.f) $T/stub_core.sv $T/tb_shell.sv"
bench shell "link, registers, page table and memory through frames, with random stalls" -s tb_shell $shell_files

echo "1..$n"
exit $bad
