/* Instructions on bits and fields of CR. */
#include "cpu/jit/build.h"

#define STATE(field) xg_abs(&b->j->s->field)
#define X            (&b->x)

static void setcc(struct xg_builder *b, unsigned cc, int d)
{
    xg_x_op(X, XG_X(0, XG_M0F, 0x90 | cc) | XG_X8, 0, xg_reg(d));
    xg_x_op(X, XG_X(0, XG_M0F, 0xB6) | XG_X8, d, xg_reg(d));
}
/* A bit of CR as 0 or 1; clobbers rdx. */
static void get_bit(struct xg_builder *b, unsigned bit, int d)
{
    int64_t *v = &b->j->s->crv[bit >> 2];
    switch (bit & 3) {
    case 0:
        xg_x_mov(X, true, d, xg_abs(v));
        xg_x_shift(X, XG_SHR, true, d, 62);
        xg_x_alui(X, XG_AND, false, xg_reg(d), 1);
        break;
    case 1:
        xg_x_alui(X, XG_CMP, true, xg_abs(v), 0);
        setcc(b, XG_G, d);
        break;
    case 2:
        xg_x_alui(X, XG_CMP, false, xg_abs(v), 0);
        setcc(b, XG_E, d);
        break;
    default:
        xg_x_mov(X, true, d, xg_abs(v));
        xg_x_lea(X, true, RDX, xg_indexed(d, d, 0));
        xg_x_alu(X, XG_XOR, true, d, xg_reg(RDX));
        xg_x_shift(X, XG_SHR, true, d, 62);
        xg_x_alui(X, XG_AND, false, xg_reg(d), 1);
        break;
    }
}
static void bit_op(struct xg_builder *b, unsigned which, int r, unsigned bit)
{
    xg_x_op(X, XG_X(0, XG_M0F, 0xBA) | XG_XW, (int)which, xg_reg(r)); /* 5: set, 6: reset */
    xg_x_byte(X, bit);
}
/* Puts eax, 0 or 1, into a bit of CR: the field first gets the form in which bit 63 says
 * not greater, whatever the rest is. */
static void put_bit(struct xg_builder *b, unsigned bit)
{
    int64_t *v = &b->j->s->crv[bit >> 2];
    xg_x_mov(X, true, RDX, xg_abs(v));
    xg_x_op(X, XG_X(0, 0, 0x85) | XG_XW, RDX, xg_reg(RDX));
    uint8_t *other = xg_x_jcc(X, XG_NE);
    bit_op(b, 5, RDX, 63);
    xg_x_land(X, other);
    bit_op(b, 5, RDX, 40);
    switch (bit & 3) {
    case 0: /* SO is bit 61 xor bit 62: both change */
        xg_x_mov(X, true, RCX, xg_reg(RDX));
        xg_x_shift(X, XG_SHR, true, RCX, 62);
        xg_x_alu(X, XG_XOR, false, RCX, xg_reg(RAX));
        xg_x_shift(X, XG_SHL, true, RCX, 63);
        xg_x_shift(X, XG_SHR, true, RCX, 1);
        xg_x_alu(X, XG_XOR, true, RDX, xg_reg(RCX));
        xg_x_shift(X, XG_SHR, true, RCX, 1);
        xg_x_alu(X, XG_XOR, true, RDX, xg_reg(RCX));
        break;
    case 1:
        bit_op(b, 6, RDX, 63);
        xg_x_alui(X, XG_XOR, false, xg_reg(RAX), 1);
        xg_x_shift(X, XG_SHL, true, RAX, 63);
        xg_x_alu(X, XG_OR, true, RDX, xg_reg(RAX));
        break;
    case 2:
        xg_x_alui(X, XG_XOR, false, xg_reg(RAX), 1);
        xg_x_shift(X, XG_SHR, true, RDX, 32);
        xg_x_shift(X, XG_SHL, true, RDX, 32);
        xg_x_alu(X, XG_OR, true, RDX, xg_reg(RAX));
        break;
    default:
        xg_x_mov(X, true, RCX, xg_reg(RDX));
        xg_x_shift(X, XG_SHR, true, RCX, 1);
        xg_x_alu(X, XG_XOR, true, RCX, xg_reg(RDX)); /* bit 61: SO as it is */
        xg_x_shift(X, XG_SHR, true, RCX, 61);
        xg_x_alu(X, XG_XOR, false, RCX, xg_reg(RAX));
        xg_x_shift(X, XG_SHL, true, RCX, 63);
        xg_x_shift(X, XG_SHR, true, RCX, 2);
        xg_x_alu(X, XG_XOR, true, RDX, xg_reg(RCX));
        break;
    }
    xg_x_store(X, true, RDX, xg_abs(v));
}
static void cr_logic(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    bool same = op->a == op->b, invert = false, invert_b = false;
    unsigned kind = XG_OR;
    switch (i->handler) {
    case XG_HANDLER_crnand:
        invert = true;
        kind = XG_AND;
        break;
    case XG_HANDLER_crandc:
        invert_b = true;
        kind = XG_AND;
        break;
    case XG_HANDLER_crand:
        kind = XG_AND;
        break;
    case XG_HANDLER_creqv:
        invert = true;
        kind = XG_XOR;
        break;
    case XG_HANDLER_crxor:
        kind = XG_XOR;
        break;
    case XG_HANDLER_crnor:
        invert = true;
        break;
    case XG_HANDLER_crorc:
        invert_b = true;
        break;
    default:
        break;
    }
    if (same && kind == XG_XOR) {
        xg_x_movi(X, RAX, invert);
    } else {
        get_bit(b, op->a, RAX);
        get_bit(b, op->b, RCX);
        if (invert_b)
            xg_x_alui(X, XG_XOR, false, xg_reg(RCX), 1);
        xg_x_alu(X, kind, false, RAX, xg_reg(RCX));
        if (invert)
            xg_x_alui(X, XG_XOR, false, xg_reg(RAX), 1);
    }
    put_bit(b, op->d);
}

