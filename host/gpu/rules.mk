# Constants of the device for C (gpu/xg_device_gen.h) and SystemVerilog (rtl/xg_pkg.sv).
GPU_TABLES := $(addprefix host/gpu/,link.csv cost.csv pm4.csv registers.csv)
GEN += $(O)/gen/gpu/xg_device_gen.h $(O)/gen/rtl/xg_pkg.sv
$(O)/gen/gpu/xg_device_gen.h: $(O)/bin/gen_device $(GPU_TABLES)
	@mkdir -p $(@D); $< c $(GPU_TABLES) > $@
$(O)/gen/rtl/xg_pkg.sv: $(O)/bin/gen_device $(GPU_TABLES)
	@mkdir -p $(@D); $< sv $(GPU_TABLES) > $@
