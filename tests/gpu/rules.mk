# The long comparison of core and model: random packet streams with a new seed each time; about twenty
# of each kind a second.
SOAK += soak-streams
.PHONY: soak-streams
soak-streams: tests
	@XG_STREAMS=$$(($(SOAK_SECONDS) * 20)) XG_SEED=$(SEED) $(O)/tests/test_rtl_equals_model rtl
