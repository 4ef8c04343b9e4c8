/* Emission of a unit: blocks, edges, branches, calls into the interpreter. */
#include "cpu/jit/build.h"

#include <stdlib.h>
#include <string.h>

#define STATE(field) xg_abs(&b->j->s->field)

void xg_cold_add(struct xg_builder *b, struct xg_cold c)
{
    struct xg_build_room *r = b->room;
    if (b->cold_count == r->cold_room) {
        r->cold_room = r->cold_room ? r->cold_room * 2 : 256;
        r->cold = realloc(r->cold, r->cold_room * sizeof *r->cold);
        if (!r->cold)
            abort(); /* the translator's own bookkeeping */
    }
    r->cold[b->cold_count++] = c;
}
void xg_interpret_if(struct xg_builder *b, const struct xg_binsn *i, unsigned cc)
{
    xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_INTERPRET,
                                    .fix = xg_x_jcc(&b->x, cc),
                                    .insn = (int)b->at,
                                    .dirty = i->dirty,
                                    .singles = b->singles});
}
static void fix_add(struct xg_builder *b, uint8_t *at, int block)
{
    struct xg_build_room *r = b->room;
    if (b->fix_count == r->fix_room) {
        r->fix_room = r->fix_room ? r->fix_room * 2 : 256;
        r->fix = realloc(r->fix, r->fix_room * sizeof *r->fix);
        if (!r->fix)
            abort();
    }
    r->fix[b->fix_count++] = (struct xg_fix){at, block};
}

/* Units of vector arithmetic run in the vector mode; all others, and all thunks, in the
 * scalar one. */
static void mode_enter(struct xg_builder *b)
{
    if (b->vmx_mode)
        xg_jit_emit_mode(b->j, &b->x);
}
static void mode_leave(struct xg_builder *b)
{
    if (b->vmx_mode)
        xg_jit_emit_mode_end(b->j, &b->x);
}

static void set_pc(struct xg_builder *b, xg_ga pc)
{
    xg_x_storei(&b->x, false, XG_CTX(pc), (int32_t)pc);
}
/* ---- edges ---- */

static uint32_t conversions(const struct xg_builder *b, const struct xg_block *to)
{
    uint32_t live = 0;
    for (uint64_t w = to->live_in; w; w &= w - 1) {
        const struct xg_home *h = &b->home[__builtin_ctzll(w)];
        if (h->kind == XG_HOME_FPR)
            live |= 1u << h->guest;
    }
    return (b->singles ^ to->singles_in) & live;
}

static void convert(struct xg_builder *b, const struct xg_block *to, uint64_t dirty)
{
    struct xg_x *x = &b->x;
    uint32_t change = conversions(b, to), singles = b->singles;
    int after = b->insn[b->at].treat == XG_T_BRANCH ? (int)b->at : -1;
    for (uint32_t w = change & ~singles; w; w &= w - 1) { /* checks first: they leave alike */
        xg_x_op2(x, XG_X(XG_P66, XG_M0F, 0x7E) | XG_XW, xg_home_f(b, (unsigned)__builtin_ctz(w)),
                 xg_reg(RAX));
        xg_check_single(b, to, dirty, singles, after);
    }
    for (uint32_t w = change; w; w &= w - 1) {
        unsigned r = (unsigned)__builtin_ctz(w), from = singles >> r & 1 ? XG_PF3 : XG_PF2;
        int h = xg_home_f(b, r);
        xg_x_op3(x, XG_X(from, XG_M0F, 0x5A), h, h, xg_reg(h), 1);
    }
}

/* A jump or call to an entry of another unit, linked when first taken. */
static void link_to(struct xg_builder *b, uint8_t *rel32, xg_ga target)
{
    struct xg_jit *j = b->j;
    if (j->link_count == j->link_room) {
        j->link_room = j->link_room ? j->link_room * 2 : 1024;
        j->links = realloc(j->links, j->link_room * sizeof *j->links);
        if (!j->links)
            abort();
    }
    j->links[j->link_count] = (struct xg_jit_link){(uint32_t)(rel32 - j->rw), 0, target};
    xg_cold_add(b,
                (struct xg_cold){
                    .kind = XG_COLD_LINK, .fix = rel32, .insn = (int)j->link_count, .pc = target});
    j->link_count++;
}

