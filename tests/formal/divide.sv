// n / 10 by a multiplication, as in rtl/resolve/xg_copy.sv ("products"): of eights of samples, so it divides
// by 80. Every n that its registers can hold.
module divide (
    input logic clk,
    input logic [12:0] n
);
  logic [25:0] ab;
  logic [9:0] quotient;
  logic [3:0] rest;
  assign ab = n * 13'd6554;
  assign quotient = ab[25:16];
  // The rest as the core computes it, from four bits alone.
  assign rest = n[3:0] - {ab[16], 3'd0} - {ab[18:16], 1'b0};
  always_ff @(posedge clk) begin
    assert (quotient == n / 13'd10);
    assert ({9'd0, rest} == n % 13'd10);
  end
endmodule
