/* VMX128 and the estimates, which qemu does not have.
 *
 * Forms that repeat an AltiVec instruction with 128 registers: the AltiVec form, which
 * test_cpu_qemu compares with qemu, is run on copies of the operands; words are encoded
 * here from the published field layout, not by the assembler. Instructions of VMX128
 * alone: a reference written from their definitions, on bytes in guest order. */
#include "cpu/assemble.h"
#include "cpu/cpu.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CODE   0x82010000u
#define DATA   0x10000000u
#define ROUNDS 400

static struct xg_memory *mem;
static struct xg_cpu *cpu;
static uint64_t seed = 20240601;

static uint64_t next(void)
{
    uint64_t z = (seed += 0x9E3779B97F4A7C15ull);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}
static uint32_t below(uint32_t n)
{
    return (uint32_t)(next() >> 33) % n;
}

static uint32_t random_word(void)
{
    static const uint32_t corners[] = {0,          0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000,
                                       0x7F800001, 0x00000001, 0x007FFFFF, 0x00800000, 0x7F7FFFFF,
                                       0x3F800000, 0xBF800000, 0x40400000, 0x404000FF, 0x40400100,
                                       0x403FFFFF, 0x40407FFF, 0x40408000, 0x403F8001, 0x403F8000,
                                       0x404001FF, 0x403FFE00, 0x4047FFFF, 0x40380000, 0x47FFE000,
                                       0x38800000, 0x387FFFFF, 0x33800000, 0xFFFFFFFF, 0x80008000};
    switch (below(5)) {
    case 0:
        return corners[below(XG_COUNTOF(corners))];
    case 1:
        return (uint32_t)(next() & 0x807FFFFF) | (uint32_t)(110 + below(40)) << 23;
    case 2: /* near 3.0 */
        return 0x40400000 + below(0x100000) - 0x80000;
    default:
        return (uint32_t)next();
    }
}

static int setup(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    mem = xg_memory_create(&err);
    assert_non_null(mem);
    cpu = xg_cpu_create(XG_CPU_INTERP, mem, NULL, &err);
    assert_non_null(cpu);
    assert_true(xg_memory_protect(mem, CODE, 0x1000, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X, &err));
    assert_true(xg_memory_protect(mem, DATA, 0x1000, XG_PAGE_R | XG_PAGE_W, &err));
    print_message("# seed %llu\n", (unsigned long long)seed);
    return 0;
}
static int teardown(void **state)
{
    XG_UNUSED(state);
    xg_cpu_destroy(cpu);
    xg_memory_destroy(mem);
    return 0;
}

static void run_word(struct xg_cpu_context *c, uint32_t word)
{
    struct xg_fault f;
    assert_true(xg_memory_st32(mem, CODE, word, &f));
    assert_true(xg_memory_st32(mem, CODE + 4, 0x44000042, &f));
    c->pc = CODE;
    c->slice_end = ~0ull;
    if (xg_cpu_run(cpu, c) != XG_EXIT_KERNEL) {
        char text[96];
        fail_msg("%08x %s does not run", word, xg_cpu_disassemble(word, CODE, text, sizeof text));
    }
}
static void random_context(struct xg_cpu_context *c)
{
    xg_cpu_context_init(c);
    for (int i = 0; i < 128; i++)
        for (int k = 0; k < 4; k++)
            c->vr[i].w[k] = random_word();
    c->vscr = below(2) << 16;
    c->cr = (uint32_t)next();
}

/* Field layout of the VX128 forms, bit 0 least significant (facts: VD = [25:21] +
 * [3:2] << 5, VA = [20:16] + [5] << 5 + [10] << 6, VB = [15:11] + [1:0] << 5). */
static uint32_t put_vd(unsigned v)
{
    return (v & 31) << 21 | (v >> 5) << 2;
}
static uint32_t put_va(unsigned v)
{
    return (v & 31) << 16 | (v >> 5 & 1) << 5 | (v >> 6) << 10;
}
static uint32_t put_vb(unsigned v)
{
    return (v & 31) << 11 | v >> 5;
}

/* ---- twins of AltiVec instructions ---- */

