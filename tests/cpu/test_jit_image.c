/* Translation at load: functions of the function table and of direct calls, their bounds,
 * jump tables; the bounded cache. */
#include "cpu/assemble.h"
#include "cpu/jit/build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define IMAGE      0x82000000u
#define IMAGE_SIZE 0x800000u
#define CODE       0x82010000u
#define TABLES     0x82008000u

struct fixture {
    struct xg_memory *mem;
    struct xg_jit *jit;
    struct xg_cpu_context c;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct xg_error err = {0};
    f->mem = xg_memory_create(&err);
    assert_non_null(f->mem);
    f->jit = xg_jit_create(f->mem, &err);
    if (!f->jit)
        fail_msg("%s", err.text);
    assert_true(
        xg_memory_protect(f->mem, IMAGE, IMAGE_SIZE, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X, &err));
    xg_cpu_context_init(&f->c);
    f->c.slice_end = 100000000;
    *state = f;
    return 0;
}
static int teardown(void **state)
{
    struct fixture *f = *state;
    xg_jit_destroy(f->jit);
    xg_memory_destroy(f->mem);
    free(f);
    return 0;
}

static void put(struct fixture *f, xg_ga at, uint32_t word)
{
    struct xg_fault fault;
    assert_true(xg_memory_st32(f->mem, at, word, &fault));
}
/* Assembles lines separated by ';'; the address behind them. */
static xg_ga place(struct fixture *f, xg_ga at, const char *text)
{
    char *copy = strdup(text), *save = NULL;
    for (char *line = strtok_r(copy, ";", &save); line; line = strtok_r(NULL, ";", &save)) {
        uint32_t w;
        struct xg_error err = {0};
        if (!xg_cpu_assemble(line, at, &w, &err))
            fail_msg("%s", err.text);
        put(f, at, w);
        at += 4;
    }
    free(copy);
    return at;
}
static bool is_translated(const struct fixture *f, xg_ga pc)
{
    return *xg_jit_entry(f->jit, pc) != 0;
}
static const struct xg_jit_unit *unit_of(const struct fixture *f, xg_ga pc)
{
    for (const struct xg_jit_unit *u = f->jit->units; u; u = u->next)
        if (u->entry == pc)
            return u;
    return NULL;
}
static enum xg_cpu_exit run(struct fixture *f, xg_ga pc)
{
    xg_jit_signals_install(NULL); /* cmocka has put its own over them */
    f->c.pc = pc;
    return xg_jit_run(f->jit, &f->c);
}
static void load(struct fixture *f, xg_ga entry, uint32_t rows)
{
    const struct xg_cpu_image image = {IMAGE, IMAGE_SIZE, entry, TABLES, rows * 8};
    xg_jit_image(f->jit, &image);
}

