// Packets out as the bytes that xg_ulpi_link takes: TX CMD with the PID, and for data packets (PID xx11) len_i bytes
// of payload and their CRC16.
//
// start_i with pid_i and len_i (which stay until done or abort) begins a packet; busy_o is high until the last byte has
// been given away. The payload is read from a memory with a registered output: data_i is the byte
// whose number index_o was before the last edge. abort_i drops what has not been given away.
module xg_usb_tx (
    input  logic       clk_i,
    input  logic       rst_i,
    input  logic       start_i,
    input  logic [3:0] pid_i,
    input  logic [9:0] len_i,
    input  logic       abort_i,
    output logic       busy_o,
    output logic [8:0] index_o,
    input  logic [7:0] data_i,
    output logic       tx_valid_o,
    input  logic       tx_ready_i,
    output logic [7:0] tx_data_o,
    output logic       tx_last_o
);
  localparam logic [2:0] REST = 3'd0, PID = 3'd1, PAYLOAD = 3'd2, CRC_LOW = 3'd3, CRC_HIGH = 3'd4;
  logic [2:0] state_q, state_d;
  logic [9:0] index_q, index_d;
  logic [15:0] crc_q, crc_next;
  logic valid, ready, last, step;
  logic [7:0] data;

  xg_usb_crc16 u_crc (
      .crc_i (crc_q),
      .data_i,
      .crc_o (crc_next),
      .rest_o()
  );
  assign valid = state_q != REST;
  assign busy_o = valid || tx_valid_o;
  assign step = valid && ready;
  // One ahead while payload goes, so that data_i keeps step.
  assign index_d = state_q == PAYLOAD && ready ? index_q + 10'd1 : index_q;
  assign index_o = index_d[8:0];

  always_comb begin
    state_d = state_q;
    data = {4'b0100, pid_i};
    last = 1'b0;
    case (state_q)
      REST: if (start_i) state_d = PID;
      PID: begin
        last = pid_i[1:0] != 2'b11;
        if (ready) state_d = last ? REST : (len_i == 10'd0) ? CRC_LOW : PAYLOAD;
      end
      PAYLOAD: begin
        data = data_i;
        if (ready && index_d == len_i) state_d = CRC_LOW;
      end
      CRC_LOW: begin
        data = ~crc_q[7:0];
        if (ready) state_d = CRC_HIGH;
      end
      default: begin
        data = ~crc_q[15:8];
        last = 1'b1;
        if (ready) state_d = REST;
      end
    endcase
    if (rst_i || abort_i) state_d = REST;
  end
  always_ff @(posedge clk_i) begin
    state_q <= state_d;
    index_q <= state_q == REST ? 10'd0 : index_d;
    if (state_q == REST) crc_q <= 16'hFFFF;
    else if (state_q == PAYLOAD && step) crc_q <= crc_next;
  end

  // The PHY's NXT comes late in a cycle: it ends here.
  xg_skid #(
      .W(9)
  ) u_skid (
      .clk_i,
      .rst_i      (rst_i || abort_i),
      .in_valid_i (valid),
      .in_ready_o (ready),
      .in_data_i  ({last, data}),
      .out_valid_o(tx_valid_o),
      .out_ready_i(tx_ready_i),
      .out_data_o ({tx_last_o, tx_data_o})
  );
endmodule
