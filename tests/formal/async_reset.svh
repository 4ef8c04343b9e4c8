  // What an edge of each clock of xg_async_fifo with reset leaves: nothing of before.
  logic w_edge_q = 1'b0, r_edge_q = 1'b0;
  always_ff @(posedge wr_clk_i) w_edge_q <= wr_rst_i;
  always_ff @(posedge rd_clk_i) r_edge_q <= rd_rst_i;
  always_ff @(posedge now_i) begin
    if (w_edge_q) assert ({wptr_q, wgray_q, rgray_meta_q, rgray_sync_q} == '0);
`ifdef SEEN_IS_KEPT
    if (w_edge_q) assert (rptr_seen_q == '0);
`endif
    if (r_edge_q) assert ({rptr_q, rgray_q, wgray_meta_q, wgray_sync_q, out_valid_q} == '0);
  end
