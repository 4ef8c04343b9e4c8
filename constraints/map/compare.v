// Comparisons with a constant, as LUTs: as carry chains they take a LUT a bit and four more for the ends,
// and longer. For techmap, before synth_ecp5 makes carry chains of all comparisons.
(* techmap_celltype = "$lt $le $gt $ge" *)
module compare_with_constant (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 0;
  parameter B_WIDTH = 0;
  parameter Y_WIDTH = 0;
  (* force_downto *)
  input [A_WIDTH-1:0] A;
  (* force_downto *)
  input [B_WIDTH-1:0] B;
  (* force_downto *)
  output [Y_WIDTH-1:0] Y;

  parameter _TECHMAP_CELLTYPE_ = "";
  parameter [A_WIDTH-1:0] _TECHMAP_CONSTMSK_A_ = 0;
  parameter [B_WIDTH-1:0] _TECHMAP_CONSTMSK_B_ = 0;
  wire _TECHMAP_FAIL_ = !(&_TECHMAP_CONSTMSK_A_ || &_TECHMAP_CONSTMSK_B_);

  localparam W = (A_WIDTH > B_WIDTH) ? A_WIDTH : B_WIDTH;
  localparam SIGNED = A_SIGNED && B_SIGNED;
  localparam TURNED = _TECHMAP_CELLTYPE_ == "$gt" || _TECHMAP_CELLTYPE_ == "$ge";
  localparam EQUAL = _TECHMAP_CELLTYPE_ == "$le" || _TECHMAP_CELLTYPE_ == "$ge";

  // Less, from the lowest bit up; the highest bits count the other way round where there are signs.
  wire [W-1:0] a = {{(W - A_WIDTH + 1) {SIGNED ? A[A_WIDTH-1] : 1'b0}}, A};
  wire [W-1:0] b = {{(W - B_WIDTH + 1) {SIGNED ? B[B_WIDTH-1] : 1'b0}}, B};
  wire [W-1:0] flip = {SIGNED ? 1'b1 : 1'b0, {W{1'b0}}} >> 1;
  wire [W-1:0] left = (TURNED ? b : a) ^ flip, right = (TURNED ? a : b) ^ flip;
  wire [W:0] less;
  assign less[0] = EQUAL ? 1'b1 : 1'b0;
  genvar i;
  generate
    for (i = 0; i < W; i = i + 1) begin : bits
      assign less[i+1] = (left[i] == right[i]) ? less[i] : right[i];
    end
  endgenerate
  assign Y = less[W];
endmodule
