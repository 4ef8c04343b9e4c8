// xg_copy_axis against integers: round half down, move, cut to both scissors, out to multiples of 8.
module tb_copy_axis;
  logic clk = 0, rst = 1, start = 0, move_vertex = 0, move_scissor = 0;
  logic signed [24:0] least = 0, greatest = 0;
  logic signed [14:0] offset = 0;
  logic [14:0] wtl = 0, wbr = 0, stl = 0, sbr = 0;
  wire done;
  wire [16:3] from, to;
  int errors = 0, seed, i, f, t, o, tl, br, cut = 0, whole = 0, waited;
  xg_copy_axis dut (.clk_i(clk), .rst_i(rst), .start_i(start), .least_i(least), .greatest_i(greatest), .offset_i(offset),
                    .offset_vertex_i(move_vertex), .offset_scissor_i(move_scissor), .window_tl_i(wtl), .window_br_i(wbr),
                    .screen_tl_i(stl), .screen_br_i(sbr), .done_o(done), .from_o(from), .to_o(to));
  always #5 clk = !clk;
  function automatic int least_of(input int a, input int b); least_of = a < b ? a : b; endfunction
  function automatic int most_of(input int a, input int b); most_of = a < b ? b : a; endfunction
  // Of an 8-bit fraction, halves down: the greatest whole number below (v + 127) / 256.
  function automatic int rounded(input int v);
    rounded = (v + 127) / 256;
    if (v + 127 < 0 && (v + 127) % 256 != 0) rounded = rounded - 1;
  endfunction
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    repeat (3) @(negedge clk);
    rst = 0;
    for (i = 0; i < 4000; i = i + 1) begin
      least = (i & 1) ? $random(seed) % 8388608 : $random(seed) & 25'h1FFFFF;
      greatest = least + ($random(seed) & 25'h3FFFF);
      if (greatest < least || greatest > 25'sd8388608) greatest = least;
      if ((i & 7) == 0) least = {least[24:8], 8'd128 + (i[3] ? 8'd1 : 8'd0)};
      if (greatest < least) greatest = least;
      offset = (i & 2) ? $random(seed) : $random(seed) & 63;
      move_vertex = $random(seed);
      move_scissor = $random(seed);
      wtl = (i & 4) ? $random(seed) : $random(seed) & 255;
      wbr = (i & 4) ? $random(seed) : 8192;
      stl = (i & 8) ? $random(seed) : 0;
      sbr = (i & 16) ? $random(seed) : 8192;
      o = offset;
      f = rounded(least); t = rounded(greatest);
      if (move_vertex) begin f = f + o; t = t + o; end
      tl = move_scissor ? int'({17'd0, wtl}) + o : int'({17'd0, wtl});
      br = move_scissor ? int'({17'd0, wbr}) + o : int'({17'd0, wbr});
      tl = most_of(tl, int'({17'd0, stl}));
      br = most_of(least_of(br, int'({17'd0, sbr})), tl);
      f = least_of(most_of(f, tl), br);
      t = least_of(most_of(t, tl), br);
      if (t > f) cut = cut + 1; else whole = whole + 1;
      start = 1;
      @(negedge clk);
      start = 0;
      waited = 0;
      while (!done && waited < 40) begin @(negedge clk); waited = waited + 1; end
      if (!done || from !== 14'(f / 8) || to !== 14'((t + 7) / 8)) begin
        errors = errors + 1;
        if (errors < 5) $display("# [%0d, %0d), expected [%0d, %0d)", from, to, f / 8, (t + 7) / 8);
      end
      @(negedge clk);
    end
    if (cut < 300 || whole < 300) begin errors = errors + 1; $display("# too little exercised: %0d, %0d empty", cut, whole); end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
