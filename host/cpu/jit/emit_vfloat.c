/* Vector floating point under the vector MXCSR: to nearest, only invalid operations trap
 * and are then the interpreter's, VSCR[NJ] makes zeros of denormals. Inexact results
 * leave no trace in the FPSCR, so conversions run in this mode too. */
#include "cpu/jit/emit_vmx.h"

#define X (&b->x)

enum {
    PSHUFD = XG_V66(0x70),
    PAND = XG_V66(0xDB),
    PANDN = XG_V66(0xDF),
    POR = XG_V66(0xEB),
    PXOR = XG_V66(0xEF),
    PADDD = XG_V66(0xFE),
    PCMPEQD = XG_V66(0x76),
    PCMPGTD = XG_V66(0x66),
    PSIGND = XG_V38(0x0A),
    ADDPS = XG_VPS(0x58),
    MULPS = XG_VPS(0x59),
    SUBPS = XG_VPS(0x5C),
    MINPS = XG_VPS(0x5D),
    MAXPS = XG_VPS(0x5F),
    CMPPS = XG_VPS(0xC2),
    SHUFPS = XG_VPS(0xC6),
    DOUBLES = XG_VPS(0x5A),
    SINGLES = XG_V66(0x5A)
};
/* Conditions of CMPPS; those of AVX stay quiet about NaNs, the first eight trap. */
enum {
    CMP_EQ = 0,
    CMP_LT = 1,
    CMP_LE = 2,
    CMP_UNORDERED = 3,
    CMP_NLE = 6,
    CMP_ORDERED = 7,
    CMP_NLE_QUIET = 0x16,
    CMP_GE_QUIET = 0x1D,
    CMP_GT_QUIET = 0x1E
};

static void compare(struct xg_builder *b, int d, int a, struct xg_rm s, unsigned condition)
{
    xg_x_op3_imm(X, CMPPS, d, a, s, -1, condition);
}
/* The interpreter does this instruction when the flags say so. */
static void step_if(struct xg_builder *b, const struct xg_binsn *i, unsigned cc)
{
    xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_STEP,
                                    .fix = xg_x_jcc(X, cc),
                                    .insn = (int)b->at,
                                    .dirty = i->dirty,
                                    .singles = b->singles});
}
static void step_if_any(struct xg_builder *b, const struct xg_binsn *i, int x)
{
    xg_v_ptest(b, x, xg_reg(x));
    step_if(b, i, XG_NE);
}

/* ---- sums and products ---- */

static bool plain_of(unsigned handler, uint32_t *opcode)
{
    switch (handler) {
    case XG_HANDLER_vaddfp:
        *opcode = ADDPS;
        return true;
    case XG_HANDLER_vsubfp:
        *opcode = SUBPS;
        return true;
    case XG_HANDLER_vmulfp128:
        *opcode = MULPS;
        return true;
    default:
        return false;
    }
}
/* A trap must find its operands: the host writes nothing then, but a move before it may. */
static void plain(struct xg_builder *b, const struct xg_op *op, uint32_t opcode)
{
    int d = xg_v_target(b, op->d), x = xg_v_get(b, op->a, 0);
    if (X->level < XG_X_AVX && op->d == op->b && d != x)
        d = 0;
    xg_x_op3(X, opcode, d, x, xg_v_src(b, op->b), -1);
    xg_v_put(b, op->d, d);
}

struct factors {
    unsigned x, z, addend;
    bool negate;
};
static bool is_fma(const struct xg_binsn *i, struct factors *f)
{
    const struct xg_op *op = &i->op;
    switch (i->handler) {
    case XG_HANDLER_vmaddfp:
    case XG_HANDLER_vnmsubfp:
        *f = (struct factors){op->a, op->c & 31u, op->b, i->handler == XG_HANDLER_vnmsubfp};
        return true;
    case XG_HANDLER_vmaddfp128:
    case XG_HANDLER_vnmsubfp128:
        *f = (struct factors){op->a, op->b, op->d, i->handler == XG_HANDLER_vnmsubfp128};
        return true;
    case XG_HANDLER_vmaddcfp128:
        *f = (struct factors){op->a, op->d, op->b, false};
        return true;
    default:
        return false;
    }
}

