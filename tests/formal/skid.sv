// xg_skid against a queue of two words.
module skid (
    input logic clk, rst, in_valid, out_ready,
    input logic [1:0] data
);
  logic in_ready, out_valid;
  logic [1:0] out_data;
  xg_skid #(.W(2)) dut (.clk_i(clk), .rst_i(rst), .in_valid_i(in_valid), .in_ready_o(in_ready), .in_data_i(data),
                        .out_valid_o(out_valid), .out_ready_i(out_ready), .out_data_o(out_data));
  logic first_q = 1'b1;
  logic [1:0] count_q = 2'd0, a_q, b_q;
  wire in = in_valid && in_ready, out = out_valid && out_ready;
  always_ff @(posedge clk) begin
    first_q <= 1'b0;
    if (first_q) assume (rst);
    if (rst) count_q <= 2'd0;
    else begin
      count_q <= count_q + {1'b0, in} - {1'b0, out};
      if (out) a_q <= b_q;
      if (in && count_q == {1'b0, out}) a_q <= data;
      if (in && count_q == 2'd1 + {1'b0, out}) b_q <= data;
    end
    if (!first_q && !rst) begin
      assert (out_valid == (count_q != 2'd0));
      assert (count_q <= 2'd2);
      if (out_valid) assert (out_data == a_q);
      if (count_q < 2'd2) assert (in_ready);
      cover (count_q == 2'd2 && out);
    end
  end
endmodule