/* How the AltiVec form gets its operands, with a, b, d the registers of the VX128 form:
 * text with %d %a %b standing for v1, v2, v3 and %i for an immediate. */
struct twin {
    const char *name;
    const char *altivec;
    uint32_t opcode;
    bool immediate; /* in the VA field */
};
static const struct twin twins[] = {
    {"vaddfp128", "vaddfp v1, v2, v3", 0x14000010, false},
    {"vsubfp128", "vsubfp v1, v2, v3", 0x14000050, false},
    {"vmaddfp128", "vmaddfp v1, v2, v3, v1", 0x140000D0, false},
    {"vmaddcfp128", "vmaddfp v1, v2, v1, v3", 0x14000110, false},
    {"vnmsubfp128", "vnmsubfp v1, v2, v3, v1", 0x14000150, false},
    {"vand128", "vand v1, v2, v3", 0x14000210, false},
    {"vandc128", "vandc v1, v2, v3", 0x14000250, false},
    {"vnor128", "vnor v1, v2, v3", 0x14000290, false},
    {"vor128", "vor v1, v2, v3", 0x140002D0, false},
    {"vxor128", "vxor v1, v2, v3", 0x14000310, false},
    {"vsel128", "vsel v1, v2, v3, v1", 0x14000350, false},
    {"vslo128", "vslo v1, v2, v3", 0x14000390, false},
    {"vsro128", "vsro v1, v2, v3", 0x140003D0, false},
    {"vpkshss128", "vpkshss v1, v2, v3", 0x14000200, false},
    {"vpkshus128", "vpkshus v1, v2, v3", 0x14000240, false},
    {"vpkswss128", "vpkswss v1, v2, v3", 0x14000280, false},
    {"vpkswus128", "vpkswus v1, v2, v3", 0x140002C0, false},
    {"vpkuhum128", "vpkuhum v1, v2, v3", 0x14000300, false},
    {"vpkuhus128", "vpkuhus v1, v2, v3", 0x14000340, false},
    {"vpkuwum128", "vpkuwum v1, v2, v3", 0x14000380, false},
    {"vpkuwus128", "vpkuwus v1, v2, v3", 0x140003C0, false},
    {"vrlw128", "vrlw v1, v2, v3", 0x18000050, false},
    {"vslw128", "vslw v1, v2, v3", 0x180000D0, false},
    {"vsraw128", "vsraw v1, v2, v3", 0x18000150, false},
    {"vsrw128", "vsrw v1, v2, v3", 0x180001D0, false},
    {"vmaxfp128", "vmaxfp v1, v2, v3", 0x18000280, false},
    {"vminfp128", "vminfp v1, v2, v3", 0x180002C0, false},
    {"vmrghw128", "vmrghw v1, v2, v3", 0x18000300, false},
    {"vmrglw128", "vmrglw v1, v2, v3", 0x18000340, false},
    {"vcmpeqfp128", "vcmpeqfp v1, v2, v3", 0x18000000, false},
    {"vcmpeqfp128.", "vcmpeqfp. v1, v2, v3", 0x18000040, false},
    {"vcmpgefp128.", "vcmpgefp. v1, v2, v3", 0x180000C0, false},
    {"vcmpgtfp128.", "vcmpgtfp. v1, v2, v3", 0x18000140, false},
    {"vcmpbfp128.", "vcmpbfp. v1, v2, v3", 0x180001C0, false},
    {"vcmpequw128.", "vcmpequw. v1, v2, v3", 0x18000240, false},
    {"vupkhsb128", "vupkhsb v1, v3", 0x18000380, true},
    {"vupklsb128", "vupklsb v1, v3", 0x180003C0, true},
    {"vupkhsh128", "vupkhsh v1, v3", 0x180007A0, true},
    {"vupklsh128", "vupklsh v1, v3", 0x180007E0, true},
    {"vrfim128", "vrfim v1, v3", 0x18000330, true},
    {"vrfin128", "vrfin v1, v3", 0x18000370, true},
    {"vrfip128", "vrfip v1, v3", 0x180003B0, true},
    {"vrfiz128", "vrfiz v1, v3", 0x180003F0, true},
    {"vrefp128", "vrefp v1, v3", 0x18000630, true},
    {"vrsqrtefp128", "vrsqrtefp v1, v3", 0x18000670, true},
    {"vexptefp128", "vexptefp v1, v3", 0x180006B0, true},
    {"vlogefp128", "vlogefp v1, v3", 0x180006F0, true},
    {"vspltw128", "vspltw v1, v3, %u", 0x18000730, true},
    {"vcfpsxws128", "vctsxs v1, v3, %u", 0x18000230, true},
    {"vcfpuxws128", "vctuxs v1, v3, %u", 0x18000270, true},
    {"vcsxwfp128", "vcfsx v1, v3, %u", 0x180002B0, true},
    {"vcuxwfp128", "vcfux v1, v3, %u", 0x180002F0, true},
};

