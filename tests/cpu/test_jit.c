/* The translator against the interpreter: random functions with loops, calls, memory,
 * faults and slice ends, run by both from the same state; every register, count, exit and
 * byte of memory must be the same. usage: test_jit [CASES [SEED]] */
#include "cpu/cpu.h"
#include "cpu/decode.h"
#include "cpu/jit/jit.h"

#include <stdarg.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <cmocka.h>

#define CODE      0x82010000u
#define CODE_SIZE 0x4000u
#define DATA      0x10000000u /* two pages */
#define READONLY  0x10002000u /* behind them; nothing follows */
#define WORDS     96

static unsigned cases = 4000;
static uint64_t seed = 1;

struct engine {
    struct xg_memory *mem;
    struct xg_cpu *cpu;
    struct xg_cpu_context c;
};

static uint64_t state;
static uint32_t rnd(void)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(state >> 33) ^ (uint32_t)(state >> 11);
}
static uint32_t below(uint32_t n)
{
    return rnd() % n;
}

static void open_engine(struct engine *e, enum xg_cpu_engine kind)
{
    struct xg_error err = {0};
    e->mem = xg_memory_create(&err);
    assert_non_null(e->mem);
    e->cpu = xg_cpu_create(kind, e->mem, NULL, &err);
    if (!e->cpu)
        fail_msg("%s", err.text);
    assert_true(
        xg_memory_protect(e->mem, CODE, CODE_SIZE, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X, &err));
    assert_true(xg_memory_protect(e->mem, DATA, 0x2000, XG_PAGE_R | XG_PAGE_W, &err));
    assert_true(xg_memory_protect(e->mem, READONLY, 0x1000, XG_PAGE_R, &err));
}
static void close_engine(struct engine *e)
{
    xg_cpu_destroy(e->cpu);
    xg_memory_destroy(e->mem);
}

/* ---- random programs ---- */

/* Registers: r1 and r13 stay addresses of data, r31 counts loops; the others are anyone's. */
static uint32_t any_gpr(void)
{
    return 3 + below(12);
}

static bool is_wild(const struct xg_insn_info *i)
{
    static const char *const wild[] = {
        "b",     "bc",    "bcctr", "bclr",  "sc",  "rfid", "hrfid", "mtmsr",  "mtmsrd", "mtspr",
        "mfspr", "mftb",  "tw",    "twi",   "td",  "tdi",  "mtfsf", "mtfsfi", "mtfsb0", "mtfsb1",
        "lswx",  "stswx", "lswi",  "stswi", "lmw", "stmw", "mfmsr", "icbi"};
    for (size_t n = 0; n < XG_COUNTOF(wild); n++)
        if (!strcmp(i->name, wild[n]))
            return true;
    return false;
}

/* A random instruction of the table; memory operands near r1, now and then elsewhere. */
static uint32_t random_insn(void)
{
    for (;;) {
        const struct xg_insn_info *i = &xg_insn_table[1 + below(XG_INSN_COUNT - 1)];
        if (is_wild(i) && below(60))
            continue;
        if (is_wild(i) &&
            (!strcmp(i->name, "b") || !strcmp(i->name, "bc") || !strcmp(i->name, "bclr") ||
             !strcmp(i->name, "bcctr") || !strcmp(i->name, "mtmsr") || !strcmp(i->name, "mtmsrd")))
            continue;
        bool memory = (i->reads | i->writes) >> XG_LOC_MEM & 1;
        uint32_t w = i->opcode | (rnd() & ~i->mask);
        if ((i->flags & XG_INSN_OE) && below(50))
            w &= ~0x400u;
        if ((i->flags & XG_INSN_RC) && below(3) && i->form != XG_FORM_VC &&
            i->form != XG_FORM_VX128_R)
            w &= ~1u;
        if (memory) {
            uint32_t a = below(40) ? 1 : any_gpr(), b = 2;
            w = (w & ~(31u << 16)) | a << 16;
            if (i->form == XG_FORM_D || i->form == XG_FORM_DS)
                w = (w & ~0xFFFFu) | (w & 3 & i->mask) | (below(64) ? below(512) & ~3u : 0xFFF8u);
            else
                w = (w & ~(31u << 11)) | b << 11;
            if (i->flags & XG_INSN_UPDATE)
                w = (w & ~(31u << 16)) | (16 + below(3)) << 16;
        }
        /* r1, r2, r13, r31 are not to be written. */
        uint32_t d = xg_field_d(w);
        bool gpr_d = i->writes >> XG_LOC_RT & 1, gpr_a = i->writes >> XG_LOC_RA & 1;
        if (gpr_d && (d < 3 || d > 14))
            w = (w & ~(31u << 21)) | any_gpr() << 21;
        if (gpr_a && !(i->flags & XG_INSN_UPDATE))
            w = (w & ~(31u << 16)) | any_gpr() << 16;
        if (xg_insn_decode(w) && xg_insn_decode(w) == xg_insn_decode(i->opcode))
            return w;
    }
}

