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
  logic ft_rx_valid, ft_rx_ready, ft_tx_valid, ft_tx_ready;
  logic [7:0] ft_rx;

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
      .rd_ready_i(ft_rx_ready),
      .rd_data_o (ft_rx)
  );
  xg_async_fifo #(
      .W(8),
      .DEPTH_LOG2(TX_LOG2)
  ) u_tx (
      .wr_clk_i  (clk_i),
      .wr_rst_i  (rst_i),
      .wr_valid_i(ft_tx_valid),
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
  xg_serial_choice #(
      .DIVIDE (UART_DIVIDE),
      .RX_LOG2(RX_LOG2)
  ) u_choice (
      .clk_i,
      .rst_i,
      .serial_i,
      .uart_rx_i,
      .uart_tx_o,
      .fast_valid_i(ft_rx_valid),
      .fast_ready_o(ft_rx_ready),
      .fast_data_i (ft_rx),
      .fast_valid_o(ft_tx_valid),
      .fast_ready_i(ft_tx_ready),
      .rx_valid_o  (byte_rx_valid),
      .rx_ready_i  (byte_rx_ready),
      .rx_data_o   (byte_rx),
      .tx_valid_i  (byte_tx_valid),
      .tx_ready_o  (byte_tx_ready),
      .tx_data_i   (byte_tx)
  );
  assign rx_o = byte_rx_valid && byte_rx_ready;
  assign tx_o = byte_tx_valid && byte_tx_ready;

  // ---- device, screen, order of memory requests ------------------------------------------------
  logic req_valid, req_ready, req_we, rd_valid;
  logic [24:3] req_addr;
  logic [3:0] req_beats;
  logic [63:0] req_wdata, rd_data;
  logic [7:0] req_wstrb;
  logic [31:0] underruns;  // a simulation looks at it
  logic unused_bits;
  assign unused_bits = ^underruns;
  xg_board_core #(
      .CAPS  (CAPS),
      .FRAMES(FRAMES)
  ) u_core (
      .clk_i,
      .rst_i,
      .rx_valid_i (byte_rx_valid),
      .rx_ready_o (byte_rx_ready),
      .rx_data_i  (byte_rx),
      .tx_valid_o (byte_tx_valid),
      .tx_ready_i (byte_tx_ready),
      .tx_data_o  (byte_tx),
      .req_valid_o(req_valid),
      .req_ready_i(req_ready),
      .req_we_o   (req_we),
      .req_addr_o (req_addr),
      .req_beats_o(req_beats),
      .req_wdata_o(req_wdata),
      .req_wstrb_o(req_wstrb),
      .rd_valid_i (rd_valid),
      .rd_data_i  (rd_data),
      .clk_pixel_i,
      .rst_pixel_i,
      .clk_bit_i,
      .dvi_o,
      .underruns_o(underruns),
      .busy_o
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
