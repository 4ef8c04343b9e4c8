// xg_async_fifo against a queue of the bench, with clocks of all ratios and phases: order, level, nothing lost.
`timescale 1ns / 1ps
module tb_async_fifo;
  logic wclk = 0, rclk = 0, rst = 1, wv = 0, rr = 0;
  logic wr, rv;
  logic [4:0] level;
  logic [11:0] wd = 0, rd;
  logic [11:0] model [0:65535];
  int head = 0, tail = 0, errors = 0, fulls = 0, empties = 0, seed, i;
  realtime whalf = 5.0, rhalf = 7.3;

  xg_async_fifo #(.W(12), .DEPTH_LOG2(4)) dut (
      .wr_clk_i(wclk), .wr_rst_i(rst), .wr_valid_i(wv), .wr_ready_o(wr), .wr_data_i(wd), .wr_level_o(level),
      .rd_clk_i(rclk), .rd_rst_i(rst), .rd_valid_o(rv), .rd_ready_i(rr), .rd_data_o(rd));
  always #(whalf) wclk = !wclk;
  always #(rhalf) rclk = !rclk;

  always @(posedge wclk) if (!rst) begin
    if (int'({27'd0, level}) < tail - head - 1) begin errors = errors + 1; $display("# level %0d with %0d words", level, tail - head); end
    if (!wr) fulls = fulls + 1;
    if (wv && wr) begin model[tail[15:0]] = wd; tail = tail + 1; end
  end
  always @(posedge rclk) if (!rst) begin
    if (!rv) empties = empties + 1;
    if (rv && head == tail) begin errors = errors + 1; $display("# a word that nobody wrote"); end
    if (rv && rr) begin
      if (rd !== model[head[15:0]]) begin errors = errors + 1; $display("# got %h, expected %h", rd, model[head[15:0]]); end
      head = head + 1;
    end
  end
  always @(negedge wclk) begin wv = !rst && ($random(seed) & 15) < ((i & 1) != 0 ? 14 : 5); wd = $random(seed); end
  always @(negedge rclk) rr = ($random(seed) & 15) < ((i & 2) != 0 ? 14 : 5);

  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    #200 rst = 0;
    for (i = 0; i < 40; i = i + 1) begin
      whalf = 1.0 + ($random(seed) & 1023) / 100.0;
      rhalf = 1.0 + ($random(seed) & 1023) / 100.0;
      #3000;
    end
    // What stands in the queue comes out when nothing else happens.
    force wv = 0;
    force rr = 1;
    #3000;
    if (rv || head != tail) begin errors = errors + 1; $display("# %0d words stuck", tail - head); end
    if (head < 2000 || fulls < 100 || empties < 100) begin
      errors = errors + 1; $display("# too little exercised: %0d words, %0d full, %0d empty", head, fulls, empties);
    end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
