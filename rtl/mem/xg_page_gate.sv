// Lets requests of one port pass when their page is open to them: resident, and for a write not owned by a
// copy whose lines the host has not fetched. The first request to a page that is not asks once for a FAULT
// frame and waits, and everything behind it, until the page table says open. One request is held here;
// throughput is one a cycle.
module xg_page_gate #(
    parameter int W = 32,  // what goes with a request
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
    input  logic         open_i,
    input  logic         changed_i,
    input  logic         quiet_i,       // it will open without the host
    input  logic         busy_i,
    // page fault
    output logic         fault_valid_o,
    input  logic         fault_ready_i,
    output logic [12:0]  fault_page_o
);
  logic valid_q, asked_q, in, leave;
  logic [12:0] page_q;
  logic [W-1:0] what_q;
  logic [DATA-1:0] data_q;

  // While the table has just changed, its answer may be older than the change.
  assign out_valid_o = valid_q && open_i && !changed_i;
  assign out_what_o = what_q;
  assign out_data_o = data_q;
  assign leave = out_valid_o && out_ready_i;
  assign in_ready_o = !valid_q || leave;
  assign in = in_valid_i && in_ready_o;
  assign held_o = valid_q;

  assign look_o = in || changed_i;
  assign look_page_o = in ? in_page_i : page_q;

  assign fault_valid_o = valid_q && !open_i && !changed_i && !busy_i && !quiet_i && !asked_q;
  assign fault_page_o = page_q;
  assign parked_o = valid_q && asked_q;

  always_ff @(posedge clk_i) begin
    if (in) begin
      page_q <= in_page_i;
      what_q <= in_what_i;
      data_q <= in_data_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      valid_q <= 1'b0;
      asked_q <= 1'b0;
    end else begin
      valid_q <= in || (valid_q && !leave);
      if (in) asked_q <= 1'b0;
      else if (fault_valid_o && fault_ready_i) asked_q <= 1'b1;
    end
  end
endmodule
