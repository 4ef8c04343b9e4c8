/* IRQL, spin locks, DPCs. A spin lock word holds its owner's r13 (the KPCR). */
#include "kernel/internal.h"

/* Takes the lock, or makes the guest call again when its turn comes: pc goes back to the
 * thunk's sc, and the rest of the round is given up, because only another hardware thread
 * can free the lock. */
static bool take(struct xg_kcall *call, xg_ga lock)
{
    struct xg_kernel *k = call->kernel;
    if (xg_kcall_exchange32(call, lock, 0, k->running->kpcr) || call->faulted)
        return true;
    call->ctx->pc -= 4;
    k->spinning = true;
    return false;
}

enum xg_kcall_result xg_x_KfAcquireSpinLock(struct xg_kcall *call)
{
    struct xg_hw *hw = call->kernel->running;
    uint8_t old = hw->irql;
    if (!take(call, xg_kcall_u32(call, 0)))
        return XG_KCALL_RESCHEDULE;
    if (!call->faulted && old < XG_IRQL_DISPATCH)
        xg_set_irql(call->kernel, hw, XG_IRQL_DISPATCH);
    return xg_kcall_return(call, old);
}

enum xg_kcall_result xg_x_KfReleaseSpinLock(struct xg_kcall *call)
{
    xg_kcall_st32(call, xg_kcall_u32(call, 0), 0);
    xg_set_irql(call->kernel, call->kernel->running, (uint8_t)xg_kcall_u32(call, 1));
    return XG_KCALL_RESCHEDULE;
}

/* ---- the one lock of all device objects ---- */

static xg_ga device_lock(struct xg_kernel *k)
{
    if (!k->device_lock)
        k->device_lock = xg_pool_alloc(k, 4, 0x6B636F4C);
    return k->device_lock;
}

enum xg_kcall_result xg_x_IoAcquireDeviceObjectLock(struct xg_kcall *call)
{
    struct xg_hw *hw = call->kernel->running;
    uint8_t old = hw->irql;
    if (!take(call, device_lock(call->kernel)))
        return XG_KCALL_RESCHEDULE;
    if (!call->faulted && old < XG_IRQL_DISPATCH)
        xg_set_irql(call->kernel, hw, XG_IRQL_DISPATCH);
    return xg_kcall_return(call, old);
}

