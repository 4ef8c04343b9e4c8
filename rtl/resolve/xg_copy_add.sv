// Sum of two numbers of single precision (docs/device.md, "Arithmetic of copies"), rounded to nearest
// even, in four clocks; a new pair every clock.
//
// A number is {not a number, infinite, negative, exponent[7:0], mantissa[23:0]}: mantissa times two to
// the (exponent - 150). Bit 23 of the mantissa may be missing where the exponent is the least of both
// (the result has it, or is zero: exponent and mantissa 0, not negative).
module xg_copy_add (
    input  logic        clk_i,
    input  logic        valid_i,
    input  logic [34:0] a_i,
    input  logic [34:0] b_i,
    output logic [34:0] sum_o
);
  logic [2:0] valid_q;
  always_ff @(posedge clk_i) valid_q <= {valid_q[1:0], valid_i};

  // ---- order, distance ----
  logic nan1_q, inf1_q, inf_sign1_q, sign1_q, minus1_q;
  logic [7:0] exp1_q;
  logic [4:0] apart1_q;
  logic [23:0] large1_q, small1_q;
  logic a_large;
  logic [7:0] apart;
  assign a_large = a_i[31:0] >= b_i[31:0];
  assign apart = a_large ? a_i[31:24] - b_i[31:24] : b_i[31:24] - a_i[31:24];
  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      nan1_q <= a_i[34] || b_i[34] || (a_i[33] && b_i[33] && a_i[32] != b_i[32]);
      inf1_q <= a_i[33] || b_i[33];
      inf_sign1_q <= a_i[33] ? a_i[32] : b_i[32];
      sign1_q <= a_large ? a_i[32] : b_i[32];
      minus1_q <= a_i[32] != b_i[32];
      exp1_q <= a_large ? a_i[31:24] : b_i[31:24];
      apart1_q <= (apart > 8'd31) ? 5'd31 : apart[4:0];
      large1_q <= a_large ? a_i[23:0] : b_i[23:0];
      small1_q <= a_large ? b_i[23:0] : a_i[23:0];
    end
  end

  // ---- align, add: three places below the last, the lowest one for all that are further down ----
  logic [2:0] flags2_q;  // not a number, infinite, sign of that
  logic sign2_q;
  logic [7:0] exp2_q;
  logic [27:0] sum2_q;
  logic [26:0] moved;
  logic lost;
  always_comb begin
    moved = {small1_q, 3'd0};
    lost = 1'b0;
    if (apart1_q[4]) begin
      lost = moved[15:0] != 16'd0;
      moved = moved >> 16;
    end
    if (apart1_q[3]) begin
      lost = lost || moved[7:0] != 8'd0;
      moved = moved >> 8;
    end
    if (apart1_q[2]) begin
      lost = lost || moved[3:0] != 4'd0;
      moved = moved >> 4;
    end
    if (apart1_q[1]) begin
      lost = lost || moved[1:0] != 2'd0;
      moved = moved >> 2;
    end
    if (apart1_q[0]) begin
      lost = lost || moved[0];
      moved = moved >> 1;
    end
  end
  /* verilator lint_off UNUSED */
  logic [28:0] total_carry;
  /* verilator lint_on UNUSED */
  logic [27:0] total;
  assign total_carry = {1'b0, large1_q, 3'd0, 1'b1} + {{1'b0, moved[26:1], moved[0] | lost} ^ {28{minus1_q}}, minus1_q};
  assign total = total_carry[28:1];
  always_ff @(posedge clk_i) begin
    if (valid_q[0]) begin
      flags2_q <= {nan1_q, inf1_q, inf_sign1_q};
      sign2_q <= sign1_q;
      exp2_q <= exp1_q;
      sum2_q <= total;
    end
  end

  // ---- leading zeros; those that are 16 and 8 go at once ----
  logic [2:0] flags3_q;
  logic sign3_q;
  logic [8:0] exp3_q;
  logic [27:0] sum3_q;
  logic [4:0] zeros3_q, zeros;     // of no number at all: any
  logic none3_q;
  logic [27:0] near;
  always_comb begin
    zeros[4] = sum2_q[27:12] == 16'd0;
    zeros[3] = zeros[4] ? sum2_q[11:4] == 8'd0 : sum2_q[27:20] == 8'd0;
    case (zeros[4:3])
      2'd0:    near = sum2_q;
      2'd1:    near = {sum2_q[19:0], 8'd0};
      2'd2:    near = {sum2_q[11:0], 16'd0};
      default: near = {sum2_q[3:0], 24'd0};
    endcase
    zeros[2:0] = 3'd7;
    for (int i = 20; i < 28; i++) if (near[i]) zeros[2:0] = 3'd3 - i[2:0];
  end
  always_ff @(posedge clk_i) begin
    if (valid_q[1]) begin
      flags3_q <= flags2_q;
      sign3_q <= sign2_q;
      exp3_q <= {1'b0, exp2_q} + 9'd2;
      sum3_q <= near;
      zeros3_q <= zeros;
      none3_q <= sum2_q == 28'd0;
    end
  end

  // ---- normalise, round ----
  logic [34:0] sum_q;
  logic [27:0] full;
  logic [24:0] rounded;
  logic [9:0] exp;               // without a carry from rounding
  logic up, low, high;
  assign full = sum3_q << zeros3_q[2:0];
  assign up = full[3] && (full[4] || full[2:0] != 3'd0);
  assign rounded = {1'b0, full[27:4]} + {24'd0, up};
  // exp3_q is two more: one for the place of the sum, one that the complement of the zeros takes away. What the carry
  // changes is looked up, since it comes last.
  assign exp = {1'b0, exp3_q} + {5'h1F, ~zeros3_q};
  assign low = exp[9] || (exp == 10'd0 && !rounded[24]);
  assign high = exp[8] || (exp[7:1] == 7'h7F && (exp[0] || rounded[24]));
  always_ff @(posedge clk_i) begin
    if (valid_q[2]) begin
      if (flags3_q[2] || flags3_q[1]) sum_q <= {flags3_q, 32'd0};
      else if (none3_q || low) sum_q <= 35'd0;
      else if (high) sum_q <= {2'b01, sign3_q, 32'd0};
      else sum_q <= {2'b00, sign3_q, rounded[24] ? exp[7:0] + 8'd1 : exp[7:0], rounded[24] ? 24'h80_0000 : rounded[23:0]};
    end
  end
  assign sum_o = sum_q;
endmodule
