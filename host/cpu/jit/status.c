/* FR, FI and FPRF where translated code is left, by doing the last operation once more. What may
 * leave at any time (safepoints, calls, readers of FPSCR) finds its operands in the log, where the
 * operation stored them. What leaves only by a fault, or for the interpreter, knows which operation
 * was the last: its operands are mostly where they were, and an operation stores those alone that
 * are overwritten before the last place which may need them, or copies them into xmm1 and xmm2 if
 * nothing up to there uses these.
 *     fmadd f1, f2, f3, f1    copies f1, because the accesses below may fault
 *     stfd f1, 0(r3)          last: the fmadd; f2 and f3 are in registers, f1 in xmm2
 * A block that is reached in one way only goes on with what the block before it had; in others the
 * log must have it until their first operation. */
#include "cpu/fp/fp.h"
#include "cpu/jit/build.h"

#include <string.h>

/* ---- while a unit is translated ---- */

struct trail {
    struct xg_last last;
    uint8_t gone[3]; /* slots that have been overwritten: of operation, conversion, compare */
    bool loud;       /* something behind the operation uses xmm1 or xmm2 */
};
enum { FROM_NOWHERE = -1, FROM_MANY = -2 };

static bool writes_fpscr(const struct xg_binsn *i)
{
    return i->info->writes >> XG_LOC_FPSCR & 1;
}
/* Slots of operands that are among these registers. */
static uint8_t slots_in(const struct xg_binsn *i, uint32_t fprs)
{
    uint64_t reads = i->info->reads;
    unsigned slots = 0;
    slots |= (reads >> XG_LOC_FRA & fprs >> i->op.a & 1) << XG_SLOT_A;
    slots |= (reads >> XG_LOC_FRB & fprs >> i->op.b & 1) << XG_SLOT_B;
    slots |= (reads >> XG_LOC_FRC & fprs >> i->op.c & 1) << XG_SLOT_C;
    return (uint8_t)slots;
}

static void overwrite(const struct xg_builder *b, struct trail *t, uint32_t fprs)
{
    const uint16_t which[3] = {t->last.operation, t->last.conversion, t->last.compare};
    for (unsigned n = 0; n < 3 && fprs; n++)
        if (which[n])
            t->gone[n] |= slots_in(&b->insn[which[n] - 1], fprs);
}
/* An instruction that may leave needs what has been overwritten. */
static void keep_for_fault(const struct xg_builder *b, const struct trail *t)
{
    const uint16_t which[3] = {t->last.operation, t->last.conversion, t->last.compare};
    for (unsigned n = 0; n < 3; n++)
        if (which[n])
            b->insn[which[n] - 1].keep |= t->gone[n];
    if (t->loud && t->last.operation)
        b->insn[t->last.operation - 1].keep_in_log |= t->gone[0];
}
/* Leaves xmm1 and xmm2 alone. */
static bool is_quiet(const struct xg_builder *b, const struct xg_binsn *i)
{
    switch (i->treat) {
    case XG_T_CALL:
        return true;
    case XG_T_BRANCH:
        return i->fused < 0 || !xg_is_fcmp(&b->insn[i->fused]);
    case XG_T_NATIVE:
        return i->handler != XG_HANDLER_mfcr && i->handler != XG_HANDLER_fsel &&
               (i->native == XG_N_MEMORY || i->native == XG_N_INTEGER ||
                i->handler == XG_HANDLER_fmr || i->handler == XG_HANDLER_fneg ||
                i->handler == XG_HANDLER_fabs);
    default:
        return false;
    }
}
static void step_over(const struct xg_builder *b, struct trail *t, unsigned n)
{
    const struct xg_binsn *i = &b->insn[n];
    if (writes_fpscr(i)) {
        if (i->treat != XG_T_NATIVE) {
            memset(t, 0, sizeof *t); /* the interpreter leaves it in the context */
        } else if (xg_is_fcmp(i)) {
            t->last.compare = (uint16_t)(n + 1);
            t->gone[2] = 0;
        } else if (xg_is_conversion(i)) {
            t->last.conversion = (uint16_t)(n + 1);
            t->gone[1] = 0;
        } else {
            *t = (struct trail){.last = {.operation = (uint16_t)(n + 1)}};
        }
    }
    overwrite(b, t, i->def.f);
}

