// The core: command processor, register file, copy engine and eDRAM control. Ports: docs/rtl.md.
`include "xg_types.svh"

module xg_core (
    // One clock in seven parts, each of which may stand still in a cycle without its wake_*_o and
    // without rst_i (docs/rtl.md, "Clocks").
    input  logic        clk_cp_i,      // packets and registers
    output logic        wake_cp_o,
    output logic        wake_setup_o,  // for clk_cp_i as well; it hangs on words and lines of a copy
    input  logic        clk_copy_i,    // blocks of a copy or clear
    output logic        wake_copy_o,
    input  logic        clk_line_i,    // lines of a copy
    output logic        wake_line_o,
    input  logic        clk_lane_i,    // arithmetic of a copy
    output logic        wake_lane_o,
    input  logic        clk_edram_i,
    output logic        wake_edram_o,
    input  logic        clk_eff_i,     // effects
    output logic        wake_eff_o,
    input  logic        clk_mem_i,     // runs with every memory access and in the cycle after
    input  logic        rst_i,
    // ring
    input  logic        ring_set_i,
    input  logic [28:2] rb_base_i,
    input  logic [4:0]  rb_log2_i,
    input  logic        wptr_set_i,
    input  logic [21:0] wptr_i,
    output logic [21:0] rptr_o,
    input  logic [28:2] rptr_wb_i,
    // control
    input  logic        cp_en_i,
    input  logic        trace_en_i,
    input  logic [31:0] vblank_i,
    input  logic [127:0] samples_i,    // totals: all, failed depth, passed, failed stencil
    output logic [7:0]  status_o,
    output logic        paused_o,      // stopped by cp_en_i before a whole packet
    output logic [31:0] err_bits_o,
    output logic [31:0] err_addr_o,
    output logic [31:0] err_packet_o,
    input  logic [31:0] err_clear_i,
    // registers
    input  logic        hreg_valid_i,
    output logic        hreg_ready_o,
    input  logic        hreg_we_i,
    input  logic [14:0] hreg_index_i,
    input  logic [31:0] hreg_wdata_i,
    output logic        hreg_rvalid_o,
    output logic [31:0] hreg_rdata_o,
    // answers
    input  logic        wait_done_i,
    input  logic        wait_result_i,
    input  logic        delegate_done_i,
    // memory
    output logic        mrd_valid_o,
    input  logic        mrd_ready_i,
    output logic [28:3] mrd_addr_o,
    output logic [3:0]  mrd_beats_o,
    input  logic        mrd_rvalid_i,
    input  logic [63:0] mrd_rdata_i,
    output logic        mwr_valid_o,
    input  logic        mwr_ready_i,
    output logic [28:3] mwr_addr_o,
    output logic [63:0] mwr_data_o,
    output logic [7:0]  mwr_strb_o,
    output logic        mwr_copy_o,    // a line of a copy; else a dword of the command processor
    output logic [7:0]  mwr_number_o,  // of that copy, modulo 256
    // effects
    output logic        eff_valid_o,
    input  logic        eff_ready_i,
    output logic [31:0] eff_word_o,
    output logic        eff_last_o,
    // eDRAM
    output logic        ed_valid_o,
    input  logic        ed_ready_i,
    output logic        ed_we_o,
    output logic [20:0] ed_addr_o,
    output logic [63:0] ed_wdata_o,
    output logic [7:0]  ed_wstrb_o,
    input  logic        ed_rvalid_i,
    input  logic [63:0] ed_rdata_i,
    // tiles
    input  logic        tile_valid_i,
    output logic        tile_ready_o,
    input  logic        tile_we_i,
    input  logic [10:0] tile_i,
    input  logic        tile_wvalid_i,
    output logic        tile_wready_o,
    input  logic [31:0] tile_wdata_i,
    output logic        tile_rvalid_o,
    input  logic        tile_rready_i,
    output logic [31:0] tile_rdata_o,
    // performance counters: pulses, or amounts to add each cycle
    output logic        perf_busy_o,
    output logic        perf_stall_tile_o,
    output logic        perf_packets_o,
    output logic [21:0] perf_dwords_o,
    output logic        perf_draws_local_o,
    output logic        perf_draws_delegated_o,
    output logic        perf_resolves_o,
    output logic        perf_clears_o,
    output logic [6:0]  perf_resolve_bytes_o,
    output logic        perf_mem_writes_o,
    output logic        perf_irqs_o,
    output logic        perf_swaps_o
);
  // ---- clocks ----
  logic fetch_wake, exec_wake, load_wake, mrd_wake, regs_wake, dirty_wake;
  assign wake_cp_o = fetch_wake || exec_wake || load_wake || mrd_wake || regs_wake || dirty_wake;

  // ---- command stream ----
  logic hold, push, pop, drop, seek, ring_wait, ring_take, word_valid, word_ready;
  logic [28:2] push_addr, fetch_addr;
  logic [19:0] push_count;
  logic [21:0] delta, avail;
  logic [2:0] level;
  logic [31:0] word, next_word;
  logic next_valid, two, empty, many;
  // ---- memory reads: a = commands, b = data ----
  logic a_valid, a_ready, a_rvalid, b_valid, b_ready, b_rvalid;
  logic [28:3] a_addr, b_addr;
  logic [3:0] a_beats, b_beats;
  // ---- data loads ----
  logic cp_load_start, copy_load_start, copy_load_flush, load_valid, cp_load_ready, copy_load_ready;
  logic [28:2] cp_load_addr, copy_load_addr;
  logic [11:0] cp_load_count;
  logic [2:0] copy_load_count;
  logic [31:0] load_word;
  // ---- registers ----
  logic regs_idle, hold_host, landed, cp_req_valid, req_valid, req_ready, rsp_valid;
  logic [14:0] landed_index, copy_req_index;
  logic [31:0] landed_value, rsp_rdata;
  xg_reg_req_t cp_req, req;
  logic marking, mark, dirty_ready, dirty_idle, scan, item_valid, item_ready, copy_req_valid;
  logic [13:0] mark_addr, dirty_count, item_addr;
  // ---- copy engine ----
  logic copy_start, copy_done, copy_busy, copy_cost;
  logic [31:0] copy_header, copy_cost_add;
  logic blk_valid, blk_ready, blk_we, blk_rvalid, treq_valid, treq_ready, tile_wait;
  logic [10:0] blk_tile, treq_tile;
  logic [9:0] blk_word;
  logic [63:0] blk_data, blk_rdata;
  // ---- effects and memory writes ----
  logic [47:0] cost;
  logic cost_due;
  logic [31:0] packet;
  logic regs_eff_valid, regs_eff_ready, copy_eff_valid, copy_eff_ready, cp_eff_valid, cp_eff_ready;
  xg_effect_t regs_eff, copy_eff, cp_eff;
  logic cp_svalid, cp_sready;
  logic [31:0] cp_sdata;
  logic cw_valid, cw_ready, lw_valid, lw_ready, write_line, write_stuck_q, write_line_q;
  logic [28:3] cw_addr, lw_addr;
  logic [7:0] number_q;
  logic [63:0] cw_data, lw_data;
  logic [7:0] cw_strb;
  logic snoop;
  logic cp_busy, on_wait, on_delegate, copy_line;
  /* verilator lint_off UNUSED */
  logic load_busy;  // the readers count their words
  /* verilator lint_on UNUSED */

  xg_cp_fetch u_fetch (
      .clk_i        (clk_cp_i),
      .clk_snoop_i  (clk_mem_i),
      .wake_o       (fetch_wake),
      .rst_i,
      .ring_set_i,
      .rb_base_i,
      .rb_log2_i,
      .wptr_set_i,
      .wptr_i,
      .rptr_o,
      .ring_take_i  (ring_take),
      .ring_wait_o  (ring_wait),
      .hold_i       (hold),
      .push_i       (push),
      .push_addr_i  (push_addr),
      .push_count_i (push_count),
      .pop_i        (pop),
      .drop_i       (drop),
      .seek_i       (seek),
      .delta_i      (delta),
      .level_o      (level),
      .avail_o      (avail),
      .empty_o      (empty),
      .many_o       (many),
      .addr_o       (fetch_addr),
      .word_valid_o (word_valid),
      .word_ready_i (word_ready),
      .word_o       (word),
      .next_valid_o (next_valid),
      .next_o       (next_word),
      .two_i        (two),
      .mrd_valid_o  (a_valid),
      .mrd_ready_i  (a_ready),
      .mrd_addr_o   (a_addr),
      .mrd_beats_o  (a_beats),
      .mrd_rvalid_i (a_rvalid),
      .mrd_rdata_i,
      .snoop_valid_i(snoop),
      .snoop_addr_i (mwr_addr_o)
  );

  xg_cp_exec u_exec (
      .clk_i           (clk_cp_i),
      .wake_o          (exec_wake),
      .rst_i,
      .cp_en_i,
      .vblank_i,
      .samples_i,
      .rptr_wb_i,
      .kick_i          (wptr_set_i),
      .wait_done_i,
      .wait_result_i,
      .delegate_done_i,
      .ring_wait_i     (ring_wait),
      .ring_take_o     (ring_take),
      .hold_o          (hold),
      .push_o          (push),
      .push_addr_o     (push_addr),
      .push_count_o    (push_count),
      .pop_o           (pop),
      .drop_o          (drop),
      .seek_o          (seek),
      .delta_o         (delta),
      .level_i         (level),
      .avail_i         (avail),
      .empty_i         (empty),
      .many_i          (many),
      .addr_i          (fetch_addr),
      .rptr_i          (rptr_o),
      .word_valid_i    (word_valid),
      .word_ready_o    (word_ready),
      .word_i          (word),
      .next_valid_i    (next_valid),
      .next_i          (next_word),
      .two_o           (two),
      .trace_en_i,
      .load_start_o    (cp_load_start),
      .load_addr_o     (cp_load_addr),
      .load_count_o    (cp_load_count),
      .load_valid_i    (load_valid),
      .load_ready_o    (cp_load_ready),
      .load_word_i     (load_word),
      .regs_idle_i     (regs_idle && dirty_ready),
      .hold_host_o     (hold_host),
      .req_valid_o     (cp_req_valid),
      .req_ready_i     (req_ready),  // it asks for nothing while a copy is under way
      .req_o           (cp_req),
      .rsp_valid_i     (rsp_valid),
      .rsp_rdata_i     (rsp_rdata),
      .landed_i        (landed),
      .landed_index_i  (landed_index),
      .landed_value_i  (landed_value),
      .dirty_idle_i    (dirty_idle && !marking),
      .dirty_count_i   (dirty_count),
      .scan_o          (scan),
      .item_valid_i    (item_valid),
      .item_ready_o    (item_ready),
      .item_addr_i     (item_addr),
      .copy_start_o    (copy_start),
      .copy_header_o   (copy_header),
      .copy_done_i     (copy_done),
      .copy_cost_i     (copy_cost),
      .copy_cost_add_i (copy_cost_add),
      .cost_o          (cost),
      .cost_due_o      (cost_due),
      .packet_o        (packet),
      .eff_valid_o     (cp_eff_valid),
      .eff_ready_i     (cp_eff_ready),
      .eff_o           (cp_eff),
      .svalid_o        (cp_svalid),
      .sready_i        (cp_sready),
      .sdata_o         (cp_sdata),
      .busy_o          (cp_busy),
      .on_wait_o       (on_wait),
      .on_delegate_o   (on_delegate),
      .paused_o,
      .perf_packet_o   (perf_packets_o),
      .perf_dwords_o,
      .perf_delegated_o(perf_draws_delegated_o)
  );

  // ---- data loads: LOAD_ALU_CONSTANT and vertices, never both ----
  xg_mem_words #(
      .DEPTH_LOG2(4)
  ) u_load (
      .clk_i        (clk_cp_i),
      .clk_snoop_i  (clk_mem_i),
      .wake_o       (load_wake),
      .rst_i,
      .flush_i      (copy_load_flush),
      .start_i      (cp_load_start || copy_load_start),
      .addr_i       (copy_load_start ? copy_load_addr : cp_load_addr),
      .count_i      (copy_load_start ? {19'd0, copy_load_count} : {10'd0, cp_load_count}),
      .busy_o       (load_busy),
      .word_valid_o (load_valid),
      .word_ready_i (cp_load_ready || copy_load_ready),
      .word_o       (load_word),
      .next_valid_o (),
      .next_o       (),
      .two_i        (1'b0),
      .mrd_valid_o  (b_valid),
      .mrd_ready_i  (b_ready),
      .mrd_addr_o   (b_addr),
      .mrd_beats_o  (b_beats),
      .mrd_rvalid_i (b_rvalid),
      .mrd_rdata_i,
      .snoop_valid_i(snoop),
      .snoop_addr_i (mwr_addr_o)
  );

  xg_mrd_mux u_mrd (
      .clk_i     (clk_cp_i),
      .wake_o    (mrd_wake),
      .rst_i,
      .a_valid_i (a_valid),
      .a_ready_o (a_ready),
      .a_addr_i  (a_addr),
      .a_beats_i (a_beats),
      .a_rvalid_o(a_rvalid),
      .b_valid_i (b_valid),
      .b_ready_o (b_ready),
      .b_addr_i  (b_addr),
      .b_beats_i (b_beats),
      .b_rvalid_o(b_rvalid),
      .mrd_valid_o,
      .mrd_ready_i,
      .mrd_addr_o,
      .mrd_beats_o,
      .mrd_rvalid_i
  );

  // ---- registers: the copy engine reads while the interpreter waits for it ----
  // Neither asks in the cycle after the copy engine has done.
  logic copy_asks_q;
  always_ff @(posedge clk_cp_i) copy_asks_q <= copy_start || copy_busy;
  assign req = copy_asks_q ? {1'b0, 1'b0, copy_req_index, 32'd0} : cp_req;
  assign req_valid = copy_asks_q ? copy_req_valid : cp_req_valid;
  xg_cp_regs u_regs (
      .clk_i         (clk_cp_i),
      .wake_o        (regs_wake),
      .rst_i,
      .trace_en_i,
      .idle_o        (regs_idle),
      .hold_host_i   (hold_host || !dirty_ready),
      .hreg_valid_i,
      .hreg_ready_o,
      .hreg_we_i,
      .hreg_index_i,
      .hreg_wdata_i,
      .hreg_rvalid_o,
      .hreg_rdata_o,
      .landed_o      (landed),
      .landed_index_o(landed_index),
      .landed_value_o(landed_value),
      .req_valid_i   (req_valid),
      .req_ready_o   (req_ready),
      .req_i         (req),
      .rsp_valid_o   (rsp_valid),
      .rsp_rdata_o   (rsp_rdata),
      .marking_o     (marking),
      .mark_o        (mark),
      .mark_addr_o   (mark_addr),
      .eff_valid_o   (regs_eff_valid),
      .eff_ready_i   (regs_eff_ready),
      .eff_o         (regs_eff)
  );

  xg_cp_dirty u_dirty (
      .clk_i       (clk_cp_i),
      .wake_o      (dirty_wake),
      .rst_i,
      .ready_o     (dirty_ready),
      .mark_i      (mark),
      .mark_addr_i (mark_addr),
      .idle_o      (dirty_idle),
      .count_o     (dirty_count),
      .scan_i      (scan),
      .item_valid_o(item_valid),
      .item_ready_i(item_ready),
      .item_addr_o (item_addr)
  );

  xg_copy u_copy (
      .clk_i         (clk_cp_i),
      .wake_o        (wake_setup_o),
      .clk_walk_i    (clk_copy_i),
      .wake_walk_o   (wake_copy_o),
      .clk_line_i,
      .wake_line_o,
      .clk_lane_i,
      .wake_lane_o,
      .rst_i,
      .start_i       (copy_start),
      .header_i      (copy_header),
      .done_o        (copy_done),
      .busy_o        (copy_busy),
      .cost_o        (copy_cost),
      .cost_add_o    (copy_cost_add),
      .req_valid_o   (copy_req_valid),
      .req_ready_i   (req_ready),
      .req_index_o   (copy_req_index),
      .rsp_valid_i   (rsp_valid),
      .rsp_rdata_i   (rsp_rdata),
      .load_start_o  (copy_load_start),
      .load_flush_o  (copy_load_flush),
      .load_addr_o   (copy_load_addr),
      .load_count_o  (copy_load_count),
      .load_valid_i  (load_valid),
      .load_ready_o  (copy_load_ready),
      .load_word_i   (load_word),
      .blk_valid_o   (blk_valid),
      .blk_ready_i   (blk_ready),
      .blk_we_o      (blk_we),
      .blk_tile_o    (blk_tile),
      .blk_word_o    (blk_word),
      .blk_data_o    (blk_data),
      .blk_rvalid_i  (blk_rvalid),
      .blk_rdata_i   (blk_rdata),
      .treq_valid_i  (treq_valid),
      .treq_ready_o  (treq_ready),
      .treq_tile_i   (treq_tile),
      .mwr_valid_o   (lw_valid),
      .mwr_ready_i   (lw_ready),
      .mwr_addr_o    (lw_addr),
      .mwr_data_o    (lw_data),
      .eff_valid_o   (copy_eff_valid),
      .eff_ready_i   (copy_eff_ready),
      .eff_o         (copy_eff),
      .perf_resolve_o(perf_resolves_o),
      .perf_clear_o  (perf_clears_o),
      .perf_line_o   (copy_line)
  );

  xg_edram u_edram (
      .clk_i       (clk_edram_i),
      .wake_o      (wake_edram_o),
      .rst_i,
      .blk_valid_i (blk_valid),
      .blk_ready_o (blk_ready),
      .blk_we_i    (blk_we),
      .blk_tile_i  (blk_tile),
      .blk_word_i  (blk_word),
      .blk_data_i  (blk_data),
      .blk_rvalid_o(blk_rvalid),
      .blk_rdata_o (blk_rdata),
      .treq_valid_o(treq_valid),
      .treq_ready_i(treq_ready),
      .treq_tile_o (treq_tile),
      .waiting_o   (tile_wait),
      .tile_valid_i,
      .tile_ready_o,
      .tile_we_i,
      .tile_i,
      .tile_wvalid_i,
      .tile_wready_o,
      .tile_wdata_i,
      .tile_rvalid_o,
      .tile_rready_i,
      .tile_rdata_o,
      .ed_valid_o,
      .ed_ready_i,
      .ed_we_o,
      .ed_addr_o,
      .ed_wdata_o,
      .ed_wstrb_o,
      .ed_rvalid_i,
      .ed_rdata_i
  );

  xg_cp_effects u_effects (
      .clk_i        (clk_eff_i),
      .wake_o       (wake_eff_o),
      .rst_i,
      .cost_i       (cost),
      .packet_i     (packet),
      .regs_valid_i (regs_eff_valid && !cost_due),
      .regs_ready_o (regs_eff_ready),
      .regs_i       (regs_eff),
      .copy_valid_i (copy_eff_valid),
      .copy_ready_o (copy_eff_ready),
      .copy_i       (copy_eff),
      .copy_end_i   (copy_done),
      .cp_valid_i   (cp_eff_valid),
      .cp_ready_o   (cp_eff_ready),
      .cp_i         (cp_eff),
      .cp_svalid_i  (cp_svalid),
      .cp_sready_o  (cp_sready),
      .cp_sdata_i   (cp_sdata),
      .eff_valid_o,
      .eff_ready_i,
      .eff_word_o,
      .eff_last_o,
      .mwr_valid_o  (cw_valid),
      .mwr_ready_i  (cw_ready),
      .mwr_addr_o   (cw_addr),
      .mwr_data_o   (cw_data),
      .mwr_strb_o   (cw_strb),
      .mem_write_o  (perf_mem_writes_o),
      .irq_o        (perf_irqs_o),
      .swap_o       (perf_swaps_o),
      .err_clear_i,
      .err_bits_o,
      .err_addr_o,
      .err_packet_o
  );

  // ---- memory writes: single dwords and lines; a request that is shown stays until taken ----
  assign write_line = write_stuck_q ? write_line_q : !cw_valid;
  assign mwr_valid_o = write_line ? lw_valid : cw_valid;
  assign mwr_addr_o = write_line ? lw_addr : cw_addr;
  assign mwr_data_o = write_line ? lw_data : cw_data;
  assign mwr_strb_o = write_line ? 8'hFF : cw_strb;
  assign mwr_copy_o = write_line;
  assign mwr_number_o = number_q;
  always_ff @(posedge clk_cp_i) begin
    if (rst_i) number_q <= '0;
    else if (copy_start) number_q <= number_q + 8'd1;
  end
  assign lw_ready = mwr_ready_i && write_line;
  assign cw_ready = mwr_ready_i && !write_line;
  assign snoop = mwr_valid_o && mwr_ready_i;
  always_ff @(posedge clk_mem_i) begin
    if (rst_i) begin
      write_stuck_q <= 1'b0;
      write_line_q <= 1'b0;
    end else begin
      write_stuck_q <= mwr_valid_o && !mwr_ready_i;
      write_line_q <= write_line;
    end
  end

  // ---- status: bits of CSR STATUS; parked on a page (bit 4) is the shell's ----
  assign perf_stall_tile_o = tile_wait;
  assign status_o = {err_bits_o != 32'd0, 1'b0, tile_wait, 1'b0, on_delegate, on_wait, copy_busy, cp_busy};
  assign perf_busy_o = cp_busy;
  assign perf_draws_local_o = 1'b0;  // layers above L2
  assign perf_resolve_bytes_o = copy_line ? 7'd64 : 7'd0;
endmodule
