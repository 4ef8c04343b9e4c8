// A single-precision coordinate to signed 16.8 fixed point (docs/device.md, "Copy", step 2):
// plus 0.5 (rounded to single) if half_i, times 256 rounded to nearest even, clamped to +-2**23.
// start_i takes word_i; done_o pulses when value_o or nan_o is valid (they stay).
//
// The number is held as |v| in units of 2**-40; bits below are kept as one sticky bit, which is
// enough since every rounding is far above. It is shifted by four places or one a cycle, so that
// no shifter is needed: about 20 cycles a coordinate.
module xg_copy_fixed (
    input  logic               clk_i,
    input  logic               rst_i,
    input  logic               start_i,
    input  logic               half_i,
    input  logic [31:0]        word_i,
    output logic               done_o,
    output logic               nan_o,
    output logic signed [24:0] value_o
);
  localparam logic [2:0] ST_IDLE = 3'd0, ST_ALIGN = 3'd1, ST_ADD = 3'd2, ST_SIGN = 3'd3,
      ST_LEFT = 3'd4, ST_BACK = 3'd5, ST_FIXED = 3'd6, ST_DONE = 3'd7;
  localparam logic signed [24:0] MOST = 25'sd8388608;

  logic [2:0] state_q;
  logic half_q, sign_q, nan_q, big_q;
  logic [57:0] mag_q;
  logic [5:0] shift_q;     // places to the right
  logic signed [24:0] value_q;

  logic [18:0] above;
  logic [57:0] right_four, right_one;
  logic single_up, fixed_up, high, four;
  logic [24:0] single, fixed;

  assign done_o = state_q == ST_DONE;
  assign nan_o = nan_q;
  assign value_o = value_q;

  assign four = shift_q > 6'd3;
  assign right_four = {4'd0, mag_q[57:5], mag_q[4:0] != 5'd0};
  assign right_one = {1'b0, mag_q[57:2], mag_q[1:0] != 2'd0};
  assign high = mag_q[56:53] == 4'd0;
  // 0.5 is 2**39 here.
  assign above = sign_q ? mag_q[57:39] - 19'd1 : mag_q[57:39] + 19'd1;
  // Nearest even: bits [56:33] as a single, when bit 56 is the highest; bits [57:32] in units of 2**-8.
  assign single_up = mag_q[32] && (mag_q[33] || mag_q[31:0] != 32'd0);
  assign single = mag_q[57:33] + {24'd0, single_up};
  assign fixed_up = mag_q[31] && (mag_q[32] || mag_q[30:0] != 31'd0);
  assign fixed = mag_q[56:32] + {24'd0, fixed_up};

  always_ff @(posedge clk_i) begin
    if (rst_i) state_q <= ST_IDLE;
    else begin
      case (state_q)
        ST_IDLE: if (start_i) begin
          // The 24 bits at [56:33], the place of exponent 16.
          half_q <= half_i;
          sign_q <= word_i[31];
          nan_q <= word_i[30:23] == 8'hFF && word_i[22:0] != 23'd0;
          big_q <= word_i[30:23] >= 8'd143;  // |v| of 2**16 and above
          shift_q <= (word_i[30:23] < 8'd86) ? 6'd57 : 6'(8'd143 - word_i[30:23]);
          mag_q <= (word_i[30:23] == 8'd0) ? 58'd0 : {1'b0, 1'b1, word_i[22:0], 33'd0};
          state_q <= (word_i[30:23] >= 8'd143) ? ST_FIXED : ST_ALIGN;
        end
        ST_ALIGN, ST_BACK: begin
          if (shift_q != 6'd0) begin
            mag_q <= four ? right_four : right_one;
            shift_q <= four ? shift_q - 6'd4 : shift_q - 6'd1;
          end else state_q <= (state_q == ST_ALIGN) ? ST_ADD : ST_FIXED;
        end
        ST_ADD: begin
          if (half_q) mag_q[57:39] <= above;
          state_q <= half_q ? ST_SIGN : ST_FIXED;
        end
        ST_SIGN: begin
          if (mag_q[57]) begin
            mag_q <= 58'd0 - mag_q;
            sign_q <= 1'b0;
          end
          state_q <= (mag_q == 58'd0) ? ST_FIXED : ST_LEFT;
        end
        ST_LEFT: begin
          if (mag_q[56]) begin
            mag_q <= {single, 33'd0};
            state_q <= ST_BACK;
          end else begin
            mag_q <= high ? {mag_q[53:0], 4'd0} : {mag_q[56:0], 1'b0};
            shift_q <= shift_q + (high ? 6'd4 : 6'd1);
          end
        end
        ST_FIXED: begin
          if (big_q || fixed >= 25'd8388608) value_q <= sign_q ? -MOST : MOST;
          else value_q <= sign_q ? -$signed(fixed) : $signed(fixed);
          state_q <= ST_DONE;
        end
        default: state_q <= ST_IDLE;
      endcase
    end
  end
endmodule
