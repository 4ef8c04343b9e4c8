/* Vector loads and stores. All lie inside of 16 aligned bytes, so that they fault as a
 * whole or not at all, and loads may read all of them. */
#include "cpu/jit/emit_vmx.h"

#define X (&b->x)

enum { PSHUFB = XG_V38(0x00), MOVUPS = XG_VPS(0x10), MOVUPS_TO = XG_VPS(0x11) };

/* rax = row of a table of 16 controls by the low bits of the address. */
static struct xg_rm row(struct xg_builder *b, const void *table)
{
    xg_x_alui(X, XG_AND, false, xg_reg(RAX), 15);
    xg_x_shift(X, XG_SHL, false, RAX, 4);
    return xg_at(RAX, (int32_t)(uintptr_t)table);
}
/* The address, aligned, is guest address and operand; eax keeps the address. */
static struct xg_rm aligned_in_ecx(struct xg_builder *b)
{
    xg_x_mov(X, false, RCX, xg_reg(RAX));
    xg_x_alui(X, XG_AND, false, xg_reg(RCX), -16);
    return xg_indexed(R15, RCX, 0);
}

/* The address without its low four bits, in eax. */
static void aligned_address(struct xg_builder *b, const struct xg_op *op)
{
    if (op->a || X->level < XG_X_AVX2) {
        xg_emit_address(b, op);
        xg_x_alui(X, XG_AND, false, xg_reg(RAX), -16);
        return;
    }
    if (b->edx != XG_EDX_FIFTEEN)
        xg_x_movi(X, RDX, 15);
    b->edx = XG_EDX_FIFTEEN;
    xg_x_vex(X, XG_X(XG_P0, XG_M38, 0xF2), RAX, RDX, xg_src(b, op->b)); /* andn */
}

static void load(struct xg_builder *b, const struct xg_op *op)
{
    int d = xg_v_target(b, op->d);
    aligned_address(b, op);
    struct xg_rm m = xg_indexed(R15, RAX, 0);
    xg_x_op2(X, MOVUPS, d, m);
    xg_v_with(b, PSHUFB, d, XG_K_SWAP_WORDS);
    xg_v_put(b, op->d, d);
}
static void store(struct xg_builder *b, const struct xg_op *op)
{
    aligned_address(b, op);
    int s = xg_v_get(b, op->d, 0);
    xg_x_op3(X, PSHUFB, 0, s, XG_VK(b, XG_K_SWAP_WORDS), -1);
    xg_x_op2(X, MOVUPS_TO, 0, xg_indexed(R15, RAX, 0));
}

/* Left and right: the 16 bytes, moved and filled with zeros by one shuffle. */
static void load_part(struct xg_builder *b, const struct xg_op *op, const void *table)
{
    int d = xg_v_target(b, op->d);
    struct xg_rm m = aligned_in_ecx(b), control = row(b, table);
    xg_x_op2(X, MOVUPS, d, m);
    xg_x_op3(X, PSHUFB, d, d, control, -1);
    xg_v_put(b, op->d, d);
}
static void store_part(struct xg_builder *b, const struct xg_op *op, bool left)
{
    int s = xg_v_get(b, op->d, 0);
    xg_x_op3(X, PSHUFB, 0, s, XG_VK(b, XG_K_SWAP_WORDS), -1);
    xg_x_op2(X, MOVUPS_TO, 0, xg_abs(b->j->s->spill));
    xg_x_call_to(X, left ? b->j->t_store_left : b->j->t_store_right);
}

/* One element: the others of the register stay. It is read alone, because it often has
 * just been stored, and put into all places, of which a mask takes one. */