static uint32_t fp_insn(void)
{
    static const uint16_t xo[] = {18, 20, 21, 22, 25, 28, 29, 30, 31};
    uint32_t x = xo[below(9)], w = (below(2) ? 59u : 63u) << 26 | x << 1;
    w |= below(8) << 21 | below(8) << 16;
    if (x != 25)
        w |= below(8) << 11;
    if (x == 25 || x >= 28)
        w |= below(8) << 6;
    if (x == 22)
        w &= ~(31u << 16);
    switch (below(8)) {
    case 0: /* fcmpu, fcmpo */
        return 63u << 26 | below(8) << 23 | below(8) << 16 | below(8) << 11 | below(2) << 6;
    case 1: /* fsel, frsp, fctiwz, fmr, fneg, fabs */
    {
        if (below(4) == 0)
            return 63u << 26 | below(8) << 21 | below(8) << 16 | below(8) << 11 | below(8) << 6 |
                   23 << 1;
        static const uint16_t one[] = {12, 15, 72, 40, 264, 136};
        return 63u << 26 | below(8) << 21 | below(8) << 11 | (uint32_t)one[below(6)] << 1;
    }
    case 2: /* lfs, lfd, stfs, stfd */
        return (48 + 2 * below(4)) << 26 | below(8) << 21 | 1u << 16 | (below(32) * 8);
    default:
        return w;
    }
}

/* A load or store of an FPR at r20 to r22, which may point to where it faults. */
static uint32_t fp_access(void)
{
    uint32_t d = below(8) << 21, a = (20 + below(3)) << 16;
    if (below(8) == 0) /* stfiwx, lfdx, stfsx */
        return 31u << 26 | d | a | 2u << 11 | (below(3) ? below(2) ? 599 : 663 : 983) << 1;
    return (48 + 2 * below(4)) << 26 | d | a | below(32) * 8;
}

static uint32_t compare(void)
{
    uint32_t crf = below(2) ? 0 : below(8), a = any_gpr();
    switch (below(4)) {
    case 0:
        return 11u << 26 | crf << 23 | a << 16 | (rnd() & 0xFFFF);
    case 1:
        return 10u << 26 | crf << 23 | a << 16 | (rnd() & 0xFF);
    case 2:
        return 31u << 26 | crf << 23 | a << 16 | any_gpr() << 11;
    default:
        return 31u << 26 | crf << 23 | a << 16 | any_gpr() << 11 | 32 << 1;
    }
}

/* A compare, now and then an operation on bits of its field, and a branch on one of them,
 * with anything in between. At most five words. */
