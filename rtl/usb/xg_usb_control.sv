// Control endpoint 0 (USB 2.0, 9.4): the requests that a bulk device needs, and STALL for all others.
//
// setup_i with the eight bytes begins a request, whatever was before. The answer to IN and OUT follows from it: stall_o, or a data
// packet of len_o bytes with toggle_o; data_o is byte index_i of it a clock later. sent_i: the host has the packet that IN
// gave. out_i: an OUT of no bytes ended a request; out_ok_o says whether one may. The new address counts from the end of its request
// on. Known: GET_DESCRIPTOR, GET_STATUS, GET_CONFIGURATION, SET_ADDRESS, SET_CONFIGURATION 0 and 1,
// SET_FEATURE and CLEAR_FEATURE of ENDPOINT_HALT.
module xg_usb_control #(
    parameter logic [63:0] SERIAL = "00000001"
) (
    input  logic        clk_i,
    input  logic        rst_i,  // a bus reset too
    input  logic        high_i,
    input  logic        setup_i,
    input  logic [63:0] bytes_i,  // the first is bits 7:0
    input  logic        sent_i,
    input  logic        out_i,
    output logic        stall_o,
    output logic        out_ok_o,
    output logic [6:0]  len_o,
    output logic        toggle_o,
    input  logic [6:0]  index_i,
    output logic [7:0]  data_o,
    output logic [6:0]  addr_o,
    output logic        configured_o,
    output logic        halt_out_o,
    output logic        halt_in_o,
    output logic        clear_out_o,  // the toggle of the bulk endpoint goes back to DATA0
    output logic        clear_in_o
);
  localparam logic [1:0] STALLED = 2'd0, REPLY = 2'd1, STATUS = 2'd2, DONE = 2'd3;
  logic [1:0] state_q;
  logic [7:0] sent_q, total_q;
  logic brief_q;  // the answer is two bytes and not a descriptor
  logic [7:0] brief_first_q, table_data, table_len;
  logic table_found, begin_q, address_q;
  logic [15:0] value_q, index_q, asked_q;
  logic [7:0] request_q, type_q;
  logic [6:0] addr_q, next_addr_q;
  logic configured_q, halt_out_q, halt_in_q, brief_at_q;

  xg_usb_descriptors #(
      .SERIAL(SERIAL)
  ) u_table (
      .clk_i,
      .type_i (value_q[15:8]),
      .kind_i (value_q[7:0]),
      .high_i,
      .found_o(table_found),
      .len_o  (table_len),
      .index_i(sent_q + {1'b0, index_i}),
      .data_o (table_data)
  );

  // ---- what is asked -----------------------------------------------------------------------------
  logic is_out, is_in, is_zero, is_halt, no_data, good, replies, brief, set_halt, clear_halt;
  logic [7:0] length, brief_first, at_most;
  assign is_out = index_q == 16'h0001;
  assign is_in = index_q == 16'h0081;
  assign is_zero = index_q == 16'h0000 || index_q == 16'h0080;
  assign is_halt = value_q == 16'd0;  // ENDPOINT_HALT
  assign no_data = asked_q == 16'd0;
  always_comb begin
    good = 1'b0;
    replies = 1'b0;
    brief = 1'b1;
    brief_first = 8'd0;
    length = 8'd2;
    set_halt = 1'b0;
    clear_halt = 1'b0;
    case ({type_q, request_q})
      16'h8006: begin  // GET_DESCRIPTOR
        good = table_found;
        replies = 1'b1;
        brief = 1'b0;
        length = table_len;
      end
      16'h8000: begin  // GET_STATUS: self powered
        {good, replies} = 2'b11;
        brief_first = 8'd1;
      end
      16'h8100: {good, replies} = {index_q == 16'd0 && configured_q, 1'b1};
      16'h8200: begin
        good = is_zero || (configured_q && (is_out || is_in));
        replies = 1'b1;
        brief_first = {7'd0, (is_out && halt_out_q) || (is_in && halt_in_q)};
      end
      16'h8008: begin  // GET_CONFIGURATION
        {good, replies} = 2'b11;
        brief_first = {7'd0, configured_q};
        length = 8'd1;
      end
      16'h0005: good = no_data && value_q < 16'd128;  // SET_ADDRESS
      16'h0009: good = no_data && value_q < 16'd2;    // SET_CONFIGURATION
      16'h0201, 16'h0203: begin                       // CLEAR_FEATURE, SET_FEATURE
        good = no_data && is_halt && (is_zero || (configured_q && (is_out || is_in)));
        set_halt = good && request_q[1];
        clear_halt = good && !request_q[1];
      end
      default: ;
    endcase
  end
  assign at_most = asked_q < {8'd0, length} ? asked_q[7:0] : length;

  // ---- answers -----------------------------------------------------------------------------------
  logic [7:0] left;
  assign left = total_q - sent_q;
  assign stall_o = state_q == STALLED || state_q == DONE;
  assign out_ok_o = state_q == REPLY || state_q == DONE;
  assign len_o = state_q != REPLY ? 7'd0 : left < 8'd64 ? left[6:0] : 7'd64;
  assign data_o = brief_q ? (brief_at_q ? 8'd0 : brief_first_q) : table_data;
  assign addr_o = addr_q;
  assign configured_o = configured_q;
  assign halt_out_o = halt_out_q;
  assign halt_in_o = halt_in_q;
  logic configure;
  assign configure = begin_q && good && request_q == 8'd9;
  assign clear_out_o = configure || (begin_q && clear_halt && is_out);
  assign clear_in_o = configure || (begin_q && clear_halt && is_in);

  always_ff @(posedge clk_i) begin
    brief_at_q <= index_i[0];
    begin_q <= setup_i && !rst_i;
    if (setup_i) begin
      {asked_q, index_q, value_q} <= bytes_i[63:16];
      {request_q, type_q} <= bytes_i[15:0];
    end
    if (rst_i) begin
      state_q <= STALLED;
      addr_q <= 7'd0;
      address_q <= 1'b0;
      configured_q <= 1'b0;
      halt_out_q <= 1'b0;
      halt_in_q <= 1'b0;
    end else if (begin_q) begin
      state_q <= !good ? STALLED : replies ? REPLY : STATUS;
      toggle_o <= 1'b1;
      sent_q <= 8'd0;
      total_q <= at_most;
      brief_q <= brief;
      brief_first_q <= brief_first;
      address_q <= good && request_q == 8'd5;
      next_addr_q <= value_q[6:0];
      if (configure) configured_q <= value_q[0];
      if (set_halt && is_out) halt_out_q <= 1'b1;
      else if (clear_out_o) halt_out_q <= 1'b0;
      if (set_halt && is_in) halt_in_q <= 1'b1;
      else if (clear_in_o) halt_in_q <= 1'b0;
    end else begin
      if (sent_i) begin
        toggle_o <= !toggle_o;
        sent_q <= sent_q + {1'b0, len_o};
        if (state_q == STATUS) begin
          state_q <= DONE;
          if (address_q) addr_q <= next_addr_q;
          address_q <= 1'b0;
        end
      end
      if (out_i) state_q <= DONE;
    end
  end
endmodule
