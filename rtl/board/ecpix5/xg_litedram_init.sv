// Brings a DDR3 behind LiteDRAM's ECP5 PHY up: what LiteX has a CPU for, done by a program of its own over the controller's
// registers (Wishbone). Reset and clock enable with their waits, the mode registers, ZQ calibration; then for both bytes of
// the bus every bit slip and read delay is tried with two patterns, and the middle of the longest row of delays that read them
// right is set. Then the controller gets the pins, and init_done or init_error and init_done are written.
//
// Addresses and mode registers are those of the controller that constraints/ecpix5/litedram.yml describes (DDR3 with CL 6 and
// CWL 5); constraints/ecpix5/litedram compares them with what the generator wrote.
module xg_litedram_init #(
    parameter int WAIT_RESET = 36000,  // clocks: 500 us and more with RESET# high and no clock enable
    parameter int WAIT_CKE = 10000,    // until the first command
    parameter int WAIT_DLL = 600,      // 512 clocks of the memory, two in one of these
    parameter int WAIT_COMMAND = 32
) (
    input  logic        clk_i,
    input  logic        rst_i,
    output logic        wb_cyc_o,   // and STB
    output logic        wb_we_o,
    output logic [29:0] wb_adr_o,   // words
    output logic [31:0] wb_dat_o,
    input  logic        wb_ack_i,
    input  logic [31:0] wb_dat_i,
    output logic        done_o,
    output logic        failed_o
);
  // ---- LiteDRAM's registers, in bytes (csr.csv) ------------------------------------------------------
  localparam logic [13:0] INIT_DONE = 14'h0000, INIT_ERROR = 14'h0004, DLY_SEL = 14'h0800, RDLY_RST = 14'h0804,
      RDLY_INC = 14'h0808, SLIP_RST = 14'h080C, SLIP_INC = 14'h0810, BURST_CLR = 14'h0814, BURST_SEEN = 14'h0818,
      CONTROL = 14'h1000, P0 = 14'h1004, P1 = 14'h1024;
  // Of a phase (P0, P1): command, issue, address, bank, two words to write, two that were read.
  localparam logic [13:0] COMMAND = 14'h00, ISSUE = 14'h04, ADDRESS = 14'h08, BANK = 14'h0C, WRITTEN = 14'h10, READ = 14'h18;
  localparam logic [15:0] CKE = 16'h2, ODT = 16'h4, RESET_N = 16'h8, HARDWARE = 16'h1;
  localparam logic [15:0] C_MODE = 16'h0F, C_ZQ = 16'h03, C_ACTIVATE = 16'h09, C_WRITE = 16'h17, C_READ = 16'h25,
      C_PRECHARGE = 16'h0B;
  localparam logic [15:0] MR0 = 16'h320, MR1 = 16'h006, MR2 = 16'h200, MR3 = 16'h000;

  // ---- the program ---------------------------------------------------------------------------------
  // WRITE imm; WAIT imm clocks; PATTERN: write word imm of the pattern; LOOK: read and compare with it;
  // BURST: was a read burst seen; SELECT: write the byte's bit; SEED, DELAY, SLIP, BYTE: loops back to imm; SCORE: the end of a
  // try; REPEAT: write 1 as often as the best slip (imm 0) or delay (1) says; ERROR: write whether a byte failed.
  localparam logic [3:0] WRITE = 4'd0, WAIT = 4'd1, PATTERN = 4'd2, LOOK = 4'd3, BURST = 4'd4, SELECT = 4'd5, SEED = 4'd6,
      SCORE = 4'd7, DELAY = 4'd8, SLIP = 4'd9, BYTE = 4'd10, REPEAT = 4'd11, ERROR = 4'd12, END = 4'd13, CHECK = 4'd14;
  localparam logic [6:0] AT_BYTE = 7'd30, AT_SLIP = 7'd32, AT_TRY = 7'd33;
  logic [6:0] pc_q, pc_d;
  logic [3:0] op;
  logic [13:0] adr;  // its last two bits are 0
  logic [15:0] imm;
  always_comb begin
    {op, adr, imm} = {END, 30'd0};
    case (pc_q)
      7'd0: {op, adr, imm} = {WRITE, P0 + ADDRESS, 16'd0};
      7'd1: {op, adr, imm} = {WRITE, P0 + BANK, 16'd0};
      7'd2: {op, adr, imm} = {WRITE, CONTROL, ODT | RESET_N};
      7'd3: {op, adr, imm} = {WAIT, 14'd0, 16'(WAIT_RESET)};
      7'd4: {op, adr, imm} = {WRITE, CONTROL, CKE | ODT | RESET_N};
      7'd5: {op, adr, imm} = {WAIT, 14'd0, 16'(WAIT_CKE)};
      7'd6: {op, adr, imm} = {WRITE, P0 + ADDRESS, MR2};
      7'd7: {op, adr, imm} = {WRITE, P0 + BANK, 16'd2};
      7'd8: {op, adr, imm} = {WRITE, P0 + COMMAND, C_MODE};
      7'd9: {op, adr, imm} = {WRITE, P0 + ISSUE, 16'd1};
      7'd10: {op, adr, imm} = {WRITE, P0 + ADDRESS, MR3};
      7'd11: {op, adr, imm} = {WRITE, P0 + BANK, 16'd3};
      7'd12: {op, adr, imm} = {WRITE, P0 + ISSUE, 16'd1};
      7'd13: {op, adr, imm} = {WRITE, P0 + ADDRESS, MR1};
      7'd14: {op, adr, imm} = {WRITE, P0 + BANK, 16'd1};
      7'd15: {op, adr, imm} = {WRITE, P0 + ISSUE, 16'd1};
      7'd16: {op, adr, imm} = {WRITE, P0 + ADDRESS, MR0};
      7'd17: {op, adr, imm} = {WRITE, P0 + BANK, 16'd0};
      7'd18: {op, adr, imm} = {WRITE, P0 + ISSUE, 16'd1};
      7'd19: {op, adr, imm} = {WAIT, 14'd0, 16'(WAIT_DLL)};
      7'd20: {op, adr, imm} = {WRITE, P0 + ADDRESS, 16'h400};
      7'd21: {op, adr, imm} = {WRITE, P0 + COMMAND, C_ZQ};
      7'd22: {op, adr, imm} = {WRITE, P0 + ISSUE, 16'd1};
      7'd23: {op, adr, imm} = {WAIT, 14'd0, 16'(WAIT_DLL)};
      // All that follows is in row 0, column 0 of bank 0.
      7'd24: {op, adr, imm} = {WRITE, P0 + ADDRESS, 16'd0};
      7'd25: {op, adr, imm} = {WRITE, P1 + ADDRESS, 16'd0};
      7'd26: {op, adr, imm} = {WRITE, P1 + BANK, 16'd0};
      7'd27: {op, adr, imm} = {WRITE, P1 + COMMAND, C_WRITE};
      7'd28, 7'd29: {op, adr, imm} = {WAIT, 14'd0, 16'd0};
      7'd30: {op, adr, imm} = {SELECT, DLY_SEL, 16'd0};  // AT_BYTE
      7'd31: {op, adr, imm} = {WRITE, SLIP_RST, 16'd1};
      7'd32: {op, adr, imm} = {WRITE, RDLY_RST, 16'd1};  // AT_SLIP
      7'd33: {op, adr, imm} = {WRITE, P0 + COMMAND, C_ACTIVATE};  // AT_TRY
      7'd34: {op, adr, imm} = {WRITE, P0 + ISSUE, 16'd1};
      7'd35: {op, adr, imm} = {PATTERN, P0 + WRITTEN, 16'd0};
      7'd36: {op, adr, imm} = {PATTERN, P0 + WRITTEN + 14'd4, 16'd1};
      7'd37: {op, adr, imm} = {PATTERN, P1 + WRITTEN, 16'd2};
      7'd38: {op, adr, imm} = {PATTERN, P1 + WRITTEN + 14'd4, 16'd3};
      7'd39: {op, adr, imm} = {WAIT, 14'd0, 16'(WAIT_COMMAND)};
      7'd40: {op, adr, imm} = {WRITE, P1 + ISSUE, 16'd1};
      7'd41: {op, adr, imm} = {WAIT, 14'd0, 16'(WAIT_COMMAND)};
      7'd42: {op, adr, imm} = {WRITE, BURST_CLR, 16'd1};
      7'd43: {op, adr, imm} = {WRITE, P0 + COMMAND, C_READ};
      7'd44: {op, adr, imm} = {WRITE, P0 + ISSUE, 16'd1};
      7'd45: {op, adr, imm} = {WAIT, 14'd0, 16'(WAIT_COMMAND)};
      7'd46: {op, adr, imm} = {LOOK, P0 + READ, 16'd0};
      7'd47: {op, adr, imm} = {LOOK, P0 + READ + 14'd4, 16'd1};
      7'd48: {op, adr, imm} = {LOOK, P1 + READ, 16'd2};
      7'd49: {op, adr, imm} = {LOOK, P1 + READ + 14'd4, 16'd3};
      7'd50: {op, adr, imm} = {BURST, BURST_SEEN, 16'd0};
      7'd51: {op, adr, imm} = {WRITE, P0 + COMMAND, C_PRECHARGE};
      7'd52: {op, adr, imm} = {WRITE, P0 + ISSUE, 16'd1};
      7'd53: {op, adr, imm} = {WAIT, 14'd0, 16'(WAIT_COMMAND)};
      7'd54: {op, adr, imm} = {SEED, 14'd0, 9'd0, AT_TRY};
      7'd55: {op, adr, imm} = {SCORE, 30'd0};
      7'd56: {op, adr, imm} = {WRITE, RDLY_INC, 16'd1};
      7'd57: {op, adr, imm} = {DELAY, 14'd0, 9'd0, AT_TRY};
      7'd58: {op, adr, imm} = {WRITE, SLIP_INC, 16'd1};
      7'd59: {op, adr, imm} = {SLIP, 14'd0, 9'd0, AT_SLIP};
      7'd60: {op, adr, imm} = {WRITE, SLIP_RST, 16'd1};
      7'd61: {op, adr, imm} = {REPEAT, SLIP_INC, 16'd0};
      7'd62: {op, adr, imm} = {WRITE, RDLY_RST, 16'd1};
      7'd63: {op, adr, imm} = {REPEAT, RDLY_INC, 16'd1};
      7'd64: {op, adr, imm} = {CHECK, 30'd0};
      7'd65: {op, adr, imm} = {BYTE, 14'd0, 9'd0, AT_BYTE};
      7'd66: {op, adr, imm} = {WRITE, CONTROL, HARDWARE};
      7'd67: {op, adr, imm} = {ERROR, INIT_ERROR, 16'd0};
      7'd68: {op, adr, imm} = {WRITE, INIT_DONE, 16'd1};
      default: ;
    endcase
  end

  // ---- patterns: eight beats of two bytes; each byte of the bus has eight that differ ----------------
  logic seed_q, byte_q;
  logic [31:0] pattern, lane, seen;
  always_comb begin
    case ({seed_q, imm[1:0]})
      3'd0: pattern = 32'h5AA5_3C0F;
      3'd1: pattern = 32'h96C3_01FE;
      3'd2: pattern = 32'hE817_B44B;
      3'd3: pattern = 32'h2DD2_7788;
      3'd4: pattern = 32'hA55A_C3F0;
      3'd5: pattern = 32'h693C_FE01;
      3'd6: pattern = 32'h17E8_4BB4;
      default: pattern = 32'hD22D_8877;
    endcase
  end
  logic unused_bits;
  assign unused_bits = ^adr[1:0];
  assign lane = byte_q ? 32'hFF00_FF00 : 32'h00FF_00FF;

  // ---- one step at a time -----------------------------------------------------------------------------
  logic [15:0] time_q;
  logic [2:0] delay_q, best_delay_q, count_q;
  logic [1:0] slip_q, best_slip_q;
  logic [3:0] run_q, best_run_q;
  logic good_q, failed_q, done_q, bus, step, again, access;
  logic [2:0] times;
  assign access = op == WRITE || op == PATTERN || op == LOOK || op == BURST || op == SELECT || op == ERROR;
  assign times = imm[0] ? best_delay_q : {1'b0, best_slip_q};
  assign bus = !rst_i && !done_q && (access || (op == REPEAT && count_q != times));
  assign wb_cyc_o = bus;
  assign wb_we_o = op != LOOK && op != BURST;
  assign wb_adr_o = {18'd0, adr[13:2]};
  assign seen = wb_dat_i;
  always_comb begin
    case (op)
      PATTERN: wb_dat_o = pattern;
      SELECT: wb_dat_o = byte_q ? 32'd2 : 32'd1;
      ERROR: wb_dat_o = {31'd0, failed_q};
      default: wb_dat_o = op == REPEAT ? 32'd1 : {16'd0, imm};
    endcase
    case (op)
      WAIT: step = time_q == imm;
      REPEAT: step = count_q == times;
      END: step = 1'b0;
      default: step = !access || wb_ack_i;
    endcase
    again = (op == SEED && !seed_q) || (op == DELAY && delay_q != 3'd7) || (op == SLIP && slip_q != 2'd3) || (op == BYTE && !byte_q);
    pc_d = again ? imm[6:0] : pc_q + 7'd1;
  end
  // A row of good delays that ends at delay_q - 1 (or at 7) and is longer than the best so far.
  logic [3:0] row;
  logic [2:0] middle;
  assign row = good_q ? run_q + 4'd1 : run_q;
  assign middle = delay_q - (good_q ? 3'd0 : 3'd1) - 3'((row - 4'd1) >> 1);

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      pc_q <= 7'd0;
      time_q <= 16'd0;
      count_q <= 3'd0;
      {seed_q, byte_q, slip_q, delay_q} <= '0;
      {run_q, best_run_q, best_delay_q, best_slip_q} <= '0;
      good_q <= 1'b1;
      failed_q <= 1'b0;
      done_q <= 1'b0;
    end else begin
      if (step) pc_q <= pc_d;
      time_q <= step ? 16'd0 : time_q + 16'd1;
      if (step) count_q <= 3'd0;
      else if (op == REPEAT && wb_ack_i) count_q <= count_q + 3'd1;
      if (step) begin
        case (op)
          LOOK: if (((seen ^ pattern) & lane) != 32'd0) good_q <= 1'b0;
          BURST: if (!(byte_q ? seen[1] : seen[0])) good_q <= 1'b0;
          SEED: seed_q <= !seed_q;
          SCORE: begin
            good_q <= 1'b1;
            run_q <= (good_q && delay_q != 3'd7) ? row : 4'd0;
            if ((!good_q || delay_q == 3'd7) && row > best_run_q) begin
              best_run_q <= row;
              best_slip_q <= slip_q;
              best_delay_q <= middle;
            end
          end
          DELAY: delay_q <= delay_q + 3'd1;
          SLIP: slip_q <= slip_q + 2'd1;
          CHECK: begin
            if (best_run_q == 4'd0) failed_q <= 1'b1;
            best_run_q <= 4'd0;
          end
          BYTE: byte_q <= 1'b1;
          default: ;
        endcase
      end
      if (op == END) done_q <= 1'b1;
    end
  end
  assign done_o = done_q;
  assign failed_o = failed_q;
endmodule
