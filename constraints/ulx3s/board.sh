# ULX3S-85F: read by constraints/bitstream.
# shellcheck shell=bash disable=SC2034 # all of it is used there
top=xg_ulx3s
device=(--85k --package CABGA381 --speed 6)
sources=rtl/ulx3s.f
# The system clock is 625 MHz / SYS_DIV: 62.5 MHz.
parameters=(SYS_DIV "${SYS_DIV:-10}")
# picoseconds for the mapper (docs/fpga.md, "Mapping"): here LUTs are many
export DELAY="${DELAY:-4000}"
# openFPGALoader's name for it
loader=ulx3s