/* r = -r, but NaNs stay as they are: -0 - r; t goes. */
static void negate_ordered(struct xg_builder *b, int r, int t)
{
    xg_v_load(b, t, XG_K_SIGN_SINGLE);
    if (X->level >= XG_X_AVX) {
        xg_x_vex(X, SUBPS, r, t, xg_reg(r));
    } else {
        xg_v_in(b, SUBPS, t, r);
        xg_x_movaps(X, r, t);
    }
}

static void add_v(struct xg_bits *s, unsigned r)
{
    s->v[r >> 6] |= 1ull << (r & 63);
}

/* The host prefers the NaN of a factor, the guest that of the addend to that of the second
 * factor: where both were NaNs the host would choose wrongly. So one of them must be free of
 * NaNs. One check looks at what follows too, as far as it is there already: at addends, or at
 * second factors that are splats, because those are there early. */
static bool is_ordered(const struct xg_builder *b, const struct factors *f)
{
    return xg_v_has(&b->ordered, f->addend) || xg_v_has(&b->ordered, f->z);
}
/* NE: one of these registers holds a NaN. */
static void find_nans(struct xg_builder *b, const unsigned *list, unsigned count)
{
    for (unsigned n = 0; n < count; n += 2) {
        int t = n ? 1 : 0, x = xg_v_get(b, list[n], t);
        compare(b, t, x, n + 1 < count ? xg_v_src(b, list[n + 1]) : xg_reg(x), CMP_UNORDERED);
        if (n)
            xg_v_in(b, POR, 0, 1);
    }
    xg_x_op2(X, XG_VPS(0x50), RAX, xg_reg(0)); /* movmskps */
    xg_x_op(X, XG_X(0, 0, 0x85), RAX, xg_reg(RAX));
}
/* The same where compares make masks: k1 has the lanes that were ordered so far. */
static void find_nans_by_masks(struct xg_builder *b, const unsigned *list, unsigned count)
{
    for (unsigned n = 0; n < count; n += 2) {
        int x = xg_v_get(b, list[n], 0);
        struct xg_rm other = n + 1 < count ? xg_v_src(b, list[n + 1]) : xg_reg(x);
        xg_x_evex(X, CMPPS, 1, x, other, n ? 1 : 0);
        xg_x_byte(X, CMP_ORDERED);
    }
    xg_x_vex(X, XG_X(0, XG_M0F, 0x93), RAX, 0, xg_reg(1)); /* kmovw */
    xg_x_alui(X, XG_CMP, false, xg_reg(RAX), 15);
}
static void check_addends(struct xg_builder *b, const struct xg_binsn *i)
{
    enum { MOST = 12 };
    struct xg_bits written = {0};
    unsigned list[MOST], count = 0;
    struct factors f;
    for (const struct xg_binsn *m = i; m < b->insn + b->block_end && count < MOST; m++) {
        if (m->treat == XG_T_NATIVE && is_fma(m, &f) && !is_ordered(b, &f)) {
            bool splat = xg_v_has(&b->splats, f.z) && !xg_v_has(&written, f.z);
            if (splat || !xg_v_has(&written, f.addend)) {
                list[count] = splat ? f.z : f.addend;
                add_v(&b->ordered, list[count++]);
            }
        }
        written.v[0] |= m->def.v[0];
        written.v[1] |= m->def.v[1];
    }
    b->unit->sites[b->at].looks_ahead |= count > 1;
    if (count) {
        if (X->level >= XG_X_AVX512)
            find_nans_by_masks(b, list, count);
        else
            find_nans(b, list, count);
        xg_interpret_if(b, i, XG_NE);
    }
}
/* The same without a check: an addend that is a NaN is the result unless the first factor is
 * one. */
