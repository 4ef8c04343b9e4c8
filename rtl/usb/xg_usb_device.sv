// A USB 2.0 bulk device behind a ULPI PHY: bytes from the host (bulk OUT 1) and to it (bulk IN 1), on the
// PHY's clock. High speed, and full speed with a host that knows no better.
//
// Pins as in xg_ulpi_link. ulpi_dir_i and ulpi_nxt_i are looked at in their own cycle. Streams are valid/ready. A bus
// reset forgets address, configuration and toggles; bytes that the host has got an ACK for come out,
// bytes that the host has not acknowledged are said again.
module xg_usb_device #(
    parameter logic [63:0] SERIAL = "00000001",
    parameter int T_SETTLE = 600,
    parameter int T_SE0 = 150,
    parameter int T_CHIRP = 120000,
    parameter int T_FILTER = 150,
    parameter int T_ANSWER = 120000,
    parameter int T_IDLE = 183000,
    parameter int T_LOOK = 30000,
    parameter int QUIET = 64
) (
    input  logic       clk_i,
    input  logic       rst_i,
    input  logic       ulpi_dir_i,
    input  logic       ulpi_nxt_i,
    input  logic [7:0] ulpi_data_i,
    output logic [7:0] ulpi_data_o,
    output logic       ulpi_drive_o,
    output logic       ulpi_stp_o,
    output logic       rx_valid_o,
    input  logic       rx_ready_i,
    output logic [7:0] rx_data_o,
    input  logic       tx_valid_i,
    output logic       tx_ready_o,
    input  logic [7:0] tx_data_i,
    // what a lamp may show
    output logic       high_o,
    output logic       configured_o,
    output logic       suspend_o
);
  logic held, reg_valid, reg_done, rx_active, rx_valid, rx_error, bus_reset;
  logic session;
  logic [1:0] line;
  logic [5:0] reg_addr;
  logic [7:0] reg_data, rx_data;
  logic lk_valid, lk_ready, lk_last, lk_done, lk_abort, lk_busy;
  logic [7:0] lk_data;
  logic chirp, chirp_valid, chirp_last, tx_valid, tx_last;
  logic [7:0] chirp_data, tx_data;

  xg_ulpi_link u_link (
      .clk_i,
      .rst_i,
      .dir_i      (ulpi_dir_i),
      .nxt_i      (ulpi_nxt_i),
      .data_i     (ulpi_data_i),
      .data_o     (ulpi_data_o),
      .drive_o    (ulpi_drive_o),
      .stp_o      (ulpi_stp_o),
      .held_o     (held),
      .line_o     (line),
      .session_o  (session),
      .reg_valid_i(reg_valid),
      .reg_addr_i (reg_addr),
      .reg_data_i (reg_data),
      .reg_done_o (reg_done),
      .tx_valid_i (lk_valid),
      .tx_ready_o (lk_ready),
      .tx_data_i  (lk_data),
      .tx_last_i  (lk_last),
      .tx_done_o  (lk_done),
      .tx_abort_o (lk_abort),
      .tx_busy_o  (lk_busy),
      .rx_active_o(rx_active),
      .rx_valid_o (rx_valid),
      .rx_data_o  (rx_data),
      .rx_error_o (rx_error)
  );
  assign lk_valid = chirp ? chirp_valid : tx_valid;
  assign lk_data = chirp ? chirp_data : tx_data;
  assign lk_last = chirp ? chirp_last : tx_last;

  xg_usb_line #(
      .T_SETTLE(T_SETTLE),
      .T_SE0   (T_SE0),
      .T_CHIRP (T_CHIRP),
      .T_FILTER(T_FILTER),
      .T_ANSWER(T_ANSWER),
      .T_IDLE  (T_IDLE),
      .T_LOOK  (T_LOOK)
  ) u_line (
      .clk_i,
      .rst_i,
      .held_i       (held),
      .line_i       (line),
      .session_i    (session),
      .rx_active_i  (rx_active),
      .sending_i    (lk_busy),
      .reg_valid_o  (reg_valid),
      .reg_addr_o   (reg_addr),
      .reg_data_o   (reg_data),
      .reg_done_i   (reg_done),
      .chirp_o      (chirp),
      .chirp_valid_o(chirp_valid),
      .chirp_ready_i(lk_ready),
      .chirp_data_o (chirp_data),
      .chirp_last_o (chirp_last),
      .chirp_done_i (lk_done || lk_abort),
      .reset_o      (bus_reset),
      .high_o,
      .suspend_o
  );

  // ---- packets -----------------------------------------------------------------------------------
  logic byte_valid, pkt, ok, start, control, control_sent, control_out, setup, control_stall, control_out_ok, control_toggle;
  logic halt_out, halt_in, clear_out, clear_in, out_valid, out_keep, out_drop, out_room, out_after, in_have, in_sent;
  logic [3:0] pid, ep, pid_out;
  logic [6:0] addr, addr_own, control_len;
  logic [7:0] byte_in, control_data, in_data;
  logic [8:0] index;
  logic [9:0] len_out, in_len;
  logic [10:0] len;
  logic [63:0] setup_bytes;

  xg_usb_rx u_rx (
      .clk_i,
      .rst_i,
      .active_i    (rx_active),
      .valid_i     (rx_valid),
      .data_i      (rx_data),
      .error_i     (rx_error),
      .byte_valid_o(byte_valid),
      .byte_o      (byte_in),
      .pkt_o       (pkt),
      .ok_o        (ok),
      .pid_o       (pid),
      .addr_o      (addr),
      .ep_o        (ep),
      .len_o       (len)
  );
  xg_usb_tx u_tx (
      .clk_i,
      .rst_i,
      .start_i   (start),
      .pid_i     (pid_out),
      .len_i     (len_out),
      .abort_i   (bus_reset || (lk_abort && !chirp)),
      .busy_o    (),
      .index_o   (index),
      .data_i    (control ? control_data : in_data),
      .tx_valid_o(tx_valid),
      .tx_ready_i(lk_ready && !chirp),
      .tx_data_o (tx_data),
      .tx_last_o (tx_last)
  );
  xg_usb_protocol u_protocol (
      .clk_i,
      .rst_i,
      .bus_reset_i     (bus_reset),
      .high_i          (high_o),
      .is_j_i          (line == 2'b01),
      .rx_active_i     (rx_active),
      .byte_valid_i    (byte_valid),
      .byte_i          (byte_in),
      .pkt_i           (pkt),
      .ok_i            (ok),
      .pid_i           (pid),
      .addr_i          (addr),
      .ep_i            (ep),
      .len_i           (len),
      .start_o         (start),
      .pid_o           (pid_out),
      .len_o           (len_out),
      .control_o       (control),
      .tx_done_i       (lk_done && !chirp),
      .tx_abort_i      (lk_abort && !chirp),
      .setup_o         (setup),
      .setup_bytes_o   (setup_bytes),
      .control_sent_o  (control_sent),
      .control_out_o   (control_out),
      .control_stall_i (control_stall),
      .control_out_ok_i(control_out_ok),
      .control_len_i   (control_len),
      .control_toggle_i(control_toggle),
      .addr_own_i      (addr_own),
      .configured_i    (configured_o),
      .halt_out_i      (halt_out),
      .halt_in_i       (halt_in),
      .clear_out_i     (clear_out),
      .clear_in_i      (clear_in),
      .out_valid_o     (out_valid),
      .out_keep_o      (out_keep),
      .out_drop_o      (out_drop),
      .out_room_i      (out_room),
      .out_after_i     (out_after),
      .in_have_i       (in_have),
      .in_len_i        (in_len),
      .in_sent_o       (in_sent)
  );

  // ---- endpoints ---------------------------------------------------------------------------------
  xg_usb_control #(
      .SERIAL(SERIAL)
  ) u_control (
      .clk_i,
      .rst_i       (rst_i || bus_reset),
      .high_i      (high_o),
      .setup_i     (setup),
      .bytes_i     (setup_bytes),
      .sent_i      (control_sent),
      .out_i       (control_out),
      .stall_o     (control_stall),
      .out_ok_o    (control_out_ok),
      .len_o       (control_len),
      .toggle_o    (control_toggle),
      .index_i     (index[6:0]),
      .data_o      (control_data),
      .addr_o      (addr_own),
      .configured_o,
      .halt_out_o  (halt_out),
      .halt_in_o   (halt_in),
      .clear_out_o (clear_out),
      .clear_in_o  (clear_in)
  );
  xg_usb_bulk_out u_bulk_out (
      .clk_i,
      .rst_i,
      .wr_valid_i(out_valid),
      .wr_data_i (byte_in),
      .keep_i    (out_keep),
      .drop_i    (out_drop),
      .room_o    (out_room),
      .after_o   (out_after),
      .valid_o   (rx_valid_o),
      .ready_i   (rx_ready_i),
      .data_o    (rx_data_o)
  );
  xg_usb_bulk_in #(
      .QUIET(QUIET)
  ) u_bulk_in (
      .clk_i,
      .rst_i,
      .full_i (!high_o),
      .valid_i(tx_valid_i),
      .ready_o(tx_ready_o),
      .data_i (tx_data_i),
      .have_o (in_have),
      .len_o  (in_len),
      .index_i(index),
      .data_o (in_data),
      .sent_i (in_sent)
  );
endmodule
