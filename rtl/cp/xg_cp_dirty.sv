// Which registers changed since the last delegated draw: one bit a register, by dense address, and
// their number.
//
// mark_i sets a bit; one a cycle; idle_o says that all marks are counted, which they are two cycles later. scan_i gives the set bits
// in ascending order at item_* and clears them; they are count_o, and nothing may be marked before the
// second cycle after the last of them was taken.
module xg_cp_dirty (
    input  logic        clk_i,
    output logic        wake_o,
    input  logic        rst_i,
    output logic        ready_o,       // cleared after reset
    input  logic        mark_i,
    input  logic [13:0] mark_addr_i,
    output logic        idle_o,
    output logic [13:0] count_o,
    input  logic        scan_i,
    output logic        item_valid_o,
    input  logic        item_ready_i,
    output logic [13:0] item_addr_o
);
  localparam logic [2:0] ST_CLEAR = 3'd0, ST_MARK = 3'd1, ST_READ = 3'd2, ST_LOAD = 3'd3, ST_ITEM = 3'd4;

  logic [2:0] state_q;
  logic [8:0] at_q;             // word being cleared or scanned
  logic [31:0] word_q;          // its bits that are left
  logic [13:0] count_q;
  logic mark_q, same_q, fresh_q;
  logic [13:0] mark_addr_q;
  logic [31:0] last_q;          // the word written last

  logic we, re, fresh;
  logic [8:0] waddr, raddr;
  logic [31:0] wdata, rdata, old, bits, less, only;
  logic [4:0] lowest;
  logic give, item_valid_q;
  logic [13:0] item_q;          // the bit to give, in a register: who takes it does much with it

  xg_ram #(
      .W(32),
      .DEPTH_LOG2(9)
  ) u_ram (
      .clk_i,
      .we_i   (we),
      .waddr_i(waddr),
      .wstrb_i(4'hF),
      .wdata_i(wdata),
      .re_i   (re),
      .raddr_i(raddr),
      .rdata_o(rdata)
  );

  assign wake_o = state_q != ST_MARK || mark_q || fresh_q || item_valid_q;  // who marks or scans is awake
  assign ready_o = state_q != ST_CLEAR;
  assign idle_o = !mark_q && !fresh_q;
  assign count_o = count_q;

  // A mark reads its word in one cycle and writes it in the next, whether the bit was there or not: that comes out of the
  // block RAM late, and is counted a cycle later.
  assign old = same_q ? last_q : rdata;
  assign bits = old | (32'd1 << mark_addr_q[4:0]);
  assign fresh = mark_q && !old[mark_addr_q[4:0]];

  assign less = word_q - 32'd1;
  assign only = word_q & ~less;  // the lowest bit
  always_comb begin
    lowest = 5'd0;
    for (int i = 0; i < 32; i++) if (only[i]) lowest = lowest | i[4:0];
  end
  assign give = state_q == ST_ITEM && word_q != 32'd0 && (!item_valid_q || item_ready_i);
  assign item_valid_o = item_valid_q;
  assign item_addr_o = item_q;
  always_ff @(posedge clk_i) begin
    item_valid_q <= !rst_i && (give || (item_valid_q && !item_ready_i));
    if (give) item_q <= {at_q, lowest};
  end

  always_comb begin
    re = 1'b1;
    raddr = (state_q == ST_MARK) ? mark_addr_i[13:5] : at_q;
    // Nothing is marked while words are cleared.
    we = mark_q || state_q == ST_CLEAR || (state_q == ST_ITEM && word_q == 32'd0);
    waddr = mark_q ? mark_addr_q[13:5] : at_q;
    wdata = mark_q ? bits : 32'd0;
  end

  always_ff @(posedge clk_i) begin
    mark_addr_q <= mark_addr_i;
    last_q <= bits;
    same_q <= mark_q && mark_addr_i[13:5] == mark_addr_q[13:5];
    if (rst_i) begin
      state_q <= ST_CLEAR;
      at_q <= '0;
      word_q <= '0;
      count_q <= '0;
      mark_q <= 1'b0;
      fresh_q <= 1'b0;
    end else begin
      mark_q <= mark_i && state_q == ST_MARK;
      fresh_q <= fresh;
      if (fresh_q) count_q <= count_q + 14'd1;
      case (state_q)
        ST_CLEAR: begin
          at_q <= at_q + 9'd1;
          if (at_q == 9'd511) state_q <= ST_MARK;
        end
        ST_MARK: if (scan_i) begin
          at_q <= '0;
          state_q <= ST_READ;
        end
        ST_READ: state_q <= ST_LOAD;
        ST_LOAD: begin
          word_q <= rdata;
          state_q <= ST_ITEM;
        end
        default: begin
          if (word_q == 32'd0) begin
            at_q <= at_q + 9'd1;
            state_q <= (count_q == 14'd0) ? ST_MARK : ST_READ;
          end else if (give) begin
            word_q <= word_q & less;
            count_q <= count_q - 14'd1;
          end
        end
      endcase
    end
  end
endmodule
