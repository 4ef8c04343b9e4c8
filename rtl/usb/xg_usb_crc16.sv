// One byte of the CRC16 of data packets (USB 2.0, 8.3.5.2): x^16 + x^15 + x^2 + 1, bits in the order of the wire, bit 0
// of crc_i being the coefficient of x^15. It starts as all ones; a packet carries it inverted,
// the low byte first. A packet with its own CRC behind it leaves what rest_o names.
module xg_usb_crc16 (
    input  logic [15:0] crc_i,
    input  logic [7:0]  data_i,
    output logic [15:0] crc_o,
    output logic        rest_o  // crc_i is what a whole packet leaves
);
  always_comb begin
    crc_o = crc_i;
    for (int b = 0; b < 8; b = b + 1) crc_o = {1'b0, crc_o[15:1]} ^ ((crc_o[0] ^ data_i[b]) ? 16'hA001 : 16'h0000);
  end
  assign rest_o = crc_i == 16'hB001;
endmodule
