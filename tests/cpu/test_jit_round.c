/* Multiply-add with one rounding: the translator against the interpreter on operands whose sums
 * lie half way between two numbers, cancel, are exact, or come near to the ends of the range; NaNs
 * in vectors. Without FMA3 (XG_JIT_LEVEL=sse4.1) the translator makes these sums by other means.
 * usage: test_jit_round [CASES [SEED]] */
#include "cpu/assemble.h"
#include "cpu/cpu.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CODE 0x82010000u
#define STEP 0x40u /* bytes from program to program */

static unsigned cases = 60000;
static uint64_t seed = 1;

struct engine {
    struct xg_memory *mem;
    struct xg_cpu *cpu;
    struct xg_cpu_context c;
};

/* Target 1 of operands 2 (A), 3 (C), 4 (B). Every scalar one twice: alone, where the translator has
 * to find out whether the result is inexact, and behind a quotient that is. */
#define INEXACT "fdiv f5, f6, f7; "
static const char *const scalar[] = {"fmadd f1, f2, f3, f4",   "fmsub f1, f2, f3, f4",
                                     "fnmadd f1, f2, f3, f4",  "fnmsub f1, f2, f3, f4",
                                     "fmadds f1, f2, f3, f4",  "fmsubs f1, f2, f3, f4",
                                     "fnmadds f1, f2, f3, f4", "fnmsubs f1, f2, f3, f4"};
static const char *const vectors[] = {
    "vmaddfp v1, v2, v3, v4",
    "vnmsubfp v1, v2, v3, v4",
    "vspltw v5, v3, 1; vmaddfp v1, v2, v5, v4",
    "vspltw v5, v2, 2; vmaddfp v1, v5, v3, v4",
    "vspltw v5, v3, 0; vmaddfp v6, v2, v3, v4; vnmsubfp v1, v2, v5, v6",
    "vspltw v5, v3, 3; vmaddfp v6, v2, v2, v4; vmaddfp v7, v3, v5, v6; vmaddfp v1, v4, v7, v6",
};

static uint64_t state;
static uint32_t rnd(void)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(state >> 33) ^ (uint32_t)(state >> 11);
}
static int between(int from, int to)
{
    return from + (int)(rnd() % (uint32_t)(to - from + 1));
}

static void open_engine(struct engine *e, enum xg_cpu_engine kind)
{
    struct xg_error err = {0};
    e->mem = xg_memory_create(&err);
    assert_non_null(e->mem);
    e->cpu = xg_cpu_create(kind, e->mem, NULL, &err);
    if (!e->cpu)
        fail_msg("%s", err.text);
    assert_true(xg_memory_protect(e->mem, CODE, 0x4000, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X, &err));
}
static void close_engine(struct engine *e)
{
    xg_cpu_destroy(e->cpu);
    xg_memory_destroy(e->mem);
}
static void place(struct engine *e, xg_ga at, const char *text)
{
    char copy[256], *save = NULL;
    struct xg_error err = {0};
    struct xg_fault fault;
    uint32_t w;
    snprintf(copy, sizeof copy, "%s; sc 2", text);
    for (char *line = strtok_r(copy, ";", &save); line;
         line = strtok_r(NULL, ";", &save), at += 4) {
        if (!xg_cpu_assemble(line, at, &w, &err))
            fail_msg("%s", err.text);
        assert_true(xg_memory_st32(e->mem, at, w, &fault));
    }
}

/* A number of at most `bits` significant bits with an exponent near to `e`. */
static double number(int bits, int e)
{
    uint64_t m = ((uint64_t)rnd() << 32 | rnd()) >> (64 - bits) | 1ull << (bits - 1);
    double v = ldexp((double)m, e - bits + between(0, 3));
    return rnd() & 1 ? -v : v;
}
/* a * c + b: far apart, exact, half way, cancelling, with zeros, at the ends of the range. */
static void operands(double *v, int most)
{
    int x = between(-30, 30), y = between(-30, 30), small = between(1, most / 2 + 2);
    v[0] = number(between(1, most), x);
    v[1] = number(between(1, most), y);
    v[2] = number(between(1, most), between(-40, 40));
    switch (rnd() % 7) {
    case 0:
        v[0] = number(small, x);
        v[1] = number(between(1, small), y);
        v[2] = number(between(1, most), x + y + between(-8, 8));
        break;
    case 1: /* the product is about half of the sum's last place */
        v[0] = number(between(1, 4), x);
        v[1] = number(between(1, small), y);
        v[2] = number(most, x + y + most + between(-3, 3));
        break;
    case 2: /* the sum's last place is about half of the product's */
        v[0] = number(most / 2 + 1, x);
        v[1] = number(most / 2 + 1, y);
        v[2] = number(between(1, 4), x + y - most + between(-3, 3));
        break;
    case 3:
        v[2] = -(v[0] * v[1]) * (1 + between(-2, 2) * ldexp(1, 1 - between(20, most)));
        break;
    case 4:
        v[rnd() % 3] = rnd() & 1 ? 0.0 : -0.0;
        break;
    case 5:
        if (most == 53)
            v[rnd() % 3] = number(between(1, most), rnd() & 1 ? -1000 : 1000);
        break;
    default:
        break;
    }
}

