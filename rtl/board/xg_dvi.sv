// 640 x 480 at 60 Hz as DVI: counts pixels and lines, asks for each pixel of the picture two cycles before
// it is encoded, and gives two bits of each lane for every cycle of the bit clock (five times the
// pixel's, of any phase): lanes blue, green, red, clock; bit 0 of a pair goes first.
//
// Lines 0 to 479 are the picture, then blanking. frame_o changes when blanking begins; so it does after
// reset.
module xg_dvi #(
    // pixels and lines: shown, until sync, until it ends, in all
    parameter int X_SHOWN = 640,
    parameter int X_SYNC = 656,
    parameter int X_BACK = 752,
    parameter int X_ALL = 800,
    parameter int Y_SHOWN = 480,
    parameter int Y_SYNC = 490,
    parameter int Y_BACK = 492,
    parameter int Y_ALL = 525
) (
    input  logic        clk_i,        // pixel
    input  logic        rst_i,
    input  logic        clk_bit_i,
    output logic [9:0]  x_o,          // the pixel that rgb_i answers two cycles later
    output logic [9:0]  y_o,
    output logic        frame_o,
    input  logic [23:0] rgb_i,        // red [7:0], green [15:8], blue [23:16]
    output logic [7:0]  bits_o        // {clock, red, green, blue}, two each
);
  logic [9:0] x_q, y_q;
  logic frame_q;
  assign x_o = x_q;
  assign y_o = y_q;
  assign frame_o = frame_q;
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      x_q <= 10'(X_ALL - 1);
      y_q <= 10'(Y_SHOWN - 1);
      frame_q <= 1'b0;
    end else if (x_q != 10'(X_ALL - 1)) x_q <= x_q + 10'd1;
    else begin
      x_q <= 10'd0;
      y_q <= (y_q == 10'(Y_ALL - 1)) ? 10'd0 : y_q + 10'd1;
      if (y_q == 10'(Y_SHOWN - 1)) frame_q <= !frame_q;
    end
  end

  // Two cycles behind: with rgb_i. Both syncs are active low.
  logic [2:0] now, late1_q, late2_q;
  assign now[2] = y_q < 10'(Y_SYNC) || y_q >= 10'(Y_BACK);
  assign now[1] = x_q < 10'(X_SYNC) || x_q >= 10'(X_BACK);
  assign now[0] = x_q < 10'(X_SHOWN) && y_q < 10'(Y_SHOWN);
  always_ff @(posedge clk_i) begin
    late1_q <= now;
    late2_q <= late1_q;
  end
  logic [9:0] blue, green, red;
  xg_tmds u_blue (
      .clk_i,
      .picture_i(late2_q[0]),
      .byte_i   (rgb_i[23:16]),
      .control_i(late2_q[2:1]),
      .word_o   (blue)
  );
  xg_tmds u_green (
      .clk_i,
      .picture_i(late2_q[0]),
      .byte_i   (rgb_i[15:8]),
      .control_i(2'b00),
      .word_o   (green)
  );
  xg_tmds u_red (
      .clk_i,
      .picture_i(late2_q[0]),
      .byte_i   (rgb_i[7:0]),
      .control_i(2'b00),
      .word_o   (red)
  );

  // ---- bit clock ---------------------------------------------------------------------------------
  // A bit that changes with each pixel finds the pixel's edge among the five bit clocks. The words are
  // taken two to three bit clocks after it, in the middle of their time. When the edges of the two clocks
  // fall together the bit is seen now in one, now in the next cycle: a count that is off by one stays.
  logic turn_q, seen_q, seen2_q, rst_bit_q, load;
  logic [2:0] phase_q;
  logic [9:0] blue_q, green_q, red_q, clock_q;
  assign load = phase_q == 3'd1;
  always_ff @(posedge clk_i) turn_q <= !rst_i && !turn_q;
  always_ff @(posedge clk_bit_i) begin
    seen_q <= turn_q;
    seen2_q <= seen_q;
    phase_q <= (phase_q >= 3'd4) ? 3'd0 : phase_q + 3'd1;
    if (seen_q != seen2_q && phase_q != 3'd4 && phase_q != 3'd0 && phase_q != 3'd1) phase_q <= 3'd1;
    rst_bit_q <= rst_i;
    if (rst_bit_q) phase_q <= 3'd0;
    if (load) begin
      blue_q <= blue;
      green_q <= green;
      red_q <= red;
      clock_q <= 10'b0000011111;
    end else begin
      blue_q <= {2'd0, blue_q[9:2]};
      green_q <= {2'd0, green_q[9:2]};
      red_q <= {2'd0, red_q[9:2]};
      clock_q <= {2'd0, clock_q[9:2]};
    end
  end
  assign bits_o = {clock_q[1:0], red_q[1:0], green_q[1:0], blue_q[1:0]};
endmodule
