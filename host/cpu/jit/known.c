/* What is known of registers inside of a block, so that it need not be checked or made again. */
#include "cpu/jit/build.h"

void xg_known_nothing(struct xg_builder *b)
{
    b->ordered = b->controls = b->splats = (struct xg_bits){0};
    b->fifteen = false;
}

/* The code of these leaves edx alone. */
static bool keeps_edx(const struct xg_builder *b, const struct xg_binsn *i)
{
    if (i->treat != XG_T_NATIVE)
        return false;
    switch (i->handler) {
    case XG_HANDLER_lvx:
    case XG_HANDLER_stvx:
    case XG_HANDLER_lvsl:
    case XG_HANDLER_lvsr:
    case XG_HANDLER_addi:
    case XG_HANDLER_add:
    case XG_HANDLER_or:
    case XG_HANDLER_rlwinm:
    case XG_HANDLER_lbz:
    case XG_HANDLER_lwz:
    case XG_HANDLER_vperm:
    case XG_HANDLER_vspltw:
        return !i->op.rc;
    case XG_HANDLER_vmaddfp:
    case XG_HANDLER_vmaddfp128:
        return b->x.level >= XG_X_AVX2;
    default:
        return false;
    }
}
/* What was known of the registers that an instruction writes, and what is now. */
void xg_known_after(struct xg_builder *b, const struct xg_binsn *i)
{
    bool native = i->treat == XG_T_NATIVE, splat = native && i->handler == XG_HANDLER_vspltw,
         control = native && (i->handler == XG_HANDLER_lvsl || i->handler == XG_HANDLER_lvsr);
    b->ordered.f &= ~i->def.f;
    for (unsigned n = 0; n < 2; n++) {
        uint64_t def = i->def.v[n];
        b->ordered.v[n] &= ~def;
        b->controls.v[n] = control ? b->controls.v[n] | def : b->controls.v[n] & ~def;
        b->splats.v[n] = splat ? b->splats.v[n] | def : b->splats.v[n] & ~def;
    }
    b->fifteen = b->fifteen && keeps_edx(b, i);
}