/* The one block that a block is reached from, if there is one. */
static void find_origins(const struct xg_builder *b, int *from)
{
    for (unsigned n = 0; n < b->block_count; n++)
        from[n] = b->block[n].from_context || b->block[n].stub ? FROM_MANY : FROM_NOWHERE;
    for (unsigned n = 0; n < b->block_count; n++) {
        const int to[2] = {b->block[n].taken, b->block[n].next};
        for (int e = 0; e < 2; e++)
            if (xg_edge_keeps(b, &b->block[n], to[e], e == 0))
                from[to[e]] = from[to[e]] == FROM_NOWHERE ? (int)n : FROM_MANY;
    }
}

void xg_build_status(struct xg_builder *b)
{
    int from[XG_UNIT_BLOCKS];
    struct trail at_end[XG_UNIT_BLOCKS];
    if (!b->has_status)
        return;
    find_origins(b, from);
    for (unsigned n = 0; n < b->block_count; n++) {
        const struct xg_block *k = &b->block[n];
        struct trail t = {0};
        /* Behind a branch: the one instruction of which `last` also holds behind it. */
        if (from[n] >= 0 && from[n] < (int)n) {
            const struct xg_block *before = &b->block[from[n]];
            if (b->insn[before->first + before->count - 1].treat == XG_T_BRANCH)
                t = at_end[from[n]];
        }
        for (unsigned m = k->first; m < k->first + k->count; m++) {
            b->insn[m].last = t.last;
            t.loud = t.loud || (t.last.operation && !is_quiet(b, &b->insn[m]));
            if (b->insn[m].leaves)
                keep_for_fault(b, &t);
            step_over(b, &t, m);
        }
        at_end[n] = t;
    }
}

uint16_t xg_status_at_fault(const struct xg_binsn *i)
{
    uint16_t st = XG_ST_PRECISE;
    if (!i->last.operation)
        st |= i->last.compare ? XG_ST_FPST : XG_ST_FPST | XG_ST_FPCC;
    return st;
}

/* What the log does not have by itself. */
struct xg_last xg_status_last(const struct xg_builder *b, const struct xg_binsn *i)
{
    struct xg_last last = i->last;
    if (!b->has_status)
        return last;
    if (last.operation && (b->insn[last.operation - 1].st_live & XG_ST_FPST))
        last.operation = 0;
    if (last.conversion && (b->insn[last.conversion - 1].st_live & XG_ST_FPST))
        last.conversion = 0;
    if (last.compare && (b->insn[last.compare - 1].st_live & XG_ST_FPCC))
        last.compare = 0;
    return last;
}

/* ---- while it runs ---- */

