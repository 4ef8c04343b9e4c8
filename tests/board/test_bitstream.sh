#!/bin/bash
# The checks after place and route (constraints/check), with netlists of one pin: usage test_bitstream.sh BUILD_FOLDER
set -u
O=$1
. tests/support/tap.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# netlist REGISTER-MODE BUFFER-FEED PLACE-OF-REGISTER: an output pin with its register
netlist() {
    cat >"$tmp/placed.json" <<JSON
{"modules":{"top":{"ports":{"q":{"direction":"output","bits":[7]}},"cells":{
"pad":{"type":"TRELLIS_IO","parameters":{"DATAMUX_OREG":"$2"},"attributes":{"NEXTPNR_BEL":"X1/Y2/PIOB"},
 "connections":{"B":[7],"IOLDO":[8]}},
"other":{"type":"TRELLIS_IO","parameters":{},"attributes":{"NEXTPNR_BEL":"X1/Y2/PIOA"},"connections":{"B":[77]}},
"reg":{"type":"IOLOGIC","parameters":{"OUTREG.OUTREGMODE":"$1"},"attributes":{"NEXTPNR_BEL":"$3"},
 "connections":{"CLK":[9],"TXDATA0":[10]}}}}}}
JSON
}
report() { # MHz ns
    cat >"$tmp/report.json" <<JSON
{"fmax":{"\$glbnet\$clk_sys":{"achieved":$1,"constraint":50}},
"critical_paths":[{"from":"<async>","to":"posedge \$glbnet\$clk_sys","path":[{"delay":1.5},{"delay":$2}]}],
"utilization":{"TRELLIS_COMB":{"available":9,"used":5},"DP16KD":{"available":9,"used":2}}}
JSON
}
table() { printf 'kind,name,value,why\n%b' "$1" >"$tmp/checks.csv"; }
looks() { # exit code, text
    "$O/bin/bitstream-check" "$tmp" some "$tmp/checks.csv" >"$tmp/out" 2>&1
    is "$2" "$?" "$1"
}
good='pad,q,out,\nasync,clk_sys,4.0,\nclock,sys_mhz,clk_sys,\n'

table "$good"
netlist FF IOLDO X1/Y2/IOLOGICB
report 51 2
looks 0 "a register in its I/O cell, a clock that is fast enough"
is "the figures" "$(cat "$tmp/figures.txt" 2>/dev/null)" "board.some.sys_mhz 51.0
board.some.lut4 5
board.some.ebr 2"
netlist NONE IOLDO X1/Y2/IOLOGICB
looks 1 "no register in the I/O cell"
netlist FF NONE X1/Y2/IOLOGICB
looks 1 "a register that does not feed the pin"
netlist FF IOLDO X1/Y2/IOLOGICA
looks 1 "a register in the I/O cell of another pin"
netlist FF IOLDO X1/Y2/IOLOGICB
report 49 2
looks 3 "a clock that is too slow"
report 51 3
looks 1 "too long a way from a pin"
report 51 2
table 'async,clk_sys,4.0,\nclock,sys_mhz,clk_sys,\n'
looks 1 "a pin that the table does not know"
table "${good}pad,r,none,\n"
looks 1 "a pin of the table that is not there"
table "${good}clock,usb_mhz,ft_clk,\n"
looks 1 "a clock that is not in the report"
rm "$tmp/placed.json"
looks 2 "no netlist"

# What make bitstream and make flash say before they begin.
for tool in bitstream flash; do
    out=$("constraints/$tool" "$tmp" nothing 2>&1)
    is "$tool of a board that is none" "$?" 2
    has "the boards are named" "$out" 'the boards are .*ulx3s'
done
out=$(constraints/flash "$tmp" ulx3s 2>&1)
is "flash without a bitstream" "$?" 1
has "make bitstream is named" "$out" 'make bitstream BOARD=ulx3s'
mkdir -p "$tmp/ulx3s" "$tmp/bin"
echo bits >"$tmp/ulx3s/ulx3s.bit"
for tool in bash dirname; do ln -s "$(command -v $tool)" "$tmp/bin/$tool"; done
out=$(PATH=$tmp/bin constraints/flash "$tmp" ulx3s 2>&1)
is "flash without openFPGALoader" "$?" 1
has "the package is named" "$out" 'openfpgaloader'
out=$(constraints/flash "$tmp" ulx3s tape 2>&1)
is "flash to nowhere" "$?" 2
printf '#!/bin/bash\necho "$@"\n' >"$tmp/bin/openFPGALoader"
chmod +x "$tmp/bin/openFPGALoader"
is "what openFPGALoader is told" "$(PATH=$tmp/bin constraints/flash "$tmp" ulx3s sram 2>&1)" \
    "--board ulx3s --write-sram $tmp/ulx3s/ulx3s.bit"
tap_end
