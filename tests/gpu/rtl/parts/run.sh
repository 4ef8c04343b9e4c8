#!/bin/bash
# Icarus benches of the parts of the core and the shell, against models of their own; and the table of
# tests/gpu/rtl/benches.csv: every module of rtl/ has a bench. Each part is also run with a fault in it (a sed
# expression), which its bench must see. usage: run.sh BUILD_FOLDER [SEED]. Prints TAP.
set -u
O=$1
seed=${2:-${XG_SEED:-1}}
cd "$(dirname "$0")/../../../.." || exit 2
. tests/support/tap.sh
T=tests/gpu/rtl/parts
W=$O/tests/rtl_parts
mkdir -p "$W"
echo "# seed $seed"
run() { # name bench files...: true when it passes
    local name=$1 bench=$2
    shift 2
    iverilog -g2012 -o "$W/$name.vvp" -Irtl -s "$bench" "$O/gen/rtl/xg_pkg.sv" rtl/xg_fn_pkg.sv "$T/$bench.sv" "$@" 2>"$W/$name.log" &&
        ! grep -v 'sorry: constant selects' "$W/$name.log" | grep -q . &&
        timeout 60 vvp -n "$W/$name.vvp" "+seed=$seed" >"$W/$name.log" 2>&1 && [ "$(tail -n 1 "$W/$name.log")" = PASS ]
}
bench() { # part, text, fault, files...: the fault is one of the first file
    local part=$1 text=$2 fault=$3
    local -a files=()
    shift 3
    for f in "$@"; do files+=("rtl/$f.sv"); done
    if run "$part" "tb_$part" "${files[@]}"; then ok "$text"; else not_ok "$text" "$(tail -n 12 "$W/$part.log")"; fi
    sed -E "$fault" "${files[0]}" >"$W/fault_$part.sv"
    if cmp -s "${files[0]}" "$W/fault_$part.sv"; then
        not_ok "fault: $text" "the expression $fault changes nothing in ${files[0]}"
    elif ! run "fault_$part" "tb_$part" "$W/fault_$part.sv" "${files[@]:1}" && [ -s "$W/fault_$part.vvp" ]; then
        ok "fault: $part with $fault is seen"
    else
        not_ok "fault: $part with $fault is seen" "$(tail -n 3 "$W/fault_$part.log")"
    fi
}
bench commit_fifo "commit FIFO shows whole frames alone" 's/abort_i \? commit_q : //' common/xg_commit_fifo
bench async_fifo "FIFO between two clocks of any ratio keeps order" 's/rgray_q != wgray_sync_q \&\&//' common/xg_async_fifo
bench cp_errors "error bits stick, the first fault stays" 's/set_i \&\& first_q/set_i/' cp/xg_cp_errors
bench cp_dirty "changed registers: each once, ascending" "s/same_q <= .*/same_q <= 1'b0;/" cp/xg_cp_dirty common/xg_ram
bench mrd_mux "two readers of one port get their own answers" 's/stuck_q \? choice_q : //' cp/xg_mrd_mux common/xg_fifo
bench mem_words "runs of memory read ahead, and again where they were written over" 's/met = snoop_q \&\&/met = 0 \&\&/' cp/xg_mem_words common/xg_fifo
bench copy_cut "the rectangle of a copy is what integers say" "s/ \&\& value_i\[6:0\] != 7'd0//" resolve/xg_copy_cut
bench copy_line "lines of a copy: endian codes, order, told after they are written" "s/by_half = endian_i == 3'd2 \|\|/by_half =/" resolve/xg_copy_line common/xg_fifo
bench edram "words of copies and tiles of the host, each with its owner" "s/owner_set = .*/owner_set = 1'b0;/" edram/xg_edram common/xg_fifo
bench mem "page table, gates and the one memory port" 's/\(wg_copy \? .*: !wr_dirty\)/1/' mem/xg_mem mem/xg_page_gate mem/xg_page_table common/xg_fifo common/xg_skid common/xg_arbiter
bench link_bytes "words and bytes of the link, and finding words again" 's/found = hunt_i \&\&/found = 0 \&\&/' board/xg_link_bytes
bench link_grants "credits are the words that left the queue" "s/first_i \? 16'd2 : 16'd1/16'd1/" link/xg_link_grants
bench pads "pads, and the reset of a clock" 's/\.D   \(!drive_i\)/.D   (drive_i)/' board/ulx3s/xg_pad_inout board/ulx3s/xg_pad_in board/ulx3s/xg_pad_out \
    board/xg_reset ../sim/board/ecp5

# ---- every module has a bench that knows what it should do -----------------------------------
table=tests/gpu/rtl/benches.csv
every_module() {
    local file module bench bad=0
    while read -r file; do
        module=$(basename "$file" .sv)
        bench=$(awk -F, -v m="$module" '$1 == m { print $2 }' $table)
        if [ -z "$bench" ]; then
            echo "$module has no bench in $table"
            bad=1
        elif [ ! -f "$bench" ] && [ "$bench" != none ]; then
            echo "$module: $bench is not there"
            bad=1
        fi
    done < <(git ls-files -co --exclude-standard 'rtl/*.sv' | xargs grep -lE '^module ')
    while IFS=, read -r module bench _; do
        [ "$module" = module ] || grep -Rqx "module $module\( .*\| (\|\)" rtl || { echo "$table: there is no module $module"; bad=1; }
    done <$table
    return $bad
}
check "every module of rtl/ has a bench in the table, and the table has no other" every_module
tap_end
