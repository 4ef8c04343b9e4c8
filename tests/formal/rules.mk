# The proofs of the cells, maps and protocols: make formal (docs/testing.md).
PROVIDES += formal
FORMAL_SEARCHES := $(addprefix $(O)/tests/formal/,crc_errors coherency deadlock retransmit)
TEST_EXTRA += $(FORMAL_SEARCHES)
$(FORMAL_SEARCHES): $(O)/tests/formal/%: tests/formal/%.c tests/formal/search.h $(O)/gen/gpu/xg_device_gen.h
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(CC) $(XG_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $<

.PHONY: formal
## make formal       proofs of cells, address maps, coherency, freedom from deadlock; broken variants must fail
formal: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) $(FORMAL_SEARCHES) $(RTL_PKG)
	@tests/formal/run $(O)
