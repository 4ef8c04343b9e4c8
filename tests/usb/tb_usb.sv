// xg_usb_port against a PHY and a host of the bench's own: set-up, handshake for high speed, enumeration, bytes both ways
// with faults, hostile traffic, resets in the middle, suspend, full speed. Prints TAP.
`timescale 1ns / 1ps
module tb_usb;
  localparam int T_SETTLE = 40, T_CHIRP = 300, T_ANSWER = 2500, T_IDLE = 4000, T_LOOK = 400, MASK = 262143;
  logic clk = 0, core = 0, rst = 1, started = 1, stop_early = 0;
  always #8.333 clk = !clk;
  always #10.1 core = !core;

  int wrong = 0, seed, seed_core, tests = 0, i, j, k;
  logic drive, stp, nxt, high, configured, suspended;
  logic [7:0] to_phy, from_phy, to_phy_d, from_phy_q;
  logic stp_d;
  always @(posedge clk) {to_phy, stp, from_phy_q} <= {to_phy_d, stp_d, from_phy};  // the pads
  logic rx_valid, rx_ready = 0, tx_valid = 0, tx_ready;
  logic [7:0] rx_data, tx_data = 0;
  logic dut_high;
  int out_head = 0, out_tail = 0, in_head = 0, in_tail = 0, give = 0, take = 16;
  logic [7:0] out_bytes[0:MASK], in_bytes[0:MASK];
  assign high = func_ctrl == 8'h40;

`include "ulpi_phy.svh"
`include "usb_host.svh"

  xg_usb_port #(
      .SERIAL("XG000042"), .T_SETTLE(T_SETTLE), .T_CHIRP(T_CHIRP), .T_ANSWER(T_ANSWER), .T_IDLE(T_IDLE), .T_LOOK(T_LOOK),
      .FIFO_LOG2(5)
  ) dut (
      .ulpi_clk_i(clk), .ulpi_rst_i(rst), .ulpi_dir_i(dir), .ulpi_nxt_i(nxt), .ulpi_data_i(from_phy_q), .ulpi_data_o(to_phy_d),
      .ulpi_drive_o(drive), .ulpi_stp_o(stp_d), .high_o(dut_high), .configured_o(configured), .suspend_o(suspended),
      .clk_i(core), .rst_i(rst), .rx_valid_o(rx_valid), .rx_ready_i(rx_ready), .rx_data_o(rx_data), .tx_valid_i(tx_valid),
      .tx_ready_o(tx_ready), .tx_data_i(tx_data));

  // ---- the core's side: takes with chance take / 16, gives `give` bytes with chance 12 / 16 ----------
  always @(posedge core) if (!rst) begin
    if (rx_valid && rx_ready) begin
      if (out_head == out_tail) bad("a byte that the host did not send");
      else if (rx_data !== out_bytes[out_head&MASK]) bad($sformatf("byte %0d from the host is %h", out_head, rx_data));
      out_head = out_head + 1;
    end
    if (tx_valid && tx_ready) begin
      in_bytes[in_tail&MASK] = tx_data;
      in_tail = in_tail + 1;
      give = give - 1;
    end
    rx_ready <= ($random(seed_core) & 15) < take;
    if (!(tx_valid && !tx_ready)) begin
      tx_valid <= give > 0 && ($random(seed_core) & 15) < 12;
      tx_data <= 8'($random(seed_core));
    end
  end

  // ---- helpers -------------------------------------------------------------------------------------
  task result(input logic good, input string text);
    begin
      tests = tests + 1;
      $display("%0s %0d - %0s", good && wrong == 0 ? "ok" : "not ok", tests, text);
      if (!(good && wrong == 0) && stop_early) $finish;
      wrong = 0;
    end
  endtask
  task idle(input int n);
    repeat (n) @(posedge clk);
  endtask
  int answered = 0;
  // A bus reset. halves: chirps of the host, 0 of a host that knows full speed alone; glitch: short ones between.
  task bus_reset(input int halves, input logic glitch);
    begin
      rx_command(SE0);
      for (i = 0; chirps == answered && i < 12000; i = i + 1) @(posedge clk);
      if (chirps == answered) bad("no chirp");
      answered = chirps;
      for (i = 0; i < halves; i = i + 1) begin
        if (glitch) begin
          rx_command(i % 2 == 0 ? WIRE_K : WIRE_J);
          idle(100);
          rx_command(SE0);
          idle(20);
        end
        rx_command(i % 2 == 0 ? WIRE_K : WIRE_J);
        idle(glitch ? 170 : 200);
      end
      rx_command(SE0);
      idle(halves < 6 ? T_ANSWER + 50 : 100);
      if (!high) begin
        rx_command(WIRE_J);
        idle(T_SETTLE + 20);
      end
      address = 0;
      toggle_out = 0;
      toggle_in = 0;
      ping_first = 0;
    end
  endtask
  task configure;
    begin
      set_control(8'h00, 8'h05, 16'd42, 0);
      address = 42;
      set_control(8'h00, 8'h09, 16'd1, 0);
      toggle_out = 0;
      toggle_in = 0;
      if (stalled || !configured) bad("not configured");
    end
  endtask
  function logic control_is(input int n, input logic [8*64-1:0] bytes);  // the first byte is the most significant
    begin
      control_is = control_n == n && !stalled;
      for (int b = 0; b < n; b = b + 1) if (control[b] !== bytes[8*(n-1-b)+:8]) control_is = 0;
    end
  endfunction
  task refused(input logic [7:0] kind, input logic [7:0] request, input logic [15:0] value, input logic [15:0] index, input int length);
    begin
      if (kind[7]) get_control(kind, request, value, index, length);
      else set_control(kind, request, value, index);
      if (!stalled) bad($sformatf("request %h %h %h %h was not refused", kind, request, value, index));
    end
  endtask
  task ignored(input string what);
    begin
      get_packet;
      if (got) bad($sformatf("an answer to %0s", what));
    end
  endtask
  task streams(input int packets, input int of64);
    int n, most, start_in;
    begin
      faults = of64;
      most = high ? 512 : 64;
      for (k = 0; k < packets; k = k + 1) begin
        if (rnd(8) == 0) take = 4 + rnd(13);
        case (rnd(6))
          0: n = most;
          1: n = rnd(4);
          default: n = rnd(most + 1);
        endcase
        if (give == 0) give = rnd(8) == 0 ? 0 : rnd(4) == 0 ? 2 * most : rnd(2 * most);
        if (rnd(3) != 0) bulk_out(n);
        else bulk_in;
        if (rnd(2) == 0) bulk_in;
        if (rnd(32) == 0) sof;
        if (rnd(8) == 0) idle(rnd(200));
      end
      faults = 0;
      take = 16;
      // What is under way comes to its end, and a transfer that is a multiple of packets gets its empty one.
      for (k = 0; k < 200 && (in_head != in_tail || give != 0); k = k + 1) begin
        bulk_in;
        idle(40);
      end
      idle(1500);
      if (in_head != in_tail) bad($sformatf("%0d bytes never came to the host", in_tail - in_head));
      if (out_head != out_tail) bad($sformatf("%0d bytes never came from the host", out_tail - out_head));
    end
  endtask

  task drain;  // until the device has nothing to say, not even that a transfer has ended
    begin
      reply = PID_NONE;
      for (k = 0; k < 100 && reply != PID_NAK; k = k + 1) begin
        idle(300);
        bulk_in;
      end
      if (reply != PID_NAK) bad("a device that always has something to say");
    end
  endtask

`include "usb_tests.svh"

  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    seed_core = seed + 1;
    if ($test$plusargs("fault")) stop_early = 1;
    for (i = 0; i < 16; i = i + 1) handshakes[i] = 0;
    idle(5);
    @(negedge clk) rst = 0;
    all_tests;
    $display("1..%0d", tests);
    $finish;
  end
  initial begin
    #20000000;
    $display("not ok - time is up at clock %0d", clock);
    $finish;
  end
endmodule
