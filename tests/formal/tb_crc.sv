// The step of xg_crc32c against the definition (RFC 3720, bit by bit): on zero and on each single bit of state and
// word; then random words from the start.
`timescale 1ns / 1ns
module tb_crc;
  logic clk = 0, init = 0, valid = 0;
  logic [31:0] data = 0, out, state, want;
  integer i, bad = 0;
  xg_crc32c dut (.clk_i(clk), .init_i(init), .valid_i(valid), .data_i(data), .crc_o(out));
  always #5 clk = !clk;

  function automatic logic [31:0] definition(input logic [31:0] s, input logic [31:0] d);
    logic [31:0] c;
    logic odd;
    c = s;
    for (int k = 0; k < 32; k++) begin
      odd = d[k] ^ c[0];
      c = {1'b0, c[31:1]};
      if (odd) c = c ^ 32'h82F63B78;
    end
    definition = c;
  endfunction

  task step(input logic first, input logic [31:0] d);
    begin
      @(negedge clk);
      init = first;
      valid = 1;
      data = d;
      want = definition(first ? 32'hFFFFFFFF : ~out, d);
      @(negedge clk);
      valid = 0;
      if (out !== ~want) bad = bad + 1;
    end
  endtask

  // Brings the state to s: the word that does it from all ones is found backwards.
  task set(input logic [31:0] s);
    logic [31:0] c;
    integer k;
    begin
      c = s;
      for (k = 0; k < 32; k = k + 1) c = c[31] ? {c[30:0] ^ 31'h02F63B78, 1'b1} : {c[30:0], 1'b0};
      step(1'b1, ~c);
      if (~out !== s) bad = bad + 1;
    end
  endtask

  initial begin
    for (i = 0; i <= 64; i = i + 1) begin
      set((i > 32) ? 32'd1 << (i - 33) : 32'd0);
      step(1'b0, (i > 0 && i <= 32) ? 32'd1 << (i - 1) : 32'd0);
    end
    for (i = 0; i < 2000; i = i + 1) step(i % 50 == 0, $random);
    // RFC 3720, B.4: 32 bytes of zeros, of ones.
    step(1'b1, 32'd0);
    for (i = 0; i < 7; i = i + 1) step(1'b0, 32'd0);
    if (out !== 32'h8A9136AA) bad = bad + 1;
    step(1'b1, 32'hFFFFFFFF);
    for (i = 0; i < 7; i = i + 1) step(1'b0, 32'hFFFFFFFF);
    if (out !== 32'h62A8AB43) bad = bad + 1;
    if (bad != 0) $display("%0d differ", bad);
    if (bad == 0) $display("PASS");
    else $display("FAIL");
    $finish;
  end
endmodule
