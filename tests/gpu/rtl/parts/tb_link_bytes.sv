// xg_link_bytes: words out as little-endian bytes and back in; after bytes were lost, hunting finds the words again.
module tb_link_bytes;
  logic clk = 0, rst = 1, hunt = 0, rxv = 0, wready = 0, wv = 0, txready = 0;
  wire rxr, word_valid, wr, txv;
  logic [7:0] rxd = 0, txd;
  logic [31:0] word, out = 0;
  logic [31:0] sent [0:65535], given [0:65535];
  logic [7:0] line [0:262143];  // bytes on the way back
  int errors = 0, seed, i, round, words = 0, bytes = 0, fed = 0, got = 0, base, fed_then;
  xg_link_bytes dut (.clk_i(clk), .rst_i(rst), .hunt_i(hunt), .rx_valid_i(rxv), .rx_ready_o(rxr), .rx_data_i(rxd), .word_valid_o(word_valid),
                     .word_ready_i(wready), .word_o(word), .word_valid_i(wv), .word_ready_o(wr), .word_i(out), .tx_valid_o(txv),
                     .tx_ready_i(txready), .tx_data_o(txd));
  always #5 clk = !clk;
  always @(posedge clk) if (!rst) begin
    if (wv && wr) begin sent[words[15:0]] = out; words = words + 1; out <= $random(seed); end
    if (txv && txready) begin
      if (txd !== sent[bytes / 4][8*(bytes%4)+:8]) begin errors = errors + 1; $display("# byte %0d: %h", bytes, txd); end
      line[bytes[17:0]] = txd;
      bytes = bytes + 1;
    end
    if (word_valid && wready) begin given[got[15:0]] = word; got = got + 1; end
    if (rxv && rxr) fed = fed + 1;
  end
  always @(negedge clk) begin
    wv = !rst && words < 3000 && ($random(seed) & 3) != 0;
    txready = ($random(seed) & 3) != 0;
    wready = ($random(seed) & 3) != 0;
  end
  task feed(input logic [7:0] b);
    begin
      rxv = 1;
      rxd = b;
      fed_then = fed;
      while (fed == fed_then) @(negedge clk);
      rxv = 0;
      if (($random(seed) & 3) == 0) @(negedge clk);
    end
  endtask
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    repeat (3) @(negedge clk);
    rst = 0;
    while (bytes < 12000) @(negedge clk);
    for (i = 0; i < 4000; i = i + 1) feed(line[i]);
    repeat (30) @(negedge clk);
    if (got != 1000) begin errors = errors + 1; $display("# %0d words of 1000", got); end
    for (i = 0; i < got; i = i + 1) if (given[i] !== sent[i]) begin errors = errors + 1; $display("# word %0d: %h, expected %h", i, given[i], sent[i]); end
    // Bytes lost: the next SYNC while hunting ends a word, and what follows is right again.
    for (round = 0; round < 12; round = round + 1) begin
      for (i = 0; i < 1 + round % 4; i = i + 1) feed(8'h11 + i);
      hunt = 1;
      for (i = 0; i < 4; i = i + 1) feed(xg_pkg::LINK_SYNC >> (8 * i));
      repeat (30) @(negedge clk);
      hunt = 0;
      if (given[(got-1) & 65535] !== xg_pkg::LINK_SYNC) begin errors = errors + 1; $display("# no SYNC: %h", given[(got-1) & 65535]); end
      base = got;
      for (i = 0; i < 40; i = i + 1) feed(line[400 * round + i]);
      repeat (30) @(negedge clk);
      if (got - base != 10) begin errors = errors + 1; $display("# %0d words behind SYNC", got - base); end
      for (i = 0; i < 10; i = i + 1)
        if (given[base+i] !== sent[100*round+i]) begin errors = errors + 1; $display("# behind SYNC: %h", given[base+i]); end
    end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
  initial begin #3000000 $display("FAIL seed %0d: time is up", seed); $finish; end
endmodule
