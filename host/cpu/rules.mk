# The instruction table and what is generated from it.
CPU_GEN := $(O)/gen/cpu_table.h $(O)/gen/cpu_table.c
GEN += $(CPU_GEN)
GEN_SRC += $(O)/gen/cpu_table.c
$(CPU_GEN) &: host/cpu/instructions.csv $(O)/bin/gen_cpu
	@mkdir -p $(O)/gen
	@echo '  GEN  cpu_table'
	@$(O)/bin/gen_cpu host/cpu/instructions.csv $(O)/gen/cpu_table.h $(O)/gen/cpu_table.c
