# The SystemVerilog sources in reading order: constants, then core, then shell.
RTL_FILES := $(shell cat rtl/core.f rtl/shell.f 2>/dev/null)
RTL_HEADERS := $(wildcard rtl/*.svh)
RTL_PKG := $(O)/gen/rtl/xg_pkg.sv
