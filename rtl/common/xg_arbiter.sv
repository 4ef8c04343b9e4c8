// Round-robin choice among N requests, combinational. The requester served by the last take_i
// has the lowest priority afterwards, so that a steady request waits for at most N-1 others.
// The choice may change until take_i; hold it outside where a transfer lasts longer.
module xg_arbiter #(
    parameter int N = 2  // 2 or more
) (
    input  logic                 clk_i,
    input  logic                 rst_i,
    input  logic [N-1:0]         req_i,
    input  logic                 take_i,   // the grant of this cycle is used
    output logic                 valid_o,  // some request is granted
    output logic [N-1:0]         grant_o,  // one-hot
    output logic [$clog2(N)-1:0] index_o
);
  localparam int IW = $clog2(N);

  // Bit i of mask_q: requester i comes after the one served last.
  logic [N-1:0] mask_q, high, pick;
  logic [IW-1:0] index;

  assign high = req_i & mask_q;
  assign pick = (high != '0) ? high : req_i;
  assign grant_o = pick & (~pick + 1'b1);
  assign valid_o = req_i != '0;
  assign index_o = index;

  always_comb begin
    index = '0;
    for (int i = 0; i < N; i++) if (grant_o[i]) index = index | i[IW-1:0];
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) mask_q <= '1;
    else if (take_i && valid_o) mask_q <= ~(grant_o | (grant_o - 1'b1));
  end
endmodule
