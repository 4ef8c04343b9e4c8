  // Properties of xg_commit_fifo, put into the cell: what is read is what was committed, in order; what was aborted is
  // never read; a committed word is shown without help. By induction, as for xg_fifo.
  localparam logic [DEPTH_LOG2:0] LAP = {1'b1, {DEPTH_LOG2{1'b0}}};
  (* anyseq *) logic mark;
  logic first_q = 1'b1, watched_q = 1'b0, hidden_q = 1'b0;
  logic [DEPTH_LOG2+1:0] open_q, committed_q, ahead_q;  // words not committed, committed, before the watched one
  logic [W-1:0] word_q;
  logic rd;
  logic [DEPTH_LOG2+1:0] more;
  logic [DEPTH_LOG2-1:0] place;
  assign rd = rd_valid_o && rd_ready_i;
  assign more = open_q + {{(DEPTH_LOG2 + 1) {1'b0}}, wr};
  assign place = rptr_q[DEPTH_LOG2-1:0] + ahead_q[DEPTH_LOG2-1:0] - {{(DEPTH_LOG2 - 1) {1'b0}}, out_valid_q};
  always_ff @(posedge clk_i) begin
    first_q <= 1'b0;
    if (first_q) assume (rst_i);
    hidden_q <= !rst_i && !empty_o && !rd_valid_o;
    if (rst_i) begin
      open_q <= '0;
      committed_q <= '0;
      watched_q <= 1'b0;
    end else begin
      open_q <= (abort_i || commit_i) ? '0 : more;
      committed_q <= committed_q + ((commit_i && !abort_i) ? more : '0) - {{(DEPTH_LOG2 + 1) {1'b0}}, rd};
      if (watched_q) begin
        if (rd) ahead_q <= ahead_q - 1'b1;
        if (rd && ahead_q == '0) watched_q <= 1'b0;
        if (abort_i && ahead_q >= committed_q) watched_q <= 1'b0;
      end else if (wr && mark && !abort_i) begin
        watched_q <= 1'b1;
        word_q <= wr_data_i;
        ahead_q <= committed_q + open_q - {{(DEPTH_LOG2 + 1) {1'b0}}, rd};
      end
    end
    if (!first_q) begin
      // What its user relies on.
      if (rd_valid_o) assert (committed_q != '0);
      assert (empty_o == (committed_q == '0));
      if (hidden_q) assert (rd_valid_o);
      if (watched_q) assert (ahead_q < committed_q + open_q);
      if (watched_q && ahead_q == '0 && rd_valid_o) assert (rd_data_o == word_q);
      assert (wr_ready_o == (committed_q + open_q - {{(DEPTH_LOG2 + 1) {1'b0}}, out_valid_q} != {1'b0, LAP}));
      // Pointers: reader, committed, writer stand in this order, at most a lap apart.
      assert ({1'b0, commit_q - rptr_q} == committed_q - {{(DEPTH_LOG2 + 1) {1'b0}}, out_valid_q});
      assert ({1'b0, wptr_q - commit_q} == open_q);
      assert (wptr_q - rptr_q <= LAP);
      assert (commit_q - rptr_q <= wptr_q - rptr_q);
      // Where the watched word is.
      if (watched_q && !(out_valid_q && ahead_q == '0)) assert (mem[place] == word_q);
    end
  end
