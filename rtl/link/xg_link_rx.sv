// Receiver of link frames: takes the word stream of the transport and hands on the words of
// good frames (w0, address, payload; no CRC) in order. It takes every word that comes: nothing behind it can
// hold up the acknowledgements and credits in the stream.
//
// A frame is good when its length is legal, its CRC-32C is right, its tag is the next of the
// sequence and there was room for it. HELLO restarts the sequence with its own tag; before the first HELLO no
// other frame is good. A repeated frame is dropped and reported. Otherwise nothing of the frame passes and a
// NAK is asked for; one NAK up to the next good frame or SYNC, so that a burst of losses does not become
// a storm. After a wrong length or CRC word borders are unknown: words are discarded up to the next SYNC word.
//
// CREDIT and AGAIN have no number of their own and end here (peer_*).
module xg_link_rx #(
    parameter int DEPTH_LOG2 = 14
) (
    input  logic        clk_i,
    output logic        wake_o,
    input  logic        rst_i,
    input  logic        in_valid_i,
    output logic        in_ready_o,
    input  logic [31:0] in_data_i,
    output logic        hunt_o,         // words are discarded up to LINK_SYNC
    output logic        out_valid_o,
    input  logic        out_ready_i,
    output logic [31:0] out_data_o,
    // what the other side says about the way back: pulse
    output logic        peer_valid_o,
    output logic        peer_again_o,   // wants everything from this tag on again
    output logic [7:0]  peer_tag_o,
    output logic [47:0] peer_credit_o,
    // what is to be said about this way
    output logic        hello_o,        // pulse: a good HELLO has come
    output logic [23:0] session_o,
    output logic [7:0]  expect_o,
    output logic        accepted_o,     // pulse: one more frame
    output logic        repeated_o,     // pulse: one that was here before
    output logic        nak_valid_o,
    input  logic        nak_ready_i,
    output logic [7:0]  nak_reason_o
);
  localparam logic [2:0] ST_W0 = 3'd0, ST_W1 = 3'd1, ST_PAYLOAD = 3'd2, ST_CRC = 3'd3,
                         ST_CHECK = 3'd4, ST_HUNT = 3'd5;
  localparam logic [15:0] MAX_WORDS = xg_pkg::LINK_MAX_WORDS[15:0];

  logic [2:0] state_q;
  logic [15:0] left_q;
  logic [31:0] crc, crc_got_q, before_q, latest_q;
  logic [7:0] tag_q, expect_q, ahead;
  logic hello_q, control_q, again_q, two_q, known_q, full_q, gap_q, in_sequence, repeated;
  logic take, body, fifo_ready, fifo_empty, good, commit, abort;
  logic [23:0] session_q;
  logic nak_q;
  logic [7:0] nak_reason_q;

  assign body = state_q == ST_W0 || state_q == ST_W1 || state_q == ST_PAYLOAD;
  assign in_ready_o = state_q != ST_CHECK;
  assign take = in_valid_i && in_ready_o;

  assign ahead = tag_q - expect_q;
  // A HELLO of the session that is on has come twice.
  logic again_hello;
  assign again_hello = known_q && latest_q[31:8] == session_q;
  assign in_sequence = hello_q ? !again_hello : (known_q && ahead == 8'd0);
  assign repeated = hello_q ? again_hello : (known_q && ahead[7]);
  assign good = state_q == ST_CHECK && crc_got_q == crc;
  assign commit = good && !control_q && in_sequence && !full_q;
  assign abort = state_q == ST_HUNT || (state_q == ST_CHECK && !commit);

  assign hunt_o = state_q == ST_HUNT;
  assign nak_valid_o = nak_q;
  assign nak_reason_o = nak_reason_q;
  assign session_o = session_q;
  assign expect_o = expect_q;
  assign hello_o = commit && hello_q;
  assign accepted_o = commit;
  assign repeated_o = good && !control_q && repeated;
  assign peer_valid_o = good && control_q && two_q && known_q;
  assign peer_again_o = again_q;
  assign peer_tag_o = tag_q;
  assign peer_credit_o = {latest_q[15:0], before_q};

  xg_crc32c u_crc (
      .clk_i,
      .init_i (state_q == ST_W0),
      .valid_i(take && body),
      .data_i (in_data_i),
      .crc_o  (crc)
  );

  // SYNC between frames is skipped, so that a host may always send one.
  logic sync, skip;
  assign sync = in_data_i == xg_pkg::LINK_SYNC && (state_q == ST_W0 || state_q == ST_HUNT);
  assign skip = sync && state_q == ST_W0;

  logic bad_length, bad_crc, bad_sequence, bad;
  assign bad_length = take && state_q == ST_W0 && !skip && in_data_i[15:0] > MAX_WORDS;
  assign bad_crc = state_q == ST_CHECK && !good;
  assign bad_sequence = good && !control_q && !commit && !repeated;
  assign bad = bad_length || bad_crc || bad_sequence;

  // Frames that are dropped anyway (controls; repeated ones) leave no more than their first word here.
  xg_commit_fifo #(
      .W(32),
      .DEPTH_LOG2(DEPTH_LOG2)
  ) u_frames (
      .clk_i,
      .rst_i,
      .wr_valid_i(in_valid_i && body && !skip && (state_q == ST_W0 || !(control_q || (repeated && !hello_q)))),
      .wr_ready_o(fifo_ready),
      .wr_data_i (in_data_i),
      .commit_i  (commit),
      .abort_i   (abort),
      .rd_valid_o(out_valid_o),
      .rd_ready_i(out_ready_i),
      .rd_data_o (out_data_o),
      .empty_o   (fifo_empty)
  );
  assign wake_o = in_valid_i || state_q == ST_CHECK || state_q == ST_HUNT || !fifo_empty || nak_q;

  always_ff @(posedge clk_i) begin
    if (take && state_q == ST_W0) begin
      tag_q <= in_data_i[23:16];
      hello_q <= in_data_i[31:24] == xg_pkg::LINK_HELLO;
      control_q <= in_data_i[31:24] == xg_pkg::LINK_CREDIT || in_data_i[31:24] == xg_pkg::LINK_AGAIN;
      again_q <= in_data_i[31:24] == xg_pkg::LINK_AGAIN;
      two_q <= in_data_i[15:0] == 16'd2;
      full_q <= !fifo_ready;
      left_q <= in_data_i[15:0];
    end else if (take && body && !fifo_ready) full_q <= 1'b1;
    if (take && state_q == ST_PAYLOAD) begin
      left_q <= left_q - 16'd1;
      before_q <= latest_q;
      latest_q <= in_data_i;
    end
    if (take && state_q == ST_CRC) crc_got_q <= in_data_i;
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= ST_W0;
      expect_q <= 8'd0;
      known_q <= 1'b0;
      session_q <= 24'd0;
      gap_q <= 1'b0;
      nak_q <= 1'b0;
      nak_reason_q <= 8'd0;
    end else begin
      if (nak_ready_i) nak_q <= 1'b0;
      if (commit || (take && sync)) gap_q <= 1'b0;
      else if (bad) gap_q <= 1'b1;
      if (bad && !gap_q) begin
        nak_q <= 1'b1;
        nak_reason_q <= bad_length ? xg_pkg::LINK_NAK_LENGTH[7:0] :
                        bad_crc ? xg_pkg::LINK_NAK_CRC[7:0] : xg_pkg::LINK_NAK_SEQUENCE[7:0];
      end
      if (commit) expect_q <= tag_q + 8'd1;
      if (hello_o) begin
        known_q <= 1'b1;
        session_q <= latest_q[31:8];
      end
      case (state_q)
        ST_W0:
        if (take && !skip) begin
          state_q <= ST_W1;
          if (bad_length) state_q <= ST_HUNT;
        end
        ST_W1: if (take) state_q <= (left_q == 16'd0) ? ST_CRC : ST_PAYLOAD;
        ST_PAYLOAD: if (take && left_q == 16'd1) state_q <= ST_CRC;
        ST_CRC: if (take) state_q <= ST_CHECK;
        ST_CHECK: state_q <= good ? ST_W0 : ST_HUNT;
        default: if (take && sync) state_q <= ST_W0;
      endcase
    end
  end

endmodule
