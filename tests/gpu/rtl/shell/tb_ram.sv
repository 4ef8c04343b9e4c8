// xg_ram against an array: byte enables, held read data, old word on collision.
module tb_ram;
  logic clk = 0, we = 0, re = 0;
  logic [4:0] wa = 0, ra = 0;
  logic [7:0] ws = 0;
  logic [63:0] wd = 0, rd, expected = 0;
  logic [63:0] model [0:31];
  logic [31:0] written = 0;
  logic known = 0;
  int errors = 0, checked = 0, seed, i, b;

  xg_ram #(.W(64), .DEPTH_LOG2(5)) dut (.clk_i(clk), .we_i(we), .waddr_i(wa), .wstrb_i(ws),
                                        .wdata_i(wd), .re_i(re), .raddr_i(ra), .rdata_o(rd));
  always #5 clk = !clk;
  always @(posedge clk) begin
    if (known) begin
      checked = checked + 1;
      if (rd !== expected) begin errors = errors + 1; $display("# got %h, expected %h", rd, expected); end
    end
    if (re) begin known = written[ra]; expected = model[ra]; end
    if (we) begin
      for (b = 0; b < 8; b = b + 1) if (ws[b]) model[wa][8*b+:8] = wd[8*b+:8];
      if (ws == 8'hFF) written[wa] = 1;
    end
  end
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    for (i = 0; i < 20000; i = i + 1) begin
      @(negedge clk);
      we = $random(seed); re = $random(seed);
      wa = $random(seed); ra = ($random(seed) & 3) == 0 ? wa : $random(seed);
      ws = ($random(seed) & 1) ? 8'hFF : $random(seed);
      wd = {$random(seed), $random(seed)};
    end
    if (errors == 0 && checked > 5000) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
