# Constants of the device for C (gpu/xg_device_gen.h) and SystemVerilog (rtl/xg_pkg.sv).
GPU_TABLES := $(addprefix host/gpu/,link.csv cost.csv pm4.csv registers.csv)
GEN += $(O)/gen/gpu/xg_device_gen.h $(O)/gen/rtl/xg_pkg.sv
$(O)/gen/gpu/xg_device_gen.h: $(O)/bin/gen_device $(GPU_TABLES)
	@mkdir -p $(@D); $< c $(GPU_TABLES) > $@
$(O)/gen/rtl/xg_pkg.sv: $(O)/bin/gen_device $(GPU_TABLES)
	@mkdir -p $(@D); $< sv $(GPU_TABLES) > $@

# Microcode table -> fields, opcodes, operand forms.
GEN += $(O)/gen/gpu/xg_ucode_gen.h
GEN_SRC += $(O)/gen/gpu/xg_ucode_gen.c
$(O)/gen/gpu/xg_ucode_gen.h: $(O)/bin/gen_ucode host/gpu/ucode.csv
	@mkdir -p $(@D); $< h host/gpu/ucode.csv > $@
$(O)/gen/gpu/xg_ucode_gen.c: $(O)/bin/gen_ucode host/gpu/ucode.csv
	@mkdir -p $(@D); $< c host/gpu/ucode.csv > $@

# The microcode assembler: text -> C header of big-endian dwords, for guest programs.
BUILD_EXTRA += $(O)/bin/xgasm
XGASM_OBJ := $(addprefix $(O)/obj/,host/gpu/draw/xgasm/main.o host/gpu/draw/ucode.o \
  host/gpu/draw/ucode_asm.o host/gpu/draw/ucode_parse.o host/gpu/draw/ucode_dis.o host/base/error.o gen/gpu/xg_ucode_gen.o)
$(O)/bin/xgasm: $(XGASM_OBJ)
	@mkdir -p $(@D); echo '  LD   $@'; $(CC) $(LDFLAGS) -o $@ $^
-include $(O)/obj/host/gpu/draw/xgasm/main.d

# Built for AVX2, used where the host has it (model/permute.h, draw/wide.h).
$(O)/obj/host/gpu/model/permute_avx2.o: XG_CFLAGS += -mavx2
$(addprefix $(O)/obj/host/gpu/draw/wide_,help.o fetch.o texture.o setup.o walk.o shade.o depth.o merge.o color.o): XG_CFLAGS += -mavx2 \
  $(if $(filter clang%,$(notdir $(CC))),,-finline-limit=2000 -finline-functions -fpeel-loops)

# The same once more for SSE4.1 (draw/wide_sse41.h).
WIDE_SSE41 := alu compile fetch texture help setup walk shade depth merge color raster
GEN_SRC += $(WIDE_SSE41:%=$(O)/gen/gpu/wide_%_sse41.c)
$(O)/gen/gpu/wide_%_sse41.c: host/gpu/draw/wide_sse41.h
	@mkdir -p $(@D); printf '#include "gpu/draw/wide_sse41.h"\n#include "gpu/draw/wide_%s.c"\n' $* > $@
$(WIDE_SSE41:%=$(O)/obj/gen/gpu/wide_%_sse41.o): XG_CFLAGS += -msse4.1 -Wno-psabi
