// The copy engine: a draw with RB_MODECONTROL 6 (docs/device.md, "Copy"), one after another.
//
// start_i takes header_i; done_o pulses when everything is in memory, in eDRAM and told to the
// host. Steps: read the registers it needs; read and convert the vertices; cut the rectangle;
// decide what can be done and add its cost (cost_*); report an error; copy; clear.
`include "xg_types.svh"

module xg_copy (
    input  logic        clk_i,
    output logic        wake_o,
    input  logic        clk_walk_i,     // of what works while blocks are copied or cleared
    output logic        wake_walk_o,
    input  logic        clk_line_i,     // of what is on its way to memory
    output logic        wake_line_o,
    input  logic        clk_lane_i,     // of arithmetic
    output logic        wake_lane_o,
    input  logic        rst_i,
    input  logic        start_i,
    input  logic [31:0] header_i,       // bus address of the packet
    output logic        done_o,
    output logic        busy_o,
    output logic        cost_o,
    output logic [31:0] cost_add_o,
    // registers
    output logic        req_valid_o,
    input  logic        req_ready_i,
    output logic [14:0] req_index_o,
    input  logic        rsp_valid_i,
    input  logic [31:0] rsp_rdata_i,
    // vertices
    output logic        load_start_o,
    output logic        load_flush_o,
    output logic [28:2] load_addr_o,
    output logic [2:0]  load_count_o,
    input  logic        load_valid_i,
    output logic        load_ready_o,
    input  logic [31:0] load_word_i,
    // eDRAM
    output logic        blk_valid_o,
    input  logic        blk_ready_i,
    output logic        blk_we_o,
    output logic [10:0] blk_tile_o,
    output logic [9:0]  blk_word_o,
    output logic [63:0] blk_data_o,
    input  logic        blk_rvalid_i,
    input  logic [63:0] blk_rdata_i,
    input  logic        treq_valid_i,
    output logic        treq_ready_o,
    input  logic [10:0] treq_tile_i,
    // memory and effects
    output logic        mwr_valid_o,
    input  logic        mwr_ready_i,
    output logic [28:3] mwr_addr_o,
    output logic [63:0] mwr_data_o,
    output logic        eff_valid_o,
    input  logic        eff_ready_i,
    output xg_effect_t  eff_o,
    // counters
    output logic        perf_resolve_o,
    output logic        perf_clear_o,
    output logic        perf_line_o
);
  // Error bits of enum xg_gpu_error_bit (host/gpu/device.h).
  localparam logic [31:0] ERR_COPY = 32'h20, ERR_COPY_VERTEX = 32'h40;
  localparam logic [1:0] CMD_CONSTANT = 2'd2, CMD_NULL = 2'd3;

  localparam logic [4:0]
      ST_IDLE   = 5'd0,
      ST_ASK    = 5'd1,    // registers, one by one
      ST_ANSWER = 5'd2,
      ST_CHECK  = 5'd3,    // of the fetch constant
      ST_VERTEX = 5'd4,
      ST_FIXED  = 5'd5,
      ST_AXES   = 5'd6,
      ST_CUT    = 5'd7,
      ST_RECT   = 5'd8,
      ST_MULT   = 5'd9,    // products, one by one: blocks, then those of each walk
      ST_COST   = 5'd10,   // copy, colour, depth
      ST_PLAN   = 5'd11,
      ST_ERROR  = 5'd12,
      ST_COPY   = 5'd13,
      ST_COLOR  = 5'd14,
      ST_DEPTH  = 5'd15,
      ST_GO     = 5'd16,
      ST_WALK   = 5'd17,
      ST_DRAIN  = 5'd18,
      ST_DONE   = 5'd19;

  // Registers, in the order they are read.
  localparam logic [4:0] RD_CONTROL = 5'd0, RD_FETCH0 = 5'd1, RD_FETCH1 = 5'd2, RD_VTX = 5'd3,
      RD_MODE = 5'd4, RD_OFFSET = 5'd5, RD_WINDOW_TL = 5'd6, RD_WINDOW_BR = 5'd7,
      RD_SCREEN_TL = 5'd8, RD_SCREEN_BR = 5'd9, RD_SURFACE = 5'd10, RD_COLOR = 5'd11,
      RD_DEPTH = 5'd12, RD_BASE = 5'd13, RD_PITCH = 5'd14, RD_INFO = 5'd15, RD_DEPTH_VALUE = 5'd16,
      RD_COLOR_VALUE = 5'd17, RD_COLOR_LOW = 5'd18;
  // Products: blocks; tiles a row; column of x0 / 80; tile row of y0; macro row of y0.
  localparam logic [2:0] PR_BLOCKS = 3'd0, PR_PITCH = 3'd1, PR_COLUMN = 3'd2, PR_TILES = 3'd3, PR_MACRO = 3'd4;

  logic [4:0] state_q, next_q, reg_q;
  logic [31:0] header_q;

  // ---- what the registers say ----
  logic [2:0] source_q, select_q;
  logic clear_color_q, clear_depth_q;
  logic [1:0] command_q;
  logic [31:0] fetch0_q;
  logic [25:0] fetch1_q;
  logic pixel_center_q, move_vertices_q, fixed_scissor_q;
  logic [13:0] pitch_q, dest_pitch_q, dest_height_q;
  logic [1:0] samples_q;          // log2; 3 is none
  logic volume_q, red_blue_q, float_q;
  logic [2:0] slice_q, number_q;
  logic [5:0] bias_q;
  logic [10:0] color_base_q, depth_base_q;
  logic [3:0] format_q;
  logic [28:6] dest_q;
  logic [2:0] endian_q;
  logic [5:0] dest_format_q;
  logic [31:0] depth_value_q, color_value_q, color_low_q;

  // ---- vertices ----
  logic [2:0] coord_q;            // x0 y0 x1 y1 x2 y2
  logic fixed_start, fixed_done, fixed_nan;
  logic signed [24:0] fixed;

  // ---- rectangle ----
  logic cut_we, cut_we_q, cut_signed_q, cut_seen_q, cut_busy, cut_done, vertex;
  logic [14:0] cut_x, cut_y;
  logic [30:0] cut_word_q;
  logic [2:0] cut_reg, cut_reg_q;
  logic [13:3] x0, x1;
  logic [16:3] y0, y1;

  // ---- products ----
  logic [2:0] product_q;
  logic [1:0] phase_q;            // operands, product, result
  logic [12:0] a_q, b_q;
  /* verilator lint_off UNUSED */
  logic [25:0] ab_q;
  /* verilator lint_on UNUSED */
  logic [9:0] tiles_q;            // tiles a row of tiles
  logic [10:0] x_tiles_q;         // column of x0 / 80
  logic [3:0] column_q;           // and % 80 / 8
  logic [10:0] first_tile_q;      // of (x0, y0), relative to the surface
  logic [18:0] macro_q;
  logic [23:0] blocks_q;
  logic [1:0] cost_q;

  // ---- plan ----
  logic from_depth, samples_ok, surface_ok, constant, able, copy_it, clear_color, clear_depth;
  logic [1:0] words;
  assign from_depth = source_q[2];
  assign words = from_depth ? 2'd1 : xg_fn_pkg::color_words(format_q);
  assign samples_ok = samples_q != 2'd3;
  assign surface_ok = samples_ok && words != 2'd0;
  assign constant = command_q == CMD_CONSTANT;
  assign copy_it = surface_ok && command_q != CMD_NULL &&
                   (from_depth || xg_fn_pkg::dest_log2(dest_format_q) != 3'd7);
  assign able = copy_it || (surface_ok && command_q == CMD_NULL);
  assign clear_color = clear_color_q && !from_depth && surface_ok;
  assign clear_depth = clear_depth_q && samples_ok;

  // ---- how ----
  // Samples: two have the numbers {down}, four {across, down}. Depth takes the first of those chosen.
  logic across, down, wide, right, lower, bits, average, unorm;
  logic [1:0] taken;              // log2
  logic [2:0] steps;
  xg_copy_mode_t mode, mode_q;  // registered before each walk: a product comes first
  assign across = samples_q == 2'd2;
  assign down = samples_q != 2'd0;
  assign wide = words[1];
  assign right = across && (select_q[2] ? select_q == 3'd5 : select_q[1]);
  assign lower = down && !select_q[2] && select_q[0];
  assign taken = (from_depth || !down || !select_q[2]) ? 2'd0 : (across && select_q[1]) ? 2'd2 : 2'd1;
  // Words that the samples of a pixel, and the two pixels of a unit, have of their own.
  assign steps = {across || wide, across && wide && taken[1], taken != 2'd0};
  assign unorm = number_q == 3'd0 || number_q[2];
  assign bits = from_depth || (!constant && taken == 2'd0 && bias_q == 6'd0 && xg_fn_pkg::same_bits(format_q, dest_format_q));
  assign average = !from_depth && !constant && taken != 2'd0 && bias_q == 6'd0 && unorm &&
                   (format_q == 4'd0 || format_q == 4'd2 || format_q == 4'd10) &&
                   xg_fn_pkg::same_bits(format_q, dest_format_q);
  assign mode = {format_q,
                 wide && !walk_depth_q,
                 across,
                 down,
                 right,
                 lower,
                 steps,
                 average,
                 !bits && !average,
                 taken,
                 constant,
                 float_q,
                 dest_format_q,
                 from_depth ? 3'd2 : xg_fn_pkg::dest_log2(dest_format_q),
                 number_q,
                 constant ? 6'd0 : bias_q,
                 red_blue_q && !from_depth,
                 unorm && format_q == 4'd1 && xg_fn_pkg::same_bits(format_q, dest_format_q),
                 endian_q};

  // ---- the walk under way ----
  logic walk_copy_q, walk_depth_q;
  always_ff @(posedge clk_i) if (state_q == ST_MULT) mode_q <= mode;
  logic [63:0] fill_q;
  logic walk_start, walk_busy, walk_valid, walk_ready, walk_first;
  logic [28:6] walk_line;
  logic [5:0] asked_q;            // words of eDRAM not taken yet
  logic take, in_room;
  logic line_ready, line_idle, line_eff_valid;
  logic [28:6] eff_line;

  assign busy_o = state_q != ST_IDLE;
  assign done_o = state_q == ST_DONE;

  // ---- registers ----
  assign req_valid_o = state_q == ST_ASK;
  always_comb begin
    case (reg_q)
      RD_CONTROL:     req_index_o = xg_pkg::REG_RB_COPY_CONTROL;
      RD_FETCH0:      req_index_o = xg_pkg::REG_SHADER_CONSTANT_FETCH_00_0;
      RD_FETCH1:      req_index_o = xg_pkg::REG_SHADER_CONSTANT_FETCH_00_1;
      RD_VTX:         req_index_o = xg_pkg::REG_PA_SU_VTX_CNTL;
      RD_MODE:        req_index_o = xg_pkg::REG_PA_SU_SC_MODE_CNTL;
      RD_OFFSET:      req_index_o = xg_pkg::REG_PA_SC_WINDOW_OFFSET;
      RD_WINDOW_TL:   req_index_o = xg_pkg::REG_PA_SC_WINDOW_SCISSOR_TL;
      RD_WINDOW_BR:   req_index_o = xg_pkg::REG_PA_SC_WINDOW_SCISSOR_BR;
      RD_SCREEN_TL:   req_index_o = xg_pkg::REG_PA_SC_SCREEN_SCISSOR_TL;
      RD_SCREEN_BR:   req_index_o = xg_pkg::REG_PA_SC_SCREEN_SCISSOR_BR;
      RD_SURFACE:     req_index_o = xg_pkg::REG_RB_SURFACE_INFO;
      RD_COLOR: begin
        case (source_q[1:0])
          2'd0:    req_index_o = xg_pkg::REG_RB_COLOR_INFO;
          2'd1:    req_index_o = xg_pkg::REG_RB_COLOR1_INFO;
          2'd2:    req_index_o = xg_pkg::REG_RB_COLOR2_INFO;
          default: req_index_o = xg_pkg::REG_RB_COLOR3_INFO;
        endcase
      end
      RD_DEPTH:       req_index_o = xg_pkg::REG_RB_DEPTH_INFO;
      RD_BASE:        req_index_o = xg_pkg::REG_RB_COPY_DEST_BASE;
      RD_PITCH:       req_index_o = xg_pkg::REG_RB_COPY_DEST_PITCH;
      RD_INFO:        req_index_o = xg_pkg::REG_RB_COPY_DEST_INFO;
      RD_DEPTH_VALUE: req_index_o = xg_pkg::REG_RB_DEPTH_CLEAR;
      RD_COLOR_VALUE: req_index_o = xg_pkg::REG_RB_COLOR_CLEAR;
      default:        req_index_o = xg_pkg::REG_RB_COLOR_CLEAR_LO;
    endcase
  end

  // ---- vertices ----
  logic [31:0] coordinate;
  assign load_start_o = state_q == ST_CHECK;
  assign load_flush_o = state_q == ST_ERROR;
  assign load_addr_o = fetch0_q[28:2];
  assign load_count_o = 3'd6;
  assign load_ready_o = state_q == ST_VERTEX && !cut_busy;
  assign coordinate = xg_fn_pkg::swap32(load_word_i, fetch1_q[1:0]);
  assign fixed_start = load_valid_i && load_ready_o;
  // A word comes out of block RAM; it is worked on from the next cycle on.
  logic fixed_start_q;
  logic [31:0] coordinate_q;
  always_ff @(posedge clk_i) begin
    fixed_start_q <= fixed_start && !rst_i;
    coordinate_q <= coordinate;
  end
  xg_copy_fixed u_fixed (
      .clk_i,
      .rst_i,
      .start_i(fixed_start_q),
      .half_i (!pixel_center_q),
      .word_i (coordinate_q),
      .done_o (fixed_done),
      .nan_o  (fixed_nan),
      .value_o(fixed)
  );

  // ---- rectangle ----
  assign cut_we = state_q == ST_ANSWER && rsp_valid_i && (reg_q == RD_SURFACE || (reg_q >= RD_OFFSET && reg_q <= RD_SCREEN_BR));
  always_comb begin
    case (reg_q)
      RD_OFFSET:    cut_reg = 3'd0;
      RD_WINDOW_TL: cut_reg = 3'd1;
      RD_WINDOW_BR: cut_reg = 3'd2;
      RD_SCREEN_TL: cut_reg = 3'd3;
      RD_SCREEN_BR: cut_reg = 3'd4;
      default:      cut_reg = 3'd5;  // the pitch
    endcase
  end
  // A word comes out of block RAM; it is cut from the next cycle on. The 15th bit is a sign; the window's scissor and
  // the pitch have none, and nothing is seen left of 0 or above it.
  always_ff @(posedge clk_i) begin
    cut_we_q <= cut_we && !rst_i;
    cut_reg_q <= cut_reg;
    cut_word_q <= rsp_rdata_i[30:0];
    cut_signed_q <= reg_q == RD_OFFSET || reg_q == RD_SCREEN_BR;
    cut_seen_q <= reg_q == RD_SCREEN_TL;
  end
  assign cut_x = {cut_word_q[14] && cut_signed_q, (cut_seen_q && cut_word_q[14]) ? 14'd0 : cut_word_q[13:0]};
  assign cut_y = {cut_word_q[30] && cut_signed_q, (cut_seen_q && cut_word_q[30]) ? 14'd0 : cut_word_q[29:16]};
  assign vertex = state_q == ST_FIXED && fixed_done && !fixed_nan;
  xg_copy_cut u_cut (
      .clk_i,
      .rst_i,
      .reg_we_i       (cut_we_q),
      .reg_i          (cut_reg_q),
      .reg_x_i        (cut_x),
      .reg_y_i        (cut_y),
      .reg_signed_i   (cut_signed_q),
      .vertex_i       (vertex),
      .first_i        (coord_q[2:1] == 2'd0),
      .axis_i         (coord_q[0]),
      .value_i        (fixed),
      .move_vertices_i(move_vertices_q),
      .move_scissor_i (!fixed_scissor_q),
      .start_i        (state_q == ST_AXES && !cut_busy),
      .busy_o         (cut_busy),
      .done_o         (cut_done),
      .x0_o           (x0),
      .x1_o           (x1),
      .y0_o           (y0),
      .y1_o           (y1)
  );

  // ---- products ----
  // n / 10 for n < 16384 is n * 6554 >> 16.
  logic [14:0] pitch_samples;
  logic [12:0] pitch_up;  // (pitch + 79) / 8
  logic [9:0] dest_up;
  logic [10:0] height_up;
  logic [12:0] columns, tile_rows, macro_rows;
  assign pitch_samples = across ? {pitch_q, 1'b0} : {1'b0, pitch_q};
  assign pitch_up = {1'b0, pitch_samples[14:3]} + 13'd9 + {12'd0, pitch_samples[2:0] != 3'd0};
  assign dest_up = {1'b0, dest_pitch_q[13:5]} + {9'd0, dest_pitch_q[4:0] != 5'd0};
  assign height_up = {1'b0, dest_height_q[13:5], 1'b0} + {9'd0, dest_height_q[4:0] != 5'd0, 1'b0};
  always_comb begin
    case ({mode.wide, across})
      2'b11:   columns = {x0, 2'd0};
      2'b00:   columns = {2'd0, x0};
      default: columns = {1'b0, x0, 1'b0};
    endcase
  end
  assign tile_rows = down ? y0[15:3] : y0[16:4];
  assign macro_rows = !volume_q ? {1'b0, y0[16:5]} : y0[16:4] + (slice_q[2] ? {2'd0, height_up} : 13'd0);

  // ---- walk, and effects: an error, a line, a tile wanted ----
  logic eff_is_line_q, eff_shown_q;  // a request that is shown stays
  logic [31:0] error_addr_q, error_bit_q;
  assign walk_start = state_q == ST_GO;
  xg_copy_walk u_walk (
      .clk_i       (clk_walk_i),
      .rst_i,
      .start_i     (walk_start),
      .x0_i        (x0),
      .x1_i        (x1),
      .y0_i        (y0),
      .y1_i        (y1),
      .tile_i      ((walk_depth_q ? depth_base_q : color_base_q) + first_tile_q),
      .column_i    (column_q),
      .pitch_i     (tiles_q),
      .halves_i    (walk_depth_q),
      .clear_i     (!walk_copy_q),
      .mode_i      (mode_q),
      .volume_i    (volume_q),
      .slice_i     (slice_q),
      .macro_i     (macro_q),
      .dest_pitch_i(dest_up),
      .busy_o      (walk_busy),
      .word_valid_o(walk_valid),
      .word_ready_i(walk_ready),
      .word_tile_o (blk_tile_o),
      .word_at_o   (blk_word_o),
      .word_first_o(walk_first),
      .line_o      (walk_line)
  );
  // A word of a copy is asked of eDRAM when there is room for it and for its line's address.
  assign in_room = asked_q != 6'd63;
  assign blk_valid_o = walk_valid && (!walk_copy_q || (in_room && (line_ready || !walk_first)));
  assign walk_ready = blk_valid_o && blk_ready_i;
  assign blk_we_o = !walk_copy_q;
  assign blk_data_o = fill_q;
  always_ff @(posedge clk_line_i) begin
    if (rst_i) asked_q <= '0;
    else if (walk_copy_q) asked_q <= asked_q + {5'd0, walk_ready} - {5'd0, take};
  end

  logic out_valid, out_ready, out_half, line_valid;
  assign line_valid = walk_ready && walk_copy_q && walk_first;
  logic [63:0] out;
  xg_copy_gather u_gather (
      .clk_i       (clk_line_i),
      .clk_lane_i,
      .wake_lane_o,
      .rst_i,
      .start_i     (walk_start),
      .mode_i      (mode_q),
      .word_valid_i(blk_rvalid_i),
      .word_i      (blk_rdata_i),
      .take_o      (take),
      .out_valid_o (out_valid),
      .out_ready_i (out_ready),
      .out_half_i  (out_half),
      .out_o       (out)
  );
  xg_copy_line u_line (
      .clk_i       (clk_line_i),
      .rst_i,
      .line_valid_i(line_valid),
      .line_ready_o(line_ready),
      .line_addr_i (dest_q + walk_line),
      .word_valid_i(out_valid),
      .word_ready_o(out_ready),
      .word_half_o (out_half),
      .word_i      (out),
      .endian_i    (endian_q),
      .idle_o      (line_idle),
      .mwr_valid_o,
      .mwr_ready_i,
      .mwr_addr_o,
      .mwr_data_o,
      .eff_valid_o (line_eff_valid),
      .eff_ready_i (eff_ready_i && eff_is_line_q),
      .eff_line_o  (eff_line)
  );
  assign treq_ready_o = eff_ready_i && !eff_is_line_q && state_q != ST_ERROR;
  assign eff_valid_o = eff_shown_q;
  always_comb begin
    if (state_q == ST_ERROR)
      eff_o = {xg_pkg::LINK_ERROR, error_addr_q, 1'b1, 1'b0, 1'b0, 2'd1, 16'd0, error_bit_q, 64'd0};
    else if (eff_is_line_q)
      eff_o = {xg_pkg::LINK_MEM_PUSH, 3'd0, eff_line, 6'd0, 1'b1, 1'b1, 1'b0, 2'd0, 16'd16, 96'd0};
    else eff_o = {xg_pkg::LINK_TILE_REQ, 21'd0, treq_tile_i, 1'b0, 1'b0, 1'b0, 2'd0, 16'd0, 96'd0};
  end

  // ---- clocks ----
  always_comb begin
    case (state_q)
      ST_IDLE:  wake_o = 1'b0;  // the interpreter starts it
      ST_WALK:  wake_o = !walk_busy;
      ST_DRAIN: wake_o = line_idle;
      default:  wake_o = 1'b1;
    endcase
  end
  assign wake_line_o = walk_start || line_valid || !line_idle;
  assign wake_walk_o = walk_start || walk_busy || !line_idle || eff_shown_q || treq_valid_i ||
                       state_q == ST_ERROR;

  always_ff @(posedge clk_walk_i) begin
    if (rst_i) begin
      eff_is_line_q <= 1'b0;
      eff_shown_q <= 1'b0;
    end else if (eff_shown_q) begin
      if (eff_ready_i) eff_shown_q <= 1'b0;
    end else begin
      eff_is_line_q <= line_eff_valid && state_q != ST_ERROR;
      eff_shown_q <= line_eff_valid || treq_valid_i || state_q == ST_ERROR;
    end
  end

  assign cost_o = state_q == ST_COST && ((cost_q == 2'd0 && copy_it) || (cost_q == 2'd1 && clear_color) ||
                                         (cost_q == 2'd2 && clear_depth));
  assign cost_add_o = (cost_q == 2'd0) ? {8'd0, blocks_q} * {16'd0, xg_pkg::COST_COPY_BLOCK}
                                       : {8'd0, blocks_q} * {16'd0, xg_pkg::COST_CLEAR_BLOCK};
  assign perf_resolve_o = cost_o && cost_q == 2'd0;
  assign perf_clear_o = cost_o && cost_q != 2'd0;
  assign perf_line_o = state_q != ST_ERROR && eff_is_line_q && eff_ready_i;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= ST_IDLE;
      next_q <= ST_IDLE;
    end else begin
      case (state_q)
        ST_IDLE: if (start_i) begin
          header_q <= header_i;
          reg_q <= RD_CONTROL;
          state_q <= ST_ASK;
        end

        // ---- registers ----
        ST_ASK: if (req_ready_i) state_q <= ST_ANSWER;
        ST_ANSWER: if (rsp_valid_i) begin
          case (reg_q)
            RD_CONTROL: begin
              source_q <= rsp_rdata_i[2:0];
              select_q <= rsp_rdata_i[6:4];
              clear_color_q <= rsp_rdata_i[8];
              clear_depth_q <= rsp_rdata_i[9];
              command_q <= rsp_rdata_i[21:20];
            end
            RD_FETCH0:      fetch0_q <= rsp_rdata_i;
            RD_FETCH1:      fetch1_q <= rsp_rdata_i[25:0];
            RD_VTX:         pixel_center_q <= rsp_rdata_i[0];
            RD_MODE:        move_vertices_q <= rsp_rdata_i[16];
            RD_WINDOW_TL:   fixed_scissor_q <= rsp_rdata_i[31];
            RD_SURFACE: begin
              pitch_q <= rsp_rdata_i[13:0];
              samples_q <= rsp_rdata_i[17:16];
            end
            RD_COLOR: begin
              color_base_q <= rsp_rdata_i[10:0];
              format_q <= rsp_rdata_i[19:16];
            end
            RD_DEPTH: begin
              depth_base_q <= rsp_rdata_i[10:0];
              float_q <= rsp_rdata_i[16];
            end
            RD_BASE:        dest_q <= rsp_rdata_i[28:6];
            RD_PITCH: begin
              dest_pitch_q <= rsp_rdata_i[13:0];
              dest_height_q <= rsp_rdata_i[29:16];
            end
            RD_INFO: begin
              endian_q <= rsp_rdata_i[2:0];
              volume_q <= rsp_rdata_i[3];
              slice_q <= rsp_rdata_i[6:4];
              dest_format_q <= rsp_rdata_i[12:7];
              number_q <= rsp_rdata_i[15:13];
              bias_q <= rsp_rdata_i[21:16];
              red_blue_q <= rsp_rdata_i[24];
            end
            RD_DEPTH_VALUE: depth_value_q <= rsp_rdata_i;
            RD_COLOR_VALUE: color_value_q <= rsp_rdata_i;
            default:        color_low_q <= rsp_rdata_i;
          endcase
          reg_q <= reg_q + 5'd1;
          state_q <= (reg_q == RD_COLOR_LOW) ? ST_CHECK : ST_ASK;
        end

        // ---- vertices ----
        ST_CHECK: begin
          error_addr_q <= fetch0_q;
          error_bit_q <= ERR_COPY_VERTEX;
          coord_q <= 3'd0;
          next_q <= ST_DONE;
          state_q <= (fetch0_q[1:0] == 2'd3 && fetch1_q[25:2] == 24'd6) ? ST_VERTEX : ST_ERROR;
        end
        ST_VERTEX: if (fixed_start) state_q <= ST_FIXED;
        ST_FIXED: if (fixed_done) begin
          if (fixed_nan) begin
            error_addr_q <= {3'd0, fetch0_q[28:2] + {24'd0, coord_q[2:1], 1'b0}, 2'd0};
            state_q <= ST_ERROR;
          end else begin
            coord_q <= coord_q + 3'd1;
            state_q <= (coord_q == 3'd5) ? ST_AXES : ST_VERTEX;
          end
        end

        // ---- rectangle ----
        ST_AXES: if (!cut_busy) state_q <= ST_CUT;
        ST_CUT: if (cut_done) state_q <= ST_RECT;
        ST_RECT: begin
          product_q <= PR_BLOCKS;
          phase_q <= 2'd0;
          state_q <= (x0 < x1 && y0 < y1) ? ST_MULT : ST_DONE;
        end

        // ---- products ----
        ST_MULT: begin
          phase_q <= phase_q + 2'd1;
          case (phase_q)
            2'd0: begin
              case (product_q)
                PR_BLOCKS: begin
                  a_q <= {2'd0, x1 - x0};
                  b_q <= 13'({y1 - y0, 2'd0});
                end
                PR_PITCH: begin
                  a_q <= pitch_up;
                  b_q <= 13'd6554;
                end
                PR_COLUMN: begin
                  a_q <= columns;
                  b_q <= 13'd6554;
                end
                PR_TILES: begin
                  a_q <= tile_rows;
                  b_q <= {3'd0, tiles_q};
                end
                default: begin
                  a_q <= macro_rows;
                  b_q <= {3'd0, dest_up};
                end
              endcase
            end
            2'd1: ab_q <= a_q * b_q;
            default: begin
              case (product_q)
                PR_BLOCKS: blocks_q <= ab_q[23:0];
                PR_PITCH:  tiles_q <= mode.wide ? {ab_q[24:16], 1'b0} : ab_q[25:16];
                PR_COLUMN: begin
                  x_tiles_q <= {1'b0, ab_q[25:16]};
                  column_q <= columns[3:0] - 4'({ab_q[19:16], 3'd0}) - 4'({ab_q[19:16], 1'b0});
                end
                PR_TILES:  first_tile_q <= ab_q[10:0] + x_tiles_q;
                default:   macro_q <= ab_q[18:0];
              endcase
              phase_q <= 2'd0;
              product_q <= product_q + 3'd1;
              cost_q <= 2'd0;
              if (product_q == PR_BLOCKS) state_q <= ST_COST;
              if (product_q == PR_MACRO) state_q <= ST_GO;
            end
          endcase
        end

        // ---- plan ----
        ST_COST: begin
          cost_q <= cost_q + 2'd1;
          if (cost_q == 2'd2) state_q <= ST_PLAN;
        end
        ST_PLAN: begin
          error_addr_q <= header_q;
          error_bit_q <= ERR_COPY;
          next_q <= ST_COPY;
          state_q <= able ? ST_COPY : ST_ERROR;
        end
        ST_ERROR: if (eff_shown_q && eff_ready_i) state_q <= next_q;

        // ---- work ----
        ST_COPY: begin
          walk_copy_q <= 1'b1;
          walk_depth_q <= from_depth;
          product_q <= PR_PITCH;
          next_q <= ST_COLOR;
          state_q <= copy_it ? ST_MULT : ST_COLOR;
        end
        ST_COLOR: begin
          walk_copy_q <= 1'b0;
          walk_depth_q <= 1'b0;
          fill_q <= {wide ? color_low_q : color_value_q, color_value_q};
          product_q <= PR_PITCH;
          next_q <= ST_DEPTH;
          state_q <= clear_color ? ST_MULT : ST_DEPTH;
        end
        ST_DEPTH: begin
          walk_copy_q <= 1'b0;
          walk_depth_q <= 1'b1;
          fill_q <= {depth_value_q, depth_value_q};
          product_q <= PR_PITCH;
          next_q <= ST_DONE;
          state_q <= clear_depth ? ST_MULT : ST_DONE;
        end
        ST_GO: state_q <= ST_WALK;
        ST_WALK: if (!walk_busy) state_q <= ST_DRAIN;
        ST_DRAIN: if (line_idle) state_q <= next_q;
        default: state_q <= ST_IDLE;
      endcase
    end
  end
endmodule
