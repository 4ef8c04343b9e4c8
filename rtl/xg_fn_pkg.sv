// Pure functions of docs/device.md shared by several modules.
/* verilator lint_off UNUSED */
package xg_fn_pkg;

  function automatic logic [31:0] bswap32(input logic [31:0] v);
    bswap32 = {v[7:0], v[15:8], v[23:16], v[31:24]};
  endfunction

  // "Words": swap(v, e).
  function automatic logic [31:0] swap32(input logic [31:0] v, input logic [1:0] e);
    case (e)
      2'd1:    swap32 = {v[23:16], v[31:24], v[7:0], v[15:8]};
      2'd2:    swap32 = bswap32(v);
      2'd3:    swap32 = {v[15:0], v[31:16]};
      default: swap32 = v;
    endcase
  endfunction

  // Condition of WAIT_REG_MEM and COND_WRITE; v is masked already.
  function automatic logic compare(input logic [2:0] f, input logic [31:0] v,
                                   input logic [31:0] r);
    case (f)
      3'd0:    compare = 1'b0;
      3'd1:    compare = v < r;
      3'd2:    compare = v <= r;
      3'd3:    compare = v == r;
      3'd4:    compare = v != r;
      3'd5:    compare = v >= r;
      3'd6:    compare = v > r;
      default: compare = 1'b1;
    endcase
  endfunction

  // Register index to {present, dense address}, ascending in the index. Dense addresses below
  // 0x2000 are the register RAM; 0x2000 to 0x2002 are registers 0x5000 to 0x5002.
  function automatic logic [14:0] reg_dense(input logic [14:0] i);
    reg_dense = 15'd0;
    if (i[14:12] == 3'd0) reg_dense = {3'b100, i[11:0]};
    else if (i[14:9] == 6'b001_100) reg_dense = {6'b101_000, i[8:0]};
    else if (i[14:10] == 5'b010_00) reg_dense = 15'h5200 + {5'd0, i[9:0]};
    else if (i[14:11] == 4'b100_0 || i[14:9] == 6'b100_100) reg_dense = 15'h5600 + {3'd0, i[11:0]};
    else if (i[14:2] == 13'h1400 && i[1:0] != 2'd3) reg_dense = {13'h1800, i[1:0]};
  endfunction

  // The way back, for addresses that reg_dense gives.
  function automatic logic [14:0] reg_index(input logic [13:0] a);
    if (a[13]) reg_index = {13'h1400, a[1:0]};
    else if (!a[12]) reg_index = {3'd0, a[11:0]};
    else if (a < 14'h1200) reg_index = {6'b001_100, a[8:0]};
    else if (a < 14'h1600) reg_index = 15'h2000 + ({1'b0, a} - 15'h1200);
    else reg_index = 15'h4000 + ({1'b0, a} - 15'h1600);
  endfunction

  // Exchange of red and blue in a pixel of a 32-bit colour format.
  function automatic logic [31:0] swap_red_blue(input logic [31:0] v, input logic [3:0] format);
    case (format)
      4'd0, 4'd1: swap_red_blue = {v[31:24], v[7:0], v[15:8], v[23:16]};
      4'd2, 4'd3, 4'd10, 4'd12: swap_red_blue = {v[31:30], v[9:0], v[19:10], v[29:20]};
      4'd4, 4'd6: swap_red_blue = {v[15:0], v[31:16]};
      default: swap_red_blue = v;
    endcase
  endfunction

  // Colour formats of 32 bits.
  function automatic logic color_is_32bit(input logic [3:0] format);
    case (format)
      4'd0, 4'd1, 4'd2, 4'd3, 4'd4, 4'd6, 4'd10, 4'd12, 4'd14: color_is_32bit = 1'b1;
      default: color_is_32bit = 1'b0;
    endcase
  endfunction

  // Destination formats with the bits of a colour format, so that a copy needs no conversion.
  function automatic logic same_bits(input logic [3:0] format, input logic [5:0] dest);
    case (format)
      4'd0, 4'd1:  same_bits = dest == 6'd6 || dest == 6'd14 || dest == 6'd50;
      4'd2, 4'd10: same_bits = dest == 6'd7 || dest == 6'd54;
      4'd6:        same_bits = dest == 6'd31;
      4'd14:       same_bits = dest == 6'd36;
      default:     same_bits = 1'b0;
    endcase
  endfunction

  // Bits 28 to 6 of the byte offset of the 64-byte line that holds the 8x2 block of 32-bit pixels at
  // (x, y) in a 2D tiled surface. macro = number of the 32x32 tile; x and y are the block's.
  function automatic logic [28:6] tiled2d_line(input logic [16:0] macro, input logic [4:0] x,
                                               input logic [4:0] y);
    logic [1:0] bank;
    bank = {y[3], 1'b0} + x[4:3];
    tiled2d_line = {macro, y[4], y[3:1], bank};
  endfunction

endpackage
/* verilator lint_on UNUSED */
