// The words that the other side may send, by class of credits (docs/link.md, "Credits"), counted since HELLO: the
// queue's room, and one for each word that has left it since. A checksum, which the queue does not keep, counts too.
module xg_link_grants #(
    parameter int ANSWER = 9536,   // seven tiles
    parameter int POSTED = 6400,   // three of the longest frames
    parameter int REQUEST = 448
) (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        restart_i,  // HELLO takes effect: the queue is empty up to here
    input  logic        take_i,     // a word leaves the queue
    input  logic        first_i,    // it is the first of a frame
    input  logic [7:0]  op_i,       // of which this is the operation
    output logic        answer_o,   // pulse: the word is of class 0
    output logic [47:0] granted_o   // classes 2, 1, 0
);
  logic [15:0] answer_q, posted_q, request_q;
  logic [1:0] of_op, now, class_q;
  logic [15:0] n;
  always_comb begin
    case (op_i)
      xg_pkg::LINK_MAP_PAGE, xg_pkg::LINK_TILE_WR, xg_pkg::LINK_WAIT_DONE, xg_pkg::LINK_DELEGATE_DONE:
      of_op = xg_pkg::LINK_CLASS_ANSWER[1:0];
      xg_pkg::LINK_CSR_RD, xg_pkg::LINK_MEM_RD, xg_pkg::LINK_TILE_RD, xg_pkg::LINK_FENCE, xg_pkg::LINK_HELLO:
      of_op = xg_pkg::LINK_CLASS_REQUEST[1:0];
      default: of_op = xg_pkg::LINK_CLASS_POSTED[1:0];
    endcase
  end
  assign now = first_i ? of_op : class_q;
  assign n = first_i ? 16'd2 : 16'd1;
  assign answer_o = take_i && now == xg_pkg::LINK_CLASS_ANSWER[1:0];
  assign granted_o = {request_q, posted_q, answer_q};

  always_ff @(posedge clk_i) begin
    if (rst_i || restart_i) begin
      answer_q <= ANSWER[15:0];
      posted_q <= POSTED[15:0];
      request_q <= REQUEST[15:0];
      class_q <= 2'd0;
    end else if (take_i) begin
      class_q <= now;
      if (now == xg_pkg::LINK_CLASS_ANSWER[1:0]) answer_q <= answer_q + n;
      else if (now == xg_pkg::LINK_CLASS_POSTED[1:0]) posted_q <= posted_q + n;
      else request_q <= request_q + n;
    end
  end
endmodule
