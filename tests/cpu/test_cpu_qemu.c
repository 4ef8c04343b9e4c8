/* Every instruction that a 970 has, against qemu-ppc64: random encodings on random and
 * corner-case states, all registers and a window of memory compared.
 *
 *   test_cpu_qemu [--seed N] [--states N] [--bits 64|32] [--only MNEMONIC] [--list yes]
 *
 * With --bits 32 the 32-bit mode is compared with qemu-ppc -cpu 7447A, while the high
 * words of the registers here hold noise.
 *
 * What is undefined, or not what qemu computes, is listed with its reason in
 * tests/cpu/undefined.csv. Prints TAP; the seed is in the plan line's comment. */
#include "base/csv.h"
#include "cpu/assemble.h"
#include "cpu/cpu.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATE_BYTES 1408
#define BATCH       40
#define STATE_AT    0x10100000u
#define CODE_AT     0x10101000u
#define MEM_OFFSET  1152
#define MEM_SIZE    256

struct state {
    uint64_t gpr[32], fpr[32];
    struct xg_v128 vr[32];
    uint64_t ctr;
    uint32_t cr, xer, fpscr, vscr;
    uint8_t mem[MEM_SIZE];
};

struct rng {
    uint64_t s;
};
static uint64_t next(struct rng *r)
{
    uint64_t z = (r->s += 0x9E3779B97F4A7C15ull);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}
static uint32_t below(struct rng *r, uint32_t n)
{
    return (uint32_t)(next(r) >> 32) % n;
}

/* ---- the oracle process ---- */

struct qemu {
    pid_t pid;
    int to, from;
};

