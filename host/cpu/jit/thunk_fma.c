/* Multiply-add of doubles with one rounding, for hosts without it. First with the 64 bits of
 * the x87: product and sum are each rounded to 64 bits. When the sum is not less than half of the
 * product it is wrong by at most one and a half of its last places; when k > 1 bits cancel, by
 * 2^(k-1) and a half, but then it ends in k zeros. So unless it lies within three of its last
 * places of the middle between two doubles, or of a double, rounding it is right (Ziv); near to a
 * double it is right too if fewer than eleven bits have cancelled. The rest is exact: the
 * product as a sum of two doubles (Dekker), two exact sums (Knuth), and the tail rounded to odd
 * before the last addition, so that this one rounds correctly (Boldo and Melquiond, "Emulation
 * of a FMA and correctly rounded sums", 2008).
 *
 * xmm0 = fma[0] * fma[1] + fma[2]; clobbers rax, rcx, rdx, xmm1, xmm2. NE: some magnitude is too
 * near to the ends of the range, or no number; nothing is said. The inexact flag is right
 * afterwards. */
#include "cpu/jit/jit.h"

#define STATE(field) xg_abs(&j->s->field)

enum { ADD = 0x58, MUL = 0x59, SUB = 0x5C, LEAST = 1023 - 400, RANGE = 800 };

static void op(struct xg_x *x, unsigned byte, int d, int s)
{
    xg_x_op3(x, XG_X(XG_PF2, XG_M0F, byte), d, d, xg_reg(s), -1);
}
static void mov(struct xg_x *x, int d, int s)
{
    xg_x_movaps(x, d, s);
}
/* ZF clear when the magnitude of r is out of [2^-400, 2^400]; zero may be allowed. */
static uint8_t *check_range(struct xg_x *x, int r, bool or_zero)
{
    uint8_t *zero = NULL;
    xg_x_op2(x, XG_X(XG_P66, XG_M0F, 0x7E) | XG_XW, r, xg_reg(RAX));
    xg_x_alu(x, XG_ADD, true, RAX, xg_reg(RAX));
    if (or_zero)
        zero = xg_x_jcc(x, XG_E);
    xg_x_shift(x, XG_SHR, true, RAX, 53);
    xg_x_alui(x, XG_SUB, false, xg_reg(RAX), LEAST);
    xg_x_alui(x, XG_CMP, false, xg_reg(RAX), RANGE);
    uint8_t *out = xg_x_jcc(x, XG_A);
    if (or_zero)
        xg_x_land(x, zero);
    return out;
}
/* hi + lo = r, each of at most 26 bits: t = r * (2^27 + 1), hi = t - (t - r), lo = r - hi. */
static void split(struct xg_jit *j, struct xg_x *x, int r, int hi, int lo)
{
    xg_x_op2(x, XG_X(0, XG_M0F, 0x28), hi, STATE(k[XG_K_DOUBLE_SPLIT]));
    op(x, MUL, hi, r);
    mov(x, lo, hi);
    op(x, SUB, lo, r);
    op(x, SUB, hi, lo);
    mov(x, lo, r);
    op(x, SUB, lo, hi);
}
/* s + e = a + b exactly; s may be a register of its own only. a and b go. */
static void two_sum(struct xg_x *x, int s, int e, int a, int b, int t)
{
    mov(x, s, a);
    op(x, ADD, s, b);
    mov(x, t, s);
    op(x, SUB, t, a); /* b as it arrived */
    mov(x, e, s);
    op(x, SUB, e, t); /* a as it arrived */
    op(x, SUB, b, t);
    op(x, SUB, a, e);
    mov(x, e, a);
    op(x, ADD, e, b);
}
/* xmm0 = product, xmm1 = its error; xmm3 to xmm6 go. */
static void two_product(struct xg_jit *j, struct xg_x *x)
{
    split(j, x, 0, 3, 4);
    split(j, x, 1, 5, 6);
    op(x, MUL, 0, 1);
    mov(x, 1, 3);
    op(x, MUL, 1, 5);
    op(x, SUB, 1, 0);
    op(x, MUL, 3, 6);
    op(x, ADD, 1, 3);
    op(x, MUL, 5, 4);
    op(x, ADD, 1, 5);
    op(x, MUL, 4, 6);
    op(x, ADD, 1, 4);
}
/* The sum in r, with the error e not zero, gets an odd last bit towards e. */
static void to_odd(struct xg_x *x, int r, int e)
{
    xg_x_op2(x, XG_X(XG_P66, XG_M0F, 0x7E) | XG_XW, e, xg_reg(RCX));
    xg_x_op2(x, XG_X(XG_P66, XG_M0F, 0x7E) | XG_XW, r, xg_reg(RAX));
    xg_x_alu(x, XG_XOR, true, RCX, xg_reg(RAX));
    xg_x_shift(x, XG_SAR, true, RCX, 63);
    xg_x_alui(x, XG_OR, true, xg_reg(RCX), 1);
    xg_x_byte(x, 0xA8); /* test al, 1 */
    xg_x_byte(x, 1);
    uint8_t *odd = xg_x_jcc(x, XG_NE);
    xg_x_alu(x, XG_ADD, true, RAX, xg_reg(RCX));
    xg_x_op2(x, XG_X(XG_P66, XG_M0F, 0x6E) | XG_XW, r, xg_reg(RAX));
    xg_x_land(x, odd);
}
static void keep(struct xg_jit *j, struct xg_x *x, bool restore)
{
    for (int r = 3; r < 8; r++)
        xg_x_op2(x, XG_X(0, XG_M0F, restore ? 0x28 : 0x29), r, xg_abs(j->s->fma_kept[r - 3]));
}
static void mxcsr(struct xg_jit *j, struct xg_x *x, bool store)
{
    xg_x_op2(x, XG_X(0, XG_M0F, 0xAE), store ? 3 : 2, STATE(mxcsr_fma));
}

