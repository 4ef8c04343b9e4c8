// TMDS and DVI against models that share nothing with the RTL: every byte at every balance is encoded as
// DVI 1.0 writes it down (numbers of ones and zeros as integers) and decoded again; then pictures of a
// known pattern, small ones, are taken off the bits of xg_dvi, lane by lane, as a screen does. Prints TAP.
module tb_dvi;
  // ---- characters ----------------------------------------------------------------------------
  logic [7:0] data = 0;
  logic signed [3:0] balance = 0, next;
  logic [9:0] word;
  xg_tmds_word u_word (.byte_i(data), .balance_i(balance), .word_o(word), .next_o(next));

  integer n1, n0, cnt, want_cnt, wrong = 0, tried = 0, unbalanced = 0, b, c, k;
  logic [8:0] m;
  logic [9:0] want;
  logic reached [-8:8];
  // 3.2.2 of the standard, step by step
  task encode(input [7:0] d, input integer held);
    begin
      n1 = 0;
      for (k = 0; k < 8; k = k + 1) n1 = n1 + {31'd0, d[k]};
      m[0] = d[0];
      if (n1 > 4 || (n1 == 4 && d[0] == 0)) begin
        for (k = 1; k < 8; k = k + 1) m[k] = m[k-1] ~^ d[k];
        m[8] = 0;
      end else begin
        for (k = 1; k < 8; k = k + 1) m[k] = m[k-1] ^ d[k];
        m[8] = 1;
      end
      n1 = 0;
      for (k = 0; k < 8; k = k + 1) n1 = n1 + {31'd0, m[k]};
      n0 = 8 - n1;
      if (held == 0 || n1 == n0) begin
        want = {!m[8], m[8], m[8] ? m[7:0] : ~m[7:0]};
        want_cnt = m[8] ? held + (n1 - n0) : held + (n0 - n1);
      end else if ((held > 0 && n1 > n0) || (held < 0 && n0 > n1)) begin
        want = {1'b1, m[8], ~m[7:0]};
        want_cnt = held + (m[8] ? 2 : 0) + (n0 - n1);
      end else begin
        want = {1'b0, m[8], m[7:0]};
        want_cnt = held - (m[8] ? 0 : 2) + (n1 - n0);
      end
    end
  endtask
  function [7:0] decode(input [9:0] w);
    integer j;
    logic [7:0] q;
    begin
      q = w[9] ? ~w[7:0] : w[7:0];
      decode[0] = q[0];
      for (j = 1; j < 8; j = j + 1) decode[j] = w[8] ? q[j] ^ q[j-1] : q[j] ~^ q[j-1];
    end
  endfunction
  function integer ones10(input [9:0] w);
    integer j;
    begin
      ones10 = 0;
      for (j = 0; j < 10; j = j + 1) ones10 = ones10 + {31'd0, w[j]};
    end
  endfunction

  // ---- a picture -------------------------------------------------------------------------------
  logic pixel = 0, fast = 0, rst = 1, frame;
  always #5 pixel = !pixel;
  // The bit clock's edges fall beside the pixel's, before or after them as chance has it.
  integer jitter = 5;
  always begin
    #0.9 if ($random(jitter) & 1) #0.2 fast = !fast;
    else begin
      fast = !fast;
      #0.2;
    end
    #0.9 fast = !fast;
  end
  logic [9:0] x, y;
  logic [23:0] rgb, rgb1;
  logic [7:0] bits;
  localparam int W = 70, H = 20, ALL_W = 96, ALL_H = 26;
  xg_dvi #(.X_SHOWN(W), .X_SYNC(74), .X_BACK(85), .X_ALL(ALL_W), .Y_SHOWN(H), .Y_SYNC(22), .Y_BACK(24), .Y_ALL(ALL_H)) u_dvi (.clk_i(pixel), .rst_i(rst), .clk_bit_i(fast), .x_o(x), .y_o(y), .frame_o(frame), .rgb_i(rgb),
                .bits_o(bits));
  function [23:0] pattern(input [9:0] px, input [9:0] py);
    pattern = {px[7:0] ^ py[7:0], 8'(px * 3 + py * 5), 8'(py * 7) + px[9:2]};
  endfunction
  always @(posedge pixel) begin
    rgb1 <= pattern(x, y);
    rgb <= rgb1;
  end

  // what a screen does: find the characters by the clock lane, then the picture by the control characters
  logic [9:0] lane [0:3];
  logic [9:0] shift [0:3];
  integer at = 0, sx = 0, sy = -1, pixels = 0, bad = 0, lines = 0, pictures = 0, syncs = 0, hsyncs = 0, i;
  logic was_picture = 0, was_v = 1, was_h = 1, aligned = 0, counting = 0;
  function is_control(input [9:0] w);
    is_control = w == 10'b1101010100 || w == 10'b0010101011 || w == 10'b0101010100 || w == 10'b1010101011;
  endfunction
  task character;
    logic v, h;
    begin
      if (is_control(lane[0])) begin
        {v, h} = (lane[0] == 10'b1101010100) ? 2'b00 : (lane[0] == 10'b0010101011) ? 2'b01 :
                 (lane[0] == 10'b0101010100) ? 2'b10 : 2'b11;
        if (was_v && !v) begin
          if (counting && sy == H) pictures = pictures + 1;
          counting = 1;
          sy = 0;
          syncs = syncs + 1;
        end
        if (was_h && !h) hsyncs = hsyncs + 1;
        if (was_picture) begin
          if (sx != W) bad = bad + 1;
          sy = sy + 1;
        end
        sx = 0;
        was_v = v;
        was_h = h;
        was_picture = 0;
        if (!is_control(lane[1]) || !is_control(lane[2])) bad = bad + 1;
      end else begin
        if (counting && {decode(lane[0]), decode(lane[1]), decode(lane[2])} !== pattern(sx, sy)) begin
          if (bad == 0) $display("# pixel %0d,%0d: %h", sx, sy, {decode(lane[0]), decode(lane[1]), decode(lane[2])});
          bad = bad + 1;
        end
        if (counting) pixels = pixels + 1;
        sx = sx + 1;
        was_picture = 1;
      end
    end
  endtask
  always @(posedge fast) begin
    for (i = 0; i < 4; i = i + 1) shift[i] = {bits[2*i+1], bits[2*i], shift[i][9:2]};
    if (shift[3] == 10'b0000011111) begin
      for (i = 0; i < 3; i = i + 1) lane[i] = shift[i];
      character;
    end
  end

  initial begin
    $display("TAP version 13");
    for (b = -8; b <= 8; b = b + 1) reached[b] = b == 0;
    // Balances that can come about, found by following them; half of the standard's count.
    for (c = 0; c < 20; c = c + 1)
      for (b = -8; b <= 7; b = b + 1)
        if (reached[b])
          for (k = 0; k < 256; k = k + 1) begin : follow
            integer keep;
            keep = k;
            encode(8'(k), 2 * b);
            k = keep;
            if (want_cnt / 2 < -8 || want_cnt / 2 > 7) unbalanced = unbalanced + 1;
            else reached[want_cnt/2] = 1;
          end
    for (b = -8; b <= 7; b = b + 1)
      if (reached[b])
        for (c = 0; c < 256; c = c + 1) begin
          data = 8'(c);
          balance = 4'(b);
          #1;
          encode(data, 2 * b);
          if (word !== want || 2 * next !== want_cnt || decode(word) !== data ||
              2 * ones10(word) - 10 !== 2 * (next - balance)) begin
            if (wrong == 0) $display("# byte %h at %0d: %b, expected %b", data, b, word, want);
            wrong = wrong + 1;
          end
          tried = tried + 1;
        end
    $display("%s 1 - every byte at every balance that comes about: %0d characters, %0d wrong",
             wrong == 0 && tried >= 256 * 8 && unbalanced == 0 ? "ok" : "not ok", tried, wrong);
    rst = 1;
    repeat (8) @(posedge pixel);
    rst = 0;
    repeat (5 * ALL_W * ALL_H + ALL_W) @(posedge pixel);
    $display("%s 2 - pictures, pixel by pixel as a screen takes them (%0d, %0d pixels, %0d wrong)",
             pictures >= 4 && bad == 0 && pixels >= 4 * W * H ? "ok" : "not ok", pictures, pixels, bad);
    $display("%s 3 - lines a picture (%0d in %0d)", hsyncs / ALL_H == syncs - 1 || hsyncs / ALL_H == syncs ? "ok" : "not ok",
             hsyncs, syncs);
    $display("1..3");
    $finish;
  end
endmodule
