// xg_skid: order kept, nothing lost, data stable while stalled, full rate when nothing stalls.
module tb_skid;
  logic clk = 0, rst = 1, iv = 0, ir, ov, orr = 0;
  logic [7:0] id = 0, od, last_od = 0;
  logic stalled = 0;
  logic [7:0] expect_out = 0;
  int errors = 0, moved = 0, seed, i, burst;

  xg_skid #(.W(8)) dut (.clk_i(clk), .rst_i(rst), .in_valid_i(iv), .in_ready_o(ir), .in_data_i(id),
                        .out_valid_o(ov), .out_ready_i(orr), .out_data_o(od));
  always #5 clk = !clk;
  always @(posedge clk) if (!rst) begin
    if (stalled && (!ov || od !== last_od)) begin errors = errors + 1; $display("# word changed while stalled"); end
    if (ov && orr) begin
      if (od !== expect_out) begin errors = errors + 1; $display("# got %h, expected %h", od, expect_out); end
      expect_out = expect_out + 1; moved = moved + 1;
    end
    stalled = ov && !orr; last_od = od;
    if (iv && ir) id <= id + 1;
  end
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    repeat (3) @(negedge clk);
    rst = 0;
    for (i = 0; i < 5000; i = i + 1) begin
      @(negedge clk);
      iv = $random(seed); orr = $random(seed);
    end
    @(negedge clk); iv = 1; orr = 1;
    repeat (4) @(negedge clk);
    burst = moved;
    repeat (100) @(negedge clk);
    if (moved - burst != 100) begin errors = errors + 1; $display("# %0d words in 100 cycles", moved - burst); end
    if (errors == 0 && moved > 1000) $display("PASS"); else $display("FAIL seed %0d: %0d errors, %0d moved", seed, errors, moved);
    $finish;
  end
endmodule
