// xg_copy_walk against the formulas of docs/device.md, each pixel and sample by itself: the order of the
// words is that of the bytes of each line, addresses come from tiled2d and tiled3d as they are written there.
// TAP on stdout.
`timescale 1ns / 1ns
`include "xg_types.svh"
module tb_copy_walk;
  logic clk = 0, rst = 1;
  always #5 clk = !clk;

  xg_copy_mode_t mode;
  logic wide = 0, across = 0, down = 0, right = 0, lower = 0, halves = 0, clear = 0, volume = 0;
  logic [2:0] steps = 0, log2 = 2, endian = 0, slice = 0;
  assign mode = {4'd0, wide, across, down, right, lower, steps, 1'b0, 1'b0, 2'd0, 1'b0, 1'b0, 6'd6, log2, 3'd0, 6'd0, 1'b0, 1'b0, endian};
  logic start = 0, ready = 0, valid, first, busy;
  logic [13:3] x0 = 0, x1 = 1;
  logic [16:3] y0 = 0, y1 = 1;
  logic [10:0] tile = 0, got_tile;
  logic [3:0] column = 0;
  logic [9:0] pitch = 0, dest_pitch = 0, got_at;
  logic [18:0] macro = 0;
  logic [28:6] line;
  xg_copy_walk dut (
      .clk_i(clk), .rst_i(rst), .start_i(start), .x0_i(x0), .x1_i(x1), .y0_i(y0), .y1_i(y1), .tile_i(tile), .column_i(column),
      .pitch_i(pitch), .halves_i(halves), .clear_i(clear), .mode_i(mode), .volume_i(volume), .slice_i(slice), .macro_i(macro),
      .dest_pitch_i(dest_pitch), .busy_o(busy), .word_valid_o(valid), .word_ready_i(ready), .word_tile_o(got_tile), .word_at_o(got_at),
      .word_first_o(first), .line_o(line));

  integer seed, bad, i, j, k, x, y, n, p, s, height16, base, lines, per_line, surface;
  integer wx [0:4], wy [0:4];

  function automatic integer tiled(input integer px, input integer py);
    integer m, u, o, bank, odd, b;
    begin
      b = {29'd0, log2};
      if (!volume) begin
        m = ((px >> 5) + (py >> 5) * {22'd0, dest_pitch}) << (b + 7);
        u = ((px & 7) + ((py & 14) << 2)) << b;
        o = m + ((u & ~15) << 1) + (u & 15) + ((py & 1) << 4);
        bank = (((py & 8) >> 2) + (px >> 3)) & 3;
        tiled = ((o & ~511) << 3) + ((py & 16) << 7) + ((o & 'h1C0) << 2) + (bank << 6) + (o & 63);
      end else begin
        m = (((px >> 5) + ((py >> 4) + ({29'd0, slice} >> 2) * height16) * {22'd0, dest_pitch}) << (b + 6)) << 1;
        u = ((px & 7) + ((py & 6) << 2)) << b;
        odd = ((py >> 3) + ({29'd0, slice} >> 2)) & 1;
        bank = odd + ((((px >> 3) + (odd << 1)) & 3) << 1);
        o = ((m + (u & ~15)) << 1) + (u & 15) + (({29'd0, slice} & 3) << (b + 6)) + ((py & 1) << 4);
        tiled = ((o & ~511) << 3) + ((bank & 1) << 11) + ((o & 'h1C0) << 2) + ((bank & 6) << 5) + (o & 63);
      end
    end
  endfunction

  // 64-bit word of eDRAM that holds sample (sx, sy), tile and place as one number.
  function automatic integer place(input integer sx, input integer sy);
    integer c, t, w;
    begin
      c = sx * (wide ? 2 : 1);
      t = surface + (sy / 16) * {22'd0, pitch} + c / 80;
      c = c % 80;
      if (halves) c = (c < 40) ? c + 40 : c - 40;
      w = (sy % 16) * 80 + c;
      place = (t & 2047) * 640 + w / 2;
    end
  endfunction

  // The next word that the walk gives must be this one.
  task want(input integer word, input integer px, input integer py, input logic at_start);
    logic [31:0] address;
    begin
      ready = 0;
      while (!valid || ($random(seed) & 1)) @(negedge clk);
      address = tiled(px, py);
      if (!valid || {21'd0, got_tile} * 640 + {22'd0, got_at} != word || (!clear && (first != at_start || (at_start && line != address[28:6])))) begin
        bad = bad + 1;
        if (bad < 10)
          $display("# pixel (%0d, %0d) log2 %0d across %b down %b wide %b volume %b: word %0d line %h first %b, expected %0d %h %b",
                   px, py, log2, across, down, wide, volume, {21'd0, got_tile} * 640 + {22'd0, got_at}, line, first, word, address[28:6], at_start);
      end
      ready = 1;
      @(negedge clk);
      ready = 0;
    end
  endtask

  // The samples of pixel (px, py), or of it and the next one where they share words.
  task unit(input integer px, input integer py, input logic at_start);
    integer a, d;
    logic f;
    begin
      f = at_start;
      for (a = 0; a < (steps[1] ? 2 : 1); a = a + 1)
        for (d = 0; d < (steps[0] ? 2 : 1); d = d + 1) begin
          want(place(across ? 2 * px + (steps[1] ? a : {31'd0, right}) : px, down ? 2 * py + (steps[0] ? d : {31'd0, lower}) : py),
               px, py, f);
          f = 0;
        end
    end
  endtask

  integer lw, lh, q, dx, dy, off, pos;
  integer ox [0:63], oy [0:63];
  task walk;
    begin
      wx[0] = 8; wx[1] = 8; wx[2] = 8; wx[3] = 4; wx[4] = 2;
      wy[0] = 8; wy[1] = 4; wy[2] = 2; wy[3] = 2; wy[4] = 2;
      lw = wx[log2];
      lh = wy[log2];
      @(negedge clk);
      start = 1;
      @(negedge clk);
      start = 0;
      for (y = {18'd0, y0} * 8; y < {18'd0, y1} * 8; y = y + lh)
        for (x = {21'd0, x0} * 8; x < {21'd0, x1} * 8; x = x + lw) begin
          // Pixels of the line by their offset in it.
          for (dy = 0; dy < lh; dy = dy + 1)
            for (dx = 0; dx < lw; dx = dx + 1) begin
              off = (tiled(x + dx, y + dy) - tiled(x, y)) >> log2;
              // 8in128: groups of sixteen bytes come with their halves exchanged.
              if (endian == 3'd5 && log2 < 3'd4) off = off ^ (8 >> log2);
              ox[off] = x + dx;
              oy[off] = y + dy;
            end
          for (pos = 0; pos < (64 >> log2); pos = pos + 1)
            // Two pixels in a word are asked for once, but for those of sixteen bytes.
            if (steps[2] || log2 == 3'd4 || pos % 2 == 0) begin
              if (!steps[2] && log2 == 3'd4) unit(ox[pos] & ~1, oy[pos], pos == 0);
              else if (!steps[2]) unit(ox[pos] & ~1, oy[pos], pos == 0);
              else if (pos == 0) unit(ox[0], oy[0], 1);
              else unit(ox[pos], oy[pos], 0);
            end
        end
      @(negedge clk);
      if (valid || busy) begin
        bad = bad + 1;
        $display("# the walk does not end");
      end
    end
  endtask

  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    $display("# seed %0d", seed);
    bad = 0;
    repeat (3) @(negedge clk);
    rst = 0;
    for (n = 0; n < 40; n = n + 1) begin
      i = $random(seed);
      {wide, volume, halves} = i[2:0];
      log2 = n % 5;
      {across, down} = (i[4:3] == 2'd0) ? 2'b00 : (i[4:3] == 2'd1) ? 2'b01 : 2'b11;
      {right, lower} = {i[5] && across, i[6] && down};
      if (halves) wide = 0;
      steps = {across || wide, across && wide && i[7], down && (i[8] || i[7])};
      if (steps[1]) right = 0;
      if (steps[0]) lower = 0;
      endian = i[11:9];
      slice = i[14:12];
      // The line of a pixel that is not the first begins at a multiple of its size.
      x0 = {6'd0, i[19:15]};
      x1 = x0 + 11'd1 + {9'd0, i[21:20]};
      y0 = {10'd0, i[25:22]};
      y1 = y0 + 14'd1 + {13'd0, i[26]};
      i = $random(seed);
      pitch = {5'd0, i[4:0]};
      dest_pitch = {5'd0, i[9:5]} + 10'd1;
      height16 = {27'd0, i[13:10], 1'b0};
      surface = {21'd0, i[24:14]};
      // What xg_copy works out before.
      j = {21'd0, x0} * 8 * (across ? 2 : 1) * (wide ? 2 : 1);
      k = {18'd0, y0} * 8 * (down ? 2 : 1);
      tile = surface + (k / 16) * {22'd0, pitch} + j / 80;
      column = (j % 80) / 8;
      k = {18'd0, y0} * 8;
      macro = volume ? ((k >> 4) + ({29'd0, slice} >> 2) * height16) * {22'd0, dest_pitch} : (k >> 5) * {22'd0, dest_pitch};
      walk;
    end
    $display("%0sok - walks of copies (40 of all kinds)", bad == 0 ? "" : "not ");
    $finish;
  end
endmodule
