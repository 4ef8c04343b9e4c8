// Transmitter of link frames: chooses among three streams of frames (the classes of credits: answers, effects, faults),
// frame by frame in turn, puts the sequence number into bits 23:16 of each first word, keeps the words
// until the other side has acknowledged them, and appends the CRC-32C. Between frames it says what the
// receiver has to say (CREDIT_GRANT, NAK: not numbered, not kept).
//
// A stream gives whole frames (w0, address, payload; last with the final word) and, once it has
// shown a first word, goes on without waiting for anything but board memory. A frame is taken only when the
// other side's credit and the room here are enough for the longest one, so that it never stops in the middle for
// them. With again_i, or when nothing was acknowledged for a while, everything from the first frame on that was not is
// sent again, after a SYNC word.
module xg_link_tx #(
    parameter int DEPTH_LOG2 = 13,   // words kept
    parameter int FRAMES_LOG2 = 6,   // frames kept; at most 6: tags of twice as many must differ
    parameter int LONGEST = 2050,    // words of a frame without its checksum
    parameter int CREDIT_LOG2 = 12,  // credit of classes 0 and 1 that a frame needs; at least LONGEST + 2 words
    parameter int TIMER_LOG2 = 20,   // clocks without an acknowledgement
    parameter int CALM_LOG2 = 14,    // clocks between two answers to a NAK that says nothing new
    parameter int HOLD_LOG2 = 15     // clocks between two CREDIT_GRANT, if nothing is pressing
) (
    input  logic        clk_i,
    input  logic        clk_count_i,  // the clock that never stands still
    output logic        wake_o,
    input  logic        rst_i,
    input  logic        drop_i,      // HELLO is on its way: what the streams say is nobody's
    input  logic        restart_i,   // HELLO takes effect: number frames from 0, keep nothing
    input  logic [2:0]  in_valid_i,
    output logic [2:0]  in_ready_o,
    input  logic [31:0] in0_data_i,
    input  logic [31:0] in1_data_i,
    input  logic [31:0] in2_data_i,
    input  logic [2:0]  in_last_i,
    // from the receiver: see xg_link_rx
    input  logic        hello_i,
    input  logic        peer_valid_i,
    input  logic        peer_again_i,
    input  logic [7:0]  peer_tag_i,
    input  logic [47:0] peer_credit_i,
    input  logic        accepted_i,
    input  logic        repeated_i,
    input  logic        taken_i,     // pulse: a word has left the receiver's queue
    input  logic        answer_i,    // pulse: a word of class 0 has
    input  logic [23:0] session_i,
    input  logic [7:0]  expect_i,
    input  logic [47:0] granted_i,
    input  logic        nak_valid_i,
    output logic        nak_ready_o,
    input  logic [7:0]  nak_reason_i,
    output logic        out_valid_o,
    input  logic        out_ready_i,
    output logic [31:0] out_data_o
);
  localparam int SIZE = 1 << DEPTH_LOG2;
  localparam int SPARE = SIZE - LONGEST - 4;  // most words kept when a frame may begin
  localparam logic [DEPTH_LOG2:0] HEAD = {{(DEPTH_LOG2 - 1) {1'b0}}, 2'd2};  // words of a frame before its payload
  localparam logic [15:0] NEEDED = 16'd1 << CREDIT_LOG2;
  // Words taken, and frames accepted, after which CREDIT_GRANT does not wait. On a FT232H each costs a packet of the
  // thirteen in a microframe.
  localparam int TAKEN_LOG2 = 12;
  localparam int ACCEPTED_LOG2 = 5;
  // There is credit for one tile, so the next one waits for this: words of class 0 that the other side has not heard of,
  // and clocks since the last of them (inside a tile it would have to be said again).
  localparam int OWED_LOG2 = 5;
  localparam int CALM_TILE_LOG2 = 6;
  logic flush;
  assign flush = drop_i || restart_i;

  // ---- credit -----------------------------------------------------------------------------------
  logic [15:0] granted0_q, granted1_q, granted2_q, used0_q, used1_q, used2_q, left0, left1, left2;
  logic [2:0] credit_q;
  // Modulo 2**16; less than none left is very much.
  function automatic logic enough(input logic [15:0] left, input logic [15:0] needed);
    enough = left >= needed && left < 16'h8000;
  endfunction
  assign left0 = granted0_q - used0_q;
  assign left1 = granted1_q - used1_q;
  assign left2 = granted2_q - used2_q;
  always_ff @(posedge clk_i) begin
    if (rst_i || hello_i) {granted2_q, granted1_q, granted0_q} <= '0;
    else if (peer_valid_i) {granted2_q, granted1_q, granted0_q} <= peer_credit_i;
    credit_q <= {enough(left2, 16'd16), enough(left1, NEEDED), enough(left0, NEEDED)};
  end

  // ---- in: a frame at a time -----------------------------------------------------------------------
  logic body_q, drop_q, room_q, may_start, some, first, last, move, write;
  logic [2:0] grant, grant_q, sel;
  logic [7:0] next_tag_q, tail_tag_q, sent_tag_q;
  logic [DEPTH_LOG2:0] wptr_q, rptr_q, tail_q, level;
  logic [31:0] word;
  logic lengths_ready, length_valid, pop;
  logic [DEPTH_LOG2-1:0] length, first_length;
  assign may_start = room_q && lengths_ready;

  xg_arbiter #(
      .N(3)
  ) u_arbiter (
      .clk_i,
      .rst_i,
      .req_i  (in_valid_i & ({3{flush}} | ({3{may_start}} & credit_q))),
      .take_i (!body_q),
      .valid_o(some),
      .grant_o(grant),
      .index_o()
  );
  assign sel = body_q ? grant_q : grant;
  assign first = !body_q;
  assign move = body_q ? (in_valid_i & grant_q) != '0 : some;
  assign last = body_q && (in_last_i & grant_q) != '0;
  assign in_ready_o = sel;
  assign write = move && !flush && (first || !drop_q);
  assign word = ((sel[2] ? in2_data_i : sel[1] ? in1_data_i : in0_data_i) & ~{8'd0, {8{first}}, 16'd0}) |
                {8'd0, {8{first}} & next_tag_q, 16'd0};
  assign first_length = sel[2] ? in2_data_i[DEPTH_LOG2-1:0] : sel[1] ? in1_data_i[DEPTH_LOG2-1:0] : in0_data_i[DEPTH_LOG2-1:0];
  assign level = wptr_q - tail_q;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      body_q <= 1'b0;
      drop_q <= 1'b0;
      grant_q <= '0;
    end else begin
      if (move) begin
        body_q <= !last;
        if (first) grant_q <= grant;
      end
      if (move && first) drop_q <= flush;
      else if (flush) drop_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    room_q <= level <= SPARE[DEPTH_LOG2:0];
    if (rst_i || flush) begin
      wptr_q <= '0;
      next_tag_q <= 8'd0;
      {used2_q, used1_q, used0_q} <= '0;
    end else if (write) begin
      wptr_q <= wptr_q + 1'b1;
      if (first) next_tag_q <= next_tag_q + 8'd1;
      // The checksum counts with the first word.
      if (sel[0]) used0_q <= used0_q + {14'd0, first, !first};
      if (sel[1]) used1_q <= used1_q + {14'd0, first, !first};
      if (sel[2]) used2_q <= used2_q + {14'd0, first, !first};
    end
  end

  // ---- what is kept ----------------------------------------------------------------------------------
  logic [31:0] mem [0:SIZE-1];
  logic [31:0] kept_q;
  logic kept_valid_q, fetch, put_ready, use_kept, rewind, jump;
  always_ff @(posedge clk_i) begin
    if (write) mem[wptr_q[DEPTH_LOG2-1:0]] <= word;
  end
  always_ff @(posedge clk_i) begin
    if (fetch) kept_q <= mem[rptr_q[DEPTH_LOG2-1:0]];
  end
  xg_fifo #(
      .W(DEPTH_LOG2),
      .DEPTH_LOG2(FRAMES_LOG2)
  ) u_lengths (
      .clk_i,
      .rst_i,
      .flush_i   (flush),
      .wr_valid_i(write && first),
      .wr_ready_o(lengths_ready),
      .wr_data_i (first_length),
      .rd_valid_o(length_valid),
      .rd_ready_i(pop),
      .rd_data_o (length),
      .level_o   ()
  );

  // ---- acknowledgements: the tail follows what the other side expects next ------------------------------
  logic [7:0] target_q;
  logic in_window, fresh_q, again_q, waiting;
  logic [TIMER_LOG2:0] timer_q;
  logic [7:0] told, untold;
  assign told = peer_tag_i - target_q;
  assign untold = next_tag_q - target_q;
  assign in_window = told <= untold;  // never back: what was acknowledged is gone
  assign pop = length_valid && tail_tag_q != target_q;
  assign waiting = sent_tag_q != tail_tag_q;  // sent, and not acknowledged
  always_ff @(posedge clk_i) begin
    if (rst_i || flush) begin
      tail_q <= '0;
      tail_tag_q <= 8'd0;
      target_q <= 8'd0;
      fresh_q <= 1'b1;
      again_q <= restart_i;  // SYNC first
    end else begin
      if (pop) begin
        tail_q <= tail_q + {1'b0, length} + HEAD;
        tail_tag_q <= tail_tag_q + 8'd1;
      end
      if (peer_valid_i && in_window) target_q <= peer_tag_i;
      if (pop) fresh_q <= 1'b1;
      else if (rewind) fresh_q <= 1'b0;
      if (rewind) again_q <= 1'b0;
      else if (peer_valid_i && peer_again_i && in_window)
        again_q <= again_q || fresh_q || told != 8'd0 || timer_q[TIMER_LOG2:CALM_LOG2] != '0;
      else if (timer_q[TIMER_LOG2]) again_q <= 1'b1;
    end
  end

  // ---- what the receiver has to say --------------------------------------------------------------------
  logic due_q, urgent_q, say, control_nak_q;
  logic [HOLD_LOG2-1:0] hold_q;
  logic [TAKEN_LOG2:0] taken_q;
  logic [ACCEPTED_LOG2:0] accepted_q;
  logic [OWED_LOG2:0] owed_q;
  logic [CALM_TILE_LOG2:0] since_q;
  logic since_over_q, hold_over_q;
  logic [1:0] control_q;       // word of a control being said; 0: none
  logic control_first, control_last;
  assign say = nak_valid_i || urgent_q || taken_q[TAKEN_LOG2] || accepted_q[ACCEPTED_LOG2] ||
               since_over_q || hold_over_q;
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      due_q <= 1'b0;
      urgent_q <= 1'b0;
      taken_q <= '0;
      accepted_q <= '0;
      owed_q <= '0;
      since_over_q <= 1'b0;
      hold_over_q <= 1'b0;
      control_q <= 2'd0;
      control_nak_q <= 1'b0;
    end else begin
      if (accepted_i || taken_i) due_q <= 1'b1;
      else if (control_first) due_q <= 1'b0;
      if (repeated_i || restart_i || (peer_valid_i && peer_again_i)) urgent_q <= 1'b1;
      else if (control_first) urgent_q <= 1'b0;
      if (control_first) taken_q <= '0;
      else if (taken_i && !taken_q[TAKEN_LOG2]) taken_q <= taken_q + 1'b1;
      if (control_first) accepted_q <= '0;
      else if (accepted_i && !accepted_q[ACCEPTED_LOG2]) accepted_q <= accepted_q + 1'b1;
      if (control_first) owed_q <= '0;
      else if (answer_i && !owed_q[OWED_LOG2]) owed_q <= owed_q + 1'b1;
      since_over_q <= since_q[CALM_TILE_LOG2];
      hold_over_q <= due_q && hold_q == '0;
      if (control_first) control_nak_q <= nak_valid_i;
      if (control_first || (control_q != 2'd0 && put_ready)) control_q <= control_q + 2'd1;
    end
  end
  // What counts clocks runs while the rest stands still, which hears of the ends of it.
  always_ff @(posedge clk_count_i) begin
    if (rst_i || flush || pop || rewind || !waiting) timer_q <= '0;
    else timer_q <= timer_q + 1'b1;
    if (rst_i) hold_q <= '0;
    else if (control_first) hold_q <= '1;
    else if (due_q && hold_q != '0) hold_q <= hold_q - 1'b1;
    if (rst_i || control_first || answer_i) since_q <= '0;
    else if (owed_q[OWED_LOG2] && !since_q[CALM_TILE_LOG2]) since_q <= since_q + 1'b1;
  end
  assign nak_ready_o = control_first;
  assign control_last = control_q == 2'd3;

  // ---- out: at the edge of frames a control, or SYNC, or the next frame --------------------------------------
  logic in_frame_q, put_valid, put_first, put_last, behind;
  logic [15:0] left_q;
  logic [31:0] put_word;
  logic [7:0] distance, nak_kept_q;
  assign distance = sent_tag_q - tail_tag_q;
  assign behind = distance >= 8'd128;  // acknowledged before it was sent again
  always_comb begin
    control_first = 1'b0;
    rewind = 1'b0;
    jump = 1'b0;
    use_kept = 1'b0;
    put_valid = 1'b0;
    put_first = 1'b0;
    put_last = 1'b0;
    put_word = kept_q;
    if (control_q != 2'd0) begin
      put_valid = 1'b1;
      put_last = control_last;
      put_word = (control_q == 2'd1) ? {session_i, control_nak_q ? nak_kept_q : 8'd0} :
                 (control_q == 2'd2) ? granted_i[31:0] : {16'd0, granted_i[47:32]};
    end else if (in_frame_q) begin
      put_valid = kept_valid_q;
      put_last = left_q == 16'd0;
      use_kept = put_ready;
    end else if (again_q) begin
      put_valid = tail_tag_q == target_q;
      put_word = xg_pkg::LINK_SYNC;
      rewind = put_valid && put_ready;
    end else if (say) begin
      put_valid = 1'b1;
      put_first = 1'b1;
      put_word = {nak_valid_i ? xg_pkg::LINK_NAK : xg_pkg::LINK_CREDIT_GRANT, expect_i, 16'd2};
      control_first = put_ready;
    end else if (behind) begin
      jump = 1'b1;
    end else begin
      put_valid = kept_valid_q;
      put_first = 1'b1;
      use_kept = put_ready;
    end
  end
  always_ff @(posedge clk_i) if (control_first) nak_kept_q <= nak_reason_i;

  assign fetch = rptr_q != wptr_q && (!kept_valid_q || use_kept);
  always_ff @(posedge clk_i) begin
    if (rst_i || flush) begin
      rptr_q <= '0;
      kept_valid_q <= 1'b0;
      sent_tag_q <= 8'd0;
      in_frame_q <= 1'b0;
    end else begin
      if (rewind || jump) begin
        rptr_q <= tail_q;
        kept_valid_q <= 1'b0;
        sent_tag_q <= tail_tag_q;
      end else begin
        if (fetch) rptr_q <= rptr_q + 1'b1;
        kept_valid_q <= fetch || (kept_valid_q && !use_kept);
      end
      if (use_kept && kept_valid_q) begin
        in_frame_q <= !(in_frame_q && put_last);
        if (!in_frame_q) sent_tag_q <= sent_tag_q + 8'd1;
      end
    end
    if (use_kept && kept_valid_q) left_q <= in_frame_q ? left_q - 16'd1 : kept_q[15:0];
  end

  // ---- the checksum is made of what leaves here, and leaves behind the last word ----
  logic out_valid, out_first, out_last, out_move, crc_q;
  logic [31:0] out_word, crc;
  xg_skid #(
      .W(34)
  ) u_out (
      .clk_i,
      .rst_i,
      .in_valid_i (put_valid),
      .in_ready_o (put_ready),
      .in_data_i  ({put_first, put_last, put_word}),
      .out_valid_o(out_valid),
      .out_ready_i(out_ready_i && !crc_q),
      .out_data_o ({out_first, out_last, out_word})
  );
  assign out_move = out_valid && out_ready_i && !crc_q;
  xg_crc32c u_crc (
      .clk_i,
      .init_i (out_first),
      .valid_i(out_move),
      .data_i (out_word),
      .crc_o  (crc)
  );
  assign out_valid_o = crc_q || out_valid;
  assign out_data_o = crc_q ? crc : out_word;
  always_ff @(posedge clk_i) begin
    if (rst_i) crc_q <= 1'b0;
    else if (crc_q) crc_q <= !out_ready_i;
    else crc_q <= out_move && out_last;
  end

  // One clock more than there is something to do: some registers follow others.
  logic busy, busy_q, over;
  assign busy = in_valid_i != '0 || body_q || out_valid_o || flush || hello_i || peer_valid_i || accepted_i ||
                repeated_i || taken_i || say || control_q != 2'd0 || again_q || behind ||
                tail_tag_q != target_q || rptr_q != wptr_q || kept_valid_q || in_frame_q;
  assign over = timer_q[TIMER_LOG2] || since_q[CALM_TILE_LOG2] || (due_q && hold_q == '0);
  assign wake_o = busy || busy_q || over;
  always_ff @(posedge clk_i) busy_q <= busy && !rst_i;
endmodule
