// Puts the codes of components together to pixels and pixels to words of the destination line, in
// order; with 8in128 the upper word of a 16-byte pixel comes first. A word is not held: valid_o is
// to be taken.
`include "xg_types.svh"

module xg_copy_pack (
    input  logic          clk_i,
    input  logic          rst_i,
    /* verilator lint_off UNUSED */
    input  xg_copy_mode_t mode_i,
    /* verilator lint_on UNUSED */
    input  logic          valid_i,
    input  logic          last_i,
    input  logic          wanted_i,
    input  logic [1:0]    slot_i,
    input  logic [31:0]   code_i,
    output logic          busy_o,
    output logic          valid_o,
    output logic [63:0]   word_o
);
  // ---- the pixel ----
  logic single, wide;            // 32 bits a component; 16 of a pixel of 64
  logic [127:0] pixel_q;
  logic full_q, fresh_q;         // pixel_q is whole; the next code starts another
  logic [1:0] at;                // 32-bit word
  logic [31:0] placed;
  /* verilator lint_off UNUSED */
  logic [9:0] place;
  /* verilator lint_on UNUSED */
  assign single = xg_fn_pkg::dest_single(mode_i.dest);
  assign wide = mode_i.log2 == 3'd3;
  assign place = xg_fn_pkg::dest_place(mode_i.dest, slot_i);
  assign at = single ? slot_i : wide ? {1'b0, slot_i[1]} : 2'd0;
  assign placed = single ? code_i : {16'd0, code_i[15:0]} << place[9:5];
  for (genvar w = 0; w < 4; w++) begin : g_word
    always_ff @(posedge clk_i) begin
      if (valid_i) pixel_q[32*w+:32] <= (fresh_q ? 32'd0 : pixel_q[32*w+:32]) | ((wanted_i && at == 2'(w)) ? placed : 32'd0);
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      full_q <= 1'b0;
      fresh_q <= 1'b1;
    end else begin
      full_q <= valid_i && last_i;
      if (valid_i) fresh_q <= last_i;
    end
  end

  // ---- the word ----
  logic [63:0] word_q, other_q;
  logic [2:0] count_q;
  logic valid_q, more_q;         // word_q goes out; other_q follows
  logic filled, upper_first;
  assign upper_first = mode_i.endian == 3'd5;
  assign valid_o = valid_q;
  assign word_o = word_q;
  assign busy_o = full_q || valid_q || more_q;
  always_comb begin
    case (mode_i.log2)
      3'd0:    filled = count_q == 3'd7;
      3'd1:    filled = count_q[1:0] == 2'd3;
      3'd2:    filled = count_q[0];
      default: filled = 1'b1;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (full_q) begin
      case (mode_i.log2)
        3'd0:    word_q <= {pixel_q[7:0], word_q[63:8]};
        3'd1:    word_q <= {pixel_q[15:0], word_q[63:16]};
        3'd2:    word_q <= {pixel_q[31:0], word_q[63:32]};
        3'd3:    word_q <= pixel_q[63:0];
        default: word_q <= upper_first ? pixel_q[127:64] : pixel_q[63:0];
      endcase
      other_q <= upper_first ? pixel_q[63:0] : pixel_q[127:64];
    end else if (more_q) word_q <= other_q;
  end
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      count_q <= '0;
      valid_q <= 1'b0;
      more_q <= 1'b0;
    end else begin
      if (full_q) count_q <= filled ? 3'd0 : count_q + 3'd1;
      valid_q <= (full_q && filled) || more_q;
      more_q <= full_q && mode_i.log2 == 3'd4;
    end
  end
endmodule
