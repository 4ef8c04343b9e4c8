// The device for simulation: xg_top with its words, a board memory of 512 MiB and an eDRAM memory of
// 10 MiB in C (host_i is the shim's record, mem_i and edram_i are host addresses). pause_i stops ports
// for a cycle: words in, words out, board data, board reads, board writes, eDRAM data, eDRAM.
//
// Inputs but clocks are only looked at by clocked logic, and words come and go by calls: so the
// Verilated model has nothing to do for a change of an input, which would cost a tenth of its time.
//
// The parts of the clock (docs/rtl.md, "Clocks") are driven by the shim from the wake_*_o of the
// cycle before. A part that stands still costs the Verilated model nothing.
module xg_sim_top (
    input  logic        clk_i,
    input  logic        clk_host_i,
    output logic        wake_host_o,    // or when there is a word to take
    input  logic        clk_tx_i,
    output logic        wake_tx_o,
    input  logic        clk_mem_i,
    output logic        wake_mem_o,
    input  logic        clk_cp_i,
    output logic        wake_cp_o,
    output logic        wake_setup_o,
    input  logic        clk_copy_i,
    output logic        wake_copy_o,
    input  logic        clk_line_i,
    output logic        wake_line_o,
    input  logic        clk_lane_i,
    output logic        wake_lane_o,
    input  logic        clk_edram_i,
    output logic        wake_edram_o,
    input  logic        clk_eff_i,
    output logic        wake_eff_o,
    input  logic        rst_i,
    input  logic [63:0] host_i,
    input  logic [63:0] mem_i,
    input  logic [63:0] edram_i,
    input  logic        clk_pause_i,    // runs when there may be pauses
    input  logic [6:0]  pause_i,
    output logic        busy_o
);
  // Bit 32: there is a word, in bits 31:0.
  import "DPI-C" function longint unsigned xg_sim_take(input longint unsigned host);
  // Returns 0 when no other word can be given for now.
  import "DPI-C" function byte unsigned xg_sim_give(input longint unsigned host, input int unsigned data);
  import "DPI-C" function byte unsigned xg_sim_room(input longint unsigned host);
  import "DPI-C" function longint unsigned xg_sim_load(input longint unsigned base, input int word);
  import "DPI-C" function void xg_sim_store(input longint unsigned base, input int word,
                                            input longint unsigned data, input byte strobe);

  // Ports that pause in this cycle.
  logic rst_q;
  logic [6:0] pause;
  always_ff @(posedge clk_pause_i) pause <= pause_i;
  always_ff @(posedge clk_i) rst_q <= rst_i;

