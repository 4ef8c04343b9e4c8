/* Code of ALU slots. Both halves read before either writes: results wait in registers 8..12
 * (or, from a helper, in the state) until the end of the slot. */
#include "gpu/draw/wide_emit.h"

struct slot {
    struct xg_x *x;
    const struct xg_alu *alu;
    bool exact, pixel, masked;
    bool parked; /* the scalar result lies in the state */
};

#define CALL(s, f) xg_y_call((s)->x, (void (*)(void))(f))

/* --- operands --- */

/* Registers that hold the byte offset of relatively addressed temporaries. */
static const int index_register[4] = {RAX, RCX, RDX, RSI};

static void relative_index(struct slot *s, int reg, uint32_t base)
{
    struct xg_x *x = s->x;
    xg_x_mov(x, false, reg, STATE(al));
    xg_x_alui(x, XG_ADD, false, xg_reg(reg), (int32_t)base);
    xg_x_alui(x, XG_AND, false, xg_reg(reg), XG_TEMPS - 1);
    xg_x_shift(x, XG_SHL, false, reg, 7);
}
_Static_assert(sizeof(xg_wide_value) == 128, "shifted by 7");

/* Fetches constants with relative indices, which needs helpers, then sets up the index
 * registers, which helpers destroy. */
static void prepare_sources(struct slot *s, unsigned used)
{
    const struct xg_alu *alu = s->alu;
    for (unsigned n = 0; n < 3; n++) {
        const struct xg_alu_source *src = &alu->src[n];
        if (!(used >> n & 1) || !src->constant || !src->relative)
            continue;
        xg_x_movi(s->x, RSI, n | (uint32_t)alu->uses_a0 << 2 | (uint32_t)src->index << 8);
        CALL(s, xg_wide_relative_constant);
        xg_y_zero(s->x);
    }
    for (unsigned n = 0; n < 3; n++) {
        const struct xg_alu_source *src = &alu->src[n];
        if (used >> n & 1 && !src->constant && src->relative)
            relative_index(s, index_register[n], src->index);
    }
}

static struct xg_rm place(const struct slot *s, const struct xg_alu_source *src, unsigned n,
                          unsigned component)
{
    unsigned c = src->swizzle[component];
    if (src->constant && src->relative)
        return xg_y_state(offsetof(struct xg_wide, relative) + n * sizeof(xg_wide_value) +
                          c * sizeof(float[XG_WIDE]));
    if (src->constant)
        return xg_at(R12, 16 * src->index + 4 * (int)c);
    XG_UNUSED(s);
    if (src->relative)
        return xg_indexed(RBX, index_register[n],
                          (int32_t)(offsetof(struct xg_wide, r) + c * sizeof(float[XG_WIDE])));
    return xg_y_state(offsetof(struct xg_wide, r) + src->index * sizeof(xg_wide_value) +
                      c * sizeof(float[XG_WIDE]));
}

static void load_from(struct slot *s, const struct xg_alu_source *src, unsigned n,
                      unsigned component, int d)
{
    bool spread = src->constant && !src->relative;
    xg_y2(s->x, spread ? Y_SPREAD : Y_MOV, d, place(s, src, n, component));
    if (src->magnitude)
        xg_y3(s->x, Y_AND, d, d, STATE(magnitude));
    if (src->negate)
        xg_y3(s->x, Y_XOR, d, d, STATE(sign));
}
static void load(struct slot *s, unsigned n, unsigned component, int d)
{
    load_from(s, &s->alu->src[n], n, component, d);
}
/* The same as an operand: memory where it can be read in place. */
static struct xg_rm operand(struct slot *s, unsigned n, unsigned component, int scratch)
{
    const struct xg_alu_source *src = &s->alu->src[n];
    if (!(src->constant && !src->relative) && !src->magnitude && !src->negate)
        return place(s, src, n, component);
    load(s, n, component, scratch);
    return xg_reg(scratch);
}

/* --- arithmetic --- */