static unsigned compare_and_branch(uint32_t *w)
{
    static const uint16_t logic[] = {33, 129, 193, 225, 257, 289, 417, 449};
    unsigned n = 0;
    bool floats = below(2);
    uint32_t c = floats ? 63u << 26 | below(8) << 23 | below(8) << 16 | below(8) << 11 |
                              (below(8) ? 0 : 1u) << 6
                        : compare();
    uint32_t field = c >> 23 & 7;
    w[n++] = c;
    if (!below(4))
        w[n++] = below(2) ? fp_insn() : random_insn();
    if (below(2))
        w[n++] = 19u << 26 | (4 * field + below(4)) << 21 | (4 * field + below(4)) << 16 |
                 (4 * field + below(4)) << 11 | (uint32_t)logic[below(8)] << 1;
    if (!below(4))
        w[n++] = below(2) ? fp_insn() : random_insn();
    w[n++] =
        16u << 26 | (below(2) ? 12u : 4u) << 21 | (4 * field + below(4)) << 16 | (1 + below(4)) * 4;
    return n;
}

/* Function 0 at CODE; leaf functions behind it at CODE + 0x1000 * n. */
static void make_program(uint32_t *w, bool leaf)
{
    unsigned n = 0;
    unsigned style = below(5);
    for (; n < WORDS - 4; n++) {
        uint32_t r = below(24);
        if (r == 0) { /* forward branch */
            uint32_t to = 1 + below(12);
            if (n + to >= WORDS - 4)
                to = 1;
            w[n] = 16u << 26 | (below(2) ? 12u : 4u) << 21 | below(32) << 16 | to * 4;
        } else if (r == 1) {
            w[n] = compare();
        } else if (r == 5 && n + 12 < WORDS) {
            n += compare_and_branch(w + n) - 1;
        } else if (r == 2 && n > 8) { /* loop: bdnz, or a condition */
            uint32_t back = 1 + below(n < 20 ? n : 20);
            w[n] = 16u << 26 | (below(3) ? 16u : 8u) << 21 | below(32) << 16 |
                   ((0u - back * 4) & 0xFFFC);
        } else if (r == 3 && !leaf) { /* bl to a leaf */
            int32_t to = (int32_t)(0x1000 * (1 + below(2))) - (int32_t)(n * 4);
            w[n] = 18u << 26 | ((uint32_t)to & 0x03FFFFFC) | 1;
        } else if (r == 4 && leaf && !below(4)) {
            w[n] =
                0x4C000020 | (below(2) ? 12u : 4u) << 21 | below(32) << 16; /* conditional return */
        } else if (style == 1 && below(2)) {
            w[n] = fp_insn();
        } else if (style == 4 && below(8)) { /* faults between operations */
            w[n] = below(3) ? fp_insn() : fp_access();
        } else if (style == 2 && below(2)) {
            do
                w[n] = random_insn();
            while (w[n] >> 26 < 4 || w[n] >> 26 > 6);
        } else {
            w[n] = random_insn();
        }
    }
    w[n++] = leaf ? 0x4E800020 : 0x44000002 | 3 << 5; /* blr; sc 3 */
    for (; n < WORDS; n++)
        w[n] = 0x44000002 | 3 << 5;
}

static uint64_t corner(void)
{
    static const uint64_t some[] = {0,
                                    1,
                                    0x7FFFFFFF,
                                    0x80000000,
                                    0xFFFFFFFF,
                                    0xFFFFFFFFFFFFFFFF,
                                    0x8000000000000000,
                                    0x7FFFFFFFFFFFFFFF,
                                    31,
                                    32,
                                    63,
                                    64};
    if (below(3))
        return some[below(XG_COUNTOF(some))];
    return (uint64_t)rnd() << 32 | rnd();
}
static uint64_t random_double(void)
{
    static const uint64_t some[] = {0,
                                    1ull << 63,
                                    0x3FF0000000000000,
                                    0xBFF8000000000000,
                                    0x7FF0000000000000,
                                    0xFFF0000000000000,
                                    0x7FF8000000000000,
                                    0x7FF0000000000001,
                                    0x7FF8000012345678,
                                    0x3690000000000000,
                                    0x380FFFFFE0000000,
                                    0x47EFFFFFE0000000,
                                    0x0000000000000001,
                                    0x7FEFFFFFFFFFFFFF,
                                    0x4330000000000000,
                                    0x41DFFFFFFFC00000};
    union {
        double d;
        uint64_t u;
    } v;
    switch (below(8)) {
    case 0:
        return some[below(XG_COUNTOF(some))];
    case 1:
        return (uint64_t)rnd() << 32 | rnd();
    case 2:
        v.d = (double)(int32_t)rnd() * 0.001;
        return v.u;
    default:
        v.d = (double)(float)((double)(int32_t)rnd() * 0.0001);
        return v.u;
    }
}

