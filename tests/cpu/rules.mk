# The programs that qemu-ppc64 and qemu-ppc run as the oracles of the differential tests.
QEMU_HARNESS := $(O)/tests/cpu-harness-ppc64 $(O)/tests/cpu-harness-ppc
TEST_EXTRA += $(QEMU_HARNESS)
CPU_HARNESS_FLAGS := -O1 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fno-pic -no-pie -nostdlib -static \
  -Wl,--section-start=.state=0x10100000 -Wl,--section-start=.code=0x10101000 -Wl,-z,noexecstack \
  -Wl,--no-warn-rwx-segments
$(O)/tests/cpu-harness-ppc64: tests/cpu/qemu/harness.c tests/cpu/qemu/state.S tests/cpu/rules.mk
	@mkdir -p $(@D)
	@echo '  PPC  $@'
	@powerpc64-linux-gnu-gcc -mcpu=970 $(CPU_HARNESS_FLAGS) -o $@ $(filter %.c %.S,$^)
$(O)/tests/cpu-harness-ppc: tests/cpu/qemu/harness.c tests/cpu/qemu/state32.S tests/cpu/rules.mk
	@mkdir -p $(@D)
	@echo '  PPC  $@'
	@powerpc-linux-gnu-gcc -mcpu=7400 $(CPU_HARNESS_FLAGS) -o $@ $(filter %.c %.S,$^)
$(O)/tests/test_cpu_qemu: | $(QEMU_HARNESS)

# ---- make mutants: the table and the interpreter -------------------------------------------
# MUTANT_COUNT and MUTANT_SEED choose others; the report is $(O)/mutants/cpu.csv.
MUTANT_COUNT ?= 100
MUTANT_SEED ?= 1
MUTANTS += mutants-cpu
MUTANT_SUITES := $(addprefix $(O)/tests/test_,cpu_core cpu_table cpu_estimate cpu_fp cpu_vmx128 cpu_words cpu_qemu jit)
mutants-cpu: $(O)/bin/mutate $(O)/bench/bench_figures $(MUTANT_SUITES)
	@CC="$(CC)" MUTANT_FLAGS="$(XG_CFLAGS)" tests/cpu/mutants/run.sh $(O) $(MUTANT_COUNT) $(MUTANT_SEED)
$(O)/bin/mutate: tests/cpu/mutants/mutate.c $(O)/bin/.dir
	@$(CC) $(GEN_CFLAGS) -o $@ $<

# What the translator does itself, for the coverage report.
TEST_EXTRA += $(O)/bin/jit_natives
$(O)/bin/jit_natives: $(O)/obj/tests/cpu/jit_natives.o $(O)/libxenogate.a
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(HOST_LIB) $(SIM_LIB) -Wl,--end-group $(LDLIBS)

SOAK += soak-cpu
soak-cpu: $(addprefix $(O)/tests/test_,jit jit_round jit_status cpu_qemu)
	@tests/cpu/soak.sh $(O) $(SOAK_SECONDS) $(SEED)
