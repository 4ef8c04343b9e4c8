// Memory of the shell: page table, the gates that stop the core at absent pages, and the choice
// between link and core for the one port of the board memory. Reads and writes have channels of
// their own.
//
// Order for the core: a read that is accepted after a write sees it. The board memory gives the
// same promise, so it is enough that a read leaves its gate after the writes accepted before it.
// The link bypasses the page table: it fills pages before it maps them.
module xg_mem (
    input  logic        clk_i,
    output logic        wake_o,
    input  logic        rst_i,        // power-on
    input  logic        core_rst_i,   // power-on and soft reset: forgets pages and core requests
    output logic        busy_o,       // after a reset: page table not cleared yet, or reads of the
                                      // core still on their way back
    // link
    input  logic        lrd_valid_i,
    output logic        lrd_ready_o,
    input  logic [28:3] lrd_addr_i,
    input  logic [3:0]  lrd_beats_i,
    output logic        lrd_rvalid_o,
    input  logic        lwr_valid_i,
    output logic        lwr_ready_o,
    input  logic [28:3] lwr_addr_i,
    input  logic [63:0] lwr_data_i,
    input  logic [7:0]  lwr_strb_i,
    input  logic        map_valid_i,
    input  logic [12:0] map_page_i,
    input  logic        map_resident_i,
    input  logic [12:0] map_frame_i,
    // core
    input  logic        crd_valid_i,
    output logic        crd_ready_o,
    input  logic [28:3] crd_addr_i,
    input  logic [3:0]  crd_beats_i,
    output logic        crd_rvalid_o,
    input  logic        cwr_valid_i,
    output logic        cwr_ready_o,
    input  logic [28:3] cwr_addr_i,
    input  logic [63:0] cwr_data_i,
    input  logic [7:0]  cwr_strb_i,
    input  logic        cwr_copy_i,    // a line of the copy with this number
    input  logic [7:0]  cwr_number_i,
    // page faults
    output logic        fault_valid_o,
    input  logic        fault_ready_i,
    output logic [12:0] fault_page_o,
    output logic        fault_dirty_o, // the page is there and holds lines that the host has not fetched
    output logic        parked_o,
    // read data of both
    output logic [63:0] rdata_o,
    // board memory
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
    output logic [7:0]  bwr_strb_o
);
  logic table_busy, changed, rd_look, wr_look, rd_resident, wr_resident, wr_dirty, wr_open, mark, wr_known;
  logic [7:0] wr_number;
  logic [12:0] rd_look_page, wr_look_page, rd_frame, wr_frame;
  logic [13:0] rd_entry;  // {frame, resident}
  logic [22:0] wr_entry;  // {number, dirty, frame, resident}
  logic rg_valid, rg_ready, rg_held, rg_parked, rg_fault, rg_fault_ready;
  logic wg_valid, wg_ready, wg_held, wg_parked, wg_fault, wg_fault_ready;
  logic [12:0] rg_fault_page, wg_fault_page;
  /* verilator lint_off UNUSED */  // the page, which its frame stands for
  logic [30:0] rg_what;
  logic [42:0] wg_what;  // {number, copy, strobes, address}
  /* verilator lint_on UNUSED */
  logic [63:0] wg_data;

  xg_page_table u_table (
      .clk_i,
      .rst_i         (core_rst_i),
      .busy_o        (table_busy),
      .map_valid_i,
      .map_page_i,
      .map_resident_i,
      .map_frame_i,
      .mark_i        (mark && !map_valid_i),
      .mark_page_i   (wg_fault_page),
      .mark_number_i (wg_what[42:35]),
      .mark_frame_i  (wr_frame),
      .changed_o     (changed),
      .a_re_i        (rd_look),
      .a_page_i      (rd_look_page),
      .a_entry_o     (rd_entry),
      .b_re_i        (wr_look),
      .b_page_i      (wr_look_page),
      .b_entry_o     (wr_entry)
  );

  // ---- gates of the core ----------------------------------------------------------------------
  // Writes stand in registers before their gate: who takes them, behind the choice at the board memory, is far from the
  // lines' queue.
  logic in_valid, in_ready;
  logic [106:0] in_write;  // {number, copy, strobes, address, data}
  xg_skid #(
      .W(107)
  ) u_writes (
      .clk_i,
      .rst_i      (core_rst_i),
      .in_valid_i (cwr_valid_i),
      .in_ready_o (cwr_ready_o),
      .in_data_i  ({cwr_number_i, cwr_copy_i, cwr_strb_i, cwr_addr_i, cwr_data_i}),
      .out_valid_o(in_valid),
      .out_ready_i(in_ready),
      .out_data_o (in_write)
  );
  logic after_write;

  xg_page_gate #(
      .W(31),
      .ENTRY(14),
      .SLOW(1)
  ) u_read_gate (
      .clk_i,
      .rst_i        (core_rst_i),
      .in_valid_i   (crd_valid_i),
      .in_ready_o   (crd_ready_o),
      .in_page_i    (crd_addr_i[28:16]),
      .in_what_i    ({1'b0, crd_beats_i, crd_addr_i}),
      .in_data_i    (1'b0),
      .out_valid_o  (rg_valid),
      .out_ready_i  (rg_ready && !after_write),
      .out_what_o   (rg_what),
      .out_data_o   (),
      .held_o       (rg_held),
      .parked_o     (rg_parked),
      .look_o       (rd_look),
      .look_page_o  (rd_look_page),
      .entry_i      (rd_entry),
      .entry_o      ({rd_frame, rd_resident}),
      .known_o      (),
      .open_i       (rd_resident),
      .changed_i    (changed),
      .quiet_i      (table_busy),
      .fault_valid_o(rg_fault),
      .fault_ready_i(rg_fault_ready),
      .fault_page_o (rg_fault_page)
  );

  xg_page_gate #(
      .W(43),
      .KEY(9),
      .ENTRY(23),
      .DATA(64)
  ) u_write_gate (
      .clk_i,
      .rst_i        (core_rst_i),
      .in_valid_i   (in_valid),
      .in_ready_o   (in_ready),
      .in_page_i    (in_write[89:77]),
      .in_what_i    (in_write[106:64]),
      .in_data_i    (in_write[63:0]),
      .out_valid_o  (wg_valid),
      .out_ready_i  (wg_ready),
      .out_what_o   (wg_what),
      .out_data_o   (wg_data),
      .held_o       (wg_held),
      .parked_o     (wg_parked),
      .look_o       (wr_look),
      .look_page_o  (wr_look_page),
      .entry_i      (wr_entry),
      .entry_o      ({wr_number, wr_dirty, wr_frame, wr_resident}),
      .known_o      (wr_known),
      .open_i       (wr_open),
      .changed_i    (changed),
      .quiet_i      (mark || table_busy),
      .fault_valid_o(wg_fault),
      .fault_ready_i(wg_fault_ready),
      .fault_page_o (wg_fault_page)
  );

  // A page that a copy writes to becomes the device's, first of all: others wait until the host has
  // fetched the lines.
  logic wg_copy;
  assign wg_copy = wg_what[34];
  assign wr_open = wr_resident && (wg_copy ? wr_dirty && wr_number == wg_what[42:35] : !wr_dirty);
  assign mark = wg_held && wr_known && wr_resident && wg_copy && !wr_dirty;

  // The read in its gate came after so many of the writes that are still here.
  logic [1:0] writes_q, before_q, leaves;
  assign leaves = {1'b0, wg_valid && wg_ready};
  assign after_write = before_q != 2'd0;
  always_ff @(posedge clk_i) begin
    if (core_rst_i) begin
      writes_q <= 2'd0;
      before_q <= 2'd0;
    end else begin
      writes_q <= writes_q + {1'b0, cwr_valid_i && cwr_ready_o} - leaves;
      if (crd_valid_i && crd_ready_o) before_q <= writes_q - leaves;
      else if (before_q != 2'd0) before_q <= before_q - leaves;
    end
  end

  assign fault_valid_o = rg_fault || wg_fault;
  assign fault_page_o = wg_fault ? wg_fault_page : rg_fault_page;
  assign fault_dirty_o = wg_fault && wr_resident;
  assign wg_fault_ready = fault_ready_i;
  assign rg_fault_ready = fault_ready_i && !wg_fault;
  assign parked_o = rg_parked || wg_parked;

  // ---- reads: link or core, answers in order ----------------------------------------------------
  logic [1:0] rd_request, rd_grant;
  logic order_ready, order_valid, order_pop, order_core;
  logic [3:0] order_beats, beat_q;
  logic [3:0] order_level;

  // A read of the core that a soft reset overtook still gets its data from the board memory; the
  // reset is over when none is left.
  assign busy_o = table_busy || rg_held || order_level != 4'd0;

  assign wake_o = lrd_valid_i || lwr_valid_i || map_valid_i || crd_valid_i || cwr_valid_i || rg_held || writes_q != 2'd0 ||
                  table_busy || changed || order_level != 4'd0;

  assign rd_request = {rg_valid && !after_write, lrd_valid_i};
  xg_arbiter #(
      .N(2)
  ) u_read_choice (
      .clk_i,
      .rst_i,
      .req_i  (rd_request),
      .take_i (brd_valid_o && brd_ready_i),
      .valid_o(),
      .grant_o(rd_grant),
      .index_o()
  );
  assign brd_valid_o = rd_request != 2'b00 && order_ready;
  assign brd_addr_o = rd_grant[1] ? {rd_frame, rg_what[12:0]} : lrd_addr_i;
  assign brd_beats_o = rd_grant[1] ? rg_what[29:26] : lrd_beats_i;
  assign lrd_ready_o = rd_grant[0] && order_ready && brd_ready_i;
  assign rg_ready = rd_grant[1] && order_ready && brd_ready_i;

  xg_fifo #(
      .W(5),
      .DEPTH_LOG2(3)
  ) u_order (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(brd_valid_o && brd_ready_i),
      .wr_ready_o(order_ready),
      .wr_data_i ({rd_grant[1], brd_beats_o}),
      .rd_valid_o(order_valid),
      .rd_ready_i(order_pop),
      .rd_data_o ({order_core, order_beats}),
      .level_o   (order_level)
  );
  assign order_pop = brd_rvalid_i && beat_q + 4'd1 == order_beats;
  assign lrd_rvalid_o = brd_rvalid_i && order_valid && !order_core;
  assign crd_rvalid_o = brd_rvalid_i && order_valid && order_core;
  assign rdata_o = brd_rdata_i;
  always_ff @(posedge clk_i) begin
    if (rst_i || order_pop) beat_q <= 4'd0;
    else if (brd_rvalid_i) beat_q <= beat_q + 4'd1;
  end

  // ---- writes: beat by beat -----------------------------------------------------------------------
  // Whose turn it is stands in a register: the executor of the link, which waits for it, is far from the gate.
  logic core_turn_q;
  assign bwr_valid_o = core_turn_q ? wg_valid : lwr_valid_i;
  always_ff @(posedge clk_i) begin
    if (rst_i) core_turn_q <= 1'b0;
    else if (bwr_ready_i || !bwr_valid_o) core_turn_q <= core_turn_q ? !lwr_valid_i : wg_valid;
  end
  assign bwr_addr_o = core_turn_q ? {wr_frame, wg_what[12:0]} : lwr_addr_i;
  assign bwr_data_o = core_turn_q ? wg_data : lwr_data_i;
  assign bwr_strb_o = core_turn_q ? wg_what[33:26] : lwr_strb_i;
  assign lwr_ready_o = !core_turn_q && bwr_ready_i;
  assign wg_ready = core_turn_q && bwr_ready_i;
endmodule
