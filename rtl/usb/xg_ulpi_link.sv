// Link end of ULPI 1.1 (8 bits, single data rate, the PHY's 60 MHz): the bus as packets, register writes
// and the PHY's view of the wires.
//
// Pins: DIR high means that the PHY drives the bus, and no one drives in the first cycle after a change. While
// the PHY drives, NXT high is a byte of a USB packet, NXT low an RX CMD. While the link drives, NXT high says
// that the byte on the bus was taken; STP for a cycle ends a packet or a register write.
// Pads: data_o and stp_o are the values for the next edge, data_i comes from a register; all three registers are the
// pads'. DIR and NXT are looked at in their own cycle where the byte that goes out depends on them, and through registers
// elsewhere; drive_o follows DIR in its own cycle, because the PHY drives in the next.
//
// Packets out: the first byte is the TX CMD, tx_last_i goes with the last byte, and all bytes after the first
// must be there when asked for. tx_done_o: the packet is in the PHY. tx_abort_o: the PHY took the bus for a packet or
// in the middle of one; what is left of the packet must not come any more. A PHY that takes the bus for an RX CMD
// before it took the TX CMD delays the packet only.
// Register writes: reg_valid_i stays until reg_done_o; one that the PHY interrupts is made again.
// Packets in: rx_valid_o and rx_data_o while rx_active_o; rx_error_o with or after the byte that it spoils.
module xg_ulpi_link (
    input  logic       clk_i,
    input  logic       rst_i,
    // pins
    input  logic       dir_i,
    input  logic       nxt_i,
    input  logic [7:0] data_i,
    output logic [7:0] data_o,
    output logic       drive_o,
    output logic       stp_o,
    // the wires as the PHY sees them
    output logic       held_o,  // the PHY has the bus
    output logic [1:0] line_o,
    output logic       session_o,  // VBUS is that of a session
    // register writes
    input  logic       reg_valid_i,
    input  logic [5:0] reg_addr_i,
    input  logic [7:0] reg_data_i,
    output logic       reg_done_o,
    // packets out
    input  logic       tx_valid_i,
    output logic       tx_ready_o,
    input  logic [7:0] tx_data_i,
    input  logic       tx_last_i,
    output logic       tx_done_o,
    output logic       tx_abort_o,
    output logic       tx_busy_o,  // a packet is on the bus
    // packets in
    output logic       rx_active_o,
    output logic       rx_valid_o,
    output logic [7:0] rx_data_o,
    output logic       rx_error_o
);
  localparam logic [2:0] REST = 3'd0, COMMAND = 3'd1, BODY = 3'd2, STOP = 3'd3, ADDRESS = 3'd4, VALUE = 3'd5, STOP_REG = 3'd6;

  // ---- what comes ------------------------------------------------------------------------------
  logic dir_q, dir_was_q, nxt_q, active_q, active_d, valid_q, error_q, is_command;
  logic [7:0] byte_q;
  logic [1:0] line_q;
  logic session_q;
  assign is_command = dir_q && dir_was_q && !nxt_q;
  always_comb begin
    active_d = active_q;
    if (!dir_q) active_d = 1'b0;
    else if (!dir_was_q) active_d = nxt_q;
    else if (!nxt_q) active_d = data_i[4];
  end
  assign held_o = dir_q;
  assign line_o = line_q;
  assign session_o = session_q;
  assign rx_active_o = active_q;
  assign rx_valid_o = valid_q;
  assign rx_data_o = byte_q;
  assign rx_error_o = error_q;
  always_ff @(posedge clk_i) begin
    dir_q <= dir_i;
    dir_was_q <= dir_q;
    nxt_q <= nxt_i;
    byte_q <= data_i;
    if (rst_i) begin
      active_q <= 1'b0;
      valid_q <= 1'b0;
      error_q <= 1'b0;
      line_q <= 2'b00;
      session_q <= 1'b0;
    end else begin
      active_q <= active_d;
      valid_q <= active_q && dir_q && dir_was_q && nxt_q;
      error_q <= is_command && data_i[5:4] == 2'b11;
      if (is_command) line_q <= data_i[1:0];
      if (is_command) session_q <= data_i[3];
    end
  end

  // ---- what goes ---------------------------------------------------------------------------------
  logic [2:0] state_q, state_d;
  logic [7:0] data_q, data_d;
  logic last_q, own, taken;
  assign own = !dir_i && !dir_q;
  assign taken = own && nxt_i;
  assign drive_o = own;
  assign data_o = data_d;
  assign stp_o = rst_i || state_d == STOP || state_d == STOP_REG;
  // A byte is taken from tx_* into the register in front of the pins.
  assign tx_ready_o = (state_q == REST && own && !reg_valid_i) || ((state_q == COMMAND || state_q == BODY) && taken && !last_q);
  assign tx_done_o = state_q == STOP;
  assign tx_busy_o = state_q == COMMAND || state_q == BODY;
  assign reg_done_o = state_q == STOP_REG;
  assign tx_abort_o = (active_q && (state_q == COMMAND || (state_q == REST && tx_valid_i))) || (state_q == BODY && dir_q);

  always_comb begin
    state_d = state_q;
    data_d = data_q;
    case (state_q)
      REST: begin
        data_d = 8'd0;
        if (own && reg_valid_i) begin
          data_d = {2'b10, reg_addr_i};
          state_d = ADDRESS;
        end else if (own && tx_valid_i) begin
          data_d = tx_data_i;
          state_d = COMMAND;
        end
      end
      COMMAND, BODY: begin
        if (tx_abort_o) begin
          data_d = 8'd0;
          state_d = REST;
        end else if (taken) begin
          data_d = last_q ? 8'd0 : tx_data_i;
          state_d = last_q ? STOP : BODY;
        end
      end
      ADDRESS, VALUE: begin
        if (dir_q) begin
          data_d = 8'd0;
          state_d = REST;
        end else if (taken) begin
          data_d = state_q == ADDRESS ? reg_data_i : 8'd0;
          state_d = state_q == ADDRESS ? VALUE : STOP_REG;
        end
      end
      default: state_d = REST;  // STOP, STOP_REG
    endcase
    if (rst_i) begin
      state_d = REST;
      data_d = 8'd0;
    end
  end
  always_ff @(posedge clk_i) begin
    state_q <= state_d;
    data_q <= data_d;
    if (tx_ready_o) last_q <= tx_last_i;
  end
endmodule
