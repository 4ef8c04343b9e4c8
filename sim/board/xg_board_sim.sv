// A board for simulation: the ULX3S with its pads (rtl/board/ulx3s, but for the PLL) and the SDRAM. The
// shim drives the clocks; the chip of the SDRAM gets its own half a cycle after the board's. The serial line has 8
// Mbaud in place of 3, the most that xg_uart can do, so that a test gets as far as it can.
module xg_board_sim (
    input  logic        clk_i,
    input  logic        locked_i,  // low: reset
    input  logic        ft_clk_i,
    input  logic        ft_rxf_n_i,
    input  logic        ft_txe_n_i,
    input  logic [7:0]  ft_data_i,
    output logic [7:0]  ft_data_o,
    output logic        ft_oe_n_o,
    output logic        ft_rd_n_o,
    output logic        ft_wr_n_o,
    output logic        ft_siwu_n_o,
    input  logic        serial_i,     // switch 1: the serial line instead of the FIFO
    input  logic        uart_rx_i,
    output logic        uart_tx_o,
    input  logic        clk_pixel_i,  // may stand still: then there is no screen
    input  logic        clk_bit_i,
    output logic [3:0]  gpdi_o,
    output logic [31:0] underruns_o,
    output logic [31:0] sdram_errors_o
);
  wire [7:0] ft_d;
  assign ft_d = ft_oe_n_o ? 8'bz : ft_data_i;
  assign ft_data_o = ft_d;

  logic sd_clk, cke, cs_n, ras_n, cas_n, we_n, chip_drive;
  logic [1:0] ba, dqm;
  logic [12:0] a;
  wire [15:0] dq;
  logic [15:0] dq_chip;
  xg_ulx3s_body #(
      .POWER_UP   (200),
      .UART_DIVIDE(8),
      .RESET_LOG2 (4)
  ) u_body (
      .clk_i,
      .clk_sdram_i(!clk_i),
      .clk_pixel_i,
      .clk_bit_i,
      .locked_i,
      .ft_clk     (ft_clk_i),
      .ft_rxf_n   (ft_rxf_n_i),
      .ft_txe_n   (ft_txe_n_i),
      .ft_d,
      .ft_oe_n    (ft_oe_n_o),
      .ft_rd_n    (ft_rd_n_o),
      .ft_wr_n    (ft_wr_n_o),
      .ft_siwu_n  (ft_siwu_n_o),
      .sdram_clk  (sd_clk),
      .sdram_cke  (cke),
      .sdram_csn  (cs_n),
      .sdram_rasn (ras_n),
      .sdram_casn (cas_n),
      .sdram_wen  (we_n),
      .sdram_ba   (ba),
      .sdram_a    (a),
      .sdram_dqm  (dqm),
      .sdram_d    (dq),
      .gpdi_dp    (gpdi_o),
      .ftdi_rxd   (uart_tx_o),
      .ftdi_txd   (uart_rx_i),
      .btn_reset  (1'b0),
      .sw_serial  (serial_i),
      .led        ()
  );
  assign underruns_o = u_body.u_board.underruns;
  assign dq = chip_drive ? dq_chip : 16'bz;
  sdram_model u_chip (
      .clk_i     (sd_clk),
      .cke_i     (cke),
      .cs_n_i    (cs_n),
      .ras_n_i   (ras_n),
      .cas_n_i   (cas_n),
      .we_n_i    (we_n),
      .ba_i      (ba),
      .a_i       (a),
      .dqm_i     (dqm),
      .dq_i      (dq),
      .dq_drive_i(!u_body.u_sd_d.g_bit[0].off),
      .dq_o      (dq_chip),
      .dq_drive_o(chip_drive),
      .errors_o  (sdram_errors_o)
  );
endmodule
