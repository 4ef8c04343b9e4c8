/* Thread exports: creation, end, priorities, affinity, suspension, thread-local slots. */
#include "kernel/internal.h"

#define RETURN_KTHREAD 0x80u

enum xg_kcall_result xg_x_ExCreateThread(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga handle_at = xg_kcall_u32(call, 0), id_at = xg_kcall_u32(call, 2);
    struct xg_thread_start s = {.stack_size = xg_kcall_u32(call, 1),
                                .startup = xg_kcall_u32(call, 3),
                                .start = xg_kcall_u32(call, 4),
                                .context = xg_kcall_u32(call, 5),
                                .flags = xg_kcall_u32(call, 6)};
    xg_kcall_st32(call, handle_at, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    struct xg_thread *t = xg_thread_create(k, &s);
    if (!t)
        return xg_kcall_return(call, XG_ST_NO_MEMORY);
    uint32_t result = t->object->body;
    if (!(s.flags & RETURN_KTHREAD))
        result = xg_handle_add(k, t->object);
    else
        xg_object_reference(k, t->object);
    xg_kcall_st32(call, handle_at, result);
    if (id_at)
        xg_kcall_st32(call, id_at, t->id);
    xg_kcall_return(call, XG_ST_SUCCESS);
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_ExTerminateThread(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    if (!xg_current(k) || k->running->dpc_active)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    xg_thread_exit(k, xg_current(k), xg_kcall_u32(call, 0));
    return XG_KCALL_RESCHEDULE;
}

/* The thread whose KTHREAD this is, or NULL. */
static struct xg_thread *thread_arg(struct xg_kcall *call, unsigned n)
{
    struct xg_object *o = xg_object_at(call->kernel, xg_kcall_u32(call, n));
    return xg_object_thread(o);
}

/* Win32 range: an increment of the process's base priority. */
enum xg_kcall_result xg_x_KeSetBasePriorityThread(struct xg_kcall *call)
{
    struct xg_thread *t = thread_arg(call, 0);
    int32_t increment = (int32_t)xg_kcall_u32(call, 1), old;
    if (!t)
        return xg_kcall_return(call, 0);
    old = (int32_t)t->priority - 8;
    int32_t p = increment > 23 ? 31 : increment < -7 ? 1 : 8 + increment;
    t->priority = (uint8_t)p;
    xg_kst8(call->kernel, t->object->body + KT_PRIORITY, t->priority);
    xg_kcall_return(call, (uint32_t)old);
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_KeQueryBasePriorityThread(struct xg_kcall *call)
{
    struct xg_thread *t = thread_arg(call, 0);
    return xg_kcall_return(call, t ? (uint32_t)((int32_t)t->priority - 8) : 0);
}

/* thread, disable: the old setting. Priorities are never boosted; the flag is the title's. */
enum xg_kcall_result xg_x_KeSetDisableBoostThread(struct xg_kcall *call)
{
    struct xg_thread *t = thread_arg(call, 0);
    uint8_t old = t ? xg_kcall_ld8(call, t->object->body + KT_BOOST_DISABLED) : 0;
    if (t)
        xg_kcall_st8(call, t->object->body + KT_BOOST_DISABLED, (uint8_t)xg_kcall_u32(call, 1));
    return xg_kcall_return(call, old);
}

enum xg_kcall_result xg_x_KeSetAffinityThread(struct xg_kcall *call)
{
    struct xg_thread *t = thread_arg(call, 0);
    uint32_t mask = xg_kcall_u32(call, 1) & ((1u << XG_CPUS) - 1);
    xg_ga old_at = xg_kcall_u32(call, 2);
    if (!t || !mask)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    if (old_at)
        xg_kcall_st32(call, old_at, 1u << t->cpu);
    if (call->faulted)
        return XG_KCALL_FAULT;
    xg_kcall_return(call, XG_ST_SUCCESS);
    if (!(mask >> t->cpu & 1))
        xg_thread_move(call->kernel, t, (uint8_t)__builtin_ctz(mask));
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_KeSuspendThread(struct xg_kcall *call)
{
    struct xg_thread *t = thread_arg(call, 0);
    xg_kcall_return(call, t ? t->suspend_count : 0);
    if (t)
        xg_thread_suspend(call->kernel, t);
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_KeResumeThread(struct xg_kcall *call)
{
    struct xg_thread *t = thread_arg(call, 0);
    xg_kcall_return(call, t ? xg_thread_resume(call->kernel, t) : 0);
    return XG_KCALL_RESCHEDULE;
}

static enum xg_kcall_result by_handle(struct xg_kcall *call, bool suspend)
{
    struct xg_kernel *k = call->kernel;
    struct xg_object *o = xg_handle_object(k, xg_kcall_u32(call, 0));
    xg_ga count_at = xg_kcall_u32(call, 1);
    if (!o)
        return xg_kcall_return(call, XG_ST_INVALID_HANDLE);
    if (!xg_object_thread(o))
        return xg_kcall_return(call, XG_ST_OBJECT_TYPE_MISMATCH);
    if (o->thread->state == XG_THREAD_TERMINATED)
        return xg_kcall_return(call, XG_ST_THREAD_IS_TERMINATING);
    if (count_at)
        xg_kcall_st32(call, count_at, o->thread->suspend_count);
    if (call->faulted)
        return XG_KCALL_FAULT;
    xg_kcall_return(call, XG_ST_SUCCESS);
    if (suspend)
        xg_thread_suspend(k, o->thread);
    else
        xg_thread_resume(k, o->thread);
    return XG_KCALL_RESCHEDULE;
}
enum xg_kcall_result xg_x_NtSuspendThread(struct xg_kcall *call)
{
    return by_handle(call, true);
}
enum xg_kcall_result xg_x_NtResumeThread(struct xg_kcall *call)
{
    return by_handle(call, false);
}

/* ---- process type, critical regions, FPU ---- */

enum xg_kcall_result xg_x_KeGetCurrentProcessType(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint8_t type;
    if (k->running->dpc_active)
        type = xg_kcall_ld8(call, k->running->kpcr + KPCR_PROCESS_TYPE);
    else
        type = xg_kcall_ld8(call, xg_current_kthread(k) + KT_PROCESS_TYPE + 1);
    return xg_kcall_return(call, type);
}

enum xg_kcall_result xg_x_KeSetCurrentProcessType(struct xg_kcall *call)
{
    struct xg_hw *hw = call->kernel->running;
    if (hw->dpc_active)
        xg_kst8(call->kernel, hw->kpcr + KPCR_PROCESS_TYPE, (uint8_t)xg_kcall_u32(call, 0));
    return XG_KCALL_DONE;
}

static enum xg_kcall_result apc_disable(struct xg_kcall *call, int32_t by)
{
    xg_ga at = xg_current_kthread(call->kernel) + KT_APC_DISABLE;
    xg_kcall_st32(call, at, xg_kcall_ld32(call, at) + (uint32_t)by);
    return XG_KCALL_DONE;
}
enum xg_kcall_result xg_x_KeEnterCriticalRegion(struct xg_kcall *call)
{
    return apc_disable(call, -1);
}
enum xg_kcall_result xg_x_KeLeaveCriticalRegion(struct xg_kcall *call)
{
    apc_disable(call, 1);
    const struct xg_thread *t = xg_current(call->kernel);
    return t && xg_apc_due(call->kernel, t) ? XG_KCALL_RESCHEDULE : XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_KeEnableFpuExceptions(struct xg_kcall *call)
{
    xg_kcall_st8(call, xg_current_kthread(call->kernel) + KT_FPU_EXCEPTIONS,
                 xg_kcall_u32(call, 0) != 0);
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_KiApcNormalRoutineNop(struct xg_kcall *call)
{
    return xg_kcall_return(call, 0);
}

/* ---- thread-local slots: behind the static data, one word a slot ---- */

static xg_ga slot_at(const struct xg_kernel *k, const struct xg_thread *t, uint32_t slot)
{
    return t->tls + ((k->image->tls.data_size + 7) & ~7u) + 4 * slot;
}

static bool slot_used(const struct xg_kernel *k, uint32_t slot)
{
    return slot < XG_TLS_SLOTS && k->tls_used[slot / 32] >> (slot % 32) & 1;
}

static void clear_slot(struct xg_kernel *k, uint32_t slot)
{
    for (const struct xg_object *o = k->objects; o; o = o->next)
        if (xg_object_thread(o) && o->thread->state != XG_THREAD_TERMINATED)
            xg_kst32(k, slot_at(k, o->thread, slot), 0);
}

enum xg_kcall_result xg_x_KeTlsAlloc(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    for (uint32_t i = 0; i < XG_TLS_SLOTS; i++)
        if (!slot_used(k, i)) {
            k->tls_used[i / 32] |= 1u << (i % 32);
            clear_slot(k, i);
            return xg_kcall_return(call, i);
        }
    return xg_kcall_return(call, UINT32_MAX);
}

enum xg_kcall_result xg_x_KeTlsFree(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t slot = xg_kcall_u32(call, 0);
    if (!slot_used(k, slot))
        return xg_kcall_return(call, 0);
    k->tls_used[slot / 32] &= ~(1u << (slot % 32));
    clear_slot(k, slot);
    return xg_kcall_return(call, 1);
}

enum xg_kcall_result xg_x_KeTlsGetValue(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t slot = xg_kcall_u32(call, 0);
    if (!xg_current(k) || slot >= XG_TLS_SLOTS)
        return xg_kcall_return(call, 0);
    return xg_kcall_return(call, xg_kcall_ld32(call, slot_at(k, xg_current(k), slot)));
}

enum xg_kcall_result xg_x_KeTlsSetValue(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t slot = xg_kcall_u32(call, 0);
    if (!xg_current(k) || slot >= XG_TLS_SLOTS)
        return xg_kcall_return(call, 0);
    xg_kcall_st32(call, slot_at(k, xg_current(k), slot), xg_kcall_u32(call, 1));
    return xg_kcall_return(call, 1);
}
