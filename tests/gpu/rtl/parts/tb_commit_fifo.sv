// xg_commit_fifo against two queues of the bench: words become visible at a commit and vanish at an abort.
module tb_commit_fifo;
  logic clk = 0, rst = 1, wv = 0, commit = 0, abort = 0, rr = 0;
  logic wr, rv, empty;
  logic [15:0] wd = 0, rd;
  logic [15:0] model [0:65535];
  int head = 0, kept = 0, tail = 0;  // read, committed, written
  int errors = 0, moved = 0, fulls = 0, dropped = 0, waited = 0, seed, i;

  xg_commit_fifo #(.W(16), .DEPTH_LOG2(4)) dut (
      .clk_i(clk), .rst_i(rst), .wr_valid_i(wv), .wr_ready_o(wr), .wr_data_i(wd), .commit_i(commit), .abort_i(abort),
      .rd_valid_o(rv), .rd_ready_i(rr), .rd_data_o(rd), .empty_o(empty));
  always #5 clk = !clk;

  always @(posedge clk) if (!rst) begin
    if (empty != (kept == head)) begin errors = errors + 1; $display("# empty %0d with %0d words", empty, kept - head); end
    if (rv && kept == head) begin errors = errors + 1; $display("# a word that was not committed is shown"); end
    waited = (!rv && kept != head) ? waited + 1 : 0;
    if (waited > 3) begin errors = errors + 1; $display("# a committed word is not shown"); end
    if (!wr && tail - head < 16) begin errors = errors + 1; $display("# full with %0d words", tail - head); end
    if (wr && tail - head > 16) begin errors = errors + 1; $display("# room with %0d words", tail - head); end
    if (rv && rr) begin
      if (rd !== model[head[15:0]]) begin errors = errors + 1; $display("# got %h, expected %h", rd, model[head[15:0]]); end
      head = head + 1; moved = moved + 1;
    end
    if (!wr) fulls = fulls + 1;
    if (wv && wr) begin model[tail[15:0]] = wd; tail = tail + 1; end
    if (abort) begin dropped = dropped + tail - kept; tail = kept; end
    else if (commit) kept = tail;
  end

  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    repeat (3) @(negedge clk);
    rst = 0;
    for (i = 0; i < 20000; i = i + 1) begin
      @(negedge clk);
      wv = ($random(seed) & 255) < ((i & 2048) != 0 ? 220 : 90);
      rr = ($random(seed) & 255) < ((i & 1024) != 0 ? 220 : 50);
      commit = ($random(seed) & 7) == 0;
      abort = ($random(seed) & 63) == 0 || (!wr && tail == head + 16 && kept == head);
      wd = $random(seed);
    end
    if (moved < 3000 || fulls < 50 || dropped < 200) begin
      errors = errors + 1; $display("# too little exercised: %0d moved, %0d full, %0d dropped", moved, fulls, dropped);
    end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
