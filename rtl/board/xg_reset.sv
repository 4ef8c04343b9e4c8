// Reset of one clock: rst_o stays high until ready_i (of any clock) has been high for 2**LOG2 cycles,
// and comes back when it falls. Registers that start at 0 start in reset.
module xg_reset #(
    parameter int LOG2 = 8
) (
    input  logic clk_i,
    input  logic ready_i,
    output logic rst_o
);
  logic meta_q, ready_q;
  logic [LOG2:0] count_q;
  assign rst_o = !count_q[LOG2];
  always_ff @(posedge clk_i) begin
    meta_q <= ready_i;
    ready_q <= meta_q;
    if (!ready_q) count_q <= '0;
    else if (rst_o) count_q <= count_q + 1'b1;
  end
endmodule
