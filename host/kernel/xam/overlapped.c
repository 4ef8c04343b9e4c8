/* Completion of XAM's asynchronous calls. The work is done when the call is made; what a title
 * sees is that of a call that was very quick. */
#include "kernel/xam/xam.h"

enum { RESULT = 0, LENGTH = 4, THREAD = 8, EVENT = 0xC, ROUTINE = 0x10, EXTENDED = 0x18 };

enum xg_kcall_result xg_overlapped_complete(struct xg_kcall *call, xg_ga overlapped,
                                            uint32_t result, uint32_t length)
{
    struct xg_kernel *k = call->kernel;
    if (!overlapped)
        return xg_kcall_return(call, result);
    uint32_t event = xg_kcall_ld32(call, overlapped + EVENT);
    uint32_t routine = xg_kcall_ld32(call, overlapped + ROUTINE);
    uint32_t thread = xg_kcall_ld32(call, overlapped + THREAD);
    xg_kcall_st32(call, overlapped + EXTENDED, result ? XG_HRESULT(result & 0xFFFF) : 0);
    xg_kcall_st32(call, overlapped + LENGTH, length);
    xg_kcall_st32(call, overlapped + RESULT, result);
    if (call->faulted)
        return XG_KCALL_FAULT;
    struct xg_object *e = event ? xg_handle_object(k, event) : NULL;
    if (e && e->type == XG_OBJECT_EVENT)
        xg_signal_set(call, e->body, 1);
    xg_kcall_return(call, XG_ERROR_IO_PENDING);
    struct xg_thread *t = thread ? xg_object_thread(xg_handle_object(k, thread)) : xg_current(k);
    if (routine && t) {
        struct xg_apc a = {.normal = routine, .context = result, .args = {length, overlapped}};
        xg_apc_queue(k, t, XG_APC_USER, &a);
    }
    return XG_KCALL_RESCHEDULE;
}