/* d = a * b without the last addition of zero that makes -0 from a product +0. */
static void product(struct slot *s, int d, int a, struct xg_rm b)
{
    struct xg_x *x = s->x;
    if (!s->exact) {
        xg_y3(x, Y_MUL, d, a, b);
        return;
    }
    if (b.reg < 0) {
        xg_y2(x, Y_MOV, 7, b);
        b = xg_reg(7);
    }
    xg_y_compare(x, Q_NE, 5, a, xg_reg(ZERO));
    xg_y_compare(x, Q_NE, 6, b.reg, xg_reg(ZERO));
    xg_y3(x, Y_MUL, d, a, b);
    xg_y3(x, Y_AND, d, d, xg_reg(5));
    xg_y3(x, Y_AND, d, d, xg_reg(6));
}
static void positive_zero(struct slot *s, int d)
{
    xg_y3(s->x, Y_ADD, d, d, xg_reg(ZERO));
}
/* a >= b ? a : b */
static void maximum(struct slot *s, int d, int a, struct xg_rm b)
{
    struct xg_x *x = s->x;
    if (b.reg < 0) {
        xg_y2(x, Y_MOV, 7, b);
        b = xg_reg(7);
    }
    if (!s->exact) { /* no NaN; the host's second operand wins between zeros */
        xg_y3(x, Y_MAX, d, b.reg, xg_reg(a));
        return;
    }
    xg_y_compare(x, Q_GE, 6, a, b);
    xg_y_blend(x, d, b.reg, xg_reg(a), 6);
}
static void comparison(struct slot *s, unsigned predicate, int d, int a, struct xg_rm b)
{
    xg_y_compare(s->x, predicate, d, a, b);
    xg_y3(s->x, Y_AND, d, d, STATE(one));
}
/* state.a0 = integer(d); d is clamped and destroyed. */
static void set_address(struct slot *s, int d, bool rounded)
{
    struct xg_x *x = s->x;
    xg_y3(x, Y_MAX, d, d, STATE(low)); /* NaN gives the second */
    xg_y3(x, Y_MIN, d, d, STATE(high));
    if (rounded)
        xg_y3(x, Y_ADD, d, d, STATE(half));
    xg_y_round(x, d, xg_reg(d), 1);
    xg_y2(x, Y_INT, d, xg_reg(d));
    if (s->masked)
        xg_y_masked(x, d, STATE(a0));
    else
        xg_y2(x, Y_PUT, d, STATE(a0));
}
/* state.member (a mask) = d where the slot is active */
static void set_predicate(struct slot *s, int d)
{
    if (s->masked)
        xg_y_masked(s->x, d, STATE(p0));
    else
        xg_y2(s->x, Y_PUT, d, STATE(p0));
}
static void add_kill(struct slot *s, int d, int scratch)
{
    struct xg_x *x = s->x;
    if (!s->pixel)
        return;
    if (s->masked) {
        xg_y3(x, Y_AND, scratch, d, xg_reg(MASK));
        d = scratch;
    }
    xg_y3(x, Y_OR, scratch, d, STATE(killed));
    xg_y2(x, Y_PUT, scratch, STATE(killed));
}

/* --- vector half --- */

static const uint8_t set_predicates[4] = {Q_EQ, Q_GT, Q_GE, Q_NE};  /* seq sgt sge sne */
static const uint8_t push_predicates[4] = {Q_EQ, Q_NE, Q_GT, Q_GE}; /* setp_*_push */
static const uint8_t kill_predicates[4] = {Q_EQ, Q_GT, Q_GE, Q_NE};

static bool same_source(const struct xg_alu_source *a, const struct xg_alu_source *b)
{
    return a->index == b->index && a->constant == b->constant && a->relative == b->relative &&
           a->negate == b->negate && a->magnitude == b->magnitude &&
           !memcmp(a->swizzle, b->swizzle, 4) && !a->relative;
}

