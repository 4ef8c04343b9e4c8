// Puts the codes of components, which come from the lowest up, together to words of the destination line.
// A pixel of 8, 16 or 32 bits ends with end_i, a larger one each of its 32-bit words.
`include "xg_types.svh"

module xg_copy_pack (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic [2:0]  log2_i,   // of the bytes of a pixel
    input  logic        valid_i,
    input  logic        end_i,
    input  logic [4:0]  at_i,     // first bit of the code
    input  logic [31:0] code_i,   // no bits above its own; of more than 16 bits: at 0
    output logic        busy_o,
    output logic        valid_o,  // to be taken at once
    output logic [63:0] word_o
);
  logic [31:0] part_q;
  logic full_q, fresh_q;          // part_q is whole; the next code starts another
  logic [63:0] word_q;
  logic [2:0] count_q;
  logic valid_q, filled;
  assign busy_o = full_q || valid_q;
  assign valid_o = valid_q;
  assign word_o = word_q;
  always_comb begin
    case (log2_i)
      3'd0:    filled = count_q == 3'd7;
      3'd1:    filled = count_q[1:0] == 2'd3;
      default: filled = count_q[0];
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (valid_i) part_q <= (fresh_q ? 32'd0 : part_q) | {16'd0, code_i[15:0]} << at_i | {code_i[31:16], 16'd0};
    if (full_q) begin
      case (log2_i)
        3'd0:    word_q <= {part_q[7:0], word_q[63:8]};
        3'd1:    word_q <= {part_q[15:0], word_q[63:16]};
        default: word_q <= {part_q, word_q[63:32]};
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      full_q <= 1'b0;
      fresh_q <= 1'b1;
      count_q <= '0;
      valid_q <= 1'b0;
    end else begin
      full_q <= valid_i && end_i;
      if (valid_i) fresh_q <= end_i;
      if (full_q) count_q <= filled ? 3'd0 : count_q + 3'd1;
      valid_q <= full_q && filled;
    end
  end
endmodule
