// xg_copy_cut against integers: three vertices, rounded with halves down, moved, cut by both scissors, made
// multiples of 8, cut by the pitch and by 8,192 rows.
module tb_copy_cut;
  logic clk = 0, rst = 1, we = 0, is_signed = 0, vertex = 0, first = 0, axis = 0, start = 0, move_vertices = 0, move_scissor = 0;
  logic [2:0] at = 0;
  logic [14:0] rx = 0, ry = 0;
  logic signed [24:0] value = 0;
  wire busy, done;
  wire [13:3] x0, x1;
  wire [16:3] y0, y1;
  int errors = 0, seed, i, k, v, round, waited, cut = 0, whole = 0;
  int r [0:1] [0:5];              // registers by axis: offset, window, screen, pitch
  int least [0:1], most [0:1], from [0:1], to [0:1], tl, br;
  logic signed [14:0] bits [0:1];
  xg_copy_cut dut (.clk_i(clk), .rst_i(rst), .reg_we_i(we), .reg_i(at), .reg_x_i(rx), .reg_y_i(ry), .reg_signed_i(is_signed),
                   .vertex_i(vertex), .first_i(first), .axis_i(axis), .value_i(value), .move_vertices_i(move_vertices),
                   .move_scissor_i(move_scissor), .start_i(start), .busy_o(busy), .done_o(done), .x0_o(x0), .x1_o(x1), .y0_o(y0), .y1_o(y1));
  always #5 clk = !clk;
  function automatic int least_of(input int a, input int b); least_of = a < b ? a : b; endfunction
  function automatic int most_of(input int a, input int b); most_of = a < b ? b : a; endfunction
  // The greatest whole number that is not above (v + 127) / 256.
  function automatic int rounded(input int v);
    rounded = (v + 127) / 256;
    if (v + 127 < 0 && (v + 127) % 256 != 0) rounded = rounded - 1;
  endfunction
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    repeat (3) @(negedge clk);
    rst = 0;
    for (round = 0; round < 2500; round = round + 1) begin
      move_vertices = $random(seed); move_scissor = $random(seed);
      for (k = 0; k < 6; k = k + 1) begin
        we = 1; at = k; is_signed = k == 0 || k == 4;
        rx = $random(seed); ry = $random(seed);
        if ((round & 1) != 0 || k == 5) begin rx = rx & 15'h1FFF; ry = ry & 15'h1FFF; end
        if ((round & 2) != 0) case (k)
          0: begin rx = rx & 15'h3F; ry = -(ry & 15'h3F); end
          1, 3: begin rx = rx & 15'h3F; ry = ry & 15'h3F; end
          2, 4: begin rx = (rx | 15'h1F00) & (k == 4 ? 15'h3FFF : 15'h7FFF); ry = (ry | 15'h1F00) & (k == 4 ? 15'h3FFF : 15'h7FFF); end
          default: ;
        endcase
        // Nothing moves and nothing cuts the coordinates that lie on a half or one above it (below).
        if ((round & 7) == 4) begin
          rx = (k == 2 || k == 4 || k == 5) ? 15'h1FFF : 15'd0;
          ry = rx;
        end
        if (k == 5) rx = rx & 15'h3FF8;
        bits[0] = rx; bits[1] = ry;
        for (v = 0; v < 2; v = v + 1) r[v][k] = is_signed ? bits[v] : int'({17'd0, bits[v]});
        @(negedge clk);
      end
      we = 0;
      for (k = 0; k < 6; k = k + 1) begin
        axis = k[0]; first = k < 2; vertex = 1;
        value = (round & 4) != 0 ? $random(seed) & 25'h1FFFFF : $random(seed) % 8388608;
        // On a half and one above it, where one more is another eight.
        if ((round & 7) == 4) value = {value[24:11], {3{round[5]}}, 8'd128 + {7'd0, round[4]}};
        v = value;
        i = rounded(v);
        least[k[0]] = first ? i : least_of(least[k[0]], i);
        most[k[0]] = first ? i : most_of(most[k[0]], i);
        @(negedge clk);
        vertex = 0;
        waited = 0;
        while (busy && waited < 20) begin @(negedge clk); waited = waited + 1; end
      end
      for (k = 0; k < 2; k = k + 1) begin
        tl = r[k][1] + (move_scissor ? r[k][0] : 0);
        br = r[k][2] + (move_scissor ? r[k][0] : 0);
        tl = most_of(tl, r[k][3]);
        br = most_of(least_of(br, r[k][4]), tl);
        from[k] = least_of(most_of(least[k] + (move_vertices ? r[k][0] : 0), tl), br);
        to[k] = least_of(most_of(most[k] + (move_vertices ? r[k][0] : 0), tl), br) + 7;
        if (k == 0) begin from[0] = least_of(from[0], r[0][5]); to[0] = least_of(to[0], r[0][5]); end
        else to[1] = least_of(to[1], from[1] + 8192);
        if (from[k] / 8 == to[k] / 8) whole = whole + 1; else cut = cut + 1;
      end
      start = 1;
      @(negedge clk);
      start = 0;
      waited = 0;
      while (!done && waited < 80) begin @(negedge clk); waited = waited + 1; end
      if (!done || x0 !== 11'(from[0] / 8) || x1 !== 11'(to[0] / 8) || y0 !== 14'(from[1] / 8) || y1 !== 14'(to[1] / 8)) begin
        errors = errors + 1;
        if (errors < 5)
          $display("# round %0d: %0d %0d %0d %0d, expected %0d %0d %0d %0d", round, x0, x1, y0, y1, from[0] / 8, to[0] / 8, from[1] / 8, to[1] / 8);
      end
      @(negedge clk);
    end
    if (cut < 500 || whole < 500) begin errors = errors + 1; $display("# too little exercised: %0d, %0d empty", cut, whole); end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
