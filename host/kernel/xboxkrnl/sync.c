/* Events, semaphores, waits. */
#include "kernel/internal.h"

static bool release(struct xg_kcall *call, xg_ga at, int32_t count, int32_t *old);

/* ---- waits ---- */

/* NULL pointer: forever. */
static void read_timeout(struct xg_kcall *call, struct xg_wait_request *r, xg_ga at)
{
    r->forever = !at;
    if (at)
        r->timeout = (int64_t)xg_kcall_ld64(call, at);
}

static enum xg_kcall_result wait_one(struct xg_kcall *call, xg_ga object, bool alertable,
                                     xg_ga timeout, bool hold)
{
    struct xg_wait_request r = {
        .objects = &object, .count = 1, .alertable = alertable, .hold = hold};
    read_timeout(call, &r, timeout);
    return call->faulted ? XG_KCALL_FAULT : xg_wait(call, &r);
}

enum xg_kcall_result xg_x_KeWaitForSingleObject(struct xg_kcall *call)
{
    return wait_one(call, xg_kcall_u32(call, 0), xg_kcall_u32(call, 3) & 0xFF,
                    xg_kcall_u32(call, 4), false);
}

enum xg_kcall_result xg_x_NtWaitForSingleObjectEx(struct xg_kcall *call)
{
    struct xg_object *o = xg_handle_object(call->kernel, xg_kcall_u32(call, 0));
    if (!o)
        return xg_kcall_return(call, XG_ST_INVALID_HANDLE);
    return wait_one(call, o->body, xg_kcall_u32(call, 2) & 0xFF, xg_kcall_u32(call, 3), true);
}

/* Signals an event, semaphore or mutant, then waits for another object, in one step. */
enum xg_kcall_result xg_x_NtSignalAndWaitForSingleObjectEx(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    struct xg_object *signal = xg_handle_object(k, xg_kcall_u32(call, 0));
    struct xg_object *o = xg_handle_object(k, xg_kcall_u32(call, 1));
    struct xg_thread *t = xg_current(k);
    int32_t old;
    if (!signal || !o)
        return xg_kcall_return(call, XG_ST_INVALID_HANDLE);
    if (signal->type == XG_OBJECT_EVENT) {
        xg_signal_set(call, signal->body, 1);
    } else if (signal->type == XG_OBJECT_SEMAPHORE) {
        if (!release(call, signal->body, 1, &old))
            return xg_kcall_return(call, XG_ST_SEMAPHORE_LIMIT);
    } else if (signal->type == XG_OBJECT_MUTANT) {
        if (!t || xg_kld32(k, signal->body + 0x18) != t->object->body)
            return xg_kcall_return(call, XG_ST_MUTANT_NOT_OWNED);
        xg_mutant_release(k, t, signal->body, false);
    } else {
        return xg_kcall_return(call, XG_ST_OBJECT_TYPE_MISMATCH);
    }
    enum xg_kcall_result r =
        wait_one(call, o->body, xg_kcall_u32(call, 3) & 0xFF, xg_kcall_u32(call, 4), true);
    return r == XG_KCALL_DONE ? XG_KCALL_RESCHEDULE : r;
}

/* wait type 0 = all, 1 = any. */
static enum xg_kcall_result wait_many(struct xg_kcall *call, bool handles, uint32_t count,
                                      xg_ga list, uint32_t type, bool alertable, xg_ga timeout)
{
    xg_ga objects[XG_MAX_WAIT];
    if (!count || count > XG_MAX_WAIT || type > 1)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    for (uint32_t i = 0; i < count; i++) {
        objects[i] = xg_kcall_ld32(call, list + 4 * i);
        if (!handles || call->faulted)
            continue;
        struct xg_object *o = xg_handle_object(call->kernel, objects[i]);
        if (!o)
            return xg_kcall_return(call, XG_ST_INVALID_HANDLE);
        objects[i] = o->body;
    }
    struct xg_wait_request r = {.objects = objects,
                                .count = count,
                                .all = type == 0,
                                .alertable = alertable,
                                .hold = handles};
    read_timeout(call, &r, timeout);
    return call->faulted ? XG_KCALL_FAULT : xg_wait(call, &r);
}

enum xg_kcall_result xg_x_KeWaitForMultipleObjects(struct xg_kcall *call)
{
    return wait_many(call, false, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1),
                     xg_kcall_u32(call, 2), xg_kcall_u32(call, 5) & 0xFF, xg_kcall_u32(call, 6));
}

enum xg_kcall_result xg_x_NtWaitForMultipleObjectsEx(struct xg_kcall *call)
{
    return wait_many(call, true, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1),
                     xg_kcall_u32(call, 2), xg_kcall_u32(call, 4) & 0xFF, xg_kcall_u32(call, 5));
}

