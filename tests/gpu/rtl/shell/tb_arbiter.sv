// xg_arbiter: grants exactly one requester, only requesters, and a steady request is served
// after at most N-1 others.
module tb_arbiter #(
    parameter int N = 5
);
  logic clk = 0, rst = 1, take = 0, valid;
  logic [N-1:0] req = 0, grant;
  logic [$clog2(N)-1:0] index;
  int wait_for [0:N-1];
  int errors = 0, served = 0, seed, i, k;

  xg_arbiter #(.N(N)) dut (.clk_i(clk), .rst_i(rst), .req_i(req), .take_i(take), .valid_o(valid),
                           .grant_o(grant), .index_o(index));
  always #5 clk = !clk;
  always @(posedge clk) if (!rst) begin
    if (valid != (req != 0)) begin errors = errors + 1; $display("# valid wrong"); end
    if (valid && ($countones(grant) != 1 || (grant & ~req) != 0 || grant[index] !== 1'b1)) begin
      errors = errors + 1; $display("# req %b grant %b index %0d", req, grant, index);
    end
    for (k = 0; k < N; k = k + 1)
      if (!req[k] || (take && grant[k])) wait_for[k] = 0;
      else if (take && valid) begin
        wait_for[k] = wait_for[k] + 1;
        if (wait_for[k] > N - 1) begin errors = errors + 1; $display("# requester %0d starves", k); end
      end
    if (take && valid) served = served + 1;
  end
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    for (k = 0; k < N; k = k + 1) wait_for[k] = 0;
    repeat (3) @(negedge clk);
    rst = 0;
    for (i = 0; i < 10000; i = i + 1) begin
      @(negedge clk);
      take = $random(seed);
      for (k = 0; k < N; k = k + 1) if (wait_for[k] == 0) req[k] = $random(seed);
    end
    if (errors == 0 && served > 1000) $display("PASS"); else $display("FAIL seed %0d: %0d errors, %0d served", seed, errors, served);
    $finish;
  end
endmodule
