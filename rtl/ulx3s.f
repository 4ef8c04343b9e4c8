sim/board/ecp5.sv
rtl/board/ulx3s/xg_pad_in.sv
rtl/board/ulx3s/xg_pad_out.sv
rtl/board/ulx3s/xg_pad_inout.sv
rtl/board/ulx3s/xg_ulx3s_clocks.sv
rtl/board/ulx3s/xg_ulx3s_body.sv
rtl/board/ulx3s/xg_ulx3s.sv
