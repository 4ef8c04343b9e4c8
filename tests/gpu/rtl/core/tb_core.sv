// Self-checking bench of xg_core: runs command streams against memory and eDRAM models that stall
// at random on every port, and compares every word of every effect frame, memory, registers and
// eDRAM with what docs/device.md says, worked out here a second time. TAP on stdout.
//   vvp tb +seed=N +stall=0..15   (of 16 cycles, how many a port refuses)
`timescale 1ns / 1ns
module tb_core;
  localparam int MEM_WORDS = 1 << 18;       // 1 MiB; addresses wrap there
  localparam int ED_WORDS = 2048 * 640;
  localparam int LOG = 1 << 17;

  logic clk = 0, rst = 1;
  always #5 clk = !clk;

  // ---- the core ----
  logic ring_set = 0, wptr_set = 0, cp_en = 1, trace_en = 0;
  logic [28:2] rb_base = 0, rptr_wb = 0;
  logic [4:0] rb_log2 = 0;
  logic [21:0] wptr = 0;
  wire [21:0] rptr;
  logic [31:0] vblank = 0;
  logic [127:0] samples = {32'd4, 32'd300, 32'd20, 32'd324};
  wire [7:0] status;
  wire paused;
  wire [31:0] err_bits, err_addr, err_packet;
  logic [31:0] err_clear = 0;
  logic hreg_valid = 0, hreg_we = 0;
  wire hreg_ready, hreg_rvalid;
  logic [14:0] hreg_index = 0;
  logic [31:0] hreg_wdata = 0;
  wire [31:0] hreg_rdata;
  logic wait_done = 0, wait_result = 0, delegate_done = 0;
  wire mrd_valid, mwr_valid, eff_valid, eff_last, ed_valid, ed_we;
  logic mrd_ready = 0, mwr_ready = 0, eff_ready = 0, ed_ready = 0;
  wire [28:3] mrd_addr, mwr_addr;
  wire [3:0] mrd_beats;
  logic mrd_rvalid = 0, ed_rvalid = 0;
  logic [63:0] mrd_rdata = 0, ed_rdata = 0;
  wire [63:0] mwr_data, ed_wdata;
  wire [7:0] mwr_strb, ed_wstrb;
  wire [31:0] eff_word;
  wire [20:0] ed_addr;
  logic tile_valid = 0, tile_we = 0, tile_wvalid = 0, tile_rready = 0;
  wire tile_ready, tile_wready, tile_rvalid;
  logic [10:0] tile = 0;
  logic [31:0] tile_wdata = 0;
  wire [31:0] tile_rdata;
  wire p_busy, p_packets, p_local, p_delegated, p_resolves, p_clears, p_writes, p_irqs, p_swaps;
  wire [21:0] p_dwords;
  wire [6:0] p_bytes;

  xg_core dut (
      .clk_cp_i(clk), .wake_cp_o(), .wake_setup_o(), .clk_copy_i(clk), .wake_copy_o(), .clk_line_i(clk), .wake_line_o(), .clk_lane_i(clk), .wake_lane_o(), .clk_edram_i(clk),
      .wake_edram_o(), .clk_eff_i(clk), .wake_eff_o(), .clk_mem_i(clk), .rst_i(rst), .ring_set_i(ring_set), .rb_base_i(rb_base), .rb_log2_i(rb_log2),
      .wptr_set_i(wptr_set), .wptr_i(wptr), .rptr_o(rptr), .rptr_wb_i(rptr_wb), .cp_en_i(cp_en),
      .trace_en_i(trace_en), .vblank_i(vblank), .samples_i(samples), .status_o(status), .paused_o(paused), .err_bits_o(err_bits),
      .err_addr_o(err_addr), .err_packet_o(err_packet), .err_clear_i(err_clear),
      .hreg_valid_i(hreg_valid), .hreg_ready_o(hreg_ready), .hreg_we_i(hreg_we),
      .hreg_index_i(hreg_index), .hreg_wdata_i(hreg_wdata), .hreg_rvalid_o(hreg_rvalid),
      .hreg_rdata_o(hreg_rdata), .wait_done_i(wait_done), .wait_result_i(wait_result),
      .delegate_done_i(delegate_done), .mrd_valid_o(mrd_valid), .mrd_ready_i(mrd_ready),
      .mrd_addr_o(mrd_addr), .mrd_beats_o(mrd_beats), .mrd_rvalid_i(mrd_rvalid),
      .mrd_rdata_i(mrd_rdata), .mwr_valid_o(mwr_valid), .mwr_ready_i(mwr_ready),
      .mwr_addr_o(mwr_addr), .mwr_data_o(mwr_data), .mwr_strb_o(mwr_strb), .mwr_copy_o(), .mwr_number_o(), .eff_valid_o(eff_valid),
      .eff_ready_i(eff_ready), .eff_word_o(eff_word), .eff_last_o(eff_last), .ed_valid_o(ed_valid),
      .ed_ready_i(ed_ready), .ed_we_o(ed_we), .ed_addr_o(ed_addr), .ed_wdata_o(ed_wdata),
      .ed_wstrb_o(ed_wstrb), .ed_rvalid_i(ed_rvalid), .ed_rdata_i(ed_rdata),
      .tile_valid_i(tile_valid), .tile_ready_o(tile_ready), .tile_we_i(tile_we), .tile_i(tile),
      .tile_wvalid_i(tile_wvalid), .tile_wready_o(tile_wready), .tile_wdata_i(tile_wdata),
      .tile_rvalid_o(tile_rvalid), .tile_rready_i(tile_rready), .tile_rdata_o(tile_rdata),
      .perf_busy_o(p_busy), .perf_packets_o(p_packets), .perf_dwords_o(p_dwords),
      .perf_draws_local_o(p_local), .perf_draws_delegated_o(p_delegated),
      .perf_resolves_o(p_resolves), .perf_clears_o(p_clears), .perf_resolve_bytes_o(p_bytes),
      .perf_mem_writes_o(p_writes), .perf_irqs_o(p_irqs), .perf_swaps_o(p_swaps)
  );

  // ---- randomness ----
  integer seed, stall, stall_seed;
  function logic refuse(input integer dummy);
    refuse = ($random(stall_seed) & 15) < stall;
  endfunction

  // ---- memory: little-endian words; a read takes its data when it is accepted ----
  logic [31:0] mem [0:MEM_WORDS-1];
  logic [63:0] rd_queue [0:1023];
  integer rd_head = 0, rd_tail = 0, b;
  logic [28:3] beat_addr;
  always @(posedge clk) begin
    if (mwr_valid && mwr_ready) begin
      for (b = 0; b < 8; b = b + 1)
        if (mwr_strb[b]) mem[{mwr_addr[19:3], b[2]}][8*b[1:0]+:8] = mwr_data[8*b+:8];
    end
    if (mrd_valid && mrd_ready) begin
      if (mrd_beats == 0 || {1'b0, mrd_addr[5:3]} + mrd_beats > 8) begin
        $display("not ok - a read of %0d beats at %h crosses its line", mrd_beats, {mrd_addr, 3'd0});
        $finish;
      end
      for (b = 0; b < mrd_beats; b = b + 1) begin
        beat_addr = mrd_addr + b;
        rd_queue[rd_tail & 1023] = {mem[{beat_addr[19:3], 1'b1}], mem[{beat_addr[19:3], 1'b0}]};
        rd_tail = rd_tail + 1;
      end
    end
    mrd_rvalid <= 0;
    mrd_rdata <= 64'hDEAD_DEAD_DEAD_DEAD;
    // One more cycle at least between request and answer.
    if (rd_head != rd_tail && !(mrd_valid && mrd_ready && rd_tail - rd_head == mrd_beats) && !refuse(0)) begin
      mrd_rvalid <= 1;
      mrd_rdata <= rd_queue[rd_head & 1023];
      rd_head = rd_head + 1;
    end
    mrd_ready <= !refuse(0);
    mwr_ready <= !refuse(0);
  end

  // ---- eDRAM ----
  logic [63:0] ed [0:ED_WORDS-1];
  logic [63:0] ed_queue [0:1023];
  integer ed_head = 0, ed_tail = 0, ed_writes = 0, eb;
  always @(posedge clk) begin
    ed_rvalid <= 0;
    ed_rdata <= 64'hDEAD_DEAD_DEAD_DEAD;
    if (ed_head != ed_tail && !refuse(0)) begin
      ed_rvalid <= 1;
      ed_rdata <= ed_queue[ed_head & 1023];
      ed_head = ed_head + 1;
    end
    if (ed_valid && ed_ready) begin
      if (ed_we) begin
        ed_writes = ed_writes + 1;
        for (eb = 0; eb < 8; eb = eb + 1) if (ed_wstrb[eb]) ed[ed_addr][8*eb+:8] = ed_wdata[8*eb+:8];
      end else begin
        ed_queue[ed_tail & 1023] = ed[ed_addr];
        ed_tail = ed_tail + 1;
      end
    end
    ed_ready <= !refuse(0);
  end
  function logic [31:0] sample_word(input integer w);  // by 32-bit word
    sample_word = (w & 1) ? ed[w>>1][63:32] : ed[w>>1][31:0];
  endfunction

  // ---- effect frames, word by word; a frame must not wait for memory once it began ----
  logic [31:0] got [0:LOG-1];
  integer got_n = 0, frames = 0, idles = 0, treqs = 0, waits = 0, delegates = 0;
  logic in_frame = 0;
  integer quiet = 0;
  logic [31:0] last_treq;
  logic [7:0] frame_op;
  integer frame_at = 0;
  always @(posedge clk) begin
    if (eff_valid && eff_ready) begin
      got[got_n] = eff_word;
      got_n = got_n + 1;
      if (!in_frame) frame_op = eff_word[31:24];
      else if (frame_at == 1 && frame_op == 8'h91) last_treq = eff_word;
      frame_at = in_frame ? frame_at + 1 : 1;
      in_frame = !eff_last;
      if (eff_last) begin
        frames = frames + 1;
        if (frame_op == 8'h8F) idles = idles + 1;
        if (frame_op == 8'h91) treqs = treqs + 1;
        if (frame_op == 8'h8D) waits = waits + 1;
        if (frame_op == 8'h86) delegates = delegates + 1;
      end
    end
    eff_ready <= !refuse(0);
  end

  // A request that is shown stays as it is until it is taken.
  logic [28:3] old_mrd_addr, old_mwr_addr;
  logic [63:0] old_mwr_data;
  logic [31:0] old_word;
  logic [20:0] old_ed_addr;
  logic mrd_stuck = 0, mwr_stuck = 0, eff_stuck = 0, ed_stuck = 0;
  integer unstable = 0;
  always @(posedge clk) begin
    if (mrd_stuck && (!mrd_valid || mrd_addr !== old_mrd_addr)) unstable = unstable + 1;
    if (mwr_stuck && (!mwr_valid || mwr_addr !== old_mwr_addr || mwr_data !== old_mwr_data)) unstable = unstable + 1;
    if (eff_stuck && (!eff_valid || eff_word !== old_word)) unstable = unstable + 1;
    if (ed_stuck && (!ed_valid || ed_addr !== old_ed_addr)) unstable = unstable + 1;
    mrd_stuck <= !rst && mrd_valid && !mrd_ready;
    mwr_stuck <= !rst && mwr_valid && !mwr_ready;
    eff_stuck <= !rst && eff_valid && !eff_ready;
    ed_stuck <= !rst && ed_valid && !ed_ready;
    old_mrd_addr <= mrd_addr;
    old_mwr_addr <= mwr_addr;
    old_mwr_data <= mwr_data;
    old_word <= eff_word;
    old_ed_addr <= ed_addr;
  end

  // ---- counters ----
  integer c_packets = 0, c_dwords = 0, c_resolves = 0, c_clears = 0, c_bytes = 0, c_writes = 0;
  integer c_irqs = 0, c_swaps = 0, c_delegated = 0;
  always @(posedge clk) if (!rst) begin
    c_packets = c_packets + p_packets;
    c_dwords = c_dwords + p_dwords;
    c_resolves = c_resolves + p_resolves;
    c_clears = c_clears + p_clears;
    c_bytes = c_bytes + p_bytes;
    c_writes = c_writes + p_writes;
    c_irqs = c_irqs + p_irqs;
    c_swaps = c_swaps + p_swaps;
    c_delegated = c_delegated + p_delegated;
  end

  // ---- what is expected ----
  logic [31:0] want [0:LOG-1];
  integer want_n = 0, seen_n = 0, bad = 0, x_writes = 0;
  logic [47:0] cost;
  logic [31:0] packet;
  logic [31:0] x_base;
  integer ring_size, put_at;      // ring of the test in dwords; where the next dword goes
  integer into;                   // 0: the ring; else a byte address where words go
  logic [31:0] header_at;

  function [31:0] be(input [31:0] v);
    be = {v[7:0], v[15:8], v[23:16], v[31:24]};
  endfunction
  // Puts one command dword.
  task put(input [31:0] v);
    begin
      if (into != 0) begin
        mem[into / 4] = be(v);
        header_at = into;
        into = into + 4;
      end else begin
        header_at = x_base + 4 * put_at;
        mem[(x_base / 4 + put_at)] = be(v);
        put_at = (put_at + 1) % ring_size;
      end
    end
  endtask
  // Headers; the expected cost and packet number move when the packet is reached, see took().
  task type0(input [14:0] index, input integer n);
    begin
      put({2'b00, 14'(n - 1), 1'b0, index});
      took(n);
    end
  endtask
  task type3(input [6:0] op, input integer n);
    begin
      put({2'b11, 14'(n - 1), 1'b0, op, 8'd0});
      took(n);
    end
  endtask
  task took(input integer n);
    begin
      cost = cost + 2 + n;
      packet = packet + 1;
    end
  endtask
  task x(input [31:0] w);
    begin
      want[want_n] = w;
      want_n = want_n + 1;
    end
  endtask
  task x_frame(input [7:0] op, input [31:0] addr, input integer extra);
    begin
      x({op, 8'd0, 16'(extra + 3)});
      x(addr);
      x(cost[31:0]);
      x({16'd0, cost[47:32]});
      x(packet);
    end
  endtask
  task x_mem(input [31:0] addr, input [31:0] word);  // word as it lies in memory
    begin
      x_frame(8'h87, addr, 1);
      x(word);
      x_writes = x_writes + 1;
    end
  endtask
  task x_reg(input [14:0] index, input [31:0] value);
    if (trace_en) begin
      x_frame(8'h8C, {17'd0, index}, 1);
      x(value);
    end
  endtask
  logic first_error;
  task x_error(input [31:0] bits, input [31:0] addr);
    begin
      if (first_error) begin
        x_frame(8'h90, addr, 1);
        x(bits);
      end
      first_error = 0;
    end
  endtask
  task x_idle;
    begin
      if (rptr_wb != 0) x_mem({3'd0, rptr_wb, 2'd0}, be(put_at));
      x_frame(8'h8F, put_at, 0);
    end
  endtask

  // ---- driving ----
  integer watchdog;
  task kick;
    begin
      @(negedge clk);
      wptr = put_at;
      wptr_set = 1;
      @(negedge clk);
      wptr_set = 0;
    end
  endtask
  task await_frames(input integer n);  // until n words of effects have come
    begin
      watchdog = 0;
      while (got_n < n && watchdog < 60000) begin
        @(negedge clk);
        watchdog = watchdog + 1;
      end
      repeat (60) @(negedge clk);
    end
  endtask
  task run;  // kicks, waits for the words that are expected up to now
    begin
      kick;
      await_frames(want_n);
    end
  endtask
  task reg_write(input [14:0] index, input [31:0] value);
    begin
      @(negedge clk);
      hreg_valid = 1;
      hreg_we = 1;
      hreg_index = index;
      hreg_wdata = value;
      @(posedge clk);
      while (!hreg_ready) @(posedge clk);
      @(negedge clk);
      hreg_valid = 0;
    end
  endtask
  logic [31:0] reg_value;
  task reg_read(input [14:0] index);
    begin
      @(negedge clk);
      hreg_valid = 1;
      hreg_we = 0;
      hreg_index = index;
      @(posedge clk);
      while (!hreg_ready) @(posedge clk);
      @(negedge clk);
      hreg_valid = 0;
      while (!hreg_rvalid) @(negedge clk);
      reg_value = hreg_rdata;
    end
  endtask
  task check_reg(input [14:0] index, input [31:0] value);
    begin
      reg_read(index);
      if (reg_value !== value) begin
        bad = bad + 1;
        $display("# register %h is %h, expected %h", index, reg_value, value);
      end
    end
  endtask
  task check_mem(input [31:0] addr, input [31:0] word);
    if (mem[addr/4] !== word) begin
      bad = bad + 1;
      $display("# memory %h is %h, expected %h", addr, mem[addr/4], word);
    end
  endtask
  task check(input [31:0] is, input [31:0] expected, input [8*24-1:0] what);
    if (is !== expected) begin
      bad = bad + 1;
      $display("# %0s is %h, expected %h", what, is, expected);
    end
  endtask
  task answer(input logic result);
    begin
      @(negedge clk);
      wait_done = 1;
      wait_result = result;
      @(negedge clk);
      wait_done = 0;
    end
  endtask
  logic reset_once = 0;
  task reset;
    begin
      @(negedge clk);
      rst = 1;
      repeat (4) @(negedge clk);
      rst = 0;
      cost = 0;
      packet = 0;
      first_error = 1;
      into = 0;
      rptr_wb = 0;
      trace_en = 0;
      vblank = 0;
      if (reset_once) begin
        // The core clears its tables by itself (the first reset shows it); afterwards the bench does,
        // which takes no cycles.
        for (i = 0; i < 8192; i = i + 1) dut.u_regs.u_ram.mem[i] = 32'd0;
        for (i = 0; i < 512; i = i + 1) dut.u_dirty.u_ram.mem[i] = 32'd0;
        for (i = 0; i < 2048; i = i + 1) dut.u_edram.owners[i] = 1'b0;
        dut.u_regs.init_addr_q = 13'h1FF0;
        dut.u_dirty.at_q = 9'd500;
        dut.u_edram.at_q = 11'd2030;
        repeat (40) @(negedge clk);
      end else repeat (8300) @(negedge clk);
      reset_once = 1;
    end
  endtask
  task set_ring(input [31:0] base, input integer log2);
    begin
      @(negedge clk);
      rb_base = base[28:2];
      rb_log2 = log2;
      ring_set = 1;
      @(negedge clk);
      ring_set = 0;
      x_base = base;
      ring_size = 1 << log2;
      put_at = 0;
    end
  endtask
  integer differ;
  task tell(input [8*80-1:0] what);
    begin
      differ = 0;
      for (i = seen_n; i < want_n || i < got_n; i = i + 1)
        if ((i >= got_n || i >= want_n || got[i] !== want[i]) && differ < 6) begin
          differ = differ + 1;
          $display("# effect word %0d: %h, expected %h%0s", i - seen_n, i < got_n ? got[i] : 32'd0,
                   i < want_n ? want[i] : 32'd0, i >= got_n ? " (missing)" : i >= want_n ? " (none)" : "");
        end
      for (i = 0; line_any && i < MEM_WORDS; i = i + 1)
        if (line_set[i] === 1'b1) begin
          line_set[i] = 0;
          if (mem[i] !== line_mem[i]) begin
            differ = differ + 1;
            if (differ < 6) $display("# line word at %h: %h, expected %h", 4 * i, mem[i], line_mem[i]);
          end
        end
      line_any = 0;
      if (unstable != 0) $display("# %0d requests changed before they were taken", unstable);
      $display("%0sok - %0s", (bad == 0 && differ == 0 && unstable == 0) ? "" : "not ", what);
      bad = 0;
      unstable = 0;
      got_n = 0;
      want_n = 0;
      seen_n = 0;
    end
  endtask

  // ---- a second formulation of the tiled address: 32-bit pixels, pitch in pixels ----
  function integer tiled(input integer px, input integer py, input integer pitch);
    integer wide, macro, micro, o;
    begin
      wide = (pitch + 31) / 32 * 32;
      macro = ((px / 32) + (py / 32) * (wide / 32)) * 512;
      micro = ((px & 7) + ((py & 6) << 2)) << 2;
      o = macro + ((micro & ~15) << 1) + (micro & 15) + ((py & 8) << 5) + ((py & 1) << 4);
      tiled = ((o & ~511) << 3) + ((o & 448) << 2) + (o & 63) + ((py & 16) << 7) +
              ((((((py & 8) >> 2) + (px >> 3)) & 3)) << 6);
    end
  endfunction
  // 32-bit word of eDRAM of a sample.
  function integer at_sample(input integer base, input integer pitch, input integer sx,
                             input integer sy, input logic depth);
    integer t, c;
    begin
      t = (base + (sy / 16) * ((pitch + 79) / 80) + sx / 80) % 2048;
      c = sx % 80;
      if (depth) c = (c < 40) ? c + 40 : c - 40;
      at_sample = t * 1280 + (sy % 16) * 80 + c;
    end
  endfunction
  function [31:0] float_of(input integer v);  // an integer as a single
    integer m, e;
    begin
      if (v == 0) float_of = 0;
      else begin
        m = (v < 0) ? -v : v;
        e = 127 + 23;
        while (m < 32'h0080_0000) begin
          m = m * 2;
          e = e - 1;
        end
        float_of = {v < 0, 8'(e), m[22:0]};
      end
    end
  endfunction

  // Registers of a copy through the ring, and the vertices at 0x700.
  logic [31:0] cfg_surface, cfg_color, cfg_depth, cfg_control, cfg_info, cfg_dest, cfg_pitch;
  task put_reg(input [14:0] index, input [31:0] v);
    begin
      type0(index, 1);
      put(v);
      x_reg(index, v);
    end
  endtask
  task copy_setup(input integer vx0, input integer vy0, input integer vx1, input integer vy1);
    begin
      // Vertices at pixel corners; the half pixel is taken off by the centre rule.
      mem['h700/4] = be(float_of(vx0));
      mem['h704/4] = be(float_of(vy0));
      mem['h708/4] = be(float_of(vx1));
      mem['h70C/4] = be(float_of(vy0));
      mem['h710/4] = be(float_of(vx1));
      mem['h714/4] = be(float_of(vy1));
      put_reg(15'h4800, 32'h0000_0703);
      put_reg(15'h4801, {6'd0, 24'd6, 2'd2});
      put_reg(15'h2302, 32'd1);
      put_reg(15'h200E, 32'd0);
      put_reg(15'h200F, {1'b0, 15'd8192, 1'b0, 15'd8192});
      put_reg(15'h2081, 32'h8000_0000);
      put_reg(15'h2082, {1'b0, 15'd8192, 1'b0, 15'd8192});
      put_reg(15'h2000, cfg_surface);
      put_reg(15'h2001, cfg_color);
      put_reg(15'h2002, cfg_depth);
      put_reg(15'h2318, cfg_control);
      put_reg(15'h2319, cfg_dest);
      put_reg(15'h231A, cfg_pitch);
      put_reg(15'h231B, cfg_info);
      put_reg(15'h231D, 32'hD0D1_D2D3);
      put_reg(15'h231E, 32'hC0C1_C2C3);
      put_reg(15'h2208, 32'd6);
    end
  endtask
  // Lines of a copy: their numbers in frames of 16 and a last one; what they must hold is looked at by tell().
  logic [31:0] line_mem [0:MEM_WORDS-1];
  logic line_set [0:MEM_WORDS-1], line_any = 0;
  logic [31:0] lines [0:15];
  integer lines_n = 0;
  task x_lines(input logic last);
    integer q;
    begin
      x_frame(8'h89, {31'd0, last}, lines_n);
      for (q = 0; q < lines_n; q = q + 1) x(lines[q]);
      lines_n = 0;
    end
  endtask
  // The draw; clears and copies as the registers say, blocks counted here.
  task copy_draw(input integer x0, input integer y0, input integer x1, input integer y1,
                 input logic copies, input logic colors, input logic depths, input logic error);
    integer nx, ny, pitch, base, blocks, k, px, py, place, lane;
    logic depth;
    logic [31:0] line [0:15], line_at;
    logic [31:0] v;
    begin
      type3(7'h36, 1);
      put(32'h0003_0088);
      x_reg(15'h21FC, 32'h0003_0088);
      pitch = cfg_surface[13:0];
      depth = cfg_control[2];
      base = depth ? cfg_depth[11:0] : cfg_color[11:0];
      blocks = (x1 - x0) / 8 * ((y1 - y0) / 2);
      cost = cost + 16 + (copies ? 4 * blocks : 0) + (colors ? 2 * blocks : 0) + (depths ? 2 * blocks : 0);
      if (error) x_error(32'h20, header_at - 4);
      if (copies)
        for (ny = y0; ny < y1; ny = ny + 2)
          for (nx = x0; nx < x1; nx = nx + 8) begin
            // Each pixel goes to its own address; all sixteen lie in one line.
            line_at = (cfg_dest + tiled(nx, ny, cfg_pitch[13:0])) & 32'h1FFF_FFC0;
            for (k = 0; k < 16; k = k + 1) begin
              px = nx + (k & 7);
              py = ny + (k >> 3);
              v = sample_word(at_sample(base, pitch, px, py, depth));
              if (cfg_info[24] && !depth) v = {v[31:24], v[7:0], v[15:8], v[23:16]};
              place = ((tiled(px, py, cfg_pitch[13:0]) - tiled(nx, ny, cfg_pitch[13:0])) & 63) / 4;
              case (cfg_info[2:0])
                3'd1: v = {v[23:16], v[31:24], v[7:0], v[15:8]};
                3'd2, 3'd4, 3'd5: v = be(v);
                3'd3: v = {v[15:0], v[31:16]};
                default: ;
              endcase
              if (cfg_info[2:0] == 3'd4) place = place ^ 1;
              if (cfg_info[2:0] == 3'd5) place = place ^ 3;
              line[place] = v;
            end
            for (k = 0; k < 16; k = k + 1) begin
              line_mem[line_at[19:2] + k] = line[k];
              line_set[line_at[19:2] + k] = 1;
            end
            lines[lines_n] = line_at >> 6;
            lines_n = lines_n + 1;
            if (lines_n == 16) x_lines(0);
          end
      if (copies) begin
        x_lines(1);
        line_any = 1;
      end
    end
  endtask
  task check_fill(input integer x0, input integer y0, input integer x1, input integer y1,
                  input integer base, input integer pitch, input logic depth, input [31:0] v);
    integer sx, sy, wrong;
    begin
      wrong = 0;
      for (sy = y0; sy < y1; sy = sy + 1)
        for (sx = x0; sx < x1; sx = sx + 1)
          if (sample_word(at_sample(base, pitch, sx, sy, depth)) !== v) wrong = wrong + 1;
      if (wrong != 0) begin
        bad = bad + 1;
        $display("# %0d samples are not %h", wrong, v);
      end
    end
  endtask
  task host_tile(input integer t, input logic we, input [31:0] first);
    integer w;
    begin
      @(negedge clk);
      tile_valid = 1;
      tile_we = we;
      tile = t;
      @(posedge clk);
      while (!tile_ready) @(posedge clk);
      @(negedge clk);
      tile_valid = 0;
      for (w = 0; w < 1280; w = w + 1) begin
        if (we) begin
          tile_wvalid = 1;
          tile_wdata = first + w;
          @(posedge clk);
          while (!tile_wready) @(posedge clk);
          @(negedge clk);
          tile_wvalid = 0;
        end else begin
          tile_rready = 1;
          @(posedge clk);
          while (!tile_rvalid) @(posedge clk);
          if (tile_rdata !== sample_word(t * 1280 + w)) bad = bad + 1;
          @(negedge clk);
          tile_rready = 0;
        end
      end
    end
  endtask

  // ---- the tests ----
  integer i, j, k, n, depth_at;
  logic [31:0] v, w, at;
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    if (!$value$plusargs("stall=%d", stall)) stall = 5;
    stall_seed = seed + 77;
    $display("# seed %0d, stall %0d of 16", seed, stall);
    for (i = 0; i < MEM_WORDS; i = i + 1) mem[i] = 32'hAAAA_0000 + i;
    for (i = 0; i < ED_WORDS; i = (i == 256 * 640 - 1) ? 2040 * 640 : i + 1) begin  // what is used
      ed[i][63:32] = 32'h5000_0001 + 2 * i;
      ed[i][31:0] = 32'h5000_0000 + 2 * i;
    end

    test_registers;
    test_ring;
    test_buffers;
    test_memory;
    test_self;
    test_predicate;
    test_waits;
    test_delegation;
    test_errors;
    test_clear_copy;
    test_depth_copy;
    test_copy_modes;
    test_tiles;
    $display("# %0d cycles", $time / 10);
    $finish;
  end

  `include "core_cp_tests.svh"
  `include "core_copy_tests.svh"
endmodule
