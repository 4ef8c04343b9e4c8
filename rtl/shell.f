rtl/common/xg_fifo.sv
rtl/common/xg_skid.sv
rtl/common/xg_arbiter.sv
rtl/common/xg_ram.sv