static void functions_are_found_by_table_and_by_call(void **state)
{
    struct fixture *f = *state;
    place(f, CODE, "bl 0x82010100; bl 0x82010200; sc 2");          /* the entry */
    place(f, CODE + 0x100, "addi r3, r3, 1; bl 0x82010300; sc 2"); /* called by it */
    place(f, CODE + 0x200, "addi r4, r4, 1; b 0x82010400");        /* leaves by a jump */
    place(f, CODE + 0x300, "addi r5, r5, 1; bclr 20, 0");          /* called by the second */
    place(f, CODE + 0x400, "addi r6, r6, 1; bclr 20, 0");          /* jumped to */
    place(f, CODE + 0x500, "addi r7, r7, 1; bclr 20, 0");          /* in the table alone */
    place(f, CODE + 0x600, "addi r8, r8, 1; bclr 20, 0");          /* nobody's */
    put(f, TABLES, CODE + 0x500);
    put(f, TABLES + 4, 2 << 8);
    put(f, TABLES + 8, CODE + 0x200);
    put(f, TABLES + 12, 2 << 8);
    load(f, CODE, 2);
    for (xg_ga n = 0; n < 6; n++)
        assert_true(is_translated(f, CODE + 0x100 * n));
    assert_false(is_translated(f, CODE + 0x600));
    assert_true(f->jit->unit_total == 6);
    uint64_t units = f->jit->unit_total;
    assert_int_equal(run(f, CODE), XG_EXIT_KERNEL);
    assert_int_equal(f->jit->unit_total, units); /* nothing was left to translate */
    f->c.lr = CODE + 8;
    assert_int_equal(run(f, CODE + 0x600), XG_EXIT_KERNEL);
    assert_int_equal(f->jit->unit_total, units + 1);
    assert_int_equal(f->c.gpr[8], 1);
}
/* Without bounds a jump to a function behind is part of the unit; with them it is not. */
static void the_table_bounds_functions(void **state)
{
    struct fixture *f = *state;
    place(f, CODE, "addi r3, r3, 1; b 0x82010010; sc 2; sc 2; addi r4, r4, 1; sc 2");
    load(f, CODE, 0);
    assert_int_equal(unit_of(f, CODE)->count, 5); /* and the word behind sc */
    xg_jit_flush(f->jit);
    put(f, TABLES, CODE);
    put(f, TABLES + 4, 3 << 8);
    put(f, TABLES + 8, CODE + 8); /* overlaps: not believed */
    put(f, TABLES + 12, 1 << 8);
    load(f, CODE, 2);
    assert_int_equal(f->jit->bounds_count, 1);
    assert_int_equal(unit_of(f, CODE)->count, 2);
    assert_true(is_translated(f, CODE + 16)); /* in another unit */
    assert_int_equal(run(f, CODE), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[4], 1);
    xg_jit_forget_bounds(f->jit, IMAGE, IMAGE_SIZE);
    assert_int_equal(f->jit->bounds_count, 0);
}
static void a_damaged_function_table_does_no_harm(void **state)
{
    struct fixture *f = *state;
    static const uint32_t rows[] = {0,          0xFFFFFFFF, 0x82010001, 0x100,      0xFFFFFFFC,
                                    0x3FFFFF00, CODE + 4,   0,          0x827FFFFC, 0x200};
    place(f, CODE, "addi r3, r3, 1; sc 2");
    for (size_t n = 0; n < XG_COUNTOF(rows); n++)
        put(f, TABLES + 4 * (uint32_t)n, rows[n]);
    load(f, CODE, XG_COUNTOF(rows) / 2);
    assert_int_equal(f->jit->bounds_count, 0);
    const struct xg_cpu_image beyond = {IMAGE, IMAGE_SIZE, CODE, 0x20000000, 0xFFFFFFF8};
    xg_jit_image(f->jit, &beyond); /* the table is not mapped */
    assert_int_equal(f->jit->bounds_count, 0);
    assert_int_equal(run(f, CODE), XG_EXIT_KERNEL);
}

/* ---- jump tables ---- */

static void expect_cases(struct fixture *f, const char *text)
{
    xg_jit_flush(f->jit);
    xg_ga end = place(f, CODE, text);
    for (xg_ga n = 0; n < 5; n++) { /* the cases, then the default */
        char body[64];
        snprintf(body, sizeof body, "addi r5, 0, %u; sc 2", 10 + (unsigned)n);
        place(f, CODE + 0x100 + 16 * n, body);
    }
    assert_true(end <= CODE + 0x100);
    load(f, CODE, 0);
    assert_int_equal(f->jit->unit_total, 1);
    assert_int_equal(unit_of(f, CODE)->count, (end - CODE) / 4 + 5 * 3); /* a zero ends each */
    for (uint32_t n = 0; n < 4; n++)
        assert_true(is_translated(f, CODE + 0x100 + 16 * n));
    for (uint32_t n = 0; n < 7; n++) {
        f->c.gpr[3] = n;
        assert_int_equal(run(f, CODE), XG_EXIT_KERNEL);
        assert_int_equal(f->c.gpr[5], n < 4 ? 10 + n : 14);
    }
    assert_int_equal(f->jit->unit_total, 1); /* all of it was there */
}
static void words_of_a_table_are_cases(void **state)
{
    struct fixture *f = *state;
    for (uint32_t n = 0; n < 4; n++)
        put(f, TABLES + 4 * n, CODE + 0x100 + 16 * n);
    expect_cases(f, "cmpli cr6, 0, r3, 3; bc 12, 25, 0x82010140; addis r12, 0, -32255;"
                    "addi r12, r12, -32768; rlwinm r0, r3, 2, 0, 29; lwzx r0, r12, r0; mtspr 9, r0;"
                    "bcctr 20, 0");
}
static void words_behind_a_sum_are_cases(void **state)
{
    struct fixture *f = *state;
    for (uint32_t n = 0; n < 4; n++)
        put(f, TABLES + 4 * n, CODE + 0x100 + 16 * n);
    expect_cases(f, "cmpli cr0, 0, r3, 4; bc 4, 0, 0x82010140; addis r9, 0, -32255;"
                    "ori r9, r9, 0; rlwinm r10, r3, 2, 0, 29; add r9, r9, r10; lwz r9, -32768(r9);"
                    "mtspr 9, r9; bcctr 20, 0");
}
static void distances_in_bytes_are_cases(void **state)
{
    struct fixture *f = *state;
    struct xg_fault fault;
    static const uint8_t distances[4] = {0, 4, 8, 12};
    assert_true(xg_memory_write(f->mem, TABLES, distances, 4, &fault));
    expect_cases(f, "cmpli cr6, 0, r3, 3; bc 12, 25, 0x82010140; addis r12, 0, -32255;"
                    "addi r12, r12, -32768; lbzx r0, r12, r3; rlwinm r0, r0, 2, 0, 29;"
                    "addis r12, 0, -32255; addi r12, r12, 256; add r12, r12, r0; mtspr 9, r12;"
                    "bcctr 20, 0");
}
static void distances_in_halfwords_are_cases(void **state)
{
    struct fixture *f = *state;
    struct xg_fault fault;
    for (uint32_t n = 0; n < 4; n++)
        assert_true(xg_memory_st16(f->mem, TABLES + 2 * n, (uint16_t)(0x100 + 16 * n), &fault));
    expect_cases(f, "cmpli cr6, 0, r3, 3; bc 12, 25, 0x82010140; addis r12, 0, -32255;"
                    "addi r12, r12, -32768; rlwinm r0, r3, 1, 0, 30; lhzx r0, r12, r0;"
                    "addis r12, 0, -32255; add r12, r12, r0; mtspr 9, r12; bcctr 20, 0");
}
static void a_branch_without_a_bound_has_no_cases(void **state)
{
    struct fixture *f = *state;
    put(f, TABLES, CODE + 0x100);
    place(f, CODE,
          "addis r12, 0, -32255; addi r12, r12, -32768; rlwinm r0, r3, 2, 0, 29;"
          "lwzx r0, r12, r0; mtspr 9, r0; bcctr 20, 0");
    place(f, CODE + 0x100, "sc 2");
    load(f, CODE, 0);
    assert_int_equal(unit_of(f, CODE)->count, 6);
    f->c.gpr[3] = 0;
    assert_int_equal(run(f, CODE), XG_EXIT_KERNEL); /* found when it is run */
}
/* The table is data: what it holds when the branch is taken counts. */
static void a_table_that_changes_is_followed(void **state)
{
    struct fixture *f = *state;
    words_of_a_table_are_cases(state);
    place(f, CODE + 0x200, "addi r5, 0, 77; sc 2");
    put(f, TABLES + 8, CODE + 0x200);
    f->c.gpr[3] = 2;
    assert_int_equal(run(f, CODE), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[5], 77);
}

