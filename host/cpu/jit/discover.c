/* Finds the instructions of a unit: everything that direct branches reach from its entry
 * without a call, and cuts them into blocks. */
#include "cpu/jit/build.h"

#include <string.h>

static bool is_special_spr(uint32_t spr)
{
    return spr == 8 || spr == 9 || spr == 256; /* LR, CTR, VRSAVE */
}

/* Instructions around which nothing may stay in registers. */
static bool is_barrier(const struct xg_binsn *i)
{
    if (i->op.oe || i->op.insn == 0x7FFFFB78)
        return true;
    switch (i->handler) {
    case XG_HANDLER_illegal:
    case XG_HANDLER_lmw:
    case XG_HANDLER_stmw:
    case XG_HANDLER_lswi:
    case XG_HANDLER_lswx:
    case XG_HANDLER_stswi:
    case XG_HANDLER_stswx:
    case XG_HANDLER_mtmsr:
    case XG_HANDLER_mtmsrd:
    case XG_HANDLER_icbi:
    case XG_HANDLER_rfid:
    case XG_HANDLER_hrfid:
    case XG_HANDLER_mcrxr:
    case XG_HANDLER_mtfsf:
    case XG_HANDLER_mtfsfi:
    case XG_HANDLER_mtfsb0:
    case XG_HANDLER_mtfsb1:
    case XG_HANDLER_mcrfs:
    case XG_HANDLER_mtvscr:
    case XG_HANDLER_sc:
        return true;
    case XG_HANDLER_mtspr:
    case XG_HANDLER_mfspr:
        return !is_special_spr((uint32_t)i->op.imm);
    default:
        return false;
    }
}

static bool is_branch(const struct xg_binsn *i)
{
    return i->handler == XG_HANDLER_b || i->handler == XG_HANDLER_bc ||
           i->handler == XG_HANDLER_bclr || i->handler == XG_HANDLER_bcctr;
}

/* Branches that only the interpreter does: conditional ones that link, bcctr with a count. */
static bool is_odd_branch(const struct xg_binsn *i)
{
    bool lk = i->op.insn & 1, always = (i->op.d & 20) == 20;
    switch (i->handler) {
    case XG_HANDLER_bc:
    case XG_HANDLER_bclr:
        return lk;
    case XG_HANDLER_bcctr:
        return !(i->op.d & 4) || (lk && !always);
    default:
        return false;
    }
}

static void add_g(struct xg_bits *s, unsigned r)
{
    s->g |= 1ull << r;
}
static void add_v(struct xg_bits *s, unsigned r)
{
    s->v[r >> 6] |= 1ull << (r & 63);
}

/* Adds what one location of the table stands for, if it is none of the general and floating-point
 * registers. */
static uint16_t add_location(const struct xg_binsn *i, unsigned loc, struct xg_bits *s)
{
    const struct xg_op *op = &i->op;
    switch (loc) {
    case XG_LOC_VA:
    case XG_LOC_VA128:
        add_v(s, op->a);
        return 0;
    case XG_LOC_VB:
    case XG_LOC_VB128:
        add_v(s, op->b);
        return 0;
    case XG_LOC_VC:
    case XG_LOC_VC3:
        add_v(s, op->c & 31);
        return 0;
    case XG_LOC_VD:
    case XG_LOC_VD128:
    case XG_LOC_VS:
    case XG_LOC_VS128:
        add_v(s, op->d);
        return 0;
    case XG_LOC_CR:
        return XG_ST_CR;
    case XG_LOC_CR0:
        return 1;
    case XG_LOC_BF:
    case XG_LOC_BT:
        return (uint16_t)(1u << (op->d >> 2));
    case XG_LOC_BFA:
    case XG_LOC_BA:
        return (uint16_t)(1u << (op->a >> 2));
    case XG_LOC_BB:
        return (uint16_t)(1u << (op->b >> 2));
    case XG_LOC_CA:
    case XG_LOC_XER:
        return XG_ST_CA;
    default:
        return 0;
    }
}

