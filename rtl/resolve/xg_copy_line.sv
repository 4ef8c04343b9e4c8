// Output side of a copy: swaps bytes, writes each 64-byte line to memory (eight beats), then tells its
// address.
//
// line_valid_i announces a line that will come and its address; line_ready_o is low while there is
// no room for it. Words arrive in the order of the line. A line is told after its beats were taken;
// meanwhile the next one is written.
module xg_copy_line (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        line_valid_i,
    output logic        line_ready_o,
    input  logic [28:6] line_addr_i,
    input  logic        word_valid_i,
    output logic        word_ready_o,
    output logic        word_half_o,   // there is room for 16 of them
    input  logic [63:0] word_i,
    input  logic [2:0]  endian_i,
    output logic        idle_o,        // no line is announced and not yet told
    output logic        mwr_valid_o,
    input  logic        mwr_ready_i,
    output logic [28:3] mwr_addr_o,
    output logic [63:0] mwr_data_o,
    output logic        eff_valid_o,
    input  logic        eff_ready_i,
    output logic [28:6] eff_line_o
);
  logic addr_room, addr_valid, addr_pop, out_room, out_valid, beat_valid, beat_ready, move, full_q;
  logic [28:6] addr;
  logic [63:0] beat;
  logic [2:0] beat_q;
  logic last_beat;
  logic [6:0] beat_level;
  logic [3:0] addr_level;
  /* verilator lint_off UNUSED */
  logic [1:0] out_level;
  /* verilator lint_on UNUSED */

  assign line_ready_o = addr_room;
  // A cycle late: at most one word came in since.
  always_ff @(posedge clk_i) word_half_o <= beat_level <= 7'd47;

  xg_fifo #(
      .W(64),
      .DEPTH_LOG2(6)
  ) u_beats (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(word_valid_i),
      .wr_ready_o(word_ready_o),
      .wr_data_i (word_i),
      .rd_valid_o(beat_valid),
      .rd_ready_i(beat_ready),
      .rd_data_o (beat),
      .level_o   (beat_level)
  );
  xg_fifo #(
      .W(23),
      .DEPTH_LOG2(3)  // not in block RAM, which is slow: the page gate compares the address
  ) u_addr (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(line_valid_i),
      .wr_ready_o(addr_room),
      .wr_data_i (line_addr_i),
      .rd_valid_o(addr_valid),
      .rd_ready_i(addr_pop),
      .rd_data_o (addr),
      .level_o   (addr_level)
  );

  // ---- to memory: swapped in a stage of its own ----
  logic [63:0] data_q;
  assign mwr_valid_o = full_q && addr_valid && out_room;
  assign mwr_data_o = data_q;
  assign mwr_addr_o = {addr, beat_q};
  // Bytes of each half, halves of each word, words: 8in64 does all three, and so does 8in128, whose words
  // come with the two of a group exchanged.
  logic by_byte, by_half, by_word;
  logic [63:0] bytes, halves;
  assign by_byte = endian_i == 3'd1 || endian_i == 3'd2 || by_word;
  assign by_half = endian_i == 3'd2 || endian_i == 3'd3 || by_word;
  assign by_word = endian_i == 3'd4 || endian_i == 3'd5;
  assign bytes = by_byte ? {xg_fn_pkg::swap32(beat[63:32], 2'd1), xg_fn_pkg::swap32(beat[31:0], 2'd1)} : beat;
  assign halves = by_half ? {xg_fn_pkg::swap32(bytes[63:32], 2'd3), xg_fn_pkg::swap32(bytes[31:0], 2'd3)} : bytes;
  assign move = mwr_valid_o && mwr_ready_i;
  assign beat_ready = !full_q || move;
  assign last_beat = move && beat_q == 3'd7;
  always_ff @(posedge clk_i) begin
    if (beat_ready) data_q <= by_word ? {halves[31:0], halves[63:32]} : halves;
  end
  assign addr_pop = last_beat;

  // ---- to the host ----
  xg_fifo #(
      .W(23),
      .DEPTH_LOG2(1)
  ) u_out (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(last_beat),
      .wr_ready_o(out_room),
      .wr_data_i (addr),
      .rd_valid_o(out_valid),
      .rd_ready_i(eff_ready_i),
      .rd_data_o (eff_line_o),
      .level_o   (out_level)
  );
  assign eff_valid_o = out_valid;
  assign idle_o = addr_level == 4'd0 && !out_valid;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      beat_q <= '0;
      full_q <= 1'b0;
    end else begin
      if (move) beat_q <= beat_q + 3'd1;
      if (beat_ready) full_q <= beat_valid;
    end
  end
endmodule
