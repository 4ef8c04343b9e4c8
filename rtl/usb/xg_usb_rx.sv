// Packets from the bytes between the PHY's RxActive and its end: PID, token fields, payload, checks.
//
// pkt_o is high for one cycle behind the end of a packet; what it was stays until the next begins. ok_o: the PID and its
// complement agree, the length fits the kind, the CRC is right, the PHY saw no error. The payload of a data
// packet comes while the packet does, two bytes behind, because the last two are its CRC: who keeps it
// must be able to drop it when pkt_o says so. len_o counts payload bytes and stands still at 2,045.
module xg_usb_rx (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        active_i,
    input  logic        valid_i,
    input  logic [7:0]  data_i,
    input  logic        error_i,
    output logic        byte_valid_o,
    output logic [7:0]  byte_o,
    output logic        pkt_o,
    output logic        ok_o,
    output logic [3:0]  pid_o,
    output logic [6:0]  addr_o,
    output logic [3:0]  ep_o,
    output logic [10:0] len_o
);
  localparam logic [10:0] MANY = 11'h7FF;

  logic active_q, have_pid_q, pid_ok_q, error_q, crc16_ok;
  logic [3:0] pid_q;
  logic [10:0] count_q;  // bytes behind the PID
  logic [7:0] near_q, far_q;
  logic [15:0] crc_q, crc_next;
  logic [4:0] crc5;

  xg_usb_crc16 u_crc16 (
      .crc_i (crc_q),
      .data_i,
      .crc_o (crc_next),
      .rest_o(crc16_ok)
  );
  xg_usb_crc5 u_crc5 (
      .bits_i({near_q[2:0], far_q}),
      .crc_o (crc5)
  );

  logic is_token, fits;
  assign is_token = pid_q[1:0] == 2'b01 || pid_q == 4'b0100;  // OUT, IN, SOF, SETUP, PING
  always_comb begin
    if (is_token) fits = count_q == 11'd2 && near_q[7:3] == crc5;
    else if (pid_q[1:0] == 2'b11) fits = count_q >= 11'd2 && count_q != MANY && crc16_ok;
    else if (pid_q[1:0] == 2'b10) fits = count_q == 11'd0;
    else fits = 1'b0;
  end
  assign ok_o = have_pid_q && pid_ok_q && !error_q && fits;
  assign pid_o = pid_q;
  assign addr_o = far_q[6:0];
  assign ep_o = {near_q[2:0], far_q[7]};
  assign len_o = count_q - 11'd2;
  assign byte_valid_o = active_i && valid_i && have_pid_q && pid_q[1:0] == 2'b11 && count_q >= 11'd2;
  assign byte_o = far_q;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      active_q <= 1'b0;
      pkt_o <= 1'b0;
      have_pid_q <= 1'b0;
      error_q <= 1'b0;
    end else begin
      active_q <= active_i;
      pkt_o <= active_q && !active_i;
      if (active_i && !active_q) begin
        have_pid_q <= 1'b0;
        error_q <= 1'b0;
      end
      if (active_i && valid_i) have_pid_q <= 1'b1;
      if (active_i && error_i) error_q <= 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (active_i && valid_i) begin
      if (!have_pid_q) begin
        pid_q <= data_i[3:0];
        pid_ok_q <= data_i[7:4] == ~data_i[3:0];
        count_q <= 11'd0;
        crc_q <= 16'hFFFF;
      end else begin
        near_q <= data_i;
        far_q <= near_q;
        crc_q <= crc_next;
        if (count_q != MANY) count_q <= count_q + 11'd1;
      end
    end
  end
endmodule
