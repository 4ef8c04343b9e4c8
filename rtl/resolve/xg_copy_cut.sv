// The rectangle of a copy (docs/device.md, "Copy", steps 2 to 4): the least and the greatest coordinate of
// the vertices, moved, cut by the scissors, made multiples of 8 and cut by the pitch and by the most rows.
//
// Everything is a whole number of 18 bits with its sign; of the registers and of the vertices x and y stand
// side by side in a small memory. reg_we_i writes a register (both halves), while nothing else goes on;
// vertex_i takes a coordinate, and busy_o stays high for the cycles in which it is compared; start_i works out
// the rectangle, up to the pulse done_o. One sum or comparison a cycle: 24 for each axis.
module xg_copy_cut (
    input  logic               clk_i,
    input  logic               rst_i,
    input  logic               reg_we_i,
    input  logic [2:0]         reg_i,         // AT_* below
    input  logic [14:0]        reg_x_i,
    input  logic [14:0]        reg_y_i,
    input  logic               reg_signed_i,
    input  logic               vertex_i,
    input  logic               first_i,       // vertex
    input  logic               axis_i,        // of vertex_i; 1 is y
    input  logic signed [24:0] value_i,       // 16.8
    input  logic               move_vertices_i,
    input  logic               move_scissor_i,
    input  logic               start_i,
    output logic               busy_o,
    output logic               done_o,
    output logic [13:3]        x0_o,
    output logic [13:3]        x1_o,
    output logic [16:3]        y0_o,
    output logic [16:3]        y1_o
);
  // Places in the memory; the first five and the pitch (AT_LIMIT) are written from outside.
  localparam logic [2:0] AT_OFFSET = 3'd0, AT_WINDOW_TL = 3'd1, AT_WINDOW_BR = 3'd2, AT_SCREEN_TL = 3'd3,
      AT_SCREEN_BR = 3'd4, AT_LIMIT = 3'd5, AT_LEAST = 3'd6, AT_MOST = 3'd7;
  // Top left and bottom right of what is seen take the place of the window's.
  localparam logic [2:0] AT_TL = AT_WINDOW_TL, AT_BR = AT_WINDOW_BR;
  localparam logic [2:0] OP_NONE = 3'd0, OP_LOAD = 3'd1, OP_ADD = 3'd2, OP_LEAST = 3'd3, OP_MOST = 3'd4, OP_STORE = 3'd5,
      OP_SEVEN = 3'd6, OP_ROWS = 3'd7;
  localparam logic [4:0] LAST = 5'd23;

  // ---- steps: read in one cycle, done in the next ----
  logic running_q, axis_q, work_q, work_axis_q;
  logic [4:0] step_q;
  logic [2:0] op, at, op_q, at_q;
  logic take_from, take_to, take_from_q, take_to_q;
  always_comb begin
    op = OP_NONE;
    at = AT_OFFSET;
    take_from = 1'b0;
    take_to = 1'b0;
    case (step_q)
      5'd0:  {op, at} = {OP_LOAD, AT_WINDOW_TL};
      5'd1:  {op, at} = {move_scissor_i ? OP_ADD : OP_NONE, AT_OFFSET};
      5'd2:  {op, at} = {OP_MOST, AT_SCREEN_TL};
      5'd3:  {op, at} = {OP_STORE, AT_TL};
      5'd4:  {op, at} = {OP_LOAD, AT_WINDOW_BR};
      5'd5:  {op, at} = {move_scissor_i ? OP_ADD : OP_NONE, AT_OFFSET};
      5'd6:  {op, at} = {OP_LEAST, AT_SCREEN_BR};
      5'd7:  {op, at} = {OP_MOST, AT_TL};
      5'd8:  {op, at} = {OP_STORE, AT_BR};
      5'd9:  {op, at} = {OP_LOAD, AT_LEAST};
      5'd10: {op, at} = {move_vertices_i ? OP_ADD : OP_NONE, AT_OFFSET};
      5'd11: {op, at} = {OP_MOST, AT_TL};
      5'd12: {op, at} = {OP_LEAST, AT_BR};
      5'd13: {op, at} = {axis_q ? OP_NONE : OP_LEAST, AT_LIMIT};
      5'd14: {op, at, take_from} = {axis_q ? OP_ROWS : OP_NONE, AT_OFFSET, 1'b1};
      5'd15: {op, at} = {axis_q ? OP_STORE : OP_NONE, AT_LIMIT};
      5'd16: {op, at} = {OP_LOAD, AT_MOST};
      5'd17: {op, at} = {move_vertices_i ? OP_ADD : OP_NONE, AT_OFFSET};
      5'd18: {op, at} = {OP_MOST, AT_TL};
      5'd19: {op, at} = {OP_LEAST, AT_BR};
      5'd20: {op, at} = {OP_SEVEN, AT_OFFSET};
      5'd21: {op, at} = {OP_LEAST, AT_LIMIT};
      5'd22: {op, at, take_to} = {OP_NONE, AT_OFFSET, 1'b1};
      default: ;
    endcase
  end

  // ---- a coordinate: rounded, then compared with the least and with the greatest up to now ----
  logic [2:0] vertex_q;          // one bit goes up: rounded, compared, compared
  logic vertex_axis_q, first_q;

  // ---- the memory ----
  logic [17:0] xs [0:7];
  logic [17:0] ys [0:7];
  logic [17:0] x_read, y_read, operand_q, x_write, y_write, acc_q, sum;
  logic [2:0] read_at, write_at;
  logic read_axis, store, less, keep, half_axis;
  assign read_at = vertex_q[0] ? AT_LEAST : vertex_q[1] ? AT_MOST : at;
  assign read_axis = running_q ? axis_q : vertex_axis_q;
  assign x_read = xs[read_at];
  assign y_read = ys[read_at];
  assign half_axis = work_q ? work_axis_q : vertex_axis_q;
  assign write_at = reg_we_i ? reg_i : work_q ? at_q : vertex_q[1] ? AT_LEAST : AT_MOST;
  assign store = work_q ? op_q == OP_STORE : (vertex_q[1] && (first_q || less)) || (vertex_q[2] && (first_q || !less));
  assign x_write = reg_we_i ? {{3{reg_signed_i && reg_x_i[14]}}, reg_x_i} : acc_q;
  assign y_write = reg_we_i ? {{3{reg_signed_i && reg_y_i[14]}}, reg_y_i} : acc_q;
  always_ff @(posedge clk_i) begin
    if (reg_we_i || (store && !half_axis)) xs[write_at] <= x_write;
    if (reg_we_i || (store && half_axis)) ys[write_at] <= y_write;
  end

  // ---- the sum ----
  logic minus, summed;
  logic [17:0] second;
  assign minus = (work_q && (op_q == OP_LEAST || op_q == OP_MOST)) || (!work_q && !vertex_q[0]);
  assign second = operand_q ^ {18{minus}};
  /* verilator lint_off UNUSED */
  logic carry;
  /* verilator lint_on UNUSED */
  // Rounded up to whole numbers after 127/256 was added: up, if the fraction is above 128/256.
  assign {sum, carry} = {acc_q, 1'b1} + {second, minus || (!work_q && vertex_q[0] && round_q)};
  assign less = sum[17];         // acc_q is less than the operand
  assign summed = op_q == OP_ADD || op_q == OP_SEVEN || op_q == OP_ROWS;
  assign keep = op_q == OP_NONE || op_q == OP_STORE || (op_q == OP_LEAST && less) || (op_q == OP_MOST && !less);

  logic round_q;
  always_ff @(posedge clk_i) begin
    operand_q <= read_axis ? y_read : x_read;
    if (op == OP_SEVEN && running_q) operand_q <= 18'd7;
    if (op == OP_ROWS && running_q) operand_q <= 18'd8192;
    if (vertex_i) operand_q <= '0;
    if (vertex_i) begin
      acc_q <= {value_i[24], value_i[24:8]};
      round_q <= value_i[7] && value_i[6:0] != 7'd0;
      vertex_axis_q <= axis_i;
      first_q <= first_i;
    end else if (!work_q ? vertex_q[0] : !keep) acc_q <= (!work_q || summed) ? sum : operand_q;
    op_q <= op;
    at_q <= at;
    take_from_q <= take_from;
    take_to_q <= take_to;
    work_axis_q <= axis_q;
    if (work_q && take_from_q && !work_axis_q) x0_o <= acc_q[13:3];
    if (work_q && take_to_q && !work_axis_q) x1_o <= acc_q[13:3];
    if (work_q && take_from_q && work_axis_q) y0_o <= acc_q[16:3];
    if (work_q && take_to_q && work_axis_q) y1_o <= acc_q[16:3];
  end

  logic done_q;
  assign busy_o = vertex_q != '0;
  assign done_o = done_q;
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      vertex_q <= '0;
      running_q <= 1'b0;
      work_q <= 1'b0;
      step_q <= '0;
      axis_q <= 1'b0;
      done_q <= 1'b0;
    end else begin
      vertex_q <= {vertex_q[1:0], vertex_i};
      work_q <= running_q;
      done_q <= running_q && axis_q && step_q == LAST;
      if (running_q) begin
        step_q <= (step_q == LAST) ? '0 : step_q + 5'd1;
        if (step_q == LAST) begin
          axis_q <= !axis_q;
          running_q <= !axis_q;
        end
      end else running_q <= start_i;
    end
  end
endmodule
