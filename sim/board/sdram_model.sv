// A SDR SDRAM of 16 bits as its data sheet describes it, for tests: four banks, bursts of four, CAS
// latency 2. Everything it is told is checked against the times of the slowest part the controller is
// made for (rtl/board/xg_sdram.sv), in clocks of PERIOD_PS; what breaks a rule is counted in errors_o and
// the first one is printed. Written without delays, so that Icarus and Verilator run the same.
module sdram_model #(
    parameter int ROW_BITS = 13,
    parameter int PERIOD_PS = 15151  // 66 MHz
) (
    input  logic        clk_i,
    input  logic        cke_i,
    input  logic        cs_n_i,
    input  logic        ras_n_i,
    input  logic        cas_n_i,
    input  logic        we_n_i,
    input  logic [1:0]  ba_i,
    input  logic [12:0] a_i,
    input  logic [1:0]  dqm_i,
    input  logic [15:0] dq_i,
    input  logic        dq_drive_i,  // the controller drives the wires
    output logic [15:0] dq_o,
    output logic        dq_drive_o,
    output logic [31:0] errors_o
);
  localparam int RCD = (20000 + PERIOD_PS - 1) / PERIOD_PS;
  localparam int RP = (20000 + PERIOD_PS - 1) / PERIOD_PS;
  localparam int RAS = (44000 + PERIOD_PS - 1) / PERIOD_PS;
  localparam int RC = (66000 + PERIOD_PS - 1) / PERIOD_PS;
  localparam int WR = (15000 + PERIOD_PS - 1) / PERIOD_PS;
  localparam int RRD = (14000 + PERIOD_PS - 1) / PERIOD_PS;
  localparam int MRD = 2;
  // 8,192 refreshes in 64 ms may be late by eight (JEDEC); one at a time here: 9 intervals.
  localparam int REFRESH_MAX = 7812500 / PERIOD_PS * 9;

  logic [15:0] mem [0:(1<<(ROW_BITS+11))-1];

  integer now, errors;
  integer activated [0:3];  // clock of the last ACT of the bank
  integer closed [0:3];     // PRE
  integer written [0:3];    // last word of a write
  integer any_activated, refreshed, mode_set;
  logic [3:0] open;
  logic [12:0] row [0:3];
  logic ready;  // the mode is set
  integer refreshes;

  // bursts: at most one of each kind at a time
  logic reading, writing;
  logic [ROW_BITS+10:0] read_at, write_at;
  integer read_from, write_from;
  logic [1:0] mask_before;  // DQM of the clock before: it acts on a read two clocks later

  assign errors_o = errors;

  initial begin
    now = 0;
    errors = 0;
    any_activated = -1000;
    refreshed = -1000;
    mode_set = -1000;
    read_from = -1000;
    open = 4'd0;
    ready = 1'b0;
    refreshes = 0;
    reading = 1'b0;
    writing = 1'b0;
    dq_drive_o = 1'b0;
    for (int b = 0; b < 4; b++) begin
      activated[b] = -1000;
      closed[b] = -1000;
      written[b] = -1000;
    end
  end

  task wrong(input integer code);
    begin
      if (errors == 0) $display("sdram model: rule %0d broken at clock %0d (bank %0d)", code, now, ba_i);
      errors = errors + 1;
    end
  endtask

  task close_bank(input integer b);
    begin
      if (open[b] && now - activated[b] < RAS) wrong(1);  // tRAS
      if (now - written[b] < WR) wrong(2);                // tWR
      if (open[b]) closed[b] = now;
      open[b] = 1'b0;
    end
  endtask

  function [ROW_BITS+10:0] address(input [12:0] r, input [1:0] b, input [8:0] c);
    address = {r[ROW_BITS-1:0], b, c};
  endfunction

  logic [ROW_BITS+10:0] at;
  always @(posedge clk_i) begin
    now = now + 1;
    // words of a write that began before
    if (writing) begin
      if (now - write_from == 4) writing = 1'b0;
      else begin
        if (!dq_drive_i) wrong(3);
        at = {write_at[ROW_BITS+10:2], write_at[1:0] + 2'(now - write_from)};
        if (!dqm_i[0]) mem[at][7:0] = dq_i[7:0];
        if (!dqm_i[1]) mem[at][15:8] = dq_i[15:8];
        written[at[10:9]] = now;
      end
    end
    // words of a read: the first is there from the clock after the command, to be taken by the next
    dq_drive_o = reading && now - read_from >= 1;
    if (reading && now - read_from >= 1) begin
      at = {read_at[ROW_BITS+10:2], read_at[1:0] + 2'(now - read_from - 1)};
      dq_o = mem[at];
      if (mask_before != 2'd0) wrong(28);
      if (dq_drive_i) wrong(29);
      if (now - read_from == 4) reading = 1'b0;
    end
    if (cke_i && !cs_n_i) begin
      if ({ras_n_i, cas_n_i, we_n_i} != 3'b111 && now - mode_set < MRD) wrong(4);
      case ({ras_n_i, cas_n_i, we_n_i})
        3'b111: ;
        3'b011: begin  // ACT
          if (!ready) wrong(5);
          if (open[ba_i]) wrong(6);
          if (now - closed[ba_i] < RP) wrong(7);
          if (now - activated[ba_i] < RC) wrong(8);
          if (now - any_activated < RRD) wrong(9);
          if (now - refreshed < RC) wrong(10);
          if (ready && now - refreshed > REFRESH_MAX) wrong(11);
          open[ba_i] = 1'b1;
          row[ba_i] = a_i;
          activated[ba_i] = now;
          any_activated = now;
        end
        3'b101: begin  // READ
          if (!open[ba_i]) wrong(12);
          if (now - activated[ba_i] < RCD) wrong(13);
          if (writing) wrong(14);
          if (a_i[1:0] != 2'd0) wrong(15);
          if (reading && now - read_from < 4) wrong(16);
          reading = 1'b1;
          read_at = address(row[ba_i], ba_i, a_i[8:0]);
          read_from = now;
        end
        3'b100: begin  // WRITE
          if (!open[ba_i]) wrong(17);
          if (now - activated[ba_i] < RCD) wrong(18);
          if (writing) wrong(19);
          if (now - read_from < 6) wrong(20);  // the wires are still the chip's
          if (!dq_drive_i) wrong(21);
          writing = 1'b1;
          write_at = address(row[ba_i], ba_i, a_i[8:0]);
          write_from = now;
          if (!dqm_i[0]) mem[write_at][7:0] = dq_i[7:0];
          if (!dqm_i[1]) mem[write_at][15:8] = dq_i[15:8];
          written[ba_i] = now;
        end
        3'b010: begin  // PRE
          if (a_i[10]) for (int b = 0; b < 4; b++) close_bank(b);
          else close_bank({30'd0, ba_i});
        end
        3'b001: begin  // REF
          if (open != 4'd0) wrong(22);
          for (int b = 0; b < 4; b++) if (now - closed[b] < RP) wrong(23);
          if (now - refreshed < RC) wrong(24);
          refreshed = now;
          refreshes = refreshes + 1;
        end
        3'b000: begin  // MODE
          if (open != 4'd0 || refreshes < 2) wrong(25);
          if (a_i[6:0] != 7'b010_0_010) wrong(26);
          mode_set = now;
          ready = 1'b1;
        end
        default: wrong(27);
      endcase
    end
    mask_before = dqm_i;
  end
endmodule
