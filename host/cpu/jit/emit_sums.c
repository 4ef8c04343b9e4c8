/* Vector products, sums of products, sums across. */
#include "cpu/jit/emit_vmx.h"

#define X (&b->x)

enum { MULTIPLY_HALVES = 0xD5, MULTIPLY_PAIRS = 0xF5, ADD_WORDS = 0xFE };

/* ---- products ---- */

/* The even (upper) or odd half of every element of 2 * size bytes, widened, in d. */
static void half_of(struct xg_builder *b, enum xg_v_size size, int d, int s, bool even,
                    bool is_signed)
{
    unsigned bits = size == XG_VS_HALF ? 8 : 16;
    if (!even) {
        xg_v_shift(b, size, XG_VS_LEFT, d, s, bits);
        s = d;
    }
    xg_v_shift(b, size, is_signed ? XG_VS_ARITHMETIC : XG_VS_RIGHT, d, s, bits);
}

static void product(struct xg_builder *b, const struct xg_op *op, enum xg_v_size size, bool even,
                    bool is_signed)
{
    if (size == XG_VS_WORD && is_signed) { /* pairs of which one product is zero */
        half_of(b, size, 0, xg_v_get(b, op->a, 0), even, false);
        if (even) {
            half_of(b, size, 1, xg_v_get(b, op->b, 1), true, false);
            xg_v_in(b, XG_V66(MULTIPLY_PAIRS), 0, 1);
        } else {
            xg_x_op3(X, XG_V66(MULTIPLY_PAIRS), 0, 0, xg_v_src(b, op->b), -1);
        }
    } else {
        half_of(b, size, 0, xg_v_get(b, op->a, 0), even, is_signed);
        half_of(b, size, 1, xg_v_get(b, op->b, 1), even, is_signed);
        xg_v_in(b, size == XG_VS_HALF ? XG_V66(MULTIPLY_HALVES) : XG_V38(0x40), 0, 1);
    }
    xg_v_put(b, op->d, 0);
}

/* One half of the products of vmhaddshs, in words, with the addend; saturated in xmm0. What
 * the bounds cut off is collected in the spill. */
static void half_madd(struct xg_builder *b, const struct xg_op *op, bool even, bool round)
{
    half_of(b, XG_VS_WORD, 0, xg_v_get(b, op->a, 0), even, false);
    half_of(b, XG_VS_WORD, 1, xg_v_get(b, op->b, 1), even, false);
    xg_v_in(b, XG_V66(MULTIPLY_PAIRS), 0, 1);
    if (round)
        xg_v_with(b, XG_V66(ADD_WORDS), 0, XG_K_WORD_4000);
    xg_v_shift(b, XG_VS_WORD, XG_VS_ARITHMETIC, 0, 0, 15);
    half_of(b, XG_VS_WORD, 1, xg_v_get(b, op->c & 31u, 1), even, true);
    xg_v_in(b, XG_V66(ADD_WORDS), 0, 1);
    xg_x_movaps(X, 1, 0);
    xg_v_with(b, XG_V38(0x39), 0, XG_K_WORD_7FFF);
    xg_v_with(b, XG_V38(0x3D), 0, XG_K_WORD_N8000);
    xg_v_in(b, XG_V66(0xEF), 1, 0);
    xg_v_ptest(b, 1, xg_reg(1));
    xg_v_saturated_if_ne(b);
}
static void madd_saturating(struct xg_builder *b, const struct xg_op *op, bool round)
{
    half_madd(b, op, true, round);
    xg_v_shift(b, XG_VS_WORD, XG_VS_LEFT, 2, 0, 16);
    half_madd(b, op, false, round);
    xg_v_with(b, XG_V66(0xDB), 0, XG_K_WORD_FFFF);
    xg_v_in(b, XG_V66(0xEB), 0, 2);
    xg_v_put(b, op->d, 0);
}

/* ---- sums of products in words, and the word of c ---- */

