  // Properties of xg_async_fifo, put into the cell, for two clocks that tick when the solver likes: order, no loss, no
  // invention, no overflow, and at most one bit of a pointer changes at a time, so that whoever looks at
  // it between two values sees one of them. By induction over the order in which the pointers stand.
  (* anyseq *) logic mark;
  logic first_q = 1'b1, watched_q = 1'b0;
  logic [P-1:0] written_q = '0, taken_q = '0;  // words in and out, modulo two laps
  logic [P-1:0] number_q;                      // of the watched word
  logic [W-1:0] word_q;
  logic seen_q = 1'b0, looking;
  always_ff @(posedge wr_clk_i) if (wr) written_q <= written_q + 1'b1;
  always_ff @(posedge rd_clk_i) if (rd_valid_o && rd_ready_i) taken_q <= taken_q + 1'b1;
  // The watched word is written at one clock and read at the other: two flags, equal when nothing is watched.
  assign looking = watched_q != seen_q;
  always_ff @(posedge wr_clk_i) begin
    if (wr && mark && !looking) begin
      watched_q <= !watched_q;
      number_q <= wptr_q;
      word_q <= wr_data_i;
    end
  end
  always_ff @(posedge rd_clk_i) if (looking && rd_valid_o && rd_ready_i && taken_q == number_q) seen_q <= watched_q;

  // Pointers as numbers, and how far each is from what the writing side knows of the reader's.
  logic [P-1:0] w_meta, w_sync, r_meta, r_sync, r_seen;
  for (genvar b = 0; b < P; b++) begin : g_numbers
    assign w_meta[b] = ^wgray_meta_q[P-1:b];
    assign w_sync[b] = ^wgray_sync_q[P-1:b];
    assign r_meta[b] = ^rgray_meta_q[P-1:b];
    assign r_sync[b] = ^rgray_sync_q[P-1:b];
  end
`ifdef SEEN_IS_KEPT
  assign r_seen = rptr_seen_q;
`else
  assign r_seen = r_sync;
`endif
  logic [P-1:0] to_sync, to_meta, to_read, to_seen, to_next, to_end;
  assign to_sync = r_sync - r_seen;
  assign to_meta = r_meta - r_seen;
  assign to_read = rptr_q - r_seen;
  assign to_seen = w_sync - r_seen;
  assign to_next = w_meta - r_seen;
  assign to_end = wptr_q - r_seen;
  logic [P-1:0] wgray_before_q = '0, rgray_before_q = '0, w_changed, r_changed;
  assign w_changed = wgray_q ^ wgray_before_q;
  assign r_changed = rgray_q ^ rgray_before_q;
  logic [DEPTH_LOG2-1:0] place;
  assign place = number_q[DEPTH_LOG2-1:0];
  always_ff @(posedge now_i) begin
    first_q <= 1'b0;
    wgray_before_q <= wgray_q;
    rgray_before_q <= rgray_q;
    assume (!wr_rst_i && !rd_rst_i);
    if (first_q) begin  // as the resets leave it, which the proof "reset" shows
      assume ({wptr_q, wgray_q, rgray_meta_q, rgray_sync_q, r_seen} == '0);
      assume ({rptr_q, rgray_q, wgray_meta_q, wgray_sync_q, out_valid_q} == '0);
      assume ({watched_q, seen_q, written_q, taken_q} == '0);
    end else begin
      // What its users rely on.
      assert (wr_level_o >= written_q - taken_q - {{(P - 1) {1'b0}}, out_valid_q});
      assert (!wr_level_o[P-1] || !wr_ready_o);
      if (rd_valid_o) assert (written_q != taken_q);
      if (looking && rd_valid_o && taken_q == number_q) assert (rd_data_o == word_q);
      assert ((w_changed & (w_changed - 1'b1)) == '0);
      assert ((r_changed & (r_changed - 1'b1)) == '0);
      // Pointers.
      assert (wgray_q == (wptr_q ^ (wptr_q >> 1)) && rgray_q == (rptr_q ^ (rptr_q >> 1)));
      assert (wptr_q == written_q && rptr_q == taken_q + {{(P - 1) {1'b0}}, out_valid_q});
      assert (to_sync <= to_meta && to_meta <= to_read && to_read <= to_seen && to_seen <= to_next && to_next <= to_end);
      assert (to_end <= {1'b1, {DEPTH_LOG2{1'b0}}});
      // Where the watched word is.
      if (looking && !(out_valid_q && taken_q == number_q)) begin
        assert (mem[place] == word_q);
        assert (number_q - rptr_q < wptr_q - rptr_q);
      end
    end
  end
