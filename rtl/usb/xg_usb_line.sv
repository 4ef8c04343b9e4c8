// The device's end of the two wires: PHY set-up, connection, bus reset with the handshake for high speed, suspend and
// resume. USB 2.0, 7.1.7.5 (reset), 7.1.7.6 (suspend), C.2; register values of ULPI 1.1, 4.2.
//
// A host that does not answer the device's chirp leaves it at full speed (high_o low). What the bus does while it is idle
// for 3 ms is told apart as the standard says: full-speed wires, then a look at them. Nothing is put to sleep in
// suspend; the board has its own power.
//
// Times are in clocks of 60 MHz; a simulation may shorten all but T_SE0 and T_FILTER.
module xg_usb_line #(
    parameter int T_SETTLE = 600,     // 10 us: wires after a change of the PHY's mode
    parameter int T_SE0 = 150,        // 2.5 us of SE0 are a reset
    parameter int T_CHIRP = 120000,   // 2 ms of the device's chirp (1 ms or more, over 7 ms after the reset began)
    parameter int T_FILTER = 150,     // 2.5 us of a host's chirp count
    parameter int T_ANSWER = 120000,  // 2 ms without an answer are full speed (1.0 to 2.5 ms)
    parameter int T_IDLE = 183000,    // 3.05 ms of idle are suspend or a reset (3.0 to 3.125 ms)
    parameter int T_LOOK = 30000      // 0.5 ms later the wires tell which (0.1 to 0.875 ms)
) (
    input  logic       clk_i,
    input  logic       rst_i,
    // xg_ulpi_link
    input  logic       held_i,
    input  logic [1:0] line_i,
    input  logic       session_i,  // VBUS is there
    input  logic       rx_active_i,
    input  logic       sending_i,  // a packet of the device is on its way: no silence either
    output logic       reg_valid_o,
    output logic [5:0] reg_addr_o,
    output logic [7:0] reg_data_o,
    input  logic       reg_done_i,
    output logic       chirp_o,  // the packet that goes out is the chirp below
    output logic       chirp_valid_o,
    input  logic       chirp_ready_i,
    output logic [7:0] chirp_data_o,
    output logic       chirp_last_o,
    input  logic       chirp_done_i,
    // the device
    output logic       reset_o,   // a bus reset, from its first 2.5 us to the end of the handshake; no VBUS
    output logic       high_o,
    output logic       suspend_o
);
  localparam logic [1:0] SE0 = 2'b00, J = 2'b01, K = 2'b10;
  localparam logic [5:0] FUNC_CTRL = 6'h04, OTG_CTRL = 6'h0A;
  // SuspendM off is bit 6; OpMode is bits 4:3, TermSelect bit 2, XcvrSelect bits 1:0.
  localparam logic [7:0] F_RESET = 8'h69, F_AWAY = 8'h49, F_FULL = 8'h45, F_CHIRP = 8'h54, F_HIGH = 8'h40;

  localparam logic [3:0] BOOT = 4'd0, BOOT_WAIT = 4'd1, OTG = 4'd2, AWAY = 4'd3, NO_HOST = 4'd4, FULL_SET = 4'd5, FULL = 4'd6,
      CHIRP_SET = 4'd7, CHIRP = 4'd8, ANSWER = 4'd9, HIGH_SET = 4'd10, HIGH = 4'd11, LOOK_SET = 4'd12, LOOK = 4'd13,
      SUSPEND = 4'd14, REFUSED_SET = 4'd15;

  localparam int TW = 20;
  logic [3:0] state_q, state_d;
  logic [TW-1:0] time_q, level_q;  // clocks in this state; clocks that the wires have been as they are
  logic [1:0] line_q;
  logic [2:0] half_q;              // halves of K-J pairs that came, and the next is K if even
  logic counted_q, was_high_q, high_q, started_q, in_reset_q, quiet, chirp_half;

  assign quiet = !rx_active_i && !sending_i && line_i == line_q;
  assign chirp_half = state_q == ANSWER && level_q >= TW'(T_FILTER) && !counted_q && line_q == (half_q[0] ? J : K);

  logic settled, se0_long;
  assign settled = time_q >= TW'(T_SETTLE);
  assign se0_long = line_q == SE0 && level_q >= TW'(T_SE0) && settled;

  always_comb begin
    state_d = state_q;
    case (state_q)
      BOOT: if (reg_done_i) state_d = BOOT_WAIT;
      BOOT_WAIT: if (settled && !held_i) state_d = OTG;
      OTG: if (reg_done_i) state_d = AWAY;
      AWAY: if (reg_done_i) state_d = NO_HOST;
      NO_HOST: if (session_i && settled) state_d = FULL_SET;
      FULL_SET, REFUSED_SET: if (reg_done_i) state_d = FULL;
      FULL: begin
        if (in_reset_q) state_d = FULL;  // the rest of a reset whose chirp got no answer
        else if (se0_long) state_d = CHIRP_SET;
        else if (line_q == J && level_q >= TW'(T_IDLE)) state_d = SUSPEND;
      end
      CHIRP_SET: if (reg_done_i) state_d = CHIRP;
      CHIRP: if (chirp_done_i) state_d = ANSWER;
      ANSWER: begin
        if (half_q == 3'd6) state_d = HIGH_SET;
        else if (time_q >= TW'(T_ANSWER)) state_d = REFUSED_SET;
      end
      HIGH_SET: if (reg_done_i) state_d = HIGH;
      HIGH: if (level_q >= TW'(T_IDLE)) state_d = LOOK_SET;
      LOOK_SET: if (reg_done_i) state_d = LOOK;
      LOOK: if (time_q >= TW'(T_LOOK)) state_d = line_q == SE0 ? CHIRP_SET : SUSPEND;
      default: begin  // SUSPEND: a K is the host's resume, and ends with SE0
        if (started_q && line_q != K) state_d = was_high_q ? HIGH_SET : FULL;
        else if (se0_long && !started_q) state_d = CHIRP_SET;
      end
    endcase
    if (!session_i && state_q > NO_HOST) state_d = AWAY;
    // A write or a chirp under way is ended first.
    if (!session_i && (reg_valid_o || chirp_o) && !(reg_done_i || chirp_done_i)) state_d = state_q;
    if (rst_i) state_d = BOOT;
  end

  always_ff @(posedge clk_i) begin
    state_q <= state_d;
    time_q <= rst_i || state_d != state_q ? '0 : (&time_q) ? time_q : time_q + 1'b1;
    line_q <= line_i;
    if (rst_i || !quiet || state_d != state_q) level_q <= '0;
    else if (!(&level_q)) level_q <= level_q + 1'b1;
    // host chirps
    if (state_q != ANSWER) half_q <= 3'd0;
    else if (chirp_half) half_q <= half_q + 3'd1;
    counted_q <= quiet && (counted_q || chirp_half);
    // resume
    if (state_q != SUSPEND) started_q <= 1'b0;
    else if (line_q == K && level_q >= TW'(T_FILTER)) started_q <= 1'b1;
    if (rst_i) begin
      high_q <= 1'b0;
      was_high_q <= 1'b0;
      in_reset_q <= 1'b0;
    end else begin
      if (state_d == HIGH) high_q <= 1'b1;
      else if (state_q == CHIRP_SET || state_q == AWAY) high_q <= 1'b0;
      if (state_q == HIGH) was_high_q <= 1'b1;
      else if (state_q == REFUSED_SET || state_q == AWAY) was_high_q <= 1'b0;
      if (state_q == REFUSED_SET) in_reset_q <= 1'b1;
      else if (state_q != FULL || (settled && line_q != SE0)) in_reset_q <= 1'b0;
    end
  end

  always_comb begin
    reg_valid_o = 1'b0;
    reg_addr_o = FUNC_CTRL;
    reg_data_o = F_FULL;
    case (state_q)
      BOOT: {reg_valid_o, reg_data_o} = {1'b1, F_RESET};
      OTG: {reg_valid_o, reg_addr_o, reg_data_o} = {1'b1, OTG_CTRL, 8'h00};
      AWAY: {reg_valid_o, reg_data_o} = {1'b1, F_AWAY};
      FULL_SET, REFUSED_SET, LOOK_SET: reg_valid_o = 1'b1;
      CHIRP_SET: {reg_valid_o, reg_data_o} = {1'b1, F_CHIRP};
      HIGH_SET: {reg_valid_o, reg_data_o} = {1'b1, F_HIGH};
      default: ;
    endcase
  end
  // The chirp is a packet without PID whose bytes are 0: with bit stuffing and NRZI off, a K.
  logic first_q;
  assign chirp_o = state_q == CHIRP;
  assign chirp_valid_o = chirp_o;
  assign chirp_data_o = first_q ? 8'h40 : 8'h00;
  assign chirp_last_o = !first_q && time_q >= TW'(T_CHIRP);
  always_ff @(posedge clk_i) begin
    if (!chirp_o) first_q <= 1'b1;
    else if (chirp_ready_i) first_q <= 1'b0;
  end

  assign reset_o = state_q <= FULL_SET || in_reset_q || state_q == CHIRP_SET || state_q == CHIRP || state_q == ANSWER ||
      state_q == REFUSED_SET;
  assign high_o = high_q;
  assign suspend_o = state_q == SUSPEND;
endmodule
