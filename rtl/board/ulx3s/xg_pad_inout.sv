// A bus of the ULX3S that both ends drive, with its registers in the pads (ECP5): what goes out, who
// drives, what comes in. Each pad has a register of its own for the direction, because that one must
// stand beside its buffer; before the first edge nobody here drives. ZERO_HOLD as in xg_pad_in, for a
// chip whose data change with the clock pin.
module xg_pad_inout #(
    parameter int W = 8,
    parameter int ZERO_HOLD = 1
) (
    input  logic         clk_i,
    input  logic [W-1:0] d_i,
    input  logic         drive_i,
    output logic [W-1:0] q_o,
    inout  wire  [W-1:0] pad_io
);
  for (genvar k = 0; k < W; k++) begin : g_bit
    logic out, off, in, late;
    OFS1P3DX u_out (
        .CD  (1'b0),
        .SP  (1'b1),
        .SCLK(clk_i),
        .D   (d_i[k]),
        .Q   (out)
    );
    OFS1P3BX u_off (
        .PD  (1'b0),
        .SP  (1'b1),
        .SCLK(clk_i),
        .D   (!drive_i),
        .Q   (off)
    );
    BB u_pad (
        .I(out),
        .T(off),
        .O(in),
        .B(pad_io[k])
    );
    if (ZERO_HOLD != 0) begin : g_late
      DELAYG #(
          .DEL_MODE("SCLK_ZEROHOLD")
      ) u_delay (
          .A(in),
          .Z(late)
      );
    end else begin : g_direct
      assign late = in;
    end
    IFS1P3DX u_in (
        .CD  (1'b0),
        .SP  (1'b1),
        .SCLK(clk_i),
        .D   (late),
        .Q   (q_o[k])
    );
  end
endmodule