/* The flags of the caller with inexact added if rcx is not zero. */
static void set_inexact(struct xg_jit *j, struct xg_x *x)
{
    xg_x_op(x, XG_X(0, 0, 0x85) | XG_XW, RCX, xg_reg(RCX));
    uint8_t *exact = xg_x_jcc(x, XG_E);
    xg_x_alui(x, XG_OR, false, STATE(mxcsr_fma), 0x20);
    xg_x_land(x, exact);
    mxcsr(j, x, false);
}

static void by_exact_sums(struct xg_jit *j, struct xg_x *x)
{
    uint8_t *out[4];
    for (int r = 0; r < 3; r++)
        xg_x_op2(x, XG_X(XG_PF2, XG_M0F, 0x10), r, STATE(fma[r]));
    keep(j, x, false);
    mxcsr(j, x, true);
    for (int r = 0; r < 3; r++)
        out[r] = check_range(x, r, r == 2);
    two_product(j, x);
    two_sum(x, 3, 4, 2, 1, 5); /* addend + error: th, tl */
    two_sum(x, 1, 2, 0, 3, 5); /* product + th: vh, vl */
    two_sum(x, 0, 3, 4, 2, 5); /* tl + vl */
    mov(x, 4, 1);
    xg_x_op2(x, XG_X(XG_P66, XG_M0F, 0x7E) | XG_XW, 3, xg_reg(RCX));
    xg_x_alu(x, XG_ADD, true, RCX, xg_reg(RCX));
    uint8_t *whole = xg_x_jcc(x, XG_E);
    to_odd(x, 0, 3);
    xg_x_movi(x, RCX, 1);
    xg_x_land(x, whole); /* rcx: not zero if the tail was inexact */
    two_sum(x, 5, 6, 4, 0, 7);
    mov(x, 0, 5);
    out[3] = check_range(x, 0, true);
    xg_x_op2(x, XG_X(XG_P66, XG_M0F, 0x7E) | XG_XW, 6, xg_reg(RAX));
    xg_x_alu(x, XG_ADD, true, RAX, xg_reg(RAX));
    xg_x_alu(x, XG_OR, true, RCX, xg_reg(RAX));
    xg_x_op(x, XG_X(0, 0, 0xF6), 0, STATE(mxcsr_fma)); /* inexact before: nothing to undo */
    xg_x_byte(x, 0x20);
    uint8_t *already = xg_x_jcc(x, XG_NE);
    set_inexact(j, x);
    xg_x_land(x, already);
    keep(j, x, true);
    xg_x_alu(x, XG_CMP, false, RAX, xg_reg(RAX));
    xg_x_byte(x, 0xC3);
    for (unsigned n = 0; n < 4; n++)
        xg_x_land(x, out[n]);
    mxcsr(j, x, false);
    keep(j, x, true);
    xg_x_op(x, XG_X(0, 0, 0x85), RSP, xg_reg(RSP)); /* not zero */
    xg_x_byte(x, 0xC3);
    j->t_fma_end = x->p;
}

/* ---- with the x87 ---- */

enum { A, B, C, PRODUCT, RESULT };

static void x87(struct xg_jit *j, struct xg_x *x, unsigned byte, int kind, unsigned at)
{
    xg_x_op(x, XG_X(0, 0, byte), kind, STATE(fma[at]));
}
/* ZF: fma[at] is a zero. */
static void is_zero(struct xg_jit *j, struct xg_x *x, unsigned at)
{
    xg_x_mov(x, true, RAX, STATE(fma[at]));
    xg_x_alu(x, XG_ADD, true, RAX, xg_reg(RAX));
}
/* The sum as a double in fma[RESULT]; its 64 bits in rax, its exponent as that of a double in
 * ecx. */
