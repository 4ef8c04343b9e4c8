// The ports of litedram_model.sv around a controller that LiteDRAM's generator made for simulation (its own crossbar, bank
// machines and refresher, over its model of a PHY and a memory): tests/board/litedram.sh. stall_i is not used; errors_o
// counts write data that were not there when they were asked for.
module litedram_model #(
    parameter int ADDR_W = 29,
    parameter int WORDS_LOG2 = 12,
    parameter int LATENCY = 9
) (
    input  logic              clk_i,
    input  logic              rst_i,
    input  logic              init_i,
    input  logic [3:0]        stall_i,
    input  logic              cmd_valid_i,
    output logic              cmd_ready_o,
    input  logic              cmd_we_i,
    input  logic [ADDR_W-1:4] cmd_addr_i,
    input  logic              wdata_valid_i,
    output logic              wdata_ready_o,
    input  logic [127:0]      wdata_i,
    input  logic [15:0]       wdata_we_i,
    output logic              rdata_valid_o,
    output logic [127:0]      rdata_o,
    output logic [31:0]       errors_o
);
  // Written three times: blocks of the generated core whose inputs have not changed yet have not run yet under Icarus.
  logic [1:0] said_q = 0;
  logic ack;
  int errors = 0;
  assign errors_o = errors;
  always @(posedge clk_i) begin
    if (init_i && ack && said_q != 3) said_q <= said_q + 2'd1;
    if (!rst_i && wdata_ready_o && !wdata_valid_i) errors = errors + 1;
  end
  litedram_core u_core (
      .clk                           (clk_i),
      .sim_trace                     (1'b0),
      .user_clk                      (),
      .user_rst                      (),
      .init_done                     (),
      .init_error                    (),
      .user_port_native_0_cmd_valid  (cmd_valid_i),
      .user_port_native_0_cmd_ready  (cmd_ready_o),
      .user_port_native_0_cmd_we     (cmd_we_i),
      .user_port_native_0_cmd_addr   (23'(cmd_addr_i)),
      .user_port_native_0_wdata_valid(wdata_valid_i),
      .user_port_native_0_wdata_ready(wdata_ready_o),
      .user_port_native_0_wdata_data (wdata_i),
      .user_port_native_0_wdata_we   (wdata_we_i),
      .user_port_native_0_rdata_valid(rdata_valid_o),
      .user_port_native_0_rdata_ready(1'b1),
      .user_port_native_0_rdata_data (rdata_o),
      .wb_ctrl_cyc                   (init_i && said_q != 3),  // register 0: init_done
      .wb_ctrl_stb                   (init_i && said_q != 3),
      .wb_ctrl_we                    (1'b1),
      .wb_ctrl_adr                   (30'd0),
      .wb_ctrl_dat_w                 ({31'd0, init_i}),
      .wb_ctrl_dat_r                 (),
      .wb_ctrl_sel                   (4'hF),
      .wb_ctrl_ack                   (ack),
      .wb_ctrl_err                   (),
      .wb_ctrl_cti                   (3'd0),
      .wb_ctrl_bte                   (2'd0)
  );
endmodule
