/* Critical sections: dispatcher header, +10 lock count (-1 free), +14 recursion, +18 owner. */
#include "kernel/internal.h"

enum { CS_LOCK = 0x10, CS_RECURSION = 0x14, CS_OWNER = 0x18 };

static void init_section(struct xg_kcall *call, uint32_t spin)
{
    xg_ga at = xg_kcall_u32(call, 0);
    uint32_t count = spin > 255 * 256 ? 255 : (spin + 255) / 256;
    xg_kcall_header(call, at, XG_DISP_AUTO_EVENT, 0, 0);
    xg_kcall_st8(call, at + 1, (uint8_t)count);
    xg_kcall_st32(call, at + CS_LOCK, UINT32_MAX);
    xg_kcall_st32(call, at + CS_RECURSION, 0);
    xg_kcall_st32(call, at + CS_OWNER, 0);
}

enum xg_kcall_result xg_x_RtlInitializeCriticalSection(struct xg_kcall *call)
{
    init_section(call, 0);
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_RtlInitializeCriticalSectionAndSpinCount(struct xg_kcall *call)
{
    init_section(call, xg_kcall_u32(call, 1));
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

static void own(struct xg_kcall *call, xg_ga at, uint32_t lock, uint32_t recursion)
{
    xg_kcall_st32(call, at + CS_LOCK, lock);
    xg_kcall_st32(call, at + CS_RECURSION, recursion);
    xg_kcall_st32(call, at + CS_OWNER, xg_current_kthread(call->kernel));
}

enum xg_kcall_result xg_x_RtlEnterCriticalSection(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    uint32_t lock = xg_kcall_ld32(call, at + CS_LOCK);
    if (lock == UINT32_MAX) {
        own(call, at, 0, 1);
        return XG_KCALL_DONE;
    }
    if (xg_kcall_ld32(call, at + CS_OWNER) == xg_current_kthread(call->kernel)) {
        own(call, at, lock + 1, xg_kcall_ld32(call, at + CS_RECURSION) + 1);
        return XG_KCALL_DONE;
    }
    xg_kcall_st32(call, at + CS_LOCK, lock + 1);
    if (call->faulted)
        return XG_KCALL_FAULT;
    struct xg_wait_request r = {
        .objects = &at, .count = 1, .forever = true, .then = XG_THEN_OWN_SECTION, .operand = at};
    uint64_t r3 = call->ctx->gpr[3];
    enum xg_kcall_result result = xg_wait(call, &r);
    call->ctx->gpr[3] = r3; /* no result */
    return result;
}

enum xg_kcall_result xg_x_RtlTryEnterCriticalSection(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    uint32_t lock = xg_kcall_ld32(call, at + CS_LOCK);
    if (lock == UINT32_MAX)
        own(call, at, 0, 1);
    else if (xg_kcall_ld32(call, at + CS_OWNER) == xg_current_kthread(call->kernel))
        own(call, at, lock + 1, xg_kcall_ld32(call, at + CS_RECURSION) + 1);
    else
        return xg_kcall_return(call, 0);
    return xg_kcall_return(call, 1);
}

enum xg_kcall_result xg_x_RtlLeaveCriticalSection(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    uint32_t lock = xg_kcall_ld32(call, at + CS_LOCK) - 1;
    uint32_t recursion = xg_kcall_ld32(call, at + CS_RECURSION) - 1;
    xg_kcall_st32(call, at + CS_RECURSION, recursion);
    xg_kcall_st32(call, at + CS_LOCK, lock);
    if (recursion)
        return XG_KCALL_DONE;
    xg_kcall_st32(call, at + CS_OWNER, 0);
    if ((int32_t)lock < 0)
        return XG_KCALL_DONE;
    xg_signal_set(call, at, 1);
    return XG_KCALL_RESCHEDULE;
}
