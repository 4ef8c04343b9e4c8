// The ULX3S-85F: its PLL and everything else (xg_ulx3s_body). Ports are named as on the board's schematic
// and in constraints/ulx3s/pins.lpf.
module xg_ulx3s #(
    parameter int SYS_DIV = 10,  // system clock: 625 MHz / SYS_DIV
    parameter int SDRAM_LATE = 2
) (
    input  logic        clk_25mhz,
    input  logic        ft_clk,
    input  logic        ft_rxf_n,
    input  logic        ft_txe_n,
    inout  wire  [7:0]  ft_d,
    output logic        ft_oe_n,
    output logic        ft_rd_n,
    output logic        ft_wr_n,
    output logic        ft_siwu_n,
    output logic        sdram_clk,
    output logic        sdram_cke,
    output logic        sdram_csn,
    output logic        sdram_rasn,
    output logic        sdram_casn,
    output logic        sdram_wen,
    output logic [1:0]  sdram_ba,
    output logic [12:0] sdram_a,
    output logic [1:0]  sdram_dqm,
    inout  wire  [15:0] sdram_d,
    output logic [3:0]  gpdi_dp,
    output logic        ftdi_rxd,
    input  logic        ftdi_txd,
    input  logic        btn_reset,
    input  logic        sw_serial,
    output logic [7:0]  led,
    output logic        wifi_gpio0    // high: the board's ESP32 leaves the FPGA alone
);
  assign wifi_gpio0 = 1'b1;
  logic clk_bit, clk_pixel, clk_sys, clk_sdram, locked;
  xg_ulx3s_clocks #(
      .SYS_DIV   (SYS_DIV),
      .SDRAM_LATE(SDRAM_LATE)
  ) u_clocks (
      .clk_25_i   (clk_25mhz),
      .clk_bit_o  (clk_bit),
      .clk_pixel_o(clk_pixel),
      .clk_sys_o  (clk_sys),
      .clk_sdram_o(clk_sdram),
      .locked_o   (locked)
  );
  // In clocks of the system: 200 us; 7.8 us less the longest time until a refresh can begin (40
  // clocks); a bit of 3 Mbaud.
  xg_ulx3s_body #(
      .POWER_UP   (125000 / SYS_DIV + 1),
      .REFRESH    (4875 / SYS_DIV - 40),
      .UART_DIVIDE((2 * 625 + 3 * SYS_DIV) / (6 * SYS_DIV))
  ) u_body (
      .clk_i      (clk_sys),
      .clk_sdram_i(clk_sdram),
      .clk_pixel_i(clk_pixel),
      .clk_bit_i  (clk_bit),
      .locked_i   (locked),
      .ft_clk,
      .ft_rxf_n,
      .ft_txe_n,
      .ft_d,
      .ft_oe_n,
      .ft_rd_n,
      .ft_wr_n,
      .ft_siwu_n,
      .sdram_clk,
      .sdram_cke,
      .sdram_csn,
      .sdram_rasn,
      .sdram_casn,
      .sdram_wen,
      .sdram_ba,
      .sdram_a,
      .sdram_dqm,
      .sdram_d,
      .gpdi_dp,
      .ftdi_rxd,
      .ftdi_txd,
      .btn_reset,
      .sw_serial,
      .led
  );
endmodule
