# The Verilated core as a static library with the C interface sim/xg_sim.h.
# Verilator 5.006 leaves its runtime out of what it builds unless it links a program, so the
# runtime's sources are compiled here. One thread: two are slower by far on small machines.
SIM_DIR := $(O)/sim
SIM_LIB += $(SIM_DIR)/libxg_sim.a
SIM_VFLAGS := -CFLAGS -std=c++17 -O3 --x-assign fast --x-initial fast --noassert --threads 1 -Wall -Wno-PINCONNECTEMPTY -Wno-UNUSEDSIGNAL -Wno-DECLFILENAME
# The model is one long straight line of code: clang lays it out in half the bytes, which is what
# counts; else optimise for size.
SIM_CXX := $(if $(shell command -v clang++),clang++,g++)
SIM_OPT := $(if $(filter clang++,$(SIM_CXX)),-O3,-Os)
SIM_RUNTIME := verilated verilated_dpi verilated_threads

$(SIM_DIR)/rtl/Vxg_sim_top.mk: $(RTL_FILES) $(RTL_HEADERS) $(RTL_PKG) sim/xg_sim_top.sv sim/rules.mk rtl/core.f rtl/shell.f
	@mkdir -p $(@D)
	@echo '  VERILATE xg_sim_top'
	@verilator --cc $(SIM_VFLAGS) -Irtl --top-module xg_sim_top --Mdir $(@D) $(RTL_PKG) $(RTL_FILES) sim/xg_sim_top.sv
	@touch $@

$(SIM_DIR)/rtl/Vxg_sim_top__ALL.a: $(SIM_DIR)/rtl/Vxg_sim_top.mk
	@echo '  CXX  $@'
	@$(MAKE) --no-print-directory -s -C $(@D) -f Vxg_sim_top.mk Vxg_sim_top__ALL.a CXX=$(SIM_CXX) LINK=$(SIM_CXX) CFG_CXXFLAGS_NO_UNUSED=-w OPT_FAST="$(SIM_OPT)" OPT_SLOW="-O1" OPT_GLOBAL="$(SIM_OPT)" >$(@D)/make.log 2>&1 || { cat $(@D)/make.log; false; }
	@touch $@

$(SIM_DIR)/libxg_sim.a: $(SIM_DIR)/rtl/Vxg_sim_top__ALL.a sim/xg_shim.cpp sim/xg_sim.h
	@echo '  CXX  $@'
	@root=$$(verilator --getenv VERILATOR_ROOT); flags="-std=c++17 $(SIM_OPT) -w -I$(SIM_DIR)/rtl -I$$root/include -I$$root/include/vltstd -Isim"; \
	for s in $(SIM_RUNTIME); do [ -f $(SIM_DIR)/$$s.o ] || g++ -O2 $$flags -c $$root/include/$$s.cpp -o $(SIM_DIR)/$$s.o || exit 1; done; \
	$(SIM_CXX) $$flags -Wall -c sim/xg_shim.cpp -o $(SIM_DIR)/xg_shim.o && rm -f $@ && cp $< $@ && \
	ar rs $@ $(SIM_DIR)/xg_shim.o $(addprefix $(SIM_DIR)/,$(addsuffix .o,$(SIM_RUNTIME))) 2>/dev/null
include sim/board/rules.mk
