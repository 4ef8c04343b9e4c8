// The memory requests of a board (xg_board_memory) on the native port of a LiteDRAM controller: words of 64 bits on words
// of 128, which are one burst of a 16-bit DDR3.
//
// Requests are served in the order in which they are taken: a read of 1 to 8 words inside a line of 64 bytes, or a write of
// one word with byte enables. rd_valid_o gives the words of reads in order; they cannot be held. Writes into the same 128
// bits that follow each other go as one; the last write waits for MERGE clocks without a request for another.
//
// LiteDRAM's port: commands by valid and ready; the data of a write are asked for with wdata_ready some time after its
// command and must be there by then; the data of reads come in the order of the commands and are not held. So a write's data
// are queued before its command is shown, and there is a place for each word that has been asked for.
module xg_litedram_port #(
    parameter int ADDR_W = 29,  // bytes of memory, as a power of two
    parameter int MERGE = 7
) (
    input  logic              clk_i,
    input  logic              rst_i,
    // requests
    input  logic              req_valid_i,
    output logic              req_ready_o,
    input  logic              req_we_i,
    input  logic [ADDR_W-1:3] req_addr_i,
    input  logic [3:0]        req_beats_i,
    input  logic [63:0]       req_wdata_i,
    input  logic [7:0]        req_wstrb_i,
    output logic              rd_valid_o,
    output logic [63:0]       rd_data_o,
    // LiteDRAM
    output logic              cmd_valid_o,
    input  logic              cmd_ready_i,
    output logic              cmd_we_o,
    output logic [ADDR_W-1:4] cmd_addr_o,
    output logic              wdata_valid_o,
    input  logic              wdata_ready_i,
    output logic [127:0]      wdata_o,
    output logic [15:0]       wdata_we_o,
    input  logic              rdata_valid_i,
    input  logic [127:0]      rdata_i
);
  localparam int OUT_LOG2 = 4;  // words of 128 bits that may be on their way to and fro

  // ---- the write that waits for its other half ---------------------------------------------------
  logic hold_q, same, flush, send_write, send_read, free;
  logic [ADDR_W-1:4] hold_addr_q;
  logic [127:0] hold_data_q;
  logic [15:0] hold_we_q;
  logic [2:0] idle_q;
  assign same = req_addr_i[ADDR_W-1:4] == hold_addr_q;
  assign flush = hold_q && (req_valid_i ? !req_we_i || !same : idle_q == 3'(MERGE));

  // ---- reads: one command for each 128 bits --------------------------------------------------------
  logic reading_q, order_room, more;
  logic [1:0] read_at_q, read_end_q;      // 128 bits within the line: the next, the last
  logic [1:0] halves;
  logic first_high_q, last_low_q;         // the first word is the upper half of its 128 bits, the last the lower
  logic [2:0] last_word;
  logic [ADDR_W-1:6] read_line_q;
  logic unused_bits;
  assign unused_bits = req_beats_i[3];
  assign last_word = req_addr_i[5:3] + req_beats_i[2:0] - 3'd1;
  assign more = read_at_q != read_end_q;
  assign halves = {more || !last_low_q, !first_high_q};  // upper, lower

  // ---- the command register and the queue of data to write ----------------------------------------
  logic cmd_valid_q, cmd_we_q, write_room;
  logic [ADDR_W-1:4] cmd_addr_q;
  assign free = !cmd_valid_q || cmd_ready_i;
  assign send_write = flush && free && write_room && !reading_q;
  assign send_read = reading_q && free && order_room;
  assign cmd_valid_o = cmd_valid_q;
  assign cmd_we_o = cmd_we_q;
  assign cmd_addr_o = cmd_addr_q;
  // A read is taken when no write waits; a write when none waits, it joins the one that does, or that one leaves.
  assign req_ready_o = !reading_q && (!hold_q || (req_we_i && (same || send_write)));
  logic take_read, take_write;
  assign take_read = req_valid_i && req_ready_o && !req_we_i;
  assign take_write = req_valid_i && req_ready_o && req_we_i;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      hold_q <= 1'b0;
      reading_q <= 1'b0;
      cmd_valid_q <= 1'b0;
    end else begin
      if (take_write) hold_q <= 1'b1;
      else if (send_write) hold_q <= 1'b0;
      if (take_read) reading_q <= 1'b1;
      else if (send_read && !more) reading_q <= 1'b0;
      if (free) cmd_valid_q <= send_write || send_read;
    end
    if (take_write || rst_i) idle_q <= 3'd0;
    else if (idle_q != 3'(MERGE)) idle_q <= idle_q + 3'd1;
    if (take_write) begin
      hold_addr_q <= req_addr_i[ADDR_W-1:4];
      for (int k = 0; k < 16; k++) begin
        if (req_addr_i[3] == (k >= 8) && req_wstrb_i[k%8]) hold_data_q[8*k+:8] <= req_wdata_i[8*(k%8)+:8];
        hold_we_q[k] <= (req_addr_i[3] == (k >= 8) && req_wstrb_i[k%8]) || (hold_q && same && hold_we_q[k]);
      end
    end
    if (take_read) begin
      read_line_q <= req_addr_i[ADDR_W-1:6];
      read_at_q <= req_addr_i[5:4];
      read_end_q <= last_word[2:1];
      first_high_q <= req_addr_i[3];
      last_low_q <= !last_word[0];
    end else if (send_read) begin
      read_at_q <= read_at_q + 2'd1;
      first_high_q <= 1'b0;
    end
    if (free) begin
      cmd_we_q <= !reading_q;
      cmd_addr_q <= reading_q ? {read_line_q, read_at_q} : hold_addr_q;
    end
  end

  xg_fifo #(
      .W(144),
      .DEPTH_LOG2(OUT_LOG2)
  ) u_write (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(send_write),
      .wr_ready_o(write_room),
      .wr_data_i ({hold_we_q, hold_data_q}),
      .rd_valid_o(wdata_valid_o),
      .rd_ready_i(wdata_ready_i),
      .rd_data_o ({wdata_we_o, wdata_o}),
      .level_o   ()
  );

  // ---- what comes back ---------------------------------------------------------------------------
  // order: halves of each word that was asked for; it leaves with the word itself, so its level is what may still come.
  logic order_valid, back_valid, back_pop, second_q;
  logic [1:0] order;
  logic [127:0] back;
  xg_fifo #(
      .W(2),
      .DEPTH_LOG2(OUT_LOG2)
  ) u_order (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(send_read),
      .wr_ready_o(order_room),
      .wr_data_i (halves),
      .rd_valid_o(order_valid),
      .rd_ready_i(back_pop),
      .rd_data_o (order),
      .level_o   ()
  );
  xg_fifo #(
      .W(128),
      .DEPTH_LOG2(OUT_LOG2)
  ) u_back (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(rdata_valid_i),
      .wr_ready_o(),
      .wr_data_i (rdata_i),
      .rd_valid_o(back_valid),
      .rd_ready_i(back_pop),
      .rd_data_o (back),
      .level_o   ()
  );
  logic both;
  assign both = order == 2'b11;
  assign rd_valid_o = back_valid && order_valid;
  assign rd_data_o = (second_q || !order[0]) ? back[127:64] : back[63:0];
  assign back_pop = rd_valid_o && (!both || second_q);
  always_ff @(posedge clk_i) begin
    if (rst_i) second_q <= 1'b0;
    else if (rd_valid_o) second_q <= both && !second_q;
  end
endmodule
