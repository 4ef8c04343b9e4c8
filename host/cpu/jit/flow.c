/* What a unit keeps in registers, and what is needed where. */
#include "cpu/jit/build.h"

#include <string.h>

static const uint8_t host_gprs[] = {RBX, R12, R13, RSI, RDI, R8, R9, R10, R11};
static const uint8_t host_xmms[] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* ---- compare and branch ---- */

static bool touches(const struct xg_bits *s, const struct xg_bits *t)
{
    return (s->g & t->g) || (s->f & t->f) || (s->v[0] & t->v[0]) || (s->v[1] & t->v[1]);
}

static bool can_fuse(const struct xg_binsn *i)
{
    if (i->treat != XG_T_NATIVE)
        return false;
    switch (i->handler) {
    case XG_HANDLER_cmp:
    case XG_HANDLER_cmpi:
    case XG_HANDLER_cmpl:
    case XG_HANDLER_cmpli:
    case XG_HANDLER_fcmpu:
    case XG_HANDLER_fcmpo:
        return true;
    default: /* record forms of integer instructions: CR0 from one GPR */
        return (i->st_def & 1) && i->def.g && !(i->def.g & (i->def.g - 1)) && !i->def.f;
    }
}

/* A branch repeats the compare that made its field when the operands are still there. */
static void fuse(struct xg_builder *b, const struct xg_block *k)
{
    struct xg_binsn *last = &b->insn[k->first + k->count - 1];
    unsigned bo = last->op.d, bi = last->op.a;
    if (last->treat != XG_T_BRANCH || last->handler == XG_HANDLER_b || (bo & 16) || !(bo & 4) ||
        (bi & 3) == 3)
        return;
    struct xg_bits written = {0};
    for (unsigned n = k->first + k->count - 1; n-- > k->first;) {
        struct xg_binsn *i = &b->insn[n];
        if (i->st_def >> (bi >> 2) & 1) {
            bool record = i->handler != XG_HANDLER_cmp && i->handler != XG_HANDLER_cmpi &&
                          i->handler != XG_HANDLER_cmpl && i->handler != XG_HANDLER_cmpli &&
                          i->handler != XG_HANDLER_fcmpu && i->handler != XG_HANDLER_fcmpo;
            if (can_fuse(i) && !touches(record ? &i->def : &i->use, &written)) {
                last->fused = (int)n;
                last->st_use = 0;
                if (record)
                    last->use.g |= i->def.g;
                else {
                    last->use.g |= i->use.g;
                    last->use.f |= i->use.f;
                }
            }
            return;
        }
        written.g |= i->def.g;
        written.f |= i->def.f;
        written.v[0] |= i->def.v[0];
        written.v[1] |= i->def.v[1];
    }
}

/* ---- homes ---- */

static void add_home(struct xg_builder *b, enum xg_home_kind kind, unsigned guest, unsigned host)
{
    int8_t n = (int8_t)b->home_count;
    b->home[b->home_count++] = (struct xg_home){(uint8_t)kind, (uint8_t)guest, (uint8_t)host};
    if (kind == XG_HOME_FPR)
        b->home_of_f[guest] = n;
    else if (kind == XG_HOME_VR)
        b->home_of_v[guest] = n;
    else
        b->home_of_g[guest] = n;
}

struct weights {
    double g[34], x[160];
};

static void weigh(const struct xg_builder *b, struct weights *w)
{
    memset(w, 0, sizeof *w);
    for (unsigned n = 0; n < b->block_count; n++) {
        const struct xg_block *k = &b->block[n];
        double weight = 1;
        for (unsigned d = 0; d < k->depth && d < 6; d++)
            weight *= 8;
        for (unsigned m = k->first; m < k->first + k->count; m++) {
            const struct xg_binsn *i = &b->insn[m];
            const struct xg_bits *sets[2] = {&i->use, &i->def};
            double each = i->treat == XG_T_NATIVE || i->treat == XG_T_BRANCH ? weight : 0;
            for (int s = 0; s < 2; s++) {
                for (uint64_t g = sets[s]->g; g; g &= g - 1)
                    w->g[__builtin_ctzll(g)] += each;
                for (uint32_t f = sets[s]->f; f; f &= f - 1)
                    w->x[__builtin_ctz(f)] += each;
                for (int h = 0; h < 2; h++)
                    for (uint64_t v = sets[s]->v[h]; v; v &= v - 1)
                        w->x[32 + 64 * h + __builtin_ctzll(v)] += each;
            }
        }
    }
}