/* Takes n instructions from the budget, or gives them back; keeps the flags. */
static void count_insns(struct xg_builder *b, int32_t n)
{
    if (n)
        xg_x_lea(&b->x, true, R14, xg_at(R14, -n));
}
static unsigned uncounted_at(const struct xg_builder *b, int block)
{
    return block >= 0 ? b->block[block].uncounted : 0;
}
/* Takes n instructions from the budget; leaves when it is spent. */
static void safepoint(struct xg_builder *b, unsigned n, xg_ga pc, bool in_eax, uint64_t dirty,
                      bool in_mode)
{
    xg_x_alui(&b->x, XG_SUB, true, xg_reg(R14), (int32_t)n);
    xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_SLICE,
                                    .fix = xg_x_jcc(&b->x, XG_LE),
                                    .pc = pc,
                                    .pc_in_eax = in_eax,
                                    .dirty = dirty,
                                    .singles = b->singles,
                                    .in_mode = in_mode});
}

/* Goes to a block with everything in registers, or out of the unit; so many instructions are not
 * counted yet. */
static void go(struct xg_builder *b, const struct xg_block *k, int to, xg_ga pc, bool falls,
               unsigned uncounted)
{
    struct xg_x *x = &b->x;
    count_insns(b, (int32_t)(uncounted - uncounted_at(b, to)));
    if (to >= 0) {
        convert(b, &b->block[to], k->dirty_out);
        if (!falls)
            fix_add(b, xg_x_jmp(x), to);
        return;
    }
    xg_store_homes(b, k->dirty_out, b->singles);
    mode_leave(b);
    link_to(b, xg_x_jmp(x), pc);
}

/* Decrements CTR and compares it with zero. */
static unsigned count_down(struct xg_builder *b, const struct xg_binsn *i)
{
    struct xg_x *x = &b->x;
    int h = xg_home_g(b, XG_G_CTR);
    if (h >= 0) {
        xg_x_alui(x, XG_SUB, true, xg_reg(h), 1);
        xg_x_op(x, XG_X(0, 0, 0x85), h, xg_reg(h));
    } else {
        xg_x_alui(x, XG_SUB, true, XG_CTX(ctr), 1);
        xg_x_alui(x, XG_CMP, false, XG_CTX(ctr), 0);
    }
    return i->op.d & 2 ? XG_E : XG_NE; /* taken when */
}

/* Jumps that leave when the branch is not taken; the code goes on when it is. */
static unsigned unless_taken(struct xg_builder *b, const struct xg_binsn *i, uint8_t *fix[3])
{
    unsigned n = 0;
    if (!(i->op.d & 4))
        fix[n++] = xg_x_jcc(&b->x, count_down(b, i) ^ 1);
    if (!(i->op.d & 16)) {
        struct xg_condition c = xg_emit_condition(b, i);
        if (c.parity == 1)
            fix[n++] = xg_x_jcc(&b->x, XG_PE);
        if (c.parity == 2) {
            uint8_t *taken = xg_x_jcc(&b->x, XG_PE);
            fix[n++] = xg_x_jcc(&b->x, c.cc ^ 1);
            xg_x_land(&b->x, taken);
        } else {
            fix[n++] = xg_x_jcc(&b->x, c.cc ^ 1);
        }
    }
    return n;
}

/* ---- branches ---- */

static void set_lr(struct xg_builder *b, xg_ga value)
{
    xg_x_movi(&b->x, RCX, value);
    xg_x_store(&b->x, true, RCX, XG_CTX(lr));
}
static void push_expected(struct xg_builder *b, xg_ga value)
{
    xg_x_byte(&b->x, 0x68);
    xg_x_word32(&b->x, value);
}
static void after_call(struct xg_builder *b, const struct xg_block *k)
{
    xg_x_lea(&b->x, true, RSP, xg_at(RSP, 8));
    if (k->next < 0)
        link_to(b, xg_x_jmp(&b->x), k->next_pc);
}

