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
  localparam logic [1:0] ST_FIRST = 2'd0, ST_BODY = 2'd1, ST_CRC = 2'd2;

  logic [1:0] state_q;
  logic [3:0] grant, grant_q, sel;
  logic some, put_valid, put_ready, move, last;
  logic [7:0] tag_q;
  logic [31:0] word, put_data, crc;

  xg_arbiter #(
      .N(4)
  ) u_arbiter (
      .clk_i,
      .rst_i,
      .req_i  (in_valid_i),
      .take_i (state_q == ST_FIRST && put_ready),
      .valid_o(some),
      .grant_o(grant),
      .index_o()
  );

  assign sel = (state_q == ST_FIRST) ? grant : grant_q;
  assign last = (in_last_i & sel) != '0;

  always_comb begin
    word = in0_data_i;
    if (sel[1]) word = in1_data_i;
    if (sel[2]) word = in2_data_i;
    if (sel[3]) word = in3_data_i;
  end

  always_comb begin
    put_data = word;
    put_valid = (in_valid_i & sel) != '0;
    in_ready_o = sel & {4{put_ready}};
    if (state_q == ST_FIRST) begin
      put_data[23:16] = tag_q;
      put_valid = some;
    end
    if (state_q == ST_CRC) begin
      put_data = crc;
      put_valid = 1'b1;
      in_ready_o = '0;
    end
  end
  assign move = put_valid && put_ready;

  xg_crc32c u_crc (
      .clk_i,
      .init_i (state_q == ST_FIRST),
      .valid_i(move && state_q != ST_CRC),
      .data_i (put_data),
      .crc_o  (crc)
  );

  xg_skid #(
      .W(32)
  ) u_out (
      .clk_i,
      .rst_i,
      .in_valid_i (put_valid),
      .in_ready_o (put_ready),
      .in_data_i  (put_data),
      .out_valid_o,
      .out_ready_i,
      .out_data_o
  );

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= ST_FIRST;
      tag_q <= 8'd0;
      grant_q <= '0;
    end else begin
      if (move) begin
        case (state_q)
          ST_FIRST: begin
            grant_q <= grant;
            tag_q <= tag_q + 8'd1;
            state_q <= ST_BODY;
          end
          ST_BODY: if (last) state_q <= ST_CRC;
          default: state_q <= ST_FIRST;
        endcase
      end
      if (restart_i) tag_q <= 8'd0;
    end
  end
endmodule
