// First-in first-out queue of 2**DEPTH_LOG2 words with valid/ready on both sides.
//
// Protocol: a word moves at a clock edge where valid and ready are both high. The oldest word
// is at rd_data_o whenever rd_valid_o is high (first word falls through). flush_i empties the
// queue at the edge and takes precedence over a write and a read at the same edge.
//
// Up to 32 words the storage is read without a register (distributed RAM, one cycle from write
// to read); above, or where BLOCK says so, it is read into an output register, so that block RAM fits (two
// cycles): worth it for wide words.
module xg_fifo #(
    parameter int W = 32,
    parameter int DEPTH_LOG2 = 4,  // 1 or more
    parameter bit BLOCK = DEPTH_LOG2 > 5
) (
    input  logic                clk_i,
    input  logic                rst_i,
    input  logic                flush_i,
    input  logic                wr_valid_i,
    output logic                wr_ready_o,
    input  logic [W-1:0]        wr_data_i,
    output logic                rd_valid_o,
    input  logic                rd_ready_i,
    output logic [W-1:0]        rd_data_o,
    output logic [DEPTH_LOG2:0] level_o
);
  localparam int N = 1 << DEPTH_LOG2;
  localparam logic [DEPTH_LOG2:0] FULL = {1'b1, {DEPTH_LOG2{1'b0}}};

  logic [DEPTH_LOG2-1:0] wptr_q, rptr_q;
  logic [DEPTH_LOG2:0] level_q;
  logic wr, rd;

  assign wr_ready_o = level_q != FULL;
  assign level_o = level_q;
  assign wr = wr_valid_i && wr_ready_o;
  assign rd = rd_valid_o && rd_ready_i;

  always_ff @(posedge clk_i) begin
    if (rst_i || flush_i) begin
      wptr_q <= '0;
      level_q <= '0;
    end else begin
      if (wr) wptr_q <= wptr_q + 1'b1;
      if (wr != rd) level_q <= level_q + {{DEPTH_LOG2{rd}}, 1'b1};
    end
  end

  if (!BLOCK) begin : g_distributed
    logic [W-1:0] mem [0:N-1];
    always_ff @(posedge clk_i) begin
      if (wr) mem[wptr_q] <= wr_data_i;
    end
    assign rd_valid_o = level_q != '0;
    assign rd_data_o = mem[rptr_q];
    always_ff @(posedge clk_i) begin
      if (rst_i || flush_i) rptr_q <= '0;
      else if (rd) rptr_q <= rptr_q + 1'b1;
    end
  end else begin : g_block
    // One word may stand in the output register; it counts in the level.
    (* ram_style = "block", no_rw_check *) logic [W-1:0] mem [0:N-1];
    always_ff @(posedge clk_i) begin
      if (wr) mem[wptr_q] <= wr_data_i;
    end
    logic [W-1:0] out_q;
    logic out_valid_q, fetch;
    assign rd_valid_o = out_valid_q;
    assign rd_data_o = out_q;
    logic waiting;
    assign waiting = level_q != {{DEPTH_LOG2{1'b0}}, out_valid_q};
    assign fetch = waiting && (!out_valid_q || rd_ready_i);
    always_ff @(posedge clk_i) begin
      if (fetch) out_q <= mem[rptr_q];
    end
    always_ff @(posedge clk_i) begin
      if (rst_i || flush_i) begin
        rptr_q <= '0;
        out_valid_q <= 1'b0;
      end else begin
        if (fetch) rptr_q <= rptr_q + 1'b1;
        out_valid_q <= fetch || (out_valid_q && !rd_ready_i);
      end
    end
  end

`ifdef FORMAL
  always_ff @(posedge clk_i) begin
    if (!rst_i) assert (level_q <= FULL);
  end
`endif
endmodule
