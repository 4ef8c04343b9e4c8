// CRC5 of the eleven bits of a token, as its five bits stand in the packet's last byte (USB 2.0, 8.3.5.1): the
// bits go through x^5 + x^2 + 1 in the order of the wire, bit 0 first, and the rest is inverted.
module xg_usb_crc5 (
    input  logic [10:0] bits_i,
    output logic [4:0]  crc_o
);
  logic [4:0] rest;  // bit 0: the coefficient of x^4
  always_comb begin
    rest = 5'h1F;
    for (int b = 0; b < 11; b = b + 1) rest = {1'b0, rest[4:1]} ^ ((rest[0] ^ bits_i[b]) ? 5'h14 : 5'h00);
  end
  assign crc_o = ~rest;
endmodule
