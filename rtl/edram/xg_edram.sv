// eDRAM unit: owner table of the 2,048 tiles, words of the copy engine, whole tiles of the host.
//
// A word is 64 bits, two 32-bit words of a tile; it is read, or written with blk_data_i, one a cycle
// while the tile stays the same. The reader always takes the words (blk_rvalid_o), in order.
//
// A word of a tile that the host owns sends TILE_REQ once and waits until the host has written
// the tile. Tiles of the host are served between words, also while one waits.
module xg_edram (
    input  logic        clk_i,
    output logic        wake_o,
    input  logic        rst_i,
    input  logic        blk_valid_i,
    output logic        blk_ready_o,
    input  logic        blk_we_i,
    input  logic [10:0] blk_tile_i,
    input  logic [9:0]  blk_word_i,
    input  logic [63:0] blk_data_i,
    output logic        blk_rvalid_o,
    output logic [63:0] blk_rdata_o,
    output logic        treq_valid_o,   // TILE_REQ of tile_req_o
    input  logic        treq_ready_i,
    output logic [10:0] treq_tile_o,
    output logic        waiting_o,      // for a tile of the host's
    input  logic        tile_valid_i,
    output logic        tile_ready_o,
    input  logic        tile_we_i,
    input  logic [10:0] tile_i,
    input  logic        tile_wvalid_i,
    output logic        tile_wready_o,
    input  logic [31:0] tile_wdata_i,
    output logic        tile_rvalid_o,
    input  logic        tile_rready_i,
    output logic [31:0] tile_rdata_o,
    output logic        ed_valid_o,
    input  logic        ed_ready_i,
    output logic        ed_we_o,
    output logic [20:0] ed_addr_o,
    output logic [63:0] ed_wdata_o,
    output logic [7:0]  ed_wstrb_o,
    input  logic        ed_rvalid_i,
    input  logic [63:0] ed_rdata_i
);
  localparam logic [2:0] ST_CLEAR = 3'd0, ST_BLOCKS = 3'd1, ST_LOOK = 3'd2, ST_OWNER = 3'd3,
      ST_ASK = 3'd4, ST_WRITE = 3'd5, ST_READ = 3'd6;
  localparam logic [10:0] TILE_WORDS = 11'd1280;

  logic [2:0] state_q, back_q;   // back_q: where the host's tile came in
  logic [10:0] at_q;             // word of the host's tile, or tile being cleared in the table
  logic [10:0] fetch_q;          // 64-bit words of it asked for
  logic [10:0] host_tile_q;
  logic known_q;                 // known_tile_q is the device's
  logic [10:0] known_tile_q;
  logic asked_q;                 // TILE_REQ is out for the waiting block
  logic [5:0] flight_q;          // words asked for by copies that have not come

  logic owner_we, owner_set, owner, running, move, drained, serve;
  logic [10:0] owner_at;
  logic [10:0] tile;
  logic queue_valid, queue_ready;
  logic [63:0] queue;
  logic [4:0] level;
  logic [4:0] coming_q;
  /* verilator lint_off UNUSED */
  logic queue_room;  // kept by counting
  /* verilator lint_on UNUSED */

  // ---- owner table: 1 = the host's ----
  (* no_rw_check *) logic owners [0:2047];
  logic owner_q;
  assign owner_we = state_q == ST_CLEAR || (state_q == ST_WRITE && tile_wvalid_i && tile_wready_o) ||
                    (state_q == ST_READ && at_q == 11'd0);
  assign owner_at = (state_q == ST_CLEAR) ? at_q : host_tile_q;
  assign owner_set = state_q == ST_READ;
  always_ff @(posedge clk_i) begin
    if (owner_we) owners[owner_at] <= owner_set;
    owner_q <= owners[blk_tile_i];
  end
  assign owner = owner_q;

  // ---- blocks ----
  assign running = state_q == ST_BLOCKS && blk_valid_i && known_q && known_tile_q == blk_tile_i && !serve &&
                   (flight_q != 6'd63 || blk_we_i);
  assign move = ed_valid_o && ed_ready_i;
  assign blk_ready_o = running && ed_ready_i;
  assign blk_rvalid_o = ed_rvalid_i && flight_q != 6'd0;
  assign blk_rdata_o = ed_rdata_i;
  assign drained = flight_q == 6'd0;

  assign wake_o = state_q != ST_BLOCKS || blk_valid_i || tile_valid_i || !drained || coming_q != '0 ||
                  queue_valid;

  assign treq_valid_o = state_q == ST_ASK && !asked_q;
  assign treq_tile_o = blk_tile_i;
  assign waiting_o = state_q == ST_ASK;

  // ---- the host's tiles ----
  assign serve = tile_valid_i;
  assign tile_ready_o = drained && (state_q == ST_BLOCKS || (state_q == ST_ASK && asked_q));
  xg_fifo #(
      .W(64),
      .DEPTH_LOG2(4),
      .BLOCK(1)
  ) u_queue (
      .clk_i,
      .rst_i,
      .flush_i   (1'b0),
      .wr_valid_i(ed_rvalid_i && drained),
      .wr_ready_o(queue_room),
      .wr_data_i (ed_rdata_i),
      .rd_valid_o(queue_valid),
      .rd_ready_i(queue_ready),
      .rd_data_o (queue),
      .level_o   (level)
  );
  assign tile_rvalid_o = state_q == ST_READ && queue_valid;
  assign tile_rdata_o = at_q[0] ? queue[63:32] : queue[31:0];
  assign queue_ready = tile_rvalid_o && tile_rready_i && at_q[0];
  assign tile_wready_o = state_q == ST_WRITE && ed_ready_i;

  // ---- the port ----
  logic [20:0] tile_at;
  assign tile = (state_q == ST_BLOCKS) ? blk_tile_i : host_tile_q;
  assign tile_at = {1'b0, tile, 9'd0} + {3'd0, tile, 7'd0};
  always_comb begin
    ed_valid_o = 1'b0;
    ed_we_o = 1'b0;
    ed_wdata_o = blk_data_i;
    ed_wstrb_o = 8'hFF;
    ed_addr_o = tile_at + {11'd0, at_q[10:1]};
    case (state_q)
      ST_BLOCKS: begin
        ed_valid_o = running;
        ed_we_o = blk_we_i;
        ed_addr_o = tile_at + {11'd0, blk_word_i};
      end
      ST_WRITE: begin
        ed_valid_o = tile_wvalid_i;
        ed_we_o = 1'b1;
        ed_wdata_o = {tile_wdata_i, tile_wdata_i};
        ed_wstrb_o = at_q[0] ? 8'hF0 : 8'h0F;
      end
      ST_READ: begin
        ed_valid_o = fetch_q != 11'd640 && level + coming_q < 5'd16;
        ed_addr_o = tile_at + {10'd0, fetch_q};
      end
      default: ;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= ST_CLEAR;
      back_q <= ST_BLOCKS;
      at_q <= '0;
      fetch_q <= '0;
      host_tile_q <= '0;
      known_q <= 1'b0;
      known_tile_q <= '0;
      asked_q <= 1'b0;
      flight_q <= '0;
      coming_q <= '0;
    end else begin
      flight_q <= flight_q + {5'd0, state_q == ST_BLOCKS && move && !blk_we_i} - {5'd0, blk_rvalid_o};
      coming_q <= coming_q + {4'd0, state_q == ST_READ && move} - {4'd0, ed_rvalid_i && drained};
      if (tile_valid_i && tile_ready_o) begin
        host_tile_q <= tile_i;
        at_q <= '0;
        fetch_q <= '0;
        known_q <= 1'b0;
        back_q <= (state_q == ST_ASK) ? ST_LOOK : ST_BLOCKS;  // look again: it may be the one asked for
        state_q <= tile_we_i ? ST_WRITE : ST_READ;
      end else begin
        case (state_q)
          ST_CLEAR: begin
            at_q <= at_q + 11'd1;
            if (at_q == 11'd2047) state_q <= ST_BLOCKS;
          end
          ST_BLOCKS: begin
            if (blk_valid_i && !serve && !(known_q && known_tile_q == blk_tile_i)) begin
              asked_q <= 1'b0;
              state_q <= ST_OWNER;  // the table is read in this cycle
            end
          end
          ST_LOOK: state_q <= ST_OWNER;
          ST_OWNER: begin
            known_q <= !owner;
            known_tile_q <= blk_tile_i;
            state_q <= owner ? ST_ASK : ST_BLOCKS;
          end
          ST_ASK: if (treq_ready_i) asked_q <= 1'b1;
          ST_WRITE: if (tile_wvalid_i && tile_wready_o) begin
            at_q <= at_q + 11'd1;
            if (at_q == TILE_WORDS - 11'd1) state_q <= back_q;
          end
          default: begin
            if (move) fetch_q <= fetch_q + 11'd1;
            if (tile_rvalid_o && tile_rready_i) begin
              at_q <= at_q + 11'd1;
              if (at_q == TILE_WORDS - 11'd1) state_q <= back_q;
            end
          end
        endcase
      end
    end
  end
endmodule