/* ---- the cache ---- */

#define FUNCTIONS 400u

/* main calls every function; each adds its number to r3 in a few blocks. */
static void place_many(struct fixture *f)
{
    char text[200];
    for (uint32_t n = 0; n < FUNCTIONS; n++) {
        xg_ga at = CODE + 0x4000 + 0x40 * n;
        snprintf(text, sizeof text, "bl 0x%08X", at);
        place(f, CODE + 4 * n, text);
        snprintf(text, sizeof text,
                 "cmpi cr0, 0, r3, 0; bc 12, 2, 0x%08X; addi r3, r3, %u; addi r3, r3, -1;"
                 "addi r3, r3, 1; bclr 20, 0",
                 at + 12, n);
        place(f, at, text);
    }
    place(f, CODE + 4 * FUNCTIONS, "bc 16, 0, 0x82010000; sc 2");
}
static void a_full_cache_is_emptied_and_filled_again(void **state)
{
    struct fixture *f = *state;
    place_many(f);
    f->jit->limit = f->jit->thunks_end + 20000;
    f->c.ctr = 5;
    f->c.gpr[3] = 1;
    assert_int_equal(run(f, CODE), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[3], 1 + 5 * (FUNCTIONS * (FUNCTIONS - 1) / 2));
    assert_int_equal(f->c.retired, 5 * (FUNCTIONS * 7 + 1) + 1);
    assert_true(f->jit->flushes > 4);
    assert_true(f->jit->used <= f->jit->limit);
}
/* What is translated at load leaves room for what comes later. */
static void loading_leaves_room_in_the_cache(void **state)
{
    struct fixture *f = *state;
    place_many(f);
    f->jit->limit = f->jit->thunks_end + 20000;
    load(f, CODE, 0);
    assert_true(f->jit->used < f->jit->limit);
    assert_int_equal(f->jit->flushes, 0);
    f->c.ctr = 1;
    assert_int_equal(run(f, CODE), XG_EXIT_KERNEL);
}
/* More blocks than a unit can have, and a unit that even the empty cache cannot hold. */
static void huge_functions_are_cut(void **state)
{
    struct fixture *f = *state;
    const uint32_t blocks = 3000;
    char text[100];
    for (uint32_t n = 0; n < blocks; n++) {
        snprintf(text, sizeof text, "bc 12, 2, 0x%08X; addi r3, r3, 1", CODE + 8 * n + 8);
        place(f, CODE + 8 * n, text);
    }
    place(f, CODE + 8 * blocks, "sc 2");
    f->c.cr = 0;
    assert_int_equal(run(f, CODE), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[3], blocks);
    assert_int_equal(f->c.retired, 2 * blocks + 1);
    xg_jit_flush(f->jit);
    f->jit->limit = f->jit->thunks_end + 3000;
    f->c.gpr[3] = f->c.retired = 0;
    assert_int_equal(run(f, CODE), XG_EXIT_KERNEL);
    assert_int_equal(f->c.gpr[3], blocks);
    assert_int_equal(f->c.retired, 2 * blocks + 1);
}
/* Start-up: the time is printed, the bound is loose because machines differ. */
static void a_large_image_is_translated_at_load(void **state)
{
    struct fixture *f = *state;
    char text[500];
    struct timespec a, b;
    const uint32_t functions = 8000;
    for (uint32_t n = 0; n < functions; n++) {
        xg_ga at = CODE + 0x80 * n;
        snprintf(
            text, sizeof text,
            "mfspr r12, 8; stwu r1, -64(r1); stw r31, 60(r1); cmpi cr6, 0, r3, %u; addi r31, r3, 4;"
            "bc 12, 26, 0x%08X; lwz r4, 8(r31); rlwinm r4, r4, 3, 0, 28; add r3, r4, r31;"
            "lfs f1, 16(r31); fmuls f1, f1, f1; stfs f1, 20(r31); bl 0x%08X; stw r3, 12(r31);"
            "addi r5, r5, 1; cmpli cr0, 0, r5, 9; bc 12, 0, 0x%08X; lwz r31, 60(r1);"
            "addi r1, r1, 64; mtspr 8, r12; bclr 20, 0",
            n & 63, at + 56, CODE + 0x80 * ((n + 1) % functions), at + 24);
        place(f, at, text);
    }
    clock_gettime(CLOCK_MONOTONIC, &a);
    load(f, CODE, 0);
    clock_gettime(CLOCK_MONOTONIC, &b);
    double us = (double)(b.tv_sec - a.tv_sec) * 1e6 + (double)(b.tv_nsec - a.tv_nsec) / 1e3;
    print_message("%u instructions in %.1f ms: %.2f us and %.1f bytes each\n",
                  (unsigned)f->jit->insns, us / 1e3, us / (double)f->jit->insns,
                  (double)f->jit->bytes / (double)f->jit->insns);
    assert_int_equal(f->jit->insns, functions * 21);
    assert_true(us / (double)f->jit->insns < 100);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
/* ---- calls into the kernel from translated code ---- */

struct calls {
    struct fixture *f;
    unsigned count;
    uint64_t retired[4]; /* at each call */
    uint32_t cr[4];
    bool overwrites; /* the second call changes the code behind it */
    bool stops;      /* the third call is answered and ends the run */
};
static bool answer(void *ctx, struct xg_cpu_context *c)
{
    struct calls *k = ctx;
    assert_true(k->count < 4);
    k->retired[k->count] = c->retired;
    k->cr[k->count] = c->cr;
    k->count++;
    c->gpr[3] += 0x100;
    if (k->overwrites && k->count == 2) {
        place(k->f, CODE + 0x10, "addi r5, r5, 7");
        xg_jit_invalidate(k->f->jit, CODE + 0x10, 4);
    }
    if (k->stops && k->count == 3)
        c->cr = 0x12345678; /* not undone by who leaves */
    return !(k->stops && k->count == 3);
}
/* 0x10 is behind the call; three rounds, then a call of level 3. */
static void place_calls(struct fixture *f, struct calls *k)
{
    k->f = f;
    place(f, CODE,
          "addi r4, r4, 1; cmpli cr6, 0, r4, 2; bl 0x82010040; addi r6, r6, 1;"
          "addi r5, r5, 1; cmpli cr7, 0, r4, 3; bc 12, 28, 0x82010000; sc 3");
    place(f, CODE + 0x40, "sc 2; bclr 20, 0");
    f->jit->kernel_call = answer;
    f->jit->kernel_ctx = k;
}
static void calls_are_answered_inside_of_a_slice(void **state)
{
    struct fixture *f = *state;
    struct calls k = {0};
    place_calls(f, &k);
    assert_int_equal(run(f, CODE), XG_EXIT_RETURN);
    assert_int_equal(k.count, 3);
    for (unsigned n = 0; n < 3; n++) {
        assert_int_equal(k.retired[n], 9 * n + 4);
        assert_int_equal(k.cr[n] >> 4 & 15, n == 0 ? 8 : n == 1 ? 2 : 4);
    }
    assert_int_equal(f->c.gpr[3], 0x300);
    assert_int_equal(f->c.gpr[5], 3);
    assert_int_equal(f->c.retired, 28);
}
static void a_call_may_change_the_code_it_returns_to(void **state)
{
    struct fixture *f = *state;
    struct calls k = {.overwrites = true};
    place_calls(f, &k);
    assert_int_equal(run(f, CODE), XG_EXIT_RETURN);
    assert_int_equal(f->c.gpr[5], 1 + 7 + 7);
    assert_int_equal(f->c.retired, 28);
}
static void an_answered_call_may_end_the_run(void **state)
{
    struct fixture *f = *state;
    struct calls k = {.stops = true};
    place_calls(f, &k);
    assert_int_equal(run(f, CODE), XG_EXIT_KERNEL);
    assert_int_equal(k.count, 3);
    assert_int_equal(f->c.cr, 0x12345678);
    assert_int_equal(f->c.pc, CODE + 0x44);
    assert_int_equal(f->c.retired, 22);
    assert_int_equal(f->c.gpr[5], 2);
}
static void slices_end_behind_answered_calls(void **state)
{
    struct fixture *f = *state;
    struct calls k = {0};
    place_calls(f, &k);
    f->c.slice_end = 14; /* the second call has retired 13 */
    assert_int_equal(run(f, CODE), XG_EXIT_SLICE);
    assert_int_equal(k.count, 2);
    assert_int_equal(f->c.pc, CODE + 0x0C); /* the return from it retires as the 14th */
    assert_int_equal(f->c.retired, 14);
}

/* ---- devices ---- */

static bool device_read(void *ctx, uint32_t offset, uint32_t *value)
{
    uint32_t *count = ctx;
    *value = offset + ++*count;
    return true;
}
static bool device_write(void *ctx, uint32_t offset, uint32_t value)
{
    uint32_t *count = ctx;
    XG_UNUSED(offset);
    *count += value;
    return true;
}
/* One load and one store that alternate between memory and a device's register. */
static void the_second_access_to_a_device_does_not_fault(void **state)
{
    struct fixture *f = *state;
    uint32_t count = 0;
    const struct xg_mmio_ops ops = {&count, device_read, device_write};
    struct xg_error err = {0};
    assert_true(xg_memory_map_device(f->mem, "test", 0x7FC80000, 0x10000, &ops, &err));
    put(f, TABLES, 0x1234);
    place(f, CODE,
          "addi r5, 0, 200; lwz r7, 4(r3); add r8, r8, r7; stw r6, 4(r3); or r9, r3, r3;"
          "or r3, r4, r4; or r4, r9, r9; addic. r5, r5, -1; bc 4, 2, 0x82010004; sc 2");
    f->c.gpr[3] = TABLES - 4;
    f->c.gpr[4] = 0x7FC80000;
    f->c.gpr[6] = 0x10000;
    assert_int_equal(run(f, CODE), XG_EXIT_KERNEL);
    assert_int_equal(count, 100 + 100 * 0x10000);
    uint32_t sum = 0;
    for (uint32_t n = 0; n < 100; n++)
        sum += 4 + n * 0x10001 + 1 + (n ? 0x10000 : 0x1234);
    assert_int_equal((uint32_t)f->c.gpr[8], sum);
    assert_int_equal(f->c.retired, 2 + 200 * 8);
    assert_in_range(f->jit->faults, 1, 2); /* of the load, of the store */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(functions_are_found_by_table_and_by_call),
        T(the_table_bounds_functions),
        T(a_damaged_function_table_does_no_harm),
        T(words_of_a_table_are_cases),
        T(words_behind_a_sum_are_cases),
        T(distances_in_bytes_are_cases),
        T(distances_in_halfwords_are_cases),
        T(a_branch_without_a_bound_has_no_cases),
        T(a_table_that_changes_is_followed),
        T(a_full_cache_is_emptied_and_filled_again),
        T(loading_leaves_room_in_the_cache),
        T(huge_functions_are_cut),
        T(the_second_access_to_a_device_does_not_fault),
        T(calls_are_answered_inside_of_a_slice),
        T(a_call_may_change_the_code_it_returns_to),
        T(an_answered_call_may_end_the_run),
        T(slices_end_behind_answered_calls),
        T(a_large_image_is_translated_at_load),
    };
    return cmocka_run_group_tests_name("jit_image", tests, NULL, NULL);
}
