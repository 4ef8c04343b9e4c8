  // Properties of xg_ram, put into the cell: every byte of every word holds what was written there last; a read
  // gives what was there before a write at the same edge, and keeps it. By induction.
  (* anyconst *) logic [DEPTH_LOG2-1:0] at;
  (* anyconst *) logic [$clog2(W/8)-1:0] lane;
  logic known_q = 1'b0, asked_q = 1'b0;
  logic [7:0] byte_q, want_q;
  logic [W-1:0] word;
  assign word = mem[at];
  always_ff @(posedge clk_i) begin
    assume ({1'b0, lane} < W / 8);
    if (we_i && waddr_i == at && wstrb_i[lane]) begin
      byte_q <= wdata_i[8*lane+:8];
      known_q <= 1'b1;
    end
    if (re_i) begin
      asked_q <= raddr_i == at && known_q;
      want_q <= byte_q;
    end
    if (asked_q) assert (rdata_o[8*lane+:8] == want_q);
    if (known_q) assert (word[8*lane+:8] == byte_q);
  end
