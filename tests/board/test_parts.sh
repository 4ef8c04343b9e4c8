#!/bin/bash
# The parts of a board under Icarus: usage test_parts.sh BUILD_FOLDER
set -u
O=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0 count=0
for bench in tests/board/tb_*.sv; do
    name=$(basename "$bench" .sv)
    iverilog -g2012 -Irtl -s "$name" -o "$tmp/$name" "$O/gen/rtl/xg_pkg.sv" rtl/xg_fn_pkg.sv rtl/common/xg_*.sv rtl/board/xg_ft245.sv \
        rtl/board/xg_link_bytes.sv rtl/link/xg_link_tx.sv rtl/board/xg_uart.sv rtl/board/xg_sdram.sv rtl/board/xg_tmds*.sv \
        rtl/board/xg_dvi.sv rtl/board/xg_scanout.sv rtl/board/xg_board_memory.sv rtl/board/ecpix5/xg_litedram_*.sv sim/board/sdram_model.sv sim/board/litedram_model.sv \
        "$bench" 2>"$tmp/log" || { cat "$tmp/log"; failed=1; }
    timeout 300 vvp -n "$tmp/$name" >"$tmp/out"
    while read -r line; do
        case $line in
        ok* | "not ok"*)
            count=$((count + 1))
            echo "$line" | sed -E "s/^(not )?ok [0-9]* ?-? ?/\1ok $count - $name: /"
            ;;
        *) echo "# $line" ;;
        esac
    done <"$tmp/out"
    grep -q '^ *1\.\.' "$tmp/out" || { echo "not ok - $name did not come to its end"; failed=1; }
done
echo "1..$count"
exit $failed
