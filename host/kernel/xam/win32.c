/* The Win32 calls that XAM exports to system modules. */
#include "kernel/xam/xam.h"

#define WAIT_FAILED UINT32_MAX
#define INFINITE    UINT32_MAX

static void set_last_error(struct xg_kcall *call, uint32_t error)
{
    xg_kst32(call->kernel, xg_current_kthread(call->kernel) + KT_LAST_ERROR, error);
}

static enum xg_kcall_result fail(struct xg_kcall *call, uint32_t error, uint32_t result)
{
    set_last_error(call, error);
    return xg_kcall_return(call, result);
}

enum xg_kcall_result xg_x_GetLastError(struct xg_kcall *call)
{
    return xg_kcall_return(
        call, xg_kld32(call->kernel, xg_current_kthread(call->kernel) + KT_LAST_ERROR));
}

enum xg_kcall_result xg_x_GetCurrentThreadId(struct xg_kcall *call)
{
    return xg_kcall_return(call, xg_current_id(call->kernel));
}

static struct xg_wait_request for_ms(uint32_t ms)
{
    return (struct xg_wait_request){.forever = ms == INFINITE, .timeout = -(int64_t)ms * 10000};
}

enum xg_kcall_result xg_x_Sleep(struct xg_kcall *call)
{
    struct xg_wait_request r = for_ms(xg_kcall_u32(call, 0));
    r.then = XG_THEN_DELAY;
    return xg_wait(call, &r);
}

static enum xg_kcall_result wait(struct xg_kcall *call, bool alertable)
{
    struct xg_object *o = xg_handle_object(call->kernel, xg_kcall_u32(call, 0));
    struct xg_wait_request r = for_ms(xg_kcall_u32(call, 1));
    if (!o)
        return fail(call, XG_ERROR_INVALID_HANDLE, WAIT_FAILED);
    r.objects = &o->body;
    r.count = 1;
    r.hold = true;
    r.alertable = alertable;
    return xg_wait(call, &r);
}
enum xg_kcall_result xg_x_WaitForSingleObject(struct xg_kcall *call)
{
    return wait(call, false);
}
enum xg_kcall_result xg_x_WaitForSingleObjectEx(struct xg_kcall *call)
{
    return wait(call, xg_kcall_u32(call, 2) != 0);
}

enum xg_kcall_result xg_x_CloseHandle(struct xg_kcall *call)
{
    if (!xg_handle_close(call->kernel, xg_kcall_u32(call, 0)))
        return fail(call, XG_ERROR_INVALID_HANDLE, 0);
    return xg_kcall_return(call, 1);
}

/* ---- events ---- */

/* attributes, manual reset, state, name (char*). */
enum xg_kcall_result xg_x_CreateEventA(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    char name[256] = "";
    xg_ga at = xg_kcall_u32(call, 3);
    for (unsigned i = 0; at && i + 1 < sizeof name; i++)
        if (!(name[i] = (char)xg_kcall_ld8(call, at + i)))
            break;
    if (call->faulted)
        return XG_KCALL_FAULT;
    name[sizeof name - 1] = 0;
    uint32_t error = XG_ERROR_SUCCESS;
    struct xg_object *o = xg_object_open_or_create_named(k, XG_OBJECT_EVENT, 0x10, name, &error);
    if (!o)
        return fail(call, XG_ERROR_INVALID_HANDLE, 0);
    if (!error)
        xg_kcall_header(call, o->body,
                        xg_kcall_u32(call, 1) ? XG_DISP_MANUAL_EVENT : XG_DISP_AUTO_EVENT, 4,
                        xg_kcall_u32(call, 2) != 0);
    uint32_t handle = xg_handle_add(k, o);
    xg_object_release(k, o);
    return fail(call, error ? 183 : 0, handle); /* 183: it exists already */
}

static enum xg_kcall_result event_to(struct xg_kcall *call, int32_t state)
{
    struct xg_object *o = xg_handle_object(call->kernel, xg_kcall_u32(call, 0));
    if (!o || o->type != XG_OBJECT_EVENT)
        return fail(call, XG_ERROR_INVALID_HANDLE, 0);
    xg_signal_set(call, o->body, state);
    xg_kcall_return(call, 1);
    return XG_KCALL_RESCHEDULE;
}
enum xg_kcall_result xg_x_SetEvent(struct xg_kcall *call)
{
    return event_to(call, 1);
}
enum xg_kcall_result xg_x_ResetEvent(struct xg_kcall *call)
{
    return event_to(call, 0);
}

