/* Undoes prologs by playing them: from the start of the function to the point that had been
 * reached (at most the prolog's length), keeping track of where r1 and the scratch registers
 * point relative to the stack pointer at entry, E, and of what was stored there. Save routines
 * (bl to a run of stores) are followed. E itself is the back chain once the frame exists, so
 * that frames of variable size work too. */
#include "kernel/unwind.h"

#define BLR        0x4E800020u
#define HELPER_MAX 128u       /* instructions of a save routine */
#define FRAME_MAX  0x4000000u /* bytes: more is a damaged back chain */

/* ---- the table ---- */

bool xg_function_at(struct xg_kernel *k, xg_ga pc, struct xg_function *out)
{
    const struct xg_image *m = xg_image_of(k, pc);
    if (!m)
        return false;
    uint32_t lo = 0, hi = m->pdata_size / 8;
    while (lo < hi) { /* the first row that starts after pc */
        uint32_t mid = (lo + hi) / 2, start = xg_kld32(k, m->pdata + 8 * mid);
        if (start && start <= pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (!lo)
        return false;
    xg_ga row = m->pdata + 8 * (lo - 1);
    uint32_t word = xg_kld32(k, row + 4);
    *out = (struct xg_function){.entry = row, .start = xg_kld32(k, row), .prolog = word & 0xFF};
    out->end = out->start + 4 * (word >> 8 & 0x3FFFFF);
    if (pc >= out->end)
        return false;
    if (word >> 31) {
        xg_ga handler = xg_kld32(k, out->start - 8);
        /* Save routines carry the flag without a handler: it must be code of the image. */
        if (handler >= m->base && handler - m->base < m->size && !(handler & 3))
            out->handler = handler;
    }
    return true;
}

/* ---- prologs ---- */

enum value_kind { UNKNOWN, STACK, CONSTANT, LINK };
struct value {
    enum value_kind kind;
    int32_t n; /* STACK: offset from E */
};
#define NOT_SAVED INT32_MIN
struct prolog {
    struct value r[32];
    int32_t gpr[32], fpr[32], vr[128], lr; /* offset from E, or NOT_SAVED */
    bool narrow[32];                       /* saved by stw: the low word alone */
    bool framed;
};

static void note(int32_t *place, struct value base, int32_t d)
{
    if (base.kind == STACK && *place == NOT_SAVED)
        *place = base.n + d;
}

static struct value add(struct value a, int32_t n)
{
    if (a.kind == STACK || a.kind == CONSTANT)
        a.n = (int32_t)((uint32_t)a.n + (uint32_t)n);
    else
        a.kind = UNKNOWN;
    return a;
}

static struct value sum(struct value a, struct value b)
{
    if (b.kind == CONSTANT)
        return add(a, b.n);
    return a.kind == CONSTANT ? add(b, a.n) : (struct value){0};
}

static void store_word(struct prolog *p, unsigned s, struct value base, int32_t d)
{
    if (p->r[s].kind == LINK) {
        note(&p->lr, base, d);
    } else if (s >= 13) {
        note(&p->gpr[s], base, d);
        p->narrow[s] = true;
    }
}

/* Instructions of primary opcode 31 that prologs use. */
static void play_x(struct prolog *p, uint32_t i)
{
    unsigned d = i >> 21 & 31, a = i >> 16 & 31, b = i >> 11 & 31;
    struct value zero = {CONSTANT, 0};
    switch (i >> 1 & 0x3FF) {
    case 339: /* mfspr */
        p->r[d] = (i & 0x1FF800) == 0x80000 ? (struct value){LINK, 0} : (struct value){0};
        break;
    case 444: /* or */
        p->r[a] = d == b ? p->r[d] : (struct value){0};
        break;
    case 183: /* stwux */
        if (d == 1 && a == 1) {
            p->r[1] = sum(p->r[1], p->r[b]);
            p->framed = true;
        }
        break;
    case 231: /* stvx */
        note(&p->vr[d], sum(a ? p->r[a] : zero, p->r[b]), 0);
        break;
    }
}

static void play(struct prolog *p, uint32_t i)
{
    unsigned d = i >> 21 & 31, a = i >> 16 & 31, b = i >> 11 & 31;
    int32_t imm = (int16_t)i;
    struct value base = a ? p->r[a] : (struct value){CONSTANT, 0};
    switch (i >> 26) {
    case 4: /* stvx128 */
        if ((i & 0x7F3) == 0x1C3)
            note(&p->vr[d | (i >> 2 & 3) << 5], sum(base, p->r[b]), 0);
        break;
    case 14: /* addi */
        p->r[d] = add(base, imm);
        break;
    case 15: /* addis */
        p->r[d] = add(base, (int32_t)((uint32_t)imm << 16));
        break;
    case 24: /* ori: of a constant made by lis */
        p->r[a] = p->r[d].kind == CONSTANT
                      ? (struct value){CONSTANT, p->r[d].n | (int32_t)(i & 0xFFFF)}
                      : (struct value){0};
        break;
    case 31:
        play_x(p, i);
        break;
    case 36: /* stw */
        store_word(p, d, base, imm);
        break;
    case 37: /* stwu */
        if (d == 1 && a == 1) {
            p->r[1] = add(p->r[1], imm);
            p->framed = true;
        }
        break;
    case 47: /* stmw */
        for (unsigned s = d; s < 32; s++)
            store_word(p, s, base, imm + 4 * (int32_t)(s - d));
        break;
    case 54: /* stfd */
        note(&p->fpr[d], base, imm);
        break;
    case 62: /* std */
        if ((i & 3) == 0 && d >= 13)
            note(&p->gpr[d], base, (int16_t)(i & 0xFFFC));
        break;
    }
}

/* Plays the prolog up to pc, and the save routines that it calls. */
static void play_to(struct xg_kernel *k, struct prolog *p, const struct xg_function *f, xg_ga pc)
{
    xg_ga stop = f->start + 4 * f->prolog;
    stop = pc < stop ? pc : stop;
    for (xg_ga at = f->start; at < stop; at += 4) {
        uint32_t i = xg_kld32(k, at);
        if ((i & 0xFC000003) != 0x48000001) { /* bl */
            play(p, i);
            continue;
        }
        xg_ga helper = at + (xg_ga)((int32_t)((i & 0x03FFFFFC) << 6) >> 6);
        for (unsigned n = 0; n < HELPER_MAX; n++, helper += 4) {
            uint32_t h = xg_kld32(k, helper);
            if (h == BLR || h >> 26 == 18 || h >> 26 == 16 || !h)
                break;
            play(p, h);
        }
    }
}

/* ---- a step ---- */

static bool load(struct xg_kernel *k, xg_ga at, unsigned bytes, uint64_t *out)
{
    uint8_t b[8];
    struct xg_fault f;
    if (!xg_memory_read(k->o.mem, at, b, bytes, &f))
        return false;
    *out = bytes == 8 ? xg_ld64be(b) : xg_ld32be(b);
    return true;
}

static bool restore(struct xg_kernel *k, struct xg_cpu_context *ctx, const struct prolog *p,
                    xg_ga e)
{
    bool ok = true;
    for (unsigned i = 13; i < 32; i++) {
        if (p->gpr[i] != NOT_SAVED)
            ok &= load(k, e + (uint32_t)p->gpr[i], p->narrow[i] ? 4 : 8, &ctx->gpr[i]);
        if (p->fpr[i] != NOT_SAVED)
            ok &= load(k, e + (uint32_t)p->fpr[i], 8, &ctx->fpr[i]);
    }
    for (unsigned i = 0; i < 128; i++)
        for (unsigned w = 0; w < 4 && p->vr[i] != NOT_SAVED; w++) {
            uint64_t v = 0;
            ok &= load(k, ((e + (uint32_t)p->vr[i]) & ~15u) + 4 * w, 4, &v);
            ctx->vr[i].w[w] = (uint32_t)v;
        }
    if (p->lr != NOT_SAVED)
        ok &= load(k, e + (uint32_t)p->lr, 4, &ctx->lr);
    return ok;
}

bool xg_unwind_step(struct xg_kernel *k, struct xg_cpu_context *ctx)
{
    struct xg_function f;
    if (xg_function_at(k, ctx->pc, &f)) {
        struct prolog p = {.r[1] = {STACK, 0}, .lr = NOT_SAVED};
        for (unsigned i = 0; i < 128; i++)
            p.vr[i] = NOT_SAVED;
        for (unsigned i = 0; i < 32; i++)
            p.gpr[i] = p.fpr[i] = NOT_SAVED;
        play_to(k, &p, &f, ctx->pc);
        uint64_t e = (xg_ga)ctx->gpr[1];
        if (p.framed && !load(k, (xg_ga)e, 4, &e))
            return false;
        if (e < (xg_ga)ctx->gpr[1] || e - (xg_ga)ctx->gpr[1] > FRAME_MAX || (e & 7))
            return false;
        if (!restore(k, ctx, &p, (xg_ga)e))
            return false;
        ctx->gpr[1] = e;
    }
    /* A function that is not in the table is a leaf: it has saved nothing, so it cannot have been
     * called from another such. */
    xg_ga caller = (xg_ga)ctx->lr - 4;
    if (caller == ctx->pc)
        return false;
    ctx->pc = caller;
    return true;
}

/* ---- CONTEXT: 4 MSR, 8 IAR, C LR, 10 CTR, 18 r0..r31, 118 CR, 11C XER, 120 FPSCR (as a
 * double), 128 f0..f31, 230 VSCR, 240 v0..v127 ---- */

void xg_context_store(struct xg_kernel *k, xg_ga at, const struct xg_cpu_context *ctx)
{
    uint8_t b[XG_CONTEXT_SIZE] = {0};
    struct xg_fault f;
    xg_st32be(b + 4, (uint32_t)ctx->msr);
    xg_st32be(b + 8, ctx->pc);
    xg_st32be(b + 0xC, (uint32_t)ctx->lr);
    xg_st64be(b + 0x10, ctx->ctr);
    for (unsigned i = 0; i < 32; i++) {
        xg_st64be(b + 0x18 + 8 * i, ctx->gpr[i]);
        xg_st64be(b + 0x128 + 8 * i, ctx->fpr[i]);
    }
    xg_st32be(b + 0x118, ctx->cr);
    xg_st32be(b + 0x11C, ctx->xer);
    xg_st64be(b + 0x120, ctx->fpscr);
    xg_st32be(b + 0x23C, ctx->vscr);
    for (unsigned i = 0; i < 128; i++)
        for (unsigned w = 0; w < 4; w++)
            xg_st32be(b + 0x240 + 16 * i + 4 * w, ctx->vr[i].w[w]);
    xg_memory_write(k->o.mem, at, b, sizeof b, &f);
}

void xg_context_load(struct xg_kernel *k, xg_ga at, struct xg_cpu_context *ctx)
{
    uint8_t b[XG_CONTEXT_SIZE];
    struct xg_fault f;
    if (!xg_memory_read(k->o.mem, at, b, sizeof b, &f))
        return;
    ctx->pc = xg_ld32be(b + 8) & ~3u;
    ctx->lr = xg_ld32be(b + 0xC);
    ctx->ctr = xg_ld64be(b + 0x10);
    for (unsigned i = 0; i < 32; i++) {
        if (i != 13)
            ctx->gpr[i] = xg_ld64be(b + 0x18 + 8 * i);
        ctx->fpr[i] = xg_ld64be(b + 0x128 + 8 * i);
    }
    ctx->cr = xg_ld32be(b + 0x118);
    ctx->xer = xg_ld32be(b + 0x11C);
    for (unsigned i = 0; i < 128; i++)
        for (unsigned w = 0; w < 4; w++)
            ctx->vr[i].w[w] = xg_ld32be(b + 0x240 + 16 * i + 4 * w);
}
