/* The checking engine: right translations pass, wrong ones are found and named.
 * A wrong translation is made by giving the translator another word than the one in memory;
 * the interpreter reads the right one. */
#include "cpu/assemble.h"
#include "cpu/check.h"
#include "memory/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CODE  0x82010000u
#define DATA  0xA0010000u /* physical: the same bytes are at ALIAS */
#define ALIAS 0xC0010000u
#define MMIO  0x7FC80000u

struct fixture {
    struct xg_memory *mem;
    struct xg_check *check;
    struct xg_cpu_context c;
    unsigned reads, writes;
};

static bool device_read(void *ctx, uint32_t offset, uint32_t *value)
{
    struct fixture *f = ctx;
    f->reads++;
    *value = 0x1000 + offset + f->reads;
    return true;
}
static bool device_write(void *ctx, uint32_t offset, uint32_t value)
{
    struct fixture *f = ctx;
    f->writes++;
    return offset + value != 0;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct xg_error err = {0};
    const struct xg_mmio_ops ops = {f, device_read, device_write};
    f->mem = xg_memory_create(&err);
    assert_non_null(f->mem);
    f->check = xg_check_create(f->mem, &err);
    if (!f->check)
        fail_msg("%s", err.text);
    assert_true(xg_memory_protect(f->mem, CODE, 0x4000, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X, &err));
    assert_true(xg_memory_protect(f->mem, DATA, 0x4000, XG_PAGE_R | XG_PAGE_W, &err));
    assert_true(xg_memory_protect(f->mem, ALIAS, 0x4000, XG_PAGE_R | XG_PAGE_W, &err));
    assert_true(xg_memory_map_device(f->mem, "test", MMIO, 0x10000, &ops, &err));
    xg_cpu_context_init(&f->c);
    f->c.slice_end = 1000000;
    f->c.gpr[3] = DATA;
    f->c.gpr[4] = 0x1122334455667788;
    f->c.gpr[10] = MMIO;
    f->c.lr = CODE + 0x3000;
    *state = f;
    return 0;
}
static int teardown(void **state)
{
    struct fixture *f = *state;
    xg_check_destroy(f->check);
    xg_memory_destroy(f->mem);
    free(f);
    return 0;
}

static uint32_t word_of(const char *text, xg_ga at)
{
    uint32_t w;
    struct xg_error err = {0};
    if (!xg_cpu_assemble(text, at, &w, &err))
        fail_msg("%s", err.text);
    return w;
}
static void place(struct fixture *f, xg_ga at, const char *text)
{
    char *copy = strdup(text), *save = NULL;
    xg_jit_signals_install(NULL); /* cmocka has put its own over them */
    for (char *line = strtok_r(copy, ";", &save); line; line = strtok_r(NULL, ";", &save)) {
        struct xg_fault fault;
        assert_true(xg_memory_st32(f->mem, at, word_of(line, at), &fault));
        at += 4;
    }
    free(copy);
}
static enum xg_cpu_exit run(struct fixture *f, const char *text)
{
    place(f, CODE, text);
    f->c.pc = CODE;
    return xg_check_run(f->check, &f->c);
}

/* ---- right translations ---- */

