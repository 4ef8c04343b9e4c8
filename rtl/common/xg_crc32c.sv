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
  // A word goes in at once: every bit of the sum of word and checksum adds what 32 steps of the division by the polynomial
  // (82F63B78) make of it alone. Four at a time, so that no path is long.
  localparam logic [1023:0] AFTER = {
      32'h82F63B78, 32'h417B1DBC, 32'h20BD8EDE, 32'h105EC76F,
      32'h8AD958CF, 32'hC79A971F, 32'hE13B70F7, 32'hF26B8303,
      32'hFBC3FAF9, 32'hFF17C604, 32'h7F8BE302, 32'h3FC5F181,
      32'h9D14C3B8, 32'h4E8A61DC, 32'h274530EE, 32'h13A29877,
      32'h8B277743, 32'hC76580D9, 32'hE144FB14, 32'h70A27D8A,
      32'h38513EC5, 32'h9EDEA41A, 32'h4F6F520D, 32'hA541927E,
      32'h52A0C93F, 32'hABA65FE7, 32'hD725148B, 32'hE964B13D,
      32'hF64463E6, 32'h7B2231F3, 32'hBF672381, 32'hDD45AAB8};

  logic [31:0] crc_q;
  assign crc_o = ~crc_q;

  function automatic logic [31:0] crc_next(input logic [31:0] crc, input logic [31:0] data);
    logic [31:0] sum, c;
    sum = crc ^ data;
    c = 32'd0;
    for (int i = 0; i < 32; i += 4)
      c = c ^ (({32{sum[i]}} & AFTER[32*i+:32]) ^ ({32{sum[i+1]}} & AFTER[32*i+32+:32]) ^
               ({32{sum[i+2]}} & AFTER[32*i+64+:32]) ^ ({32{sum[i+3]}} & AFTER[32*i+96+:32]));
    crc_next = c;
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_i) crc_q <= crc_next(init_i ? 32'hFFFFFFFF : crc_q, data_i);
  end
endmodule