/* mtcrf: each field by a table of the 16 values. */
static void set_fields(struct xg_builder *b, const struct xg_binsn *i)
{
    for (unsigned f = 0; f < 8; f++) {
        if (!(i->op.insn >> (12 + 7 - f) & 1) || !(i->st_live >> f & 1))
            continue;
        xg_x_mov(X, false, RAX, xg_src(b, i->op.d));
        xg_x_shift(X, XG_SHR, false, RAX, 28 - 4 * f);
        xg_x_alui(X, XG_AND, false, xg_reg(RAX), 15);
        xg_x_shift(X, XG_SHL, false, RAX, 3);
        xg_x_mov(X, true, RAX, xg_at(RAX, (int32_t)(uintptr_t)b->j->s->cr_values));
        xg_x_store(X, true, RAX, STATE(crv[f]));
    }
}
/* mfocrf of one field: LT, GT and SO by the upper three bits of its value; EQ says that the
 * lower half is zero, and a value of zero is not greater. */
static void get_field(struct xg_builder *b, const struct xg_binsn *i)
{
    unsigned f = 7 - (unsigned)__builtin_ctz(xg_field(i->op.insn, 12, 8));
    xg_x_mov(X, true, RCX, STATE(crv[f]));
    xg_x_mov(X, true, RDX, xg_reg(RCX));
    xg_x_shift(X, XG_SHR, true, RDX, 61);
    xg_x_op(X, XG_X(0, XG_M0F, 0xB6), RAX, xg_at(RDX, (int32_t)(uintptr_t)b->j->s->cr_top));
    xg_x_op(X, XG_X(0, 0, 0x85), RCX, xg_reg(RCX));
    setcc(b, XG_E, RDX);
    xg_x_lea(X, false, RAX, xg_indexed(RAX, RDX, 0));
    xg_x_alu(X, XG_ADD, false, RAX, xg_reg(RDX));
    xg_x_op(X, XG_X(0, 0, 0x85) | XG_XW, RCX, xg_reg(RCX));
    setcc(b, XG_E, RDX);
    xg_x_shift(X, XG_SHL, false, RDX, 2);
    xg_x_alu(X, XG_SUB, false, RAX, xg_reg(RDX));
    xg_x_shift(X, XG_SHL, false, RAX, 28 - 4 * f);
    xg_put(b, i->op.d, RAX);
}

bool xg_native_cr(const struct xg_builder *b, const struct xg_binsn *i)
{
    (void)b;
    switch (i->handler) {
    case XG_HANDLER_crand:
    case XG_HANDLER_crandc:
    case XG_HANDLER_creqv:
    case XG_HANDLER_crnand:
    case XG_HANDLER_crnor:
    case XG_HANDLER_cror:
    case XG_HANDLER_crorc:
    case XG_HANDLER_crxor:
    case XG_HANDLER_mcrf:
    case XG_HANDLER_mtcrf:
    case XG_HANDLER_mtocrf:
    case XG_HANDLER_mfcr:
        return true;
    case XG_HANDLER_mfocrf:
        return __builtin_popcount(xg_field(i->op.insn, 12, 8)) == 1;
    default:
        return false;
    }
}

