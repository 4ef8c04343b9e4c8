// The link: words from and to the transport on one side, everything a host can reach on the
// other. Protocol: docs/link.md, host/gpu/link.csv.
//
// Three streams of frames share the way out, one for each class of credits: answers, effects of the core, page
// faults. Effects are stored until a frame is whole, so that a core that stops in the middle
// of one (a page fault while it copies packet words) blocks nobody.
module xg_link #(
    parameter logic [31:0] CAPS = 32'd0,
    parameter int FRAMES = 8192
) (
    // docs/rtl.md, "Clocks"
    input  logic        clk_i,         // never stands still
    input  logic        clk_host_i,
    output logic        wake_host_o,
    input  logic        clk_tx_i,
    output logic        wake_tx_o,
    input  logic        rst_i,
    // transport
    input  logic        rx_valid_i,
    output logic        rx_ready_o,
    input  logic [31:0] rx_data_i,
    output logic        rx_hunt_o,      // words are discarded up to LINK_SYNC
    output logic        tx_valid_o,
    input  logic        tx_ready_i,
    output logic [31:0] tx_data_o,
    // soft reset of what is behind the link
    output logic        core_rst_o,   // until everything is drained
    output logic        mem_rst_o,    // pulse
    output logic        resetting_o,  // soft reset
    input  logic        mem_busy_i,
    // core, configuration: see docs/rtl.md
    output logic        cp_en_o,
    output logic        trace_en_o,
    output logic        ring_set_o,
    output logic [28:2] rb_base_o,
    output logic [4:0]  rb_log2_o,
    output logic        wptr_set_o,
    output logic [21:0] wptr_o,
    input  logic [21:0] rptr_i,
    output logic [28:2] rptr_wb_o,
    output logic [31:0] vblank_o,
    output logic [127:0] samples_o,
    output logic [13:0] scanout_o,     // CSR SCANOUT
    input  logic [31:0] underruns_i,
    input  logic [7:0]  status_i,
    input  logic        paused_i,
    input  logic [31:0] err_bits_i,
    input  logic [31:0] err_addr_i,
    input  logic [31:0] err_packet_i,
    output logic [31:0] err_clear_o,
    output logic        hreg_valid_o,
    input  logic        hreg_ready_i,
    output logic        hreg_we_o,
    output logic [14:0] hreg_index_o,
    output logic [31:0] hreg_wdata_o,
    input  logic        hreg_rvalid_i,
    input  logic [31:0] hreg_rdata_i,
    output logic        wait_done_o,
    output logic        wait_result_o,
    output logic        delegate_done_o,
    // core, effects
    input  logic        eff_valid_i,
    output logic        eff_ready_o,
    input  logic [31:0] eff_word_i,
    input  logic        eff_last_i,
    // core, tiles
    output logic        tile_valid_o,
    input  logic        tile_ready_i,
    output logic        tile_we_o,
    output logic [10:0] tile_o,
    output logic        tile_wvalid_o,
    input  logic        tile_wready_i,
    output logic [31:0] tile_wdata_o,
    input  logic        tile_rvalid_i,
    output logic        tile_rready_o,
    input  logic [31:0] tile_rdata_i,
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
    output logic        map_valid_o,
    output logic [12:0] map_page_o,
    output logic        map_resident_o,
    output logic [12:0] map_frame_o,
    input  logic        fault_valid_i,
    output logic        fault_ready_o,
    input  logic [12:0] fault_page_i,
    input  logic        fault_dirty_i,
    // counters
    input  logic        perf_busy_i,
    input  logic        perf_stall_page_i,
    input  logic        perf_stall_tile_i,
    input  logic        perf_packets_i,
    input  logic [21:0] perf_dwords_i,
    input  logic        perf_draws_local_i,
    input  logic        perf_draws_delegated_i,
    input  logic        perf_resolves_i,
    input  logic        perf_clears_i,
    input  logic [6:0]  perf_resolve_bytes_i,
    input  logic        perf_mem_writes_i,
    input  logic        perf_irqs_i,
    input  logic        perf_swaps_i
);
  localparam int ANSWER = 0, EFFECT = 1, FAULT = 2;

  logic [2:0] out_valid, out_ready, out_last;
  logic [31:0] answer_data, fault_data, said_data;
  logic said_valid, said_ready, said_last;  // answers, as the executor gives them
  logic tx_restart, soft_reset, resetting;

  assign core_rst_o = rst_i || resetting;
  assign mem_rst_o = rst_i || soft_reset;
  assign resetting_o = resetting;

  logic rx_wake, exec_wake, csr_wake;
  logic taken_q, taken_first_q;  // a word of a frame, the first of one, was taken in the cycle before
  assign wake_host_o = rx_wake || exec_wake || csr_wake || taken_q;

  // ---- in -------------------------------------------------------------------------------------
  logic frame_valid, frame_ready, frame_first, nak_valid, nak_ready;
  logic [31:0] frame_data;
  logic [7:0] nak_reason, peer_tag, expected;
  logic hello, peer_valid, peer_again, accepted, repeated, answer_taken;
  logic [47:0] peer_credit, granted;
  logic [23:0] session;

  xg_link_rx u_rx (
      .clk_i       (clk_host_i),
      .wake_o      (rx_wake),
      .rst_i,
      .in_valid_i  (rx_valid_i),
      .in_ready_o  (rx_ready_o),
      .in_data_i   (rx_data_i),
      .out_valid_o (frame_valid),
      .out_ready_i (frame_ready),
      .out_data_o  (frame_data),
      .hunt_o      (rx_hunt_o),
      .peer_valid_o (peer_valid),
      .peer_again_o (peer_again),
      .peer_tag_o   (peer_tag),
      .peer_credit_o(peer_credit),
      .hello_o     (hello),
      .session_o   (session),
      .expect_o    (expected),
      .accepted_o  (accepted),
      .repeated_o  (repeated),
      .nak_valid_o (nak_valid),
      .nak_ready_i (nak_ready),
      .nak_reason_o(nak_reason)
  );
  // Counted a cycle later: what makes the executor take a word is far from here.
  logic [7:0] taken_op_q;
  always_ff @(posedge clk_host_i) begin
    taken_q <= frame_valid && frame_ready && !rst_i;
    if (frame_first) taken_op_q <= frame_data[31:24];
    taken_first_q <= frame_first;
  end
  xg_link_grants u_grants (
      .clk_i    (clk_host_i),
      .rst_i,
      .restart_i(tx_restart),
      .take_i   (taken_q),
      .first_i  (taken_first_q),
      .op_i     (taken_op_q),
      .answer_o (answer_taken),
      .granted_o(granted)
  );
  // From a HELLO that has come until it takes effect nothing is said: it would be for a host that went away, whose
  // acknowledgements will never come.
  logic stale_q;
  always_ff @(posedge clk_host_i) begin
    if (rst_i) stale_q <= 1'b0;
    else stale_q <= hello || (stale_q && !tx_restart);
  end

  logic pause_due, pause_send, pause_second_q, effect_ready;
  logic [31:0] budget;
  logic csr_valid, csr_we, csr_done_q, csr_reset, drain_busy;
  logic [17:2] csr_addr;
  logic [31:0] csr_wdata, csr_rdata_q;

  // Between the executor and the registers an access stands in registers both ways: what answers in xg_csr
  // hangs on the core, and what the executor does then on everything it serves. So an access takes cycles more.
  logic reg_valid_q, reg_we_q, reg_done;
  logic [17:2] reg_addr_q;
  logic [31:0] reg_wdata_q, reg_rdata;
  always_ff @(posedge clk_host_i) begin
    if (rst_i) begin
      reg_valid_q <= 1'b0;
      csr_done_q <= 1'b0;
    end else begin
      reg_valid_q <= csr_valid && !csr_done_q && !(reg_valid_q && reg_done);
      csr_done_q <= reg_valid_q && reg_done;
    end
  end
  always_ff @(posedge clk_host_i) if (csr_valid) begin
    reg_we_q <= csr_we;
    reg_addr_q <= csr_addr;
    reg_wdata_q <= csr_wdata;
    csr_rdata_q <= reg_rdata;
  end

  xg_link_exec #(
      .FRAMES(FRAMES)
  ) u_exec (
      .clk_i        (clk_host_i),
      .wake_o       (exec_wake),
      .rst_i,
      .in_valid_i   (frame_valid),
      .in_ready_o   (frame_ready),
      .in_data_i    (frame_data),
      .in_first_o   (frame_first),
      .out_valid_o  (said_valid),
      .out_ready_i  (said_ready),
      .out_data_o   (said_data),
      .out_last_o   (said_last),
      .tx_restart_o (tx_restart),
      .csr_valid_o  (csr_valid),
      .csr_we_o     (csr_we),
      .csr_addr_o   (csr_addr),
      .csr_wdata_o  (csr_wdata),
      .csr_done_i   (csr_done_q),
      .csr_rdata_i  (csr_rdata_q),
      .csr_reset_i  (csr_reset),
      .caps_i       (CAPS),
      .mrd_valid_o,
      .mrd_ready_i,
      .mrd_addr_o,
      .mrd_beats_o,
      .mrd_rvalid_i,
      .mrd_rdata_i,
      .mwr_valid_o,
      .mwr_ready_i,
      .mwr_addr_o,
      .mwr_data_o,
      .mwr_strb_o,
      .map_valid_o,
      .map_page_o,
      .map_resident_o,
      .map_frame_o,
      .wait_done_o,
      .wait_result_o,
      .delegate_done_o,
      .tile_valid_o,
      .tile_ready_i,
      .tile_we_o,
      .tile_o,
      .tile_wvalid_o,
      .tile_wready_i,
      .tile_wdata_o,
      .tile_rvalid_i,
      .tile_rready_o,
      .tile_rdata_i,
      .soft_reset_o (soft_reset),
      .resetting_o  (resetting),
      .reset_busy_i (drain_busy)
  );

  // An answer stands in registers before the transmitter chooses. What is still there when a HELLO takes effect is a whole
  // answer to a host that went away.
  xg_skid #(
      .W(33)
  ) u_answers (
      .clk_i      (clk_tx_i),
      .rst_i      (rst_i || tx_restart),
      .in_valid_i (said_valid),
      .in_ready_o (said_ready),
      .in_data_i  ({said_last, said_data}),
      .out_valid_o(out_valid[ANSWER]),
      .out_ready_i(out_ready[ANSWER]),
      .out_data_o ({out_last[ANSWER], answer_data})
  );

  xg_csr #(
      .CAPS(CAPS),
      .FRAMES(FRAMES)
  ) u_csr (
      .clk_i                 (clk_host_i),
      .wake_o                (csr_wake),
      .clk_count_i           (clk_i),
      .rst_i                 (core_rst_o),
      .valid_i               (reg_valid_q),
      .we_i                  (reg_we_q),
      .addr_i                (reg_addr_q),
      .wdata_i               (reg_wdata_q),
      .done_o                (reg_done),
      .rdata_o               (reg_rdata),
      .reset_o               (csr_reset),
      .cp_en_o,
      .trace_en_o,
      .ring_set_o,
      .rb_base_o,
      .rb_log2_o,
      .wptr_set_o,
      .wptr_o,
      .rptr_i,
      .rptr_wb_o,
      .vblank_o,
      .samples_o,
      .scanout_o,
      .underruns_i,
      .status_i,
      .budget_o              (budget),
      .pause_due_o           (pause_due),
      .pause_sent_i          (pause_send && pause_second_q && effect_ready),
      .err_bits_i,
      .err_addr_i,
      .err_packet_i,
      .err_clear_o,
      .hreg_valid_o,
      .hreg_ready_i,
      .hreg_we_o,
      .hreg_index_o,
      .hreg_wdata_o,
      .hreg_rvalid_i,
      .hreg_rdata_i,
      .perf_rx_i             (rx_valid_i && rx_ready_o),
      .perf_tx_i             (tx_valid_o && tx_ready_i),
      .perf_busy_i,
      .perf_stall_page_i,
      .perf_stall_tile_i,
      .perf_packets_i,
      .perf_dwords_i,
      .perf_draws_local_i,
      .perf_draws_delegated_i,
      .perf_resolves_i,
      .perf_clears_i,
      .perf_resolve_bytes_i,
      .perf_mem_writes_i,
      .perf_irqs_i,
      .perf_swaps_i,
      .perf_faults_i         (fault_valid_i && fault_ready_o)
  );

  logic effects_empty, effect_valid;
  logic tx_wake;
  assign wake_tx_o = tx_wake || !effects_empty || said_valid || eff_valid_i || !quiet_q || effect_valid || fault_valid_i || resetting;

  // ---- out: effects ---------------------------------------------------------------------------
  // A soft reset drops the frame the core was in the middle of; whole ones still go out. The frame
  // that says the packet budget is used up takes its place among them, after all that came before.
  // Between the core and the queue a word stands in registers both ways: what makes it, and what comes of its being taken,
  // is far from the queue's pointers.
  logic effect_last, in_effect_q, quiet_q, core_valid, core_ready, core_last;
  logic [31:0] effect_data, core_word;
  logic [32:0] effect_word;
  xg_skid #(
      .W(33)
  ) u_core (
      .clk_i      (clk_tx_i),
      .rst_i      (core_rst_o),
      .in_valid_i (eff_valid_i),
      .in_ready_o (eff_ready_o),
      .in_data_i  ({eff_last_i, eff_word_i}),
      .out_valid_o(core_valid),
      .out_ready_i(core_ready),
      .out_data_o ({core_last, core_word})
  );
  assign pause_send = pause_second_q || (paused_i && pause_due && !in_effect_q && !core_valid && quiet_q);
  assign effect_valid = pause_send || core_valid;
  assign effect_last = pause_send ? pause_second_q : core_last;
  assign effect_data = !pause_send ? core_word : pause_second_q ? budget : {xg_pkg::LINK_PAUSED, 24'd0};
  assign core_ready = effect_ready && !pause_send;
  always_ff @(posedge clk_tx_i) begin
    quiet_q <= !eff_valid_i;
    if (core_rst_o) begin
      in_effect_q <= 1'b0;
      pause_second_q <= 1'b0;
    end else begin
      if (core_valid && core_ready) in_effect_q <= !core_last;
      if (pause_send && effect_ready) pause_second_q <= !pause_second_q;
    end
  end
  xg_commit_fifo #(
      .W(33),
      .DEPTH_LOG2(12)
  ) u_effects (
      .clk_i     (clk_tx_i),
      .rst_i,
      .wr_valid_i(effect_valid),
      .wr_ready_o(effect_ready),
      .wr_data_i ({effect_last, effect_data}),
      .commit_i  (effect_valid && effect_ready && effect_last),
      .abort_i   (soft_reset),
      .rd_valid_o(out_valid[EFFECT]),
      .rd_ready_i(out_ready[EFFECT]),
      .rd_data_o (effect_word),
      .empty_o   (effects_empty)
  );
  assign out_last[EFFECT] = effect_word[32];

  // ---- out: page faults -----------------------------------------------------------------------
  logic [2:0] faults_level;
  logic [12:0] fault_page;
  logic fault_dirty, fault_second_q;
  xg_fifo #(
      .W(14),
      .DEPTH_LOG2(2)
  ) u_faults (
      .clk_i     (clk_tx_i),
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(fault_valid_i),
      .wr_ready_o(fault_ready_o),
      .wr_data_i ({fault_dirty_i, fault_page_i}),
      .rd_valid_o(out_valid[FAULT]),
      .rd_ready_i(out_ready[FAULT] && fault_second_q),
      .rd_data_o ({fault_dirty, fault_page}),
      .level_o   (faults_level)
  );
  assign out_last[FAULT] = fault_second_q;
  assign fault_data = fault_second_q ? {3'd0, fault_page, 15'd0, fault_dirty} : {xg_pkg::LINK_FAULT, 24'd0};

  assign drain_busy = mem_busy_i || !effects_empty || faults_level != 3'd0;

  always_ff @(posedge clk_tx_i) begin
    if (rst_i) begin
      fault_second_q <= 1'b0;
    end else begin
      if (out_valid[FAULT] && out_ready[FAULT]) fault_second_q <= !fault_second_q;
    end
  end

  xg_link_tx u_tx (
      .clk_i        (clk_tx_i),
      .clk_count_i  (clk_i),
      .wake_o       (tx_wake),
      .rst_i,
      .drop_i       (stale_q),
      .restart_i    (tx_restart),
      .in_valid_i   (out_valid),
      .in_ready_o   (out_ready),
      .in0_data_i   (answer_data),
      .in1_data_i   (effect_word[31:0]),
      .in2_data_i   (fault_data),
      .in_last_i    (out_last),
      .hello_i      (hello),
      .peer_valid_i (peer_valid),
      .peer_again_i (peer_again),
      .peer_tag_i   (peer_tag),
      .peer_credit_i(peer_credit),
      .accepted_i   (accepted),
      .repeated_i   (repeated),
      .taken_i      (taken_q),
      .answer_i     (answer_taken),
      .session_i    (session),
      .expect_i     (expected),
      .granted_i    (granted),
      .nak_valid_i  (nak_valid),
      .nak_ready_o  (nak_ready),
      .nak_reason_i (nak_reason),
      .out_valid_o  (tx_valid_o),
      .out_ready_i  (tx_ready_i),
      .out_data_o   (tx_data_o)
  );
endmodule
