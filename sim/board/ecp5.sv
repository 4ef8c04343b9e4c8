// The cells of the ECP5 that the pads and the PLL of a board are made of, for simulation and lint: what
// each does, without its times. Ports are those of Lattice's library. Left out of synthesis.
/* verilator lint_off DECLFILENAME */
/* verilator lint_off UNUSEDPARAM */
/* verilator lint_off UNUSEDSIGNAL */
module IB (
    input  logic I,
    output logic O
);
  assign O = I;
endmodule
module OB (
    input  logic I,
    output logic O
);
  assign O = I;
endmodule
module BB (
    input  logic I,
    input  logic T,
    output logic O,
    inout  wire  B
);
  assign B = T ? 1'bz : I;
  assign O = B;
endmodule
module DELAYG #(
    parameter DEL_MODE = "USER_DEFINED"
) (
    input  logic A,
    output logic Z
);
  assign Z = A;
endmodule
// Registers of a pad: B starts high, D low.
module IFS1P3BX (
    input  logic PD,
    input  logic SP,
    input  logic SCLK,
    input  logic D,
    output logic Q
);
  initial Q = 1'b1;
  always_ff @(posedge SCLK) if (PD) Q <= 1'b1; else if (SP) Q <= D;
endmodule
module IFS1P3DX (
    input  logic CD,
    input  logic SP,
    input  logic SCLK,
    input  logic D,
    output logic Q
);
  initial Q = 1'b0;
  always_ff @(posedge SCLK) if (CD) Q <= 1'b0; else if (SP) Q <= D;
endmodule
module OFS1P3BX (
    input  logic PD,
    input  logic SP,
    input  logic SCLK,
    input  logic D,
    output logic Q
);
  initial Q = 1'b1;
  always_ff @(posedge SCLK) if (PD) Q <= 1'b1; else if (SP) Q <= D;
endmodule
module OFS1P3DX (
    input  logic CD,
    input  logic SP,
    input  logic SCLK,
    input  logic D,
    output logic Q
);
  initial Q = 1'b0;
  always_ff @(posedge SCLK) if (CD) Q <= 1'b0; else if (SP) Q <= D;
endmodule
// D0 in the first half of a cycle, D1 in the second.
module ODDRX1F (
    input  logic SCLK,
    input  logic RST,
    input  logic D0,
    input  logic D1,
    output logic Q
);
  logic d0_q, d1_q, second_q;
  always_ff @(posedge SCLK) begin
    d0_q <= D0 && !RST;
    d1_q <= D1 && !RST;
  end
  always_ff @(negedge SCLK) second_q <= d1_q;
  assign Q = SCLK ? d0_q : second_q;
endmodule
// Stands for a PLL where only its ports count: every output is the input.
module EHXPLLL #(
    parameter CLKI_DIV = 1, CLKFB_DIV = 1, CLKOP_DIV = 1, CLKOS_DIV = 1, CLKOS2_DIV = 1, CLKOS3_DIV = 1,
    parameter CLKOP_CPHASE = 0, CLKOS_CPHASE = 0, CLKOS2_CPHASE = 0, CLKOS3_CPHASE = 0,
    parameter FEEDBK_PATH = "", CLKOS_ENABLE = "", CLKOS2_ENABLE = "", CLKOS3_ENABLE = "", PLLRST_ENA = "",
    parameter INTFB_WAKE = "", STDBY_ENABLE = "", DPHASE_SOURCE = "",
    parameter OUTDIVIDER_MUXA = "", OUTDIVIDER_MUXB = "", OUTDIVIDER_MUXC = "", OUTDIVIDER_MUXD = ""
) (
    input  logic CLKI, CLKFB, PHASESEL1, PHASESEL0, PHASEDIR, PHASESTEP, PHASELOADREG, STDBY, PLLWAKESYNC, RST,
    input  logic ENCLKOP, ENCLKOS, ENCLKOS2, ENCLKOS3,
    output logic CLKOP, CLKOS, CLKOS2, CLKOS3, LOCK, INTLOCK, REFCLK, CLKINTFB
);
  assign {CLKOP, CLKOS, CLKOS2, CLKOS3, INTLOCK, REFCLK, CLKINTFB} = {7{CLKI}};
  assign LOCK = 1'b1;
endmodule
