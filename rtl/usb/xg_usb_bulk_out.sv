// Bulk endpoint from the host: two packets of 512 bytes in block RAM, whose bytes come out once their packet was good.
//
// room_o: a packet of any length will fit. Bytes of a packet come with wr_valid_i while room_o was high when it
// began; behind its last byte keep_i lets them out or drop_i forgets them. after_o: with the packet that is coming kept,
// there will still be room for another. Bytes behind the 512th are not kept; who sees the length drops the packet.
module xg_usb_bulk_out (
    input  logic       clk_i,
    input  logic       rst_i,
    input  logic       wr_valid_i,
    input  logic [7:0] wr_data_i,
    input  logic       keep_i,
    input  logic       drop_i,
    output logic       room_o,
    output logic       after_o,
    output logic       valid_o,
    input  logic       ready_i,
    output logic [7:0] data_o
);
  localparam logic [10:0] HALF = 11'd512;
  logic [10:0] level_q;  // bytes that are kept
  logic [9:0] count_q;   // bytes of the packet that comes, at most 512
  logic write;
  assign write = wr_valid_i && count_q != 10'd512;
  assign room_o = level_q <= HALF;
  assign after_o = level_q + {1'b0, count_q} <= HALF;

  xg_commit_fifo #(
      .W(8),
      .DEPTH_LOG2(10)
  ) u_packets (
      .clk_i,
      .rst_i,
      .wr_valid_i(write),
      .wr_ready_o(),
      .wr_data_i,
      .commit_i  (keep_i),
      .abort_i   (drop_i),
      .rd_valid_o(valid_o),
      .rd_ready_i(ready_i),
      .rd_data_o (data_o),
      .empty_o   ()
  );
  logic gone;
  assign gone = valid_o && ready_i;
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      level_q <= 11'd0;
      count_q <= 10'd0;
    end else begin
      level_q <= level_q + (keep_i ? {1'b0, count_q} : 11'd0) - {10'd0, gone};
      if (keep_i || drop_i) count_q <= 10'd0;
      else if (write) count_q <= count_q + 10'd1;
    end
  end
endmodule
