# The long comparison of core and model: XG_STREAMS of each kind from XG_SEED on (also `make soak` of all parts).
PROVIDES += soak
.PHONY: soak soak-streams
soak: soak-streams
soak-streams: tests
	@XG_STREAMS=$${XG_STREAMS:-20000} XG_SEED=$${XG_SEED:-100000} $(O)/tests/test_rtl_equals_model rtl
