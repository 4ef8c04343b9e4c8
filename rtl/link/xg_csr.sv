// Configuration and status registers of the link (host/gpu/link.csv) and the counters.
//
// One access at a time: valid_i is held until done_o, which comes with rdata_o for a read and at
// least two cycles after valid_i rises; an access of the register window lasts until the core has
// served it. Offsets that are not in the table read as 0 and ignore writes.
module xg_csr #(
    parameter logic [31:0] CAPS = 32'd0,
    parameter int FRAMES = 8192
) (
    input  logic        clk_i,
    output logic        wake_o,
    input  logic        clk_count_i,  // never stands still
    input  logic        rst_i,        // power-on and soft reset
    input  logic        valid_i,
    input  logic        we_i,
    input  logic [17:2] addr_i,
    input  logic [31:0] wdata_i,
    output logic        done_o,
    output logic [31:0] rdata_o,
    output logic        reset_o,      // pulse: CTRL bit 0 written
    // core: see docs/rtl.md
    output logic        cp_en_o,      // CTRL and the packet budget allow packets
    output logic        trace_en_o,
    output logic        ring_set_o,
    output logic [28:2] rb_base_o,
    output logic [4:0]  rb_log2_o,
    output logic        wptr_set_o,
    output logic [21:0] wptr_o,
    input  logic [21:0] rptr_i,
    output logic [28:2] rptr_wb_o,
    output logic [31:0] vblank_o,
    output logic [13:0] scanout_o,    // SCANOUT, for a board's screen
    input  logic [31:0] underruns_i,
    output logic [127:0] samples_o,    // totals of EVENT_WRITE_ZPD: all, failed depth, passed, failed stencil
    input  logic [7:0]  status_i,
    output logic [31:0] budget_o,     // as last written
    output logic        pause_due_o,  // a budget was written and PAUSED not sent since
    input  logic        pause_sent_i,
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
    // increments of the counters
    input  logic        perf_rx_i,      // words of the link, this cycle
    input  logic        perf_tx_i,
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
    input  logic        perf_swaps_i,
    input  logic        perf_faults_i
);
  localparam logic [31:0] GATEWARE = 32'd1;
  localparam logic [31:0] UNLIMITED = 32'hFFFFFFFF;

  logic look, look_q, seen_q, hreg_taken_q, window, access, write;
  logic [31:0] scratch_q, base_q, cntl_q, wptr_q, wb_q, vblank_q, budget_q, left_q, value_q;
  logic pause_due_q, some_q;  // left_q is not 0
  logic [127:0] samples_q;
  logic [13:0] scanout_q;
  logic cp_en_q, trace_en_q, ring_set_q, wptr_set_q;
  logic [31:0] cycles_q, dwords_q, resolve_bytes_q;
  localparam int BUSY = 0, STALL_PAGE = 1, STALL_TILE = 2, LINK_RX = 3, LINK_TX = 4, PACKETS = 5, DRAWS_LOCAL = 6,
      DRAWS_DELEGATED = 7, RESOLVES = 8, CLEARS = 9, MEM_WRITES = 10, IRQS = 11, SWAPS = 12, FAULTS = 13;
  // counters of ones, see below
  logic [7:0] busy_q, stall_page_q, stall_tile_q, rx_q, tx_q, packets_q, local_q, delegated_q, resolves_q, clears_q,
      mem_writes_q, irqs_q, swaps_q, faults_q;
  logic of_one_q;                  // the access is to one of them
  logic [31:8] high_now;           // the rest of that
  logic [17:0] offset;

  assign offset = {addr_i, 2'b00};
  assign window = addr_i[17];
  // Own registers answer in the third cycle of an access: one to find the counter, one to register the value.
  assign look = valid_i && !window && !look_q && !seen_q;
  assign access = look_q;
  assign write = access && we_i;

  assign hreg_valid_o = valid_i && window && !hreg_taken_q;
  assign hreg_we_o = we_i;
  assign hreg_index_o = addr_i[16:2];
  assign hreg_wdata_o = wdata_i;

  always_comb begin
    done_o = seen_q;
    rdata_o = value_q;
    if (window) begin
      done_o = valid_i && (we_i ? hreg_ready_i : hreg_rvalid_i);
      rdata_o = hreg_rdata_i;
    end
  end

  // Nothing of this is looked at outside the cycle of an access.
  always_ff @(posedge clk_i) if (access) begin
    case (offset)
      xg_pkg::CSR_ID: value_q <= xg_pkg::LINK_ID;
      xg_pkg::CSR_VERSION: value_q <= GATEWARE;
      xg_pkg::CSR_CAPS: value_q <= CAPS;
      xg_pkg::CSR_SCRATCH: value_q <= scratch_q;
      xg_pkg::CSR_CTRL: value_q <= {29'd0, trace_en_q, cp_en_q, 1'b0};
      xg_pkg::CSR_STATUS: value_q <= {24'd0, status_i};
      xg_pkg::CSR_RB_BASE: value_q <= base_q;
      xg_pkg::CSR_RB_CNTL: value_q <= cntl_q;
      xg_pkg::CSR_RB_RPTR: value_q <= {10'd0, rptr_i};
      xg_pkg::CSR_RB_WPTR: value_q <= wptr_q;
      xg_pkg::CSR_RPTR_WB_ADDR: value_q <= wb_q;
      xg_pkg::CSR_VBLANK_COUNT: value_q <= vblank_q;
      xg_pkg::CSR_PACKET_BUDGET: value_q <= left_q;
      xg_pkg::CSR_SAMPLES_TOTAL: value_q <= samples_q[31:0];
      xg_pkg::CSR_SAMPLES_ZFAIL: value_q <= samples_q[63:32];
      xg_pkg::CSR_SAMPLES_ZPASS: value_q <= samples_q[95:64];
      xg_pkg::CSR_SAMPLES_STENCILFAIL: value_q <= samples_q[127:96];
      xg_pkg::CSR_SCANOUT_UNDERRUNS: value_q <= underruns_i;
      xg_pkg::CSR_SCANOUT: value_q <= {18'd0, scanout_q};
      xg_pkg::CSR_FRAMES: value_q <= FRAMES[31:0];
      xg_pkg::CSR_ERROR_BITS: value_q <= err_bits_i;
      xg_pkg::CSR_ERROR_ADDR: value_q <= err_addr_i;
      xg_pkg::CSR_ERROR_PACKET: value_q <= err_packet_i;
      xg_pkg::CSR_PERF_CYCLES: value_q <= cycles_q;
      xg_pkg::CSR_PERF_BUSY: value_q <= {24'd0, busy_q};
      xg_pkg::CSR_PERF_PACKETS: value_q <= {24'd0, packets_q};
      xg_pkg::CSR_PERF_DRAWS_LOCAL: value_q <= {24'd0, local_q};
      xg_pkg::CSR_PERF_DRAWS_DELEGATED: value_q <= {24'd0, delegated_q};
      xg_pkg::CSR_PERF_RESOLVES: value_q <= {24'd0, resolves_q};
      xg_pkg::CSR_PERF_CLEARS: value_q <= {24'd0, clears_q};
      xg_pkg::CSR_PERF_MEM_WRITES: value_q <= {24'd0, mem_writes_q};
      xg_pkg::CSR_PERF_IRQS: value_q <= {24'd0, irqs_q};
      xg_pkg::CSR_PERF_SWAPS: value_q <= {24'd0, swaps_q};
      xg_pkg::CSR_PERF_FAULTS: value_q <= {24'd0, faults_q};
      xg_pkg::CSR_PERF_STALL_PAGE: value_q <= {24'd0, stall_page_q};
      xg_pkg::CSR_PERF_STALL_TILE: value_q <= {24'd0, stall_tile_q};
      xg_pkg::CSR_PERF_LINK_RX: value_q <= {24'd0, rx_q};
      xg_pkg::CSR_PERF_LINK_TX: value_q <= {24'd0, tx_q};
      xg_pkg::CSR_PERF_DWORDS: value_q <= dwords_q;
      xg_pkg::CSR_PERF_RESOLVE_BYTES: value_q <= resolve_bytes_q;
      default: value_q <= 32'd0;
    endcase
    if (of_one_q) value_q[31:8] <= high_now;
  end

  assign cp_en_o = cp_en_q && some_q;
  assign budget_o = budget_q;
  assign pause_due_o = pause_due_q;
  assign trace_en_o = trace_en_q;
  assign ring_set_o = ring_set_q;
  assign rb_base_o = base_q[28:2];
  assign rb_log2_o = cntl_q[4:0];
  assign wptr_set_o = wptr_set_q;
  assign wptr_o = wptr_q[21:0];
  assign rptr_wb_o = wb_q[28:2];
  assign vblank_o = vblank_q;
  assign samples_o = samples_q;
  assign scanout_o = scanout_q;
  assign err_clear_o = (write && offset == xg_pkg::CSR_ERROR_BITS) ? wdata_i : 32'd0;
  assign reset_o = write && offset == xg_pkg::CSR_CTRL && wdata_i[0];

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      look_q <= 1'b0;
      seen_q <= 1'b0;
      hreg_taken_q <= 1'b0;
      scratch_q <= 32'd0;
      base_q <= 32'd0;
      cntl_q <= 32'd0;
      wptr_q <= 32'd0;
      wb_q <= 32'd0;
      vblank_q <= 32'd0;
      budget_q <= UNLIMITED;
      left_q <= UNLIMITED;
      some_q <= 1'b1;
      pause_due_q <= 1'b0;
      samples_q <= 128'd0;
      scanout_q <= 14'd9;  // on, words of four bytes exchanged
      cp_en_q <= 1'b0;
      trace_en_q <= 1'b0;
      ring_set_q <= 1'b0;
      wptr_set_q <= 1'b0;
    end else begin
      look_q <= look;
      seen_q <= access;
      if (hreg_rvalid_i) hreg_taken_q <= 1'b0;
      else if (hreg_valid_o && hreg_ready_i) hreg_taken_q <= !we_i;
      ring_set_q <= write && offset == xg_pkg::CSR_RB_CNTL;
      wptr_set_q <= write && offset == xg_pkg::CSR_RB_WPTR;
      if (perf_packets_i && some_q && left_q != UNLIMITED) begin
        left_q <= left_q - 32'd1;
        some_q <= left_q != 32'd1;
      end
      if (pause_sent_i) pause_due_q <= 1'b0;
      if (write) begin
        case (offset)
          xg_pkg::CSR_SCRATCH: scratch_q <= wdata_i;
          xg_pkg::CSR_CTRL: begin
            cp_en_q <= wdata_i[1];
            trace_en_q <= wdata_i[2];
          end
          xg_pkg::CSR_RB_BASE: base_q <= wdata_i;
          xg_pkg::CSR_RB_CNTL: cntl_q <= wdata_i;
          xg_pkg::CSR_RB_WPTR: wptr_q <= wdata_i;
          xg_pkg::CSR_RPTR_WB_ADDR: wb_q <= wdata_i;
          xg_pkg::CSR_VBLANK_COUNT: vblank_q <= wdata_i;
          xg_pkg::CSR_SAMPLES_TOTAL: samples_q[31:0] <= wdata_i;
          xg_pkg::CSR_SAMPLES_ZFAIL: samples_q[63:32] <= wdata_i;
          xg_pkg::CSR_SAMPLES_ZPASS: samples_q[95:64] <= wdata_i;
          xg_pkg::CSR_SAMPLES_STENCILFAIL: samples_q[127:96] <= wdata_i;
          xg_pkg::CSR_SCANOUT: scanout_q <= wdata_i[13:0];
          xg_pkg::CSR_PACKET_BUDGET: begin
            budget_q <= wdata_i;
            left_q <= wdata_i;
            some_q <= wdata_i != 32'd0;
            pause_due_q <= 1'b1;
          end
          default: ;
        endcase
      end
    end
  end

  // An access comes from the executor, which is awake then.
  logic counts;
  assign counts = perf_packets_i || perf_dwords_i != '0 || perf_draws_local_i || perf_draws_delegated_i || perf_resolves_i ||
                  perf_clears_i || perf_resolve_bytes_i != '0 || perf_mem_writes_i || perf_irqs_i ||
                  perf_swaps_i || perf_faults_i;
  assign wake_o = counts || pause_sent_i;

  // Of what is counted one by one the low eight bits stand in registers; the others are in a small memory, to which one is
  // added, for one counter at a time, after its low bits have gone round (their ninth bit tells): long before they do so again.
  logic [31:8] high [0:15];
  logic [4:0] round_q;         // changes when the low bits go round: the first five, and those that change with clk_i
  logic [8:0] round_host_q;
  logic [13:0] rounds;
  logic [13:0] done_q, used_q; // the memory has all rounds; has anything
  logic [13:0] due;            // a round is to be added
  logic one, reading, serve;
  logic [3:0] wanted, wanted_q, turn_q, at;
  assign rounds = {round_host_q, round_q};
  assign due = rounds ^ done_q;
  always_comb begin
    one = 1'b1;
    wanted = 4'd0;
    case (offset)
      xg_pkg::CSR_PERF_BUSY: wanted = BUSY[3:0];
      xg_pkg::CSR_PERF_PACKETS: wanted = PACKETS[3:0];
      xg_pkg::CSR_PERF_DRAWS_LOCAL: wanted = DRAWS_LOCAL[3:0];
      xg_pkg::CSR_PERF_DRAWS_DELEGATED: wanted = DRAWS_DELEGATED[3:0];
      xg_pkg::CSR_PERF_RESOLVES: wanted = RESOLVES[3:0];
      xg_pkg::CSR_PERF_CLEARS: wanted = CLEARS[3:0];
      xg_pkg::CSR_PERF_MEM_WRITES: wanted = MEM_WRITES[3:0];
      xg_pkg::CSR_PERF_IRQS: wanted = IRQS[3:0];
      xg_pkg::CSR_PERF_SWAPS: wanted = SWAPS[3:0];
      xg_pkg::CSR_PERF_FAULTS: wanted = FAULTS[3:0];
      xg_pkg::CSR_PERF_STALL_PAGE: wanted = STALL_PAGE[3:0];
      xg_pkg::CSR_PERF_STALL_TILE: wanted = STALL_TILE[3:0];
      xg_pkg::CSR_PERF_LINK_RX: wanted = LINK_RX[3:0];
      xg_pkg::CSR_PERF_LINK_TX: wanted = LINK_TX[3:0];
      default: one = 1'b0;
    endcase
  end
  always_ff @(posedge clk_i) if (look) begin
    of_one_q <= one;
    wanted_q <= wanted;
  end
  assign reading = access && of_one_q;
  assign at = reading ? wanted_q : turn_q;
  assign serve = at[3:1] != 3'd7 && due[at];  // there are fourteen
  assign high_now = (used_q[at] ? high[at] : 24'd0) + {23'd0, serve};
  always_ff @(posedge clk_count_i) if (serve) high[at] <= high_now;
  always_ff @(posedge clk_count_i) begin
    if (rst_i) turn_q <= 4'd0;
    else if (!reading) turn_q <= turn_q + 4'd1;
  end
  always_ff @(posedge clk_count_i) begin
    if (rst_i) begin
      done_q <= '0;
      used_q <= '0;
    end else if (serve) begin
      done_q[at] <= !done_q[at];
      used_q[at] <= 1'b1;
    end
  end

  always_ff @(posedge clk_count_i) begin
    if (rst_i) begin
      round_q <= '0;
      busy_q <= '0;
      stall_page_q <= '0;
      stall_tile_q <= '0;
      rx_q <= '0;
      tx_q <= '0;
    end else begin
      if (perf_busy_i) {round_q[0], busy_q} <= {round_q[0], busy_q} + 9'd1;
      if (perf_stall_page_i) {round_q[1], stall_page_q} <= {round_q[1], stall_page_q} + 9'd1;
      if (perf_stall_tile_i) {round_q[2], stall_tile_q} <= {round_q[2], stall_tile_q} + 9'd1;
      if (perf_rx_i) {round_q[3], rx_q} <= {round_q[3], rx_q} + 9'd1;
      if (perf_tx_i) {round_q[4], tx_q} <= {round_q[4], tx_q} + 9'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      round_host_q <= '0;
      packets_q <= '0;
      local_q <= '0;
      delegated_q <= '0;
      resolves_q <= '0;
      clears_q <= '0;
      mem_writes_q <= '0;
      irqs_q <= '0;
      swaps_q <= '0;
      faults_q <= '0;
    end else begin
      if (perf_packets_i) {round_host_q[0], packets_q} <= {round_host_q[0], packets_q} + 9'd1;
      if (perf_draws_local_i) {round_host_q[1], local_q} <= {round_host_q[1], local_q} + 9'd1;
      if (perf_draws_delegated_i) {round_host_q[2], delegated_q} <= {round_host_q[2], delegated_q} + 9'd1;
      if (perf_resolves_i) {round_host_q[3], resolves_q} <= {round_host_q[3], resolves_q} + 9'd1;
      if (perf_clears_i) {round_host_q[4], clears_q} <= {round_host_q[4], clears_q} + 9'd1;
      if (perf_mem_writes_i) {round_host_q[5], mem_writes_q} <= {round_host_q[5], mem_writes_q} + 9'd1;
      if (perf_irqs_i) {round_host_q[6], irqs_q} <= {round_host_q[6], irqs_q} + 9'd1;
      if (perf_swaps_i) {round_host_q[7], swaps_q} <= {round_host_q[7], swaps_q} + 9'd1;
      if (perf_faults_i) {round_host_q[8], faults_q} <= {round_host_q[8], faults_q} + 9'd1;
    end
  end

  always_ff @(posedge clk_count_i) begin
    if (rst_i) cycles_q <= 32'd0;
    else cycles_q <= cycles_q + 32'd1;
  end
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      dwords_q <= 32'd0;
      resolve_bytes_q <= 32'd0;
    end else if (counts) begin
      dwords_q <= dwords_q + {10'd0, perf_dwords_i};
      resolve_bytes_q <= resolve_bytes_q + {25'd0, perf_resolve_bytes_i};
    end
  end
endmodule