static void run_both(struct engine *a, struct engine *b, xg_ga pc)
{
    struct engine *both[2] = {a, b};
    a->c.pc = pc;
    a->c.slice_end = 1000;
    b->c = a->c;
    for (int k = 0; k < 2; k++)
        assert_int_equal(xg_cpu_run(both[k]->cpu, &both[k]->c), XG_EXIT_KERNEL);
}

static void scalar_sums_are_rounded_once(void **unused)
{
    struct engine a = {0}, b = {0};
    (void)unused;
    open_engine(&a, XG_CPU_INTERP);
    open_engine(&b, XG_CPU_JIT);
    for (unsigned n = 0; n < 2 * XG_COUNTOF(scalar); n++) {
        char text[80];
        snprintf(text, sizeof text, "%s%s", n < XG_COUNTOF(scalar) ? "" : INEXACT,
                 scalar[n % XG_COUNTOF(scalar)]);
        place(&a, CODE + n * STEP, text);
        place(&b, CODE + n * STEP, text);
    }
    state = seed;
    for (unsigned i = 0; i < cases; i++) {
        unsigned at = rnd() % (2 * XG_COUNTOF(scalar)), n = at % XG_COUNTOF(scalar);
        bool single = n >= 4;
        double v[3], one = 1, three = 3;
        operands(v, single ? 24 : 53);
        xg_cpu_context_init(&a.c);
        a.c.fpscr = rnd() % 2 ? 0 : rnd() % 4; /* how to round */
        for (unsigned k = 0; k < 3; k++) {
            double exact = single ? (double)(float)v[k] : v[k];
            memcpy(&a.c.fpr[2 + k], &exact, 8);
        }
        memcpy(&a.c.fpr[6], &one, 8);
        memcpy(&a.c.fpr[7], &three, 8);
        run_both(&a, &b, CODE + at * STEP);
        if (a.c.fpr[1] != b.c.fpr[1] || a.c.fpscr != b.c.fpscr)
            fail_msg("seed %llu, case %u: %s of %a, %a, %a: interpreter %016llx, FPSCR %08X, "
                     "translator %016llx, %08X",
                     (unsigned long long)seed, i, scalar[n], v[0], v[1], v[2],
                     (unsigned long long)a.c.fpr[1], a.c.fpscr, (unsigned long long)b.c.fpr[1],
                     b.c.fpscr);
    }
    close_engine(&a);
    close_engine(&b);
}

/* Of every program two copies: NaNs come to the second, whose code may then change. */
static void vector_sums_are_rounded_once(void **unused)
{
    struct engine a = {0}, b = {0};
    struct engine *both[2] = {&a, &b};
    (void)unused;
    open_engine(&a, XG_CPU_INTERP);
    open_engine(&b, XG_CPU_JIT);
    for (unsigned n = 0; n < 2 * XG_COUNTOF(vectors); n++)
        for (int k = 0; k < 2; k++)
            place(both[k], CODE + n * STEP, vectors[n % XG_COUNTOF(vectors)]);
    state = seed;
    for (unsigned i = 0; i < cases; i++) {
        unsigned n = rnd() % (2 * XG_COUNTOF(vectors));
        bool nans = n >= XG_COUNTOF(vectors);
        xg_cpu_context_init(&a.c);
        for (unsigned k = 0; k < 4; k++) {
            double v[3];
            operands(v, 24);
            for (unsigned r = 0; r < 3; r++) {
                float f = (float)v[r];
                memcpy(&a.c.vr[2 + r].w[k], &f, 4);
                if (nans && rnd() % 8 == 0)
                    a.c.vr[2 + r].w[k] = 0x7FC00000u + (rnd() & 0x803FFFFFu);
            }
        }
        run_both(&a, &b, CODE + n * STEP);
        for (unsigned r = 1; r < 8; r++)
            if (memcmp(&a.c.vr[r], &b.c.vr[r], 16) != 0)
                fail_msg("seed %llu, case %u: %s: v%u: interpreter %08X %08X %08X %08X, "
                         "translator %08X %08X %08X %08X",
                         (unsigned long long)seed, i, vectors[n % XG_COUNTOF(vectors)], r,
                         a.c.vr[r].w[0], a.c.vr[r].w[1], a.c.vr[r].w[2], a.c.vr[r].w[3],
                         b.c.vr[r].w[0], b.c.vr[r].w[1], b.c.vr[r].w[2], b.c.vr[r].w[3]);
    }
    close_engine(&a);
    close_engine(&b);
}