static uint32_t assemble(const char *text)
{
    uint32_t w = 0;
    struct xg_error err = {0};
    if (!xg_cpu_assemble(text, CODE, &w, &err))
        fail_msg("%s", err.text);
    return w;
}

static void check_twin(const struct twin *t)
{
    struct xg_cpu_context before, here, there;
    unsigned d = below(128), a = below(128), b = below(128), imm = below(32);
    char text[64];
    random_context(&before);
    here = there = before;
    there.vr[1] = before.vr[d];
    there.vr[2] = before.vr[a];
    there.vr[3] = before.vr[b];
    uint32_t va = t->immediate ? (strstr(t->altivec, "%u") ? imm << 16 : 0) : put_va(a);
    run_word(&here, t->opcode | put_vd(d) | va | put_vb(b));
    snprintf(text, sizeof text, t->altivec, imm);
    run_word(&there, assemble(text));
    for (unsigned i = 0; i < 128; i++) {
        const struct xg_v128 *want = i == d ? &there.vr[1] : &before.vr[i];
        if (memcmp(&here.vr[i], want, 16) != 0)
            fail_msg("%s v%u, v%u, v%u: v%u is %08x %08x %08x %08x, not %08x %08x %08x %08x",
                     t->name, d, a, b, i, here.vr[i].w[0], here.vr[i].w[1], here.vr[i].w[2],
                     here.vr[i].w[3], want->w[0], want->w[1], want->w[2], want->w[3]);
    }
    assert_int_equal(here.cr, there.cr);
    assert_int_equal(here.vscr, there.vscr);
}
static void forms_with_128_registers_equal_their_altivec_twins(void **state)
{
    XG_UNUSED(state);
    for (size_t i = 0; i < XG_COUNTOF(twins); i++)
        for (int n = 0; n < ROUNDS; n++)
            check_twin(&twins[i]);
}

static void vperm128_and_vsldoi128_equal_their_twins(void **state)
{
    XG_UNUSED(state);
    for (int n = 0; n < ROUNDS; n++) {
        struct xg_cpu_context before, here, there;
        unsigned d = below(128), a = below(128), b = below(128), k = below(8), sh = below(16);
        char text[64];
        random_context(&before);
        here = there = before;
        there.vr[12] = before.vr[a];
        there.vr[13] = before.vr[b];
        run_word(&here, 0x14000000 | put_vd(d) | put_va(a) | put_vb(b) | k << 6);
        snprintf(text, sizeof text, "vperm v11, v12, v13, v%u", k);
        run_word(&there, assemble(text));
        assert_memory_equal(&here.vr[d], &there.vr[11], 16);
        here = before;
        run_word(&here, 0x10000010 | put_vd(d) | put_va(a) | put_vb(b) | sh << 6);
        snprintf(text, sizeof text, "vsldoi v11, v12, v13, %u", sh);
        run_word(&there, assemble(text));
        assert_memory_equal(&here.vr[d], &there.vr[11], 16);
    }
}

/* ---- loads and stores ---- */

static void bytes_of(const struct xg_v128 *v, uint8_t b[16])
{
    for (int i = 0; i < 16; i++)
        b[i] = (uint8_t)(v->w[i / 4] >> (24 - 8 * (i % 4)));
}

