// The front buffer as a picture of 640 x 480, read from board memory line by line.
//
// A SWAP of the device names the buffer (watch_*: the words of its effects), MAP_PAGE its pages' frames
// (map_*: a copy of the page table is kept here, so that nothing waits for the picture). The buffer is
// of 32-bit pixels in tiles, as copies leave it, at most 640 x 480, and stands in the middle; format_i
// says the rest (CSR SCANOUT). What is not on the board is black. A swap counts from the next
// blanking on, so a picture is never cut.
//
// Two rows of pixels lie together in memory and are fetched together: two pairs of rows are kept here,
// one that is shown and one that is read. underruns_o counts pairs that were not there in time.
module xg_scanout #(
    parameter int SCREEN_H = 480
) (
    input  logic        clk_i,
    input  logic        rst_i,
    // the device
    input  logic        watch_valid_i,
    input  logic        watch_last_i,
    input  logic [31:0] watch_word_i,
    input  logic        forget_i,       // no page is resident
    input  logic        map_valid_i,
    input  logic [12:0] map_page_i,
    input  logic        map_resident_i,
    input  logic [8:0]  map_frame_i,
    input  logic [13:0] format_i,       // on [0], ten bits [1], endian [3:2], red is blue [4], pitch / 32 [13:5]
    output logic [31:0] underruns_o,
    // memory: lines of 64 bytes
    output logic        pic_valid_o,
    input  logic        pic_ready_i,
    output logic [24:6] pic_addr_o,
    input  logic        pic_rvalid_i,
    input  logic [63:0] pic_rdata_i,
    // screen (xg_dvi)
    input  logic        clk_pixel_i,
    input  logic        rst_pixel_i,
    input  logic [9:0]  x_i,
    input  logic [9:0]  y_i,
    input  logic        frame_i,
    output logic [23:0] rgb_o           // two cycles after x_i and y_i
);
  // ---- which buffer: SWAP frames among the effects -------------------------------------------
  logic [2:0] word_q;
  logic is_swap_q;
  logic [28:12] at_q, front_q;
  logic [9:0] width_q, next_w_q, next_h_q;
  logic odd_q, next_ok_q, next_seen_q;  // a size that does not fit; there was a swap at all
  always_ff @(posedge clk_i) begin
    if (rst_i || forget_i) begin
      word_q <= 3'd0;
      next_seen_q <= 1'b0;
    end else if (watch_valid_i) begin
      word_q <= watch_last_i ? 3'd0 : (word_q == 3'd7) ? 3'd7 : word_q + 3'd1;
      if (word_q == 3'd6 && is_swap_q) next_seen_q <= 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (watch_valid_i) begin
      case (word_q)
        3'd0: is_swap_q <= watch_word_i[31:24] == xg_pkg::LINK_SWAP;
        3'd1: at_q <= watch_word_i[28:12];
        3'd5: begin
          width_q <= watch_word_i[9:0];
          odd_q <= watch_word_i[31:10] != 22'd0 || watch_word_i[9:0] > 10'd640 || watch_word_i[2:0] != 3'd0;
        end
        3'd6: if (is_swap_q) begin
          front_q <= at_q;
          next_w_q <= width_q;
          next_h_q <= watch_word_i[9:0];
          next_ok_q <= !odd_q && watch_word_i[31:10] == 22'd0 && watch_word_i[9:0] <= 10'(SCREEN_H) &&
                       width_q != 10'd0 && watch_word_i[9:0] != 10'd0;
        end
        default: ;
      endcase
    end
  end

  // ---- where its pages are -----------------------------------------------------------------------
  localparam int PAGES = 8192;
  logic [9:0] frames [0:PAGES-1];  // {resident, frame}
  logic [13:0] clear_q;            // counts through the table after a reset
  logic [12:0] look;
  logic [9:0] found_q;
  logic clearing;
  assign clearing = !clear_q[13];
  always_ff @(posedge clk_i) begin
    if (rst_i || forget_i) clear_q <= 14'd0;
    else if (clearing) clear_q <= clear_q + 14'd1;
  end
  always_ff @(posedge clk_i) begin
    if (clearing) frames[clear_q[12:0]] <= 10'd0;
    else if (map_valid_i) frames[map_page_i] <= {map_resident_i, map_frame_i};
  end
  always_ff @(posedge clk_i) found_q <= frames[look];

  // ---- events of the screen ----------------------------------------------------------------------
  logic pair_pixel_q;  // changes when the first line of a pair begins
  logic [2:0] frame_meta_q, pair_meta_q;
  logic frame_now, pair_now;
  assign frame_now = frame_meta_q[2] != frame_meta_q[1];
  assign pair_now = pair_meta_q[2] != pair_meta_q[1];
  always_ff @(posedge clk_i) begin
    frame_meta_q <= {frame_meta_q[1:0], frame_i};
    pair_meta_q <= {pair_meta_q[1:0], pair_pixel_q};
  end

  // ---- this picture ------------------------------------------------------------------------------
  logic shown_q;  // there is something to show
  logic [28:12] base_q;
  logic [9:0] w_q, h_q;
  logic [8:0] pitch_q;
  logic [8:0] pairs, begun_q, ready_q;  // of the picture; that the screen has begun; fetched
  logic [8:0] allowed;                  // that have room: two, then one ahead of the screen
  logic [31:0] underruns_q;
  assign pairs = h_q[9:1] + {8'd0, h_q[0]};
  assign allowed = (begun_q == 9'd0) ? 9'd2 : begun_q + 9'd1;
  assign underruns_o = underruns_q;
  logic pair_done;
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      shown_q <= 1'b0;
      begun_q <= 9'd0;
      ready_q <= 9'd0;
      underruns_q <= 32'd0;
    end else begin
      if (frame_now) begin
        shown_q <= next_seen_q && next_ok_q && format_i[0] && !clearing;
        begun_q <= 9'd0;
        ready_q <= 9'd0;
      end else begin
        if (pair_now) begun_q <= begun_q + 9'd1;
        if (pair_done) ready_q <= ready_q + 9'd1;
        if (pair_now && shown_q && ready_q <= begun_q) underruns_q <= underruns_q + 32'd1;
      end
    end
  end
  always_ff @(posedge clk_i) if (frame_now) begin
    base_q <= front_q;
    w_q <= next_w_q;
    h_q <= next_h_q;
    pitch_q <= (format_i[13:5] != 9'd0) ? format_i[13:5] : {4'd0, next_w_q[9:5]} + {8'd0, next_w_q[4:0] != 5'd0};
  end

  // ---- fetch: a block of 8 x 2 pixels is a line of 64 bytes ----------------------------------
  // Lines to be asked for wait in a short queue, so that the picture's next request stands when the one
  // before is taken.
  localparam logic [1:0] REST = 2'd0, LOOK = 2'd1, FOUND = 2'd2;
  logic [1:0] state_q;
  logic [6:0] block_q, blocks;  // 8 pixels each
  logic [8:0] asked_q;          // pairs asked for
  logic [16:0] row_tile_q;      // of the first tile of the pair's row of tiles
  logic [28:12] address;
  logic [1:0] bank;
  assign blocks = w_q[9:3];
  assign address = base_q + row_tile_q + {12'd0, block_q[6:2]};
  assign look = address[28:16];
  // y = 2 * asked_q: bits 3:1 and 4 of y, and its bit 3 turns the blocks of a tile
  assign bank = {asked_q[2], 1'b0} + block_q[1:0];
  logic restart_q, last_block, found, ask_room, ask_valid, ask_take, back_room, idle;
  logic [9:0] ask_what;
  assign last_block = block_q + 7'd1 == blocks;
  assign found = state_q == FOUND && ask_room;
  xg_fifo #(
      .W(29),
      .DEPTH_LOG2(1)
  ) u_ask (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(state_q == FOUND),
      .wr_ready_o(ask_room),
      .wr_data_i ({found_q[9] && !clearing, last_block && !restart_q, asked_q[0], block_q,
                   found_q[8:0], address[15:12], asked_q[3:0], bank}),
      .rd_valid_o(ask_valid),
      .rd_ready_i(ask_take),
      .rd_data_o ({ask_what, pic_addr_o}),
      .level_o   ()
  );
  assign pic_valid_o = ask_valid && back_room;
  assign ask_take = pic_ready_i && back_room;
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= REST;
      restart_q <= 1'b0;
      asked_q <= 9'd0;
    end else begin
      if (frame_now) restart_q <= 1'b1;
      case (state_q)
        REST: begin
          block_q <= 7'd0;
          if (restart_q) begin
            // what was asked for in the picture before comes back first
            if (idle) begin
              restart_q <= frame_now;
              asked_q <= 9'd0;
              row_tile_q <= 17'd0;
            end
          end else if (shown_q && asked_q < allowed && asked_q < pairs) state_q <= LOOK;
        end
        LOOK: state_q <= FOUND;
        default: if (found) begin
          block_q <= block_q + 7'd1;
          state_q <= LOOK;
          if (last_block || restart_q) begin
            state_q <= REST;
            asked_q <= asked_q + 9'd1;
            if (asked_q[3:0] == 4'd15) row_tile_q <= row_tile_q + {8'd0, pitch_q};
          end
        end
      endcase
    end
  end

  // ---- what comes back -----------------------------------------------------------------------------
  // For each line under way: whether it is shown, and where it goes.
  logic back_valid, back_done, back_hit, back_last, back_half;
  logic [6:0] back_block;
  logic [2:0] beat_q;
  xg_fifo #(
      .W(10),
      .DEPTH_LOG2(3)
  ) u_back (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(ask_valid && pic_ready_i),
      .wr_ready_o(back_room),
      .wr_data_i (ask_what),
      .rd_valid_o(back_valid),
      .rd_ready_i(back_done),
      .rd_data_o ({back_hit, back_last, back_half, back_block}),
      .level_o   ()
  );
  assign back_done = pic_rvalid_i && beat_q == 3'd7;
  assign idle = !ask_valid && !back_valid && !put2_q && !put_q;
  always_ff @(posedge clk_i) begin
    if (rst_i) beat_q <= 3'd0;
    else if (pic_rvalid_i) beat_q <= beat_q + 3'd1;
  end

  // Two pixels a beat: swap, then eight bits of each colour.
  function automatic logic [23:0] colours(input logic [23:0] v, input logic exchange);
    colours = exchange ? {v[7:0], v[15:8], v[23:16]} : v;
  endfunction
  function automatic logic [7:0] eight(input logic [9:0] v);  // v * 255 / 1023 to the nearest
    logic [17:0] a;
    a = {v, 8'd0} - {8'd0, v} + 18'd511;
    eight = 8'((a + {10'd0, a[17:10]} + 18'd1) >> 10);
  endfunction
  function automatic logic [23:0] ten(input logic [29:0] v, input logic exchange);
    ten = exchange ? {eight(v[9:0]), eight(v[19:10]), eight(v[29:20])}
                   : {eight(v[29:20]), eight(v[19:10]), eight(v[9:0])};
  endfunction
  logic put_q, put2_q, end_q, end2_q;
  logic [10:0] put_at_q, put2_at_q;  // {half, row, pixels / 2}
  logic [31:0] first, second;
  logic unused_bits;
  assign unused_bits = ^{first[31:30], second[31:30]};
  logic [59:0] put_data_q;
  assign first = xg_fn_pkg::swap32(pic_rdata_i[31:0], format_i[3:2]);
  assign second = xg_fn_pkg::swap32(pic_rdata_i[63:32], format_i[3:2]);
  logic [47:0] put2_data_q;
  always_ff @(posedge clk_i) begin
    put_q <= pic_rvalid_i && !rst_i;
    end_q <= back_done && back_last && !rst_i;
    put_at_q <= {back_half, beat_q[1], 9'({back_block, 2'd0}) + {7'd0, beat_q[2], beat_q[0]}};
    put_data_q <= back_hit ? {second[29:0], first[29:0]} : 60'd0;
    put2_q <= put_q && !rst_i;
    end2_q <= end_q && !rst_i;
    put2_at_q <= put_at_q;
    put2_data_q <= format_i[1] ? {ten(put_data_q[59:30], format_i[4]), ten(put_data_q[29:0], format_i[4])}
                               : {colours(put_data_q[53:30], format_i[4]), colours(put_data_q[23:0], format_i[4])};
  end
  assign pair_done = end2_q && !restart_q;

  // ---- two pairs of rows ---------------------------------------------------------------------------
  logic [47:0] rows [0:2047];
  logic [47:0] two_q;
  logic [10:0] get_at;
  always_ff @(posedge clk_i) if (put2_q) rows[put2_at_q] <= put2_data_q;
  always_ff @(posedge clk_pixel_i) two_q <= rows[get_at];

  // ---- screen side -----------------------------------------------------------------------------------
  // The size changes only in blanking, long before it is looked at: two registers are enough.
  logic [9:0] sw_meta_q, sw_q, sh_meta_q, sh_q, left_q, top_q, px, py;
  logic shown_meta_q, shown_pixel_q, in_picture, picture1_q, picture2_q, second1_q, second2_q;
  assign px = x_i - left_q;
  assign py = y_i - top_q;
  assign in_picture = shown_pixel_q && x_i >= left_q && px < sw_q && y_i >= top_q && py < sh_q;
  assign get_at = {py[1], py[0], px[9:1]};
  always_ff @(posedge clk_pixel_i) begin
    shown_meta_q <= shown_q;
    shown_pixel_q <= shown_meta_q;
    sw_meta_q <= w_q;
    sw_q <= sw_meta_q;
    sh_meta_q <= h_q;
    sh_q <= sh_meta_q;
    left_q <= (10'd640 - sw_q) >> 1;
    top_q <= (10'(SCREEN_H) - sh_q) >> 1;
    if (rst_pixel_i) pair_pixel_q <= 1'b0;
    else if (x_i == 10'd0 && y_i >= top_q && py < sh_q && !py[0] && y_i < 10'(SCREEN_H)) pair_pixel_q <= !pair_pixel_q;
  end
  logic [47:0] two2_q;
  always_ff @(posedge clk_pixel_i) begin
    picture1_q <= in_picture;
    second1_q <= px[0];
    picture2_q <= picture1_q;
    second2_q <= second1_q;
    two2_q <= two_q;
  end
  assign rgb_o = !picture2_q ? 24'd0 : second2_q ? two2_q[47:24] : two2_q[23:0];
endmodule
