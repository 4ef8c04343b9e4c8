// Walks the 8x2 blocks of a rectangle in order (rows of blocks top to bottom, within one left to
// right) and gives for each its place in eDRAM and its line in the tiled destination.
//
// start_i takes the inputs, which must stay until the last block was taken: blk_valid_o falls then.
// All coordinates are multiples of 8, the rectangle is not empty.
module xg_copy_walk (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        start_i,
    input  logic [13:3] x0_i,
    input  logic [13:3] x1_i,
    input  logic [16:3] y0_i,
    input  logic [16:3] y1_i,
    input  logic [10:0] tile_i,        // tile of (x0, y0)
    input  logic [3:0]  column_i,      // x0 % 80 / 8
    input  logic [7:0]  pitch_i,       // tiles a row of tiles
    input  logic        swap_i,        // depth: halves of the tile's columns exchanged
    input  logic [16:0] macro_i,       // number of the 32x32 tile of (0, y0) in the destination
    input  logic [9:0]  dest_pitch_i,  // 32x32 tiles a row
    output logic        blk_valid_o,
    input  logic        blk_ready_i,
    output logic [10:0] blk_tile_o,
    output logic [9:0]  blk_word_o,    // 64-bit word in the tile
    output logic [28:6] blk_line_o     // of the destination, relative to its base
);
  logic active_q;
  logic [13:3] x_q;
  logic [16:1] y_q;
  logic [10:0] tile_q, row_tile_q;
  logic [3:0] column_q;
  logic [16:0] macro_q;

  logic last_x, last_y, done;
  logic [13:3] x_next;
  logic [16:1] y_next;
  logic [3:0] place;

  assign x_next = x_q + 11'd1;
  assign y_next = y_q + 16'd1;
  assign last_x = x_next == x1_i;
  assign last_y = y_next == {y1_i, 2'd0};

  assign place = !swap_i ? column_q : (column_q < 4'd5) ? column_q + 4'd5 : column_q - 4'd5;
  assign blk_valid_o = active_q;
  assign blk_tile_o = tile_q;
  assign blk_word_o = {1'b0, y_q[3:1], 6'd0} + {3'd0, y_q[3:1], 4'd0} + {4'd0, place, 2'd0};
  assign blk_line_o = xg_fn_pkg::tiled2d_line(macro_q + {8'd0, x_q[13:5]}, {x_q[4:3], 3'd0}, {y_q[4:1], 1'b0});
  assign done = active_q && blk_ready_i && last_x && last_y;

  always_ff @(posedge clk_i) begin
    if (rst_i) active_q <= 1'b0;
    else if (start_i) active_q <= 1'b1;
    else if (done) active_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      x_q <= x0_i;
      y_q <= {y0_i, 2'd0};
      tile_q <= tile_i;
      row_tile_q <= tile_i;
      column_q <= column_i;
      macro_q <= macro_i;
    end else if (active_q && blk_ready_i) begin
      if (!last_x) begin
        x_q <= x_next;
        column_q <= (column_q == 4'd9) ? 4'd0 : column_q + 4'd1;
        if (column_q == 4'd9) tile_q <= tile_q + 11'd1;
      end else begin
        x_q <= x0_i;
        column_q <= column_i;
        y_q <= y_next;
        tile_q <= row_tile_q;
        if (y_q[3:1] == 3'd7) begin
          tile_q <= row_tile_q + {3'd0, pitch_i};
          row_tile_q <= row_tile_q + {3'd0, pitch_i};
        end
        if (y_q[4:1] == 4'd15) macro_q <= macro_q + {7'd0, dest_pitch_i};
      end
    end
  end
endmodule
