/* Rotates and shifts of integers. */
#include "cpu/jit/emit_int.h"

#define STATE(field) xg_abs(&b->j->s->field)
#define X            (&b->x)

static void rlwinm(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    unsigned sh = op->b, mb = op->c, me = xg_field(op->insn, 1, 5);
    int h = xg_dst(b, op->a, RAX);
    struct xg_rm from = xg_src(b, op->d);
    if (from.reg != h || (!sh && (mb > me || op->mask == 0xFFFFFFFFu)))
        xg_x_mov(X, false, h, from); /* what follows clears the upper half too */
    if (mb > me) {
        xg_x_shift(X, XG_ROL, false, h, sh);
        xg_x_mov(X, true, RCX, xg_reg(h));
        xg_x_shift(X, XG_SHL, true, RCX, 32);
        xg_x_alu(X, XG_OR, true, h, xg_reg(RCX));
        xg_x_movi(X, RCX, 0xFFFFFFFF00000000ull | op->mask);
        xg_x_alu(X, XG_AND, true, h, xg_reg(RCX));
    } else if (sh && mb == 0 && me == 31 - sh) {
        xg_x_shift(X, XG_SHL, false, h, sh);
    } else if (sh && me == 31 && mb == 32 - sh) {
        xg_x_shift(X, XG_SHR, false, h, 32 - sh);
    } else {
        xg_x_shift(X, XG_ROL, false, h, sh);
        if (op->mask != 0xFFFFFFFFu)
            xg_x_alui(X, XG_AND, false, xg_reg(h), (int32_t)op->mask);
    }
    xg_i_finish(b, i, op->a, h);
}
static void rlwimi(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    xg_x_mov(X, false, RCX, xg_src(b, op->d));
    xg_x_shift(X, XG_ROL, false, RCX, op->b);
    xg_x_alui(X, XG_AND, false, xg_reg(RCX), (int32_t)op->mask);
    int h = xg_dst(b, op->a, RAX);
    if (!(op->mask >> 31)) {
        xg_x_mov(X, true, h, xg_src(b, op->a));
        xg_x_alui(X, XG_AND, true, xg_reg(h), (int32_t)~op->mask);
    } else {
        xg_x_movi(X, RDX, ~(uint64_t)op->mask);
        xg_x_mov(X, true, h, xg_src(b, op->a));
        xg_x_alu(X, XG_AND, true, h, xg_reg(RDX));
    }
    xg_x_alu(X, XG_OR, true, h, xg_reg(RCX));
    xg_i_finish(b, i, op->a, h);
}
static void by_cl(struct xg_builder *b, unsigned kind, bool w, int r)
{
    xg_x_op(X, XG_X(0, 0, 0xD3) | (w ? XG_XW : 0), (int)kind, xg_reg(r));
}
static void rlwnm(struct xg_builder *b, const struct xg_binsn *i)
{
    xg_x_mov(X, false, RCX, xg_src(b, i->op.b));
    xg_x_mov(X, false, RAX, xg_src(b, i->op.d));
    by_cl(b, XG_ROL, false, RAX);
    xg_x_alui(X, XG_AND, false, xg_reg(RAX), (int32_t)i->op.mask);
    xg_i_finish(b, i, i->op.a, RAX);
}
static uint64_t mask64(unsigned mb, unsigned me)
{
    uint64_t from = ~0ull >> mb, to = ~0ull << (63 - me);
    return mb <= me ? from & to : from | to;
}
static void rotate_double(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    uint64_t m = i->handler == XG_HANDLER_rldicl   ? mask64(op->c, 63)
                 : i->handler == XG_HANDLER_rldicr ? mask64(0, op->c)
                                                   : mask64(op->c, 63u - op->b);
    xg_x_mov(X, true, RAX, xg_src(b, op->d));
    xg_x_shift(X, XG_ROL, true, RAX, op->b);
    if (m == 0xFFFFFFFFu) {
        xg_x_mov(X, false, RAX, xg_reg(RAX));
    } else if (m != ~0ull) {
        xg_x_movi(X, RCX, m);
        xg_x_alu(X, XG_AND, true, RAX, xg_reg(RCX));
    }
    if (i->handler == XG_HANDLER_rldimi && m != ~0ull) {
        xg_x_movi(X, RCX, ~m);
        xg_x_alu(X, XG_AND, true, RCX, xg_src(b, op->a));
        xg_x_alu(X, XG_OR, true, RAX, xg_reg(RCX));
    }
    xg_i_finish(b, i, op->a, RAX);
}
static void shift_word(struct xg_builder *b, const struct xg_binsn *i)
{
    xg_x_mov(X, false, RCX, xg_src(b, i->op.b));
    xg_x_mov(X, false, RAX, xg_src(b, i->op.d));
    by_cl(b, i->handler == XG_HANDLER_slw ? XG_SHL : XG_SHR, true, RAX);
    xg_x_mov(X, false, RAX, xg_reg(RAX));
    xg_i_finish(b, i, i->op.a, RAX);
}
/* Doublewords by the low seven bits; from 64 on nothing is left. */
static void shift_double(struct xg_builder *b, const struct xg_binsn *i)
{
    xg_x_mov(X, false, RCX, xg_src(b, i->op.b));
    xg_x_mov(X, true, RAX, xg_src(b, i->op.d));
    xg_x_movi(X, RDX, 0);
    by_cl(b, i->handler == XG_HANDLER_sld ? XG_SHL : XG_SHR, true, RAX);
    xg_x_op(X, XG_X(0, 0, 0xF6) | XG_X8, 0, xg_reg(RCX)); /* test cl, 64 */
    xg_x_byte(X, 64);
    xg_x_op(X, XG_X(0, XG_M0F, 0x40 | XG_NE) | XG_XW, RAX, xg_reg(RDX));
    xg_i_finish(b, i, i->op.a, RAX);
}
static void rotate_double_by(struct xg_builder *b, const struct xg_binsn *i)
{
    uint64_t m = i->handler == XG_HANDLER_rldcl ? mask64(i->op.c, 63) : mask64(0, i->op.c);
    xg_x_mov(X, false, RCX, xg_src(b, i->op.b));
    xg_x_mov(X, true, RAX, xg_src(b, i->op.d));
    by_cl(b, XG_ROL, true, RAX);
    xg_x_movi(X, RCX, m);
    xg_x_alu(X, XG_AND, true, RAX, xg_reg(RCX));
    xg_i_finish(b, i, i->op.a, RAX);
}
static void sraw(struct xg_builder *b, const struct xg_binsn *i)
{
    xg_i_movsxd(b, RAX, xg_src(b, i->op.d));
    xg_x_mov(X, false, RCX, xg_src(b, i->op.b));
    by_cl(b, XG_SAR, true, RAX);
    if (xg_i_ca_live(i)) { /* negative, and shifting back does not give the value */
        xg_x_mov(X, true, RDX, xg_reg(RAX));
        by_cl(b, XG_SHL, true, RDX);
        xg_i_movsxd(b, RCX, xg_src(b, i->op.d));
        xg_x_alu(X, XG_CMP, true, RDX, xg_reg(RCX));
        xg_x_op(X, XG_X(0, XG_M0F, 0x90 | XG_NE) | XG_X8, 0, xg_reg(RDX));
        xg_x_shift(X, XG_SHR, true, RCX, 63);
        xg_x_alu(X, XG_AND, false, RCX, xg_reg(RDX));
        xg_x_store(X, false, RCX, STATE(ca));
    }
    xg_i_finish(b, i, i->op.a, RAX);
}
/* By 64 and more only the sign is left. */
static void srad(struct xg_builder *b, const struct xg_binsn *i)
{
    xg_x_mov(X, true, RAX, xg_src(b, i->op.d));
    xg_x_mov(X, true, RCX, xg_src(b, i->op.b));
    xg_x_mov(X, true, RDX, xg_reg(RAX));
    xg_x_shift(X, XG_SAR, true, RDX, 63);
    by_cl(b, XG_SAR, true, RAX);
    xg_x_op(X, XG_X(0, 0, 0xF6), 0, xg_reg(RCX)); /* test cl, 64 */
    xg_x_byte(X, 64);
    xg_x_op(X, XG_X(0, XG_M0F, 0x40 | XG_NE) | XG_XW, RAX, xg_reg(RDX));
    if (xg_i_ca_live(i)) { /* negative, and shifting back does not give the value */
        xg_x_mov(X, true, RDX, xg_reg(RAX));
        by_cl(b, XG_SHL, true, RDX);
        xg_x_alu(X, XG_CMP, true, RDX, xg_src(b, i->op.d));
        xg_x_op(X, XG_X(0, XG_M0F, 0x90 | XG_NE) | XG_X8, 0, xg_reg(RDX));
        xg_x_shift(X, XG_SHR, false, RCX, 6);
        xg_x_alu(X, XG_OR, false, RDX, xg_reg(RCX));
        xg_x_alui(X, XG_AND, false, xg_reg(RDX), 1);
        xg_x_mov(X, true, RCX, xg_reg(RAX));
        xg_x_shift(X, XG_SHR, true, RCX, 63);
        xg_x_alu(X, XG_AND, false, RDX, xg_reg(RCX));
        xg_x_store(X, false, RDX, STATE(ca));
    }
    xg_i_finish(b, i, i->op.a, RAX);
}
static void shift_imm(struct xg_builder *b, const struct xg_binsn *i)
{
    unsigned n = i->op.b;
    if (i->handler == XG_HANDLER_srawi)
        xg_i_movsxd(b, RAX, xg_src(b, i->op.d));
    else
        xg_x_mov(X, true, RAX, xg_src(b, i->op.d));
    if (xg_i_ca_live(i)) {
        if (n) {
            xg_x_mov(X, true, RCX, xg_reg(RAX));
            xg_x_shift(X, XG_SHL, true, RCX, 64 - n); /* the bits that go */
            xg_x_op(X, XG_X(0, XG_M0F, 0x90 | XG_NE) | XG_X8, 0, xg_reg(RCX));
            xg_x_mov(X, true, RDX, xg_reg(RAX));
            xg_x_shift(X, XG_SHR, true, RDX, 63);
            xg_x_alu(X, XG_AND, false, RDX, xg_reg(RCX));
            xg_x_store(X, false, RDX, STATE(ca));
        } else {
            xg_x_storei(X, false, STATE(ca), 0);
        }
    }
    xg_x_shift(X, XG_SAR, true, RAX, n);
    xg_i_finish(b, i, i->op.a, RAX);
}

bool xg_emit_shift(struct xg_builder *b, const struct xg_binsn *i)
{
    switch (i->handler) {
    case XG_HANDLER_rlwinm:
        rlwinm(b, i);
        return true;
    case XG_HANDLER_rlwimi:
        rlwimi(b, i);
        return true;
    case XG_HANDLER_rlwnm:
        rlwnm(b, i);
        return true;
    case XG_HANDLER_rldicl:
    case XG_HANDLER_rldicr:
    case XG_HANDLER_rldic:
    case XG_HANDLER_rldimi:
        rotate_double(b, i);
        return true;
    case XG_HANDLER_slw:
    case XG_HANDLER_srw:
        shift_word(b, i);
        return true;
    case XG_HANDLER_srad:
        srad(b, i);
        return true;
    case XG_HANDLER_sraw:
        sraw(b, i);
        return true;
    case XG_HANDLER_sld:
    case XG_HANDLER_srd:
        shift_double(b, i);
        return true;
    case XG_HANDLER_rldcl:
    case XG_HANDLER_rldcr:
        rotate_double_by(b, i);
        return true;
    case XG_HANDLER_srawi:
    case XG_HANDLER_sradi:
        shift_imm(b, i);
        return true;
    default:
        return false;
    }
}
