# The program that qemu-ppc64 runs as the oracle of the differential tests.
QEMU_HARNESS := $(O)/tests/cpu-harness-ppc64
TEST_EXTRA += $(QEMU_HARNESS)
$(QEMU_HARNESS): tests/cpu/qemu/harness.c tests/cpu/qemu/state.S tests/cpu/rules.mk
	@mkdir -p $(@D)
	@echo '  PPC  $@'
	@powerpc64-linux-gnu-gcc -mcpu=970 -O1 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fno-pic -no-pie \
	  -nostdlib -static -Wl,--section-start=.state=0x10100000 -Wl,--section-start=.code=0x10101000 -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments -o $@ $(filter %.c %.S,$^)
$(O)/tests/test_cpu_qemu: | $(QEMU_HARNESS)
