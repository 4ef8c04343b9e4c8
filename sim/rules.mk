# The Verilated core as a static library with the C interface sim/xg_sim.h.
# Verilator 5.006 leaves its runtime out of what it builds unless it links a program, so the
# runtime's sources are compiled here. One thread: two are slower by far on small machines.
SIM_DIR := $(O)/sim
SIM_LIB += $(SIM_DIR)/libxg_sim.a
SIM_VFLAGS := -CFLAGS -std=c++17 -O3 --x-assign fast --x-initial fast --noassert --threads 1 -Wall -Wno-PINCONNECTEMPTY -Wno-UNUSEDSIGNAL -Wno-DECLFILENAME
# The model is one long straight line of code, and its bytes count: clang lays it out in fewer; g++ unrolls too much with -O3.
SIM_CXX := $(if $(shell command -v clang++),clang++,g++)
SIM_OPT := $(if $(filter clang++,$(SIM_CXX)),-O3,-O2)
SIM_RUNTIME := verilated verilated_dpi verilated_threads
# Sets of parts of the clock that the model is compiled for (sim/edges); other models of the core are compiled for none.
SIM_EDGES := sim/edges.csv

$(SIM_DIR)/rtl/Vxg_sim_top.mk: $(RTL_FILES) $(RTL_HEADERS) $(RTL_PKG) sim/xg_sim_top.sv sim/rules.mk sim/edges $(SIM_EDGES) sim/xg_parts.h rtl/core.f rtl/shell.f
	@rm -rf $(@D) && mkdir -p $(@D)
	@echo '  VERILATE xg_sim_top'
	@verilator --cc $(SIM_VFLAGS) -Irtl --top-module xg_sim_top --Mdir $(@D) $(RTL_PKG) $(RTL_FILES) sim/xg_sim_top.sv
	@sim/edges $(@D) $(SIM_EDGES)
	@touch $@

$(SIM_DIR)/rtl/Vxg_sim_top__ALL.a: $(SIM_DIR)/rtl/Vxg_sim_top.mk
	@echo '  CXX  $@'
	@rm -f $@; fast=; [ ! -s $(@D)/xg_edges.cpp ] || fast='Vxg_sim_top xg_edges'; \
	$(MAKE) --no-print-directory -s -C $(@D) -f Vxg_sim_top.mk Vxg_sim_top__ALL.a $${fast:+"VM_CLASSES_FAST=$$fast"} USER_CPPFLAGS=-I$(CURDIR) CXX=$(SIM_CXX) LINK=$(SIM_CXX) CFG_CXXFLAGS_NO_UNUSED=-w OPT_FAST="$(SIM_OPT)" OPT_SLOW="-O1" OPT_GLOBAL="$(SIM_OPT)" >$(@D)/make.log 2>&1 || { cat $(@D)/make.log; false; }
	@touch $@

$(SIM_DIR)/libxg_sim.a: $(SIM_DIR)/rtl/Vxg_sim_top__ALL.a sim/xg_shim.cpp sim/xg_sim.h sim/xg_parts.h
	@echo '  CXX  $@'
	@root=$$(verilator --getenv VERILATOR_ROOT); flags="-std=c++17 $(SIM_OPT) -w -I$(SIM_DIR)/rtl -I$$root/include -I$$root/include/vltstd -Isim"; \
	for s in $(SIM_RUNTIME); do [ -f $(SIM_DIR)/$$s.o ] || g++ -O2 $$flags -c $$root/include/$$s.cpp -o $(SIM_DIR)/$$s.o || exit 1; done; \
	$(SIM_CXX) $$flags -Wall -c sim/xg_shim.cpp -o $(SIM_DIR)/xg_shim.o && rm -f $@ && cp $< $@ && \
	ar rs $@ $(SIM_DIR)/xg_shim.o $(addprefix $(SIM_DIR)/,$(addsuffix .o,$(SIM_RUNTIME))) 2>/dev/null

# ---- the waveform of one packet: a core that records, in a program of its own --------------------------
WAVE_DIR := $(O)/wave
WAVE_RUNTIME := $(SIM_RUNTIME) verilated_vcd_c
CASE ?= sim/wave-case.jsonl
LINE ?= 1
$(WAVE_DIR)/rtl/Vxg_sim_top.mk: $(SIM_DIR)/rtl/Vxg_sim_top.mk
	@mkdir -p $(@D)
	@echo '  VERILATE xg_sim_top, recording'
	@verilator --cc $(SIM_VFLAGS) --trace +define+XG_WAVE -Irtl --top-module xg_sim_top --Mdir $(@D) $(RTL_PKG) $(RTL_FILES) sim/xg_sim_top.sv
	@touch $@
$(WAVE_DIR)/libxg_sim.a: $(WAVE_DIR)/rtl/Vxg_sim_top.mk sim/xg_shim.cpp sim/xg_sim.h
	@echo '  CXX  $@'
	@$(MAKE) --no-print-directory -s -C $(WAVE_DIR)/rtl -f Vxg_sim_top.mk Vxg_sim_top__ALL.a CXX=$(SIM_CXX) LINK=$(SIM_CXX) CFG_CXXFLAGS_NO_UNUSED=-w OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O1 >$(WAVE_DIR)/make.log 2>&1 || { cat $(WAVE_DIR)/make.log; false; }
	@root=$$(verilator --getenv VERILATOR_ROOT); flags="-std=c++17 -O1 -w -DXG_WAVE -I$(WAVE_DIR)/rtl -I$$root/include -I$$root/include/vltstd -Isim"; \
	for s in $(WAVE_RUNTIME); do g++ $$flags -c $$root/include/$$s.cpp -o $(WAVE_DIR)/$$s.o || exit 1; done; \
	$(SIM_CXX) $$flags -c sim/xg_shim.cpp -o $(WAVE_DIR)/xg_shim.o && cp $(WAVE_DIR)/rtl/Vxg_sim_top__ALL.a $@ && \
	ar rs $@ $(WAVE_DIR)/xg_shim.o $(addprefix $(WAVE_DIR)/,$(addsuffix .o,$(WAVE_RUNTIME))) 2>/dev/null
$(WAVE_DIR)/xenogate: $(O)/xenogate $(WAVE_DIR)/libxg_sim.a
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(O)/obj/host/app/main.o -Wl,--start-group $(HOST_LIB) $(WAVE_DIR)/libxg_sim.a -Wl,--end-group $(LDLIBS)

.PHONY: wave
## make wave PACKET=n  all signals of the core while it works on packet n of a case (CASE=file of `gpu exec` cases,
##                   LINE=which), as build/wave/packet-n.vcd
wave: deps-run
	@[ -n "$(PACKET)" ] || { echo 'make wave PACKET=n [CASE=cases.jsonl] [LINE=1]' >&2; exit 2; }
	@$(MAKE) --no-print-directory -j$(JOBS) build-all
	@$(MAKE) --no-print-directory -j$(JOBS) $(WAVE_DIR)/xenogate
	@sed -n '$(LINE)p' $(CASE) | XG_WAVE_PACKET=$(PACKET) XG_WAVE_FILE=$(WAVE_DIR)/packet-$(PACKET).vcd $(WAVE_DIR)/xenogate gpu exec --gpu=rtl >$(WAVE_DIR)/packet-$(PACKET).json
	@grep -q '^#' $(WAVE_DIR)/packet-$(PACKET).vcd || { echo 'make wave: the case has no packet $(PACKET)' >&2; rm -f $(WAVE_DIR)/packet-$(PACKET).vcd; exit 1; }
	@echo $(WAVE_DIR)/packet-$(PACKET).vcd
include sim/board/rules.mk