/* Adds what a set of locations stands for. The usual registers go without a branch for each; memory
 * and FPSCR are none. */
static uint16_t add_locations(const struct xg_binsn *i, uint64_t set, struct xg_bits *s)
{
#define HAS(loc) (set >> XG_LOC_##loc & 1)
    const uint64_t usual = 1ull << XG_LOC_RA0 | 1ull << XG_LOC_RA | 1ull << XG_LOC_RB |
                           1ull << XG_LOC_RT | 1ull << XG_LOC_RS | 1ull << XG_LOC_CTR |
                           1ull << XG_LOC_FRA | 1ull << XG_LOC_FRB | 1ull << XG_LOC_FRC |
                           1ull << XG_LOC_FRT | 1ull << XG_LOC_FRS | 1ull << XG_LOC_MEM |
                           1ull << XG_LOC_FPSCR;
    /* Vector registers, of which there are more, have locations of their own. */
    unsigned a = i->op.a & 31, b = i->op.b & 31, c = i->op.c & 31, d = i->op.d & 31;
    uint16_t st = 0;
    s->g |= (HAS(RA) | (HAS(RA0) & (a != 0))) << a | HAS(RB) << b | (HAS(RT) | HAS(RS)) << d |
            HAS(CTR) << XG_G_CTR;
    s->f |= (uint32_t)(HAS(FRA) << a | HAS(FRB) << b | HAS(FRC) << c | (HAS(FRT) | HAS(FRS)) << d);
    for (uint64_t w = set & ~usual; w; w &= w - 1)
        st |= add_location(i, (unsigned)__builtin_ctzll(w), s);
    return st;
#undef HAS
}

static bool writes_fpscr(const struct xg_binsn *i)
{
    return i->info->writes >> XG_LOC_FPSCR & 1;
}

static void branch_registers(struct xg_binsn *i)
{
    unsigned bo = i->op.d;
    memset(&i->use, 0, sizeof i->use);
    memset(&i->def, 0, sizeof i->def);
    i->st_use = i->st_def = 0;
    if (i->handler == XG_HANDLER_b)
        return;
    if (!(bo & 16))
        i->st_use = (uint16_t)(1u << (i->op.a >> 2));
    if (!(bo & 4)) {
        add_g(&i->use, XG_G_CTR);
        add_g(&i->def, XG_G_CTR);
    }
    if (i->handler == XG_HANDLER_bcctr)
        add_g(&i->use, XG_G_CTR);
}

static void special_registers(struct xg_binsn *i)
{
    switch (i->handler) {
    case XG_HANDLER_mfspr:
        if (i->op.imm == 9)
            add_g(&i->use, XG_G_CTR);
        break;
    case XG_HANDLER_mtspr:
        if (i->op.imm == 9)
            add_g(&i->def, XG_G_CTR);
        break;
    case XG_HANDLER_mfocrf:
    case XG_HANDLER_mtcrf:
    case XG_HANDLER_mtocrf: {
        uint16_t fields = 0;
        for (unsigned f = 0; f < 8; f++)
            if (i->op.insn >> (12 + 7 - f) & 1)
                fields |= (uint16_t)(1u << f);
        if (i->handler == XG_HANDLER_mfocrf)
            i->st_use = fields;
        else
            i->st_def = fields;
        break;
    }
    case XG_HANDLER_crand:
    case XG_HANDLER_crandc:
    case XG_HANDLER_creqv:
    case XG_HANDLER_crnand:
    case XG_HANDLER_crnor:
    case XG_HANDLER_cror:
    case XG_HANDLER_crorc:
    case XG_HANDLER_crxor:
        i->st_use |= i->st_def; /* one bit of the field */
        break;
    case XG_HANDLER_lvebx:
    case XG_HANDLER_lvehx:
    case XG_HANDLER_lvewx:
        add_v(&i->use, i->op.d); /* the other elements stay */
        break;
    default:
        break;
    }
}

