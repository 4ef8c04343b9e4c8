// A single-precision coordinate to signed 16.8 fixed point (docs/device.md, "Copy", step 2):
// plus 0.5 (rounded to single) if half_i, times 256 rounded to nearest even, clamped to +-2**23.
// start_i takes word_i; done_o pulses in the cycle in which value_o or nan_o is valid.
//
// The number is held in two's complement in units of 2**-27, rounded down, with one bit (more) that says
// whether something is below; no rounding needs more. It goes right a place a cycle, so that no shifter is
// needed: first to where the mantissa stands, then until 24 bits are left (the sum as a single), then to
// units of 2**-8. About 30 cycles a coordinate.
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
  localparam logic [2:0] ST_IDLE = 3'd0, ST_ALIGN = 3'd1, ST_ADD = 3'd2, ST_SINGLE = 3'd3, ST_ROUND = 3'd4,
      ST_FIXED = 3'd5, ST_LAST = 3'd6, ST_DONE = 3'd7;
  // Places gone are counted up to exponent 15 (142, modulo 64); from 2**-27 to 2**-8 it is 19.
  localparam logic [5:0] COUNTED = 6'd14, BEFORE_19 = 6'd59;

  logic [2:0] state_q;
  logic half_q, sign_q, nan_q, big_q;
  logic [44:0] number_q;
  logic below_q, more_q;   // the bit below the last one; are there ones below that
  logic [5:0] places_q;

  logic shift, add, tiny, huge, single, up, arrived;
  logic [44:0] sum;
  /* verilator lint_off UNUSED */
  logic carry;
  /* verilator lint_on UNUSED */

  assign done_o = state_q == ST_DONE;
  assign nan_o = nan_q;
  // What is beyond +-2**23 is cut to it.
  assign value_o = big_q ? {sign_q, 1'b1, 23'd0} : number_q[24:0];

  assign single = number_q[44:24] == {21{number_q[44]}};
  assign arrived = places_q == COUNTED;
  assign tiny = !word_i[30] && word_i[29:28] != 2'b11;                  // exponent field below 96
  assign huge = word_i[30] && (word_i[29:27] != 3'd0 || &word_i[26:23]);  // 143 and above: |v| is 2**16 or more
  always_comb begin
    case (state_q)
      ST_ALIGN, ST_FIXED: shift = !arrived;
      ST_SINGLE:          shift = !arrived && !single;
      default:            shift = 1'b0;
    endcase
  end
  // ST_ADD: a negative number came with all its bits turned over; it lacks one if nothing is below it.
  assign up = (state_q == ST_ADD) ? sign_q && !more_q && !below_q : below_q && (more_q || number_q[0]);
  assign add = state_q == ST_ADD || state_q == ST_ROUND || state_q == ST_LAST;
  assign {sum, carry} = {number_q, 1'b1} + {18'd0, state_q == ST_ADD && half_q, 26'd0, up};

  always_ff @(posedge clk_i) begin
    if (state_q == ST_IDLE) begin
      half_q <= half_i;
      sign_q <= word_i[31];
      nan_q <= word_i[30:23] == 8'hFF && word_i[22:0] != 23'd0;
      // The 24 bits at [42:19], the place of exponent 15. Zero too has its highest bit here: like all that is
      // as small, it goes out below.
      number_q <= {3'b001, word_i[22:0], 19'd0} ^ {45{word_i[31]}};
      below_q <= 1'b0;
      more_q <= 1'b0;
    end else if (shift) begin
      number_q <= {number_q[44], number_q[44:1]};
      below_q <= number_q[0] ^ (sign_q && state_q == ST_ALIGN);
      more_q <= more_q || below_q;
    end else if (add) begin
      number_q <= sum;
      below_q <= 1'b0;
      more_q <= state_q == ST_ADD && (more_q || below_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == ST_IDLE) places_q <= tiny ? 6'd32 : word_i[28:23];
    else if (state_q == ST_ADD) places_q <= BEFORE_19;
    else if (shift) places_q <= places_q + 6'd1;
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) state_q <= ST_IDLE;
    else begin
      case (state_q)
        ST_IDLE: if (start_i) begin
          big_q <= huge;
          state_q <= huge ? ST_DONE : ST_ALIGN;
        end
        ST_ALIGN:  if (arrived) state_q <= ST_ADD;
        ST_ADD:    state_q <= half_q ? ST_SINGLE : ST_FIXED;
        ST_SINGLE: if (!shift) state_q <= ST_ROUND;
        ST_ROUND:  state_q <= ST_FIXED;
        ST_FIXED:  if (arrived) state_q <= ST_LAST;
        ST_LAST: begin
          big_q <= number_q[44:23] != {22{number_q[44]}};  // rounded up it is the limit itself at most
          state_q <= ST_DONE;
        end
        default: state_q <= ST_IDLE;
      endcase
    end
  end
endmodule
