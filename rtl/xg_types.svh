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

// How a copy is done; steady while it runs. A unit is two pixels side by side, or one of 16 bytes.
typedef struct packed {
  logic [3:0] format;    // colour format of the source
  logic       wide;      // samples of two words
  logic       across;    // samples of a pixel lie side by side (four samples)
  logic       down;      // and one above the other (two, four)
  logic       right;     // the sample wanted, where it is one
  logic       lower;
  logic [2:0] steps;     // words of a unit: {of each pixel, of each sample across, down}
  logic       average;   // averages of samples that stay in their format
  logic       convert;   // components; neither: bits
  logic [1:0] samples;   // log2 of how many are taken
  logic       constant;  // instead of what is there: every component one; depth one
  logic       is_float;  // depth: the number one as 20e4
  logic [5:0] dest;      // destination format
  logic [2:0] log2;      // of the bytes of its pixel
  logic [2:0] number;
  logic [5:0] bias;
  logic       swap;      // first and last colour component
  logic       gamma;     // the destination is gamma-coded
  logic [2:0] endian;
} xg_copy_mode_t;

`endif
