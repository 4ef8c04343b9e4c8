// xg_link_grants against sums: three classes of frames, each word that leaves the queue and one more for each
// frame's checksum, counted from the room that the queue has.
module tb_link_grants;
  logic clk = 0, rst = 1, restart = 0, take = 0, first = 0;
  logic [7:0] op = 0;
  wire [47:0] granted;
  int sum [0:2];
  int errors = 0, seed, i, left = 0, class_now = 0;
  xg_link_grants #(.ANSWER(100), .POSTED(200), .REQUEST(300)) dut (
      .clk_i(clk), .rst_i(rst), .restart_i(restart), .take_i(take), .first_i(first), .op_i(op), .granted_o(granted));
  always #5 clk = !clk;
  // docs/link.md, "Credits": what the device or a waiting thread needs to go on are answers; what is answered, requests.
  function automatic int class_of(input logic [7:0] o);
    class_of = xg_pkg::LINK_CLASS_POSTED;
    if (o == xg_pkg::LINK_MAP_PAGE || o == xg_pkg::LINK_TILE_WR || o == xg_pkg::LINK_WAIT_DONE || o == xg_pkg::LINK_DELEGATE_DONE)
      class_of = xg_pkg::LINK_CLASS_ANSWER;
    if (o == xg_pkg::LINK_CSR_RD || o == xg_pkg::LINK_MEM_RD || o == xg_pkg::LINK_TILE_RD || o == xg_pkg::LINK_FENCE || o == xg_pkg::LINK_HELLO)
      class_of = xg_pkg::LINK_CLASS_REQUEST;
  endfunction
  task begin_anew;
    begin
      sum[xg_pkg::LINK_CLASS_ANSWER] = 100;
      sum[xg_pkg::LINK_CLASS_POSTED] = 200;
      sum[xg_pkg::LINK_CLASS_REQUEST] = 300;
      left = 0;
    end
  endtask
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    begin_anew;
    repeat (3) @(negedge clk);
    rst = 0;
    for (i = 0; i < 20000; i = i + 1) begin
      take = ($random(seed) & 3) != 0;
      first = left == 0;
      op = first ? $random(seed) & 8'h1F : $random(seed);
      restart = ($random(seed) & 4095) == 0;
      @(posedge clk);
      if (take && first) begin
        left = 1 + ($random(seed) & 15);
        class_now = class_of(op);
        sum[class_now] = sum[class_now] + 2;
      end else if (take) sum[class_now] = sum[class_now] + 1;
      if (take) left = left - 1;
      if (restart) begin_anew;
      @(negedge clk);
      if (granted !== {16'(sum[2]), 16'(sum[1]), 16'(sum[0])}) begin
        errors = errors + 1;
        if (errors < 5) $display("# %h, expected %h %h %h", granted, sum[2], sum[1], sum[0]);
      end
    end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
