// Queue that shows its reader only whole frames: words written become visible at commit_i and
// vanish at abort_i. Storage is block RAM (registered read).
//
// commit_i covers the word written at the same edge. abort_i drops everything written since the
// last commit; a write at the same edge as abort_i is dropped too. A frame must fit: with
// 2**DEPTH_LOG2 uncommitted words wr_ready_o stays low for good.
module xg_commit_fifo #(
    parameter int W = 32,
    parameter int DEPTH_LOG2 = 12
) (
    input  logic         clk_i,
    input  logic         rst_i,
    input  logic         wr_valid_i,
    output logic         wr_ready_o,
    input  logic [W-1:0] wr_data_i,
    input  logic         commit_i,
    input  logic         abort_i,
    output logic         rd_valid_o,
    input  logic         rd_ready_i,
    output logic [W-1:0] rd_data_o,
    output logic         empty_o    // no committed word is left
);
  // Pointers carry one bit more than the address: equal means empty, a lap apart means full.
  (* no_rw_check *) logic [W-1:0] mem [0:(1<<DEPTH_LOG2)-1];
  logic [DEPTH_LOG2:0] wptr_q, commit_q, rptr_q, wptr_next;
  logic [W-1:0] out_q;
  logic out_valid_q, wr, fetch;

  assign wr_ready_o = wptr_q[DEPTH_LOG2] == rptr_q[DEPTH_LOG2] || wptr_q[DEPTH_LOG2-1:0] != rptr_q[DEPTH_LOG2-1:0];
  assign wr = wr_valid_i && wr_ready_o;
  assign wptr_next = wptr_q + {{DEPTH_LOG2{1'b0}}, wr};
  assign fetch = (rptr_q != commit_q) && (!out_valid_q || rd_ready_i);
  assign rd_valid_o = out_valid_q;
  assign rd_data_o = out_q;
  assign empty_o = !out_valid_q && rptr_q == commit_q;

  always_ff @(posedge clk_i) begin
    if (wr) mem[wptr_q[DEPTH_LOG2-1:0]] <= wr_data_i;
  end

  always_ff @(posedge clk_i) begin
    if (fetch) out_q <= mem[rptr_q[DEPTH_LOG2-1:0]];
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      wptr_q <= '0;
      commit_q <= '0;
      rptr_q <= '0;
      out_valid_q <= 1'b0;
    end else begin
      wptr_q <= abort_i ? commit_q : wptr_next;
      if (commit_i && !abort_i) commit_q <= wptr_next;
      if (fetch) rptr_q <= rptr_q + 1'b1;
      out_valid_q <= fetch || (out_valid_q && !rd_ready_i);
    end
  end
endmodule
