# Small programs that scripts of this folder's neighbours use.
BUILD_EXTRA += $(O)/bin/probe_display

$(O)/bin/probe_display: $(O)/obj/tests/tools/probe_display.o $(O)/libxenogate.a
	@mkdir -p $(@D)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $< $(O)/libxenogate.a $(LDLIBS)
