// A board for simulation: the device between its pads, and the SDRAM. The shim drives both clocks.
module xg_board_sim (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        ft_clk_i,
    input  logic        ft_rst_i,
    input  logic        ft_rxf_n_i,
    input  logic        ft_txe_n_i,
    input  logic [7:0]  ft_data_i,
    output logic [7:0]  ft_data_o,
    output logic        ft_drive_o,
    output logic        ft_oe_n_o,
    output logic        ft_rd_n_o,
    output logic        ft_wr_n_o,
    output logic        ft_siwu_n_o,
    output logic        busy_o,
    output logic [31:0] sdram_errors_o
);
  logic cke, cs_n, ras_n, cas_n, we_n, drive;
  logic [1:0] ba, dqm;
  logic [12:0] a;
  logic [15:0] dq, dq_chip;
  xg_board #(
      .POWER_UP(200)
  ) u_board (
      .clk_i,
      .rst_i,
      .ft_clk_i,
      .ft_rst_i,
      .ft_rxf_n_i,
      .ft_txe_n_i,
      .ft_data_i,
      .ft_data_o,
      .ft_drive_o,
      .ft_oe_n_o,
      .ft_rd_n_o,
      .ft_wr_n_o,
      .ft_siwu_n_o,
      .sd_cke_o  (cke),
      .sd_cs_n_o (cs_n),
      .sd_ras_n_o(ras_n),
      .sd_cas_n_o(cas_n),
      .sd_we_n_o (we_n),
      .sd_ba_o   (ba),
      .sd_a_o    (a),
      .sd_dqm_o  (dqm),
      .sd_dq_o   (dq),
      .sd_drive_o(drive),
      .sd_dq_i   (dq_chip),
      .busy_o
  );
  sdram_model u_chip (
      .clk_i     (!clk_i),
      .cke_i     (cke),
      .cs_n_i    (cs_n),
      .ras_n_i   (ras_n),
      .cas_n_i   (cas_n),
      .we_n_i    (we_n),
      .ba_i      (ba),
      .a_i       (a),
      .dqm_i     (dqm),
      .dq_i      (dq),
      .dq_drive_i(drive),
      .dq_o      (dq_chip),
      .dq_drive_o(),
      .errors_o  (sdram_errors_o)
  );
endmodule
