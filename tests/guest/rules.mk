# Guest programs: every folder here with a main.c becomes $(O)/guest/NAME.xex.
# The SDK (sdk/) is described in sdk/README.md; the cross compiler is Debian's.
GUEST_CC ?= powerpc-linux-gnu-gcc
GUEST_WERROR ?= -Werror
GUEST_SDK := tests/guest/sdk
GUEST_NAMES := $(sort $(patsubst tests/guest/%/main.c,%,$(filter-out $(GUEST_SDK)/%,$(wildcard tests/guest/*/main.c))))
GUESTS += $(GUEST_NAMES:%=$(O)/guest/%.xex)
GUEST_GEN := $(O)/gen/guest
# r2 and r13 belong to the console, so no small data; the rest is plain 32-bit PowerPC.
GUEST_FLAGS := -std=c17 -m32 -mcpu=powerpc -mbig-endian -mhard-float -mno-multiple \
  -ffixed-r2 -ffixed-r13 -mno-sdata -msdata=none -G0 -mno-altivec -fno-pic -fno-pie -ffreestanding -nostdinc \
  -isystem $(shell $(GUEST_CC) -print-file-name=include 2>/dev/null) -fno-asynchronous-unwind-tables \
  -fno-stack-protector -ffunction-sections -fdata-sections -fno-tree-loop-distribute-patterns \
  -ffp-contract=off -O2 -g -Wall -Wextra $(GUEST_WERROR) -I$(GUEST_SDK)/include -I$(GUEST_GEN)
GUEST_LINK := -m32 -static -no-pie -nostdlib -nostartfiles -Wl,--gc-sections -Wl,--build-id=none \
  -Wl,-z,max-page-size=0x10000 -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments -T $(GUEST_SDK)/guest.ld

XEXBUILD_SRC := $(wildcard $(GUEST_SDK)/xexbuild*.c)
$(O)/bin/xexbuild: $(XEXBUILD_SRC) $(wildcard $(GUEST_SDK)/xexbuild*.h) host/base/endian.h
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(CC) $(GEN_CFLAGS) -o $@ $(XEXBUILD_SRC) -lcrypto
$(O)/bin/guest_%: $(GUEST_SDK)/%.c host/base/csv.c host/base/csv.h
	@mkdir -p $(@D)
	@$(CC) $(GEN_CFLAGS) -o $@ $< host/base/csv.c host/base/error.c

GUEST_STUBS := $(GUEST_GEN)/import_stubs.S
$(GUEST_STUBS): $(O)/bin/guest_gen_stubs host/kernel/exports.csv
	@mkdir -p $(@D)
	@$(O)/bin/guest_gen_stubs host/kernel/exports.csv $(GUEST_GEN)/xboxkrnl.h $@ $(GUEST_GEN)/import_varargs.c
$(GUEST_GEN)/xenos.h: $(O)/bin/guest_gen_gpu_headers host/gpu/registers.csv host/gpu/pm4.csv
	@mkdir -p $(@D)
	@$(O)/bin/guest_gen_gpu_headers host/gpu/registers.csv host/gpu/pm4.csv $@
$(GUEST_GEN)/xboxkrnl.h $(GUEST_GEN)/import_varargs.c: $(GUEST_STUBS) ;
GUEST_HEADERS := $(GUEST_STUBS) $(GUEST_GEN)/xenos.h

GUEST_SDK_OBJ := $(patsubst $(GUEST_SDK)/%,$(O)/guest/obj/sdk/%.o,$(filter-out $(GUEST_SDK)/gen_% $(GUEST_SDK)/xexbuild%,$(wildcard $(GUEST_SDK)/*.[cS]))) \
  $(O)/guest/obj/sdk/import_stubs.S.o $(O)/guest/obj/sdk/import_varargs.c.o
$(O)/guest/obj/sdk/%.o: $(GUEST_SDK)/% | $(GUEST_HEADERS)
	@mkdir -p $(@D)
	@$(GUEST_CC) $(GUEST_FLAGS) -Wa,-many -MMD -MP -c -o $@ $<
$(O)/guest/obj/sdk/%.o: $(GUEST_GEN)/% | $(GUEST_HEADERS)
	@mkdir -p $(@D)
	@$(GUEST_CC) $(GUEST_FLAGS) -Wa,-many -MMD -MP -c -o $@ $<
$(O)/guest/obj/%.o: tests/guest/% | $(GUEST_HEADERS)
	@mkdir -p $(@D)
	@echo '  PPC  $<'
	@$(GUEST_CC) $(GUEST_FLAGS) -Wa,-many -MMD -MP -c -o $@ $<

# Shaders: NAME.xgs in a program's folder -> NAME.h, an array of words.
$(GUEST_GEN)/%.h: tests/guest/%.xgs $(O)/bin/xgasm
	@mkdir -p $(@D)
	@$(O)/bin/xgasm $< -o $@
guest_shaders = $(patsubst tests/guest/%.xgs,$(GUEST_GEN)/%.h,$(wildcard tests/guest/$1/*.xgs))

# A program with an exports.csv of its own (a test of the stubs) gets stubs of its own.
guest_own_obj = $(if $(wildcard tests/guest/$1/exports.csv),$(O)/guest/obj/$1/stubs.S.o $(O)/guest/obj/$1/varargs.c.o)
$(GUEST_GEN)/%/stubs.S: tests/guest/%/exports.csv $(O)/bin/guest_gen_stubs
	@mkdir -p $(@D)
	@$(O)/bin/guest_gen_stubs $< $(@D)/exports.h $@ $(@D)/varargs.c
$(GUEST_GEN)/%/exports.h $(GUEST_GEN)/%/varargs.c: $(GUEST_GEN)/%/stubs.S ;
$(O)/guest/obj/%.o: $(GUEST_GEN)/% | $(GUEST_HEADERS)
	@mkdir -p $(@D)
	@$(GUEST_CC) $(GUEST_FLAGS) -I$(<D) -Wa,-many -MMD -MP -c -o $@ $<

# Programs with options of their own.
GUEST_LINK_library := -Wl,--defsym=__xg_base=0x88000000 -Wl,-u,answer -Wl,-u,entered
GUEST_XEX_library := --dll --export=1:answer --export=2:entered --export-names
GUEST_LINK_dll-base := -Wl,--defsym=__xg_base=0x8A000000 -Wl,-u,base_value -Wl,-u,base_log
GUEST_XEX_dll-base := --dll --export=1:base_value --export=2:base_log
GUEST_LINK_dll-upper := -Wl,--defsym=__xg_base=0x8B000000 -Wl,-u,upper_value
GUEST_XEX_dll-upper := --dll --export=7:upper_value --export-names
GUEST_LINK_dll-fails := -Wl,--defsym=__xg_base=0x8C000000
GUEST_XEX_dll-fails := --dll
GUEST_LINK_dll-loop := -Wl,--defsym=__xg_base=0x8D000000 -Wl,-u,loop
GUEST_XEX_dll-loop := --dll --export=1:loop
# Titles of several discs.
GUEST_XEX_contract-drive := --disc=1/3
GUEST_XEX_discs := --disc=1/3
# A title's database: achievements 7 and 8 with English texts.
GUEST_XEX_contract-achievements := --resource=58470001:$(GUEST_GEN)/achievements.xdbf
$(O)/guest/contract-achievements.xex: $(GUEST_GEN)/achievements.xdbf
$(GUEST_GEN)/achievements.xdbf: tests/guest/contract-achievements/database.hex
	@mkdir -p $(@D)
	@perl -ne 'chomp; print pack("H*", $$_)' $< >$@
GUEST_XEX_contract-modules := --resource=text:tests/guest/contract-modules/main.c
$(O)/guest/contract-modules.xex: $(O)/guest/library.xex

guest_obj = $(patsubst tests/guest/%,$(O)/guest/obj/%.o,$(wildcard tests/guest/$1/*.[cS]))
define guest_rule
$(O)/guest/$1.elf: $(call guest_own_obj,$1) $(call guest_obj,$1) $(GUEST_SDK_OBJ) $(GUEST_SDK)/guest.ld
	@$(GUEST_CC) $(GUEST_LINK) $$(GUEST_LINK_$1) -o $$@ $$(filter %.o,$$^) -lgcc
$(call guest_obj,$1): GUEST_FLAGS += -I$(GUEST_GEN)/$1
$(call guest_obj,$1): | $(if $(call guest_own_obj,$1),$(GUEST_GEN)/$1/stubs.S) $(call guest_shaders,$1)
$(O)/guest/$1.xex: $(O)/guest/$1.elf $(O)/bin/xexbuild
	@echo '  XEX  $$@'
	@$(O)/bin/xexbuild $$(GUEST_XEX_$1) --sym=$(O)/guest/$1.sym $$< $$@
.PHONY: guest-$1
guest-$1: $(O)/guest/$1.xex
endef
$(foreach g,$(GUEST_NAMES),$(eval $(call guest_rule,$g)))
-include $(wildcard $(O)/guest/obj/*/*.d)
## make guest-NAME   build the guest program tests/guest/NAME