static void componentwise(struct slot *s, unsigned op, unsigned c)
{
    struct xg_x *x = s->x;
    int d = 8 + (int)c;
    switch (op) {
    case XG_VOP_MAX:
    case XG_VOP_MAXA:
        if (same_source(&s->alu->src[0], &s->alu->src[1])) {
            load(s, 0, c, d);
            return;
        }
        load(s, 0, c, 0);
        maximum(s, d, 0, operand(s, 1, c, 1));
        return;
    case XG_VOP_FRC:
        load(s, 0, c, 0);
        xg_y_round(x, 1, xg_reg(0), 1);
        xg_y3(x, Y_SUB, d, 0, xg_reg(1));
        return;
    case XG_VOP_TRUNC:
    case XG_VOP_FLOOR:
        load(s, 0, c, 0);
        xg_y_round(x, d, xg_reg(0), op == XG_VOP_TRUNC ? 3 : 1);
        return;
    default:
        break;
    }
    load(s, 0, c, 0);
    if (op == XG_VOP_CNDEQ || op == XG_VOP_CNDGE || op == XG_VOP_CNDGT) {
        load(s, 2, c, 2);
        xg_y_compare(x,
                     op == XG_VOP_CNDEQ   ? Q_EQ
                     : op == XG_VOP_CNDGE ? Q_GE
                                          : Q_GT,
                     0, 0, xg_reg(ZERO));
        xg_y_blend(x, d, 2, operand(s, 1, c, 1), 0);
        return;
    }
    struct xg_rm b = operand(s, 1, c, 1);
    switch (op) {
    case XG_VOP_ADD:
        xg_y3(x, Y_ADD, d, 0, b);
        break;
    case XG_VOP_MUL:
        product(s, d, 0, b);
        positive_zero(s, d);
        break;
    case XG_VOP_MIN:
        xg_y3(x, Y_MIN, d, 0, b);
        break;
    case XG_VOP_MAD:
        product(s, d, 0, b);
        if (s->exact) /* a product that became -0 by underflow */
            positive_zero(s, d);
        xg_y3(x, Y_ADD, d, d, operand(s, 2, c, 2));
        if (!s->exact)
            positive_zero(s, d);
        break;
    default:
        comparison(s, set_predicates[op - XG_VOP_SEQ], d, 0, b);
        break;
    }
}

/* Sum of products into register 8. The final +0 stands for the +0 of every zero product. */
static void dot(struct slot *s, unsigned components)
{
    struct xg_x *x = s->x;
    for (unsigned c = 0; c < components; c++) {
        load(s, 0, c, 0);
        product(s, c ? 3 : 8, 0, operand(s, 1, c, 1));
        if (c)
            xg_y3(x, Y_ADD, 8, 8, xg_reg(3));
    }
    positive_zero(s, 8);
}

static void push(struct slot *s, unsigned predicate)
{
    struct xg_x *x = s->x;
    load(s, 0, 3, 0);
    load(s, 1, 3, 1);
    load(s, 0, 0, 2);
    load(s, 1, 0, 3);
    xg_y_compare(x, Q_EQ, 0, 0, xg_reg(ZERO));
    xg_y_compare(x, predicate, 1, 1, xg_reg(ZERO));
    xg_y3(x, Y_AND, 0, 0, xg_reg(1));
    set_predicate(s, 0);
    xg_y_compare(x, Q_EQ, 0, 2, xg_reg(ZERO));
    xg_y_compare(x, predicate, 3, 3, xg_reg(ZERO));
    xg_y3(x, Y_AND, 0, 0, xg_reg(3));
    xg_y3(x, Y_ADD, 2, 2, STATE(one));
    xg_y3(x, Y_ANDN, 8, 0, xg_reg(2));
}

static void kill(struct slot *s, unsigned predicate)
{
    struct xg_x *x = s->x;
    for (unsigned c = 0; c < 4; c++) {
        load(s, 0, c, 0);
        xg_y_compare(x, predicate, c ? 2 : 1, 0, operand(s, 1, c, 3));
        if (c)
            xg_y3(x, Y_OR, 1, 1, xg_reg(2));
    }
    add_kill(s, 1, 2);
    xg_y3(x, Y_AND, 8, 1, STATE(one));
}

static struct xg_rm argument(unsigned i)
{
    return xg_y_state(offsetof(struct xg_wide, arg) + i * sizeof(float[XG_WIDE]));
}
static struct xg_rm result(unsigned i)
{
    return xg_y_state(offsetof(struct xg_wide, result) + i * sizeof(float[XG_WIDE]));
}
static void argument_component(struct slot *s, unsigned i, unsigned n, unsigned c)
{
    load(s, n, c, 0);
    xg_y2(s->x, Y_PUT, 0, argument(i));
}
static void reload(struct slot *s)
{
    xg_y_zero(s->x);
    if (s->masked)
        xg_y2(s->x, Y_MOV, MASK, STATE(mask));
}

