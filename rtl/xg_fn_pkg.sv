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

  // ---- formats of copies (docs/device.md, "Copies") ----

  // Exchange of the first and the last colour component of a sample: 64 bits, or twice 32.
  function automatic logic [63:0] exchange(input logic [63:0] v, input logic [3:0] format);
    logic [63:0] ten, bytes, halves;
    bytes = {v[63:56], v[39:32], v[47:40], v[55:48], v[31:24], v[7:0], v[15:8], v[23:16]};
    ten = {v[63:62], v[41:32], v[51:42], v[61:52], v[31:30], v[9:0], v[19:10], v[29:20]};
    halves = {v[47:32], v[63:48], v[15:0], v[31:16]};
    exchange = (format[3:1] == 3'd0) ? bytes : (format == 4'd2 || format == 4'd10) ? ten :
               (format == 4'd6) ? halves : v;
    if (format == 4'd7 || format == 4'd15) begin
      exchange[15:0] = v[47:32];
      exchange[47:32] = v[15:0];
    end
    if (format == 4'd15) begin
      exchange[31:16] = v[63:48];
      exchange[63:48] = v[31:16];
    end
  endfunction

  // Words of a sample of a colour format; 0: there is no such format.
  function automatic logic [1:0] color_words(input logic [3:0] format);
    case (format)
      4'd0, 4'd1, 4'd2, 4'd3, 4'd4, 4'd6, 4'd10, 4'd12, 4'd14: color_words = 2'd1;
      4'd5, 4'd7, 4'd15: color_words = 2'd2;
      default: color_words = 2'd0;
    endcase
  endfunction

  // log2 of the bytes of a pixel of a destination; 7: not a format that a copy can write.
  function automatic logic [2:0] dest_log2(input logic [5:0] dest);
    case (dest)
      6'd2, 6'd8, 6'd9: dest_log2 = 3'd0;
      6'd3, 6'd4, 6'd5, 6'd10, 6'd15, 6'd24, 6'd30: dest_log2 = 3'd1;
      6'd6, 6'd7, 6'd14, 6'd16, 6'd17, 6'd25, 6'd31, 6'd36, 6'd50, 6'd54, 6'd55, 6'd56: dest_log2 = 3'd2;
      6'd26, 6'd32, 6'd37: dest_log2 = 3'd3;
      6'd38:   dest_log2 = 3'd4;
      default: dest_log2 = 3'd7;
    endcase
  endfunction

  // The last component of a destination, from 0.
  function automatic logic [1:0] dest_last(input logic [5:0] dest);
    case (dest)
      6'd2, 6'd8, 6'd9, 6'd24, 6'd30, 6'd36: dest_last = 2'd0;
      6'd10, 6'd25, 6'd31, 6'd37: dest_last = 2'd1;
      6'd4, 6'd5, 6'd16, 6'd17, 6'd55, 6'd56: dest_last = 2'd2;
      default: dest_last = 2'd3;
    endcase
  endfunction

  // Its halves and singles.
  function automatic logic dest_half(input logic [5:0] dest);
    dest_half = dest == 6'd30 || dest == 6'd31 || dest == 6'd32;
  endfunction
  function automatic logic dest_single(input logic [5:0] dest);
    dest_single = dest == 6'd36 || dest == 6'd37 || dest == 6'd38;
  endfunction

  // Bits of a component that is a number: {first bit, bits} in its 32-bit word.
  function automatic logic [9:0] dest_place(input logic [5:0] dest, input logic [1:0] i);
    case (dest)
      6'd3:    dest_place = (i == 2'd3) ? {5'd15, 5'd1} : (i == 2'd2) ? {5'd10, 5'd5} : i[0] ? {5'd5, 5'd5} : {5'd0, 5'd5};
      6'd4:    dest_place = i[1] ? {5'd11, 5'd5} : i[0] ? {5'd5, 5'd6} : {5'd0, 5'd5};
      6'd5:    dest_place = i[1] ? {5'd10, 5'd6} : i[0] ? {5'd5, 5'd5} : {5'd0, 5'd5};
      6'd7, 6'd54:
        dest_place = (i == 2'd3) ? {5'd30, 5'd2} : (i == 2'd2) ? {5'd20, 5'd10} : i[0] ? {5'd10, 5'd10} : {5'd0, 5'd10};
      6'd15:   dest_place = {1'b0, i, 2'd0, 5'd4};
      6'd16, 6'd55: dest_place = i[1] ? {5'd22, 5'd10} : i[0] ? {5'd11, 5'd11} : {5'd0, 5'd11};
      6'd17, 6'd56: dest_place = i[1] ? {5'd21, 5'd11} : i[0] ? {5'd10, 5'd11} : {5'd0, 5'd10};
      6'd24, 6'd25, 6'd26, 6'd30, 6'd31, 6'd32: dest_place = {i[0], 4'd0, 5'd16};
      default: dest_place = {i, 3'd0, 5'd8};
    endcase
  endfunction

  // Destination formats with the bits of a colour format, so that a copy needs no conversion.
  function automatic logic same_bits(input logic [3:0] format, input logic [5:0] dest);
    case (format)
      4'd0, 4'd1:  same_bits = dest == 6'd6 || dest == 6'd14 || dest == 6'd50;
      4'd2, 4'd10: same_bits = dest == 6'd7 || dest == 6'd54;
      4'd6:        same_bits = dest == 6'd31;
      4'd7:        same_bits = dest == 6'd32;
      4'd14:       same_bits = dest == 6'd36;
      4'd15:       same_bits = dest == 6'd37;
      default:     same_bits = 1'b0;
    endcase
  endfunction

  // Kinds of components of colour formats.
  localparam logic [2:0] KIND_ZERO = 3'd0, KIND_ONE = 3'd1, KIND_UNORM = 3'd2, KIND_GAMMA = 3'd3,
      KIND_7E3 = 3'd4, KIND_FIXED = 3'd5, KIND_HALF = 3'd6, KIND_SINGLE = 3'd7;
  function automatic logic [2:0] color_kind(input logic [3:0] format, input logic [1:0] i);
    logic [2:0] absent;
    absent = i[0] ? KIND_ONE : KIND_ZERO;  // of blue and alpha
    case (format)
      4'd1:        color_kind = (i == 2'd3) ? KIND_UNORM : KIND_GAMMA;
      4'd3, 4'd12: color_kind = (i == 2'd3) ? KIND_UNORM : KIND_7E3;
      4'd4:        color_kind = i[1] ? absent : KIND_FIXED;
      4'd5:        color_kind = KIND_FIXED;
      4'd6:        color_kind = i[1] ? absent : KIND_HALF;
      4'd7:        color_kind = KIND_HALF;
      4'd14:       color_kind = i[1] ? absent : i[0] ? KIND_ZERO : KIND_SINGLE;
      4'd15:       color_kind = i[1] ? absent : KIND_SINGLE;
      default:     color_kind = KIND_UNORM;
    endcase
  endfunction

endpackage
/* verilator lint_on UNUSED */
