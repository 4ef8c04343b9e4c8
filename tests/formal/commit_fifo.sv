// xg_commit_fifo: what is read is what was committed, in order; what was aborted is never read.
module commit_fifo #(
    parameter int D = 2
) (
    input logic clk, rst, wr_valid, rd_ready, commit, abort, mark,
    input logic [1:0] data
);
  logic wr_ready, rd_valid, empty;
  logic [1:0] rd_data;
  xg_commit_fifo #(.W(2), .DEPTH_LOG2(D)) dut (
      .clk_i(clk), .rst_i(rst), .wr_valid_i(wr_valid), .wr_ready_o(wr_ready), .wr_data_i(data), .commit_i(commit),
      .abort_i(abort), .rd_valid_o(rd_valid), .rd_ready_i(rd_ready), .rd_data_o(rd_data), .empty_o(empty));
  logic first_q = 1'b1, watched_q = 1'b0;
  logic [3:0] open_q, committed_q, ahead_q;  // words not committed, committed, committed before the watched one
  logic [1:0] word_q;
  wire wr = wr_valid && wr_ready, rd = rd_valid && rd_ready;
  wire [3:0] more = open_q + {3'd0, wr};
  always_ff @(posedge clk) begin
    first_q <= 1'b0;
    if (first_q) assume (rst);
    if (rst) begin
      open_q <= 4'd0;
      committed_q <= 4'd0;
      watched_q <= 1'b0;
    end else begin
      open_q <= (abort || commit) ? 4'd0 : more;
      committed_q <= committed_q + ((commit && !abort) ? more : 4'd0) - {3'd0, rd};
      if (watched_q) begin
        if (rd) ahead_q <= ahead_q - 4'd1;
        if (rd && ahead_q == 4'd0) watched_q <= 1'b0;
        if (abort && ahead_q >= committed_q) watched_q <= 1'b0;
      end else if (wr && mark && !abort) begin
        watched_q <= 1'b1;
        word_q <= data;
        ahead_q <= committed_q + open_q - {3'd0, rd};
      end
    end
    if (!first_q && !rst) begin
      if (rd_valid) assert (committed_q != 4'd0);
      assert (empty == (committed_q == 4'd0));
      assert (committed_q + open_q <= (1 << D) + 1);
      if (watched_q && ahead_q == 4'd0 && rd_valid) assert (rd_data == word_q);
      cover (watched_q && ahead_q == 4'd0 && rd && committed_q > 4'd2);
    end
  end
endmodule
