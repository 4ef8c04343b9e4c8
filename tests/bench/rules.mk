# Measurements: `make bench` (all runs) and `make bench-quick` (fewer).
PROVIDES += bench bench-quick
BENCH_PROGRAMS := core memswap nbody ffp vcall skin lz tree
BENCH_NATIVE := $(BENCH_PROGRAMS:%=$(O)/obj/bench/%.o)
$(O)/obj/bench/%.o: tests/bench/programs/%.c tests/bench/programs/bench.h
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(CC) -std=gnu17 -O2 -march=native -fno-math-errno -w -Dbench_main=native_$* -c -o $@ $<
$(O)/bin/bench_cpu: tests/bench/bench_cpu.c $(BENCH_NATIVE) $(O)/libxenogate.a
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(XG_CFLAGS) $(CFLAGS) -o $@ $< $(BENCH_NATIVE) $(O)/libxenogate.a $(LDLIBS)
.PHONY: bench bench-quick
bench bench-quick: deps-run
	@$(MAKE) --no-print-directory -j$(JOBS) $(O)/bin/bench_cpu $(BENCH_PROGRAMS:%=$(O)/guest/bench-%.xex)
	@$(O)/bin/bench_cpu $(O) $(if $(filter bench-quick,$@),3,7)
	@tests/bench/merge.sh $(O) $(O)/bench-cpu.part
