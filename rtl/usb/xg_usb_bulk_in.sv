// Bulk endpoint to the host: bytes gather in two banks of 512 in block RAM; a bank waits until the host has all of it.
//
// have_o: a packet of len_o bytes can be sent, as often as the host asks; byte index_i of it is at data_o a clock
// later. sent_i: the host has it. A bank is closed when it is full, or when nothing else waits to be sent and
// no byte came for QUIET clocks. When what the host got last was a packet of full size and nothing follows for as
// long, an empty packet ends its transfer. full_i: packets are of at most 64 bytes (full speed).
module xg_usb_bulk_in #(
    parameter int QUIET = 64
) (
    input  logic       clk_i,
    input  logic       rst_i,
    input  logic       full_i,
    input  logic       valid_i,
    output logic       ready_o,
    input  logic [7:0] data_i,
    output logic       have_o,
    output logic [9:0] len_o,
    input  logic [8:0] index_i,
    output logic [7:0] data_o,
    input  logic       sent_i
);
  localparam int QW = $clog2(QUIET + 1);
  logic [1:0] closed_q;           // for each bank
  logic [9:0] length0_q, length1_q;
  logic fill_q, send_q;           // the bank that bytes go to, the bank that goes out
  logic [9:0] count_q;            // bytes in the bank that is filled
  logic [9:0] begin_q, left, most;  // of the bank that goes out: first byte of the next packet, bytes from there
  logic [QW-1:0] quiet_q;
  logic owed_q, write, close, done, waits;

  assign ready_o = !closed_q[fill_q];
  assign write = valid_i && ready_o;
  assign waits = quiet_q == QW'(QUIET);
  assign close = ready_o && ((write && count_q == 10'd511) || (waits && !valid_i && !have_o && (count_q != 10'd0 || owed_q)));

  assign have_o = closed_q[send_q];
  assign most = full_i ? 10'd64 : 10'd512;
  assign left = (send_q ? length1_q : length0_q) - begin_q;
  assign len_o = left < most ? left : most;
  assign done = sent_i && left <= most;

  logic [8:0] read;
  assign read = begin_q[8:0] + index_i;
  xg_ram #(
      .W(8),
      .DEPTH_LOG2(10)
  ) u_ram (
      .clk_i,
      .we_i   (write),
      .waddr_i({fill_q, count_q[8:0]}),
      .wstrb_i(1'b1),
      .wdata_i(data_i),
      .re_i   (1'b1),
      .raddr_i({send_q, read}),
      .rdata_o(data_o)
  );

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      closed_q <= 2'b00;
      fill_q <= 1'b0;
      send_q <= 1'b0;
      count_q <= 10'd0;
      begin_q <= 10'd0;
      quiet_q <= '0;
      owed_q <= 1'b0;
    end else begin
      if (write) count_q <= count_q + 10'd1;
      if (valid_i || have_o) quiet_q <= '0;
      else if (!waits) quiet_q <= quiet_q + 1'b1;
      if (close) begin
        closed_q[fill_q] <= 1'b1;
        fill_q <= !fill_q;
        count_q <= 10'd0;
      end
      if (sent_i) begin
        begin_q <= done ? 10'd0 : begin_q + most;
        owed_q <= len_o == most;
      end
      if (done) begin
        closed_q[send_q] <= 1'b0;
        send_q <= !send_q;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (close && !fill_q) length0_q <= count_q + {9'd0, write};
    if (close && fill_q) length1_q <= count_q + {9'd0, write};
  end
endmodule
