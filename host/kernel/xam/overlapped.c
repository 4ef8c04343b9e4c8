/* Completion of XAM's asynchronous calls. Most work is done when the call is made; what a title
 * sees is that of a call that was very quick. */
#include "kernel/xam/xam.h"

enum { RESULT = 0, LENGTH = 4, THREAD = 8, EVENT = 0xC, ROUTINE = 0x10, EXTENDED = 0x18 };

bool xg_overlapped_begin(struct xg_kcall *call, xg_ga overlapped)
{
    for (uint32_t at = 0; at <= EXTENDED; at += 4) /* all of it can be written later */
        xg_kcall_st32(call, overlapped + at, xg_kcall_ld32(call, overlapped + at));
    xg_kcall_st32(call, overlapped + RESULT, XG_ERROR_IO_PENDING);
    return !call->faulted;
}

void xg_overlapped_finish(struct xg_kernel *k, struct xg_thread *caller, xg_ga overlapped,
                          uint32_t result, uint32_t length)
{
    uint32_t event = xg_kld32(k, overlapped + EVENT);
    uint32_t routine = xg_kld32(k, overlapped + ROUTINE);
    uint32_t thread = xg_kld32(k, overlapped + THREAD);
    xg_kst32(k, overlapped + EXTENDED, result ? XG_HRESULT(result & 0xFFFF) : 0);
    xg_kst32(k, overlapped + LENGTH, length);
    xg_kst32(k, overlapped + RESULT, result);
    struct xg_object *e = event ? xg_handle_object(k, event) : NULL;
    if (e && e->type == XG_OBJECT_EVENT) {
        xg_kst32(k, e->body + 4, 1);
        xg_wait_signalled(k, e->body);
    }
    struct xg_thread *t = thread ? xg_object_thread(xg_handle_object(k, thread)) : caller;
    if (routine && t && t->state != XG_THREAD_TERMINATED) {
        struct xg_apc a = {.normal = routine, .context = result, .args = {length, overlapped}};
        xg_apc_queue(k, t, XG_APC_USER, &a);
    }
}

enum xg_kcall_result xg_overlapped_complete(struct xg_kcall *call, xg_ga overlapped,
                                            uint32_t result, uint32_t length)
{
    if (!overlapped)
        return xg_kcall_return(call, result);
    if (!xg_overlapped_begin(call, overlapped))
        return XG_KCALL_FAULT;
    xg_kcall_return(call, XG_ERROR_IO_PENDING);
    xg_overlapped_finish(call->kernel, xg_current(call->kernel), overlapped, result, length);
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_overlapped_answer(struct xg_kcall *call, xg_ga overlapped, uint32_t result,
                                          uint32_t length)
{
    if (!overlapped || !result)
        return xg_overlapped_complete(call, overlapped, result, length);
    if (!xg_overlapped_begin(call, overlapped))
        return XG_KCALL_FAULT;
    xg_kcall_return(call, XG_ERROR_IO_PENDING);
    xg_overlapped_finish(call->kernel, xg_current(call->kernel), overlapped,
                         XG_ERROR_FUNCTION_FAILED, length);
    xg_kst32(call->kernel, overlapped + EXTENDED, XG_HRESULT(result & 0xFFFF));
    return XG_KCALL_RESCHEDULE;
}