/* A word of a vector: anything, ends of the ranges of bytes, halfwords and words, NaNs; not
 * the least normal number, which docs/jit.md excepts as a rounded product. */
static uint32_t random_lane(void)
{
    static const uint32_t some[] = {0,          0x3F800000, 0x7FC00001, 0x00000123, 0x80008000,
                                    0x7FFF7FFF, 0x80808080, 0x7F7F7F7F, 0x7FFFFFFF, 0x80000000,
                                    0xFFFFFFFF, 0x00010001, 0xFF00FF00, 0x4F000000, 0xCF000000,
                                    0x4F7FFFFF, 0xBF800000, 0x7F800000, 0x80000000, 0x41200000,
                                    0x7F7FFFFF, 0xFF800000, 0x4EFFFFFF, 0x00000001, 0x40400000};
    return below(2) ? rnd() : some[below(XG_COUNTOF(some))];
}

static void make_context(struct xg_cpu_context *c)
{
    xg_cpu_context_init(c);
    for (int i = 0; i < 32; i++) {
        c->gpr[i] = corner();
        c->fpr[i] = random_double();
    }
    c->gpr[1] = DATA + 0x100 + below(0xE00);
    if (!below(3))
        c->gpr[1] = DATA + 0xF80 + below(0x100);
    if (!below(20))
        c->gpr[1] = DATA + 0x1F00 + below(0x100);
    c->gpr[2] = below(64) & ~(below(2) ? 3u : 0);
    for (int i = 16; i < 19; i++)
        c->gpr[i] = DATA + 0x400 + below(0x800);
    for (int i = 20; i < 23; i++)
        c->gpr[i] = below(3) ? DATA + 0x400 + below(0x800) : below(2) ? READONLY : READONLY + 0xF80;
    for (int i = 0; i < 128; i++)
        for (int k = 0; k < 4; k++)
            c->vr[i].w[k] = random_lane();
    for (int i = 0; i < 128; i += 3)
        for (int k = 0; k < 4; k++)
            c->vr[i].w[k] = 0x3F000000 + (rnd() >> 9);
    c->cr = rnd();
    c->xer = rnd() & 0x2000007F;
    c->ctr = 1 + below(6);
    c->lr = CODE + 0x3000;
    c->vscr = below(2) << 16;
    c->fpscr = below(16) ? 0 : (rnd() & 0xFF);
    c->pc = CODE;
}

/* ---- comparison ---- */