static void fused_with_nans(struct xg_builder *b, const struct xg_binsn *i, const struct factors *f)
{
    const struct xg_rm kept = xg_abs(b->j->s->spill);
    int x = xg_v_get(b, f->x, 0), z = xg_v_get(b, f->z, 2), y = xg_v_get(b, f->addend, 1);
    /* xmm2 is free once the product is made; the result waits in memory for a register. */
    if (x != 0)
        xg_x_movaps(X, 0, x);
    xg_x_vex(X, XG_V38(f->negate ? 0x9A : 0x98), 0, y, xg_reg(z));
    if (f->negate)
        negate_ordered(b, 0, 2);
    xg_x_op2(X, XG_VPS(0x29), 0, kept);
    x = xg_v_get(b, f->x, 0);
    compare(b, 0, x, xg_reg(x), CMP_UNORDERED);
    compare(b, 2, y, xg_reg(y), CMP_UNORDERED);
    xg_v_in(b, PANDN, 0, 2); /* the addend's NaN is the result */
    xg_x_op2(X, XG_VPS(0x28), 2, kept);
    xg_x_vex_imm(X, XG_V3A(0x4A), 2, 2, xg_reg(y), 0); /* vblendvps by xmm0 */
    xg_v_put(b, i->op.d, 2);
}

static void fused(struct xg_builder *b, const struct xg_binsn *i, const struct factors *f)
{
    if (xg_jit_set_has(&b->j->nans, i->op.pc)) {
        fused_with_nans(b, i, f);
        return;
    }
    if (!is_ordered(b, f))
        check_addends(b, i);
    int d = xg_v_target(b, i->op.d), x = xg_v_get(b, f->x, 0), zh = xg_home_v(b, f->z),
        yh = xg_home_v(b, f->addend);
    unsigned form = f->negate ? 0x9A : 0x98; /* 132: d = d * z + y */
    if (d != x && d == zh && d != yh) {      /* 213: d = x * d + y */
        xg_x_vex(X, XG_V38(form + 0x10), d, x, xg_v_src(b, f->addend));
    } else if (d != x && d == yh && d != zh) { /* 231: d = x * z + d */
        xg_x_vex(X, XG_V38(form + 0x20), d, x, xg_v_src(b, f->z));
    } else {
        int y = xg_v_get(b, f->addend, 1), r = d != x && (d == zh || d == yh) ? 0 : d;
        xg_x_movaps(X, r, x);
        xg_x_vex(X, XG_V38(form), r, y, xg_v_src(b, f->z));
        d = r;
    }
    if (f->negate)
        negate_ordered(b, d, d == 0 ? 1 : 0);
    xg_v_put(b, i->op.d, d);
}

/* Words 0 and 1, or 2 and 3, of r as doubles in d. */
static void pair_of_doubles(struct xg_builder *b, int d, unsigned r, bool upper)
{
    struct xg_rm from = xg_v_src(b, r);
    if (!upper) {
        xg_x_op2(X, DOUBLES, d, from);
    } else if (from.reg < 0) {
        from.disp += 8;
        xg_x_op2(X, DOUBLES, d, from);
    } else {
        xg_x_op2(X, PSHUFD, d, from);
        xg_x_byte(X, 0xEE);
        xg_x_op2(X, DOUBLES, d, xg_reg(d));
    }
}
/* xmm0 and xmm1 = products of singles as doubles; a splat is converted once. The first factor
 * comes first, for its NaNs. */
static void products(struct xg_builder *b, const struct factors *f)
{
    const uint32_t multiply = XG_V66(0x59);
    if (xg_v_has(&b->splats, f->z)) {
        pair_of_doubles(b, 2, f->z, false);
        for (int half = 0; half < 2; half++) {
            pair_of_doubles(b, half, f->x, half);
            xg_v_in(b, multiply, half, 2);
        }
    } else if (xg_v_has(&b->splats, f->x)) {
        pair_of_doubles(b, 1, f->x, false);
        xg_x_movaps(X, 0, 1);
        for (int half = 0; half < 2; half++) {
            pair_of_doubles(b, 2, f->z, half);
            xg_v_in(b, multiply, half, 2);
        }
    } else {
        for (int half = 0; half < 2; half++) {
            pair_of_doubles(b, half, f->x, half);
            pair_of_doubles(b, 2, f->z, half);
            xg_v_in(b, multiply, half, 2);
        }
    }
}
/* The product of singles is exact as a double. Rounding its sum twice does harm only half
 * way between two singles, or where singles are denormal. */
