// The ports of the DDR3 controller that constraints/ecpix5/litedram makes, for lint. Left out of synthesis.
/* verilator lint_off UNUSEDSIGNAL */
module litedram_core (
    input  logic         clk,
    input  logic         rst,
    output logic         pll_locked,
    output logic         user_clk,
    output logic         user_rst,
    output logic         init_done,
    output logic         init_error,
    output logic [14:0]  ddram_a,
    output logic [2:0]   ddram_ba,
    output logic         ddram_ras_n,
    output logic         ddram_cas_n,
    output logic         ddram_we_n,
    output logic         ddram_cs_n,
    output logic         ddram_reset_n,
    output logic         ddram_cke,
    output logic         ddram_odt,
    output logic [1:0]   ddram_dm,
    inout  wire  [15:0]  ddram_dq,
    inout  wire  [1:0]   ddram_dqs_p,
    input  logic [1:0]   ddram_dqs_n,
    output logic         ddram_clk_p,
    input  logic         ddram_clk_n,
    input  logic         user_port_native_0_cmd_valid,
    output logic         user_port_native_0_cmd_ready,
    input  logic         user_port_native_0_cmd_we,
    input  logic [24:0]  user_port_native_0_cmd_addr,
    input  logic         user_port_native_0_wdata_valid,
    output logic         user_port_native_0_wdata_ready,
    input  logic [127:0] user_port_native_0_wdata_data,
    input  logic [15:0]  user_port_native_0_wdata_we,
    output logic         user_port_native_0_rdata_valid,
    input  logic         user_port_native_0_rdata_ready,
    output logic [127:0] user_port_native_0_rdata_data,
    input  logic         wb_ctrl_cyc,
    input  logic         wb_ctrl_stb,
    input  logic         wb_ctrl_we,
    input  logic [29:0]  wb_ctrl_adr,
    input  logic [31:0]  wb_ctrl_dat_w,
    output logic [31:0]  wb_ctrl_dat_r,
    input  logic [3:0]   wb_ctrl_sel,
    output logic         wb_ctrl_ack,
    output logic         wb_ctrl_err,
    input  logic [2:0]   wb_ctrl_cti,
    input  logic [1:0]   wb_ctrl_bte
);
  assign user_clk = clk;
  assign user_rst = rst;
  assign {pll_locked, init_done, init_error, ddram_a, ddram_ba, ddram_ras_n, ddram_cas_n, ddram_we_n, ddram_cs_n} = '0;
  assign {ddram_reset_n, ddram_cke, ddram_odt, ddram_dm, ddram_clk_p, user_port_native_0_cmd_ready} = '0;
  assign {user_port_native_0_wdata_ready, user_port_native_0_rdata_valid, user_port_native_0_rdata_data} = '0;
  assign {wb_ctrl_dat_r, wb_ctrl_ack, wb_ctrl_err} = '0;
endmodule
