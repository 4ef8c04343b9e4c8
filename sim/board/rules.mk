# The simulated board: device, FIFO and SDRAM controller under Verilator, for tests/board.
BOARD_DIR := $(O)/board
BOARD_FILES = $(RTL_FILES) $(shell cat rtl/board.f rtl/ulx3s.f) sim/board/sdram_model.sv sim/board/xg_board_sim.sv
$(BOARD_DIR)/rtl/Vxg_board_sim.mk: $(RTL_HEADERS) $(RTL_PKG) $(BOARD_FILES) sim/board/rules.mk
	@mkdir -p $(@D)
	@echo '  VERILATE xg_board_sim'
	@verilator --cc $(SIM_VFLAGS) -Wno-BLKSEQ -Wno-WIDTH -Irtl --top-module xg_board_sim --Mdir $(@D) $(RTL_PKG) $(BOARD_FILES)
	@touch $@
$(BOARD_DIR)/rtl/Vxg_board_sim__ALL.a: $(BOARD_DIR)/rtl/Vxg_board_sim.mk
	@echo '  CXX  $@'
	@$(MAKE) --no-print-directory -s -C $(@D) -f Vxg_board_sim.mk Vxg_board_sim__ALL.a CXX=$(SIM_CXX) LINK=$(SIM_CXX) CFG_CXXFLAGS_NO_UNUSED=-w OPT_FAST="$(SIM_OPT)" OPT_SLOW="-O1" OPT_GLOBAL="$(SIM_OPT)" >$(@D)/make.log 2>&1 || { cat $(@D)/make.log; false; }
	@touch $@
$(BOARD_DIR)/xg_board_shim.o: sim/board/xg_board_shim.cpp sim/board/screen.hpp sim/board/xg_board_sim.h $(BOARD_DIR)/rtl/Vxg_board_sim__ALL.a
	@echo '  CXX  $@'
	@root=$$(verilator --getenv VERILATOR_ROOT); $(SIM_CXX) -std=c++17 -O2 -w -I$(BOARD_DIR)/rtl -I$$root/include -I$$root/include/vltstd -Isim/board -Wall -c $< -o $@

# The ECPIX-5 in the same way: sim/board/xg_ecpix5_sim.sv.
ECPIX5_DIR := $(O)/ecpix5-sim
ECPIX5_FILES = $(RTL_FILES) $(filter-out $(RTL_FILES),$(shell cat rtl/board.f rtl/ecpix5.f | awk '!seen[$$0]++')) sim/board/litedram_model.sv sim/board/xg_ecpix5_sim.sv
$(ECPIX5_DIR)/rtl/Vxg_ecpix5_sim.mk: $(RTL_HEADERS) $(RTL_PKG) $(ECPIX5_FILES) sim/board/rules.mk
	@mkdir -p $(@D)
	@echo '  VERILATE xg_ecpix5_sim'
	@verilator --cc $(SIM_VFLAGS) -Wno-BLKSEQ -Wno-WIDTH -Wno-UNUSEDPARAM -Irtl --top-module xg_ecpix5_sim --Mdir $(@D) $(RTL_PKG) $(ECPIX5_FILES)
	@touch $@
$(ECPIX5_DIR)/rtl/Vxg_ecpix5_sim__ALL.a: $(ECPIX5_DIR)/rtl/Vxg_ecpix5_sim.mk
	@echo '  CXX  $@'
	@$(MAKE) --no-print-directory -s -C $(@D) -f Vxg_ecpix5_sim.mk Vxg_ecpix5_sim__ALL.a CXX=$(SIM_CXX) LINK=$(SIM_CXX) CFG_CXXFLAGS_NO_UNUSED=-w OPT_FAST="$(SIM_OPT)" OPT_SLOW="-O1" OPT_GLOBAL="$(SIM_OPT)" >$(@D)/make.log 2>&1 || { cat $(@D)/make.log; false; }
	@touch $@
$(ECPIX5_DIR)/xg_ecpix5_shim.o: sim/board/xg_ecpix5_shim.cpp sim/board/xg_ecpix5_sim.h $(ECPIX5_DIR)/rtl/Vxg_ecpix5_sim__ALL.a
	@echo '  CXX  $@'
	@root=$$(verilator --getenv VERILATOR_ROOT); $(SIM_CXX) -std=c++17 -O2 -w -I$(ECPIX5_DIR)/rtl -I$$root/include -I$$root/include/vltstd -Isim/board -Wall -c $< -o $@
