// 8N1 serial line, no flow control: for bringing a board up over the FT231X before a FIFO module is
// wired. DIVIDE clocks a bit, 8 or more. The receiver samples in the middle of each bit; a byte whose
// stop bit is low is dropped (the link's checksum finds the hole).
module xg_uart #(
    parameter int DIVIDE = 20
) (
    input  logic       clk_i,
    input  logic       rst_i,
    input  logic       rx_i,
    output logic       tx_o,
    output logic       rx_valid_o,  // one cycle; there is no way to hold the line
    output logic [7:0] rx_data_o,
    input  logic       tx_valid_i,
    output logic       tx_ready_o,
    input  logic [7:0] tx_data_i
);
  localparam int CW = $clog2(DIVIDE);
  localparam logic [CW-1:0] FULL = CW'(DIVIDE - 1), HALF = CW'(DIVIDE / 2 - 1);

  // ---- receiver --------------------------------------------------------------------------------
  logic rx_meta_q, rx_q, rx_busy_q;
  logic [CW-1:0] rx_wait_q;
  logic [3:0] rx_bit_q;
  logic [7:0] rx_shift_q;
  assign rx_data_o = rx_shift_q;
  always_ff @(posedge clk_i) begin
    rx_meta_q <= rx_i;
    rx_q <= rx_meta_q;
    if (rst_i) begin
      rx_meta_q <= 1'b1;
      rx_q <= 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    rx_valid_o <= 1'b0;
    if (rst_i) rx_busy_q <= 1'b0;
    else if (!rx_busy_q) begin
      rx_wait_q <= HALF;
      rx_bit_q <= 4'd0;
      rx_busy_q <= !rx_q;
    end else if (rx_wait_q != '0) rx_wait_q <= rx_wait_q - 1'b1;
    else begin
      rx_wait_q <= FULL;
      rx_bit_q <= rx_bit_q + 4'd1;
      if (rx_bit_q == 4'd0) rx_busy_q <= !rx_q;  // a start bit that did not last is none
      else if (rx_bit_q <= 4'd8) rx_shift_q <= {rx_q, rx_shift_q[7:1]};
      else begin
        rx_busy_q <= 1'b0;
        rx_valid_o <= rx_q;
      end
    end
  end

  // ---- transmitter: start bit, eight bits, stop bit ------------------------------------------
  logic [9:0] tx_shift_q;
  logic [3:0] tx_left_q;
  logic [CW-1:0] tx_wait_q;
  assign tx_o = tx_shift_q[0];
  assign tx_ready_o = tx_left_q == 4'd0;
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      tx_shift_q <= 10'h3FF;
      tx_left_q <= 4'd0;
      tx_wait_q <= '0;
    end else if (tx_ready_o) begin
      tx_wait_q <= FULL;
      if (tx_valid_i) begin
        tx_shift_q <= {1'b1, tx_data_i, 1'b0};
        tx_left_q <= 4'd10;
      end
    end else if (tx_wait_q != '0) tx_wait_q <= tx_wait_q - 1'b1;
    else begin
      tx_wait_q <= FULL;
      tx_shift_q <= {1'b1, tx_shift_q[9:1]};
      tx_left_q <= tx_left_q - 4'd1;
    end
  end
endmodule