/* Returns true when one result in register 8 stands for all components. */
static bool vector_half(struct slot *s)
{
    const struct xg_alu *alu = s->alu;
    struct xg_x *x = s->x;
    unsigned op = alu->vector_op;
    switch (op) {
    case XG_VOP_DP4:
    case XG_VOP_DP3:
        dot(s, op == XG_VOP_DP4 ? 4 : 3);
        return true;
    case XG_VOP_DP2ADD:
        dot(s, 2);
        load(s, 2, 0, 0);
        xg_y3(x, Y_ADD, 8, 8, xg_reg(0));
        return true;
    case XG_VOP_SETP_EQ_PUSH:
    case XG_VOP_SETP_NE_PUSH:
    case XG_VOP_SETP_GT_PUSH:
    case XG_VOP_SETP_GE_PUSH:
        push(s, push_predicates[op - XG_VOP_SETP_EQ_PUSH]);
        return true;
    case XG_VOP_KILL_EQ:
    case XG_VOP_KILL_GT:
    case XG_VOP_KILL_GE:
    case XG_VOP_KILL_NE:
        kill(s, kill_predicates[op - XG_VOP_KILL_EQ]);
        return true;
    case XG_VOP_CUBE:
        argument_component(s, 0, 0, 2);
        argument_component(s, 1, 0, 3);
        argument_component(s, 2, 0, 0);
        CALL(s, xg_wide_cube);
        reload(s);
        for (unsigned c = 0; c < 4; c++)
            xg_y2(x, Y_MOV, 8 + (int)c, result(c));
        return false;
    case XG_VOP_MAX4:
        for (unsigned c = 0; c < 4; c++)
            argument_component(s, c, 0, c);
        CALL(s, xg_wide_max4);
        reload(s);
        xg_y2(x, Y_MOV, 8, result(0));
        return true;
    case XG_VOP_DST:
        xg_y2(x, Y_MOV, 8, STATE(one));
        load(s, 0, 1, 0);
        product(s, 9, 0, operand(s, 1, 1, 1));
        positive_zero(s, 9);
        load(s, 0, 2, 10);
        load(s, 1, 3, 11);
        return false;
    default:
        break;
    }
    if (op == XG_VOP_MAXA) {
        load(s, 0, 3, 0);
        set_address(s, 0, true);
    }
    for (unsigned c = 0; c < 4; c++)
        if (alu->vector_mask >> c & 1)
            componentwise(s, op, c);
    return false;
}

/* --- scalar half: a in 0, b in 1, result in 12 --- */

static void load_scalar(struct slot *s, bool second)
{
    const struct xg_alu *alu = s->alu;
    if (!second)
        load(s, 2, 3, 0);
    else if (xg_ucode_scalar_ops[alu->scalar_op].flags & XG_UCODE_CONST_SCALAR)
        load_from(s, &alu->scalar_temp, 3, 0, 1);
    else
        load(s, 2, 0, 1);
}

/* p0 = register 2; result = p0 ? 0 : register 3 */
static void scalar_predicate(struct slot *s)
{
    set_predicate(s, 2);
    xg_y3(s->x, Y_ANDN, 12, 2, xg_reg(3));
}

static void scalar_setp(struct slot *s, unsigned op)
{
    static const uint8_t predicates[4] = {Q_EQ, Q_NE, Q_GT, Q_GE};
    struct xg_x *x = s->x;
    switch (op) {
    case XG_SOP_SETP_INV:
        xg_y_compare(x, Q_EQ, 2, 0, STATE(one));
        xg_y_compare(x, Q_EQ, 4, 0, xg_reg(ZERO));
        xg_y_blend(x, 3, 0, STATE(one), 4);
        break;
    case XG_SOP_SETP_POP:
        xg_y3(x, Y_ADD, 3, 0, STATE(minus_one));
        xg_y_compare(x, Q_LE, 2, 3, xg_reg(ZERO));
        break;
    case XG_SOP_SETP_CLR:
        xg_y3(x, Y_XOR, 2, 2, xg_reg(2));
        xg_y2(x, Y_MOV, 3, STATE(most));
        break;
    case XG_SOP_SETP_RSTR:
        xg_y_compare(x, Q_EQ, 2, 0, xg_reg(ZERO));
        xg_y2(x, Y_MOV, 3, xg_reg(0));
        break;
    default:
        xg_y_compare(x, predicates[op - XG_SOP_SETP_EQ], 2, 0, xg_reg(ZERO));
        xg_y2(x, Y_MOV, 3, STATE(one));
        break;
    }
    scalar_predicate(s);
}