static void find_registers(struct xg_binsn *i)
{
    i->st_use |= add_locations(i, i->info->reads, &i->use);
    i->st_def |= add_locations(i, i->info->writes, &i->def);
    if (i->treat == XG_T_BRANCH) {
        branch_registers(i);
        return;
    }
    if (i->op.rc) {
        bool vector = i->info->form == XG_FORM_VC || i->info->form == XG_FORM_VX128_R;
        unsigned field = vector ? 6 : i->info->opcode >> 26 >= 59 ? 1 : 0;
        i->st_def |= (uint16_t)(1u << field);
    }
    special_registers(i);
    if (i->treat != XG_T_NATIVE) {
        i->st_use |= i->info->reads >> XG_LOC_FPSCR & 1 ? XG_ST_FPST | XG_ST_FPCC : 0;
        return;
    }
    if (!writes_fpscr(i))
        return;
    if (xg_is_fcmp(i)) /* C of FPRF, FR and FI stay */
        i->st_def |= XG_ST_FPCC;
    else if (!xg_is_conversion(i)) /* which change FR and FI alone */
        i->st_def |= XG_ST_FPST | XG_ST_FPCC;
}

static bool may_leave(const struct xg_builder *b, const struct xg_binsn *i)
{
    bool by_one_number = i->handler == XG_HANDLER_vslw || i->handler == XG_HANDLER_vsrw ||
                         i->handler == XG_HANDLER_vsraw || i->handler == XG_HANDLER_vrlw;
    const uint64_t memory = 1ull << XG_LOC_MEM;
    bool trap = i->handler == XG_HANDLER_tw || i->handler == XG_HANDLER_twi ||
                i->handler == XG_HANDLER_td || i->handler == XG_HANDLER_tdi;
    return trap || (by_one_number && b->x.level < XG_X_AVX2) || i->treat == XG_T_CALL ||
           i->treat == XG_T_BARRIER || ((i->info->reads | i->info->writes) & memory) != 0;
}

/* Takes its FPRs as singles. */
static bool is_single_op(const struct xg_binsn *i)
{
    return i->op.insn >> 26 == 59 || i->handler == XG_HANDLER_stfs ||
           i->handler == XG_HANDLER_stfsu || i->handler == XG_HANDLER_stfsx ||
           i->handler == XG_HANDLER_stfsux;
}

/* Sets all but what the data flow sets in any case (and pending). */
static void decode(struct xg_builder *b, struct xg_binsn *i, xg_ga pc)
{
    uint32_t word = xg_ld32be(b->j->mem->base + pc);
    if (XG_UNLIKELY(b->j->misread))
        word = b->j->misread(pc, word);
    i->use = i->def = (struct xg_bits){0};
    i->st_use = i->st_def = 0;
    i->native = i->outcomes = i->keep = i->keep_in_log = 0;
    i->has_pending = false;
    i->last = (struct xg_last){0};
    i->info = &xg_insn_table[xg_insn_decode(word)];
    i->handler = (uint16_t)i->info->handler;
    xg_op_decode_as(&i->op, i->info, word, pc);
    i->fused = -1;
    if (is_branch(i) && !is_odd_branch(i))
        i->treat = XG_T_BRANCH;
    else if (is_branch(i) || is_barrier(i))
        i->treat = XG_T_BARRIER;
    else if (!xg_jit_set_has(&b->j->slow, pc) && (i->native = (uint8_t)xg_emit_is_native(b, i)))
        i->treat = XG_T_NATIVE;
    else
        i->treat = XG_T_CALL;
    i->vector_mode = i->native == XG_N_VECTOR && xg_vfloat_needs_mode(i);
    i->single_op = is_single_op(i);
    find_registers(i);
    i->leaves = may_leave(b, i);
    b->has_status |= writes_fpscr(i);
}

/* ---- reachable words ---- */

