# What needs synthesis: the report of the core out of context.
PROVIDES += fpga-report
.PHONY: fpga-report fpga-report-quick
## make fpga-report  synthesis, place and route for LFE5U-85F: area, speed, longest paths (docs/fpga.md)
fpga-report: $(O)/gen/rtl/xg_pkg.sv $(O)/bench/bench_figures
	@constraints/report/run $(O)
fpga-report-quick: $(O)/gen/rtl/xg_pkg.sv $(O)/bench/bench_figures
	@constraints/report/run $(O) quick
