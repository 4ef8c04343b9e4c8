$(O)/gen/memory/regions.c: $(O)/bin/gen_regions host/memory/regions.csv host/memory/devices.csv
	@mkdir -p $(@D); $< host/memory/regions.csv host/memory/devices.csv $@
GEN_SRC += $(O)/gen/memory/regions.c