static void choose_homes(struct xg_builder *b)
{
    struct weights w;
    weigh(b, &w);
    memset(b->home_of_g, -1, sizeof b->home_of_g);
    memset(b->home_of_f, -1, sizeof b->home_of_f);
    memset(b->home_of_v, -1, sizeof b->home_of_v);
    for (unsigned n = 0; n < sizeof host_gprs; n++) {
        int best = -1;
        for (int r = 0; r < 34; r++)
            if (w.g[r] >= 2 && (best < 0 || w.g[r] > w.g[best]))
                best = r;
        if (best < 0)
            break;
        w.g[best] = 0;
        add_home(b, best == XG_G_CTR ? XG_HOME_CTR : XG_HOME_GPR, (unsigned)best, host_gprs[n]);
    }
    for (unsigned n = 0; n < sizeof host_xmms; n++) {
        int best = -1;
        for (int r = 0; r < 160; r++)
            if (w.x[r] >= 2 && (best < 0 || w.x[r] > w.x[best]))
                best = r;
        if (best < 0)
            break;
        w.x[best] = 0;
        if (best < 32)
            add_home(b, XG_HOME_FPR, (unsigned)best, host_xmms[n]);
        else
            add_home(b, XG_HOME_VR, (unsigned)best - 32, host_xmms[n]);
    }
}

static uint64_t homes_of(const struct xg_builder *b, const struct xg_bits *s)
{
    uint64_t m = 0;
    for (unsigned n = 0; n < b->home_count; n++) {
        unsigned r = b->home[n].guest;
        bool in = b->home[n].kind == XG_HOME_FPR  ? s->f >> r & 1
                  : b->home[n].kind == XG_HOME_VR ? s->v[r >> 6] >> (r & 63) & 1
                                                  : s->g >> r & 1;
        m |= (uint64_t)in << n;
    }
    return m;
}

/* ---- data flow ---- */

static uint64_t dirty_after(const struct xg_binsn *i, uint64_t dirty)
{
    switch (i->treat) {
    case XG_T_CALL:
        return dirty & ~(i->use_homes | i->def_homes);
    case XG_T_BARRIER:
        return 0;
    default:
        return dirty | i->def_homes;
    }
}

/* An edge that keeps registers: to a block of the unit that is not entered from the
 * context by this very edge. */
static bool keeps(const struct xg_builder *b, const struct xg_block *k, int to, bool taken)
{
    const struct xg_binsn *last = &b->insn[k->first + k->count - 1];
    if (to < 0)
        return false;
    if (taken)
        return true;
    return last->treat != XG_T_BARRIER && !(last->treat == XG_T_BRANCH && (last->op.insn & 1));
}

static void flow_dirty(struct xg_builder *b)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (unsigned n = 0; n < b->block_count; n++) {
            struct xg_block *k = &b->block[n];
            uint64_t d = k->dirty_in;
            for (unsigned m = k->first; m < k->first + k->count; m++) {
                b->insn[m].dirty = d;
                d = dirty_after(&b->insn[m], d);
            }
            k->dirty_out = d;
            int to[2] = {k->taken, k->next};
            for (int e = 0; e < 2; e++)
                if (keeps(b, k, to[e], e == 0) && (d & ~b->block[to[e]].dirty_in)) {
                    b->block[to[e]].dirty_in |= d;
                    changed = true;
                }
        }
    }
}

