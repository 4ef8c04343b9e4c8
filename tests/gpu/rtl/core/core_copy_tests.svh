  // Tests of copies, clears and tiles; part of tb_core.

  task test_clear_copy;
    begin
      reset;
      set_ring(32'h1000, 10);
      rptr_wb = 32'h300 >> 2;
      ed_writes = 0;
      cfg_surface = 32'd160;
      cfg_color = 32'h0000_0003;
      cfg_depth = 32'd100;
      cfg_control = 32'h0000_0100;
      cfg_dest = 32'h0004_0000;
      cfg_pitch = 32'd64;
      cfg_info = {7'd0, 1'b0, 3'd0, 6'd0, 3'd0, 6'd6, 3'd0, 1'b0, 3'd2};
      // A copy with a clear after it: what is copied is what was there before.
      copy_setup(64, 16, 96, 48);
      copy_draw(64, 16, 96, 48, 1, 1, 0, 0);
      x_idle;
      run;
      check_fill(64, 16, 96, 48, 3, 160, 0, 32'hC0C1_C2C3);
      check(ed_writes, 32 * 32 / 2, "samples cleared");
      // Each destination word, by the second formulation.
      for (j = 16; j < 48; j = j + 1)
        for (i = 64; i < 96; i = i + 1) begin
          k = at_sample(3, 160, i, j, 0);
          check_mem(32'h4_0000 + tiled(i, j, 64), be(32'h5000_0000 + k));
        end
      check(c_resolves, 1, "resolves");
      check(c_clears, 1, "clears");
      check(c_bytes, 32 * 32 * 4, "bytes of resolves");
      tell("a 32x32 copy, then the clear of its source");

      copy_setup(64, 16, 96, 48);
      copy_draw(64, 16, 96, 48, 1, 1, 0, 0);
      x_idle;
      run;
      for (j = 16; j < 48; j = j + 1)
        for (i = 64; i < 96; i = i + 1) check_mem(32'h4_0000 + tiled(i, j, 64), 32'hC3C2_C1C0);
      tell("a copy of the cleared surface");
    end
  endtask

  task test_depth_copy;
    begin
      reset;
      set_ring(32'h1000, 10);
      ed_writes = 0;
      cfg_surface = 32'd200;            // three tiles a row
      cfg_color = 32'h0000_0000;
      cfg_depth = 32'd2046;             // wraps at 2048
      cfg_control = 32'h0000_0204;
      cfg_dest = 32'hE004_0020;         // low six bits are dropped
      cfg_pitch = 32'd225;
      cfg_info = {7'd0, 1'b1, 3'd0, 6'd0, 3'd0, 6'd22, 3'd0, 1'b0, 3'd0};
      copy_setup(29, 9, 131, 37);
      copy_draw(24, 8, 136, 40, 1, 0, 1, 0);
      x_idle;
      run;
      check_fill(24, 8, 136, 40, 2046, 200, 1, 32'hD0D1_D2D3);
      check(ed_writes, 112 * 32 / 2, "samples cleared");
      tell("depth: columns swapped, tiles wrap, rectangle to multiples of 8");
    end
  endtask

  task test_copy_modes;
    begin
      reset;
      set_ring(32'h1000, 10);
      cfg_surface = 32'd80;
      cfg_color = 32'h0000_0010;
      cfg_depth = 32'd0;
      cfg_pitch = 32'd80;
      for (n = 0; n < 16; n = n + 1) begin
        // Each endian code with and without red/blue.
        cfg_control = 32'h0010_0000;
        cfg_dest = 32'h0008_0000 + (n << 14);
        cfg_info = {7'd0, n[3], 3'd0, 6'd0, 3'd0, 6'd14, 3'd0, 1'b0, n[2:0]};
        copy_setup(8, 0, 24, 16);
        copy_draw(8, 0, 24, 16, 1, 0, 0, 0);
        x_idle;
        run;
      end
      tell("endian codes and red/blue");

      // Null command; a format that is not there: error, the clear is done all the same.
      cfg_control = 32'h0030_0300;
      copy_setup(0, 0, 8, 8);
      copy_draw(0, 0, 8, 8, 0, 1, 1, 0);
      x_idle;
      run;
      check_fill(0, 0, 8, 8, 16, 80, 0, 32'hC0C1_C2C3);
      check_fill(0, 0, 8, 8, 0, 80, 1, 32'hD0D1_D2D3);
      cfg_control = 32'h0000_0100;
      cfg_info = {7'd0, 1'b0, 3'd0, 6'd0, 3'd0, 6'd18, 3'd0, 1'b0, 3'd0};
      copy_setup(8, 0, 16, 8);
      copy_draw(8, 0, 16, 8, 0, 1, 0, 1);
      x_idle;
      run;
      check_fill(8, 0, 16, 8, 16, 80, 0, 32'hC0C1_C2C3);
      cfg_surface = 32'h0003_0050;      // no number of samples: neither
      copy_setup(16, 0, 24, 8);
      copy_draw(16, 0, 24, 8, 0, 0, 0, 1);
      x_idle;
      run;
      check(err_bits, 32'h20, "COPY");
      cfg_surface = 32'd80;
      cfg_info = {7'd0, 1'b1, 3'd0, 6'd0, 3'd0, 6'd14, 3'd0, 1'b0, 3'd7};
      // Nothing inside the scissor's pitch: only the draw's cost.
      copy_setup(80, 0, 96, 8);
      copy_draw(80, 0, 80, 8, 0, 0, 0, 0);
      x_idle;
      run;
      tell("null and unsupported commands, empty rectangles");

      // Bad vertices.
      copy_setup(0, 0, 8, 8);
      mem['h714/4] = be(32'h7FC0_0000);
      copy_draw(0, 0, 0, 0, 0, 0, 0, 0);
      x_idle;
      run;
      check(err_bits, 32'h60, "COPY_VERTEX");
      // The packet after one of those is run.
      put_reg(15'h0100, 32'h77);
      x_idle;
      run;
      check_reg(15'h0100, 32'h77);
      tell("a vertex that is not a number");

      // Window offset on vertices and scissor, scissors that cut.
      cfg_control = 32'h0000_0000;
      copy_setup(100, 100, 200, 200);
      put_reg(15'h2205, 32'h0001_0000);
      put_reg(15'h2080, {1'b0, -15'sd92, 1'b0, -15'sd84});
      // Bits that no coordinate has: 14 and 15, 30 of the window's.
      put_reg(15'h2081, {2'b01, 14'd100, 2'b11, 14'd96});
      put_reg(15'h2082, {2'b11, 14'd124, 2'b01, 14'd133});
      put_reg(15'h200F, {1'b0, 15'd31, 1'b0, 15'd45});
      // x: 16..116 in 12..45 (49 cut by the screen): 16..45 -> 16..48; y: 8..108 in 8..31 -> 8..32
      copy_draw(16, 8, 48, 32, 1, 0, 0, 0);
      x_idle;
      run;
      // Corners left of 0 and above it, all of them: what is seen begins at 0.
      copy_setup(60, 70, 200, 200);
      put_reg(15'h2205, 32'h0001_0000);
      put_reg(15'h2080, {1'b0, -15'sd92, 1'b0, -15'sd84});
      put_reg(15'h2081, 32'd0);
      put_reg(15'h2082, {2'b00, 14'd124, 2'b00, 14'd133});
      put_reg(15'h200E, {1'b1, -15'sd1, 1'b0, -15'sd3});
      put_reg(15'h200F, {1'b1, 15'd31, 1'b1, 15'd45});
      copy_draw(0, 0, 48, 32, 1, 0, 0, 0);
      x_idle;
      run;
      // A screen that ends above 0: nothing of it is seen, only the draw's cost.
      copy_setup(100, 100, 200, 200);
      put_reg(15'h200F, {1'b0, -15'sd8, 1'b0, 15'd45});
      copy_draw(16, 8, 16, 8, 0, 0, 0, 0);
      x_idle;
      run;
      put_reg(15'h200E, 32'd0);
      tell("window offset and scissors");
    end
  endtask

  task test_tiles;
    begin
      reset;
      set_ring(32'h1000, 10);
      cfg_surface = 32'd160;
      cfg_color = 32'h0000_0040;
      cfg_depth = 32'd0;
      cfg_control = 32'h0000_0000;
      cfg_dest = 32'h0004_0000;
      cfg_pitch = 32'd160;
      cfg_info = {7'd0, 1'b0, 3'd0, 6'd0, 3'd0, 6'd6, 3'd0, 1'b0, 3'd0};
      host_tile(65, 0, 0);
      // The copy sends one TILE_REQ for tile 65 and goes on when it has been written. Its frame may
      // come before or after lines of tile 64, so it is counted and taken out of the comparison.
      copy_setup(72, 0, 88, 16);
      for (i = 0; i < 1280; i = i + 1)
        if (i[0]) ed[65 * 640 + i / 2][63:32] = 32'h6000_0000 + i;
        else ed[65 * 640 + i / 2][31:0] = 32'h6000_0000 + i;
      copy_draw(72, 0, 88, 16, 1, 0, 0, 0);
      for (i = 0; i < 640; i = i + 1) ed[65 * 640 + i] = 64'h0;
      x_idle;
      kick;
      watchdog = 0;
      while (treqs == 0 && watchdog < 100000) begin
        @(negedge clk);
        watchdog = watchdog + 1;
      end
      repeat (500) @(negedge clk);
      check(status[5], 1, "status on a tile");
      check(last_treq, 32'd65, "tile wanted");
      host_tile(64, 0, 0);               // others are served meanwhile
      host_tile(64, 1, 32'h5000_0000 + 64 * 1280);
      repeat (5) @(negedge clk);
      check(status[5], 1, "status on a tile");
      host_tile(65, 1, 32'h6000_0000);
      await_frames(want_n + 2);
      check(treqs, 1, "TILE_REQ");
      // Take the two words of TILE_REQ out.
      j = 0;
      for (i = 0; i < got_n; i = i + 1)
        if (j == 0 && got[i] === 32'h9100_0000) j = 2;
        else if (j == 2 && got[i] === 32'd65) j = 3;
        else if (j == 3) got[i-2] = got[i];
      got_n = got_n - 2;
      tell("a tile of the host's is asked for once and waited for");
    end
  endtask