static uint64_t logged(uint64_t v, bool single)
{
    return single ? xg_fp_widen((uint32_t)v) : v;
}
static void settle_operation(struct xg_jit *j)
{
    struct xg_jit_log *log = &j->s->log;
    struct xg_cpu_context *c = j->s->ctx;
    const uint32_t result = XG_FPSCR_FR | XG_FPSCR_FI | XG_FPSCR_FPRF;
    struct xg_cpu_context t;
    struct xg_op op;
    uint32_t word = log->kind | XG_LOG_TOP;
    unsigned singles = log->kind & XG_LOG_TOP ? log->singles : word >> 26 == 59 ? 7 : 0;
    xg_op_decode(&op, word, 0);
    t.fpscr = 0;
    t.cr = 0;
    /* A register in two fields holds one value; unused fields hold another's. */
    const struct xg_insn_info *info = &xg_insn_table[xg_insn_decode(word)];
    const struct {
        unsigned location, slot;
        uint64_t *fpr;
    } read[3] = {{XG_LOC_FRC, XG_SLOT_C, &t.fpr[op.c]},
                 {XG_LOC_FRB, XG_SLOT_B, &t.fpr[op.b]},
                 {XG_LOC_FRA, XG_SLOT_A, &t.fpr[op.a]}};
    for (unsigned n = 0; n < 3; n++)
        if (info->reads >> read[n].location & 1)
            *read[n].fpr = logged(log->operand[read[n].slot], singles >> read[n].slot & 1);
    op.fn(&t, j->interp, &op);
    c->fpscr = (c->fpscr & ~result) | (t.fpscr & result);
    log->kind = 0;
}
void xg_jit_settle(struct xg_jit *j)
{
    struct xg_jit_log *log = &j->s->log;
    struct xg_cpu_context *c = j->s->ctx;
    if (log->kind)
        settle_operation(j);
    if (log->converted) {
        struct xg_cpu_context t;
        struct xg_op op;
        xg_op_decode(&op, 0xFC000000u | 1u << 11 | log->converted, 0); /* of f1, to f0 */
        t.fpscr = 0;
        t.fpr[1] = log->from;
        op.fn(&t, j->interp, &op);
        c->fpscr = (c->fpscr & ~(uint32_t)(XG_FPSCR_FR | XG_FPSCR_FI)) |
                   (t.fpscr & (XG_FPSCR_FR | XG_FPSCR_FI));
        log->converted = 0;
    }
    if (log->compared) {
        c->fpscr = (c->fpscr & ~(uint32_t)XG_FPSCR_FPCC) |
                   xg_cr_nibble(j->s->fcmp[log->compared & 0xFF]) << 12;
        log->compared = 0;
    }
}

static uint64_t kept(const struct xg_jit_state *s, const struct xg_jit_site *o, unsigned slot)
{
    const uint32_t *x = s->xmm[o->keep_xmm[slot]];
    if (!o->keep_xmm[slot])
        return s->log.kept[slot];
    return o->keep_single >> slot & 1 ? x[0] : x[0] | (uint64_t)x[1] << 32;
}
static uint16_t flags_of(uint64_t a, uint64_t b)
{
    double x, y;
    memcpy(&x, &a, 8);
    memcpy(&y, &b, 8);
    return x < y    ? XG_FLAGS_LESS
           : x > y  ? XG_FLAGS_GREATER
           : x == y ? XG_FLAGS_EQUAL
                    : XG_FLAGS_UNORDERED;
}
void xg_jit_recall(struct xg_jit *j, const struct xg_jit_site *site)
{
    struct xg_jit_log *log = &j->s->log;
    const uint64_t *fpr = j->s->ctx->fpr;
    const struct xg_jit_site *sites = site->unit->sites;
    if (site->last.operation) {
        const struct xg_jit_site *o = &sites[site->last.operation - 1];
        const unsigned from[3] = {
            [XG_SLOT_A] = o->op.a, [XG_SLOT_B] = o->op.b, [XG_SLOT_C] = o->op.c};
        log->kind = o->op.insn; /* with its top bit */
        log->singles = o->keep_single;
        log->converted = log->compared = 0;
        for (unsigned n = 0; n < 3; n++)
            log->operand[n] = o->keep >> n & 1 ? kept(j->s, o, n) : fpr[from[n] & 31];
    }
    if (site->last.conversion) {
        const struct xg_jit_site *o = &sites[site->last.conversion - 1];
        log->converted = o->op.insn & 0x7FE;
        log->from = o->keep ? log->kept_from : fpr[o->op.b];
    }
    if (site->last.compare) {
        const struct xg_jit_site *o = &sites[site->last.compare - 1];
        log->compared = o->keep ? log->kept_flags : flags_of(fpr[o->op.a], fpr[o->op.b]);
    }
}
