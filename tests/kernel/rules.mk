# The long runs of the kernel: parallel runs under ThreadSanitizer, hostile arguments seed by seed.
SOAK += soak-kernel
.PHONY: soak-kernel
soak-kernel: build-all $(O)/tests/test_kernel_hostile
	@tests/kernel/test_tsan.sh $(O)
	@end=$$((SECONDS + $(SOAK_SECONDS))); seed=$(SEED); while [ $$SECONDS -lt $$end ]; do \
	    XG_SEED=$$seed XG_SETS=10000 CMOCKA_MESSAGE_OUTPUT=TAP $(O)/tests/test_kernel_hostile >$(O)/soak-kernel.log 2>&1 \
	        || { grep -A4 '^not ok' $(O)/soak-kernel.log; echo "seed $$seed"; exit 1; }; \
	    seed=$$((seed + 1)); done; echo "soak-kernel: $$((seed - $(SEED))) seeds from $(SEED)"
