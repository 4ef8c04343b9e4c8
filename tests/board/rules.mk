# The simulated board on USB (umockdev), for the suites of tests/board.
BOARD_SIM := $(O)/tests/board-sim
TEST_EXTRA += $(BOARD_SIM)
UMOCKDEV_FLAGS = $(eval UMOCKDEV_FLAGS := $(shell pkg-config --cflags umockdev-1.0))$(UMOCKDEV_FLAGS)
$(O)/obj/tests/board/%.o: tests/board/%.c | $(GEN)
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(CC) $(XG_CFLAGS) $(PKG_CFLAGS) $(UMOCKDEV_FLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
BOARD_SIM_OBJ := $(addprefix $(O)/obj/tests/board/,board_sim.o ft232h_model.o usbfs_model.o)
-include $(BOARD_SIM_OBJ:.o=.d)
$(BOARD_SIM): $(BOARD_SIM_OBJ) $(O)/board/xg_board_shim.o $(O)/board/rtl/Vxg_board_sim__ALL.a $(SIM_LIB)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(BOARD_SIM_OBJ) $(O)/board/xg_board_shim.o $(O)/board/rtl/Vxg_board_sim__ALL.a $(addprefix $(SIM_DIR)/,$(addsuffix .o,$(SIM_RUNTIME))) $$(pkg-config --libs umockdev-1.0) -lstdc++ -lpthread -lm

# link.efficiency: driver, chip and board in one process (make bench).
LINK_SPEED := $(O)/tests/link-speed
TEST_EXTRA += $(LINK_SPEED)
LINK_SPEED_OBJ := $(addprefix $(O)/obj/tests/board/,link_speed.o ft232h_model.o)
-include $(LINK_SPEED_OBJ:.o=.d)
$(LINK_SPEED): $(LINK_SPEED_OBJ) $(O)/libxenogate.a $(O)/board/xg_board_shim.o $(O)/board/rtl/Vxg_board_sim__ALL.a $(SIM_LIB)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $(LINK_SPEED_OBJ) $(O)/board/xg_board_shim.o $(O)/board/rtl/Vxg_board_sim__ALL.a -Wl,--start-group $(HOST_LIB) $(SIM_LIB) -Wl,--end-group $(LDLIBS)
