// A lane of DVI: bytes of the picture as TMDS characters, control bits between them. Two cycles.
module xg_tmds (
    input  logic       clk_i,
    input  logic       picture_i,
    input  logic [7:0] byte_i,
    input  logic [1:0] control_i,
    output logic [9:0] word_o
);
  logic picture_q;
  logic [7:0] byte_q;
  logic [1:0] control_q;
  logic signed [3:0] balance_q, balance;
  logic [9:0] word, word_q;
  assign word_o = word_q;
  xg_tmds_word u_word (
      .byte_i   (byte_q),
      .balance_i(balance_q),
      .word_o   (word),
      .next_o   (balance)
  );
  always_ff @(posedge clk_i) begin
    picture_q <= picture_i;
    byte_q <= byte_i;
    control_q <= control_i;
    balance_q <= picture_q ? balance : 4'sd0;
    if (picture_q) word_q <= word;
    else begin
      case (control_q)
        2'b00: word_q <= 10'b1101010100;
        2'b01: word_q <= 10'b0010101011;
        2'b10: word_q <= 10'b0101010100;
        default: word_q <= 10'b1010101011;
      endcase
    end
  end
endmodule
