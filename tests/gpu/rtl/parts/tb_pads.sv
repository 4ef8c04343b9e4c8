// Pads with their registers, on the cells' models: a value is at the pin behind the next edge, and the other way
// round; nobody drives a bus, and outputs are high, before the first edge. And the reset of a clock.
module tb_pads;
  logic clk = 0, drive = 0, other = 0, ready = 0;
  logic [3:0] d = 0, from = 0, q_in, pad_out, q_io;
  wire [3:0] bus;
  wire rst;
  logic [3:0] d_then, from_then, bus_then;
  logic drive_then = 0;
  int errors = 0, seed, i, high = 0, ready_for = 0;
  xg_pad_in #(.W(4)) u_in (.clk_i(clk), .pad_i(from), .q_o(q_in));
  xg_pad_out #(.W(4)) u_out (.clk_i(clk), .d_i(d), .pad_o(pad_out));
  xg_pad_inout #(.W(4)) u_io (.clk_i(clk), .d_i(d), .drive_i(drive), .q_o(q_io), .pad_io(bus));
  xg_reset #(.LOG2(4)) u_reset (.clk_i(clk), .ready_i(ready), .rst_o(rst));
  assign bus = other ? from : 4'bz;
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    #1;
    if (pad_out !== 4'hF || bus !== 4'bz) begin errors = errors + 1; $display("# before the first edge: %b %b", pad_out, bus); end
    for (i = 0; i < 2000; i = i + 1) begin
      d = $random(seed); from = $random(seed); drive = $random(seed);
      other = !drive_then && $random(seed);
      ready = i % 97 > 5 && i % 211 > 2;
      #4;
      bus_then = bus; d_then = d; from_then = from; drive_then = drive;
      clk = 1;
      #1 other = other && !drive;
      #4;
      if (q_in !== from_then) begin errors = errors + 1; $display("# in: %b, expected %b", q_in, from_then); end
      if (pad_out !== d_then) begin errors = errors + 1; $display("# out: %b, expected %b", pad_out, d_then); end
      if (drive_then && bus !== d_then) begin errors = errors + 1; $display("# bus: %b, expected %b", bus, d_then); end
      if (!drive_then && !other && bus !== 4'bz) begin errors = errors + 1; $display("# bus: %b, nobody drives", bus); end
      if (i > 0 && q_io !== bus_then) begin errors = errors + 1; $display("# from the bus: %b, expected %b", q_io, bus_then); end
      // Reset: off only after sixteen cycles of readiness, two later than it is seen; on again in three.
      ready_for = ready ? ready_for + 1 : 0;
      if (!rst && ready_for < 16 && ready_for > 3) begin errors = errors + 1; $display("# reset ends after %0d cycles", ready_for); end
      if (rst && ready_for > 20) begin errors = errors + 1; $display("# reset stays"); end
      high = high + {31'd0, rst};
      clk = 0;
      #1;
    end
    if (high < 200 || high > 1500) begin errors = errors + 1; $display("# in reset for %0d cycles", high); end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
