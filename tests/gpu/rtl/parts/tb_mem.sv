// xg_mem (with its page table and gates) against pages and a memory of the bench: requests of the core wait for
// their page and reach its frame; a page that a copy wrote to is the device's until it is mapped anew; the
// link passes by; a read sees every write that was taken before it, and may see later ones.
module tb_mem;
  localparam int PAGES = 6;  // of the core, spread; their frames are others
  logic clk = 0, rst = 1, crst = 1;
  wire busy, lrr, lrv, lwr, crr, crv, cwr, fv, fdirty, parked, brv_o, bwv;
  logic lrd = 0, lwd = 0, crd = 0, cwd = 0, mapv = 0, resident = 0, fready = 0, brr = 0, brvalid = 0, bwr = 0, copy = 0;
  logic [28:3] la = 0, lwa = 0, ca = 0, cwa = 0, ba, bwa;
  logic [3:0] cbeats = 1, lbeats = 1, bbeats;
  logic [63:0] lwdata = 0, cwdata = 0, rdata, brdata = 0, bwdata;
  logic [7:0] cstrb = 0, number = 0, bwstrb;
  logic [12:0] map_page = 0, map_frame = 0, fpage;
  logic [63:0] ram [0:65535], model [0:65535];  // the first words of eight frames; model: as the core sees them
  logic there [0:7];
  logic [63:0] log_data [0:65535];
  logic [7:0] log_strb [0:65535];
  int log_at [0:65535], c_at [0:65535], c_since [0:65535], writes = 0;
  logic [63:0] answers [0:65535], c_want [0:65535], l_want [0:65535];
  int errors = 0, seed, i, j, k, p, q, a_head = 0, a_tail = 0, c_head = 0, c_tail = 0, l_head = 0, l_tail = 0, faults = 0, dirties = 0, at;
  xg_mem dut (.clk_i(clk), .wake_o(), .rst_i(rst), .core_rst_i(crst), .busy_o(busy), .lrd_valid_i(lrd), .lrd_ready_o(lrr),
              .lrd_addr_i(la), .lrd_beats_i(lbeats), .lrd_rvalid_o(lrv), .lwr_valid_i(lwd), .lwr_ready_o(lwr), .lwr_addr_i(lwa),
              .lwr_data_i(lwdata), .lwr_strb_i(8'hFF), .map_valid_i(mapv), .map_page_i(map_page), .map_resident_i(resident),
              .map_frame_i(map_frame), .crd_valid_i(crd), .crd_ready_o(crr), .crd_addr_i(ca), .crd_beats_i(cbeats),
              .crd_rvalid_o(crv), .cwr_valid_i(cwd), .cwr_ready_o(cwr), .cwr_addr_i(cwa), .cwr_data_i(cwdata), .cwr_strb_i(cstrb),
              .cwr_copy_i(copy), .cwr_number_i(number), .fault_valid_o(fv), .fault_ready_i(fready), .fault_page_o(fpage),
              .fault_dirty_o(fdirty), .parked_o(parked), .rdata_o(rdata), .brd_valid_o(brv_o), .brd_ready_i(brr), .brd_addr_o(ba),
              .brd_beats_o(bbeats), .brd_rvalid_i(brvalid), .brd_rdata_i(brdata), .bwr_valid_o(bwv), .bwr_ready_i(bwr),
              .bwr_addr_o(bwa), .bwr_data_o(bwdata), .bwr_strb_o(bwstrb));
  always #5 clk = !clk;
  // Page p of the core is page_of(p) and lies in frame p + 1; frame 0 is the link's.
  function automatic logic [12:0] page_of(input int p); page_of = 13'(p * 1463 + 3); endfunction
  function automatic int slot_of(input logic [12:0] page); slot_of = (page - 3) / 1463; endfunction

  always @(posedge clk) if (!crst) begin
    // board memory: the first 512 words of each frame are used
    if (bwv && bwr) begin
      if (bwa[28:16] > PAGES || bwa[15:12] != 0) begin errors = errors + 1; $display("# write at %h", {bwa, 3'd0}); end
      for (k = 0; k < 8; k = k + 1) if (bwstrb[k]) ram[{bwa[18:16], bwa[11:3]}][8*k+:8] = bwdata[8*k+:8];
    end
    if (brv_o && brr) begin
      if (ba[28:16] > PAGES) begin errors = errors + 1; $display("# read at %h", {ba, 3'd0}); end
      for (k = 0; k < bbeats; k = k + 1) begin answers[a_tail[15:0]] = ram[{ba[18:16], ba[11:3]}+k]; a_tail = a_tail + 1; end
    end
    // the core; a write at the same edge as a read comes after it, or before
    if (crd && crr) begin
      at = (slot_of(ca[28:16]) + 1) * 512 + ca[11:3];
      for (k = 0; k < cbeats; k = k + 1) begin c_want[c_tail[15:0]] = model[at+k]; c_at[c_tail[15:0]] = at + k; c_since[c_tail[15:0]] = writes; c_tail = c_tail + 1; end
    end
    if (cwd && cwr) begin
      at = (slot_of(cwa[28:16]) + 1) * 512 + cwa[11:3];
      for (k = 0; k < 8; k = k + 1) if (cstrb[k]) model[at][8*k+:8] = cwdata[8*k+:8];
      log_at[writes[15:0]] = at; log_data[writes[15:0]] = cwdata; log_strb[writes[15:0]] = cstrb; writes = writes + 1;
    end
    if (crv) begin
      if (c_head == c_tail || !is_read(c_head[15:0], rdata)) begin
        errors = errors + 1; if (errors < 6) $display("# core's beat %0d: %h, expected %h", c_head, rdata, c_want[c_head[15:0]]);
      end
      c_head = c_head + 1;
    end
    // the link: frame 0 alone
    if (lwd && lwr) model[{3'd0, lwa[11:3]}] = lwdata;
    if (lrd && lrr) for (k = 0; k < lbeats; k = k + 1) begin l_want[l_tail[15:0]] = model[{3'd0, la[11:3]}+k]; l_tail = l_tail + 1; end
    if (lrv) begin
      if (l_head == l_tail || rdata !== l_want[l_head[15:0]]) begin
        errors = errors + 1; if (errors < 6) $display("# link's beat %0d: %h, expected %h", l_head, rdata, l_want[l_head[15:0]]);
      end
      l_head = l_head + 1;
    end
    // new requests; the core leaves a word alone that it reads or writes in the same cycles
    if (!crd || crr) begin
      crd <= ($random(seed) & 3) == 0 && running; q = $random(seed) % PAGES; if (q < 0) q = -q;
      ca <= {page_of(q), 4'd0, 3'($random(seed)), 3'd0, 3'd0}; cbeats <= 1 + ($random(seed) & 7);
    end
    if (!cwd || cwr) begin
      cwd <= ($random(seed) & 3) == 0 && running; q = $random(seed) % PAGES; if (q < 0) q = -q;
      cwa <= {page_of(q), 4'd0, 3'($random(seed)), 3'd0, 3'($random(seed))};
      cwdata <= {$random(seed), $random(seed)}; cstrb <= $random(seed);
      copy <= ($random(seed) & 7) == 0; number <= 8'd7;
    end
    if (!lwd || lwr) begin lwd <= ($random(seed) & 7) == 0 && running; lwa <= {17'd0, 3'($random(seed)), 3'd7, 3'($random(seed))}; lwdata <= {$random(seed), $random(seed)}; end
    if (!lrd || lrr) begin lrd <= ($random(seed) & 7) == 0 && !lwd && running; la <= {17'd0, 3'($random(seed)), 3'd1, 3'd0}; lbeats <= 1 + ($random(seed) & 7); end
  end
  logic running = 0;
  // Every byte is what was there when the read was taken, or what was written there since.
  function automatic logic is_read(input logic [15:0] beat, input logic [63:0] got);
    logic found;
    is_read = 1;
    for (int b = 0; b < 8; b++) begin
      found = got[8*b+:8] === c_want[beat][8*b+:8];
      for (int w = c_since[beat]; w < writes && !found; w++)
        found = log_at[w & 65535] == c_at[beat] && log_strb[w & 65535][b] && got[8*b+:8] === log_data[w & 65535][8*b+:8];
      if (!found) is_read = 0;
    end
  endfunction
  always @(negedge clk) begin
    brr = ($random(seed) & 3) != 0;
    bwr = ($random(seed) & 3) != 0;
    brvalid = a_head != a_tail && ($random(seed) & 3) != 0;
    if (brvalid) begin brdata = answers[a_head[15:0]]; a_head = a_head + 1; end
  end
  task map(input logic [12:0] page, input logic in);
    begin
      mapv = 1; map_page = page; resident = in; map_frame = slot_of(page) + 1;
      @(negedge clk);
      mapv = 0;
    end
  endtask
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    for (i = 0; i < 65536; i = i + 1) begin ram[i] = {$random(seed), $random(seed)}; model[i] = ram[i]; end
    for (i = 0; i < 8; i = i + 1) there[i] = 0;
    repeat (3) @(negedge clk);
    rst = 0; crst = 0;
    while (busy) @(negedge clk);
    running = 1;
    for (i = 0; i < 12000; i = i + 1) begin
      fready = ($random(seed) & 3) == 0;
      #4;
      if (fv && fready) begin
        p = slot_of(fpage);
        faults = faults + 1;
        if (fdirty) dirties = dirties + 1;
        if (page_of(p) !== fpage) begin errors = errors + 1; $display("# fault of page %h", fpage); end
        if (fdirty != there[p]) begin errors = errors + 1; $display("# fault of page %0d: dirty %b, mapped %b", p, fdirty, there[p]); end
        @(negedge clk);
        fready = 0;
        repeat ($random(seed) & 15) @(negedge clk);
        map(page_of(p), 1);
        there[p] = 1;
      end else @(negedge clk);
      // A page goes while nobody uses any.
      if ((i & 1023) == 1023) begin
        running = 0;
        for (j = 0; j < 300 && (crd || cwd || c_head != c_tail || parked || fv); j = j + 1) begin
          fready = 1;
          #4;
          if (fv) begin p = slot_of(fpage); there[p] = 1; @(negedge clk); map(page_of(p), 1); end else @(negedge clk);
        end
        fready = 0;
        repeat (30) @(negedge clk);
        p = (i >> 10) % PAGES;
        map(page_of(p), 0);
        there[p] = 0;
        running = 1;
      end
    end
    running = 0;
    if (c_tail < 1500 || l_tail < 500 || faults < 8 || dirties < 3) begin
      errors = errors + 1; $display("# too little exercised: %0d beats, %0d, %0d faults, %0d dirty", c_tail, l_tail, faults, dirties);
    end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
  initial begin #5000000 $display("FAIL seed %0d: time is up", seed); $finish; end
endmodule
