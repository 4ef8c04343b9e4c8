// What every board has between its bytes and its memory: the link's words, the device, the screen and the order of memory
// requests. No clock but clk_i (and the screen's), no pin.
//
// Bytes come and go by valid and ready. Memory requests are those of xg_board_memory: a read of 1 to 8 words inside a line
// of 64 bytes, or a write of one word with byte enables; answers in order, which cannot be held.
module xg_board_core #(
    parameter logic [31:0] CAPS = 32'h00190007,  // layers L0-L2, 2**25 bytes
    parameter int FRAMES = 352,                  // 22 MiB; the rest is the eDRAM
    parameter int ADDR_W = 25,                   // bytes of memory, as a power of two
    parameter int SCREEN = 1                     // 0: none, and its clocks are not looked at
) (
    input  logic              clk_i,
    input  logic              rst_i,
    // bytes
    input  logic              rx_valid_i,
    output logic              rx_ready_o,
    input  logic [7:0]        rx_data_i,
    output logic              tx_valid_o,
    input  logic              tx_ready_i,
    output logic [7:0]        tx_data_o,
    // memory
    output logic              req_valid_o,
    input  logic              req_ready_i,
    output logic              req_we_o,
    output logic [ADDR_W-1:3] req_addr_o,
    output logic [3:0]        req_beats_o,
    output logic [63:0]       req_wdata_o,
    output logic [7:0]        req_wstrb_o,
    input  logic              rd_valid_i,
    input  logic [63:0]       rd_data_i,
    // screen: see xg_board
    input  logic              clk_pixel_i,
    input  logic              rst_pixel_i,
    input  logic              clk_bit_i,
    output logic [7:0]        dvi_o,
    output logic [31:0]       underruns_o,
    output logic              busy_o
);
  logic hunt, wi_valid, wi_ready, wo_valid, wo_ready;
  logic [31:0] wi, wo;
  xg_link_bytes u_bytes (
      .clk_i,
      .rst_i,
      .hunt_i      (hunt),
      .rx_valid_i,
      .rx_ready_o,
      .rx_data_i,
      .word_valid_o(wi_valid),
      .word_ready_i(wi_ready),
      .word_o      (wi),
      .word_valid_i(wo_valid),
      .word_ready_o(wo_ready),
      .word_i      (wo),
      .tx_valid_o,
      .tx_ready_i,
      .tx_data_o
  );

  // ---- device ------------------------------------------------------------------------------------
  logic brd_valid, brd_ready, brd_rvalid, bwr_valid, bwr_ready, ed_valid, ed_ready, ed_we, ed_rvalid;
  logic [28:3] brd_addr, bwr_addr;  // below FRAMES * 64 KiB: the link refuses other frames
  logic see_valid, see_last, see_forget, see_map, see_resident;
  logic [31:0] see_word;
  logic [12:0] see_page, see_frame;
  logic [13:0] scanout;
  logic unused_bits;
  assign unused_bits = ^{brd_addr, bwr_addr, see_frame, see_valid, see_last, see_forget, see_map, see_resident, see_word, see_page, scanout};
  logic [3:0] brd_beats;
  logic [63:0] brd_rdata, bwr_data, ed_wdata, ed_rdata;
  logic [7:0] bwr_strb, ed_wstrb;
  logic [20:0] ed_addr;
  xg_top #(
      .CAPS  (CAPS),
      .FRAMES(FRAMES)
  ) u_top (
      .clk_i,
      .clk_host_i  (clk_i),
      .wake_host_o (),
      .clk_tx_i    (clk_i),
      .wake_tx_o   (),
      .clk_mem_i   (clk_i),
      .wake_mem_o  (),
      .clk_cp_i    (clk_i),
      .wake_cp_o   (),
      .wake_setup_o(),
      .clk_copy_i  (clk_i),
      .wake_copy_o (),
      .clk_line_i  (clk_i),
      .wake_line_o (),
      .clk_lane_i  (clk_i),
      .wake_lane_o (),
      .clk_edram_i (clk_i),
      .wake_edram_o(),
      .clk_eff_i   (clk_i),
      .wake_eff_o  (),
      .rst_i,
      .rx_valid_i  (wi_valid),
      .rx_ready_o  (wi_ready),
      .rx_data_i   (wi),
      .rx_hunt_o   (hunt),
      .tx_valid_o  (wo_valid),
      .tx_ready_i  (wo_ready),
      .tx_data_o   (wo),
      .brd_valid_o (brd_valid),
      .brd_ready_i (brd_ready),
      .brd_addr_o  (brd_addr),
      .brd_beats_o (brd_beats),
      .brd_rvalid_i(brd_rvalid),
      .brd_rdata_i (brd_rdata),
      .bwr_valid_o (bwr_valid),
      .bwr_ready_i (bwr_ready),
      .bwr_addr_o  (bwr_addr),
      .bwr_data_o  (bwr_data),
      .bwr_strb_o  (bwr_strb),
      .ed_valid_o  (ed_valid),
      .ed_ready_i  (ed_ready),
      .ed_we_o     (ed_we),
      .ed_addr_o   (ed_addr),
      .ed_wdata_o  (ed_wdata),
      .ed_wstrb_o  (ed_wstrb),
      .ed_rvalid_i (ed_rvalid),
      .ed_rdata_i  (ed_rdata),
      .busy_o,
      .see_valid_o   (see_valid),
      .see_last_o    (see_last),
      .see_word_o    (see_word),
      .see_forget_o  (see_forget),
      .see_map_o     (see_map),
      .see_page_o    (see_page),
      .see_resident_o(see_resident),
      .see_frame_o   (see_frame),
      .scanout_o     (scanout),
      .underruns_i   (underruns_o)
  );

  // ---- screen ------------------------------------------------------------------------------------
  logic pic_valid, pic_ready, pic_rvalid;
  logic [24:6] pic_addr;
  logic [63:0] pic_rdata;
  if (SCREEN != 0) begin : g_screen
    logic frame;
    logic [9:0] x, y;
    logic [23:0] rgb;
    xg_scanout u_scanout (
        .clk_i,
        .rst_i,
        .watch_valid_i (see_valid),
        .watch_last_i  (see_last),
        .watch_word_i  (see_word),
        .forget_i      (see_forget),
        .map_valid_i   (see_map),
        .map_page_i    (see_page),
        .map_resident_i(see_resident),
        .map_frame_i   (see_frame[8:0]),
        .format_i      (scanout),
        .underruns_o,
        .pic_valid_o   (pic_valid),
        .pic_ready_i   (pic_ready),
        .pic_addr_o    (pic_addr),
        .pic_rvalid_i  (pic_rvalid),
        .pic_rdata_i   (pic_rdata),
        .clk_pixel_i,
        .rst_pixel_i,
        .x_i           (x),
        .y_i           (y),
        .frame_i       (frame),
        .rgb_o         (rgb)
    );
    xg_dvi u_dvi (
        .clk_i    (clk_pixel_i),
        .rst_i    (rst_pixel_i),
        .clk_bit_i,
        .x_o      (x),
        .y_o      (y),
        .frame_o  (frame),
        .rgb_i    (rgb),
        .bits_o   (dvi_o)
    );
  end else begin : g_dark
    assign pic_valid = 1'b0;
    assign pic_addr = '0;
    assign underruns_o = 32'd0;
    assign dvi_o = 8'd0;
    logic unused_screen;
    assign unused_screen = ^{clk_pixel_i, rst_pixel_i, clk_bit_i, pic_ready, pic_rvalid, pic_rdata};
  end

  // ---- memory ------------------------------------------------------------------------------------
  xg_board_memory #(
      .EDRAM_BASE(FRAMES * 65536),
      .ADDR_W    (ADDR_W)
  ) u_memory (
      .clk_i,
      .rst_i,
      .brd_valid_i (brd_valid),
      .brd_ready_o (brd_ready),
      .brd_addr_i  (brd_addr[ADDR_W-1:3]),
      .brd_beats_i (brd_beats),
      .brd_rvalid_o(brd_rvalid),
      .brd_rdata_o (brd_rdata),
      .bwr_valid_i (bwr_valid),
      .bwr_ready_o (bwr_ready),
      .bwr_addr_i  (bwr_addr[ADDR_W-1:3]),
      .bwr_data_i  (bwr_data),
      .bwr_strb_i  (bwr_strb),
      .ed_valid_i  (ed_valid),
      .ed_ready_o  (ed_ready),
      .ed_we_i     (ed_we),
      .ed_addr_i   (ed_addr),
      .ed_wdata_i  (ed_wdata),
      .ed_wstrb_i  (ed_wstrb),
      .ed_rvalid_o (ed_rvalid),
      .ed_rdata_o  (ed_rdata),
      .pic_valid_i (pic_valid),
      .pic_ready_o (pic_ready),
      .pic_addr_i  ((ADDR_W - 6)'(pic_addr)),
      .pic_rvalid_o(pic_rvalid),
      .pic_rdata_o (pic_rdata),
      .req_valid_o,
      .req_ready_i,
      .req_we_o,
      .req_addr_o,
      .req_beats_o,
      .req_wdata_o,
      .req_wstrb_o,
      .rd_valid_i,
      .rd_data_i
  );
endmodule
