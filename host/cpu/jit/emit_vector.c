/* Vector instructions that are one or two of the host's, and who does the others. */
#include "cpu/jit/emit_vmx.h"

#define X (&b->x)

struct plain {
    uint32_t opcode;
    bool swap;
};

/* d = a op b by one host instruction; swap: operands the other way round. */
static bool plain_of(unsigned handler, struct plain *p)
{
#define PLAIN(name, opcode, swap)                                                                  \
    case XG_HANDLER_##name:                                                                        \
        *p = (struct plain){opcode, swap};                                                         \
        return true;
    switch (handler) {
        PLAIN(vand, XG_V66(0xDB), false)
        PLAIN(vor, XG_V66(0xEB), false)
        PLAIN(vxor, XG_V66(0xEF), false)
        PLAIN(vandc, XG_V66(0xDF), true)
        PLAIN(vmrghw, XG_V66(0x62), false)
        PLAIN(vmrglw, XG_V66(0x6A), false)
        PLAIN(vaddubm, XG_V66(0xFC), false)
        PLAIN(vadduhm, XG_V66(0xFD), false)
        PLAIN(vadduwm, XG_V66(0xFE), false)
        PLAIN(vsububm, XG_V66(0xF8), false)
        PLAIN(vsubuhm, XG_V66(0xF9), false)
        PLAIN(vsubuwm, XG_V66(0xFA), false)
        PLAIN(vcmpequb, XG_V66(0x74), false)
        PLAIN(vcmpequh, XG_V66(0x75), false)
        PLAIN(vcmpequw, XG_V66(0x76), false)
        PLAIN(vcmpgtsb, XG_V66(0x64), false)
        PLAIN(vcmpgtsh, XG_V66(0x65), false)
        PLAIN(vcmpgtsw, XG_V66(0x66), false)
        PLAIN(vmaxub, XG_V66(0xDE), false)
        PLAIN(vminub, XG_V66(0xDA), false)
        PLAIN(vmaxsh, XG_V66(0xEE), false)
        PLAIN(vminsh, XG_V66(0xEA), false)
        PLAIN(vmaxsb, XG_V38(0x3C), false)
        PLAIN(vminsb, XG_V38(0x38), false)
        PLAIN(vmaxuh, XG_V38(0x3E), false)
        PLAIN(vminuh, XG_V38(0x3A), false)
        PLAIN(vmaxsw, XG_V38(0x3D), false)
        PLAIN(vminsw, XG_V38(0x39), false)
        PLAIN(vmaxuw, XG_V38(0x3F), false)
        PLAIN(vminuw, XG_V38(0x3B), false)
        PLAIN(vavgub, XG_V66(0xE0), false)
        PLAIN(vavguh, XG_V66(0xE3), false)
    default:
        return false;
    }
#undef PLAIN
}

bool xg_native_vector(const struct xg_builder *b, const struct xg_binsn *i)
{
    struct plain p;
    if (plain_of(i->handler, &p))
        return true;
    switch (i->handler) {
    case XG_HANDLER_vnor:
    case XG_HANDLER_vsel:
    case XG_HANDLER_vsel128:
        return true;
    default:
        return xg_native_lanes(b, i) || xg_native_sums(i) || xg_native_moves(i) ||
               xg_native_vfloat(b, i);
    }
}

void xg_v_record(struct xg_builder *b, const struct xg_binsn *i, int x)
{
    struct xg_jit_state *s = b->j->s;
    if (!i->op.rc || !(i->st_live >> 6 & 1))
        return;
    xg_x_mov(X, true, RDX, xg_abs(&s->cr_values[0]));
    xg_x_op2(X, XG_V66(0xD7), RAX, xg_reg(x)); /* pmovmskb */
    xg_x_op(X, XG_X(0, 0, 0x85), RAX, xg_reg(RAX));
    xg_x_op(X, XG_X(0, XG_M0F, 0x44) | XG_XW, RDX, xg_abs(&s->cr_values[2])); /* none */
    xg_x_alui(X, XG_CMP, false, xg_reg(RAX), 0xFFFF);
    xg_x_op(X, XG_X(0, XG_M0F, 0x44) | XG_XW, RDX, xg_abs(&s->cr_values[8])); /* all */
    xg_x_store(X, true, RDX, xg_abs(&s->crv[6]));
}

static void select_bits(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    int m = xg_v_get(b, i->handler == XG_HANDLER_vsel ? op->c & 31u : op->d, 2);
    xg_x_op3(X, XG_V66(0xDF), 0, m, xg_v_src(b, op->a), -1); /* ~m & a */
    xg_v_copy(b, op->b, 1);
    xg_x_op3(X, XG_V66(0xDB), 1, 1, xg_reg(m), -1);
    xg_x_op3(X, XG_V66(0xEB), 0, 0, xg_reg(1), -1);
    xg_v_put(b, op->d, 0);
}

static void simple(struct xg_builder *b, const struct xg_binsn *i, const struct plain *p)
{
    const struct xg_op *op = &i->op;
    unsigned first = p->swap ? op->b : op->a, second = p->swap ? op->a : op->b;
    int d = xg_v_target(b, op->d);
    if (i->handler == XG_HANDLER_vor && op->a == op->b) { /* a move */
        xg_v_copy(b, op->a, d);
    } else if (i->handler == XG_HANDLER_vxor && op->a == op->b) {
        xg_x_op3(X, XG_VPS(0x57), d, d, xg_reg(d), -1);
    } else {
        int x = xg_v_get(b, first, 0);
        if (X->level < XG_X_AVX && d == xg_home_v(b, second) && d != x)
            d = 0;
        xg_x_op3(X, p->opcode, d, x, xg_v_src(b, second), -1);
        xg_v_record(b, i, d);
    }
    xg_v_put(b, op->d, d);
}

bool xg_emit_vector(struct xg_builder *b, struct xg_binsn *i)
{
    struct plain p;
    const struct xg_op *op = &i->op;
    if (plain_of(i->handler, &p)) {
        simple(b, i, &p);
        return true;
    }
    switch (i->handler) {
    case XG_HANDLER_vnor:
        xg_v_copy(b, op->a, 0);
        if (op->a != op->b)
            xg_x_op3(X, XG_V66(0xEB), 0, 0, xg_v_src(b, op->b), -1);
        xg_v_with(b, XG_V66(0xEF), 0, XG_K_ONES);
        xg_v_put(b, op->d, 0);
        return true;
    case XG_HANDLER_vsel:
    case XG_HANDLER_vsel128:
        select_bits(b, i);
        return true;
    default:
        return xg_emit_lanes(b, i) || xg_emit_sums(b, i) || xg_emit_moves(b, i) ||
               xg_emit_vfloat(b, i);
    }
}
