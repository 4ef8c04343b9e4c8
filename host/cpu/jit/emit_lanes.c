/* Vector integer instructions whose lanes stay in their places: sums that saturate,
 * averages, compares, shifts and rotations. */
#include "cpu/jit/emit_vmx.h"

#define X (&b->x)

/* ---- saturation ---- */

struct saturating {
    uint8_t exact, wrapping; /* opcodes of the host; 0: words */
    bool subtract, is_signed;
};

static bool saturating_of(unsigned handler, struct saturating *s)
{
#define CASE(name, ...)                                                                            \
    case XG_HANDLER_##name:                                                                        \
        *s = (struct saturating){__VA_ARGS__};                                                     \
        return true;
    switch (handler) {
        CASE(vaddubs, 0xDC, 0xFC, false, false)
        CASE(vadduhs, 0xDD, 0xFD, false, false)
        CASE(vaddsbs, 0xEC, 0xFC, false, true)
        CASE(vaddshs, 0xED, 0xFD, false, true)
        CASE(vsububs, 0xD8, 0xF8, true, false)
        CASE(vsubuhs, 0xD9, 0xF9, true, false)
        CASE(vsubsbs, 0xE8, 0xF8, true, true)
        CASE(vsubshs, 0xE9, 0xF9, true, true)
        CASE(vadduws, 0, 0xFE, false, false)
        CASE(vaddsws, 0, 0xFE, false, true)
        CASE(vsubuws, 0, 0xFA, true, false)
        CASE(vsubsws, 0, 0xFA, true, true)
    default:
        return false;
    }
#undef CASE
}

/* SAT when xmm1 and xmm0 differ anywhere; clobbers xmm1. */
static void saturated_if_different(struct xg_builder *b)
{
    xg_v_in(b, XG_V66(0xEF), 1, 0);
    xg_v_ptest(b, 1, xg_reg(1));
    xg_v_saturated_if_ne(b);
}

/* xmm0 = xmm0 + y, unsigned, lanes that overflow all ones; xmm1 goes. */
void xg_v_add_unsigned_words(struct xg_builder *b, struct xg_rm y)
{
    xg_x_movaps(X, 1, 0);
    xg_x_op3(X, XG_V66(0xFE), 0, 0, y, -1);
    xg_v_in(b, XG_V38(0x3F), 1, 0); /* the sum is the greater unless it wrapped */
    xg_v_in(b, XG_V66(0x76), 1, 0);
    xg_v_with(b, XG_V66(0xEF), 1, XG_K_ONES);
    xg_v_in(b, XG_V66(0xEB), 0, 1);
    xg_v_ptest(b, 1, xg_reg(1));
    xg_v_saturated_if_ne(b);
}
/* xmm0 = xmm0 + y or xmm0 - y, signed; xmm1 and xmm2 go. */
void xg_v_add_signed_words(struct xg_builder *b, struct xg_rm y, bool subtract)
{
    xg_x_movaps(X, 1, 0); /* a */
    xg_x_op3(X, XG_V66(subtract ? 0xFA : 0xFE), 0, 0, y, -1);
    xg_v_op(b, XG_V66(0xEF), 2, 1, 0); /* a ^ r, and b ^ r or a ^ b */
    if (!subtract)
        xg_x_movaps(X, 1, 0);
    xg_x_op3(X, XG_V66(0xEF), 1, 1, y, -1);
    xg_v_in(b, XG_V66(0xDB), 1, 2);
    xg_v_shift(b, XG_VS_WORD, XG_VS_ARITHMETIC, 1, 1, 31); /* where it overflowed */
    xg_v_shift(b, XG_VS_WORD, XG_VS_ARITHMETIC, 2, 0, 31);
    xg_v_with(b, XG_V66(0xEF), 2, XG_K_SIGN_SINGLE); /* the bound on the other side */
    xg_v_in(b, XG_V66(0xDB), 2, 1);
    xg_v_ptest(b, 1, xg_reg(1));
    xg_v_in(b, XG_V66(0xDF), 1, 0); /* ~overflow & r */
    xg_v_op(b, XG_V66(0xEB), 0, 1, 2);
    xg_v_saturated_if_ne(b);
}