static void a_right_translation_passes_and_its_stores_are_done_once(void **state)
{
    struct fixture *f = *state;
    f->c.ctr = 50000; /* several segments */
    enum xg_cpu_exit why = run(f, "lwz r5, 0(r3); addi r5, r5, 1; stw r5, 0(r3);"
                                  "lwzx r6, r3, r0; bc 16, 0, 0x82010000; sc 2");
    if (why != XG_EXIT_KERNEL)
        fail_msg("%d: %s", (int)why, f->check->difference);
    assert_int_equal(f->c.retired, 250001);
    assert_int_equal(f->c.gpr[5], 50000);
    assert_int_equal(xg_ld32be(f->mem->base + DATA), 50000);
    assert_true(f->check->segments > 10);
    assert_int_equal(f->check->insns, 250001);
}
static void slices_end_where_they_end_without_the_check(void **state)
{
    struct fixture *f = *state;
    f->c.slice_end = 7;
    assert_int_equal(run(f, "addi r5, r5, 1; b 0x82010000"), XG_EXIT_SLICE);
    assert_int_equal(f->c.retired, 8);
    assert_int_equal(f->c.gpr[5], 4);
}
static void devices_are_accessed_once_and_cut_the_segment(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(run(f, "stw r4, 0(r3); lwz r5, 16(r10); addi r5, r5, 1; stw r5, 32(r10);"
                            "stw r5, 4(r3); sc 2"),
                     XG_EXIT_KERNEL);
    assert_int_equal(f->reads, 1);
    assert_int_equal(f->writes, 1);
    assert_int_equal(f->c.gpr[5], 0x1012);
    assert_int_equal(f->c.retired, 6);
    assert_int_equal(xg_ld32be(f->mem->base + DATA + 4), 0x1012);
    assert_int_equal(f->check->segments, 3);
}
static void faults_pass_through(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[9] = 0x20000000;
    assert_int_equal(run(f, "stw r4, 0(r3); lwz r5, 8(r9); sc 2"), XG_EXIT_FAULT);
    assert_int_equal(f->c.fault.address, 0x20000008);
    assert_int_equal(f->c.pc, CODE + 4);
    assert_int_equal(f->c.retired, 1);
    assert_int_equal(xg_ld32be(f->mem->base + DATA), 0x55667788);
}
static void modified_code_is_undone_and_run_again(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[7] = CODE;
    f->c.gpr[8] = word_of("addi r5, r5, 100", 0);
    f->c.ctr = 3;
    assert_int_equal(run(f, "addi r5, r5, 1; stw r8, 0(r7); icbi 0, r7; isync;"
                            "bc 16, 0, 0x82010000; sc 2"),
                     XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 201);
}
static void stores_through_two_windows_are_undone_in_order(void **state)
{
    struct fixture *f = *state;
    f->c.gpr[9] = ALIAS;
    assert_int_equal(run(f, "lwz r5, 8(r3); stw r4, 8(r3); lwz r6, 8(r9); addi r6, r6, 1;"
                            "stw r6, 8(r9); lwz r7, 8(r3); sc 2"),
                     XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 0);
    assert_int_equal(f->c.gpr[7], 0x55667789);
}

/* ---- wrong translations ---- */

static const char *right_text, *wrong_text;
static uint32_t misread(xg_ga pc, uint32_t word)
{
    return word == word_of(right_text, pc) ? word_of(wrong_text, pc) : word;
}

static void expect(struct fixture *f, const char *program, const char *right, const char *wrong,
                   const char *sentence)
{
    right_text = right;
    wrong_text = wrong;
    f->check->jit->misread = misread;
    assert_int_equal(run(f, program), XG_EXIT_CHECK);
    assert_string_equal(f->check->difference, sentence);
    assert_int_equal(run(f, "sc 2"), XG_EXIT_CHECK); /* and ever after */
}
static void a_wrong_sum_is_named(void **state)
{
    expect(*state, "addi r5, 0, 7; add r6, r5, r4; mulli r7, r6, 3; addi r6, 0, 1; sc 2",
           "add r6, r5, r4", "subf r6, r5, r4",
           "the translation of add r6, r5, r4 at 0x82010004 is wrong: r6 is 0x1122334455667781, in "
           "the interpreter 0x112233445566778F");
}
static void a_wrong_compare_is_named(void **state)
{
    expect(*state, "addi r5, 0, -1; cmpi cr1, 0, r5, 0; addi r6, 0, 1; sc 2", "cmpi cr1, 0, r5, 0",
           "cmpli cr1, 0, r5, 0",
           "the translation of cmpi cr1, 0, r5, 0 at 0x82010004 is wrong: cr is 0x04000000, in the "
           "interpreter 0x08000000");
}
static void a_wrong_store_is_named(void **state)
{
    expect(*state, "addi r5, 0, 1; stw r4, 8(r3); addi r6, 0, 1; sc 2", "stw r4, 8(r3)",
           "stw r4, 12(r3)",
           "the translation of stw r4, 8(r3) at 0x82010004 is wrong: the byte at 0xA0010008 is "
           "0x00, in the interpreter 0x55");
}
static void a_wrong_branch_is_named(void **state)
{
    expect(*state, "addi r5, 0, 1; cmpi cr0, 0, r5, 1; bc 12, 2, 0x82010010; addi r6, 0, 1; sc 2",
           "bc 12, 2, 0x82010010", "bc 4, 2, 0x82010010",
           "the translation of bc 12, 2, 0x82010010 at 0x82010008 is wrong: r6 is "
           "0x0000000000000001, in the interpreter 0x0000000000000000");
}
static void a_wrong_product_of_floats_is_named(void **state)
{
    struct fixture *f = *state;
    f->c.fpr[1] = 0x4000000000000000; /* 2 */
    f->c.fpr[2] = 0x4008000000000000; /* 3 */
    f->c.fpr[3] = 0x3FF0000000000000; /* 1 */
    expect(f, "fmuls f4, f1, f2; fmadds f5, f1, f2, f3; fadds f6, f5, f5; sc 2",
           "fmadds f5, f1, f2, f3", "fmsubs f5, f1, f2, f3",
           "the translation of fmadds f5, f1, f2, f3 at 0x82010004 is wrong: f5 is "
           "0x4014000000000000, in the interpreter 0x401C000000000000");
}
static void a_wrong_vector_is_named(void **state)
{
    struct fixture *f = *state;
    f->c.vr[2].w[3] = 5;
    expect(f, "vaddsws v3, v2, v2; vadduwm v4, v2, v2; sc 2", "vadduwm v4, v2, v2",
           "vsubuwm v4, v2, v2",
           "the translation of vadduwm v4, v2, v2 at 0x82010004 is wrong: v4 word 3 is 0x00000000, "
           "in the interpreter 0x0000000A");
}
/* Deep in a run of several segments, in a function that a loop calls. */
static void a_difference_that_comes_late_is_named(void **state)
{
    struct fixture *f = *state;
    place(f, CODE + 0x1000, "addi r6, r6, 3; srawi r7, r6, 16; add r8, r8, r7; bclr 20, 0");
    f->c.ctr = 100000;
    expect(f, "bl 0x82011000; stw r8, 0(r3); bc 16, 0, 0x82010000; sc 2", "srawi r7, r6, 16",
           "srawi r7, r6, 17",
           "the translation of srawi r7, r6, 16 at 0x82011004 is wrong: r7 is 0x0000000000000000, "
           "in the interpreter 0x0000000000000001");
    assert_true(f->check->insns > 100000);
}
static void what_follows_a_device_is_checked_too(void **state)
{
    struct fixture *f = *state;
    expect(f, "lwz r5, 16(r10); xori r6, r5, 1; sc 2", "xori r6, r5, 1", "xori r6, r5, 2",
           "the translation of xori r6, r5, 1 at 0x82010004 is wrong: r6 is 0x0000000000001013, in "
           "the interpreter 0x0000000000001010");
    assert_int_equal(f->reads, 1);
}
static void a_wrong_last_instruction_is_named(void **state)
{
    struct fixture *f = *state;
    place(f, CODE + 0x3000, "sc 2");
    expect(f, "addi r5, 0, 1; bcl 20, 31, 0x82010008; sc 2", "bcl 20, 31, 0x82010008",
           "b 0x82010008",
           "the translation of bcl 20, 31, 0x82010008 at 0x82010004 is wrong: lr is "
           "0x0000000082013000, in the interpreter 0x0000000082010008");
}

