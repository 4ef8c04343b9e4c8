/* Between guest registers in the context and their homes in host registers. */
#include "cpu/jit/build.h"

#define STATE(field) xg_abs(&b->j->s->field)

int xg_get(struct xg_builder *b, unsigned r, int tmp)
{
    int h = xg_home_g(b, r);
    if (h >= 0)
        return h;
    xg_x_mov(&b->x, true, tmp, xg_slot_g(r));
    return tmp;
}
void xg_put(struct xg_builder *b, unsigned r, int host)
{
    int h = xg_home_g(b, r);
    if (h < 0)
        xg_x_store(&b->x, true, host, xg_slot_g(r));
    else
        xg_x_mov(&b->x, true, h, xg_reg(host));
}

void xg_store_homes(struct xg_builder *b, uint64_t which, uint32_t singles)
{
    struct xg_x *x = &b->x;
    for (uint64_t w = which; w; w &= w - 1) {
        const struct xg_home *h = &b->home[__builtin_ctzll(w)];
        switch (h->kind) {
        case XG_HOME_FPR:
            if (singles >> h->guest & 1) {
                xg_x_op3(x, XG_X(XG_PF3, XG_M0F, 0x5A), 0, h->host, xg_reg(h->host), 1);
                xg_x_op2(x, XG_X(XG_P66, XG_M0F, 0xD6), 0, xg_slot_f(h->guest));
            } else {
                xg_x_op2(x, XG_X(XG_P66, XG_M0F, 0xD6), h->host, xg_slot_f(h->guest));
            }
            break;
        case XG_HOME_VR:
            xg_x_op2(x, XG_X(0, XG_M0F, 0x11), h->host, xg_slot_v(h->guest));
            break;
        default:
            xg_x_store(x, true, h->host, xg_slot_g(h->guest));
            break;
        }
    }
}

void xg_check_single(struct xg_builder *b, const struct xg_block *to, uint64_t dirty,
                     uint32_t singles, int after)
{
    xg_x_call_to(&b->x, b->j->t_single);
    xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_WIDEN,
                                    .fix = xg_x_jcc(&b->x, XG_A),
                                    .insn = after,
                                    .pc = to->pc,
                                    .uncounted = to->uncounted,
                                    .dirty = dirty,
                                    .singles = singles});
}

void xg_load_homes(struct xg_builder *b, const struct xg_block *k)
{
    struct xg_x *x = &b->x;
    for (uint64_t w = k->live_in; w; w &= w - 1) {
        const struct xg_home *h = &b->home[__builtin_ctzll(w)];
        switch (h->kind) {
        case XG_HOME_FPR:
            if (k->singles_in >> h->guest & 1) {
                xg_x_mov(x, true, RAX, xg_slot_f(h->guest));
                xg_check_single(b, k, 0, 0, -1);
                xg_x_op2(x, XG_X(XG_PF2, XG_M0F, 0x10), h->host, xg_slot_f(h->guest));
                xg_x_op3(x, XG_X(XG_PF2, XG_M0F, 0x5A), h->host, h->host, xg_reg(h->host), 1);
            } else {
                xg_x_op2(x, XG_X(XG_PF2, XG_M0F, 0x10), h->host, xg_slot_f(h->guest));
            }
            break;
        case XG_HOME_VR:
            xg_x_op2(x, XG_X(0, XG_M0F, 0x10), h->host, xg_slot_v(h->guest));
            break;
        default:
            xg_x_mov(x, true, h->host, xg_slot_g(h->guest));
            break;
        }
    }
}

void xg_reload_homes(struct xg_builder *b, uint64_t which, uint32_t singles)
{
    struct xg_x *x = &b->x;
    for (uint64_t w = which; w; w &= w - 1) {
        const struct xg_home *h = &b->home[__builtin_ctzll(w)];
        if (h->kind == XG_HOME_VR) {
            xg_x_op2(x, XG_X(0, XG_M0F, 0x10), h->host, xg_slot_v(h->guest));
        } else if (h->kind == XG_HOME_FPR) {
            /* The step leaves the single form of its result in the state. */
            if (singles >> h->guest & 1)
                xg_x_op2(x, XG_X(XG_PF3, XG_M0F, 0x10), h->host, STATE(scratch[2]));
            else
                xg_x_op2(x, XG_X(XG_PF2, XG_M0F, 0x10), h->host, xg_slot_f(h->guest));
        } else {
            xg_x_mov(x, true, h->host, xg_slot_g(h->guest));
        }
    }
}
