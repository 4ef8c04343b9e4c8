// The other end of the ULPI bus: a PHY after ULPI 1.1, and the wires behind it, driven by tasks. The always block is what the
// PHY does with what the link says; the tasks are what comes from the wires. Counted in `wrong`: a link that drives
// while it must not or does not while it must, commands that ULPI does not know, packets that break off.
  localparam logic [1:0] SE0 = 2'b00, WIRE_J = 2'b01, WIRE_K = 2'b10;
  localparam int P_REST = 0, P_COMMAND = 1, P_BODY = 2, P_ADDRESS = 3, P_VALUE = 4, P_STOP = 5;

  logic dir = 1, h_nxt = 0, p_nxt = 0, dir_was = 1, reset_wanted = 0, chirping = 0, break_tx = 0;
  logic [7:0] phy_data = 0, func_ctrl = 8'h41, otg_ctrl = 8'h06;
  logic [5:0] reg_at;
  logic [7:0] reg_value;
  logic [1:0] wires = SE0, vbus = 2'b00;
  int p = P_REST, clock = 0, tx_n = 0, tx_packets = 0, tx_first = 0, rx_end = 0, chirp_clocks = 0, chirps = 0, writes = 0, tx_slow = 6;
  logic [3:0] tx_pid;
  logic [7:0] tx_bytes[0:2047];
  assign nxt = dir ? h_nxt : p_nxt;
  assign from_phy = phy_data;

  function int rnd(input int n);
    rnd = int'({1'b0, 31'($random(seed))} % n);
  endfunction
  task bad(input string why);
    begin
      wrong = wrong + 1;
      if (wrong < 20) $display("# clock %0d: %0s", clock, why);
      if (wrong == 1 && stop_early) begin
        $display("not ok 1 - the bench found it");
        $finish;
      end
    end
  endtask

  always @(posedge clk) begin
    clock <= clock + 1;
    dir_was <= dir;
    if (dir && drive) bad("the link drives while the PHY does");
    if (!dir && dir_was && drive) bad("the link drives in the cycle between");
    if (!dir && !dir_was && !drive) bad("nobody drives");
    if (dir || dir_was) begin
      if (p == P_BODY && !break_tx) bad("the bench took the bus from a packet");
      p <= P_REST;
      p_nxt <= 0;
      chirping <= 0;
    end else begin
      p_nxt <= p != P_REST && p != P_STOP && rnd(8) < tx_slow;
      case (p)
        P_REST: begin
          p_nxt <= 0;
          if (stp && !rst && !started) bad("STP without a packet");
          if (to_phy[7:6] == 2'b01) begin
            p <= P_COMMAND;
            tx_first = clock;
          end else if (to_phy[7:6] == 2'b10) p <= P_ADDRESS;
          else if (to_phy != 0) bad($sformatf("command %h", to_phy));
        end
        P_COMMAND: if (p_nxt) begin
          p <= P_BODY;
          tx_pid = to_phy[3:0];
          tx_n = 0;
          if (to_phy[7:4] != 4'b0100) bad("not a TX CMD any more");
          chirping <= tx_pid == 0;
          chirp_clocks = clock;
          if (tx_pid == 0 && func_ctrl != 8'h54) bad("a chirp in the wrong mode");
        end
        P_BODY: begin
          if (stp) begin
            p <= P_REST;
            p_nxt <= 0;
            chirping <= 0;
            if (to_phy != 0) bad("a packet that the link calls wrong");
            if (chirping) begin
              chirps = chirps + 1;
              chirp_clocks = clock - chirp_clocks;
            end else tx_packets = tx_packets + 1;
          end else if (p_nxt) begin
            if (chirping && to_phy != 0) bad("a chirp that is no K");
            tx_bytes[tx_n & 2047] = to_phy;
            tx_n = tx_n + 1;
          end
        end
        P_ADDRESS: if (p_nxt) begin
          reg_at = to_phy[5:0];
          p <= P_VALUE;
        end
        P_VALUE: if (p_nxt) begin
          reg_value = to_phy;
          p <= P_STOP;
          p_nxt <= 0;
        end
        default: begin
          p <= P_REST;
          p_nxt <= 0;
          if (!stp) bad("no STP behind a register");
          else if (reg_at == 6'h04 && reg_value[5]) begin
            func_ctrl = 8'h41;
            otg_ctrl = 8'h06;
            reset_wanted = 1;
          end else if (reg_at == 6'h04) func_ctrl = reg_value;
          else if (reg_at == 6'h0A) otg_ctrl = reg_value;
          else bad($sformatf("register %h", reg_at));
          writes = writes + 1;
        end
      endcase
    end
    if (rst) started <= 1;
    else if (!dir && !stp) started <= 0;
  end

  // ---- what comes from the wires ----------------------------------------------------------------
  task take_bus(input logic with_nxt);
    begin
      while (dir || !(p == P_REST || ((p == P_COMMAND || p == P_ADDRESS || p == P_VALUE) && !p_nxt) || (p == P_BODY && break_tx))) @(posedge clk);
      dir <= 1;
      h_nxt <= with_nxt;
      phy_data <= 8'hxx;
      @(posedge clk);
      h_nxt <= 0;
    end
  endtask
  task give_bus;
    begin
      dir <= 0;
      h_nxt <= 0;
      phy_data <= 8'hxx;
      rx_end = clock + 1;  // the edge that sees it
      @(posedge clk);
    end
  endtask
  task say(input logic [1:0] events);  // an RX CMD; the bus is the PHY's
    begin
      phy_data <= {2'b00, events, vbus, wires};
      h_nxt <= 0;
      @(posedge clk);
    end
  endtask
  task rx_command(input logic [1:0] now);  // the wires change
    begin
      wires = now;
      take_bus(0);
      say(2'b00);
      give_bus;
    end
  endtask
  task phy_reset;  // wanted by the link
    begin
      dir <= 1;
      repeat (60) @(posedge clk);
      reset_wanted = 0;
      say(2'b00);
      give_bus;
    end
  endtask

  // A packet of pkt[0..n-1] with everything ULPI allows around it. error: RxError in its middle. At full speed
  // RxActive ends in SE0 and J comes later; answers count from there.
  logic [7:0] pkt[0:2047];
  task send_packet(input int n, input logic error);
    int i;
    logic by_nxt;
    begin
      repeat (2 + rnd(4)) @(posedge clk);
      by_nxt = rnd(2) == 0;
      take_bus(by_nxt);
      wires = high ? 2'b01 : WIRE_K;
      if (!by_nxt) say(2'b01);
      for (i = 0; i < n; i = i + 1) begin
        if (rnd(16) == 0 || !high) say(2'b01);
        if (error && i == n / 2) say(2'b11);
        h_nxt <= 1;
        phy_data <= pkt[i];
        @(posedge clk);
      end
      if (!high) begin
        wires = SE0;
        say(2'b00);
        repeat (8) say(2'b00);
        wires = WIRE_J;
        say(2'b00);
        give_bus;
        rx_end = rx_end - 1;
      end else if (rnd(2) == 0) begin
        wires = SE0;
        say(2'b00);
        rx_end = clock;
        dir <= 0;
        h_nxt <= 0;
        phy_data <= 8'hxx;
        @(posedge clk);
      end else begin
        wires = SE0;
        give_bus;
      end
    end
  endtask
  // Waits for what the device says to it; got: a packet came.
  logic got;
  int min_turn = 999, max_turn = 0;
  task get_packet;
    int had, from, i;
    logic disturbed;
    begin
      had = tx_packets;
      from = rx_end;
      disturbed = 0;
      i = rnd(4) == 0 ? rnd(14) : 99;
      while (tx_packets == had && (p != P_REST || clock - rx_end < 40)) begin
        @(posedge clk);
        if (clock - from == i && (p == P_REST || p == P_COMMAND)) begin
          disturbed = 1;
          rx_command(high ? SE0 : WIRE_J);
        end
      end
      got = tx_packets != had;
      if (got && !disturbed) begin
        i = tx_first - from;
        if (i < min_turn) min_turn = i;
        if (i > max_turn) max_turn = i;
        if (i < 7 || i > (high ? 14 : 18)) bad($sformatf("an answer after %0d clocks", i));
      end
    end
  endtask