static void sum_of_bytes(struct xg_builder *b, const struct xg_op *op, bool is_signed)
{
    half_of(b, XG_VS_HALF, 0, xg_v_get(b, op->a, 0), true, is_signed);
    half_of(b, XG_VS_HALF, 1, xg_v_get(b, op->b, 1), true, false);
    xg_v_in(b, XG_V66(MULTIPLY_PAIRS), 0, 1);
    half_of(b, XG_VS_HALF, 1, xg_v_get(b, op->a, 1), false, is_signed);
    half_of(b, XG_VS_HALF, 2, xg_v_get(b, op->b, 2), false, false);
    xg_v_in(b, XG_V66(MULTIPLY_PAIRS), 1, 2);
    xg_v_in(b, XG_V66(ADD_WORDS), 0, 1);
    xg_x_op3(X, XG_V66(ADD_WORDS), 0, 0, xg_v_src(b, op->c & 31u), -1);
    xg_v_put(b, op->d, 0);
}
static void sum_of_halves(struct xg_builder *b, const struct xg_op *op, bool saturate)
{
    half_of(b, XG_VS_WORD, 0, xg_v_get(b, op->a, 0), true, false);
    half_of(b, XG_VS_WORD, 1, xg_v_get(b, op->b, 1), true, false);
    xg_v_in(b, XG_V38(0x40), 0, 1);
    half_of(b, XG_VS_WORD, 1, xg_v_get(b, op->a, 1), false, false);
    half_of(b, XG_VS_WORD, 2, xg_v_get(b, op->b, 2), false, false);
    xg_v_in(b, XG_V38(0x40), 2, 1);
    if (saturate) { /* a sum that wraps once is beyond the bound for good */
        xg_v_add_unsigned_words(b, xg_reg(2));
        xg_v_add_unsigned_words(b, xg_v_src(b, op->c & 31u));
    } else {
        xg_v_in(b, XG_V66(ADD_WORDS), 0, 2);
        xg_x_op3(X, XG_V66(ADD_WORDS), 0, 0, xg_v_src(b, op->c & 31u), -1);
    }
    xg_v_put(b, op->d, 0);
}
/* The host's sum of pairs wraps in one case only, which the interpreter then does. */
static void sum_of_signed_halves(struct xg_builder *b, const struct xg_binsn *i, bool saturate)
{
    const struct xg_op *op = &i->op;
    xg_v_copy(b, op->a, 0);
    xg_x_op3(X, XG_V66(MULTIPLY_PAIRS), 0, 0, xg_v_src(b, op->b), -1);
    if (!saturate) {
        xg_x_op3(X, XG_V66(ADD_WORDS), 0, 0, xg_v_src(b, op->c & 31u), -1);
        xg_v_put(b, op->d, 0);
        return;
    }
    xg_v_load(b, 1, XG_K_SIGN_SINGLE);
    xg_v_in(b, XG_V66(0x76), 1, 0);
    xg_v_ptest(b, 1, xg_reg(1));
    struct xg_cold cold = {.kind = XG_COLD_STEP,
                           .fix = xg_x_jcc(X, XG_NE),
                           .insn = (int)b->at,
                           .dirty = i->dirty,
                           .singles = b->singles};
    xg_v_add_signed_words(b, xg_v_src(b, op->c & 31u), false);
    xg_v_put(b, op->d, 0);
    cold.resume = X->p;
    xg_cold_add(b, cold);
}

/* ---- sums across ---- */

static void sum_across(struct xg_builder *b, const struct xg_op *op, unsigned handler)
{
    bool is_signed = handler != XG_HANDLER_vsum4ubs;
    if (handler == XG_HANDLER_vsum4shs) {
        xg_v_copy(b, op->a, 0);
    } else {
        half_of(b, XG_VS_HALF, 0, xg_v_get(b, op->a, 0), true, is_signed);
        half_of(b, XG_VS_HALF, 1, xg_v_get(b, op->a, 1), false, is_signed);
        xg_v_in(b, XG_V66(0xFD), 0, 1);
    }
    xg_v_with(b, XG_V66(MULTIPLY_PAIRS), 0, XG_K_HALF_ONE);
    if (is_signed)
        xg_v_add_signed_words(b, xg_v_src(b, op->b), false);
    else
        xg_v_add_unsigned_words(b, xg_v_src(b, op->b));
    xg_v_put(b, op->d, 0);
}

/* Word k of x, sign-extended in r. */
static void word_of(struct xg_builder *b, int r, int x, unsigned k)
{
    xg_x_op2(X, XG_V3A(0x16), x, xg_reg(r));
    xg_x_byte(X, k);
    xg_x_op(X, XG_X(0, 0, 0x63) | XG_XW, r, xg_reg(r));
}
/* Words first.. of xmm0 and word `last` of y, saturated, to word `last` of xmm0. */
static void sum_words(struct xg_builder *b, int y, unsigned first, unsigned last)
{
    word_of(b, RAX, y, last);
    for (unsigned k = first; k <= last; k++) {
        word_of(b, RCX, 0, k);
        xg_x_alu(X, XG_ADD, true, RAX, xg_reg(RCX));
    }
    xg_x_op(X, XG_X(0, 0, 0x63) | XG_XW, RCX, xg_reg(RAX));
    xg_x_alu(X, XG_CMP, true, RCX, xg_reg(RAX));
    xg_setcc(b, XG_NE, RDX);
    xg_v_saturated(b, RDX);
    xg_x_shift(X, XG_SAR, true, RAX, 63); /* the bound on its side, unless it fits */
    xg_x_alui(X, XG_XOR, false, xg_reg(RAX), 0x7FFFFFFF);
    xg_x_op(X, XG_X(0, 0, 0x84) | XG_X8, RDX, xg_reg(RDX));
    xg_x_op(X, XG_X(0, XG_M0F, 0x44), RAX, xg_reg(RCX));
    xg_x_op3(X, XG_V3A(0x22), 0, 0, xg_reg(RAX), -1);
    xg_x_byte(X, last);
}
static void sum_registers(struct xg_builder *b, const struct xg_op *op, bool pairs)
{
    int y = xg_v_get(b, op->b, 1);
    xg_v_copy(b, op->a, 0);
    if (pairs)
        sum_words(b, y, 0, 1);
    sum_words(b, y, pairs ? 2 : 0, 3);
    xg_v_with(b, XG_V66(0xDB), 0, pairs ? XG_K_ODD_WORDS : XG_K_LAST_WORD);
    xg_v_put(b, op->d, 0);
}

