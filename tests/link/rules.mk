# The long runs of copies: every combination of format, select, samples, endian code, tiling and clear on model and
# core; random copies with a new seed; every single through the model's arithmetic.
SOAK += soak-copies
.PHONY: soak-copies
soak-copies:
	@tests/link/matrix.sh $(O) $(SOAK_SECONDS) $(SEED)
	@XG_SEED=$${SEED:-$$(date +%s)} XG_COPIES=$$(($(SOAK_SECONDS) * 80)) $(O)/tests/test_rtl_resolve
	@XG_SINGLES_STEP=1 $(O)/tests/test_model_formats
# A thousand runs with faults between driver and core, and as many hostile devices as there is time for; a board on USB
# that is unplugged, reset and damaged at places that follow from the seed, the same on its serial line; all vectors of the
# regression on the board on USB.
SOAK += soak-link
.PHONY: soak-link
soak-link: tests
	@XG_FAULT_RUNS=1000 XG_SEED=$(SEED) $(O)/tests/test_link_faults
	@XG_SCAN_STREAMS=$(SOAK_SECONDS) XG_SCAN_RINGS=$$(($(SOAK_SECONDS) * 10)) XG_SEED=$(SEED) $(O)/tests/test_link_scan
	@XG_FUZZ_RUNS=$$(($(SOAK_SECONDS) * 5000)) XG_SEED=$(SEED) $(O)/tests/test_link_fuzz
	@tests/board/faults.sh $(O) $(SEED)
	@tests/board/line.sh $(O) $(SEED)
	@XG_FPGA_ZEROED=1 XG_FPGA_CLOCKS_PER_US=1 umockdev-wrapper $(O)/tests/board-sim -- $(O)/regress/regress fpga $(O)/regress tests/regress/golden.csv