static void emit_call(struct xg_builder *b, const struct xg_block *k, const struct xg_binsn *i)
{
    xg_ga target = (i->op.insn & 2 ? 0 : i->op.pc) + (xg_ga)i->op.imm;
    xg_store_homes(b, k->dirty_out, b->singles);
    mode_leave(b);
    set_lr(b, i->op.pc + 4);
    safepoint(b, k->uncounted + k->count, target, false, 0, false);
    push_expected(b, i->op.pc + 4);
    xg_x_byte(&b->x, 0xE8);
    xg_x_word32(&b->x, 0);
    link_to(b, b->x.p - 4, target);
    after_call(b, k);
}

static void emit_return(struct xg_builder *b, const struct xg_block *k, unsigned counted)
{
    struct xg_x *x = &b->x;
    xg_store_homes(b, k->dirty_out, b->singles);
    mode_leave(b);
    xg_x_mov(x, false, RAX, XG_CTX(lr));
    safepoint(b, counted, 0, true, 0, false);
    xg_x_alu(x, XG_CMP, false, RAX, xg_at(RSP, 8));
    xg_x_jump_to(x, XG_NE, b->j->t_mismatch);
    xg_x_byte(x, 0xC3);
}

static void emit_to_ctr(struct xg_builder *b, const struct xg_block *k, const struct xg_binsn *i,
                        unsigned counted)
{
    struct xg_x *x = &b->x;
    xg_x_mov(x, false, RAX, xg_src(b, XG_G_CTR));
    xg_x_alui(x, XG_AND, false, xg_reg(RAX), -4);
    xg_store_homes(b, k->dirty_out, b->singles);
    mode_leave(b);
    if (i->op.insn & 1)
        set_lr(b, i->op.pc + 4);
    safepoint(b, counted, 0, true, 0, false);
    bool links = i->op.insn & 1;
    if (links)
        push_expected(b, i->op.pc + 4);
    xg_x_mov(x, true, RDX, STATE(table));
    xg_x_mov(x, false, RCX, xg_indexed(RDX, RAX, 0));
    xg_x_alui(x, XG_ADD, false, xg_reg(RCX), (int32_t)b->j->s->dispatch);
    xg_x_op(x, XG_X(0, 0, 0xFF), links ? 2 : 4, xg_reg(RCX));
    if (links)
        after_call(b, k);
}

/* Jumps that are taken when the branch is: by CTR alone or by CR alone. */
static unsigned if_taken(struct xg_builder *b, const struct xg_binsn *i, uint8_t *fix[2])
{
    struct xg_x *x = &b->x;
    unsigned n = 0;
    if (!(i->op.d & 4)) {
        fix[n++] = xg_x_jcc(x, count_down(b, i));
        return n;
    }
    struct xg_condition c = xg_emit_condition(b, i);
    if (c.parity == 2)
        fix[n++] = xg_x_jcc(x, XG_PE);
    uint8_t *skip = c.parity == 1 ? xg_x_jcc(x, XG_PE) : NULL;
    fix[n++] = xg_x_jcc(x, c.cc);
    if (skip)
        xg_x_land(x, skip);
    return n;
}
/* The end of a loop: the slice is looked at before the condition, which is then looked at once
 * more where the slice is spent. */
static void emit_loop_end(struct xg_builder *b, const struct xg_block *k, const struct xg_binsn *i,
                          int follows)
{
    uint8_t *fix[2];
    xg_x_alui(&b->x, XG_SUB, true, xg_reg(R14), (int32_t)(k->uncounted + k->count));
    struct xg_cold spent = {.kind = XG_COLD_SLICE_IF,
                            .fix = xg_x_jcc(&b->x, XG_LE),
                            .insn = (int)b->at,
                            .pc = k->taken_pc,
                            .dirty = k->dirty_out,
                            .singles = b->singles};
    b->flags_of = -1;
    unsigned n = if_taken(b, i, fix);
    while (n)
        fix_add(b, fix[--n], k->taken);
    spent.resume = b->x.p;
    xg_cold_add(b, spent);
    go(b, k, k->next, k->next_pc, k->next == follows, 0);
}
/* At a branch, of whose instructions so many are not counted yet: what a fault finds. */
static void set_branch_site(struct xg_builder *b, unsigned uncounted)
{
    b->unit->sites[b->at].delta = (uint16_t)(uncounted - 1);
}

