// A USB host over the PHY of ulpi_phy.svh: transactions and control transfers with faults by chance. Checksums are worked
// out here from the standard's polynomials, the most significant coefficient first.
  localparam logic [3:0] PID_OUT = 4'b0001, PID_IN = 4'b1001, PID_SOF = 4'b0101, PID_SETUP = 4'b1101, PID_PING = 4'b0100,
      PID_DATA0 = 4'b0011, PID_DATA1 = 4'b1011, PID_DATA2 = 4'b0111, PID_MDATA = 4'b1111, PID_ACK = 4'b0010, PID_NAK = 4'b1010,
      PID_STALL = 4'b1110, PID_NYET = 4'b0110, PID_NONE = 4'b0000;

  function automatic logic [4:0] crc5_of(input logic [10:0] bits);
    logic [4:0] r;
    logic f;
    begin
      r = 5'b11111;
      for (int i = 0; i < 11; i = i + 1) begin
        f = r[4] ^ bits[i];
        r = {r[3:0], 1'b0};
        if (f) r = r ^ 5'b00101;
      end
      r = ~r;
      crc5_of = {r[0], r[1], r[2], r[3], r[4]};
    end
  endfunction
  function automatic logic [15:0] crc16_next(input logic [15:0] was, input logic [7:0] data);
    logic [15:0] r;
    logic f;
    begin
      r = was;
      for (int i = 0; i < 8; i = i + 1) begin
        f = r[15] ^ data[i];
        r = {r[14:0], 1'b0};
        if (f) r = r ^ 16'b1000000000000101;
      end
      crc16_next = r;
    end
  endfunction
  function automatic logic [15:0] turned(input logic [15:0] r);  // as its two bytes stand in a packet
    begin
      for (int i = 0; i < 16; i = i + 1) turned[i] = !r[15-i];
    end
  endfunction

  // ---- packets -----------------------------------------------------------------------------------
  logic [6:0] address = 0;
  logic [7:0] data[0:2047], answer[0:2047];
  logic [3:0] reply;
  int answer_n, handshakes[0:15];
  task send_token(input logic [3:0] pid, input logic [6:0] a, input logic [3:0] ep, input logic broken);
    int at;
    begin
      pkt[0] = {~pid, pid};
      pkt[1] = {ep[0], a};
      pkt[2] = {crc5_of({ep, a}), ep[3:1]};
      if (broken) begin
        at = 1 + rnd(2);
        pkt[at] = pkt[at] ^ (8'd1 << rnd(8));
      end
      send_packet(3, 0);
    end
  endtask
  // fault: 1 a bit is wrong, 2 the PHY reports an error, 3 the packet ends early
  task send_data(input logic [3:0] pid, input int n, input int fault);
    logic [15:0] crc;
    int at, wrong_at;
    begin
      crc = 16'hFFFF;
      pkt[0] = {~pid, pid};
      for (int i = 0; i < n; i = i + 1) begin
        pkt[1+i] = data[i];
        crc = crc16_next(crc, data[i]);
      end
      {pkt[2+n], pkt[1+n]} = turned(crc);
      at = fault == 3 ? 1 + rnd(n + 2) : n + 3;
      crc = 16'hFFFF;  // what is cut off may leave a packet that is right
      for (int i = 1; i < at - 2; i = i + 1) crc = crc16_next(crc, pkt[i]);
      if (fault == 1 || (fault == 3 && at > 2 && turned(crc) == {pkt[at-1], pkt[at-2]})) begin
        at = n + 3;
        wrong_at = 1 + rnd(n + 2);
        pkt[wrong_at] = pkt[wrong_at] ^ (8'd1 << rnd(8));
      end
      send_packet(at, fault == 2);
    end
  endtask
  task send_handshake(input logic [3:0] pid);
    begin
      pkt[0] = {~pid, pid};
      send_packet(1, 0);
    end
  endtask
  // What the device says: reply PID_NONE is nothing. A data packet's bytes are answer[0..answer_n-1].
  task get_reply;
    logic [15:0] crc;
    int i;
    begin
      get_packet;
      reply = got ? tx_pid : PID_NONE;
      answer_n = 0;
      handshakes[reply] = handshakes[reply] + 1;
      if (got && reply[1:0] == 2'b11) begin
        crc = 16'hFFFF;
        answer_n = tx_n - 2;
        if (tx_n < 2) bad("a data packet without a checksum");
        for (i = 0; i < answer_n; i = i + 1) begin
          answer[i] = tx_bytes[i];
          crc = crc16_next(crc, tx_bytes[i]);
        end
        if (turned(crc) !== {tx_bytes[tx_n-1], tx_bytes[tx_n-2]}) bad("the CRC16 of a packet");
        if (answer_n > (high ? 512 : 64)) bad("a packet that is too long");
      end else if (got) begin
        if (tx_n != 0) bad("a handshake with bytes");
        if (reply[1:0] != 2'b10) bad("a device says a token");
        if (reply == PID_NYET && !high) bad("NYET at full speed");
      end
    end
  endtask
  task expect_reply(input logic [3:0] pid, input string what);
    begin
      get_reply;
      if (reply != pid) bad($sformatf("%0s: PID %b, expected %b", what, reply, pid));
    end
  endtask
  task sof;
    begin
      send_token(PID_SOF, 7'(rnd(128)), 4'(rnd(16)), 0);
      get_packet;
      if (got) bad("an answer to SOF");
    end
  endtask

  // ---- control transfers ---------------------------------------------------------------------------
  int lost = 0;    // ACKs that the device did not get
  int faults = 0;  // of 64 packets so many go wrong
  function logic fault;
    fault = rnd(64) < faults;
  endfunction
  logic [7:0] control[0:255];
  int control_n, tries;
  logic stalled, toggle;
  task setup(input logic [63:0] bytes);  // the first is bits 7:0
    begin
      reply = PID_NONE;
      for (tries = 0; reply != PID_ACK && tries < 20; tries = tries + 1) begin
        for (int i = 0; i < 8; i = i + 1) data[i] = bytes[8*i+:8];
        send_token(PID_SETUP, address, 0, fault());
        get_packet;
        if (got) bad("an answer to a token of SETUP");
        send_data(PID_DATA0, 8, fault() ? 1 : 0);
        get_reply;
        if (reply != PID_ACK && reply != PID_NONE) bad("SETUP was refused");
        if (fault()) reply = PID_NONE;  // the host missed it
      end
      if (tries == 20) bad("no ACK of SETUP");
    end
  endtask
  // One IN at ep with toggle t: reply and answer; the ACK may get lost. mine: data that the host did not have yet.
  logic mine;
  task in_once(input logic [3:0] ep, input logic t);
    begin
      mine = 0;
      send_token(PID_IN, address, ep, fault());
      get_reply;
      if (reply[1:0] == 2'b11) begin
        if (fault()) reply = PID_NONE;  // the host sees a wrong CRC
        else begin
          mine = reply == (t ? PID_DATA1 : PID_DATA0);
          if (fault()) begin
            lost = lost + 1;
            if (rnd(2) == 0) begin  // the ACK is spoiled, or nothing comes
              pkt[0] = 8'hD2 ^ (8'd1 << rnd(8));
              send_packet(1, 0);
            end else repeat (230) @(posedge clk);
          end else send_handshake(PID_ACK);
        end
      end
    end
  endtask
  task get_control(input logic [7:0] kind, input logic [7:0] request, input logic [15:0] value, input logic [15:0] index,
                   input int length);
    begin
      setup({16'(length), index, value, request, kind});
      control_n = 0;
      stalled = 0;
      toggle = 1;
      mine = 0;
      tries = 0;
      while (!stalled && tries < 40 && !(mine && (answer_n < 64 || control_n >= length))) begin
        in_once(0, toggle);
        if (reply == PID_STALL) stalled = 1;
        if (reply == PID_NAK) bad("NAK in a control transfer");
        if (mine) begin
          for (int i = 0; i < answer_n; i = i + 1) control[(control_n+i)&255] = answer[i];
          control_n = control_n + answer_n;
          toggle = !toggle;
          if (answer_n > 64) bad("more than 64 bytes of a control endpoint");
        end
        tries = tries + 1;
      end
      if (control_n > length || tries == 40) bad("a control transfer that does not end");
      reply = PID_NONE;
      for (tries = 0; !stalled && reply != PID_ACK && tries < 20; tries = tries + 1) begin
        if (high && rnd(2) == 0) begin
          send_token(PID_PING, address, 0, 0);
          expect_reply(PID_ACK, "PING before the end of a request");
        end
        send_token(PID_OUT, address, 0, fault());
        send_data(PID_DATA1, 0, fault() ? 1 : 0);
        get_reply;
        if (fault()) reply = PID_NONE;
      end
      if (!stalled && reply != PID_ACK) bad("the end of a request was not acknowledged");
    end
  endtask
  task set_control(input logic [7:0] kind, input logic [7:0] request, input logic [15:0] value, input logic [15:0] index);
    begin
      setup({16'd0, index, value, request, kind});
      mine = 0;
      reply = PID_NONE;
      for (tries = 0; !mine && reply != PID_STALL && tries < 40; tries = tries + 1) in_once(0, 1);
      stalled = reply == PID_STALL;
      if (!stalled && (!mine || answer_n != 0)) bad("a request without data did not end");
      // A host whose ACK was lost would find out at its next request; this one says it until it is heard.
      while (!stalled && faults != 0 && tries < 60) begin
        send_token(PID_IN, address, 0, 0);
        get_reply;
        if (reply[1:0] != 2'b11) tries = 60;
        else begin
          send_handshake(PID_ACK);
          tries = 60;
        end
      end
    end
  endtask

  // ---- bulk ----------------------------------------------------------------------------------------
  logic toggle_out = 0, toggle_in = 0, ping_first = 0;
  int naks = 0, repeats = 0, empties = 0, shorts = 0;
  // One packet to the device until it is acknowledged; what the host sends is what the device must give out.
  task bulk_out(input int n);
    logic through;
    int kind;
    begin
      for (int i = 0; i < n; i = i + 1) begin
        data[i] = 8'($random(seed));
        out_bytes[out_tail&MASK] = data[i];
        out_tail = out_tail + 1;
      end
      through = 0;
      for (tries = 0; !through && tries < 400; tries = tries + 1) begin
        while (high && ping_first && tries < 400) begin
          send_token(PID_PING, address, 1, fault());
          get_reply;
          if (reply == PID_ACK) ping_first = 0;
          else if (reply != PID_NAK && reply != PID_NONE) bad("the answer to PING");
          tries = tries + 1;
        end
        kind = fault() ? 1 + rnd(3) : 0;
        if (kind == 3 && n == 0) kind = 1;
        send_token(PID_OUT, address, 1, fault());
        send_data(toggle_out ? PID_DATA1 : PID_DATA0, n, kind);
        get_reply;
        if (kind != 0 && reply != PID_NONE) bad($sformatf("an answer to a packet with fault %0d", kind));
        if (reply == PID_NAK) begin
          naks = naks + 1;
          ping_first = 1;
        end else if (reply == PID_ACK || reply == PID_NYET) begin
          if (fault()) repeats = repeats + 1;  // the host missed it and says it again
          else through = 1;
          ping_first = reply == PID_NYET;
        end else if (reply != PID_NONE) bad($sformatf("the answer to OUT: %b", reply));
      end
      toggle_out = !toggle_out;
      if (!through) bad("a packet that is never taken");
    end
  endtask
  // One IN; what comes must be what was given to the device.
  task bulk_in;
    begin
      in_once(1, toggle_in);
      if (mine) begin
        toggle_in = !toggle_in;
        if (answer_n == 0) empties = empties + 1;
        else if (answer_n < (high ? 512 : 64)) shorts = shorts + 1;
        for (int i = 0; i < answer_n; i = i + 1) begin
          if (in_head == in_tail) bad("a byte that nobody gave");
          else begin
            if (answer[i] !== in_bytes[in_head&MASK]) bad($sformatf("byte %0d to the host is %h", in_head, answer[i]));
            in_head = in_head + 1;
          end
        end
      end else if (reply == PID_NAK) naks = naks + 1;
      else if (reply == PID_STALL) bad("IN is stalled");
    end
  endtask
