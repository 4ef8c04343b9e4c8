// Wires that both ends drive, with the registers of both directions in the pads (ECP5): d_i is at the pins after the next edge,
// q_o what was there at the last. drive_i takes effect at once and has no register. The delay in front of the input's
// register makes its hold time zero.
module xg_pad_bus #(
    parameter int W = 8
) (
    input  logic         clk_i,
    input  logic [W-1:0] d_i,
    input  logic         drive_i,
    output logic [W-1:0] q_o,
    inout  wire  [W-1:0] pad_io
);
  for (genvar k = 0; k < W; k++) begin : g_bit
    logic out, in, late;
    OFS1P3DX u_out (
        .CD  (1'b0),
        .SP  (1'b1),
        .SCLK(clk_i),
        .D   (d_i[k]),
        .Q   (out)
    );
    BB u_pad (
        .I(out),
        .T(!drive_i),
        .O(in),
        .B(pad_io[k])
    );
    DELAYG #(
        .DEL_MODE("SCLK_ZEROHOLD")
    ) u_delay (
        .A(in),
        .Z(late)
    );
    IFS1P3DX u_in (
        .CD  (1'b0),
        .SP  (1'b1),
        .SCLK(clk_i),
        .D   (late),
        .Q   (q_o[k])
    );
  end
endmodule
