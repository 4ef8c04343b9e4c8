/* FPSCR at faults: short programs of floating-point operations on few registers, with accesses that
 * may fault between them, branches, compares, conversions and vectors, in the interpreter and in
 * the translator at every host level; behind a fault both go on with the next instruction.
 * usage: test_jit_status [CASES [SEED]] */
#include "base/x86.h"
#include "cpu/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CODE                                                                                       \
    0x82010000u           /* a place of its own for each program: the translator remembers places  \
                           */
#define DATA  0x10000000u /* a page; read only behind it; nothing follows */
#define WORDS 20u
#define SLOTS 300u
#define FPRS  6u

static unsigned cases = 1200;
static uint64_t seed = 1;

struct engine {
    struct xg_memory *mem;
    struct xg_cpu *cpu;
    struct xg_cpu_context c;
};

static uint64_t state;
static uint32_t below(uint32_t n)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return ((uint32_t)(state >> 33) ^ (uint32_t)(state >> 11)) % n;
}

static void open_engine(struct engine *e, enum xg_cpu_engine kind)
{
    struct xg_error err = {0};
    e->mem = xg_memory_create(&err);
    assert_non_null(e->mem);
    e->cpu = xg_cpu_create(kind, e->mem, NULL, &err);
    if (!e->cpu)
        fail_msg("%s", err.text);
    assert_true(xg_memory_protect(e->mem, CODE, 0x20000, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X, &err));
    assert_true(xg_memory_protect(e->mem, DATA, 0x1000, XG_PAGE_R | XG_PAGE_W, &err));
    assert_true(xg_memory_protect(e->mem, DATA + 0x1000, 0x1000, XG_PAGE_R, &err));
}
static void close_engine(struct engine *e)
{
    xg_cpu_destroy(e->cpu);
    xg_memory_destroy(e->mem);
}

/* ---- programs ---- */

static uint32_t d(void)
{
    return below(FPRS) << 21;
}
static uint32_t a(void)
{
    return below(FPRS) << 16;
}
static uint32_t b(void)
{
    return below(FPRS) << 11;
}
static uint32_t c(void)
{
    return below(FPRS) << 6;
}
static uint32_t arithmetic(void)
{
    uint32_t w = (below(2) ? 59u : 63u) << 26 | d();
    switch (below(8)) {
    case 0:
        return w | a() | b() | (below(2) ? 20u : 18u) << 1; /* fsub, fdiv */
    case 1:
        return w | a() | b() | 21u << 1; /* fadd */
    case 2:
        return w | a() | c() | 25u << 1; /* fmul */
    case 3:
        return 63u << 26 | d() | b() | (below(2) ? 12u : 846u) << 1; /* frsp, fcfid */
    case 4:
        return w | b() | (below(4) ? 22u : w >> 26 == 59 ? 24u : 26u) << 1; /* fsqrt, estimates */
    default:
        return w | a() | b() | c() | (28u + below(4)) << 1; /* fmadd and its like */
    }
}
static uint32_t other(void)
{
    static const uint16_t moves[] = {72, 40, 264, 136};
    switch (below(6)) {
    case 0:
        return 63u << 26 | below(8) << 23 | a() | b() |
               (below(4) ? 0 : 32u) << 1; /* fcmpu, fcmpo */
    case 1:
        return 63u << 26 | d() | b() | (below(2) ? 15u : 14u) << 1; /* fctiwz, fctiw */
    case 2:
        return 63u << 26 | d() | a() | b() | c() | 23u << 1; /* fsel */
    case 3:                                                  /* vaddfp, vmaddfp v0 to v3 */
        return 4u << 26 | below(4) << 21 | below(4) << 16 | below(4) << 11 |
               (below(2) ? 10u : below(4) << 6 | 46u);
    default:
        return 63u << 26 | d() | b() | (uint32_t)moves[below(4)] << 1;
    }
}
static uint32_t access(void)
{
    uint32_t base = (20 + below(4)) << 16;
    switch (below(8)) {
    case 0: /* lwz, stw r3 */
        return (below(2) ? 32u : 36u) << 26 | 3u << 21 | base;
    case 1: /* lwarx, stwcx., lvx, stvx, lfsux, stfdux */
    {
        static const uint16_t xo[] = {20, 150, 103, 231, 567, 759};
        unsigned n = below(6);
        return 31u << 26 | (n < 2 ? 3u << 21 : d()) | base | 2u << 11 | (uint32_t)xo[n] << 1 |
               (n == 1);
    }
    default: /* lfs, lfd, stfs, stfd */
        return (48 + 2 * below(4)) << 26 | d() | base | below(8) * 8;
    }
}
static void make_program(uint32_t *w)
{
    for (unsigned n = 0; n < WORDS; n++) {
        uint32_t r = below(16);
        if (n + 1 == WORDS)
            w[n] = 0x44000062;            /* sc 3 */
        else if (r == 0 && n + 4 < WORDS) /* bc, now and then bdnz back */
            w[n] = 16u << 26 | (below(2) ? 12u : 4u) << 21 | below(32) << 16 | (1 + below(3)) * 4;
        else if (r == 1 && n > 4 && !below(3))
            w[n] = 16u << 26 | 16u << 21 | ((0u - (1 + below(4)) * 4) & 0xFFFC);
        else
            w[n] = r < 8 ? arithmetic() : r < 12 ? access() : other();
    }
}

