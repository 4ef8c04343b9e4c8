// Writes effects as link frames, one at a time, and the memory dword of those that have one.
//
// Three requesters: register file (first), copy engine, command processor. A request is taken when
// nothing is under way, with cost and packet of that moment; ready comes with the last word. The
// stream words of a frame come from the copy engine's or the command processor's stream; they must
// not wait for memory. A payload above LINK_MAX_WORDS is cut into frames; all but the last have
// bit 31 of the address set. An error goes out only when it is the first.
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
    input  logic        copy_svalid_i,
    output logic        copy_sready_o,
    input  logic [31:0] copy_sdata_i,
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
  localparam logic [2:0] ST_IDLE = 3'd0, ST_FORM = 3'd1, ST_MEM = 3'd2, ST_HEAD = 3'd3, ST_ADDR = 3'd4,
      ST_BODY = 3'd5;
  localparam logic [1:0] FROM_REGS = 2'd0, FROM_COPY = 2'd1, FROM_CP = 2'd2;
  // Places in the payload.
  localparam logic [2:0] AT_LOW = 3'd0, AT_HIGH = 3'd1, AT_PACKET = 3'd2, AT_D0 = 3'd3, AT_D1 = 3'd4,
      AT_D2 = 3'd5, AT_STREAM = 3'd6;
  localparam logic [15:0] MOST = xg_pkg::LINK_MAX_WORDS[15:0];

  logic [2:0] state_q, at_q, after;
  logic [1:0] from_q;
  logic [47:0] cost_q;
  logic [31:0] packet_q;
  logic [15:0] left_q, frame_q;  // payload words: of the effect, of this frame
  xg_effect_t eff;
  logic [15:0] words, chunk;
  logic more, is_error, first, done, svalid, move;
  logic [31:0] sdata, packet_word;

  always_comb begin
    case (from_q)
      FROM_REGS: eff = regs_i;
      FROM_COPY: eff = copy_i;
      default:   eff = cp_i;
    endcase
  end
  assign svalid = (from_q == FROM_COPY) ? copy_svalid_i : cp_svalid_i;
  assign sdata = (from_q == FROM_COPY) ? copy_sdata_i : cp_sdata_i;

  assign words = (eff.stamp ? 16'd3 : 16'd0) + {14'd0, eff.nd} + eff.ns;
  assign chunk = (left_q > MOST) ? MOST : left_q;
  assign more = left_q > MOST;
  assign is_error = eff.op == xg_pkg::LINK_ERROR;

  xg_cp_errors u_errors (
      .clk_i,
      .rst_i,
      .set_i   (state_q == ST_FORM && is_error),
      .bits_i  (eff.d0),
      .addr_i  (eff.addr),
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
      AT_PACKET: after = (eff.nd == 2'd0) ? AT_STREAM : AT_D0;
      AT_D0:     after = (eff.nd == 2'd1) ? AT_STREAM : AT_D1;
      AT_D1:     after = (eff.nd == 2'd2) ? AT_STREAM : AT_D2;
      default:   after = AT_STREAM;
    endcase
  end

  // ---- words of the frame ----
  assign packet_word = (eff.op == xg_pkg::LINK_MEM_PUSH) ? {eff.producer, packet_q[30:0]} : packet_q;
  always_comb begin
    eff_valid_o = 1'b0;
    eff_word_o = sdata;
    eff_last_o = 1'b0;
    case (state_q)
      ST_HEAD: begin
        eff_valid_o = 1'b1;
        eff_word_o = {eff.op, 8'd0, chunk};
      end
      ST_ADDR: begin
        eff_valid_o = 1'b1;
        eff_word_o = {eff.addr[31] | more, eff.addr[30:0]};
        eff_last_o = frame_q == 16'd0;
      end
      ST_BODY: begin
        eff_valid_o = (at_q == AT_STREAM) ? svalid : 1'b1;
        eff_last_o = frame_q == 16'd1;
        case (at_q)
          AT_LOW:    eff_word_o = cost_q[31:0];
          AT_HIGH:   eff_word_o = {16'd0, cost_q[47:32]};
          AT_PACKET: eff_word_o = packet_word;
          AT_D0:     eff_word_o = eff.d0;
          AT_D1:     eff_word_o = eff.d1;
          AT_D2:     eff_word_o = eff.d2;
          default:   eff_word_o = sdata;
        endcase
      end
      default: ;
    endcase
  end
  assign move = eff_valid_o && eff_ready_i;
  assign copy_sready_o = state_q == ST_BODY && at_q == AT_STREAM && from_q == FROM_COPY && eff_ready_i;
  assign cp_sready_o = state_q == ST_BODY && at_q == AT_STREAM && from_q == FROM_CP && eff_ready_i;

  // ---- the memory write before a frame ----
  assign mwr_valid_o = state_q == ST_MEM;
  assign mwr_addr_o = eff.addr[28:3];
  assign mwr_data_o = {eff.d0, eff.d0};
  assign mwr_strb_o = eff.addr[2] ? 8'hF0 : 8'h0F;
  assign mem_write_o = mwr_valid_o && mwr_ready_i;
  assign irq_o = done && eff.op == xg_pkg::LINK_IRQ;
  assign swap_o = done && eff.op == xg_pkg::LINK_SWAP;

  assign done = (state_q == ST_FORM && is_error && !first) || (move && eff_last_o && left_q == 16'd0) ||
                (move && state_q == ST_BODY && eff_last_o && left_q == 16'd1);
  assign wake_o = state_q != ST_IDLE || regs_valid_i || copy_valid_i || cp_valid_i || err_clear_i != 32'd0;
  assign regs_ready_o = done && from_q == FROM_REGS;
  assign copy_ready_o = done && from_q == FROM_COPY;
  assign cp_ready_o = done && from_q == FROM_CP;

  always_ff @(posedge clk_i) begin
    if (state_q == ST_IDLE) begin
      cost_q <= cost_i;
      packet_q <= packet_i;
      from_q <= regs_valid_i ? FROM_REGS : copy_valid_i ? FROM_COPY : FROM_CP;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= ST_IDLE;
      at_q <= AT_LOW;
      left_q <= '0;
      frame_q <= '0;
    end else begin
      case (state_q)
        ST_IDLE: if (regs_valid_i || copy_valid_i || cp_valid_i) state_q <= ST_FORM;
        ST_FORM: begin
          left_q <= words;
          at_q <= eff.stamp ? AT_LOW : (eff.nd != 2'd0) ? AT_D0 : AT_STREAM;
          state_q <= (is_error && !first) ? ST_IDLE : eff.mem ? ST_MEM : ST_HEAD;
        end
        ST_MEM: if (mwr_ready_i) state_q <= ST_HEAD;
        ST_HEAD: if (move) begin
          frame_q <= chunk;
          state_q <= ST_ADDR;
        end
        ST_ADDR: if (move) state_q <= (frame_q == 16'd0) ? ST_IDLE : ST_BODY;
        default: if (move) begin
          at_q <= after;
          left_q <= left_q - 16'd1;
          frame_q <= frame_q - 16'd1;
          if (frame_q == 16'd1) state_q <= (left_q == 16'd1) ? ST_IDLE : ST_HEAD;
        end
      endcase
    end
  end
endmodule
