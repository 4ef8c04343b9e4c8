/* Special registers, the machine state register, supervisor instructions. */
#include "cpu/interp/interp.h"

enum xg_spr {
    SPR_XER = 1,
    SPR_LR = 8,
    SPR_CTR = 9,
    SPR_VRSAVE = 256,
    SPR_TB = 268,
    SPR_TBU = 269,
    SPR_SPRG0 = 272,
    SPR_SPRG3 = 275,
    SPR_PVR = 287,
    SPR_PIR = 1023,
};
/* Version register of the Xenon core (libxenon and xell print it). */
#define XENON_PVR 0x00710800u

static bool is_user(const struct xg_cpu_context *c)
{
    return c->msr >> XG_MSR_PR & 1;
}

static uint64_t timebase(const struct xg_cpu_context *c)
{
    return xg_cpu_now(c) / XG_NS_PER_TB_TICK;
}

/* SPR numbers with bit 4 set are privileged. */
static bool spr_is_denied(const struct xg_cpu_context *c, uint32_t spr)
{
    return (spr & 16) && is_user(c);
}

XG_OP(mfspr)
{
    uint32_t spr = (uint32_t)op->imm;
    uint64_t v;
    if (spr_is_denied(c, spr))
        return xg_op_illegal(c, t, op);
    switch (spr) {
    case SPR_XER:
        v = c->xer;
        break;
    case SPR_LR:
        v = c->lr;
        break;
    case SPR_CTR:
        v = c->ctr;
        break;
    case SPR_VRSAVE:
        v = c->vrsave;
        break;
    case SPR_TB:
    case SPR_TBU:
        return xg_op_mftb(c, t, op);
    case SPR_SPRG0 ... SPR_SPRG3:
        v = c->sprg[spr - SPR_SPRG0];
        break;
    case SPR_PVR:
        v = XENON_PVR;
        break;
    case SPR_PIR:
        v = c->pir;
        break;
    default:
        return xg_op_illegal(c, t, op);
    }
    c->gpr[op->d] = v;
    return XG_FLOW_NEXT;
}

XG_OP(mtspr)
{
    uint32_t spr = (uint32_t)op->imm;
    uint64_t v = c->gpr[op->d];
    if (spr_is_denied(c, spr))
        return xg_op_illegal(c, t, op);
    switch (spr) {
    case SPR_XER:
        c->xer = (uint32_t)v & 0xE000007F;
        break;
    case SPR_LR:
        c->lr = v;
        break;
    case SPR_CTR:
        c->ctr = v;
        break;
    case SPR_VRSAVE:
        c->vrsave = (uint32_t)v;
        break;
    case SPR_SPRG0 ... SPR_SPRG3:
        c->sprg[spr - SPR_SPRG0] = v;
        break;
    default:
        return xg_op_illegal(c, t, op);
    }
    return XG_FLOW_NEXT;
}

XG_OP(mftb)
{
    if (op->imm != SPR_TB && op->imm != SPR_TBU)
        return xg_op_illegal(c, t, op);
    xg_interp_sync(c, t, op);
    uint64_t tb = timebase(c);
    c->gpr[op->d] = op->imm == SPR_TB ? tb : tb >> 32;
    return XG_FLOW_NEXT;
}

XG_OP(mfmsr)
{
    if (is_user(c))
        return xg_op_illegal(c, t, op);
    c->gpr[op->d] = c->msr;
    return XG_FLOW_NEXT;
}

/* L = 1 touches the external interrupt and recoverable bits alone. */
static enum xg_flow write_msr(struct xg_cpu_context *c, struct xg_interp *t, const struct xg_op *op,
                              uint64_t all)
{
    const uint64_t l1 = 1ull << XG_MSR_EE | 1ull << XG_MSR_RI;
    uint64_t mask = op->a & 1 ? l1 : all;
    if (is_user(c))
        return xg_op_illegal(c, t, op);
    c->msr = (c->msr & ~mask) | (c->gpr[op->d] & mask);
    return XG_FLOW_NEXT;
}
XG_OP(mtmsr)
{
    return write_msr(c, t, op, 0xFFFFFFFFull);
}
XG_OP(mtmsrd)
{
    return write_msr(c, t, op, ~0ull);
}

/* Translation is not modelled: segment and TLB upkeep has no effect on the flat space. */
XG_OP(supervisor_nop)
{
    return is_user(c) ? xg_op_illegal(c, t, op) : XG_FLOW_NEXT;
}
XG_OP(supervisor_zero)
{
    if (is_user(c))
        return xg_op_illegal(c, t, op);
    c->gpr[op->d] = 0;
    return XG_FLOW_NEXT;
}
/* Returning from an interrupt needs one to have been taken on this processor, which
 * the high-level kernel never does: there is no SRR0 to go to. */
XG_OP(rfid)
{
    return xg_op_illegal(c, t, op);
}
XG_OP(hrfid)
{
    return xg_op_illegal(c, t, op);
}
