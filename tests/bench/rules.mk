# The figures of docs/figures.md: `make bench`, `make bench-quick`; see README.md beside this.
BENCH_DIR := $(O)/bench
BENCH_PROGRAMS := $(basename $(notdir $(filter-out %/native.c %/guest.c,$(wildcard tests/bench/programs/*.c))))
BENCH_GUESTS := $(BENCH_PROGRAMS) kernel
BENCH_TOOLS := $(basename $(notdir $(wildcard tests/bench/bench_*.c)))

# What the suites need: programs for the three ways to run them, and the keeper of the figures.
BENCH_TEST_FILES := $(BENCH_PROGRAMS:%=$(BENCH_DIR)/%) $(BENCH_PROGRAMS:%=$(BENCH_DIR)/%-ppc64) \
  $(BENCH_GUESTS:%=$(O)/guest/bench-%.xex) $(BENCH_DIR)/bench_figures
TEST_EXTRA += $(BENCH_TEST_FILES)

.PHONY: bench bench-quick bench-build
## make bench        measure the figures of docs/figures.md, print them, write build/bench.json
## make bench-quick  the same in under two minutes, with fewer runs
bench: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) build-all bench-build
	@tests/bench/run $(O)
bench-quick: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) build-all bench-build
	@tests/bench/run $(O) quick
bench-build: $(BENCH_TEST_FILES) $(BENCH_TOOLS:%=$(BENCH_DIR)/%)

# ---- the eight programs ---------------------------------------------------------------
# One source, three builds. Multiply-add is fused in all of them; no errno, so that sqrt is an
# instruction.
BENCH_FLAGS := -std=c17 -O2 -fno-strict-aliasing -fno-math-errno -ffp-contract=fast -Wall -Wextra -Werror
BENCH_PPC := -mcpu=970 -maltivec -mabi=altivec
BENCH_NATIVE_CC := gcc

$(BENCH_DIR)/%: tests/bench/programs/%.c tests/bench/programs/native.c tests/bench/programs/bench.h tests/bench/rules.mk
	@mkdir -p $(@D)
	@echo '  CC   $@'
	@$(BENCH_NATIVE_CC) $(BENCH_FLAGS) -march=native -D_GNU_SOURCE -o $@ $(filter %.c,$^)
$(BENCH_DIR)/%-ppc64: tests/bench/programs/%.c tests/bench/programs/native.c tests/bench/programs/bench.h tests/bench/rules.mk
	@mkdir -p $(@D)
	@echo '  PPC  $@'
	@powerpc64-linux-gnu-gcc $(BENCH_FLAGS) $(BENCH_PPC) -D_GNU_SOURCE -static -o $@ $(filter %.c,$^)

# Guests: the SDK's flags (tests/guest/rules.mk is read later, so its lists are spelled out here)
# with a processor that has vectors, square roots and 64-bit registers.
BENCH_GUEST_FLAGS = $(GUEST_FLAGS) $(BENCH_PPC) -mpowerpc64 -fno-strict-aliasing -fno-math-errno -ffp-contract=fast
BENCH_SDK := tests/guest/sdk
BENCH_SDK_OBJ := $(patsubst $(BENCH_SDK)/%,$(O)/guest/obj/sdk/%.o,$(filter-out $(BENCH_SDK)/gen_% $(BENCH_SDK)/xexbuild%,$(wildcard $(BENCH_SDK)/*.[cS]))) \
  $(O)/guest/obj/sdk/import_stubs.S.o $(O)/guest/obj/sdk/import_varargs.c.o
$(O)/guest/obj/bench/%.o: tests/bench/programs/% tests/bench/programs/bench.h tests/bench/rules.mk | $(O)/gen/guest/import_stubs.S
	@mkdir -p $(@D)
	@echo '  PPC  $<'
	@$(GUEST_CC) $(BENCH_GUEST_FLAGS) -Wa,-many -MMD -MP -c -o $@ $<
$(O)/guest/obj/bench/%.o: tests/bench/guest/% tests/bench/rules.mk | $(O)/gen/guest/import_stubs.S
	@mkdir -p $(@D)
	@echo '  PPC  $<'
	@$(GUEST_CC) $(GUEST_FLAGS) -Wa,-many -MMD -MP -c -o $@ $<
$(BENCH_PROGRAMS:%=$(O)/guest/bench-%.elf): $(O)/guest/obj/bench/guest.c.o
$(O)/guest/bench-%.elf: $(O)/guest/obj/bench/%.c.o $(BENCH_SDK_OBJ) $(BENCH_SDK)/guest.ld
	@$(GUEST_CC) $(GUEST_LINK) -o $@ $(filter %.o,$^) -lgcc
$(O)/guest/bench-%.xex: $(O)/guest/bench-%.elf $(O)/bin/xexbuild
	@echo '  XEX  $@'
	@$(O)/bin/xexbuild --sym=$(@:.xex=.sym) $< $@

# ---- the tools: bench_NAME.c with what they share (the other C files here) -------------------
# draw_*.c belong to bench_draw alone, which needs OpenGL.
BENCH_LIB_OBJ := $(patsubst %.c,$(O)/obj/%.o,$(filter-out tests/bench/bench_% tests/bench/test_% tests/bench/draw_%,$(wildcard tests/bench/*.c)))
BENCH_DRAW_OBJ := $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/bench/draw_*.c))
BENCH_OBJ_bench_draw := $(BENCH_DRAW_OBJ)
BENCH_LIBS_bench_draw := -lEGL -lGL -lcmocka
$(BENCH_DIR)/bench_draw: $(BENCH_DRAW_OBJ)
$(BENCH_TOOLS:%=$(BENCH_DIR)/%): $(BENCH_DIR)/%: $(O)/obj/tests/bench/%.o $(BENCH_LIB_OBJ) $(O)/libxenogate.a $(SIM_LIB)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $< $(BENCH_LIB_OBJ) $(BENCH_OBJ_$(@F)) -Wl,--start-group $(HOST_LIB) $(SIM_LIB) -Wl,--end-group $(BENCH_LIBS_$(@F)) $(LDLIBS)
-include $(BENCH_LIB_OBJ:.o=.d) $(BENCH_DRAW_OBJ:.o=.d) $(BENCH_TOOLS:%=$(O)/obj/tests/bench/%.d)