enum xg_kcall_result xg_x_KeDelayExecutionThread(struct xg_kcall *call)
{
    struct xg_wait_request r = {.then = XG_THEN_DELAY, .alertable = xg_kcall_u32(call, 1) & 0xFF};
    xg_ga at = xg_kcall_u32(call, 2);
    r.timeout = (int64_t)xg_kcall_ld64(call, at);
    return call->faulted ? XG_KCALL_FAULT : xg_wait(call, &r);
}

enum xg_kcall_result xg_x_NtYieldExecution(struct xg_kcall *call)
{
    struct xg_thread *t = xg_current(call->kernel);
    if (t && !call->kernel->running->dpc_active)
        t->quantum = 0; /* the scheduler takes the next of the same priority */
    xg_kcall_return(call, XG_ST_SUCCESS);
    return XG_KCALL_RESCHEDULE;
}

/* ---- events by address ---- */

void xg_kcall_header(struct xg_kcall *call, xg_ga at, uint8_t type, uint8_t words, int32_t state)
{
    xg_kcall_st8(call, at, type);
    xg_kcall_st8(call, at + 1, 0);
    xg_kcall_st8(call, at + 2, words);
    xg_kcall_st8(call, at + 3, 0);
    xg_kcall_st32(call, at + 4, (uint32_t)state);
    xg_kcall_st32(call, at + 8, at + 8); /* empty list */
    xg_kcall_st32(call, at + 12, at + 8);
}

enum xg_kcall_result xg_x_KeInitializeEvent(struct xg_kcall *call)
{
    xg_kcall_header(call, xg_kcall_u32(call, 0),
                    xg_kcall_u32(call, 1) ? XG_DISP_AUTO_EVENT : XG_DISP_MANUAL_EVENT, 4,
                    xg_kcall_u32(call, 2) != 0);
    return XG_KCALL_DONE;
}

static enum xg_kcall_result event_to(struct xg_kcall *call, xg_ga at, int32_t state)
{
    int32_t old = xg_signal_set(call, at, state);
    xg_kcall_return(call, (uint32_t)old);
    return state ? XG_KCALL_RESCHEDULE : XG_KCALL_DONE;
}