static void fused_by_doubles(struct xg_builder *b, const struct xg_binsn *i,
                             const struct factors *f)
{
    if (xg_jit_set_has(&b->j->nans, i->op.pc)) { /* NaNs come here: one at a time */
        xg_v_copy(b, f->addend, 2);
        compare(b, 2, 2, xg_reg(2), CMP_UNORDERED);
        step_if_any(b, i, 2);
    } else if (!is_ordered(b, f)) {
        check_addends(b, i);
    }
    products(b, f);
    for (int half = 0; half < 2; half++) {
        pair_of_doubles(b, 2, f->addend, half);
        xg_v_in(b, XG_V66(f->negate ? 0x5C : 0x58), half, 2);
    }
    xg_x_movaps(X, 2, 0);
    xg_v_in(b, SHUFPS, 2, 1);
    xg_x_byte(X, 0x88); /* the low words of the four sums */
    xg_v_shift(b, XG_VS_WORD, XG_VS_LEFT, 2, 2, 3);
    xg_v_with(b, PCMPEQD, 2, XG_K_SIGN_SINGLE);
    xg_x_op2(X, SINGLES, 0, xg_reg(0));
    xg_x_op2(X, SINGLES, 1, xg_reg(1));
    xg_v_in(b, XG_VPS(0x16), 0, 1); /* movlhps */
    xg_x_movaps(X, 1, 0);
    xg_v_with(b, POR, 1, XG_K_SIGN_SINGLE);
    xg_v_with(b, PSIGND, 1, XG_K_ONES); /* 2^31 - |result|: small results are the greatest, */
    xg_v_with(b, PCMPGTD, 1, XG_K_INFINITE_LESS_1); /* and zero is the least */
    xg_v_in(b, POR, 2, 1);
    xg_x_op2(X, XG_VPS(0x50), RAX, xg_reg(2)); /* movmskps */
    xg_x_op(X, XG_X(0, 0, 0x85), RAX, xg_reg(RAX));
    step_if(b, i, XG_NE);
    if (f->negate)
        negate_ordered(b, 0, 1);
    xg_v_put(b, i->op.d, 0);
}

/* ---- maximum, minimum, compares ---- */

/* Both orders of the host's operation differ in the sign of zeros alone. */
static void extreme(struct xg_builder *b, const struct xg_binsn *i, bool most)
{
    const struct xg_op *op = &i->op;
    xg_v_copy(b, op->a, 0);
    xg_x_movaps(X, 2, 0);
    compare(b, 2, 2, xg_v_src(b, op->b), CMP_UNORDERED);
    step_if_any(b, i, 2);
    xg_v_with(b, MULPS, 0, XG_K_FLOAT_ONE); /* flushes denormals */
    xg_v_copy(b, op->b, 1);
    xg_v_with(b, MULPS, 1, XG_K_FLOAT_ONE);
    xg_x_movaps(X, 2, 0);
    xg_v_in(b, most ? MAXPS : MINPS, 2, 1);
    xg_v_in(b, most ? MAXPS : MINPS, 1, 0);
    xg_v_in(b, most ? PAND : POR, 1, 2);
    xg_v_put(b, op->d, 1);
}

