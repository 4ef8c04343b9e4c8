// xg_copy_line: bytes swapped as each endian code says, lines in order at their addresses, a line told only
// after its beats were taken.
module tb_copy_line;
  logic clk = 0, rst = 1, lv = 0, wv = 0, mready = 0, eready = 0;
  wire lr, wr, half, idle, mv, ev;
  logic [28:6] line = 0, told;
  logic [63:0] word = 0, data;
  logic [2:0] endian = 0;
  logic [28:3] at;
  logic [28:6] lines [0:65535];
  logic [63:0] words [0:65535];
  int errors = 0, seed, i, b, announced = 0, given = 0, written = 0, told_n = 0, round, from;
  logic [63:0] want;
  xg_copy_line dut (.clk_i(clk), .rst_i(rst), .line_valid_i(lv), .line_ready_o(lr), .line_addr_i(line), .word_valid_i(wv),
                    .word_ready_o(wr), .word_half_o(half), .word_i(word), .endian_i(endian), .idle_o(idle), .mwr_valid_o(mv),
                    .mwr_ready_i(mready), .mwr_addr_o(at), .mwr_data_o(data), .eff_valid_o(ev), .eff_ready_i(eready),
                    .eff_line_o(told));
  always #5 clk = !clk;
  // Where byte b of what is written comes from, in the word that came in.
  function automatic int byte_from(input int b, input logic [2:0] code);
    case (code)
      3'd1: byte_from = b ^ 1;
      3'd2: byte_from = b ^ 3;
      3'd3: byte_from = b ^ 2;
      3'd4, 3'd5: byte_from = b ^ 7;
      default: byte_from = b;
    endcase
  endfunction
  always @(posedge clk) if (!rst) begin
    if (idle && told_n != announced) begin errors = errors + 1; $display("# idle with a line to tell"); end
    if (lv && lr) begin lines[announced[15:0]] = line; announced = announced + 1; end
    if (wv && wr) begin words[given[15:0]] = word; given = given + 1; end
    if (mv && mready) begin
      for (b = 0; b < 8; b = b + 1) begin from = byte_from(b, endian); want[8*b+:8] = words[written[15:0]][8*from+:8]; end
      if (written >= given || written / 8 >= announced || data !== want || at !== {lines[written / 8], written[2:0]}) begin
        errors = errors + 1;
        if (errors < 5) $display("# beat %0d: %h at %h, expected %h at %h", written, data, at, want, {lines[written / 8], written[2:0]});
      end
      written = written + 1;
    end
    if (ev && eready) begin
      if (told_n * 8 + 8 > written || told !== lines[told_n[15:0]]) begin errors = errors + 1; $display("# line %0d told: %h", told_n, told); end
      told_n = told_n + 1;
    end
  end
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    repeat (3) @(negedge clk);
    rst = 0;
    for (round = 0; round < 12; round = round + 1) begin
      endian = round % 6;
      for (i = 0; i < 600; i = i + 1) begin
        @(negedge clk);
        mready = ($random(seed) & 7) < ((round & 1) != 0 ? 7 : 3);
        eready = ($random(seed) & 7) < ((round & 2) != 0 ? 7 : 1);
        lv = ($random(seed) & 7) == 0; line = $random(seed);
        // A word belongs to a line that was announced.
        wv = given < 8 * announced && half && $random(seed); word = {$random(seed), $random(seed)};
      end
      @(negedge clk);
      lv = 0; wv = 0;
      while (told_n != announced || given != 8 * announced) begin
        @(negedge clk);
        lv = 0; mready = 1; eready = 1; wv = given < 8 * announced && half; word = {$random(seed), $random(seed)};
      end
      @(negedge clk);
      wv = 0;
      repeat (4) @(negedge clk);
      if (!idle) begin errors = errors + 1; $display("# not idle"); end
    end
    if (told_n < 200) begin errors = errors + 1; $display("# too little exercised: %0d lines", told_n); end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
  initial begin #2000000 $display("FAIL seed %0d: time is up", seed); $finish; end
endmodule
