// xg_litedram_init against a model of LiteDRAM's registers, its PHY's two adjustments and a DDR3 that reads right only
// where both of a byte fit. Checked: the order and the waits of JEDEC's initialization, what is set in the end, and what is
// said of a memory that never reads right. Prints TAP.
`timescale 1ns / 1ps
module tb_litedram_init;
  logic clk = 0, rst = 1;
  always #5 clk = !clk;
  logic cyc, we, ack = 0, done, failed;
  logic [29:0] adr;
  logic [31:0] dat_w, dat_r = 0;
  int tests = 0, wrong = 0, clock = 0;
  xg_litedram_init #(.WAIT_RESET(500), .WAIT_CKE(100), .WAIT_DLL(60), .WAIT_COMMAND(20)) dut (
      .clk_i(clk), .rst_i(rst), .wb_cyc_o(cyc), .wb_we_o(we), .wb_adr_o(adr), .wb_dat_o(dat_w), .wb_ack_i(ack), .wb_dat_i(dat_r),
      .done_o(done), .failed_o(failed));

  // ---- the model -----------------------------------------------------------------------------------
  int lo[0:7], hi[0:7];                // of byte and slip: the delays that read right
  int ghost = -1;                      // right bytes there, but no burst
  int slip[0:1], delay[0:1], commands = 0, last_command = 0, reset_at = 0, cke_at = 0, stage = 0;
  logic [1:0] sel = 0, seen = 0, init = 0;
  logic [7:0] control = 1, cmd0 = 0, cmd1 = 0;
  logic [15:0] a0 = 0, a1 = 0;
  logic [2:0] b0 = 0;
  logic open = 0, error_said = 0;
  logic [31:0] to[0:3], stored[0:3], back[0:3];
  task bad(input string why);
    begin
      wrong = wrong + 1;
      if (wrong < 6) $display("# clock %0d: %0s", clock, why);
    end
  endtask
  task command(input logic [7:0] c, input logic phase);
    int b;
    logic right;
    begin
      if (!control[1] || control[0]) bad("a command before the clock is enabled or behind the controller's back");
      if (clock - last_command < 2) bad("no time between commands");
      last_command = clock;
      case (c)
        8'h0F: begin
          if (stage == 0 && clock - cke_at < 100) bad("a mode register too early");
          if (b0 != (stage == 0 ? 2 : stage == 1 ? 3 : stage == 2 ? 1 : 0) || stage > 3) bad("mode registers in another order");
          if (stage == 3 && (a0 & 16'h0174) != 16'h0120) bad("mode register 0: no reset of the DLL, or another latency");
          stage = stage + 1;
        end
        8'h03: begin
          if (stage != 4 || !a0[10]) bad("ZQ calibration");
          stage = 5;
        end
        8'h09: begin
          if (stage != 5 || open) bad("a row is opened");
          open = 1;
        end
        8'h17: begin
          if (!open || !phase) bad("a write without a row, or in the wrong phase");
          for (b = 0; b < 4; b = b + 1) stored[b] = to[b];
        end
        8'h25: begin
          if (!open || phase) bad("a read without a row, or in the wrong phase");
          for (b = 0; b < 2; b = b + 1) begin
            right = delay[b] >= lo[4*b+slip[b]] && delay[b] <= hi[4*b+slip[b]];
            if (right && delay[b] != ghost) seen[b] = 1;
            for (int w = 0; w < 4; w = w + 1)
              for (int k = 0; k < 4; k = k + 1)
                if (k % 2 == b) back[w][8*k+:8] = right ? stored[w][8*k+:8] : stored[w][8*k+:8] ^ (w == 3 ? 8'h10 : 8'h00);
          end
        end
        8'h0B: open = 0;
        default: bad("an unknown command");
      endcase
      commands = commands + 1;
    end
  endtask
  task write(input logic [13:0] at, input logic [31:0] d);
    begin
      case (at)
        14'h0000: init[0] = d[0];
        14'h0004: error_said = d[0];
        14'h0800: sel = d[1:0];
        14'h0804: for (int b = 0; b < 2; b = b + 1) if (sel[b]) delay[b] = 0;
        14'h0808: for (int b = 0; b < 2; b = b + 1) if (sel[b]) delay[b] = (delay[b] + 1) & 7;
        14'h080C: for (int b = 0; b < 2; b = b + 1) if (sel[b]) slip[b] = 0;
        14'h0810: for (int b = 0; b < 2; b = b + 1) if (sel[b]) slip[b] = (slip[b] + 1) & 3;
        14'h0814: seen = 0;
        14'h1000: begin
          if (d[3] && !control[3]) reset_at = clock;
          if (d[1] && !control[1]) begin
            cke_at = clock;
            if (clock - reset_at < 500) bad("the clock is enabled too early");
          end
          control = d[7:0];
        end
        14'h1004: cmd0 = d[7:0];
        14'h1008: command(cmd0, 0);
        14'h100C: a0 = d[15:0];
        14'h1010: b0 = d[2:0];
        14'h1014: to[0] = d;
        14'h1018: to[1] = d;
        14'h1024: cmd1 = d[7:0];
        14'h1028: command(cmd1, 1);
        14'h102C: a1 = d[15:0];
        14'h1030: ;
        14'h1034: to[2] = d;
        14'h1038: to[3] = d;
        default: bad("a register that is none");
      endcase
    end
  endtask
  always @(posedge clk) begin
    clock <= clock + 1;
    ack <= cyc && !ack && clock % 3 != 0;
    if (cyc && !ack && clock % 3 != 0) begin
      if (we) write({adr[11:0], 2'b00}, dat_w);
      else
        case ({adr[11:0], 2'b00})
          14'h0818: dat_r <= {30'd0, seen};
          14'h101C: dat_r <= back[0];
          14'h1020: dat_r <= back[1];
          14'h103C: dat_r <= back[2];
          14'h1040: dat_r <= back[3];
          default: bad("a register that cannot be read");
        endcase
    end
  end

  task windows(input int b, input int s, input int from, input int to_);
    begin
      lo[4*b+s] = from;
      hi[4*b+s] = to_;
    end
  endtask
  task start;
    begin
      for (int k = 0; k < 8; k = k + 1) {lo[k], hi[k]} = {32'd9, 32'd0};
      for (int b = 0; b < 2; b = b + 1) {slip[b], delay[b]} = {32'd1, 32'd5};
      {stage, init, error_said, control, open} = {32'd0, 2'd0, 1'b0, 8'd1, 1'b0};
      rst <= 1;
      repeat (3) @(posedge clk);
    end
  endtask
  task finish;
    begin
      rst <= 0;
      for (int k = 0; k < 200000 && !done; k = k + 1) @(posedge clk);
      if (!done || !init[0] || control != 8'h01 || open) bad("no end");
    end
  endtask
  task result(input logic good, input string text);
    begin
      tests = tests + 1;
      $display("%0s %0d - %0s", good && wrong == 0 ? "ok" : "not ok", tests, text);
      if (!good || wrong != 0) begin  // what follows would say no more
        $display("1..%0d", tests);
        $finish;
      end
    end
  endtask
  initial begin
    start;
    windows(0, 2, 1, 5);
    windows(1, 0, 3, 7);
    finish;
    result(!failed && !error_said && stage == 5, "the memory is brought up in JEDEC's order and with its waits");
    result(slip[0] == 2 && delay[0] == 3 && slip[1] == 0 && delay[1] == 5, "each byte has its bit slip and the middle of its delays");
    start;
    windows(0, 0, 0, 1);
    windows(0, 1, 2, 5);
    windows(0, 3, 6, 7);
    windows(1, 1, 0, 0);
    windows(1, 3, 0, 6);
    ghost = 0;
    finish;
    ghost = -1;
    result(!failed && slip[0] == 1 && delay[0] == 4 && slip[1] == 3 && delay[1] == 4, "the longest row of good delays counts");
    start;
    windows(0, 1, 4, 4);
    finish;
    result(failed && error_said && slip[0] == 1 && delay[0] == 4, "a byte that never reads right is an error, and is said");
    $display("1..%0d", tests);
    $finish;
  end
  initial begin
    #8000000;
    $display("not ok - time is up");
    $finish;
  end
endmodule
