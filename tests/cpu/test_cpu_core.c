/* The processor's contract: faults, counts, safepoints, modes, reservations, stacks, modified
 * code. */
#include "cpu/assemble.h"
#include "cpu/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CODE       0x82010000u
#define DATA       0x10000000u /* two pages, nothing behind them */
#define READONLY   0x10100000u
#define STACK      0x11000000u
#define STACK_SIZE 0x1000000u

struct fixture {
    struct xg_memory *mem;
    struct xg_cpu *cpu;
    struct xg_cpu_context c;
    xg_time device_saw;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct xg_error err = {0};
    f->mem = xg_memory_create(&err);
    assert_non_null(f->mem);
    f->cpu = xg_cpu_create(XG_CPU_INTERP, f->mem, NULL, &err);
    assert_non_null(f->cpu);
    assert_true(xg_memory_protect(f->mem, CODE, 0x10000, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X, &err));
    assert_true(xg_memory_protect(f->mem, DATA, 0x2000, XG_PAGE_R | XG_PAGE_W, &err));
    assert_true(xg_memory_protect(f->mem, READONLY, 0x1000, XG_PAGE_R, &err));
    assert_true(xg_memory_protect(f->mem, STACK, STACK_SIZE, XG_PAGE_R | XG_PAGE_W, &err));
    xg_cpu_context_init(&f->c);
    f->c.slice_end = 1000000000;
    *state = f;
    return 0;
}
static int teardown(void **state)
{
    struct fixture *f = *state;
    xg_cpu_destroy(f->cpu);
    xg_memory_destroy(f->mem);
    free(f);
    return 0;
}

/* Assembles lines separated by ';' at an address. */
static void place(struct fixture *f, xg_ga at, const char *text)
{
    char *copy = strdup(text), *save = NULL;
    for (char *line = strtok_r(copy, ";", &save); line; line = strtok_r(NULL, ";", &save)) {
        uint32_t w;
        struct xg_error err = {0};
        struct xg_fault fault;
        if (!xg_cpu_assemble(line, at, &w, &err))
            fail_msg("%s", err.text);
        assert_true(xg_memory_st32(f->mem, at, w, &fault));
        at += 4;
    }
    free(copy);
}
static enum xg_cpu_exit run(struct fixture *f, const char *text)
{
    place(f, CODE, text);
    f->c.pc = CODE;
    return xg_cpu_run(f->cpu, &f->c);
}

/* ---- faults ---- */

static void expect_fault(struct fixture *f, const char *text, enum xg_fault_kind kind,
                         xg_ga address)
{
    struct xg_cpu_context before = f->c;
    assert_int_equal(run(f, text), XG_EXIT_FAULT);
    assert_int_equal(f->c.fault.kind, kind);
    assert_int_equal(f->c.fault.address, address);
    assert_int_equal(f->c.pc, CODE);
    assert_int_equal(f->c.retired, before.retired);
    assert_memory_equal(f->c.gpr, before.gpr, sizeof before.gpr);
    assert_memory_equal(f->c.fpr, before.fpr, sizeof before.fpr);
    assert_memory_equal(f->c.vr, before.vr, sizeof before.vr);
}

