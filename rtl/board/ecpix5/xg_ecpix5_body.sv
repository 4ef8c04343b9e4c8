// The ECPIX-5-85F between its pins and its memory controller: pads of the USB PHY, resets, lamps around the device. Clocks are
// inputs and the memory is LiteDRAM's native port, so that a simulation can run all of this.
//
// clk_i is LiteDRAM's user clock, rst_i its reset; the port takes nothing before the memory has been trained. The PHY is held
// in reset once, after the FPGA has been loaded; its own registers are set by xg_usb_line.
module xg_ecpix5_body #(
    parameter int UART_DIVIDE = 20,
    parameter int RESET_LOG2 = 8,
    parameter int PHY_RESET_LOG2 = 12,  // clocks of clk_ref_i: 41 us
    parameter int T_SETTLE = 600,       // times of xg_usb_line
    parameter int T_CHIRP = 120000,
    parameter int T_ANSWER = 120000,
    parameter int T_IDLE = 183000,
    parameter int T_LOOK = 30000
) (
    input  logic         clk_i,
    input  logic         rst_i,
    input  logic         clk_ref_i,  // 100 MHz
    // USB3300
    input  logic         ulpi_clk,
    input  logic         ulpi_dir,
    input  logic         ulpi_nxt,
    output logic         ulpi_stp,
    inout  wire  [7:0]   ulpi_d,
    output logic         ulpi_rst,
    // serial line of the FT2232H; low: it is the link's, and not USB
    output logic         uart_txd,
    input  logic         uart_rxd,
    input  logic         serial_n,
    // four lamps, each {blue, green, red}, lit when low
    output logic [11:0]  led_n,
    // LiteDRAM
    input  logic         init_done_i,
    output logic         cmd_valid_o,
    input  logic         cmd_ready_i,
    output logic         cmd_we_o,
    output logic [24:0]  cmd_addr_o,
    output logic         wdata_valid_o,
    input  logic         wdata_ready_i,
    output logic [127:0] wdata_o,
    output logic [15:0]  wdata_we_o,
    input  logic         rdata_valid_i,
    input  logic [127:0] rdata_i
);
  localparam int ADDR_W = 29;
  localparam int FRAMES = 8032;  // 502 MiB; the last 10 MiB are the eDRAM

  // ---- resets ------------------------------------------------------------------------------------
  logic rst, usb_rst, serial_q;
  logic [PHY_RESET_LOG2:0] phy_q;
  initial phy_q = '0;
  always_ff @(posedge clk_ref_i) if (!phy_q[PHY_RESET_LOG2]) phy_q <= phy_q + 1'b1;
  assign ulpi_rst = !phy_q[PHY_RESET_LOG2];
  xg_reset #(
      .LOG2(RESET_LOG2)
  ) u_reset (
      .clk_i,
      .ready_i(!rst_i),
      .rst_o  (rst)
  );
  xg_reset #(
      .LOG2(2)
  ) u_usb_reset (
      .clk_i  (ulpi_clk),
      .ready_i(!rst),
      .rst_o  (usb_rst)
  );
  always_ff @(posedge clk_i) if (rst) serial_q <= !serial_n;

  // ---- pads of the PHY -----------------------------------------------------------------------------
  logic dir, nxt, drive, stp;
  logic [7:0] usb_out, usb_in;
  IB u_dir (
      .I(ulpi_dir),
      .O(dir)
  );
  IB u_nxt (
      .I(ulpi_nxt),
      .O(nxt)
  );
  xg_pad_out u_stp (
      .clk_i(ulpi_clk),
      .d_i  (stp),
      .pad_o(ulpi_stp)
  );
  xg_pad_bus u_ulpi_d (
      .clk_i  (ulpi_clk),
      .d_i    (usb_out),
      .drive_i(drive),
      .q_o    (usb_in),
      .pad_io (ulpi_d)
  );

  // ---- bytes -----------------------------------------------------------------------------------------
  logic usb_rx_valid, usb_rx_ready, usb_tx_valid, usb_tx_ready, rx_valid, rx_ready, tx_valid, tx_ready;
  logic [7:0] usb_rx, rx, tx;
  logic high, configured, suspended;
  xg_usb_port #(
      .T_SETTLE(T_SETTLE),
      .T_CHIRP (T_CHIRP),
      .T_ANSWER(T_ANSWER),
      .T_IDLE  (T_IDLE),
      .T_LOOK  (T_LOOK)
  ) u_usb (
      .ulpi_clk_i  (ulpi_clk),
      .ulpi_rst_i  (usb_rst),
      .ulpi_dir_i  (dir),
      .ulpi_nxt_i  (nxt),
      .ulpi_data_i (usb_in),
      .ulpi_data_o (usb_out),
      .ulpi_drive_o(drive),
      .ulpi_stp_o  (stp),
      .high_o      (high),
      .configured_o(configured),
      .suspend_o   (suspended),
      .clk_i,
      .rst_i       (rst),
      .rx_valid_o  (usb_rx_valid),
      .rx_ready_i  (usb_rx_ready),
      .rx_data_o   (usb_rx),
      .tx_valid_i  (usb_tx_valid),
      .tx_ready_o  (usb_tx_ready),
      .tx_data_i   (tx)
  );
  xg_serial_choice #(
      .DIVIDE(UART_DIVIDE)
  ) u_choice (
      .clk_i,
      .rst_i       (rst),
      .serial_i    (serial_q),
      .uart_rx_i   (uart_rxd),
      .uart_tx_o   (uart_txd),
      .fast_valid_i(usb_rx_valid),
      .fast_ready_o(usb_rx_ready),
      .fast_data_i (usb_rx),
      .fast_valid_o(usb_tx_valid),
      .fast_ready_i(usb_tx_ready),
      .rx_valid_o  (rx_valid),
      .rx_ready_i  (rx_ready),
      .rx_data_o   (rx),
      .tx_valid_i  (tx_valid),
      .tx_ready_o  (tx_ready),
      .tx_data_i   (tx)
  );

  // ---- device and memory -----------------------------------------------------------------------------
  logic req_valid, req_ready, req_we, rd_valid, busy;
  logic [ADDR_W-1:3] req_addr;
  logic [3:0] req_beats;
  logic [63:0] req_wdata, rd_data;
  logic [7:0] req_wstrb;
  xg_board_core #(
      .CAPS  (32'h001D0007),  // layers L0-L2, 2**29 bytes
      .FRAMES(FRAMES),
      .ADDR_W(ADDR_W),
      .SCREEN(0)
  ) u_core (
      .clk_i,
      .rst_i      (rst),
      .rx_valid_i (rx_valid),
      .rx_ready_o (rx_ready),
      .rx_data_i  (rx),
      .tx_valid_o (tx_valid),
      .tx_ready_i (tx_ready),
      .tx_data_o  (tx),
      .req_valid_o(req_valid),
      .req_ready_i(req_ready),
      .req_we_o   (req_we),
      .req_addr_o (req_addr),
      .req_beats_o(req_beats),
      .req_wdata_o(req_wdata),
      .req_wstrb_o(req_wstrb),
      .rd_valid_i (rd_valid),
      .rd_data_i  (rd_data),
      .clk_pixel_i(1'b0),
      .rst_pixel_i(1'b1),
      .clk_bit_i  (1'b0),
      .dvi_o      (),
      .underruns_o(),
      .busy_o     (busy)
  );
  xg_litedram_port #(
      .ADDR_W(ADDR_W)
  ) u_memory (
      .clk_i,
      .rst_i      (rst),
      .req_valid_i(req_valid),
      .req_ready_o(req_ready),
      .req_we_i   (req_we),
      .req_addr_i (req_addr),
      .req_beats_i(req_beats),
      .req_wdata_i(req_wdata),
      .req_wstrb_i(req_wstrb),
      .rd_valid_o (rd_valid),
      .rd_data_o  (rd_data),
      .cmd_valid_o,
      .cmd_ready_i,
      .cmd_we_o,
      .cmd_addr_o,
      .wdata_valid_o,
      .wdata_ready_i,
      .wdata_o,
      .wdata_we_o,
      .rdata_valid_i,
      .rdata_i
  );

  // ---- lamps: system (blinks; blue until the memory is trained), USB (blinks with the PHY's clock; green at high speed,
  // blue when a host has chosen the device), bytes (in green, out red), busy red and serial line blue ------------------
  logic [24:0] beat_q, usb_beat_q;
  logic [2:0] event_now, lit;
  assign event_now = {busy, tx_valid && tx_ready, rx_valid && rx_ready};
  for (genvar k = 0; k < 3; k++) begin : g_lamp
    logic [19:0] left_q;
    assign lit[k] = left_q != '0;
    always_ff @(posedge clk_i) begin
      if (rst) left_q <= '0;
      else if (event_now[k]) left_q <= '1;
      else if (lit[k]) left_q <= left_q - 1'b1;
    end
  end
  always_ff @(posedge clk_i) beat_q <= rst ? '0 : beat_q + 1'b1;
  always_ff @(posedge ulpi_clk) usb_beat_q <= usb_rst ? '0 : usb_beat_q + 1'b1;
  assign led_n = ~{serial_q, 1'b0, lit[2], 1'b0, lit[0], lit[1], configured && !suspended, high, usb_beat_q[24],
                   !init_done_i, beat_q[24], rst};
endmodule