static void relation(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    bool quiet = X->level >= XG_X_AVX, turned = false;
    unsigned condition = CMP_EQ, first = op->a, second = op->b;
    if (i->handler == XG_HANDLER_vcmpgtfp)
        condition = quiet ? CMP_GT_QUIET : CMP_LT;
    if (i->handler == XG_HANDLER_vcmpgefp)
        condition = quiet ? CMP_GE_QUIET : CMP_LE;
    turned = !quiet && condition != CMP_EQ; /* b < a */
    if (turned) {
        first = op->b;
        second = op->a;
    }
    compare(b, 0, xg_v_get(b, first, 0), xg_v_src(b, second), condition);
    xg_v_record(b, i, 0);
    xg_v_put(b, op->d, 0);
}
/* Bit 31: not a <= b; bit 30: not -b <= a. */
static void bounds(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    unsigned condition = X->level >= XG_X_AVX ? CMP_NLE_QUIET : CMP_NLE;
    xg_v_copy(b, op->a, 0);
    compare(b, 0, 0, xg_v_src(b, op->b), condition);
    xg_v_with(b, PAND, 0, XG_K_SIGN_SINGLE);
    xg_v_copy(b, op->b, 1);
    xg_v_with(b, PXOR, 1, XG_K_SIGN_SINGLE);
    compare(b, 1, 1, xg_v_src(b, op->a), condition);
    xg_v_with(b, PAND, 1, XG_K_SIGN_SINGLE);
    xg_v_shift(b, XG_VS_WORD, XG_VS_RIGHT, 1, 1, 1);
    xg_v_in(b, POR, 0, 1);
    if (op->rc && (i->st_live >> 6 & 1)) { /* EQ: all are inside */
        xg_x_mov(X, true, RDX, xg_abs(&b->j->s->cr_values[0]));
        xg_v_ptest(b, 0, xg_reg(0));
        xg_x_op(X, XG_X(0, XG_M0F, 0x44) | XG_XW, RDX, xg_abs(&b->j->s->cr_values[2]));
        xg_x_store(X, true, RDX, xg_abs(&b->j->s->crv[6]));
    }
    xg_v_put(b, op->d, 0);
}

/* ---- rounding and conversions ---- */

static void integral(struct xg_builder *b, const struct xg_binsn *i)
{
    unsigned mode = i->handler == XG_HANDLER_vrfin   ? 0
                    : i->handler == XG_HANDLER_vrfim ? 1
                    : i->handler == XG_HANDLER_vrfip ? 2
                                                     : 3;
    xg_x_op2(X, XG_V3A(0x08), 0, xg_v_src(b, i->op.b));
    xg_x_byte(X, 8 | mode);
    xg_v_put(b, i->op.d, 0);
}
/* d = d * 2^n */
static void scale(struct xg_builder *b, int d, int n, int tmp)
{
    if (!n)
        return;
    xg_x_movi(X, RAX, (uint32_t)(127 + n) << 23);
    xg_x_op2(X, XG_V66(0x6E), tmp, xg_reg(RAX));
    xg_v_imm(b, PSHUFD, tmp, tmp, 0);
    xg_v_in(b, MULPS, d, tmp);
}
static void from_fixed(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    if (i->handler == XG_HANDLER_vcfsx) {
        xg_x_op2(X, XG_VPS(0x5B), 0, xg_v_src(b, op->b));
    } else { /* both halves are exact, their sum is rounded */
        int y = xg_v_get(b, op->b, 1);
        xg_v_shift(b, XG_VS_WORD, XG_VS_RIGHT, 0, y, 16);
        xg_x_op2(X, XG_VPS(0x5B), 0, xg_reg(0));
        xg_v_with(b, MULPS, 0, XG_K_FLOAT_65536);
        xg_v_copy(b, op->b, 1);
        xg_v_with(b, PAND, 1, XG_K_WORD_FFFF);
        xg_x_op2(X, XG_VPS(0x5B), 1, xg_reg(1));
        xg_v_in(b, ADDPS, 0, 1);
    }
    scale(b, 0, -(int)xg_field_a(op->insn), 1);
    xg_v_put(b, op->d, 0);
}
/* xmm0 = the scaled operand, NaNs as zeros. */
static void scaled(struct xg_builder *b, const struct xg_op *op)
{
    xg_v_copy(b, op->b, 0);
    scale(b, 0, (int)xg_field_a(op->insn), 1);
    xg_x_movaps(X, 1, 0);
    compare(b, 1, 1, xg_reg(1), CMP_ORDERED);
    xg_v_in(b, PAND, 0, 1);
}
static void to_signed(struct xg_builder *b, const struct xg_op *op)
{
    scaled(b, op);
    xg_x_movaps(X, 1, 0);
    compare(b, 1, 1, XG_VK(b, XG_K_FLOAT_N2_31), CMP_LT);
    xg_v_load(b, 2, XG_K_FLOAT_2_31);
    compare(b, 2, 2, xg_reg(0), CMP_LE); /* too great: the bits of the greatest word */
    xg_v_in(b, POR, 1, 2);
    xg_v_ptest(b, 1, xg_reg(1));
    xg_v_saturated_if_ne(b);
    xg_v_with(b, MINPS, 0, XG_K_FLOAT_BELOW);
    xg_v_with(b, MAXPS, 0, XG_K_FLOAT_N2_31);
    xg_x_op2(X, XG_X(XG_PF3, XG_M0F, 0x5B), 0, xg_reg(0));
    xg_v_with(b, PAND, 2, XG_K_WORD_2_31_M1);
    xg_v_in(b, POR, 0, 2);
    xg_v_put(b, op->d, 0);
}
static void to_unsigned(struct xg_builder *b, const struct xg_op *op)
{
    scaled(b, op);
    xg_v_load(b, 1, XG_K_FLOAT_ONE);
    xg_v_with(b, PXOR, 1, XG_K_SIGN_SINGLE);
    xg_x_movaps(X, 2, 0);
    compare(b, 2, 2, xg_reg(1), CMP_LE); /* -1 and below */
    xg_v_load(b, 1, XG_K_FLOAT_2_32);
    compare(b, 1, 1, xg_reg(0), CMP_LE);
    xg_v_in(b, POR, 2, 1);
    xg_v_ptest(b, 2, xg_reg(2));
    xg_v_saturated_if_ne(b);
    xg_x_op2(X, XG_VPS(0x29), 1, xg_abs(b->j->s->spill));
    xg_x_op3(X, XG_VPS(0x57), 2, 2, xg_reg(2), -1);
    xg_v_in(b, MAXPS, 0, 2);
    xg_v_load(b, 1, XG_K_FLOAT_2_31);
    xg_x_movaps(X, 2, 1);
    compare(b, 2, 2, xg_reg(0), CMP_LE); /* the upper half of the range is moved down */
    xg_v_in(b, PAND, 1, 2);
    xg_v_in(b, SUBPS, 0, 1);
    xg_v_with(b, MINPS, 0, XG_K_FLOAT_BELOW);
    xg_x_op2(X, XG_X(XG_PF3, XG_M0F, 0x5B), 0, xg_reg(0));
    xg_v_shift(b, XG_VS_WORD, XG_VS_LEFT, 2, 2, 31);
    xg_v_in(b, PXOR, 0, 2);
    xg_x_op3(X, POR, 0, 0, xg_abs(b->j->s->spill), -1);
    xg_v_put(b, op->d, 0);
}