/* Wakes who waits now, then resets. */
static enum xg_kcall_result pulse(struct xg_kcall *call, xg_ga at)
{
    int32_t old = xg_signal_set(call, at, 1);
    xg_signal_set(call, at, 0);
    xg_kcall_return(call, (uint32_t)old);
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_KeSetEvent(struct xg_kcall *call)
{
    return event_to(call, xg_kcall_u32(call, 0), 1);
}
/* The boost is not modelled. */
enum xg_kcall_result xg_x_KeSetEventBoostPriority(struct xg_kcall *call)
{
    event_to(call, xg_kcall_u32(call, 0), 1);
    return XG_KCALL_RESCHEDULE;
}
enum xg_kcall_result xg_x_KeResetEvent(struct xg_kcall *call)
{
    return event_to(call, xg_kcall_u32(call, 0), 0);
}
enum xg_kcall_result xg_x_KePulseEvent(struct xg_kcall *call)
{
    return pulse(call, xg_kcall_u32(call, 0));
}

/* ---- semaphores by address ---- */

enum xg_kcall_result xg_x_KeInitializeSemaphore(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    xg_kcall_header(call, at, XG_DISP_SEMAPHORE, 5, (int32_t)xg_kcall_u32(call, 1));
    xg_kcall_st32(call, at + 0x10, xg_kcall_u32(call, 2));
    return XG_KCALL_DONE;
}

/* false: the limit would be passed, nothing changes. */
static bool release(struct xg_kcall *call, xg_ga at, int32_t count, int32_t *old)
{
    *old = (int32_t)xg_kcall_ld32(call, at + 4);
    int64_t sum = (int64_t)*old + count;
    if (count <= 0 || sum > (int32_t)xg_kcall_ld32(call, at + 0x10))
        return false;
    xg_signal_set(call, at, (int32_t)sum);
    return true;
}

enum xg_kcall_result xg_x_KeReleaseSemaphore(struct xg_kcall *call)
{
    int32_t old;
    /* On the console passing the limit raises an exception; here nothing changes. */
    if (!release(call, xg_kcall_u32(call, 0), (int32_t)xg_kcall_u32(call, 2), &old))
        xg_log(call->kernel, "KeReleaseSemaphore(0x%08X): limit exceeded", xg_kcall_u32(call, 0));
    xg_kcall_return(call, (uint32_t)old);
    return XG_KCALL_RESCHEDULE;
}

/* ---- events and semaphores by handle ---- */

enum xg_kcall_result xg_kcall_new_handle(struct xg_kcall *call, struct xg_object *o,
                                         xg_ga handle_at, uint32_t status)
{
    uint32_t handle = xg_handle_add(call->kernel, o);
    xg_object_release(call->kernel, o); /* the handle keeps it */
    if (!handle)
        return xg_kcall_return(call, XG_ST_NO_MEMORY);
    xg_kcall_st32(call, handle_at, handle);
    return xg_kcall_return(call, status);
}

/* type 0 = manual reset, 1 = auto reset. */
enum xg_kcall_result xg_x_NtCreateEvent(struct xg_kcall *call)
{
    uint32_t type = xg_kcall_u32(call, 2), state = xg_kcall_u32(call, 3) & 0xFF;
    struct xg_object *o;
    if (type > 1)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    uint32_t status =
        xg_object_open_or_create(call, XG_OBJECT_EVENT, 0x10, xg_kcall_u32(call, 1), &o);
    if (status && status != XG_ST_OBJECT_NAME_EXISTS)
        return xg_kcall_return(call, status);
    if (!status)
        xg_kcall_header(call, o->body, type ? XG_DISP_AUTO_EVENT : XG_DISP_MANUAL_EVENT, 4,
                        state != 0);
    return xg_kcall_new_handle(call, o, xg_kcall_u32(call, 0), status);
}

enum xg_kcall_result xg_x_NtCreateSemaphore(struct xg_kcall *call)
{
    int32_t count = (int32_t)xg_kcall_u32(call, 2), limit = (int32_t)xg_kcall_u32(call, 3);
    struct xg_object *o;
    if (limit <= 0 || count < 0 || count > limit)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    uint32_t status =
        xg_object_open_or_create(call, XG_OBJECT_SEMAPHORE, 0x14, xg_kcall_u32(call, 1), &o);
    if (status && status != XG_ST_OBJECT_NAME_EXISTS)
        return xg_kcall_return(call, status);
    if (!status) {
        xg_kcall_header(call, o->body, XG_DISP_SEMAPHORE, 5, count);
        xg_kcall_st32(call, o->body + 0x10, (uint32_t)limit);
    }
    return xg_kcall_new_handle(call, o, xg_kcall_u32(call, 0), status);
}

struct xg_object *xg_kcall_object(struct xg_kcall *call, unsigned n, enum xg_object_type type)
{
    struct xg_object *o = xg_handle_object(call->kernel, xg_kcall_u32(call, n));
    if (!o || o->type != type) {
        xg_kcall_return(call, o ? XG_ST_OBJECT_TYPE_MISMATCH : XG_ST_INVALID_HANDLE);
        return NULL;
    }
    return o;
}

/* 0 type (0 manual, 1 auto), 4 state. */
enum xg_kcall_result xg_x_NtQueryEvent(struct xg_kcall *call)
{
    xg_ga out = xg_kcall_u32(call, 1);
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_EVENT);
    if (!o)
        return XG_KCALL_DONE;
    xg_kcall_st32(call, out, xg_kcall_ld8(call, o->body));
    xg_kcall_st32(call, out + 4, xg_kcall_ld32(call, o->body + 4));
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* 0 count, 4 limit. */
enum xg_kcall_result xg_x_NtQuerySemaphore(struct xg_kcall *call)
{
    xg_ga out = xg_kcall_u32(call, 1);
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_SEMAPHORE);
    if (!o)
        return XG_KCALL_DONE;
    xg_kcall_st32(call, out, xg_kcall_ld32(call, o->body + 4));
    xg_kcall_st32(call, out + 4, xg_kcall_ld32(call, o->body + 0x10));
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

static enum xg_kcall_result nt_event(struct xg_kcall *call, int32_t state, bool back)
{
    xg_ga old_at = xg_kcall_u32(call, 1);
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_EVENT);
    if (!o)
        return XG_KCALL_DONE;
    int32_t old = xg_signal_set(call, o->body, state);
    if (back)
        xg_signal_set(call, o->body, 0);
    if (old_at && state)
        xg_kcall_st32(call, old_at, (uint32_t)old);
    xg_kcall_return(call, XG_ST_SUCCESS);
    return XG_KCALL_RESCHEDULE;
}
enum xg_kcall_result xg_x_NtSetEvent(struct xg_kcall *call)
{
    return nt_event(call, 1, false);
}
enum xg_kcall_result xg_x_NtClearEvent(struct xg_kcall *call)
{
    return nt_event(call, 0, false);
}
enum xg_kcall_result xg_x_NtPulseEvent(struct xg_kcall *call)
{
    return nt_event(call, 1, true);
}

enum xg_kcall_result xg_x_NtReleaseSemaphore(struct xg_kcall *call)
{
    xg_ga old_at = xg_kcall_u32(call, 2);
    int32_t count = (int32_t)xg_kcall_u32(call, 1), old;
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_SEMAPHORE);
    if (!o)
        return XG_KCALL_DONE;
    if (!release(call, o->body, count, &old))
        return xg_kcall_return(call, count <= 0 ? XG_ST_INVALID_PARAMETER : XG_ST_SEMAPHORE_LIMIT);
    if (old_at)
        xg_kcall_st32(call, old_at, (uint32_t)old);
    xg_kcall_return(call, XG_ST_SUCCESS);
    return XG_KCALL_RESCHEDULE;
}
