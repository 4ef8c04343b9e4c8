// Lets requests of one port pass when their page is open to them: resident, and for a write not owned by a
// copy whose lines the host has not fetched. The first request to a page that is not asks once for a FAULT
// frame and waits, and everything behind it, until the page table says open. One request is held here;
// throughput is one a cycle, or one in two (SLOW).
//
// The gate remembers who passed last, and what comes in with the same page and key passes at once; others look
// into the table first, which takes four cycles. A change of the table makes it forget.
module xg_page_gate #(
    parameter int W = 32,  // what goes with a request
    parameter int KEY = 1, // what else decides about opening: in_what_i[W-1 -: KEY]
    parameter int ENTRY = 1,  // what the table says, with the frame
    parameter bit SLOW = 0,   // one in two cycles, and in_ready_o does not hang on out_ready_i
    parameter int DATA = 1 // the data of a write
) (
    input  logic         clk_i,
    input  logic         rst_i,
    input  logic         in_valid_i,
    output logic         in_ready_o,
    input  logic [12:0]  in_page_i,
    input  logic [W-1:0] in_what_i,
    input  logic [DATA-1:0] in_data_i,
    output logic         out_valid_o,
    input  logic         out_ready_i,
    output logic [W-1:0] out_what_o,
    output logic [DATA-1:0] out_data_o,
    output logic         held_o,        // a request stands here
    output logic         parked_o,      // it waits for its page
    // page table
    output logic         look_o,
    output logic [12:0]  look_page_o,
    input  logic [ENTRY-1:0] entry_i,   // of the page, the cycle after look_o
    output logic [ENTRY-1:0] entry_o,   // of the request that stands here
    output logic         known_o,       // it is that; not yet or no longer while low
    input  logic         open_i,        // says of entry_o
    input  logic         changed_i,
    input  logic         quiet_i,       // it will open without the host
    // page fault
    output logic         fault_valid_o,
    input  logic         fault_ready_i,
    output logic [12:0]  fault_page_o
);
  logic valid_q, pass_q, looked_q, known_q, asked_q, in, leave, same;
  logic [12:0] page_q;
  logic [W-1:0] what_q;
  logic [DATA-1:0] data_q;
  logic [ENTRY-1:0] entry_q;

  // While the table has just changed, what is known may be older than the change.
  assign out_valid_o = valid_q && pass_q && !changed_i;
  assign out_what_o = what_q;
  assign out_data_o = data_q;
  assign leave = out_valid_o && out_ready_i;
  assign in_ready_o = !valid_q || (leave && !SLOW);
  assign in = in_valid_i && in_ready_o;
  assign held_o = valid_q;

  // Who was here last has the same page and passed: so does this one.
  assign same = pass_q && !changed_i && in_page_i == page_q && in_what_i[W-1-:KEY] == what_q[W-1-:KEY];

  assign look_o = valid_q && !pass_q && !known_q && !looked_q;
  assign look_page_o = page_q;
  assign entry_o = entry_q;
  assign known_o = known_q && !changed_i;

  assign fault_valid_o = valid_q && known_o && !pass_q && !open_i && !quiet_i && !asked_q;
  assign fault_page_o = page_q;
  assign parked_o = valid_q && asked_q;

  always_ff @(posedge clk_i) begin
    if (in) begin
      page_q <= in_page_i;
      what_q <= in_what_i;
      data_q <= in_data_i;
    end
    if (looked_q) entry_q <= entry_i;
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      valid_q <= 1'b0;
      pass_q <= 1'b0;
      looked_q <= 1'b0;
      known_q <= 1'b0;
      asked_q <= 1'b0;
    end else begin
      valid_q <= in || (valid_q && !leave);
      if (in) asked_q <= 1'b0;
      else if (fault_valid_o && fault_ready_i) asked_q <= 1'b1;
      // known_q stays with pass_q: the entry is that of the page, whoever comes with it.
      if (changed_i || (in && !same)) begin
        pass_q <= 1'b0;
        looked_q <= 1'b0;
        known_q <= 1'b0;
      end else begin
        if (known_q && open_i && valid_q) pass_q <= 1'b1;
        looked_q <= look_o;
        if (looked_q) known_q <= 1'b1;
      end
    end
  end
endmodule
