# The long runs of the kernel: parallel runs under ThreadSanitizer, hostile arguments from more seeds.
PROVIDES += soak
.PHONY: soak soak-kernel
soak: soak-kernel
soak-kernel: build-all $(O)/tests/test_kernel_hostile
	@tests/kernel/test_tsan.sh $(O)
	@for seed in 1 2 3; do XG_SEED=$$seed XG_SETS=10000 CMOCKA_MESSAGE_OUTPUT=TAP $(O)/tests/test_kernel_hostile || exit 1; done
