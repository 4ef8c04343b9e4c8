# Damaged and hostile traces with new seeds, for SOAK_SECONDS.
SOAK += soak-trace
soak-trace: $(O)/tests/test_trace
	@end=$$(( $$(date +%s) + $(SOAK_SECONDS) )); seed=$(SEED); runs=0; \
	while [ $$(date +%s) -lt $$end ]; do \
	    $(O)/tests/test_trace --mutations 4000 --seed $$seed >$(O)/soak-trace.log 2>&1 || { tail -5 $(O)/soak-trace.log; echo "seed $$seed"; exit 1; }; \
	    seed=$$((seed + 4000)); runs=$$((runs + 1)); done; echo "soak-trace: $$runs runs from seed $(SEED)"
