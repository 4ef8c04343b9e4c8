# The regression of the device: make regress TARGET=model|verilator|icarus|fpga (docs/testing.md).
PROVIDES += regress
REGRESS_DIR := $(O)/regress
REGRESS_SEED := 1
TARGET ?= verilator
EVERY_model := 1
EVERY_verilator := 1
EVERY_icarus := 16
EVERY_fpga := 1

REGRESS_LIB = -Wl,--start-group $(HOST_LIB) $(SIM_LIB) -Wl,--end-group
REGRESS_OBJ := $(addprefix $(O)/obj/tests/,regress/regress.o regress/wire.o regress/icarus_device.o support/faulty_link.o support/gpu_bench.o)
REGRESS_VECTORS_OBJ := $(addprefix $(O)/obj/tests/,regress/vectors.o regress/vector_packets.o regress/vector_copies.o regress/vector_corners.o regress/vector_wires.o support/gpu_bench.o support/gpu_stream.o)
REGRESS_FILES := $(addprefix $(REGRESS_DIR)/,regress vectors cases.jsonl observe icarus.vvp xg_icarus.vpi)
TEST_EXTRA += $(REGRESS_FILES)

$(REGRESS_DIR)/regress: $(REGRESS_OBJ) $(O)/libxenogate.a $(SIM_DIR)/libxg_sim.a
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(REGRESS_OBJ) $(REGRESS_LIB) -lcmocka $(LDLIBS)
$(REGRESS_DIR)/vectors: $(REGRESS_VECTORS_OBJ) $(O)/libxenogate.a $(SIM_DIR)/libxg_sim.a
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(REGRESS_VECTORS_OBJ) $(REGRESS_LIB) -lcmocka $(LDLIBS)
$(REGRESS_DIR)/observe: $(O)/obj/tests/regress/observe.o $(O)/libxenogate.a $(SIM_DIR)/libxg_sim.a
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $< $(REGRESS_LIB) $(LDLIBS)
$(REGRESS_DIR)/cases.jsonl: $(REGRESS_DIR)/vectors
	@$< $(REGRESS_SEED) $@ $(@D)/expected.jsonl
-include $(REGRESS_OBJ:.o=.d) $(REGRESS_VECTORS_OBJ:.o=.d)

$(REGRESS_DIR)/icarus.vvp: tests/regress/icarus_top.sv $(RTL_FILES) $(RTL_HEADERS) $(RTL_PKG)
	@mkdir -p $(@D)
	@echo '  IVERILOG $@'
	@iverilog -g2012 -Irtl -s icarus_top -o $@ $(RTL_PKG) $(RTL_FILES) $< 2>$@.log || { cat $@.log; false; }
$(REGRESS_DIR)/xg_icarus.vpi: tests/regress/icarus_vpi.c
	@mkdir -p $(@D)
	@echo '  VPI  $@'
	@gcc -O2 -Wall -Wextra -Werror -fPIC -shared $$(iverilog-vpi --cflags 2>/dev/null | tr ' ' '\n' | grep '^-I' | tr '\n' ' ') -o $@ $<

.PHONY: regress regress-golden observe
## make observe BENCH=vector WINDOW=lo:hi   what the device says in these packets (@lo:hi: to these addresses)
observe: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) $(REGRESS_FILES)
	@$(REGRESS_DIR)/observe $(TARGET) $(REGRESS_DIR) $(BENCH) $(WINDOW)
## make regress      the vectors of the device on TARGET=model, verilator, icarus or fpga; JUnit in build/regress
regress: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) $(REGRESS_FILES)
	@XG_ICARUS=$(REGRESS_DIR) $(REGRESS_DIR)/regress $(TARGET) $(REGRESS_DIR) tests/regress/golden.csv \
	  --every $(EVERY_$(TARGET)) --junit $(REGRESS_DIR)/$(TARGET).xml
## make regress-golden   writes tests/regress/golden.csv anew from the model
regress-golden:
	@$(MAKE) --no-print-directory -j$(JOBS) $(REGRESS_FILES)
	@$(REGRESS_DIR)/regress model $(REGRESS_DIR) tests/regress/golden.csv --write-golden

# ---- make coverage: lines of rtl/ that the regression runs -----------------------------------
COVERAGE_DIR := $(O)/coverage
$(COVERAGE_DIR)/sim/libxg_sim.a: $(RTL_FILES) $(RTL_HEADERS) sim/xg_sim_top.sv sim/xg_shim.cpp
	@mkdir -p $(@D)
	@$(MAKE) --no-print-directory $@ SIM_DIR=$(COVERAGE_DIR)/sim COVERAGE_DIR=$(O)/coverage/none SIM_EDGES= SIM_VFLAGS="$(SIM_VFLAGS) --coverage-line" \
	  SIM_RUNTIME="$(SIM_RUNTIME) verilated_cov" SIM_OPT="-O1 -DVM_COVERAGE=1"
$(COVERAGE_DIR)/regress: $(REGRESS_OBJ) $(O)/libxenogate.a $(COVERAGE_DIR)/sim/libxg_sim.a
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(REGRESS_OBJ) -Wl,--start-group $(O)/libxenogate.a $(COVERAGE_DIR)/sim/libxg_sim.a -Wl,--end-group -lcmocka $(LDLIBS)
# What the driver of the link never says comes from the link's own test.
$(COVERAGE_DIR)/test_rtl_link: $(O)/obj/tests/link/test_rtl_link.o $(O)/obj/tests/support/gpu_bench.o $(O)/obj/tests/support/gpu_stream.o $(O)/libxenogate.a $(COVERAGE_DIR)/sim/libxg_sim.a
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(O)/libxenogate.a $(COVERAGE_DIR)/sim/libxg_sim.a -Wl,--end-group -lcmocka $(LDLIBS)
.PHONY: coverage
## make coverage     lines of rtl/ that the regression reaches; those that it does not are listed
coverage: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) $(COVERAGE_DIR)/regress $(COVERAGE_DIR)/test_rtl_link $(REGRESS_DIR)/cases.jsonl
	@tests/regress/coverage $(O)
