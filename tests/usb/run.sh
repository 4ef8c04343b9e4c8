#!/bin/bash
# The USB device core (rtl/usb) under Icarus against a PHY and a host of the bench's own, and with faults in it (sed
# expressions) that the bench must see; its readers are Verilator, Icarus and Yosys. usage: run.sh [SEED]. Prints TAP.
set -u
seed=${XG_SEED:-${1:-1}}
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
echo "# seed $seed"
mapfile -t files <rtl/usb.f

# What the driver looks for.
read -r vendor product < <(sed -nE 's/.*\{0x([0-9A-Fa-f]+), 0x([0-9A-Fa-f]+), XG_USB_NATIVE.*/\1 \2/p' driver/usb/discover.c)
out=$(sed -nE 's/#define NATIVE_ENDPOINT_OUT +0x//p' driver/usb/usb_transport.c)
in=$(sed -nE 's/#define NATIVE_ENDPOINT_IN +0x//p' driver/usb/usb_transport.c)
args=("+vendor=$vendor" "+product=$product" "+out=$out" "+in=$in" "+seed=$seed")

build() { # program, files...
    local to=$1
    shift
    iverilog -g2012 -Irtl -Itests/usb -s tb_usb -o "$to" "$@" tests/usb/tb_usb.sv 2>&1 | grep -v 'sorry: constant selects'
    [ -s "$to" ]
}
fault() { # file, expression, part of the bench that sees it: prints seen, or what went wrong
    local name=$1 part=$3 f
    local -a with=()
    local changed=$W/$name.$part.sv
    sed -E "$2" "rtl/usb/$name.sv" >"$changed"
    cmp -s "rtl/usb/$name.sv" "$changed" && { echo "the expression changes nothing"; return; }
    for f in "${files[@]}"; do
        if [ "$f" = "rtl/usb/$name.sv" ]; then with+=("$changed"); else with+=("$f"); fi
    done
    build "$changed.vvp" "${with[@]}" >"$changed.log" || { echo "it cannot be built: $(head -n 3 "$changed.log")"; return; }
    timeout 60 vvp -n "$changed.vvp" "${args[@]}" +fault "+only=$part" >"$changed.log"
    if grep -q '^not ok' "$changed.log"; then echo seen; else echo "the bench saw nothing: $(tail -n 2 "$changed.log")"; fi
}
faults=(
    'xg_ulpi_link|s/assign own = .*/assign own = !dir_i;/|handshake|the link drives in the cycle between'
    "xg_ulpi_link|s/if \(dir_q\) begin/if (1'b0) begin/|unplug|register writes are not made again"
    "xg_usb_crc5|s/5'h14/5'h12/|halt|another polynomial for tokens"
    "xg_usb_crc16|s/16'hA001/16'h8001/|halt|another polynomial for data"
    'xg_usb_rx|s/ \&\& !error_q//|hostile|errors of the PHY are not looked at'
    'xg_usb_tx|s/~crc_q\[15:8\]/crc_q[15:8]/|halt|half of a checksum is not inverted'
    "xg_usb_line|s/half_q == 3'd6/half_q == 3'd4/|handshake|four chirps are enough"
    'xg_usb_line|s/ \&\& !sending_i//|reset|the device takes its own packets for silence'
    "xg_usb_descriptors|s/16'h1209/16'h1290/|requests|another vendor"
    'xg_usb_control|s/total_q <= at_most/total_q <= length/|requests|more bytes than the host wants'
    "xg_usb_bulk_out|s/abort_i   \(drop_i\)/abort_i   (1'b0)/|hostile|bytes of bad packets stay"
    "xg_usb_bulk_in|s/owed_q <= .*most;/owed_q <= 1'b0;/|buffers|no empty packet behind whole ones"
    'xg_usb_protocol|s/ \&\& room_q \&\& data_new/ \&\& room_q/|streams|repeated data is taken twice'
    'xg_usb_protocol|s/(state_d != state_q) .. rx_active_i/\1/|halt|long packets come too late'
    "xg_usb_device|s/abort_i   \(bus_reset.*\)/abort_i   (1'b0)/|broken|the rest of a broken packet goes out"
    "xg_usb_port|s/wr_valid_i\(tx_valid_i\)/wr_valid_i(tx_valid_i \&\& tx_data_i != 8'd0)/|streams|bytes of 0 are lost"
)
# A half of them beside the bench itself, the other half in front of it.
some() { # first step
    local i file expression part
    for ((i = $1; i < ${#faults[@]}; i += 2)); do
        IFS='|' read -r file expression part _ <<<"${faults[i]}"
        fault "$file" "$expression" "$part" >"$W/fault_$i"
    done
}
some 0 &
other=$!
if build "$W/usb.vvp" "${files[@]}" >"$W/log" && [ ! -s "$W/log" ]; then
    timeout 120 vvp -n "$W/usb.vvp" "${args[@]}" >"$W/out"
    while read -r line; do
        case $line in
        "ok "*) ok "${line#* - }" ;;
        "not ok"*) not_ok "${line#* - } (seed $seed)" ;;
        *) echo "# $line" ;;
        esac
    done <"$W/out"
    grep -q '^1\.\.' "$W/out" || not_ok "the bench comes to its end" "$(tail -n 3 "$W/out")"
else
    not_ok "the bench can be built" "$(cat "$W/log")"
fi
some 1
wait "$other"
for i in "${!faults[@]}"; do
    is "fault: ${faults[i]##*|}" "$(cat "$W/fault_$i")" seen
done

check "Verilator --lint-only -Wall" verilator --lint-only -Wall -Wno-PINCONNECTEMPTY -sv -Irtl --top-module xg_usb_port "${files[@]}"
icarus() {
    local out
    out=$(iverilog -g2012 -Wall -Wno-timescale -t null -Irtl -s xg_usb_port "${files[@]}" 2>&1 | grep -v 'sorry: constant selects')
    printf '%s' "$out"
    [ -z "$out" ]
}
check "Icarus -g2012" icarus
check "Yosys read_verilog -sv" yosys -q -p "read_verilog -sv -Irtl ${files[*]}; hierarchy -check -top xg_usb_port; proc"
tap_end
