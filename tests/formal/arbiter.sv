// xg_arbiter: one grant, to a requester; and from any state at all (no reset is assumed), a requester that
// stays is served within N grants. A cycle without a grant changes nothing, so each cycle has one.
module arbiter #(
    parameter int N = 4
) (
    input logic clk,
    input logic [N-1:0] req
);
  (* anyconst *) logic [1:0] who;
  logic [N-1:0] grant;
  logic [1:0] index;
  logic valid;
  logic [2:0] waited_q = 3'd0;
  logic served_q = 1'b0;
  xg_arbiter #(.N(N)) dut (.clk_i(clk), .rst_i(1'b0), .req_i(req), .take_i(1'b1), .valid_o(valid), .grant_o(grant),
                           .index_o(index));
  always_ff @(posedge clk) begin
    assume (req[who]);
    if (waited_q < N) waited_q <= waited_q + 3'd1;
    if (grant[who]) served_q <= 1'b1;
    assert (valid == (req != '0));
    assert ((grant & ~req) == '0);
    assert ((grant & (grant - 1'b1)) == '0);
    if (valid) assert (grant == (1 << index));
    assert (served_q || waited_q < N);
  end
endmodule
