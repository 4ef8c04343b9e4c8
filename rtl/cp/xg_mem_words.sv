// Dwords of a run of memory, read ahead in bursts within 64-byte lines.
//
// next_valid_o and next_o show the dword behind the one that is delivered when both lie in one beat; with
// two_i (and word_ready_i) both are taken.
//
// start_i begins a run of count_i dwords at addr_i (wraps at 512 MiB); busy_o is high while dwords
// are left to be delivered, in the order of the addresses, as little-endian words. flush_i forgets
// the run; start_i may come in the cycle after. start_i and flush_i must not come together.
//
// Writes by the device itself are told through snoop_*: when one meets dwords that were read ahead,
// they are read again. The new dwords can be relied on from the fourth cycle after the write.
//
// clk_snoop_i runs in every cycle with snoop_valid_i and in the one after it. clk_i may stand still
// without wake_o, start_i, and a reader that takes words.
module xg_mem_words #(
    parameter int DEPTH_LOG2 = 5  // beats read ahead; 3 or more
) (
    input  logic        clk_i,
    input  logic        clk_snoop_i,
    output logic        wake_o,
    input  logic        rst_i,
    input  logic        flush_i,
    input  logic        start_i,
    input  logic [28:2] addr_i,
    input  logic [21:0] count_i,
    output logic        busy_o,
    output logic        word_valid_o,
    input  logic        word_ready_i,
    output logic [31:0] word_o,
    output logic        next_valid_o,
    output logic [31:0] next_o,
    input  logic        two_i,
    output logic        mrd_valid_o,
    input  logic        mrd_ready_i,
    output logic [28:3] mrd_addr_o,
    output logic [3:0]  mrd_beats_o,
    input  logic        mrd_rvalid_i,
    input  logic [63:0] mrd_rdata_i,
    input  logic        snoop_valid_i,
    input  logic [28:3] snoop_addr_i
);
  localparam logic [DEPTH_LOG2:0] ROOM = {1'b1, {DEPTH_LOG2{1'b0}}} - (DEPTH_LOG2 + 1)'(8);

  logic [28:2] at_q;        // next dword to deliver
  logic [21:0] left_q;      // dwords to deliver
  logic [28:3] next_q;      // next beat to ask for
  logic [21:0] beats_q;     // beats to ask for
  logic [DEPTH_LOG2:0] pending_q;  // beats asked for that will be kept
  logic [7:0] drop_q;       // beats asked for that will not
  logic req_valid_q;
  logic [28:3] req_addr_q;
  logic [3:0] req_beats_q;
  logic snoop_q, hit_q;
  logic [28:3] snoop_addr_q;

  logic met, room, keep, word, again, restart, ask, fifo_valid, fifo_ready;
  logic [DEPTH_LOG2:0] level;
  logic [63:0] beat;
  logic [28:3] window, distance;
  logic [3:0] line_left, burst;
  logic [28:2] base;
  logic [21:0] count;
  /* verilator lint_off UNUSED */
  logic fifo_wr_ready;  // room is kept for every beat that is asked for
  logic [22:0] halves;  // dwords from the start of the first beat, rounded up; bit 0 drops out
  /* verilator lint_on UNUSED */

  xg_fifo #(
      .W(64),
      .DEPTH_LOG2(DEPTH_LOG2)
  ) u_fifo (
      .clk_i,
      .rst_i,
      .flush_i   (restart || flush_i),
      .wr_valid_i(keep),
      .wr_ready_o(fifo_wr_ready),
      .wr_data_i (mrd_rdata_i),
      .rd_valid_o(fifo_valid),
      .rd_ready_i(fifo_ready),
      .rd_data_o (beat),
      .level_o   (level)
  );

  assign busy_o = left_q != 22'd0;
  assign word_valid_o = fifo_valid && !hit_q;
  assign word_o = at_q[2] ? beat[63:32] : beat[31:0];
  assign word = word_valid_o && word_ready_i;
  assign next_valid_o = word_valid_o && !at_q[2] && left_q != 22'd1;
  assign next_o = beat[63:32];
  assign fifo_ready = word && (at_q[2] || left_q == 22'd1 || two_i);

  assign mrd_valid_o = req_valid_q;
  assign mrd_addr_o = req_addr_q;
  assign mrd_beats_o = req_beats_q;
  assign keep = mrd_rvalid_i && drop_q == 8'd0 && !restart && !flush_i;

  // Beats asked for and not delivered yet: [at, next).
  assign window = next_q - at_q[28:3];
  assign distance = snoop_addr_q - at_q[28:3];
  assign met = snoop_q && distance < window;
  assign again = hit_q && busy_o && !flush_i;
  assign restart = start_i || again;
  assign base = start_i ? addr_i : at_q;
  assign count = start_i ? count_i : left_q;
  assign halves = {1'b0, count} + {22'd0, base[2]} + 23'd1;

  assign line_left = 4'd8 - {1'b0, next_q[5:3]};
  assign burst = (beats_q < {18'd0, line_left}) ? beats_q[3:0] : line_left;
  assign room = level + pending_q <= ROOM;
  assign ask = beats_q != 22'd0 && room && (!req_valid_q || mrd_ready_i) && !restart && !flush_i;

  assign wake_o = req_valid_q || pending_q != '0 || drop_q != '0 || hit_q || met ||
                  (beats_q != 22'd0 && room) || (flush_i && (busy_o || level != '0));

  always_ff @(posedge clk_snoop_i) begin
    if (rst_i) snoop_q <= 1'b0;
    else snoop_q <= snoop_valid_i;
    if (snoop_valid_i) snoop_addr_q <= snoop_addr_i;
  end

  always_ff @(posedge clk_i) begin
    if (ask) begin
      req_addr_q <= next_q;
      req_beats_q <= burst;
    end
    if (restart) begin
      at_q <= base;
      next_q <= base[28:3];
    end else begin
      if (word) at_q <= at_q + {25'd0, two_i, !two_i};
      if (ask) next_q <= next_q + {22'd0, burst};
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      left_q <= '0;
      beats_q <= '0;
      pending_q <= '0;
      drop_q <= '0;
      req_valid_q <= 1'b0;
      hit_q <= 1'b0;
    end else begin
      hit_q <= met && !flush_i && !start_i;
      req_valid_q <= ask || (req_valid_q && !mrd_ready_i);
      if (flush_i) begin
        left_q <= '0;
        beats_q <= '0;
      end else if (restart) begin
        left_q <= count;
        beats_q <= halves[22:1];
      end else begin
        if (word) left_q <= left_q - {20'd0, two_i, !two_i};
        if (ask) beats_q <= beats_q - {18'd0, burst};
      end
      if (restart || flush_i) begin
        pending_q <= '0;
        drop_q <= drop_q + 8'(pending_q) - {7'd0, mrd_rvalid_i};
      end else begin
        pending_q <= pending_q + (ask ? (DEPTH_LOG2 + 1)'(burst) : '0) - {{DEPTH_LOG2{1'b0}}, keep};
        if (mrd_rvalid_i && drop_q != 8'd0) drop_q <= drop_q - 8'd1;
      end
    end
  end
endmodule
