// The bytes of a board from its fast way (USB) or, with serial_i, from a serial line, for bringing it up: 8N1, DIVIDE clocks
// a bit. serial_i may change only while rst_i is high. What the line brings faster than it is taken is lost after 2**RX_LOG2
// bytes.
module xg_serial_choice #(
    parameter int DIVIDE = 21,
    parameter int RX_LOG2 = 11
) (
    input  logic       clk_i,
    input  logic       rst_i,
    input  logic       serial_i,
    input  logic       uart_rx_i,
    output logic       uart_tx_o,
    // the fast way
    input  logic       fast_valid_i,
    output logic       fast_ready_o,
    input  logic [7:0] fast_data_i,
    output logic       fast_valid_o,  // its data are tx_data_i
    input  logic       fast_ready_i,
    // the one that is chosen
    output logic       rx_valid_o,
    input  logic       rx_ready_i,
    output logic [7:0] rx_data_o,
    input  logic       tx_valid_i,
    output logic       tx_ready_o,
    input  logic [7:0] tx_data_i
);
  logic line_valid, line_rx_valid, line_tx_ready;
  logic [7:0] line, line_rx;
  xg_uart #(
      .DIVIDE(DIVIDE)
  ) u_uart (
      .clk_i,
      .rst_i,
      .rx_i      (uart_rx_i),
      .tx_o      (uart_tx_o),
      .rx_valid_o(line_valid),
      .rx_data_o (line),
      .tx_valid_i(tx_valid_i && serial_i),
      .tx_ready_o(line_tx_ready),
      .tx_data_i
  );
  xg_fifo #(
      .W(8),
      .DEPTH_LOG2(RX_LOG2)
  ) u_line (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(line_valid && serial_i),
      .wr_ready_o(),
      .wr_data_i (line),
      .rd_valid_o(line_rx_valid),
      .rd_ready_i(rx_ready_i && serial_i),
      .rd_data_o (line_rx),
      .level_o   ()
  );
  assign rx_valid_o = serial_i ? line_rx_valid : fast_valid_i;
  assign rx_data_o = serial_i ? line_rx : fast_data_i;
  assign tx_ready_o = serial_i ? line_tx_ready : fast_ready_i;
  assign fast_ready_o = rx_ready_i && !serial_i;
  assign fast_valid_o = tx_valid_i && !serial_i;
endmodule
