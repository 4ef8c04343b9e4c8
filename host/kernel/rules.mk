$(O)/gen/kernel/export_table.c $(O)/gen/kernel/export_names.h $(O)/gen/kernel/exports.md &: \
    $(O)/bin/gen_exports host/kernel/exports.csv host/kernel/missing.csv
	@mkdir -p $(@D); $< host/kernel/exports.csv host/kernel/missing.csv $(O)/gen/kernel
GEN += $(O)/gen/kernel/export_names.h
GEN_SRC += $(O)/gen/kernel/export_table.c
$(O)/gen/kernel/status_table.c: $(O)/bin/gen_statuses host/kernel/statuses.csv
	@mkdir -p $(@D); $< host/kernel/statuses.csv $@
GEN_SRC += $(O)/gen/kernel/status_table.c
# The page of exports is kept in docs/; the contract suite says when it is out of date.
status: docs/kernel-exports.md
docs/kernel-exports.md: $(O)/gen/kernel/exports.md
	@cp $< $@