static void describe(const char *what, uint64_t a, uint64_t b, unsigned n, uint64_t case_seed)
{
    fail_msg("seed %llu: %s %u: interpreter %016llx, translator %016llx",
             (unsigned long long)case_seed, what, n, (unsigned long long)a, (unsigned long long)b);
}
static void compare_contexts(const struct xg_cpu_context *a, const struct xg_cpu_context *b,
                             uint64_t s, bool fault)
{
    if (a->pc != b->pc)
        describe("pc", a->pc, b->pc, 0, s);
    if (a->retired != b->retired)
        describe("retired", a->retired, b->retired, 0, s);
    for (unsigned i = 0; i < 32; i++)
        if (a->gpr[i] != b->gpr[i])
            describe("r", a->gpr[i], b->gpr[i], i, s);
    for (unsigned i = 0; i < 32; i++)
        if (a->fpr[i] != b->fpr[i])
            describe("f", a->fpr[i], b->fpr[i], i, s);
    for (unsigned i = 0; i < 128; i++)
        for (unsigned k = 0; k < 4; k++)
            if (a->vr[i].w[k] != b->vr[i].w[k])
                describe("v", a->vr[i].w[k], b->vr[i].w[k], i * 10 + k, s);
    const uint64_t x[] = {a->lr,    a->ctr,  a->cr,  a->xer,
                          a->fpscr, a->vscr, a->msr, a->reserve_valid};
    const uint64_t y[] = {b->lr,    b->ctr,  b->cr,  b->xer,
                          b->fpscr, b->vscr, b->msr, b->reserve_valid};
    static const char *const names[] = {"lr",    "ctr",  "cr",  "xer",
                                        "fpscr", "vscr", "msr", "reservation"};
    for (unsigned i = 0; i < XG_COUNTOF(x); i++)
        if (x[i] != y[i])
            describe(names[i], x[i], y[i], 0, s);
    if (fault && a->fault.kind != b->fault.kind)
        describe("fault", a->fault.kind, b->fault.kind, 0, s);
    if (fault && a->fault.address != b->fault.address)
        describe("fault address", a->fault.address, b->fault.address, 0, s);
}

static void put_words(struct engine *e, xg_ga at, const uint32_t *w)
{
    struct xg_fault f;
    uint8_t bytes[WORDS * 4];
    for (unsigned i = 0; i < WORDS; i++)
        xg_st32be(bytes + 4 * i, w[i]);
    assert_true(xg_memory_write(e->mem, at, bytes, sizeof bytes, &f));
}

/* The programs of a case, for a look at a failure. */
static void list(uint32_t w[3][WORDS])
{
    char text[80];
    for (uint32_t f = 0; f < 3; f++)
        for (uint32_t i = 0; i < WORDS; i++) {
            xg_ga pc = CODE + 0x1000 * f + 4 * i;
            printf("%08X %08X %s\n", pc, w[f][i],
                   xg_cpu_disassemble(w[f][i], pc, text, sizeof text));
        }
}

static void run_case(struct engine *a, struct engine *b, uint64_t case_seed)
{
    uint32_t w[3][WORDS];
    uint8_t data[0x2000];
    struct xg_fault f;
    state = case_seed * 0x9E3779B97F4A7C15ull + 7;
    for (int i = 0; i < 3; i++)
        make_program(w[i], i > 0);
    if (getenv("XG_JIT_LIST"))
        list(w);
    make_context(&a->c);
    b->c = a->c;
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)rnd();
    uint64_t slice = 1 + below(80), total = 1500;
    unsigned faults = 0;
    if (getenv("XG_JIT_SLICE"))
        slice = strtoull(getenv("XG_JIT_SLICE"), NULL, 0);
    struct engine *both[2] = {a, b};
    for (int k = 0; k < 2; k++) {
        for (unsigned i = 0; i < 3; i++)
            put_words(both[k], CODE + 0x1000 * i, w[i]);
        assert_true(xg_memory_write(both[k]->mem, DATA, data, sizeof data, &f));
    }
    for (;;) {
        a->c.slice_end = b->c.slice_end = a->c.retired + slice;
        if (getenv("XG_JIT_LIST"))
            printf("at %08X after %llu\n", a->c.pc, (unsigned long long)a->c.retired);
        enum xg_cpu_exit x = xg_cpu_run(a->cpu, &a->c), y = xg_cpu_run(b->cpu, &b->c);
        if (x != y)
            describe("exit", x, y, 0, case_seed);
        compare_contexts(&a->c, &b->c, case_seed, x == XG_EXIT_FAULT);
        if (x == XG_EXIT_FAULT && a->c.fault.kind != XG_FAULT_FETCH && faults++ < 1)
            a->c.pc = b->c.pc = a->c.pc + 4; /* go on behind it */
        else if ((x != XG_EXIT_SLICE && x != XG_EXIT_YIELD) || a->c.retired > total)
            break;
    }
    if (memcmp(a->mem->base + DATA, b->mem->base + DATA, 0x2000) != 0)
        describe("memory", 0, 1, 0, case_seed);
}

