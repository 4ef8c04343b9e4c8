// The shell (link, registers, memory) around a stub core: every frame of the host, faults, bad
// frames and reset, with random stalls on the link and on the board memory.
module tb_shell;
  logic clk = 0, rst = 1;
  logic rx_valid = 0, rx_ready, tx_valid, tx_ready = 0;
  logic [31:0] rx_data = 0, tx_data;
  logic brd_valid, brd_ready = 0, brd_rvalid = 0, bwr_valid, bwr_ready = 0;
  logic [28:3] brd_addr, bwr_addr;
  logic [3:0] brd_beats;
  logic [63:0] brd_rdata = 0, bwr_data;
  logic [7:0] bwr_strb;
  logic busy, ed_valid, ed_we;
  logic [20:0] ed_addr;
  logic [63:0] ed_wdata;
  logic [7:0] ed_wstrb;

  xg_top dut (.clk_i(clk), .clk_host_i(clk), .wake_host_o(), .clk_tx_i(clk),
      .wake_tx_o(), .clk_mem_i(clk), .wake_mem_o(), .clk_cp_i(clk), .wake_cp_o(), .wake_setup_o(), .clk_copy_i(clk),
      .wake_copy_o(), .clk_line_i(clk), .wake_line_o(), .clk_lane_i(clk), .wake_lane_o(), .clk_edram_i(clk), .wake_edram_o(), .clk_eff_i(clk), .wake_eff_o(), .rst_i(rst), .rx_valid_i(rx_valid), .rx_ready_o(rx_ready), .rx_data_i(rx_data),
      .tx_valid_o(tx_valid), .tx_ready_i(tx_ready), .tx_data_o(tx_data),
      .brd_valid_o(brd_valid), .brd_ready_i(brd_ready), .brd_addr_o(brd_addr), .brd_beats_o(brd_beats),
      .brd_rvalid_i(brd_rvalid), .brd_rdata_i(brd_rdata), .bwr_valid_o(bwr_valid), .bwr_ready_i(bwr_ready),
      .bwr_addr_o(bwr_addr), .bwr_data_o(bwr_data), .bwr_strb_o(bwr_strb),
      .ed_valid_o(ed_valid), .ed_ready_i(1'b1), .ed_we_o(ed_we), .ed_addr_o(ed_addr), .ed_wdata_o(ed_wdata),
      .ed_wstrb_o(ed_wstrb), .ed_rvalid_i(1'b0), .ed_rdata_i(64'd0), .busy_o(busy), .see_valid_o(), .see_last_o(), .see_word_o(), .see_forget_o(), .see_map_o(),
      .see_page_o(), .see_resident_o(), .see_frame_o(), .scanout_o(), .underruns_i(32'd0));

  always #5 clk = !clk;

  int seed, errors = 0, checks = 0, i, k;
  bit stalls = 1;

  task check(input bit ok, input [8*60-1:0] what);
    checks = checks + 1;
    if (!ok) begin errors = errors + 1; $display("# %0t wrong: %0s", $time, what); end
  endtask

  // ---- board memory: 256 KiB, repeated; answers in order after a random time ----
  logic [63:0] ram [0:32767];
  logic [28:3] q_addr [0:63];
  int q_head = 0, q_tail = 0, b;
  always @(posedge clk) begin
    brd_rvalid <= 0;
    if (q_head != q_tail && (!stalls || ($random(seed) & 1))) begin
      brd_rvalid <= 1; brd_rdata <= ram[q_addr[q_head & 63][17:3]]; q_head = q_head + 1;
    end
    if (brd_valid && brd_ready)
      for (b = 0; b < brd_beats; b = b + 1) begin q_addr[q_tail & 63] = brd_addr + b; q_tail = q_tail + 1; end
    if (bwr_valid && bwr_ready)
      for (b = 0; b < 8; b = b + 1) if (bwr_strb[b]) ram[bwr_addr[17:3]][8*b+:8] = bwr_data[8*b+:8];
  end
  always @(negedge clk) begin
    brd_ready = (q_tail - q_head < 48) && (!stalls || ($random(seed) & 1));
    bwr_ready = !stalls || ($random(seed) & 1);
    tx_ready = !stalls || ($random(seed) & 3) != 0;
  end

  // ---- checksum, bit by bit over bytes ----
  function [31:0] crc_byte(input [31:0] crc, input [7:0] v);
    reg [31:0] c; int n;
    begin
      c = crc ^ {24'd0, v};
      for (n = 0; n < 8; n = n + 1) c = c[0] ? (c >> 1) ^ 32'h82F63B78 : c >> 1;
      crc_byte = c;
    end
  endfunction
  function [31:0] crc_word(input [31:0] crc, input [31:0] v);
    crc_word = crc_byte(crc_byte(crc_byte(crc_byte(crc, v[7:0]), v[15:8]), v[23:16]), v[31:24]);
  endfunction

  // ---- host side, sending ----
  logic [7:0] tag = 8'h40;
  logic [31:0] pay [0:4095];
  logic [31:0] crc_out;
  bit spoil = 0;
  task put(input [31:0] w);
    begin
      while (stalls && ($random(seed) & 3) == 0) @(negedge clk);
      rx_valid = 1; rx_data = w;
      #1; while (!rx_ready) begin @(negedge clk); #1; end
      @(negedge clk); rx_valid = 0;
    end
  endtask
  // What has come is acknowledged, and so many more words may come; before every frame.
  int granted = 16384;
  task control(input [7:0] op, input [7:0] expected, input [31:0] reason);
    logic [31:0] c, w;
    int j;
    begin
      c = 32'hFFFFFFFF;
      for (j = 0; j < 4; j = j + 1) begin
        case (j)
          0: w = {op, expected, 16'd2};
          1: w = reason;
          2: w = ((r_class[1] + granted) << 16) | ((r_class[0] + granted) & 32'hFFFF);
          default: w = (r_class[2] + granted) & 32'hFFFF;
        endcase
        c = crc_word(c, w); put(w);
      end
      put(~c);
    end
  endtask
  task send(input [7:0] op, input [31:0] addr, input int n);
    int j;
    begin
      if (op != 8'h0D) control(8'h0B, rtag, 0);
      crc_out = crc_word(crc_word(32'hFFFFFFFF, {op, tag, n[15:0]}), addr);
      put({op, tag, n[15:0]}); put(addr);
      for (j = 0; j < n; j = j + 1) begin crc_out = crc_word(crc_out, pay[j]); put(pay[j]); end
      put(~crc_out ^ (spoil ? 32'h100 : 32'h0));
      tag = tag + 1;
    end
  endtask

  // ---- host side, receiving: whole frames into a queue ----
  logic [31:0] rq [0:65535];
  int r_in = 0, r_out = 0, r_words = 0, r_left = 0, r_start = 0;
  logic [31:0] rcrc;
  logic [7:0] rtag = 0;
  int r_class [0:2], r_of, r_length, naks = 0, controls = 0, syncs = 0, repeats = 0;
  logic [31:0] control_head, control_addr, control_w0, control_w1, session = 0;
  bit damage = 0;  // the frames that come are damaged and not taken
  always @(posedge clk) if (tx_valid && tx_ready && !rst) begin
    if (r_words == 0 && tx_data === 32'hA55A5AA5) syncs = syncs + 1;
    else begin
      if (r_words == 0) begin
        rcrc = 32'hFFFFFFFF; r_left = tx_data[15:0] + 2; r_start = r_in; r_length = r_left + 1;
        if (tx_data[31:24] == 8'h80) rtag = tx_data[23:16];
      end
      if (r_left != 0) begin
        rcrc = crc_word(rcrc, tx_data); rq[r_in & 65535] = tx_data; r_in = r_in + 1;
        r_left = r_left - 1; r_words = r_words + 1;
      end else begin
        if (tx_data !== ~rcrc) begin errors = errors + 1; $display("# checksum of answer wrong"); end
        control_addr = rq[(r_start + 1) & 65535];
        if (rq[r_start & 65535][31:24] == 8'h8A || rq[r_start & 65535][31:24] == 8'h8B) begin
          control_head = rq[r_start & 65535];
          control_w0 = rq[(r_start + 2) & 65535]; control_w1 = rq[(r_start + 3) & 65535];
          controls = controls + 1;
          if (control_head[31:24] == 8'h8A) naks = naks + 1;
          r_in = r_start;
        end else if (damage || rq[r_start & 65535][23:16] !== rtag) begin
          if (!damage) begin
            repeats = repeats + 1;
            if (rtag - rq[r_start & 65535][23:16] > 8'd64) begin errors = errors + 1; $display("# tag %h, expected %h", rq[r_start & 65535][23:16], rtag); end
          end
          r_in = r_start;
        end else begin
          rtag = rtag + 1;
          case (rq[r_start & 65535][31:24])
            8'h80: begin r_of = 0; for (r_of = 0; r_of < 3; r_of = r_of + 1) r_class[r_of] = 0; r_of = 0; end
            8'h81, 8'h82, 8'h83, 8'h8E, 8'h93: r_of = 0;
            8'h85: r_of = 2;
            default: r_of = 1;
          endcase
          r_class[r_of] = r_class[r_of] + r_length;
        end
        r_words = 0;
      end
    end
  end
  function [31:0] got(input int n); got = rq[(r_out + n) & 65535]; endfunction
  logic [31:0] head;
  // Waits for a whole frame and checks its first two words; payload from got(0).
  task expect_frame(input [7:0] op, input [31:0] addr, input int n);
    int patience;
    begin
      patience = 0;
      while ((r_words != 0 || r_in == r_out) && patience < 20000) begin @(negedge clk); patience = patience + 1; end
      if (r_in == r_out) begin check(0, "no answer"); $display("# expected op %h", op); $display("FAIL seed %0d", seed); $finish; end
      head = got(0);
      checks = checks + 1;
      if (head[31:24] !== op || got(1) !== addr || head[15:0] !== n[15:0]) begin
        errors = errors + 1;
        $display("# %0t got frame %h %h, expected op %h addr %h words %0d", $time, head, got(1), op, addr, n);
      end
      r_out = r_out + 2;
      taken = head[15:0];
    end
  endtask
  int taken;
  task done_frame; r_out = r_out + taken; endtask
  task expect_fence(input [31:0] cookie);
    begin send(8'h07, cookie, 0); expect_frame(8'h83, cookie, 0); done_frame; end
  endtask
  task expect_refused(input [7:0] t, input [31:0] reason);
    begin expect_frame(8'h93, {24'd0, t}, 1); check(got(0) === reason, "reason of a refusal"); done_frame; end
  endtask
  // One more NAK than there were, that names the tag expected next.
  int naks_before = 0;
  task expect_nak(input [7:0] t, input [7:0] reason);
    int patience;
    begin
      patience = 0;
      while (naks == naks_before && patience < 20000) begin @(negedge clk); patience = patience + 1; end
      check(naks == naks_before + 1, "one NAK");
      check(control_head === {8'h8A, t, 16'd2} && control_addr === {session[31:8], reason}, "what the NAK says");
      naks_before = naks;
    end
  endtask
  task hello(input [7:0] t, input [31:0] s);
    begin
      tag = t; session = s; pay[0] = 32'h00100800; pay[1] = s;
      put(32'hA55A5AA5);
      send(8'h0D, 3, 2);
      r_class[0] = 0; r_class[1] = 0; r_class[2] = 0;
      control(8'h0B, 0, 0);
      expect_frame(8'h80, 3, 3);
      check(got(0) === 32'h001D0007 && got(1) === 2048 && got(2) === s, "capabilities"); done_frame;
    end
  endtask
  task read_csr(input [31:0] addr, input [31:0] value);
    begin
      pay[0] = 1; send(8'h02, addr, 1); expect_frame(8'h81, addr, 1);
      check(got(0) === value, "CSR value");
      if (got(0) !== value) $display("# CSR %h is %h, expected %h", addr, got(0), value);
      done_frame;
    end
  endtask
  task write_csr(input [31:0] addr, input [31:0] value);
    begin pay[0] = value; send(8'h01, addr, 1); end
  endtask
  function [31:0] pattern(input int n); pattern = n * 32'h9E3779B9 ^ 32'h5A5A0000; endfunction

  // words of the link since the last reset
  int rx_words = 0, tx_words = 0;
  always @(posedge clk) begin
    if (dut.u_link.core_rst_o) begin rx_words = 0; tx_words = 0; end
    else begin
      if (rx_valid && rx_ready) rx_words = rx_words + 1;
      if (tx_valid && tx_ready) tx_words = tx_words + 1;
    end
  end

  int n, first;
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    if (!$value$plusargs("stalls=%d", stalls)) stalls = 1;
    for (i = 0; i < 32768; i = i + 1) ram[i] = 64'hDEADDEADDEADDEAD;
    repeat (4) @(negedge clk);
    rst = 0;
    // handshake; SYNC words between frames are ignored
    // before HELLO nothing else is taken
    send(8'h07, 1, 0); expect_nak(0, 3);
    hello(8'h40, 32'hABCDEF00);
    // registers
    pay[0] = 4; send(8'h02, 0, 1); expect_frame(8'h81, 0, 4);
    check(got(0) === 32'h58475055 && got(1) === 1 && got(2) === 32'h001D0007 && got(3) === 0, "ID block"); done_frame;
    write_csr(32'h00C, 32'h12345678); read_csr(32'h00C, 32'h12345678);
    pay[0] = 32'h00100000; pay[1] = 12; send(8'h01, 32'h020, 2); read_csr(32'h020, 32'h00100000); read_csr(32'h024, 12);
    write_csr(32'h02C, 32'h155); read_csr(32'h028, 32'h155);
    read_csr(32'h108, 0); read_csr(32'h10C, 1); read_csr(32'h110, 1);
    write_csr(32'h010, 6); read_csr(32'h010, 6);
    read_csr(32'h3F0, 0);
    // packet budget: used up by doorbells in the stub; PAUSED once a write
    write_csr(32'h05C, 2); write_csr(32'h02C, 1); read_csr(32'h05C, 1); write_csr(32'h02C, 2);
    expect_frame(8'h92, 2, 0); done_frame; read_csr(32'h05C, 0);
    write_csr(32'h05C, 32'hFFFFFFFF); write_csr(32'h02C, 3); read_csr(32'h05C, 32'hFFFFFFFF); read_csr(32'h10C, 4);
    // register window
    write_csr(32'h20000 + 4 * 32'h42, 32'hCAFE0042); read_csr(32'h20000 + 4 * 32'h42, 32'hCAFE0042);
    // answers to the core
    send(8'h0E, 1, 0); send(8'h0E, 0, 0); send(8'h0A, 3, 0); read_csr(32'h114, 1); read_csr(32'h118, 1); read_csr(32'h124, 128);
    // memory: every alignment and length around a line
    for (first = 0; first < 3; first = first + 1)
      for (n = 1; n < 40; n = n + 1 + ($random(seed) & 7)) begin
        for (k = 0; k < n; k = k + 1) pay[k] = pattern(n * 64 + k + first);
        send(8'h03, 32'h1000 + 4 * first, n);
        pay[0] = n + 2; send(8'h04, 32'h1000 + 4 * first - 4, 1);
        expect_frame(8'h82, 32'h1000 + 4 * first - 4, n + 2);
        for (k = 0; k < n; k = k + 1) check(got(k + 1) === pattern(n * 64 + k + first), "memory read back");
        done_frame;
      end
    pay[0] = 2048; for (k = 0; k < 2048; k = k + 1) pay[k] = pattern(k);
    send(8'h03, 32'h8000, 2048); pay[0] = 2048; send(8'h04, 32'h8000, 1); expect_frame(8'h82, 32'h8000, 2048);
    for (k = 0; k < 2048; k = k + 1) check(got(k) === pattern(k), "2048 words read back"); done_frame;
    pay[0] = 7; pay[1] = 32'h77777777; send(8'h05, 32'h8004, 2);
    pay[0] = 9; send(8'h04, 32'h8000, 1); expect_frame(8'h82, 32'h8000, 9);
    check(got(0) === pattern(0) && got(1) === 32'h77777777 && got(7) === 32'h77777777 && got(8) === pattern(8), "fill"); done_frame;
    // a core read of an absent page: one FAULT, then the value once it is mapped; link goes on meanwhile
    write_csr(32'h20400, 32'h00018004); write_csr(32'h20404, 0);
    expect_frame(8'h85, 32'h00010000, 0); done_frame;
    expect_fence(32'h1111); read_csr(32'h014, 32'h11);
    pay[0] = 32'h00020001; send(8'h06, 32'h00020000, 1);  // another page: still waiting
    expect_fence(32'h1112);
    pay[0] = 32'hFEEDF00D; send(8'h03, 32'h00018004, 1); pay[0] = 32'h00010001; send(8'h06, 32'h00010000, 1);
    expect_frame(8'h8C, 32'h00018004, 4); check(got(3) === 32'hFEEDF00D, "core read after mapping"); done_frame;
    read_csr(32'h134, 1);
    pay[0] = 4; send(8'h02, 32'h138, 1); expect_frame(8'h81, 32'h138, 4);
    check(got(0) > 20 && got(1) === 0 && got(2) > got(0) && got(3) > 100, "stalls and words of the link"); done_frame;
    // a core write to an absent page, and then to a resident one
    write_csr(32'h20400, 32'h00030008); write_csr(32'h20408, 32'hABCD0001);
    expect_frame(8'h85, 32'h00030000, 0); done_frame;
    expect_frame(8'h87, 32'h00030008, 4); done_frame;
    pay[0] = 32'h00030001; send(8'h06, 32'h00030000, 1);
    write_csr(32'h20404, 0); expect_frame(8'h8C, 32'h00030008, 4); check(got(3) === 32'hABCD0001, "core sees its own write"); done_frame;
    // tiles
    for (k = 0; k < 1280; k = k + 1) pay[k] = pattern(k + 5000);
    send(8'h08, 17, 1280); send(8'h09, 17, 0); expect_frame(8'h8E, 17, 1280);
    for (k = 0; k < 1280; k = k + 1) check(got(k) === pattern(k + 5000), "tile read back"); done_frame;
    // refusals: no effect, the tag of the frame, the link goes on
    send(8'h33, 0, 3); expect_refused(tag - 8'd1, 4);
    pay[0] = 1; send(8'h02, 32'h3FFFE, 1); expect_refused(tag - 8'd1, 5);
    pay[0] = 2; send(8'h02, 32'h3FFFC, 1); expect_refused(tag - 8'd1, 5);
    pay[0] = 2049; send(8'h04, 0, 1); expect_refused(tag - 8'd1, 5);
    send(8'h03, 32'h1FFFFFFC, 2); expect_refused(tag - 8'd1, 5);
    send(8'h03, 32'h2, 2); expect_refused(tag - 8'd1, 5);
    send(8'h08, 2048, 1280); expect_refused(tag - 8'd1, 5);
    send(8'h08, 1, 1279); expect_refused(tag - 8'd1, 5);
    send(8'h06, 32'h8000, 1); expect_refused(tag - 8'd1, 5);
    send(8'h07, 0, 1); expect_refused(tag - 8'd1, 5);
    pay[0] = 32'h10000000; send(8'h05, 32'h10000000, 2); expect_refused(tag - 8'd1, 5);
    // a frame with a bad checksum has no effect; retransmission after SYNC
    spoil = 1; write_csr(32'h00C, 32'hBAD); spoil = 0; tag = tag - 1;
    expect_nak(tag, 1);
    put(32'h07000000); put(0); put(0);  // discarded: no SYNC yet
    put(32'hA55A5AA5);
    read_csr(32'h00C, 32'h12345678);
    // a repeated frame is dropped, a missing one is asked for, and only once
    write_csr(32'h00C, 32'h600D); tag = tag - 1; write_csr(32'h00C, 32'hBAD); read_csr(32'h00C, 32'h600D);
    tag = tag + 3; write_csr(32'h00C, 32'hBAD); write_csr(32'h00C, 32'hBAD);
    tag = tag - 5; expect_nak(tag, 3);
    read_csr(32'h00C, 32'h600D);
    // frames that got lost on the way to the host come again, in order, when it asks for them
    damage = 1; k = syncs;
    pay[0] = 1; send(8'h02, 32'h000, 1); pay[0] = 1; send(8'h02, 32'h004, 1); repeat (300) @(negedge clk);
    damage = 0; control(8'h0F, rtag, 6);
    expect_frame(8'h81, 0, 1); check(got(0) === 32'h58475055, "the first one again"); done_frame;
    expect_frame(8'h81, 4, 1); check(got(0) === 1, "the second one again"); done_frame;
    check(syncs == k + 1, "SYNC goes before them");
    // a host that has lost nothing is told so and gets nothing twice
    n = controls; k = repeats; control(8'h0F, rtag, 6); repeat (100) @(negedge clk);
    check(controls > n && control_head[23:16] === tag, "a question is answered by what is expected next");
    check(repeats == k, "nothing came twice");
    // without credit nothing comes; faults have credit of their own
    granted = 0; send(8'h07, 32'h1F, 0); repeat (3000) @(negedge clk);
    check(r_in == r_out && r_words == 0, "no credit, no answer");
    granted = 16384; control(8'h0B, rtag, 0); expect_frame(8'h83, 32'h1F, 0); done_frame;
    // the core's credit counts what it took: all of it is back when all is taken
    repeat (40000) @(negedge clk);
    check(control_head[23:16] === tag, "everything is acknowledged");
    // too long for a frame
    put({8'h03, tag, 16'd2049}); expect_nak(tag, 2); put(1); put(32'hA55A5AA5); expect_fence(32'h2222);
    // reset in the middle of an effect: the link stays whole, pages and registers are forgotten
    write_csr(32'h20440, 0); expect_fence(32'h3333);
    send(8'h0C, 0, 0); expect_fence(32'h4444);
    read_csr(32'h00C, 0); read_csr(32'h014, 0); read_csr(32'h10C, 0); read_csr(32'h010, 0);
    write_csr(32'h20400, 32'h00018004); write_csr(32'h20404, 0);
    expect_frame(8'h85, 32'h00010000, 0); done_frame;
    write_csr(32'h010, 1); expect_fence(32'h5555); read_csr(32'h014, 0);
    // a new host starts the sequence where it likes
    hello(8'hEE, 32'h12345600);
    for (k = 0; k < 300; k = k + 1) expect_fence(k);
    repeat (200) @(negedge clk);
    check(r_in == r_out, "nothing unasked was sent");
    // counters of ones: low bits in registers, the rest in a memory
    check(rx_words > 900, "rounds of a counter");
    for (k = 0; k < 300; k = k + 1) begin
      pay[0] = 2; send(8'h02, 32'h140, 1); expect_frame(8'h81, 32'h140, 2);
      check(got(0) === rx_words, "words that came");
      check(got(1) > 600 && got(1) <= tx_words, "words that went");
      done_frame;
    end
    if (errors == 0 && checks > 4000) $display("PASS"); else $display("FAIL seed %0d: %0d errors, %0d checks", seed, errors, checks);
    $finish;
  end
  initial begin #40000000; $display("FAIL seed %0d: time is up", seed); $finish; end
endmodule
