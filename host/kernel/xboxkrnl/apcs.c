/* APC and alert exports. KAPC: 0 type 12, 2 mode (1 user), 3 queued, 4 thread, 8 list, 10 kernel
 * routine, 14 rundown, 18 normal routine, 1C context, 20/24 arguments. */
#include "kernel/internal.h"

enum {
    KAPC_MODE = 2,
    KAPC_INSERTED = 3,
    KAPC_THREAD = 4,
    KAPC_KERNEL = 0x10,
    KAPC_RUNDOWN = 0x14,
    KAPC_NORMAL = 0x18,
    KAPC_CONTEXT = 0x1C,
    KAPC_ARGS = 0x20,
    KAPC_TYPE = 0x12
};

/* apc, thread, kernel routine, rundown, normal routine, mode, context. Without a normal routine it
 * is a special kernel APC, whatever the mode says. */
enum xg_kcall_result xg_x_KeInitializeApc(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    uint32_t normal = xg_kcall_u32(call, 4);
    xg_kcall_st16(call, at, KAPC_TYPE);
    xg_kcall_st8(call, at + KAPC_MODE, normal && (xg_kcall_u32(call, 5) & 0xFF));
    xg_kcall_st8(call, at + KAPC_INSERTED, 0);
    xg_kcall_st32(call, at + KAPC_THREAD, xg_kcall_u32(call, 1));
    xg_kcall_st32(call, at + KAPC_KERNEL, xg_kcall_u32(call, 2));
    xg_kcall_st32(call, at + KAPC_RUNDOWN, xg_kcall_u32(call, 3));
    xg_kcall_st32(call, at + KAPC_NORMAL, normal);
    xg_kcall_st32(call, at + KAPC_CONTEXT, normal ? xg_kcall_u32(call, 6) : 0);
    return XG_KCALL_DONE;
}

static struct xg_thread *thread_of(struct xg_kcall *call, xg_ga apc)
{
    return xg_object_thread(xg_object_at(call->kernel, xg_kcall_ld32(call, apc + KAPC_THREAD)));
}

enum xg_kcall_result xg_x_KeInsertQueueApc(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    struct xg_thread *t = thread_of(call, at);
    xg_kcall_st32(call, at + KAPC_ARGS, xg_kcall_u32(call, 1));
    xg_kcall_st32(call, at + KAPC_ARGS + 4, xg_kcall_u32(call, 2));
    struct xg_apc a = {.apc = at,
                       .kernel = xg_kcall_ld32(call, at + KAPC_KERNEL),
                       .normal = xg_kcall_ld32(call, at + KAPC_NORMAL),
                       .context = xg_kcall_ld32(call, at + KAPC_CONTEXT),
                       .args = {xg_kcall_u32(call, 1), xg_kcall_u32(call, 2)}};
    unsigned mode = a.normal && xg_kcall_ld8(call, at + KAPC_MODE) ? XG_APC_USER : XG_APC_KERNEL;
    if (call->faulted)
        return XG_KCALL_FAULT;
    /* The result first: a kernel APC to the caller itself interrupts it right here. */
    xg_kcall_return(call, 1);
    if (!t || !xg_apc_queue(call->kernel, t, mode, &a))
        xg_kcall_return(call, 0);
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_KeRemoveQueueApc(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    struct xg_thread *t = thread_of(call, at);
    return xg_kcall_return(call, t && xg_apc_remove(call->kernel, t, at));
}

/* thread, routine, then its three arguments. */
enum xg_kcall_result xg_x_NtQueueApcThread(struct xg_kcall *call)
{
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_THREAD);
    struct xg_apc a = {.normal = xg_kcall_u32(call, 1),
                       .context = xg_kcall_u32(call, 2),
                       .args = {xg_kcall_u32(call, 3), xg_kcall_u32(call, 4)}};
    if (!o)
        return XG_KCALL_DONE;
    if (!a.normal || !xg_object_thread(o))
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    bool queued = xg_apc_queue(call->kernel, o->thread, XG_APC_USER, &a);
    xg_kcall_return(call, queued ? XG_ST_SUCCESS : XG_ST_THREAD_IS_TERMINATING);
    return XG_KCALL_RESCHEDULE;
}

/* ---- alerts ---- */

static bool alert(struct xg_kernel *k, struct xg_thread *t)
{
    bool old = t->alerted;
    if (t->state == XG_THREAD_WAITING && t->wait.alertable)
        xg_wait_end(k, t, XG_ST_ALERTED);
    else if (t->state != XG_THREAD_TERMINATED)
        t->alerted = true;
    return old;
}

enum xg_kcall_result xg_x_KeAlertThread(struct xg_kcall *call)
{
    struct xg_thread *t = xg_object_thread(xg_object_at(call->kernel, xg_kcall_u32(call, 0)));
    xg_kcall_return(call, t && alert(call->kernel, t));
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_KeAlertResumeThread(struct xg_kcall *call)
{
    struct xg_thread *t = xg_object_thread(xg_object_at(call->kernel, xg_kcall_u32(call, 0)));
    if (!t)
        return xg_kcall_return(call, 0);
    alert(call->kernel, t);
    xg_kcall_return(call, xg_thread_resume(call->kernel, t));
    return XG_KCALL_RESCHEDULE;
}

/* Was the thread alerted; user APCs that wait for it run now. */
enum xg_kcall_result xg_x_KeTestAlertThread(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    struct xg_thread *t = xg_current(k);
    if (!t || k->running->dpc_active)
        return xg_kcall_return(call, 0);
    bool old = t->alerted;
    t->alerted = false;
    xg_kcall_return(call, old);
    if (xg_kcall_u32(call, 0) & 0xFF && t->apcs[XG_APC_USER].count)
        xg_apc_deliver(k, t, XG_APC_USER);
    return XG_KCALL_RESCHEDULE;
}
