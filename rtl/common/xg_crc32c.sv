// CRC-32C (Castagnoli, reflected, as in RFC 3720) over a stream of 32-bit words, each taken as
// four little-endian bytes. crc_o is the finished value over the words since init_i, those of
// earlier edges; init_i with valid_i starts over with this word as the first.
module xg_crc32c (
    input  logic        clk_i,
    input  logic        init_i,
    input  logic        valid_i,
    input  logic [31:0] data_i,
    output logic [31:0] crc_o
);
  localparam logic [31:0] POLYNOMIAL = 32'h82F63B78;

  logic [31:0] crc_q;
  assign crc_o = ~crc_q;

  function automatic logic [31:0] crc_next(input logic [31:0] crc, input logic [31:0] data);
    logic [31:0] c;
    c = crc ^ data;
    for (int i = 0; i < 32; i++) c = {1'b0, c[31:1]} ^ (c[0] ? POLYNOMIAL : 32'h0);
    crc_next = c;
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_i) crc_q <= crc_next(init_i ? 32'hFFFFFFFF : crc_q, data_i);
  end
endmodule