static void saturating(struct xg_builder *b, const struct xg_binsn *i, const struct saturating *s)
{
    const struct xg_op *op = &i->op;
    if (s->exact) {
        xg_v_copy(b, op->a, 0);
        xg_x_movaps(X, 1, 0);
        xg_x_op3(X, XG_V66(s->exact), 0, 0, xg_v_src(b, op->b), -1);
        xg_x_op3(X, XG_V66(s->wrapping), 1, 1, xg_v_src(b, op->b), -1);
        saturated_if_different(b);
    } else if (s->is_signed) {
        xg_v_copy(b, op->a, 0);
        xg_v_add_signed_words(b, xg_v_src(b, op->b), s->subtract);
    } else if (s->subtract) { /* max(a, b) - b; SAT where b was the greater */
        int y = xg_v_get(b, op->b, 2);
        xg_v_copy(b, op->a, 0);
        xg_x_movaps(X, 1, 0);
        xg_v_in(b, XG_V38(0x3F), 0, y);
        xg_v_in(b, XG_V66(0xEF), 1, 0);
        xg_v_in(b, XG_V66(0xFA), 0, y);
        xg_v_ptest(b, 1, xg_reg(1));
        xg_v_saturated_if_ne(b);
    } else {
        xg_v_copy(b, op->a, 0);
        xg_v_add_unsigned_words(b, xg_v_src(b, op->b));
    }
    xg_v_put(b, op->d, 0);
}

/* ---- averages, carries, unsigned compares ---- */

/* Averages of signed bytes and halfwords are those of unsigned ones moved by half. */
static void average_signed(struct xg_builder *b, const struct xg_op *op, unsigned opcode,
                           enum xg_jit_constant half)
{
    xg_v_copy(b, op->a, 0);
    xg_v_copy(b, op->b, 1);
    xg_v_with(b, XG_V66(0xEF), 0, half);
    xg_v_with(b, XG_V66(0xEF), 1, half);
    xg_v_in(b, XG_V66(opcode), 0, 1);
    xg_v_with(b, XG_V66(0xEF), 0, half);
    xg_v_put(b, op->d, 0);
}
/* (a | b) - ((a ^ b) >> 1) */
static void average_words(struct xg_builder *b, const struct xg_op *op, enum xg_v_shift shift)
{
    int y = xg_v_get(b, op->b, 2);
    xg_v_copy(b, op->a, 0);
    xg_x_movaps(X, 1, 0);
    xg_v_in(b, XG_V66(0xEB), 0, y);
    xg_v_in(b, XG_V66(0xEF), 1, y);
    xg_v_shift(b, XG_VS_WORD, shift, 1, 1, 1);
    xg_v_in(b, XG_V66(0xFA), 0, 1);
    xg_v_put(b, op->d, 0);
}
static void carry(struct xg_builder *b, const struct xg_op *op, bool subtract)
{
    int y = xg_v_get(b, op->b, 2);
    xg_v_copy(b, op->a, 0);
    if (subtract) { /* a is the greater */
        xg_x_movaps(X, 1, 0);
        xg_v_in(b, XG_V38(0x3F), 0, y);
        xg_v_in(b, XG_V66(0x76), 0, 1);
        xg_v_shift(b, XG_VS_WORD, XG_VS_RIGHT, 0, 0, 31);
    } else { /* the sum is not */
        xg_x_movaps(X, 1, 0);
        xg_v_in(b, XG_V66(0xFE), 0, y);
        xg_v_in(b, XG_V38(0x3B), 0, 1); /* min(sum, a) is a */
        xg_v_in(b, XG_V66(0x76), 0, 1);
        xg_v_load(b, 1, XG_K_WORD_ONE);
        xg_v_in(b, XG_V66(0xFE), 0, 1);
    }
    xg_v_put(b, op->d, 0);
}
/* a > b unless the greater of both is b. */
static void greater_unsigned(struct xg_builder *b, const struct xg_binsn *i, uint32_t max,
                             unsigned equal)
{
    const struct xg_op *op = &i->op;
    int y = xg_v_get(b, op->b, 1);
    xg_v_copy(b, op->a, 0);
    xg_v_in(b, max, 0, y);
    xg_v_in(b, XG_V66(equal), 0, y);
    xg_v_with(b, XG_V66(0xEF), 0, XG_K_ONES);
    xg_v_record(b, i, 0);
    xg_v_put(b, op->d, 0);
}

