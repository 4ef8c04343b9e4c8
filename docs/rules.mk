# The page docs/status.md is generated (make status), but kept in git, so that it can be read there.
TEST_EXTRA += $(O)/bin/gen_status

$(O)/bin/gen_status: docs/gen/gen_status.c host/base/csv.c host/base/csv.h host/base/error.c
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(CC) $(GEN_CFLAGS) -o $@ $(filter %.c,$^)
