// Walks a rectangle line by line of the destination (64 bytes: 8x8 pixels of one byte, 8x4 of two,
// 8x2 of four, 4x2 of eight, 2x2 of sixteen; rows of lines top to bottom, left to right) and gives the
// eDRAM words that its pixels need, in the order of the bytes of the line, and the line's address.
// The samples of a unit (xg_copy_mode_t) follow one another. A clear walks all samples of 8x2 pixels.
//
// start_i takes the inputs, which must stay until the last word was taken: busy_o falls then. Words stand in a
// register, so that neither eDRAM nor the queue of lines waits for their addresses to be worked out.
// The rectangle is not empty; its sides are multiples of 8 pixels.
`include "xg_types.svh"

module xg_copy_walk (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        start_i,
    input  logic [13:3] x0_i,
    input  logic [13:3] x1_i,
    input  logic [16:3] y0_i,
    input  logic [16:3] y1_i,
    input  logic [10:0] tile_i,        // tile of (x0, y0)
    input  logic [3:0]  column_i,      // its column of 32-bit words, % 80 / 8
    input  logic [9:0]  pitch_i,       // tiles a row of tiles
    input  logic        halves_i,      // depth: halves of the tile's columns exchanged
    input  logic        clear_i,
    /* verilator lint_off UNUSED */
    input  xg_copy_mode_t mode_i,      // of a clear: wide, across, down
    /* verilator lint_on UNUSED */
    input  logic        volume_i,
    input  logic [2:0]  slice_i,
    input  logic [18:0] macro_i,       // number of the 32x32 (3D: 32x16) tile of (0, y0) in the destination
    input  logic [9:0]  dest_pitch_i,  // of those a row
    output logic        busy_o,
    output logic        word_valid_o,
    input  logic        word_ready_i,
    output logic [10:0] word_tile_o,
    output logic [9:0]  word_at_o,     // 64-bit word in the tile
    output logic        word_first_o,  // of its line
    output logic [28:6] line_o         // of the destination, relative to its base
);
  logic active_q, valid_q, step;
  logic [13:3] x_q;
  logic [2:1] sub_q;             // the line within eight pixels
  logic [16:1] y_q;
  logic [4:0] unit_q;
  logic [2:0] step_q;            // {pixel, across, down}
  logic [10:0] tile_q, row_tile_q;
  logic [3:0] column_q;
  logic [18:0] macro_q;

  // ---- what this walk is like ----
  logic [2:0] log2, steps;
  logic [4:0] flip_unit, last_unit;
  logic flip_pixel, swap_pairs;
  logic [2:0] stride;            // in units of eight columns: eight pixels
  assign log2 = clear_i ? 3'd2 : mode_i.log2;
  assign steps = clear_i ? {mode_i.across || mode_i.wide, mode_i.across && mode_i.wide, mode_i.down} : mode_i.steps;
  assign stride = (mode_i.across && mode_i.wide) ? 3'd4 : (mode_i.across || mode_i.wide) ? 3'd2 : 3'd1;
  // 8in128: words of a line come with the two of a group exchanged.
  assign swap_pairs = !clear_i && mode_i.endian == 3'd5;
  assign flip_pixel = swap_pairs && log2 == 3'd3;
  always_comb begin
    case (log2)
      3'd0: begin
        flip_unit = {2'd0, swap_pairs, 2'd0};
        last_unit = 5'd31;
      end
      3'd1: begin
        flip_unit = {3'd0, swap_pairs, 1'b0};
        last_unit = 5'd15;
      end
      3'd2: begin
        flip_unit = {4'd0, swap_pairs};
        last_unit = 5'd7;
      end
      default: begin
        flip_unit = 5'd0;
        last_unit = 5'd3;
      end
    endcase
  end

  // ---- the unit ----
  logic [4:0] u;
  logic [2:1] ux;                // of pixels, within eight
  logic [2:0] uy;
  logic pixel, right, lower;
  assign u = unit_q ^ flip_unit;
  always_comb begin
    case (log2)
      3'd0: begin
        ux = u[1:0];
        uy = {u[4], u[2], u[3]};
      end
      3'd1: begin
        ux = u[1:0];
        uy = {1'b0, u[3], u[2]};
      end
      3'd2: begin
        ux = {u[2], u[0]};
        uy = {2'd0, u[1]};
      end
      3'd3: begin
        ux = {sub_q[2], u[1]};
        uy = {2'd0, u[0]};
      end
      default: begin
        ux = sub_q;
        uy = {2'd0, u[0]};
      end
    endcase
  end
  assign pixel = steps[2] ? ((log2 == 3'd4) ? u[1] : step_q[2] ^ flip_pixel) : 1'b0;
  assign right = steps[1] ? step_q[1] : mode_i.right;
  assign lower = steps[0] ? step_q[0] : mode_i.lower;

  // ---- its word ----
  logic [3:0] at;                // from column_q on, in 64-bit words
  logic [3:0] column, place;
  logic [3:0] row;
  logic over;
  always_comb begin
    case (stride)
      3'd4:    at = {ux, pixel, right};
      3'd2:    at = {1'b0, ux, pixel};
      default: at = {2'd0, ux};
    endcase
  end
  assign over = {1'b0, column_q} + {3'd0, at[3:2]} >= 5'd10;
  assign column = over ? column_q + {2'd0, at[3:2]} - 4'd10 : column_q + {2'd0, at[3:2]};
  assign place = !halves_i ? column : (column < 4'd5) ? column + 4'd5 : column - 4'd5;
  assign row = mode_i.down ? {y_q[2:1] | uy[2:1], uy[0], lower} : {y_q[3:1] | {1'b0, uy[2:1]}, uy[0]};
  // Rows are 40 words apart. A table, which is less than a sum.
  function automatic logic [6:0] five(input logic [3:0] v);
    case (v)
      4'd0:    five = 7'd0;
      4'd1:    five = 7'd5;
      4'd2:    five = 7'd10;
      4'd3:    five = 7'd15;
      4'd4:    five = 7'd20;
      4'd5:    five = 7'd25;
      4'd6:    five = 7'd30;
      4'd7:    five = 7'd35;
      4'd8:    five = 7'd40;
      4'd9:    five = 7'd45;
      4'd10:   five = 7'd50;
      4'd11:   five = 7'd55;
      4'd12:   five = 7'd60;
      4'd13:   five = 7'd65;
      4'd14:   five = 7'd70;
      default: five = 7'd75;
    endcase
  endfunction
  logic [3:0] row_q;
  logic [5:0] place_q;           // {place, at[1:0]}
  assign step = active_q && (!valid_q || word_ready_i);
  assign busy_o = active_q || valid_q;
  assign word_valid_o = valid_q;
  assign word_at_o = {five(row_q) + {4'd0, place_q[5:3]}, place_q[2:0]};
  always_ff @(posedge clk_i) begin
    if (rst_i) valid_q <= 1'b0;
    else valid_q <= active_q || (valid_q && !word_ready_i);
  end
  always_ff @(posedge clk_i) begin
    if (step) begin
      word_tile_o <= tile_q + {10'd0, over};
      row_q <= row;
      place_q <= {place, at[1:0]};
      word_first_o <= unit_q == 5'd0 && step_q == 3'd0;
      line_o <= line;
    end
  end

  // ---- the line ----
  // A tiled address is a string of bits: the coordinates from the lowest up, then the tile, put together
  // with three bits that the banks change.
  logic [24:1] flat, solid, text;
  logic [18:0] macro;
  logic [19:0] from6;
  logic [28:6] line;
  logic odd;
  assign macro = macro_q + {10'd0, x_q[13:5]};
  assign flat = {macro, y_q[3:1], sub_q};
  assign solid = {macro[17:0], slice_i[1:0], y_q[2:1], sub_q};
  assign text = volume_i ? solid : flat;
  assign odd = volume_i ? y_q[3] ^ slice_i[2] : y_q[3];
  always_comb begin
    case (log2)
      3'd0:    from6 = text[24:5];
      3'd1:    from6 = text[23:4];
      3'd2:    from6 = text[22:3];
      3'd3:    from6 = text[21:2];
      default: from6 = text[20:1];
    endcase
  end
  assign line = {from6[19:3], volume_i ? odd : y_q[4], from6[2:0], x_q[4] ^ odd, x_q[3]};

  // ---- on ----
  logic unit_done, line_done, group_done, row_done, last;
  logic [2:1] sub_next;
  logic [16:1] y_next;
  logic [4:0] column_next;
  // Where a line stands does not change within it, and it has four words at least: what its end asks of that is
  // there in time.
  logic x_end_q, y_end_q;
  always_ff @(posedge clk_i) begin
    x_end_q <= x_q + 11'd1 == x1_i;
    y_end_q <= y_next == {y1_i, 2'd0};
  end
  assign unit_done = (step_q | ~steps) == 3'd7 || (log2 == 3'd4 && (step_q | ~steps | 3'd4) == 3'd7);
  assign line_done = unit_done && unit_q == last_unit;
  assign sub_next = (log2 == 3'd4) ? sub_q + 2'd1 : (log2 == 3'd3) ? {!sub_q[2], 1'b0} : 2'd0;
  assign group_done = line_done && sub_next == 2'd0;
  assign row_done = group_done && x_end_q;
  assign y_next = y_q + ((log2 == 3'd0) ? 16'd4 : (log2 == 3'd1) ? 16'd2 : 16'd1);
  assign last = row_done && y_end_q;
  assign column_next = {1'b0, column_q} + {2'd0, stride};

  always_ff @(posedge clk_i) begin
    if (rst_i) active_q <= 1'b0;
    else if (start_i) active_q <= 1'b1;
    else if (step && last) active_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      x_q <= x0_i;
      sub_q <= '0;
      y_q <= {y0_i, 2'd0};
      unit_q <= '0;
      step_q <= '0;
      tile_q <= tile_i;
      row_tile_q <= tile_i;
      column_q <= column_i;
      macro_q <= macro_i;
    end else if (step) begin
      // Counts through the steps that there are.
      step_q <= unit_done ? 3'd0 : ((step_q | ~steps) + 3'd1) & steps;
      if (unit_done) unit_q <= (unit_q == last_unit) ? 5'd0 : unit_q + 5'd1;
      if (line_done) sub_q <= sub_next;
      if (group_done) begin
        x_q <= x_q + 11'd1;
        column_q <= (column_next >= 5'd10) ? 4'(column_next - 5'd10) : column_next[3:0];
        if (column_next >= 5'd10) tile_q <= tile_q + 11'd1;
      end
      if (row_done) begin
        x_q <= x0_i;
        column_q <= column_i;
        tile_q <= row_tile_q;
        y_q <= y_next;
        if (y_next[2:1] == 2'd0 && (mode_i.down || !y_next[3])) begin
          tile_q <= row_tile_q + {1'b0, pitch_i};
          row_tile_q <= row_tile_q + {1'b0, pitch_i};
        end
        if (y_next[3:1] == 3'd0 && (volume_i || !y_next[4])) macro_q <= macro_q + {9'd0, dest_pitch_i};
      end
    end
  end
endmodule
