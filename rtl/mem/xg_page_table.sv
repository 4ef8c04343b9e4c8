// One entry for each 64 KiB page of the bus: resident or not, and whether a copy's lines on it are not
// fetched by the host yet (dirty), with the number of the last copy that wrote there. Two read ports, one
// for each port gate, answer one cycle after re_i and hold. All pages are absent after reset; clearing
// takes 8,192 cycles, with busy_o high, during which both ports answer "absent".
// Each resident page has a frame of the board memory, which the host chose.
module xg_page_table (
    input  logic        clk_i,
    input  logic        rst_i,
    output logic        busy_o,
    input  logic        map_valid_i,  // not while busy; makes the page clean
    input  logic [12:0] map_page_i,
    input  logic        map_resident_i,
    input  logic [12:0] map_frame_i,
    input  logic        mark_i,       // makes a resident page dirty; taken unless map_valid_i. The page is the one
                                      // that b shows
    input  logic [12:0] mark_page_i,
    input  logic [7:0]  mark_number_i,
    input  logic [12:0] mark_frame_i,
    output logic        changed_o,    // an entry was written at the last edge
    input  logic        a_re_i,       // for reads
    input  logic [12:0] a_page_i,
    output logic [13:0] a_entry_o,    // {frame, resident}
    input  logic        b_re_i,       // for writes
    input  logic [12:0] b_page_i,
    output logic [22:0] b_entry_o     // {number, dirty, frame, resident}
);
  (* no_rw_check *) logic [13:0] mem_a [0:8191];  // {frame, resident}
  (* no_rw_check *) logic [22:0] mem_b [0:8191];  // {number, dirty, frame, resident}
  logic clearing_q, changed_q, we;
  logic [12:0] index_q, page;
  logic [13:0] a_q;
  logic [22:0] b_q, value;

  assign busy_o = clearing_q;
  assign changed_o = changed_q;
  assign a_entry_o = {a_q[13:1], a_q[0] && !clearing_q};
  assign b_entry_o = {b_q[22:1], b_q[0] && !clearing_q};
  assign we = clearing_q || map_valid_i || mark_i;
  assign page = clearing_q ? index_q : map_valid_i ? map_page_i : mark_page_i;
  assign value = clearing_q ? 23'd0 : map_valid_i ? {9'd0, map_frame_i, map_resident_i} : {mark_number_i, 1'b1, mark_frame_i, 1'b1};

  always_ff @(posedge clk_i) begin
    if (we) begin
      mem_a[page] <= value[13:0];
      mem_b[page] <= value;
    end
    if (a_re_i) a_q <= mem_a[a_page_i];
    if (b_re_i) b_q <= mem_b[b_page_i];
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      clearing_q <= 1'b1;
      index_q <= 13'd0;
      changed_q <= 1'b0;
    end else begin
      changed_q <= map_valid_i || mark_i || (clearing_q && index_q == 13'h1FFF);
      if (clearing_q) begin
        index_q <= index_q + 13'd1;
        if (index_q == 13'h1FFF) clearing_q <= 1'b0;
      end
    end
  end
endmodule