bool xg_emit_cr(struct xg_builder *b, struct xg_binsn *i)
{
    switch (i->handler) {
    case XG_HANDLER_mtcrf:
    case XG_HANDLER_mtocrf:
        set_fields(b, i);
        return true;
    case XG_HANDLER_mfocrf:
        get_field(b, i);
        return true;
    case XG_HANDLER_mfcr:
        xg_x_call_to(X, b->j->t_mfcr);
        xg_put(b, i->op.d, RAX);
        return true;
    case XG_HANDLER_mcrf:
        xg_x_mov(X, true, RAX, STATE(crv[i->op.a >> 2]));
        xg_x_store(X, true, RAX, STATE(crv[i->op.d >> 2]));
        return true;
    default:
        if (i->fused < 0) {
            cr_logic(b, i);
        } else if (i->st_live >> (i->op.d >> 2) & 1) {
            if (!xg_flags_are(b, i->fused))
                xg_emit_fcmp(b, &b->insn[i->fused], false);
            xg_emit_fcmp_field(b, i, i->op.d >> 2);
            xg_flags_set(b, i->fused);
        } else if (xg_flags_are(b, i->fused)) {
            xg_flags_set(b, i->fused);
        }
        return true;
    }
}

#undef STATE
#undef X
#define P66(byte) XG_X(XG_P66, XG_M0F, byte)

/* eax |= the bits of four fields whose signs are those of xmm r, shifted. */
static void spread(struct xg_jit *j, struct xg_x *x, int r, unsigned shift)
{
    xg_x_op2(x, XG_X(0, XG_M0F, 0x50), RCX, xg_reg(r)); /* movmskps */
    xg_x_shift(x, XG_SHL, false, RCX, 2);
    xg_x_mov(x, false, RCX, xg_at(RCX, (int32_t)(uintptr_t)j->s->cr_spread));
    xg_x_shift(x, XG_SHL, false, RCX, shift);
    xg_x_alu(x, XG_OR, false, RAX, xg_reg(RCX));
}
/* d = d << n, of words. */
static void left(struct xg_x *x, int d, unsigned n)
{
    if (x->level >= XG_X_AVX)
        xg_x_vex(x, P66(0x72), 6, d, xg_reg(d));
    else
        xg_x_op(x, P66(0x72), 6, xg_reg(d));
    xg_x_byte(x, n);
}
/* eax |= four fields; their values are at crv[first]. */
static void four_fields(struct xg_jit *j, struct xg_x *x, unsigned first)
{
    enum { LT = 3, GT = 2, EQ = 1, SO = 0 };
    xg_x_op2(x, XG_X(0, XG_M0F, 0x28), 0, xg_abs(j->s->crv + first));
    xg_x_movaps(x, 1, 0);
    xg_x_op3(x, XG_X(0, XG_M0F, 0xC6), 0, 0, xg_abs(j->s->crv + first + 2), -1);
    xg_x_byte(x, 0x88); /* lower halves */
    xg_x_op3(x, XG_X(0, XG_M0F, 0xC6), 1, 1, xg_abs(j->s->crv + first + 2), -1);
    xg_x_byte(x, 0xDD); /* upper halves */
    xg_x_op3(x, XG_X(0, XG_M0F, 0x57), 2, 2, xg_reg(2), -1);
    xg_x_op3(x, P66(0x76), 2, 2, xg_reg(0), -1);
    spread(j, x, 2, EQ);
    xg_x_op3(x, P66(0xEB), 0, 0, xg_reg(1), -1); /* zero as a whole, or negative: not greater */
    xg_x_op3(x, XG_X(0, XG_M0F, 0x57), 2, 2, xg_reg(2), -1);
    xg_x_op3(x, P66(0x76), 0, 0, xg_reg(2), -1);
    xg_x_op3(x, P66(0xEB), 0, 0, xg_reg(1), -1);
    xg_x_op3(x, P66(0x76), 2, 2, xg_reg(2), -1);
    xg_x_op3(x, P66(0xEF), 0, 0, xg_reg(2), -1);
    spread(j, x, 0, GT);
    left(x, 1, 1);
    spread(j, x, 1, LT);
    xg_x_movaps(x, 0, 1);
    left(x, 0, 1);
    xg_x_op3(x, P66(0xEF), 0, 0, xg_reg(1), -1);
    spread(j, x, 0, SO);
}
/* eax = CR; clobbers ecx, xmm0 to xmm2. */
void xg_jit_emit_mfcr(struct xg_jit *j, struct xg_x *x)
{
    j->t_mfcr = x->p;
    xg_x_movi(x, RAX, 0);
    four_fields(j, x, 0);
    xg_x_shift(x, XG_SHL, false, RAX, 16);
    four_fields(j, x, 4);
    xg_x_byte(x, 0xC3);
}