/* Mostly singles of like size, so that results are exact, rounded up and rounded down. */
static uint64_t number(void)
{
    static const uint64_t some[] = {0,
                                    1ull << 63,
                                    0x7FF0000000000000,
                                    0x7FF8000000000000,
                                    0x7FF0000020000000,
                                    0x7FF0000000000001,
                                    0x3690000000000000,
                                    0x47EFFFFFE0000000,
                                    0x3FF0000000000001};
    union {
        double d;
        uint64_t u;
    } v = {.d = (double)(int32_t)(below(1u << 31) - (1u << 30))};
    if (!below(16))
        return some[below(XG_COUNTOF(some))];
    if (below(4))
        v.d = (double)(float)(v.d * 0x1p-28);
    return v.u;
}
static void make_context(struct xg_cpu_context *x, xg_ga pc)
{
    xg_cpu_context_init(x);
    for (unsigned n = 0; n < FPRS; n++)
        x->fpr[n] = number();
    for (unsigned n = 0; n < 4; n++)
        for (unsigned k = 0; k < 4; k++)
            x->vr[n].w[k] =
                below(12) ? 0x3F800000u + below(1u << 20) : 0x7FC00001u - below(2) * 0x400000u;
    x->gpr[2] = 0;
    for (unsigned n = 20; n < 24; n++) /* writable, read only, nothing there */
        x->gpr[n] = DATA + (below(3) ? 0x100 : below(2) ? 0x1000 : 0x2000);
    x->cr = below(1u << 31);
    x->ctr = 1 + below(3);
    x->pc = pc;
}

/* ---- comparison ---- */

static void compare(const struct xg_cpu_context *x, const struct xg_cpu_context *y,
                    uint64_t number_of_case)
{
    if (x->fpscr != y->fpscr || x->pc != y->pc || x->retired != y->retired || x->cr != y->cr ||
        memcmp(x->fpr, y->fpr, sizeof x->fpr) != 0 || memcmp(x->gpr, y->gpr, sizeof x->gpr) != 0)
        fail_msg("seed %llu: interpreter at %08X after %llu, FPSCR %08X, CR %08X; translator at "
                 "%08X after "
                 "%llu, FPSCR %08X, CR %08X",
                 (unsigned long long)number_of_case, x->pc, (unsigned long long)x->retired,
                 x->fpscr, x->cr, y->pc, (unsigned long long)y->retired, y->fpscr, y->cr);
}
static unsigned run_case(struct engine *x, struct engine *y, uint64_t number_of_case)
{
    uint32_t w[WORDS];
    uint8_t bytes[WORDS * 4];
    struct xg_fault f;
    struct engine *both[2] = {x, y};
    unsigned faults = 0;
    xg_ga at = CODE + (xg_ga)(number_of_case % SLOTS) * (WORDS + 1) * 4; /* a zero ends it */
    state = number_of_case * 0x9E3779B97F4A7C15ull + 7;
    make_program(w);
    for (unsigned n = 0; n < WORDS; n++)
        xg_st32be(bytes + 4 * n, w[n]);
    for (int k = 0; k < 2; k++)
        assert_true(xg_memory_write(both[k]->mem, at, bytes, sizeof bytes, &f));
    for (unsigned n = 0; n < 4; n++) {
        make_context(&x->c, at);
        y->c = x->c;
        for (unsigned exits = 0; exits < 12; exits++) {
            x->c.slice_end = y->c.slice_end = x->c.retired + 200;
            enum xg_cpu_exit e = xg_cpu_run(x->cpu, &x->c);
            assert_int_equal(xg_cpu_run(y->cpu, &y->c), e);
            compare(&x->c, &y->c, number_of_case);
            if (e != XG_EXIT_FAULT)
                break;
            assert_int_equal(x->c.fault.kind, y->c.fault.kind);
            x->c.pc = y->c.pc = x->c.pc + 4;
            faults++;
        }
    }
    return faults;
}
static void run_level(const char *level, const char *homes)
{
    struct engine x = {0}, y = {0};
    enum xg_x_level got;
    const char *why;
    unsigned faults = 0;
    assert_int_equal(setenv("XG_JIT_LEVEL", level, 1), 0);
    assert_int_equal(setenv("XG_JIT_HOMES", homes, 1), 0);
    if (!xg_x_host_level(&got, &why)) {
        print_message("%s: not on this host\n", level);
        return;
    }
    open_engine(&x, XG_CPU_INTERP);
    open_engine(&y, XG_CPU_JIT);
    for (unsigned n = 0; n < cases; n++)
        faults += run_case(&x, &y, seed + n);
    print_message("%s: %u programs from seed %llu, %u faults\n", level, cases,
                  (unsigned long long)seed, faults);
    assert_true(faults > cases);
    close_engine(&x);
    close_engine(&y);
}
static void sse41(void **unused)
{
    (void)unused;
    run_level("sse4.1", "near");
}
static void avx(void **unused)
{
    (void)unused;
    run_level("avx", "near");
}
static void avx2(void **unused)
{
    (void)unused;
    run_level("avx2", "near");
}
static void avx512(void **unused)
{
    (void)unused;
    run_level("avx512", "near");
}
static void avx512_far(void **unused)
{
    (void)unused;
    run_level("avx512", "far");
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cases = (unsigned)strtoul(argv[1], NULL, 0);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 0);
    const struct CMUnitTest tests[] = {cmocka_unit_test(sse41), cmocka_unit_test(avx),
                                       cmocka_unit_test(avx2), cmocka_unit_test(avx512),
                                       cmocka_unit_test(avx512_far)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