/* ---- dot products and estimates: in double, rounded once ---- */

/* d = words 2 and 3 of r as doubles. */
static void upper_doubles(struct xg_builder *b, int d, unsigned r)
{
    xg_x_op2(X, PSHUFD, d, xg_v_src(b, r));
    xg_x_byte(X, 0xEE);
    xg_x_op2(X, DOUBLES, d, xg_reg(d));
}
static void dot(struct xg_builder *b, const struct xg_op *op, bool four)
{
    unsigned pp = four ? XG_P66 : XG_PF2;
    xg_x_op2(X, DOUBLES, 0, xg_v_src(b, op->a));
    xg_x_op2(X, DOUBLES, 1, xg_v_src(b, op->b));
    xg_v_in(b, XG_V66(0x59), 0, 1);
    if (four) {
        upper_doubles(b, 1, op->a);
        upper_doubles(b, 2, op->b);
    } else { /* word 3 takes no part, not even as a NaN */
        xg_x_op2(X, PSHUFD, 1, xg_v_src(b, op->a));
        xg_x_byte(X, 0xAA);
        xg_x_op3(X, XG_X(XG_PF3, XG_M0F, 0x5A), 1, 1, xg_reg(1), -1);
        xg_x_op2(X, PSHUFD, 2, xg_v_src(b, op->b));
        xg_x_byte(X, 0xAA);
        xg_x_op3(X, XG_X(XG_PF3, XG_M0F, 0x5A), 2, 2, xg_reg(2), -1);
    }
    xg_v_in(b, XG_X(pp, XG_M0F, 0x59), 1, 2);
    xg_v_in(b, XG_X(pp, XG_M0F, 0x58), 0, 1); /* p0 + p2, p1 (+ p3) */
    xg_v_imm(b, PSHUFD, 1, 0, 0xEE);
    xg_v_in(b, XG_X(XG_PF2, XG_M0F, 0x58), 0, 1);
    xg_x_op3(X, XG_X(XG_PF2, XG_M0F, 0x5A), 0, 0, xg_reg(0), -1);
    xg_v_imm(b, PSHUFD, 0, 0, 0);
    xg_x_movaps(X, 1, 0); /* beyond the range: the default NaN */
    xg_v_with(b, PAND, 1, XG_K_ABS_SINGLE);
    xg_v_load(b, 2, XG_K_INFINITE_LESS_1);
    xg_v_op(b, XG_V66(0x66), 1, 1, 2);
    xg_v_load(b, 2, XG_K_DEFAULT_NAN);
    xg_v_in(b, PAND, 2, 1);
    xg_v_in(b, PANDN, 1, 0);
    xg_v_in(b, POR, 1, 2);
    xg_v_put(b, op->d, 1);
}

