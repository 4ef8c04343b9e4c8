// The ECPIX-5-85F: LiteDRAM's DDR3 controller, which also makes the clocks, what brings the memory up, and everything else
// (xg_ecpix5_body). litedram_core is made at build time (constraints/ecpix5/litedram). Ports are named in
// constraints/ecpix5/pins.lpf.
module xg_ecpix5 #(
    parameter int SYS_MHZ = 60  // as litedram_core was made
) (
    input  logic        clk100,
    input  logic        ulpi_clk,
    input  logic        ulpi_dir,
    input  logic        ulpi_nxt,
    output logic        ulpi_stp,
    inout  wire  [7:0]  ulpi_d,
    output logic        ulpi_rst,
    output logic        uart_txd,
    input  logic        uart_rxd,
    input  logic        serial_n,
    output logic [11:0] led_n,
    output logic [14:0] ddram_a,
    output logic [2:0]  ddram_ba,
    output logic        ddram_ras_n,
    output logic        ddram_cas_n,
    output logic        ddram_we_n,
    output logic        ddram_cke,
    output logic        ddram_odt,
    output logic [1:0]  ddram_dm,
    inout  wire  [15:0] ddram_dq,
    inout  wire  [1:0]  ddram_dqs_p,
    output logic        ddram_clk_p
);
  logic clk, rst, wb_cyc, wb_we, wb_ack, init_done, init_error;
  logic [29:0] wb_adr;
  logic [31:0] wb_out, wb_in;
  logic cmd_valid, cmd_ready, cmd_we, wdata_valid, wdata_ready, rdata_valid;
  logic [24:0] cmd_addr;
  logic [127:0] wdata, rdata;
  logic [15:0] wdata_we;
  litedram_core u_litedram (
      .clk                           (clk100),
      .rst                           (1'b0),
      .pll_locked                    (),
      .user_clk                      (clk),
      .user_rst                      (rst),
      .init_done                     (init_done),
      .init_error                    (init_error),
      .ddram_a                       (ddram_a),
      .ddram_ba                      (ddram_ba),
      .ddram_ras_n                   (ddram_ras_n),
      .ddram_cas_n                   (ddram_cas_n),
      .ddram_we_n                    (ddram_we_n),
      .ddram_cs_n                    (),
      .ddram_reset_n                 (),
      .ddram_cke                     (ddram_cke),
      .ddram_odt                     (ddram_odt),
      .ddram_dm                      (ddram_dm),
      .ddram_dq                      (ddram_dq),
      .ddram_dqs_p                   (ddram_dqs_p),
      .ddram_dqs_n                   (2'b00),
      .ddram_clk_p                   (ddram_clk_p),
      .ddram_clk_n                   (1'b0),
      .user_port_native_0_cmd_valid  (cmd_valid),
      .user_port_native_0_cmd_ready  (cmd_ready),
      .user_port_native_0_cmd_we     (cmd_we),
      .user_port_native_0_cmd_addr   (cmd_addr),
      .user_port_native_0_wdata_valid(wdata_valid),
      .user_port_native_0_wdata_ready(wdata_ready),
      .user_port_native_0_wdata_data (wdata),
      .user_port_native_0_wdata_we   (wdata_we),
      .user_port_native_0_rdata_valid(rdata_valid),
      .user_port_native_0_rdata_ready(1'b1),
      .user_port_native_0_rdata_data (rdata),
      .wb_ctrl_cyc                   (wb_cyc),
      .wb_ctrl_stb                   (wb_cyc),
      .wb_ctrl_we                    (wb_we),
      .wb_ctrl_adr                   (wb_adr),
      .wb_ctrl_dat_w                 (wb_out),
      .wb_ctrl_dat_r                 (wb_in),
      .wb_ctrl_sel                   (4'hF),
      .wb_ctrl_ack                   (wb_ack),
      .wb_ctrl_err                   (),
      .wb_ctrl_cti                   (3'd0),
      .wb_ctrl_bte                   (2'd0)
  );
  // 600 us and 170 us.
  xg_litedram_init #(
      .WAIT_RESET(SYS_MHZ * 600),
      .WAIT_CKE  (SYS_MHZ * 170)
  ) u_init (
      .clk_i   (clk),
      .rst_i   (rst),
      .wb_cyc_o(wb_cyc),
      .wb_we_o (wb_we),
      .wb_adr_o(wb_adr),
      .wb_dat_o(wb_out),
      .wb_ack_i(wb_ack),
      .wb_dat_i(wb_in),
      .done_o  (),
      .failed_o()
  );
  xg_ecpix5_body #(
      .UART_DIVIDE((2 * SYS_MHZ + 3) / 6)
  ) u_body (
      .clk_i        (clk),
      .rst_i        (rst),
      .clk_ref_i    (clk100),
      .ulpi_clk,
      .ulpi_dir,
      .ulpi_nxt,
      .ulpi_stp,
      .ulpi_d,
      .ulpi_rst,
      .uart_txd,
      .uart_rxd,
      .serial_n,
      .led_n,
      .init_done_i  (init_done && !init_error),
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
endmodule
