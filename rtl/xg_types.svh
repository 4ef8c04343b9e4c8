// Structs shared by the modules of the core. At file scope behind a guard: the one place for
// typedefs that Verilator, Icarus and Yosys all take.
`ifndef XG_TYPES_SVH
`define XG_TYPES_SVH

// One access to the register file.
typedef struct packed {
  logic        we;
  logic        raw;    // write without side effects (the register must be present)
  logic [14:0] index;
  logic [31:0] wdata;
} xg_reg_req_t;

// One effect for the host. Payload of its frame: the stamp (cost, packet), then the first nd of
// d0..d2, then ns words of the requester's stream. mem: before the frame, d0 is also written to
// the dword at addr. The requester holds the request until ready, which comes when the frame (and
// the write) is out.
typedef struct packed {
  logic [7:0]  op;        // link operation
  logic [31:0] addr;
  logic        stamp;
  logic        producer;  // MEM_PUSH: 0 command processor, 1 resolve
  logic        mem;
  logic [1:0]  nd;
  logic [15:0] ns;
  logic [31:0] d0;
  logic [31:0] d1;
  logic [31:0] d2;
} xg_effect_t;

`endif
