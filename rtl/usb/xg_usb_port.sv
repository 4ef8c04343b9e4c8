// The byte streams of xg_link_bytes over USB: xg_usb_device on the PHY's clock, and queues between it and the core's.
// Takes the place of xg_ft245 and its queues on a board with a ULPI PHY.
//
// Both resets are held together for a few cycles of the slower clock.
module xg_usb_port #(
    parameter logic [63:0] SERIAL = "00000001",
    parameter int T_SETTLE = 600,
    parameter int T_SE0 = 150,
    parameter int T_CHIRP = 120000,
    parameter int T_FILTER = 150,
    parameter int T_ANSWER = 120000,
    parameter int T_IDLE = 183000,
    parameter int T_LOOK = 30000,
    parameter int QUIET = 64,
    parameter int FIFO_LOG2 = 11
) (
    // the PHY and its clock
    input  logic       ulpi_clk_i,
    input  logic       ulpi_rst_i,
    input  logic       ulpi_dir_i,
    input  logic       ulpi_nxt_i,
    input  logic [7:0] ulpi_data_i,
    output logic [7:0] ulpi_data_o,
    output logic       ulpi_drive_o,
    output logic       ulpi_stp_o,
    output logic       high_o,
    output logic       configured_o,
    output logic       suspend_o,
    // the core's clock
    input  logic       clk_i,
    input  logic       rst_i,
    output logic       rx_valid_o,
    input  logic       rx_ready_i,
    output logic [7:0] rx_data_o,
    input  logic       tx_valid_i,
    output logic       tx_ready_o,
    input  logic [7:0] tx_data_i
);
  logic out_valid, out_ready, in_valid, in_ready;
  logic [7:0] out_data, in_data;

  xg_usb_device #(
      .SERIAL  (SERIAL),
      .T_SETTLE(T_SETTLE),
      .T_SE0   (T_SE0),
      .T_CHIRP (T_CHIRP),
      .T_FILTER(T_FILTER),
      .T_ANSWER(T_ANSWER),
      .T_IDLE  (T_IDLE),
      .T_LOOK  (T_LOOK),
      .QUIET   (QUIET)
  ) u_device (
      .clk_i     (ulpi_clk_i),
      .rst_i     (ulpi_rst_i),
      .ulpi_dir_i,
      .ulpi_nxt_i,
      .ulpi_data_i,
      .ulpi_data_o,
      .ulpi_drive_o,
      .ulpi_stp_o,
      .rx_valid_o(out_valid),
      .rx_ready_i(out_ready),
      .rx_data_o (out_data),
      .tx_valid_i(in_valid),
      .tx_ready_o(in_ready),
      .tx_data_i (in_data),
      .high_o,
      .configured_o,
      .suspend_o
  );
  xg_async_fifo #(
      .W(8),
      .DEPTH_LOG2(FIFO_LOG2)
  ) u_out (
      .wr_clk_i  (ulpi_clk_i),
      .wr_rst_i  (ulpi_rst_i),
      .wr_valid_i(out_valid),
      .wr_ready_o(out_ready),
      .wr_data_i (out_data),
      .wr_level_o(),
      .rd_clk_i  (clk_i),
      .rd_rst_i  (rst_i),
      .rd_valid_o(rx_valid_o),
      .rd_ready_i(rx_ready_i),
      .rd_data_o (rx_data_o)
  );
  xg_async_fifo #(
      .W(8),
      .DEPTH_LOG2(FIFO_LOG2)
  ) u_in (
      .wr_clk_i  (clk_i),
      .wr_rst_i  (rst_i),
      .wr_valid_i(tx_valid_i),
      .wr_ready_o(tx_ready_o),
      .wr_data_i (tx_data_i),
      .wr_level_o(),
      .rd_clk_i  (ulpi_clk_i),
      .rd_rst_i  (ulpi_rst_i),
      .rd_valid_o(in_valid),
      .rd_ready_i(in_ready),
      .rd_data_o (in_data)
  );
endmodule