/* One check for NaNs looks at the addends of two sums. Code that has met a NaN changes, so every
 * case has an address of its own. */
static uint64_t any_number(bool single)
{
    static const uint32_t some[] = {0x3F800000, 0x7FC00000, 0xFFC12345, 0x7F812345, 0xFF800001,
                                    0x7F800000, 0x00000000, 0x40490FDB, 0x3F800000, 0x40000000};
    uint32_t w = some[rnd() % XG_COUNTOF(some)];
    if (single)
        return w;
    return (uint64_t)(w & 0x80000000u) << 32 | (uint64_t)(w >> 23 & 0xFF ? 896u : 0) << 52 |
           (uint64_t)((w >> 23 & 0xFF) == 0xFF ? 896u : 0) << 52 |
           ((uint64_t)(w & 0x7FFFFFFF) << 29);
}
static void look_for_missed_nans(void)
{
    static const char *const programs[] = {
        ("lfs f2,0(r3); lfs f3,4(r3); lfs f4,8(r3); lfs f6,12(r3); lfs f7,16(r3); lfs f8,20(r3);"
         "fmadds f1,f2,f3,f4; fmadds f5,f6,f7,f8; fmsubs f9,f2,f3,f4; fnmadds f10,f6,f7,f8"),
        "fmadd f1,f2,f3,f4; fmadd f5,f6,f7,f8; fmsub f9,f2,f3,f4; fnmadd f10,f6,f7,f8",
        "vmaddfp v1,v2,v3,v4; vmaddfp v5,v6,v7,v8; vnmsubfp v9,v2,v3,v4; vmaddfp v10,v6,v7,v8"};
    const xg_ga data = CODE + 0x3000;
    struct engine a = {0}, b = {0};
    struct engine *both[2] = {&a, &b};
    struct xg_fault fault;
    open_engine(&a, XG_CPU_INTERP);
    open_engine(&b, XG_CPU_JIT);
    for (unsigned i = 0; i < 192; i++) {
        xg_ga at = CODE + 64 * i;
        xg_cpu_context_init(&a.c);
        a.c.gpr[3] = data;
        for (unsigned r = 2; r < 9; r++) {
            a.c.fpr[r] = any_number(false);
            for (unsigned k = 0; k < 4; k++)
                a.c.vr[r].w[k] = (uint32_t)any_number(true);
        }
        for (unsigned k = 0; k < 6; k++) {
            uint32_t w = (uint32_t)any_number(true);
            for (int e = 0; e < 2; e++)
                assert_true(xg_memory_st32(both[e]->mem, data + 4 * k, w, &fault));
        }
        for (int k = 0; k < 2; k++)
            place(both[k], at, programs[i % 3]);
        for (int again = 0; again < 3; again++) {
            run_both(&a, &b, at);
            if (memcmp(a.c.fpr, b.c.fpr, sizeof a.c.fpr) != 0 ||
                memcmp(a.c.vr, b.c.vr, sizeof a.c.vr) != 0 || a.c.fpscr != b.c.fpscr)
                fail_msg("seed %llu, case %u, run %d: FPSCR %08X, translator %08X",
                         (unsigned long long)seed, i, again, a.c.fpscr, b.c.fpscr);
        }
    }
    close_engine(&a);
    close_engine(&b);
}

static void checks_that_look_ahead_miss_no_nan(void **unused)
{
    (void)unused;
    state = seed;
    for (unsigned n = 0; n < 16; n++)
        look_for_missed_nans();
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cases = (unsigned)strtoul(argv[1], NULL, 0);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 0);
    print_message("%u cases from seed %llu\n", cases, (unsigned long long)seed);
    const struct CMUnitTest tests[] = {cmocka_unit_test(scalar_sums_are_rounded_once),
                                       cmocka_unit_test(vector_sums_are_rounded_once),
                                       cmocka_unit_test(checks_that_look_ahead_miss_no_nan)};
    return cmocka_run_group_tests_name("jit_round", tests, NULL, NULL);
}
