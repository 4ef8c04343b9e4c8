// xg_fifo against a queue kept by the bench: random writes, reads and flushes.
module tb_fifo #(
    parameter int D = 3
);
  logic clk = 0, rst = 1, flush = 0, wv = 0, rr = 0;
  logic wr, rv;
  logic [15:0] wd = 0, rd;
  logic [D:0] level;
  logic [15:0] model [0:4095];
  int head = 0, tail = 0, errors = 0, moved = 0, fulls = 0, seed, i;

  xg_fifo #(.W(16), .DEPTH_LOG2(D)) dut (
      .clk_i(clk), .rst_i(rst), .flush_i(flush), .wr_valid_i(wv), .wr_ready_o(wr), .wr_data_i(wd),
      .rd_valid_o(rv), .rd_ready_i(rr), .rd_data_o(rd), .level_o(level));

  always #5 clk = !clk;

  always @(posedge clk) if (!rst) begin
    if (level != tail - head) begin errors = errors + 1; $display("# level %0d, expected %0d", level, tail - head); end
    if (wr != (tail - head < (1 << D))) begin errors = errors + 1; $display("# ready wrong at level %0d", tail - head); end
    if (rv && tail == head) begin errors = errors + 1; $display("# valid while empty"); end
    if (!wr) fulls = fulls + 1;
    if (flush) head = tail;
    else begin
      if (rv && rr) begin
        if (rd !== model[head & 4095]) begin errors = errors + 1; $display("# got %h, expected %h", rd, model[head & 4095]); end
        head = head + 1; moved = moved + 1;
      end
      if (wv && wr) begin model[tail & 4095] = wd; tail = tail + 1; end
    end
  end

  // A word that stands in the queue must come out when nothing else happens.
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    repeat (3) @(negedge clk);
    rst = 0;
    for (i = 0; i < 20000; i = i + 1) begin
      @(negedge clk);
      wv = ($random(seed) & 255) < ((i & 2048) != 0 ? 200 : 90);
      rr = ($random(seed) & 255) < ((i & 1024) != 0 ? 220 : 70);
      flush = ($random(seed) & 1023) == 0;
      wd = $random(seed);
    end
    @(negedge clk); wv = 0; flush = 0; rr = 1;
    repeat ((1 << D) + 4) @(negedge clk);
    if (rv || head != tail) begin errors = errors + 1; $display("# %0d words stuck", tail - head); end
    if (moved < 5000 || fulls < 100) begin errors = errors + 1; $display("# too little exercised: %0d moved, %0d full", moved, fulls); end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