/* ---- shifts and rotations by the elements of a register ---- */

/* Words below AVX2, where all are shifted by the same number or a subroutine does it. */
static void words_by_one_number(struct xg_builder *b, const struct xg_binsn *i, unsigned kind)
{
    static const uint8_t which[8] = {[XG_SHL] = 0, [XG_SHR] = 1, [XG_SAR] = 2, [XG_ROL] = 3},
                         shift[8] = {[XG_SHL] = 0xF2, [XG_SHR] = 0xD2, [XG_SAR] = 0xE2};
    const struct xg_op *op = &i->op;
    if (xg_jit_set_has(&b->j->nans, op->pc)) { /* they were different */
        xg_v_copy(b, op->b, 1);
        xg_v_copy(b, op->a, 0);
        xg_x_call_to(X, b->j->t_shift[which[kind]]);
        xg_v_put(b, op->d, 0);
        return;
    }
    if (!xg_v_has(&b->splats, op->b)) {
        xg_x_op2(X, XG_V66(0x70), 2, xg_v_src(b, op->b));
        xg_x_byte(X, 0);
        xg_x_op3(X, XG_V66(0x76), 2, 2, xg_v_src(b, op->b), -1);
        xg_x_op2(X, XG_VPS(0x50), RAX, xg_reg(2)); /* movmskps */
        xg_x_alui(X, XG_CMP, false, xg_reg(RAX), 15);
        xg_interpret_if(b, i, XG_NE);
        b->splats.v[op->b >> 6] |= 1ull << (op->b & 63);
    }
    xg_v_copy(b, op->b, 1);
    xg_v_with(b, XG_V66(0xDB), 1, XG_K_FIRST_31);
    if (kind != XG_ROL) {
        int d = xg_v_target(b, op->d);
        xg_x_op3(X, XG_V66(shift[kind]), d, xg_v_get(b, op->a, d), xg_reg(1), -1);
        xg_v_put(b, op->d, d);
        return;
    }
    xg_v_load(b, 2, XG_K_FIRST_32);
    xg_v_in(b, XG_V66(0xFA), 2, 1);
    xg_v_copy(b, op->a, 0);
    xg_v_in(b, XG_V66(shift[XG_SHR]), 0, 2);
    xg_v_copy(b, op->a, 2);
    xg_v_in(b, XG_V66(shift[XG_SHL]), 2, 1);
    xg_v_in(b, XG_V66(0xEB), 0, 2);
    xg_v_put(b, op->d, 0);
}
static void words_at_once(struct xg_builder *b, const struct xg_op *op, unsigned kind)
{
    int x = xg_v_get(b, op->a, 0);
    xg_x_op3(X, XG_V66(0xDB), 1, xg_v_get(b, op->b, 1), XG_VK(b, XG_K_WORD_31), -1);
    switch (kind) {
    case XG_SHL:
        xg_x_vex(X, XG_V38(0x47), 0, x, xg_reg(1));
        break;
    case XG_SHR:
        xg_x_vex(X, XG_V38(0x45), 0, x, xg_reg(1));
        break;
    case XG_SAR:
        xg_x_vex(X, XG_V38(0x46), 0, x, xg_reg(1));
        break;
    default:
        xg_x_vex(X, XG_V38(0x47), 2, x, xg_reg(1));
        xg_v_load(b, 0, XG_K_WORD_32);
        xg_x_vex(X, XG_V66(0xFA), 1, 0, xg_reg(1));
        xg_x_vex(X, XG_V38(0x45), 0, xg_v_get(b, op->a, 0), xg_reg(1));
        xg_v_in(b, XG_V66(0xEB), 0, 2);
        break;
    }
    xg_v_put(b, op->d, 0);
}

/* xmm1 = 2^n of every halfword of b, or 2^(15-n) (turned): a table of bytes, used once for
 * the low and once for the high half. */
