// Skid buffer: cuts the combinational path of a valid/ready stream in both directions at full
// throughput. Holds up to two words; a word moves where valid and ready are both high.
module xg_skid #(
    parameter int W = 32
) (
    input  logic         clk_i,
    input  logic         rst_i,
    input  logic         in_valid_i,
    output logic         in_ready_o,
    input  logic [W-1:0] in_data_i,
    output logic         out_valid_o,
    input  logic         out_ready_i,
    output logic [W-1:0] out_data_o
);
  // out_q is the word at the output; over_q holds the one that arrived while it was stuck.
  logic [W-1:0] out_q, over_q;
  logic out_valid_q, over_valid_q;

  assign in_ready_o = !over_valid_q;
  assign out_valid_o = out_valid_q;
  assign out_data_o = out_q;

  always_ff @(posedge clk_i) begin
    if (!out_valid_q || out_ready_i) out_q <= over_valid_q ? over_q : in_data_i;
    if (in_ready_o) over_q <= in_data_i;
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      out_valid_q <= 1'b0;
      over_valid_q <= 1'b0;
    end else if (!out_valid_q || out_ready_i) begin
      out_valid_q <= over_valid_q || in_valid_i;
      over_valid_q <= 1'b0;
    end else if (in_valid_i && in_ready_o) begin
      over_valid_q <= 1'b1;
    end
  end
endmodule
