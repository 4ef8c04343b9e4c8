/* Timer exports, by address and by handle. Timer type 0 = manual reset (notification), 1 = auto
 * reset (synchronisation). */
#include "kernel/internal.h"

enum { TIMER_SIZE = 0x28, TIMER_WORDS = 10 };

static void init(struct xg_kcall *call, xg_ga at, uint32_t type)
{
    xg_kcall_fill(call, at, 0, TIMER_SIZE);
    xg_kcall_header(call, at, type ? XG_DISP_AUTO_TIMER : XG_DISP_MANUAL_TIMER, TIMER_WORDS, 0);
}

enum xg_kcall_result xg_x_KeInitializeTimerEx(struct xg_kcall *call)
{
    xg_timer_cancel(call->kernel, xg_kcall_u32(call, 0));
    init(call, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1));
    return XG_KCALL_DONE;
}

static enum xg_kcall_result set(struct xg_kcall *call, uint32_t period, xg_ga dpc)
{
    struct xg_timer_plan plan = {
        .due = (int64_t)xg_kcall_u64(call, 1), .period = period, .dpc = dpc};
    return xg_kcall_return(call, xg_timer_set(call, xg_kcall_u32(call, 0), &plan));
}

enum xg_kcall_result xg_x_KeSetTimer(struct xg_kcall *call)
{
    return set(call, 0, xg_kcall_u32(call, 2));
}

enum xg_kcall_result xg_x_KeSetTimerEx(struct xg_kcall *call)
{
    int32_t period = (int32_t)xg_kcall_u32(call, 2);
    return set(call, period > 0 ? (uint32_t)period : 0, xg_kcall_u32(call, 3));
}

enum xg_kcall_result xg_x_KeCancelTimer(struct xg_kcall *call)
{
    return xg_kcall_return(call, xg_timer_cancel(call->kernel, xg_kcall_u32(call, 0)));
}

enum xg_kcall_result xg_x_NtCreateTimer(struct xg_kcall *call)
{
    uint32_t type = xg_kcall_u32(call, 2);
    struct xg_object *o;
    if (type > 1)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    uint32_t status =
        xg_object_open_or_create(call, XG_OBJECT_TIMER, TIMER_SIZE, xg_kcall_u32(call, 1), &o);
    if (status && status != XG_ST_OBJECT_NAME_EXISTS)
        return xg_kcall_return(call, status);
    if (!status)
        init(call, o->body, type);
    return xg_kcall_new_handle(call, o, xg_kcall_u32(call, 0), status);
}

/* handle, due time*, APC routine, mode, APC context, resume, period, previous state*. */
enum xg_kcall_result xg_x_NtSetTimerEx(struct xg_kcall *call)
{
    xg_ga due_at = xg_kcall_u32(call, 1), old_at = xg_kcall_u32(call, 7);
    int32_t period = (int32_t)xg_kcall_u32(call, 6);
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_TIMER);
    if (!o)
        return XG_KCALL_DONE;
    if (period < 0)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    struct xg_timer_plan plan = {.due = (int64_t)xg_kcall_ld64(call, due_at),
                                 .period = (uint32_t)period,
                                 .routine = xg_kcall_u32(call, 2),
                                 .context = xg_kcall_u32(call, 4)};
    if (old_at)
        xg_kcall_st32(call, old_at, xg_kcall_ld32(call, o->body + 4));
    if (call->faulted)
        return XG_KCALL_FAULT;
    xg_timer_set(call, o->body, &plan);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

enum xg_kcall_result xg_x_NtCancelTimer(struct xg_kcall *call)
{
    xg_ga old_at = xg_kcall_u32(call, 1);
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_TIMER);
    if (!o)
        return XG_KCALL_DONE;
    if (old_at)
        xg_kcall_st32(call, old_at, xg_kcall_ld32(call, o->body + 4));
    xg_timer_cancel(call->kernel, o->body);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* 0 s64 time left in 100 ns (0: not set), 8 state. */
enum xg_kcall_result xg_x_NtQueryTimer(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga out = xg_kcall_u32(call, 1);
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_TIMER);
    if (!o)
        return XG_KCALL_DONE;
    xg_time due = xg_timer_due(k, o->body), now = xg_kernel_cpu_now(k);
    xg_kcall_st64(call, out, due == XG_NEVER || due < now ? 0 : (due - now) / 100);
    xg_kcall_st32(call, out + 8, xg_kcall_ld32(call, o->body + 4));
    return xg_kcall_return(call, XG_ST_SUCCESS);
}
