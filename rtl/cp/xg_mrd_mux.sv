// Shares the memory read port between two readers; b goes first. Answers come in order, so a queue
// of who asked routes them.
module xg_mrd_mux (
    input  logic        clk_i,
    output logic        wake_o,
    input  logic        rst_i,
    input  logic        a_valid_i,
    output logic        a_ready_o,
    input  logic [28:3] a_addr_i,
    input  logic [3:0]  a_beats_i,
    output logic        a_rvalid_o,
    input  logic        b_valid_i,
    output logic        b_ready_o,
    input  logic [28:3] b_addr_i,
    input  logic [3:0]  b_beats_i,
    output logic        b_rvalid_o,
    output logic        mrd_valid_o,
    input  logic        mrd_ready_i,
    output logic [28:3] mrd_addr_o,
    output logic [3:0]  mrd_beats_o,
    input  logic        mrd_rvalid_i
);
  logic choice, choice_q, stuck_q, move, room, busy, done;
  logic [4:0] head;
  logic [3:0] beat_q;
  /* verilator lint_off UNUSED */
  logic [3:0] level;
  /* verilator lint_on UNUSED */

  xg_fifo #(
      .W(5),
      .DEPTH_LOG2(3)
  ) u_order (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(move),
      .wr_ready_o(room),
      .wr_data_i ({choice, mrd_beats_o}),
      .rd_valid_o(busy),
      .rd_ready_i(done),
      .rd_data_o (head),
      .level_o   (level)
  );

  // A request that is shown stays until it is taken.
  assign choice = stuck_q ? choice_q : b_valid_i;
  assign mrd_valid_o = room && (choice ? b_valid_i : a_valid_i);
  assign mrd_addr_o = choice ? b_addr_i : a_addr_i;
  assign mrd_beats_o = choice ? b_beats_i : a_beats_i;
  assign move = mrd_valid_o && mrd_ready_i;
  assign a_ready_o = move && !choice;
  assign b_ready_o = move && choice;

  assign wake_o = busy;  // who asks is awake
  assign a_rvalid_o = mrd_rvalid_i && busy && !head[4];
  assign b_rvalid_o = mrd_rvalid_i && busy && head[4];
  assign done = mrd_rvalid_i && beat_q == head[3:0] - 4'd1;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      stuck_q <= 1'b0;
      choice_q <= 1'b0;
      beat_q <= 4'd0;
    end else begin
      stuck_q <= mrd_valid_o && !mrd_ready_i;
      choice_q <= choice;
      if (mrd_rvalid_i && busy) beat_q <= done ? 4'd0 : beat_q + 4'd1;
    end
  end
endmodule
