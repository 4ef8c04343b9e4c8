  // Properties of xg_skid, put into the cell: a queue of two words, by induction.
  logic first_q = 1'b1;
  logic [1:0] count_q = 2'd0;
  logic [W-1:0] a_q, b_q;  // the older and the younger word
  logic in, out;
  assign in = in_valid_i && in_ready_o;
  assign out = out_valid_o && out_ready_i;
  always_ff @(posedge clk_i) begin
    first_q <= 1'b0;
    if (first_q) assume (rst_i);
    if (rst_i) count_q <= 2'd0;
    else begin
      count_q <= count_q + {1'b0, in} - {1'b0, out};
      if (out) a_q <= b_q;
      if (in && count_q == {1'b0, out}) a_q <= in_data_i;
      if (in && count_q == 2'd1 + {1'b0, out}) b_q <= in_data_i;
    end
    if (!first_q) begin
      assert (out_valid_o == (count_q != 2'd0));
      assert (count_q <= 2'd2);
      if (out_valid_o) assert (out_data_o == a_q);
      assert (in_ready_o == (count_q != 2'd2));
      if (over_valid_q) assert (over_q == b_q);
    end
  end