/* ---- which ---- */

bool xg_native_sums(const struct xg_binsn *i)
{
    switch (i->handler) {
    case XG_HANDLER_vmuleub:
    case XG_HANDLER_vmuloub:
    case XG_HANDLER_vmulesb:
    case XG_HANDLER_vmulosb:
    case XG_HANDLER_vmuleuh:
    case XG_HANDLER_vmulouh:
    case XG_HANDLER_vmulesh:
    case XG_HANDLER_vmulosh:
    case XG_HANDLER_vmhaddshs:
    case XG_HANDLER_vmhraddshs:
    case XG_HANDLER_vmladduhm:
    case XG_HANDLER_vmsumubm:
    case XG_HANDLER_vmsummbm:
    case XG_HANDLER_vmsumuhm:
    case XG_HANDLER_vmsumuhs:
    case XG_HANDLER_vmsumshm:
    case XG_HANDLER_vmsumshs:
    case XG_HANDLER_vsum4ubs:
    case XG_HANDLER_vsum4sbs:
    case XG_HANDLER_vsum4shs:
    case XG_HANDLER_vsum2sws:
    case XG_HANDLER_vsumsws:
        return true;
    default:
        return false;
    }
}

bool xg_emit_sums(struct xg_builder *b, struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    switch (i->handler) {
    case XG_HANDLER_vmuleub:
    case XG_HANDLER_vmuloub:
        product(b, op, XG_VS_HALF, i->handler == XG_HANDLER_vmuleub, false);
        return true;
    case XG_HANDLER_vmulesb:
    case XG_HANDLER_vmulosb:
        product(b, op, XG_VS_HALF, i->handler == XG_HANDLER_vmulesb, true);
        return true;
    case XG_HANDLER_vmuleuh:
    case XG_HANDLER_vmulouh:
        product(b, op, XG_VS_WORD, i->handler == XG_HANDLER_vmuleuh, false);
        return true;
    case XG_HANDLER_vmulesh:
    case XG_HANDLER_vmulosh:
        product(b, op, XG_VS_WORD, i->handler == XG_HANDLER_vmulesh, true);
        return true;
    case XG_HANDLER_vmhaddshs:
    case XG_HANDLER_vmhraddshs:
        madd_saturating(b, op, i->handler == XG_HANDLER_vmhraddshs);
        return true;
    case XG_HANDLER_vmladduhm:
        xg_v_copy(b, op->a, 0);
        xg_x_op3(X, XG_V66(MULTIPLY_HALVES), 0, 0, xg_v_src(b, op->b), -1);
        xg_x_op3(X, XG_V66(0xFD), 0, 0, xg_v_src(b, op->c & 31u), -1);
        xg_v_put(b, op->d, 0);
        return true;
    case XG_HANDLER_vmsumubm:
    case XG_HANDLER_vmsummbm:
        sum_of_bytes(b, op, i->handler == XG_HANDLER_vmsummbm);
        return true;
    case XG_HANDLER_vmsumuhm:
    case XG_HANDLER_vmsumuhs:
        sum_of_halves(b, op, i->handler == XG_HANDLER_vmsumuhs);
        return true;
    case XG_HANDLER_vmsumshm:
    case XG_HANDLER_vmsumshs:
        sum_of_signed_halves(b, i, i->handler == XG_HANDLER_vmsumshs);
        return true;
    case XG_HANDLER_vsum2sws:
    case XG_HANDLER_vsumsws:
        sum_registers(b, op, i->handler == XG_HANDLER_vsum2sws);
        return true;
    case XG_HANDLER_vsum4ubs:
    case XG_HANDLER_vsum4sbs:
    case XG_HANDLER_vsum4shs:
        sum_across(b, op, i->handler);
        return true;
    default:
        return false;
    }
}
