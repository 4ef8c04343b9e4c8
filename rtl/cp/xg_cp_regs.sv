// The register file: storage, side effects of writes, and the host's window to it.
//
// An access is accepted (req_valid_i and req_ready_o) into the first stage, from which it is read; then it
// stands in the second stage for one cycle, or as long as its effects take: the error or the trace of a
// write, then the memory write of a scratch register. Reads answer with rsp_valid_o there. The host goes
// first unless hold_host_i; its writes that landed are shown at landed_*.
`include "xg_types.svh"

module xg_cp_regs (
    input  logic        clk_i,
    output logic        wake_o,
    input  logic        rst_i,
    input  logic        trace_en_i,
    output logic        idle_o,         // nothing is in the stages, or of the host's on the way there
    input  logic        hold_host_i,
    input  logic        hreg_valid_i,
    output logic        hreg_ready_o,
    input  logic        hreg_we_i,
    input  logic [14:0] hreg_index_i,
    input  logic [31:0] hreg_wdata_i,
    output logic        hreg_rvalid_o,
    output logic [31:0] hreg_rdata_o,
    output logic        landed_o,
    output logic [14:0] landed_index_o,
    output logic [31:0] landed_value_o,
    input  logic        req_valid_i,
    output logic        req_ready_o,
    input  xg_reg_req_t req_i,
    output logic        rsp_valid_o,
    output logic [31:0] rsp_rdata_o,
    output logic        marking_o,      // what was written last is being compared with what was there
    output logic        mark_o,         // it was something else
    output logic [13:0] mark_addr_o,
    output logic        eff_valid_o,
    input  logic        eff_ready_i,
    output xg_effect_t  eff_o
);
  // Error bits of enum xg_gpu_error_bit (host/gpu/device.h).
  localparam logic [31:0] ERR_REGISTER = 32'h2;

  logic init_q;
  logic [12:0] init_addr_q;
  logic host_next_q;         // the host's access is the next; chosen a cycle before it can be taken
  logic first_q, first_host_q;  // first stage
  xg_reg_req_t first_op_q;
  logic [14:0] first_dense_q;
  logic valid_q, host_q, same_q, step_q;  // second stage
  xg_reg_req_t op_q;
  logic [14:0] dense_q;
  logic [31:0] last_q;       // value written last
  logic [31:0] high0_q, high1_q, high2_q;  // registers 0x5000 to 0x5002
  logic [7:0] scratch_umsk_q;
  logic [28:2] scratch_addr_q;

  logic free, open, take, take_host, done, we, present;
  logic needs_frame, needs_mem, at_mem;
  logic needs_frame_q, needs_mem_q, stay_q;
  xg_reg_req_t asked;
  logic [31:0] rdata, old, value;
  logic [28:2] scratch_to;

  // ---- choose ----
  assign take_host = host_next_q;
  assign asked = take_host ? {hreg_we_i, 1'b0, hreg_index_i, hreg_wdata_i} : req_i;
  assign open = init_q && (!first_q || free);
  assign hreg_ready_o = take_host && open;
  assign req_ready_o = !take_host && open;
  always_ff @(posedge clk_i) begin
    if (open) begin
      first_op_q <= asked;
      first_dense_q <= xg_fn_pkg::reg_dense(asked.index);
      first_host_q <= take_host;
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_i) first_q <= 1'b0;
    else if (open) first_q <= take_host || req_valid_i;
  end

  // ---- first stage: read ----
  // Ready does not look at who takes effects: an operation with one is over in the cycle after. So is the one
  // that says which scratch registers have one.
  assign free = !valid_q || !stay_q;
  assign needs_frame = first_op_q.we && (!first_dense_q[14] || trace_en_i);
  assign needs_mem = first_op_q.we && first_op_q.index[14:3] == xg_pkg::REG_SCRATCH_REG0[14:3] && !first_op_q.raw &&
                     scratch_umsk_q[first_op_q.index[2:0]];
  assign take = first_q && free;

  xg_ram #(
      .W(32),
      .DEPTH_LOG2(13)
  ) u_ram (
      .clk_i,
      .we_i   (!init_q || (we && !dense_q[13])),
      .waddr_i(init_q ? dense_q[12:0] : init_addr_q),
      .wstrb_i(4'hF),
      .wdata_i(init_q ? value : 32'd0),
      .re_i   (take),
      .raddr_i(first_dense_q[12:0]),
      .rdata_o(rdata)
  );

  // ---- second stage: write, effects, answer ----
  assign present = dense_q[14];
  always_comb begin
    old = same_q ? last_q : rdata;
    if (dense_q[13]) begin
      case (dense_q[1:0])
        2'd0:    old = high0_q;
        2'd1:    old = high1_q;
        default: old = high2_q;
      endcase
    end
    if (!present) old = 32'd0;
  end
  assign value = {op_q.wdata[31] || (op_q.index == xg_pkg::REG_COHER_STATUS_HOST && !op_q.raw),
                  op_q.wdata[30:0]};
  assign we = done && op_q.we && present;

  // Compared in a cycle of its own.
  logic we_q;
  logic [13:0] mark_addr_q;
  logic [31:0] old_q;
  always_ff @(posedge clk_i) begin
    we_q <= we && !rst_i;
    if (we) begin
      old_q <= old;
      mark_addr_q <= dense_q[13:0];
    end
  end
  assign marking_o = we_q;
  assign mark_o = we_q && old_q != last_q;
  assign mark_addr_o = mark_addr_q;

  assign at_mem = step_q || !needs_frame_q;
  assign eff_valid_o = valid_q && (needs_frame_q || needs_mem_q);
  assign done = valid_q && ((!needs_frame_q && !needs_mem_q) || (eff_ready_i && (at_mem || !needs_mem_q)));
  assign scratch_to = scratch_addr_q + {24'd0, op_q.index[2:0]};

  // In one assignment: Icarus 11 evaluates a block that fills a struct field by field for ever.
  logic [7:0] eff_op;
  logic [31:0] eff_addr, eff_data;
  assign eff_op = at_mem ? xg_pkg::LINK_MEM_PUSH : present ? xg_pkg::LINK_TRACE : xg_pkg::LINK_ERROR;
  assign eff_addr = at_mem ? {3'd0, scratch_to, 2'd0} : {17'd0, op_q.index};
  assign eff_data = at_mem ? xg_fn_pkg::bswap32(value) : present ? value : ERR_REGISTER;
  assign eff_o = {eff_op, eff_addr, 1'b1, 1'b0, at_mem, 2'd1, 16'd0, eff_data, 64'd0};

  assign wake_o = !init_q || first_q || valid_q || we_q || hreg_valid_i;  // who else asks is awake
  assign idle_o = init_q && !first_q && !valid_q && !host_next_q;
  // A read has no effects, so it is done.
  assign rsp_valid_o = valid_q && !host_q && !op_q.we;
  assign rsp_rdata_o = old;
  assign hreg_rvalid_o = valid_q && host_q && !op_q.we;
  assign hreg_rdata_o = old;
  assign landed_o = we && host_q;
  assign landed_index_o = op_q.index;
  assign landed_value_o = value;

  always_ff @(posedge clk_i) begin
    if (take) begin
      op_q <= first_op_q;
      dense_q <= first_dense_q;
      host_q <= first_host_q;
      needs_frame_q <= needs_frame;
      needs_mem_q <= needs_mem;
      stay_q <= needs_frame || needs_mem || (first_op_q.we && first_op_q.index == xg_pkg::REG_SCRATCH_UMSK);
      same_q <= we && first_op_q.index == op_q.index;  // where there is a register, its address is its own
    end
    if (we) last_q <= value;
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      init_q <= 1'b0;
      init_addr_q <= '0;
      valid_q <= 1'b0;
      host_next_q <= 1'b0;
      step_q <= 1'b0;
      high0_q <= '0;
      high1_q <= '0;
      high2_q <= '0;
      scratch_umsk_q <= '0;
      scratch_addr_q <= '0;
    end else begin
      init_addr_q <= init_addr_q + 13'd1;
      if (init_addr_q == 13'h1FFF) init_q <= 1'b1;
      host_next_q <= host_next_q ? !open : hreg_valid_i && !hold_host_i;
      if (take) valid_q <= 1'b1;
      else if (done) valid_q <= 1'b0;
      if (done) step_q <= 1'b0;
      else if (eff_valid_o && eff_ready_i) step_q <= 1'b1;
      if (we) begin
        if (op_q.index == xg_pkg::REG_SCRATCH_UMSK) scratch_umsk_q <= value[7:0];
        if (op_q.index == xg_pkg::REG_SCRATCH_ADDR) scratch_addr_q <= value[28:2];
        if (dense_q[13]) begin
          case (dense_q[1:0])
            2'd0:    high0_q <= value;
            2'd1:    high1_q <= value;
            default: high2_q <= value;
          endcase
        end
      end
    end
  end
endmodule