static void clamp_infinity(struct slot *s, bool to_zero)
{
    struct xg_x *x = s->x;
    if (to_zero) {
        xg_y3(x, Y_AND, 2, 12, STATE(magnitude));
        xg_y_compare(x, Q_GT, 2, 2, STATE(most));
        xg_y3(x, Y_AND, 3, 12, STATE(sign));
        xg_y_blend(x, 12, 12, xg_reg(3), 2);
        return;
    }
    xg_y2(x, Y_MOV, 2, STATE(least));
    xg_y3(x, Y_MAX, 12, 2, xg_reg(12)); /* a NaN stays: it is the second operand */
    xg_y2(x, Y_MOV, 2, STATE(most));
    xg_y3(x, Y_MIN, 12, 2, xg_reg(12));
}

/* Operations that a helper computes: argument 0 is a, 1 is b. */
static void (*scalar_helper(unsigned op))(struct xg_wide *)
{
    switch (op) {
    case XG_SOP_EXP:
        return xg_wide_exp;
    case XG_SOP_LOG:
    case XG_SOP_LOGC:
        return xg_wide_log;
    case XG_SOP_SIN:
        return xg_wide_sin;
    case XG_SOP_COS:
        return xg_wide_cos;
    case XG_SOP_RSQ:
    case XG_SOP_RSQC:
    case XG_SOP_RSQF:
        return xg_wide_rsq;
    case XG_SOP_MULS_PREV2:
        return xg_wide_muls_prev2;
    default:
        return NULL;
    }
}

static void helped_scalar(struct slot *s, unsigned op)
{
    struct xg_x *x = s->x;
    load_scalar(s, false);
    xg_y2(x, Y_PUT, 0, argument(0));
    if (op == XG_SOP_MULS_PREV2) {
        load_scalar(s, true);
        xg_y2(x, Y_PUT, 1, argument(1));
    }
    CALL(s, scalar_helper(op));
    reload(s);
    xg_y2(x, Y_MOV, 12, result(0));
    if (op == XG_SOP_RSQC || op == XG_SOP_RSQF)
        clamp_infinity(s, op == XG_SOP_RSQF);
    if (op == XG_SOP_LOGC) {
        xg_y2(x, Y_MOV, 0, argument(0));
        xg_y_compare(x, Q_EQ, 0, 0, xg_reg(ZERO));
        xg_y_blend(x, 12, 12, STATE(least), 0);
    }
    xg_y2(x, Y_PUT, 12, STATE(scalar));
    s->parked = true;
}

static void scalar_kill(struct slot *s, unsigned op)
{
    static const uint8_t predicates[4] = {Q_EQ, Q_GT, Q_GE, Q_NE};
    struct xg_x *x = s->x;
    if (op == XG_SOP_KILLS_ONE)
        xg_y_compare(x, Q_EQ, 2, 0, STATE(one));
    else
        xg_y_compare(x, predicates[op - XG_SOP_KILLS_EQ], 2, 0, xg_reg(ZERO));
    add_kill(s, 2, 3);
    xg_y3(x, Y_AND, 12, 2, STATE(one));
}

