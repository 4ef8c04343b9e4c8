// Dwords of a run of memory, read ahead in bursts up to the ends of 64-byte lines: of the last line too, so
// that beats are left over behind a run; they go when the next one starts.
//
// next_valid_o and next_o show the dword behind the one that is delivered when both lie in one beat; with
// two_i (and word_ready_i) both are taken.
//
// start_i begins a run of count_i dwords at addr_i (wraps at 512 MiB); busy_o is high while dwords
// are left to be delivered, in the order of the addresses, as little-endian words. flush_i forgets
// the run; start_i may come in the cycle after, or with it, and then comes to nothing: flush_i may be late, and only
// ends what would otherwise begin.
//
// Writes by the device itself are told through snoop_*: when one meets dwords that were read ahead, or comes
// near them, they are read again. The new dwords can be relied on from the fourth cycle after the write.
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
    /* verilator lint_off UNUSED */
    input  logic [28:3] snoop_addr_i  // the block it is in matters
    /* verilator lint_on UNUSED */
);
  localparam int BLOCK = DEPTH_LOG2 + 4;  // log2 of its bytes: of twice the beats
  localparam logic [DEPTH_LOG2:0] ROOM = {1'b1, {DEPTH_LOG2{1'b0}}} - (DEPTH_LOG2 + 1)'(8);

  logic [28:2] at_q;        // next dword to deliver
  logic [21:0] left_q;      // dwords to deliver
  logic busy_q, one_q;      // there are some; there is one
  logic [28:3] next_q;      // next beat to ask for
  logic more_q;             // there are beats to ask for
  logic [28:2] end_q;       // behind the run
  logic [DEPTH_LOG2:0] pending_q;  // beats asked for that will be kept
  logic [7:0] drop_q;       // beats asked for that will not
  logic req_valid_q;
  logic [28:3] req_addr_q;
  logic [3:0] req_beats_q;
  logic snoop_q, hit_q;
  logic [28:BLOCK] snoop_addr_q;

  logic met, room, keep, word, again, restart, ask, fifo_valid, fifo_ready;
  logic [DEPTH_LOG2:0] level;
  logic [63:0] queue, beat_q;
  logic beat_valid_q, beat_done;
  logic [3:0] burst;
  logic [28:6] line_next;
  logic last_line;
  /* verilator lint_off UNUSED */
  logic fifo_wr_ready;  // room is kept for every beat that is asked for
  /* verilator lint_on UNUSED */

  xg_fifo #(
      .W(64),
      .DEPTH_LOG2(DEPTH_LOG2),
      .BLOCK(1)
  ) u_fifo (
      .clk_i,
      .rst_i,
      .flush_i   (restart || flush_i),
      .wr_valid_i(keep),
      .wr_ready_o(fifo_wr_ready),
      .wr_data_i (mrd_rdata_i),
      .rd_valid_o(fifo_valid),
      .rd_ready_i(fifo_ready),
      .rd_data_o (queue),
      .level_o   (level)
  );

  assign busy_o = busy_q;
  // The beat in hand stands in registers: the way out of block RAM is long, and so is what is done with a word.
  assign word_valid_o = beat_valid_q && !hit_q && busy_o;
  assign word_o = at_q[2] ? beat_q[63:32] : beat_q[31:0];
  assign word = word_valid_o && word_ready_i;
  assign next_valid_o = word_valid_o && !at_q[2] && !one_q;
  assign next_o = beat_q[63:32];
  assign beat_done = word && (at_q[2] || one_q || two_i);
  assign fifo_ready = !beat_valid_q || beat_done;

  assign mrd_valid_o = req_valid_q;
  assign mrd_addr_o = req_addr_q;
  assign mrd_beats_o = req_beats_q;
  assign keep = mrd_rvalid_i && drop_q == 8'd0;  // into a queue that restart or flush_i empties in this cycle: no harm

  // Beats asked for and not delivered yet, [at, next), are fewer than those of one block of memory, so they are
  // in the block of the first or in that of the next. What else is there costs a little time when it is written.
  assign met = snoop_q && (snoop_addr_q == at_q[28:BLOCK] || snoop_addr_q == next_q[28:BLOCK]);
  assign again = hit_q && busy_o;
  assign restart = start_i || again;
  assign burst = 4'd8 - {1'b0, next_q[5:3]};
  assign line_next = next_q[28:6] + 23'd1;
  assign last_line = next_q[28:6] == end_q[28:6] || (line_next == end_q[28:6] && end_q[5:2] == 4'd0);
  assign room = level + pending_q <= ROOM;
  assign ask = more_q && room && !req_valid_q;  // a burst in two cycles is enough, and whoever is ready is far away

  assign wake_o = req_valid_q || pending_q != '0 || drop_q != '0 || hit_q || met ||
                  (more_q && room) || (flush_i && (busy_o || beat_valid_q || level != '0));

  always_ff @(posedge clk_snoop_i) begin
    if (rst_i) snoop_q <= 1'b0;
    else snoop_q <= snoop_valid_i;
    if (snoop_valid_i) snoop_addr_q <= snoop_addr_i[28:BLOCK];
  end

  always_ff @(posedge clk_i) begin
    if (fifo_ready) beat_q <= queue;
    if (ask) begin
      req_addr_q <= next_q;
      req_beats_q <= burst;
    end
    if (start_i) begin
      at_q <= addr_i;
      end_q <= addr_i + {5'd0, count_i};
    end else if (word) at_q <= at_q + {25'd0, two_i, !two_i};
    if (restart) next_q <= start_i ? addr_i[28:3] : at_q[28:3];
    else if (ask) next_q <= {line_next, 3'd0};
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      left_q <= '0;
      busy_q <= 1'b0;
      one_q <= 1'b0;
      more_q <= 1'b0;
      pending_q <= '0;
      drop_q <= '0;
      req_valid_q <= 1'b0;
      hit_q <= 1'b0;
      beat_valid_q <= 1'b0;
    end else begin
      beat_valid_q <= !restart && !flush_i && (fifo_ready ? fifo_valid : beat_valid_q);
      hit_q <= met && !flush_i && !start_i;
      req_valid_q <= (ask && !restart && !flush_i) || (req_valid_q && !mrd_ready_i);
      if (flush_i) begin
        left_q <= '0;
        busy_q <= 1'b0;
        more_q <= 1'b0;
      end else begin
        if (start_i) begin
          left_q <= count_i;
          busy_q <= count_i != 22'd0;
          one_q <= count_i == 22'd1;
        end else if (word) begin
          left_q <= left_q - {20'd0, two_i, !two_i};
          busy_q <= !one_q && !(two_i && left_q == 22'd2);
          one_q <= left_q[21:2] == 20'd0 && left_q[1:0] == {1'b1, two_i};
        end
        if (restart) more_q <= 1'b1;
        else if (ask && last_line) more_q <= 1'b0;
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
