// One byte as a TMDS character (DVI 1.0, 3.2), no register. balance_i is half of (ones - zeros) of all
// characters before; next_o the same with this one.
module xg_tmds_word (
    input  logic       [7:0] byte_i,
    input  logic signed [3:0] balance_i,
    output logic       [9:0] word_o,    // bit 0 goes first
    output logic signed [3:0] next_o
);
  // Fewer transitions: each bit XOR the one before, or XNOR where that has less.
  logic [3:0] ones;
  logic xnors;
  logic [7:0] m;
  always_comb begin
    ones = 4'd0;
    for (int k = 0; k < 8; k++) ones = ones + {3'd0, byte_i[k]};
    xnors = ones > 4'd4 || (ones == 4'd4 && !byte_i[0]);
  end
  for (genvar k = 0; k < 8; k++) begin : g_bit
    localparam logic ODD = (k % 2) != 0;
    assign m[k] = ^byte_i[k:0] ^ (xnors && ODD);
  end

  // Balance: the byte as it is or inverted. half: (ones - zeros) / 2 of m.
  logic [3:0] ones_m;
  logic signed [3:0] half, first;
  logic invert, even;
  always_comb begin
    ones_m = 4'd0;
    for (int k = 0; k < 8; k++) ones_m = ones_m + {3'd0, m[k]};
    half = ones_m - 4'd4;
    even = balance_i == 4'sd0 || half == 4'sd0;
    invert = even ? xnors : balance_i[3] == half[3];
    word_o = {invert, !xnors, m ^ {8{invert}}};
    // bits 8 and 9 together are one up, one down, or even
    first = (invert == xnors) ? 4'sd0 : invert ? 4'sd1 : -4'sd1;
    next_o = balance_i + first + (invert ? -half : half);
  end
endmodule
