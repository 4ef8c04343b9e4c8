// xg_edram against tiles of the bench: words of copies and clears, whole tiles of the host between them, owners.
module tb_edram;
  localparam int TILES = 8;  // those that are used, spread over all
  logic clk = 0, rst = 1, bv = 0, bwe = 0, tv = 0, twe = 0, twv = 0, trr = 0, tq_ready = 0, ed_ready = 0, ed_rv = 0;
  wire br, brv, tqv, waiting, tr, twr, trv, ev, ewe;
  logic [10:0] btile = 0, ttile = 0, tq_tile;
  logic [9:0] bword = 0;
  logic [63:0] bdata = 0, brdata, ewdata, ed_rdata = 0;
  logic [31:0] twdata = 0, trdata;
  wire [20:0] eaddr;
  wire [7:0] estrb;
  logic [63:0] ram [0:1310719], model [0:1310719], expected [0:65535], answers [0:65535];
  logic host_owns [0:2047];
  int errors = 0, seed, i, k, n, e_head = 0, e_tail = 0, a_head = 0, a_tail = 0, words = 0, tiles = 0, asked = 0, at, slot;
  xg_edram dut (.clk_i(clk), .wake_o(), .rst_i(rst), .blk_valid_i(bv), .blk_ready_o(br), .blk_we_i(bwe), .blk_tile_i(btile),
                .blk_word_i(bword), .blk_data_i(bdata), .blk_rvalid_o(brv), .blk_rdata_o(brdata), .treq_valid_o(tqv),
                .treq_ready_i(tq_ready), .treq_tile_o(tq_tile), .waiting_o(waiting), .tile_valid_i(tv), .tile_ready_o(tr),
                .tile_we_i(twe), .tile_i(ttile), .tile_wvalid_i(twv), .tile_wready_o(twr), .tile_wdata_i(twdata),
                .tile_rvalid_o(trv), .tile_rready_i(trr), .tile_rdata_o(trdata), .ed_valid_o(ev), .ed_ready_i(ed_ready),
                .ed_we_o(ewe), .ed_addr_o(eaddr), .ed_wdata_o(ewdata), .ed_wstrb_o(estrb), .ed_rvalid_i(ed_rv), .ed_rdata_i(ed_rdata));
  always #5 clk = !clk;
  function automatic logic [10:0] tile_of(input int s); tile_of = 11'((s * 293 + (s == 7 ? 2047 - 7 * 293 : 0))); endfunction

  always @(posedge clk) if (!rst) begin
    // eDRAM itself
    if (ev && ed_ready) begin
      if (eaddr >= 1310720) begin errors = errors + 1; $display("# address %h", eaddr); end
      else if (ewe) begin for (k = 0; k < 8; k = k + 1) if (estrb[k]) ram[eaddr][8*k+:8] = ewdata[8*k+:8]; end
      else begin answers[a_tail[15:0]] = ram[eaddr]; a_tail = a_tail + 1; end
    end
    // words
    if (bv && br) begin
      if (host_owns[btile]) begin errors = errors + 1; $display("# a word of the host's tile %0d", btile); end
      at = btile * 640 + bword;
      if (bwe) model[at] = bdata;
      else begin expected[e_tail[15:0]] = model[at]; e_tail = e_tail + 1; end
      words = words + 1;
    end
    if (brv) begin
      if (e_head == e_tail || brdata !== expected[e_head[15:0]]) begin
        errors = errors + 1; $display("# word %0d: %h, expected %h", e_head, brdata, expected[e_head[15:0]]);
      end
      e_head = e_head + 1;
    end
    if (tqv && tq_ready) begin
      if (tq_tile !== btile || !host_owns[btile]) begin errors = errors + 1; $display("# tile %0d asked for", tq_tile); end
      asked = asked + 1;
    end
    if (!bv || br) begin
      bv <= ($random(seed) & 7) != 0 && running;
      bwe <= ($random(seed) & 1) != 0;
      if (($random(seed) & 15) == 0) slot = $random(seed) & 7;
      btile <= tile_of(slot);
      bword <= (($random(seed) & 65535) * 640) >> 16;
      bdata <= {$random(seed), $random(seed)};
    end
  end
  logic running = 0;
  always @(negedge clk) begin
    ed_ready = ($random(seed) & 7) != 0;
    tq_ready = ($random(seed) & 3) == 0;
    ed_rv = a_head != a_tail && ($random(seed) & 3) != 0;
    if (ed_rv) begin ed_rdata = answers[a_head[15:0]]; a_head = a_head + 1; end
  end
  task host_tile(input logic we, input logic [10:0] t);
    begin
      tv = 1; twe = we; ttile = t;
      @(posedge clk);
      while (!tr) @(posedge clk);
      @(negedge clk);
      tv = 0;
      if (!we) host_owns[t] = 1;  // from the first word on; none of its words can be under way
      n = 0;
      while (n < 1280) begin
        twv = we && ($random(seed) & 3) != 0;
        trr = !we && ($random(seed) & 3) != 0;
        if (twv) twdata = $random(seed);
        #4;
        if (twv && twr) begin model[t*640+n/2][32*(n%2)+:32] = twdata; n = n + 1; if (n == 1280) host_owns[t] = 0; end
        if (trv && trr) begin
          if (trdata !== model[t*640+n/2][32*(n%2)+:32]) begin
            errors = errors + 1;
            if (errors < 6) $display("# tile %0d word %0d: %h, expected %h", t, n, trdata, model[t*640+n/2][32*(n%2)+:32]);
          end
          n = n + 1;
        end
        @(negedge clk);
        twv = 0; trr = 0;
      end
      tiles = tiles + 1;
    end
  endtask
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    for (i = 0; i < 2048; i = i + 1) host_owns[i] = 0;
    for (i = 0; i < TILES; i = i + 1)
      for (k = 0; k < 640; k = k + 1) begin
        model[tile_of(i)*640+k] = {$random(seed), $random(seed)};
        ram[tile_of(i)*640+k] = model[tile_of(i)*640+k];
      end
    slot = 0;
    repeat (3) @(negedge clk);
    rst = 0;
    repeat (2100) @(negedge clk);
    running = 1;
    for (i = 0; i < 24; i = i + 1) begin
      repeat (200) @(negedge clk);
      // What waits is served first; else some tile is taken or given.
      if (waiting && host_owns[btile]) host_tile(1, btile);
      else begin k = tile_of($random(seed) & 7); host_tile(($random(seed) & 3) == 0, k); end
    end
    running = 0;
    repeat (100) @(negedge clk);
    if (waiting) host_tile(1, btile);
    repeat (200) @(negedge clk);
    if (e_head != e_tail) begin errors = errors + 1; $display("# %0d words missing", e_tail - e_head); end
    if (words < 1000 || tiles < 20 || asked < 3) begin
      errors = errors + 1; $display("# too little exercised: %0d words, %0d tiles, %0d asked for", words, tiles, asked);
    end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
  initial begin #3000000 $display("FAIL seed %0d: time is up", seed); $finish; end
endmodule
