// The device under Icarus Verilog: xg_top with its words and memories behind the calls of
// tests/regress/icarus_vpi.c. A part of the clock runs when it says so (docs/rtl.md, "Clocks"): most of
// the time most of the device stands still and costs nothing.
`timescale 1ns / 1ns
module icarus_top;
  logic clk = 1'b0, rst = 1'b1;
  logic clk_host = 1'b0, clk_tx = 1'b0, clk_mem = 1'b0, clk_cp = 1'b0, clk_copy = 1'b0, clk_line = 1'b0, clk_lane = 1'b0, clk_edram = 1'b0,
      clk_eff = 1'b0;
  logic wake_host, wake_tx, wake_mem, wake_cp, wake_setup, wake_copy, wake_line, wake_lane, wake_edram, wake_eff;

  logic [32:0] rx = 33'd0;
  logic rx_ready, tx_valid;
  logic [31:0] tx_data;
  logic brd_valid, brd_ready, brd_rvalid = 1'b0, reading = 1'b0, bwr_valid;
  logic [28:3] brd_addr, bwr_addr, at = 26'd0;
  logic [3:0] brd_beats, left = 4'd0;
  logic [63:0] brd_rdata = 64'd0, bwr_data;
  logic [7:0] bwr_strb;
  logic ed_valid, ed_we, ed_rvalid = 1'b0;
  logic [20:0] ed_addr;
  logic [63:0] ed_wdata, ed_rdata = 64'd0;
  logic [7:0] ed_wstrb;
  logic [32:0] next;
  logic [63:0] beat, sample;

  assign brd_ready = !reading || left == 4'd1;

  xg_top u_top (
      .clk_i       (clk),
      .clk_host_i  (clk_host),
      .wake_host_o (wake_host),
      .clk_tx_i    (clk_tx),
      .wake_tx_o   (wake_tx),
      .clk_mem_i   (clk_mem),
      .wake_mem_o  (wake_mem),
      .clk_cp_i    (clk_cp),
      .wake_cp_o   (wake_cp),
      .wake_setup_o(wake_setup),
      .clk_copy_i  (clk_copy),
      .wake_copy_o (wake_copy),
      .clk_line_i  (clk_line),
      .wake_line_o (wake_line),
      .clk_lane_i  (clk_lane),
      .wake_lane_o (wake_lane),
      .clk_edram_i (clk_edram),
      .wake_edram_o(wake_edram),
      .clk_eff_i   (clk_eff),
      .wake_eff_o  (wake_eff),
      .rst_i       (rst),
      .rx_valid_i  (rx[32]),
      .rx_ready_o  (rx_ready),
      .rx_data_i   (rx[31:0]),
      .rx_hunt_o   (),
      .tx_valid_o  (tx_valid),
      .tx_ready_i  (1'b1),
      .tx_data_o   (tx_data),
      .brd_valid_o (brd_valid),
      .brd_ready_i (brd_ready),
      .brd_addr_o  (brd_addr),
      .brd_beats_o (brd_beats),
      .brd_rvalid_i(brd_rvalid),
      .brd_rdata_i (brd_rdata),
      .bwr_valid_o (bwr_valid),
      .bwr_ready_i (1'b1),
      .bwr_addr_o  (bwr_addr),
      .bwr_data_o  (bwr_data),
      .bwr_strb_o  (bwr_strb),
      .ed_valid_o  (ed_valid),
      .ed_ready_i  (1'b1),
      .ed_we_o     (ed_we),
      .ed_addr_o   (ed_addr),
      .ed_wdata_o  (ed_wdata),
      .ed_wstrb_o  (ed_wstrb),
      .ed_rvalid_i (ed_rvalid),
      .ed_rdata_i  (ed_rdata),
      .busy_o      (),
      .see_valid_o   (),
      .see_last_o    (),
      .see_word_o    (),
      .see_forget_o  (),
      .see_map_o     (),
      .see_page_o    (),
      .see_resident_o(),
      .see_frame_o   (),
      .scanout_o     (),
      .underruns_i   (32'd0)
  );

  always @(posedge clk) begin
    if (!rx[32] || rx_ready) begin
      $xg_take(next);
      rx <= next;
    end
    if (tx_valid && !rst) $xg_give(tx_data);
    brd_rvalid <= reading;
    if (reading) begin
      $xg_load(1'b0, {6'd0, at}, beat);
      brd_rdata <= beat;
      at <= at + 26'd1;
      left <= left - 4'd1;
      reading <= left != 4'd1;
    end
    if (brd_valid && brd_ready) begin
      at <= brd_addr;
      left <= brd_beats;
      reading <= 1'b1;
    end
    if (bwr_valid) $xg_store(1'b0, {6'd0, bwr_addr}, bwr_data, bwr_strb);
    ed_rvalid <= ed_valid && !ed_we;
    if (ed_valid && ed_we) $xg_store(1'b1, {11'd0, ed_addr}, ed_wdata, ed_wstrb);
    if (ed_valid && !ed_we) begin
      $xg_load(1'b1, {11'd0, ed_addr}, sample);
      ed_rdata <= sample;
    end
    if (rst) begin
      rx <= 33'd0;
      brd_rvalid <= 1'b0;
      reading <= 1'b0;
      ed_rvalid <= 1'b0;
    end
  end

  // One rising edge of the parts that run: all of them at once.
  task tick(input logic everything);
    begin
      #1 {clk, clk_host, clk_tx, clk_mem, clk_cp, clk_copy, clk_line, clk_lane, clk_edram, clk_eff} =
          {1'b1, wake_host || rx[32], wake_tx, wake_mem || reading || brd_rvalid, wake_cp || wake_setup, wake_copy, wake_line, wake_lane,
           wake_edram || ed_rvalid, wake_eff} | {8{everything}};
      #1 {clk, clk_host, clk_tx, clk_mem, clk_cp, clk_copy, clk_line, clk_lane, clk_edram, clk_eff} = 10'd0;
    end
  endtask

  logic ended = 1'b0;
  initial begin
    repeat (8) tick(1'b1);
    rst = 1'b0;
    repeat (2) tick(1'b1);
    while (!ended) begin
      $xg_turn(ended);
      tick(1'b0);
    end
    $finish(0);
  end
endmodule
