# The long runs of copies: every combination of format, select, samples, endian code, tiling and clear on model and
# core; random copies with a new seed; every single through the model's arithmetic.
SOAK += soak-copies
.PHONY: soak-copies
soak-copies:
	@tests/link/matrix.sh $(O) $(SOAK_SECONDS) $(SEED)
	@XG_SEED=$${SEED:-$$(date +%s)} XG_COPIES=$$(($(SOAK_SECONDS) * 80)) $(O)/tests/test_rtl_resolve
	@XG_SINGLES_STEP=1 $(O)/tests/test_model_formats
