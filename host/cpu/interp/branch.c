/* Branches, system calls, traps. */
#include "cpu/interp/interp.h"

/* LR and the program counter are 32-bit addresses: the whole space is 4 GiB. */
static void link(struct xg_cpu_context *c, const struct xg_op *op)
{
    c->lr = (uint64_t)(xg_ga)(op->pc + 4);
}

XG_OP(b)
{
    XG_OP_UNUSED;
    bool lk = op->insn & 1, aa = op->insn & 2;
    xg_ga target = (aa ? 0 : op->pc) + (xg_ga)op->imm;
    if (lk)
        link(c, op);
    c->pc = target;
    return lk || target <= op->pc ? XG_FLOW_SAFE : XG_FLOW_BRANCH;
}

/* BO: 16 ignore the condition, 8 its wanted value, 4 leave CTR alone, 2 wanted CTR = 0. */
static bool condition_met(struct xg_cpu_context *c, const struct xg_op *op)
{
    unsigned bo = op->d, bi = op->a;
    if (!(bo & 4)) {
        c->ctr--;
        bool zero = (xg_is_64bit(c) ? c->ctr : (uint32_t)c->ctr) == 0;
        if (zero != (bo >> 1 & 1))
            return false;
    }
    return (bo & 16) || (c->cr >> (31 - bi) & 1) == (bo >> 3 & 1);
}

XG_OP(bc)
{
    XG_OP_UNUSED;
    bool lk = op->insn & 1, aa = op->insn & 2;
    bool taken = condition_met(c, op);
    if (XG_LIKELY(!lk)) {
        if (!taken)
            return XG_FLOW_NEXT;
        c->pc = (aa ? 0 : op->pc) + (xg_ga)op->imm;
        return c->pc <= op->pc ? XG_FLOW_SAFE : XG_FLOW_BRANCH;
    }
    link(c, op);
    c->pc = taken ? (aa ? 0 : op->pc) + (xg_ga)op->imm : op->pc + 4;
    return XG_FLOW_SAFE;
}

static enum xg_flow branch_register(struct xg_cpu_context *c, const struct xg_op *op,
                                    uint64_t target, bool taken)
{
    bool lk = op->insn & 1;
    if (!taken && !lk)
        return XG_FLOW_NEXT;
    if (lk)
        link(c, op);
    c->pc = taken ? (xg_ga)target & ~3u : op->pc + 4;
    return XG_FLOW_SAFE;
}
XG_OP(bclr)
{
    XG_OP_UNUSED;
    uint64_t target = c->lr;
    return branch_register(c, op, target, condition_met(c, op));
}
/* The form that decrements CTR (BO bit 2 clear) is invalid for bcctr. */
XG_OP(bcctr)
{
    XG_OP_UNUSED;
    if (!(op->d & 4))
        return xg_interp_fault(c, XG_FAULT_ILLEGAL, op->pc);
    return branch_register(c, op, c->ctr, condition_met(c, op));
}

/* LEV 2 calls the high-level kernel, LEV 3 is the return trampoline of a call that
 * the kernel made; no other level has a handler. */
XG_OP(sc)
{
    unsigned lev = xg_field(op->insn, 5, 7);
    if (lev != 2 && lev != 3)
        return xg_interp_fault(c, XG_FAULT_ILLEGAL, op->pc);
    c->pc = op->pc + 4;
    t->exit = lev == 2 ? XG_EXIT_KERNEL : XG_EXIT_RETURN;
    return XG_FLOW_EXIT;
}

static enum xg_flow trap_if(struct xg_cpu_context *c, const struct xg_op *op, int64_t a, int64_t b,
                            uint64_t ua, uint64_t ub)
{
    unsigned to = op->d;
    bool met = ((to & 16) && a < b) || ((to & 8) && a > b) || ((to & 4) && a == b) ||
               ((to & 2) && ua < ub) || ((to & 1) && ua > ub);
    return met ? xg_interp_fault(c, XG_FAULT_TRAP, op->pc) : XG_FLOW_NEXT;
}
static enum xg_flow trap64(struct xg_cpu_context *c, const struct xg_op *op, uint64_t b)
{
    uint64_t a = c->gpr[op->a];
    return trap_if(c, op, (int64_t)a, (int64_t)b, a, b);
}
static enum xg_flow trap32(struct xg_cpu_context *c, const struct xg_op *op, uint64_t b)
{
    uint64_t a = c->gpr[op->a];
    return trap_if(c, op, (int32_t)a, (int32_t)b, (uint32_t)a, (uint32_t)b);
}
XG_OP(td)
{
    XG_OP_UNUSED;
    return trap64(c, op, c->gpr[op->b]);
}
XG_OP(tdi)
{
    XG_OP_UNUSED;
    return trap64(c, op, (uint64_t)(int64_t)op->imm);
}
XG_OP(tw)
{
    XG_OP_UNUSED;
    return trap32(c, op, c->gpr[op->b]);
}
XG_OP(twi)
{
    XG_OP_UNUSED;
    return trap32(c, op, (uint64_t)(int64_t)op->imm);
}

XG_OP(illegal)
{
    XG_OP_UNUSED;
    return xg_interp_fault(c, XG_FAULT_ILLEGAL, op->pc);
}
