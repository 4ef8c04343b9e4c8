// The FPGA's end of a FT232H in synchronous 245 FIFO mode: two byte streams on the chip's 60 MHz.
//
// Pins (all but the clock active low, from FTDI's data sheet DS_FT232H, "FT245 synchronous"): with
// OE# low the chip drives the bus; a byte has been read at every edge where RD# and RXF# are low; a
// byte has been written at every edge where WR# and TXE# are low. OE# goes low a cycle before RD#.
// Pads: every output is the value for the next edge, and the register that takes it (and lets it out)
// is the pad's; rxf_n_i and data_i come from registers in the pads. Only txe_n_i is looked at in its own
// cycle, because a byte that the chip refused must stay where it is. While rst_i is high the outputs
// are those of an interface at rest.
//
// The bus changes hands after TURN bytes at the latest when the other direction has something, and at
// once when its own has nothing. SIWU# is given when all that was to be said is in the chip, so
// that a short packet does not wait for the chip's latency timer.
module xg_ft245 #(
    parameter int TURN_LOG2 = 9
) (
    input  logic       clk_i,
    input  logic       rst_i,
    // pads
    input  logic       rxf_n_i,     // registered
    input  logic       txe_n_i,     // as it is at the pin
    input  logic [7:0] data_i,      // registered
    output logic [7:0] data_o,      // before the register, like all below
    output logic       drive_o,     // the FPGA drives the bus
    output logic       oe_n_o,
    output logic       rd_n_o,
    output logic       wr_n_o,
    output logic       siwu_n_o,
    // from the host; room_i: 8 bytes or more will be taken
    output logic       rx_valid_o,
    output logic [7:0] rx_data_o,
    input  logic       rx_room_i,
    // to the host
    input  logic       tx_valid_i,
    output logic       tx_ready_o,
    input  logic [7:0] tx_data_i
);
  localparam logic [2:0] IDLE = 3'd0, OPEN = 3'd1, READ = 3'd2, CLOSE = 3'd3, WRITE = 3'd4;
  localparam logic [TURN_LOG2:0] LAST = {1'b1, {TURN_LOG2{1'b0}}};

  logic [2:0] state_q, state_d;
  logic oe_n_d, rd_n_q, rd_n_d, wr_n_q, wr_n_d, drive_d, siwu_n_d;
  logic rd_was_q;           // RD# and OE# were low at the edge that caught data_i
  logic [7:0] out_q, out_d;
  logic [TURN_LOG2:0] turn_q, turn_d;
  logic said_q, said_d;     // something is in the chip that no SIWU# was given for
  logic [3:0] quiet_q, quiet_d;

  assign oe_n_o = oe_n_d;
  assign rd_n_o = rd_n_d;
  assign wr_n_o = wr_n_d;
  assign siwu_n_o = siwu_n_d;
  assign drive_o = drive_d;
  assign data_o = out_d;

  // What the pads caught: a byte if RXF# was low and the chip was read at that edge.
  logic rxf;
  assign rxf = !rxf_n_i;
  assign rx_valid_o = rxf && rd_was_q;
  assign rx_data_o = data_i;

  // have_q: out_q holds a byte that the chip has not taken. A chip that takes nothing (its host does
  // not read) must not keep what its host says from being read: then the byte waits.
  logic accepted, have_q, have_d, want_read, want_write, turn_over, leave;
  assign accepted = !wr_n_q && !txe_n_i;
  assign turn_over = turn_q == LAST;
  assign want_read = rxf && rx_room_i;
  assign want_write = tx_valid_i || have_q;
  assign leave = want_read && (turn_over || (!wr_n_q && txe_n_i));
  // Not leave: a byte that is refused is not accepted, and without one WR# is high.
  assign tx_ready_o = state_q == WRITE && !(want_read && turn_over) && (!have_q || accepted);
  assign have_d = !rst_i && ((tx_ready_o && tx_valid_i) || (have_q && !accepted));
  assign out_d = tx_ready_o ? tx_data_i : out_q;

  // OE# and the FPGA's own drivers stay as the state before left them, but where they change.
  logic oe_n_q, drive_q;
  always_comb begin
    state_d = state_q;
    oe_n_d = oe_n_q;
    rd_n_d = rd_n_q;
    wr_n_d = wr_n_q;
    drive_d = drive_q;
    turn_d = turn_q;
    siwu_n_d = 1'b1;
    said_d = said_q || accepted;
    quiet_d = want_write ? 4'd0 : (quiet_q == 4'd15) ? 4'd15 : quiet_q + 4'd1;
    if (said_q && quiet_q == 4'd15 && wr_n_q) begin
      siwu_n_d = 1'b0;
      said_d = 1'b0;
    end
    case (state_q)
      IDLE: begin
        turn_d = '0;
        if (want_read) begin
          state_d = OPEN;
          oe_n_d = 1'b0;
        end else if (want_write) begin
          state_d = WRITE;
          drive_d = 1'b1;
        end
      end
      OPEN: begin
        state_d = READ;
        rd_n_d = 1'b0;
      end
      READ: begin
        if (rx_valid_o && !turn_over) turn_d = turn_q + 1'b1;
        // One look behind: bytes that come after RD# goes high are none; room_i covers the rest.
        if (!rx_room_i || (rd_was_q && !rxf) || (turn_over && want_write)) begin
          state_d = CLOSE;
          rd_n_d = 1'b1;
          oe_n_d = 1'b1;
        end
      end
      CLOSE: begin  // nobody drives for a cycle
        turn_d = '0;
        if (want_write) begin
          state_d = WRITE;
          drive_d = 1'b1;
        end else state_d = IDLE;
      end
      default: begin  // WRITE
        if (accepted && !turn_over) turn_d = turn_q + 1'b1;
        wr_n_d = leave || !have_d;
        if (leave || !have_d) begin
          state_d = IDLE;
          drive_d = 1'b0;
        end
      end
    endcase
    if (rst_i) begin
      state_d = IDLE;
      oe_n_d = 1'b1;
      rd_n_d = 1'b1;
      wr_n_d = 1'b1;
      drive_d = 1'b0;
      siwu_n_d = 1'b1;
      turn_d = '0;
      said_d = 1'b0;
      quiet_d = 4'd0;
    end
  end

  always_ff @(posedge clk_i) begin
    state_q <= state_d;
    oe_n_q <= oe_n_d;
    rd_n_q <= rd_n_d;
    rd_was_q <= !rst_i && !rd_n_q;
    wr_n_q <= wr_n_d;
    drive_q <= drive_d;
    turn_q <= turn_d;
    said_q <= said_d;
    quiet_q <= quiet_d;
    have_q <= have_d;
    out_q <= out_d;
  end
endmodule
