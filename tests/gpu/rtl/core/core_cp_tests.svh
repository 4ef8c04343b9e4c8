  // Tests of the command processor; part of tb_core.

  task test_registers;
    begin
      reset;
      set_ring(32'h1000, 6);
      trace_en = 1;
      check_reg(15'h0000, 0);
      check_reg(15'h4927, 0);
      type0(15'h4000, 20);
      for (i = 0; i < 20; i = i + 1) begin
        put(32'h1000_0000 + i);
        x_reg(15'h4000 + i, 32'h1000_0000 + i);
      end
      put(32'h8000_0000);  // type 2
      took(0);
      put(32'h0);
      took(0);
      put(32'h0BAD_F00D);
      took(0);
      put({2'b01, 8'd0, 11'h123, 11'h045});  // type 1
      took(2);
      put(32'h1111_1111);
      put(32'h2222_2222);
      x_reg(15'h045, 32'h1111_1111);
      x_reg(15'h123, 32'h2222_2222);
      put({2'b00, 14'd2, 1'b1, 15'h0A31});   // the same register three times
      took(3);
      for (i = 0; i < 3; i = i + 1) begin
        put(i);
        x_reg(15'h0A31, 32'h8000_0000 | i);
      end
      x_idle;
      run;
      for (i = 0; i < 20; i = i + 1) check_reg(15'h4000 + i, 32'h1000_0000 + i);
      check_reg(15'h045, 32'h1111_1111);
      check_reg(15'h123, 32'h2222_2222);
      check_reg(15'h0A31, 32'h8000_0002);
      check(c_packets, 6, "packets");
      check(c_dwords, 31, "dwords");
      tell("type 0, 1, 2 and pads: registers, trace, cost");

      // Edges of the ranges, one write each from the host; absent ones give one ERROR.
      for (i = 0; i < 18; i = i + 1) begin
        case (i)
          0: j = 'h0000; 1: j = 'h0FFF; 2: j = 'h1000; 3: j = 'h17FF; 4: j = 'h1800; 5: j = 'h19FF;
          6: j = 'h1A00; 7: j = 'h1FFF; 8: j = 'h2000; 9: j = 'h23FF; 10: j = 'h2400; 11: j = 'h3FFF;
          12: j = 'h4000; 13: j = 'h49FF; 14: j = 'h4A00; 15: j = 'h5000; 16: j = 'h5002;
          default: j = 'h5003;
        endcase
        case (i)
          2, 3, 6, 7, 10, 11, 14, 17: x_error(32'h2, j);
          default: x_reg(j, 32'hE000_0000 + i);
        endcase
        reg_write(j, 32'hE000_0000 + i);
      end
      await_frames(want_n);
      check_reg(15'h0000, 32'hE000_0000);
      check_reg(15'h0FFF, 32'hE000_0001);
      check_reg(15'h1000, 0);
      check_reg(15'h1800, 32'hE000_0004);
      check_reg(15'h19FF, 32'hE000_0005);
      check_reg(15'h2000, 32'hE000_0008);
      check_reg(15'h23FF, 32'hE000_0009);
      check_reg(15'h3FFF, 0);
      check_reg(15'h4000, 32'hE000_000C);
      check_reg(15'h49FF, 32'hE000_000D);
      check_reg(15'h5000, 32'hE000_000F);
      check_reg(15'h5001, 0);
      check_reg(15'h5002, 32'hE000_0010);
      check_reg(15'h5003, 0);
      check(err_bits, 32'h2, "error word");
      check(err_addr, 32'h1000, "first error's address");
      check(status[7], 1, "error status");
      // A read that stands there in the cycle after the write of the same register.
      trace_en = 0;
      @(negedge clk);
      hreg_valid = 1;
      hreg_we = 1;
      hreg_index = 15'h4321;
      hreg_wdata = 32'h1357_9BDF;
      @(posedge clk);
      while (!hreg_ready) @(posedge clk);
      @(negedge clk);
      hreg_we = 0;
      @(posedge clk);
      while (!hreg_ready) @(posedge clk);
      @(negedge clk);
      hreg_valid = 0;
      while (!hreg_rvalid) @(negedge clk);
      check(hreg_rdata, 32'h1357_9BDF, "read after write");
      trace_en = 1;
      err_clear = 32'h2;
      @(negedge clk);
      err_clear = 0;
      @(negedge clk);
      check(err_bits, 0, "cleared error word");
      tell("host window: edges of the register ranges, one ERROR for absent ones");

      // Scratch registers: by packet and by host, masked, with trace.
      type0(15'h01DC, 2);
      put(32'h0000_00A1);
      put(32'hE000_0403);
      x_reg(15'h01DC, 32'h0000_00A1);
      x_reg(15'h01DD, 32'hE000_0403);
      type0(15'h0577, 10);
      for (i = 0; i < 10; i = i + 1) begin
        put(32'h0102_0300 + i);
        x_reg(15'h0577 + i, 32'h0102_0300 + i);
        if (i == 1 || i == 6 || i == 8) x_mem(32'h0400 + 4 * (i - 1), be(32'h0102_0300 + i));
      end
      x_idle;
      run;
      x_reg(15'h057D, 32'hCAFE_F00D);
      x_mem(32'h0414, be(32'hCAFE_F00D));
      reg_write(15'h057D, 32'hCAFE_F00D);
      reg_write(15'h057E, 32'h1);
      x_reg(15'h057E, 32'h1);
      await_frames(want_n);
      check_mem(32'h0400, 32'h0103_0201);
      check_mem(32'h0414, 32'h0DF0_FECA);
      check_mem(32'h0418, 32'hAAAA_0106);
      check_mem(32'h041C, 32'h0803_0201);
      tell("scratch registers write memory under their mask");
    end
  endtask

  task test_ring;
    begin
      reset;
      set_ring(32'h1000, 6);
      rptr_wb = 32'h300 >> 2;
      x_idle;
      run;
      check_mem(32'h300, be(put_at));
      tell("a kick that changes nothing gives the read pointer and IDLE");

      // A packet in three kicks, across the end of the ring.
      while (put_at != 60) begin
        put(32'h8000_0000);
        took(0);
      end
      x_idle;
      run;
      at = put_at;
      put({2'b00, 14'd9, 1'b0, 15'h0200});
      for (i = 0; i < 10; i = i + 1) begin
        put(32'h77 + i);
        if (i == 2 || i == 6) begin
          x_mem(32'h300, be(at));  // starved: the pointer stays at the header
          x_frame(8'h8F, at, 0);
          run;
          check(rptr, at, "read pointer");
        end
      end
      took(10);
      x_idle;
      run;
      for (i = 0; i < 10; i = i + 1) check_reg(15'h0200 + i, 32'h77 + i);
      check(rptr, 7, "read pointer");
      tell("a packet in pieces waits with the read pointer at its header; the ring wraps");

      // Memory before the write pointer is read anew after idle.
      at = x_base + 4 * put_at;
      put({2'b00, 14'd1, 1'b0, 15'h0210});
      put(32'h1);
      x_mem(32'h300, be(put_at - 2));
      x_frame(8'h8F, put_at - 2, 0);
      run;
      mem[(at + 4) / 4] = be(32'h2);
      put(32'h3);
      took(2);
      x_idle;
      run;
      check_reg(15'h0210, 32'h2);
      check_reg(15'h0211, 32'h3);
      tell("a starved packet is read anew");

      // A long packet that is skipped, and a full ring.
      set_ring(32'h4000, 10);
      type3(7'h10, 900);
      for (i = 0; i < 900; i = i + 1) put(32'h0000_0000);
      type0(15'h0220, 1);
      put(32'h99);
      while (put_at != 1023) begin
        put(32'h8000_0000);
        took(0);
      end
      x_idle;
      run;
      check_reg(15'h0220, 32'h99);
      type0(15'h0221, 1);
      put(32'h9A);
      x_idle;
      run;
      check_reg(15'h0221, 32'h9A);
      tell("long payloads are jumped over; a new ring begins at 0");

      cp_en = 0;
      type0(15'h0222, 1);
      put(32'h9B);
      x_idle;
      kick;
      repeat (300) @(negedge clk);
      check(got_n, 0, "effects while off");
      check(paused, 1, "paused");
      mem[header_at/4] = be(32'h9C);  // what was read ahead does not count
      cp_en = 1;
      await_frames(want_n);
      check_reg(15'h0222, 32'h9C);
      check(paused, 0, "paused");
      tell("nothing is taken while cp_en is low, and memory is read anew afterwards");
    end
  endtask

  task test_buffers;
    begin
      reset;
      set_ring(32'h1000, 8);
      // Buffer k at 0x2000 + k * 0x100 writes register 0x300 + k and enters the next; then comes a
      // NOP of one word, which is cut off in the buffers that are entered with 7 dwords.
      for (k = 5; k >= 1; k = k - 1) begin
        into = 32'h2000 + k * 'h100;
        put({2'b00, 14'd0, 1'b0, 15'h0300 + k[14:0]});
        put(32'hB000 + k);
        put({2'b11, 14'd2, 1'b0, 7'h3F, 8'd0});  // one word more than it needs
        if (k == 4) depth_at = header_at;
        put(32'h2000 + (k + 1) * 'h100);
        put(7);
        put(32'hFFFF_FFFF);
        if (k == 4) put(32'h8000_0000);
        else put({2'b11, 14'd0, 1'b0, 7'h10, 8'd0});
        put(32'hFFFF_FFFF);
      end
      into = 0;
      type3(7'h3F, 2);
      put(32'h2103);  // low bits are dropped
      put(32'hFFF0_0008);
      for (k = 1; k <= 4; k = k + 1) begin
        took(1);
        took(3);
      end
      x_error(32'h4, depth_at);
      took(0);
      took(1);
      took(1);
      took(1);
      type3(7'h37, 2);
      put(32'h2100);
      put(32'h0);      // nothing
      type0(15'h0320, 1);
      put(32'h5555);
      x_idle;
      run;
      for (k = 1; k <= 4; k = k + 1) check_reg(15'h0300 + k, 32'hB000 + k);
      check_reg(15'h0305, 0);
      check_reg(15'h0320, 32'h5555);
      check(err_bits, 32'hC, "IB_DEPTH and TRUNCATED");
      check(err_packet, 9, "packet of the first error");
      tell("indirect buffers nest four deep; a fifth, and packets cut off, are errors");

      // LOAD_ALU_CONSTANT in a buffer, across a line and from an odd dword.
      into = 32'h2014;
      put({2'b11, 14'd3, 1'b0, 7'h2F, 8'd0});
      put(32'h8000_3007);
      put(32'h0001_0005);
      put(32'h0000_0025);
      put(32'h0);
      into = 0;
      for (i = 0; i < 37; i = i + 1) mem['h3004/4 + i] = 32'h0403_0200 + i;
      type3(7'h3F, 2);
      put(32'h2014);
      put(5);
      took(4);
      x_idle;
      run;
      for (i = 0; i < 37; i = i + 1) check_reg(15'h4805 + i, be(32'h0403_0200 + i));
      check_reg(15'h482A, 0);
      tell("LOAD_ALU_CONSTANT");
    end
  endtask

  task test_memory;
    begin
      reset;
      set_ring(32'h1000, 8);
      vblank = 32'h0000_1234;
      type0(15'h0100, 1);
      put(32'h0102_0304);
      for (i = 0; i < 4; i = i + 1) begin
        type3(7'h3E, 2);  // REG_TO_MEM, each endian
        put(32'h0000_8100);
        put(32'h2000_0500 + 4 * i + i);
        case (i)
          0: v = 32'h0102_0304;
          1: v = 32'h0201_0403;
          2: v = 32'h0403_0201;
          default: v = 32'h0304_0102;
        endcase
        x_mem(32'h500 + 4 * i, v);
      end
      type3(7'h3D, 4);    // MEM_WRITE, 8in32, over the end of the bus addresses
      put(32'hFFFF_FFFA);
      for (i = 0; i < 3; i = i + 1) begin
        put(32'h0A0B_0C00 + i);
        x_mem((32'h1FFF_FFF8 + 4 * i) & 32'h1FFF_FFFC, be(32'h0A0B_0C00 + i));
      end
      type3(7'h3D, 1);
      put(32'h0000_0540);
      type3(7'h46, 1);    // EVENT_WRITE
      put(32'hFFFF_FFD5);
      put_reg(15'h2325, 32'hA000_0603);
      type3(7'h5B, 1);    // EVENT_WRITE_ZPD
      put(32'h0000_0016);
      for (i = 0; i < 8; i = i + 1) x_mem(32'h600 + 4 * i, i[0] ? 32'd0 : samples[16*i+:32]);
      type3(7'h58, 3);    // EVENT_WRITE_SHD: value, then vblank count
      put(32'h0000_0004);
      put(32'h0000_0552);
      put(32'h1122_3344);
      x_mem(32'h550, 32'h4433_2211);
      type3(7'h58, 4);
      put(32'h8000_0004);
      put(32'h0000_0554);
      put(32'h1122_3344);
      put(32'h1122_3344);
      x_mem(32'h554, 32'h0000_1234);
      type3(7'h5A, 2);    // EVENT_WRITE_EXT
      put(32'h0000_0019);
      put(32'h2000_0563);
      x_mem(32'h560, 32'h0004_0000);
      x_mem(32'h564, 32'h0004_0000);
      x_mem(32'h568, 32'h0100_0000);
      type3(7'h54, 1);    // INTERRUPT
      put(32'hFFFF_FFE5);
      x_frame(8'h84, 32'h25, 0);
      type3(7'h64, 5);    // XE_SWAP
      put(32'h5357_4150);
      put(32'hFC0D_E001);
      put(32'd1280);
      put(32'd720);
      put(32'd0);
      x_frame(8'h88, 32'h1C0D_E001, 2);
      x(32'd1280);
      x(32'd720);
      x_idle;
      run;
      check_reg(15'h21F9, 32'h19);
      check_mem(32'h500, 32'h0102_0304);
      check_mem(32'hF_FFFC, 32'h010C_0B0A);
      check_mem(32'h0, 32'h020C_0B0A);
      check_mem(32'h568, 32'h0100_0000);
      check(c_irqs, 1, "interrupts");
      check(c_swaps, 1, "swaps");
      tell("memory packets, events, interrupt, swap");

      // Registers from packets.
      trace_en = 1;
      for (i = 0; i < 6; i = i + 1) begin
        type3(7'h2D, 3);  // SET_CONSTANT, each type
        put(32'hFF00_F810 + (i << 16));
        put(32'h7000 + i);
        put(32'h7100 + i);
        case (i)
          0: j = 'h4010;
          1: j = 'h4810;
          2: j = 'h4910;
          3: j = 'h4918;
          default: j = 'h2010;
        endcase
        x_reg(j, 32'h7000 + i);
        x_reg(j + 1, 32'h7100 + i);
      end
      type3(7'h55, 2);
      put(32'hFFFF_8FFF);
      put(32'h7200);
      x_reg(15'h0FFF, 32'h7200);
      type3(7'h56, 2);
      put(32'h0000_5001);
      put(32'h7300);
      x_reg(15'h5001, 32'h7300);
      type3(7'h21, 3);    // REG_RMW: constants; registers
      put(32'h0000_0FFF);
      put(32'h0000_7000);
      put(32'h0000_0015);
      x_reg(15'h0FFF, 32'h0000_7015);
      type3(7'h21, 3);
      put(32'hC000_0FFF);
      put(32'hFFFF_6001 & 32'hFFFF_E000 | 32'h0000_0FFF);
      put(32'h0000_0100);
      x_reg(15'h0FFF, 32'h0102_7315);
      type3(7'h23, 1);    // VIZ_QUERY: begin, end
      put(32'h0000_0021);
      type3(7'h23, 1);
      put(32'h0000_0121);
      x_reg(15'h0C45, 32'h2);
      type3(7'h23, 1);
      put(32'h0000_013F);
      x_reg(15'h0C45, 32'h8000_0002);
      x_idle;
      run;
      check_reg(15'h0C44, 0);
      tell("SET_CONSTANT and its kin, REG_RMW, VIZ_QUERY");
    end
  endtask

  // Packets that write over commands that were read ahead.
  task test_self;
    begin
      reset;
      set_ring(32'h1000, 8);
      type3(7'h3D, 4);
      at = header_at;
      put(at + 12);            // from its own third word on
      put(32'h8000_0000);
      put(32'h1111_1111);      // both are replaced before they are read
      put(32'h2222_2222);
      x_mem(at + 12, 32'h8000_0000);
      x_mem(at + 16, 32'h0000_0080);
      x_mem(at + 20, 32'h8000_0000);
      // This header becomes 0x00000080: register 0x80, one word.
      put({2'b00, 14'd0, 1'b0, 15'h0100});
      took(1);
      put(32'h4242_4242);
      x_idle;
      run;
      check_reg(15'h0100, 0);
      check_reg(15'h0080, 32'h4242_4242);
      tell("a packet that writes over its own words and the next header");

      for (j = 1; j < 40; j = j + 3) begin
        // Far ahead, inside an indirect buffer, through a scratch register.
        set_ring(32'h1000, 8);
        into = 32'h3000;
        put({2'b00, 14'd1, 1'b0, 15'h01DC});
        put(32'h1);
        put(32'h3000 + 16 + 4 * j);
        put({2'b00, 14'(j), 1'b1, 15'h0578});
        for (k = 0; k <= j; k = k + 1) put(32'h5000 + k);
        into = 0;
        type3(7'h3F, 2);
        put(32'h3000);
        put(j + 5);
        took(2);
        took(j + 1);
        for (k = 0; k <= j; k = k + 1)
          // Every write stores its word over the last one, which so becomes the one before it.
          x_mem(32'h3010 + 4 * j, be(k == j ? 32'h5000 + j - 1 : 32'h5000 + k));
        x_idle;
        run;
        check_reg(15'h0578, 32'h5000 + j - 1);
      end
      tell("a register run that writes over its later words through a scratch register");
    end
  endtask

  task test_predicate;
    begin
      reset;
      set_ring(32'h1000, 8);
      type3(7'h50, 2);           // mask {1, 0}, select {0, 1}: nothing in common
      put(32'h1);
      put(32'h0);
      type3(7'h51, 2);
      put(32'h0);
      put(32'h1);
      put({2'b11, 14'd0, 1'b0, 7'h54, 8'd1});
      took(1);
      put(32'h1);
      put({2'b11, 14'd0, 1'b0, 7'h7F, 8'd1});  // not even an opcode error
      took(1);
      put(32'h1);
      type3(7'h60, 1);           // mask low = 1
      put(32'h1);
      put({2'b11, 14'd0, 1'b0, 7'h54, 8'd1});
      took(1);
      put(32'h2);
      x_frame(8'h84, 32'h2, 0);
      type3(7'h62, 1);           // select low = 0, high = 1
      put(32'h0);
      put({2'b11, 14'd0, 1'b0, 7'h54, 8'd1});
      took(1);
      put(32'h4);
      type3(7'h63, 1);
      put(32'h1);
      put({2'b11, 14'd0, 1'b0, 7'h54, 8'd1});
      took(1);
      put(32'h8);
      x_frame(8'h84, 32'h8, 0);
      type3(7'h61, 1);
      put(32'h0);
      put({2'b11, 14'd0, 1'b0, 7'h54, 8'd1});
      took(1);
      put(32'h10);
      type3(7'h61, 1);
      put(32'hFFFF_FFFF);
      put({2'b11, 14'd3, 1'b0, 7'h64, 8'd1});  // XE_SWAP is skipped even so
      took(4);
      for (i = 0; i < 4; i = i + 1) put(i);
      x_idle;
      run;
      check(err_bits, 0, "error word");
      tell("predication");
    end
  endtask

  task x_wait(input [31:0] operand, input [31:0] info, input [31:0] reference, input [31:0] mask);
    begin
      x_frame(8'h8D, operand, 3);
      x(info);
      x(reference);
      x(mask);
    end
  endtask

  task test_waits;
    begin
      reset;
      set_ring(32'h1000, 8);
      // Memory.
      type3(7'h3C, 5);
      put(32'h0000_0013);
      put(32'hE000_0502);
      put(32'h1);
      put(32'hFF);
      put(32'h10);
      x_wait(32'h502, 32'h13, 32'h1, 32'hFF);
      type0(15'h0100, 1);
      put(32'h1);
      run;
      repeat (200) @(negedge clk);
      check(status[3:0], 4'h4, "status on a wait");
      check_reg(15'h0100, 0);
      // What follows is read after the answer.
      mem[header_at/4] = be(32'h2);
      answer(1);
      x_idle;
      await_frames(want_n);
      check_reg(15'h0100, 32'h2);
      tell("WAIT_REG_MEM on memory parks until it is answered");

      // Registers: true at once for each function that is.
      for (i = 0; i < 8; i = i + 1)
        for (j = 0; j < 3; j = j + 1) begin
          type3(7'h45, 6);       // COND_WRITE of register 0x110 + 8 j + i when (2 & 0xF) FUNC 1, 2, 3
          put(32'h0000_0000 + i);
          put(32'h0000_0100);
          put(32'h1 + j);
          put(32'hF);
          put(32'h0000_0110 + 8 * j + i);
          put(32'h1);
        end
      type3(7'h3C, 5);
      put(32'h0000_0003);
      put(32'h0000_0100);
      put(32'h2);
      put(32'hF);
      put(32'h10);
      x_idle;
      run;
      for (i = 0; i < 8; i = i + 1)
        for (j = 0; j < 3; j = j + 1) begin
          case (i)
            0: v = 0;
            1: v = 2 < 1 + j;
            2: v = 2 <= 1 + j;
            3: v = 2 == 1 + j;
            4: v = 2 != 1 + j;
            5: v = 2 >= 1 + j;
            6: v = 2 > 1 + j;
            default: v = 1;
          endcase
          check_reg(15'h0110 + 8 * j + i, v);
        end
      tell("functions of COND_WRITE on a register");

      // A register that the host makes true; COHER_STATUS_HOST is cleared first.
      trace_en = 1;
      type0(15'h0A31, 1);
      put(32'h0);
      x_reg(15'h0A31, 32'h8000_0000);
      type3(7'h3C, 7);
      put(32'h0000_0004);
      put(32'h0000_8A31);
      put(32'h0);
      put(32'hFFFF_FFFF);
      put(32'h0);
      put(32'h0);
      put(32'h0);
      x_reg(15'h0A31, 32'h0);
      x_wait(32'h0A31, 32'h4, 32'h0, 32'hFFFF_FFFF);
      run;
      at = put_at;
      check(rptr, at, "read pointer while parked");
      reg_write(15'h0A30, 32'h5);
      x_reg(15'h0A30, 32'h5);
      await_frames(want_n);
      check(status[3:0], 4'h4, "status on a wait");
      x_reg(15'h0A31, 32'h8000_0000);
      x_idle;
      reg_write(15'h0A31, 32'h0);
      await_frames(want_n);
      trace_en = 0;
      tell("WAIT_REG_MEM on a register parks until the host writes it");

      // COND_WRITE on memory: answered 0 and 1, to memory and to a register.
      for (i = 0; i < 4; i = i + 1) begin
        type3(7'h45, 6);
        put(32'h0000_0015 | (i[1] << 8));
        put(32'h0000_0600);
        put(32'h7);
        put(32'h70);
        put(i[1] ? 32'h0000_0702 : 32'h0000_0150);
        put(32'h0A0B_0C0D);
        x_wait(32'h600, 32'h115, 32'h7, 32'h70);
        run;
        answer(i[0]);
        if (i == 3) x_mem(32'h700, 32'h0D0C_0B0A);
        x_idle;
        await_frames(want_n);
        check_reg(15'h0150, i == 0 ? 32'h0 : 32'h0A0B_0C0D);
      end
      tell("COND_WRITE on memory is answered 0 or 1");
    end
  endtask

  task test_delegation;
    begin
      reset;
      set_ring(32'h1000, 12);
      type0(15'h0100, 3);
      put(32'h1);
      put(32'h0);                // no change
      put(32'h2);
      type0(15'h0102, 1);
      put(32'h0);                // back to what it was: still listed
      type3(7'h55, 2);
      put(32'h5002);
      put(32'h9);
      type3(7'h22, 5);
      put(32'h0);
      put(32'h0003_0004);
      put(32'h0012_3450);
      put(32'h0000_0060);
      put(32'h0);
      cost = cost + 16;
      x_frame(8'h86, 32'd1, 4 + 2 * 6);
      x(32'h0003_0004);
      x(32'h0012_3450);
      x(32'h0000_0060);
      x(32'h2200_0000);
      x(32'h0100); x(32'h1);
      x(32'h0102); x(32'h0);
      x(32'h21FA); x(32'h0012_3450);
      x(32'h21FB); x(32'h0000_0060);
      x(32'h21FC); x(32'h0003_0004);
      x(32'h5002); x(32'h9);
      run;
      check(status[3:0], 4'h8, "status on a draw");
      @(negedge clk);
      delegate_done = 1;
      @(negedge clk);
      delegate_done = 0;
      x_idle;
      await_frames(want_n);
      tell("DRAW_INDX is delegated with the registers that changed");

      // Inline words, nothing changed but the initiator; an auto draw.
      type3(7'h36, 41);
      put(32'h0028_0044);
      for (i = 0; i < 40; i = i + 1) put(32'h1_0000 + i);
      cost = cost + 16;
      x_frame(8'h86, 32'd2, 4 + 40 + 2);
      x(32'h0028_0044);
      x(32'h0);
      x(32'h0);
      x(32'h3600_0000 + 40);
      for (i = 0; i < 40; i = i + 1) x(32'h1_0000 + i);
      x(32'h21FC); x(32'h0028_0044);
      run;
      @(negedge clk);
      delegate_done = 1;
      @(negedge clk);
      delegate_done = 0;
      x_idle;
      await_frames(want_n);
      type3(7'h36, 1);
      put(32'h0028_0044);
      cost = cost + 16;
      x_frame(8'h86, 32'd3, 4);
      x(32'h0028_0044);
      x(32'h0);
      x(32'h0);
      x(32'h3600_0000);
      run;
      @(negedge clk);
      delegate_done = 1;
      @(negedge clk);
      delegate_done = 0;
      x_idle;
      await_frames(want_n);
      check(c_delegated, 3, "delegated draws");
      tell("DRAW_INDX_2 carries its inline words");

      // A record of several frames: 1,100 changed registers and 900 inline words.
      into = 32'h8000;
      put({2'b00, 14'd1099, 1'b0, 15'h4000});
      for (i = 0; i < 1100; i = i + 1) put(32'h1000 + i);
      put({2'b11, 14'd900, 1'b0, 7'h36, 8'd0});
      put(32'h0028_0044);
      for (i = 0; i < 900; i = i + 1) put(32'h2000 + i);
      into = 0;
      type3(7'h3F, 2);
      put(32'h8000);
      put(32'd2003);
      took(1100);
      took(901);
      cost = cost + 16;
      n = 4 + 3 + 900 + 2 * 1100;  // payload: 3107 = 2048 + 1059
      x({8'h86, 8'd0, 16'd2048});
      x(32'h8000_0004);
      k = want_n;
      x(cost[31:0]);
      x({16'd0, cost[47:32]});
      x(packet);
      x(32'h0028_0044);
      x(32'h0);
      x(32'h0);
      x(32'h3600_0000 + 900);
      for (i = 0; i < 900; i = i + 1) x(32'h2000 + i);
      for (i = 0; i < 1100; i = i + 1) begin
        for (j = 0; j < 2; j = j + 1) begin
          if (want_n - k == 2048) begin
            x({8'h86, 8'd0, 16'(n - 2048)});
            x(32'h0000_0004);
          end
          x(j == 0 ? 32'h4000 + i : 32'h1000 + i);
        end
      end
      run;
      @(negedge clk);
      delegate_done = 1;
      @(negedge clk);
      delegate_done = 0;
      x_idle;
      await_frames(want_n);
      tell("a large record is cut into frames");

      // Shader programs: from memory, and inline. Neither is a draw to the counter.
      for (k = 0; k < 2; k = k + 1) begin
        type3(k == 0 ? 7'h27 : 7'h2B, 5);
        put(32'h0000_9001);
        put(32'h0000_0003);
        for (i = 0; i < 3; i = i + 1) put(32'h3000 + i);
        cost = cost + 16;
        x_frame(8'h86, 32'd5 + k, k == 0 ? 4 : 7);
        x(32'h0);
        x(32'h0000_9001);
        x(32'h0000_0003);
        x(k == 0 ? 32'h2700_0000 : 32'h2B00_0003);
        if (k == 1) for (i = 0; i < 3; i = i + 1) x(32'h3000 + i);
        run;
        check(status[3:0], 4'h8, "status on a program");
        @(negedge clk);
        delegate_done = 1;
        @(negedge clk);
        delegate_done = 0;
        x_idle;
        await_frames(want_n);
      end
      check(c_delegated, 4, "delegated draws");
      tell("IM_LOAD and IM_LOAD_IMMEDIATE are handed to the host");
    end
  endtask

  // Every error bit of the command processor as the first one.
  task test_errors;
    begin
      for (k = 0; k < 5; k = k + 1) begin
        reset;
        set_ring(32'h1000, 8);
        put(32'h8000_0000);
        took(0);
        at = x_base + 4 * put_at;
        case (k)
          0: begin
            type3(7'h7F, 1);
            put(32'h0);
            x_error(32'h1, at);
          end
          1: begin
            type0(15'h1FFE, 1);
            put(32'h0);
            x_error(32'h2, 32'h1FFE);
          end
          2: begin
            type3(7'h64, 3);
            put(32'h0);
            put(32'h0);
            put(32'h0);
            x_error(32'h10, at);
          end
          3: begin
            into = 32'h2000;
            put({2'b00, 14'd2, 1'b0, 15'h0100});
            put(32'h5);
            put(32'h5);
            put(32'h5);
            into = 0;
            type3(7'h3F, 2);
            put(32'h2000);
            put(32'h3);
            took(3);
            x_error(32'h8, 32'h2000);
          end
          default: begin
            type3(7'h45, 5);
            for (i = 0; i < 5; i = i + 1) put(32'h0);
            x_error(32'h10, at);
          end
        endcase
        type3(7'h7E, 1);  // a second one makes no frame
        put(32'h0);
        x_idle;
        run;
        check(err_addr, (k == 1) ? 32'h1FFE : (k == 3) ? 32'h2000 : at, "first error's address");
        check(err_packet, (k == 3) ? 3 : 2, "first error's packet");
        check_reg(15'h0100, 0);
      end
      tell("each error as the first gives one frame and the record");
    end
  endtask
