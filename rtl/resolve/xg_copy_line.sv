// Output side of a copy: converts the words that come from eDRAM, writes each 64-byte line to
// memory (eight beats), then pushes it to the host.
//
// line_ready_o says that there is room for a line, and stays until line_valid_i, which gives the address of
// the line whose last word was asked for. Words arrive in the order of the line. A line's frame starts after its
// beats were taken, so that the frame never waits for memory; meanwhile the next line is written.
module xg_copy_line (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        line_valid_i,
    output logic        line_ready_o,
    input  logic [28:6] line_addr_i,
    input  logic        word_valid_i,
    input  logic [63:0] word_i,
    input  logic [3:0]  format_i,      // colour format
    input  logic        red_blue_i,
    input  logic [2:0]  endian_i,
    output logic        idle_o,        // nothing is left in here
    output logic        mwr_valid_o,
    input  logic        mwr_ready_i,
    output logic [28:3] mwr_addr_o,
    output logic [63:0] mwr_data_o,
    output logic        eff_valid_o,
    input  logic        eff_ready_i,
    output logic [28:6] eff_line_o,
    output logic        svalid_o,
    input  logic        sready_i,
    output logic [31:0] sdata_o
);
  logic addr_room, addr_valid, addr_pop, out_room, out_valid, beat_valid, beat_ready;
  logic [28:6] addr;
  logic [63:0] beat, converted;
  logic [31:0] low, high;
  logic [5:0] reserved_q;  // words announced and not written to memory yet
  logic [2:0] beat_q;
  logic half_q;            // half of the line store being written
  logic [4:0] word_q;      // {half, 32-bit word} being pushed
  logic [63:0] store [0:15];
  logic [63:0] pushed;
  logic last_beat, announce;
  /* verilator lint_off UNUSED */
  logic beat_room;         // kept by counting
  logic [5:0] beat_level;
  logic [3:0] addr_level;
  logic [1:0] out_level;
  /* verilator lint_on UNUSED */

  // ---- conversion: a word holds two pixels ----
  always_comb begin
    low = red_blue_i ? xg_fn_pkg::swap_red_blue(word_i[31:0], format_i) : word_i[31:0];
    high = red_blue_i ? xg_fn_pkg::swap_red_blue(word_i[63:32], format_i) : word_i[63:32];
    case (endian_i)
      3'd0, 3'd1, 3'd2, 3'd3:
        converted = {xg_fn_pkg::swap32(high, endian_i[1:0]), xg_fn_pkg::swap32(low, endian_i[1:0])};
      // 8in64; 8in128 too: eDRAM is read with the two words of a group exchanged.
      3'd4, 3'd5: converted = {xg_fn_pkg::bswap32(low), xg_fn_pkg::bswap32(high)};
      default: converted = {high, low};
    endcase
  end

  assign line_ready_o = addr_room && reserved_q <= 6'd24;
  assign announce = line_valid_i && line_ready_o;

  xg_fifo #(
      .W(64),
      .DEPTH_LOG2(5)
  ) u_beats (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(word_valid_i),
      .wr_ready_o(beat_room),
      .wr_data_i (converted),
      .rd_valid_o(beat_valid),
      .rd_ready_i(beat_ready),
      .rd_data_o (beat),
      .level_o   (beat_level)
  );
  xg_fifo #(
      .W(23),
      .DEPTH_LOG2(3)
  ) u_addr (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(announce),
      .wr_ready_o(addr_room),
      .wr_data_i (line_addr_i),
      .rd_valid_o(addr_valid),
      .rd_ready_i(addr_pop),
      .rd_data_o (addr),
      .level_o   (addr_level)
  );

  // ---- to memory ----
  // A line may start when its half of the store is free: at most one line is being pushed.
  assign mwr_valid_o = beat_valid && addr_valid && out_room;
  assign mwr_addr_o = {addr, beat_q};
  assign mwr_data_o = beat;
  assign beat_ready = mwr_valid_o && mwr_ready_i;
  assign last_beat = beat_ready && beat_q == 3'd7;
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
  assign pushed = store[word_q[4:1]];
  assign svalid_o = out_valid;
  assign sdata_o = word_q[0] ? pushed[63:32] : pushed[31:0];
  assign idle_o = reserved_q == 6'd0 && !out_valid;

  always_ff @(posedge clk_i) begin
    if (beat_ready) store[{half_q, beat_q}] <= beat;
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      reserved_q <= '0;
      beat_q <= '0;
      half_q <= 1'b0;
      word_q <= '0;
    end else begin
      reserved_q <= reserved_q + (announce ? 6'd8 : 6'd0) - {5'd0, beat_ready};
      if (beat_ready) beat_q <= beat_q + 3'd1;
      if (last_beat) half_q <= !half_q;
      if (svalid_o && sready_i) word_q <= word_q + 5'd1;
    end
  end
endmodule
