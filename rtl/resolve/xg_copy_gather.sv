// From the eDRAM words of a copy, in the order of xg_copy_walk, to the words of its lines.
//
// Three ways (xg_copy_mode_t): bits, a word each clock; averages of samples that stay in their format,
// two words a clock pair; everything else component by component through xg_copy_lane. take_o says that
// a word left the queue, which holds 64; whoever asks for words keeps to that. Endian codes come later.
`include "xg_types.svh"

module xg_copy_gather (
    input  logic          clk_i,
    input  logic          clk_lane_i,  // of arithmetic; stands still without wake_lane_o
    output logic          wake_lane_o,
    input  logic          rst_i,
    input  logic          start_i,     // of a copy: the next word is its first
    input  xg_copy_mode_t mode_i,
    input  logic          word_valid_i,
    input  logic [63:0]   word_i,
    output logic          take_o,
    output logic          out_valid_o,
    input  logic          out_ready_i,
    input  logic          out_half_i,  // the taker has room for 16 words
    output logic [63:0]   out_o
);
  // ---- words from eDRAM ----
  logic in_valid, take;
  logic [63:0] in;
  /* verilator lint_off UNUSED */
  logic in_room;                 // kept by counting
  logic [6:0] in_level;
  /* verilator lint_on UNUSED */
  xg_fifo #(
      .W(64),
      .DEPTH_LOG2(6)
  ) u_words (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(word_valid_i),
      .wr_ready_o(in_room),
      .wr_data_i (word_i),
      .rd_valid_o(in_valid),
      .rd_ready_i(take),
      .rd_data_o (in),
      .level_o   (in_level)
  );
  assign take_o = in_valid && take;

  // ---- where the word belongs ----
  logic [2:0] step_q;            // as in xg_copy_walk
  logic [1:0] unit_q;
  logic pixel_done, unit_done;
  logic sixteen;                 // bytes a pixel
  assign sixteen = mode_i.log2 == 3'd4;
  assign pixel_done = (step_q | ~mode_i.steps | 3'd4) == 3'd7;
  assign unit_done = pixel_done && (step_q[2] || !mode_i.steps[2] || sixteen);
  always_ff @(posedge clk_i) begin
    if (rst_i || start_i) begin
      step_q <= '0;
      unit_q <= '0;
    end else if (take_o) begin
      step_q <= unit_done ? 3'd0 : ((step_q | ~mode_i.steps) + 3'd1) & mode_i.steps;
      if (unit_done) unit_q <= unit_q + 2'd1;
    end
  end

  // ---- bits ----
  logic [63:0] held_q, bits, bits_out;
  logic [31:0] bits_half;
  logic one_half;                // a word gives one pixel of 32 bits
  logic second_q;
  always_comb begin
    bits = mode_i.swap ? xg_fn_pkg::exchange(in, mode_i.format) : in;
    if (mode_i.constant) bits = mode_i.is_float ? {2{32'hF000_0000}} : {2{32'hFFFF_FF00}};
  end
  assign one_half = mode_i.across && !mode_i.wide;
  assign bits_half = mode_i.right ? bits[63:32] : bits[31:0];
  assign bits_out = one_half ? {bits_half, held_q[31:0]} : bits;

  // ---- averages: fields of ten bits for red, green, blue, alpha ----
  function automatic logic [39:0] spread(input logic [31:0] v, input logic bytes);
    spread = bytes ? {2'd0, v[31:24], 2'd0, v[23:16], 2'd0, v[15:8], 2'd0, v[7:0]} :
                     {8'd0, v[31:30], v[29:20], v[19:10], v[9:0]};
  endfunction
  function automatic logic [43:0] sums(input logic [39:0] a, input logic [39:0] b);  // a + b + 1 in each
    for (int i = 0; i < 4; i++) sums[11*i+:11] = {1'b0, a[10*i+:10]} + {1'b0, b[10*i+:10]} + 11'd1;
  endfunction
  function automatic logic [39:0] halves(input logic [43:0] a);
    for (int i = 0; i < 4; i++) halves[10*i+:10] = a[11*i+1+:10];
  endfunction
  function automatic logic [39:0] quarters(input logic [43:0] a, input logic [43:0] b);
    /* verilator lint_off UNUSED */
    logic [11:0] s;
    /* verilator lint_on UNUSED */
    for (int i = 0; i < 4; i++) begin
      s = {1'b0, a[11*i+:11]} + {1'b0, b[11*i+:11]};
      quarters[10*i+:10] = s[11:2];
    end
  endfunction
  /* verilator lint_off UNUSED */
  function automatic logic [31:0] joined(input logic [39:0] v, input logic bytes, input logic swap);
  /* verilator lint_on UNUSED */
    logic [9:0] first, third;
    first = swap ? v[29:20] : v[9:0];
    third = swap ? v[9:0] : v[29:20];
    joined = bytes ? {v[37:30], third[7:0], v[17:10], first[7:0]} : {v[31:30], third, v[19:10], first};
  endfunction
  logic bytes;
  logic [43:0] low_sums, high_sums;
  logic [43:0] low_q, high_q;
  logic [39:0] low_mean, high_mean;
  logic [63:0] mean_out;
  logic [31:0] first_q;          // pixel of two
  assign bytes = mode_i.format == 4'd0;
  always_comb begin
    low_sums = 44'd0;
    high_sums = 44'd0;
    low_mean = 40'd0;
    high_mean = 40'd0;
    mean_out = 64'd0;
    if (mode_i.average) begin
      low_sums = sums(spread(held_q[31:0], bytes), spread(in[31:0], bytes));
      high_sums = sums(spread(held_q[63:32], bytes), spread(in[63:32], bytes));
      high_mean = halves(high_q);
      low_mean = (mode_i.across && mode_i.samples[1]) ? quarters(low_q, high_q) :
                 (mode_i.across && mode_i.right) ? high_mean : halves(low_q);
      mean_out[31:0] = joined(low_mean, bytes, mode_i.swap);
      mean_out[63:32] = joined(high_mean, bytes, mode_i.swap);
      if (mode_i.across) mean_out = {mean_out[31:0], first_q};
    end
  end

  // ---- both, into the line: sums or bits in one stage, means in the next ----
  logic quick_last, quick_ready, full_q, whole_q, out_valid_q, out_move;
  logic pack_valid;              // of components: goes straight to the second
  logic [63:0] bits_q, out_q, pack;
  assign quick_last = mode_i.average ? step_q[0] && (!mode_i.across || second_q) : !one_half || second_q;
  assign out_move = !out_valid_q || out_ready_i;
  assign quick_ready = !full_q || out_move;
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      full_q <= 1'b0;
      out_valid_q <= 1'b0;
    end else begin
      if (quick_ready) full_q <= take_o && !mode_i.convert && (mode_i.average ? step_q[0] : quick_last);
      if (mode_i.convert) out_valid_q <= pack_valid;
      else if (out_move) out_valid_q <= full_q && whole_q;
    end
  end
  always_ff @(posedge clk_i) begin
    if (quick_ready) begin
      bits_q <= bits_out;
      low_q <= low_sums;
      high_q <= high_sums;
      whole_q <= quick_last;
    end
    if (out_move) begin
      out_q <= mode_i.convert ? pack : mode_i.average ? mean_out : bits_q;
      if (full_q) first_q <= mean_out[63:32];
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_i || start_i) second_q <= 1'b0;
    else if (take_o && (mode_i.average ? step_q[0] : 1'b1)) second_q <= !second_q;
  end
  always_ff @(posedge clk_i) begin
    if (take_o && !mode_i.convert) begin
      if (mode_i.average) begin
        if (!step_q[0]) held_q <= in;
      end else if (one_half) held_q <= {32'd0, bits_half};
    end
  end

  // ---- components: samples of a pixel (or two, in the halves) are collected, then taken over ----
  logic [255:0] next_q, now_q;
  logic next_full_q, now_full_q, now_half_q, now_both_q, next_half_q;
  logic [1:0] count_q, slot, comp, phase_q;
  logic shared, flip, pair, four, move, now_done, lane_valid, slot_done, pixel_end;
  assign shared = !mode_i.across && !mode_i.wide;   // a word holds two pixels
  assign flip = mode_i.endian == 3'd5 && mode_i.log2 == 3'd3;
  assign pair = mode_i.format == 4'd4 || mode_i.format == 4'd6 || mode_i.format == 4'd15;
  assign four = mode_i.samples[1];
  // Components in the order of the destination's bits (8in128: the upper half of 16 bytes first), and
  // where they come from.
  assign slot = (sixteen && mode_i.endian == 3'd5) ? {!count_q[1], count_q[0]} : count_q;
  always_comb begin
    comp = slot;
    if (mode_i.swap && pair) comp = slot[1] ? slot : {1'b0, !slot[0]};
    else if (mode_i.swap && mode_i.format != 4'd14) comp = slot[0] ? slot : {!slot[1], 1'b0};
  end
  // Four samples: two clocks of three (xg_copy_lane), in step with a count that never stops.
  always_ff @(posedge clk_i) begin
    if (rst_i || start_i) phase_q <= 2'd0;
    else if (mode_i.convert) phase_q <= (phase_q == 2'd2) ? 2'd0 : phase_q + 2'd1;
  end
  logic lane_second;             // the first two of four samples went
  always_ff @(posedge clk_i) begin
    if (rst_i || start_i) lane_second <= 1'b0;
    else lane_second <= lane_valid && four && phase_q == 2'd0;
  end
  assign lane_valid = now_full_q && (!four ? out_half_i : lane_second || (phase_q == 2'd0 && out_half_i));
  assign slot_done = lane_valid && (!four || lane_second);
  assign pixel_end = slot_done && count_q == xg_fn_pkg::dest_last(mode_i.dest);
  assign now_done = pixel_end && !now_both_q;
  assign move = next_full_q && (!now_full_q || now_done);
  assign take = mode_i.convert ? !next_full_q : quick_ready;

  logic [63:0] low_word, high_word;
  assign low_word = (mode_i.across && !mode_i.wide && mode_i.right && !mode_i.samples[1]) ? {32'd0, in[63:32]} : in;
  assign high_word = {32'd0, in[63:32]};
  for (genvar j = 0; j < 4; j++) begin : g_sample
    always_ff @(posedge clk_i) begin
      if (take_o && mode_i.convert) begin
        if (step_q[1:0] == 2'(j)) next_q[64*j+:64] <= low_word;
        else if (one_half && j > 1 && step_q[0] == 1'(j)) next_q[64*j+:64] <= high_word;
      end
      if (move) now_q[64*j+:64] <= next_q[64*j+:64];
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_i || start_i) begin
      next_full_q <= 1'b0;
      now_full_q <= 1'b0;
    end else begin
      if (take_o && mode_i.convert && pixel_done) next_full_q <= 1'b1;
      else if (move) next_full_q <= 1'b0;
      if (move) now_full_q <= 1'b1;
      else if (now_done) now_full_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (take_o && pixel_done) next_half_q <= unit_q[1];
    if (move) begin
      now_half_q <= shared && (sixteen ? next_half_q : flip);
      now_both_q <= shared && !sixteen;
    end else if (pixel_end) begin
      now_half_q <= !now_half_q;
      now_both_q <= 1'b0;
    end
    if (move || pixel_end) count_q <= 2'd0;
    else if (slot_done) count_q <= count_q + 2'd1;
  end

  logic lane_out, lane_end, word_end;
  logic [4:0] lane_at;
  logic [31:0] lane_code;
  // Words of 32 bits: of two 16-bit components, of one of 32.
  assign word_end = pixel_end || xg_fn_pkg::dest_single(mode_i.dest) || (mode_i.log2 == 3'd3 && slot[0]);
  logic lane_busy, pack_busy;
  assign wake_lane_o = lane_valid || lane_busy || pack_busy;
  xg_copy_lane u_lane (
      .clk_i    (clk_lane_i),
      .rst_i,
      .mode_i,
      .valid_i  (lane_valid),
      .second_i (lane_second),
      .comp_i   (comp),
      .half_i   (now_half_q),
      .place_i  (xg_fn_pkg::dest_single(mode_i.dest) ? 10'd0 : xg_fn_pkg::dest_place(mode_i.dest, slot)),
      .coded_i  (mode_i.gamma && slot != 2'd3),
      .end_i    (word_end),
      .samples_i(now_q),
      .busy_o   (lane_busy),
      .valid_o  (lane_out),
      .end_o    (lane_end),
      .at_o     (lane_at),
      .code_o   (lane_code)
  );
  xg_copy_pack u_pack (
      .clk_i  (clk_lane_i),
      .rst_i,
      .log2_i (mode_i.log2),
      .valid_i(lane_out),
      .end_i  (lane_end),
      .at_i   (lane_at),
      .code_i (lane_code),
      .busy_o (pack_busy),
      .valid_o(pack_valid),
      .word_o (pack)
  );

  assign out_o = out_q;
  assign out_valid_o = out_valid_q;
endmodule
