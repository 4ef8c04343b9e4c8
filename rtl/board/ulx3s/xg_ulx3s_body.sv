// The ULX3S between its pins and its PLL: pads, resets, lamps around xg_board. The clocks are inputs, so
// that a simulation can run all of this.
//
// A FT232H module on header J1 (constraints/ulx3s/pins.lpf), SDRAM, the serial line of the FT231X,
// reset button FIRE1, switch 1: the serial line instead of the FIFO.
module xg_ulx3s_body #(
    parameter int POWER_UP = 12501,
    parameter int REFRESH = 447,
    parameter int UART_DIVIDE = 21,
    parameter int RESET_LOG2 = 8
) (
    input  logic        clk_i,        // core and SDRAM controller
    input  logic        clk_sdram_i,  // the same, later
    input  logic        clk_pixel_i,
    input  logic        clk_bit_i,
    input  logic        locked_i,
    // FT232H
    input  logic        ft_clk,
    input  logic        ft_rxf_n,
    input  logic        ft_txe_n,
    inout  wire  [7:0]  ft_d,
    output logic        ft_oe_n,
    output logic        ft_rd_n,
    output logic        ft_wr_n,
    output logic        ft_siwu_n,
    // SDRAM
    output logic        sdram_clk,
    output logic        sdram_cke,
    output logic        sdram_csn,
    output logic        sdram_rasn,
    output logic        sdram_casn,
    output logic        sdram_wen,
    output logic [1:0]  sdram_ba,
    output logic [12:0] sdram_a,
    output logic [1:0]  sdram_dqm,
    inout  wire  [15:0] sdram_d,
    // screen: the pads drive the other wire of each pair
    output logic [3:0]  gpdi_dp,
    // serial line, button, switch, lamps
    output logic        ftdi_rxd,
    input  logic        ftdi_txd,
    input  logic        btn_reset,
    input  logic        sw_serial,
    output logic [7:0]  led
);
  // ---- resets ------------------------------------------------------------------------------------
  logic rst, ft_rst, serial_q;
  xg_reset #(
      .LOG2(RESET_LOG2)
  ) u_reset (
      .clk_i,
      .ready_i(locked_i && !btn_reset),
      .rst_o  (rst)
  );
  xg_reset #(
      .LOG2(2)
  ) u_ft_reset (
      .clk_i  (ft_clk),
      .ready_i(!rst),
      .rst_o  (ft_rst)
  );
  logic rst_pixel;
  xg_reset #(
      .LOG2(2)
  ) u_pixel_reset (
      .clk_i  (clk_pixel_i),
      .ready_i(!rst),
      .rst_o  (rst_pixel)
  );
  always_ff @(posedge clk_i) if (rst) serial_q <= sw_serial;

  // ---- pads of the FIFO ------------------------------------------------------------------------
  logic rxf_n_q, drive, oe_n, rd_n, wr_n, siwu_n, txe_n;
  logic [7:0] ft_out, ft_in;
  xg_pad_in u_ft_rxf (
      .clk_i(ft_clk),
      .pad_i(ft_rxf_n),
      .q_o  (rxf_n_q)
  );
  IB u_ft_txe (
      .I(ft_txe_n),
      .O(txe_n)
  );
  xg_pad_inout #(
      .W(8)
  ) u_ft_d (
      .clk_i  (ft_clk),
      .d_i    (ft_out),
      .drive_i(drive),
      .q_o    (ft_in),
      .pad_io (ft_d)
  );
  xg_pad_out #(
      .W(4)
  ) u_ft_out (
      .clk_i(ft_clk),
      .d_i  ({oe_n, rd_n, wr_n, siwu_n}),
      .pad_o({ft_oe_n, ft_rd_n, ft_wr_n, ft_siwu_n})
  );

  // ---- pads of the SDRAM -----------------------------------------------------------------------
  logic cke, cs_n, ras_n, cas_n, we_n, sd_drive, sd_clk;
  logic [1:0] ba, dqm;
  logic [12:0] a;
  logic [15:0] dq_out, dq_in;
  ODDRX1F u_sd_clk (
      .SCLK(clk_sdram_i),
      .RST (1'b0),
      .D0  (1'b1),
      .D1  (1'b0),
      .Q   (sd_clk)
  );
  OB u_sd_clk_pad (
      .I(sd_clk),
      .O(sdram_clk)
  );
  xg_pad_out #(
      .W(22)
  ) u_sd_out (
      .clk_i,
      .d_i  ({cke, cs_n, ras_n, cas_n, we_n, ba, a, dqm}),
      .pad_o({sdram_cke, sdram_csn, sdram_rasn, sdram_casn, sdram_wen, sdram_ba, sdram_a, sdram_dqm})
  );
  xg_pad_inout #(
      .W(16),
      .ZERO_HOLD(0)
  ) u_sd_d (
      .clk_i,
      .d_i    (dq_out),
      .drive_i(sd_drive),
      .q_o    (dq_in),
      .pad_io (sdram_d)
  );

  // ---- pads of the screen ------------------------------------------------------------------------
  logic [7:0] dvi;
  for (genvar k = 0; k < 4; k++) begin : g_lane
    logic out;
    ODDRX1F u_ddr (
        .SCLK(clk_bit_i),
        .RST (1'b0),
        .D0  (dvi[2*k]),
        .D1  (dvi[2*k+1]),
        .Q   (out)
    );
    OB u_pad (
        .I(out),
        .O(gpdi_dp[k])
    );
  end

  // ---- device ------------------------------------------------------------------------------------
  logic busy, rx, tx;
  xg_board #(
      .POWER_UP   (POWER_UP),
      .REFRESH    (REFRESH),
      .UART_DIVIDE(UART_DIVIDE)
  ) u_board (
      .clk_i,
      .rst_i      (rst),
      .ft_clk_i   (ft_clk),
      .ft_rst_i   (ft_rst),
      .ft_rxf_n_i (rxf_n_q),
      .ft_txe_n_i (txe_n),
      .ft_data_i  (ft_in),
      .ft_data_o  (ft_out),
      .ft_drive_o (drive),
      .ft_oe_n_o  (oe_n),
      .ft_rd_n_o  (rd_n),
      .ft_wr_n_o  (wr_n),
      .ft_siwu_n_o(siwu_n),
      .serial_i   (serial_q),
      .uart_rx_i  (ftdi_txd),
      .uart_tx_o  (ftdi_rxd),
      .sd_cke_o   (cke),
      .sd_cs_n_o  (cs_n),
      .sd_ras_n_o (ras_n),
      .sd_cas_n_o (cas_n),
      .sd_we_n_o  (we_n),
      .sd_ba_o    (ba),
      .sd_a_o     (a),
      .sd_dqm_o   (dqm),
      .sd_dq_o    (dq_out),
      .sd_drive_o (sd_drive),
      .sd_dq_i    (dq_in),
      .clk_pixel_i,
      .rst_pixel_i(rst_pixel),
      .clk_bit_i,
      .dvi_o      (dvi),
      .busy_o     (busy),
      .rx_o       (rx),
      .tx_o       (tx)
  );

  // ---- lamps: alive, chip's clock, bytes in, bytes out, busy, serial line, -, reset ---------------
  logic [24:0] beat_q, ft_beat_q;
  logic [2:0] event_now, lit;
  assign event_now = {busy, tx, rx};
  for (genvar k = 0; k < 3; k++) begin : g_lamp
    logic [19:0] left_q;
    assign lit[k] = left_q != '0;
    always_ff @(posedge clk_i) begin
      if (rst) left_q <= '0;
      else if (event_now[k]) left_q <= '1;
      else if (lit[k]) left_q <= left_q - 1'b1;
    end
  end
  always_ff @(posedge clk_i) beat_q <= rst ? '0 : beat_q + 1'b1;
  always_ff @(posedge ft_clk) ft_beat_q <= ft_rst ? '0 : ft_beat_q + 1'b1;
  assign led = {rst, 1'b0, serial_q, lit, ft_beat_q[24], beat_q[24]};
endmodule