static void translated_equals_interpreted(void **unused)
{
    struct engine a = {0}, b = {0};
    (void)unused;
    open_engine(&a, XG_CPU_INTERP);
    open_engine(&b, XG_CPU_JIT);
    print_message("%u cases from seed %llu\n", cases, (unsigned long long)seed);
    for (unsigned i = 0; i < cases; i++)
        run_case(&a, &b, seed + i);
    close_engine(&a);
    close_engine(&b);
}

/* ---- modified code, contention, coming and going ---- */

static uint32_t insn_li(uint32_t d, uint32_t v)
{
    return 14u << 26 | d << 21 | v;
}
static void put_word(struct engine *e, xg_ga at, uint32_t w)
{
    struct xg_fault f;
    assert_true(xg_memory_st32(e->mem, at, w, &f));
}

/* Through the alias that the host may always write, so that no mark helps. */
static void icbi_forgets_a_translation(void **unused)
{
    struct engine e = {0};
    struct xg_error err;
    const xg_ga code = 0xA0010000u;
    (void)unused;
    open_engine(&e, XG_CPU_JIT);
    assert_true(xg_memory_protect(e.mem, code, 0x1000, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X, &err));
    xg_cpu_context_init(&e.c);
    e.c.slice_end = 1000;
    e.c.gpr[4] = code + 0x100;
    e.c.lr = code + 8;
    put_word(&e, code, 0x7C0027AC);     /* icbi 0, r4 */
    put_word(&e, code + 4, 0x480000FC); /* b code + 0x100 */
    put_word(&e, code + 8, 0x44000042); /* sc 2 */
    put_word(&e, code + 0x100, insn_li(3, 1));
    put_word(&e, code + 0x104, 0x4E800020);
    for (uint32_t n = 1; n < 4; n++) {
        xg_st32be(e.mem->phys + xg_memory_bus(e.mem, code + 0x100), insn_li(3, n));
        e.c.pc = code;
        e.c.lr = code + 8;
        assert_int_equal(xg_cpu_run(e.cpu, &e.c), XG_EXIT_KERNEL);
        assert_int_equal(e.c.gpr[3], n);
    }
    xg_st32be(e.mem->phys + xg_memory_bus(e.mem, code + 0x100), insn_li(3, 9));
    xg_cpu_invalidate(e.cpu, code + 0x100, 4);
    e.c.pc = code + 0x100;
    e.c.lr = code + 8;
    assert_int_equal(xg_cpu_run(e.cpu, &e.c), XG_EXIT_KERNEL);
    assert_int_equal(e.c.gpr[3], 9);
    close_engine(&e);
}

/* Two guest threads add to one word in slices of odd lengths; a reservation ends with its
 * slice. Every increment must arrive. */
