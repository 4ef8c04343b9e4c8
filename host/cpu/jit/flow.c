/* What a unit keeps in registers, and what is needed where. */
#include "cpu/jit/build.h"

#include <string.h>

static const uint8_t host_gprs[] = {RBX, R12, R13, RSI, RDI, R8, R9, R10, R11};
/* With registers from xmm16 on the encoder needs three of the others for itself. */
static const uint8_t near_xmms[] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const uint8_t more_xmms[] = {3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 16, 17, 18,
                                    19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
static const uint8_t far_xmms[] = {16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                                   29, 30, 31, 3,  4,  5,  6,  7,  8,  9,  10, 11, 12};
#define SPARE_XMM 13
#define IN_LOOPS  8 /* weight of a use in a loop */

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

/* The instruction before `n` in the block that makes a field of CR, or -1. */
static int definer(const struct xg_builder *b, const struct xg_block *k, unsigned n, unsigned field)
{
    while (n-- > k->first)
        if (b->insn[n].st_def >> field & 1)
            return (int)n;
    return -1;
}
/* Nothing between the instructions from and n writes any of these registers. */
static bool is_kept(const struct xg_builder *b, const struct xg_bits *regs, unsigned from,
                    unsigned n)
{
    for (unsigned m = from + 1; m < n; m++)
        if (touches(regs, &b->insn[m].def))
            return false;
    return true;
}
static bool is_cr_logic(const struct xg_binsn *i)
{
    switch (i->handler) {
    case XG_HANDLER_crand:
    case XG_HANDLER_crandc:
    case XG_HANDLER_creqv:
    case XG_HANDLER_crnand:
    case XG_HANDLER_crnor:
    case XG_HANDLER_cror:
    case XG_HANDLER_crorc:
    case XG_HANDLER_crxor:
        return true;
    default:
        return false;
    }
}
static unsigned combine(unsigned handler, unsigned x, unsigned y)
{
    switch (handler) {
    case XG_HANDLER_crand:
        return x & y;
    case XG_HANDLER_crandc:
        return x & ~y & 15;
    case XG_HANDLER_creqv:
        return ~(x ^ y) & 15;
    case XG_HANDLER_crnand:
        return ~(x & y) & 15;
    case XG_HANDLER_crnor:
        return ~(x | y) & 15;
    case XG_HANDLER_cror:
        return x | y;
    case XG_HANDLER_crorc:
        return (x | ~y) & 15;
    default:
        return x ^ y;
    }
}
/* An operation on bits of the field that a compare of floats has just made: which of the
 * compare's outcomes set its bit. */
static void fuse_cr_logic(struct xg_builder *b, const struct xg_block *k, unsigned n)
{
    struct xg_binsn *i = &b->insn[n];
    unsigned field = i->op.d >> 2;
    if (i->treat != XG_T_NATIVE || i->op.a >> 2 != field || i->op.b >> 2 != field)
        return;
    int c = definer(b, k, n, field);
    if (c < 0 || b->insn[c].treat != XG_T_NATIVE || !xg_is_fcmp(&b->insn[c]) ||
        !is_kept(b, &b->insn[c].use, (unsigned)c, n))
        return;
    i->fused = c;
    i->outcomes = (uint8_t)combine(i->handler, 8u >> (i->op.a & 3), 8u >> (i->op.b & 3));
    i->st_use &= (uint16_t) ~(1u << field);
    i->use.f |= b->insn[c].use.f;
}

/* A branch repeats the compare that made its field when the operands are still there. */
static void fuse_branch(struct xg_builder *b, const struct xg_block *k)
{
    unsigned n = k->first + k->count - 1;
    struct xg_binsn *last = &b->insn[n];
    unsigned bo = last->op.d, bit = last->op.a & 3;
    if (last->treat != XG_T_BRANCH || last->handler == XG_HANDLER_b || (bo & 16) || !(bo & 4))
        return;
    int c = definer(b, k, n, last->op.a >> 2);
    if (c < 0)
        return;
    const struct xg_binsn *i = &b->insn[c];
    unsigned outcomes = 8u >> bit;
    if (is_cr_logic(i) && i->fused >= 0) {
        if ((i->op.d & 3) == bit)
            outcomes = i->outcomes;
        c = i->fused;
        i = &b->insn[c];
    }
    bool record = !xg_is_fcmp(i) && i->handler != XG_HANDLER_cmp && i->handler != XG_HANDLER_cmpi &&
                  i->handler != XG_HANDLER_cmpl && i->handler != XG_HANDLER_cmpli;
    const struct xg_bits *needed = record ? &i->def : &i->use;
    if (!can_fuse(i) || !is_kept(b, needed, (unsigned)c, n) || (!xg_is_fcmp(i) && bit == 3) ||
        outcomes == 0 || outcomes == 15)
        return;
    last->fused = c;
    last->outcomes = (uint8_t)outcomes;
    last->st_use = 0;
    last->use.g |= needed->g;
    if (!record)
        last->use.f |= needed->f;
}
/* Whoever leaves between a compare and what repeats it makes the field first. */
static void note_pending(struct xg_builder *b, const struct xg_block *k, unsigned n)
{
    unsigned field = b->insn[n].op.a >> 2, c = (unsigned)b->insn[n].fused;
    int op = definer(b, k, n, field);
    for (unsigned m = c + 1; m <= n; m++) {
        if (!b->insn[m].has_pending) {
            memset(b->insn[m].pending, 0, sizeof b->insn[m].pending);
            memset(b->insn[m].pending_op, 0, sizeof b->insn[m].pending_op);
        }
        b->insn[m].pending[field] = (uint16_t)(c + 1);
        b->insn[m].has_pending = true;
        if (op > (int)c && m > (unsigned)op)
            b->insn[m].pending_op[field] = (uint16_t)(op + 1);
    }
}
static void fuse(struct xg_builder *b, const struct xg_block *k)
{
    for (unsigned n = k->first; n < k->first + k->count; n++)
        if (is_cr_logic(&b->insn[n]))
            fuse_cr_logic(b, k, n);
    fuse_branch(b, k);
    for (unsigned n = k->first; n < k->first + k->count; n++)
        if (b->insn[n].fused >= 0)
            note_pending(b, k, n);
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
    struct xg_bits used;
};

static void add_bits(struct xg_bits *s, const struct xg_bits *t)
{
    s->g |= t->g;
    s->f |= t->f;
    s->v[0] |= t->v[0];
    s->v[1] |= t->v[1];
}
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
                add_bits(&w->used, sets[s]);
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

/* The heaviest of the candidates, which leaves their list; -1 when there are none. */
static int take_heaviest(uint8_t *list, unsigned *count, const double *weight)
{
    unsigned best = 0;
    for (unsigned n = 1; n < *count; n++)
        if (weight[list[n]] > weight[list[best]])
            best = n;
    if (!*count)
        return -1;
    int r = list[best];
    memmove(list + best, list + best + 1, *count - best - 1);
    (*count)--;
    return r;
}
static unsigned candidates(uint8_t *list, unsigned count, const double *weight, unsigned first,
                           uint64_t used)
{
    for (; used; used &= used - 1) {
        unsigned r = first + (unsigned)__builtin_ctzll(used);
        if (weight[r] >= 2)
            list[count++] = (uint8_t)r;
    }
    return count;
}
/* More registers than the near ones pay in loops alone: entries and exits move them all. */
static const uint8_t *choose_xmms(struct xg_builder *b, const double *weight, const uint8_t *list,
                                  unsigned count, size_t *most)
{
    unsigned heavy = 0;
    for (unsigned n = 0; n < count; n++)
        heavy += weight[list[n]] >= IN_LOOPS;
    *most = sizeof near_xmms;
    if (!b->j->far_first && (b->x.level < XG_X_AVX512 || heavy <= sizeof near_xmms))
        return near_xmms;
    b->x.spare = SPARE_XMM;
    *most = sizeof more_xmms;
    return b->j->far_first ? far_xmms : more_xmms;
}
static void choose_homes(struct xg_builder *b)
{
    struct weights w;
    uint8_t list[160];
    weigh(b, &w);
    memset(b->home_of_g, -1, sizeof b->home_of_g);
    memset(b->home_of_f, -1, sizeof b->home_of_f);
    memset(b->home_of_v, -1, sizeof b->home_of_v);
    unsigned count = candidates(list, 0, w.g, 0, w.used.g);
    for (unsigned n = 0; n < sizeof host_gprs; n++) {
        int r = take_heaviest(list, &count, w.g);
        if (r < 0)
            break;
        add_home(b, r == XG_G_CTR ? XG_HOME_CTR : XG_HOME_GPR, (unsigned)r, host_gprs[n]);
    }
    count = candidates(list, 0, w.x, 0, w.used.f);
    count = candidates(list, count, w.x, 32, w.used.v[0]);
    count = candidates(list, count, w.x, 96, w.used.v[1]);
    size_t most;
    const uint8_t *host_xmms = choose_xmms(b, w.x, list, count, &most);
    for (unsigned n = 0; n < most; n++) {
        int r = take_heaviest(list, &count, w.x);
        if (r < 0 || (host_xmms[n] >= XG_X_FAR && w.x[r] < IN_LOOPS && !b->j->far_first))
            break;
        if (r < 32)
            add_home(b, XG_HOME_FPR, (unsigned)r, host_xmms[n]);
        else
            add_home(b, XG_HOME_VR, (unsigned)r - 32, host_xmms[n]);
    }
}

static uint64_t homes_of(const struct xg_builder *b, const struct xg_bits *s)
{
    uint64_t m = 0;
    for (uint64_t g = s->g; g; g &= g - 1) {
        int h = b->home_of_g[__builtin_ctzll(g)];
        m |= h < 0 ? 0 : 1ull << h;
    }
    for (uint32_t f = s->f; f; f &= f - 1) {
        int h = b->home_of_f[__builtin_ctz(f)];
        m |= h < 0 ? 0 : 1ull << h;
    }
    for (unsigned half = 0; half < 2; half++)
        for (uint64_t v = s->v[half]; v; v &= v - 1) {
            int h = b->home_of_v[64 * half + (unsigned)__builtin_ctzll(v)];
            m |= h < 0 ? 0 : 1ull << h;
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
bool xg_edge_keeps(const struct xg_builder *b, const struct xg_block *k, int to, bool taken)
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
    for (bool changed = true, first = true; changed; first = false) {
        changed = false;
        for (unsigned n = 0; n < b->block_count; n++) {
            struct xg_block *k = &b->block[n];
            uint64_t d = k->dirty_in;
            if (!first && !k->dirty_moved)
                continue;
            k->dirty_moved = false;
            for (unsigned m = k->first; m < k->first + k->count; m++) {
                b->insn[m].dirty = d;
                d = dirty_after(&b->insn[m], d);
            }
            k->dirty_out = d;
            int to[2] = {k->taken, k->next};
            for (int e = 0; e < 2; e++)
                if (xg_edge_keeps(b, k, to[e], e == 0) && (d & ~b->block[to[e]].dirty_in)) {
                    b->block[to[e]].dirty_in |= d;
                    b->block[to[e]].dirty_moved = true;
                    changed |= to[e] <= (int)n; /* later ones are still to come */
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
        if (xg_edge_keeps(b, k, to[e], e == 0)) {
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
            st |= xg_status_at_fault(i);
        if (i->treat == XG_T_BARRIER)
            st |= XG_ST_ALL;
    }
    bool changed = live != k->live_in || st != k->st_in;
    k->live_in = live;
    k->st_in = st;
    return changed;
}

/* A block that a block goes to has moved since that was last looked at: those behind it in this
 * sweep, from the last block to the first, itself and those before it in the sweep before. */
static bool is_stale(const struct xg_builder *b, unsigned n, unsigned sweep)
{
    const int to[2] = {b->block[n].taken, b->block[n].next};
    for (int e = 0; e < 2; e++)
        if (to[e] >= 0 && b->block[to[e]].live_moved == (to[e] > (int)n ? sweep : sweep - 1))
            return true;
    return sweep == 1;
}
static void flow_live(struct xg_builder *b)
{
    bool changed = true;
    for (unsigned sweep = 1; changed; sweep++) {
        changed = false;
        for (unsigned n = b->block_count; n-- > 0;)
            if (is_stale(b, n, sweep) && flow_live_block(b, &b->block[n])) {
                b->block[n].live_moved = sweep;
                changed |= b->block[n].back_target; /* the others are all still to come */
            }
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
                       xg_is_conversion(i) || i->treat == XG_T_BRANCH || i->fused >= 0;
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

/* FPRs whose register holds a single after an instruction that the interpreter did or
 * the host does. */
uint32_t xg_singles_after(const struct xg_builder *b, const struct xg_binsn *i, uint32_t s)
{
    if (!i->def.f)
        return s;
    unsigned d = i->op.d;
    bool single = i->single_op || i->handler == XG_HANDLER_frsp;
    switch (i->handler) {
    case XG_HANDLER_lfs:
    case XG_HANDLER_lfsu:
    case XG_HANDLER_lfsx:
    case XG_HANDLER_lfsux:
        single = true;
        break;
    case XG_HANDLER_fmr:
    case XG_HANDLER_fneg:
    case XG_HANDLER_fabs:
    case XG_HANDLER_fnabs:
        single = s >> i->op.b & 1;
        break;
    default:
        break;
    }
    if (i->treat != XG_T_NATIVE || xg_home_f(b, d) < 0)
        single = false;
    return single ? s | 1u << d : s & ~(1u << d);
}

static uint32_t live_fprs(const struct xg_builder *b, uint64_t homes)
{
    uint32_t live = 0;
    for (uint64_t w = homes; w; w &= w - 1) {
        const struct xg_home *h = &b->home[__builtin_ctzll(w)];
        if (h->kind == XG_HOME_FPR)
            live |= 1u << h->guest;
    }
    return live;
}
static uint32_t singles_out(const struct xg_builder *b, const struct xg_block *k)
{
    uint32_t s = k->singles_in;
    for (unsigned m = k->first; m < k->first + k->count; m++)
        s = xg_singles_after(b, &b->insn[m], s);
    return s;
}

/* FPRs that a block wants neither way come in as all that jump to it have them. A loop, wherever it
 * is entered, asks itself alone: who enters it converts (once), unless that failed before. */
static void flow_singles(struct xg_builder *b, const uint32_t *live)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (unsigned n = 0; n < b->block_count; n++) {
            struct xg_block *k = &b->block[n];
            int to[2] = {k->taken, k->next};
            uint32_t doubles = ~singles_out(b, k);
            for (int e = 0; e < 2; e++) {
                if (!xg_edge_keeps(b, k, to[e], e == 0))
                    continue;
                struct xg_block *t = &b->block[to[e]];
                if (k->depth < t->depth ||
                    (t->back_target && t->pc > b->insn[k->first + k->count - 1].op.pc))
                    continue;
                uint32_t less = t->singles_in & ~t->want_single & doubles & live[to[e]];
                t->singles_in &= ~less;
                changed |= less != 0;
            }
        }
    }
}

static void flow_wants(struct xg_builder *b)
{
    uint32_t decided[XG_UNIT_BLOCKS], live[XG_UNIT_BLOCKS];
    bool any = false;
    for (unsigned n = 0; n < b->home_count; n++)
        any |= b->home[n].kind == XG_HOME_FPR;
    if (!any) /* nothing is a single */
        return;
    for (unsigned n = 0; n < b->block_count; n++)
        own_wants(b, &b->block[n], &decided[n]);
    for (bool changed = true; changed;) {
        changed = false;
        for (unsigned n = b->block_count; n-- > 0;) {
            struct xg_block *k = &b->block[n];
            int to[2] = {k->taken, k->next};
            for (int e = 0; e < 2; e++) {
                if (!xg_edge_keeps(b, k, to[e], e == 0))
                    continue;
                uint32_t more = b->block[to[e]].want_single & ~decided[n] & ~k->want_single;
                k->want_single |= more;
                changed |= more != 0;
            }
        }
    }
    for (unsigned n = 0; n < b->block_count; n++) {
        struct xg_block *k = &b->block[n];
        live[n] = live_fprs(b, k->live_in);
        uint32_t doubles = xg_jit_doubles(b->j, k->pc);
        k->want_single &= ~doubles;
        k->want_double |= doubles;
        if (k->from_context)
            k->singles_in = k->want_single & live[n];
        else
            k->singles_in = (k->want_single | ~k->want_double) & live[n];
    }
    flow_singles(b, live);
}

/* A unit whose only arithmetic is vectors runs in their mode throughout; in others the
 * mode is switched around each run of vector arithmetic. */
static void choose_mode(struct xg_builder *b)
{
    bool vectors = false, scalars = false;
    for (unsigned n = 0; n < b->insn_count; n++) {
        const struct xg_binsn *i = &b->insn[n];
        vectors |= i->vector_mode;
        scalars |= i->treat != XG_T_CALL && (i->use.f | i->def.f);
    }
    b->vmx_mode = vectors && !scalars;
}

/* ---- counting ---- */

/* The first way to a block says how many instructions come uncounted; others take the difference
 * from the budget. What is entered from the context, or is a safepoint's target, has none. */
static void set_uncounted(struct xg_block *k, bool *known, unsigned n)
{
    if (!*known)
        k->uncounted = n;
    *known = true;
}
static void plan_counts(struct xg_builder *b)
{
    bool known[XG_UNIT_BLOCKS];
    for (unsigned n = 0; n < b->block_count; n++)
        known[n] = b->block[n].stub || b->block[n].from_context;
    for (unsigned n = 0; n < b->block_count; n++) {
        struct xg_block *k = &b->block[n];
        const struct xg_binsn *last = &b->insn[k->first + k->count - 1];
        unsigned out = k->uncounted + k->count;
        if (k->taken > (int)n) {
            set_uncounted(&b->block[k->taken], &known[k->taken], out);
            /* A branch on one bit of CR takes what is left before it asks. */
            if (last->handler == XG_HANDLER_bc && (last->op.d & 4) && !(last->op.d & 16))
                out = b->block[k->taken].uncounted;
        } else if (k->taken >= 0) {
            out = 0;
        }
        if (k->next >= 0)
            set_uncounted(&b->block[k->next], &known[k->next], out);
    }
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
    xg_build_status(b);
    flow_live(b);
    flow_wants(b);
    plan_counts(b);
}