static void load_element(struct xg_builder *b, const struct xg_op *op, unsigned size)
{
    static const uint32_t loads[3] = {XG_X(0, XG_M0F, 0xB6), XG_X(0, XG_M0F, 0xB7),
                                      XG_X(0, 0, 0x8B)};
    static const uint32_t broadcasts[3] = {XG_V38(0x78), XG_V38(0x79), XG_V38(0x58)};
    if (size)
        xg_x_alui(X, XG_AND, false, xg_reg(RAX), -(1 << size));
    xg_x_op(X, loads[size], RCX, xg_indexed(R15, RAX, 0));
    if (size == 1)
        xg_emit_rol16(b, RCX);
    else if (size == 2)
        xg_emit_bswap(b, false, RCX);
    xg_x_op2(X, XG_V66(0x6E), 1, xg_reg(RCX));
    xg_x_op2(X, MOVUPS, 0, row(b, b->j->s->element[size]));
    if (X->level >= XG_X_AVX2) {
        xg_x_op2(X, broadcasts[size], 1, xg_reg(1));
    } else if (size == 2) {
        xg_v_imm(b, XG_V66(0x70), 1, 1, 0);
    } else { /* pshufb */
        xg_x_op3(X, PSHUFB, 1, 1, xg_abs(size ? b->j->s->splat_half[1] : b->j->s->splat_byte[3]),
                 -1);
    }
    int d = xg_v_get(b, op->d, 2);
    xg_v_blend(b, d, 1);
    xg_v_put(b, op->d, d);
}
/* Through memory: the register in the guest's order, and from there one element. */
static void store_element(struct xg_builder *b, const struct xg_op *op, unsigned size)
{
    int s = xg_v_get(b, op->d, 0);
    xg_x_op3(X, PSHUFB, 0, s, XG_VK(b, XG_K_SWAP_WORDS), -1);
    xg_x_op2(X, MOVUPS_TO, 0, xg_abs(b->j->s->spill));
    if (size)
        xg_x_alui(X, XG_AND, false, xg_reg(RAX), -(1 << size));
    xg_x_mov(X, false, RCX, xg_reg(RAX));
    xg_x_alui(X, XG_AND, false, xg_reg(RCX), 15);
    struct xg_rm from = xg_at(RCX, (int32_t)(uintptr_t)b->j->s->spill),
                 to = xg_indexed(R15, RAX, 0);
    xg_x_mov(X, false, RCX, from);
    if (size == 0)
        xg_x_op(X, XG_X(0, 0, 0x88) | XG_X8, RCX, to);
    else
        xg_x_op(X, XG_X(size == 1 ? XG_P66 : 0, 0, 0x89), RCX, to);
}

bool xg_native_vmemory(const struct xg_binsn *i)
{
    switch (i->handler) {
    case XG_HANDLER_lvx:
    case XG_HANDLER_stvx:
    case XG_HANDLER_lvsl:
    case XG_HANDLER_lvsr:
    case XG_HANDLER_lvlx:
    case XG_HANDLER_lvrx:
    case XG_HANDLER_stvlx:
    case XG_HANDLER_stvrx:
    case XG_HANDLER_lvebx:
    case XG_HANDLER_lvehx:
    case XG_HANDLER_lvewx:
    case XG_HANDLER_stvebx:
    case XG_HANDLER_stvehx:
    case XG_HANDLER_stvewx:
        return true;
    default:
        return false;
    }
}

static void shift_control(struct xg_builder *b, const struct xg_op *op, const void *table)
{
    int d = xg_v_target(b, op->d), h = op->a ? -1 : xg_home_g(b, op->b);
    if (h >= 0) { /* twice the low bits, eightfold */
        xg_x_lea(X, false, RAX, xg_indexed(h, h, 0));
        xg_x_alui(X, XG_AND, false, xg_reg(RAX), 30);
        xg_x_op2(X, XG_VPS(0x28), d, xg_element8(table, RAX));
    } else {
        xg_emit_address(b, op);
        xg_x_op2(X, XG_VPS(0x28), d, row(b, table));
    }
    xg_v_put(b, op->d, d);
}

bool xg_emit_vmemory(struct xg_builder *b, struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    const struct xg_jit_state *s = b->j->s;
    if (i->handler != XG_HANDLER_lvx && i->handler != XG_HANDLER_stvx &&
        i->handler != XG_HANDLER_lvsl && i->handler != XG_HANDLER_lvsr)
        xg_emit_address(b, op);
    switch (i->handler) {
    case XG_HANDLER_lvx:
        load(b, op);
        break;
    case XG_HANDLER_stvx:
        store(b, op);
        break;
    case XG_HANDLER_lvsl:
        shift_control(b, op, s->lvsl);
        break;
    case XG_HANDLER_lvsr:
        shift_control(b, op, s->lvsr);
        break;
    case XG_HANDLER_lvlx:
        load_part(b, op, s->lvlx);
        break;
    case XG_HANDLER_lvrx:
        load_part(b, op, s->lvrx);
        break;
    case XG_HANDLER_stvlx:
        store_part(b, op, true);
        break;
    case XG_HANDLER_stvrx:
        store_part(b, op, false);
        break;
    case XG_HANDLER_lvebx:
        load_element(b, op, 0);
        break;
    case XG_HANDLER_lvehx:
        load_element(b, op, 1);
        break;
    case XG_HANDLER_lvewx:
        load_element(b, op, 2);
        break;
    case XG_HANDLER_stvebx:
        store_element(b, op, 0);
        break;
    case XG_HANDLER_stvehx:
        store_element(b, op, 1);
        break;
    default:
        store_element(b, op, 2);
        break;
    }
    return true;
}
