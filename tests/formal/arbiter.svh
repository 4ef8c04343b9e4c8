  // Properties of xg_arbiter, put into the cell: one grant, to a requester; one that stays is served within N
  // grants that are used, however long they take. By induction: `before` counts who can still come before it.
  (* anyconst *) logic [IW-1:0] who;
  logic first_q = 1'b1;
  logic [IW:0] waited_q = '0, before;
  logic [N-1:0] below, ones;
  assign below = ({{(N - 1) {1'b0}}, 1'b1} << who) - 1'b1;
  assign ones = mask_q[who] ? mask_q & below : mask_q | below;
  always_comb begin
    before = '0;
    for (int i = 0; i < N; i++) before = before + {{IW{1'b0}}, ones[i]};
  end
  always_ff @(posedge clk_i) begin
    first_q <= 1'b0;
    if (first_q) assume (rst_i);
    assume (who < N);
    if (rst_i || !req_i[who] || (take_i && grant_o[who])) waited_q <= '0;
    else if (take_i) waited_q <= waited_q + 1'b1;
    if (!first_q) begin
      assert (valid_o == (req_i != '0));
      assert ((grant_o & ~req_i) == '0);
      assert ((grant_o & (grant_o - 1'b1)) == '0);
      if (valid_o) assert (grant_o == ({{(N - 1) {1'b0}}, 1'b1} << index_o));
      if (req_i != '0) assert (grant_o != '0);
      assert (waited_q < N);
      // Who was served and all before it come after the others.
      assert ((~mask_q & (~mask_q + 1'b1)) == '0);
      assert (waited_q + before < N);
    end
  end
