// xg_mrd_mux: answers go to who asked, in order; b first; a request that is shown stays.
module tb_mrd_mux;
  logic clk = 0, rst = 1, av = 0, bv = 0, mready = 0, rvalid = 0;
  logic [28:3] aa = 0, ba = 0, addr, shown;
  logic [3:0] an = 1, bn = 1, beats;
  wire ar, br, arv, brv, mv;
  logic who [0:65535];
  logic stuck = 0;
  int errors = 0, seed, i, k, head = 0, tail = 0, moved_a = 0, moved_b = 0;
  xg_mrd_mux dut (.clk_i(clk), .wake_o(), .rst_i(rst), .a_valid_i(av), .a_ready_o(ar), .a_addr_i(aa), .a_beats_i(an), .a_rvalid_o(arv),
                  .b_valid_i(bv), .b_ready_o(br), .b_addr_i(ba), .b_beats_i(bn), .b_rvalid_o(brv), .mrd_valid_o(mv),
                  .mrd_ready_i(mready), .mrd_addr_o(addr), .mrd_beats_o(beats), .mrd_rvalid_i(rvalid));
  always #5 clk = !clk;
  always @(posedge clk) if (!rst) begin
    if (ar && br) begin errors = errors + 1; $display("# two at once"); end
    if (stuck && (!mv || addr !== shown)) begin errors = errors + 1; $display("# a request changed"); end
    if (mv && !stuck && av && bv && addr !== ba) begin errors = errors + 1; $display("# a before b"); end
    if (mv && mready) begin
      if (ar ? (addr !== aa || beats !== an) : (!br || addr !== ba || beats !== bn)) begin
        errors = errors + 1; $display("# request %h of %0d", addr, beats);
      end
      for (k = 0; k < beats; k = k + 1) begin who[tail[15:0]] = br; tail = tail + 1; end
      if (br) moved_b = moved_b + 1; else moved_a = moved_a + 1;
    end else if (ar || br) begin errors = errors + 1; $display("# ready without a request"); end
    stuck = mv && !mready; shown = addr;
    if (rvalid) begin
      if (arv !== !who[head[15:0]] || brv !== who[head[15:0]]) begin errors = errors + 1; $display("# beat %0d to %b%b", head, arv, brv); end
      head = head + 1;
    end else if (arv || brv) begin errors = errors + 1; $display("# a beat from nowhere"); end
    // Requesters hold what they show.
    if (!av || ar) begin av <= $random(seed); aa <= $random(seed); an <= 1 + ($random(seed) & 7); end
    if (!bv || br) begin bv <= ($random(seed) & 3) == 0; ba <= $random(seed); bn <= 1 + ($random(seed) & 7); end
  end
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    repeat (3) @(negedge clk);
    rst = 0;
    for (i = 0; i < 12000; i = i + 1) begin
      @(negedge clk);
      mready = ($random(seed) & 3) != 0;
      rvalid = head != tail && ($random(seed) & 7) < ((i & 1024) != 0 ? 7 : 3);
    end
    if (moved_a < 300 || moved_b < 300) begin errors = errors + 1; $display("# too little exercised: %0d, %0d", moved_a, moved_b); end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
