  // Properties of xg_link_tx, put into it (tests/formal/run): what it takes from its streams never exceeds what the other
  // side has granted, class by class, checksums included; credit that is there is seen; a frame that has begun finds credit
  // and memory for all of its words. Credits are counted here from the ports alone; the asserts on registers tie those to
  // that, which makes it a proof by induction: for all times, from the first HELLO or a later one. The table of lengths and
  // all that leaves are cut away: whatever they do.
  //
  // Assumed are: reset lasts two cycles. No frame is longer than LONGEST words (of class 2: FAULT_WORDS). The other side
  // grants never more than 2**15 - 1 words beyond what has come, and takes nothing back. From hello_i on drop_i is there, for
  // two cycles at least, up to restart_i. No more is acknowledged than is kept.
  localparam int FAULT_WORDS = 2;
  localparam int WORDS_LOG2 = $clog2(LONGEST + 1);
  localparam logic [DEPTH_LOG2:0] KEPT = SIZE[DEPTH_LOG2:0];
  logic [1:0] cycle_q = 2'd0;
  logic begun;
  logic stale_q, open_q, whole_q;  // a frame is under way; it is not one of before HELLO
  logic [1:0] since_hello_q;       // cycles, at most 2
  logic [WORDS_LOG2-1:0] rest_q;   // words that the frame under way may still have
  logic [2:0] taken;
  assign begun = cycle_q == 2'd2;
  assign taken = in_valid_i & in_ready_o;
  always_ff @(posedge clk_i) begin
    if (!begun) cycle_q <= cycle_q + 2'd1;
    stale_q <= !rst_i && (hello_i || (stale_q && !restart_i));
    if (rst_i) since_hello_q <= 2'd2;
    else if (hello_i) since_hello_q <= 2'd0;
    else if (since_hello_q != 2'd2) since_hello_q <= since_hello_q + 2'd1;
    if (rst_i) open_q <= 1'b0;
    else if (taken != '0) open_q <= !open_q || (in_last_i & taken) == '0;
    if (flush) whole_q <= 1'b0;
    else if (taken != '0 && !open_q) whole_q <= 1'b1;
    if (taken != '0) rest_q <= (open_q ? rest_q : taken[2] ? FAULT_WORDS[WORDS_LOG2-1:0] : LONGEST[WORDS_LOG2-1:0]) - 1'b1;
  end
  always_comb begin
    assume (rst_i == !begun);
`ifndef CONTRACT_ALONE
    assert (cycle_q != 2'd3);
`endif
    if (begun) begin
      assume (drop_i == stale_q);
      assume (!restart_i || (stale_q && since_hello_q == 2'd2 && !hello_i));
      assume (!pop || {1'b0, length} + 2'd2 <= level);
      assume (taken == '0 || !open_q || rest_q != 'd1 || (in_last_i & taken) != '0);
      // What the streams and the memory rely on.
      assert (taken == 3'd0 || taken == 3'd1 || taken == 3'd2 || taken == 3'd4);
      assert (level <= KEPT);
`ifndef CONTRACT_ALONE
      assert (since_hello_q == 2'd2 || (stale_q && since_hello_q != 2'd3));
      assert (body_q == open_q);
      if (open_q) begin
        assert (grant_q == 3'd1 || grant_q == 3'd2 || grant_q == 3'd4);
        assert (drop_q == !whole_q);
        assert (rest_q != '0);
        if (whole_q) assert (rest_q <= KEPT - level);
      end
      if (room_q) assert (level <= SPARE[DEPTH_LOG2:0] + 1'b1);
`endif
    end
  end

  for (genvar c = 0; c < 3; c = c + 1) begin : g_class
    localparam logic [15:0] NEED = c == 2 ? 16'd16 : NEEDED;
    (* anyseq *) logic [14:0] more;  // words granted at this moment
    logic [16:0] credit, left_q;     // words granted and not taken, now and before; below 0: bit 16
    logic [15:0] granted, used;
    logic enough_q, seen_q, counts;
    assign granted = c == 0 ? granted0_q : c == 1 ? granted1_q : granted2_q;
    assign used = c == 0 ? used0_q : c == 1 ? used1_q : used2_q;
    assign counts = taken[c] && !flush && (!open_q || whole_q);
    assign credit = left_q + (peer_valid_i ? {2'd0, more} : 17'd0);
    always_ff @(posedge clk_i) begin
      if (rst_i || hello_i) left_q <= '0;
      else left_q <= credit - (counts ? open_q ? 17'd1 : 17'd2 : 17'd0);  // the checksum counts with the first word
      enough_q <= left_q >= {1'b0, NEED};
      seen_q <= !rst_i && since_hello_q != 2'd0;
    end
    always_comb begin
`ifndef CONTRACT_ALONE
      if (cycle_q == 2'd1) assert (granted == '0 && used == '0 && left_q == '0);
`endif
    end
    always_comb if (begun) begin
      if (peer_valid_i) assume (peer_credit_i[16*c+:16] == granted + {1'b0, more});
      if (peer_valid_i) assume (credit < 17'h8000);
      // What the other side relies on, and what the streams do.
      assert (!left_q[16]);
      if (seen_q && since_hello_q != 2'd0) assert (credit_q[c] == enough_q);
`ifndef CONTRACT_ALONE
      assert (left_q < 17'h8000);
      if (since_hello_q == 2'd0) assert (granted == '0 && left_q == '0);
      else assert (left_q[15:0] == granted - used && (!stale_q || used == '0));
      if (credit_q[c] && !stale_q) assert (left_q + (open_q ? 17'd2 : 17'd1) >= {1'b0, NEED});
      if (open_q && grant_q[c] && whole_q && !stale_q) assert (left_q >= rest_q);
`endif
    end
  end
