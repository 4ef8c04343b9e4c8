// An input of the ULX3S with its register in the pad (ECP5). The delay in front of the register makes
// its hold time zero for a clock that comes through a clock pin and the clock tree.
module xg_pad_in #(
    parameter int W = 1
) (
    input  logic         clk_i,
    input  logic [W-1:0] pad_i,
    output logic [W-1:0] q_o
);
  for (genvar k = 0; k < W; k++) begin : g_bit
    logic in, late;
    IB u_pad (
        .I(pad_i[k]),
        .O(in)
    );
    DELAYG #(
        .DEL_MODE("SCLK_ZEROHOLD")
    ) u_delay (
        .A(in),
        .Z(late)
    );
    IFS1P3BX u_reg (
        .PD  (1'b0),
        .SP  (1'b1),
        .SCLK(clk_i),
        .D   (late),
        .Q   (q_o[k])
    );
  end
endmodule
