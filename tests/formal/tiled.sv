// The map of tiled surfaces: the definition (docs/device.md, host/gpu/tiled.h) puts no two pixels of a
// surface into one place, and the line that xg_copy_walk gives for where a walk starts is the
// definition's.
`include "xg_types.svh"
module tiled (
    input logic clk,
    input logic [8:0] x1, y1, x2, y2,
    input logic [2:0] log2, z1, z2,
    input logic volume
);
  function automatic logic [31:0] address_2d(input logic [31:0] x, input logic [31:0] y, input logic [31:0] pitch,
                                             input logic [2:0] b);
    logic [31:0] macro, micro, o;
    macro = ((x >> 5) + (y >> 5) * pitch) << (b + 4'd7);
    micro = ((x & 32'd7) + ((y & 32'd14) << 2)) << b;
    o = macro + ((micro & ~32'd15) << 1) + (micro & 32'd15) + ((y & 32'd1) << 4);
    address_2d = ((o & ~32'd511) << 3) + ((y & 32'd16) << 7) + ((o & 32'd448) << 2) +
                 (((((y & 32'd8) >> 2) + (x >> 3)) & 32'd3) << 6) + (o & 32'd63);
  endfunction
  function automatic logic [31:0] address_3d(input logic [31:0] x, input logic [31:0] y, input logic [31:0] z,
                                             input logic [31:0] pitch, input logic [31:0] height, input logic [2:0] b);
    logic [31:0] macro, micro, odd, bank, o;
    macro = ((x >> 5) + ((y >> 4) + (z >> 2) * height) * pitch) << (b + 4'd7);
    micro = ((x & 32'd7) + ((y & 32'd6) << 2)) << b;
    odd = ((y >> 3) + (z >> 2)) & 32'd1;
    bank = odd + ((((x >> 3) + (odd << 1)) & 32'd3) << 1);
    o = ((macro + (micro & ~32'd15)) << 1) + (micro & 32'd15) + ((z & 32'd3) << (b + 4'd6)) + ((y & 32'd1) << 4);
    address_3d = ((o & ~32'd511) << 3) + ((bank & 32'd1) << 11) + ((o & 32'd448) << 2) + ((bank & 32'd6) << 5) +
                 (o & 32'd63);
  endfunction

  // Surfaces of 512x512 and of 512x512x8 elements.
  logic [31:0] a1, a2;
  always_comb begin
    if (volume) begin
      a1 = address_3d({23'd0, x1}, {23'd0, y1}, {29'd0, z1}, 32'd16, 32'd32, log2);
      a2 = address_3d({23'd0, x2}, {23'd0, y2}, {29'd0, z2}, 32'd16, 32'd32, log2);
    end else begin
      a1 = address_2d({23'd0, x1}, {23'd0, y1}, 32'd16, log2);
      a2 = address_2d({23'd0, x2}, {23'd0, y2}, 32'd16, log2);
    end
  end

  // ---- the core's walk, just started ----
  xg_copy_mode_t mode;
  logic [28:6] line;
  logic started_q = 1'b0;
  logic [31:0] want_q;
  (* anyseq *) xg_copy_mode_t any_mode;
  always_comb begin
    mode = any_mode;
    mode.log2 = log2;
  end
  xg_copy_walk dut (
      .clk_i(clk), .rst_i(1'b0), .start_i(!started_q), .x0_i({5'd0, x1[8:3]}), .x1_i(11'd0), .y0_i({8'd0, y1[8:3]}),
      .y1_i(14'd0), .tile_i(11'd0), .column_i(4'd0), .pitch_i(10'd0), .halves_i(1'b0), .clear_i(1'b0), .mode_i(mode),
      .volume_i(volume), .slice_i(z1), .macro_i(volume ? {10'd0, ({4'd0, y1[8:4]} + {3'd0, z1[2], 5'd0})} << 4
                                                       : {11'd0, y1[8:5], 4'd0}),
      .dest_pitch_i(10'd16), .word_valid_o(), .word_ready_i(1'b0), .word_tile_o(), .word_at_o(), .word_first_o(),
      .line_o(line));
  logic [2:0] log2_q, z_q;
  logic volume_q;
  always_ff @(posedge clk) begin
    assume (log2 <= 3'd4);
    started_q <= 1'b1;
    log2_q <= log2;
    volume_q <= volume;
    z_q <= z1;
    want_q <= volume ? address_3d({23'd0, x1[8:3], 3'd0}, {23'd0, y1[8:3], 3'd0}, {29'd0, z1}, 32'd16, 32'd32, log2)
                     : address_2d({23'd0, x1[8:3], 3'd0}, {23'd0, y1[8:3], 3'd0}, 32'd16, log2);
    if (a1 == a2) assert (x1 == x2 && y1 == y2 && (!volume || z1 == z2));
    if (started_q && log2 == log2_q && volume == volume_q && z1 == z_q) assert (line == want_q[28:6]);
  end
endmodule
