rtl/board/ulx3s/xg_pad_out.sv
rtl/board/ecpix5/xg_pad_bus.sv
rtl/board/ecpix5/xg_litedram_port.sv
rtl/board/ecpix5/xg_ecpix5_body.sv
