# What needs synthesis: the report of the core out of context, and the boards' bitstreams.
PROVIDES += fpga-report bitstream flash
.PHONY: fpga-report fpga-report-quick
REPORT_TOOLS := $(O)/bin/report-wrap $(O)/bin/report-table
$(REPORT_TOOLS): $(O)/bin/report-%: constraints/report/%.c host/base/json.c host/base/file.c $(O)/bin/.dir
	@echo '  CC   $<'
	@$(CC) -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Ihost -o $@ $< host/base/json.c host/base/error.c host/base/file.c
## make fpga-report  synthesis, place and route for LFE5U-85F: area, speed, longest paths (docs/fpga.md)
fpga-report: $(O)/gen/rtl/xg_pkg.sv $(O)/bench/bench_figures $(REPORT_TOOLS)
	@constraints/report/run $(O)
fpga-report-quick: $(O)/gen/rtl/xg_pkg.sv $(O)/bench/bench_figures $(REPORT_TOOLS)
	@constraints/report/run $(O) quick

BITSTREAM_CHECK := $(O)/bin/bitstream-check
$(BITSTREAM_CHECK): constraints/check/check.c host/base/json.c host/base/file.c host/base/csv.c $(O)/bin/.dir
	@echo '  CC   $<'
	@$(CC) -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Ihost -o $@ $< host/base/json.c host/base/error.c host/base/file.c host/base/csv.c
.PHONY: bitstream flash
bitstream: $(O)/gen/rtl/xg_pkg.sv $(O)/bench/bench_figures $(BITSTREAM_CHECK)
	@constraints/bitstream $(O) $(BOARD)
flash:
	@constraints/flash $(O) "$(BOARD)" $(TO)