/* What each access does to a register and to 48 bytes of memory, byte by byte. */
enum access { LVX, LVLX, LVRX, LVEWX, LVSL, LVSR, STVX, STVLX, STVRX, STVEWX };
static void reference_access(enum access kind, unsigned at, uint8_t v[16], uint8_t m[48])
{
    unsigned line = at & ~15u, shift = at & 15;
    for (unsigned i = 0; i < 16; i++)
        switch (kind) {
        case LVX:
            v[i] = m[line + i];
            break;
        case LVLX:
            v[i] = shift + i < 16 ? m[at + i] : 0;
            break;
        case LVRX:
            v[i] = i >= 16 - shift ? m[line + i - (16 - shift)] : 0;
            break;
        case LVEWX:
            if (i / 4 == shift / 4)
                v[i] = m[line + i];
            break;
        case LVSL:
            v[i] = (uint8_t)(shift + i);
            break;
        case LVSR:
            v[i] = (uint8_t)(16 - shift + i);
            break;
        case STVX:
            m[line + i] = v[i];
            break;
        case STVLX:
            if (shift + i < 16)
                m[at + i] = v[i];
            break;
        case STVRX:
            if (i >= 16 - shift)
                m[line + i - (16 - shift)] = v[i];
            break;
        case STVEWX:
            if (i / 4 == shift / 4)
                m[line + i] = v[i];
            break;
        }
}
static void loads_and_stores_move_the_defined_bytes(void **state)
{
    XG_UNUSED(state);
    static const struct {
        uint32_t opcode;
        enum access kind;
        bool wide; /* VX128_1: seven-bit register */
    } forms[] = {
        {0x100000C3, LVX, true},    {0x100002C3, LVX, true},    {0x10000403, LVLX, true},
        {0x10000603, LVLX, true},   {0x10000443, LVRX, true},   {0x10000643, LVRX, true},
        {0x10000083, LVEWX, true},  {0x10000003, LVSL, true},   {0x10000043, LVSR, true},
        {0x100001C3, STVX, true},   {0x100003C3, STVX, true},   {0x10000503, STVLX, true},
        {0x10000703, STVLX, true},  {0x10000543, STVRX, true},  {0x10000743, STVRX, true},
        {0x10000183, STVEWX, true}, {0x7C00040E, LVLX, false},  {0x7C00060E, LVLX, false},
        {0x7C00044E, LVRX, false},  {0x7C00064E, LVRX, false},  {0x7C00050E, STVLX, false},
        {0x7C00070E, STVLX, false}, {0x7C00054E, STVRX, false}, {0x7C00074E, STVRX, false},
    };
    for (size_t k = 0; k < XG_COUNTOF(forms); k++)
        for (int n = 0; n < 200; n++) {
            struct xg_cpu_context c;
            unsigned d = below(forms[k].wide ? 128 : 32), at = 16 + below(16);
            uint8_t m[48], v[16], got[16];
            random_context(&c);
            for (int i = 0; i < 48; i++)
                m[i] = (uint8_t)next();
            memcpy(mem->base + DATA, m, 48);
            bytes_of(&c.vr[d], v);
            reference_access(forms[k].kind, at, v, m);
            c.gpr[5] = DATA + 7;
            c.gpr[6] = at - 7;
            run_word(&c,
                     forms[k].opcode | (forms[k].wide ? put_vd(d) : d << 21) | 5 << 16 | 6 << 11);
            bytes_of(&c.vr[d], got);
            assert_memory_equal(got, v, 16);
            assert_memory_equal(mem->base + DATA, m, 48);
        }
}
static void left_and_right_halves_of_a_page_end_touch_one_page(void **state)
{
    XG_UNUSED(state);
    struct xg_cpu_context c;
    random_context(&c);
    c.gpr[6] = DATA + 0x1000; /* not mapped: lvrx of an aligned address reads nothing */
    run_word(&c, assemble("lvrx v3, 0, r6"));
    c.gpr[6] = DATA + 0xFF5;
    run_word(&c, assemble("lvlx v3, 0, r6"));
    run_word(&c, assemble("stvlx v3, 0, r6"));
}

/* ---- instructions of VMX128 alone ---- */

