// Stands in for xg_core in the bench of the shell. It has no command processor; instead the
// register window orders what the bench wants to see at the border:
//   write 0x100: value = byte address; then write 0x101 reads that dword through the page table
//   and gives an effect frame TRACE(address, 0, 0, 0, dword); write 0x102 writes the value there
//   and gives MEM_PUSH. Writes 0x110: starts an effect frame and stops in the middle of it (until
//   reset). Other indices are a small register file. Tiles are one tile of RAM.
module xg_core (
    input  logic        clk_cp_i, clk_copy_i, clk_line_i, clk_lane_i, clk_edram_i, clk_eff_i, clk_mem_i, rst_i,
    output logic        wake_cp_o, wake_setup_o, wake_copy_o, wake_line_o, wake_lane_o, wake_edram_o, wake_eff_o,
    input  logic        ring_set_i,
    input  logic [28:2] rb_base_i,
    input  logic [4:0]  rb_log2_i,
    input  logic        wptr_set_i,
    input  logic [21:0] wptr_i,
    output logic [21:0] rptr_o,
    input  logic [28:2] rptr_wb_i,
    input  logic        cp_en_i, trace_en_i,
    input  logic [31:0] vblank_i,
    input  logic [127:0] samples_i,
    output logic [7:0]  status_o,
    output logic        paused_o,
    output logic [31:0] err_bits_o, err_addr_o, err_packet_o,
    input  logic [31:0] err_clear_i,
    input  logic        hreg_valid_i,
    output logic        hreg_ready_o,
    input  logic        hreg_we_i,
    input  logic [14:0] hreg_index_i,
    input  logic [31:0] hreg_wdata_i,
    output logic        hreg_rvalid_o,
    output logic [31:0] hreg_rdata_o,
    input  logic        wait_done_i, wait_result_i, delegate_done_i,
    output logic        mrd_valid_o,
    input  logic        mrd_ready_i,
    output logic [28:3] mrd_addr_o,
    output logic [3:0]  mrd_beats_o,
    input  logic        mrd_rvalid_i,
    input  logic [63:0] mrd_rdata_i,
    output logic        mwr_valid_o,
    input  logic        mwr_ready_i,
    output logic [28:3] mwr_addr_o,
    output logic [63:0] mwr_data_o,
    output logic [7:0]  mwr_strb_o,
    output logic        mwr_copy_o,
    output logic [7:0]  mwr_number_o,
    output logic        eff_valid_o,
    input  logic        eff_ready_i,
    output logic [31:0] eff_word_o,
    output logic        eff_last_o,
    output logic        ed_valid_o,
    input  logic        ed_ready_i,
    output logic        ed_we_o,
    output logic [20:0] ed_addr_o,
    output logic [63:0] ed_wdata_o,
    output logic [7:0]  ed_wstrb_o,
    input  logic        ed_rvalid_i,
    input  logic [63:0] ed_rdata_i,
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
    output logic        perf_busy_o, perf_stall_tile_o, perf_packets_o, perf_draws_local_o,
    output logic [21:0] perf_dwords_o,
    output logic        perf_draws_delegated_o, perf_resolves_o, perf_clears_o,
    output logic [6:0]  perf_resolve_bytes_o,
    output logic        perf_mem_writes_o, perf_irqs_o, perf_swaps_o
);
  wire clk_i = clk_cp_i;
  assign {wake_cp_o, wake_setup_o, wake_copy_o, wake_line_o, wake_lane_o, wake_edram_o, wake_eff_o} = '1;
  logic [31:0] regs [0:255];
  logic [31:0] tile_mem [0:1279];
  logic [31:0] address, value;
  logic [2:0] job;   // 0 none, 1 read, 2 wait for data, 3 write, 4 frame, 5 stuck in a frame
  logic [2:0] word;
  logic is_write, tile_on, tile_dir, answer;
  logic [10:0] tile_word;
  logic [31:0] answer_data, wait_seen;

  assign rptr_o = wptr_i; assign err_bits_o = 0; assign err_addr_o = 0; assign err_packet_o = 0;
  assign paused_o = !cp_en_i;
  assign status_o = {7'd0, job != 0};
  assign perf_stall_tile_o = 1'b0;
  assign {ed_valid_o, ed_we_o, ed_addr_o, ed_wdata_o, ed_wstrb_o} = '0;
  assign hreg_ready_o = job == 0 && !answer;
  assign hreg_rvalid_o = answer; assign hreg_rdata_o = answer_data;
  assign mrd_valid_o = job == 1; assign mrd_addr_o = address[28:3]; assign mrd_beats_o = 1;
  assign mwr_valid_o = job == 3; assign mwr_addr_o = address[28:3];
  assign mwr_data_o = {value, value}; assign mwr_strb_o = address[2] ? 8'hF0 : 8'h0F;
  assign mwr_copy_o = 1'b0; assign mwr_number_o = 8'd0;
  assign eff_valid_o = job == 4 || (job == 5 && word < 3);
  assign eff_last_o = job == 4 && word == 5;
  assign eff_word_o = word == 0 ? {is_write ? 8'h87 : 8'h8C, 8'd0, 16'd4} : word == 1 ? address :
                      word == 5 ? value : 32'd0;
  assign tile_ready_o = !tile_on;
  assign tile_wready_o = tile_on && tile_dir;
  assign tile_rvalid_o = tile_on && !tile_dir; assign tile_rdata_o = tile_mem[tile_word];
  assign perf_busy_o = job != 0; assign perf_mem_writes_o = mwr_valid_o && mwr_ready_i;
  assign perf_packets_o = wptr_set_i; assign perf_dwords_o = {21'd0, ring_set_i};
  assign perf_draws_local_o = wait_done_i && wait_result_i; assign perf_draws_delegated_o = delegate_done_i;
  assign {perf_resolves_o, perf_clears_o, perf_irqs_o, perf_swaps_o} = '0;
  assign perf_resolve_bytes_o = wait_done_i ? 7'd64 : 7'd0;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      job <= 0; word <= 0; tile_on <= 0; answer <= 0; address <= 0;
    end else begin
      answer <= 0;
      if (hreg_valid_i && hreg_ready_o) begin
        answer <= !hreg_we_i;
        answer_data <= regs[hreg_index_i[7:0]];
        if (hreg_we_i) begin
          regs[hreg_index_i[7:0]] <= hreg_wdata_i;
          if (hreg_index_i == 15'h100) address <= hreg_wdata_i;
          if (hreg_index_i == 15'h101) begin job <= 1; is_write <= 0; end
          if (hreg_index_i == 15'h102) begin job <= 3; is_write <= 1; value <= hreg_wdata_i; end
          if (hreg_index_i == 15'h110) job <= 5;
        end
      end
      if (job == 1 && mrd_ready_i) job <= 2;
      if (job == 2 && mrd_rvalid_i) begin value <= address[2] ? mrd_rdata_i[63:32] : mrd_rdata_i[31:0]; job <= 4; end
      if (job == 3 && mwr_ready_i) job <= 4;
      if (eff_valid_o && eff_ready_i) begin
        word <= word + 1;
        if (eff_last_o) begin word <= 0; job <= 0; end
      end
      if (tile_valid_i && tile_ready_o) begin tile_on <= 1; tile_dir <= tile_we_i; tile_word <= 0; end
      if (tile_on && (tile_dir ? tile_wvalid_i : tile_rready_i)) begin
        if (tile_dir) tile_mem[tile_word] <= tile_wdata_i;
        tile_word <= tile_word + 1;
        if (tile_word == 1279) tile_on <= 0;
      end
    end
  end
endmodule
