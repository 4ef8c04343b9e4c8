// Executes the frames of the host one after the other, in order, and gives the answers.
//
// Every frame has taken effect before the next one starts: memory writes are accepted by the
// board memory, registers are written, tiles are moved, a reset is complete. That is all FENCE
// needs. A frame with an unknown operation, a wrong payload length or an address out of range
// has no effect and is answered by REFUSED with its own tag.
//
// The host keeps tile frames and the register window for times when the core is idle or parked
// (docs/link.md): only these two wait for the core, nothing else here does.
module xg_link_exec #(
    parameter int FRAMES = 8192  // of 64 KiB: what MEM_* may touch
) (
    input  logic        clk_i,
    output logic        wake_o,
    input  logic        rst_i,
    // frames from the receiver, answers to the transmitter
    input  logic        in_valid_i,
    output logic        in_ready_o,
    input  logic [31:0] in_data_i,
    output logic        in_first_o,    // the word that is taken is the first of a frame
    output logic        out_valid_o,
    input  logic        out_ready_i,
    output logic [31:0] out_data_o,
    output logic        out_last_o,
    output logic        tx_restart_o,
    // configuration registers: done comes with the data of a read
    output logic        csr_valid_o,
    output logic        csr_we_o,
    output logic [17:2] csr_addr_o,
    output logic [31:0] csr_wdata_o,
    input  logic        csr_done_i,
    input  logic [31:0] csr_rdata_i,
    input  logic        csr_reset_i,  // pulse: CTRL asks for a soft reset
    input  logic [31:0] caps_i,
    // board memory
    output logic        mrd_valid_o,
    input  logic        mrd_ready_i,
    output logic [28:3] mrd_addr_o,
    output logic [3:0]  mrd_beats_o,
    input  logic        mrd_rvalid_i,
    input  logic [63:0] mrd_rdata_i,
    output logic        mwr_valid_o,
    input  logic        mwr_ready_i,
    output logic [28:3] mwr_addr_o,
    output logic [63:0] mwr_data_o,
    output logic [7:0]  mwr_strb_o,
    // page table
    output logic        map_valid_o,
    output logic [12:0] map_page_o,
    output logic        map_resident_o,
    output logic [12:0] map_frame_o,
    // core
    output logic        wait_done_o,
    output logic        wait_result_o,
    output logic        delegate_done_o,
    output logic        tile_valid_o,
    input  logic        tile_ready_i,
    output logic        tile_we_o,
    output logic [10:0] tile_o,
    output logic        tile_wvalid_o,
    input  logic        tile_wready_i,
    output logic [31:0] tile_wdata_o,
    input  logic        tile_rvalid_i,
    output logic        tile_rready_o,
    input  logic [31:0] tile_rdata_i,
    // soft reset of everything behind the link: a pulse, then resetting_o until all is drained
    output logic        soft_reset_o,
    output logic        resetting_o,
    input  logic        reset_busy_i
);
  localparam logic [4:0] ST_W0 = 5'd0, ST_W1 = 5'd1, ST_ARG0 = 5'd2, ST_ARG1 = 5'd3, ST_RUN = 5'd4,
      ST_DROP = 5'd5, ST_RESP0 = 5'd6, ST_RESP1 = 5'd7, ST_RESP_A = 5'd8, ST_RESP_B = 5'd9,
      ST_CSR_WR = 5'd10, ST_CSR_RD = 5'd11, ST_CSR_PUT = 5'd12, ST_MEM_WR = 5'd13,
      ST_MEM_RD = 5'd14, ST_MEM_PUT = 5'd15, ST_FILL = 5'd16, ST_TILE = 5'd17, ST_TILE_WR = 5'd18,
      ST_TILE_RD = 5'd19, ST_RESET = 5'd20, ST_RESET_WAIT = 5'd21, ST_CHECK = 5'd22, ST_RESP_C = 5'd23, ST_ACT = 5'd24;
  localparam logic [15:0] TILE_WORDS = 16'd1280;
  localparam logic [15:0] MAX_WORDS = xg_pkg::LINK_MAX_WORDS[15:0];

  logic [4:0] state_q;
  logic [7:0] op_q, tag_q, nak_q;
  logic [15:0] left_q;    // payload words not taken yet
  logic [31:0] addr_q, first_q, arg0_q, arg1_q;
  logic [31:0] count_q;  // words still to answer, to fill or to move
  logic have_low_q, reset_wanted_q;
  logic [31:0] low_q;             // the lower word of a beat; or a word of an answer, have_low_q
  logic [3:0] beats_q;   // beats asked for and not used up
  logic [7:0] resp_op;
  logic [15:0] resp_words;
  logic [63:0] line_data;
  logic line_valid, line_pop;
  logic known, length_ok, take, put;

  assign wake_o = in_valid_i || state_q != ST_W0;
  assign in_first_o = state_q == ST_W0;

  // ---- what each operation must look like -------------------------------------------------
  // {operation known, length right}
  function automatic logic [1:0] frame_shape(input logic [7:0] op, input logic [15:0] n);
    logic ok, there;
    there = 1'b1;
    case (op)
      xg_pkg::LINK_CSR_WR, xg_pkg::LINK_MEM_WR: ok = n != 16'd0;
      xg_pkg::LINK_CSR_RD, xg_pkg::LINK_MEM_RD, xg_pkg::LINK_MAP_PAGE:
      ok = n == 16'd1;
      xg_pkg::LINK_MEM_FILL, xg_pkg::LINK_HELLO: ok = n == 16'd2;
      xg_pkg::LINK_TILE_WR: ok = n == TILE_WORDS;
      xg_pkg::LINK_FENCE, xg_pkg::LINK_TILE_RD, xg_pkg::LINK_DELEGATE_DONE, xg_pkg::LINK_RESET,
      xg_pkg::LINK_WAIT_DONE:
      ok = n == 16'd0;
      default: begin
        there = 1'b0;
        ok = 1'b0;
      end
    endcase
    frame_shape = {there, ok};
  endfunction

  assign {known, length_ok} = frame_shape(op_q, left_q);

  // Range [addr, addr + 4 * words) against a limit, and counts.
  function automatic logic args_fit(input logic [7:0] op, input logic [31:0] addr,
                                    input logic [15:0] left, input logic [31:0] arg0);
    logic [33:0] range_end;
    logic csr_range, mem_range, count;
    range_end = {2'd0, addr} + ((op == xg_pkg::LINK_CSR_WR || op == xg_pkg::LINK_MEM_WR) ?
                                {16'd0, left, 2'd0} : {arg0, 2'd0});
    csr_range = addr[1:0] == 2'd0 && range_end <= 34'h40000;
    mem_range = addr[1:0] == 2'd0 && range_end <= {4'd0, FRAMES[13:0], 16'd0};
    count = arg0 != 32'd0 && arg0 <= {16'd0, MAX_WORDS};
    case (op)
      xg_pkg::LINK_CSR_WR: args_fit = csr_range;
      xg_pkg::LINK_CSR_RD: args_fit = csr_range && count;
      xg_pkg::LINK_MEM_WR, xg_pkg::LINK_MEM_FILL: args_fit = mem_range;
      xg_pkg::LINK_MEM_RD: args_fit = mem_range && count;
      xg_pkg::LINK_MAP_PAGE: args_fit = addr[31:29] == 3'd0 && addr[15:0] == 16'd0 &&
                                  arg0[31:16] < FRAMES[15:0];
      xg_pkg::LINK_TILE_WR, xg_pkg::LINK_TILE_RD: args_fit = addr[31:11] == 21'd0;
      default: args_fit = 1'b1;
    endcase
  endfunction

  // ---- answers ----------------------------------------------------------------------------
  // {operation, payload words} of the answer.
  function automatic logic [23:0] response(input logic [7:0] nak, input logic [7:0] op,
                                           input logic [15:0] count);
    if (nak != 8'd0) response = {xg_pkg::LINK_REFUSED, 16'd1};
    else begin
      case (op)
        xg_pkg::LINK_HELLO: response = {xg_pkg::LINK_HELLO_ACK, 16'd3};
        xg_pkg::LINK_CSR_RD: response = {xg_pkg::LINK_CSR_DATA, count};
        xg_pkg::LINK_MEM_RD: response = {xg_pkg::LINK_MEM_DATA, count};
        xg_pkg::LINK_TILE_RD: response = {xg_pkg::LINK_TILE_DATA, TILE_WORDS};
        default: response = {xg_pkg::LINK_FENCE_ACK, 16'd0};
      endcase
    end
  endfunction

  always @(*) begin
    out_data_o = 32'd0;
    out_valid_o = 1'b0;
    out_last_o = count_q == 32'd1;
    resp_op = 8'd0;
    resp_words = 16'd0;
    case (state_q)
      ST_RESP0: begin
        out_valid_o = 1'b1;
        out_last_o = 1'b0;
        {resp_op, resp_words} = response(nak_q, op_q, arg0_q[15:0]);
        out_data_o = {resp_op, 8'd0, resp_words};
      end
      ST_RESP1: begin
        out_valid_o = 1'b1;
        {resp_op, resp_words} = response(nak_q, op_q, arg0_q[15:0]);
        out_last_o = resp_words == 16'd0;
        out_data_o = (nak_q != 8'd0) ? {24'd0, tag_q} :
                     (op_q == xg_pkg::LINK_HELLO) ? xg_pkg::LINK_VERSION : first_q;
      end
      ST_RESP_A: begin
        out_valid_o = 1'b1;
        out_last_o = nak_q != 8'd0;
        out_data_o = (nak_q != 8'd0) ? {24'd0, nak_q} : caps_i;
      end
      ST_RESP_B: begin
        out_valid_o = 1'b1;
        out_last_o = 1'b0;
        out_data_o = xg_pkg::LINK_MAX_WORDS;
      end
      ST_RESP_C: begin
        out_valid_o = 1'b1;
        out_last_o = 1'b1;
        out_data_o = arg1_q;
      end
      ST_CSR_PUT: begin
        out_valid_o = 1'b1;
        out_data_o = low_q;
      end
      ST_TILE_RD: begin
        out_valid_o = have_low_q;
        out_data_o = low_q;
      end
      ST_MEM_PUT: begin
        out_valid_o = line_valid;
        out_data_o = addr_q[2] ? line_data[63:32] : line_data[31:0];
      end
      default: out_data_o = 32'd0;
    endcase
  end
  assign put = out_valid_o && out_ready_i;

  // ---- towards memory ---------------------------------------------------------------------
  logic last_write, write_now, left_one_q;  // left_q is 1
  assign last_write = (state_q == ST_FILL) ? count_q == 32'd1 : left_one_q;
  // A beat is complete with its high word, or with the last word there is.
  assign write_now = addr_q[2] || last_write || (state_q == ST_FILL);
  assign mwr_valid_o = write_now && ((state_q == ST_MEM_WR && in_valid_i) || state_q == ST_FILL);
  assign mwr_addr_o = addr_q[28:3];
  always @(*) begin
    if (state_q == ST_FILL) begin
      mwr_data_o = {arg1_q, arg1_q};
      mwr_strb_o = addr_q[2] ? 8'hF0 : last_write ? 8'h0F : 8'hFF;
    end else begin
      mwr_data_o = addr_q[2] ? {in_data_i, low_q} : {32'd0, in_data_i};
      mwr_strb_o = addr_q[2] ? {4'hF, {4{have_low_q}}} : 8'h0F;
    end
  end

  logic [3:0] to_line_end;
  logic [31:0] beats_left;
  always @(*) begin
    to_line_end = 4'd8 - {1'b0, addr_q[5:3]};
    beats_left = 32'd0;
    mrd_beats_o = 4'd0;
    if (state_q == ST_MEM_RD) begin
      beats_left = (count_q + {31'd0, addr_q[2]} + 32'd1) >> 1;
      mrd_beats_o = (beats_left < {28'd0, to_line_end}) ? beats_left[3:0] : to_line_end;
    end
  end
  assign mrd_addr_o = addr_q[28:3];
  assign mrd_valid_o = state_q == ST_MEM_RD;

  assign line_pop = state_q == ST_MEM_PUT && put && (addr_q[2] || count_q == 32'd1);
  xg_fifo #(
      .W(64),
      .DEPTH_LOG2(3),
      .BLOCK(1)
  ) u_line (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(mrd_rvalid_i),
      .wr_ready_o(),
      .wr_data_i (mrd_rdata_i),
      .rd_valid_o(line_valid),
      .rd_ready_i(line_pop),
      .rd_data_o (line_data),
      .level_o   ()
  );

  // ---- towards registers, page table and core -----------------------------------------------
  assign csr_valid_o = (state_q == ST_CSR_WR && in_valid_i) || state_q == ST_CSR_RD;
  assign csr_we_o = state_q == ST_CSR_WR;
  assign csr_addr_o = addr_q[17:2];
  assign csr_wdata_o = in_data_i;

  logic args_ok_q, run, is_map_q, is_wait_q, is_delegate_q, is_hello_q, is_tile_q;
  assign run = state_q == ST_RUN && nak_q == 8'd0 && args_ok_q;
  // What is done in ST_ACT, and that a tile is asked for, stands in registers: far parts hang on it.
  logic act, act_map_q, act_wait_q, act_delegate_q, act_hello_q, tile_valid_q;
  assign act = run && !rst_i;
  always_ff @(posedge clk_i) begin
    act_map_q <= act && is_map_q;
    act_wait_q <= act && is_wait_q;
    act_delegate_q <= act && is_delegate_q;
    act_hello_q <= act && is_hello_q;
    tile_valid_q <= (act && is_tile_q) || (tile_valid_q && !tile_ready_i && !rst_i);
  end
  assign map_valid_o = act_map_q;
  assign map_page_o = addr_q[28:16];
  assign map_resident_o = arg0_q[0];
  assign map_frame_o = arg0_q[28:16];
  assign wait_done_o = act_wait_q;
  assign wait_result_o = addr_q[0];
  assign delegate_done_o = act_delegate_q;
  assign tx_restart_o = act_hello_q;
  assign soft_reset_o = state_q == ST_RESET;
  assign resetting_o = state_q == ST_RESET || state_q == ST_RESET_WAIT;

  assign tile_valid_o = tile_valid_q;
  assign tile_we_o = op_q == xg_pkg::LINK_TILE_WR;
  assign tile_o = addr_q[10:0];
  assign tile_wvalid_o = state_q == ST_TILE_WR && in_valid_i;
  assign tile_wdata_o = in_data_i;
  // A word of a tile stands here for a cycle: so what the eDRAM says ends here.
  assign tile_rready_o = state_q == ST_TILE_RD && (!have_low_q || out_ready_i);

  // ---- words of the frame -------------------------------------------------------------------
  always @(*) begin
    case (state_q)
      ST_W0, ST_W1, ST_ARG0, ST_ARG1: in_ready_o = 1'b1;
      ST_DROP: in_ready_o = left_q != 16'd0;
      ST_CSR_WR: in_ready_o = csr_done_i;
      ST_MEM_WR: in_ready_o = !write_now || mwr_ready_i;
      ST_TILE_WR: in_ready_o = tile_wready_i;
      default: in_ready_o = 1'b0;
    endcase
  end
  assign take = in_valid_i && in_ready_o;

  always_ff @(posedge clk_i) begin
    // left_q as it will be; a frame's number comes with its first word.
    left_one_q <= (take && state_q != ST_W0 && state_q != ST_W1) ? left_q == 16'd2 : left_q == 16'd1;
    if (state_q == ST_W0 && take) begin
      op_q <= in_data_i[31:24];
      tag_q <= in_data_i[23:16];
    end
    if (state_q == ST_W1 && take) first_q <= in_data_i;
    if (state_q == ST_ARG0 && take) arg0_q <= in_data_i;
    if (state_q == ST_ARG1 && take) arg1_q <= in_data_i;
    if (state_q == ST_CHECK) begin
      args_ok_q <= args_fit(op_q, addr_q, left_q, arg0_q);
      is_map_q <= op_q == xg_pkg::LINK_MAP_PAGE;
      is_wait_q <= op_q == xg_pkg::LINK_WAIT_DONE;
      is_delegate_q <= op_q == xg_pkg::LINK_DELEGATE_DONE;
      is_hello_q <= op_q == xg_pkg::LINK_HELLO;
      is_tile_q <= op_q == xg_pkg::LINK_TILE_WR || op_q == xg_pkg::LINK_TILE_RD;
    end
    if (state_q == ST_MEM_WR && take) low_q <= in_data_i;
    else if (tile_rready_o && tile_rvalid_i) low_q <= tile_rdata_i;
    else if (state_q == ST_CSR_RD && csr_done_i) low_q <= csr_rdata_i;
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= ST_W0;
      nak_q <= 8'd0;
      left_q <= 16'd0;
      addr_q <= 32'd0;
      count_q <= 32'd0;
      have_low_q <= 1'b0;
      beats_q <= 4'd0;
      reset_wanted_q <= 1'b0;
    end else begin
      if (take && state_q != ST_W0 && state_q != ST_W1) left_q <= left_q - 16'd1;
      case (state_q)
        ST_W0: begin
          nak_q <= 8'd0;
          have_low_q <= 1'b0;
          if (take) begin
            state_q <= ST_W1;
            left_q <= in_data_i[15:0];
          end
        end
        ST_W1:
        if (take) begin
          addr_q <= in_data_i;
          state_q <= ST_CHECK;
          if (!known) nak_q <= xg_pkg::LINK_NAK_OPCODE[7:0];
          else if (!length_ok) nak_q <= xg_pkg::LINK_NAK_ARGUMENT[7:0];
          else if (left_q == 16'd1 || left_q == 16'd2) begin
            if (op_q != xg_pkg::LINK_CSR_WR && op_q != xg_pkg::LINK_MEM_WR) state_q <= ST_ARG0;
          end
        end
        ST_ARG0: if (take) state_q <= (left_q == 16'd1) ? ST_CHECK : ST_ARG1;
        ST_ARG1: if (take) state_q <= ST_CHECK;
        ST_CHECK: state_q <= ST_RUN;
        ST_RUN: begin
          count_q <= arg0_q;
          if (!run) begin
            state_q <= ST_DROP;
            if (nak_q == 8'd0) nak_q <= xg_pkg::LINK_NAK_ARGUMENT[7:0];
          end else begin
            case (op_q)
              xg_pkg::LINK_CSR_WR: state_q <= ST_CSR_WR;
              xg_pkg::LINK_MEM_WR: state_q <= ST_MEM_WR;
              xg_pkg::LINK_MEM_FILL: state_q <= (arg0_q != 32'd0) ? ST_FILL : ST_W0;
              xg_pkg::LINK_TILE_WR, xg_pkg::LINK_TILE_RD: begin
                state_q <= ST_TILE;
                count_q <= {16'd0, TILE_WORDS};
              end
              xg_pkg::LINK_RESET: state_q <= ST_RESET;
              xg_pkg::LINK_CSR_RD, xg_pkg::LINK_MEM_RD, xg_pkg::LINK_FENCE: state_q <= ST_RESP0;
              default: state_q <= ST_ACT;
            endcase
          end
        end
        ST_ACT: state_q <= is_hello_q ? ST_RESP0 : ST_W0;
        ST_DROP: if (left_q == 16'd0) state_q <= ST_RESP0;
        ST_RESP0: if (put) state_q <= ST_RESP1;
        ST_RESP1:
        if (put) begin
          if (nak_q != 8'd0) state_q <= ST_RESP_A;
          else begin
            case (op_q)
              xg_pkg::LINK_HELLO: state_q <= ST_RESP_A;
              xg_pkg::LINK_CSR_RD: state_q <= ST_CSR_RD;
              xg_pkg::LINK_MEM_RD: state_q <= ST_MEM_RD;
              xg_pkg::LINK_TILE_RD: state_q <= ST_TILE_RD;
              default: state_q <= ST_W0;
            endcase
          end
        end
        ST_RESP_A: if (put) state_q <= (nak_q != 8'd0) ? ST_W0 : ST_RESP_B;
        ST_RESP_B: if (put) state_q <= ST_RESP_C;
        ST_RESP_C: if (put) state_q <= ST_W0;
        ST_CSR_WR:
        if (take) begin
          addr_q <= addr_q + 32'd4;
          if (left_q == 16'd1) state_q <= (reset_wanted_q || csr_reset_i) ? ST_RESET : ST_W0;
        end
        ST_CSR_RD: if (csr_done_i) state_q <= ST_CSR_PUT;
        ST_CSR_PUT:
        if (put) begin
          addr_q <= addr_q + 32'd4;
          count_q <= count_q - 32'd1;
          state_q <= (count_q == 32'd1) ? ST_W0 : ST_CSR_RD;
        end
        ST_MEM_WR:
        if (take) begin
          addr_q <= addr_q + 32'd4;
          have_low_q <= !addr_q[2];
          if (left_q == 16'd1) state_q <= ST_W0;
        end
        ST_MEM_RD:
        if (mrd_ready_i) begin
          beats_q <= mrd_beats_o;
          state_q <= ST_MEM_PUT;
        end
        ST_MEM_PUT:
        if (put) begin
          addr_q <= addr_q + 32'd4;
          count_q <= count_q - 32'd1;
          if (line_pop) begin
            beats_q <= beats_q - 4'd1;
            if (beats_q == 4'd1) state_q <= (count_q == 32'd1) ? ST_W0 : ST_MEM_RD;
          end
        end
        ST_FILL:
        if (mwr_ready_i) begin
          if (addr_q[2] || last_write) begin
            addr_q <= addr_q + 32'd4;
            count_q <= count_q - 32'd1;
            if (last_write) state_q <= ST_W0;
          end else begin
            addr_q <= addr_q + 32'd8;
            count_q <= count_q - 32'd2;
            if (count_q == 32'd2) state_q <= ST_W0;
          end
        end
        ST_TILE:
        if (tile_ready_i) state_q <= (op_q == xg_pkg::LINK_TILE_WR) ? ST_TILE_WR : ST_RESP0;
        ST_TILE_WR: if (take && left_q == 16'd1) state_q <= ST_W0;
        ST_TILE_RD: begin
          have_low_q <= (tile_rvalid_i && tile_rready_o) || (have_low_q && !put);
          if (put) begin
            count_q <= count_q - 32'd1;
            if (count_q == 32'd1) state_q <= ST_W0;
          end
        end
        ST_RESET: state_q <= ST_RESET_WAIT;
        ST_RESET_WAIT: if (!reset_busy_i) state_q <= ST_W0;
        default: state_q <= ST_W0;
      endcase
      if (state_q == ST_RESET) reset_wanted_q <= 1'b0;
      else if (csr_reset_i) reset_wanted_q <= 1'b1;
    end
  end
endmodule