static void emit_conditional(struct xg_builder *b, const struct xg_block *k,
                             const struct xg_binsn *i, int follows)
{
    struct xg_x *x = &b->x;
    uint8_t *fix[3];
    unsigned uncounted = k->uncounted + k->count;
    bool back = k->taken_pc <= i->op.pc, one = !(i->op.d & 4) != !(i->op.d & 16);
    if (back && one && k->taken >= 0 && !conversions(b, &b->block[k->taken])) {
        emit_loop_end(b, k, i, follows);
        return;
    }
    if (!back && k->taken >= 0 && (i->op.d & 4) && !(i->op.d & 16) &&
        !conversions(b, &b->block[k->taken])) {
        unsigned there = uncounted_at(b, k->taken);
        count_insns(b, (int32_t)(uncounted - there));
        set_branch_site(b, there);
        struct xg_condition c = xg_emit_condition(b, i);
        if (c.parity == 2)
            fix_add(b, xg_x_jcc(x, XG_PE), k->taken);
        uint8_t *skip = c.parity == 1 ? xg_x_jcc(x, XG_PE) : NULL;
        fix_add(b, xg_x_jcc(x, c.cc), k->taken);
        if (skip)
            xg_x_land(x, skip);
        go(b, k, k->next, k->next_pc, k->next == follows, there);
        return;
    }
    set_branch_site(b, uncounted);
    unsigned n = unless_taken(b, i, fix);
    if (back)
        safepoint(b, uncounted, k->taken_pc, false, k->dirty_out, true);
    go(b, k, k->taken, k->taken_pc, false, back ? 0 : uncounted);
    for (unsigned m = 0; m < n; m++)
        xg_x_land(x, fix[m]);
    if ((i->op.d & 20) != 20)
        go(b, k, k->next, k->next_pc, k->next == follows, uncounted);
}

static void emit_branch(struct xg_builder *b, const struct xg_block *k, const struct xg_binsn *i,
                        int follows)
{
    uint8_t *fix[3];
    unsigned n, uncounted = k->uncounted + k->count;
    bool always = (i->op.d & 20) == 20, back = k->taken_pc <= i->op.pc;
    switch (i->handler) {
    case XG_HANDLER_b:
        if (i->op.insn & 1) {
            emit_call(b, k, i);
            return;
        }
        if (back)
            safepoint(b, uncounted, k->taken_pc, false, k->dirty_out, true);
        go(b, k, k->taken, k->taken_pc, k->taken >= 0 && k->taken == follows, back ? 0 : uncounted);
        return;
    case XG_HANDLER_bc:
        emit_conditional(b, k, i, follows);
        return;
    default:
        break;
    }
    bool to_lr = i->handler == XG_HANDLER_bclr;
    if (always) {
        if (to_lr)
            emit_return(b, k, uncounted);
        else
            emit_to_ctr(b, k, i, uncounted);
        return;
    }
    set_branch_site(b, uncounted);
    n = unless_taken(b, i, fix);
    if (to_lr)
        emit_return(b, k, uncounted);
    else
        emit_to_ctr(b, k, i, uncounted);
    for (unsigned m = 0; m < n; m++)
        xg_x_land(&b->x, fix[m]);
    go(b, k, k->next, k->next_pc, k->next == follows, uncounted);
}

/* ---- the interpreter does one instruction ---- */

static void call_step(struct xg_builder *b, struct xg_jit_site *site)
{
    xg_x_movi(&b->x, RCX, (uintptr_t)site);
    xg_x_call_to(&b->x, b->x.spare ? b->j->t_step_far : b->j->t_step);
}

/* After the step the homes it wrote are reloaded; `stay` are the dirty homes that only
 * registers hold, for the case that it leaves. */
static void emit_step(struct xg_builder *b, unsigned n, uint64_t dirty)
{
    struct xg_binsn *i = &b->insn[n];
    uint64_t known = i->use_homes | i->def_homes;
    xg_store_homes(b, dirty & known, b->singles);
    call_step(b, &b->unit->sites[n]);
    xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_LEAVE,
                                    .fix = xg_x_jcc(&b->x, XG_NE),
                                    .insn = (int)n,
                                    .dirty = dirty & ~known,
                                    .singles = b->singles,
                                    .in_mode = true});
}

