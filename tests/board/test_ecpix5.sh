#!/bin/bash
# The ECPIX-5: faults that the benches of its memory must see, and the whole board in simulation behind real libusb
# (tests/board/ecpix5_sim.c). usage: test_ecpix5.sh BUILD_FOLDER
set -u
O=$1
. tests/support/tap.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# ---- faults ------------------------------------------------------------------------------------------
seen() { # module, bench, expression, text
    local file=rtl/board/ecpix5/$1.sv changed=$tmp/$1.sv
    sed -E "$3" "$file" >"$changed"
    if cmp -s "$file" "$changed"; then
        not_ok "fault: $4" "the expression changes nothing"
        return
    fi
    iverilog -g2012 -Irtl -s "$2" -o "$tmp/bench" rtl/common/xg_fifo.sv rtl/common/xg_ram.sv "$changed" sim/board/litedram_model.sv \
        "tests/board/$2.sv" 2>"$tmp/log"
    timeout 60 vvp -n "$tmp/bench" >"$tmp/out" 2>&1
    if grep -q '^not ok' "$tmp/out"; then ok "fault: $4"; else not_ok "fault: $4" "$(tail -n 3 "$tmp/log" "$tmp/out")"; fi
}
seen xg_litedram_port tb_litedram 's/\(hold_q \&\& same \&\& hold_we_q\[k\]\)/1'"'"'b0/' "the first half of a write is lost when the second joins it"
seen xg_litedram_port tb_litedram 's/!req_we_i \|\| !same : idle_q/!same : idle_q/' "a read does not make a write to the same place go first"
seen xg_litedram_port tb_litedram 's/assign halves = .*/assign halves = {1'"'"'b1, !first_high_q};/' "a word too many at the end of a read"
seen xg_litedram_port tb_litedram 's/free \&\& order_room/free/' "more reads than there is room for"
seen xg_litedram_port tb_litedram 's/if \(free\) cmd_valid_q/cmd_valid_q/' "commands that do not wait"
seen xg_litedram_port tb_litedram 's/\(req_we_i \&\& \(same \|\| send_write\)\)/(req_we_i \&\& send_write)/' "writes are not joined"
seen xg_litedram_init tb_litedram_init 's/row > best_run_q/1'"'"'b1/' "the last row of good delays, not the longest"
seen xg_litedram_init tb_litedram_init 's/BURST: if/BURST: if (1'"'"'b0) if/' "bursts are not looked at"
seen xg_litedram_init tb_litedram_init 's/CHECK: begin/CHECK: if (0) begin/' "a byte that never reads right passes"
seen xg_litedram_init tb_litedram_init 's/32.hFF00_FF00 : 32.h00FF_00FF/32'"'"'h00FF_00FF : 32'"'"'hFF00_FF00/' "the other byte is looked at"
seen xg_litedram_init tb_litedram_init "s/16'd2\};$/16'd3};/" "mode register 3 in the place of 2"

# ---- the board -----------------------------------------------------------------------------------------
# board "options of the board" words of xenogate...
board() {
    local options=$1
    shift
    # shellcheck disable=SC2086 # the options are words
    XG_FPGA_ZEROED=1 XG_FPGA_CLOCKS_PER_US=1 timeout 250 umockdev-wrapper "$O/tests/ecpix5-sim" $options -- "$O/xenogate" "$@" \
        >"$tmp/out" 2>"$tmp/err" </dev/null
    rc=$?
}
says() { # code pattern text
    if [ "$rc" -eq "$1" ] && grep -qE "$2" "$tmp/out" "$tmp/err"; then ok "$3"; else
        not_ok "$3" "exit code $rc; $(tail -n 4 "$tmp/out" "$tmp/err")"
    fi
}
board "" fpga list
says 0 'Xenogate device serial 00000001 .*480 Mbit/s' "fpga list: the names and the serial that the device's descriptors say"
board "" fpga probe --bytes=16384
says 0 'layers L0 L1 L2, 512 MiB of board memory' "fpga probe through the project's own USB device"
board "--flip-out=40 --flip-in=40 --lose-in=60 --lose-out=60 --stall=12 --seed=5 --report" fpga selftest --bytes=16384
says 0 '^3 passed, 0 failed' "fpga selftest with wrong and lost packets, and a memory that is slow to take"
says 0 ' [1-9][0-9]* again' "packets were said again"

guest() { # program, options, text
    "$O/xenogate" run --headless --gpu=model --frames 1 --digest "$O/guest/$1.xex" 2>/dev/null | grep -E '^(digest|pixels)' >"$tmp/model"
    board "$2" run --headless --gpu=fpga --frames 1 --digest "$O/guest/$1.xex"
    if [ "$rc" -eq 0 ] && [ -s "$tmp/model" ] && grep -E '^(digest|pixels)' "$tmp/out" | cmp -s - "$tmp/model"; then ok "$3"; else
        not_ok "$3" "exit code $rc; $(tail -n 4 "$tmp/out" "$tmp/err")"
    fi
}
guest cube "--flip-out=100 --flip-in=100" "cube: the model's digests through libusb, ULPI and the board"
guest edram "--reset-at=40000 --lose-in=100" "edram: the same when the board is unplugged, reset and plugged in again"
tap_end
