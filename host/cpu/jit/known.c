/* What is known of registers inside of a block, so that it need not be checked or made again. */
#include "cpu/jit/build.h"

void xg_known_nothing(struct xg_builder *b)
{
    b->ordered = b->controls = b->splats = (struct xg_bits){0};
    b->edx = XG_EDX_UNKNOWN;
}

/* The code of these leaves edx alone, unless it is what they put there themselves. */
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
    case XG_HANDLER_addis:
    case XG_HANDLER_add:
    case XG_HANDLER_subf:
    case XG_HANDLER_neg:
    case XG_HANDLER_and:
    case XG_HANDLER_or:
    case XG_HANDLER_xor:
    case XG_HANDLER_ori:
    case XG_HANDLER_oris:
    case XG_HANDLER_andi:
    case XG_HANDLER_xori:
    case XG_HANDLER_extsb:
    case XG_HANDLER_extsh:
    case XG_HANDLER_rlwinm:
    case XG_HANDLER_cmp:
    case XG_HANDLER_cmpi:
    case XG_HANDLER_cmpl:
    case XG_HANDLER_cmpli:
    case XG_HANDLER_mfspr:
    case XG_HANDLER_mtspr:
    case XG_HANDLER_lbz:
    case XG_HANDLER_lbzx:
    case XG_HANDLER_lhz:
    case XG_HANDLER_lhzx:
    case XG_HANDLER_lha:
    case XG_HANDLER_lwz:
    case XG_HANDLER_lwzx:
    case XG_HANDLER_ld:
    case XG_HANDLER_stb:
    case XG_HANDLER_sth:
    case XG_HANDLER_stw:
    case XG_HANDLER_std:
    case XG_HANDLER_lfs:
    case XG_HANDLER_lfd:
    case XG_HANDLER_stfs: /* else it may step */
    case XG_HANDLER_stfd:
    case XG_HANDLER_fmr:
    case XG_HANDLER_fneg:
    case XG_HANDLER_fadd:
    case XG_HANDLER_fadds:
    case XG_HANDLER_fsub:
    case XG_HANDLER_fsubs:
    case XG_HANDLER_fmul:
    case XG_HANDLER_fmuls:
    case XG_HANDLER_vperm:
    case XG_HANDLER_vspltw:
        return true;
    case XG_HANDLER_fmadd:
    case XG_HANDLER_fmadds:
    case XG_HANDLER_fmsub:
    case XG_HANDLER_fmsubs:
    case XG_HANDLER_fnmsub:
    case XG_HANDLER_fnmsubs:
    case XG_HANDLER_vmaddfp:
    case XG_HANDLER_vmaddfp128:
        return b->x.level >= XG_X_AVX2;
    default:
        return false;
    }
}
/* The interpreter's step, too, leaves something else there. */
static bool may_step(const struct xg_builder *b, unsigned colds)
{
    for (unsigned n = colds; n < b->cold_count; n++)
        if (b->room->cold[n].kind == XG_COLD_STEP || b->room->cold[n].kind == XG_COLD_MIDDLE)
            return true;
    return false;
}
/* What was known of the registers that an instruction writes, and what is now. */
void xg_known_after(struct xg_builder *b, const struct xg_binsn *i, unsigned colds)
{
    bool native = i->treat == XG_T_NATIVE, splat = native && i->handler == XG_HANDLER_vspltw,
         control = native && (i->handler == XG_HANDLER_lvsl || i->handler == XG_HANDLER_lvsr);
    b->ordered.f &= ~i->def.f;
    for (unsigned n = 0; n < 2 && (i->def.v[0] | i->def.v[1]); n++) {
        uint64_t def = i->def.v[n];
        b->ordered.v[n] &= ~def;
        b->controls.v[n] = control ? b->controls.v[n] | def : b->controls.v[n] & ~def;
        b->splats.v[n] = splat ? b->splats.v[n] | def : b->splats.v[n] & ~def;
    }
    if (b->edx == XG_EDX_UNKNOWN)
        return;
    if (!keeps_edx(b, i) || may_step(b, colds) || (b->edx >= 0 && (i->def.g >> b->edx & 1)))
        b->edx = XG_EDX_UNKNOWN;
}
