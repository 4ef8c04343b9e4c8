// Two xg_uart, one a little faster than the other, and xg_link_bytes, which finds words again after a byte
// was lost. Prints TAP.
module tb_uart;
  logic a = 0, b = 0, rst = 1;
  always #100 a = !a;
  always #101 b = !b;
  logic ab, ba, rxv, txv = 0, txr;
  logic [7:0] rxd, txd = 0;
  xg_uart #(.DIVIDE(16)) u_a (.clk_i(a), .rst_i(rst), .rx_i(ba), .tx_o(ab), .rx_valid_o(), .rx_data_o(),
      .tx_valid_i(txv), .tx_ready_o(txr), .tx_data_i(txd));
  xg_uart #(.DIVIDE(16)) u_b (.clk_i(b), .rst_i(rst), .rx_i(ab), .tx_o(ba), .rx_valid_o(rxv), .rx_data_o(rxd),
      .tx_valid_i(1'b0), .tx_ready_o(), .tx_data_i(8'd0));

  logic hunt = 0, wv;
  logic [31:0] word, last;
  integer words = 0, bytes = 0, wrong = 0, i;
  logic drop = 0;
  xg_link_bytes u_bytes (.clk_i(b), .rst_i(rst), .hunt_i(hunt), .rx_valid_i(rxv && !drop), .rx_ready_o(),
      .rx_data_i(rxd), .word_valid_o(wv), .word_ready_i(1'b1), .word_o(word), .word_valid_i(1'b0),
      .word_ready_o(), .word_i(32'd0), .tx_valid_o(), .tx_ready_i(1'b0), .tx_data_o());
  always @(posedge b) begin
    if (rxv) bytes = bytes + 1;
    if (wv) begin
      last = word;
      words = words + 1;
    end
  end
  task say(input [7:0] v);
    begin
      txd <= v;
      txv <= 1;
      @(posedge a);
      while (!txr) @(posedge a);
      txv <= 0;
      @(posedge a);
    end
  endtask
  task say_word(input [31:0] v);
    for (i = 0; i < 4; i = i + 1) say(v[8*i+:8]);
  endtask
  initial begin
    #2000 rst = 0;
    @(posedge a);
    for (integer n = 0; n < 50; n = n + 1) begin
      say_word(32'h12345678 + n * 32'h01030507);
      repeat (400) @(posedge a);
      if (last !== 32'h12345678 + n * 32'h01030507) wrong = wrong + 1;
    end
    $display("%s 1 - 50 words over a line whose ends differ by one in a hundred", wrong == 0 && words == 50 ?
             "ok" : "not ok");
    drop = 1;
    say(8'h11);
    repeat (400) @(posedge a);
    drop = 0;
    say(8'h22);
    repeat (400) @(posedge a);
    hunt = 1;
    say_word(xg_pkg::LINK_SYNC);
    repeat (400) @(posedge a);
    hunt = 0;
    say_word(32'hCAFE0123);
    repeat (800) @(posedge a);
    $display("%s 2 - word borders are found again at LINK_SYNC", last === 32'hCAFE0123 ? "ok" : "not ok");
    $display("1..2");
    $finish;
  end
endmodule
