// xg_litedram_port against a model of LiteDRAM's port: random reads and writes with byte enables, against an array; each
// read's words are compared in order. Also: writes of both halves of 128 bits are one command, and a long read moves a word
// a clock. Prints TAP.
`timescale 1ns / 1ps
module tb_litedram;
  localparam int ADDR_W = 17, ROUNDS = 6000;
  logic clk = 0, rst = 1, init = 0;
  always #5 clk = !clk;
  int seed = 5, tests = 0, wrong = 0, sent = 0, got = 0, commands = 0, from = 0, i, k;
  logic [3:0] stall = 0;

  logic req_valid = 0, req_ready, req_we = 0, rd_valid;
  logic [ADDR_W-1:3] req_addr = 0;
  logic [3:0] req_beats = 1;
  logic [63:0] req_wdata = 0, rd_data;
  logic [7:0] req_wstrb = 0;
  logic cmd_valid, cmd_ready, cmd_we, wd_valid, wd_ready, rdata_valid;
  logic [ADDR_W-1:4] cmd_addr;
  logic [127:0] wd, rdata;
  logic [15:0] wd_we;
  logic [31:0] errors;
  xg_litedram_port #(.ADDR_W(ADDR_W)) dut (
      .clk_i(clk), .rst_i(rst), .req_valid_i(req_valid), .req_ready_o(req_ready), .req_we_i(req_we), .req_addr_i(req_addr),
      .req_beats_i(req_beats), .req_wdata_i(req_wdata), .req_wstrb_i(req_wstrb), .rd_valid_o(rd_valid), .rd_data_o(rd_data),
      .cmd_valid_o(cmd_valid), .cmd_ready_i(cmd_ready), .cmd_we_o(cmd_we), .cmd_addr_o(cmd_addr), .wdata_valid_o(wd_valid),
      .wdata_ready_i(wd_ready), .wdata_o(wd), .wdata_we_o(wd_we), .rdata_valid_i(rdata_valid), .rdata_i(rdata));
  litedram_model #(.ADDR_W(ADDR_W), .WORDS_LOG2(ADDR_W - 4), .LATENCY(24)) u_model (
      .clk_i(clk), .rst_i(rst), .init_i(init), .stall_i(stall), .cmd_valid_i(cmd_valid), .cmd_ready_o(cmd_ready),
      .cmd_we_i(cmd_we), .cmd_addr_i(cmd_addr), .wdata_valid_i(wd_valid), .wdata_ready_o(wd_ready), .wdata_i(wd),
      .wdata_we_i(wd_we), .rdata_valid_o(rdata_valid), .rdata_o(rdata), .errors_o(errors));

  logic [63:0] mirror[0:(1<<(ADDR_W-3))-1], expected[0:65535];
  function int rnd(input int n);
    rnd = int'({1'b0, 31'($random(seed))} % n);
  endfunction
  task result(input logic good, input string text);
    begin
      tests = tests + 1;
      $display("%0s %0d - %0s", good && wrong == 0 ? "ok" : "not ok", tests, text);
      if (!good || wrong != 0) begin  // what follows would say no more
        $display("1..%0d", tests);
        $finish;
      end
    end
  endtask
  always @(posedge clk) if (!rst) begin
    if (cmd_valid && cmd_ready) commands <= commands + 1;
    if (rd_valid) begin
      if (got == sent || rd_data !== expected[got & 65535]) begin
        wrong = wrong + 1;
        if (wrong < 5) $display("# word %0d is %h, expected %h", got, rd_data, expected[got & 65535]);
      end
      got <= got + 1;
    end
  end
  task request(input logic we, input int at, input int beats, input logic [63:0] data, input logic [7:0] strb);
    begin
      req_valid <= 1;
      req_we <= we;
      req_addr <= (ADDR_W - 3)'(at);
      req_beats <= 4'(beats);
      req_wdata <= data;
      req_wstrb <= strb;
      @(posedge clk);
      while (!req_ready) @(posedge clk);
      req_valid <= 0;
      for (k = 0; k < 8; k = k + 1) begin
        if (we && strb[k]) mirror[at][8*k+:8] = data[8*k+:8];
        if (!we && k < beats) begin
          expected[sent & 65535] = mirror[at+k];
          sent = sent + 1;
        end
      end
    end
  endtask
  task settle;
    begin
      req_valid <= 0;
      for (i = 0; i < 2000 && got != sent; i = i + 1) @(posedge clk);
      repeat (60) @(posedge clk);
      if (got != sent) wrong = wrong + 1;
    end
  endtask
  task traffic(input int span);
    int at, n;
    begin
      for (i = 0; i < ROUNDS; i = i + 1) begin
        at = rnd(span);
        n = 1 + rnd(8);
        if ((at & 7) + n > 8) n = 8 - (at & 7);
        if (rnd(3) == 0) request(0, at, n, 0, 0);
        else if (rnd(2) == 0) request(1, at, 1, {$random(seed), $random(seed)}, 8'($random(seed)));
        else begin
          request(1, at & ~1, 1, {$random(seed), $random(seed)}, 8'hFF);
          request(1, at | 1, 1, {$random(seed), $random(seed)}, 8'($random(seed)));
        end
        if (rnd(4) == 0) repeat (rnd(12)) @(posedge clk);
        if (rnd(64) == 0) stall <= 4'($random(seed));
      end
      settle;
    end
  endtask

  initial begin
    for (i = 0; i < (1 << (ADDR_W - 3)); i = i + 1) mirror[i] = 0;
    repeat (4) @(posedge clk);
    rst <= 0;
    request(0, 0, 8, 0, 0);
    repeat (150) @(posedge clk);
    result(got == 0 && commands == 0, "a request before the memory is ready waits");
    init <= 1;
    settle;
    result(got == 8, "it is served then");
    traffic(48);
    result(errors == 0, "random reads and writes in six lines");
    traffic(1 << (ADDR_W - 3));
    result(errors == 0, "random reads and writes everywhere");
    stall <= 0;
    settle;
    from = commands;
    for (i = 0; i < 64; i = i + 1) request(1, 1024 + i, 1, {$random(seed), $random(seed)}, 8'hFF);
    settle;
    result(commands - from == 32, "64 words in a row are 32 writes");
    from = $time / 10;
    for (i = 0; i < 64; i = i + 1) request(0, 8 * i, 8, 0, 0);
    while (got != sent) @(posedge clk);
    $display("# 512 words in %0d clocks", $time / 10 - from);
    result($time / 10 - from < 660 && errors == 0, "a long read: three words in four clocks and more");
    $display("1..%0d", tests);
    $finish;
  end
  initial begin
    #2000000;
    $display("not ok - time is up");
    $finish;
  end
endmodule
