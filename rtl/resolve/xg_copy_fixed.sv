// A single-precision coordinate to signed 16.8 fixed point (docs/device.md, "Copy", step 2):
// plus 0.5 (rounded to single) if half_i, times 256 rounded to nearest even, clamped to +-2**23.
// start_i takes word_i; done_o pulses when value_o or nan_o is valid (they stay).
//
// The number is held as |v| in units of 2**-40; bits below are kept as one sticky bit, which is
// enough since every rounding is far above.
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
  localparam logic [2:0] ST_IDLE = 3'd0, ST_ALIGN = 3'd1, ST_ADD = 3'd2, ST_NORM = 3'd3,
      ST_SINGLE = 3'd4, ST_FIXED = 3'd5, ST_DONE = 3'd6;
  localparam logic signed [24:0] MOST = 25'sd8388608;

  logic [2:0] state_q;
  logic half_q, sign_q, nan_q, big_q;
  logic [7:0] exp_q;
  logic [57:0] mag_q;
  logic [5:0] drop_q;     // bits below single precision
  logic signed [24:0] value_q;

  logic [57:0] shifted, sum, rounded;
  logic [5:0] right, top;
  logic sticky, half_up;
  logic [57:0] lost;

  assign done_o = state_q == ST_DONE;
  assign nan_o = nan_q;
  assign value_o = value_q;

  // ---- one shifter: right by `right`, with the bits that fall out ----
  // ALIGN: mag_q holds the 24 bits at [56:33], the place of exponent 16; SINGLE: by drop_q;
  // FIXED: to units of 2**-8.
  always_comb begin
    case (state_q)
      ST_ALIGN:  right = (exp_q < 8'd86) ? 6'd57 : 6'(8'd143 - exp_q);
      ST_SINGLE: right = drop_q;
      default:   right = 6'd32;
    endcase
  end
  assign shifted = mag_q >> right;
  assign lost = mag_q & ~({58{1'b1}} << right);
  assign sticky = lost != 58'd0;
  // Round to nearest even: more than half, or half and odd.
  assign half_up = right != 6'd0 && lost[right - 6'd1] &&
                   ((lost & ~(58'd1 << (right - 6'd1))) != 58'd0 || shifted[0]);
  assign rounded = shifted + {57'd0, half_up};

  always_comb begin
    top = 6'd0;
    for (int i = 0; i < 58; i++) if (mag_q[i]) top = i[5:0];
  end

  assign sum = sign_q ? mag_q - 58'h80_0000_0000 : mag_q + 58'h80_0000_0000;

  always_ff @(posedge clk_i) begin
    case (state_q)
      ST_IDLE: if (start_i) begin
        half_q <= half_i;
        sign_q <= word_i[31];
        exp_q <= word_i[30:23];
        nan_q <= word_i[30:23] == 8'hFF && word_i[22:0] != 23'd0;
        big_q <= word_i[30:23] >= 8'd143;  // |v| of 2**16 and above
        mag_q <= (word_i[30:23] == 8'd0) ? 58'd0 : {1'b0, 1'b1, word_i[22:0], 33'd0};
      end
      ST_ALIGN: mag_q <= {shifted[57:1], shifted[0] | sticky};
      ST_ADD: if (half_q) begin
        mag_q <= (sum[57] && sign_q) ? 58'd0 - sum : sum;
        sign_q <= sign_q && (big_q || !sum[57]);
      end
      ST_NORM: drop_q <= (top > 6'd23) ? top - 6'd23 : 6'd0;
      ST_SINGLE: mag_q <= rounded << drop_q;
      ST_FIXED: begin
        if (big_q || rounded >= 58'd8388608) value_q <= sign_q ? -MOST : MOST;
        else value_q <= sign_q ? -$signed({1'b0, rounded[23:0]}) : $signed({1'b0, rounded[23:0]});
      end
      default: ;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) state_q <= ST_IDLE;
    else begin
      case (state_q)
        ST_IDLE: if (start_i) state_q <= ST_ALIGN;
        ST_DONE: state_q <= ST_IDLE;
        default: state_q <= state_q + 3'd1;
      endcase
    end
  end
endmodule
