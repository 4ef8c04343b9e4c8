// The whole device behind its transport: link and memory (the shell) around the core.
//
// Words of the link go in and out with valid/ready. The board memory port has separate read and
// write channels of 64 bits: reads of 1 to 8 beats inside a 64-byte line are answered in order and
// cannot be stalled; a read accepted after a write sees it. The eDRAM port is the core's own
// (docs/rtl.md). Clocks: one, in ten parts; docs/rtl.md, "Clocks". A board may connect them all to
// one net.
module xg_top #(
    parameter logic [31:0] CAPS = 32'h001D0007,  // layers L0-L2, 2**29 bytes of board memory
    parameter int FRAMES = 8192  // of 64 KiB, for pages; what is left of the memory is none of the link's
) (
    input  logic        clk_i,         // never stands still
    input  logic        clk_host_i,    // frames of the host and CSRs
    output logic        wake_host_o,
    input  logic        clk_tx_i,      // transmitter
    output logic        wake_tx_o,
    input  logic        clk_mem_i,     // memory
    output logic        wake_mem_o,
    input  logic        clk_cp_i,      // packets and registers
    output logic        wake_cp_o,
    output logic        wake_setup_o,  // set-up of a copy: clk_cp_i runs with either
    input  logic        clk_copy_i,    // blocks of a copy or clear
    output logic        wake_copy_o,
    input  logic        clk_line_i,    // lines of a copy
    output logic        wake_line_o,
    input  logic        clk_lane_i,    // arithmetic of a copy
    output logic        wake_lane_o,
    input  logic        clk_edram_i,   // eDRAM
    output logic        wake_edram_o,
    input  logic        clk_eff_i,     // effects
    output logic        wake_eff_o,
    input  logic        rst_i,
    input  logic        rx_valid_i,
    output logic        rx_ready_o,
    input  logic [31:0] rx_data_i,
    output logic        rx_hunt_o,
    output logic        tx_valid_o,
    input  logic        tx_ready_i,
    output logic [31:0] tx_data_o,
    output logic        brd_valid_o,
    input  logic        brd_ready_i,
    output logic [28:3] brd_addr_o,
    output logic [3:0]  brd_beats_o,
    input  logic        brd_rvalid_i,
    input  logic [63:0] brd_rdata_i,
    output logic        bwr_valid_o,
    input  logic        bwr_ready_i,
    output logic [28:3] bwr_addr_o,
    output logic [63:0] bwr_data_o,
    output logic [7:0]  bwr_strb_o,
    output logic        ed_valid_o,
    input  logic        ed_ready_i,
    output logic        ed_we_o,
    output logic [20:0] ed_addr_o,
    output logic [63:0] ed_wdata_o,
    output logic [7:0]  ed_wstrb_o,
    input  logic        ed_rvalid_i,
    input  logic [63:0] ed_rdata_i,
    output logic        busy_o,       // command processor or copy engine at work
    // for a screen (rtl/board/xg_scanout.sv): words of effects as they leave the core, pages as they are
    // mapped, CSR SCANOUT
    output logic        see_valid_o,
    output logic        see_last_o,
    output logic [31:0] see_word_o,
    output logic        see_forget_o, // pages are forgotten
    output logic        see_map_o,
    output logic [12:0] see_page_o,
    output logic        see_resident_o,
    output logic [12:0] see_frame_o,
    output logic [13:0] scanout_o,
    input  logic [31:0] underruns_i
);
  // link to core and memory
  logic core_rst, mem_rst, mem_busy, parked, paused;
  logic cp_en, trace_en, ring_set, wptr_set;
  logic [28:2] rb_base, rptr_wb;
  logic [4:0] rb_log2;
  logic [21:0] wptr, rptr;
  logic [31:0] vblank, err_bits, err_addr, err_packet, err_clear;
  logic [7:0] core_status;
  logic [127:0] samples;
  logic hreg_valid, hreg_ready, hreg_we, hreg_rvalid;
  logic [14:0] hreg_index;
  logic [31:0] hreg_wdata, hreg_rdata;
  logic wait_done, wait_result, delegate_done;
  logic eff_valid, eff_ready, eff_last;
  logic [31:0] eff_word;
  logic tile_valid, tile_ready, tile_we, tile_wvalid, tile_wready, tile_rvalid, tile_rready;
  logic [10:0] tile;
  logic [31:0] tile_wdata, tile_rdata;
  logic lrd_valid, lrd_ready, lrd_rvalid, lwr_valid, lwr_ready;
  logic [28:3] lrd_addr, lwr_addr;
  logic [3:0] lrd_beats;
  logic [63:0] lwr_data, rdata;
  logic [7:0] lwr_strb;
  logic map_valid, map_resident, fault_valid, fault_ready, fault_dirty;
  logic [12:0] map_page, map_frame, fault_page;
  // core to memory
  logic crd_valid, crd_ready, crd_rvalid, cwr_valid, cwr_ready;
  logic [28:3] crd_addr, cwr_addr;
  logic [3:0] crd_beats;
  logic [63:0] cwr_data;
  logic [7:0] cwr_strb, cwr_number;
  logic cwr_copy;
  // counters
  logic perf_busy, perf_stall_tile, perf_packets, perf_draws_local, perf_draws_delegated,
      perf_resolves, perf_clears, perf_mem_writes, perf_irqs, perf_swaps;
  logic [6:0] perf_resolve_bytes;
  logic [21:0] perf_dwords;

  assign busy_o = perf_busy;
  assign see_valid_o = eff_valid && eff_ready;
  assign see_last_o = eff_last;
  assign see_word_o = eff_word;
  assign see_forget_o = core_rst;
  assign see_map_o = map_valid;
  assign see_page_o = map_page;
  assign see_resident_o = map_resident;
  assign see_frame_o = map_frame;

  logic resetting, mem_wake, cp_wake, copy_wake, line_wake, lane_wake, edram_wake, eff_wake;
  assign wake_mem_o = mem_wake || resetting;
  assign wake_cp_o = cp_wake || resetting;
  assign wake_copy_o = copy_wake || resetting;
  assign wake_line_o = line_wake || resetting;
  assign wake_lane_o = lane_wake || resetting;
  assign wake_edram_o = edram_wake || resetting;
  assign wake_eff_o = eff_wake || resetting;

  xg_link #(
      .CAPS(CAPS),
      .FRAMES(FRAMES)
  ) u_link (
      .clk_i,
      .clk_host_i,
      .wake_host_o,
      .clk_tx_i,
      .wake_tx_o,
      .rst_i,
      .rx_valid_i,
      .rx_ready_o,
      .rx_data_i,
      .rx_hunt_o,
      .tx_valid_o,
      .tx_ready_i,
      .tx_data_o,
      .core_rst_o            (core_rst),
      .mem_rst_o             (mem_rst),
      .resetting_o           (resetting),
      .mem_busy_i            (mem_busy),
      .cp_en_o               (cp_en),
      .trace_en_o            (trace_en),
      .ring_set_o            (ring_set),
      .rb_base_o             (rb_base),
      .rb_log2_o             (rb_log2),
      .wptr_set_o            (wptr_set),
      .wptr_o                (wptr),
      .rptr_i                (rptr),
      .rptr_wb_o             (rptr_wb),
      .vblank_o              (vblank),
      .samples_o             (samples),
      .scanout_o,
      .underruns_i,
      .status_i              (core_status | {3'd0, parked, 4'd0}),
      .paused_i              (paused),
      .err_bits_i            (err_bits),
      .err_addr_i            (err_addr),
      .err_packet_i          (err_packet),
      .err_clear_o           (err_clear),
      .hreg_valid_o          (hreg_valid),
      .hreg_ready_i          (hreg_ready),
      .hreg_we_o             (hreg_we),
      .hreg_index_o          (hreg_index),
      .hreg_wdata_o          (hreg_wdata),
      .hreg_rvalid_i         (hreg_rvalid),
      .hreg_rdata_i          (hreg_rdata),
      .wait_done_o           (wait_done),
      .wait_result_o         (wait_result),
      .delegate_done_o       (delegate_done),
      .eff_valid_i           (eff_valid),
      .eff_ready_o           (eff_ready),
      .eff_word_i            (eff_word),
      .eff_last_i            (eff_last),
      .tile_valid_o          (tile_valid),
      .tile_ready_i          (tile_ready),
      .tile_we_o             (tile_we),
      .tile_o                (tile),
      .tile_wvalid_o         (tile_wvalid),
      .tile_wready_i         (tile_wready),
      .tile_wdata_o          (tile_wdata),
      .tile_rvalid_i         (tile_rvalid),
      .tile_rready_o         (tile_rready),
      .tile_rdata_i          (tile_rdata),
      .mrd_valid_o           (lrd_valid),
      .mrd_ready_i           (lrd_ready),
      .mrd_addr_o            (lrd_addr),
      .mrd_beats_o           (lrd_beats),
      .mrd_rvalid_i          (lrd_rvalid),
      .mrd_rdata_i           (rdata),
      .mwr_valid_o           (lwr_valid),
      .mwr_ready_i           (lwr_ready),
      .mwr_addr_o            (lwr_addr),
      .mwr_data_o            (lwr_data),
      .mwr_strb_o            (lwr_strb),
      .map_valid_o           (map_valid),
      .map_page_o            (map_page),
      .map_resident_o        (map_resident),
      .map_frame_o           (map_frame),
      .fault_valid_i         (fault_valid),
      .fault_ready_o         (fault_ready),
      .fault_page_i          (fault_page),
      .fault_dirty_i         (fault_dirty),
      .perf_busy_i           (perf_busy),
      .perf_stall_page_i     (parked),
      .perf_stall_tile_i     (perf_stall_tile),
      .perf_packets_i        (perf_packets),
      .perf_dwords_i         (perf_dwords),
      .perf_draws_local_i    (perf_draws_local),
      .perf_draws_delegated_i(perf_draws_delegated),
      .perf_resolves_i       (perf_resolves),
      .perf_clears_i         (perf_clears),
      .perf_resolve_bytes_i  (perf_resolve_bytes),
      .perf_mem_writes_i     (perf_mem_writes),
      .perf_irqs_i           (perf_irqs),
      .perf_swaps_i          (perf_swaps)
  );

  xg_mem u_mem (
      .clk_i         (clk_mem_i),
      .wake_o        (mem_wake),
      .rst_i,
      .core_rst_i    (mem_rst),
      .busy_o        (mem_busy),
      .lrd_valid_i   (lrd_valid),
      .lrd_ready_o   (lrd_ready),
      .lrd_addr_i    (lrd_addr),
      .lrd_beats_i   (lrd_beats),
      .lrd_rvalid_o  (lrd_rvalid),
      .lwr_valid_i   (lwr_valid),
      .lwr_ready_o   (lwr_ready),
      .lwr_addr_i    (lwr_addr),
      .lwr_data_i    (lwr_data),
      .lwr_strb_i    (lwr_strb),
      .map_valid_i   (map_valid),
      .map_page_i    (map_page),
      .map_resident_i(map_resident),
      .map_frame_i   (map_frame),
      .crd_valid_i   (crd_valid),
      .crd_ready_o   (crd_ready),
      .crd_addr_i    (crd_addr),
      .crd_beats_i   (crd_beats),
      .crd_rvalid_o  (crd_rvalid),
      .cwr_valid_i   (cwr_valid),
      .cwr_ready_o   (cwr_ready),
      .cwr_addr_i    (cwr_addr),
      .cwr_data_i    (cwr_data),
      .cwr_strb_i    (cwr_strb),
      .cwr_copy_i    (cwr_copy),
      .cwr_number_i  (cwr_number),
      .fault_valid_o (fault_valid),
      .fault_ready_i (fault_ready),
      .fault_page_o  (fault_page),
      .fault_dirty_o (fault_dirty),
      .parked_o      (parked),
      .rdata_o       (rdata),
      .brd_valid_o,
      .brd_ready_i,
      .brd_addr_o,
      .brd_beats_o,
      .brd_rvalid_i,
      .brd_rdata_i,
      .bwr_valid_o,
      .bwr_ready_i,
      .bwr_addr_o,
      .bwr_data_o,
      .bwr_strb_o
  );

  xg_core u_core (
      .clk_cp_i,
      .wake_cp_o             (cp_wake),
      .wake_setup_o,
      .clk_copy_i,
      .wake_copy_o           (copy_wake),
      .clk_line_i,
      .wake_line_o           (line_wake),
      .clk_lane_i,
      .wake_lane_o           (lane_wake),
      .clk_edram_i,
      .wake_edram_o          (edram_wake),
      .clk_eff_i,
      .wake_eff_o            (eff_wake),
      .clk_mem_i,
      .rst_i                 (core_rst),
      .ring_set_i            (ring_set),
      .rb_base_i             (rb_base),
      .rb_log2_i             (rb_log2),
      .wptr_set_i            (wptr_set),
      .wptr_i                (wptr),
      .rptr_o                (rptr),
      .rptr_wb_i             (rptr_wb),
      .cp_en_i               (cp_en),
      .trace_en_i            (trace_en),
      .vblank_i              (vblank),
      .samples_i             (samples),
      .status_o              (core_status),
      .paused_o              (paused),
      .err_bits_o            (err_bits),
      .err_addr_o            (err_addr),
      .err_packet_o          (err_packet),
      .err_clear_i           (err_clear),
      .hreg_valid_i          (hreg_valid),
      .hreg_ready_o          (hreg_ready),
      .hreg_we_i             (hreg_we),
      .hreg_index_i          (hreg_index),
      .hreg_wdata_i          (hreg_wdata),
      .hreg_rvalid_o         (hreg_rvalid),
      .hreg_rdata_o          (hreg_rdata),
      .wait_done_i           (wait_done),
      .wait_result_i         (wait_result),
      .delegate_done_i       (delegate_done),
      .mrd_valid_o           (crd_valid),
      .mrd_ready_i           (crd_ready),
      .mrd_addr_o            (crd_addr),
      .mrd_beats_o           (crd_beats),
      .mrd_rvalid_i          (crd_rvalid),
      .mrd_rdata_i           (rdata),
      .mwr_valid_o           (cwr_valid),
      .mwr_ready_i           (cwr_ready),
      .mwr_addr_o            (cwr_addr),
      .mwr_data_o            (cwr_data),
      .mwr_strb_o            (cwr_strb),
      .mwr_copy_o            (cwr_copy),
      .mwr_number_o          (cwr_number),
      .eff_valid_o           (eff_valid),
      .eff_ready_i           (eff_ready),
      .eff_word_o            (eff_word),
      .eff_last_o            (eff_last),
      .ed_valid_o,
      .ed_ready_i,
      .ed_we_o,
      .ed_addr_o,
      .ed_wdata_o,
      .ed_wstrb_o,
      .ed_rvalid_i,
      .ed_rdata_i,
      .tile_valid_i          (tile_valid),
      .tile_ready_o          (tile_ready),
      .tile_we_i             (tile_we),
      .tile_i                (tile),
      .tile_wvalid_i         (tile_wvalid),
      .tile_wready_o         (tile_wready),
      .tile_wdata_i          (tile_wdata),
      .tile_rvalid_o         (tile_rvalid),
      .tile_rready_i         (tile_rready),
      .tile_rdata_o          (tile_rdata),
      .perf_busy_o           (perf_busy),
      .perf_stall_tile_o     (perf_stall_tile),
      .perf_packets_o        (perf_packets),
      .perf_dwords_o         (perf_dwords),
      .perf_draws_local_o    (perf_draws_local),
      .perf_draws_delegated_o(perf_draws_delegated),
      .perf_resolves_o       (perf_resolves),
      .perf_clears_o         (perf_clears),
      .perf_resolve_bytes_o  (perf_resolve_bytes),
      .perf_mem_writes_o     (perf_mem_writes),
      .perf_irqs_o           (perf_irqs),
      .perf_swaps_o          (perf_swaps)
  );
endmodule