/* ---- which ---- */

bool xg_native_vfloat(const struct xg_builder *b, const struct xg_binsn *i)
{
    uint32_t opcode;
    struct factors f;
    (void)b;
    if (plain_of(i->handler, &opcode) || is_fma(i, &f))
        return true;
    switch (i->handler) {
    case XG_HANDLER_vmaxfp:
    case XG_HANDLER_vminfp:
    case XG_HANDLER_vcmpeqfp:
    case XG_HANDLER_vcmpgtfp:
    case XG_HANDLER_vcmpgefp:
    case XG_HANDLER_vcmpbfp:
    case XG_HANDLER_vrfin:
    case XG_HANDLER_vrfim:
    case XG_HANDLER_vrfip:
    case XG_HANDLER_vrfiz:
    case XG_HANDLER_vcfsx:
    case XG_HANDLER_vcfux:
    case XG_HANDLER_vctsxs:
    case XG_HANDLER_vctuxs:
    case XG_HANDLER_vmsum3fp128:
    case XG_HANDLER_vmsum4fp128:
        return true;
    default:
        return false;
    }
}

bool xg_vfloat_needs_mode(const struct xg_binsn *i)
{
    return xg_native_vfloat(NULL, i);
}

static void others(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    switch (i->handler) {
    case XG_HANDLER_vmaxfp:
    case XG_HANDLER_vminfp:
        extreme(b, i, i->handler == XG_HANDLER_vmaxfp);
        break;
    case XG_HANDLER_vcmpeqfp:
    case XG_HANDLER_vcmpgtfp:
    case XG_HANDLER_vcmpgefp:
        relation(b, i);
        break;
    case XG_HANDLER_vcmpbfp:
        bounds(b, i);
        break;
    case XG_HANDLER_vrfin:
    case XG_HANDLER_vrfim:
    case XG_HANDLER_vrfip:
    case XG_HANDLER_vrfiz:
        integral(b, i);
        break;
    case XG_HANDLER_vcfsx:
    case XG_HANDLER_vcfux:
        from_fixed(b, i);
        break;
    case XG_HANDLER_vctsxs:
        to_signed(b, op);
        break;
    case XG_HANDLER_vctuxs:
        to_unsigned(b, op);
        break;
    default:
        dot(b, op, i->handler == XG_HANDLER_vmsum4fp128);
        break;
    }
}

bool xg_emit_vfloat(struct xg_builder *b, struct xg_binsn *i)
{
    uint32_t opcode;
    struct factors f;
    unsigned colds = b->cold_count;
    if (!xg_native_vfloat(b, i))
        return false;
    if (plain_of(i->handler, &opcode))
        plain(b, &i->op, opcode);
    else if (!is_fma(i, &f))
        others(b, i);
    else if (X->level >= XG_X_AVX2)
        fused(b, i, &f);
    else
        fused_by_doubles(b, i, &f);
    for (; colds < b->cold_count; colds++)
        if (b->room->cold[colds].kind == XG_COLD_STEP)
            b->room->cold[colds].resume = X->p;
    return true;
}
