// Writes effects as link frames, one at a time, and the memory dword of those that have one.
//
// Three requesters: register file (first), copy engine, command processor. A request is taken when
// nothing is under way, with cost and packet of that moment; ready comes in the cycle after the last word. The
// stream words of a frame come from the copy engine's or the command processor's stream; they must
// not wait for memory. A payload above LINK_MAX_WORDS is cut into frames; all but the last have
// bit 31 of the address set. An error goes out only when it is the first.
//
// The lines of a copy are not frames: each is taken at once (its eight beats are in memory), and their
// numbers go out in PAGE_DIRTY frames, LINK_DIRTY_LINES in one; the rest, fewer or none, after copy_end_i in
// one that is marked as the last. The host reads the lines from memory when it wants them.
`include "xg_types.svh"

module xg_cp_effects (
    input  logic        clk_i,
    output logic        wake_o,
    input  logic        rst_i,
    input  logic [47:0] cost_i,
    input  logic [31:0] packet_i,
    input  logic        regs_valid_i,
    output logic        regs_ready_o,
    input  xg_effect_t  regs_i,
    input  logic        copy_valid_i,
    output logic        copy_ready_o,
    input  xg_effect_t  copy_i,
    input  logic        copy_end_i,    // pulse: the copy has shown all its lines
    input  logic        cp_valid_i,
    output logic        cp_ready_o,
    input  xg_effect_t  cp_i,
    input  logic        cp_svalid_i,
    output logic        cp_sready_o,
    input  logic [31:0] cp_sdata_i,
    output logic        eff_valid_o,
    input  logic        eff_ready_i,
    output logic [31:0] eff_word_o,
    output logic        eff_last_o,
    output logic        mwr_valid_o,
    input  logic        mwr_ready_i,
    output logic [28:3] mwr_addr_o,
    output logic [63:0] mwr_data_o,
    output logic [7:0]  mwr_strb_o,
    output logic        mem_write_o,   // pulses for the counters
    output logic        irq_o,
    output logic        swap_o,
    input  logic [31:0] err_clear_i,
    output logic [31:0] err_bits_o,
    output logic [31:0] err_addr_o,
    output logic [31:0] err_packet_o
);
  localparam logic [2:0] ST_IDLE = 3'd0, ST_ERROR = 3'd1, ST_MEM = 3'd2, ST_HEAD = 3'd3, ST_ADDR = 3'd4,
      ST_BODY = 3'd5, ST_DONE = 3'd6, ST_LOOK = 3'd7;
  localparam logic [1:0] FROM_REGS = 2'd0, FROM_COPY = 2'd1, FROM_CP = 2'd2, FROM_LINES = 2'd3;
  // Places in the payload.
  localparam logic [2:0] AT_LOW = 3'd0, AT_HIGH = 3'd1, AT_PACKET = 3'd2, AT_D0 = 3'd3, AT_D1 = 3'd4,
      AT_D2 = 3'd5, AT_STREAM = 3'd6;
  localparam logic [5:0] DIRTY_LINES = xg_pkg::LINK_DIRTY_LINES[5:0];
  localparam logic [15:0] MOST = xg_pkg::LINK_MAX_WORDS[15:0];

  logic [2:0] state_q, at_q, after;
  logic [1:0] from, from_q;
  logic [47:0] cost_q;
  logic [31:0] packet_q;
  logic [15:0] left_q, frame_q;  // payload words: of the effect, of this frame
  xg_effect_t chosen;            // looked at
  /* verilator lint_off UNUSED */
  xg_effect_t eff_q;             // kept from then on; stamp, mem and ns are only looked at
  /* verilator lint_on UNUSED */
  logic [15:0] words, chunk;
  logic more, is_error, first, done, svalid, move;
  logic [31:0] sdata, packet_word;

  // ---- lines of copies ----
  logic is_line, line_take, line_room, line_valid, line_pop, lines_due, lines_last, lines_q, end_q, told;
  logic [5:0] line_level, line_count, count_q;
  logic [22:0] line;
  logic last_q;
  logic [47:0] lines_cost_q;
  logic [31:0] lines_packet_q;
  assign is_line = copy_i.op == xg_pkg::LINK_MEM_PUSH;
  assign line_take = copy_valid_i && is_line && line_room && !end_q;  // else of the next copy
  assign lines_due = end_q || line_level >= DIRTY_LINES;
  assign lines_last = end_q && line_level < DIRTY_LINES;
  assign line_count = (line_level < DIRTY_LINES) ? line_level : DIRTY_LINES;
  xg_fifo #(
      .W(23),
      .DEPTH_LOG2(5),
      .BLOCK(1)
  ) u_lines (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(line_take),
      .wr_ready_o(line_room),
      .wr_data_i (copy_i.addr[28:6]),
      .rd_valid_o(line_valid),
      .rd_ready_i(line_pop),
      .rd_data_o (line),
      .level_o   (line_level)
  );
  assign told = done && from_q == FROM_LINES && last_q;  // all of a copy
  always_ff @(posedge clk_i) begin
    if (line_take) begin
      lines_cost_q <= cost_i;
      lines_packet_q <= packet_i;
    end
    if (state_q == ST_IDLE) begin
      count_q <= line_count;
      last_q <= lines_last;
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      lines_q <= 1'b0;
      end_q <= 1'b0;
    end else begin
      if (line_take) lines_q <= 1'b1;
      else if (told) lines_q <= 1'b0;
      if (told) end_q <= 1'b0;
      else if (copy_end_i && lines_q) end_q <= 1'b1;
    end
  end

  // Chosen while idle, kept until the effect is out. Lines first: they come before all that is shown after
  // the end of their copy.
  assign from = lines_due ? FROM_LINES : regs_valid_i ? FROM_REGS :
                (copy_valid_i && !is_line) ? FROM_COPY : FROM_CP;
  always_comb begin
    case (from_q)
      FROM_REGS: chosen = regs_i;
      FROM_COPY: chosen = copy_i;
      FROM_CP:   chosen = cp_i;
      default:   chosen = {xg_pkg::LINK_PAGE_DIRTY, 31'd0, last_q, 1'b1, 1'b1, 1'b0, 2'd0, 10'd0, count_q, 96'd0};
    endcase
  end
  assign svalid = (from_q == FROM_LINES) ? line_valid : cp_svalid_i;
  assign sdata = (from_q == FROM_LINES) ? {9'd0, line} : cp_sdata_i;

  always_ff @(posedge clk_i) if (state_q == ST_LOOK) eff_q <= chosen;
  assign words = (chosen.stamp ? 16'd3 : 16'd0) + {14'd0, chosen.nd} + chosen.ns;
  assign chunk = (left_q > MOST) ? MOST : left_q;
  assign more = left_q > MOST;
  assign is_error = chosen.op == xg_pkg::LINK_ERROR;

  xg_cp_errors u_errors (
      .clk_i,
      .rst_i,
      .set_i   (state_q == ST_ERROR),
      .bits_i  (eff_q.d0),
      .addr_i  (eff_q.addr),
      .packet_i(packet_q),
      .clear_i (err_clear_i),
      .first_o (first),
      .bits_o  (err_bits_o),
      .addr_o  (err_addr_o),
      .packet_o(err_packet_o)
  );

  // ---- the place after at_q ----
  always_comb begin
    case (at_q)
      AT_LOW:    after = AT_HIGH;
      AT_HIGH:   after = AT_PACKET;
      AT_PACKET: after = (eff_q.nd == 2'd0) ? AT_STREAM : AT_D0;
      AT_D0:     after = (eff_q.nd == 2'd1) ? AT_STREAM : AT_D1;
      AT_D1:     after = (eff_q.nd == 2'd2) ? AT_STREAM : AT_D2;
      default:   after = AT_STREAM;
    endcase
  end

  // ---- words of the frame ----
  assign packet_word = (eff_q.op == xg_pkg::LINK_MEM_PUSH) ? {eff_q.producer, packet_q[30:0]} : packet_q;
  always_comb begin
    eff_valid_o = 1'b0;
    eff_word_o = sdata;
    eff_last_o = 1'b0;
    case (state_q)
      ST_HEAD: begin
        eff_valid_o = 1'b1;
        eff_word_o = {eff_q.op, 8'd0, chunk};
      end
      ST_ADDR: begin
        eff_valid_o = 1'b1;
        eff_word_o = {eff_q.addr[31] | more, eff_q.addr[30:0]};
        eff_last_o = frame_q == 16'd0;
      end
      ST_BODY: begin
        eff_valid_o = (at_q == AT_STREAM) ? svalid : 1'b1;
        eff_last_o = frame_q == 16'd1;
        case (at_q)
          AT_LOW:    eff_word_o = cost_q[31:0];
          AT_HIGH:   eff_word_o = {16'd0, cost_q[47:32]};
          AT_PACKET: eff_word_o = packet_word;
          AT_D0:     eff_word_o = eff_q.d0;
          AT_D1:     eff_word_o = eff_q.d1;
          AT_D2:     eff_word_o = eff_q.d2;
          default:   eff_word_o = sdata;
        endcase
      end
      default: ;
    endcase
  end
  assign move = eff_valid_o && eff_ready_i;
  assign line_pop = state_q == ST_BODY && at_q == AT_STREAM && from_q == FROM_LINES && eff_ready_i;
  assign cp_sready_o = state_q == ST_BODY && at_q == AT_STREAM && from_q == FROM_CP && eff_ready_i;

  // ---- the memory write before a frame ----
  assign mwr_valid_o = state_q == ST_MEM;
  assign mwr_addr_o = eff_q.addr[28:3];
  assign mwr_data_o = {eff_q.d0, eff_q.d0};
  assign mwr_strb_o = eff_q.addr[2] ? 8'hF0 : 8'h0F;
  assign mem_write_o = mwr_valid_o && mwr_ready_i;
  assign irq_o = done && eff_q.op == xg_pkg::LINK_IRQ;
  assign swap_o = done && eff_q.op == xg_pkg::LINK_SWAP;

  // Who asked hears of it in a cycle of its own: what moved the last word is far from what comes of it.
  assign done = state_q == ST_DONE;
  assign wake_o = state_q != ST_IDLE || regs_valid_i || copy_valid_i || cp_valid_i || lines_due || copy_end_i ||
                  err_clear_i != 32'd0;
  assign regs_ready_o = done && from_q == FROM_REGS;
  assign copy_ready_o = line_take || (done && from_q == FROM_COPY);
  assign cp_ready_o = done && from_q == FROM_CP;

  always_ff @(posedge clk_i) begin
    if (state_q == ST_IDLE) begin
      cost_q <= lines_due ? lines_cost_q : cost_i;
      packet_q <= lines_due ? lines_packet_q : packet_i;
      from_q <= from;
    end else if (done) from_q <= FROM_LINES;  // the least to show while nothing is
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= ST_IDLE;
      at_q <= AT_LOW;
      left_q <= '0;
      frame_q <= '0;
    end else begin
      case (state_q)
        ST_IDLE: if (lines_due || regs_valid_i || (copy_valid_i && !is_line) || cp_valid_i) state_q <= ST_LOOK;
        ST_LOOK: begin
          left_q <= words;
          at_q <= chosen.stamp ? AT_LOW : (chosen.nd != 2'd0) ? AT_D0 : AT_STREAM;
          state_q <= is_error ? ST_ERROR : chosen.mem ? ST_MEM : ST_HEAD;
        end
        ST_ERROR: state_q <= first ? ST_HEAD : ST_DONE;
        ST_MEM: if (mwr_ready_i) state_q <= ST_HEAD;
        ST_HEAD: if (move) begin
          frame_q <= chunk;
          state_q <= ST_ADDR;
        end
        ST_ADDR: if (move) state_q <= (frame_q == 16'd0) ? ST_DONE : ST_BODY;
        ST_DONE: state_q <= ST_IDLE;
        default: if (move) begin
          at_q <= after;
          left_q <= left_q - 16'd1;
          frame_q <= frame_q - 16'd1;
          if (frame_q == 16'd1) state_q <= (left_q == 16'd1) ? ST_DONE : ST_HEAD;
        end
      endcase
    end
  end
endmodule
