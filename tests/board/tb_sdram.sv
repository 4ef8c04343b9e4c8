// xg_sdram against the checking model: random reads and writes with every pattern of bytes, bank and
// row, compared with an array. Runs under Icarus; prints TAP.
module tb_sdram;
  logic clk = 0, rst = 1;
  always #1 clk = !clk;

  logic req_valid = 0, req_ready, req_we = 0, rd_valid;
  logic [24:3] req_addr = 0;
  logic [3:0] req_beats = 0;
  logic [63:0] req_wdata = 0, rd_data;
  logic [7:0] req_wstrb = 0;
  logic cke, cs_n, ras_n, cas_n, we_n, drive, model_drive;
  logic [1:0] ba, dqm;
  logic [12:0] a;
  logic [15:0] dq, dq_model;
  wire [31:0] errors;

  xg_sdram #(.POWER_UP(100)) u_sdram (
      .clk_i(clk), .rst_i(rst), .req_valid_i(req_valid), .req_ready_o(req_ready), .req_we_i(req_we),
      .req_addr_i(req_addr), .req_beats_i(req_beats), .req_wdata_i(req_wdata), .req_wstrb_i(req_wstrb),
      .rd_valid_o(rd_valid), .rd_data_o(rd_data), .cke_o(cke_d), .cs_n_o(cs_n_d), .ras_n_o(ras_n_d),
      .cas_n_o(cas_n_d), .we_n_o(we_n_d), .ba_o(ba_d), .a_o(a_d), .dqm_o(dqm_d), .dq_o(dq_d),
      .dq_drive_o(drive_d), .dq_i(dq_q));
  // the registers of the pads
  logic cke_d, cs_n_d, ras_n_d, cas_n_d, we_n_d, drive_d;
  logic [1:0] ba_d, dqm_d;
  logic [12:0] a_d;
  logic [15:0] dq_d, dq_q;
  always_ff @(posedge clk) begin
    {cke, cs_n, ras_n, cas_n, we_n, drive} <= {cke_d, cs_n_d, ras_n_d, cas_n_d, we_n_d, drive_d};
    {ba, dqm, a, dq} <= {ba_d, dqm_d, a_d, dq_d};
    dq_q <= dq_model;
  end
  sdram_model #(.ROW_BITS(4)) u_model (
      .clk_i(!clk), .cke_i(cke), .cs_n_i(cs_n), .ras_n_i(ras_n), .cas_n_i(cas_n), .we_n_i(we_n),
      .ba_i(ba), .a_i(a), .dqm_i(dqm), .dq_i(dq), .dq_drive_i(drive), .dq_o(dq_model),
      .dq_drive_o(model_drive), .errors_o(errors));

  localparam int WORDS = 1 << 13;  // of 64 bits: 4 row bits, 2 bank bits, 7 column bits
  logic [63:0] shadow [0:WORDS-1];
  logic [63:0] expected [0:4095];
  integer put = 0, got = 0, wrong = 0, seed = 1, cycles = 0, reads = 0, writes = 0, i, at;
  logic [63:0] value;

  always @(posedge clk) begin
    cycles <= cycles + 1;
    if (rd_valid) begin
      if (rd_data !== expected[got % 4096]) begin
        if (wrong == 0) $display("# word %0d: %h, expected %h", got, rd_data, expected[got % 4096]);
        wrong = wrong + 1;
      end
      got = got + 1;
    end
  end

  task request(input logic we, input integer word, input integer beats);
    integer b;
    begin
      req_valid <= 1;
      req_we <= we;
      req_addr <= 22'((word >> 9 & 15) << 9 | word & 511);
      req_beats <= 4'(beats);
      value = {$random(seed), $random(seed)};
      req_wdata <= value;
      req_wstrb <= 8'($random(seed));
      @(posedge clk);
      while (!req_ready) @(posedge clk);
      if (we) begin
        for (b = 0; b < 8; b = b + 1)
          if (req_wstrb[b]) shadow[word][8*b+:8] = req_wdata[8*b+:8];
        writes = writes + 1;
      end else begin
        for (b = 0; b < beats; b = b + 1) begin
          expected[put % 4096] = shadow[word+b];
          put = put + 1;
        end
        reads = reads + 1;
      end
      req_valid <= 0;
    end
  endtask

  integer start, ended;
  initial begin
    $display("TAP version 13");
    repeat (5) @(posedge clk);
    rst <= 0;
    // everything written once, so that nothing is unknown
    for (i = 0; i < WORDS; i = i + 1) begin
      shadow[i] = 0;
      req_wstrb <= 8'hFF;
      req_valid <= 1;
      req_we <= 1;
      req_addr <= 22'(i);
      req_wdata <= 0;
      @(posedge clk);
      while (!req_ready) @(posedge clk);
    end
    req_valid <= 0;
    for (i = 0; i < 20000; i = i + 1) begin
      at = $random(seed) & (WORDS - 1);
      if ($random(seed) & 1) at = (at & ~63) | ($random(seed) & 63);
      if ($random(seed) & 1) request(1'b1, at, 1);
      else request(1'b0, at, 1 + ($random(seed) & 7) % (8 - (at & 7)));
      if (($random(seed) & 15) == 0) repeat ($random(seed) & 31) @(posedge clk);
    end
    repeat (100) @(posedge clk);
    $display("%s 1 - %0d reads, %0d writes: %0d words equal", wrong == 0 && got == put ? "ok" : "not ok",
             reads, writes, got - wrong);
    $display("%s 2 - no rule of the chip broken (%0d)", errors == 0 ? "ok" : "not ok", errors);
    // lines in a row: rows of the next bank open while words move
    start = cycles;
    for (i = 0; i < 512; i = i + 1) request(1'b0, i * 8, 8);
    while (got != put) @(posedge clk);
    ended = cycles;
    $display("# %0d bytes in %0d clocks", 512 * 64, ended - start);
    $display("%s 3 - 90 in 100 clocks of a long read move a word", 512 * 64 / 2 * 10 >= (ended - start) * 9 ?
             "ok" : "not ok");
    $display("1..3");
    $finish;
  end
  initial begin
    #4000000;
    $display("not ok - the controller stands still");
    $finish;
  end
endmodule
