// Queue between two clocks. Pointers cross as Gray codes through two registers each way.
//
// Protocol as xg_fifo's: a word moves where valid and ready are both high at an edge of that side's
// clock; the oldest word is at rd_data_o while rd_valid_o is high. wr_ready_o and rd_valid_o may lag
// behind the other side, never lead. wr_level_o counts words as the writing side knows them: never less
// than there are. Both resets are held together for a few cycles of the slower clock.
module xg_async_fifo #(
    parameter int W = 8,
    parameter int DEPTH_LOG2 = 4  // 2 or more
) (
    input  logic                wr_clk_i,
    input  logic                wr_rst_i,
    input  logic                wr_valid_i,
    output logic                wr_ready_o,
    input  logic [W-1:0]        wr_data_i,
    output logic [DEPTH_LOG2:0] wr_level_o,
    input  logic                rd_clk_i,
    input  logic                rd_rst_i,
    output logic                rd_valid_o,
    input  logic                rd_ready_i,
    output logic [W-1:0]        rd_data_o
);
  localparam int P = DEPTH_LOG2 + 1;  // one bit more than an address: full and empty differ

  (* no_rw_check *) logic [W-1:0] mem [0:(1<<DEPTH_LOG2)-1];
  logic [P-1:0] wptr_q, wgray_q, wgray_meta_q, wgray_sync_q;  // the latter two on the reading clock
  logic [P-1:0] rptr_q, rgray_q, rgray_meta_q, rgray_sync_q;  // the latter two on the writing clock
  logic [P-1:0] wptr_next, rptr_next, rptr_binary, rptr_seen_q;
  logic wr, fetch;

  // ---- writing side --------------------------------------------------------------------------
  assign wr = wr_valid_i && wr_ready_o;
  assign wptr_next = wptr_q + {{(P - 1) {1'b0}}, 1'b1};
  for (genvar b = 0; b < P; b++) begin : g_binary
    assign rptr_binary[b] = ^rgray_sync_q[P-1:b];
  end
  assign wr_level_o = wptr_q - rptr_seen_q;
  assign wr_ready_o = !wr_level_o[P-1];

  always_ff @(posedge wr_clk_i) begin
    if (wr) mem[wptr_q[DEPTH_LOG2-1:0]] <= wr_data_i;
  end
  always_ff @(posedge wr_clk_i) begin
    if (wr_rst_i) begin
      wptr_q <= '0;
      wgray_q <= '0;
      rgray_meta_q <= '0;
      rgray_sync_q <= '0;
      rptr_seen_q <= '0;
    end else begin
      rgray_meta_q <= rgray_q;
      rgray_sync_q <= rgray_meta_q;
      rptr_seen_q <= rptr_binary;
      if (wr) begin
        wptr_q <= wptr_next;
        wgray_q <= wptr_next ^ (wptr_next >> 1);
      end
    end
  end

  // ---- reading side: one word waits in an output register, so that block RAM fits ------------
  logic [W-1:0] out_q;
  logic out_valid_q;
  assign rd_valid_o = out_valid_q;
  assign rd_data_o = out_q;
  assign rptr_next = rptr_q + {{(P - 1) {1'b0}}, 1'b1};
  assign fetch = rgray_q != wgray_sync_q && (!out_valid_q || rd_ready_i);

  always_ff @(posedge rd_clk_i) begin
    if (fetch) out_q <= mem[rptr_q[DEPTH_LOG2-1:0]];
  end
  always_ff @(posedge rd_clk_i) begin
    if (rd_rst_i) begin
      rptr_q <= '0;
      rgray_q <= '0;
      wgray_meta_q <= '0;
      wgray_sync_q <= '0;
      out_valid_q <= 1'b0;
    end else begin
      wgray_meta_q <= wgray_q;
      wgray_sync_q <= wgray_meta_q;
      out_valid_q <= fetch || (out_valid_q && !rd_ready_i);
      if (fetch) begin
        rptr_q <= rptr_next;
        rgray_q <= rptr_next ^ (rptr_next >> 1);
      end
    end
  end
endmodule
