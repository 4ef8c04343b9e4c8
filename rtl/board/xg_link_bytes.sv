// Link words as bytes, little-endian, over any byte transport.
//
// Towards the device bytes may get lost or doubled, so a word's first byte must be found again: while
// hunt_i is high (the receiver discards words up to LINK_SYNC) every byte is looked at with the three
// before it, and where they are LINK_SYNC a word ends there.
module xg_link_bytes (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        hunt_i,
    input  logic        rx_valid_i,
    output logic        rx_ready_o,
    input  logic [7:0]  rx_data_i,
    output logic        word_valid_o,
    input  logic        word_ready_i,
    output logic [31:0] word_o,
    input  logic        word_valid_i,
    output logic        word_ready_o,
    input  logic [31:0] word_i,
    output logic        tx_valid_o,
    input  logic        tx_ready_i,
    output logic [7:0]  tx_data_o
);
  // ---- bytes to words ------------------------------------------------------------------------
  logic [23:0] before_q;  // the three bytes before the one that comes
  logic [1:0] count_q;
  logic [31:0] word, word_q;
  logic word_valid_q, take, found;
  assign word = {rx_data_i, before_q};
  assign found = hunt_i && word == xg_pkg::LINK_SYNC;
  assign rx_ready_o = !word_valid_q || word_ready_i;
  assign take = rx_valid_i && rx_ready_o;
  assign word_valid_o = word_valid_q;
  assign word_o = word_q;
  always_ff @(posedge clk_i) begin
    if (take) before_q <= word[31:8];
    if (take) word_q <= word;
  end
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      count_q <= 2'd0;
      word_valid_q <= 1'b0;
    end else begin
      if (word_ready_i) word_valid_q <= 1'b0;
      if (take) begin
        count_q <= found ? 2'd0 : count_q + 2'd1;
        word_valid_q <= found || count_q == 2'd3;
      end
    end
  end

  // ---- words to bytes ------------------------------------------------------------------------
  logic [31:0] out_q;
  logic [2:0] left_q;
  assign tx_valid_o = left_q != 3'd0;
  assign tx_data_o = out_q[7:0];
  assign word_ready_o = left_q == 3'd0 || (left_q == 3'd1 && tx_ready_i);
  always_ff @(posedge clk_i) begin
    if (word_valid_i && word_ready_o) out_q <= word_i;
    else if (tx_ready_i) out_q <= {8'd0, out_q[31:8]};
  end
  always_ff @(posedge clk_i) begin
    if (rst_i) left_q <= 3'd0;
    else if (word_valid_i && word_ready_o) left_q <= 3'd4;
    else if (tx_valid_o && tx_ready_i) left_q <= left_q - 3'd1;
  end
endmodule
