# Mutants of the core for `make mutants`: one netlist of the whole core that holds all of them.
MUTANTS += mutants-rtl
RTL_MUTANTS := 208
RTL_MUTANTS_SEED := 1
MUTANTS_OBJ := $(addprefix $(O)/obj/tests/,regress/regress.o regress/wire.o regress/icarus_device.o support/faulty_link.o support/gpu_bench.o mutants/mutant.o)
MUTANTS_DIR := $(O)/mutants/rtl
MUTANTS_VFLAGS := -CFLAGS -std=c++17 -O3 --x-assign fast --x-initial fast --noassert --threads 1 -Wno-fatal -Wno-lint -Wno-style -Wno-UNOPTFLAT

# The modules stay modules: a flat netlist takes ten times as long to run. Nets are split where cells drive parts of
# them, so that Verilator sees fewer loops that are none. What nobody looks at is taken out before. Each mutant has a
# bit of its own, so that several can be on at once.
$(MUTANTS_DIR)/list.ys: $(RTL_FILES) $(RTL_HEADERS) $(RTL_PKG) tests/mutants/rules.mk
	@mkdir -p $(@D); rm -rf $(@D)/results
	@echo '  MUTATE xg_top'
	@yosys -q -p "read_verilog -sv -Irtl $(RTL_PKG) $(RTL_FILES); hierarchy -check -top xg_top; proc; \
	  opt_expr -fine; opt_merge; opt_reduce; opt_expr -fine; wreduce; opt_clean -purge; memory -nomap -nordff; opt_expr -fine; opt_reduce; opt_clean -purge; \
	  write_rtlil $(@D)/before.il; mutate -list $(RTL_MUTANTS) -seed $(RTL_MUTANTS_SEED) -ctrl mutant 9 1 -o $@.new; script $@.new; \
	  opt_expr; opt_clean -purge; splitnets -driver; splitnets w:*_EN*; opt_clean -purge; \
	  rename xg_top xg_top_mutated; write_verilog -noattr -simple-lhs $(@D)/netlist.v" >$(@D)/mutate.log 2>&1 || { tail -n 5 $(@D)/mutate.log; false; }
	@sed -i -E "s/\\[8:0\\] mutant;/[255:0] mutant;/; s/mutant == 9'h([0-9a-f]+);/mutant[8'h\\1];/" $(@D)/netlist.v
	@! grep -q 'mutant ==' $(@D)/netlist.v
	@mv $@.new $@
# The same ports as xg_top, around the netlist.
$(MUTANTS_DIR)/xg_top.sv: $(MUTANTS_DIR)/list.ys
	@{ sed -n '/^module xg_top/,/^);/p' rtl/xg_top.sv; \
	  printf '%s\n' '  import "DPI-C" function int xg_mutants(input int word);' '  logic [255:0] mutant;' \
	    '  initial for (int i = 0; i < 8; i++) mutant[32 * i+:32] = xg_mutants(i);' \
	    '  xg_top_mutated u_mutated (.*);' 'endmodule'; } >$@
$(MUTANTS_DIR)/sim/libxg_sim.a: $(MUTANTS_DIR)/xg_top.sv sim/xg_sim_top.sv sim/xg_shim.cpp
	@$(MAKE) --no-print-directory $@ SIM_DIR=$(MUTANTS_DIR)/sim MUTANTS_DIR=$(O)/mutants/none SIM_OPT=-O2 \
	  RTL_FILES="$(MUTANTS_DIR)/netlist.v $(MUTANTS_DIR)/xg_top.sv" SIM_EDGES= SIM_VFLAGS="$(MUTANTS_VFLAGS)"
$(MUTANTS_DIR)/regress: $(MUTANTS_OBJ) $(O)/libxenogate.a $(MUTANTS_DIR)/sim/libxg_sim.a
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(MUTANTS_OBJ) -Wl,--start-group $(O)/libxenogate.a $(MUTANTS_DIR)/sim/libxg_sim.a -Wl,--end-group -lcmocka $(LDLIBS)

.PHONY: mutants-rtl
mutants-rtl:
	@$(MAKE) --no-print-directory -j$(JOBS) $(MUTANTS_DIR)/regress $(REGRESS_DIR)/cases.jsonl $(O)/bench/bench_figures
	@tests/mutants/run $(O)