struct worklist {
    xg_ga *pc;
    unsigned count;
};

static bool is_code(const struct xg_builder *b, xg_ga pc)
{
    return b->j->mem->access[pc >> XG_PAGE_SHIFT] & XG_PAGE_X;
}

/* A target that belongs to this unit: not before its entry, not too far. */
static bool is_near(const struct xg_builder *b, xg_ga pc)
{
    return pc >= b->entry && pc - b->entry < XG_UNIT_REACH && (!b->end || pc < b->end) &&
           is_code(b, pc) && !(b->j->stop && pc == b->j->stop_at);
}

static bool ends_flow(const struct xg_binsn *i)
{
    if (i->treat == XG_T_BARRIER)
        return i->handler == XG_HANDLER_illegal;
    if (i->treat != XG_T_BRANCH)
        return false;
    if (i->handler == XG_HANDLER_b)
        return !(i->op.insn & 1);
    return (i->op.d & 20) == 20 && !(i->op.insn & 1);
}
static bool has_target(const struct xg_binsn *i)
{
    return i->treat == XG_T_BRANCH && !(i->op.insn & 1) &&
           (i->handler == XG_HANDLER_b || i->handler == XG_HANDLER_bc);
}
static xg_ga target_of(const struct xg_binsn *i)
{
    return (i->op.insn & 2 ? 0 : i->op.pc) + (xg_ga)i->op.imm;
}

enum { SEEN = 1, LEADER = 2 };

/* The cases of a switch: blocks that are entered from the context. */
static void add_cases(struct xg_builder *b, const struct xg_binsn *bctr, uint8_t *mark,
                      struct worklist *w)
{
    unsigned first = b->case_count;
    b->case_count += xg_build_jump_table(b, bctr->op.pc, b->cases + first, XG_UNIT_CASES - first);
    for (unsigned i = first; i < b->case_count; i++) {
        xg_ga t = b->cases[i];
        if (!is_near(b, t) || (mark[(t - b->entry) / 4] & LEADER))
            continue;
        if (w->count == XG_COUNTOF(b->room->todo))
            break;
        mark[(t - b->entry) / 4] |= LEADER;
        w->pc[w->count++] = t;
    }
}

/* The one at the lowest address, so that instructions are found in order; not of very many. */
static xg_ga take_next(struct worklist *w)
{
    enum { FEW = 64 };
    unsigned least = w->count - 1;
    for (unsigned n = 0; n < w->count && w->count <= FEW; n++)
        if (w->pc[n] < w->pc[least])
            least = n;
    xg_ga pc = w->pc[least];
    w->pc[least] = w->pc[--w->count];
    return pc;
}

/* Marks words in `mark` (one byte per word from the entry); returns how many it has looked at. */
static size_t reach(struct xg_builder *b, uint8_t *mark, struct worklist *w)
{
    xg_ga last = b->entry;
    while (w->count) {
        xg_ga pc = take_next(w);
        mark[(pc - b->entry) / 4] |= LEADER;
        last = pc > last ? pc : last;
        while (is_near(b, pc) && b->insn_count < b->most_insns) {
            uint8_t *m = &mark[(pc - b->entry) / 4];
            if (*m & SEEN)
                break;
            *m |= SEEN;
            b->room->place[(pc - b->entry) / 4] = (uint16_t)b->insn_count;
            struct xg_binsn *i = &b->room->found[b->insn_count++];
            decode(b, i, pc);
            if (has_target(i) && is_near(b, target_of(i)) && w->count < XG_COUNTOF(b->room->todo)) {
                xg_ga t = target_of(i);
                mark[(t - b->entry) / 4] |= LEADER;
                w->pc[w->count++] = t;
            }
            if (i->handler == XG_HANDLER_bcctr && ends_flow(i))
                add_cases(b, i, mark, w);
            if (ends_flow(i))
                break;
            if (i->treat == XG_T_BRANCH || i->treat == XG_T_BARRIER)
                if (is_near(b, pc + 4))
                    mark[(pc + 4 - b->entry) / 4] |= LEADER;
            pc += 4;
            last = pc > last ? pc : last;
        }
    }
    return (last - b->entry) / 4 + 1;
}

