# ---- make mutants: output merger and raster ---------------------------------------------------
# MUTANT_COUNT and MUTANT_SEED choose others, MUTANTS_ONLY="7 12" some of them, which are said one by
# one; the report is $(O)/mutants/draw.csv.
MUTANTS += mutants-draw
DRAW_MUTANTS_OBJ := $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/draw/test_*.c))
mutants-draw:
	@$(MAKE) --no-print-directory -j$(JOBS) $(O)/bin/mutate $(O)/bench/bench_figures $(HOST_LIB) $(DRAW_MUTANTS_OBJ)
	@CC="$(CC)" MUTANT_FLAGS="$(XG_CFLAGS)" JOBS=$(JOBS) tests/draw/mutants.sh $(O) $(MUTANT_COUNT) $(MUTANT_SEED) $(MUTANTS_ONLY)

# The fuzz of microcode with a new seed each time, for SOAK_SECONDS.
SOAK += soak-draw
soak-draw: $(O)/tests/test_wide
	@end=$$(( $$(date +%s) + $(SOAK_SECONDS) )); seed=$(SEED); \
	while [ $$(date +%s) -lt $$end ]; do \
	    XG_FUZZ_SEED=$$seed XG_FUZZ_PROGRAMS=20000 $(O)/tests/test_wide >$(O)/soak-draw.log 2>&1 || { tail -5 $(O)/soak-draw.log; echo "seed $$seed"; exit 1; }; \
	    seed=$$((seed + 1)); done; echo "soak-draw: $$((seed - $(SEED))) runs from seed $(SEED)"
