// The packet interpreter: takes headers, keeps cost and packet count, runs each packet's effects in
// order (docs/device.md: "Cost", "Ring and indirect buffers", "Packet types", "Type-3 opcodes").
//
// Words come from xg_cp_fetch and are read one at a time, each when it is used. Registers are
// accessed through xg_cp_regs, effects leave through xg_cp_effects; the interpreter waits for each
// effect, so that what it does next comes after it in every respect.
`include "xg_types.svh"

module xg_cp_exec (
    input  logic        clk_i,
    output logic        wake_o,
    input  logic        rst_i,
    input  logic        cp_en_i,
    input  logic [31:0] vblank_i,
    input  logic [127:0] samples_i,
    input  logic [28:2] rptr_wb_i,
    // doorbell and answers
    input  logic        kick_i,
    input  logic        wait_done_i,
    input  logic        wait_result_i,
    input  logic        delegate_done_i,
    // fetch
    input  logic        ring_wait_i,
    output logic        ring_take_o,
    output logic        hold_o,
    output logic        push_o,
    output logic [28:2] push_addr_o,
    output logic [19:0] push_count_o,
    output logic        pop_o,
    output logic        drop_o,
    output logic        seek_o,
    output logic [21:0] delta_o,
    input  logic [2:0]  level_i,
    input  logic [21:0] avail_i,
    input  logic        empty_i,         // it is 0
    input  logic        many_i,          // two dwords or more, of an indirect buffer
    input  logic [28:2] addr_i,
    input  logic [21:0] rptr_i,
    input  logic        word_valid_i,
    output logic        word_ready_o,
    input  logic [31:0] word_i,
    input  logic        next_valid_i,
    input  logic [31:0] next_i,
    output logic        two_o,
    input  logic        trace_en_i,
    // dwords of LOAD_ALU_CONSTANT
    output logic        load_start_o,
    output logic [28:2] load_addr_o,
    output logic [11:0] load_count_o,
    input  logic        load_valid_i,
    output logic        load_ready_o,
    input  logic [31:0] load_word_i,
    // registers
    input  logic        regs_idle_i,
    output logic        hold_host_o,
    output logic        req_valid_o,
    input  logic        req_ready_i,
    output xg_reg_req_t req_o,
    input  logic        rsp_valid_i,
    input  logic [31:0] rsp_rdata_i,
    input  logic        landed_i,
    input  logic [14:0] landed_index_i,
    input  logic [31:0] landed_value_i,
    // changed registers
    input  logic        dirty_idle_i,
    input  logic [13:0] dirty_count_i,
    output logic        scan_o,
    input  logic        item_valid_i,
    output logic        item_ready_o,
    input  logic [13:0] item_addr_i,
    // copy engine
    output logic        copy_start_o,
    output logic [31:0] copy_header_o,
    input  logic        copy_done_i,
    input  logic        copy_cost_i,
    input  logic [31:0] copy_cost_add_i,
    // effects
    output logic [47:0] cost_o,
    output logic        cost_due_o,      // something is still to be added to it
    output logic [31:0] packet_o,
    output logic        eff_valid_o,
    input  logic        eff_ready_i,
    output xg_effect_t  eff_o,
    output logic        svalid_o,
    input  logic        sready_i,
    output logic [31:0] sdata_o,
    // status and counters
    output logic        busy_o,
    output logic        on_wait_o,
    output logic        on_delegate_o,
    output logic        paused_o,        // stands before a packet that cp_en_i does not let it take
    output logic        perf_packet_o,
    output logic [21:0] perf_dwords_o,
    output logic        perf_delegated_o
);
  // Error bits of enum xg_gpu_error_bit (host/gpu/device.h).
  localparam logic [31:0] ERR_OPCODE = 32'h1, ERR_IB_DEPTH = 32'h4, ERR_TRUNCATED = 32'h8,
      ERR_SHORT = 32'h10;
  // Payloads to skip that are longer than this are jumped over.
  localparam logic [14:0] LONG_SKIP = 15'd48;

  localparam logic [5:0]
      ST_IDLE      = 6'd0,   // all done; wait for a kick
      ST_REST      = 6'd1,   // about to be idle
      ST_REST_RPTR = 6'd2,   // read pointer written back
      ST_HEAD      = 6'd3,   // next header
      ST_TAKE      = 6'd4,   // is the packet whole? count it
      ST_TYPE      = 6'd5,
      ST_WORDS     = 6'd6,   // collect w0…
      ST_EXEC      = 6'd7,
      ST_SKIP      = 6'd8,   // the rest of the payload
      ST_RUN       = 6'd9,   // words to registers
      ST_RUN_SIDE  = 6'd10,  // a register with a memory write: wait for it
      ST_READ      = 6'd11,  // register read, its answer, then ret_q
      ST_READ_RSP  = 6'd12,
      ST_WRITE     = 6'd13,  // register write, then ret_q
      ST_WRITE_END = 6'd14,
      ST_EFFECT    = 6'd15,  // effect, then ret_q
      ST_COND      = 6'd16,  // condition of a register: value_q is it
      ST_WAIT      = 6'd17,  // parked
      ST_COND_DO   = 6'd18,
      ST_RMW_AND   = 6'd19,
      ST_RMW_OR    = 6'd20,
      ST_RMW_OR2   = 6'd21,
      ST_RMW_READ  = 6'd22,
      ST_RMW_WRITE = 6'd23,
      ST_REG2MEM   = 6'd24,
      ST_MEMWRITE  = 6'd25,
      ST_EVENT     = 6'd26,
      ST_VIZ       = 6'd27,
      ST_DRAW_BASE = 6'd28,
      ST_DRAW_SIZE = 6'd29,
      ST_DRAW_MODE = 6'd30,
      ST_DRAW      = 6'd31,
      ST_COPY      = 6'd32,
      ST_TOUCH     = 6'd33,  // inline words: make their pages resident
      ST_REWIND    = 6'd34,
      ST_DELEGATE  = 6'd35,
      ST_PARK      = 6'd36,  // parked on the draw
      ST_ZPD_ADDR  = 6'd41,  // the place of the totals is read
      ST_ZPD       = 6'd42,
      ST_JOIN      = 6'd39,  // a header right behind a run of registers
      ST_NEXT      = 6'd40,  // that header is in hand: its first register is written in this cycle
      ST_PAUSE     = 6'd38;  // stopped by cp_en_i before a whole packet, which is read anew afterwards

  localparam logic [5:0] ST_COND_READ = 6'd37;  // after COHER_STATUS_HOST was cleared
  localparam logic [1:0] DG_COUNT = 2'd0, DG_WORDS = 2'd1, DG_INDEX = 2'd2, DG_VALUE = 2'd3;

  logic [5:0] state_q, ret_q;
  logic kick_q, due_q;
  logic [47:0] cost_q;
  logic [31:0] packet_q;
  logic [63:0] bin_mask_q, bin_select_q;

  // the packet in hand
  logic [31:0] hdr_q;
  logic [28:2] hdr_addr_q;
  logic pad_q;                // it is one of those without payload
  logic [21:0] behind_q;      // words behind the header
  logic [14:0] left_q;        // payload words not read yet
  logic left_none_q;          // it is 0
  logic left_one_q;           // it is 1, if it was not set anew in the cycle before
  logic left_long_q;          // about: it is more than LONG_SKIP
  logic [31:0] w0_q, w1_q, w2_q, w3_q, w5_q;
  logic [28:0] w4_q;          // an address or register index
  logic [2:0] got_q, want_q;
  logic [31:0] value_q;       // last register read
  logic [5:0] after_q;        // what follows ST_SKIP
  logic enter_q;              // an indirect buffer is entered after ST_SKIP
  logic [2:0] part_q;         // of EVENT_WRITE_EXT, EVENT_WRITE_ZPD

  // registers run
  logic run_load_q, run_pair_q, run_fixed_q;
  logic long_q;               // it is of eight words or more
  logic [14:0] run_index_q;
  logic [11:0] load_left_q;   // words to load; of other runs it is left_q
  logic load_none_q;          // it is 0

  logic [14:0] reg_index_q;
  logic [31:0] data_q;        // to a register, or the first word of an effect
  logic reg_raw_q;
  // The effect: eff_addr_q and so on as in xg_effect_t; its words are data_q, w2_q and w3_q.
  logic [7:0] eff_op_q;
  logic [31:0] eff_addr_q;
  logic eff_stamp_q, eff_mem_q;
  logic [1:0] eff_nd_q;
  logic [15:0] eff_ns_q;
  logic [1:0] swap_q;         // how data_q goes to memory

  logic waiting_reg_q, met_q;
  logic [31:0] sequence_q;
  logic [14:0] inline_q;      // inline words of the draw
  logic [1:0] dg_q;
  logic dg_asked_q;
  logic [31:0] dg_value_q;
  logic dg_have_q;

  // ---- the header ----
  logic whole, known, skipped, is_draw_2, is_load, has_inline;
  logic [1:0] kind;
  logic [6:0] opcode;
  logic [14:0] payload;
  assign kind = hdr_q[31:30];
  assign opcode = hdr_q[14:8];
  // Taken from the stream with its header: state ST_RUN shows the one behind the run's last word.
  logic [31:0] header;
  logic header_pad;
  logic [13:0] last_word;
  assign header = (state_q == ST_RUN) ? next_i : word_i;
  assign header_pad = header[31:30] == 2'd2 || header == 32'h0000_0000 || header == 32'h0BAD_F00D;
  assign payload = pad_q ? 15'd0 : (kind == 2'd1) ? 15'd2 : {1'b0, hdr_q[29:16]} + 15'd1;
  assign last_word = (kind == 2'd1) ? 14'd1 : hdr_q[29:16];
  assign whole = pad_q || {8'd0, last_word} < behind_q;
  assign known = xg_pkg::PM4_KNOWN[opcode];
  // What ST_TAKE and ST_TYPE ask of a header that is there a cycle before.
  logic whole_q, known_q, skipped_q, short_q, none_q, looked_q;
  always_ff @(posedge clk_i) begin
    looked_q <= state_q == ST_TAKE;
    whole_q <= whole;
    known_q <= known;
    skipped_q <= skipped;
    short_q <= payload < {12'd0, least};
    none_q <= least == 3'd0;
  end
  assign skipped = hdr_q[0] && ((bin_mask_q & bin_select_q) == 64'd0 || opcode == xg_pkg::PM4_XE_SWAP);
  assign is_draw_2 = opcode == xg_pkg::PM4_DRAW_INDX_2;
  assign is_load = opcode == xg_pkg::PM4_IM_LOAD || opcode == xg_pkg::PM4_IM_LOAD_IMMEDIATE;
  assign has_inline = is_draw_2 || opcode == xg_pkg::PM4_IM_LOAD_IMMEDIATE;

  // Words a packet must have, and words that are collected before it runs. A packet whose row says
  // "none" collects nothing.
  logic [2:0] least, useful, most;
  always_comb begin
    case (opcode)
      xg_pkg::PM4_INTERRUPT, xg_pkg::PM4_MEM_WRITE, xg_pkg::PM4_EVENT_WRITE,
      xg_pkg::PM4_EVENT_WRITE_ZPD, xg_pkg::PM4_SET_CONSTANT, xg_pkg::PM4_SET_CONSTANT2,
      xg_pkg::PM4_SET_SHADER_CONSTANTS, xg_pkg::PM4_VIZ_QUERY, xg_pkg::PM4_SET_BIN_MASK_LO,
      xg_pkg::PM4_SET_BIN_MASK_HI, xg_pkg::PM4_SET_BIN_SELECT_LO, xg_pkg::PM4_SET_BIN_SELECT_HI,
      xg_pkg::PM4_DRAW_INDX_2: least = 3'd1;
      xg_pkg::PM4_INDIRECT_BUFFER, xg_pkg::PM4_INDIRECT_BUFFER_PFD, xg_pkg::PM4_REG_TO_MEM,
      xg_pkg::PM4_EVENT_WRITE_EXT, xg_pkg::PM4_SET_BIN_MASK, xg_pkg::PM4_SET_BIN_SELECT,
      xg_pkg::PM4_DRAW_INDX, xg_pkg::PM4_IM_LOAD, xg_pkg::PM4_IM_LOAD_IMMEDIATE: least = 3'd2;
      xg_pkg::PM4_REG_RMW, xg_pkg::PM4_EVENT_WRITE_SHD, xg_pkg::PM4_LOAD_ALU_CONSTANT: least = 3'd3;
      xg_pkg::PM4_XE_SWAP: least = 3'd4;
      xg_pkg::PM4_WAIT_REG_MEM: least = 3'd5;
      xg_pkg::PM4_COND_WRITE: least = 3'd6;
      default: least = 3'd0;
    endcase
  end
  assign useful = (opcode == xg_pkg::PM4_DRAW_INDX) ? 3'd4 : least;
  assign most = (payload < {12'd0, useful}) ? payload[2:0] : useful;

  // ---- SET_CONSTANT and LOAD_ALU_CONSTANT: type and index to the first register ----
  logic [2:0] constant_type;
  logic [10:0] constant_offset;
  logic [14:0] constant_base, constant_index;
  assign {constant_type, constant_offset} = (opcode == xg_pkg::PM4_LOAD_ALU_CONSTANT)
      ? {w1_q[18:16], w1_q[10:0]} : {w0_q[18:16], w0_q[10:0]};
  always_comb begin
    case (constant_type)
      3'd0:    constant_base = 15'h4000;
      3'd1:    constant_base = 15'h4800;
      3'd2:    constant_base = 15'h4900;
      3'd3:    constant_base = 15'h4908;
      default: constant_base = 15'h2000;
    endcase
  end
  assign constant_index = constant_base + {4'd0, constant_offset};

  // ---- payload words ----
  logic word, run_valid, run_take, run_done;
  logic [31:0] run_word;
  assign word = word_valid_i && word_ready_o;
  assign run_valid = run_load_q ? load_valid_i : word_valid_i;
  assign run_word = run_load_q ? xg_fn_pkg::bswap32(load_word_i) : word_i;
  assign run_done = run_load_q ? load_none_q : left_none_q;
  assign run_take = state_q == ST_RUN && !run_done && run_valid && req_ready_i;

  // ---- a packet behind a long run of registers in an indirect buffer ----
  // Its header is taken with the run's last word, or in the cycle after, and is decoded while it is there
  // (ST_NEXT): so a row of such packets costs no cycle for what is not a register. Only where nothing can come
  // between: the last registers have no side effects and make no frame, and the buffer is known to go on.
  logic joins, near_q, next_plain, next_run, may_join_q;
  logic [14:0] index_on;       // the register behind
  assign index_on = ((state_q == ST_NEXT) ? hdr_q[14:0] : run_index_q) + {14'd0, (state_q == ST_NEXT) ? !hdr_q[15] : !run_fixed_q};
  // Of run_index_q, from the second word that ST_RUN takes on: the run is long.
  always_ff @(posedge clk_i) if (run_take)
    near_q <= index_on[14:11] == 4'b1000 || index_on[14:9] == 6'b100100 || index_on[14:10] == 5'b01000;
  always_ff @(posedge clk_i) may_join_q <= !run_load_q && long_q && !trace_en_i && cp_en_i && !ring_wait_i;
  assign joins = run_take && left_one_q && may_join_q && near_q && many_i;
  assign two_o = joins && next_valid_i;
  assign next_plain = state_q == ST_NEXT && kind == 2'd0 && !pad_q;
  assign next_run = next_plain && whole;

  always_comb begin
    word_ready_o = 1'b0;
    case (state_q)
      ST_JOIN: word_ready_o = 1'b1;
      ST_NEXT: word_ready_o = next_plain && req_ready_i;  // of a packet that is not whole too: the buffer is dropped then
      ST_TAKE: word_ready_o = looked_q && (whole_q || level_i != 3'd0) && regs_idle_i && cp_en_i && !ring_wait_i;
      ST_WORDS: word_ready_o = 1'b1;
      ST_SKIP, ST_TOUCH: word_ready_o = !left_none_q && !(state_q == ST_SKIP && left_long_q);
      ST_RUN: word_ready_o = run_take && !run_load_q;
      ST_MEMWRITE: word_ready_o = !left_none_q;
      ST_DELEGATE: word_ready_o = dg_q == DG_WORDS && !left_none_q && sready_i;
      default: ;
    endcase
  end

  // ---- fetch control ----
  logic rewind;
  assign hold_o = state_q == ST_IDLE || state_q == ST_REST || state_q == ST_REST_RPTR ||
                  state_q == ST_WAIT || state_q == ST_PARK || state_q == ST_PAUSE;
  assign ring_take_o = state_q == ST_IDLE || state_q == ST_HEAD || state_q == ST_WAIT ||
                       state_q == ST_PARK || state_q == ST_PAUSE;
  // A buffer at its end is left a cycle after that is seen.
  logic at_end, pop_q;
  assign at_end = state_q == ST_HEAD && level_i != 3'd0 && empty_i;
  assign pop_o = pop_q && !ring_wait_i;
  always_ff @(posedge clk_i) pop_q <= at_end && !ring_wait_i && !pop_q && !rst_i;
  assign push_o = state_q == ST_SKIP && left_none_q && enter_q;
  assign push_addr_o = w0_q[28:2];
  assign push_count_o = w1_q[19:0];
  assign drop_o = state_q == ST_TYPE && !whole_q;
  assign rewind = state_q == ST_REWIND && regs_idle_i && dirty_idle_i;
  assign seek_o = (state_q == ST_SKIP && left_long_q && !left_none_q) || rewind;
  assign delta_o = (state_q == ST_REWIND) ? 22'd0 - {7'd0, inline_q} : {7'd0, left_q};

  assign load_start_o = state_q == ST_EXEC && opcode == xg_pkg::PM4_LOAD_ALU_CONSTANT &&
                        w2_q[11:0] != 12'd0;
  assign load_addr_o = w0_q[28:2];
  assign load_count_o = w2_q[11:0];
  assign load_ready_o = run_take && run_load_q;

  // ---- registers ----
  logic [14:0] req_index;
  always_comb begin
    req_valid_o = 1'b0;
    req_index = reg_index_q;
    case (state_q)
      ST_RUN: begin
        req_valid_o = !run_done && run_valid;
        req_index = run_index_q;
      end
      ST_NEXT: begin
        req_valid_o = next_run && word_valid_i;
        req_index = hdr_q[14:0];
      end
      ST_READ, ST_WRITE: req_valid_o = 1'b1;
      ST_DELEGATE: begin
        req_valid_o = dg_q == DG_INDEX && item_valid_i && !dg_asked_q;
        req_index = xg_fn_pkg::reg_index(item_addr_i);
      end
      default: ;
    endcase
  end
  assign req_o = {state_q == ST_RUN || state_q == ST_NEXT || state_q == ST_WRITE, state_q == ST_WRITE && reg_raw_q,
                  req_index, (state_q == ST_RUN) ? run_word : (state_q == ST_NEXT) ? word_i : data_q};
  // Nothing of the host's comes between a read and the write that depends on it, nor into a record.
  assign hold_host_o = state_q == ST_RMW_READ || state_q == ST_RMW_WRITE || state_q == ST_VIZ ||
      state_q == ST_REWIND || state_q == ST_DELEGATE ||
      ((state_q == ST_READ || state_q == ST_READ_RSP) && (ret_q == ST_RMW_WRITE || ret_q == ST_VIZ)) ||
      (state_q == ST_WRITE && (opcode == xg_pkg::PM4_REG_RMW || opcode == xg_pkg::PM4_VIZ_QUERY));

  // ---- conditions ----
  // What the host wrote to the register is compared a cycle later, before anything else.
  logic cond_true, landed_q;
  logic [31:0] landed_value_q;
  logic [31:0] condition;        // as the host gets it
  assign condition = {23'd0, opcode == xg_pkg::PM4_COND_WRITE, 3'd0, w0_q[4], 1'b0, w0_q[2:0]};
  assign cond_true = xg_fn_pkg::compare(w0_q[2:0], (landed_q ? landed_value_q : value_q) & w3_q, w2_q);

  // ---- the delegation record ----
  assign scan_o = state_q == ST_DELEGATE && dg_q == DG_COUNT && sready_i && dirty_count_i != 14'd0;
  assign item_ready_o = state_q == ST_DELEGATE && dg_q == DG_VALUE && dg_have_q && sready_i;
  always_comb begin
    svalid_o = 1'b0;
    sdata_o = {1'b0, opcode, 9'd0, inline_q};
    case (dg_q)
      DG_COUNT: svalid_o = 1'b1;
      DG_WORDS: begin
        svalid_o = word_valid_i && !left_none_q;
        sdata_o = word_i;
      end
      DG_INDEX: begin
        svalid_o = item_valid_i && dg_asked_q;
        sdata_o = {17'd0, xg_fn_pkg::reg_index(item_addr_i)};
      end
      default: begin
        svalid_o = dg_have_q;
        sdata_o = dg_value_q;
      end
    endcase
    if (state_q != ST_DELEGATE) svalid_o = 1'b0;
  end

  // ---- effects ----
  logic regs_ok;
  assign regs_ok = regs_idle_i || state_q == ST_DELEGATE;
  assign eff_valid_o = (state_q == ST_EFFECT || state_q == ST_DELEGATE) && regs_ok;
  assign eff_o = {eff_op_q, eff_addr_q, eff_stamp_q, 1'b0, eff_mem_q, eff_nd_q, eff_ns_q, xg_fn_pkg::swap32(data_q, swap_q),
                  (eff_op_q == xg_pkg::LINK_SWAP) ? w3_q : w2_q, w3_q};
  assign cost_o = cost_q;
  assign packet_o = packet_q;

  assign copy_start_o = state_q == ST_DRAW && value_q[2:0] == 3'd6;
  assign copy_header_o = {3'd0, hdr_addr_q, 2'd0};

  assign busy_o = !(state_q == ST_IDLE || state_q == ST_WAIT || state_q == ST_PARK || state_q == ST_PAUSE);
  assign on_wait_o = state_q == ST_WAIT;
  assign on_delegate_o = state_q == ST_PARK;
  assign paused_o = state_q == ST_PAUSE && !cp_en_i;

  // Standing still until something is said from outside.
  logic wake;
  always_comb begin
    case (state_q)
      ST_IDLE:  wake = kick_q;
      ST_WAIT:  wake = met_q || wait_done_i;
      ST_PARK:  wake = delegate_done_i;
      ST_PAUSE: wake = cp_en_i;
      ST_COPY:  wake = 1'b0;  // the copy engine is awake when it says something
      default:  wake = 1'b1;
    endcase
  end
  assign wake_o = wake || kick_i || perf_packet_q || landed_i || landed_q || cost_due_q;

  logic taken;
  assign taken = (state_q == ST_TAKE && word) || state_q == ST_NEXT;
  // Counted a cycle later: the sums are far from here.
  logic perf_packet_q;
  assign perf_packet_o = perf_packet_q;
  assign perf_dwords_o = !perf_packet_q ? 22'd0 : (whole_q ? {7'd0, payload} : behind_q) + 22'd1;
  always_ff @(posedge clk_i) perf_packet_q <= taken && !rst_i;
  assign perf_delegated_o = state_q == ST_DELEGATE && eff_ready_i && !is_load;

  // Cost: what is to be added waits for a cycle.
  logic cost_due_q, draws;
  logic [31:0] cost_add_q;
  assign cost_due_o = cost_due_q;
  assign draws = state_q == ST_DRAW || (state_q == ST_EXEC && is_load);
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      cost_due_q <= 1'b0;
      cost_q <= '0;
    end else begin
      cost_due_q <= taken || draws || copy_cost_i;
      if (cost_due_q) cost_q <= cost_q + {16'd0, cost_add_q};
    end
  end
  always_ff @(posedge clk_i) begin
    if (state_q == ST_TAKE || state_q == ST_NEXT)
      cost_add_q <= {16'd0, xg_pkg::COST_PACKET} + {16'd0, xg_pkg::COST_DWORD} * {17'd0, payload};
    else cost_add_q <= (state_q == ST_COPY) ? copy_cost_add_i : {16'd0, xg_pkg::COST_DRAW};
  end

  logic [31:0] total;
  always_comb begin
    case (part_q)
      3'd0:    total = samples_i[31:0];
      3'd2:    total = samples_i[63:32];
      3'd4:    total = samples_i[95:64];
      3'd6:    total = samples_i[127:96];
      default: total = 32'd0;
    endcase
  end

  // The dword behind the one in eff_addr_q.
  logic [28:2] addr_on;
  assign addr_on = eff_addr_q[28:2] + 27'd1;

  logic [31:0] ext_word;
  assign ext_word = (part_q == 3'd2) ? 32'h0100_0000 : 32'h0004_0000;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= ST_IDLE;
      ret_q <= ST_IDLE;
      kick_q <= 1'b0;
      due_q <= 1'b0;
      packet_q <= '0;
      bin_mask_q <= '1;
      bin_select_q <= '1;
      hdr_q <= '0;
      hdr_addr_q <= '0;
      pad_q <= 1'b0;
      behind_q <= '0;
      left_q <= '0;
      left_none_q <= 1'b1;
      left_one_q <= 1'b0;
      left_long_q <= 1'b0;
      w0_q <= '0;
      w1_q <= '0;
      w2_q <= '0;
      w3_q <= '0;
      w4_q <= '0;
      w5_q <= '0;
      got_q <= '0;
      want_q <= '0;
      value_q <= '0;
      after_q <= ST_HEAD;
      enter_q <= 1'b0;
      part_q <= '0;
      run_load_q <= 1'b0;
      run_pair_q <= 1'b0;
      run_fixed_q <= 1'b0;
      long_q <= 1'b0;
      run_index_q <= '0;
      load_left_q <= '0;
      load_none_q <= 1'b1;
      swap_q <= '0;
      landed_q <= 1'b0;
      landed_value_q <= '0;
      reg_index_q <= '0;
      data_q <= '0;
      reg_raw_q <= 1'b0;
      {eff_op_q, eff_addr_q, eff_stamp_q, eff_mem_q, eff_nd_q, eff_ns_q} <= '0;
      waiting_reg_q <= 1'b0;
      met_q <= 1'b0;
      sequence_q <= '0;
      inline_q <= '0;
      dg_q <= DG_COUNT;
      dg_asked_q <= 1'b0;
      dg_value_q <= '0;
      dg_have_q <= 1'b0;
    end else begin
      if (kick_i) kick_q <= 1'b1;
      landed_q <= landed_i && landed_index_i == w1_q[14:0];
      landed_value_q <= landed_value_i;
      if (landed_q && cond_true) met_q <= 1'b1;
      if (word && state_q != ST_TAKE) begin
        left_q <= left_q - 15'd1;
        if (left_q == 15'd1) left_none_q <= 1'b1;
      end
      left_one_q <= word ? left_q == 15'd2 : left_q == 15'd1;
      left_long_q <= left_q > LONG_SKIP;

      case (state_q)
        // ---- idle and headers ----
        ST_IDLE: if (kick_q && !ring_wait_i && regs_idle_i) state_q <= ST_HEAD;

        ST_HEAD: begin
          // What is seen here of the write pointer answers the kicks up to now.
          if (!at_end && !ring_wait_i && (empty_i || word_valid_i)) begin
            due_q <= due_q || kick_q;
            kick_q <= kick_i;
            hdr_q <= header;
            pad_q <= header_pad;
            hdr_addr_q <= addr_i;
            behind_q <= avail_i - 22'd1;
            state_q <= empty_i ? ST_REST : ST_TAKE;
          end
        end

        ST_TAKE: begin
          left_q <= payload;
          left_none_q <= pad_q;
          if (!looked_q) state_q <= ST_TAKE;
          else if (!whole_q && level_i == 3'd0) state_q <= ST_REST;
          else if (!word_valid_i || ring_wait_i) state_q <= ST_HEAD;
          else if (regs_idle_i && !cp_en_i) state_q <= ST_PAUSE;
          else if (regs_idle_i) begin
            due_q <= 1'b1;
            packet_q <= packet_q + 32'd1;
            state_q <= ST_TYPE;
          end
        end

        ST_PAUSE: if (cp_en_i) state_q <= ST_HEAD;

        ST_TYPE: begin
          {w0_q, w1_q, w2_q, w3_q, w4_q, w5_q} <= '0;
          got_q <= '0;
          want_q <= most;
          after_q <= ST_HEAD;
          enter_q <= 1'b0;
          part_q <= '0;
          run_load_q <= 1'b0;
          run_pair_q <= kind == 2'd1;
          run_fixed_q <= kind == 2'd0 && hdr_q[15];
          run_index_q <= (kind == 2'd1) ? {4'd0, hdr_q[10:0]} : hdr_q[14:0];
          long_q <= payload[14:3] != 12'd0;
          swap_q <= '0;
          {eff_mem_q, eff_nd_q, eff_ns_q} <= '0;
          eff_op_q <= xg_pkg::LINK_ERROR;
          eff_stamp_q <= 1'b1;
          eff_nd_q <= 2'd1;
          eff_addr_q <= {3'd0, hdr_addr_q, 2'd0};
          reg_raw_q <= 1'b0;
          ret_q <= ST_SKIP;
          if (!whole_q) begin
            data_q <= ERR_TRUNCATED;
            ret_q <= ST_HEAD;
            state_q <= ST_EFFECT;
          end else if (pad_q) begin
            state_q <= ST_HEAD;
          end else if (kind != 2'd3) begin
            state_q <= ST_RUN;
          end else if (skipped_q) begin
            state_q <= ST_SKIP;
          end else if (!known_q || short_q) begin
            data_q <= known_q ? ERR_SHORT : ERR_OPCODE;
            state_q <= ST_EFFECT;
          end else begin
            state_q <= none_q ? ST_SKIP : ST_WORDS;
          end
        end

        ST_WORDS: begin
          if (word_valid_i) begin
            case (got_q)
              3'd0:    w0_q <= word_i;
              3'd1:    w1_q <= word_i;
              3'd2:    w2_q <= word_i;
              3'd3:    w3_q <= word_i;
              3'd4:    w4_q <= word_i[28:0];
              default: w5_q <= word_i;
            endcase
            got_q <= got_q + 3'd1;
            if (got_q + 3'd1 == want_q) state_q <= ST_EXEC;
          end
        end

        ST_SKIP: begin
          if (left_none_q) state_q <= after_q;
          else if (left_long_q) begin
            left_q <= '0;
            left_none_q <= 1'b1;
          end
        end

        // ---- runs of register writes ----
        ST_RUN: begin
          if (run_take) begin
            load_left_q <= load_left_q - 12'd1;
            if (load_left_q == 12'd1) load_none_q <= 1'b1;
            run_index_q <= run_pair_q ? {4'd0, hdr_q[21:11]} : index_on;
            if (joins) begin
              hdr_q <= header;
              pad_q <= header_pad;
              hdr_addr_q <= addr_i + 27'd1;
              behind_q <= avail_i - 22'd2;
              state_q <= next_valid_i ? ST_NEXT : ST_JOIN;
            end else if (run_index_q[14:3] == xg_pkg::REG_SCRATCH_REG0[14:3]) state_q <= ST_RUN_SIDE;
          end else if (run_done) begin
            state_q <= ST_SKIP;
          end
        end
        ST_RUN_SIDE: if (regs_idle_i) state_q <= ST_RUN;
        ST_JOIN: if (word) begin
          hdr_q <= header;
          pad_q <= header_pad;
          hdr_addr_q <= addr_i;
          behind_q <= avail_i - 22'd1;
          state_q <= ST_NEXT;
        end
        // As ST_TAKE and ST_TYPE.
        ST_NEXT: begin
          packet_q <= packet_q + 32'd1;
          left_q <= word ? {1'b0, hdr_q[29:16]} : payload;  // a word is taken of a run
          left_none_q <= pad_q || (word && hdr_q[29:16] == 14'd0);
          run_pair_q <= 1'b0;
          run_fixed_q <= hdr_q[15];
          run_index_q <= word ? index_on : hdr_q[14:0];
          long_q <= payload[14:3] != 12'd0;
          if (!next_run) state_q <= ST_TYPE;
          else if (word && hdr_q[14:3] == xg_pkg::REG_SCRATCH_REG0[14:3]) state_q <= ST_RUN_SIDE;
          else state_q <= ST_RUN;
        end

        // ---- steps of packets ----
        ST_READ: if (req_ready_i) state_q <= ST_READ_RSP;
        ST_READ_RSP: if (rsp_valid_i) begin
          value_q <= rsp_rdata_i;
          state_q <= ret_q;
        end
        ST_WRITE: if (req_ready_i) state_q <= ST_WRITE_END;
        ST_WRITE_END: if (regs_idle_i) state_q <= ret_q;
        ST_EFFECT: if (eff_ready_i) state_q <= ret_q;

        ST_EXEC: begin
          eff_op_q <= xg_pkg::LINK_MEM_PUSH;
          eff_mem_q <= 1'b1;
          met_q <= 1'b0;
          waiting_reg_q <= !w0_q[4];
          ret_q <= ST_SKIP;
          state_q <= ST_SKIP;
          case (opcode)
            xg_pkg::PM4_INTERRUPT: begin
              eff_op_q <= xg_pkg::LINK_IRQ;
              eff_mem_q <= 1'b0;
              eff_nd_q <= 2'd0;
              eff_addr_q <= {26'd0, w0_q[5:0]};
              state_q <= ST_EFFECT;
            end
            xg_pkg::PM4_INDIRECT_BUFFER, xg_pkg::PM4_INDIRECT_BUFFER_PFD: begin
              if (w1_q[19:0] != 20'd0) begin
                if (level_i == 3'd4) begin
                  eff_op_q <= xg_pkg::LINK_ERROR;
                  eff_mem_q <= 1'b0;
                  data_q <= ERR_IB_DEPTH;
                  state_q <= ST_EFFECT;
                end else begin
                  enter_q <= 1'b1;
                end
              end
            end
            xg_pkg::PM4_WAIT_REG_MEM, xg_pkg::PM4_COND_WRITE: begin
              eff_op_q <= xg_pkg::LINK_WAIT;
              eff_mem_q <= 1'b0;
              eff_nd_q <= 2'd3;
              eff_addr_q <= w0_q[4] ? {3'd0, w1_q[28:0]} : {17'd0, w1_q[14:0]};
              reg_index_q <= w1_q[14:0];
              data_q <= w0_q[4] ? condition : 32'd0;
              reg_raw_q <= 1'b1;
              if (w0_q[4]) begin
                after_q <= ST_EFFECT;
                ret_q <= ST_WAIT;
              end else if (opcode == xg_pkg::PM4_WAIT_REG_MEM &&
                           w1_q[14:0] == xg_pkg::REG_COHER_STATUS_HOST) begin
                ret_q <= ST_COND_READ;
                state_q <= ST_WRITE;
              end else begin
                ret_q <= ST_COND;
                state_q <= ST_READ;
              end
            end
            xg_pkg::PM4_REG_RMW: begin
              reg_index_q <= {2'd0, w1_q[12:0]};
              ret_q <= ST_RMW_AND;
              state_q <= w0_q[31] ? ST_READ : ST_RMW_OR;
            end
            xg_pkg::PM4_REG_TO_MEM: begin
              reg_index_q <= w0_q[14:0];
              ret_q <= ST_REG2MEM;
              state_q <= ST_READ;
            end
            xg_pkg::PM4_MEM_WRITE: begin
              eff_addr_q <= {3'd0, w0_q[28:2], 2'd0};
              state_q <= ST_MEMWRITE;
            end
            xg_pkg::PM4_EVENT_WRITE, xg_pkg::PM4_EVENT_WRITE_SHD, xg_pkg::PM4_EVENT_WRITE_EXT,
            xg_pkg::PM4_EVENT_WRITE_ZPD: begin
              eff_addr_q <= {3'd0, w1_q[28:2], 2'd0};
              reg_index_q <= xg_pkg::REG_VGT_EVENT_INITIATOR;
              data_q <= {26'd0, w0_q[5:0]};
              ret_q <= ST_EVENT;
              state_q <= ST_WRITE;
            end
            xg_pkg::PM4_SET_CONSTANT: begin
              run_index_q <= constant_index;
              state_q <= ST_RUN;
            end
            xg_pkg::PM4_SET_CONSTANT2, xg_pkg::PM4_SET_SHADER_CONSTANTS: begin
              run_index_q <= w0_q[14:0];
              state_q <= ST_RUN;
            end
            xg_pkg::PM4_LOAD_ALU_CONSTANT: begin
              run_load_q <= 1'b1;
              run_index_q <= constant_index;
              load_left_q <= w2_q[11:0];
              load_none_q <= w2_q[11:0] == 12'd0;
              state_q <= ST_RUN;
            end
            xg_pkg::PM4_VIZ_QUERY: if (w0_q[8]) begin
              reg_index_q <= w0_q[5] ? xg_pkg::REG_PA_SC_VIZ_QUERY_STATUS_1
                                     : xg_pkg::REG_PA_SC_VIZ_QUERY_STATUS_0;
              ret_q <= ST_VIZ;
              state_q <= ST_READ;
            end
            xg_pkg::PM4_SET_BIN_MASK:      bin_mask_q <= {w0_q, w1_q};
            xg_pkg::PM4_SET_BIN_SELECT:    bin_select_q <= {w0_q, w1_q};
            xg_pkg::PM4_SET_BIN_MASK_LO:   bin_mask_q[31:0] <= w0_q;
            xg_pkg::PM4_SET_BIN_MASK_HI:   bin_mask_q[63:32] <= w0_q;
            xg_pkg::PM4_SET_BIN_SELECT_LO: bin_select_q[31:0] <= w0_q;
            xg_pkg::PM4_SET_BIN_SELECT_HI: bin_select_q[63:32] <= w0_q;
            xg_pkg::PM4_XE_SWAP: begin
              eff_op_q <= xg_pkg::LINK_SWAP;
              eff_mem_q <= 1'b0;
              eff_nd_q <= 2'd2;
              eff_addr_q <= {3'd0, w1_q[28:0]};
              data_q <= w2_q;
              state_q <= ST_EFFECT;
            end
            xg_pkg::PM4_DRAW_INDX: begin
              reg_index_q <= xg_pkg::REG_VGT_DRAW_INITIATOR;
              data_q <= w1_q;
              ret_q <= (w1_q[7:6] == 2'd0) ? ST_DRAW_BASE : ST_DRAW_MODE;
              state_q <= ST_WRITE;
            end
            xg_pkg::PM4_DRAW_INDX_2: begin
              w1_q <= w0_q;  // initiator; base and size stay 0
              reg_index_q <= xg_pkg::REG_VGT_DRAW_INITIATOR;
              data_q <= w0_q;
              ret_q <= ST_DRAW_MODE;
              state_q <= ST_WRITE;
            end
            xg_pkg::PM4_IM_LOAD, xg_pkg::PM4_IM_LOAD_IMMEDIATE: begin
              w1_q <= 32'd0;  // no initiator; address and type as the base, start and size as the size
              w2_q <= w0_q;
              w3_q <= w1_q;
              inline_q <= has_inline ? left_q : 15'd0;
              sequence_q <= sequence_q + 32'd1;
              after_q <= ST_REWIND;
              state_q <= has_inline ? ST_TOUCH : ST_SKIP;
            end
            default: ;
          endcase
        end

        // ---- conditions ----
        ST_COND_READ: begin
          ret_q <= ST_COND;
          state_q <= ST_READ;
        end
        ST_COND: if (!landed_q) begin
          // The packet is passed before it parks, so that nothing of it is left to be fetched.
          ret_q <= ST_WAIT;
          data_q <= condition;
          if (!cond_true && opcode == xg_pkg::PM4_WAIT_REG_MEM) after_q <= ST_EFFECT;
          state_q <= (cond_true && opcode == xg_pkg::PM4_COND_WRITE) ? ST_COND_DO : ST_SKIP;
        end
        ST_WAIT: begin
          after_q <= ST_HEAD;
          if (wait_done_i) begin
            state_q <= (opcode == xg_pkg::PM4_COND_WRITE && wait_result_i) ? ST_COND_DO : ST_SKIP;
          end else if (waiting_reg_q && met_q) begin
            state_q <= ST_SKIP;
          end
        end
        ST_COND_DO: begin
          eff_op_q <= xg_pkg::LINK_MEM_PUSH;
          eff_mem_q <= 1'b1;
          eff_nd_q <= 2'd1;
          eff_addr_q <= {3'd0, w4_q[28:2], 2'd0};
          data_q <= w5_q;
          swap_q <= w4_q[1:0];
          reg_index_q <= w4_q[14:0];
          reg_raw_q <= 1'b0;
          ret_q <= ST_SKIP;
          state_q <= w0_q[8] ? ST_EFFECT : ST_WRITE;
        end

        // ---- REG_RMW: w1 becomes the and mask, w2 the or mask ----
        ST_RMW_AND: begin
          w1_q <= value_q;
          state_q <= ST_RMW_OR;
        end
        ST_RMW_OR: begin
          reg_index_q <= {2'd0, w2_q[12:0]};
          ret_q <= ST_RMW_OR2;
          state_q <= w0_q[30] ? ST_READ : ST_RMW_READ;
        end
        ST_RMW_OR2: begin
          w2_q <= value_q;
          state_q <= ST_RMW_READ;
        end
        ST_RMW_READ: begin
          reg_index_q <= {2'd0, w0_q[12:0]};
          ret_q <= ST_RMW_WRITE;
          state_q <= ST_READ;
        end
        ST_RMW_WRITE: begin
          data_q <= (value_q & w1_q) | w2_q;
          ret_q <= ST_SKIP;
          state_q <= ST_WRITE;
        end

        // ---- memory ----
        ST_REG2MEM: begin
          eff_addr_q <= {3'd0, w1_q[28:2], 2'd0};
          data_q <= value_q;
          swap_q <= w1_q[1:0];
          ret_q <= ST_SKIP;
          state_q <= ST_EFFECT;
        end
        ST_MEMWRITE: begin
          ret_q <= ST_MEMWRITE;
          data_q <= word_i;
          swap_q <= w0_q[1:0];
          if (left_none_q) state_q <= ST_HEAD;
          else if (word_valid_i) begin
            if (part_q != 3'd0) eff_addr_q[28:2] <= addr_on;
            part_q <= 3'd1;
            state_q <= ST_EFFECT;
          end
        end
        ST_EVENT: begin
          ret_q <= ST_SKIP;
          state_q <= ST_SKIP;
          if (opcode == xg_pkg::PM4_EVENT_WRITE_SHD) begin
            data_q <= w0_q[31] ? vblank_i : w2_q;
            swap_q <= w1_q[1:0];
            state_q <= ST_EFFECT;
          end else if (opcode == xg_pkg::PM4_EVENT_WRITE_EXT) begin
            if (part_q != 3'd0) eff_addr_q[28:2] <= addr_on;
            data_q <= ext_word;
            part_q <= part_q + 3'd1;
            if (part_q != 3'd2) ret_q <= ST_EVENT;
            state_q <= ST_EFFECT;
          end else if (opcode == xg_pkg::PM4_EVENT_WRITE_ZPD) begin
            reg_index_q <= xg_pkg::REG_RB_SAMPLE_COUNT_ADDR;
            ret_q <= ST_ZPD_ADDR;
            state_q <= ST_READ;
          end
        end
        // Eight totals: each kind has one for all pipes and a zero.
        ST_ZPD_ADDR: begin
          eff_addr_q <= {3'd0, value_q[28:2], 2'd0};
          state_q <= ST_ZPD;
        end
        ST_ZPD: begin
          if (part_q != 3'd0) eff_addr_q[28:2] <= addr_on;
          data_q <= total;
          part_q <= part_q + 3'd1;
          ret_q <= (part_q == 3'd7) ? ST_SKIP : ST_ZPD;
          state_q <= ST_EFFECT;
        end
        ST_VIZ: begin
          data_q <= value_q | (32'd1 << w0_q[4:0]);
          ret_q <= ST_SKIP;
          state_q <= ST_WRITE;
        end

        // ---- draws: w1 initiator, w2 DMA base, w3 DMA size ----
        ST_DRAW_BASE: begin
          reg_index_q <= xg_pkg::REG_VGT_DMA_BASE;
          data_q <= w2_q;
          ret_q <= ST_DRAW_SIZE;
          state_q <= ST_WRITE;
        end
        ST_DRAW_SIZE: begin
          reg_index_q <= xg_pkg::REG_VGT_DMA_SIZE;
          data_q <= w3_q;
          ret_q <= ST_DRAW_MODE;
          state_q <= ST_WRITE;
        end
        ST_DRAW_MODE: begin
          reg_index_q <= xg_pkg::REG_RB_MODECONTROL;
          ret_q <= ST_DRAW;
          state_q <= ST_READ;
        end
        ST_DRAW: begin
          inline_q <= is_draw_2 ? left_q : 15'd0;
          if (value_q[2:0] == 3'd6) state_q <= ST_COPY;
          else begin
            sequence_q <= sequence_q + 32'd1;
            after_q <= ST_REWIND;
            state_q <= is_draw_2 ? ST_TOUCH : ST_SKIP;
          end
        end
        ST_COPY: begin
          if (copy_done_i) state_q <= ST_SKIP;
        end

        // ---- delegation ----
        ST_TOUCH: if (left_none_q) state_q <= ST_REWIND;
        ST_REWIND: begin
          // Also waits until the number of changed registers is final; the host is held off here.
          left_q <= inline_q;
          left_none_q <= inline_q == 15'd0;
          eff_op_q <= xg_pkg::LINK_DELEGATE;
          eff_mem_q <= 1'b0;
          eff_nd_q <= 2'd3;
          eff_addr_q <= {1'b0, sequence_q[30:0]};
          data_q <= w1_q;
          eff_ns_q <= 16'd1 + {1'b0, inline_q} + {1'b0, dirty_count_i, 1'b0};
          dg_q <= DG_COUNT;
          dg_asked_q <= 1'b0;
          dg_have_q <= 1'b0;
          if (rewind) state_q <= ST_DELEGATE;
        end
        ST_DELEGATE: begin
          if (dg_q == DG_INDEX && req_valid_o && req_ready_i) dg_asked_q <= 1'b1;
          if (dg_asked_q && rsp_valid_i) begin
            dg_value_q <= rsp_rdata_i;
            dg_have_q <= 1'b1;
          end
          if (svalid_o && sready_i) begin
            case (dg_q)
              DG_COUNT: dg_q <= (inline_q != 15'd0) ? DG_WORDS : DG_INDEX;
              DG_WORDS: if (left_one_q) dg_q <= DG_INDEX;
              DG_INDEX: dg_q <= DG_VALUE;
              default: begin
                dg_q <= DG_INDEX;
                dg_asked_q <= 1'b0;
                dg_have_q <= 1'b0;
              end
            endcase
          end
          if (eff_ready_i) state_q <= ST_PARK;
        end
        ST_PARK: if (delegate_done_i) state_q <= ST_HEAD;

        // ---- going idle ----
        ST_REST: begin
          {eff_mem_q, eff_nd_q, eff_ns_q} <= '0;
          swap_q <= 2'd2;
          eff_stamp_q <= 1'b1;
          if (!due_q) state_q <= ST_IDLE;
          else if (rptr_wb_i != 27'd0) begin
            eff_op_q <= xg_pkg::LINK_MEM_PUSH;
            eff_mem_q <= 1'b1;
            eff_nd_q <= 2'd1;
            eff_addr_q <= {3'd0, rptr_wb_i, 2'd0};
            data_q <= {10'd0, rptr_i};
            ret_q <= ST_REST_RPTR;
            state_q <= ST_EFFECT;
          end else state_q <= ST_REST_RPTR;
        end
        ST_REST_RPTR: begin
          due_q <= 1'b0;
          {eff_mem_q, eff_nd_q, eff_ns_q} <= '0;
          eff_op_q <= xg_pkg::LINK_IDLE;
          eff_stamp_q <= 1'b1;
          eff_addr_q <= {10'd0, rptr_i};
          ret_q <= ST_IDLE;
          state_q <= ST_EFFECT;
        end
        default: state_q <= ST_IDLE;
      endcase
    end
  end
endmodule