/* ---- the journal ---- */

static void the_journal_brings_bytes_back(void **state)
{
    struct fixture *f = *state;
    struct xg_fault fault;
    xg_ga at;
    uint8_t kept, now;
    xg_jit_signals_install(NULL);
    assert_true(xg_memory_st32(f->mem, DATA, 1, &fault));
    xg_journal_start(f->mem);
    assert_true(xg_memory_st32(f->mem, DATA, 2, &fault));
    assert_true(xg_memory_st32(f->mem, ALIAS + 0x1000, 3, &fault));
    assert_true(xg_memory_st32(f->mem, DATA + 0x1000, 4, &fault)); /* the same page */
    xg_journal_keep(f->mem);
    xg_journal_rewind(f->mem);
    assert_int_equal(xg_ld32be(f->mem->base + DATA), 1);
    assert_int_equal(xg_ld32be(f->mem->base + DATA + 0x1000), 0);
    assert_false(xg_journal_same(f->mem, &at, &kept, &now));
    assert_int_equal(at, DATA + 3);
    assert_int_equal(kept, 2);
    assert_int_equal(now, 1);
    assert_false(xg_journal_overrun(f->mem));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_right_translation_passes_and_its_stores_are_done_once),
        T(slices_end_where_they_end_without_the_check),
        T(devices_are_accessed_once_and_cut_the_segment),
        T(faults_pass_through),
        T(modified_code_is_undone_and_run_again),
        T(stores_through_two_windows_are_undone_in_order),
        T(a_wrong_sum_is_named),
        T(a_wrong_compare_is_named),
        T(a_wrong_store_is_named),
        T(a_wrong_branch_is_named),
        T(a_wrong_product_of_floats_is_named),
        T(a_wrong_vector_is_named),
        T(a_difference_that_comes_late_is_named),
        T(what_follows_a_device_is_checked_too),
        T(a_wrong_last_instruction_is_named),
        T(the_journal_brings_bytes_back),
    };
    return cmocka_run_group_tests_name("cpu_check", tests, NULL, NULL);
}
