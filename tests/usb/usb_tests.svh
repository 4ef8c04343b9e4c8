// The cases of tb_usb.sv, in the order of a device's life.
  int vendor, product, ep_out, ep_in, was;
  task test_start;
    begin
      idle(30);
      give_bus;
      while (!reset_wanted) @(posedge clk);
      phy_reset;
      while (func_ctrl != 8'h49) @(posedge clk);
      result(otg_ctrl == 8'h00, "the PHY is reset, and both pull-downs are off");
      idle(400);
      result(func_ctrl == 8'h49, "without VBUS there is no pull-up");
      vbus = 2'b11;
      rx_command(SE0);
      idle(60);
      wires = WIRE_J;
      rx_command(WIRE_J);
      idle(60);
      result(func_ctrl == 8'h45, "with VBUS there is a pull-up, at full speed");
      rx_command(SE0);
      idle(120);  // shorter than a reset
      rx_command(WIRE_J);
      idle(300);
      result(chirps == 0 && func_ctrl == 8'h45, "2 us of SE0 are no reset");
    end
  endtask
  task test_handshake;
    begin
      bus_reset(4, 0);
      result(func_ctrl == 8'h45 && !dut_high, "four chirps of the host are not enough: full speed");
      bus_reset(6, 1);
      result(func_ctrl == 8'h40 && dut_high && chirps == 2, "K-J-K-J-K-J is high speed, whatever flickers between");
      result(chirp_clocks > T_CHIRP - 40 && chirp_clocks < T_CHIRP + 60, "the device's chirp has its length");
    end
  endtask
  task test_descriptors;
    begin
      get_control(8'h80, 8'h06, 16'h0100, 0, 8);
      result(control_is(8, 64'h1201000200000040), "the first eight bytes of the device descriptor");
      set_control(8'h00, 8'h05, 16'd42, 0);
      send_token(PID_IN, 0, 0, 0);
      get_packet;
      result(!stalled && !got, "the old address is silent behind SET_ADDRESS");
      address = 42;
      get_control(8'h80, 8'h06, 16'h0100, 0, 64);
      result(control_is(18, {64'h1201000200000040, 8'(vendor), 8'(vendor >> 8), 8'(product), 8'(product >> 8), 48'h000101020301}),
             "device descriptor: the ids that the driver looks for");
      get_control(8'h80, 8'h06, 16'h0600, 0, 10);
      result(control_is(10, 80'h0A060002000000400100), "device qualifier");
      get_control(8'h80, 8'h06, 16'h0200, 0, 9);
      result(control_is(9, 72'h09022000010100C000), "configuration, its first nine bytes");
      was = high ? 16'h0002 : 16'h4000;
      get_control(8'h80, 8'h06, 16'h0200, 0, 255);
      result(control_is(32, {144'h09022000010100C00009040000_02FF000000, 16'h0705, 8'(ep_out), 8'h02, 16'(was), 8'(high), 16'h0705, 8'(ep_in), 8'h02, 16'(was), 8'h00}),
             "configuration: bulk endpoints that the driver opens, packets of this speed");
      was = high ? 16'h4000 : 16'h0002;
      get_control(8'h80, 8'h06, 16'h0700, 0, 255);
      result(control_is(32, {144'h09072000010100C00009040000_02FF000000, 16'h0705, 8'(ep_out), 8'h02, 16'(was), 8'(!high), 16'h0705, 8'(ep_in), 8'h02, 16'(was), 8'h00}),
             "configuration of the other speed");
      get_control(8'h80, 8'h06, 16'h0300, 0, 255);
      result(control_is(4, 32'h04030904), "languages");
      get_control(8'h80, 8'h06, 16'h0301, 16'h0409, 255);
      result(control_is(18, {16'h1203, 128'h580065006E006F006700610074006500}), "string: maker");
      get_control(8'h80, 8'h06, 16'h0302, 16'h0409, 64);
      result(control_is(32, {16'h2003, 240'h580065006E006F0067006100740065002000640065007600690063006500}), "string: name");
      get_control(8'h80, 8'h06, 16'h0303, 16'h0409, 7);
      result(control_is(7, 56'h12035800470030), "string: serial, cut off where the host wants");
    end
  endtask
  task test_requests;
    begin
      send_token(PID_IN, address, 1, 0);
      ignored("IN before a configuration");
      get_control(8'h80, 8'h08, 0, 0, 1);
      result(control_is(1, 8'h00), "not configured: no bulk endpoints, GET_CONFIGURATION says 0");
      set_control(8'h00, 8'h09, 16'd1, 0);
      get_control(8'h80, 8'h08, 0, 0, 1);
      result(control_is(1, 8'h01) && configured, "SET_CONFIGURATION 1");
      get_control(8'h80, 8'h00, 0, 0, 2);
      result(control_is(2, 16'h0100), "GET_STATUS: its own power");
      get_control(8'h81, 8'h00, 0, 0, 2);
      result(control_is(2, 16'h0000), "GET_STATUS of the interface");
      refused(8'h80, 8'h06, 16'h0304, 0, 64);
      refused(8'h80, 8'h06, 16'h0F00, 0, 64);
      refused(8'h80, 8'h06, 16'h0201, 0, 64);
      refused(8'h00, 8'h09, 16'd2, 0, 0);
      refused(8'h00, 8'h05, 16'd128, 0, 0);
      refused(8'h02, 8'h03, 16'd0, 16'h0082, 0);
      refused(8'h02, 8'h03, 16'd0, 16'h0101, 0);
      refused(8'h02, 8'h03, 16'd1, 16'h0081, 0);
      refused(8'h00, 8'h03, 16'd2, 16'h0100, 0);
      refused(8'h01, 8'h0B, 16'd0, 16'd0, 0);
      refused(8'h82, 8'h00, 16'd0, 16'h0002, 2);
      refused(8'hC0, 8'h06, 16'h0100, 0, 64);
      refused(8'h40, 8'h09, 16'd1, 0, 0);
      send_token(PID_IN, address, 0, 0);
      expect_reply(PID_STALL, "IN behind a refusal");
      send_token(PID_OUT, address, 0, 0);
      send_data(PID_DATA1, 0, 0);
      expect_reply(PID_STALL, "OUT behind a refusal");
      setup(64'h0008_0000_0001_0900);  // data to the device: there is no such request
      send_token(PID_OUT, address, 0, 0);
      send_data(PID_DATA1, 8, 0);
      expect_reply(PID_STALL, "data of a request that has none");
      get_control(8'h80, 8'h00, 0, 0, 2);
      result(control_is(2, 16'h0100) && configured, "all else is refused with STALL, until the next SETUP");
      faults = 12;
      for (k = 0; k < 6; k = k + 1) begin
        get_control(8'h80, 8'h06, k % 2 == 0 ? 16'h0200 : 16'h0302, 0, 255);
        if (control_n != 32) bad("a descriptor through faults");
      end
      faults = 0;
      result(1, "descriptors come through faults");
    end
  endtask
  task test_halt;
    begin
      toggle_out = 0;
      toggle_in = 0;
      give = 700;
      bulk_out(100);
      idle(2000);
      bulk_in;
      set_control(8'h02, 8'h03, 0, 16'h0001);
      set_control(8'h02, 8'h03, 0, 16'h0081);
      send_token(PID_IN, address, 1, 0);
      expect_reply(PID_STALL, "IN of a halted endpoint");
      send_token(PID_OUT, address, 1, 0);
      send_data(PID_DATA1, 30, 0);
      expect_reply(PID_STALL, "OUT of a halted endpoint");
      if (high) begin
        send_token(PID_PING, address, 1, 0);
        expect_reply(PID_STALL, "PING of a halted endpoint");
      end
      get_control(8'h82, 8'h00, 0, 16'h0081, 2);
      if (!control_is(2, 16'h0100)) bad("GET_STATUS of a halted endpoint");
      set_control(8'h02, 8'h01, 0, 16'h0001);
      set_control(8'h02, 8'h01, 0, 16'h0081);
      get_control(8'h82, 8'h00, 0, 16'h0081, 2);
      if (!control_is(2, 16'h0000)) bad("GET_STATUS of a cleared endpoint");
      toggle_out = 0;
      toggle_in = 0;
      bulk_out(64);
      bulk_in;
      if (in_head == 0) bad("nothing came");
      streams(4, 0);
      result(1, "halted endpoints say STALL; cleared ones begin at DATA0 and have lost nothing");
    end
  endtask
  task test_full_buffers;
    int had;
    begin
      take = 0;
      had = handshakes[PID_NAK];
      for (k = 0; k < 20; k = k + 1) begin  // two packets fit, and what the queues behind them take
        for (j = 0; j < 512; j = j + 1) data[j] = out_bytes[(out_tail+j)&MASK];
        if (k < 2) bulk_out(high ? 512 : 64);
      end
      if (high && !ping_first) bad("no NYET for the last packet that fits");
      if (high) begin
        send_token(PID_PING, address, 1, 0);
        expect_reply(PID_NAK, "PING of a full endpoint");
        send_token(PID_OUT, address, 1, 0);
        for (j = 0; j < 20; j = j + 1) data[j] = 8'h55;
        send_data(toggle_out ? PID_DATA1 : PID_DATA0, 20, 0);
        expect_reply(PID_NAK, "OUT of a full endpoint");
        // The packet before, again: its ACK was lost. Full or not, it is acknowledged.
        send_token(PID_OUT, address, 1, 0);
        send_data(toggle_out ? PID_DATA0 : PID_DATA1, 20, 0);
        expect_reply(PID_ACK, "a repeated packet of a full endpoint");
      end
      take = 16;
      idle(3000);
      bulk_out(5);
      idle(100);
      result(out_head == out_tail, "a full endpoint says NAK, NYET before it is, and ACK to what it has");
      // 512 bytes and nothing behind them: an empty packet ends the host's transfer.
      drain;
      had = empties;
      give = high ? 1024 : 64;
      for (k = 0; k < 40 && (empties == had); k = k + 1) begin
        idle(100);
        bulk_in;
      end
      bulk_in;
      result(empties == had + 1 && in_head == in_tail && reply == PID_NAK, "a transfer of whole packets ends with one empty packet");
    end
  endtask
  task test_hostile;
    int had;
    begin
      had = out_head;
      for (k = 0; k < 28; k = k + 1) begin
        for (j = 0; j < 1100; j = j + 1) data[j] = 8'($random(seed));
        case (k % 14)
          0: begin send_token(PID_IN, address ^ 7'(1 << rnd(7)), 1, 0); ignored("another address"); end
          1: begin send_token(PID_IN, address, 4'(2 + rnd(14)), 0); ignored("another endpoint"); end
          2: begin
            send_token(PID_OUT, address, 4'(2 + rnd(14)), 0);
            send_data(PID_DATA0, 20, 0);
            ignored("data of another endpoint");
          end
          3: begin
            send_token(PID_OUT, address, 1, 0);
            send_data(toggle_out ? PID_DATA1 : PID_DATA0, (high ? 512 : 64) + 1 + rnd(500), 0);
            ignored("a packet that is too long");
          end
          4: begin  // PIDs that are none of a device's
            case (rnd(5))
              0: pkt[0] = 8'h3C;
              1: pkt[0] = 8'h78;
              2: pkt[0] = 8'hF0;
              3: pkt[0] = 8'h69 ^ (8'd1 << rnd(8));
              default: pkt[0] = 8'h0F;
            endcase
            pkt[1] = {1'b1, address};
            pkt[2] = {crc5_of({4'd1, address}), 3'b000};
            send_packet(1 + rnd(4), 0);
            ignored("an unknown PID");
          end
          5: begin
            send_data(rnd(2) == 0 ? PID_DATA0 : PID_DATA1, 8, 0);
            ignored("data without a token");
          end
          6: begin
            send_token(PID_SETUP, address, 0, 0);
            send_data(PID_DATA0, rnd(2) == 0 ? 7 : 9, 0);
            ignored("SETUP that has not eight bytes");
          end
          7: begin
            send_token(PID_SETUP, address, 0, 0);
            send_data(PID_DATA1, 8, 0);
            ignored("SETUP with DATA1");
            send_token(PID_SETUP, address, 1, 0);
            send_data(PID_DATA0, 8, 0);
            ignored("SETUP of a bulk endpoint");
          end
          8: begin  // data comes too late
            send_token(PID_OUT, address, 1, 0);
            idle(300);
            send_data(toggle_out ? PID_DATA1 : PID_DATA0, 20, 0);
            ignored("data that comes late");
          end
          9: begin
            send_token(PID_OUT, address, 1, 0);
            send_data(rnd(2) == 0 ? PID_DATA2 : PID_MDATA, 20, 0);
            ignored("data of isochronous endpoints");
          end
          10: begin
            pkt[0] = {~PID_IN, PID_IN};
            pkt[1] = {1'b1, address};
            send_packet(rnd(2) + 1, 0);
            ignored("half a token");
          end
          11: begin
            send_token(PID_OUT, address, 1, 0);
            send_data(toggle_out ? PID_DATA1 : PID_DATA0, 20, 2);
            ignored("data that the PHY calls wrong");
          end
          12: begin
            send_handshake(rnd(2) == 0 ? PID_ACK : PID_NAK);
            ignored("a handshake for nobody");
          end
          default: begin  // nothing at all between start and end
            take_bus(1);
            give_bus;
            ignored("an empty packet");
            pkt[0] = 8'($random(seed));
            for (j = 1; j < 2048; j = j + 1) pkt[j] = 8'($random(seed));
            if (k < 14) send_packet(2048, 0);
            ignored("noise");
          end
        endcase
      end
      idle(200);
      if (out_head != had) bad("hostile bytes came out");
      // The host speaks where the device should have its turn: no answer to either but the second.
      send_token(PID_IN, address, 1, 0);
      take_bus(1);
      give_bus;
      ignored("a token that was talked over");
      get_control(8'h80, 8'h00, 0, 0, 2);
      streams(6, 0);
      result(control_is(2, 16'h0100), "hostile traffic gets no answer and changes nothing");
    end
  endtask
  task test_broken_answer;
    begin
      // The PHY takes the bus in the middle of the device's packet: the host asks again and gets it whole.
      drain;
      give = 600;
      idle(2500);
      for (k = 0; k < 3; k = k + 1) begin
        send_token(PID_IN, address, 1, 0);
        while (p != P_BODY || tx_n < 10 + 40 * k) @(posedge clk);
        break_tx = 1;
        rx_command(SE0);
        idle(2);
        break_tx = 0;
        idle(250);
      end
      bulk_in;
      if (answer_n != (high ? 512 : 64)) bad("the packet did not come again");
      streams(2, 0);
      result(1, "a packet that the PHY breaks off comes again");
    end
  endtask
  task test_reset_in_the_middle;
    int round;
    begin
      for (round = 0; round < 2; round = round + 1) begin
        give = 900;
        bulk_out(300);
        idle(1500);
        bulk_in;
        if (round == 0) begin  // within a packet from the host
          for (j = 0; j < 100; j = j + 1) data[j] = 8'hEE;
          send_token(PID_OUT, address, 1, 0);
          send_data(toggle_out ? PID_DATA1 : PID_DATA0, 100, 3);
        end else begin  // while the host owes the device an ACK
          idle(300);
          send_token(PID_IN, address, 1, 0);
          get_reply;
          if (reply[1:0] != 2'b11 || answer_n < 300) bad("nothing to acknowledge");
        end
        // At high speed a reset begins as silence, counted from the last packet, whoever said it.
        if (round == 0) rx_command(SE0);
        idle(T_IDLE + T_SETTLE + 100);
        if (func_ctrl != 8'h45) bad("no look at the wires after 3 ms");
        was = handshakes[PID_NONE];
        bus_reset(6, 0);
        if (!dut_high || configured) bad("a reset did not start anew");
        send_token(PID_IN, 42, 1, 0);
        ignored("the address before the reset");
        configure;
        streams(6, 4);
      end
      result(1, "a reset in the middle of transfers: the bytes go on where they were");
    end
  endtask
  task silence;  // until the device looks at the wires, where its pull-up makes a J
    begin
      for (k = 0; k < T_IDLE + 100 && func_ctrl != 8'h45; k = k + 1) @(posedge clk);
      idle(20);
      rx_command(WIRE_J);
      idle(T_LOOK + 100);
    end
  endtask
  task test_suspend;
    begin
      silence;
      result(suspended && func_ctrl == 8'h45, "silence with J on the wires is suspend");
      rx_command(WIRE_K);
      idle(400);
      rx_command(SE0);
      idle(90);
      result(!suspended && func_ctrl == 8'h40, "K and SE0 are resume: high speed as before");
      streams(4, 0);
      result(configured, "after resume the address and the configuration are as before");
      silence;
      bus_reset(6, 0);
      configure;
      streams(2, 0);
      result(dut_high, "a reset ends suspend too");
    end
  endtask
  task test_full_speed;
    begin
      for (k = 0; k < T_IDLE + 100 && func_ctrl != 8'h45; k = k + 1) @(posedge clk);
      rx_command(SE0);
      tx_slow = 2;
      bus_reset(0, 0);
      result(!dut_high && func_ctrl == 8'h45, "a host without chirps gets full speed");
      test_descriptors;
      set_control(8'h00, 8'h09, 16'd1, 0);
      streams(30, 6);
      test_hostile;
      result(1, "full speed: bytes both ways through faults");
      tx_slow = 6;
    end
  endtask
  task test_interrupted;  // register writes that the PHY interrupts are made again
    begin
      was = 0;
      for (k = 0; k < 24; k = k + 1) begin
        vbus = {2{k[0]}};
        rx_command(SE0);
        for (j = 0; j < 80 && p != P_ADDRESS && p != P_VALUE; j = j + 1) @(posedge clk);
        idle(rnd(4));
        if (p != P_REST) was = was + 1;
        if (p != P_STOP) rx_command(SE0);
        idle(80);
        if (func_ctrl != (k[0] ? 8'h45 : 8'h49)) bad("a register write was lost");
      end
      result(was > 4, "register writes that the PHY interrupts are made again");
    end
  endtask
  task test_unplug;
    begin
      test_interrupted;
      vbus = 2'b00;
      rx_command(SE0);
      idle(40);
      result(func_ctrl == 8'h49 && !configured, "without VBUS the device leaves the wires");
      vbus = 2'b11;
      rx_command(SE0);
      idle(100);
      rx_command(WIRE_J);
      idle(200);
      bus_reset(6, 0);
      configure;
      streams(4, 2);
      result(dut_high, "plugged in again: everything is as at first");
    end
  endtask
  int i_round;
  string only;  // one part alone
  function logic part(input string name);
    part = only == "" || only == name;
  endfunction
  task all_tests;
    begin
      if (!$value$plusargs("vendor=%h", vendor)) vendor = 16'h1209;
      if (!$value$plusargs("product=%h", product)) product = 16'h0001;
      if (!$value$plusargs("out=%h", ep_out)) ep_out = 8'h01;
      if (!$value$plusargs("in=%h", ep_in)) ep_in = 8'h81;
      if (!$value$plusargs("only=%s", only)) only = "";
      test_start;
      test_handshake;
      if (only != "" && only != "requests") configure;
      if (part("requests")) begin
        test_descriptors;
        test_requests;
      end
      if (part("halt")) test_halt;
      if (part("buffers")) test_full_buffers;
      if (part("streams")) begin
        streams(30, 0);
        result(1, "bytes both ways");
        streams(50, 6);
        for (i_round = 0; i_round < 20 && !(repeats > 1 && lost > 1 && naks > 3 && shorts > 3); i_round = i_round + 1) streams(10, 10);
        result(i_round < 20, "bytes both ways through wrong, broken and lost packets");
      end
      if (part("hostile")) test_hostile;
      if (part("broken")) test_broken_answer;
      if (part("reset")) test_reset_in_the_middle;
      if (part("suspend")) test_suspend;
      if (part("full")) test_full_speed;
      if (part("unplug")) test_unplug;
      $display("# %0d clocks; answers after %0d to %0d; %0d ACK, %0d NAK, %0d NYET, %0d STALL; %0d bytes out, %0d in", clock, min_turn,
               max_turn, handshakes[PID_ACK], handshakes[PID_NAK], handshakes[PID_NYET], handshakes[PID_STALL], out_tail, in_tail);
    end
  endtask