/* IRQL from before. */
enum xg_kcall_result xg_x_IoReleaseDeviceObjectLock(struct xg_kcall *call)
{
    xg_kcall_st32(call, device_lock(call->kernel), 0);
    xg_set_irql(call->kernel, call->kernel->running, (uint8_t)xg_kcall_u32(call, 0));
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_KeAcquireSpinLockAtRaisedIrql(struct xg_kcall *call)
{
    return take(call, xg_kcall_u32(call, 0)) ? XG_KCALL_DONE : XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_KeTryToAcquireSpinLockAtRaisedIrql(struct xg_kcall *call)
{
    xg_ga lock = xg_kcall_u32(call, 0);
    return xg_kcall_return(call, xg_kcall_exchange32(call, lock, 0, call->kernel->running->kpcr));
}

enum xg_kcall_result xg_x_KeReleaseSpinLockFromRaisedIrql(struct xg_kcall *call)
{
    xg_kcall_st32(call, xg_kcall_u32(call, 0), 0);
    return XG_KCALL_DONE;
}

static enum xg_kcall_result raise_to(struct xg_kcall *call, uint8_t irql)
{
    struct xg_hw *hw = call->kernel->running;
    uint8_t old = hw->irql;
    if (irql > old)
        xg_set_irql(call->kernel, hw, irql);
    return xg_kcall_return(call, old);
}

enum xg_kcall_result xg_x_KfRaiseIrql(struct xg_kcall *call)
{
    return raise_to(call, (uint8_t)xg_kcall_u32(call, 0));
}

enum xg_kcall_result xg_x_KeRaiseIrqlToDpcLevel(struct xg_kcall *call)
{
    return raise_to(call, XG_IRQL_DISPATCH);
}

enum xg_kcall_result xg_x_KfLowerIrql(struct xg_kcall *call)
{
    xg_set_irql(call->kernel, call->kernel->running, (uint8_t)xg_kcall_u32(call, 0));
    return XG_KCALL_RESCHEDULE;
}

/* ---- DPCs: 0 type 13, 3 desired cpu + 1, C routine, 10 context, 14/18 arguments ---- */

enum xg_kcall_result xg_x_KeInitializeDpc(struct xg_kcall *call)
{
    xg_ga dpc = xg_kcall_u32(call, 0);
    xg_kcall_st16(call, dpc, 0x13);
    xg_kcall_st8(call, dpc + 2, 0);
    xg_kcall_st8(call, dpc + 3, 0);
    xg_kcall_st32(call, dpc + 0x0C, xg_kcall_u32(call, 1));
    xg_kcall_st32(call, dpc + 0x10, xg_kcall_u32(call, 2));
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_KeInsertQueueDpc(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga dpc = xg_kcall_u32(call, 0);
    uint32_t a1 = xg_kcall_u32(call, 1), a2 = xg_kcall_u32(call, 2);
    uint8_t wish = xg_kcall_ld8(call, dpc + 3);
    unsigned cpu = wish && wish <= XG_CPUS ? wish - 1u : (unsigned)(k->running - k->hw);
    struct xg_dpc_entry e = {.due = xg_kernel_cpu_now(k),
                             .dpc = dpc,
                             .routine = xg_kcall_ld32(call, dpc + 0x0C),
                             .args = {dpc, xg_kcall_ld32(call, dpc + 0x10), a1, a2}};
    if (call->faulted)
        return XG_KCALL_FAULT;
    bool queued = xg_dpc_queue(k, cpu, &e);
    if (queued) {
        xg_kcall_st8(call, dpc + 2, (uint8_t)cpu);
        xg_kcall_st32(call, dpc + 0x14, a1);
        xg_kcall_st32(call, dpc + 0x18, a2);
    }
    xg_kcall_return(call, queued);
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_KeRemoveQueueDpc(struct xg_kcall *call)
{
    return xg_kcall_return(call, xg_dpc_remove(call->kernel, xg_kcall_u32(call, 0)));
}

/* ---- lock-free lists: 0 first entry, 4 u16 depth, 6 u16 sequence. Entry: 0 next ---- */

/* The head with another first entry, `by` more entries and the next sequence number. */
static uint64_t next_head(uint64_t head, xg_ga first, int by)
{
    uint32_t depth = (uint16_t)((head >> 16) + (uint64_t)(int64_t)by);
    return (uint64_t)first << 32 | depth << 16 | (uint16_t)(head + 1);
}

enum xg_kcall_result xg_x_InterlockedPushEntrySList(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0), entry = xg_kcall_u32(call, 1);
    uint64_t head;
    do {
        head = xg_kcall_ld64(call, at);
        xg_kcall_st32(call, entry, (uint32_t)(head >> 32));
    } while (!xg_kcall_exchange64(call, at, head, next_head(head, entry, 1)) && !call->faulted);
    return xg_kcall_return(call, head >> 32);
}

enum xg_kcall_result xg_x_InterlockedPopEntrySList(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    uint64_t head, next;
    do {
        head = xg_kcall_ld64(call, at);
        if (!(head >> 32) || call->faulted)
            return xg_kcall_return(call, 0);
        next = next_head(head, xg_kcall_ld32(call, (xg_ga)(head >> 32)), -1);
    } while (!xg_kcall_exchange64(call, at, head, next) && !call->faulted);
    return xg_kcall_return(call, head >> 32);
}

enum xg_kcall_result xg_x_InterlockedFlushSList(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    uint64_t head;
    do {
        head = xg_kcall_ld64(call, at);
    } while (!xg_kcall_exchange64(call, at, head, (uint16_t)(head + 1)) && !call->faulted);
    return xg_kcall_return(call, head >> 32);
}

/* Translations never go stale here. */
enum xg_kcall_result xg_x_KeFlushEntireTb(struct xg_kcall *call)
{
    XG_UNUSED(call);
    return XG_KCALL_DONE;
}
