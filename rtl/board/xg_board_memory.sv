// One SDRAM for all that a board keeps: page frames from address 0, the eDRAM behind them. Requests
// go to xg_sdram in the order in which they are taken, so a read sees every write taken before it.
//
// The read and write ports are xg_top's. Picture reads of the scan-out come first, because a late one
// is seen; then board memory and eDRAM in turn, up to eight requests at a time.
module xg_board_memory #(
    parameter int EDRAM_BASE = 32'h1600000,  // 22 MiB
    parameter int ADDR_W = 25               // bytes of memory, as a power of two
) (
    input  logic        clk_i,
    input  logic        rst_i,
    // xg_top, board memory
    input  logic        brd_valid_i,
    output logic        brd_ready_o,
    input  logic [ADDR_W-1:3] brd_addr_i,
    input  logic [3:0]  brd_beats_i,
    output logic        brd_rvalid_o,
    output logic [63:0] brd_rdata_o,
    input  logic        bwr_valid_i,
    output logic        bwr_ready_o,
    input  logic [ADDR_W-1:3] bwr_addr_i,
    input  logic [63:0] bwr_data_i,
    input  logic [7:0]  bwr_strb_i,
    // xg_top, eDRAM
    input  logic        ed_valid_i,
    output logic        ed_ready_o,
    input  logic        ed_we_i,
    input  logic [20:0] ed_addr_i,
    input  logic [63:0] ed_wdata_i,
    input  logic [7:0]  ed_wstrb_i,
    output logic        ed_rvalid_o,
    output logic [63:0] ed_rdata_o,
    // scan-out: lines of 64 bytes
    input  logic        pic_valid_i,
    output logic        pic_ready_o,
    input  logic [ADDR_W-1:6] pic_addr_i,
    output logic        pic_rvalid_o,
    output logic [63:0] pic_rdata_o,
    // xg_sdram
    output logic        req_valid_o,
    input  logic        req_ready_i,
    output logic        req_we_o,
    output logic [ADDR_W-1:3] req_addr_o,
    output logic [3:0]  req_beats_o,
    output logic [63:0] req_wdata_o,
    output logic [7:0]  req_wstrb_o,
    input  logic        rd_valid_i,
    input  logic [63:0] rd_data_i
);
  localparam logic [1:0] READ = 2'd0, EDRAM = 2'd1, PICTURE = 2'd2;

  // ---- two streams of requests that the device waits for, each behind registers ----------------
  // Board memory: reads and writes in the order in which they are taken. Whose turn it is stands in a register, so that
  // ready does not hang on who else asks; a change of turns costs a cycle when the one before had nothing to say.
  logic [1:0] both;
  logic [1:0] valid, ready;  // board memory, eDRAM
  logic main_ready, main_we, ed_we;
  logic [ADDR_W-1:3] main_addr;
  logic [3:0] main_beats;
  logic [63:0] main_wdata, ed_wdata;
  logic [7:0] main_wstrb, ed_wstrb;
  logic [20:0] ed_addr;
  logic write_q, main_valid;
  assign main_valid = write_q ? bwr_valid_i : brd_valid_i;
  assign brd_ready_o = main_ready && !write_q;
  assign bwr_ready_o = main_ready && write_q;
  always_ff @(posedge clk_i) begin
    if (rst_i) write_q <= 1'b0;
    else if (main_ready || !main_valid) write_q <= write_q ? !brd_valid_i : bwr_valid_i;
  end
  xg_skid #(
      .W(ADDR_W + 74)
  ) u_main (
      .clk_i,
      .rst_i,
      .in_valid_i (main_valid),
      .in_ready_o (main_ready),
      .in_data_i  ({write_q, write_q ? bwr_addr_i : brd_addr_i, brd_beats_i, bwr_data_i, bwr_strb_i}),
      .out_valid_o(valid[0]),
      .out_ready_i(ready[0]),
      .out_data_o ({main_we, main_addr, main_beats, main_wdata, main_wstrb})
  );
  xg_skid #(
      .W(94)
  ) u_edram (
      .clk_i,
      .rst_i,
      .in_valid_i (ed_valid_i),
      .in_ready_o (ed_ready_o),
      .in_data_i  ({ed_we_i, ed_addr_i, ed_wdata_i, ed_wstrb_i}),
      .out_valid_o(valid[1]),
      .out_ready_i(ready[1]),
      .out_data_o ({ed_we, ed_addr, ed_wdata, ed_wstrb})
  );

  // ---- which of them, or the picture -------------------------------------------------------------
  logic order_ready, order_valid, order_pop;
  logic [1:0] kind, order_kind;
  logic [3:0] order_beats, beat_q;
  // Between a read and a write the wires stand still, so one stream goes on for up to RUN requests.
  localparam logic [3:0] RUN = 4'd8;
  logic [1:0] last_q, stay;
  logic [3:0] run_q;
  assign stay = (run_q != RUN) ? valid & last_q : 2'd0;
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      last_q <= 2'd0;
      run_q <= 4'd0;
    end else if (ready != 2'd0) begin
      last_q <= both;
      run_q <= (both == last_q && run_q != RUN) ? run_q + 4'd1 : 4'd1;
    end
  end
  xg_arbiter #(
      .N(2)
  ) u_turn (
      .clk_i,
      .rst_i,
      .req_i  (stay != 2'd0 ? stay : valid),
      .take_i (req_valid_o && req_ready_i && !pic_valid_i),
      .valid_o(),
      .grant_o(both),
      .index_o()
  );

  // A read needs a place in the order of answers.
  assign req_valid_o = (pic_valid_i || valid != 2'd0) && order_ready;
  logic take;
  assign take = req_ready_i && order_ready;
  assign pic_ready_o = take;
  assign ready = (take && !pic_valid_i) ? both : 2'd0;

  logic [ADDR_W-1:3] ed_at;
  assign ed_at = EDRAM_BASE[ADDR_W-1:3] + (ADDR_W - 3)'(ed_addr);
  always_comb begin
    req_we_o = 1'b0;
    req_addr_o = {pic_addr_i, 3'd0};
    req_beats_o = 4'd8;
    req_wdata_o = both[0] ? main_wdata : ed_wdata;
    req_wstrb_o = both[0] ? main_wstrb : ed_wstrb;
    kind = PICTURE;
    if (!pic_valid_i) begin
      if (both[0]) begin
        req_we_o = main_we;
        req_addr_o = main_addr;
        req_beats_o = main_beats;
        kind = READ;
      end else begin
        req_we_o = ed_we;
        req_addr_o = ed_at;
        req_beats_o = 4'd1;
        kind = EDRAM;
      end
    end
  end

  xg_fifo #(
      .W(6),
      .DEPTH_LOG2(3)
  ) u_order (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(req_valid_o && req_ready_i && !req_we_o),
      .wr_ready_o(order_ready),
      .wr_data_i ({kind, req_beats_o}),
      .rd_valid_o(order_valid),
      .rd_ready_i(order_pop),
      .rd_data_o ({order_kind, order_beats}),
      .level_o   ()
  );
  assign order_pop = rd_valid_i && order_valid && beat_q + 4'd1 == order_beats;
  always_ff @(posedge clk_i) begin
    if (rst_i || order_pop) beat_q <= 4'd0;
    else if (rd_valid_i) beat_q <= beat_q + 4'd1;
  end

  assign brd_rdata_o = rd_data_i;
  assign ed_rdata_o = rd_data_i;
  assign pic_rdata_o = rd_data_i;
  assign brd_rvalid_o = rd_valid_i && order_kind == READ;
  assign ed_rvalid_o = rd_valid_i && order_kind == EDRAM;
  assign pic_rvalid_o = rd_valid_i && order_kind == PICTURE;
endmodule
