// xg_cp_dirty against a set: marks of random registers, many of them twice and close together; a scan gives
// each once, ascending, and forgets it.
module tb_cp_dirty;
  logic clk = 0, rst = 1, mark = 0, scan = 0, item_ready = 0;
  logic [13:0] mark_addr = 0, item, count;
  wire ready, idle, item_valid;
  logic set [0:16383];
  int errors = 0, seed, i, round, members, last, wait_for;
  xg_cp_dirty dut (.clk_i(clk), .wake_o(), .rst_i(rst), .ready_o(ready), .mark_i(mark), .mark_addr_i(mark_addr), .idle_o(idle),
                   .count_o(count), .scan_i(scan), .item_valid_o(item_valid), .item_ready_i(item_ready), .item_addr_o(item));
  always #5 clk = !clk;
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    for (i = 0; i < 16384; i = i + 1) set[i] = 0;
    repeat (3) @(negedge clk);
    rst = 0;
    while (!ready) @(negedge clk);
    for (round = 0; round < 12; round = round + 1) begin
      members = 0;
      for (i = 0; i < (round == 11 ? 0 : 200 << (round & 3)); i = i + 1) begin
        mark = ($random(seed) & 3) != 0;
        mark_addr = ($random(seed) & 3) == 0 ? $random(seed) : mark_addr + ($random(seed) & 3);
        if (mark) begin
          if (!set[mark_addr]) members = members + 1;
          set[mark_addr] = 1;
        end
        @(negedge clk);
      end
      mark = 0;
      repeat (3) @(negedge clk);
      if (!idle || count !== members) begin errors = errors + 1; $display("# count %0d, expected %0d", count, members); end
      if (members != 0) begin
        scan = 1;
        @(negedge clk);
        scan = 0;
        last = -1;
        for (i = 0; i < members; i = i + 1) begin
          wait_for = 0;
          item_ready = 0;
          while (!item_valid && wait_for < 3000) begin @(negedge clk); wait_for = wait_for + 1; end
          while (($random(seed) & 3) == 0) @(negedge clk);
          if (!item_valid || int'({18'd0, item}) <= last || !set[item]) begin errors = errors + 1; $display("# item %h after %h", item, last); end
          last = item;
          set[item] = 0;
          item_ready = 1;
          @(negedge clk);
        end
        item_ready = 0;
        repeat (1200) @(negedge clk);
        if (item_valid || count != 0) begin errors = errors + 1; $display("# more than was marked"); end
      end
    end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
