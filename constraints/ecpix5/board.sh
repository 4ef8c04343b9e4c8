# ECPIX-5-85F: read by constraints/bitstream.
# shellcheck shell=bash disable=SC2034 # all of it is used there
top=xg_ecpix5
device=(--um5g-85k --package CABGA554 --speed 8)
sources=rtl/ecpix5.f
# The system clock, MHz; the memory's is twice that.
mhz=${SYS_MHZ:-60}
parameters=(SYS_MHZ "$mhz")
# picoseconds for the mapper (docs/fpga.md, "Mapping"): here LUTs are many
export DELAY="${DELAY:-4000}"
# openFPGALoader's name for it
loader=ecpix5
# The DDR3 controller is made, not kept.
made=("$O/ecpix5/litedram/litedram_core.v")
board_make() {
    constraints/ecpix5/litedram "$O" "$mhz"
}