static void unmapped_accesses_fault_and_change_nothing(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = 0x20000000;
    expect_fault(f, "lwz r4, 8(r3)", XG_FAULT_UNMAPPED, 0x20000008);
    expect_fault(f, "stwu r4, 8(r3)", XG_FAULT_UNMAPPED, 0x20000008);
    expect_fault(f, "lfdu f4, 8(r3)", XG_FAULT_UNMAPPED, 0x20000008);
    expect_fault(f, "lvx v4, 0, r3", XG_FAULT_UNMAPPED, 0x20000000);
    expect_fault(f, "dcbz 0, r3", XG_FAULT_UNMAPPED, 0x20000000);
    expect_fault(f, "lmw r20, 0(r3)", XG_FAULT_UNMAPPED, 0x20000000);
}
static void stores_to_read_only_pages_fault(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = READONLY + 4;
    expect_fault(f, "stw r4, 0(r3)", XG_FAULT_PROTECTED, READONLY + 4);
    assert_true(f->c.fault.store);
    assert_int_equal(run(f, "lwz r4, 0(r3); sc 2"), XG_EXIT_KERNEL);
}
static void an_access_over_the_end_of_memory_moves_no_byte(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = DATA + 0x2000 - 6;
    f->c.gpr[4] = 0x1122334455667788;
    expect_fault(f, "std r4, 0(r3)", XG_FAULT_UNMAPPED, DATA + 0x2000);
    expect_fault(f, "stmw r28, 0(r3)", XG_FAULT_UNMAPPED, DATA + 0x2000);
    expect_fault(f, "lmw r28, 0(r3)", XG_FAULT_UNMAPPED, DATA + 0x2000);
    expect_fault(f, "lswi r5, r3, 12", XG_FAULT_UNMAPPED, DATA + 0x2000);
    for (int i = 0; i < 6; i++)
        assert_int_equal(f->mem->base[DATA + 0x2000 - 6 + i], 0);
}
static void an_access_across_two_pages_works(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = DATA + 0x1000 - 3;
    f->c.gpr[4] = 0x1122334455667788;
    assert_int_equal(run(f, "std r4, 0(r3); ld r5, 0(r3); lwz r6, 1(r3); sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 0x1122334455667788);
    assert_int_equal(f->c.gpr[6], 0x22334455);
}
static void effective_addresses_wrap_at_32_bits(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = 0x1FFFFFFF0;
    f->c.gpr[4] = 0xFFFFFFFF10000020;
    assert_int_equal(run(f, "lwzx r5, r3, r4; sc 2"), XG_EXIT_KERNEL); /* ...F0 + 20 = 10000010 */
}
static void undefined_words_are_illegal(void **state)
{
    struct fixture *f = *state;
    const uint32_t words[] = {0x00000000, 0x04000000, 0x7C0007FE,
                              0xEC000000, 0x10000001, 0x4C0007FE};
    for (size_t i = 0; i < XG_COUNTOF(words); i++) {
        struct xg_fault fault;
        assert_true(xg_memory_st32(f->mem, CODE, words[i], &fault));
        f->c.pc = CODE;
        assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_FAULT);
        assert_int_equal(f->c.fault.kind, XG_FAULT_ILLEGAL);
        assert_int_equal(f->c.fault_opcode, words[i]);
    }
}
static void jumping_to_nowhere_is_a_fetch_fault(void **state)
{
    struct fixture *f = *state;
    f->c.ctr = DATA; /* mapped, not executable */
    assert_int_equal(run(f, "bcctr 20, 0"), XG_EXIT_FAULT);
    assert_int_equal(f->c.fault.kind, XG_FAULT_FETCH);
    assert_int_equal(f->c.pc, DATA);
    assert_int_equal(f->c.retired, 1);
    assert_int_equal(f->c.fault_opcode, 0);
}
static void traps_compare_signed_and_unsigned(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = 0xFFFFFFFF;
    expect_fault(f, "td 8, r3, r0", XG_FAULT_TRAP, CODE);
    expect_fault(f, "twi 16, r3, 0", XG_FAULT_TRAP, CODE); /* -1 < 0 */
    expect_fault(f, "twi 1, r3, 5", XG_FAULT_TRAP, CODE);  /* above, unsigned */
    expect_fault(f, "tdi 8, r3, 5", XG_FAULT_TRAP, CODE);  /* 64-bit: positive */
    expect_fault(f, "tw 31, r0, r0", XG_FAULT_TRAP, CODE);
    assert_int_equal(run(f, "twi 8, r3, 0; tdi 16, r3, 0; tw 2, r3, r3; sc 2"), XG_EXIT_KERNEL);
    /* each condition alone, for operands below, equal and above in both orders */
    static const uint64_t pairs[][2] = {{1, 2},     {2, 2},     {3, 2},
                                        {~0ull, 1}, {1, ~0ull}, {0x10001, 0x20000}};
    static const uint8_t met[] = {16 | 2, 4, 8 | 1, 16 | 1, 8 | 2, 16 | 2};
    for (size_t i = 0; i < 2 * XG_COUNTOF(pairs); i++)
        for (unsigned to = 1; to < 32; to <<= 1) {
            char text[40];
            f->c.gpr[3] = pairs[i / 2][0];
            f->c.gpr[4] = pairs[i / 2][1];
            snprintf(text, sizeof text, "t%c %u, r3, r4; sc 2", i & 1 ? 'd' : 'w', to);
            assert_int_equal(run(f, text), met[i / 2] & to ? XG_EXIT_FAULT : XG_EXIT_KERNEL);
        }
}
static void privileged_instructions_need_supervisor_state(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(run(f, "mfmsr r3; tlbie r4; mfspr r5, 272; sc 2"), XG_EXIT_KERNEL);
    f->c.msr |= 1u << XG_MSR_PR;
    expect_fault(f, "mfmsr r3", XG_FAULT_ILLEGAL, CODE);
    expect_fault(f, "mtmsrd r3, 0", XG_FAULT_ILLEGAL, CODE);
    expect_fault(f, "tlbie r4", XG_FAULT_ILLEGAL, CODE);
    expect_fault(f, "mfspr r5, 272", XG_FAULT_ILLEGAL, CODE);
}

static void special_registers_have_their_numbers(void **state)
{
    struct fixture *f = *state;
    static const struct {
        unsigned number;
        bool write;
    } known[] = {{1, true},   {8, true},   {9, true},   {256, true}, {268, false}, {269, false},
                 {272, true}, {273, true}, {274, true}, {275, true}, {287, false}, {1023, false}};
    char text[80];
    for (unsigned n = 0; n < 1024; n++) {
        const bool user = n == 1 || n == 8 || n == 9 || n == 256 || n == 268 || n == 269;
        bool readable = false, writable = false;
        for (size_t i = 0; i < XG_COUNTOF(known); i++) {
            readable |= known[i].number == n;
            writable |= known[i].number == n && known[i].write;
        }
        f->c.msr = 0x9030;
        snprintf(text, sizeof text, "mfspr r5, %u; sc 2", n);
        assert_int_equal(run(f, text), readable ? XG_EXIT_KERNEL : XG_EXIT_FAULT);
        snprintf(text, sizeof text, "mtspr %u, r5; sc 2", n);
        assert_int_equal(run(f, text), writable ? XG_EXIT_KERNEL : XG_EXIT_FAULT);
        f->c.msr |= 1u << XG_MSR_PR;
        snprintf(text, sizeof text, "mfspr r5, %u; sc 2", n);
        assert_int_equal(run(f, text), readable && user ? XG_EXIT_KERNEL : XG_EXIT_FAULT);
    }
    f->c.msr = 0x9030;
    f->c.pir = 4;
    f->c.gpr[3] = 0xFFFFFFFFFFFFFFFF;
    assert_int_equal(run(f, "mtspr 1, r3; mfspr r4, 1; mtspr 256, r3; mfspr r5, 256; mfspr r6, 287;"
                            "mfspr r7, 1023; sc 2"),
                     XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[4], 0xE000007F);
    assert_int_equal(f->c.gpr[5], 0xFFFFFFFF);
    assert_int_equal(f->c.gpr[6], 0x00710800);
    assert_int_equal(f->c.gpr[7], 4);
    f->c.xer = 0;
    for (unsigned n = 0; n < 4; n++)
        f->c.gpr[10 + n] = 0x1111111111111111 * (n + 1);
    assert_int_equal(run(f, "mtspr 272, r10; mtspr 273, r11; mtspr 274, r12; mtspr 275, r13;"
                            "mfspr r5, 274; sc 2"),
                     XG_EXIT_KERNEL);
    for (unsigned n = 0; n < 4; n++)
        assert_true(f->c.sprg[n] == 0x1111111111111111 * (n + 1));
    assert_true(f->c.gpr[5] == 0x3333333333333333);
}

/* ---- counts and safepoints ---- */

static void a_slice_ends_at_the_first_safepoint_after_it(void **state)
{
    struct fixture *f = *state;
    f->c.slice_end = 2;
    f->c.cr = 0;
    /* a forward branch is no safepoint, a taken backward branch is */
    assert_int_equal(run(f, "addi r3, r3, 1; b 0x8201000C; addi r4, r4, 1; addi r5, r5, 1;"
                            "bc 4, 2, 0x82010000"),
                     XG_EXIT_SLICE);
    assert_int_equal(f->c.retired, 4);
    assert_int_equal(f->c.pc, CODE);
    assert_int_equal(f->c.gpr[4], 0);
    f->c.retired = 0;
    f->c.slice_end = 1; /* not taken, not linking: goes on */
    assert_int_equal(run(f, "bc 12, 2, 0x82010000; bcl 12, 2, 0x82010000; sc 2"), XG_EXIT_SLICE);
    assert_int_equal(f->c.retired, 2);
    assert_int_equal(f->c.pc, CODE + 8);
    assert_int_equal(f->c.lr, CODE + 8);
}
static void a_branch_to_itself_ends_the_slice(void **state)
{
    struct fixture *f = *state;
    f->c.slice_end = 1000;
    assert_int_equal(run(f, "b 0x82010000"), XG_EXIT_SLICE);
    assert_int_equal(f->c.retired, 1000);
}
static void system_calls_leave_with_the_next_address(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(run(f, "addi r3, 0, 1; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.pc, CODE + 8);
    assert_int_equal(f->c.retired, 2);
    assert_int_equal(run(f, "sc 3"), XG_EXIT_RETURN);
    expect_fault(f, "sc 0", XG_FAULT_ILLEGAL, CODE);
}
static void linking_branches_go_where_they_say(void **state)
{
    struct fixture *f = *state;
    f->c.cr = 1u << 29; /* EQ of CR0 */
    assert_int_equal(run(f, "bcl 12, 2, 0x8201000C; sc 3; sc 3; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.pc, CODE + 16);
    assert_int_equal(f->c.lr, CODE + 4);
    place(f, CODE, "sc 2; sc 3; bcl 12, 2, 0x82010000; sc 3");
    f->c.pc = CODE + 8;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    assert_int_equal(f->c.pc, CODE + 4);
    assert_int_equal(f->c.lr, CODE + 12);
    f->c.lr = CODE + 0x10;
    place(f, CODE, "bclrl 12, 2; sc 3; sc 3; sc 3; sc 2");
    f->c.pc = CODE;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    assert_int_equal(f->c.pc, CODE + 0x14);
    assert_int_equal(f->c.lr, CODE + 4);
    f->c.ctr = CODE + 0x13; /* the low bits do not count */
    place(f, CODE, "bcctrl 12, 2; sc 3");
    f->c.pc = CODE;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    assert_int_equal(f->c.pc, CODE + 0x14);
    assert_int_equal(f->c.lr, CODE + 4);
    assert_int_equal(run(f, "b 0x82010008; sc 3; bla 0x01000000"), XG_EXIT_FAULT);
    assert_int_equal(f->c.pc, 0x01000000);
    assert_int_equal(f->c.lr, CODE + 12);
}
static void db16cyc_yields(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(run(f, "or r31, r31, r31; sc 2"), XG_EXIT_YIELD);
    assert_int_equal(f->c.pc, CODE + 4);
    assert_int_equal(f->c.retired, 1);
    assert_int_equal(run(f, "or r30, r30, r30; sc 2"), XG_EXIT_KERNEL);
}
static void execution_runs_on_into_the_next_page(void **state)
{
    struct fixture *f = *state;
    place(f, CODE + 0xFFC, "addi r3, r3, 1; addi r3, r3, 2; sc 2");
    f->c.pc = CODE + 0xFFC;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[3], 3);
    assert_int_equal(f->c.retired, 3);
}
static void the_timebase_counts_what_retired_before_it(void **state)
{
    struct fixture *f = *state;
    f->c.time_origin = 20 * 0x100000001ull - 2;
    assert_int_equal(run(f, "addi r3, 0, 0; mftb r4, 268; mftb r5, 268; mftb r6, 269; sc 2"),
                     XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[4], 0x100000000);
    assert_int_equal(f->c.gpr[5], 0x100000001);
    assert_int_equal(f->c.gpr[6], 1);
}

static bool device_read(void *ctx, uint32_t offset, uint32_t *value)
{
    struct fixture *f = ctx;
    f->device_saw = xg_cpu_now(&f->c);
    *value = 0x1000 + offset;
    return true;
}
static bool device_write(void *ctx, uint32_t offset, uint32_t value)
{
    struct fixture *f = ctx;
    f->device_saw = offset + value;
    return true;
}
static void devices_see_words_and_exact_time(void **state)
{
    struct fixture *f = *state;
    struct xg_error err = {0};
    const struct xg_mmio_ops ops = {f, device_read, device_write};
    assert_true(xg_memory_map_device(f->mem, "test", 0x7FC80000, 0x10000, &ops, &err));
    f->c.gpr[3] = 0x7FC80000;
    f->c.gpr[4] = 7;
    assert_int_equal(run(f, "addi r9, r9, 0; addi r9, r9, 0; lwz r5, 16(r3); sc 2"),
                     XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 0x1010);
    assert_int_equal(f->device_saw, 2);
    assert_int_equal(f->c.retired, 4);
    assert_int_equal(run(f, "stw r4, 32(r3); sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->device_saw, 39);
    expect_fault(f, "lbz r5, 1(r3)", XG_FAULT_DEVICE, 0x7FC80001);
}

/* ---- modes ---- */

static void record_forms_compare_by_the_mode(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = 0x80000000;
    assert_int_equal(run(f, "or. r4, r3, r3; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.cr >> 28, 8); /* 32-bit mode: negative */
    f->c.msr |= 1ull << XG_MSR_SF;
    assert_int_equal(run(f, "or. r4, r3, r3; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.cr >> 28, 4);
}
static void carries_come_from_bit_32_in_32_bit_mode(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = 0xFFFFFFFF;
    assert_int_equal(run(f, "addic r4, r3, 1; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[4], 0x100000000);
    assert_int_equal(f->c.xer >> 29 & 1, 1);
    f->c.gpr[5] = 0x7FFFFFFF;
    f->c.gpr[6] = 1;
    assert_int_equal(run(f, "addo r7, r5, r6; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.xer >> 30, 3); /* SO and OV */
    f->c.msr |= 1ull << XG_MSR_SF;
    assert_int_equal(run(f, "addic r4, r3, 1; addo r7, r5, r6; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.xer >> 29, 4); /* SO sticks, OV and CA clear */
}
static void the_counter_is_32_bits_wide_in_32_bit_mode(void **state)
{
    struct fixture *f = *state;
    f->c.ctr = 0x500000001;
    assert_int_equal(run(f, "bc 16, 0, 0x82010008; sc 2; sc 3"), XG_EXIT_KERNEL);
    assert_true(f->c.ctr == 0x500000000);
    f->c.msr |= 1ull << XG_MSR_SF;
    f->c.ctr = 0x500000001;
    assert_int_equal(run(f, "bc 16, 0, 0x82010008; sc 2; sc 3"), XG_EXIT_RETURN);
}
static void update_forms_write_all_of_the_sum_in_32_bit_mode_too(void **state)
{
    struct fixture *f = *state;
    for (int wide = 0; wide < 2; wide++) {
        f->c.gpr[3] = 0x500000000 | DATA;
        assert_int_equal(run(f, "lwzu r4, 4(r3); sc 2"), XG_EXIT_KERNEL);
        assert_true(f->c.gpr[3] == (0x500000000 | (DATA + 4)));
        f->c.gpr[3] = DATA;
        f->c.gpr[5] = 0xFFFFFFFF00000008; /* its low half alone is added to the address */
        assert_int_equal(run(f, "stwux r4, r3, r5; sc 2"), XG_EXIT_KERNEL);
        assert_true(f->c.gpr[3] == (0xFFFFFFFF00000000 | (DATA + 8)));
        f->c.msr |= 1ull << XG_MSR_SF;
    }
}
static void mtmsrd_with_l_touches_two_bits(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = ~0ull;
    f->c.msr = 0x1030;
    assert_int_equal(run(f, "mtmsrd r3, 1; mfmsr r4; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[4], 0x1030 | 1 << XG_MSR_EE | 1 << XG_MSR_RI);
    f->c.gpr[3] = 0;
    assert_int_equal(run(f, "mtmsrd r3, 1; mfmsr r4; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[4], 0x1030);
    f->c.gpr[3] = 1ull << XG_MSR_SF | 0x1030;
    assert_int_equal(run(f, "mtmsrd r3, 0; sc 2"), XG_EXIT_KERNEL);
    assert_true(f->c.msr == (1ull << XG_MSR_SF | 0x1030));
}

/* ---- memory ordering, reservations, cache blocks ---- */

static uint32_t conditional_store(struct fixture *f, const char *text)
{
    f->c.gpr[3] = DATA;
    f->c.gpr[4] = 0x1111111122222222;
    f->c.gpr[6] = DATA + 8;
    assert_int_equal(run(f, text), XG_EXIT_KERNEL);
    return f->c.cr >> 28;
}
static void a_conditional_store_needs_its_reservation(void **state)
{
    struct fixture *f = *state;
    struct xg_fault fault;
    assert_int_equal(conditional_store(f, "lwarx r5, 0, r3; stwcx. r4, 0, r3; sc 2"), 2);
    uint32_t w = 0;
    assert_true(xg_memory_ld32(f->mem, DATA, &w, &fault));
    assert_int_equal(w, 0x22222222);
    assert_int_equal(conditional_store(f, "stwcx. r4, 0, r3; sc 2"), 0); /* none */
    assert_int_equal(
        conditional_store(f, "lwarx r5, 0, r3; stwcx. r4, 0, r3; stwcx. r4, 0, r3; sc 2"),
        0); /* used */
    assert_int_equal(conditional_store(f, "lwarx r5, 0, r3; stwcx. r4, 0, r6; sc 2"),
                     0); /* other address */
    assert_int_equal(conditional_store(f, "ldarx r5, 0, r3; stwcx. r4, 0, r3; sc 2"),
                     0); /* other size */
    assert_int_equal(conditional_store(f, "lwarx r5, 0, r3; stw r6, 0(r3); stwcx. r4, 0, r3; sc 2"),
                     0); /* changed */
    assert_int_equal(conditional_store(f, "ldarx r5, 0, r3; stdcx. r4, 0, r3; ld r7, 0(r3); sc 2"),
                     2);
    assert_true(f->c.gpr[7] == 0x1111111122222222);
}
/* Pages that want to hear of stores take another way: here one with decoded code. */
static void a_conditional_store_to_a_marked_page_is_the_same(void **state)
{
    struct fixture *f = *state;
    struct xg_fault fault;
    uint64_t d = 0;
    f->c.gpr[3] = CODE + 0x800;
    f->c.gpr[4] = 0x1111111122222222;
    f->c.gpr[6] = 0x55;
    assert_int_equal(run(f, "ldarx r5, 0, r3; stdcx. r4, 0, r3; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.cr >> 28, 2);
    assert_true(xg_memory_ld64(f->mem, CODE + 0x800, &d, &fault));
    assert_true(d == 0x1111111122222222);
    assert_int_equal(run(f, "lwarx r5, 0, r3; stwcx. r6, 0, r3; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.cr >> 28, 2);
    assert_int_equal(f->c.gpr[5], 0x11111111);
    assert_true(xg_memory_ld64(f->mem, CODE + 0x800, &d, &fault));
    assert_true(d == 0x0000005522222222);
    /* the value is another one by now: no store */
    place(f, CODE, "lwarx r5, 0, r3; sc 2; stwcx. r4, 0, r3; sc 2");
    f->c.pc = CODE;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    assert_true(xg_memory_st32(f->mem, CODE + 0x800, 0x56, &fault));
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    assert_int_equal(f->c.cr >> 28, 0);
    assert_true(xg_memory_ld64(f->mem, CODE + 0x800, &d, &fault));
    assert_true(d == 0x0000005622222222);
}
static void reservations_must_be_aligned(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = DATA + 2;
    expect_fault(f, "lwarx r5, 0, r3", XG_FAULT_MISALIGNED, DATA + 2);
    f->c.gpr[3] = DATA + 4;
    expect_fault(f, "ldarx r5, 0, r3", XG_FAULT_MISALIGNED, DATA + 4);
    expect_fault(f, "stdcx. r5, 0, r3", XG_FAULT_MISALIGNED, DATA + 4);
}
static void dcbz_clears_32_bytes_and_dcbz128_a_whole_block(void **state)
{
    struct fixture *f = *state;
    uint8_t *host = f->mem->base + DATA;
    memset(host, 0xFF, 512);
    f->c.gpr[3] = DATA + 0x9F;
    assert_int_equal(run(f, "dcbz 0, r3; sc 2"), XG_EXIT_KERNEL);
    for (int i = 0; i < 512; i++)
        assert_int_equal(host[i], i >= 0x80 && i < 0xA0 ? 0 : 0xFF);
    f->c.gpr[3] = DATA + 0x17F;
    assert_int_equal(run(f, "dcbz128 0, r3; sc 2"), XG_EXIT_KERNEL);
    for (int i = 0x100; i < 512; i++)
        assert_int_equal(host[i], i < 0x180 ? 0 : 0xFF);
}

static void byte_reversed_doublewords(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = DATA + 3;
    f->c.gpr[4] = 0x0102030405060708;
    assert_int_equal(run(f, "stdbrx r4, 0, r3; ld r5, 0(r3); ldbrx r6, 0, r3; sc 2"),
                     XG_EXIT_KERNEL);
    assert_true(f->c.gpr[5] == 0x0807060504030201);
    assert_true(f->c.gpr[6] == 0x0102030405060708);
}
/* Undefined by the architecture; here always zero (docs/cpu.md). */
static void quotients_that_do_not_exist_are_zero(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = 0x80000000;
    f->c.gpr[4] = 0;
    f->c.gpr[5] = ~0ull;
    f->c.gpr[6] = 1ull << 63;
    assert_int_equal(run(f, "divw r7, r3, r4; divwu r8, r3, r4; divw r9, r3, r5; divd r10, r3, r4;"
                            "divdu r11, r3, r4; divd r12, r6, r5; sc 2"),
                     XG_EXIT_KERNEL);
    for (int r = 7; r < 13; r++)
        assert_int_equal(f->c.gpr[r], 0);
    assert_int_equal(run(f, "divwo r7, r3, r5; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.xer >> 30, 3);
}
static void single_cr_fields_move(void **state)
{
    struct fixture *f = *state;
    f->c.cr = 0x12345678;
    f->c.gpr[4] = 0xFFFFFFFF;
    assert_int_equal(run(f, "mfocrf r3, 64; mtocrf 2, r4; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[3], 0x02000000);
    assert_int_equal(f->c.cr, 0x123456F8);
}
static void cache_hints_change_nothing(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[3] = 0x20000000; /* not mapped: hints do not fault */
    struct xg_cpu_context before = f->c;
    assert_int_equal(
        run(f, "dcbf 0, r3; dcbst 0, r3; dcbt 0, r3; dcbtst 0, r3; dcbi 0, r3; dst r3, r3, 1;"
               "dstst r3, r3, 2; dss 0; icbi 0, r3; sync 0; sync 1; eieio; isync; sc 2"),
        XG_EXIT_KERNEL);
    assert_int_equal(f->c.retired, 14);
    assert_memory_equal(f->c.gpr, before.gpr, sizeof before.gpr);
}
static void translation_upkeep_is_for_supervisors(void **state)
{
    struct fixture *f = *state;
    static const char *const all[] = {"slbie r3",       "slbia",          "slbmte r3, r4",
                                      "slbmfee r5, r3", "slbmfev r5, r3", "tlbiel r3",
                                      "tlbsync",        "mtsr 1, r3",     "mtsrin r3, r4",
                                      "mfsr r5, 1",     "mfsrin r5, r3",  "mtmsr r6, 0"};
    f->c.gpr[6] = f->c.msr;
    for (size_t i = 0; i < XG_COUNTOF(all); i++) {
        char text[64];
        snprintf(text, sizeof text, "%s;sc 2", all[i]);
        assert_int_equal(run(f, text), XG_EXIT_KERNEL);
    }
    f->c.msr |= 1u << XG_MSR_PR;
    for (size_t i = 0; i < XG_COUNTOF(all); i++)
        expect_fault(f, all[i], XG_FAULT_ILLEGAL, CODE);
    /* no interrupt is ever taken, so there is none to return from, for anyone */
    expect_fault(f, "rfid", XG_FAULT_ILLEGAL, CODE);
    f->c.msr &= ~(1ull << XG_MSR_PR);
    expect_fault(f, "rfid", XG_FAULT_ILLEGAL, CODE);
    expect_fault(f, "hrfid", XG_FAULT_ILLEGAL, CODE);
}

/* ---- modified code ---- */

static void a_store_to_code_is_seen_by_the_next_instruction(void **state)
{
    struct fixture *f = *state;
    uint32_t word;
    struct xg_error err = {0};
    assert_true(xg_cpu_assemble("addi r5, 0, 42", 0, &word, &err));
    f->c.gpr[3] = CODE;
    f->c.gpr[4] = word;
    /* run the old code once, so that it is decoded, then patch it from the same page */
    assert_int_equal(run(f, "stw r4, 4(r3); addi r5, 0, 1; sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 42);
}
static void a_store_through_another_window_is_seen_too(void **state)
{
    struct fixture *f = *state;
    uint32_t word;
    struct xg_error err = {0};
    assert_true(xg_memory_protect(f->mem, 0x92010000, 0x1000, XG_PAGE_R | XG_PAGE_W, &err));
    assert_true(xg_cpu_assemble("addi r5, 0, 42", 0, &word, &err));
    f->c.gpr[3] = 0x92010000; /* the same bytes as CODE */
    f->c.gpr[4] = word;
    assert_int_equal(run(f, "addi r5, 0, 1; stw r4, 0(r3); sc 2"), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 1);
    f->c.pc = CODE;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 42);
}
static void icbi_forgets_what_was_decoded(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(run(f, "addi r5, 0, 1; icbi 0, r3; sc 2"), XG_EXIT_KERNEL);
    xg_st32be(f->mem->base + CODE, 0x38A00007); /* addi r5, 0, 7, as a device would write it */
    f->c.gpr[3] = CODE + 100;
    f->c.pc = CODE + 4;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    f->c.pc = CODE;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 7);
}
static void invalidation_by_the_host_is_honoured(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(run(f, "addi r5, 0, 1; sc 2"), XG_EXIT_KERNEL);
    xg_st32be(f->mem->base + CODE, 0x38A00007); /* addi r5, 0, 7 behind the engine's back */
    xg_cpu_invalidate(f->cpu, CODE, 4);
    f->c.pc = CODE;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 7);
}
static void taking_away_execution_stops_decoded_code(void **state)
{
    struct fixture *f = *state;
    struct xg_error err = {0};
    assert_int_equal(run(f, "addi r5, 0, 1; sc 2"), XG_EXIT_KERNEL);
    assert_true(xg_memory_protect(f->mem, CODE, 0x1000, XG_PAGE_R | XG_PAGE_W, &err));
    f->c.pc = CODE;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_FAULT);
    assert_int_equal(f->c.fault.kind, XG_FAULT_FETCH);
}

/* int sum(n) { return n ? n + sum(n - 1) : 0; } */
static void recursion_goes_100000_deep(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[1] = STACK + STACK_SIZE;
    f->c.gpr[3] = 100000;
    f->c.lr = CODE + 0x100;
    place(f, CODE + 0x100, "sc 2");
    assert_int_equal(
        run(f, "cmpi cr0, 0, r3, 0; bclr 12, 2; mfspr r0, 8; stwu r1, -32(r1); stw r0, 36(r1);"
               "stw r3, 16(r1); addi r3, r3, -1; bl 0x82010000; lwz r4, 16(r1); add r3, r3, r4;"
               "lwz r0, 36(r1); mtspr 8, r0; addi r1, r1, 32; bclr 20, 0"),
        XG_EXIT_FAULT); /* the frame above the stack is not mapped: 36(r1) of the first */
    f->c.gpr[1] = STACK + STACK_SIZE - 64;
    f->c.gpr[3] = 100000;
    f->c.lr = CODE + 0x100;
    f->c.pc = CODE;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    assert_int_equal((uint32_t)f->c.gpr[3], (uint32_t)5000050000);
}

/* Two stacks, and a function that goes from one to the other: its return is not to its caller. */
static void stacks_are_switched(void **state)
{
    struct fixture *f = *state;
    struct xg_fault fault;
    place(f, CODE, "bl 0x82010100; addi r5, r5, 1; bc 16, 0, 0x82010000; sc 2");
    place(f, CODE + 0x100,
          "mfspr r12, 8; stwu r1, -32(r1); stw r12, 8(r1); bl 0x82010200;"
          "lwz r12, 8(r1); mtspr 8, r12; addi r1, r1, 32; bclr 20, 0");
    place(f, CODE + 0x200,
          "mfspr r0, 8; stw r0, 0(r21); stw r1, 4(r21); or r23, r21, r21;"
          "or r21, r22, r22; or r22, r23, r23; lwz r0, 0(r21); lwz r1, 4(r21);"
          "mtspr 8, r0; bclr 20, 0");
    place(f, CODE + 0x300, "bl 0x82010200; addi r6, r6, 1; b 0x82010300");
    f->c.gpr[1] = STACK + 0x10000;
    f->c.gpr[21] = DATA;
    f->c.gpr[22] = DATA + 16;
    assert_true(xg_memory_st32(f->mem, DATA + 16, CODE + 0x300, &fault));
    assert_true(xg_memory_st32(f->mem, DATA + 20, STACK + 0x20000, &fault));
    f->c.ctr = 10000;
    f->c.pc = CODE;
    enum xg_cpu_exit why;
    do {
        f->c.slice_end = f->c.retired + 97;
        why = xg_cpu_run(f->cpu, &f->c);
    } while (why == XG_EXIT_SLICE);
    assert_int_equal(why, XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 10000);
    assert_int_equal(f->c.gpr[6], 9999);
    assert_int_equal(f->c.gpr[1], STACK + 0x10000);
    assert_int_equal(f->c.retired, 10000 * (3 + 8 + 10) + 9999 * (3 + 10) + 11 + 1);
}
/* longjmp: from the depth of a recursion back to the first caller, again and again. */
static void a_jump_through_frames_returns_to_the_first_caller(void **state)
{
    struct fixture *f = *state;
    place(f, CODE,
          "or r30, r1, r1; bl 0x82010100; or r1, r30, r30; addi r5, r5, 1;"
          "bc 16, 0, 0x82010000; sc 2");
    place(f, CODE + 0x100, "mfspr r29, 8; addi r3, 0, 20; b 0x82010200");
    place(f, CODE + 0x200,
          "stwu r1, -16(r1); addi r3, r3, -1; cmpi cr0, 0, r3, 0;"
          "bc 12, 2, 0x82010218; bl 0x82010200; sc 3; mtspr 8, r29; bclr 20, 0");
    f->c.gpr[1] = STACK + 0x10000;
    f->c.ctr = 1000;
    f->c.pc = CODE;
    assert_int_equal(xg_cpu_run(f->cpu, &f->c), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 1000);
    assert_int_equal(f->c.gpr[1], STACK + 0x10000);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(unmapped_accesses_fault_and_change_nothing),
        T(stores_to_read_only_pages_fault),
        T(an_access_over_the_end_of_memory_moves_no_byte),
        T(an_access_across_two_pages_works),
        T(effective_addresses_wrap_at_32_bits),
        T(undefined_words_are_illegal),
        T(jumping_to_nowhere_is_a_fetch_fault),
        T(traps_compare_signed_and_unsigned),
        T(privileged_instructions_need_supervisor_state),
        T(special_registers_have_their_numbers),
        T(a_slice_ends_at_the_first_safepoint_after_it),
        T(a_branch_to_itself_ends_the_slice),
        T(system_calls_leave_with_the_next_address),
        T(linking_branches_go_where_they_say),
        T(db16cyc_yields),
        T(execution_runs_on_into_the_next_page),
        T(the_timebase_counts_what_retired_before_it),
        T(devices_see_words_and_exact_time),
        T(record_forms_compare_by_the_mode),
        T(carries_come_from_bit_32_in_32_bit_mode),
        T(the_counter_is_32_bits_wide_in_32_bit_mode),
        T(update_forms_write_all_of_the_sum_in_32_bit_mode_too),
        T(mtmsrd_with_l_touches_two_bits),
        T(a_conditional_store_needs_its_reservation),
        T(a_conditional_store_to_a_marked_page_is_the_same),
        T(reservations_must_be_aligned),
        T(dcbz_clears_32_bytes_and_dcbz128_a_whole_block),
        T(byte_reversed_doublewords),
        T(quotients_that_do_not_exist_are_zero),
        T(single_cr_fields_move),
        T(cache_hints_change_nothing),
        T(translation_upkeep_is_for_supervisors),
        T(a_store_to_code_is_seen_by_the_next_instruction),
        T(a_store_through_another_window_is_seen_too),
        T(icbi_forgets_what_was_decoded),
        T(invalidation_by_the_host_is_honoured),
        T(taking_away_execution_stops_decoded_code),
        T(recursion_goes_100000_deep),
        T(stacks_are_switched),
        T(a_jump_through_frames_returns_to_the_first_caller),
    };
    return cmocka_run_group_tests_name("cpu_core", tests, NULL, NULL);
}
