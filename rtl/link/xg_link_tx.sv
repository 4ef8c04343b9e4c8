// Transmitter of link frames: chooses among four streams of frames, frame by frame in turn, puts
// the sequence number into bits 23:16 of each first word and appends the CRC-32C.
//
// A stream gives whole frames (w0, address, payload; last with the final word) and, once it has
// shown a first word, goes on without waiting for anything but the other side of this link.
module xg_link_tx (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        restart_i,  // number frames from 0 again, after the current one
    input  logic [3:0]  in_valid_i,
    output logic [3:0]  in_ready_o,
    input  logic [31:0] in0_data_i,
    input  logic [31:0] in1_data_i,
    input  logic [31:0] in2_data_i,
    input  logic [31:0] in3_data_i,
    input  logic [3:0]  in_last_i,
    output logic        out_valid_o,
    input  logic        out_ready_i,
    output logic [31:0]     out_data_o
);
  logic body_q;                // inside a frame: grant_q has its turn
  logic [3:0] grant, grant_q, sel;
  logic some, put_valid, put_ready, move, last;
  logic [7:0] tag_q;
  logic [31:0] word, crc;

  xg_arbiter #(
      .N(4)
  ) u_arbiter (
      .clk_i,
      .rst_i,
      .req_i  (in_valid_i),
      .take_i (!body_q && put_ready),
      .valid_o(some),
      .grant_o(grant),
      .index_o()
  );

  // ---- the word: of whose turn it is ----
  assign sel = body_q ? grant_q : grant;
  always_comb begin
    word = in0_data_i;
    if (sel[1]) word = in1_data_i;
    if (sel[2]) word = in2_data_i;
    if (sel[3]) word = in3_data_i;
    if (!body_q) word[23:16] = tag_q;
  end
  assign put_valid = body_q ? (in_valid_i & grant_q) != '0 : some;
  assign in_ready_o = sel & {4{put_ready}};
  assign last = body_q && (in_last_i & grant_q) != '0;
  assign move = put_valid && put_ready;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      body_q <= 1'b0;
      tag_q <= 8'd0;
      grant_q <= '0;
    end else begin
      if (move) begin
        body_q <= !last;
        if (!body_q) begin
          grant_q <= grant;
          tag_q <= tag_q + 8'd1;
        end
      end
      if (restart_i) tag_q <= 8'd0;
    end
  end

  // ---- out: the checksum is made of what leaves here, and leaves behind the last word ----
  logic out_valid, out_first, out_last, out_move, crc_q;
  logic [31:0] out_word;
  xg_skid #(
      .W(34)
  ) u_out (
      .clk_i,
      .rst_i,
      .in_valid_i (put_valid),
      .in_ready_o (put_ready),
      .in_data_i  ({!body_q, last, word}),
      .out_valid_o(out_valid),
      .out_ready_i(out_ready_i && !crc_q),
      .out_data_o ({out_first, out_last, out_word})
  );
  assign out_move = out_valid && out_ready_i && !crc_q;
  xg_crc32c u_crc (
      .clk_i,
      .init_i (out_first),
      .valid_i(out_move),
      .data_i (out_word),
      .crc_o  (crc)
  );
  assign out_valid_o = crc_q || out_valid;
  assign out_data_o = crc_q ? crc : out_word;
  always_ff @(posedge clk_i) begin
    if (rst_i) crc_q <= 1'b0;
    else if (crc_q) crc_q <= !out_ready_i;
    else crc_q <= out_move && out_last;
  end
endmodule
