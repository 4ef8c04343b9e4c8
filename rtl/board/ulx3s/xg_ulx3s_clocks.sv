// Clocks of the ULX3S from its 25 MHz oscillator: one PLL whose VCO runs at 625 MHz.
//   bit     125 MHz, two bits of a DVI lane in each cycle
//   pixel   25 MHz
//   system  625 / SYS_DIV MHz: core and SDRAM controller
//   sdram   the same, SDRAM_LATE periods of the VCO (1.6 ns) later: docs/board.md, "Times at the pins"
module xg_ulx3s_clocks #(
    parameter int SYS_DIV = 10,
    parameter int SDRAM_LATE = 2
) (
    input  logic clk_25_i,
    output logic clk_bit_o,
    output logic clk_pixel_o,
    output logic clk_sys_o,
    output logic clk_sdram_o,
    output logic locked_o
);
  // Outputs of equal phase have equal CPHASE; it may not be more than a divider.
  EHXPLLL #(
      .CLKI_DIV       (1),
      .CLKFB_DIV      (5),
      .FEEDBK_PATH    ("CLKOP"),
      .CLKOP_DIV      (5),
      .CLKOP_CPHASE   (4),
      .CLKOS_ENABLE   ("ENABLED"),
      .CLKOS_DIV      (25),
      .CLKOS_CPHASE   (4),
      .CLKOS2_ENABLE  ("ENABLED"),
      .CLKOS2_DIV     (SYS_DIV),
      .CLKOS2_CPHASE  (4),
      .CLKOS3_ENABLE  ("ENABLED"),
      .CLKOS3_DIV     (SYS_DIV),
      .CLKOS3_CPHASE  (4 + SDRAM_LATE),
      .PLLRST_ENA     ("DISABLED"),
      .INTFB_WAKE     ("DISABLED"),
      .STDBY_ENABLE   ("DISABLED"),
      .DPHASE_SOURCE  ("DISABLED"),
      .OUTDIVIDER_MUXA("DIVA"),
      .OUTDIVIDER_MUXB("DIVB"),
      .OUTDIVIDER_MUXC("DIVC"),
      .OUTDIVIDER_MUXD("DIVD")
  ) u_pll (
      .CLKI        (clk_25_i),
      .CLKFB       (clk_bit_o),
      .PHASESEL1   (1'b0),
      .PHASESEL0   (1'b0),
      .PHASEDIR    (1'b1),
      .PHASESTEP   (1'b1),
      .PHASELOADREG(1'b1),
      .STDBY       (1'b0),
      .PLLWAKESYNC (1'b0),
      .RST         (1'b0),
      .ENCLKOP     (1'b0),
      .ENCLKOS     (1'b0),
      .ENCLKOS2    (1'b0),
      .ENCLKOS3    (1'b0),
      .CLKOP       (clk_bit_o),
      .CLKOS       (clk_pixel_o),
      .CLKOS2      (clk_sys_o),
      .CLKOS3      (clk_sdram_o),
      .LOCK        (locked_o),
      .INTLOCK     (),
      .REFCLK      (),
      .CLKINTFB    ()
  );
endmodule
