// An output of the ULX3S with its register in the pad (ECP5): d_i is at the pin after the next edge.
// Before the first edge the pin is high, which for all signals that are active low is rest.
module xg_pad_out #(
    parameter int W = 1
) (
    input  logic         clk_i,
    input  logic [W-1:0] d_i,
    output logic [W-1:0] pad_o
);
  for (genvar k = 0; k < W; k++) begin : g_bit
    logic out;
    OFS1P3BX u_reg (
        .PD  (1'b0),
        .SP  (1'b1),
        .SCLK(clk_i),
        .D   (d_i[k]),
        .Q   (out)
    );
    OB u_pad (
        .I(out),
        .O(pad_o[k])
    );
  end
endmodule
