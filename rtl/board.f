rtl/common/xg_async_fifo.sv
rtl/board/xg_reset.sv
rtl/board/xg_ft245.sv
rtl/board/xg_uart.sv
rtl/board/xg_link_bytes.sv
rtl/board/xg_sdram.sv
rtl/board/xg_board_memory.sv
rtl/board/xg_board.sv
