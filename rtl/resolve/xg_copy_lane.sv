// One component of a pixel from its samples to a code of the destination (docs/device.md, "Arithmetic
// of copies"): exact, rounded once. One or two samples: a component every clock. Four: the first two,
// the other two in the next clock, and nothing in the third, while their sums go through the adder again.
//
// Everything is summed as singles, which is exact for integers and 7e3. A sum is m / d * 2**e with m of
// 24 bits and d = 1, 3, 255, 1023 or 32767. As a number it is m * k * 2**e / d rounded, where k is
// the largest code: one product, one shift, and a division by 2**n - 1 that is a sum and a product. As
// a half or single m / d is a periodic binary fraction: its whole part, then the rest again and again.
`include "xg_types.svh"

module xg_copy_lane (
    input  logic          clk_i,
    input  logic          rst_i,
    /* verilator lint_off UNUSED */
    input  xg_copy_mode_t mode_i,
    /* verilator lint_on UNUSED */
    input  logic          valid_i,
    input  logic          second_i,    // the other two of four samples
    input  logic [1:0]    comp_i,      // of the source: red, green, blue, alpha
    input  logic          half_i,      // samples of one word: which of the two words
    input  logic [9:0]    place_i,     // xg_fn_pkg::dest_place of the component in the destination
    input  logic          coded_i,     // it is gamma-coded there
    input  logic          end_i,       // it ends a word of up to 32 bits
    input  logic [255:0]  samples_i,   // four of 64 bits
    output logic          busy_o,
    output logic          valid_o,
    output logic          end_o,
    output logic [4:0]    at_o,        // of the code in its word
    output logic [31:0]   code_o
);
  // Divisors.
  localparam logic [2:0] DIV_1 = 3'd0, DIV_3 = 3'd1, DIV_255 = 3'd2, DIV_1023 = 3'd3, DIV_32767 = 3'd4;

  // ---- steady for a copy ----
  logic four, single, half, number_wide, whole;
  assign four = mode_i.samples[1];
  assign half = xg_fn_pkg::dest_half(mode_i.dest);
  assign single = xg_fn_pkg::dest_single(mode_i.dest);
  assign number_wide = mode_i.number == 3'd1 && (mode_i.dest == 6'd25 || mode_i.dest == 6'd26);
  assign whole = mode_i.number == 3'd2 || mode_i.number == 3'd3;  // integers
  // The kind of a component, and its divisor.
  function automatic logic [2:0] kind_of(input logic [3:0] format, input logic constant, input logic [1:0] i);
    kind_of = constant ? xg_fn_pkg::KIND_ONE : xg_fn_pkg::color_kind(format, i);
  endfunction
  function automatic logic [2:0] divisor_of(input logic [3:0] format, input logic constant, input logic [1:0] i);
    case (kind_of(format, constant, i))
      xg_fn_pkg::KIND_UNORM:
        divisor_of = (format == 4'd0 || format == 4'd1) ? DIV_255 : (i == 2'd3) ? DIV_3 : DIV_1023;
      xg_fn_pkg::KIND_GAMMA: divisor_of = DIV_1023;
      xg_fn_pkg::KIND_FIXED: divisor_of = DIV_32767;
      default: divisor_of = DIV_1;
    endcase
  endfunction

  // ---- what is on its way: stages 1 to 6, again 3 to 6 for four samples, then 11 to 22 ----
  // With each component goes {second pair, sum of four, component, coded, end, place}.
  logic [6:1] valid_q;
  logic [22:11] late_q;          // valid from the scaling on
  logic [15:0] with1_q, with2_q, with3_q, with4_q, with5_q, with6_q;
  /* verilator lint_off UNUSED */
  logic [143:0] later_q;         // {coded, end, place}: later_q[12 * (n - 11) +: 12] is stage n
  /* verilator lint_on UNUSED */
  logic again, done6;
  assign busy_o = valid_q != '0 || late_q != '0;
  assign again = valid_q[6] && with6_q[15];
  assign done6 = valid_q[6] && (!four || with6_q[14]);
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      valid_q <= '0;
      late_q <= '0;
    end else begin
      valid_q <= {valid_q[5:3], valid_q[2] || again, valid_q[1], valid_i};
      late_q <= {late_q[21:11], done6};
    end
  end
  always_ff @(posedge clk_i) begin
    if (valid_i) with1_q <= {second_i, 1'b0, comp_i, coded_i, end_i, place_i};
    if (valid_q[1]) with2_q <= with1_q;
    if (valid_q[2] || again) with3_q <= again ? {2'b01, with6_q[13:0]} : with2_q;
    if (valid_q[3]) with4_q <= with3_q;
    if (valid_q[4]) with5_q <= with4_q;
    if (valid_q[5]) with6_q <= with5_q;
    if (done6 || late_q != '0) later_q <= {later_q[131:0], with6_q[11:0]};
  end

  // ---- 1: the field of each sample ----
  logic [63:0] raw1_q;
  logic of_bytes, of_tens, of_singles;
  assign of_bytes = mode_i.format[3:1] == 3'd0;
  assign of_tens = mode_i.format == 4'd2 || mode_i.format == 4'd3 || mode_i.format == 4'd10 || mode_i.format == 4'd12;
  assign of_singles = mode_i.format[3:1] == 3'd7;
  for (genvar j = 0; j < 2; j++) begin : g_field
    logic [31:0] word, field;
    logic [63:0] sample;
    logic [9:0] ten;
    logic [7:0] eight;
    logic upper;
    assign upper = mode_i.wide ? ((mode_i.format == 4'd15) ? comp_i[0] : comp_i[1]) : half_i;
    assign sample = second_i ? samples_i[128+64*j+:64] : samples_i[64*j+:64];
    assign word = upper ? sample[63:32] : sample[31:0];
    assign eight = comp_i[1] ? (comp_i[0] ? word[31:24] : word[23:16]) : comp_i[0] ? word[15:8] : word[7:0];
    assign ten = comp_i[1] ? (comp_i[0] ? {8'd0, word[31:30]} : word[29:20]) : comp_i[0] ? word[19:10] : word[9:0];
    always_comb begin
      // Bits above the field are of no meaning.
      field = word;
      if (comp_i[0] && !of_singles) field[15:0] = word[31:16];
      if (of_bytes) field[9:0] = {2'd0, eight};
      if (of_tens) field[9:0] = ten;
    end
    always_ff @(posedge clk_i) begin
      if (valid_i) raw1_q[32*j+:32] <= field;
    end
  end

  // ---- 2: numbers (as xg_copy_add has them) ----
  function automatic logic [23:0] linear(input logic [7:0] c);  // of a gamma-coded byte
    logic [10:0] l;
    logic high, middle;  // from 192 on; from 96 on, up to there
    high = c[7] && c[6];
    middle = c[7] != c[6] && (c[7] || c[5]);
    // -64, -256 and -1024 only change the top bits.
    if (high) l = {1'b0, c[6:0], 3'd0};
    else if (middle) l = {2'd0, c[7], c[5:0], 2'd0};
    else if (c[6]) l = {4'd0, 1'b1, c[4:0], 1'b0};
    else l = {5'd0, c[5:0]};
    l = l + (high ? {7'd0, l[10:7]} : middle ? {8'd0, l[10:8]} : 11'd0);
    linear = {13'd0, l};
  endfunction
  function automatic logic [34:0] number_of(input logic [2:0] kind, input logic [31:0] v);
    logic [15:0] fixed;
    logic [23:0] mant;
    logic [7:0] exp;
    logic is_fixed, is_7e3, is_half, is_single, special, normal;
    is_fixed = kind == xg_fn_pkg::KIND_FIXED;
    is_7e3 = kind == xg_fn_pkg::KIND_7E3;
    is_half = kind == xg_fn_pkg::KIND_HALF;
    is_single = kind == xg_fn_pkg::KIND_SINGLE;
    fixed = (v[15:0] ^ {16{v[15]}}) + {15'd0, v[15] && v[14:0] != 15'd0};  // -32768 is -32767
    special = is_single && v[30:23] == 8'hFF;
    normal = is_single ? v[30:23] != 8'd0 && !special : is_half ? v[14:10] != 5'd0 : v[9:7] != 3'd0;
    mant = ((kind == xg_fn_pkg::KIND_ONE) ? 24'h80_0000 : 24'd0) |
           ((kind == xg_fn_pkg::KIND_UNORM) ? {14'd0, v[9:0]} : 24'd0) |
           ((kind == xg_fn_pkg::KIND_GAMMA) ? linear(v[7:0]) : 24'd0) |
           (is_fixed ? {8'd0, fixed} : 24'd0) | (is_7e3 ? {normal, v[6:0], 16'd0} : 24'd0) |
           ((is_half && normal) ? {1'b1, v[9:0], 13'd0} : 24'd0) | ((is_single && normal) ? {1'b1, v[22:0]} : 24'd0);
    exp = (is_7e3 ? 8'd124 : is_half ? 8'd112 : 8'd0) +
          (is_single ? (normal ? v[30:23] : 8'd0) : is_half ? {3'd0, v[14:11], v[10] || !normal} :
           is_7e3 ? {5'd0, v[9:8], v[7] || !normal} :
           (kind == xg_fn_pkg::KIND_ONE) ? 8'd127 : (kind == xg_fn_pkg::KIND_ZERO) ? 8'd0 : 8'd150);
    number_of = {special && v[22:0] != 23'd0, special && v[22:0] == 23'd0,
                 (is_fixed || is_half) ? v[15] : is_single && (normal || special) && v[31], exp, mant};
  endfunction
  logic [69:0] number2_q;
  for (genvar j = 0; j < 2; j++) begin : g_number
    always_ff @(posedge clk_i) begin
      if (valid_q[1]) begin
        if (j == 0 || mode_i.samples != 2'd0)
          number2_q[35*j+:35] <= number_of(kind_of(mode_i.format, mode_i.constant, with1_q[13:12]), raw1_q[32*j+:32]);
        else number2_q[35*j+:35] <= 35'd0;
      end
    end
  end

  // ---- 3 to 6: the sum of two; of four: the sum of two such sums ----
  logic [34:0] sum, first6_q;
  always_ff @(posedge clk_i) begin
    if (valid_q[6]) first6_q <= sum;
  end
  xg_copy_add u_add (
      .clk_i,
      .valid_i(valid_q[2] || again),
      .a_i    (again ? first6_q : number2_q[34:0]),
      .b_i    (again ? sum : number2_q[69:35]),
      .sum_o  (sum)
  );

  // ---- 11: scale; an integer over a divisor becomes its integer again for the fraction ----
  logic [2:0] div10;
  logic signed [9:0] scaled, raised10;
  /* verilator lint_off UNUSED */
  logic [23:0] shifted10;
  /* verilator lint_on UNUSED */
  logic nan11_q, inf11_q, sign11_q;
  logic [23:0] mant11_q;
  logic signed [9:0] exp11_q;   // the number is mantissa * 2**exp
  logic [2:0] div11_q;
  logic [17:0] whole11_q;
  logic [4:0] top11_q;          // its highest bit
  assign div10 = divisor_of(mode_i.format, mode_i.constant, with6_q[13:12]);
  assign raised10 = $signed({{4{mode_i.bias[5]}}, mode_i.bias}) - $signed({8'd0, mode_i.samples});
  assign scaled = $signed({2'd0, sum[31:24]}) + raised10;
  assign shifted10 = sum[23:0] >> (5'd22 - sum[28:24]);  // by 150 - exponent: 6 to 23
  always_ff @(posedge clk_i) begin
    if (done6) begin
      div11_q <= div10;
      nan11_q <= sum[34];
      inf11_q <= !sum[34] && (sum[33] || (sum[23] && div10 == DIV_1 && scaled > 10'sd254));
      sign11_q <= sum[32];
      mant11_q <= (sum[34] || (div10 == DIV_1 && scaled < 10'sd1)) ? 24'd0 : sum[23:0];
      exp11_q <= scaled - 10'sd150 + ((div10 == DIV_32767) ? 10'sd5 : 10'sd0) - (number_wide ? 10'sd5 : 10'sd0);
      whole11_q <= shifted10[17:0];
      top11_q <= sum[28:24] - 5'd31;  // exponent - 127
    end
  end

  // ---- 12: whole part and rest of m / d ----
  logic fraction11;
  logic [3:0] high11;
  logic [14:0] mask11;
  logic [15:0] t11;
  logic over11;
  logic [4:0] bits11;
  logic nan12_q, inf12_q, sign12_q, fraction12_q;
  logic [23:0] mant12_q;
  logic signed [9:0] exp12_q;
  logic [2:0] div12_q, int12_q;
  logic [14:0] rest12_q;
  logic [4:0] left12_q;
  always_comb begin
    case (div11_q)
      DIV_3: begin
        high11 = whole11_q[5:2];
        mask11 = 15'h3;
        bits11 = 5'd2;
      end
      DIV_255: begin
        high11 = whole11_q[11:8];
        mask11 = 15'hFF;
        bits11 = 5'd8;
      end
      DIV_1023: begin
        high11 = whole11_q[13:10];
        mask11 = 15'h3FF;
        bits11 = 5'd10;
      end
      default: begin
        high11 = {1'b0, whole11_q[17:15]};
        mask11 = 15'h7FFF;
        bits11 = 5'd15;
      end
    endcase
  end
  assign fraction11 = (half || single) && div11_q != DIV_1;
  assign t11 = {1'b0, whole11_q[14:0] & mask11} + {12'd0, high11};
  assign over11 = t11 >= {1'b0, mask11};  // at most d + 3
  always_ff @(posedge clk_i) begin
    if (late_q[11]) begin
      div12_q <= div11_q;
      nan12_q <= nan11_q;
      inf12_q <= inf11_q;
      sign12_q <= sign11_q;
      fraction12_q <= fraction11;
      mant12_q <= mant11_q;
      // Of the fraction: one less if it has a bit less than there may be.
      exp12_q <= fraction11 ? exp11_q + 10'sd1 - $signed({5'd0, bits11}) : exp11_q;
      int12_q <= high11[2:0] + {2'd0, over11};
      rest12_q <= over11 ? 15'(t11 + 16'd1) & mask11 : t11[14:0];
      left12_q <= bits11 + 5'd1 - top11_q;
    end
  end

  // ---- 13: the fraction, its highest bit or a zero at the top ----
  logic [39:0] again12;
  logic nan13_q, inf13_q, sign13_q, fraction13_q, exact13_q;
  logic [23:0] mant13_q;
  logic signed [9:0] neg13_q;   // how far the product goes right, and the field of the exponent less one,
  logic [7:0] field13_q;        // if the highest bit of a fraction is there
  logic [2:0] div13_q;
  logic [24:0] top13_q;
  /* verilator lint_off UNUSED */
  logic [42:0] moved12;
  /* verilator lint_on UNUSED */
  always_comb begin
    case (div12_q)
      DIV_3:    again12 = {20{rest12_q[1:0]}};
      DIV_255:  again12 = {5{rest12_q[7:0]}};
      DIV_1023: again12 = {4{rest12_q[9:0]}};
      default:  again12 = {rest12_q, rest12_q, rest12_q[14:5]};
    endcase
  end
  assign moved12 = {int12_q, again12} << left12_q;
  logic next13_q;  // the bit below
  always_ff @(posedge clk_i) begin
    if (late_q[12]) begin
      div13_q <= div12_q;
      nan13_q <= nan12_q;
      inf13_q <= inf12_q;
      sign13_q <= sign12_q;
      fraction13_q <= fraction12_q;
      exact13_q <= rest12_q == 15'd0;
      mant13_q <= mant12_q;
      neg13_q <= (half ? -10'sd9 : whole ? 10'sd15 : 10'sd0) - exp12_q;
      field13_q <= exp12_q[7:0] + (half ? 8'd37 : 8'd149);
      top13_q <= moved12[42:18];
      next13_q <= moved12[17];
    end
  end

  // ---- 14: m, k, how far the product goes right ----
  logic [4:0] bits13;
  logic coded13;
  logic [15:0] top_code13;
  logic less13;
  logic signed [9:0] right13;
  logic nan14_q, sat14_q, sign14_q, zero14_q, below14_q, more14_q;
  logic [2:0] div14_q;
  logic [7:0] field14_q;        // exponent field less one of the result
  logic [23:0] mant14_q;
  logic [15:0] k14_q;
  logic [5:0] right14_q;
  assign bits13 = later_q[28:24];
  assign coded13 = later_q[35];
  assign top_code13 = 16'hFFFF >> (5'd16 - bits13);
  assign less13 = fraction13_q && !top13_q[24];
  assign right13 = $signed(neg13_q) + $signed({9'd0, less13});  // of a half at least 28: then it has an exponent
  always_ff @(posedge clk_i) begin
    if (late_q[13]) begin
      div14_q <= fraction13_q ? DIV_1 : div13_q;
      nan14_q <= nan13_q;
      sat14_q <= inf13_q || (mant13_q != 24'd0 && !single && (half ? right13 < -10'sd2 : right13 < 10'sd8));
      sign14_q <= sign13_q;
      zero14_q <= mant13_q == 24'd0 && !inf13_q;
      field14_q <= (half && right13 >= 10'sd28) ? 8'd0 : field13_q - {7'd0, less13};
      if (!fraction13_q) begin
        mant14_q <= mant13_q;
        below14_q <= 1'b0;
        more14_q <= 1'b0;
      end else begin
        mant14_q <= top13_q[24] ? top13_q[24:1] : top13_q[23:0];
        below14_q <= top13_q[24] ? top13_q[0] : next13_q;
        more14_q <= !exact13_q;
      end
      k14_q <= (single || half || whole) ? 16'h8000 : coded13 ? 16'd1023 :
               (mode_i.number == 3'd1) ? {1'b0, top_code13[15:1]} : top_code13;
      right14_q <= single ? 6'd15 : (half && right13 < 10'sd28) ? 6'd28 : (half && right13 > 10'sd40) ? 6'd40 :
                   (right13 > 10'sd62) ? 6'd62 : right13[5:0];
    end
  end

  // ---- 15: the product ----
  logic [39:0] product15_q;
  logic [5:0] right15_q;
  logic below15_q, more15_q;
  logic [2:0] div15_q;
  always_ff @(posedge clk_i) begin
    if (late_q[14]) begin
      product15_q <= {16'd0, mant14_q} * {24'd0, k14_q};
      right15_q <= right14_q;
      below15_q <= below14_q;
      more15_q <= more14_q;
      div15_q <= div14_q;
    end
  end

  // ---- 16: its whole part, the bit below, is there more ----
  logic [31:0] a16_q;
  logic below16_q, more16_q;
  logic [2:0] div16_q;
  /* verilator lint_off UNUSED */
  logic [40:0] moved15;
  /* verilator lint_on UNUSED */
  assign moved15 = {product15_q, 1'b0} >> right15_q;
  always_ff @(posedge clk_i) begin
    if (late_q[15]) begin
      a16_q <= moved15[32:1];
      below16_q <= single ? below15_q : moved15[0];
      // Halves: of the 24 bits at [38:15] those below the one below.
      more16_q <= more15_q || (!single && (below15_q ||
                  (product15_q[38:15] & ~({24{1'b1}} << (right15_q - 6'd16))) != 24'd0));
      div16_q <= div15_q;
    end
  end

  // ---- 17: rounded; a number still to be divided by d ----
  logic [32:0] a17_q;
  logic [2:0] div17_q;
  logic [14:0] half_div16;
  logic coded16;
  assign coded16 = later_q[71];
  always_comb begin
    case (div16_q)
      DIV_3:     half_div16 = 15'd1;
      DIV_255:   half_div16 = 15'd127;
      DIV_1023:  half_div16 = 15'd511;
      DIV_32767: half_div16 = 15'd16383;
      default:   half_div16 = 15'd0;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (late_q[16]) begin
      div17_q <= div16_q;
      if (single || half) a17_q <= {1'b0, a16_q} + {32'd0, below16_q && (more16_q || a16_q[0])};
      else if (coded16) a17_q <= {1'b0, a16_q};  // cut off
      else a17_q <= {1'b0, a16_q} + {18'd0, half_div16} + {32'd0, below16_q};
    end
  end

  // ---- 18: a / (2**n - 1) = high + (high + low) / (2**n - 1) ----
  logic [17:0] high18_q, t18_q, inverse18_q;
  logic big18_q;
  logic [2:0] div18_q;
  logic [24:0] a18_q;
  logic [17:0] high17, inverse17;
  logic [14:0] mask17;
  logic big17;
  always_comb begin
    case (div17_q)
      DIV_3: begin
        high17 = a17_q[19:2];
        mask17 = 15'h3;
        inverse17 = 18'd174763;   // 2**19 / 3
        big17 = a17_q[32:19] != '0;
      end
      DIV_255: begin
        high17 = a17_q[25:8];
        mask17 = 15'hFF;
        inverse17 = 18'd131587;   // 2**25 / 255
        big17 = a17_q[32:25] != '0;
      end
      DIV_1023: begin
        high17 = a17_q[27:10];
        mask17 = 15'h3FF;
        inverse17 = 18'd131201;   // 2**27 / 1023
        big17 = a17_q[32:27] != '0;
      end
      DIV_32767: begin
        high17 = a17_q[32:15];
        mask17 = 15'h7FFF;
        inverse17 = 18'd131077;   // 2**32 / 32767
        big17 = a17_q[32];
      end
      default: begin
        high17 = a17_q[17:0];
        mask17 = 15'h0;
        inverse17 = 18'd0;
        big17 = a17_q[32:17] != '0;
      end
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (late_q[17]) begin
      div18_q <= div17_q;
      a18_q <= a17_q[24:0];
      high18_q <= high17;
      t18_q <= high17 + {3'd0, a17_q[14:0] & mask17};
      inverse18_q <= inverse17;
      big18_q <= big17;
    end
  end

  // ---- 19: the product of that ----
  /* verilator lint_off UNUSED */
  logic [35:0] product19_q;
  /* verilator lint_on UNUSED */
  logic [17:0] high19_q;
  logic big19_q;
  logic [2:0] div19_q;
  logic [24:0] a19_q;
  always_ff @(posedge clk_i) begin
    if (late_q[18]) begin
      product19_q <= {18'd0, t18_q} * {18'd0, inverse18_q};
      high19_q <= high18_q;
      big19_q <= big18_q;
      div19_q <= div18_q;
      a19_q <= a18_q;
    end
  end

  // ---- what the result needs of the number, from 14 on ----
  logic [11:0] tag15_q, tag16_q, tag17_q, tag18_q, tag19_q, tag20_q;
  always_ff @(posedge clk_i) begin
    if (late_q[14]) tag15_q <= {nan14_q, sat14_q, sign14_q, zero14_q, field14_q};
    if (late_q[15]) tag16_q <= tag15_q;
    if (late_q[16]) tag17_q <= tag16_q;
    if (late_q[17]) tag18_q <= tag17_q;
    if (late_q[18]) tag19_q <= tag18_q;
    if (late_q[19]) tag20_q <= tag19_q;
  end

  // ---- 20: the quotient ----
  logic [17:0] q19, q20_q;
  logic big20_q;
  logic [24:0] a20_q;
  logic [16:0] more19;
  always_comb begin
    case (div19_q)
      DIV_3:     more19 = product19_q[35:19];
      DIV_255:   more19 = {6'd0, product19_q[35:25]};
      DIV_1023:  more19 = {8'd0, product19_q[35:27]};
      DIV_32767: more19 = {13'd0, product19_q[35:32]};
      default:   more19 = 17'd0;
    endcase
  end
  assign q19 = high19_q + {1'b0, more19};
  always_ff @(posedge clk_i) begin
    if (late_q[19]) begin
      q20_q <= q19;
      big20_q <= big19_q;
      a20_q <= a19_q;
    end
  end

  // ---- 21: the number, at most the largest; the float ----
  logic nan20, sat20, sign20, zero20, coded20;
  logic [7:0] field20;
  logic [15:0] top20, max20;
  logic [15:0] code20;
  logic [15:0] half20;
  logic [31:0] single20;
  logic sign21_q;
  logic [15:0] code21_q;
  logic [31:0] float21_q;
  assign {nan20, sat20, sign20, zero20, field20} = tag20_q;
  assign coded20 = later_q[119];
  assign top20 = 16'hFFFF >> (5'd16 - later_q[112:108]);
  always_comb begin
    case (mode_i.number)
      3'd1:    max20 = {1'b0, top20[15:1]};
      3'd3:    max20 = {1'b0, top20[15:1]} + {15'd0, sign20};
      default: max20 = top20;
    endcase
    if (coded20) max20 = 16'd1023;
    code20 = (sat20 || big20_q || q20_q > {2'd0, max20}) ? max20 : q20_q[15:0];
    if (nan20 || zero20) code20 = 16'd0;
    half20 = {3'd0, a20_q[12:0]} + {1'b0, field20[4:0], 10'd0};
    if (sat20 || half20[15]) half20 = 16'h7FFF;
    half20[15] = sign20 && half20[14:0] != 15'd0;
    if (zero20 || nan20) half20 = 16'd0;
    single20 = {7'd0, a20_q} + {1'b0, field20, 23'd0};
    single20[31] = sign20;
    if (nan20) single20 = 32'h7FC0_0000;
    else if (zero20) single20 = 32'd0;
    else if (sat20) single20 = {sign20, 31'h7F80_0000};
  end
  always_ff @(posedge clk_i) begin
    if (late_q[20]) begin
      sign21_q <= sign20;
      code21_q <= code20;
      float21_q <= single ? single20 : {16'd0, half20};
    end
  end

  // ---- 22: the code ----
  logic coded21;
  logic [15:0] top21, number21, gamma21;
  logic [31:0] code22_q;
  assign coded21 = later_q[131];
  assign top21 = 16'hFFFF >> (5'd16 - later_q[124:120]);
  always_comb begin
    // Of at most 1023.
    if (code21_q[9]) gamma21 = {8'd0, 2'b11, code21_q[8:3]};
    else if (code21_q[8:7] != 2'd0) gamma21 = {8'd0, code21_q[8], !code21_q[8], code21_q[7:2]};
    else if (code21_q[6]) gamma21 = {9'd0, 2'b10, code21_q[5:1]};
    else gamma21 = {10'd0, code21_q[5:0]};
    if (sign21_q) number21 = (mode_i.number == 3'd1 || mode_i.number == 3'd3) ? (16'd0 - code21_q) & top21 : 16'd0;
    else number21 = coded21 ? gamma21 : code21_q;
  end
  always_ff @(posedge clk_i) begin
    if (late_q[21]) code22_q <= (single || half) ? float21_q : {16'd0, number21};
  end
  assign valid_o = late_q[22];
  assign end_o = later_q[142];
  assign at_o = later_q[141:137];
  assign code_o = code22_q;
endmodule
