# The long comparison of core and model: random packet streams with a new seed each time; about twenty
# of each kind a second.
SOAK += soak-streams
.PHONY: soak-streams
soak-streams: tests
	@XG_STREAMS=$$(($(SOAK_SECONDS) * 20)) XG_SEED=$(SEED) $(O)/tests/test_rtl_equals_model rtl
# The Icarus benches of the core and of the USB device, and the faults they must see, with a new seed each time.
SOAK += soak-benches
.PHONY: soak-benches
soak-benches: build-all
	@end=$$(( $$(date +%s) + $(SOAK_SECONDS) )); seed=$(SEED); \
	while [ $$(date +%s) -lt $$end ]; do \
	    for part in gpu/rtl/parts gpu/rtl/shell gpu/rtl/core usb; do \
	        O=$(O) XG_SEED=$$seed tests/$$part/run.sh $(O) >$(O)/soak-benches.log 2>&1 && ! grep -q '^not ok' $(O)/soak-benches.log \
	            || { grep -A4 '^not ok' $(O)/soak-benches.log; echo "tests/$$part/run.sh, seed $$seed"; exit 1; }; \
	    done; seed=$$((seed + 1)); done; echo "soak-benches: $$((seed - $(SEED))) seeds from $(SEED)"