static float as_float(uint32_t w)
{
    float f;
    memcpy(&f, &w, 4);
    return f;
}
static uint32_t as_word(float f)
{
    uint32_t w;
    memcpy(&w, &f, 4);
    return w;
}
static bool is_nan(uint32_t w)
{
    return (w & 0x7FFFFFFF) > 0x7F800000;
}
static uint32_t flushed(uint32_t w, bool nj)
{
    return nj && !(w & 0x7F800000) ? w & 0x80000000 : w;
}

static void vpermwi128_and_vrlimi128_move_words(void **state)
{
    XG_UNUSED(state);
    for (int n = 0; n < ROUNDS; n++) {
        struct xg_cpu_context before, c;
        unsigned d = below(128), b = below(128), perm = below(256), mask = below(16), z = below(4);
        random_context(&before);
        c = before;
        run_word(&c, 0x18000210 | put_vd(d) | put_vb(b) | (perm & 31) << 16 | perm >> 5 << 6);
        for (int i = 0; i < 4; i++)
            assert_int_equal(c.vr[d].w[i], before.vr[b].w[perm >> (6 - 2 * i) & 3]);
        c = before;
        run_word(&c, 0x18000710 | put_vd(d) | put_vb(b) | mask << 16 | z << 6);
        for (unsigned i = 0; i < 4; i++)
            assert_int_equal(c.vr[d].w[i],
                             mask & 8 >> i ? before.vr[b].w[(i + z) % 4] : before.vr[d].w[i]);
        c = before;
        run_word(&c, 0x18000770 | put_vd(d) | (perm & 31) << 16);
        for (int i = 0; i < 4; i++)
            assert_int_equal((int32_t)c.vr[d].w[i], (int)(perm & 31) - (perm & 16 ? 32 : 0));
    }
}

static void vmulfp128_rounds_the_product_once(void **state)
{
    XG_UNUSED(state);
    for (int n = 0; n < 4 * ROUNDS; n++) {
        struct xg_cpu_context before, c;
        unsigned d = below(128), a = below(128), b = below(128);
        random_context(&before);
        c = before;
        bool nj = before.vscr >> 16;
        run_word(&c, 0x14000090 | put_vd(d) | put_va(a) | put_vb(b));
        for (int i = 0; i < 4; i++) {
            uint32_t x = before.vr[a].w[i], y = before.vr[b].w[i], want;
            long double exact = (long double)as_float(flushed(x, nj)) * as_float(flushed(y, nj));
            if (is_nan(x) || is_nan(y))
                want = (is_nan(x) ? x : y) | 0x00400000;
            else if (isnan(exact))
                want = 0x7FC00000;
            else if (nj && fabsl(exact) < 0x1p-126L) /* tiny before rounding */
                want = (x ^ y) & 0x80000000;
            else
                want = as_word((float)exact);
            assert_int_equal(c.vr[d].w[i], want);
        }
    }
}

static void dot_products_round_once_and_splat(void **state)
{
    XG_UNUSED(state);
    for (int n = 0; n < 4 * ROUNDS; n++) {
        struct xg_cpu_context before, c;
        unsigned d = below(128), a = below(128), b = below(128), four = below(2);
        random_context(&before);
        if (n & 1) /* mostly sane operands */
            for (int i = 0; i < 4; i++) {
                before.vr[a].w[i] = (uint32_t)(next() & 0x807FFFFF) | (uint32_t)(120 + below(14))
                                                                          << 23;
                before.vr[b].w[i] = (uint32_t)(next() & 0x807FFFFF) | (uint32_t)(120 + below(14))
                                                                          << 23;
            }
        c = before;
        bool nj = before.vscr >> 16;
        run_word(&c, (four ? 0x140001D0 : 0x14000190) | put_vd(d) | put_va(a) | put_vb(b));
        double p[4];
        for (int i = 0; i < 4; i++)
            p[i] = (double)as_float(flushed(before.vr[a].w[i], nj)) *
                   as_float(flushed(before.vr[b].w[i], nj));
        float r = (float)(four ? (p[0] + p[2]) + (p[1] + p[3]) : (p[0] + p[2]) + p[1]);
        uint32_t want = isfinite(r) ? flushed(as_word(r), nj) : 0x7FC00000;
        for (int i = 0; i < 4; i++)
            assert_int_equal(c.vr[d].w[i], want);
    }
}