static void in_64_bits(struct xg_jit *j, struct xg_x *x)
{
    x87(j, x, 0xDD, 0, A); /* fld */
    x87(j, x, 0xDC, 1, B); /* fmul */
    x87(j, x, 0xDC, 0, C); /* fadd */
    x87(j, x, 0xDD, 2, RESULT);
    xg_x_op(x, XG_X(0, 0, 0xDB), 7, xg_abs(j->s->fma_sum)); /* fstp, 80 bits */
    xg_x_op(x, XG_X(0, XG_M0F, 0xB7), RCX, xg_abs(j->s->fma_sum + 1));
    xg_x_mov(x, true, RAX, xg_abs(j->s->fma_sum));
    xg_x_alui(x, XG_AND, false, xg_reg(RCX), 0x7FFF);
    xg_x_alui(x, XG_SUB, false, xg_reg(RCX), 16383 - 1023);
}
/* G: more than ten bits have cancelled. */
static void compare_with_product(struct xg_jit *j, struct xg_x *x)
{
    x87(j, x, 0xDD, 0, A);
    x87(j, x, 0xDC, 1, B);
    x87(j, x, 0xDD, 3, PRODUCT); /* fstp */
    xg_x_op(x, XG_X(0, XG_M0F, 0xB7), RDX, xg_abs((uint8_t *)&j->s->fma[PRODUCT] + 6));
    xg_x_shift(x, XG_SHR, false, RDX, 4);
    xg_x_alui(x, XG_AND, false, xg_reg(RDX), 0x7FF);
    xg_x_alu(x, XG_SUB, false, RDX, xg_reg(RCX));
    xg_x_alui(x, XG_CMP, false, xg_reg(RDX), 9); /* the product may have been rounded up */
}
static void give_result(struct xg_jit *j, struct xg_x *x)
{
    xg_x_op2(x, XG_X(XG_PF2, XG_M0F, 0x10), 0, STATE(fma[RESULT]));
    xg_x_alu(x, XG_CMP, false, RAX, xg_reg(RAX));
    xg_x_byte(x, 0xC3);
}

void xg_jit_emit_fma(struct xg_jit *j, struct xg_x *x)
{
    enum { NEAR = 3, LAST_PLACES = 11 };
    j->t_fma = x->p;
    in_64_bits(j, x);
    xg_x_lea(x, false, RDX, xg_at(RCX, -1));
    xg_x_alui(x, XG_CMP, false, xg_reg(RDX), 2044);
    uint8_t *range = xg_x_jcc(x, XG_A);
    xg_x_alui(x, XG_ADD, false, xg_reg(RAX), NEAR);
    xg_x_mov(x, false, RDX, xg_reg(RAX));
    xg_x_alui(x, XG_AND, false, xg_reg(RDX), (1 << (LAST_PLACES - 1)) - 1);
    xg_x_alui(x, XG_CMP, false, xg_reg(RDX), 2 * NEAR);
    uint8_t *near = xg_x_jcc(x, XG_BE);
    /* certainly inexact: the integer of a third says so */
    xg_x_op2(x, XG_X(XG_PF2, XG_M0F, 0x2D), RCX, STATE(k[XG_K_DOUBLE_THIRD]));
    give_result(j, x);
    xg_x_land(x, near);
    xg_x_alui(x, XG_AND, false, xg_reg(RAX), 1 << (LAST_PLACES - 1));
    uint8_t *middle = xg_x_jcc(x, XG_NE);
    compare_with_product(j, x);
    uint8_t *cancelled = xg_x_jcc(x, XG_G);
    mxcsr(j, x, true); /* perhaps exact: that matters if nothing was inexact before */
    xg_x_op(x, XG_X(0, 0, 0xF6), 0, STATE(mxcsr_fma));
    xg_x_byte(x, 0x20);
    uint8_t *known = xg_x_jcc(x, XG_NE);
    xg_x_land(x, middle);
    xg_x_land(x, cancelled);
    xg_x_land(x, range);
    is_zero(j, x, A); /* a product of zero, and a sum that is finite: exact */
    uint8_t *zero = xg_x_jcc(x, XG_E);
    is_zero(j, x, B);
    uint8_t *not_zero = xg_x_jcc(x, XG_NE);
    xg_x_land(x, zero);
    is_zero(j, x, RESULT);
    xg_x_shift(x, XG_SHR, true, RAX, 53);
    xg_x_alui(x, XG_CMP, false, xg_reg(RAX), 2047);
    uint8_t *infinite = xg_x_jcc(x, XG_E);
    xg_x_land(x, known);
    give_result(j, x);
    xg_x_land(x, not_zero);
    xg_x_land(x, infinite);
    by_exact_sums(j, x);
}
