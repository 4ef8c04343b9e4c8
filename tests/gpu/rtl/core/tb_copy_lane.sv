// xg_copy_lane and xg_copy_pack against integers: averages of unorm, gamma and fixed samples to numbers of
// every width are a fraction of integers, rounded once; halves and singles that need no rounding come out as
// they went in. TAP on stdout. The whole of the arithmetic is compared with the model by test_rtl_resolve.
`timescale 1ns / 1ns
`include "xg_types.svh"
module tb_copy_lane;
  logic clk = 0, rst = 1;
  always #5 clk = !clk;

  xg_copy_mode_t mode;
  logic [3:0] format = 0;
  logic [5:0] dest = 6;
  logic [2:0] number = 0, log2 = 2;
  logic [1:0] samples = 0;
  logic wide = 0, gamma = 0;
  assign mode = {format, wide, 1'b0, 1'b0, 1'b0, 1'b0, 3'd0, 1'b0, 1'b1, samples, 1'b0, 1'b0, dest, log2, number, 6'd0, 1'b0, gamma, 3'd0};

  logic valid = 0, second = 0, last = 0;
  logic [1:0] comp = 0;
  logic [255:0] in = 0;
  logic lane_valid, lane_end, busy, pack_busy, out_valid;
  logic [4:0] at;
  logic [31:0] code;
  logic [63:0] out;
  xg_copy_lane lane (
      .clk_i(clk), .rst_i(rst), .mode_i(mode), .valid_i(valid), .second_i(second), .comp_i(comp), .half_i(1'b0),
      .place_i(xg_fn_pkg::dest_place(dest, comp)), .coded_i(gamma && comp != 2'd3), .end_i(last), .samples_i(in),
      .busy_o(busy), .valid_o(lane_valid), .end_o(lane_end), .at_o(at), .code_o(code));
  xg_copy_pack pack (
      .clk_i(clk), .rst_i(rst), .log2_i(log2), .valid_i(lane_valid), .end_i(lane_end), .at_i(at), .code_i(code),
      .busy_o(pack_busy), .valid_o(out_valid), .word_o(out));

  integer seed, bad, i, c, n, k, steps, shown;
  logic [63:0] words [0:7];
  integer got, want;
  always_ff @(posedge clk) if (out_valid) begin
    words[got[2:0]] <= out;
    got <= got + 1;
  end

  // One pixel of `count` components through the lane, four samples in two steps of three.
  task pixel(input integer count);
    begin
      for (c = 0; c < count; c = c + 1) begin
        comp = c[1:0];
        last = c == count - 1 || log2 == 3'd3 && c[0];
        valid = 1;
        second = 0;
        @(negedge clk);
        if (samples == 2'd2) begin
          second = 1;
          @(negedge clk);
          valid = 0;
          second = 0;
          @(negedge clk);
        end
      end
      valid = 0;
    end
  endtask
  task drain;
    begin
      while (busy || pack_busy) @(negedge clk);
      @(negedge clk);
    end
  endtask
  task tell(input [8*60-1:0] what);
    begin
      $display("%0sok - %0s", bad == 0 ? "" : "not ", what);
      bad = 0;
    end
  endtask

  // Nearest of sum / (count * d) * top, halves up.
  function automatic longint nearest(input longint sum, input longint count, input longint d, input longint top);
    nearest = (2 * sum * top + count * d) / (2 * count * d);
  endfunction
  function automatic integer bits_of(input logic [9:0] place);
    bits_of = {27'd0, place[4:0]};
  endfunction

  longint sum, top, q;
  logic [63:0] expect_word;
  logic [9:0] place;
  task unorms(input logic [5:0] to, input logic [2:0] size, input integer count, input logic ten);
    begin
      dest = to;
      log2 = size;
      format = ten ? 4'd2 : 4'd0;
      for (k = 0; k < 3; k = k + 1)
        for (i = 0; i < 14; i = i + 1) begin
          samples = k[1:0];
          n = 1 << k;
          expect_word = 64'd0;
          got = 0;
          for (steps = 0; steps < (8 >> size); steps = steps + 1) begin
            in = {$random(seed), $random(seed), $random(seed), $random(seed), $random(seed), $random(seed), $random(seed), $random(seed)};
            if (i < 4) in = {8{{32{i[0]}}}};
            for (c = 0; c < count; c = c + 1) begin
              sum = 0;
              for (shown = 0; shown < n; shown = shown + 1)
                if (ten) sum = sum + ((in[64*shown+:32] >> (10 * c)) & ((c == 3) ? 3 : 1023));
                else sum = sum + ((in[64*shown+:32] >> (8 * c)) & 255);
              place = xg_fn_pkg::dest_place(to, c[1:0]);
              top = (1 << bits_of(place)) - 1;
              q = nearest(sum, n, ten ? ((c == 3) ? 3 : 1023) : 255, top);
              expect_word = expect_word | ({32'd0, q[31:0]} << ((8 << size) * steps + {27'd0, place[9:5]}));
            end
            pixel(count);
          end
          drain;
          if (got != 1 || words[0] !== expect_word) begin
            bad = bad + 1;
            if (bad < 5) $display("# format %0d, %0d samples to %0d: %h, expected %h (%0d words)", format, n, to, words[0], expect_word, got);
          end
        end
    end
  endtask

  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    $display("# seed %0d", seed);
    bad = 0;
    got = 0;
    repeat (4) @(negedge clk);
    rst = 0;
    unorms(6'd6, 3'd2, 4, 0);
    unorms(6'd4, 3'd1, 3, 0);
    unorms(6'd3, 3'd1, 4, 0);
    unorms(6'd2, 3'd0, 1, 0);
    unorms(6'd15, 3'd1, 4, 0);
    unorms(6'd16, 3'd2, 3, 0);
    unorms(6'd17, 3'd2, 3, 1);
    unorms(6'd7, 3'd2, 4, 1);
    unorms(6'd6, 3'd2, 4, 1);
    unorms(6'd24, 3'd1, 1, 1);
    tell("averages of unorm samples in numbers of 1 to 16 bits");

    // Gamma keeps every code; one sample.
    format = 4'd1;
    dest = 6'd6;
    log2 = 3'd2;
    gamma = 1;
    samples = 0;
    for (i = 0; i < 256; i = i + 2) begin
      got = 0;
      in = {224'd0, {4{i[7:0]}}};
      pixel(4);
      in = {224'd0, {4{i[7:0] | 8'd1}}};
      pixel(4);
      drain;
      if (got != 1 || words[0] !== {{4{i[7:0] | 8'd1}}, {4{i[7:0]}}}) bad = bad + 1;
    end
    gamma = 0;
    tell("gamma-coded bytes keep their codes");

    // Fixed to signed fractions of 16 bits: the same bits, but for -32768.
    format = 4'd5;
    wide = 1;
    dest = 6'd26;
    log2 = 3'd3;
    number = 3'd1;
    for (i = 0; i < 150; i = i + 1) begin
      got = 0;
      in = {$random(seed), $random(seed)};
      if (i == 0) in = 64'h8000_7FFF_0001_FFFF;
      expect_word = in[63:0];
      for (c = 0; c < 4; c = c + 1) if (in[16*c+:16] == 16'h8000) expect_word[16*c+:16] = 16'h8001;
      pixel(4);
      drain;
      if (got != 1 || words[0] !== expect_word) begin
        bad = bad + 1;
        if (bad < 5) $display("# fixed %h: %h", in[63:0], words[0]);
      end
    end
    number = 3'd0;
    tell("fixed samples keep their bits in signed destinations");

    // Halves: every exponent; subnormals are zero, and minus zero loses its sign.
    format = 4'd7;
    dest = 6'd32;
    for (i = 0; i < 150; i = i + 1) begin
      got = 0;
      in = {$random(seed), $random(seed)};
      if (i == 0) in = 64'h8000_7FFF_0001_FBFF;
      if (i == 1) in = 64'h83FF_0400_8400_03FF;
      expect_word = in[63:0];
      for (c = 0; c < 4; c = c + 1) if (in[16*c+10+:5] == 5'd0) expect_word[16*c+:16] = 16'h0000;
      pixel(4);
      drain;
      if (got != 1 || words[0] !== expect_word) begin
        bad = bad + 1;
        if (bad < 5) $display("# halves %h: %h", in[63:0], words[0]);
      end
    end
    tell("halves keep their bits, subnormals are zero");
    $finish;
  end
endmodule
