// xg_copy_fixed against double-precision arithmetic: every exponent, both signs, values around the
// ties of both roundings. TAP on stdout. The sum v + 0.5 is exact in a double wherever the rounding
// to single can depend on its last bits.
`timescale 1ns / 1ns
module tb_copy_fixed;
  logic clk = 0, rst = 1;
  always #5 clk = !clk;

  logic start = 0, half = 0;
  logic [31:0] word = 0;
  logic done, nan;
  logic signed [24:0] value;
  xg_copy_fixed dut (.clk_i(clk), .rst_i(rst), .start_i(start), .half_i(half), .word_i(word),
                     .done_o(done), .nan_o(nan), .value_o(value));

  integer seed, first_seed, bad, tried, i, e;

  function automatic real of_single(input logic [31:0] b);
    logic [10:0] x;
    begin
      x = {3'd0, b[30:23]} + 11'd896;
      if (b[30:23] == 8'd0) of_single = 0.0;
      else of_single = $bitstoreal({b[31], x, b[22:0], 29'd0});
    end
  endfunction

  // To nearest integer, ties to even; |v| < 2**40.
  function automatic real even(input real v);
    real f;
    begin
      f = $floor(v);
      if (v - f > 0.5 || (v - f == 0.5 && f != 2.0 * $floor(f / 2.0))) f = f + 1.0;
      even = f;
    end
  endfunction

  // A double rounded to 24 significant bits.
  function automatic real single(input real v);
    real scale, m;
    begin
      scale = 1.0;
      m = (v < 0.0) ? -v : v;
      if (m != 0.0) begin
        while (m * scale < 8388608.0) scale = scale * 2.0;
        while (m * scale >= 16777216.0) scale = scale / 2.0;
      end
      m = even(m * scale) / scale;
      single = (v < 0.0) ? -m : m;
    end
  endfunction

  task try(input logic [31:0] b, input logic h);
    real v, want;
    begin
      @(negedge clk);
      word = b;
      half = h;
      start = 1;
      @(negedge clk);
      start = 0;
      while (!done) @(negedge clk);
      tried = tried + 1;
      if (b[30:0] > 31'h7F80_0000) begin
        if (!nan) begin
          bad = bad + 1;
          $display("# %h is a NaN and was not refused", b);
        end
      end else begin
        if (b[30:23] >= 8'd150) want = b[31] ? -8388608.0 : 8388608.0;
        else begin
          v = of_single(b);
          if (h) v = single(v + 0.5);
          want = even(v * 256.0);
          if (want > 8388608.0) want = 8388608.0;
          if (want < -8388608.0) want = -8388608.0;
        end
        if (nan || value != $rtoi(want)) begin
          bad = bad + 1;
          if (bad < 10) $display("# %h half %b: %0d, expected %0d", b, h, value, $rtoi(want));
        end
      end
    end
  endtask

  task tell(input [8*60-1:0] what);
    begin
      $display("%0sok - %0s (%0d values)", bad == 0 ? "" : "not ", what, tried);
      bad = 0;
      tried = 0;
    end
  endtask

  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    first_seed = seed;
    $display("# seed %0d", first_seed);
    bad = 0;
    tried = 0;
    repeat (3) @(negedge clk);
    rst = 0;
    for (e = 0; e < 256; e = e + 1)
      for (i = 0; i < 12; i = i + 1)
        try({i[0], e[7:0], (i < 2) ? 23'd0 : (i < 4) ? 23'h7FFFFF : $random(seed)}, i[1]);
    tell("every exponent");
    // Around k / 512: ties of the second rounding, moved by the last bits of the first.
    for (i = 0; i < 3000; i = i + 1) begin
      e = 127 - 26 + ($random(seed) & 31);
      word = {$random(seed)};
      try({word[31], e[7:0], word[22:0] & (23'h7FFFFF << ($random(seed) & 15)) ^ {22'd0, word[24]}}, word[23]);
    end
    tell("random values near ties");
    // Negative values whose sum with 0.5 cancels.
    for (i = 0; i < 3000; i = i + 1) begin
      word = $random(seed);
      try(32'hBF00_0000 + {{20{word[11]}}, word[11:0]}, 1'b1);
      try({1'b0, 8'd118 + {5'd0, word[14:12]}, word[22:0] & 23'h600007}, 1'b1);
    end
    tell("sums that cancel");
    $finish;
  end
endmodule