static void scalar_half(struct slot *s)
{
    struct xg_x *x = s->x;
    unsigned op = s->alu->scalar_op;
    if (op != XG_SOP_RETAIN_PREV && op != XG_SOP_SETP_CLR)
        load_scalar(s, false);
    switch (op) {
    case XG_SOP_ADDS:
    case XG_SOP_ADDSC0:
    case XG_SOP_ADDSC1:
        load_scalar(s, true);
        xg_y3(x, Y_ADD, 12, 0, xg_reg(1));
        break;
    case XG_SOP_SUBS:
    case XG_SOP_SUBSC0:
    case XG_SOP_SUBSC1:
        load_scalar(s, true);
        xg_y3(x, Y_SUB, 12, 0, xg_reg(1));
        break;
    case XG_SOP_MULS:
    case XG_SOP_MULSC0:
    case XG_SOP_MULSC1:
        load_scalar(s, true);
        product(s, 12, 0, xg_reg(1));
        positive_zero(s, 12);
        break;
    case XG_SOP_ADDS_PREV:
        xg_y3(x, Y_ADD, 12, 0, STATE(ps));
        break;
    case XG_SOP_SUBS_PREV:
        xg_y3(x, Y_SUB, 12, 0, STATE(ps));
        break;
    case XG_SOP_MULS_PREV:
        product(s, 12, 0, STATE(ps));
        positive_zero(s, 12);
        break;
    case XG_SOP_MAXAS:
    case XG_SOP_MAXASF:
        xg_y2(x, Y_MOV, 2, xg_reg(0));
        set_address(s, 2, op == XG_SOP_MAXAS);
        load_scalar(s, true);
        maximum(s, 12, 0, xg_reg(1));
        break;
    case XG_SOP_MAXS:
        load_scalar(s, true);
        maximum(s, 12, 0, xg_reg(1));
        break;
    case XG_SOP_MINS:
        load_scalar(s, true);
        xg_y3(x, Y_MIN, 12, 0, xg_reg(1));
        break;
    case XG_SOP_SEQS:
    case XG_SOP_SGTS:
    case XG_SOP_SGES:
    case XG_SOP_SNES:
        comparison(s, set_predicates[op - XG_SOP_SEQS], 12, 0, xg_reg(ZERO));
        break;
    case XG_SOP_FRCS:
        xg_y_round(x, 1, xg_reg(0), 1);
        xg_y3(x, Y_SUB, 12, 0, xg_reg(1));
        break;
    case XG_SOP_TRUNCS:
    case XG_SOP_FLOORS:
        xg_y_round(x, 12, xg_reg(0), op == XG_SOP_TRUNCS ? 3 : 1);
        break;
    case XG_SOP_RCP:
    case XG_SOP_RCPC:
    case XG_SOP_RCPF:
        xg_y2(x, Y_MOV, 12, STATE(one));
        xg_y3(x, Y_DIV, 12, 12, xg_reg(0));
        if (op != XG_SOP_RCP)
            clamp_infinity(s, op == XG_SOP_RCPF);
        break;
    case XG_SOP_SQRT:
        xg_y2(x, Y_SQRT, 12, xg_reg(0));
        break;
    case XG_SOP_RETAIN_PREV:
        xg_y2(x, Y_MOV, 12, STATE(ps));
        break;
    default:
        if (op >= XG_SOP_KILLS_EQ && op <= XG_SOP_KILLS_ONE)
            scalar_kill(s, op);
        else
            scalar_setp(s, op);
        break;
    }
}

/* --- writing --- */

static void saturate(struct slot *s, int d, int from)
{
    xg_y3(s->x, Y_MAX, d, from, xg_reg(ZERO)); /* NaN and -0 give the second operand */
    xg_y3(s->x, Y_MIN, d, d, STATE(one));
}

static void write_component(struct slot *s, bool scalar, unsigned c, int from, bool clamp)
{
    const struct xg_alu *alu = s->alu;
    unsigned index = scalar && !alu->exports ? alu->scalar_dest : alu->vector_dest;
    bool relative = !alu->exports && (scalar ? alu->scalar_dest_rel : alu->vector_dest_rel);
    size_t base = alu->exports ? offsetof(struct xg_wide, out) : offsetof(struct xg_wide, r);
    size_t at = base + (relative ? 0 : index * sizeof(xg_wide_value)) + c * sizeof(float[XG_WIDE]);
    struct xg_rm to = xg_y_state(at);
    if (relative)
        to = xg_indexed(RBX, scalar ? RDX : RCX, (int32_t)at);
    if (clamp) {
        saturate(s, 0, from);
        from = 0;
    }
    if (s->masked)
        xg_y_masked(s->x, from, to);
    else
        xg_y2(s->x, Y_PUT, from, to);
}