/* Integer that 3.0 + n * 2^-22 stands for, limited to a range. */
static int64_t unbias(uint32_t w, int64_t least, int64_t most)
{
    if (is_nan(w))
        return least;
    double n = ((double)as_float(w) - 3.0) * 4194304.0;
    if (n < (double)least)
        return least;
    return n > (double)most ? most : (int64_t)n;
}
/* A half of the console by value: truncated or to nearest even, at most 131008. */
static uint32_t half(uint32_t w, bool nearest)
{
    uint32_t sign = w >> 16 & 0x8000;
    double v = fabs((double)as_float(w));
    if (is_nan(w) || v >= 131008.0)
        return sign | 0x7FFF;
    if (v < 0x1p-14)
        return sign;
    int e;
    double f = frexp(v, &e) * 2048.0; /* 1024 .. 2047.99 */
    double n = nearest ? nearbyint(f) : floor(f);
    return sign | (uint32_t)((e - 1 + 15) * 1024 + (int)(n - 1024.0));
}
static uint64_t reference_pack(unsigned type, const uint32_t *w)
{
    uint64_t r = 0;
    switch (type) {
    case 0:
        return (uint64_t)unbias(w[3], 0, 255) << 24 | (uint64_t)unbias(w[0], 0, 255) << 16 |
               (uint64_t)unbias(w[1], 0, 255) << 8 | (uint64_t)unbias(w[2], 0, 255);
    case 2:
        for (int i = 0; i < 3; i++)
            r |= (uint64_t)(unbias(w[i], -511, 511) & 1023) << 10 * i;
        return r | (uint64_t)unbias(w[3], 0, 3) << 30;
    case 6:
        for (int i = 0; i < 3; i++)
            r |= (uint64_t)(unbias(w[i], -524287, 524287) & 0xFFFFF) << 20 * i;
        return r | (uint64_t)unbias(w[3], 0, 15) << 60;
    default: /* 1, 4: shorts; 3, 5: halves; two or four of them, the first in the highest bits */
        for (int i = 0; i < (type < 4 ? 2 : 4); i++)
            r = r << 16 | (type == 1 || type == 4 ? (uint64_t)unbias(w[i], -32767, 32767) & 0xFFFF
                                                  : half(w[i], type == 5));
        return r;
    }
}
static void vpkd3d128_packs_and_merges(void **state)
{
    XG_UNUSED(state);
    /* Words of the result: 'd' old target, 'h' and 'l' high and low word of the packed
     * value; rows are masks 0..3, columns z. */
    static const char *const merge[4][4] = {{"dddd", "dddd", "dddd", "dddd"},
                                            {"dddl", "ddld", "dldd", "lddd"},
                                            {"ddhl", "dhld", "hldd", "lddd"},
                                            {"ddhl", "dhld", "hldd", "dddh"}};
    for (unsigned type = 0; type < 7; type++)
        for (int n = 0; n < 4 * ROUNDS; n++) {
            struct xg_cpu_context before, c;
            unsigned d = below(128), b = below(128), mask = below(4), z = below(4);
            random_context(&before);
            c = before;
            run_word(&c, 0x18000610 | put_vd(d) | put_vb(b) | (type << 2 | mask) << 16 | z << 6);
            uint64_t v = reference_pack(type, before.vr[b].w);
            for (int i = 0; i < 4; i++) {
                char from = merge[mask][z][i];
                uint32_t want =
                    from == 'd' ? before.vr[d].w[i] : (uint32_t)(from == 'h' ? v >> 32 : v);
                if (c.vr[d].w[i] != want)
                    fail_msg(
                        "type %u mask %u z %u word %d: %08x, not %08x (of %08x %08x %08x %08x)",
                        type, mask, z, i, c.vr[d].w[i], want, before.vr[b].w[0], before.vr[b].w[1],
                        before.vr[b].w[2], before.vr[b].w[3]);
            }
        }
}

