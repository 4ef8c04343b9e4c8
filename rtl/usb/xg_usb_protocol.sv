// Transactions (USB 2.0, 8.5): which packet a packet of the host gets, toggles, and what the endpoints learn.
//
// A packet that is not good gets no answer, and neither does one for another address or endpoint: the host asks again.
// OUT data with the toggle of the packet before is acknowledged and dropped (the host missed the ACK); data for IN
// stays until the host acknowledged it. At high speed NYET says that a packet was taken and no other fits, and PING
// asks before the host sends. Answers begin TURN clocks after a packet's end has been seen here, at full speed after
// the wires are back at J: 7 to 14 clocks at the pins suit both speeds (ULPI 1.1, 3.8.2.6).
module xg_usb_protocol #(
    parameter int TURN = 4,
    parameter int TIMEOUT_HIGH = 92,  // clocks without an answer to data that was sent
    parameter int TIMEOUT_FULL = 200  // from the end of the bytes, not of the packet on the wires
) (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        bus_reset_i,
    input  logic        high_i,
    input  logic        is_j_i,
    // xg_usb_rx
    input  logic        rx_active_i,
    input  logic        byte_valid_i,
    input  logic [7:0]  byte_i,
    input  logic        pkt_i,
    input  logic        ok_i,
    input  logic [3:0]  pid_i,
    input  logic [6:0]  addr_i,
    input  logic [3:0]  ep_i,
    input  logic [10:0] len_i,
    // xg_usb_tx
    output logic        start_o,
    output logic [3:0]  pid_o,
    output logic [9:0]  len_o,
    output logic        control_o,  // the payload is the control endpoint's
    input  logic        tx_done_i,
    input  logic        tx_abort_i,
    // xg_usb_control
    output logic        setup_o,
    output logic [63:0] setup_bytes_o,
    output logic        control_sent_o,
    output logic        control_out_o,
    input  logic        control_stall_i,
    input  logic        control_out_ok_i,
    input  logic [6:0]  control_len_i,
    input  logic        control_toggle_i,
    input  logic [6:0]  addr_own_i,
    input  logic        configured_i,
    input  logic        halt_out_i,
    input  logic        halt_in_i,
    input  logic        clear_out_i,
    input  logic        clear_in_i,
    // xg_usb_bulk_out
    output logic        out_valid_o,
    output logic        out_keep_o,
    output logic        out_drop_o,
    input  logic        out_room_i,
    input  logic        out_after_i,
    // xg_usb_bulk_in
    input  logic        in_have_i,
    input  logic [9:0]  in_len_i,
    output logic        in_sent_o
);
  localparam logic [3:0] OUT = 4'b0001, IN = 4'b1001, SETUP = 4'b1101, PING = 4'b0100, DATA0 = 4'b0011, DATA1 = 4'b1011,
      ACK = 4'b0010, NAK = 4'b1010, STALL = 4'b1110, NYET = 4'b0110;
  localparam logic [2:0] REST = 3'd0, DATA = 3'd1, TURNING = 3'd2, SENDING = 3'd3, HANDSHAKE = 3'd4;
  localparam logic [1:0] NOTHING = 2'd0, ANSWER = 2'd1, TAKE_DATA = 2'd2;

  logic [2:0] state_q, state_d;
  logic [7:0] time_q;
  logic [3:0] pid_q;            // of the answer
  logic [9:0] len_q;
  logic control_q, setup_q;     // the transaction is the control endpoint's; it is a SETUP
  logic room_q;
  logic toggle_out_q, toggle_in_q;  // DATA1 is expected; is next
  logic [63:0] setup_bytes_q;

  // ---- the packet that came ---------------------------------------------------------------------
  logic good, is_token, is_control, expired;
  assign good = pkt_i && ok_i;
  assign is_token = good && (pid_i == OUT || pid_i == IN || pid_i == SETUP || (pid_i == PING && high_i));
  assign is_control = ep_i == 4'd0;

  logic [1:0] act;
  logic [3:0] answer;
  logic data_good, data_new, data_fits, is_data;
  assign is_data = state_q == DATA && good && (pid_i == DATA0 || pid_i == DATA1);
  assign data_new = (pid_i == DATA1) == toggle_out_q;
  assign data_fits = len_i <= (high_i ? 11'd512 : 11'd64);
  always_comb begin
    act = NOTHING;
    answer = NAK;
    data_good = 1'b0;
    if (is_token) begin
      if (addr_i == addr_own_i && (is_control || (ep_i == 4'd1 && configured_i && pid_i != SETUP))) begin
        act = ANSWER;
        case (pid_i)
          IN: begin
            if (is_control) answer = control_stall_i ? STALL : control_toggle_i ? DATA1 : DATA0;
            else if (halt_in_i) answer = STALL;
            else if (in_have_i) answer = toggle_in_q ? DATA1 : DATA0;
          end
          PING: begin
            if (is_control) answer = control_out_ok_i ? ACK : STALL;
            else if (halt_out_i) answer = STALL;
            else if (out_room_i) answer = ACK;
          end
          default: act = TAKE_DATA;
        endcase
      end
    end else if (is_data) begin
      if (setup_q) begin
        answer = ACK;
        data_good = pid_i == DATA0 && len_i == 11'd8;
        act = data_good ? ANSWER : NOTHING;
      end else if (control_q) begin
        data_good = control_out_ok_i && pid_i == DATA1 && len_i == 11'd0;
        answer = data_good ? ACK : STALL;
        act = ANSWER;
      end else if (data_fits) begin
        act = ANSWER;
        data_good = !halt_out_i && room_q && data_new;
        if (halt_out_i) answer = STALL;
        else if (!data_new) answer = ACK;
        else if (room_q) answer = high_i && !out_after_i ? NYET : ACK;
      end
    end
  end

  assign expired = time_q >= (high_i ? 8'(TIMEOUT_HIGH) : 8'(TIMEOUT_FULL));
  logic acknowledged;
  assign acknowledged = state_q == HANDSHAKE && good && pid_i == ACK;

  always_comb begin
    state_d = state_q;
    case (state_q)
      SENDING: begin
        if (tx_done_i) state_d = pid_q[1:0] == 2'b11 ? HANDSHAKE : REST;
        else if (tx_abort_i) state_d = REST;
      end
      default: begin
        if (state_q == TURNING && time_q >= 8'(TURN)) state_d = SENDING;
        if (state_q == TURNING && rx_active_i) state_d = REST;  // whoever speaks now expects no answer
        if ((state_q == DATA || state_q == HANDSHAKE) && expired && !rx_active_i) state_d = REST;
        if (pkt_i) state_d = act == ANSWER ? TURNING : act == TAKE_DATA ? DATA : REST;
      end
    endcase
    if (rst_i || bus_reset_i) state_d = REST;
  end

  assign start_o = state_q == TURNING && state_d == SENDING;
  assign pid_o = pid_q;
  assign len_o = len_q;
  assign control_o = control_q;
  assign setup_bytes_o = setup_bytes_q;
  assign setup_o = is_data && setup_q && data_good;
  assign control_out_o = is_data && !setup_q && control_q && data_good;
  assign control_sent_o = acknowledged && control_q;
  assign in_sent_o = acknowledged && !control_q;
  assign out_valid_o = byte_valid_i && state_q == DATA && !control_q && room_q;
  assign out_keep_o = is_data && !control_q && data_good;
  assign out_drop_o = (pkt_i && !out_keep_o) || (bus_reset_i && !out_keep_o);

  always_ff @(posedge clk_i) begin
    state_q <= state_d;
    // In the turn at full speed, from the end of the packet on the wires.
    if (state_d != state_q || rx_active_i || (state_q == TURNING && !high_i && !is_j_i)) time_q <= 8'd0;
    else if (!(&time_q)) time_q <= time_q + 8'd1;
    if (act == ANSWER && pkt_i) pid_q <= answer;
    if (is_token) begin
      control_q <= is_control;
      setup_q <= pid_i == SETUP;
      len_q <= is_control ? {3'd0, control_len_i} : in_len_i;
      room_q <= out_room_i && !is_control && !halt_out_i;
    end
    if (byte_valid_i) setup_bytes_q <= {byte_i, setup_bytes_q[63:8]};
    if (rst_i || bus_reset_i) begin
      toggle_out_q <= 1'b0;
      toggle_in_q <= 1'b0;
    end else begin
      if (clear_out_i) toggle_out_q <= 1'b0;
      else if (out_keep_o) toggle_out_q <= !toggle_out_q;
      if (clear_in_i) toggle_in_q <= 1'b0;
      else if (in_sent_o) toggle_in_q <= !toggle_in_q;
    end
  end
endmodule
