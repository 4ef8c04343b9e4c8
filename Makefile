# Xenogate. `make run` and `make test` are the two commands; `make help` lists the rest.
# Every folder adds its own part in a rules.mk (see "Parts" below); nothing is built in the source tree.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# ---- configuration -------------------------------------------------------------------
# SANITIZE=address,undefined | thread      CC=clang      O=output folder
CC := gcc
SANITIZE ?=
comma := ,
CONFIG := $(if $(filter clang%,$(notdir $(CC))),clang)$(if $(SANITIZE),$(if $(filter clang%,$(notdir $(CC))),-)san-$(firstword $(subst $(comma), ,$(SANITIZE))))
O ?= build$(if $(CONFIG),/$(CONFIG))
JOBS := $(shell nproc 2>/dev/null || echo 2)
# Folder of the Verilated core; the sanitizer jobs borrow the plain build's.
SIM_O ?= $(O)

PKGS := sdl2 libpng zlib snappy libcrypto libusb-1.0 libftdi1
CFLAGS ?= -O2 -g
XG_CFLAGS := -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -ffp-contract=off -fno-strict-aliasing -pthread \
  -Ihost -I. -I$(O)/gen $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer) \
  $(if $(filter thread,$(SANITIZE)),$(if $(filter clang%,$(notdir $(CC))),,-Wno-tsan)) # the guest's barriers are fences
# Asked for at the first use and then kept, so that `make help` works without pkg-config.
LDLIBS = $(eval LDLIBS := $(shell pkg-config --libs $(PKGS)) -lm -lpthread -lstdc++)$(LDLIBS)
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
LDFLAGS := $(if $(SANITIZE),-fsanitize=$(SANITIZE))

# ---- parts -----------------------------------------------------------------------------
# A rules.mk may append to these; paths under $(O).
GEN :=          # generated headers and tables, made before anything is compiled
GEN_SRC :=      # generated C sources, compiled into the host library
SIM_LIB :=      # static libraries of the Verilated core
GUESTS :=       # guest programs ($(O)/guest/NAME.xex)
BUILD_EXTRA :=  # anything else that `make build` makes
TEST_EXTRA :=   # anything else that the suites need
MUTANTS :=      # targets that `make mutants` runs, one part each
SOAK :=         # targets that `make soak` runs, one part each, in SOAK_SECONDS each
PROVIDES :=     # targets of the list "later" below that this part brings