static uint32_t bias(uint64_t field, unsigned bits)
{
    int64_t n = (int64_t)(field & ((1ull << bits) - 1));
    if (n >> (bits - 1))
        n -= 1ll << bits;
    return n == -(1ll << (bits - 1)) ? 0x7FC00000 : as_word((float)(3.0 + (double)n / 4194304.0));
}
static uint32_t bias_one(uint64_t n)
{
    return as_word((float)(1.0 + (double)n / 8388608.0));
}
static uint32_t unhalf(uint64_t h)
{
    unsigned e = h >> 10 & 31;
    float v = e ? (float)ldexp(1024.0 + (double)(h & 1023), (int)e - 25) : 0.0f;
    return as_word(h >> 15 & 1 ? -v : v);
}
static void vupkd3d128_unpacks(void **state)
{
    XG_UNUSED(state);
    for (unsigned type = 0; type < 7; type++)
        for (int n = 0; n < 4 * ROUNDS; n++) {
            struct xg_cpu_context before, c;
            unsigned d = below(128), b = below(128);
            random_context(&before);
            c = before;
            run_word(&c, 0x180007F0 | put_vd(d) | put_vb(b) | (type << 2 | below(4)) << 16);
            uint64_t v = (uint64_t)before.vr[b].w[2] << 32 | before.vr[b].w[3];
            const uint32_t want[7][4] = {
                {bias_one(v >> 16 & 255), bias_one(v >> 8 & 255), bias_one(v & 255),
                 bias_one(v >> 24 & 255)},
                {bias(v >> 16, 16), bias(v, 16), 0, 0x3F800000},
                {bias(v, 10), bias(v >> 10, 10), bias(v >> 20, 10), bias_one(v >> 30 & 3)},
                {unhalf(v >> 16), unhalf(v), 0, 0x3F800000},
                {bias(v >> 48, 16), bias(v >> 32, 16), bias(v >> 16, 16), bias(v, 16)},
                {unhalf(v >> 48), unhalf(v >> 32), unhalf(v >> 16), unhalf(v)},
                {bias(v, 20), bias(v >> 20, 20), bias(v >> 40, 20), bias_one(v >> 60)}};
            assert_memory_equal(c.vr[d].w, want[type], 16);
        }
}

