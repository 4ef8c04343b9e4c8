// One axis of the rectangle of a copy (docs/device.md, "Copy", steps 2 to 4 up to the multiples of
// 8): from the least and greatest vertex coordinate to [from, to) in units of 8. start_i takes the inputs, which
// must stay until done_o, a pulse; results stay.
module xg_copy_axis (
    input  logic               clk_i,
    input  logic               rst_i,
    input  logic               start_i,
    input  logic signed [24:0] least_i,      // 16.8
    input  logic signed [24:0] greatest_i,
    input  logic signed [14:0] offset_i,     // window offset
    input  logic               offset_vertex_i,   // it moves the vertices
    input  logic               offset_scissor_i,  // it moves the window scissor
    input  logic [14:0]        window_tl_i,
    input  logic [14:0]        window_br_i,
    input  logic [14:0]        screen_tl_i,
    input  logic [14:0]        screen_br_i,
    output logic               done_o,
    output logic [16:3]        from_o,
    output logic [16:3]        to_o
);
  logic [2:0] step_q;
  /* verilator lint_off UNUSED */
  logic signed [19:0] from_q, to_q;  // given out in units of 8, and at the end never negative
  /* verilator lint_on UNUSED */
  logic signed [19:0] tl_q, br_q;

  logic signed [19:0] offset, stl, sbr, from_r, to_r, wtl, wbr;
  /* verilator lint_off UNUSED */
  logic signed [24:0] least_up, greatest_up;  // the fraction drops out
  /* verilator lint_on UNUSED */
  assign offset = {{5{offset_i[14]}}, offset_i};
  assign stl = {5'd0, screen_tl_i};
  assign sbr = {5'd0, screen_br_i};
  assign wtl = {5'd0, window_tl_i};
  assign wbr = {5'd0, window_br_i};
  // At most 2**23 + 127: no overflow.
  assign least_up = least_i + 25'sd127;
  assign greatest_up = greatest_i + 25'sd127;
  assign from_r = {{3{least_up[24]}}, least_up[24:8]};
  assign to_r = {{3{greatest_up[24]}}, greatest_up[24:8]};

  assign done_o = step_q == 3'd7;
  assign from_o = from_q[16:3];
  assign to_o = to_q[16:3];

  always_ff @(posedge clk_i) begin
    case (step_q)
      3'd1: begin
        from_q <= from_r;
        to_q <= to_r;
        tl_q <= offset_scissor_i ? wtl + offset : wtl;
        br_q <= offset_scissor_i ? wbr + offset : wbr;
      end
      3'd2: begin
        if (offset_vertex_i) begin
          from_q <= from_q + offset;
          to_q <= to_q + offset;
        end
        if (tl_q < stl) tl_q <= stl;
        if (br_q > sbr) br_q <= sbr;
      end
      3'd3: if (br_q < tl_q) br_q <= tl_q;  // tl is at least 0 already
      3'd4: begin
        if (from_q < tl_q) from_q <= tl_q;
        if (to_q < tl_q) to_q <= tl_q;
      end
      3'd5: begin
        if (from_q > br_q) from_q <= br_q;
        if (to_q > br_q) to_q <= br_q;
      end
      3'd6: begin
        to_q <= to_q + 20'sd7;  // its low bits are not given out
      end
      default: ;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) step_q <= 3'd0;
    else if (step_q != 3'd0) step_q <= step_q + 3'd1;
    else if (start_i) step_q <= 3'd1;
  end
endmodule
