// xg_fifo: order, no loss, no invention, level. One word is watched, chosen by the solver.
module fifo #(
    parameter int D = 2
) (
    input logic clk, rst, flush, wr_valid, rd_ready, mark,
    input logic [1:0] data
);
  logic wr_ready, rd_valid;
  logic [1:0] rd_data;
  logic [D:0] level;
  xg_fifo #(.W(2), .DEPTH_LOG2(D)) dut (
      .clk_i(clk), .rst_i(rst), .flush_i(flush), .wr_valid_i(wr_valid), .wr_ready_o(wr_ready), .wr_data_i(data),
      .rd_valid_o(rd_valid), .rd_ready_i(rd_ready), .rd_data_o(rd_data), .level_o(level));
  logic first_q = 1'b1, watched_q = 1'b0, seen_q = 1'b0;
  logic [D:0] ahead_q, count_q = '0;
  logic [1:0] word_q;
  wire wr = wr_valid && wr_ready, rd = rd_valid && rd_ready;
  always_ff @(posedge clk) begin
    first_q <= 1'b0;
    if (first_q) assume (rst);
    if (rst || flush) begin
      watched_q <= 1'b0;
      count_q <= '0;
    end else begin
      count_q <= count_q + {{D{1'b0}}, wr} - {{D{1'b0}}, rd};
      if (watched_q) begin
        if (rd) ahead_q <= ahead_q - 1'b1;
        if (rd && ahead_q == '0) watched_q <= 1'b0;
      end else if (wr && mark) begin
        watched_q <= 1'b1;
        word_q <= data;
        ahead_q <= level - {{D{1'b0}}, rd};
      end
    end
    if (!first_q && !rst) begin
      assert (count_q == level);
      assert (level <= (1 << D));
      assert (rd_valid == (level != '0));
      assert (wr_ready == (level != (1 << D)));
      if (watched_q) assert (level > ahead_q);
      if (watched_q && ahead_q == '0) assert (rd_data == word_q);
      cover (watched_q && rd && ahead_q == '0 && level == (1 << D));
    end
  end
endmodule
