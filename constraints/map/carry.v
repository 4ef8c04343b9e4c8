// Sums as carry chains of LFE5U, for techmap in place of Yosys' own (arith_map.v), which leaves to nextpnr how a
// carry gets into a chain: that takes a cell of its own (two LUTs) each time. Here the first half of a chain's first cell
// does it. Where the carry is a constant, which is nearly always, that half makes the carry of the lowest bit at once,
// and the bit itself is a LUT. Sums of up to four bits become LUTs.
//
// A half with INJECT NO gives LUT4 ^ carry, and the next carry is LUT4 ? carry : LUT2, where LUT2 is the lowest quarter of
// LUT4's table. With C and D high and the highest quarter 0 nothing but LUT2(A, B) counts. constraints/map/trim.awk takes
// the carry input off such a cell, so that nothing is made for it.
(* techmap_celltype = "$alu" *)
module sum_of_chain (A, B, CI, BI, X, Y, CO);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_CI_ = 0;
  parameter _TECHMAP_CONSTVAL_CI_ = 0;
  parameter _TECHMAP_CONSTMSK_BI_ = 0;
  parameter _TECHMAP_CONSTVAL_BI_ = 0;
  (* force_downto *)
  input [A_WIDTH-1:0] A;
  (* force_downto *)
  input [B_WIDTH-1:0] B;
  input CI, BI;
  (* force_downto *)
  output [Y_WIDTH-1:0] X, Y, CO;

  wire _TECHMAP_FAIL_ = Y_WIDTH <= 4;

  (* force_downto *)
  wire [Y_WIDTH-1:0] a, b, bb;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) a_wide (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) b_wide (.A(B), .Y(b));
  assign bb = b ^ {Y_WIDTH{BI}};
  assign X = a ^ bb;

  localparam STEADY = _TECHMAP_CONSTMSK_CI_ && _TECHMAP_CONSTMSK_BI_;
  localparam CARRY = _TECHMAP_CONSTVAL_CI_;
  localparam INVERTED = _TECHMAP_CONSTVAL_BI_;
  localparam EXTRA = STEADY ? 0 : 1;               // halves before that of bit 0
  localparam HALVES = Y_WIDTH + EXTRA;
  localparam CELLS = (HALVES + 1) / 2;
  // The first half: the carry of bit 0 from A and B, or what comes in at A.
  localparam [15:0] FIRST = !STEADY ? 16'h000A : CARRY ? (INVERTED ? 16'h000B : 16'h000E)
                                                       : (INVERTED ? 16'h0002 : 16'h0008);
  localparam [15:0] OTHER = 16'h96AA;              // A ^ B ^ C (D is high); A where those are equal

  // carry[i] goes into half i; only those between cells exist.
  wire [2*CELLS:0] carry;
  wire [2*CELLS-1:0] out, in_a, in_b, in_c;
  assign in_a = STEADY ? a : {a, CI};
  assign in_b = STEADY ? b : {b, 1'b0};
  assign in_c = {{2 * CELLS - 1{BI}}, 1'b1};
  assign carry[0] = 1'b0;
  genvar i;
  generate
    for (i = 0; i < CELLS; i = i + 1) begin : cell_of_two
      CCU2C #(
          .INIT0(i == 0 ? FIRST : OTHER),
          .INIT1(OTHER),
          .INJECT1_0("NO"),
          .INJECT1_1("NO")
      ) pair (
          .CIN(carry[2*i]),
          .A0(in_a[2*i]), .B0(in_b[2*i]), .C0(in_c[2*i]), .D0(1'b1),
          .A1(in_a[2*i+1]), .B1(in_b[2*i+1]), .C1(in_c[2*i+1]), .D1(1'b1),
          .S0(out[2*i]), .S1(out[2*i+1]),
          .COUT(carry[2*i+2])
      );
    end
    for (i = 0; i < Y_WIDTH; i = i + 1) begin : bit_of_sum
      if (i == 0 && STEADY) assign Y[0] = a[0] ^ bb[0] ^ CI;
      else assign Y[i] = out[i+EXTRA];
      // The carry out of bit i goes into half i + 1: between cells it is there, out of the last bit a half that is left
      // over shows it (its A and B are 0), elsewhere it is made anew.
      if ((i + EXTRA) % 2 == 1) assign CO[i] = carry[i+EXTRA+1];
      else if (i == Y_WIDTH - 1) assign CO[i] = out[i+EXTRA+1] ^ BI;
      else assign CO[i] = a[i+1] ^ bb[i+1] ^ Y[i+1];
    end
  endgenerate
endmodule
