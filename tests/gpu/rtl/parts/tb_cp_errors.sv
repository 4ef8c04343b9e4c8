// xg_cp_errors: bits stay until they are cleared; the record is of the first error since reset, for good.
module tb_cp_errors;
  logic clk = 0, rst = 1, set = 0;
  logic [31:0] bits = 0, addr = 0, packet = 0, clear = 0;
  wire first;
  wire [31:0] bits_o, addr_o, packet_o;
  logic [31:0] m_bits = 0, m_addr = 0, m_packet = 0;
  logic m_first = 1;
  int errors = 0, seed, i, round;
  xg_cp_errors dut (.clk_i(clk), .rst_i(rst), .set_i(set), .bits_i(bits), .addr_i(addr), .packet_i(packet), .clear_i(clear),
                    .first_o(first), .bits_o(bits_o), .addr_o(addr_o), .packet_o(packet_o));
  always #5 clk = !clk;
  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    for (round = 0; round < 20; round = round + 1) begin
      rst = 1; set = 1; bits = 32'hFFFFFFFF;
      @(negedge clk);
      rst = 0; m_bits = 0; m_addr = 0; m_packet = 0; m_first = 1;
      for (i = 0; i < 200; i = i + 1) begin
        set = ($random(seed) & 7) == 0; bits = 1 << ($random(seed) & 31); addr = $random(seed); packet = $random(seed);
        clear = ($random(seed) & 3) == 0 ? $random(seed) : 0;
        if (first !== m_first || bits_o !== m_bits || addr_o !== m_addr || packet_o !== m_packet) begin
          errors = errors + 1;
          $display("# %b %h %h %h, expected %b %h %h %h", first, bits_o, addr_o, packet_o, m_first, m_bits, m_addr, m_packet);
        end
        m_bits = m_bits & ~clear;
        if (set) begin
          m_bits = m_bits | bits;
          if (m_first) begin m_addr = addr; m_packet = packet; end
          m_first = 0;
        end
        @(negedge clk);
      end
    end
    if (errors == 0) $display("PASS"); else $display("FAIL seed %0d: %0d errors", seed, errors);
    $finish;
  end
endmodule