static void contend(enum xg_cpu_engine kind)
{
    struct engine e = {0};
    struct xg_cpu_context c[2];
    static const uint32_t code[] = {0x7C602028, 0x38630001, 0x7C60212D,
                                    0x40A2FFF4, 0x4200FFF0, 0x44000062};
    struct xg_fault f;
    open_engine(&e, kind);
    xg_jit_signals_install(NULL); /* cmocka has put its own over them */
    for (unsigned i = 0; i < XG_COUNTOF(code); i++)
        put_word(&e, CODE + 4 * i, code[i]);
    for (int t = 0; t < 2; t++) {
        xg_cpu_context_init(&c[t]);
        c[t].pc = CODE;
        c[t].ctr = 5000;
        c[t].gpr[4] = DATA;
    }
    put_word(&e, DATA, 0);
    bool done[2] = {false, false};
    for (unsigned turn = 0; !done[0] || !done[1]; turn++) {
        struct xg_cpu_context *x = &c[turn & 1];
        if (done[turn & 1])
            continue;
        x->slice_end = x->retired + 1 + turn % 37;
        x->reserve_valid = false;
        enum xg_cpu_exit exit = xg_cpu_run(e.cpu, x);
        assert_true(exit == XG_EXIT_SLICE || exit == XG_EXIT_RETURN);
        done[turn & 1] = exit == XG_EXIT_RETURN;
    }
    uint32_t sum;
    assert_true(xg_memory_ld32(e.mem, DATA, &sum, &f));
    assert_int_equal(sum, 10000);
    close_engine(&e);
}
static void two_threads_lose_no_increment(void **unused)
{
    (void)unused;
    contend(XG_CPU_JIT);
    contend(XG_CPU_INTERP);
    contend(XG_CPU_CHECK);
}

/* A timer interrupts translated code, deep recursion included, every 50 microseconds. */
static volatile sig_atomic_t ticks;
static void on_tick(int number)
{
    XG_UNUSED(number);
    ticks++;
}
static void signals_do_not_disturb_translated_code(void **unused)
{
    struct engine e = {0};
    struct xg_error err;
    static const uint32_t code[] = {0x2C030000, 0x4D820020, 0x7C0802A6, 0x9421FFE0, 0x90010024,
                                    0x90610010, 0x3863FFFF, 0x4BFFFFE5, 0x80810010, 0x7C632214,
                                    0x80010024, 0x7C0803A6, 0x38210020, 0x4E800020};
    const struct itimerval every = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    struct sigaction act = {.sa_handler = on_tick, .sa_flags = SA_ONSTACK | SA_RESTART}, old;
    (void)unused;
    open_engine(&e, XG_CPU_JIT);
    xg_jit_signals_install(NULL); /* cmocka has put its own over them */
    assert_true(xg_memory_protect(e.mem, 0x11000000, 0x1000000, XG_PAGE_R | XG_PAGE_W, &err));
    for (unsigned i = 0; i < XG_COUNTOF(code); i++)
        put_word(&e, CODE + 4 * i, code[i]);
    put_word(&e, CODE + 0x100, 0x44000042); /* sc 2 */
    xg_cpu_context_init(&e.c);
    e.c.slice_end = ~0ull;
    ticks = 0;
    assert_int_equal(sigaction(SIGALRM, &act, &old), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &every, NULL), 0);
    for (int n = 0; n < 40; n++) {
        e.c.gpr[1] = 0x12000000 - 64;
        e.c.gpr[3] = 100000;
        e.c.lr = CODE + 0x100;
        e.c.pc = CODE;
        assert_int_equal(xg_cpu_run(e.cpu, &e.c), XG_EXIT_KERNEL);
        assert_int_equal((uint32_t)e.c.gpr[3], (uint32_t)5000050000);
    }
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
    assert_true(ticks > 20);
    close_engine(&e);
}

/* One engine after the other, and two at once, in one process. */
static void two_engines_live_side_by_side(void **unused)
{
    struct engine a = {0}, b = {0};
    (void)unused;
    open_engine(&a, XG_CPU_JIT);
    open_engine(&b, XG_CPU_JIT);
    for (unsigned i = 0; i < 50; i++)
        run_case(&a, &b, 7000000 + i);
    close_engine(&a);
    close_engine(&b);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cases = (unsigned)strtoul(argv[1], NULL, 0);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 0);
    const struct CMUnitTest tests[] = {cmocka_unit_test(translated_equals_interpreted),
                                       cmocka_unit_test(icbi_forgets_a_translation),
                                       cmocka_unit_test(two_threads_lose_no_increment),
                                       cmocka_unit_test(signals_do_not_disturb_translated_code),
                                       cmocka_unit_test(two_engines_live_side_by_side)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
