// An ECPIX-5 for simulation: everything of the board but its clocks (rtl/board/ecpix5/xg_ecpix5_body.sv) and a model of
// LiteDRAM's port behind it, ready after 200 clocks. USB's times that only wait are shortened.
module xg_ecpix5_sim (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        ulpi_clk_i,
    input  logic        ulpi_dir_i,
    input  logic        ulpi_nxt_i,
    input  logic [7:0]  ulpi_data_i,
    input  logic        phy_drive_i,
    output logic [7:0]  ulpi_data_o,
    output logic        ulpi_drive_o,
    output logic        ulpi_stp_o,
    output logic        phy_rst_o,
    input  logic [3:0]  stall_i,
    output logic [31:0] memory_errors_o
);
  wire [7:0] ulpi_d;
  assign ulpi_d = phy_drive_i ? ulpi_data_i : 8'bz;
  assign ulpi_data_o = ulpi_d;
  assign ulpi_drive_o = u_body.drive;

  logic cmd_valid, cmd_ready, cmd_we, wdata_valid, wdata_ready, rdata_valid;
  logic [24:0] cmd_addr;
  logic [127:0] wdata, rdata;
  logic [15:0] wdata_we;
  logic [7:0] init_q = 0;
  always_ff @(posedge clk_i) if (!init_q[7]) init_q <= init_q + 8'd1;
  xg_ecpix5_body #(
      .RESET_LOG2    (4),
      .PHY_RESET_LOG2(4),
      .T_SETTLE      (40),
      .T_CHIRP       (300),
      .T_ANSWER      (2500)
  ) u_body (
      .clk_i,
      .rst_i,
      .clk_ref_i    (clk_i),
      .ulpi_clk     (ulpi_clk_i),
      .ulpi_dir     (ulpi_dir_i),
      .ulpi_nxt     (ulpi_nxt_i),
      .ulpi_stp     (ulpi_stp_o),
      .ulpi_d,
      .ulpi_rst     (phy_rst_o),
      .uart_txd     (),
      .uart_rxd     (1'b1),
      .serial_n     (1'b1),
      .led_n        (),
      .init_done_i  (init_q[7]),
      .cmd_valid_o  (cmd_valid),
      .cmd_ready_i  (cmd_ready),
      .cmd_we_o     (cmd_we),
      .cmd_addr_o   (cmd_addr),
      .wdata_valid_o(wdata_valid),
      .wdata_ready_i(wdata_ready),
      .wdata_o      (wdata),
      .wdata_we_o   (wdata_we),
      .rdata_valid_i(rdata_valid),
      .rdata_i      (rdata)
  );
  litedram_model u_memory (
      .clk_i,
      .rst_i,
      .init_i       (init_q[7]),
      .stall_i,
      .cmd_valid_i  (cmd_valid),
      .cmd_ready_o  (cmd_ready),
      .cmd_we_i     (cmd_we),
      .cmd_addr_i   (cmd_addr),
      .wdata_valid_i(wdata_valid),
      .wdata_ready_o(wdata_ready),
      .wdata_i      (wdata),
      .wdata_we_i   (wdata_we),
      .rdata_valid_o(rdata_valid),
      .rdata_o      (rdata),
      .errors_o     (memory_errors_o)
  );
endmodule
