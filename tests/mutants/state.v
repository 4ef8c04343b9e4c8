// For tests/mutants/prove: registers and memories become ports of the module. What they give is an input, what they
// are given an output.
(* techmap_celltype = "$dff" *)
module state_dff (
    CLK,
    D,
    Q
);
  parameter WIDTH = 0;
  parameter CLK_POLARITY = 1'b1;
  input CLK;
  input [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;
  (* keep *) wire [WIDTH-1:0] state_gives;
  (* keep *) wire [WIDTH-1:0] state_takes = D;
  \$pos #(
      .A_SIGNED(0),
      .A_WIDTH (WIDTH),
      .Y_WIDTH (WIDTH)
  ) buffer (
      .A(state_gives),
      .Y(Q)
  );
endmodule

(* techmap_celltype = "$mem_v2" *)
module state_memory (
    RD_CLK,
    RD_EN,
    RD_ARST,
    RD_SRST,
    RD_ADDR,
    RD_DATA,
    WR_CLK,
    WR_EN,
    WR_ADDR,
    WR_DATA
);
  parameter MEMID = "";
  parameter signed SIZE = 4;
  parameter signed OFFSET = 0;
  parameter signed ABITS = 2;
  parameter signed WIDTH = 8;
  parameter signed INIT = 1'bx;
  parameter signed RD_PORTS = 1;
  parameter RD_CLK_ENABLE = 1'b1;
  parameter RD_CLK_POLARITY = 1'b1;
  parameter RD_TRANSPARENCY_MASK = 1'b0;
  parameter RD_COLLISION_X_MASK = 1'b0;
  parameter RD_WIDE_CONTINUATION = 1'b0;
  parameter RD_CE_OVER_SRST = 1'b0;
  parameter RD_INIT_VALUE = 1'b0;
  parameter RD_ARST_VALUE = 1'b0;
  parameter RD_SRST_VALUE = 1'b0;
  parameter signed WR_PORTS = 1;
  parameter WR_CLK_ENABLE = 1'b1;
  parameter WR_CLK_POLARITY = 1'b1;
  parameter WR_PRIORITY_MASK = 1'b0;
  parameter WR_WIDE_CONTINUATION = 1'b0;
  input [RD_PORTS-1:0] RD_CLK, RD_EN, RD_ARST, RD_SRST;
  input [RD_PORTS*ABITS-1:0] RD_ADDR;
  output [RD_PORTS*WIDTH-1:0] RD_DATA;
  input [WR_PORTS-1:0] WR_CLK;
  input [WR_PORTS*WIDTH-1:0] WR_EN;
  input [WR_PORTS*ABITS-1:0] WR_ADDR;
  input [WR_PORTS*WIDTH-1:0] WR_DATA;
  (* keep *) wire [RD_PORTS*WIDTH-1:0] store_gives;
  (* keep *) wire [RD_PORTS*ABITS+WR_PORTS*(2*WIDTH+ABITS)-1:0] store_takes = {RD_ADDR, WR_EN, WR_ADDR, WR_DATA};
  \$pos #(
      .A_SIGNED(0),
      .A_WIDTH (RD_PORTS * WIDTH),
      .Y_WIDTH (RD_PORTS * WIDTH)
  ) buffer (
      .A(store_gives),
      .Y(RD_DATA)
  );
endmodule
