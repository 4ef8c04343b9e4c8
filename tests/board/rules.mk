# The simulated board on USB (umockdev), for the suites of tests/board.
BOARD_SIM := $(O)/tests/board-sim
TEST_EXTRA += $(BOARD_SIM) $(O)/bin/bitstream-check
UMOCKDEV_FLAGS = $(eval UMOCKDEV_FLAGS := $(shell pkg-config --cflags umockdev-1.0))$(UMOCKDEV_FLAGS)
$(O)/obj/tests/board/%.o: tests/board/%.c | $(GEN)
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(CC) $(XG_CFLAGS) $(PKG_CFLAGS) $(UMOCKDEV_FLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
BOARD_SIM_OBJ := $(addprefix $(O)/obj/tests/board/,board_sim.o ft232h_model.o usbfs_model.o)
-include $(BOARD_SIM_OBJ:.o=.d)
BOARD_SIM_HOST := $(addprefix $(O)/obj/host/,gpu/present/png.o base/file.o base/error.o)
$(BOARD_SIM): $(BOARD_SIM_OBJ) $(BOARD_SIM_HOST) $(O)/board/xg_board_shim.o $(O)/board/rtl/Vxg_board_sim__ALL.a $(SIM_LIB)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(BOARD_SIM_OBJ) $(BOARD_SIM_HOST) $(O)/board/xg_board_shim.o $(O)/board/rtl/Vxg_board_sim__ALL.a $(addprefix $(SIM_DIR)/,$(addsuffix .o,$(SIM_RUNTIME))) $$(pkg-config --libs umockdev-1.0 libpng) -lstdc++ -lpthread -lm

# link.efficiency: driver, chip and board in one process (make bench).
LINK_SPEED := $(O)/tests/link-speed
TEST_EXTRA += $(LINK_SPEED)
LINK_SPEED_OBJ := $(addprefix $(O)/obj/tests/board/,link_speed.o ft232h_model.o)
-include $(LINK_SPEED_OBJ:.o=.d)
$(LINK_SPEED): $(LINK_SPEED_OBJ) $(O)/libxenogate.a $(O)/board/xg_board_shim.o $(O)/board/rtl/Vxg_board_sim__ALL.a $(SIM_LIB)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(LINK_SPEED_OBJ) $(O)/board/xg_board_shim.o $(O)/board/rtl/Vxg_board_sim__ALL.a -Wl,--start-group $(HOST_LIB) $(SIM_LIB) -Wl,--end-group $(LDLIBS)

# Figures of the board (make bench): the simulated board inside of the program.
BENCH_BOARD := $(O)/bench/bench_board
-include $(O)/obj/tests/board/bench_board.d
$(BENCH_BOARD): $(O)/obj/tests/board/bench_board.o $(O)/obj/tests/bench/device.o $(O)/obj/tests/bench/figures.o $(O)/libxenogate.a \
  $(O)/board/xg_board_shim.o $(O)/board/rtl/Vxg_board_sim__ALL.a $(SIM_LIB)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LDLIBS)
bench-build: $(BENCH_BOARD)
# The board on its serial line: inside of the program, and behind a pseudo terminal with a program that uses it.
BOARD_SERIAL := $(O)/tests/board-serial
BOARD_LINE := $(O)/tests/board-line
TEST_EXTRA += $(BOARD_SERIAL) $(BOARD_LINE)
-include $(addprefix $(O)/obj/tests/board/,serial.d line_model.d line_sim.d hostile_line.d)
$(BOARD_SERIAL): $(addprefix $(O)/obj/tests/board/,serial.o line_model.o)
$(BOARD_LINE): $(addprefix $(O)/obj/tests/board/,line_sim.o line_model.o hostile_line.o)
$(BOARD_SERIAL) $(BOARD_LINE): $(O)/libxenogate.a $(O)/board/xg_board_shim.o $(O)/board/rtl/Vxg_board_sim__ALL.a $(SIM_LIB)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LDLIBS)
# The ECPIX-5 on USB: a ULPI PHY and a USB host in front of it.
ECPIX5_SIM := $(O)/tests/ecpix5-sim
TEST_EXTRA += $(ECPIX5_SIM)
ECPIX5_SIM_OBJ := $(addprefix $(O)/obj/tests/board/,ecpix5_sim.o ulpi_model.o ulpi_host.o)
-include $(ECPIX5_SIM_OBJ:.o=.d)
$(ECPIX5_SIM): $(ECPIX5_SIM_OBJ) $(O)/obj/tests/board/usbfs_model.o $(O)/ecpix5-sim/xg_ecpix5_shim.o $(O)/ecpix5-sim/rtl/Vxg_ecpix5_sim__ALL.a $(SIM_LIB)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(O)/ecpix5-sim/rtl/Vxg_ecpix5_sim__ALL.a $(addprefix $(SIM_DIR)/,$(addsuffix .o,$(SIM_RUNTIME))) $$(pkg-config --libs umockdev-1.0) -lstdc++ -lpthread -lm

.PHONY: litedram-check
## make litedram-check  the ECPIX-5's memory port against LiteDRAM's own controller in simulation (PyPI)
litedram-check:
	@tests/board/litedram.sh $(O)
