// One SDRAM for all that a board keeps: page frames from address 0, the eDRAM behind them. Requests
// go to xg_sdram in the order in which they are taken, so a read sees every write taken before it.
//
// The read and write ports are xg_top's. Picture reads of the scan-out come first, because a late one
// is seen; then reads, then writes, in turn.
module xg_board_memory #(
    parameter int EDRAM_BASE = 32'h1600000  // 22 MiB
) (
    input  logic        clk_i,
    input  logic        rst_i,
    // xg_top, board memory
    input  logic        brd_valid_i,
    output logic        brd_ready_o,
    input  logic [24:3] brd_addr_i,
    input  logic [3:0]  brd_beats_i,
    output logic        brd_rvalid_o,
    output logic [63:0] brd_rdata_o,
    input  logic        bwr_valid_i,
    output logic        bwr_ready_o,
    input  logic [24:3] bwr_addr_i,
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
    input  logic [24:6] pic_addr_i,
    output logic        pic_rvalid_o,
    output logic [63:0] pic_rdata_o,
    // xg_sdram
    output logic        req_valid_o,
    input  logic        req_ready_i,
    output logic        req_we_o,
    output logic [24:3] req_addr_o,
    output logic [3:0]  req_beats_o,
    output logic [63:0] req_wdata_o,
    output logic [7:0]  req_wstrb_o,
    input  logic        rd_valid_i,
    input  logic [63:0] rd_data_i
);
  localparam logic [1:0] READ = 2'd0, EDRAM = 2'd1, PICTURE = 2'd2;

  logic [2:0] request, grant;  // read, write, eDRAM
  logic order_ready, order_valid, order_pop, picture;
  logic [1:0] kind, order_kind;
  logic [3:0] order_beats, beat_q;

  assign request = {ed_valid_i, bwr_valid_i, brd_valid_i};
  assign picture = pic_valid_i;
  xg_arbiter #(
      .N(3)
  ) u_choice (
      .clk_i,
      .rst_i,
      .req_i  (request),
      .take_i (req_valid_o && req_ready_i && !picture),
      .valid_o(),
      .grant_o(grant),
      .index_o()
  );

  // A read needs a place in the order of answers.
  assign req_valid_o = (picture || request != 3'd0) && order_ready;
  logic take;
  assign take = req_ready_i && order_ready;
  assign pic_ready_o = take;
  assign brd_ready_o = take && !picture && grant[0];
  assign bwr_ready_o = take && !picture && grant[1];
  assign ed_ready_o = take && !picture && grant[2];

  logic [24:3] ed_at;
  assign ed_at = EDRAM_BASE[24:3] + {1'b0, ed_addr_i};
  always_comb begin
    req_we_o = 1'b0;
    req_addr_o = {pic_addr_i, 3'd0};
    req_beats_o = 4'd8;
    req_wdata_o = bwr_data_i;
    req_wstrb_o = bwr_strb_i;
    kind = PICTURE;
    if (!picture) begin
      if (grant[0]) begin
        req_addr_o = brd_addr_i;
        req_beats_o = brd_beats_i;
        kind = READ;
      end else if (grant[1]) begin
        req_we_o = 1'b1;
        req_addr_o = bwr_addr_i;
      end else begin
        req_we_o = ed_we_i;
        req_addr_o = ed_at;
        req_beats_o = 4'd1;
        req_wdata_o = ed_wdata_i;
        req_wstrb_o = ed_wstrb_i;
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