HOST_SRC := $(filter-out %/main.c,$(shell find $(wildcard host driver sim) -name '*.c' -not -path '*/gen/*' -not -path '*/bench/*' | LC_ALL=C sort))
TEST_SRC := $(sort $(wildcard tests/*/test_*.c))
TEST_LIB_SRC := $(sort $(wildcard tests/support/*.c))

.PHONY: build-all
build-all:
include $(sort $(wildcard host/*/rules.mk driver/rules.mk rtl/rules.mk sim/rules.mk constraints/rules.mk tests/*/rules.mk docs/rules.mk))

HOST_OBJ := $(HOST_SRC:%.c=$(O)/obj/%.o) $(GEN_SRC:$(O)/%.c=$(O)/obj/%.o)
HOST_LIB := $(O)/libxenogate.a
TESTS := $(foreach t,$(TEST_SRC),$(O)/tests/$(basename $(notdir $t)))
TEST_LIB_OBJ := $(TEST_LIB_SRC:%.c=$(O)/obj/%.o)

# ---- rules -----------------------------------------------------------------------------
# Generators: host/PART/gen/NAME.c -> $(O)/bin/NAME, never sanitized, built from base's CSV reader.
GEN_CFLAGS := -std=c17 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -Ihost
$(O)/bin/gen_%: $(O)/bin/.dir
	@src=$$(ls host/*/gen/gen_$*.c); mkdir -p $(@D); $(CC) $(GEN_CFLAGS) -o $@ $$src host/base/csv.c host/base/error.c
$(foreach g,$(wildcard host/*/gen/gen_*.c),$(eval $(O)/bin/$(basename $(notdir $g)): $g host/base/csv.c host/base/csv.h))

%/.dir:
	@mkdir -p $(@D); touch $@

$(O)/obj/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(CC) $(XG_CFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(O)/obj/gen/%.o: $(O)/gen/%.c | $(GEN)
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(CC) $(XG_CFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(HOST_LIB): $(HOST_OBJ)
	@rm -f $@; ar rcs $@ $^

$(O)/xenogate: $(O)/obj/host/app/main.o $(HOST_LIB) $(SIM_LIB)
	@echo '  LD   $@'
	@$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(HOST_LIB) $(SIM_LIB) -Wl,--end-group $(LDLIBS)

define test_rule
$(O)/tests/$(basename $(notdir $1)): $(O)/obj/$(1:%.c=%.o) $(TEST_LIB_OBJ) $(HOST_LIB) $(SIM_LIB)
	@mkdir -p $$(@D)
	@echo '  LD   $$@'
	@$(CC) $(LDFLAGS) -o $$@ $(O)/obj/$(1:%.c=%.o) $(TEST_LIB_OBJ) -Wl,--start-group $(HOST_LIB) $(SIM_LIB) -Wl,--end-group -lcmocka $$(LDLIBS)
endef
$(foreach t,$(TEST_SRC),$(eval $(call test_rule,$t)))
.SECONDARY:

-include $(HOST_OBJ:.o=.d) $(O)/obj/host/app/main.d $(TEST_SRC:%.c=$(O)/obj/%.d) $(TEST_LIB_OBJ:.o=.d)

# ---- targets ---------------------------------------------------------------------------
.PHONY: help deps build run test tests unit-tests lint status clean

help:
	@sed -n 's/^## //p' Makefile

## make run          install what is missing, build, run the main guest program on the Verilated core
##                   (P=name: another guest program; in a window if there is a display)
## make test         install, build, run every test (T=name: one suite); ends with "N passed, N failed"
run: deps-run
	@$(MAKE) --no-print-directory -j$(JOBS) build-all
	@tests/run-demo $(O) $(P)
test: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) build-all tests
	@tests/run $(O) $(T)
## make deps         install what is missing (Debian packages by name)
deps:
	@.ci/install more
.PHONY: deps-run deps-test
deps-run deps-test: deps-%:
	@.ci/install $*
## make build        build the program, the core, the guest programs
build: deps-run
	@$(MAKE) --no-print-directory -j$(JOBS) build-all
build-all: $(O)/xenogate $(GUESTS) $(BUILD_EXTRA)
unit-tests: $(TESTS)
tests: unit-tests $(TEST_EXTRA)
## make lint         compilers' warnings, clang-format, clang-tidy, Verilator, Icarus, Yosys
lint: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) $(GEN)
	@tests/lint $(O)
## make format       clang-format -i on every C file
.PHONY: format
format:
	@git ls-files -z -co --exclude-standard "*.c" "*.h" | xargs -0 clang-format -i
## make status       write docs/status.md anew from the tables (exports, instructions, suites)
status: $(O)/bin/gen_status $(HOST_LIB)
	@docs/status.sh $(O)
# Targets that parts of the project still to come bring; a rules.mk that has one says PROVIDES += name.
## make bench        measure the figures of docs/figures.md, print them, write build/bench.json
## make bench-quick  the same with fewer runs, under two minutes
## make mutants      small seeded faults in tables, semantics and core: >= 95 % must fail a test (build/mutants)
## make soak         long differential runs with a new seed each time (SOAK_SECONDS=600 for each part, SEED=N)
## make bitstream BOARD=ulx3s   the board's bitstream: synthesis, place and route, checks (docs/board.md)
## make flash BOARD=ulx3s       the bitstream to the board (TO=sram: until it is switched off)
## make formal, regress, fpga-report
##                   brought by the parts they measure or build; each says so while its part is missing
SOAK_SECONDS ?= 600
SEED ?= $(shell date +%s)
LATER := soak formal mutants regress fpga-report bitstream flash
PROVIDES += $(if $(MUTANTS),mutants) $(if $(SOAK),soak)
.PHONY: $(LATER)
soak_part := the long differential runs of CPU and device
formal_part := the proofs of the cells in rtl/common
mutants_part := the mutation tests of CPU, core and renderer
regress_part := the trace replays on model, core and board
fpga-report_part := the synthesis of the core
bitstream_part := the board build in constraints/
flash_part := the board build in constraints/
$(filter-out $(PROVIDES),$(LATER)):
	@echo "make $@: not there yet; it comes with $($@_part)." >&2; exit 2
# The parts run one after the other; all of them run, and the first failure's status is kept.
run_parts = @rc=0; for part in $1; do $(MAKE) --no-print-directory $$part SOAK_SECONDS=$(SOAK_SECONDS) SEED=$(SEED) || rc=1; done; exit $$rc
.PHONY: $(MUTANTS) $(SOAK)
ifneq ($(MUTANTS),)
mutants: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) build-all tests
	$(call run_parts,$(MUTANTS))
endif
ifneq ($(SOAK),)
soak: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) build-all tests
	$(call run_parts,$(SOAK))
endif
## make clean        remove build/
clean:
	rm -rf build
