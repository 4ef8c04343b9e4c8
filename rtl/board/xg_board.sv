// The device on a board with a FT232H and a 16-bit SDRAM, between the pads: no primitive of an FPGA
// family stands here. Clocks: clk_i for core and SDRAM, ft_clk_i from the chip. Pads hold the
// registers of all inputs and outputs but ft_txe_n_i: what goes out is the value for the next edge
// (xg_ft245, xg_sdram).
//
// serial_i chooses the serial line instead of the FIFO, for bringing a board up; it may change only
// while rst_i is high. What the line brings faster than it is taken is lost after 2 KiB.
module xg_board #(
    parameter int POWER_UP = 13400,
    parameter int REFRESH = 510,
    parameter logic [31:0] CAPS = 32'h00190007,  // layers L0-L2, 2**25 bytes
    parameter int FRAMES = 352,                  // 22 MiB; the rest is the eDRAM
    parameter int UART_DIVIDE = 21               // clocks a bit: 3 Mbaud
) (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        ft_clk_i,
    input  logic        ft_rst_i,
    // FT232H
    input  logic        ft_rxf_n_i,
    input  logic        ft_txe_n_i,
    input  logic [7:0]  ft_data_i,
    output logic [7:0]  ft_data_o,
    output logic        ft_drive_o,
    output logic        ft_oe_n_o,
    output logic        ft_rd_n_o,
    output logic        ft_wr_n_o,
    output logic        ft_siwu_n_o,
    // serial line
    input  logic        serial_i,
    input  logic        uart_rx_i,
    output logic        uart_tx_o,
    // SDRAM
    output logic        sd_cke_o,
    output logic        sd_cs_n_o,
    output logic        sd_ras_n_o,
    output logic        sd_cas_n_o,
    output logic        sd_we_n_o,
    output logic [1:0]  sd_ba_o,
    output logic [12:0] sd_a_o,
    output logic [1:0]  sd_dqm_o,
    output logic [15:0] sd_dq_o,
    output logic        sd_drive_o,
    input  logic [15:0] sd_dq_i,
    // screen: two bits of each lane {clock, red, green, blue} for each cycle of clk_bit_i, which is five
    // times clk_pixel_i (25 MHz)
    input  logic        clk_pixel_i,
    input  logic        rst_pixel_i,
    input  logic        clk_bit_i,
    output logic [7:0]  dvi_o,
    // what a lamp may show
    output logic        busy_o,
    output logic        rx_o,   // a byte came, a byte went
    output logic        tx_o
);
  // ---- bytes between the two clocks ----------------------------------------------------------
  localparam int RX_LOG2 = 11, TX_LOG2 = 11;
  logic rx_valid, rx_room, tx_valid, tx_ready;
  logic tx_wait_valid, tx_wait_ready;
  logic [7:0] rx_data, tx_data, tx_wait;
  logic [RX_LOG2:0] rx_level;
  logic byte_rx_valid, byte_rx_ready, byte_tx_valid, byte_tx_ready;
  logic [7:0] byte_rx, byte_tx;
  logic ft_rx_valid, ft_tx_ready, line_valid, line_rx_valid, line_tx_ready;
  logic [7:0] ft_rx, line, line_rx;

  xg_ft245 u_ft245 (
      .clk_i     (ft_clk_i),
      .rst_i     (ft_rst_i),
      .rxf_n_i   (ft_rxf_n_i),
      .txe_n_i   (ft_txe_n_i),
      .data_i    (ft_data_i),
      .data_o    (ft_data_o),
      .drive_o   (ft_drive_o),
      .oe_n_o    (ft_oe_n_o),
      .rd_n_o    (ft_rd_n_o),
      .wr_n_o    (ft_wr_n_o),
      .siwu_n_o  (ft_siwu_n_o),
      .rx_valid_o(rx_valid),
      .rx_data_o (rx_data),
      .rx_room_i (rx_room),
      .tx_valid_i(tx_valid),
      .tx_ready_o(tx_ready),
      .tx_data_i (tx_data)
  );
  // Room for the eight bytes that may still come when no more is asked for, and for what came since the
  // level was looked at.
  always_ff @(posedge ft_clk_i) rx_room <= rx_level < {1'b0, {(RX_LOG2 - 4) {1'b1}}, 4'd0};
  xg_async_fifo #(
      .W(8),
      .DEPTH_LOG2(RX_LOG2)
  ) u_rx (
      .wr_clk_i  (ft_clk_i),
      .wr_rst_i  (ft_rst_i),
      .wr_valid_i(rx_valid),
      .wr_ready_o(),
      .wr_data_i (rx_data),
      .wr_level_o(rx_level),
      .rd_clk_i  (clk_i),
      .rd_rst_i  (rst_i),
      .rd_valid_o(ft_rx_valid),
      .rd_ready_i(byte_rx_ready && !serial_i),
      .rd_data_o (ft_rx)
  );
  xg_async_fifo #(
      .W(8),
      .DEPTH_LOG2(TX_LOG2)
  ) u_tx (
      .wr_clk_i  (clk_i),
      .wr_rst_i  (rst_i),
      .wr_valid_i(byte_tx_valid && !serial_i),
      .wr_ready_o(ft_tx_ready),
      .wr_data_i (byte_tx),
      .wr_level_o(),
      .rd_clk_i  (ft_clk_i),
      .rd_rst_i  (ft_rst_i),
      .rd_valid_o(tx_wait_valid),
      .rd_ready_i(tx_wait_ready),
      .rd_data_o (tx_wait)
  );
  // The chip's answer (TXE#) comes late in a cycle: it ends here and does not reach the queue's memory.
  xg_skid #(
      .W(8)
  ) u_tx_skid (
      .clk_i      (ft_clk_i),
      .rst_i      (ft_rst_i),
      .in_valid_i (tx_wait_valid),
      .in_ready_o (tx_wait_ready),
      .in_data_i  (tx_wait),
      .out_valid_o(tx_valid),
      .out_ready_i(tx_ready),
      .out_data_o (tx_data)
  );

  // ---- the serial line -------------------------------------------------------------------------
  xg_uart #(
      .DIVIDE(UART_DIVIDE)
  ) u_uart (
      .clk_i,
      .rst_i,
      .rx_i      (uart_rx_i),
      .tx_o      (uart_tx_o),
      .rx_valid_o(line_valid),
      .rx_data_o (line),
      .tx_valid_i(byte_tx_valid && serial_i),
      .tx_ready_o(line_tx_ready),
      .tx_data_i (byte_tx)
  );
  xg_fifo #(
      .W(8),
      .DEPTH_LOG2(RX_LOG2)
  ) u_line (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(line_valid && serial_i),
      .wr_ready_o(),
      .wr_data_i (line),
      .rd_valid_o(line_rx_valid),
      .rd_ready_i(byte_rx_ready && serial_i),
      .rd_data_o (line_rx),
      .level_o   ()
  );
  assign byte_rx_valid = serial_i ? line_rx_valid : ft_rx_valid;
  assign byte_rx = serial_i ? line_rx : ft_rx;
  assign byte_tx_ready = serial_i ? line_tx_ready : ft_tx_ready;
  assign rx_o = byte_rx_valid && byte_rx_ready;
  assign tx_o = byte_tx_valid && byte_tx_ready;

  logic hunt, wi_valid, wi_ready, wo_valid, wo_ready;
  logic [31:0] wi, wo;
  xg_link_bytes u_bytes (
      .clk_i,
      .rst_i,
      .hunt_i      (hunt),
      .rx_valid_i  (byte_rx_valid),
      .rx_ready_o  (byte_rx_ready),
      .rx_data_i   (byte_rx),
      .word_valid_o(wi_valid),
      .word_ready_i(wi_ready),
      .word_o      (wi),
      .word_valid_i(wo_valid),
      .word_ready_o(wo_ready),
      .word_i      (wo),
      .tx_valid_o  (byte_tx_valid),
      .tx_ready_i  (byte_tx_ready),
      .tx_data_o   (byte_tx)
  );

  // ---- device ------------------------------------------------------------------------------------
  logic brd_valid, brd_ready, brd_rvalid, bwr_valid, bwr_ready, ed_valid, ed_ready, ed_we, ed_rvalid;
  logic [28:3] brd_addr, bwr_addr;  // below FRAMES * 64 KiB: the link refuses other frames
  logic see_valid, see_last, see_forget, see_map, see_resident;
  logic [31:0] see_word, underruns;
  logic [12:0] see_page, see_frame;
  logic [13:0] scanout;
  logic unused_bits;
  assign unused_bits = ^{brd_addr[28:25], bwr_addr[28:25], see_frame[12:9]};
  logic [3:0] brd_beats;
  logic [63:0] brd_rdata, bwr_data, ed_wdata, ed_rdata;
  logic [7:0] bwr_strb, ed_wstrb;
  logic [20:0] ed_addr;
  xg_top #(
      .CAPS  (CAPS),
      .FRAMES(FRAMES)
  ) u_top (
      .clk_i,
      .clk_host_i  (clk_i),
      .wake_host_o (),
      .clk_tx_i    (clk_i),
      .wake_tx_o   (),
      .clk_mem_i   (clk_i),
      .wake_mem_o  (),
      .clk_cp_i    (clk_i),
      .wake_cp_o   (),
      .clk_copy_i  (clk_i),
      .wake_copy_o (),
      .clk_line_i  (clk_i),
      .wake_line_o (),
      .clk_lane_i  (clk_i),
      .wake_lane_o (),
      .clk_edram_i (clk_i),
      .wake_edram_o(),
      .clk_eff_i   (clk_i),
      .wake_eff_o  (),
      .rst_i,
      .rx_valid_i  (wi_valid),
      .rx_ready_o  (wi_ready),
      .rx_data_i   (wi),
      .rx_hunt_o   (hunt),
      .tx_valid_o  (wo_valid),
      .tx_ready_i  (wo_ready),
      .tx_data_o   (wo),
      .brd_valid_o (brd_valid),
      .brd_ready_i (brd_ready),
      .brd_addr_o  (brd_addr),
      .brd_beats_o (brd_beats),
      .brd_rvalid_i(brd_rvalid),
      .brd_rdata_i (brd_rdata),
      .bwr_valid_o (bwr_valid),
      .bwr_ready_i (bwr_ready),
      .bwr_addr_o  (bwr_addr),
      .bwr_data_o  (bwr_data),
      .bwr_strb_o  (bwr_strb),
      .ed_valid_o  (ed_valid),
      .ed_ready_i  (ed_ready),
      .ed_we_o     (ed_we),
      .ed_addr_o   (ed_addr),
      .ed_wdata_o  (ed_wdata),
      .ed_wstrb_o  (ed_wstrb),
      .ed_rvalid_i (ed_rvalid),
      .ed_rdata_i  (ed_rdata),
      .busy_o,
      .see_valid_o   (see_valid),
      .see_last_o    (see_last),
      .see_word_o    (see_word),
      .see_forget_o  (see_forget),
      .see_map_o     (see_map),
      .see_page_o    (see_page),
      .see_resident_o(see_resident),
      .see_frame_o   (see_frame),
      .scanout_o     (scanout),
      .underruns_i   (underruns)
  );

  // ---- screen ------------------------------------------------------------------------------------
  logic pic_valid, pic_ready, pic_rvalid, frame;
  logic [24:6] pic_addr;
  logic [63:0] pic_rdata;
  logic [9:0] x, y;
  logic [23:0] rgb;
  xg_scanout u_scanout (
      .clk_i,
      .rst_i,
      .watch_valid_i (see_valid),
      .watch_last_i  (see_last),
      .watch_word_i  (see_word),
      .forget_i      (see_forget),
      .map_valid_i   (see_map),
      .map_page_i    (see_page),
      .map_resident_i(see_resident),
      .map_frame_i   (see_frame[8:0]),
      .format_i      (scanout),
      .underruns_o   (underruns),
      .pic_valid_o   (pic_valid),
      .pic_ready_i   (pic_ready),
      .pic_addr_o    (pic_addr),
      .pic_rvalid_i  (pic_rvalid),
      .pic_rdata_i   (pic_rdata),
      .clk_pixel_i,
      .rst_pixel_i,
      .x_i           (x),
      .y_i           (y),
      .frame_i       (frame),
      .rgb_o         (rgb)
  );
  xg_dvi u_dvi (
      .clk_i    (clk_pixel_i),
      .rst_i    (rst_pixel_i),
      .clk_bit_i,
      .x_o      (x),
      .y_o      (y),
      .frame_o  (frame),
      .rgb_i    (rgb),
      .bits_o   (dvi_o)
  );

  // ---- memory ------------------------------------------------------------------------------------
  logic req_valid, req_ready, req_we, rd_valid;
  logic [24:3] req_addr;
  logic [3:0] req_beats;
  logic [63:0] req_wdata, rd_data;
  logic [7:0] req_wstrb;
  xg_board_memory #(
      .EDRAM_BASE(FRAMES * 65536)
  ) u_memory (
      .clk_i,
      .rst_i,
      .brd_valid_i (brd_valid),
      .brd_ready_o (brd_ready),
      .brd_addr_i  (brd_addr[24:3]),
      .brd_beats_i (brd_beats),
      .brd_rvalid_o(brd_rvalid),
      .brd_rdata_o (brd_rdata),
      .bwr_valid_i (bwr_valid),
      .bwr_ready_o (bwr_ready),
      .bwr_addr_i  (bwr_addr[24:3]),
      .bwr_data_i  (bwr_data),
      .bwr_strb_i  (bwr_strb),
      .ed_valid_i  (ed_valid),
      .ed_ready_o  (ed_ready),
      .ed_we_i     (ed_we),
      .ed_addr_i   (ed_addr),
      .ed_wdata_i  (ed_wdata),
      .ed_wstrb_i  (ed_wstrb),
      .ed_rvalid_o (ed_rvalid),
      .ed_rdata_o  (ed_rdata),
      .pic_valid_i (pic_valid),
      .pic_ready_o (pic_ready),
      .pic_addr_i  (pic_addr),
      .pic_rvalid_o(pic_rvalid),
      .pic_rdata_o (pic_rdata),
      .req_valid_o (req_valid),
      .req_ready_i (req_ready),
      .req_we_o    (req_we),
      .req_addr_o  (req_addr),
      .req_beats_o (req_beats),
      .req_wdata_o (req_wdata),
      .req_wstrb_o (req_wstrb),
      .rd_valid_i  (rd_valid),
      .rd_data_i   (rd_data)
  );
  xg_sdram #(
      .POWER_UP(POWER_UP),
      .REFRESH (REFRESH)
  ) u_sdram (
      .clk_i,
      .rst_i,
      .req_valid_i(req_valid),
      .req_ready_o(req_ready),
      .req_we_i   (req_we),
      .req_addr_i (req_addr),
      .req_beats_i(req_beats),
      .req_wdata_i(req_wdata),
      .req_wstrb_i(req_wstrb),
      .rd_valid_o (rd_valid),
      .rd_data_o  (rd_data),
      .cke_o      (sd_cke_o),
      .cs_n_o     (sd_cs_n_o),
      .ras_n_o    (sd_ras_n_o),
      .cas_n_o    (sd_cas_n_o),
      .we_n_o     (sd_we_n_o),
      .ba_o       (sd_ba_o),
      .a_o        (sd_a_o),
      .dqm_o      (sd_dqm_o),
      .dq_o       (sd_dq_o),
      .dq_drive_o (sd_drive_o),
      .dq_i       (sd_dq_i)
  );
endmodule
