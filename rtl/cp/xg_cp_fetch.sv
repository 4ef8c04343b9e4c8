// Where the next command dword comes from: the ring and up to four nested indirect buffers.
//
// avail_o counts the dwords that are left in the innermost buffer (of the ring: up to the write
// pointer), addr_o is the bus address of the next one, word_* delivers them in order. hold_i stops
// reading and forgets what was read ahead, so that after it memory is read anew. A run of memory is worked out
// in one cycle and begun in the next. push_i enters
// an indirect buffer, pop_i leaves one, drop_i skips the rest of an indirect buffer, seek_i moves
// by delta_i dwords inside the buffer; at most one of them in a cycle.
//
// ring_set_i is remembered until ring_take_i (nothing of the old ring is in use) and then zeroes
// both pointers; a write pointer that comes after it belongs to the new ring.
module xg_cp_fetch (
    input  logic        clk_i,
    input  logic        clk_snoop_i,
    output logic        wake_o,
    input  logic        rst_i,
    input  logic        ring_set_i,
    input  logic [28:2] rb_base_i,
    input  logic [4:0]  rb_log2_i,
    input  logic        wptr_set_i,
    input  logic [21:0] wptr_i,
    output logic [21:0] rptr_o,
    input  logic        ring_take_i,
    output logic        ring_wait_o,
    input  logic        hold_i,
    input  logic        push_i,
    input  logic [28:2] push_addr_i,
    input  logic [19:0] push_count_i,
    input  logic        pop_i,
    input  logic        drop_i,
    input  logic        seek_i,
    input  logic [21:0] delta_i,
    output logic [2:0]  level_o,
    output logic [21:0] avail_o,
    output logic        empty_o,       // avail_o is 0
    output logic        many_o,        // of an indirect buffer two dwords or more are left
    output logic [28:2] addr_o,
    output logic        word_valid_o,
    input  logic        word_ready_i,
    output logic [31:0] word_o,        // as the CPU wrote it
    output logic        next_valid_o,  // the dword behind it is here too
    output logic [31:0] next_o,
    input  logic        two_i,         // with word_ready_i: both are taken
    output logic        mrd_valid_o,
    input  logic        mrd_ready_i,
    output logic [28:3] mrd_addr_o,
    output logic [3:0]  mrd_beats_o,
    input  logic        mrd_rvalid_i,
    input  logic [63:0] mrd_rdata_i,
    input  logic        snoop_valid_i,
    input  logic [28:3] snoop_addr_i
);
  logic [28:2] base_q, new_base_q;
  logic [21:0] mask_q, new_mask_q, rptr_q, wptr_q, new_wptr_q;
  logic new_q;
  logic [2:0] level_q;
  logic [28:2] ib_addr_q;   // innermost indirect buffer
  logic [19:0] ib_left_q;
  logic [46:0] stack [0:3];  // the ones around it, by level
  logic [46:0] outer;
  logic [1:0] push_at, pop_at;  // of the stack; level 1 is kept at 0

  logic words_wake, in_ring, take, jump, ask, start, run_q, busy, word;
  logic [21:0] ring_avail, ring_run, to_write, new_mask, run_count_q, step;
  logic wraps;
  logic [28:2] run_addr_q;
  logic [31:0] raw, raw_next;
  logic [1:0] taken;

  assign new_mask = (rb_log2_i >= 5'd22) ? 22'h3FFFFF : ~(22'h3FFFFF << rb_log2_i);
  assign take = new_q && ring_take_i;
  assign ring_wait_o = new_q;
  assign rptr_o = rptr_q;
  assign level_o = level_q;
  assign in_ring = level_q == 3'd0;
  assign {wraps, to_write} = {1'b0, wptr_q} - {1'b0, rptr_q};
  assign ring_avail = to_write & mask_q;
  assign avail_o = in_ring ? ring_avail : {2'd0, ib_left_q};
  assign empty_o = in_ring ? wptr_q == rptr_q : ib_left_q == 20'd0;
  // Worked out a cycle before; low for a cycle after a jump.
  logic many_q, four_left;
  assign four_left = ib_left_q[19:2] != 18'd0;
  assign many_o = many_q;
  always_ff @(posedge clk_i) begin
    many_q <= !in_ring && !jump && (four_left || (ib_left_q[1] && (!word || (ib_left_q[0] && !two_i))));
  end
  assign addr_o = in_ring ? base_q + {5'd0, rptr_q} : ib_addr_q;
  // A run ends where the ring wraps: 0 is behind its last dword.
  assign ring_run = (wraps ? 22'd0 - rptr_q : to_write) & mask_q;

  assign jump = push_i || pop_i || drop_i || seek_i || take;
  assign ask = !hold_i && !jump && !busy && !empty_o;
  assign start = run_q && !busy;  // with a jump it comes to nothing
  assign word = word_valid_o && word_ready_i;
  assign word_o = xg_fn_pkg::bswap32(raw);
  assign next_o = xg_fn_pkg::bswap32(raw_next);
  assign taken = {two_i, !two_i};
  assign push_at = level_q[1:0] - 2'd1;
  assign pop_at = level_q[1:0] - 2'd2;
  assign outer = stack[pop_at];
  // No word is taken together with a jump.
  assign step = seek_i ? delta_i : {20'd0, taken};

  xg_mem_words #(
      .DEPTH_LOG2(5)
  ) u_words (
      .clk_i,
      .clk_snoop_i,
      .wake_o (words_wake),
      .rst_i,
      .flush_i(hold_i || jump),
      .start_i(start),
      .addr_i (run_addr_q),
      .count_i(run_count_q),
      .busy_o (busy),
      .word_valid_o,
      .word_ready_i,
      .word_o (raw),
      .next_valid_o,
      .next_o (raw_next),
      .two_i,
      .mrd_valid_o,
      .mrd_ready_i,
      .mrd_addr_o,
      .mrd_beats_o,
      .mrd_rvalid_i,
      .mrd_rdata_i,
      .snoop_valid_i,
      .snoop_addr_i
  );

  // Jumps come from the interpreter, which is awake then.
  assign wake_o = words_wake || ask || run_q || ring_set_i || wptr_set_i || take;

  // Where it is does not change while nothing is read and nothing jumps.
  always_ff @(posedge clk_i) begin
    run_q <= ask && !start && !rst_i;
    if (ask) begin
      run_addr_q <= addr_o;
      run_count_q <= in_ring ? ring_run : {2'd0, ib_left_q};
    end
  end

  always_ff @(posedge clk_i) begin
    if (push_i && !in_ring) stack[push_at] <= {ib_addr_q, ib_left_q};
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      base_q <= '0;
      mask_q <= '0;
      rptr_q <= '0;
      wptr_q <= '0;
      new_q <= 1'b0;
      new_base_q <= '0;
      new_mask_q <= '0;
      new_wptr_q <= '0;
      level_q <= '0;
      ib_addr_q <= '0;
      ib_left_q <= '0;
    end else begin
      if (in_ring) begin
        if (word || seek_i) rptr_q <= (rptr_q + step) & mask_q;
      end else begin
        if (word || seek_i) begin
          ib_addr_q <= ib_addr_q + {{5{step[21]}}, step};
          ib_left_q <= ib_left_q - step[19:0];
        end
        if (drop_i) ib_left_q <= '0;
      end
      if (push_i) begin
        level_q <= level_q + 3'd1;
        ib_addr_q <= push_addr_i;
        ib_left_q <= push_count_i;
      end
      if (pop_i) begin
        level_q <= level_q - 3'd1;
        {ib_addr_q, ib_left_q} <= outer;
      end

      if (take) begin
        new_q <= 1'b0;
        base_q <= new_base_q;
        mask_q <= new_mask_q;
        rptr_q <= '0;
        wptr_q <= new_wptr_q & new_mask_q;
      end
      if (wptr_set_i) begin
        if (take) wptr_q <= wptr_i & new_mask_q;
        else if (new_q) new_wptr_q <= wptr_i;
        else wptr_q <= wptr_i & mask_q;
      end
      if (ring_set_i) begin
        new_q <= 1'b1;
        new_base_q <= rb_base_i;
        new_mask_q <= new_mask;
        new_wptr_q <= '0;
      end
    end
  end
endmodule
