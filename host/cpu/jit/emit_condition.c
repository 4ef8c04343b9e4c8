/* The condition of a branch: by the compare before it, or by a CR field in memory. */
#include "cpu/jit/build.h"

static void compare_again(struct xg_builder *b, const struct xg_binsn *c)
{
    struct xg_x *x = &b->x;
    bool wide = c->op.insn >> 21 & 1;
    int32_t imm = c->op.imm;
    struct xg_rm r;
    switch (c->handler) {
    case XG_HANDLER_cmp:
    case XG_HANDLER_cmpl:
        xg_x_alu(x, XG_CMP, wide, xg_get(b, c->op.a, RAX), xg_src(b, c->op.b));
        return;
    case XG_HANDLER_cmpi:
        r = xg_src(b, c->op.a);
        break;
    case XG_HANDLER_cmpli:
        r = xg_src(b, c->op.a);
        imm = (int32_t)(uint16_t)imm;
        break;
    default: /* record forms */
        r = xg_src(b, (unsigned)__builtin_ctzll(c->def.g));
        wide = false;
        imm = 0;
        break;
    }
    if (imm == 0 && r.reg >= 0)
        xg_x_op(x, XG_X(0, 0, 0x85) | (wide ? XG_XW : 0), r.reg, r);
    else
        xg_x_alui(x, XG_CMP, wide, r, imm);
}

/* Where the flags of a compare of floats have these outcomes: of a and b, or of b and a. */
static struct xg_condition float_condition(unsigned outcomes, bool *swap)
{
    static const struct {
        uint8_t swap, cc, parity;
    } how[16] = {
        [XG_CMP_LT] = {1, XG_A, 0},
        [XG_CMP_GT] = {0, XG_A, 0},
        [XG_CMP_EQ] = {0, XG_E, 1},
        [XG_CMP_UN] = {0, XG_PE, 0},
        [XG_CMP_LT | XG_CMP_GT] = {0, XG_NE, 0},
        [XG_CMP_LT | XG_CMP_EQ] = {1, XG_AE, 0},
        [XG_CMP_GT | XG_CMP_EQ] = {0, XG_AE, 0},
        [XG_CMP_LT | XG_CMP_UN] = {0, XG_B, 0},
        [XG_CMP_GT | XG_CMP_UN] = {1, XG_B, 0},
        [XG_CMP_EQ | XG_CMP_UN] = {0, XG_E, 0},
        [XG_CMP_LT | XG_CMP_EQ | XG_CMP_UN] = {0, XG_BE, 0},
        [XG_CMP_GT | XG_CMP_EQ | XG_CMP_UN] = {1, XG_BE, 0},
        [XG_CMP_LT | XG_CMP_GT | XG_CMP_UN] = {0, XG_NE, 2},
        [XG_CMP_LT | XG_CMP_GT | XG_CMP_EQ] = {0, XG_NP, 0},
    };
    *swap = how[outcomes].swap;
    return (struct xg_condition){how[outcomes].cc, how[outcomes].parity};
}

/* The same by the flags of a and b. */
static struct xg_condition float_condition_as_is(unsigned outcomes)
{
    bool swap;
    switch (outcomes) {
    case XG_CMP_LT:
        return (struct xg_condition){XG_B, 1};
    case XG_CMP_LT | XG_CMP_EQ:
        return (struct xg_condition){XG_BE, 1};
    case XG_CMP_GT | XG_CMP_UN:
        return (struct xg_condition){XG_A, 2};
    case XG_CMP_GT | XG_CMP_EQ | XG_CMP_UN:
        return (struct xg_condition){XG_AE, 2};
    default:
        return float_condition(outcomes, &swap);
    }
}

struct xg_condition xg_emit_condition(struct xg_builder *b, const struct xg_binsn *i)
{
    struct xg_x *x = &b->x;
    unsigned bit = i->op.a & 3, field = i->op.a >> 2;
    bool want = i->op.d & 8, ready = i->fused >= 0 && xg_flags_are(b, i->fused);
    if (i->fused >= 0 && xg_is_fcmp(&b->insn[i->fused])) {
        unsigned outcomes = want ? i->outcomes : i->outcomes ^ 15u;
        bool swap;
        if (ready)
            return float_condition_as_is(outcomes);
        struct xg_condition c = float_condition(outcomes, &swap);
        xg_emit_fcmp(b, &b->insn[i->fused], swap);
        return c;
    }
    if (i->fused >= 0) {
        const struct xg_binsn *c = &b->insn[i->fused];
        static const uint8_t with_sign[3] = {XG_L, XG_G, XG_E}, without[3] = {XG_B, XG_A, XG_E};
        bool logical = c->handler == XG_HANDLER_cmpl || c->handler == XG_HANDLER_cmpli;
        if (!ready)
            compare_again(b, c);
        unsigned cc = logical ? without[bit] : with_sign[bit];
        return (struct xg_condition){want ? cc : cc ^ 1, 0};
    }
    int64_t *v = &b->j->s->crv[field];
    switch (bit) {
    case 0:
        xg_x_op(x, XG_X(0, 0, 0xF6), 0, xg_abs((uint8_t *)v + 7));
        xg_x_byte(x, 0x40);
        return (struct xg_condition){want ? XG_NE : XG_E, 0};
    case 1:
        xg_x_alui(x, XG_CMP, true, xg_abs(v), 0);
        return (struct xg_condition){want ? XG_G : XG_LE, 0};
    case 2:
        xg_x_alui(x, XG_CMP, false, xg_abs(v), 0);
        return (struct xg_condition){want ? XG_E : XG_NE, 0};
    default:
        xg_x_mov(x, false, RAX, xg_abs((uint8_t *)v + 4));
        xg_x_lea(x, false, RCX, xg_indexed(RAX, RAX, 0));
        xg_x_alu(x, XG_XOR, false, RAX, xg_reg(RCX));
        xg_x_byte(x, 0xA9);
        xg_x_word32(x, 1u << 30);
        return (struct xg_condition){want ? XG_NE : XG_E, 0};
    }
}
