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
