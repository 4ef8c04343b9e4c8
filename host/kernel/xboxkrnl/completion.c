/* Completion port exports. */
#include "kernel/internal.h"

enum { PORT_SIZE = 0x28, PORT_WORDS = 10 };

/* handle*, access, attributes, number of threads. */
enum xg_kcall_result xg_x_NtCreateIoCompletion(struct xg_kcall *call)
{
    struct xg_object *o;
    uint32_t status =
        xg_object_open_or_create(call, XG_OBJECT_COMPLETION, PORT_SIZE, xg_kcall_u32(call, 2), &o);
    if (status && status != XG_ST_OBJECT_NAME_EXISTS)
        return xg_kcall_return(call, status);
    if (!status)
        xg_kcall_header(call, o->body, XG_DISP_QUEUE, PORT_WORDS, 0);
    return xg_kcall_new_handle(call, o, xg_kcall_u32(call, 0), status);
}

/* handle, key, context, status, information. */
enum xg_kcall_result xg_x_NtSetIoCompletion(struct xg_kcall *call)
{
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_COMPLETION);
    const uint32_t words[4] = {xg_kcall_u32(call, 1), xg_kcall_u32(call, 2), xg_kcall_u32(call, 3),
                               xg_kcall_u32(call, 4)};
    if (!o)
        return XG_KCALL_DONE;
    bool ok = xg_packet_queue(call->kernel, o, words);
    xg_kcall_return(call, ok ? XG_ST_SUCCESS : XG_ST_NO_MEMORY);
    return XG_KCALL_RESCHEDULE;
}

/* handle, key*, context*, status block*, timeout*. */
enum xg_kcall_result xg_x_NtRemoveIoCompletion(struct xg_kcall *call)
{
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_COMPLETION);
    xg_ga timeout = xg_kcall_u32(call, 4);
    if (!o)
        return XG_KCALL_DONE;
    struct xg_wait_request r = {
        .objects = &o->body,
        .count = 1,
        .hold = true,
        .forever = !timeout,
        .then = XG_THEN_PACKET,
        .out = {xg_kcall_u32(call, 1), xg_kcall_u32(call, 2), xg_kcall_u32(call, 3)}};
    if (timeout)
        r.timeout = (int64_t)xg_kcall_ld64(call, timeout);
    return call->faulted ? XG_KCALL_FAULT : xg_wait(call, &r);
}

/* 0: packets that wait. */
enum xg_kcall_result xg_x_NtQueryIoCompletion(struct xg_kcall *call)
{
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_COMPLETION);
    if (!o)
        return XG_KCALL_DONE;
    xg_kcall_st32(call, xg_kcall_u32(call, 1), xg_kcall_ld32(call, o->body + 4));
    return xg_kcall_return(call, XG_ST_SUCCESS);
}
