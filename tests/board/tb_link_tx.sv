// xg_link_tx with room for a few words and two frames, against a side that acknowledges, asks and takes at random:
// nothing is taken without credit of its class; what leaves are the frames that were taken, each with its number, again only
// from the first on that was not acknowledged; and with a side that grants, acknowledges and takes, frames of every class
// go on within a bounded time.
module tb_link_tx;
  logic clk = 0, rst = 1;
  always #5 clk = !clk;
  int seed = 7, errors, n, live, count, worst;

  logic [2:0] in_valid = 0, in_ready, second = 0;
  logic [7:0] taken = 0, sent = 0, acked = 0, tag = 0, peer_tag = 0;
  logic [31:0] word, out;
  logic [15:0] granted = 0, grant = 0;
  int used [0:2], quiet [0:2], class_of [0:255];
  logic peer = 0, again = 0, ready = 0, nak = 0, out_valid;
  assign word = second != 0 ? {24'd0, taken} : 32'h81000000;

  xg_link_tx #(
      .DEPTH_LOG2(3), .FRAMES_LOG2(1), .LONGEST(2), .CREDIT_LOG2(2), .TIMER_LOG2(6), .CALM_LOG2(3), .HOLD_LOG2(3)
  ) dut (
      .clk_i(clk), .clk_count_i(clk), .wake_o(), .rst_i(rst), .drop_i(1'b0), .restart_i(1'b0), .in_valid_i(in_valid), .in_ready_o(in_ready),
      .in0_data_i(word), .in1_data_i(word), .in2_data_i(word), .in_last_i(second), .hello_i(1'b0), .peer_valid_i(peer),
      .peer_again_i(again), .peer_tag_i(peer_tag), .peer_credit_i({grant, grant, grant}), .accepted_i(nak), .repeated_i(1'b0),
      .taken_i(nak), .answer_i(1'b0), .session_i(24'd1), .expect_i(8'd7), .granted_i(48'd0), .nak_valid_i(nak), .nak_ready_o(),
      .nak_reason_i(8'd1), .out_valid_o(out_valid), .out_ready_i(ready), .out_data_o(out));

  // The words of a tile are told soon, whatever HOLD says, and not while they come.
  logic tile = 0, tiles_on = 0, told;
  logic [31:0] told_word;
  int grants = 0, since = 0, m;
  xg_link_tx #(
      .DEPTH_LOG2(3), .FRAMES_LOG2(1), .LONGEST(2), .CREDIT_LOG2(2), .HOLD_LOG2(12)
  ) tiles (
      .clk_i(clk), .clk_count_i(clk), .wake_o(), .rst_i(!tiles_on), .drop_i(1'b0), .restart_i(1'b0), .in_valid_i(3'd0), .in_ready_o(),
      .in0_data_i(32'd0), .in1_data_i(32'd0), .in2_data_i(32'd0), .in_last_i(3'd0), .hello_i(1'b0), .peer_valid_i(1'b0),
      .peer_again_i(1'b0), .peer_tag_i(8'd0), .peer_credit_i(48'd0), .accepted_i(1'b0), .repeated_i(1'b0),
      .taken_i(tile), .answer_i(tile), .session_i(24'd1), .expect_i(8'd7), .granted_i(48'd0), .nak_valid_i(1'b0), .nak_ready_o(),
      .nak_reason_i(8'd0), .out_valid_o(told), .out_ready_i(1'b1), .out_data_o(told_word));
  always @(posedge clk) if (told && told_word[31:24] == xg_pkg::LINK_CREDIT_GRANT) grants <= grants + 1;

  int left = 0;
  bit number = 0;
  always @(posedge clk) if (!rst) begin
    for (n = 0; n < 3; n = n + 1) begin
      quiet[n] = quiet[n] + 1;
      if (in_valid[n] && in_ready[n]) begin
        if (second[n]) begin taken = taken + 1; count = count + 1; used[n] = used[n] + 3; quiet[n] = 0; end
        second[n] <= !second[n];
        if (used[n] > granted) begin errors = errors + 1; if (errors < 6) $display("# class %0d took %0d words of %0d", n, used[n], granted); end
      end
      if (live && quiet[n] > worst) worst = quiet[n];
    end
    if (out_valid && ready) begin
      if (left != 0) begin
        left = left - 1;
        if (number && out !== {24'd0, tag}) begin errors = errors + 1; if (errors < 6) $display("# frame %0d holds %h", tag, out); end
        number = 0;
      end else if (out !== xg_pkg::LINK_SYNC) begin
        number = out[31:24] == 8'h81;
        left = number ? 2 : 4;
        tag = out[23:16];
        if (number && tag === sent) sent = sent + 1;
        else if (number && (sent - tag > 3 || sent - tag == 0)) begin errors = errors + 1; if (errors < 6) $display("# frame %0d after %0d", tag, sent); end
        // one that is acknowledged need not hold anything any more
        if (number && acked - tag < 128 && acked != tag) number = 0;
      end
    end
    if (peer && peer_tag - acked <= sent - acked) acked = peer_tag;
    if (peer) granted <= grant;
  end

  initial begin
    errors = 0; count = 0; worst = 0;
    for (n = 0; n < 3; n = n + 1) begin used[n] = 0; quiet[n] = 0; end
    repeat (3) @(negedge clk);
    rst = 0;
    for (live = 0; live < 2; live = live + 1) begin
      for (n = 0; n < 3; n = n + 1) quiet[n] = 0;
      repeat (20000) begin
        @(negedge clk);
        ready = live || ($random(seed) & 3) != 0;
        nak = ($random(seed) & 63) == 0;
        in_valid = (live ? 3'b111 : $random(seed)) | second;
        peer = live || ($random(seed) & 3) == 0;
        again = !live && ($random(seed) & 7) == 0;
        // sometimes of no frame that there is
        peer_tag = live || ($random(seed) & 7) != 0 ? sent - (live ? 0 : ($random(seed) & 1)) : sent + 8'd4 + ($random(seed) & 127);
        grant = live ? used[0] + used[1] + used[2] > 30000 ? granted : granted + 16'd12 : granted + (($random(seed) & 7) == 0 ? 16'd3 : 16'd0);
        if (grant - used[0] > 16'd20000 || grant - used[1] > 16'd20000 || grant - used[2] > 16'd20000) grant = granted;
      end
    end
    if (errors == 0) $display("ok 1 - credit, order and numbers of two frames under way"); else $display("not ok 1 - credit, order and numbers: %0d errors", errors);
    if (worst < 120 && count > 2000) $display("ok 2 - every class goes on: %0d frames, none waited more than %0d clocks", count, worst);
    else $display("not ok 2 - a class stood for %0d clocks, %0d frames", worst, count);
    tiles_on = 1;
    repeat (5000) @(negedge clk);  // HOLD is over
    grants = 0;
    for (m = 0; m < 1283; m = m + 1) begin
      tile = 1; @(negedge clk);
      tile = 0; repeat (4) @(negedge clk);
    end
    tile = 0;
    since = grants;
    for (m = 0; m < 1000 && grants == since; m = m + 1) @(negedge clk);
    if (since <= 2 && m < 200) $display("ok 3 - the credit of a tile comes back %0d clocks after it", m);
    else $display("not ok 3 - the credit of a tile: %0d times while it came, %0d clocks after it", since, m);
    $display("1..3");
    $finish;
  end
endmodule