`ifdef XG_WAVE
  // The waveform of one packet: the shim records while its number is here.
  import "DPI-C" function void xg_sim_packet(input longint unsigned host, input int unsigned packet);
  always_ff @(posedge clk_i) xg_sim_packet(host_i, u_top.u_core.u_exec.packet_q);
`endif

  // ---- link words -------------------------------------------------------------------------------
  logic rx_ready, tx_valid, rx_valid_q, tx_ready_q;
  logic [31:0] tx_data;
  logic [32:0] rx_q;  // one register: Verilator calls once for each target of an assignment
  assign rx_valid_q = rx_q[32];
  logic host_wake, tx_wake, mem_wake, edram_wake;
  assign wake_host_o = host_wake || rx_valid_q;
  assign wake_tx_o = tx_wake || !tx_ready_q;
  always_ff @(posedge clk_host_i) begin
    if (rst_i) rx_q <= 33'd0;
    else if (!rx_valid_q || (rx_ready && !pause[0])) rx_q <= 33'(xg_sim_take(host_i));
  end
  always_ff @(posedge clk_tx_i) begin
    if (rst_i) tx_ready_q <= 1'b0;
    else begin
      if (!tx_ready_q) tx_ready_q <= xg_sim_room(host_i) != 8'd0;
      else if (tx_valid && !pause[1]) tx_ready_q <= xg_sim_give(host_i, tx_data) != 8'd0;
    end
  end

  // ---- board memory ---------------------------------------------------------------------------
  logic brd_valid, brd_ready, brd_rvalid_q, bwr_valid, bwr_ready, reading_q, serve;
  logic [28:3] brd_addr, bwr_addr, at_q;
  logic [3:0] brd_beats, left_q;
  logic [63:0] brd_rdata_q, bwr_data;
  logic [7:0] bwr_strb;
  assign serve = reading_q && !pause[2];
  assign brd_ready = (!reading_q || (serve && left_q == 4'd1)) && !pause[3];
  assign bwr_ready = !pause[4];
  assign wake_mem_o = mem_wake || reading_q || brd_rvalid_q;
  always_ff @(posedge clk_mem_i) begin
    if (rst_q) begin
      reading_q <= 1'b0;
      brd_rvalid_q <= 1'b0;
    end else begin
      brd_rvalid_q <= serve;
      if (serve) begin
        brd_rdata_q <= xg_sim_load(mem_i, {6'd0, at_q});
        at_q <= at_q + 26'd1;
        left_q <= left_q - 4'd1;
        reading_q <= left_q != 4'd1;
      end
      if (brd_valid && brd_ready) begin
        at_q <= brd_addr;
        left_q <= brd_beats;
        reading_q <= 1'b1;
      end
      if (bwr_valid && bwr_ready) xg_sim_store(mem_i, {6'd0, bwr_addr}, bwr_data, bwr_strb);
    end
  end

  // ---- eDRAM: the answer waits in a register while paused ----------------------------------------
  logic ed_valid, ed_ready, ed_we, ed_wait_q, ed_answer;
  logic [20:0] ed_addr;
  logic [63:0] ed_wdata, ed_rdata_q;
  logic [7:0] ed_wstrb;
  assign ed_answer = ed_wait_q && !pause[5];
  assign ed_ready = (!ed_wait_q || ed_answer) && !pause[6];
  assign wake_edram_o = edram_wake || ed_wait_q;
  always_ff @(posedge clk_edram_i) begin
    if (rst_q) ed_wait_q <= 1'b0;
    else begin
      if (ed_answer) ed_wait_q <= 1'b0;
      if (ed_valid && ed_ready) begin
        if (ed_we) xg_sim_store(edram_i, {11'd0, ed_addr}, ed_wdata, ed_wstrb);
        else begin
          ed_rdata_q <= xg_sim_load(edram_i, {11'd0, ed_addr});
          ed_wait_q <= 1'b1;
        end
      end
    end
  end

  xg_top u_top (
      .clk_i,
      .clk_host_i,
      .wake_host_o (host_wake),
      .clk_tx_i,
      .wake_tx_o   (tx_wake),
      .clk_mem_i,
      .wake_mem_o  (mem_wake),
      .clk_cp_i,
      .wake_cp_o,
      .wake_setup_o,
      .clk_copy_i,
      .wake_copy_o,
      .clk_line_i,
      .wake_line_o,
      .clk_lane_i,
      .wake_lane_o,
      .clk_edram_i,
      .wake_edram_o(edram_wake),
      .clk_eff_i,
      .wake_eff_o,
      .rst_i       (rst_q),
      .rx_valid_i  (rx_valid_q && !pause[0]),
      .rx_ready_o  (rx_ready),
      .rx_data_i   (rx_q[31:0]),
      .rx_hunt_o   (),
      .tx_valid_o  (tx_valid),
      .tx_ready_i  (tx_ready_q && !pause[1]),
      .tx_data_o   (tx_data),
      .brd_valid_o (brd_valid),
      .brd_ready_i (brd_ready),
      .brd_addr_o  (brd_addr),
      .brd_beats_o (brd_beats),
      .brd_rvalid_i(brd_rvalid_q),
      .brd_rdata_i (brd_rdata_q),
      .bwr_valid_o (bwr_valid),
      .bwr_ready_i (bwr_ready),
      .bwr_addr_o  (bwr_addr),
      .bwr_data_o  (bwr_data),
      .bwr_strb_o  (bwr_strb),
      .ed_valid_o  (ed_valid),
      .ed_ready_i  (ed_ready),
      .ed_we_o     (ed_we),
      .ed_addr_o   (ed_addr),
      .ed_wdata_o  (ed_wdata),
      .ed_wstrb_o  (ed_wstrb),
      .ed_rvalid_i (ed_answer),
      .ed_rdata_i  (ed_rdata_q),
      .busy_o,
      .see_valid_o   (),
      .see_last_o    (),
      .see_word_o    (),
      .see_forget_o  (),
      .see_map_o     (),
      .see_page_o    (),
      .see_resident_o(),
      .see_frame_o   (),
      .scanout_o     (),
      .underruns_i   (32'd0)
  );
endmodule
