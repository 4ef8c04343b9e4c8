  // Properties of xg_fifo, put into the cell (tests/formal/run): order, no loss, no invention, level, and that a
  // word in the queue is shown without help. One word is watched, chosen by the solver. The last three
  // groups tie the cell's registers to the watcher's, which makes it a proof by induction: for all times.
  (* anyseq *) logic mark;
  logic first_q = 1'b1, watched_q = 1'b0, hidden_q = 1'b0;
  logic [DEPTH_LOG2:0] ahead_q, count_q = '0;  // words before the watched one; words
  logic [W-1:0] word_q;
  logic out;  // a word is in the output register
  logic [W-1:0] kept;
  logic [DEPTH_LOG2-1:0] place;
  if (DEPTH_LOG2 <= 5) begin : g_out
    assign out = 1'b0;
`ifdef MEMORY_IN_BLOCKS
    assign kept = g_distributed.mem[place];
  end else begin : g_out
    assign kept = g_block.mem[place];
`else
    assign kept = mem[place];
  end else begin : g_out
    assign kept = mem[place];
`endif
    assign out = g_block.out_valid_q;
  end
  assign place = rptr_q + ahead_q[DEPTH_LOG2-1:0] - {{(DEPTH_LOG2 - 1) {1'b0}}, out};
  always_ff @(posedge clk_i) begin
    first_q <= 1'b0;
    if (first_q) assume (rst_i);
    hidden_q <= !rst_i && !flush_i && level_q != '0 && !rd_valid_o;
    if (rst_i || flush_i) begin
      watched_q <= 1'b0;
      count_q <= '0;
    end else begin
      count_q <= count_q + {{DEPTH_LOG2{1'b0}}, wr} - {{DEPTH_LOG2{1'b0}}, rd};
      if (watched_q) begin
        if (rd) ahead_q <= ahead_q - 1'b1;
        if (rd && ahead_q == '0) watched_q <= 1'b0;
      end else if (wr && mark) begin
        watched_q <= 1'b1;
        word_q <= wr_data_i;
        ahead_q <= level_q - {{DEPTH_LOG2{1'b0}}, rd};
      end
    end
    if (!first_q) begin
      // What the user of a queue relies on.
      assert (count_q == level_o);
      assert (level_o <= FULL);
      assert (wr_ready_o == (count_q != FULL));
      if (rd_valid_o) assert (count_q != '0);
      if (hidden_q) assert (rd_valid_o);
      if (DEPTH_LOG2 <= 5) assert (rd_valid_o == (count_q != '0));
      if (watched_q) assert (count_q > ahead_q);
      if (watched_q && ahead_q == '0 && rd_valid_o) assert (rd_data_o == word_q);
      // Pointers.
      assert (wptr_q == rptr_q + level_q[DEPTH_LOG2-1:0] - {{(DEPTH_LOG2 - 1) {1'b0}}, out});
      if (out) assert (level_q != '0);
      if (hidden_q) assert (out || DEPTH_LOG2 <= 5);
      // Where the watched word is.
      if (watched_q && !(out && ahead_q == '0)) assert (kept == word_q);
    end
  end
