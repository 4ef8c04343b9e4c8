// xg_copy_add against double-precision arithmetic: the sum of two singles whose exponents are less than 29
// apart is exact in a double, farther apart the smaller one decides nothing but ties, which cannot be. TAP on stdout.
`timescale 1ns / 1ns
module tb_copy_add;
  logic clk = 0;
  always #5 clk = !clk;
  logic valid = 0;
  logic [34:0] a = 0, b = 0, sum;
  xg_copy_add dut (.clk_i(clk), .valid_i(valid), .a_i(a), .b_i(b), .sum_o(sum));

  integer seed, bad, i;
  logic [34:0] as [0:3], bs [0:3];  // on their way

  function automatic real value(input logic [34:0] n);  // of a finite one
    real m;
    begin
      m = $itor(n[23:0]) * $pow(2.0, $itor(n[31:24]) - 150.0);
      value = n[32] ? -m : m;
    end
  endfunction
  function automatic real even(input real v);
    real f;
    begin
      f = $floor(v);
      if (v - f > 0.5 || (v - f == 0.5 && f != 2.0 * $floor(f / 2.0))) f = f + 1.0;
      even = f;
    end
  endfunction
  function automatic logic [34:0] expected(input logic [34:0] x, input logic [34:0] y);
    real s, m;
    integer e;
    logic [23:0] bits;
    begin
      if (x[34] || y[34] || (x[33] && y[33] && x[32] != y[32])) expected = {1'b1, 34'd0};
      else if (x[33] || y[33]) expected = {2'b01, x[33] ? x[32] : y[32], 32'd0};
      else begin
        s = value(x) + value(y);
        m = (s < 0.0) ? -s : s;
        expected = 35'd0;
        if (m != 0.0) begin
          e = 150;
          while (m < 8388608.0) begin
            m = m * 2.0;
            e = e - 1;
          end
          while (m >= 16777216.0) begin
            m = m / 2.0;
            e = e + 1;
          end
          m = even(m);
          if (m == 16777216.0) begin
            m = 8388608.0;
            e = e + 1;
          end
          bits = $rtoi(m);
          if (e > 254) expected = {2'b01, s < 0.0, 32'd0};
          else if (e > 0) expected = {2'b00, s < 0.0, e[7:0], bits};
        end
      end
    end
  endfunction

  // Exponents near one another more often than not; ends of the range; specials.
  function automatic logic [34:0] any(input integer how, input logic [7:0] near);
    logic [31:0] r;
    begin
      r = $random(seed);
      any = {2'b00, r[31], near + {3'd0, r[4:0]} - 8'd16, 1'b1, r[27:5]};
      if (how % 8 == 0) any[23:0] = any[23:0] & (24'hFFFFFF << r[4:0]) | 24'h800000;  // few bits: ties
      if (any[31:24] == 8'd0 || any[31:24] == 8'd255) any[31:24] = 8'd1;
      if (how % 50 == 1) any = {2'b01, r[31], 32'd0};
      if (how % 50 == 2) any = {1'b1, 34'd0};
      if (how % 50 == 3) any = 35'd0;
    end
  endfunction

  task check;
    logic [34:0] want;
    begin
      want = expected(as[3], bs[3]);
      if (sum[34:33] != want[34:33] || (!want[34] && sum[32:0] !== want[32:0])) begin
        bad = bad + 1;
        if (bad < 10) $display("# %h + %h: %h, expected %h", as[3], bs[3], sum, want);
      end
    end
  endtask

  logic [7:0] near;
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    $display("# seed %0d", seed);
    bad = 0;
    valid = 1;
    for (i = 0; i < 4004; i = i + 1) begin
      @(negedge clk);
      if (i >= 4) check;
      {as[3], as[2], as[1]} = {as[2], as[1], as[0]};
      {bs[3], bs[2], bs[1]} = {bs[2], bs[1], bs[0]};
      near = $random(seed);
      if (near < 8'd20) near = 8'd20;  // below that doubles are subnormal nowhere, singles are
      if (i % 16 == 9) near = 8'd17;
      if (near > 8'd238) near = 8'd238;
      as[0] = any(i, near);
      bs[0] = any(i / 3, near);
      if (i % 5 == 4) bs[0] = {as[0][34:33], !as[0][32], as[0][31:3], as[0][2:0] ^ i[4:2]};  // they cancel
      a = as[0];
      b = bs[0];
    end
    $display("%0sok - sums of singles (4000 pairs, one a clock)", bad == 0 ? "" : "not ");
    $finish;
  end
endmodule
