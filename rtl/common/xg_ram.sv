// RAM with one write port and one read port on one clock, byte write enables, registered read.
// rdata_o holds the word of the last edge with re_i. A read and a write of the same address at
// one edge return the old word in simulation, and anything on a board: who reads does not use it.
module xg_ram #(
    parameter int W = 32,         // a multiple of 8
    parameter int DEPTH_LOG2 = 9
) (
    input  logic                  clk_i,
    input  logic                  we_i,
    input  logic [DEPTH_LOG2-1:0] waddr_i,
    input  logic [W/8-1:0]        wstrb_i,
    input  logic [W-1:0]          wdata_i,
    input  logic                  re_i,
    input  logic [DEPTH_LOG2-1:0] raddr_i,
    output logic [W-1:0]          rdata_o
);
  (* no_rw_check *) logic [W-1:0] mem [0:(1<<DEPTH_LOG2)-1];
  logic [W-1:0] rdata_q;

  assign rdata_o = rdata_q;

  always_ff @(posedge clk_i) begin
    if (re_i) rdata_q <= mem[raddr_i];
  end

  for (genvar b = 0; b < W / 8; b++) begin : g_byte
    always_ff @(posedge clk_i) begin
      if (we_i && wstrb_i[b]) mem[waddr_i][8*b+:8] <= wdata_i[8*b+:8];
    end
  end
endmodule