static void half_powers(struct xg_builder *b, unsigned r, bool turned)
{
    xg_v_copy(b, r, 1);
    xg_v_with(b, XG_V66(0xDB), 1, XG_K_HALF_15);
    if (turned)
        xg_v_with(b, XG_V66(0xEF), 1, XG_K_HALF_15);
    xg_v_shift(b, XG_VS_HALF, XG_VS_LEFT, 2, 1, 8);
    xg_v_in(b, XG_V66(0xEB), 1, 2);
    xg_v_with(b, XG_V66(0xEF), 1, XG_K_HALF_0800);
    xg_v_load(b, 2, XG_K_POWERS);
    xg_v_in(b, XG_V38(0x00), 2, 1);
    xg_x_movaps(X, 1, 2);
}
/* Left: the low half of a product with 2^n; around: and the high half. Right: bits 15 to
 * 30 of a product with 2^(15-n). */
static void halfwords(struct xg_builder *b, const struct xg_op *op, unsigned kind)
{
    bool right = kind == XG_SHR || kind == XG_SAR;
    half_powers(b, op->b, right);
    xg_v_copy(b, op->a, 0);
    if (kind == XG_SHL) {
        xg_v_in(b, XG_V66(0xD5), 0, 1);
    } else {
        xg_x_movaps(X, 2, 0);
        xg_v_in(b, XG_V66(0xE4), 2, 1);
        if (kind == XG_SAR) { /* the host multiplies unsigned numbers: less 2^(15-n) if negative */
            xg_x_op2(X, XG_VPS(0x29), 2, xg_abs(b->j->s->spill));
            xg_v_shift(b, XG_VS_HALF, XG_VS_ARITHMETIC, 2, 0, 15);
            xg_v_in(b, XG_V66(0xDB), 2, 1);
            xg_v_in(b, XG_V66(0xD5), 0, 1);
            xg_x_op2(X, XG_VPS(0x28), 1, xg_abs(b->j->s->spill));
            xg_v_in(b, XG_V66(0xF9), 1, 2);
            xg_x_movaps(X, 2, 1);
        } else {
            xg_v_in(b, XG_V66(0xD5), 0, 1);
        }
        if (right) {
            xg_v_shift(b, XG_VS_HALF, XG_VS_LEFT, 2, 2, 1);
            xg_v_shift(b, XG_VS_HALF, XG_VS_RIGHT, 0, 0, 15);
        }
        xg_v_in(b, XG_V66(0xEB), 0, 2);
    }
    xg_v_put(b, op->d, 0);
}

/* xmm1 = 2^n of every byte, or 2^(7-n). */
static void byte_powers(struct xg_builder *b, unsigned r, bool turned)
{
    xg_v_copy(b, r, 2);
    xg_v_with(b, XG_V66(0xDB), 2, XG_K_BYTE_7);
    if (turned)
        xg_v_with(b, XG_V66(0xEF), 2, XG_K_BYTE_7);
    xg_v_load(b, 1, XG_K_POWERS);
    xg_v_in(b, XG_V38(0x00), 1, 2);
}
/* One byte of each halfword, in its low half; the other one is lost. */
static void byte_of(struct xg_builder *b, int d, int s, bool high, bool is_signed)
{
    if (!high) {
        xg_v_shift(b, XG_VS_HALF, XG_VS_LEFT, d, s, 8);
        s = d;
    }
    xg_v_shift(b, XG_VS_HALF, is_signed ? XG_VS_ARITHMETIC : XG_VS_RIGHT, d, s, 8);
}
/* A product of eight by eight bits holds what goes out and what stays. */
static void bytes(struct xg_builder *b, const struct xg_op *op, unsigned kind)
{
    bool right = kind == XG_SHR || kind == XG_SAR;
    byte_powers(b, op->b, right);
    xg_x_op2(X, XG_VPS(0x29), 1, xg_abs(b->j->s->spill));
    for (int high = 1; high >= 0; high--) {
        if (!high)
            xg_x_op2(X, XG_VPS(0x28), 1, xg_abs(b->j->s->spill));
        byte_of(b, 1, 1, high, false);
        byte_of(b, 2, xg_v_get(b, op->a, 2), high, kind == XG_SAR);
        xg_v_in(b, XG_V66(0xD5), 2, 1);
        if (right) {
            xg_v_shift(b, XG_VS_HALF, kind == XG_SAR ? XG_VS_ARITHMETIC : XG_VS_RIGHT, 2, 2, 7);
        } else if (kind == XG_ROL) {
            xg_v_shift(b, XG_VS_HALF, XG_VS_RIGHT, 1, 2, 8);
            xg_v_in(b, XG_V66(0xEB), 2, 1);
        }
        if (high) {
            xg_v_shift(b, XG_VS_HALF, XG_VS_LEFT, 0, 2, 8);
        } else {
            xg_v_with(b, XG_V66(0xDB), 2, XG_K_HALF_FF);
            xg_v_in(b, XG_V66(0xEB), 0, 2);
        }
    }
    xg_v_put(b, op->d, 0);
}