static void emit_barrier(struct xg_builder *b, const struct xg_block *k, unsigned n)
{
    struct xg_jit_site *site = &b->unit->sites[n];
    unsigned level = xg_field(site->op.insn, 5, 7);
    xg_store_homes(b, b->insn[n].dirty, b->singles);
    mode_leave(b);
    count_insns(b, (int32_t)(k->uncounted + k->count));
    site->delta = (uint16_t)-1;
    if (site->handler == XG_HANDLER_sc && (level == 2 || level == 3)) {
        set_pc(b, site->op.pc + 4);
        if (level == 3)
            xg_x_movi(&b->x, RAX, XG_LEFT_RETURN);
        xg_x_jump_to(&b->x, -1, level == 2 ? b->j->t_kernel : b->j->t_drain);
        return;
    }
    call_step(b, site);
    xg_cold_add(
        b, (struct xg_cold){.kind = XG_COLD_LEAVE, .fix = xg_x_jcc(&b->x, XG_NE), .insn = (int)n});
    if (k->next < 0)
        link_to(b, xg_x_jmp(&b->x), k->next_pc);
}

/* ---- cold code ---- */

/* eax: why. With what the site knows of CR; and of FPSCR, if nothing has done the instruction. */
static void leave_making_fields(struct xg_builder *b, int insn, bool before)
{
    const struct xg_jit_site *site = &b->unit->sites[insn];
    unsigned recall = before && site->has_last ? XG_RECALL : 0;
    bool asks = b->insn[insn].has_pending || recall;
    if (asks)
        xg_x_movi(&b->x, RCX, (uintptr_t)site | recall);
    xg_x_jump_to(&b->x, -1, asks ? b->j->t_pending : b->j->t_exit);
}

static void emit_cold(struct xg_builder *b, const struct xg_cold *c)
{
    struct xg_x *x = &b->x;
    struct xg_jit *j = b->j;
    b->singles = c->singles;
    switch (c->kind) {
    case XG_COLD_SLICE:
        xg_store_homes(b, c->dirty, c->singles);
        if (!c->pc_in_eax)
            xg_x_movi(x, RAX, c->pc);
        xg_x_jump_to(x, -1, b->vmx_mode && c->in_mode ? j->t_slice_mode : j->t_slice);
        break;
    case XG_COLD_SLICE_IF: {
        uint8_t *fix[2];
        b->at = (unsigned)c->insn;
        b->flags_of = -1;
        unsigned n = if_taken(b, &b->insn[c->insn], fix);
        xg_x_jump_to(x, -1, c->resume);
        while (n)
            xg_x_land(x, fix[--n]);
        xg_store_homes(b, c->dirty, c->singles);
        xg_x_movi(x, RAX, c->pc);
        xg_x_jump_to(x, -1, b->vmx_mode ? j->t_slice_mode : j->t_slice);
        break;
    }
    case XG_COLD_WIDEN: /* the block gets a version that keeps doubles */
        xg_store_homes(b, c->dirty, c->singles);
        mode_leave(b);
        count_insns(b, (int32_t)c->uncounted);
        set_pc(b, c->pc);
        xg_x_movi(x, RAX, XG_LEFT_WIDEN);
        if (c->insn >= 0)
            leave_making_fields(b, c->insn, true);
        else
            xg_x_jump_to(x, -1, j->t_exit);
        break;
    case XG_COLD_UNORDERED:
        xg_x_movi(x, RAX, (uint64_t)XG_CR_UNORDERED);
        xg_x_jump_to(x, -1, c->resume);
        break;
    case XG_COLD_MIDDLE:
        xg_emit_middle(b, c);
        __attribute__((fallthrough));
    case XG_COLD_STEP:
        emit_step(b, (unsigned)c->insn, c->dirty);
        xg_reload_homes(b, b->insn[c->insn].def_homes, b->unit->sites[c->insn].singles_after);
        xg_x_jump_to(x, -1, c->resume);
        break;
    case XG_COLD_LEAVE:
        xg_store_homes(b, c->dirty, c->singles);
        if (c->in_mode)
            mode_leave(b);
        leave_making_fields(b, c->insn, false);
        break;
    case XG_COLD_INTERPRET: {
        const struct xg_jit_site *site = &b->unit->sites[c->insn];
        if (!b->vmx_mode && b->insn[c->insn].vector_mode) /* singles: no flush to zero */
            xg_jit_emit_mode_end(j, x);
        xg_store_homes(b, c->dirty, c->singles);
        mode_leave(b);
        count_insns(b, site->delta);
        set_pc(b, site->op.pc);
        xg_x_movi(x, RAX, XG_LEFT_INTERPRET);
        leave_making_fields(b, c->insn, true);
        break;
    }
    case XG_COLD_LINK:
        j->links[c->insn].stub = (uint32_t)(x->p - j->rw);
        xg_x_movi(x, RCX, (unsigned)c->insn);
        xg_x_jump_to(x, -1, j->t_link);
        break;
    }
}