static bool flow_live_block(struct xg_builder *b, struct xg_block *k)
{
    uint64_t live = 0;
    uint16_t st = 0;
    int to[2] = {k->taken, k->next};
    const struct xg_binsn *last = &b->insn[k->first + k->count - 1];
    bool leaves = last->treat == XG_T_BARRIER || last->handler == XG_HANDLER_bclr ||
                  last->handler == XG_HANDLER_bcctr ||
                  (last->treat == XG_T_BRANCH && (last->op.insn & 1));
    for (int e = 0; e < 2; e++) {
        if (keeps(b, k, to[e], e == 0)) {
            live |= b->block[to[e]].live_in;
            st |= b->block[to[e]].st_in;
            if (b->block[to[e]].pc <= last->op.pc)
                leaves = true; /* a safepoint */
        } else if (to[e] == XG_TO_OUTSIDE) {
            leaves = true;
        }
    }
    if (leaves) {
        live |= k->dirty_out;
        st |= XG_ST_ALL;
    }
    for (unsigned m = k->first + k->count; m-- > k->first;) {
        struct xg_binsn *i = &b->insn[m];
        i->live_after = live;
        i->st_live = st;
        live = (live & ~i->def_homes) | i->use_homes;
        st = (uint16_t)((st & ~i->st_def) | i->st_use);
        if (i->leaves || (i->info->reads >> XG_LOC_FPSCR & 1) ||
            ((i->info->reads | i->info->writes) >> XG_LOC_VSCR & 1))
            live |= i->dirty;
        if (i->leaves)
            st |= XG_ST_PRECISE;
        if (i->treat == XG_T_BARRIER)
            st |= XG_ST_ALL;
    }
    bool changed = live != k->live_in || st != k->st_in;
    k->live_in = live;
    k->st_in = st;
    return changed;
}

static void flow_live(struct xg_builder *b)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (unsigned n = b->block_count; n-- > 0;)
            changed |= flow_live_block(b, &b->block[n]);
    }
}

/* ---- FPRs that are wanted as singles ---- */

static void own_wants(const struct xg_builder *b, struct xg_block *k, uint32_t *decided)
{
    *decided = 0;
    for (unsigned m = k->first; m < k->first + k->count; m++) {
        const struct xg_binsn *i = &b->insn[m];
        bool neutral = i->handler == XG_HANDLER_fmr || i->handler == XG_HANDLER_fneg ||
                       i->handler == XG_HANDLER_fabs || i->handler == XG_HANDLER_fnabs ||
                       i->handler == XG_HANDLER_fcmpu || i->handler == XG_HANDLER_fcmpo ||
                       i->handler == XG_HANDLER_fctiwz || i->treat == XG_T_BRANCH;
        if (!neutral) {
            if (i->single_op && i->treat == XG_T_NATIVE)
                k->want_single |= i->use.f & ~*decided;
            else
                k->want_double |= i->use.f & ~*decided;
            *decided |= i->use.f;
        }
        *decided |= i->def.f;
    }
}

static void flow_wants(struct xg_builder *b)
{
    uint32_t decided[XG_UNIT_BLOCKS];
    for (unsigned n = 0; n < b->block_count; n++)
        own_wants(b, &b->block[n], &decided[n]);
    for (bool changed = true; changed;) {
        changed = false;
        for (unsigned n = b->block_count; n-- > 0;) {
            struct xg_block *k = &b->block[n];
            int to[2] = {k->taken, k->next};
            for (int e = 0; e < 2; e++) {
                if (!keeps(b, k, to[e], e == 0))
                    continue;
                uint32_t more = b->block[to[e]].want_single & ~decided[n] & ~k->want_single;
                k->want_single |= more;
                changed |= more != 0;
            }
        }
    }
    for (unsigned n = 0; n < b->block_count; n++) {
        struct xg_block *k = &b->block[n];
        uint32_t live = 0;
        for (unsigned h = 0; h < b->home_count; h++)
            if (b->home[h].kind == XG_HOME_FPR && (k->live_in >> h & 1))
                live |= 1u << b->home[h].guest;
        k->singles_in = xg_jit_set_has(&b->j->wide, k->pc) ? 0 : k->want_single & live;
    }
}

/* A unit whose only arithmetic is vectors runs in their mode throughout; in others the
 * mode is switched around each run of vector arithmetic. */
static void choose_mode(struct xg_builder *b)
{
    bool vectors = false, scalars = false;
    for (unsigned n = 0; n < b->insn_count; n++) {
        const struct xg_binsn *i = &b->insn[n];
        vectors |= xg_vector_needs_mode(i);
        scalars |= i->treat != XG_T_CALL && (i->use.f | i->def.f);
    }
    b->vmx_mode = vectors && !scalars;
}

void xg_build_flow(struct xg_builder *b)
{
    for (unsigned n = 0; n < b->block_count; n++)
        fuse(b, &b->block[n]);
    choose_homes(b);
    for (unsigned n = 0; n < b->insn_count; n++) {
        b->insn[n].use_homes = homes_of(b, &b->insn[n].use);
        b->insn[n].def_homes = homes_of(b, &b->insn[n].def);
    }
    choose_mode(b);
    flow_dirty(b);
    flow_live(b);
    flow_wants(b);
}