static bool qemu_start(struct qemu *q, const char *harness, bool wide)
{
    int in[2], out[2];
    if (pipe(in) || pipe(out))
        return false;
    q->pid = fork();
    if (q->pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        const char *emulator = wide ? "qemu-ppc64" : "qemu-ppc";
        execlp(emulator, emulator, "-cpu", wide ? "970" : "7447A", harness, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    q->to = in[1];
    q->from = out[0];
    return q->pid > 0;
}

static bool transfer(bool out, int fd, void *buf, size_t size)
{
    uint8_t *p = buf;
    while (size) {
        ssize_t n = out ? write(fd, p, size) : read(fd, p, size);
        if (n <= 0)
            return false;
        p += n;
        size -= (size_t)n;
    }
    return true;
}

static void state_pack(uint8_t *b, const struct state *s)
{
    memset(b, 0, STATE_BYTES);
    for (int i = 0; i < 32; i++) {
        xg_st64be(b + 8 * i, s->gpr[i]);
        xg_st64be(b + 256 + 8 * i, s->fpr[i]);
        for (int k = 0; k < 4; k++)
            xg_st32be(b + 512 + 16 * i + 4 * k, s->vr[i].w[k]);
    }
    xg_st64be(b + 1024, s->cr);
    xg_st64be(b + 1032, s->xer);
    xg_st64be(b + 1040, s->fpscr);
    xg_st64be(b + 1048, s->ctr);
    xg_st32be(b + 1072 + 12, s->vscr);
    memcpy(b + MEM_OFFSET, s->mem, MEM_SIZE);
}

static void state_unpack(struct state *s, const uint8_t *b)
{
    for (int i = 0; i < 32; i++) {
        s->gpr[i] = xg_ld64be(b + 8 * i);
        s->fpr[i] = xg_ld64be(b + 256 + 8 * i);
        for (int k = 0; k < 4; k++)
            s->vr[i].w[k] = xg_ld32be(b + 512 + 16 * i + 4 * k);
    }
    s->cr = (uint32_t)xg_ld64be(b + 1024);
    s->xer = (uint32_t)xg_ld64be(b + 1032);
    s->fpscr = (uint32_t)xg_ld64be(b + 1040);
    s->ctr = xg_ld64be(b + 1048);
    s->vscr = xg_ld32be(b + 1072 + 12);
    memcpy(s->mem, b + MEM_OFFSET, MEM_SIZE);
}

/* Runs up to BATCH states; false when qemu died (it printed why). */
static bool qemu_run(struct qemu *q, const uint32_t *code, unsigned words, struct state *states,
                     unsigned n)
{
    static uint8_t buf[16 + 64 + BATCH * STATE_BYTES];
    uint8_t *p = buf;
    xg_st32be(p, words);
    xg_st32be(p + 4, n);
    p += 8;
    for (unsigned i = 0; i < words; i++, p += 4)
        xg_st32be(p, code[i]);
    for (unsigned i = 0; i < n; i++, p += STATE_BYTES)
        state_pack(p, &states[i]);
    if (!transfer(true, q->to, buf, (size_t)(p - buf)) ||
        !transfer(false, q->from, buf, (size_t)n * STATE_BYTES))
        return false;
    for (unsigned i = 0; i < n; i++)
        state_unpack(&states[i], buf + i * STATE_BYTES);
    return true;
}

/* ---- the interpreter ---- */

struct engine {
    struct xg_memory *mem;
    struct xg_cpu *cpu;
    bool wide; /* 64-bit mode */
};

static void engine_place(struct engine *e, const uint32_t *code, unsigned words)
{
    uint8_t b[64];
    for (unsigned i = 0; i < words; i++)
        xg_st32be(b + 4 * i, code[i]);
    xg_st32be(b + 4 * words, 0x44000042); /* sc 2 ends the run */
    struct xg_fault f;
    xg_memory_write(e->mem, CODE_AT, b, 4 * words + 4, &f);
}

static enum xg_cpu_exit engine_run(struct engine *e, struct state *s, struct xg_cpu_context *c)
{
    xg_cpu_context_init(c);
    c->msr |= (uint64_t)e->wide << XG_MSR_SF;
    memcpy(c->gpr, s->gpr, sizeof s->gpr);
    memcpy(c->fpr, s->fpr, sizeof s->fpr);
    memcpy(c->vr, s->vr, sizeof s->vr);
    c->gpr[1] = STATE_AT;
    c->ctr = s->ctr;
    c->cr = s->cr;
    c->xer = s->xer;
    c->fpscr = s->fpscr;
    c->vscr = s->vscr;
    c->lr = CODE_AT;
    c->pc = CODE_AT;
    c->slice_end = 1000;
    memcpy(e->mem->base + STATE_AT + MEM_OFFSET, s->mem, MEM_SIZE);
    enum xg_cpu_exit why = xg_cpu_run(e->cpu, c);
    memcpy(s->gpr, c->gpr, sizeof s->gpr);
    memcpy(s->fpr, c->fpr, sizeof s->fpr);
    memcpy(s->vr, c->vr, sizeof s->vr);
    s->ctr = c->ctr;
    s->cr = c->cr;
    s->xer = c->xer;
    s->fpscr = c->fpscr;
    s->vscr = c->vscr;
    memcpy(s->mem, e->mem->base + STATE_AT + MEM_OFFSET, MEM_SIZE);
    return why;
}

/* ---- random values ---- */

/* Through the host's own conversions: independent of the code under test. */
static uint64_t widen(uint32_t w)
{
    if ((w & 0x7F800000) == 0x7F800000)
        return (uint64_t)(w >> 31) << 63 | 0x7FFull << 52 | (uint64_t)(w & 0x7FFFFF) << 29;
    float f;
    memcpy(&f, &w, 4);
    double d = f;
    uint64_t v;
    memcpy(&v, &d, 8);
    return v;
}
static uint32_t narrow(uint64_t v)
{
    if ((v >> 52 & 0x7FF) == 0x7FF)
        return (uint32_t)(v >> 63) << 31 | 0x7F800000 | ((uint32_t)(v >> 29) & 0x7FFFFF) |
               (v << 12 && !(v << 12 >> 41));
    double d;
    memcpy(&d, &v, 8);
    float f = (float)d;
    uint32_t w;
    memcpy(&w, &f, 4);
    return w;
}

static uint64_t random_gpr(struct rng *r)
{
    static const uint64_t corners[] = {0,
                                       1,
                                       2,
                                       ~0ull,
                                       0x7FFFFFFF,
                                       0x80000000,
                                       0xFFFFFFFF,
                                       0x100000000,
                                       0x7FFFFFFFFFFFFFFF,
                                       0x8000000000000000,
                                       0xFFFFFFFF80000000,
                                       0xFFFFFFFF00000000,
                                       31,
                                       32,
                                       63,
                                       64,
                                       0x8000,
                                       0x7FFF,
                                       0xFF,
                                       0x80};
    switch (below(r, 4)) {
    case 0:
        return corners[below(r, XG_COUNTOF(corners))];
    case 1:
        return (uint64_t)(int64_t)(int32_t)next(r);
    case 2:
        return next(r) >> below(r, 64);
    default:
        return next(r);
    }
}

static uint64_t random_double(struct rng *r)
{
    static const uint64_t corners[] = {0,
                                       1,
                                       0x000FFFFFFFFFFFFF,
                                       0x0010000000000000,
                                       0x0010000000000001,
                                       0x3FF0000000000000,
                                       0x3FF8000000000000,
                                       0x3FE0000000000000,
                                       0x7FEFFFFFFFFFFFFF,
                                       0x7FF0000000000000,
                                       0x7FF8000000000000,
                                       0x7FF0000000000001,
                                       0x7FFFFFFFFFFFFFFF,
                                       0x36A0000000000000,
                                       0x3690000000000000,
                                       0x380FFFFFC0000000,
                                       0x3810000000000000,
                                       0x380FFFFFE0000000,
                                       0x47EFFFFFE0000000,
                                       0x47EFFFFFF0000000,
                                       0x47F0000000000000,
                                       0x43E0000000000000,
                                       0x41DFFFFFFFC00000,
                                       0x41E0000000000000,
                                       0x43DFFFFFFFFFFFFF,
                                       0x4330000000000001,
                                       0x3FDFFFFFFFFFFFFF,
                                       0x7FF4000020000000,
                                       0x0020000000000000,
                                       0x3CA0000000000000,
                                       0x3FF0000000000001,
                                       0x4000000000000000};
    uint64_t sign = next(r) & 1ull << 63;
    uint64_t fraction = next(r) & 0xFFFFFFFFFFFFF;
    switch (below(r, 8)) {
    case 0:
    case 1:
        return sign | corners[below(r, XG_COUNTOF(corners))];
    case 2: /* a single-precision number of a moderate exponent */
        return sign | (uint64_t)(1023 - 20 + below(r, 40)) << 52 | (fraction & ~0x1FFFFFFFull);
    case 3: /* few significant bits: exact results and ties */
        return sign | (uint64_t)(1023 - 30 + below(r, 60)) << 52 | (fraction & 0xFE00000000000);
    case 4: /* about where singles denormalise or overflow */
        return sign | (uint64_t)((below(r, 2) ? 1023 - 155 : 1023 + 120) + below(r, 35)) << 52 |
               fraction;
    case 5: /* about where doubles denormalise or overflow */
        return sign | (uint64_t)(below(r, 2) ? below(r, 60) : 2046 - below(r, 60)) << 52 | fraction;
    case 6:
        return sign | (uint64_t)(1023 + below(r, 70)) << 52 | fraction;
    default:
        return sign | (uint64_t)(1023 - 3 + below(r, 6)) << 52 | fraction;
    }
}

static uint32_t random_word(struct rng *r)
{
    static const uint32_t floats[] = {0,          1,          0x007FFFFF, 0x00800000, 0x00800001,
                                      0x3F800000, 0x3F000000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000,
                                      0x7F800001, 0x4F000000, 0x4EFFFFFF, 0x4F800000, 0x3FC00000,
                                      0x4B000001, 0x3EFFFFFF, 0x33800000, 0x42FE0000, 0xC2FC0000};
    switch (below(r, 8)) {
    case 0:
        return floats[below(r, XG_COUNTOF(floats))] | (uint32_t)(next(r) & 0x80000000u);
    case 1: /* bytes that saturate */
        return (uint32_t)(next(r) & 0x80808080u) + (below(r, 2) ? 0x7F7F7F7Fu : 0);
    case 2: {
        static const uint32_t edges[] = {0,          0xFFFFFFFF, 0x7FFFFFFF, 0x80000000,
                                         0x7FFF8000, 0x80007FFF, 0x00FF00FF, 0xFFFF0000};
        return edges[below(r, XG_COUNTOF(edges))];
    }
    case 3: /* a float of a moderate exponent */
        return (uint32_t)(next(r) & 0x807FFFFF) | (uint32_t)(127 - 20 + below(r, 56)) << 23;
    case 4: /* tiny or huge floats */
        return (uint32_t)(next(r) & 0x807FFFFF) | (below(r, 2) ? below(r, 30) : 254 - below(r, 30))
                                                      << 23;
    case 5:
        return (uint32_t)(next(r) & 0x807E0000) | (uint32_t)(127 - 4 + below(r, 8)) << 23;
    default:
        return (uint32_t)next(r);
    }
}

static void random_state(struct rng *r, struct state *s)
{
    for (int i = 0; i < 32; i++) {
        s->gpr[i] = random_gpr(r);
        s->fpr[i] = random_double(r);
        for (int k = 0; k < 4; k++)
            s->vr[i].w[k] = random_word(r);
    }
    s->gpr[1] = STATE_AT;
    s->ctr = below(r, 2) ? below(r, 3) : next(r);
    s->cr = (uint32_t)next(r);
    s->xer = (uint32_t)next(r) & 0xE000007F;
    /* No exception enabled (qemu's processor would take them), NI clear. */
    s->fpscr = (uint32_t)next(r) & (below(r, 2) ? 0x9FFFF703u : 3u);
    s->fpscr &= ~(1u << 11);
    if (s->fpscr & 0x01F80700)
        s->fpscr |= 1u << 29;
    /* qemu sets FX again for an exception bit that is already set; the architecture only
     * for one that changes. States that could be reached have FX set in either case. */
    if (s->fpscr & 0x1FF80700)
        s->fpscr |= 1u << 31;
    s->vscr = (uint32_t)next(r) & 0x00010001;
    for (int i = 0; i < MEM_SIZE; i += 4)
        xg_st32be(s->mem + i, random_word(r));
}

/* ---- one instruction ---- */

static bool has_operand(const struct xg_insn_info *info, enum xg_operand kind)
{
    for (unsigned i = 0; i < info->operand_count; i++)
        if (info->operands[i] == kind)
            return true;
    return false;
}
static bool touches_memory(const struct xg_insn_info *info)
{
    return (info->reads | info->writes) >> XG_LOC_MEM & 1;
}

/* Not on a 970, privileged, or without a meaning for one instruction alone: those have
 * tests of their own. */
static bool is_testable(const struct xg_insn_info *info)
{
    static const char *const not_here[] = {
        "sc",    "tw",    "twi",    "td",     "tdi",    "b",       "bclr",
        "lwarx", "ldarx", "stwcx.", "stdcx.", "dcbz",   "dcbz128", "icbi",
        "mftb",  "mfspr", "mtspr",  "mfocrf", "mtocrf", "ldbrx",   "stdbrx",
        "dst",   "dstst", "dss",    "dcbt",   "dcbtst", "dcbst",   "dcbf"};
    for (size_t i = 0; i < XG_COUNTOF(not_here); i++)
        if (!strcmp(not_here[i], info->name))
            return false;
    if (info->flags & XG_INSN_PRIV)
        return false;
    if (strstr(info->mnemonic, "128"))
        return false;
    return strncmp(info->name, "lvlx", 4) != 0 && strncmp(info->name, "lvrx", 4) != 0 &&
           strncmp(info->name, "stvlx", 5) != 0 && strncmp(info->name, "stvrx", 5) != 0;
}

/* What a 32-bit processor has too, and what depends on the mode: no doublewords, no
 * arithmetic of floating point or vectors. */
static bool is_testable_32(const struct xg_insn_info *info, uint32_t w)
{
    static const char *const wide[] = {"mulld", "mulhd", "divd",   "rld",  "sld", "srd",
                                       "srad",  "extsw", "cntlzd", "ld",   "std", "lwa",
                                       "fc",    "mtf",   "mff",    "mcrfs"};
    for (size_t i = 0; i < XG_COUNTOF(wide); i++)
        if (!strncmp(info->name, wide[i], strlen(wide[i])))
            return false;
    if (info->name[0] == 'f' || info->name[0] == 'v' || strstr(info->name, "lv") ||
        strstr(info->name, "stv") || strstr(info->name, "vscr"))
        return false;
    return !(has_operand(info, XG_OPERAND_L) && (w >> 21 & 1));
}

static uint32_t random_encoding(struct rng *r, const struct xg_insn_info *info)
{
    uint32_t w = info->opcode;
    for (unsigned i = 0; i < info->operand_count; i++)
        w = xg_operand_insert(w, info->operands[i], (uint32_t)next(r));
    if ((info->flags & XG_INSN_RC) && below(r, 2))
        w |= info->form == XG_FORM_VC ? 1u << 10 : 1;
    if ((info->flags & XG_INSN_OE) && below(r, 2))
        w |= 1u << 10;
    return w;
}

/* Register numbers of a string or multiple move. */
static bool string_is_valid(const struct xg_insn_info *info, uint32_t w)
{
    unsigned rt = xg_field_d(w), ra = xg_field_a(w), rb = xg_field_b(w), count;
    if (info->handler == XG_HANDLER_lmw || info->handler == XG_HANDLER_stmw)
        return rt >= 2 && ra != 0 && (info->handler == XG_HANDLER_stmw || ra < rt);
    if (info->handler == XG_HANDLER_lswi || info->handler == XG_HANDLER_stswi) {
        count = ((rb ? rb : 32) + 3) / 4;
        return rt >= 2 && rt + count <= 32 && (ra < rt || ra >= rt + count) && ra != 0;
    }
    if (info->handler == XG_HANDLER_lswx || info->handler == XG_HANDLER_stswx)
        return rt >= 8 && rt < 16 && ra < 8 && rb < 8; /* at most 60 bytes are asked for */
    return true;
}

static bool encoding_is_valid(const struct xg_insn_info *info, uint32_t w)
{
    unsigned d = xg_field_d(w), a = xg_field_a(w), b = xg_field_b(w);
    bool loads_gpr = info->writes >> XG_LOC_RT & 1;
    bool memory = touches_memory(info);
    if ((loads_gpr || (info->reads >> XG_LOC_RS & 1)) && d == 1)
        return false;
    if (((info->reads | info->writes) & (1ull << XG_LOC_RA | 1ull << XG_LOC_RA0)) && a == 1)
        return false;
    if ((info->reads >> XG_LOC_RB & 1) && b == 1)
        return false;
    if ((info->flags & XG_INSN_UPDATE) && (a == 0 || (loads_gpr && a == d)))
        return false;
    if (memory && (info->form == XG_FORM_D || info->form == XG_FORM_DS) && a == 0)
        return false;
    if (memory && a == b && (info->reads >> XG_LOC_RB & 1) && a)
        return false;
    if (info->handler == XG_HANDLER_bcctr && !(d & 4))
        return false;
    /* Exception enables stay clear. */
    if (info->handler == XG_HANDLER_mtfsb1 && d >= 24 && d <= 29)
        return false;
    if (info->handler == XG_HANDLER_mtfsfi && d >> 2 >= 6)
        return false;
    if (has_operand(info, XG_OPERAND_BO) && (d & 1) && (d & 20) == 20)
        return false;
    return string_is_valid(info, w);
}

/* Makes the effective address point into the window of memory. */
static void aim(struct rng *r, const struct xg_insn_info *info, uint32_t w, struct state *s)
{
    unsigned a = xg_field_a(w), b = xg_field_b(w);
    uint64_t target = STATE_AT + MEM_OFFSET + 16 + below(r, MEM_SIZE - 16 - 128);
    if (info->form == XG_FORM_D || info->form == XG_FORM_DS) {
        int64_t d = (int16_t)(info->form == XG_FORM_DS ? w & 0xFFFC : w & 0xFFFF);
        s->gpr[a] = target - (uint64_t)d;
    } else if (info->handler == XG_HANDLER_lswi || info->handler == XG_HANDLER_stswi) {
        s->gpr[a] = target;
    } else if (a == 0) {
        s->gpr[b] = target;
    } else {
        s->gpr[a] = target - s->gpr[b];
    }
    s->xer = (s->xer & 0xE0000000) | below(r, 60);
}

/* ---- comparison ---- */

struct mask {
    uint64_t rt;    /* bits of the integer or FP result that are compared */
    uint32_t fpscr; /* bits that are compared */
    bool cr0;
    bool skip, divide, fx;
    uint32_t ulp; /* of single-precision vector results */
};

static struct mask mask_of(const struct xg_csv *undefined, const struct xg_insn_info *info)
{
    struct mask m = {~0ull, ~0u, true, false, false, false, 0};
    for (size_t i = 0; i < undefined->rows; i++) {
        const char *name = xg_csv_get(undefined, i, "mnemonic");
        const char *what = xg_csv_get(undefined, i, "what");
        uint64_t value = strtoull(xg_csv_get(undefined, i, "mask"), NULL, 16);
        bool all_fp = !strcmp(name, "fp") && (info->writes >> XG_LOC_FPSCR & 1);
        if (strcmp(name, info->mnemonic) != 0 && !all_fp)
            continue;
        if (!strcmp(what, "result"))
            m.rt &= ~value;
        else if (!strcmp(what, "fpscr"))
            m.fpscr &= (uint32_t)~value;
        else if (!strcmp(what, "cr0"))
            m.cr0 = false;
        else if (!strcmp(what, "all"))
            m.skip = true;
        else if (!strcmp(what, "divide"))
            m.divide = true;
        else if (!strcmp(what, "fx"))
            m.fx = true;
        else if (!strcmp(what, "ulp"))
            m.ulp = (uint32_t)value;
    }
    return m;
}

static bool same_vector(const struct xg_v128 *a, const struct xg_v128 *b, uint32_t ulp)
{
    for (int i = 0; i < 4; i++) {
        uint32_t d = a->w[i] > b->w[i] ? a->w[i] - b->w[i] : b->w[i] - a->w[i];
        if (d > ulp)
            return false;
    }
    return true;
}

/* A 32-bit processor has only the low words. */
static void keep_low_words(struct state *s)
{
    for (int i = 0; i < 32; i++)
        s->gpr[i] = (uint32_t)s->gpr[i];
    s->ctr = (uint32_t)s->ctr;
}

/* The first difference as text; NULL when the states agree. */
static const char *difference(const struct mask *m, const struct state *q, const struct state *x,
                              uint32_t w)
{
    static char text[160];
    unsigned d = xg_field_d(w);
    for (unsigned i = 0; i < 32; i++) {
        uint64_t mask = i == d ? m->rt : ~0ull;
        if (i != 1 && (q->gpr[i] ^ x->gpr[i]) & mask) {
            snprintf(text, sizeof text, "r%u: qemu %016" PRIx64 ", here %016" PRIx64, i, q->gpr[i],
                     x->gpr[i]);
            return text;
        }
        if ((q->fpr[i] ^ x->fpr[i]) & mask) {
            snprintf(text, sizeof text, "f%u: qemu %016" PRIx64 ", here %016" PRIx64, i, q->fpr[i],
                     x->fpr[i]);
            return text;
        }
        const uint32_t *v = q->vr[i].w, *u = x->vr[i].w;
        if (!same_vector(&q->vr[i], &x->vr[i], i == d ? m->ulp : 0)) {
            snprintf(text, sizeof text, "v%u: qemu %08x %08x %08x %08x, here %08x %08x %08x %08x",
                     i, v[0], v[1], v[2], v[3], u[0], u[1], u[2], u[3]);
            return text;
        }
    }
    uint32_t cr_mask = m->cr0 ? ~0u : 0x0FFFFFFFu;
    const struct {
        const char *name;
        uint64_t q, x;
    } rest[] = {{"cr", q->cr & cr_mask, x->cr & cr_mask},
                {"xer", q->xer & 0xE000007F, x->xer},
                {"fpscr", q->fpscr & m->fpscr, x->fpscr & m->fpscr},
                {"vscr", q->vscr & 0x00010001, x->vscr}, /* qemu keeps reserved bits */
                {"ctr", q->ctr, x->ctr}};
    for (size_t i = 0; i < XG_COUNTOF(rest); i++)
        if (rest[i].q != rest[i].x) {
            snprintf(text, sizeof text, "%s: qemu %08" PRIx64 ", here %08" PRIx64, rest[i].name,
                     rest[i].q, rest[i].x);
            return text;
        }
    if (memcmp(q->mem, x->mem, MEM_SIZE) != 0)
        return "memory";
    return NULL;
}

static void print_inputs(const struct xg_insn_info *info, const struct state *s, uint32_t w)
{
    unsigned f[4] = {xg_field_d(w), xg_field_a(w), xg_field_b(w), xg_field_c(w)};
    bool fp = info->mnemonic[0] == 'f', vector = info->mnemonic[0] == 'v';
    for (int i = 0; i < 4; i++) {
        if (vector)
            printf("#   v%u = %08x %08x %08x %08x\n", f[i], s->vr[f[i]].w[0], s->vr[f[i]].w[1],
                   s->vr[f[i]].w[2], s->vr[f[i]].w[3]);
        else if (fp)
            printf("#   f%u = %016" PRIx64 "\n", f[i], s->fpr[f[i]]);
        else if (i < 3)
            printf("#   r%u = %016" PRIx64 "\n", f[i], s->gpr[f[i]]);
    }
    printf("#   cr %08x xer %08x fpscr %08x vscr %08x ctr %016" PRIx64 "\n", s->cr, s->xer,
           s->fpscr, s->vscr, s->ctr);
}

static bool negates(const struct xg_insn_info *info)
{
    return !strncmp(info->name, "fnm", 3);
}

/* The arithmetic in single precision is defined for operands that are single. */
static bool needs_singles(const struct xg_insn_info *info)
{
    size_t n = strlen(info->name);
    return info->form == XG_FORM_A && info->name[n - 1] == 's';
}
static void make_single(struct state *s)
{
    for (int i = 0; i < 32; i++) {
        uint64_t v = s->fpr[i], e = v >> 52 & 0x7FF;
        if (e != 0x7FF && e >= 1023 + 128)
            v = (v & 1ull << 63) | (uint64_t)(1023 + 127) << 52 | (v & 0xFFFFFFFFFFFFF);
        uint32_t w = (uint32_t)(v >> 63) << 31; /* too small for a denormal: zero */
        if (e >= 1023 - 149)
            w = narrow(v);
        s->fpr[i] = widen(w);
    }
}

/* Two places where qemu's answer is not the architecture's: the estimate of a zero
 * (1/2 instead of infinity), and infinity times zero plus a signalling NaN (VXSNAN is
 * not recorded beside VXIMZ). test_cpu_fp has the cases. */
static void avoid_qemu_gaps(const struct xg_insn_info *info, struct state *s, uint32_t w)
{
    uint64_t *b = &s->fpr[xg_field_b(w)];
    bool estimate = info->handler == XG_HANDLER_fres || info->handler == XG_HANDLER_frsqrte;
    if (estimate && !(*b << 1))
        *b = 0x3FF0000000000000;
    if (strstr(info->name, "madd") || strstr(info->name, "msub")) {
        uint64_t a = s->fpr[xg_field_a(w)] << 1, c = s->fpr[xg_field_c(w)] << 1,
                 infinite = 0xFFE0000000000000;
        if (((a == infinite && !c) || (!a && c == infinite)) && (*b << 1) > infinite)
            *b |= 1ull << 51;
    }
}

/* No divisor of zero, no quotient that overflows. */
static void make_divisible(const struct xg_insn_info *info, struct state *s, uint32_t w)
{
    bool word = info->name[3] == 'w';
    uint64_t *b = &s->gpr[xg_field_b(w)];
    int64_t x = word ? (int32_t)*b : (int64_t)*b;
    if (x == 0 || x == -1)
        *b = 3;
}

/* Code around the instruction: branches skip a marker. */
static unsigned make_code(const struct xg_insn_info *info, uint32_t w, uint32_t code[4])
{
    code[0] = w;
    if (!(info->writes >> XG_LOC_PC & 1))
        return 1;
    if (info->handler == XG_HANDLER_bc)
        code[0] = (w & 0xFFFF0000) | 8;
    code[1] = 0x60420001; /* ori r2, r2, 1 */
    return 2;
}

/* ---- FR, which qemu does not have. The fraction was incremented exactly when the result
 * is larger in magnitude than the one that qemu gives when it rounds towards zero. ---- */

static bool has_fr(const struct xg_insn_info *info)
{
    static const char *const names[] = {"fres", "frsqrte", "fcmpu", "fcmpo", "fsel"};
    for (size_t i = 0; i < XG_COUNTOF(names); i++)
        if (!strcmp(names[i], info->name))
            return false;
    return info->name[0] == 'f' && (info->writes >> XG_LOC_FPSCR & 1);
}
static const char *wrong_fr(const struct xg_insn_info *info, const struct state *zero,
                            const struct state *here, uint32_t w)
{
    bool integer = !strncmp(info->name, "fct", 3);
    uint64_t z = zero->fpr[xg_field_d(w)], r = here->fpr[xg_field_d(w)];
    int64_t zi = (int64_t)z, ri = (int64_t)r;
    if (strstr(info->name, "ctiw")) {
        zi = (int32_t)zi;
        ri = (int32_t)ri;
    }
    bool up = integer ? (ri < 0 ? ri < zi : ri > zi) : r << 1 > z << 1;
    if (!integer && r << 1 >= 0xFFE0000000000000)
        return NULL; /* overflow leaves FR undefined, a NaN clears it in both */
    bool fr = here->fpscr >> 18 & 1;
    return fr == up ? NULL : fr ? "FR is set" : "FR is not set";
}

struct test {
    struct qemu qemu;
    struct engine engine;
    struct xg_csv undefined;
    unsigned states;
};

/* false and a message when the instruction disagrees somewhere. */
static bool test_instruction(struct test *t, const struct xg_insn_info *info, struct rng *r)
{
    static struct state before[BATCH], qemu[BATCH], here[BATCH], toward_zero[BATCH];
    struct mask mask = mask_of(&t->undefined, info);
    for (unsigned done = 0; done < t->states; done += BATCH) {
        uint32_t w, code[4];
        do
            w = random_encoding(r, info);
        while (!encoding_is_valid(info, w) || (!t->engine.wide && !is_testable_32(info, w)));
        unsigned words = make_code(info, w, code);
        for (unsigned i = 0; i < BATCH; i++) {
            random_state(r, &before[i]);
            if (touches_memory(info))
                aim(r, info, w, &before[i]);
            if (info->handler == XG_HANDLER_mtfsf)
                before[i].fpr[xg_field_b(w)] &= ~0xFCull;
            if (mask.fx) /* so that it makes no difference whether FX is set once more */
                before[i].fpscr |= 1u << 31 | 1u << 25;
            if (needs_singles(info))
                make_single(&before[i]);
            if (info->reads >> XG_LOC_FRB & 1)
                avoid_qemu_gaps(info, &before[i], w);
            if (mask.divide)
                make_divisible(info, &before[i], w);
            if (negates(info)) /* qemu negates before rounding: only the same where symmetric */
                before[i].fpscr &= ~2u;
            if (info->handler == XG_HANDLER_bcctr)
                before[i].ctr = CODE_AT + 8 + below(r, 4);
        }
        memcpy(qemu, before, sizeof before);
        memcpy(here, before, sizeof before);
        char dis[96];
        xg_cpu_disassemble(code[0], CODE_AT, dis, sizeof dis);
        if (!qemu_run(&t->qemu, code, words, qemu, BATCH)) {
            printf("# qemu stopped at %08x %s\n", code[0], dis);
            return false;
        }
        if (has_fr(info)) {
            memcpy(toward_zero, before, sizeof before);
            for (unsigned i = 0; i < BATCH; i++)
                toward_zero[i].fpscr = (toward_zero[i].fpscr & ~3u) | 1;
            if (!qemu_run(&t->qemu, code, words, toward_zero, BATCH))
                return false;
        }
        engine_place(&t->engine, code, words);
        for (unsigned i = 0; i < BATCH; i++) {
            struct xg_cpu_context c;
            enum xg_cpu_exit why = engine_run(&t->engine, &here[i], &c);
            if (!t->engine.wide) {
                keep_low_words(&qemu[i]);
                keep_low_words(&here[i]);
            }
            const char *diff = why != XG_EXIT_KERNEL ? "did not run to its end"
                               : mask.skip           ? NULL
                                                     : difference(&mask, &qemu[i], &here[i], w);
            if (!diff && has_fr(info))
                diff = wrong_fr(info, &toward_zero[i], &here[i], w);
            if (diff) {
                printf("# %08x %s: %s\n", code[0], dis, diff);
                print_inputs(info, &before[i], w);
                return false;
            }
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct test t = {.states = 2000, .engine.wide = true};
    uint64_t seed = 1;
    const char *only = NULL;
    bool list = false;
    char harness[512];
    struct xg_error err = {0};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--seed"))
            seed = strtoull(argv[i + 1], NULL, 0);
        else if (!strcmp(argv[i], "--states"))
            t.states = (unsigned)strtoul(argv[i + 1], NULL, 0);
        else if (!strcmp(argv[i], "--only"))
            only = argv[i + 1];
        else if (!strcmp(argv[i], "--list"))
            list = true;
        else if (!strcmp(argv[i], "--bits"))
            t.engine.wide = strcmp(argv[i + 1], "32") != 0;
    }
    snprintf(harness, sizeof harness, "%.*s/cpu-harness-ppc%s",
             (int)(strrchr(argv[0], '/') ? strrchr(argv[0], '/') - argv[0] : 0), argv[0],
             t.engine.wide ? "64" : "");
    if (list) {
        for (int i = 1; i < XG_INSN_COUNT; i++)
            if (is_testable(&xg_insn_table[i]))
                puts(xg_insn_table[i].mnemonic);
        return 0;
    }
    t.engine.mem = xg_memory_create(&err);
    if (t.engine.mem)
        t.engine.cpu = xg_cpu_create(XG_CPU_INTERP, t.engine.mem, NULL, &err);
    if (!t.engine.cpu || !xg_csv_load(&t.undefined, "tests/cpu/undefined.csv", &err) ||
        !xg_memory_protect(t.engine.mem, STATE_AT, 0x1000, XG_PAGE_R | XG_PAGE_W, &err) ||
        !xg_memory_protect(t.engine.mem, CODE_AT, 0x1000, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X,
                           &err) ||
        !qemu_start(&t.qemu, harness, t.engine.wide)) {
        printf("not ok 1 - set up: %s\n", err.text);
        return 1;
    }
    printf("# seed %" PRIu64 ", %u states an instruction\n", seed, t.states);
    int count = 0, failed = 0;
    for (int i = 1; i < XG_INSN_COUNT; i++) {
        const struct xg_insn_info *info = &xg_insn_table[i];
        if (!is_testable(info) || (only && strcmp(only, info->mnemonic) != 0) ||
            (!t.engine.wide && !is_testable_32(info, info->opcode)))
            continue;
        struct rng r = {seed * 1000003 + (uint64_t)i};
        bool ok = test_instruction(&t, info, &r);
        printf("%s %d - %s equals qemu\n", ok ? "ok" : "not ok", ++count, info->mnemonic);
        fflush(stdout);
        failed += !ok;
        if (!ok && waitpid(t.qemu.pid, NULL, WNOHANG) == t.qemu.pid &&
            !qemu_start(&t.qemu, harness, t.engine.wide))
            break;
    }
    printf("1..%d\n", count);
    xg_csv_free(&t.undefined);
    xg_cpu_destroy(t.engine.cpu);
    xg_memory_destroy(t.engine.mem);
    return failed || !count;
}
