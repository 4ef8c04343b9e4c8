// Sticky error word and first-fault record. first_o stays high until the first error since reset;
// clearing bits does not arm it again.
module xg_cp_errors (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        set_i,
    input  logic [31:0] bits_i,
    input  logic [31:0] addr_i,
    input  logic [31:0] packet_i,
    input  logic [31:0] clear_i,
    output logic        first_o,
    output logic [31:0] bits_o,
    output logic [31:0] addr_o,
    output logic [31:0] packet_o
);
  logic first_q;
  logic [31:0] bits_q, addr_q, packet_q;

  assign first_o = first_q;
  assign bits_o = bits_q;
  assign addr_o = addr_q;
  assign packet_o = packet_q;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      first_q <= 1'b1;
      bits_q <= '0;
      addr_q <= '0;
      packet_q <= '0;
    end else begin
      bits_q <= (bits_q & ~clear_i) | (set_i ? bits_i : 32'd0);
      if (set_i && first_q) begin
        first_q <= 1'b0;
        addr_q <= addr_i;
        packet_q <= packet_i;
      end
    end
  end
endmodule