/* ---- threads ---- */

/* attributes, stack, start, parameter, flags (4 suspended), id*. */
enum xg_kcall_result xg_x_CreateThread(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga id_at = xg_kcall_u32(call, 5);
    struct xg_thread_start s = {.stack_size = xg_kcall_u32(call, 1),
                                .start = xg_kcall_u32(call, 2),
                                .context = xg_kcall_u32(call, 3),
                                .flags = xg_kcall_u32(call, 4) & 4 ? 1 : 0};
    if (id_at)
        xg_kcall_st32(call, id_at, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    struct xg_thread *t = xg_thread_create(k, &s);
    if (!t)
        return fail(call, 8, 0);
    if (id_at)
        xg_kcall_st32(call, id_at, t->id);
    xg_kcall_return(call, xg_handle_add(k, t->object));
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_ResumeThread(struct xg_kcall *call)
{
    struct xg_thread *t = xg_object_thread(xg_handle_object(call->kernel, xg_kcall_u32(call, 0)));
    if (!t)
        return fail(call, XG_ERROR_INVALID_HANDLE, UINT32_MAX);
    xg_kcall_return(call, xg_thread_resume(call->kernel, t));
    return XG_KCALL_RESCHEDULE;
}

/* ---- time ---- */

enum xg_kcall_result xg_x_QueryPerformanceCounter(struct xg_kcall *call)
{
    xg_kcall_st64(call, xg_kcall_u32(call, 0), xg_kernel_cpu_now(call->kernel) / XG_NS_PER_TB_TICK);
    return xg_kcall_return(call, 1);
}
enum xg_kcall_result xg_x_QueryPerformanceFrequency(struct xg_kcall *call)
{
    xg_kcall_st64(call, xg_kcall_u32(call, 0), 1000000000u / XG_NS_PER_TB_TICK);
    return xg_kcall_return(call, 1);
}
enum xg_kcall_result xg_x_GetSystemTimeAsFileTime(struct xg_kcall *call)
{
    uint64_t now = xg_system_time(xg_kernel_cpu_now(call->kernel));
    xg_kcall_st32(call, xg_kcall_u32(call, 0), (uint32_t)now); /* low word first */
    xg_kcall_st32(call, xg_kcall_u32(call, 0) + 4, (uint32_t)(now >> 32));
    return XG_KCALL_DONE;
}

/* ---- text ---- */

static void debug_text(struct xg_kcall *call, char *text)
{
    const struct xg_hooks *h = call->kernel->o.hooks;
    size_t n = strlen(text);
    while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        text[--n] = 0;
    if (!call->faulted && h && h->on_debug_text)
        h->on_debug_text(h->ctx, xg_kernel_cpu_now(call->kernel), xg_current_id(call->kernel),
                         text);
}
enum xg_kcall_result xg_x_OutputDebugStringA(struct xg_kcall *call)
{
    char text[1024];
    uint32_t n = 0;
    xg_ga at = xg_kcall_u32(call, 0);
    while (at && n + 1 < sizeof text && (text[n] = (char)xg_kcall_ld8(call, at + n)))
        n++;
    text[n] = 0;
    debug_text(call, text);
    return XG_KCALL_DONE;
}
enum xg_kcall_result xg_x_OutputDebugStringW(struct xg_kcall *call)
{
    char text[1024];
    xg_kcall_wide(call, xg_kcall_u32(call, 0), text, sizeof text);
    debug_text(call, text);
    return XG_KCALL_DONE;
}
enum xg_kcall_result xg_x_DebugBreak(struct xg_kcall *call)
{
    xg_log(call->kernel, "DebugBreak by thread %u from 0x%08X", xg_current_id(call->kernel),
           (unsigned)call->ctx->lr);
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_XMemCpy(struct xg_kcall *call)
{
    xg_ga to = xg_kcall_u32(call, 0), from = xg_kcall_u32(call, 1);
    uint32_t size = xg_kcall_u32(call, 2);
    uint8_t part[4096];
    for (uint32_t n = 0, run; n < size && !call->faulted; n += run) {
        run = size - n < sizeof part ? size - n : (uint32_t)sizeof part;
        if (xg_kcall_read(call, from + n, part, run))
            xg_kcall_write(call, to + n, part, run);
    }
    return xg_kcall_return(call, to);
}
