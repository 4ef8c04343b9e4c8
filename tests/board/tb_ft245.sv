// xg_ft245 and xg_async_fifo against a chip that behaves as its data sheet says: random bytes both ways, a
// chip that pauses at random, queues of clocks that drift. Every byte comes once, in order. Prints TAP.
module tb_ft245;
  logic ft = 0, clk = 0, rst = 1;
  always #8 ft = !ft;
  always #7 clk = !clk;

  logic drive_d, oe_n_d, rd_n_d, wr_n_d, siwu_n_d, rxf_n_q;
  logic [7:0] to_chip_d, from_chip_q;
  logic rxf_n, txe_n, oe_n, rd_n, wr_n, siwu_n, drive;
  logic [7:0] from_chip, to_chip, rx_data, tx_data, host_data, back_data;
  logic rx_valid, rx_room, full_n, tx_valid, tx_ready, host_valid, host_ready, back_valid, back_ready;
  logic [4:0] level;

  xg_ft245 #(.TURN_LOG2(4)) u_ft245 (
      .clk_i(ft), .rst_i(rst), .rxf_n_i(rxf_n_q), .txe_n_i(txe_n), .data_i(from_chip_q), .data_o(to_chip_d),
      .drive_o(drive_d), .oe_n_o(oe_n_d), .rd_n_o(rd_n_d), .wr_n_o(wr_n_d), .siwu_n_o(siwu_n_d),
      .rx_valid_o(rx_valid), .rx_data_o(rx_data), .rx_room_i(rx_room), .tx_valid_i(tx_valid),
      .tx_ready_o(tx_ready), .tx_data_i(tx_data));
  // the registers of the pads
  always_ff @(posedge ft) begin
    {drive, oe_n, rd_n, wr_n, siwu_n, to_chip} <= {drive_d, oe_n_d, rd_n_d, wr_n_d, siwu_n_d, to_chip_d};
    {rxf_n_q, from_chip_q} <= {rxf_n, from_chip};
  end
  assign rx_room = full_n && level < 5'd8;
  xg_async_fifo #(.W(8), .DEPTH_LOG2(4)) u_rx (
      .wr_clk_i(ft), .wr_rst_i(rst), .wr_valid_i(rx_valid), .wr_ready_o(full_n), .wr_data_i(rx_data),
      .wr_level_o(level), .rd_clk_i(clk), .rd_rst_i(rst), .rd_valid_o(host_valid), .rd_ready_i(host_ready),
      .rd_data_o(host_data));
  xg_async_fifo #(.W(8), .DEPTH_LOG2(4)) u_tx (
      .wr_clk_i(clk), .wr_rst_i(rst), .wr_valid_i(back_valid), .wr_ready_o(back_ready),
      .wr_data_i(back_data), .wr_level_o(), .rd_clk_i(ft), .rd_rst_i(rst), .rd_valid_o(tx_valid),
      .rd_ready_i(tx_ready), .rd_data_o(tx_data));

  function [7:0] byte_at(input integer n);
    byte_at = 8'(n * 37 + (n >> 8) * 11);
  endfunction

  // the chip
  integer seed = 3, sent = 0, got = 0, arrived = 0, said = 0, wrong = 0, clash = 0, siwus = 0;
  logic gap_out = 0, gap_in = 0, stop_in = 0;
  assign rxf_n = gap_out;
  assign txe_n = gap_in || stop_in;
  assign from_chip = oe_n ? 8'hxx : byte_at(sent);
  logic oe_was = 1;
  always @(posedge ft) begin
    oe_was <= oe_n;
    if (!oe_n && drive) clash = clash + 1;
    if (!rd_n && (oe_n || oe_was)) clash = clash + 1;  // OE# a cycle before RD#
    if (!siwu_n) siwus = siwus + 1;
    if (!rd_n && !rxf_n) sent <= sent + 1;
    if (!wr_n && !txe_n) begin
      if (!drive || to_chip !== byte_at(got)) wrong = wrong + 1;
      got = got + 1;
    end
    gap_out <= $random(seed) % 5 == 0 || sent > 20000;
    gap_in <= $random(seed) % 3 == 0;
  end
  // the board's side
  assign back_data = byte_at(said);
  always @(posedge clk) begin
    if (host_valid && host_ready) begin
      if (host_data !== byte_at(arrived)) wrong = wrong + 1;
      arrived <= arrived + 1;
    end
    if (back_valid && back_ready) said <= said + 1;
    host_ready <= $random(seed) % 4 != 0;
    back_valid <= !rst && (back_valid && !back_ready ? 1'b1 : $random(seed) % 2 == 0 && said < 19999);
  end
  initial begin
    back_valid = 0;
    host_ready = 0;
    #200 rst = 0;
    #600000;
    // The host stops taking: what it says must still be read.
    @(negedge ft) stop_in = 1;
    #2000 begin : held
      integer had;
      had = arrived;
      #40000;
      $display("%s 1 - a host that takes nothing is still heard (%0d bytes)", arrived > had + 500 ? "ok" : "not ok",
               arrived - had);
    end
    @(negedge ft) stop_in = 0;
    #1500000;
    $display("%s 2 - %0d bytes out, %0d in, none lost, doubled or changed (%0d wrong)",
             wrong == 0 && arrived == sent && got == said && sent > 20000 && got >= 19999 ? "ok" : "not ok", arrived,
             got, wrong);
    $display("%s 3 - the wires have one driver, OE# comes before RD# (%0d)", clash == 0 ? "ok" : "not ok", clash);
    $display("%s 4 - what is left is pushed with SIWU# (%0d)", siwus > 0 ? "ok" : "not ok", siwus);
    $display("1..4");
    $finish;
  end
endmodule
