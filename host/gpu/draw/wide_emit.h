/* Short forms of the instructions that shaders are compiled to. Registers: rbx the state, r12
 * the constants; ymm13 is zero, ymm14 the predicate mask of the slot. */
#ifndef XG_GPU_DRAW_WIDE_EMIT_H
#define XG_GPU_DRAW_WIDE_EMIT_H

#include "base/x86.h"
#include "gpu/draw/wide.h"

#define YP(map, byte) (XG_X(XG_P0, map, byte) | XG_XL)
#define YD(map, byte) (XG_X(XG_P66, map, byte) | XG_XL)
enum {
    Y_MOV = YP(XG_M0F, 0x28),
    Y_PUT = YP(XG_M0F, 0x29),
    Y_ADD = YP(XG_M0F, 0x58),
    Y_MUL = YP(XG_M0F, 0x59),
    Y_SUB = YP(XG_M0F, 0x5C),
    Y_MIN = YP(XG_M0F, 0x5D),
    Y_DIV = YP(XG_M0F, 0x5E),
    Y_MAX = YP(XG_M0F, 0x5F),
    Y_SQRT = YP(XG_M0F, 0x51),
    Y_AND = YP(XG_M0F, 0x54),
    Y_ANDN = YP(XG_M0F, 0x55), /* ~a & b */
    Y_OR = YP(XG_M0F, 0x56),
    Y_XOR = YP(XG_M0F, 0x57),
    Y_CMP = YP(XG_M0F, 0xC2),
    Y_INT = XG_X(XG_PF3, XG_M0F, 0x5B) | XG_XL, /* truncates */
    Y_ROUND = YD(XG_M3A, 0x08),
    Y_BLEND = YD(XG_M3A, 0x4A),
    Y_SPREAD = YD(XG_M38, 0x18), /* broadcast of a single */
    Y_MASKED = YD(XG_M38, 0x2E), /* store under a mask */
    Y_SIGNS = YP(XG_M0F, 0x50),
};
/* Predicates of Y_CMP, quiet. */
enum { Q_EQ = 0x00, Q_LT = 0x11, Q_LE = 0x12, Q_NE = 0x04, Q_GE = 0x1D, Q_GT = 0x1E };

#define ZERO 13
#define MASK 14

static inline struct xg_rm xg_y_state(size_t offset)
{
    return xg_at(RBX, (int32_t)offset);
}
#define STATE(member) xg_y_state(offsetof(struct xg_wide, member))

/* Below AVX the code of a slot is made twice, for four lanes each; register 15 is scratch. Every
 * xg_x of shaders is the first member of one of these. */
struct xg_y {
    struct xg_x x;
    unsigned half; /* which one the code is for */
};
static inline unsigned *xg_y_which(struct xg_x *x)
{
    return &((struct xg_y *)(void *)x)->half;
}
static inline bool xg_y_halves(const struct xg_x *x)
{
    return x->level < XG_X_AVX;
}
static inline struct xg_rm xg_y_half(struct xg_x *x, struct xg_rm m)
{
    if (m.reg < 0 && m.base == RBX)
        m.disp += 16 * (int32_t)*xg_y_which(x);
    return m;
}

static inline void xg_y2(struct xg_x *x, uint32_t op, int d, struct xg_rm s)
{
    s = xg_y_half(x, s);
    if (!xg_y_halves(x)) {
        xg_x_vex(x, op, d, 0, s);
    } else if (op == Y_SPREAD) {
        xg_x_op(x, XG_X(XG_PF3, XG_M0F, 0x10), d, s); /* movss, shufps */
        xg_x_op(x, XG_X(XG_P0, XG_M0F, 0xC6), d, xg_reg(d));
        xg_x_byte(x, 0);
    } else {
        xg_x_op(x, op, d, s);
    }
}
static inline void xg_y3(struct xg_x *x, uint32_t op, int d, int a, struct xg_rm b)
{
    xg_x_op3(x, op, d, a, xg_y_half(x, b), 15);
}
static inline void xg_y_compare(struct xg_x *x, unsigned predicate, int d, int a, struct xg_rm b)
{
    static const uint8_t low[32] = {
        [Q_EQ] = 0, [Q_LT] = 1, [Q_LE] = 2, [Q_NE] = 4, [Q_GE] = 2, [Q_GT] = 1};
    if (!xg_y_halves(x)) {
        xg_x_vex(x, Y_CMP, d, a, b);
        xg_x_byte(x, predicate);
        return;
    }
    if (predicate == Q_GE || predicate == Q_GT) { /* the other way round */
        if (d == a) {
            xg_x_movaps(x, 15, a);
            a = 15;
        }
        if (b.reg != d)
            xg_y2(x, Y_MOV, d, b);
        b = xg_reg(a);
        a = d;
    }
    xg_y3(x, Y_CMP, d, a, b);
    xg_x_byte(x, low[predicate]);
}
/* d = mask ? b : a; masks are all ones or zeros */
static inline void xg_y_blend(struct xg_x *x, int d, int a, struct xg_rm b, int mask)
{
    if (!xg_y_halves(x)) {
        xg_x_vex(x, Y_BLEND, d, a, b);
        xg_x_byte(x, (unsigned)mask << 4);
        return;
    }
    xg_x_movaps(x, 15, mask);
    xg_x_op(x, Y_ANDN, 15, xg_reg(a));
    if (d == mask) {
        xg_x_op(x, Y_AND, d, xg_y_half(x, b));
    } else {
        if (b.reg != d)
            xg_y2(x, Y_MOV, d, b);
        xg_x_op(x, Y_AND, d, xg_reg(mask));
    }
    xg_x_op(x, Y_OR, d, xg_reg(15));
}
static inline void xg_y_round(struct xg_x *x, int d, struct xg_rm s, unsigned mode)
{
    xg_y2(x, Y_ROUND, d, s);
    xg_x_byte(x, mode | 8);
}
/* to = v in the lanes of MASK */
static inline void xg_y_masked(struct xg_x *x, int v, struct xg_rm to)
{
    if (!xg_y_halves(x)) {
        xg_x_vex(x, Y_MASKED, v, MASK, to);
        return;
    }
    to = xg_y_half(x, to);
    xg_x_movaps(x, 15, v);
    xg_x_op(x, Y_XOR, 15, to);
    xg_x_op(x, Y_AND, 15, xg_reg(MASK));
    xg_x_op(x, Y_XOR, 15, to);
    xg_x_op(x, Y_PUT, 15, to);
}
static inline void xg_y_zero(struct xg_x *x)
{
    xg_y3(x, Y_XOR, ZERO, ZERO, xg_reg(ZERO));
}
/* helper(state); vector registers are lost but for zero. */
static inline void xg_y_call(struct xg_x *x, void (*helper)(void))
{
    xg_x_op(x, XG_X(0, 0, 0x89) | XG_XW, RBX, xg_reg(RDI)); /* mov rdi, rbx */
    xg_x_movi(x, RAX, (uint64_t)(uintptr_t)helper);
    xg_x_op(x, XG_X(0, 0, 0xFF), 2, xg_reg(RAX));
}

#endif
