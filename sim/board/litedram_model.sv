// A LiteDRAM controller with a 16-bit DDR3 behind its native port of 128 bits, for simulation: what the port does (protocol,
// order, times of the same size), not what happens on the pins. Commands are taken in order into a queue of eight by chance
// (stall: of 16 clocks so many refuse), served at most one in two clocks, and not while the memory is refreshed. A write's
// data are wanted at its turn and count as an error if they are not there then; a read's words come LATENCY clocks
// after its turn. Nothing is taken before init_i. errors_o also counts a command that changes while it waits and addresses
// that are not there.
//
// Under Verilator the program keeps the words, else an array of 2**WORDS_LOG2.
module litedram_model #(
    parameter int ADDR_W = 29,
    parameter int WORDS_LOG2 = 12,
    parameter int LATENCY = 9,
    parameter int REFRESH = 400,
    parameter int REFRESH_FOR = 20
) (
    input  logic              clk_i,
    input  logic              rst_i,
    input  logic              init_i,
    input  logic [3:0]        stall_i,
    input  logic              cmd_valid_i,
    output logic              cmd_ready_o,
    input  logic              cmd_we_i,
    input  logic [ADDR_W-1:4] cmd_addr_i,
    input  logic              wdata_valid_i,
    output logic              wdata_ready_o,
    input  logic [127:0]      wdata_i,
    input  logic [15:0]       wdata_we_i,
    output logic              rdata_valid_o,
    output logic [127:0]      rdata_o,
    output logic [31:0]       errors_o
);
`ifdef VERILATOR
  import "DPI-C" function void xg_litedram_read(input int address, output bit [127:0] data);
  import "DPI-C" function void xg_litedram_write(input int address, input bit [127:0] data, input int strobes);
  localparam int HAVE = ADDR_W - 4;
`else
  logic [127:0] words[0:(1<<WORDS_LOG2)-1];
  initial for (int k = 0; k < (1 << WORDS_LOG2); k++) words[k] = '0;
  localparam int HAVE = WORDS_LOG2;
`endif
  logic [ADDR_W-4:0] queue[0:7];  // {we, address}
  logic [2:0] head_q = 0, tail_q = 0;
  logic [15:0] random_q = 16'hACE1, timer_q = 0;
  logic rested_q = 0, late_cmd_q = 0, refreshing;
  logic [ADDR_W-4:0] waits_q, now;
  logic [LATENCY-1:0] due_q = 0;
  logic [128*LATENCY-1:0] data_q;
  logic [127:0] at;
  logic full, some, serve;
  int errors = 0;
  assign errors_o = errors;
  assign full = tail_q + 3'd1 == head_q;
  assign some = head_q != tail_q;
  assign now = queue[head_q];
  assign refreshing = timer_q < 16'(REFRESH_FOR);
  assign serve = some && rested_q && !refreshing;
  assign cmd_ready_o = init_i && !full && random_q[3:0] >= stall_i;
  assign wdata_ready_o = serve && now[ADDR_W-4];
  assign rdata_valid_o = due_q[LATENCY-1];
  assign rdata_o = data_q[128*LATENCY-1-:128];

  always @(posedge clk_i) begin
    random_q <= {random_q[14:0], random_q[15] ^ random_q[13] ^ random_q[12] ^ random_q[10]};
    timer_q <= timer_q == 16'(REFRESH) ? 16'd0 : timer_q + 16'd1;
    rested_q <= !serve;
`ifdef VERILATOR
    if (serve && !now[ADDR_W-4]) xg_litedram_read(int'(now[ADDR_W-5:0]), at);
`else
    at = words[now[WORDS_LOG2-1:0]];
`endif
    due_q <= {due_q[LATENCY-2:0], serve && !now[ADDR_W-4]};
    data_q <= {data_q[128*(LATENCY-1)-1:0], at};
    late_cmd_q <= cmd_valid_i && !cmd_ready_o;
    waits_q <= {cmd_we_i, cmd_addr_i};
    if (rst_i) begin
      head_q <= 0;
      tail_q <= 0;
      due_q <= 0;
      late_cmd_q <= 0;
    end else begin
      if (late_cmd_q && (!cmd_valid_i || waits_q != {cmd_we_i, cmd_addr_i})) errors = errors + 1;
      if (cmd_valid_i && cmd_ready_o) begin
        queue[tail_q] <= {cmd_we_i, cmd_addr_i};
        tail_q <= tail_q + 3'd1;
      end
      if (serve) begin
        head_q <= head_q + 3'd1;
        if (int'(now[ADDR_W-5:0]) >> HAVE != 0) errors = errors + 1;
        if (now[ADDR_W-4]) begin
          if (!wdata_valid_i) errors = errors + 1;
`ifdef VERILATOR
          xg_litedram_write(int'(now[ADDR_W-5:0]), wdata_i, int'(wdata_we_i));
`else
          for (int k = 0; k < 16; k++)
            if (wdata_we_i[k]) words[now[WORDS_LOG2-1:0]][8*k+:8] = wdata_i[8*k+:8];
`endif
        end
      end
    end
  end
endmodule
