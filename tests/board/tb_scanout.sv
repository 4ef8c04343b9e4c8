// xg_scanout, xg_board_memory and xg_sdram with a screen of 640 x 4 pixels, against an array: random
// pixels in tiles of a buffer whose pages lie in frames at random, formats by turns, while the ports of
// the device ask for memory in every cycle. The picture is taken where xg_dvi asks for it. Then memory
// stands still, and the counter of late rows must move. Prints TAP.
module tb_scanout;
  logic clk = 0, pixel = 0, fast = 0, rst = 1;
  always #8 clk = !clk;      // 62.5 MHz
  always #20 pixel = !pixel; // 25 MHz
  localparam int W = 640, H = 4;
  localparam int EDRAM = 32'h80000;

  // ---- the device's side -----------------------------------------------------------------------
  logic see = 0, last = 0, forget = 0, map = 0, resident = 0;
  logic [31:0] word = 0, underruns;
  logic [12:0] page = 0;
  logic [8:0] frame_of = 0;
  logic [13:0] format = 14'd9;
  logic pic_valid, pic_ready, pic_rvalid, frame;
  logic [24:6] pic_addr;
  logic [63:0] pic_rdata;
  logic [9:0] x, y;
  logic [23:0] rgb;
  xg_scanout #(.SCREEN_H(H)) u_scanout (
      .clk_i(clk), .rst_i(rst), .watch_valid_i(see), .watch_last_i(last), .watch_word_i(word), .forget_i(forget),
      .map_valid_i(map), .map_page_i(page), .map_resident_i(resident), .map_frame_i(frame_of), .format_i(format),
      .underruns_o(underruns), .pic_valid_o(pic_valid), .pic_ready_i(pic_ready && !still), .pic_addr_o(pic_addr),
      .pic_rvalid_i(pic_rvalid), .pic_rdata_i(pic_rdata), .clk_pixel_i(pixel), .rst_pixel_i(rst), .x_i(x), .y_i(y),
      .frame_i(frame), .rgb_o(rgb));
  xg_dvi #(.Y_SHOWN(H), .Y_SYNC(H + 1), .Y_BACK(H + 2), .Y_ALL(H + 4)) u_dvi (
      .clk_i(pixel), .rst_i(rst), .clk_bit_i(fast), .x_o(x), .y_o(y), .frame_o(frame), .rgb_i(rgb), .bits_o());

  // ---- memory ------------------------------------------------------------------------------------
  logic still = 0;  // nothing of the picture is answered
  logic brd_ready, brd_rvalid, bwr_ready, ed_ready, ed_rvalid, req_valid, req_ready, req_we, rd_valid;
  logic brd_valid = 0, bwr_valid = 0, ed_valid = 0, ed_we = 0;
  logic [24:3] brd_addr = 0, bwr_addr = 0, req_addr;
  logic [3:0] brd_beats = 1, req_beats;
  logic [63:0] bwr_data = 0, req_wdata, rd_data, ed_wdata = 0;
  logic [7:0] bwr_strb = 0, req_wstrb;
  logic [20:0] ed_addr = 0;
  xg_board_memory #(.EDRAM_BASE(EDRAM)) u_memory (
      .clk_i(clk), .rst_i(rst), .brd_valid_i(brd_valid), .brd_ready_o(brd_ready), .brd_addr_i(brd_addr),
      .brd_beats_i(brd_beats), .brd_rvalid_o(brd_rvalid), .brd_rdata_o(), .bwr_valid_i(bwr_valid),
      .bwr_ready_o(bwr_ready), .bwr_addr_i(bwr_addr), .bwr_data_i(bwr_data), .bwr_strb_i(bwr_strb),
      .ed_valid_i(ed_valid), .ed_ready_o(ed_ready), .ed_we_i(ed_we), .ed_addr_i(ed_addr), .ed_wdata_i(ed_wdata),
      .ed_wstrb_i(8'hFF), .ed_rvalid_o(ed_rvalid), .ed_rdata_o(), .pic_valid_i(pic_valid && !still),
      .pic_ready_o(pic_ready), .pic_addr_i(pic_addr), .pic_rvalid_o(pic_rvalid), .pic_rdata_o(pic_rdata),
      .req_valid_o(req_valid), .req_ready_i(req_ready), .req_we_o(req_we), .req_addr_o(req_addr),
      .req_beats_o(req_beats), .req_wdata_o(req_wdata), .req_wstrb_o(req_wstrb), .rd_valid_i(rd_valid),
      .rd_data_i(rd_data));
  logic cke_d, cs_n_d, ras_n_d, cas_n_d, we_n_d, drive_d, cke, cs_n, ras_n, cas_n, we_n, drive, model_drive;
  logic [1:0] ba_d, dqm_d, ba, dqm;
  logic [12:0] a_d, a;
  logic [15:0] dq_d, dq, dq_q, dq_model;
  wire [31:0] errors;
  xg_sdram #(.POWER_UP(100), .REFRESH(447)) u_sdram (
      .clk_i(clk), .rst_i(rst), .req_valid_i(req_valid), .req_ready_o(req_ready), .req_we_i(req_we),
      .req_addr_i(req_addr), .req_beats_i(req_beats), .req_wdata_i(req_wdata), .req_wstrb_i(req_wstrb),
      .rd_valid_o(rd_valid), .rd_data_o(rd_data), .cke_o(cke_d), .cs_n_o(cs_n_d), .ras_n_o(ras_n_d),
      .cas_n_o(cas_n_d), .we_n_o(we_n_d), .ba_o(ba_d), .a_o(a_d), .dqm_o(dqm_d), .dq_o(dq_d),
      .dq_drive_o(drive_d), .dq_i(dq_q));
  always_ff @(posedge clk) begin
    {cke, cs_n, ras_n, cas_n, we_n, drive} <= {cke_d, cs_n_d, ras_n_d, cas_n_d, we_n_d, drive_d};
    {ba, dqm, a, dq} <= {ba_d, dqm_d, a_d, dq_d};
    dq_q <= dq_model;
  end
  sdram_model #(.ROW_BITS(9), .PERIOD_PS(16000)) u_model (
      .clk_i(!clk), .cke_i(cke), .cs_n_i(cs_n), .ras_n_i(ras_n), .cas_n_i(cas_n), .we_n_i(we_n), .ba_i(ba),
      .a_i(a), .dqm_i(dqm), .dq_i(dq), .dq_drive_i(drive), .dq_o(dq_model), .dq_drive_o(model_drive),
      .errors_o(errors));

  // ---- traffic: every port asks whenever it may -----------------------------------------------
  integer seed = 7, served = 0;
  logic busy = 0;
  always @(posedge clk) begin
    if (brd_valid && brd_ready || bwr_valid && bwr_ready || ed_valid && ed_ready) served = served + 1;
    if (!brd_valid || brd_ready) begin
      brd_valid <= busy;
      brd_addr <= 22'h1C000 + (22'($random(seed)) & 22'h3FF8);  // above the picture's frames
      brd_beats <= 4'd8;
    end
    if (!bwr_valid || bwr_ready) begin
      bwr_valid <= busy;
      bwr_addr <= 22'h1C000 + (22'($random(seed)) & 22'h3FFF);
    end
    if (!ed_valid || ed_ready) begin
      ed_valid <= busy;
      ed_we <= 1'($random(seed));
      ed_addr <= 21'($random(seed)) & 21'h3FFF;
    end
  end

  // ---- the picture as it must be -----------------------------------------------------------------
  logic [31:0] want [0:W*H-1];
  logic [8:0] frames [0:1];
  integer front, px, py, at, k, bad = 0, seen = 0, pictures = 0;
  logic checking = 0;
  // the tiled address of docs/xenos: macro and micro tiles by their own formula
  function [31:0] tiled(input integer tx, input integer ty);
    integer macro, micro, o;
    begin
      macro = ((tx / 32) + (ty / 32) * (W / 32)) * 512;
      micro = ((tx & 7) + ((ty & 14) * 4)) * 4;
      o = macro + (micro / 16) * 32 + (micro & 15) + (ty & 1) * 16;
      tiled = (o / 512) * 4096 + (ty & 16) * 128 + (o & 32'h1C0) * 4 +
              ((((ty & 8) / 4) + (tx / 8)) & 3) * 64 + (o & 63);
    end
  endfunction
  function [31:0] swapped(input [31:0] v, input [1:0] e);
    case (e)
      2'd1: swapped = {v[23:16], v[31:24], v[7:0], v[15:8]};
      2'd2: swapped = {v[7:0], v[15:8], v[23:16], v[31:24]};
      2'd3: swapped = {v[15:0], v[31:16]};
      default: swapped = v;
    endcase
  endfunction
  function [7:0] to8(input [9:0] v);
    to8 = 8'((v * 255 + 511) / 1023);
  endfunction
  function [23:0] shown(input [31:0] v);  // red in the low byte
    logic [7:0] r, g, b;
    begin
      if (format[1]) {b, g, r} = {to8(v[29:20]), to8(v[19:10]), to8(v[9:0])};
      else {b, g, r} = v[23:0];
      shown = format[4] ? {r, g, b} : {b, g, r};
    end
  endfunction
  task fill;  // memory behind the model's back
    logic [31:0] stored, address;
    begin
      for (py = 0; py < H; py = py + 1)
        for (px = 0; px < W; px = px + 1) begin
          want[py*W+px] = $random(seed);
          stored = swapped(want[py*W+px], format[3:2]);
          address = front + tiled(px, py);
          address = {7'd0, frames[address[16]], address[15:0]};
          u_model.mem[address[19:1]] = stored[15:0];
          u_model.mem[address[19:1]+1] = stored[31:16];
        end
    end
  endtask
  logic [23:0] expect1, expect2;
  logic shown1 = 0, shown2 = 0;
  integer start = 0;
  always @(posedge pixel) begin
    shown1 <= checking && x < W && y < H;
    expect1 <= shown(want[y*W+x]);
    shown2 <= shown1;
    expect2 <= expect1;
    if (shown2) begin
      seen = seen + 1;
      if (rgb !== expect2) begin
        if (bad == 0) $display("# pixel %0d of the picture: %h, expected %h", seen, rgb, expect2);
        bad = bad + 1;
      end
    end
  end

  task tell(input [31:0] w, input l);
    begin
      see <= 1;
      word <= w;
      last <= l;
      @(posedge clk);
      see <= 0;
      last <= 0;
      if ($random(seed) & 1) @(posedge clk);
    end
  endtask
  task swap;
    begin
      tell({xg_pkg::LINK_SWAP, 24'd5}, 0);
      tell(front, 0);
      tell(0, 0);
      tell(0, 0);
      tell(0, 0);
      tell(W, 0);
      tell(H, 1);
    end
  endtask
  task map_page(input [12:0] p, input r, input [8:0] f);
    begin
      map <= 1;
      page <= p;
      resident <= r;
      frame_of <= f;
      @(posedge clk);
      map <= 0;
    end
  endtask
  task picture;  // the next whole one
    begin
      @(frame);
      checking = 1;
      @(frame);
      repeat (3) @(posedge pixel);
      checking = 0;
      pictures = pictures + 1;
    end
  endtask

  integer late;
  initial begin
    $display("TAP version 13");
    repeat (20) @(posedge clk);
    rst <= 0;
    repeat (8400) @(posedge clk);  // the table of pages is cleared
    front = 32'h00016000;  // crosses from page 1 into page 2
    frames[1] = 9'd3;
    frames[0] = 9'd6;
    map_page(13'd1, 1, frames[1]);
    map_page(13'd2, 1, frames[0]);
    busy = 1;
    for (k = 0; k < 2; k = k + 1) begin
      format = (k == 0) ? 14'd9 : 14'b0_0001_0100_1_11_1_1;
      fill;
      swap;
      picture;
    end
    $display("%s 1 - %0d pictures of 8 and 10 bits while all ports ask in every cycle: %0d pixels, %0d wrong",
             bad == 0 && seen == 2 * W * H ? "ok" : "not ok", pictures, seen, bad);
    $display("%s 2 - no row came too late (%0d), %0d other requests were served", underruns == 0 && served > 1000 ?
             "ok" : "not ok", underruns, served);
    $display("%s 3 - no rule of the chip broken (%0d)", errors == 0 ? "ok" : "not ok", errors);
    // a page that is gone is black
    map_page(13'd2, 0, 9'd0);
    for (at = 0; at < W * H; at = at + 1) begin
      px = at % W;
      if ((front + tiled(px, at / W)) >> 16 != 1) want[at] = 0;
    end
    seen = 0;
    picture;
    $display("%s 4 - a page that is not on the board is black (%0d wrong)", bad == 0 && seen == W * H ? "ok" : "not ok",
             bad);
    late = underruns;
    still = 1;
    @(frame);
    @(frame);
    still = 0;
    $display("%s 5 - rows that come too late are counted (%0d)", underruns > late ? "ok" : "not ok", underruns);
    bad = 0;
    @(frame);
    seen = 0;
    picture;
    $display("%s 6 - and the pictures after them are right again (%0d wrong)", bad == 0 && seen == W * H ? "ok" : "not ok",
             bad);
    $display("1..6");
    $finish;
  end
  initial begin
    #40000000;
    $display("not ok - the picture stands still");
    $finish;
  end
endmodule
