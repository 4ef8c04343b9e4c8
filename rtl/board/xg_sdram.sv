// Controller of a 16-bit SDR SDRAM of 32 MiB (4 banks, 8,192 rows, 512 columns): bursts of four, so one
// READ or WRITE moves 64 bits. Open rows stay open; while one request moves data, the row of the
// next is opened if it is in another bank. Refresh between requests.
//
// Requests are served in the order in which they are taken: a read of 1 to 8 words of 64 bits inside a
// line of 64 bytes, or a write of one word with byte enables (DQM). rd_valid_o gives the words of reads
// in order; they cannot be held. The chip's clock comes a part of a cycle after clk_i, so that commands
// and data, which change after clk_i's edge, are there before its own; what it reads is caught by the
// second edge of clk_i after the chip took the command (docs/board.md has the times in nanoseconds).
//
// Pads: every output is the value for the next edge of clk_i (itself from a register, since the pads are
// far), and the register that takes it is the pad's; dq_i comes from a register in the pad. While rst_i is high the chip is not selected.
//
// Times are clocks, with the slowest grade of the parts that the ULX3S is built with (-7: tRCD and tRP
// 20 ns, tRAS 44, tRC 66, tRFC 66, tWR 15, refresh 8,192 times in 64 ms) at up to 66 MHz.
module xg_sdram #(
    parameter int POWER_UP = 13400,  // 200 us
    parameter int REFRESH = 510,     // 7.8 us, less the longest request
    parameter int RCD = 2,
    parameter int RP = 2,
    parameter int RAS = 3,
    parameter int RC = 5,
    parameter int RFC = 5,
    parameter int WR = 2
) (
    input  logic        clk_i,
    input  logic        rst_i,
    // requests
    input  logic        req_valid_i,
    output logic        req_ready_o,
    input  logic        req_we_i,
    input  logic [24:3] req_addr_i,
    input  logic [3:0]  req_beats_i,   // of a read
    input  logic [63:0] req_wdata_i,
    input  logic [7:0]  req_wstrb_i,
    output logic        rd_valid_o,
    output logic [63:0] rd_data_o,
    // pads
    output logic        cke_o,
    output logic        cs_n_o,
    output logic        ras_n_o,
    output logic        cas_n_o,
    output logic        we_n_o,
    output logic [1:0]  ba_o,
    output logic [12:0] a_o,
    output logic [1:0]  dqm_o,
    output logic [15:0] dq_o,
    output logic        dq_drive_o,
    input  logic [15:0] dq_i       // registered
);
  localparam int CL = 2;
  localparam int BURST = 4;
  // {cs_n, ras_n, cas_n, we_n}
  localparam logic [3:0] NOP = 4'b0111, ACT = 4'b0011, READ = 4'b0101, WRITE = 4'b0100, PRE = 4'b0010,
                         REF = 4'b0001, MODE = 4'b0000;
  localparam logic [12:0] MODE_WORD = 13'b000_0_00_010_0_010;  // burst writes, CL 2, sequential, length 4
  localparam logic [3:0] T_RCD = 4'(RCD), T_RP = 4'(RP), T_RAS = 4'(RAS), T_RC = 4'(RC), T_RFC = 4'(RFC),
                         T_WRITE_PRE = 4'(BURST - 1 + WR), T_READ_PRE = 4'(BURST);

  // ---- two requests: the one that moves data and the one whose row may be opened meanwhile ----
  logic cur_valid_q, cur_we_q, nxt_valid_q, nxt_we_q;
  logic [24:3] cur_addr_q, nxt_addr_q;
  logic [3:0] cur_beats_q, nxt_beats_q;  // of the current one: beats left
  logic [63:0] cur_wdata_q, nxt_wdata_q;
  logic [7:0] cur_wstrb_q, nxt_wstrb_q;
  logic [1:0] cur_bank, nxt_bank;
  logic [12:0] cur_row, nxt_row;
  logic cur_done, shift;
  // Address: row [24:12], bank [11:10], column [9:1]: a page of 4 KiB meets all four banks.
  assign cur_bank = cur_addr_q[11:10];
  assign cur_row = cur_addr_q[24:12];
  assign nxt_bank = nxt_addr_q[11:10];
  assign nxt_row = nxt_addr_q[24:12];
  assign req_ready_o = !nxt_valid_q;
  assign shift = nxt_valid_q && (!cur_valid_q || cur_done);

  always_ff @(posedge clk_i) begin
    if (req_ready_o) begin
      nxt_we_q <= req_we_i;
      nxt_addr_q <= req_addr_i;
      nxt_beats_q <= req_we_i ? 4'd1 : req_beats_i;
      nxt_wdata_q <= req_wdata_i;
      nxt_wstrb_q <= req_wstrb_i;
    end
  end

  // ---- what each bank is at: counters of clocks until it may be activated, used, precharged ----
  logic [3:0] open_q;
  logic [51:0] row_q;
  logic [15:0] act_wait_q, use_wait_q, pre_wait_q;
  logic cur_open, cur_hit, nxt_open, nxt_hit;
  assign cur_open = open_q[cur_bank];
  assign cur_hit = cur_open && row_q[13*cur_bank+:13] == cur_row;
  assign nxt_open = open_q[nxt_bank];
  assign nxt_hit = nxt_open && row_q[13*nxt_bank+:13] == nxt_row;

  // ---- data bus: clocks until a READ or a WRITE may begin ------------------------------------
  logic [3:0] read_wait_q, write_wait_q;

  // ---- start and refresh ---------------------------------------------------------------------
  localparam logic [2:0] START = 3'd0, START_PRE = 3'd1, START_REF = 3'd2, START_MODE = 3'd3, WORK = 3'd4,
                         CLOSE = 3'd5, AGAIN = 3'd6;
  logic [2:0] state_q;
  logic [14:0] timer_q;   // START: power-up; WORK: until the next refresh
  logic [3:0] rest_q;     // clocks until the next command of start or refresh
  logic [3:0] refs_q;     // refreshes left of the start
  logic due, may_close;
  assign due = timer_q == 15'd0;
  assign may_close = pre_wait_q == 16'd0 && read_wait_q == 4'd0 && write_wait_q == 4'd0;

  // ---- choice of the command -----------------------------------------------------------------
  logic go_use, go_cur_pre, go_cur_act, go_nxt_pre, go_nxt_act, work, nxt_free;
  assign work = state_q == WORK && !due && rest_q == 4'd0;
  assign go_use = work && cur_valid_q && cur_hit && use_wait_q[4*cur_bank+:4] == 4'd0 &&
                  (cur_we_q ? write_wait_q == 4'd0 : read_wait_q == 4'd0);
  assign cur_done = go_use && cur_beats_q == 4'd1;
  assign go_cur_pre = work && cur_valid_q && cur_open && !cur_hit && pre_wait_q[4*cur_bank+:4] == 4'd0;
  assign go_cur_act = work && cur_valid_q && !cur_open && act_wait_q[4*cur_bank+:4] == 4'd0;
  assign nxt_free = work && nxt_valid_q && cur_valid_q && nxt_bank != cur_bank && !go_use && !go_cur_pre &&
                    !go_cur_act;
  assign go_nxt_pre = nxt_free && nxt_open && !nxt_hit && pre_wait_q[4*nxt_bank+:4] == 4'd0;
  assign go_nxt_act = nxt_free && !nxt_open && act_wait_q[4*nxt_bank+:4] == 4'd0;

  logic [3:0] command;
  logic [1:0] bank;
  logic [12:0] address;
  always_comb begin
    command = NOP;
    bank = cur_bank;
    address = cur_row;
    if (go_use) begin
      command = cur_we_q ? WRITE : READ;
      address = {4'd0, cur_addr_q[9:3], 2'd0};
    end else if (go_cur_pre) begin
      command = PRE;
      address = 13'd0;
    end else if (go_cur_act) command = ACT;
    else if (go_nxt_pre) begin
      command = PRE;
      bank = nxt_bank;
      address = 13'd0;
    end else if (go_nxt_act) begin
      command = ACT;
      bank = nxt_bank;
      address = nxt_row;
    end else if (rest_q == 4'd0) begin
      case (state_q)
        START_PRE: begin
          command = PRE;
          address = 13'h0400;  // all banks
        end
        CLOSE:
        if (may_close) begin
          command = PRE;
          address = 13'h0400;
        end
        START_REF, AGAIN: command = REF;
        START_MODE: begin
          command = MODE;
          bank = 2'd0;
          address = MODE_WORD;
        end
        default: ;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      cur_valid_q <= 1'b0;
      nxt_valid_q <= 1'b0;
    end else begin
      if (req_ready_o) nxt_valid_q <= req_valid_i;
      else if (shift) nxt_valid_q <= 1'b0;
      cur_valid_q <= shift || (cur_valid_q && !cur_done);
    end
  end
  always_ff @(posedge clk_i) begin
    if (shift) begin
      cur_we_q <= nxt_we_q;
      cur_addr_q <= nxt_addr_q;
      cur_beats_q <= nxt_beats_q;
      cur_wdata_q <= nxt_wdata_q;
      cur_wstrb_q <= nxt_wstrb_q;
    end else if (go_use) begin
      cur_addr_q[9:3] <= cur_addr_q[9:3] + 7'd1;
      cur_beats_q <= cur_beats_q - 4'd1;
    end
  end

  for (genvar b = 0; b < 4; b++) begin : g_bank
    localparam logic [1:0] B = 2'(b);
    logic used, activated, closed;
    assign used = go_use && cur_bank == B;
    assign activated = command == ACT && bank == B;
    assign closed = command == PRE && (bank == B || address[10]);
    always_ff @(posedge clk_i) begin
      if (activated) row_q[13*b+:13] <= address;
      if (rst_i) begin
        open_q[b] <= 1'b0;
        act_wait_q[4*b+:4] <= 4'd0;
        use_wait_q[4*b+:4] <= 4'd0;
        pre_wait_q[4*b+:4] <= 4'd0;
      end else begin
        if (activated) open_q[b] <= 1'b1;
        if (closed) open_q[b] <= 1'b0;
        // A wait of n: the command may be given n clocks after this one.
        if (activated) act_wait_q[4*b+:4] <= T_RC - 4'd1;
        else if (closed && act_wait_q[4*b+:4] < T_RP) act_wait_q[4*b+:4] <= T_RP - 4'd1;
        else if (act_wait_q[4*b+:4] != 4'd0) act_wait_q[4*b+:4] <= act_wait_q[4*b+:4] - 4'd1;
        if (activated) use_wait_q[4*b+:4] <= T_RCD - 4'd1;
        else if (use_wait_q[4*b+:4] != 4'd0) use_wait_q[4*b+:4] <= use_wait_q[4*b+:4] - 4'd1;
        if (activated) pre_wait_q[4*b+:4] <= T_RAS - 4'd1;
        else if (used) pre_wait_q[4*b+:4] <= (cur_we_q ? T_WRITE_PRE : T_READ_PRE) - 4'd1;
        else if (pre_wait_q[4*b+:4] != 4'd0) pre_wait_q[4*b+:4] <= pre_wait_q[4*b+:4] - 4'd1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      read_wait_q <= 4'd0;
      write_wait_q <= 4'd0;
    end else begin
      if (go_use) read_wait_q <= 4'(BURST - 1);
      else if (read_wait_q != 4'd0) read_wait_q <= read_wait_q - 4'd1;
      // After a read the chip lets go of the wires before the first word of a write.
      if (go_use) write_wait_q <= cur_we_q ? 4'(BURST - 1) : 4'(BURST + CL);
      else if (write_wait_q != 4'd0) write_wait_q <= write_wait_q - 4'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= START;
      timer_q <= 15'(POWER_UP);
      rest_q <= 4'd0;
      refs_q <= 4'd8;
    end else begin
      if (timer_q != 15'd0) timer_q <= timer_q - 15'd1;
      if (rest_q != 4'd0) rest_q <= rest_q - 4'd1;
      else begin
        case (state_q)
          START: if (due) state_q <= START_PRE;
          START_PRE: begin
            state_q <= START_REF;
            rest_q <= T_RP;
          end
          START_REF: begin
            refs_q <= refs_q - 4'd1;
            rest_q <= T_RFC;
            if (refs_q == 4'd1) state_q <= START_MODE;
          end
          START_MODE: begin
            state_q <= WORK;
            timer_q <= 15'(REFRESH);
            rest_q <= 4'd2;
          end
          WORK: if (due) state_q <= CLOSE;
          CLOSE:
          if (may_close) begin
            state_q <= AGAIN;
            rest_q <= T_RP;
          end
          default: begin  // AGAIN
            state_q <= WORK;
            timer_q <= 15'(REFRESH);
            rest_q <= T_RFC;
          end
        endcase
      end
    end
  end

  // ---- pins ------------------------------------------------------------------------------------
  // Writes: word k of the burst k clocks after the command; DQM with each word. Reads: DQM low.
  logic [47:0] out_data_q;
  logic [5:0] out_mask_q;
  logic [2:0] out_left_q;
  logic begin_write, go_on;
  assign begin_write = go_use && cur_we_q && !rst_i;
  assign go_on = out_left_q != 3'd0 && !rst_i;
  always_ff @(posedge clk_i) begin
    {cs_n_o, ras_n_o, cas_n_o, we_n_o} <= rst_i ? 4'b1111 : command;
    ba_o <= bank;
    a_o <= address;
    cke_o <= !rst_i;
    dq_drive_o <= begin_write || go_on;
    dq_o <= begin_write ? cur_wdata_q[15:0] : out_data_q[15:0];
    dqm_o <= rst_i ? 2'b11 : begin_write ? ~cur_wstrb_q[1:0] : go_on ? out_mask_q[1:0] : 2'b00;
  end
  always_ff @(posedge clk_i) begin
    if (begin_write) begin
      out_data_q <= cur_wdata_q[63:16];
      out_mask_q <= ~cur_wstrb_q[7:2];
    end else begin
      out_data_q <= {16'd0, out_data_q[47:16]};
      out_mask_q <= {2'd0, out_mask_q[5:2]};
    end
    if (rst_i) out_left_q <= 3'd0;
    else if (begin_write) out_left_q <= 3'd3;
    else if (out_left_q != 3'd0) out_left_q <= out_left_q - 3'd1;
  end

  // The command is at the pins two clocks after it is chosen, the chip takes it a part of a clock later,
  // its first word is there CL - 1 clocks and an access time after that and is caught by the next edge.
  localparam int SEEN = CL + 2;
  logic [SEEN:0] read_pipe_q;   // bit 0: a READ was chosen in the clock before
  logic [47:0] got_q;
  logic [1:0] word_q;
  logic coming, taking_q;
  assign coming = read_pipe_q[SEEN-1];
  always_ff @(posedge clk_i) begin
    if (taking_q || coming) got_q <= {dq_i, got_q[47:16]};
    rd_data_o <= {dq_i, got_q};
  end
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      read_pipe_q <= '0;
      taking_q <= 1'b0;
      word_q <= 2'd0;
      rd_valid_o <= 1'b0;
    end else begin
      read_pipe_q <= {read_pipe_q[SEEN-1:0], go_use && !cur_we_q};
      rd_valid_o <= taking_q && word_q == 2'd3;
      if (coming) begin
        taking_q <= 1'b1;
        word_q <= 2'd1;
      end else if (taking_q) begin
        taking_q <= word_q != 2'd3;
        word_q <= word_q + 2'd1;
      end
    end
  end
endmodule