/* ---- blocks ---- */

static void publish(struct xg_builder *b, const struct xg_block *k)
{
    b->unit->entries[b->unit->entry_count++] = k->pc;
}

static void start_block(struct xg_builder *b, struct xg_block *k)
{
    if (k->from_context) {
        k->context_label = b->x.p;
        mode_enter(b);
        xg_load_homes(b, k);
    }
    k->label = b->x.p;
    b->singles = k->singles_in;
}

/* All of a site but what its code tells afterwards. */
static void emit_site(struct xg_builder *b, const struct xg_block *k, unsigned n, uint32_t before)
{
    struct xg_binsn *i = &b->insn[n];
    struct xg_jit_site *s = &b->unit->sites[n];
    s->op = i->op;
    s->unit = b->unit;
    s->dirty = i->dirty;
    s->defs = i->def_homes;
    s->singles_before = before;
    s->delta = (uint16_t)(k->uncounted + n - k->first);
    s->has_pending = i->has_pending;
    if (i->has_pending) {
        memcpy(s->pending, i->pending, sizeof s->pending);
        memcpy(s->pending_op, i->pending_op, sizeof s->pending_op);
    }
    s->last = xg_status_last(b, i);
    s->has_last = s->last.operation || s->last.conversion || s->last.compare;
    s->keep = s->keep_single = 0;
    memset(s->keep_xmm, 0, sizeof s->keep_xmm);
    s->traps = 0;
    s->looks_ahead = false;
    s->handler = i->handler;
    s->packs = (i->st_use | i->st_def) || i->treat == XG_T_BARRIER ||
               ((i->info->reads | i->info->writes) >> XG_LOC_FPSCR & 1);
}

/* Around a run of vector arithmetic in a unit that also has scalars. */
static void switch_mode(struct xg_builder *b, unsigned n, unsigned edge, bool before)
{
    if (b->vmx_mode || !b->insn[n].vector_mode)
        return;
    if (n != edge && b->insn[before ? n - 1 : n + 1].vector_mode)
        return;
    if (before)
        xg_jit_emit_mode(b->j, &b->x);
    else
        xg_jit_emit_mode_end(b->j, &b->x);
}

static bool emit_block(struct xg_builder *b, unsigned number)
{
    struct xg_block *k = &b->block[number];
    int follows = -1;
    if (number + 1 < b->block_count && !b->block[number + 1].from_context)
        follows = (int)number + 1;
    start_block(b, k);
    b->block_end = k->first + k->count;
    xg_known_nothing(b);
    for (unsigned n = k->first; n < k->first + k->count; n++) {
        struct xg_binsn *i = &b->insn[n];
        struct xg_jit_site *s = &b->unit->sites[n];
        b->at = n;
        emit_site(b, k, n, b->singles);
        s->host = (uint32_t)(b->x.p - b->j->rw);
        unsigned colds = b->colds_before = b->cold_count;
        uint32_t after = xg_singles_after(b, i, b->singles);
        s->singles_after = after;
        s->single_def = i->def.f && (after >> i->op.d & 1);
        switch (i->treat) {
        case XG_T_BRANCH:
            s->delta = (uint16_t)-1;
            emit_branch(b, k, i, follows);
            break;
        case XG_T_BARRIER:
            emit_barrier(b, k, n);
            break;
        case XG_T_CALL:
            emit_step(b, n, i->dirty);
            xg_reload_homes(b, i->def_homes, 0);
            break;
        default:
            switch_mode(b, n, k->first, true);
            if (!xg_emit_insn(b, i))
                return false;
            break;
        }
        b->singles = after;
        xg_known_after(b, i, colds);
        s->host_end = (uint32_t)(b->x.p - b->j->rw);
        if (i->treat == XG_T_NATIVE)
            switch_mode(b, n, k->first + k->count - 1, false);
    }
    const struct xg_binsn *last = &b->insn[k->first + k->count - 1];
    if (last->treat != XG_T_BRANCH && last->treat != XG_T_BARRIER)
        go(b, k, k->next, k->next_pc, k->next == follows, k->uncounted + k->count);
    return true;
}