static void write_constants(struct slot *s)
{
    const struct xg_alu *alu = s->alu;
    struct xg_x *x = s->x;
    if (!alu->exports)
        return;
    size_t written =
        offsetof(struct xg_wide, written) + alu->vector_dest * sizeof(uint32_t[XG_WIDE]);
    xg_y2(x, Y_MOV, 0, STATE(ones));
    if (s->masked)
        xg_y_masked(x, 0, xg_y_state(written));
    else
        xg_y2(x, Y_PUT, 0, xg_y_state(written));
    xg_y2(x, Y_MOV, 1, STATE(one));
    for (unsigned c = 0; c < 4; c++) {
        if (alu->ones >> c & 1)
            write_component(s, false, c, 1, false);
        else if (alu->zeros >> c & 1)
            write_component(s, false, c, ZERO, false);
    }
}

static void write_results(struct slot *s, bool replicated)
{
    const struct xg_alu *alu = s->alu;
    struct xg_x *x = s->x;
    if (alu->scalar_run) {
        if (s->parked)
            xg_y2(x, Y_MOV, 12, STATE(scalar));
        if (alu->scalar_op != XG_SOP_RETAIN_PREV) {
            if (s->masked)
                xg_y_masked(x, 12, STATE(ps));
            else
                xg_y2(x, Y_PUT, 12, STATE(ps));
        }
    }
    if (!alu->exports && alu->vector_run && alu->vector_dest_rel)
        relative_index(s, RCX, alu->vector_dest);
    if (!alu->exports && alu->scalar_run && alu->scalar_dest_rel)
        relative_index(s, RDX, alu->scalar_dest);
    write_constants(s);
    for (unsigned c = 0; c < 4 && alu->vector_run; c++)
        if (alu->vector_mask >> c & 1)
            write_component(s, false, c, replicated ? 8 : 8 + (int)c, alu->vector_clamp);
    for (unsigned c = 0; c < 4 && alu->scalar_run; c++)
        if (alu->scalar_mask >> c & 1)
            write_component(s, true, c, 12, alu->scalar_clamp);
}

static void alu_slot(struct xg_x *x, const struct xg_slot *slot, bool pixel, bool exact)
{
    const struct xg_alu *alu = &slot->alu;
    struct slot s = {.x = x, .alu = alu, .exact = exact, .pixel = pixel};
    bool replicated = false;
    unsigned used = alu->vector_run ? (1u << alu->sources) - 1 : 0;
    if (alu->scalar_run && alu->scalar_op != XG_SOP_RETAIN_PREV)
        used |= 4;
    s.masked = slot->predicated;
    if (s.masked) { /* before this slot can change p0 */
        xg_y2(x, Y_MOV, MASK, STATE(p0));
        if (!slot->condition)
            xg_y3(x, Y_XOR, MASK, MASK, STATE(ones));
        xg_y2(x, Y_PUT, MASK, STATE(mask));
    }
    prepare_sources(&s, used);
    if (s.masked && used) /* helpers may have run */
        xg_y2(x, Y_MOV, MASK, STATE(mask));
    bool helped = alu->scalar_run && scalar_helper(alu->scalar_op);
    if (helped) {
        helped_scalar(&s, alu->scalar_op);
        for (unsigned n = 0; n < 3; n++) /* the call has destroyed the index registers */
            if (used >> n & 1 && !alu->src[n].constant && alu->src[n].relative)
                relative_index(&s, index_register[n], alu->src[n].index);
    }
    if (alu->vector_run) {
        replicated = vector_half(&s);
        if (alu->scalar_run && !helped &&
            (alu->vector_op == XG_VOP_CUBE || alu->vector_op == XG_VOP_MAX4) &&
            !alu->src[2].constant && alu->src[2].relative)
            relative_index(&s, index_register[2], alu->src[2].index);
    }
    if (alu->scalar_run && !helped)
        scalar_half(&s);
    write_results(&s, replicated);
}

void xg_wide_alu(struct xg_x *x, const struct xg_slot *slot, bool pixel, bool exact)
{
    unsigned *half = xg_y_which(x);
    for (*half = 0; *half < 1u + xg_y_halves(x); ++*half)
        alu_slot(x, slot, pixel, exact);
    *half = 0;
}
