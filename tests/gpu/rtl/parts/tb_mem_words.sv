// xg_mem_words against a memory that stalls and changes: random runs, some forgotten on the way; each dword is the
// memory's, at the latest as it was four cycles ago when it was written meanwhile.
module tb_mem_words;
  logic clk = 0, rst = 1, flush = 0, start = 0, ready = 0, pair = 0, mready = 0, rvalid = 0, snoop = 0;
  logic [28:2] addr = 0;
  logic [21:0] count = 0;
  wire two;
  wire busy, valid, next_valid, mv;
  wire [31:0] word, next;
  wire [28:3] maddr;
  wire [3:0] beats;
  logic [63:0] rdata = 0;
  logic [28:3] snoop_addr = 0;
  // 64 KiB of memory; its dwords with what they were and when they changed.
  logic [31:0] mem [0:16383], old [0:16383];
  int when [0:16383];
  logic [63:0] answers [0:65535];
  int errors = 0, seed, i, k, now = 0, head = 0, tail = 0, at = 0, left = 0, words = 0, pairs = 0, writes = 0, waited = 0;
  xg_mem_words #(.DEPTH_LOG2(4)) dut (
      .clk_i(clk), .clk_snoop_i(clk), .wake_o(), .rst_i(rst), .flush_i(flush), .start_i(start), .addr_i(addr), .count_i(count),
      .busy_o(busy), .word_valid_o(valid), .word_ready_i(ready), .word_o(word), .next_valid_o(next_valid), .next_o(next),
      .two_i(two), .mrd_valid_o(mv), .mrd_ready_i(mready), .mrd_addr_o(maddr), .mrd_beats_o(beats), .mrd_rvalid_i(rvalid),
      .mrd_rdata_i(rdata), .snoop_valid_i(snoop), .snoop_addr_i(snoop_addr));
  assign two = ready && next_valid && pair;
  always #5 clk = !clk;
  task is_word(input [31:0] got);
    begin
      if (left == 0 || (got !== mem[at&16383] && !(now - when[at&16383] < 5 && got === old[at&16383]))) begin
        errors = errors + 1;
        if (errors < 6) $display("# dword %h: %h, expected %h; %0d left", at, got, mem[at&16383], left);
      end
      at = at + 1; left = left - 1; words = words + 1;
    end
  endtask
  always @(posedge clk) begin
    now = now + 1;
    if (!rst) begin
      if (busy != (left != 0)) begin errors = errors + 1; $display("# busy %b with %0d left", busy, left); end
      if (valid && ready) begin
        is_word(word);
        if (two) begin is_word(next); pairs = pairs + 1; end
      end
      waited = (left != 0 && !valid) ? waited + 1 : 0;
      if (waited > 400) begin errors = errors + 1; waited = 0; $display("# nothing comes"); end
      if (mv && mready) begin
        if (beats == 0 || {1'b0, maddr[5:3]} + beats > 8) begin errors = errors + 1; $display("# a read crosses its line"); end
        for (k = 0; k < beats; k = k + 1) begin
          answers[tail[15:0]] = {mem[(maddr*2+2*k+1)&16383], mem[(maddr*2+2*k)&16383]};
          tail = tail + 1;
        end
      end
      if (snoop) begin  // a write of the device lands
        k = {snoop_addr[15:3], word[0]};
        old[k] = mem[k]; mem[k] = $random(seed); when[k] = now; writes = writes + 1;
      end
      if (flush) left = 0;
      if (start) begin at = addr[15:2]; left = count; end
    end
  end
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    for (i = 0; i < 16384; i = i + 1) begin mem[i] = $random(seed); old[i] = mem[i]; when[i] = -100; end
    repeat (3) @(negedge clk);
    rst = 0;
    for (i = 0; i < 40000; i = i + 1) begin
      @(negedge clk);
      start = 0; flush = 0; snoop = 0; rvalid = 0;
      if (left == 0 && ($random(seed) & 3) == 0) begin
        start = 1;
        addr = $random(seed) & 27'h3FFF;
        count = 1 + ($random(seed) & ((i & 4096) != 0 ? 7 : 127));
        if (addr + count > 27'h4000) addr = 0;
      end else if (($random(seed) & 255) == 0) flush = 1;
      ready = ($random(seed) & 7) < ((i & 2048) != 0 ? 7 : 2);
      pair = $random(seed);
      mready = ($random(seed) & 3) != 0;
      if (head != tail && ($random(seed) & 3) != 0) begin rvalid = 1; rdata = answers[head[15:0]]; head = head + 1; end
      if (($random(seed) & 31) == 0 && left != 0) begin snoop = 1; snoop_addr = {at[26:1]} + ($random(seed) & 15); end
    end
    if (words < 5000 || pairs < 500 || writes < 300) begin
      errors = errors + 1; $display("# too little exercised: %0d dwords, %0d pairs, %0d writes", words, pairs, writes);
    end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
