# Disc images and content packages for shell tests.
MKMEDIA_SRC := tests/vfs/mkmedia.c $(wildcard tests/support/media_*.c)
$(O)/bin/mkmedia: $(MKMEDIA_SRC) $(wildcard tests/support/media*.h)
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(CC) $(GEN_CFLAGS) -I. -o $@ $(MKMEDIA_SRC) -lcrypto
TEST_EXTRA += $(O)/bin/mkmedia