/* ---- estimates: within the bounds of the AltiVec manual ---- */
static void estimates_keep_their_bounds(void **state)
{
    XG_UNUSED(state);
    for (int n = 0; n < 4 * ROUNDS; n++) {
        struct xg_cpu_context c;
        random_context(&c);
        c.vscr = 0;
        for (int i = 0; i < 4; i++)
            c.vr[3].w[i] = (uint32_t)(next() & 0x7FFFFF) | (uint32_t)(10 + below(230)) << 23;
        c.vr[4].w[0] =
            as_word((float)((double)(int)below(250) - 125.0 + (double)below(1000) / 1000.0));
        run_word(&c, assemble("vrefp v5, v3"));
        run_word(&c, assemble("vrsqrtefp v6, v3"));
        run_word(&c, assemble("vlogefp v7, v3"));
        run_word(&c, assemble("vexptefp v8, v4"));
        for (int i = 0; i < 4; i++) {
            double x = as_float(c.vr[3].w[i]);
            assert_true(fabs(as_float(c.vr[5].w[i]) * x - 1.0) <= 1.0 / 4096);
            assert_true(fabs(as_float(c.vr[6].w[i]) * sqrt(x) - 1.0) <= 1.0 / 4096);
            assert_true(fabs(as_float(c.vr[7].w[i]) - log2(x)) <= 1.0 / 32);
        }
        assert_true(fabs(as_float(c.vr[8].w[0]) / exp2((double)as_float(c.vr[4].w[0])) - 1.0) <=
                    1.0 / 16);
    }
}
static void estimates_of_special_values(void **state)
{
    XG_UNUSED(state);
    static const struct {
        const char *text;
        uint32_t in, out;
    } cases[] = {
        {"vrefp v5, v3", 0, 0x7F800000},
        {"vrefp v5, v3", 0x80000000, 0xFF800000},
        {"vrefp v5, v3", 0x7F800000, 0},
        {"vrefp v5, v3", 0x7F800001, 0x7FC00001},
        {"vrsqrtefp v5, v3", 0x80000000, 0xFF800000},
        {"vrsqrtefp v5, v3", 0xBF800000, 0x7FC00000},
        {"vrsqrtefp v5, v3", 0x7F800000, 0},
        {"vlogefp v5, v3", 0, 0xFF800000},
        {"vlogefp v5, v3", 0xBF800000, 0x7FC00000},
        {"vlogefp v5, v3", 0x41000000, 0x40400000},
        {"vexptefp v5, v3", 0x40400000, 0x41000000},
        {"vexptefp v5, v3", 0xFF800000, 0},
        {"vexptefp v5, v3", 0x7F800000, 0x7F800000},
        {"vexptefp v5, v3", 0x43000000, 0x7F800000},
        /* by the hardware's tables */
        {"vrsqrtefp v5, v3", 0x3F800000, 0x3F7FF400},
        {"vrsqrtefp v5, v3", 0x40000000, 0x3F34FD00},
        {"vrsqrtefp v5, v3", 0x40800000, 0x3EFFF400},
        {"vrsqrtefp v5, v3", 0x40490FDB, 0x3F106F14},
        {"vrsqrtefp v5, v3", 0x7F7FFFFF, 0x1F800083},
        {"vrefp v5, v3", 0x3F800000, 0x3F7FF800},
        {"vrefp v5, v3", 0xC0400000, 0xBEAAA800},
        {"vrefp v5, v3", 0x3FFFFFFF, 0x3F000106},
        {"vrefp v5, v3", 0x7F000000, 0x003FFE00}, /* denormals, to the nearest, ties to even */
        {"vrefp v5, v3", 0x7F000200, 0x003FFD08},
        {"vrefp v5, v3", 0xFF000400, 0x803FFC10},
        {"vrefp v5, v3", 0x7F000C00, 0x003FF82E},
        {"vrefp v5, v3", 0x00100000, 0x7F800000},
        {"vrefp v5, v3", 0x00200000, 0x7F7FF800}, /* and denormal operands */
        {"vrefp v5, v3", 0x00600000, 0x7EAAA800},
        {"vrsqrtefp v5, v3", 0x00400000, 0x5F34FD00},
        {"vrsqrtefp v5, v3", 0x00000001, 0x64B4FD00},
        {"vlogefp v5, v3", 0x00400000, 0xC2FE0000},
        {"vexptefp v5, v3", 0, 0x3F800000},
        {"vexptefp v5, v3", 0x3F000000, 0x3FB50000},
        {"vexptefp v5, v3", 0xBF000000, 0x3F350000},
        {"vexptefp v5, v3", 0xC3000000, 0},
        {"vlogefp v5, v3", 0x3F800000, 0},
        {"vlogefp v5, v3", 0x40400000, 0x3FCB0000},
        {"vlogefp v5, v3", 0x3F000000, 0xBF800000},
    };
    for (size_t i = 0; i < XG_COUNTOF(cases); i++) {
        struct xg_cpu_context c;
        random_context(&c);
        c.vscr = 0;
        c.vr[3].w[2] = cases[i].in;
        run_word(&c, assemble(cases[i].text));
        if (c.vr[5].w[2] != cases[i].out)
            fail_msg("%s of %08x is %08x", cases[i].text, cases[i].in, c.vr[5].w[2]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_with_128_registers_equal_their_altivec_twins),
        cmocka_unit_test(vperm128_and_vsldoi128_equal_their_twins),
        cmocka_unit_test(loads_and_stores_move_the_defined_bytes),
        cmocka_unit_test(left_and_right_halves_of_a_page_end_touch_one_page),
        cmocka_unit_test(vpermwi128_and_vrlimi128_move_words),
        cmocka_unit_test(vmulfp128_rounds_the_product_once),
        cmocka_unit_test(dot_products_round_once_and_splat),
        cmocka_unit_test(vpkd3d128_packs_and_merges),
        cmocka_unit_test(vupkd3d128_unpacks),
        cmocka_unit_test(estimates_keep_their_bounds),
        cmocka_unit_test(estimates_of_special_values),
    };
    return cmocka_run_group_tests_name("cpu_vmx128", tests, setup, teardown);
}
