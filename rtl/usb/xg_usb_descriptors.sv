// What the device says of itself: descriptors as chapter 9 of USB 2.0 lays them out, in one table.
//
// type_i and kind_i (the low byte of wValue) choose; found_o and len_o follow combinationally. data_o is byte index_i of
// the chosen one a clock later. high_i is the speed of the bus: the configuration is of that speed, and type 7 gives
// that of the other. Vendor, product, endpoints: those that the driver looks for (driver/usb).
module xg_usb_descriptors #(
    parameter logic [63:0] SERIAL = "00000001"  // eight characters
) (
    input  logic       clk_i,
    input  logic [7:0] type_i,
    input  logic [7:0] kind_i,
    input  logic       high_i,
    output logic       found_o,
    output logic [7:0] len_o,
    input  logic [7:0] index_i,
    output logic [7:0] data_o
);
  localparam logic [15:0] VENDOR = 16'h1209, PRODUCT = 16'h0001, VERSION = 16'h0100;
  // Words stand in the table as in the descriptor, low byte first.
  localparam logic [143:0] DEVICE = {
    8'd18, 8'd1, 16'h0002, 8'd0, 8'd0, 8'd0, 8'd64, VENDOR[7:0], VENDOR[15:8], PRODUCT[7:0], PRODUCT[15:8], VERSION[7:0], VERSION[15:8],
    8'd1, 8'd2, 8'd3, 8'd1
  };
  localparam logic [79:0] QUALIFIER = {8'd10, 8'd6, 16'h0002, 8'd0, 8'd0, 8'd0, 8'd64, 8'd1, 8'd0};
  // One interface of the vendor's class; own power, 0 mA from the bus.
  localparam logic [143:0] INTERFACE = {
    8'd9, 8'd2, 16'h2000, 8'd1, 8'd1, 8'd0, 8'hC0, 8'd0, 8'd9, 8'd4, 8'd0, 8'd0, 8'd2, 8'hFF, 8'd0, 8'd0, 8'd0
  };
  localparam logic [111:0] HIGH = {
    8'd7, 8'd5, 8'h01, 8'd2, 16'h0002, 8'd1, 8'd7, 8'd5, 8'h81, 8'd2, 16'h0002, 8'd0
  };
  localparam logic [111:0] FULL = {
    8'd7, 8'd5, 8'h01, 8'd2, 16'h4000, 8'd0, 8'd7, 8'd5, 8'h81, 8'd2, 16'h4000, 8'd0
  };
  localparam logic [15:0] LANGUAGE = 16'h0904;
  localparam logic [63:0] MAKER = "Xenogate";
  localparam logic [119:0] NAME = "Xenogate device";
  localparam int BYTES = 18 + 10 + 18 + 14 + 18 + 14 + 2 + 8 + 15 + 8;
  localparam logic [8*BYTES-1:0] TABLE = {DEVICE, QUALIFIER, INTERFACE, HIGH, INTERFACE, FULL, LANGUAGE, MAKER, NAME, SERIAL};
  localparam logic [6:0] AT_DEVICE = 7'd0, AT_QUALIFIER = 7'd18, AT_HIGH = 7'd28, AT_FULL = 7'd60, AT_LANGUAGE = 7'd92,
      AT_MAKER = 7'd94, AT_NAME = 7'd102, AT_SERIAL = 7'd117;

  logic [7:0] rom[0:127];
  initial for (int i = 0; i < 128; i = i + 1) rom[i] = i < BYTES ? TABLE[8*(BYTES-1-i)+:8] : 8'd0;

  // A string's two first bytes are not in the table; letters stand for two bytes, whose second is 0.
  logic text, letters;
  logic [6:0] base;
  always_comb begin
    found_o = 1'b1;
    text = 1'b0;
    letters = 1'b0;
    base = AT_DEVICE;
    len_o = 8'd18;
    case (type_i)
      8'd1: found_o = kind_i == 8'd0;
      8'd2, 8'd7: begin
        base = (type_i == 8'd2) == high_i ? AT_HIGH : AT_FULL;
        len_o = 8'd32;
        found_o = kind_i == 8'd0;
      end
      8'd6: begin
        base = AT_QUALIFIER;
        len_o = 8'd10;
        found_o = kind_i == 8'd0;
      end
      8'd3: begin
        text = 1'b1;
        letters = kind_i != 8'd0;
        case (kind_i)
          8'd0: {base, len_o} = {AT_LANGUAGE, 8'd4};
          8'd1: {base, len_o} = {AT_MAKER, 8'd18};
          8'd2: {base, len_o} = {AT_NAME, 8'd32};
          8'd3: {base, len_o} = {AT_SERIAL, 8'd18};
          default: found_o = 1'b0;
        endcase
      end
      default: found_o = 1'b0;
    endcase
  end

  logic [6:0] address;
  logic [6:0] text_at;
  logic [7:0] read_q, instead_q;
  logic other_q;
  assign text_at = index_i[6:0] - 7'd2;
  assign address = base + (letters ? {1'b0, text_at[6:1]} : text ? text_at : index_i[6:0]);
  assign data_o = other_q ? instead_q : read_q;
  always_ff @(posedge clk_i) begin
    read_q <= rom[address];
    other_q <= index_i == 8'd1 || (text && (index_i == 8'd0 || (letters && index_i[0])));
    instead_q <= index_i == 8'd0 ? len_o : index_i == 8'd1 ? type_i : 8'd0;
  end
endmodule