/* The instructions by their addresses; `looked` words from the entry are marked. */
static void put_in_order(struct xg_builder *b, size_t looked)
{
    const struct xg_build_room *r = b->room;
    unsigned n = 0;
    while (n + 1 < b->insn_count && r->found[n].op.pc < r->found[n + 1].op.pc)
        n++;
    if (n + 1 >= b->insn_count) {
        b->insn = b->room->found;
        return;
    }
    n = 0;
    for (size_t w = 0; w < looked; w++)
        if (r->mark[w] & SEEN)
            b->insn[n++] = r->found[r->place[w]];
}

static int block_at(const struct xg_builder *b, xg_ga pc)
{
    unsigned lo = 0, hi = b->block_count;
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        if (b->block[mid].pc < pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < b->block_count && b->block[lo].pc == pc ? (int)lo : XG_TO_OUTSIDE;
}

static bool cut_blocks(struct xg_builder *b, const uint8_t *mark)
{
    for (unsigned n = 0; n < b->insn_count; n++) {
        struct xg_binsn *i = &b->insn[n];
        const struct xg_binsn *before = n ? &b->insn[n - 1] : NULL;
        bool starts = !before || before->op.pc + 4 != i->op.pc || ends_flow(before) ||
                      (mark[(i->op.pc - b->entry) / 4] & LEADER) || before->treat == XG_T_BRANCH ||
                      before->treat == XG_T_BARRIER;
        if (starts) {
            if (b->block_count == XG_UNIT_BLOCKS)
                return false;
            struct xg_block *k = &b->block[b->block_count++];
            memset(k, 0, sizeof *k);
            k->pc = i->op.pc;
            k->first = n;
        }
        b->block[b->block_count - 1].count++;
    }
    return true;
}

static void connect(struct xg_builder *b)
{
    for (unsigned n = 0; n < b->block_count; n++) {
        struct xg_block *k = &b->block[n];
        const struct xg_binsn *last = &b->insn[k->first + k->count - 1];
        k->taken = k->next = XG_TO_NONE;
        if (has_target(last)) {
            k->taken_pc = target_of(last);
            k->taken = block_at(b, k->taken_pc);
            if (k->taken >= 0 && k->taken_pc <= last->op.pc) {
                b->block[k->taken].stub = true;
                b->block[k->taken].back_target = true;
                for (unsigned m = (unsigned)k->taken; m <= n; m++)
                    b->block[m].depth++;
            }
        }
        if (!ends_flow(last)) {
            k->next_pc = last->op.pc + 4;
            k->next = block_at(b, k->next_pc);
            bool call = last->treat == XG_T_BRANCH && (last->op.insn & 1);
            if (k->next >= 0 && (call || last->treat == XG_T_BARRIER)) {
                b->block[k->next].from_context = true;
                b->block[k->next].stub = true;
            }
        }
    }
}

static void connect_cases(struct xg_builder *b)
{
    for (unsigned i = 0; i < b->case_count; i++) {
        int to = block_at(b, b->cases[i]);
        if (to >= 0)
            b->block[to].from_context = b->block[to].stub = true;
    }
}

bool xg_build_discover(struct xg_builder *b)
{
    uint8_t *mark = b->room->mark;
    struct worklist w = {b->room->todo, 0};
    w.pc[w.count++] = b->entry;
    size_t looked = reach(b, mark, &w);
    put_in_order(b, looked);
    bool ok = cut_blocks(b, mark);
    memset(mark, 0, looked);
    if (ok) {
        connect(b);
        connect_cases(b);
        int first = block_at(b, b->entry);
        b->block[first].stub = b->block[first].from_context = true;
    }
    return ok;
}