struct shifting {
    uint8_t size, kind;
};
static bool shifting_of(unsigned handler, struct shifting *s)
{
#define CASE(name, size, kind)                                                                     \
    case XG_HANDLER_##name:                                                                        \
        *s = (struct shifting){size, kind};                                                        \
        return true;
    switch (handler) {
        CASE(vrlb, 1, XG_ROL)
        CASE(vrlh, 2, XG_ROL)
        CASE(vrlw, 4, XG_ROL)
        CASE(vslb, 1, XG_SHL)
        CASE(vslh, 2, XG_SHL)
        CASE(vslw, 4, XG_SHL)
        CASE(vsrb, 1, XG_SHR)
        CASE(vsrh, 2, XG_SHR)
        CASE(vsrw, 4, XG_SHR)
        CASE(vsrab, 1, XG_SAR)
        CASE(vsrah, 2, XG_SAR)
        CASE(vsraw, 4, XG_SAR)
    default:
        return false;
    }
#undef CASE
}

/* ---- which ---- */

bool xg_native_lanes(const struct xg_builder *b, const struct xg_binsn *i)
{
    struct saturating s;
    struct shifting t;
    (void)b;
    if (saturating_of(i->handler, &s) || shifting_of(i->handler, &t))
        return true;
    switch (i->handler) {
    case XG_HANDLER_vavgsb:
    case XG_HANDLER_vavgsh:
    case XG_HANDLER_vavguw:
    case XG_HANDLER_vavgsw:
    case XG_HANDLER_vaddcuw:
    case XG_HANDLER_vsubcuw:
    case XG_HANDLER_vcmpgtub:
    case XG_HANDLER_vcmpgtuh:
    case XG_HANDLER_vcmpgtuw:
        return true;
    default:
        return false;
    }
}

bool xg_emit_lanes(struct xg_builder *b, struct xg_binsn *i)
{
    struct saturating s;
    struct shifting t;
    const struct xg_op *op = &i->op;
    if (saturating_of(i->handler, &s)) {
        saturating(b, i, &s);
        return true;
    }
    if (shifting_of(i->handler, &t)) {
        if (t.size == 1)
            bytes(b, op, t.kind);
        else if (t.size == 2)
            halfwords(b, op, t.kind);
        else if (X->level >= XG_X_AVX2)
            words_at_once(b, op, t.kind);
        else
            words_by_one_number(b, i, t.kind);
        return true;
    }
    switch (i->handler) {
    case XG_HANDLER_vavgsb:
        average_signed(b, op, 0xE0, XG_K_BYTE_80);
        return true;
    case XG_HANDLER_vavgsh:
        average_signed(b, op, 0xE3, XG_K_HALF_8000);
        return true;
    case XG_HANDLER_vavguw:
        average_words(b, op, XG_VS_RIGHT);
        return true;
    case XG_HANDLER_vavgsw:
        average_words(b, op, XG_VS_ARITHMETIC);
        return true;
    case XG_HANDLER_vaddcuw:
    case XG_HANDLER_vsubcuw:
        carry(b, op, i->handler == XG_HANDLER_vsubcuw);
        return true;
    case XG_HANDLER_vcmpgtub:
        greater_unsigned(b, i, XG_V66(0xDE), 0x74);
        return true;
    case XG_HANDLER_vcmpgtuh:
        greater_unsigned(b, i, XG_V38(0x3E), 0x75);
        return true;
    case XG_HANDLER_vcmpgtuw:
        greater_unsigned(b, i, XG_V38(0x3F), 0x76);
        return true;
    default:
        return false;
    }
}