/* Entries of blocks that code falls or jumps into with registers: out of line. */
static void emit_entries(struct xg_builder *b)
{
    for (unsigned n = 0; n < b->block_count; n++) {
        struct xg_block *k = &b->block[n];
        if (!k->stub && !k->from_context)
            continue;
        publish(b, k);
        if (k->from_context)
            continue;
        k->context_label = b->x.p;
        b->singles = 0;
        mode_enter(b);
        xg_load_homes(b, k);
        xg_x_jump_to(&b->x, -1, k->label);
    }
}

/* Jumps that leave alike share their code. */
static bool is_alike(const struct xg_cold *c, const struct xg_cold *d)
{
    return c->kind == d->kind && c->insn == d->insn && c->pc == d->pc &&
           c->pc_in_eax == d->pc_in_eax && c->in_mode == d->in_mode && c->dirty == d->dirty &&
           c->singles == d->singles && c->resume == d->resume && c->uncounted == d->uncounted;
}
static void emit_colds(struct xg_builder *b)
{
    enum { BACK = 24 };
    for (unsigned n = 0; n < b->cold_count; n++) { /* grows while it is emitted */
        struct xg_cold *list = b->room->cold, c = list[n];
        unsigned m = c.kind == XG_COLD_LINK ? n : n > BACK ? n - BACK : 0;
        while (m < n && !is_alike(&list[m], &c))
            m++;
        uint8_t *stub = m < n ? list[m].stub : b->x.p;
        list[n].stub = stub;
        if (!b->x.full)
            xg_x_land_at(c.fix, stub);
        if (m == n)
            emit_cold(b, &c);
    }
}

enum xg_native xg_emit_is_native(const struct xg_builder *b, const struct xg_binsn *i)
{
    return xg_native_integer(b, i)  ? XG_N_INTEGER
           : xg_native_memory(b, i) ? XG_N_MEMORY
           : xg_native_cr(b, i)     ? XG_N_CR
           : xg_native_vmemory(i)   ? XG_N_VMEMORY
           : xg_native_float(b, i)  ? XG_N_FLOAT
           : xg_native_vector(b, i) ? XG_N_VECTOR
                                    : XG_N_NONE;
}
bool xg_emit_insn(struct xg_builder *b, struct xg_binsn *i)
{
    switch (i->native) {
    case XG_N_INTEGER:
        return xg_emit_integer(b, i);
    case XG_N_CR:
        return xg_emit_cr(b, i);
    case XG_N_MEMORY:
        return xg_emit_memory(b, i);
    case XG_N_VMEMORY:
        return xg_emit_vmemory(b, i);
    case XG_N_FLOAT:
        return xg_emit_float(b, i);
    case XG_N_VECTOR:
        return xg_emit_vector(b, i);
    default:
        return false;
    }
}

bool xg_build_emit(struct xg_builder *b)
{
    for (unsigned n = 0; n < b->block_count; n++)
        if (!emit_block(b, n))
            return false;
    emit_entries(b);
    emit_colds(b);
    if (b->x.full)
        return false;
    for (unsigned n = 0; n < b->fix_count; n++)
        xg_x_land_at(b->room->fix[n].at, b->block[b->room->fix[n].block].label);
    return true;
}
