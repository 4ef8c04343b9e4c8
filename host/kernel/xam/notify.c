/* Notification listeners: a queue of {id, parameter} behind an event that is signalled while
 * it is not empty. An id is [30:25] area, [24:16] version, [15:0] number. */
#include "kernel/internal.h"

#include <stdlib.h>

#define NOTICES     64u /* the oldest is dropped when nobody reads them */
#define AREA_SYSTEM 0x01u
enum { UI_CHANGED = 0x00000009, SIGN_IN_CHANGED = 0x0000000A };

struct xg_listener {
    uint64_t areas;
    uint32_t max_version, count;
    struct {
        uint32_t id, parameter;
    } notice[NOTICES];
};

static void show(struct xg_kernel *k, const struct xg_object *o)
{
    xg_kst32(k, o->body + 4, o->listener->count != 0);
    if (o->listener->count)
        xg_wait_signalled(k, o->body);
}

static void drop(struct xg_listener *l, uint32_t i)
{
    memmove(&l->notice[i], &l->notice[i + 1], (--l->count - i) * sizeof l->notice[0]);
}

static void add(struct xg_kernel *k, struct xg_object *o, uint32_t id, uint32_t parameter)
{
    struct xg_listener *l = o->listener;
    if (!(l->areas >> (id >> 25 & 63) & 1) || (id >> 16 & 0x1FF) > l->max_version)
        return;
    if (l->count == NOTICES)
        drop(l, 0);
    l->notice[l->count].id = id;
    l->notice[l->count++].parameter = parameter;
    show(k, o);
}

void xg_notify(struct xg_kernel *k, uint32_t id, uint32_t parameter)
{
    for (struct xg_object *o = k->objects; o; o = o->next)
        if (o->type == XG_OBJECT_LISTENER && o->listener)
            add(k, o, id, parameter);
}

void xg_listener_free(struct xg_kernel *k, struct xg_object *o)
{
    XG_UNUSED(k);
    free(o->listener);
    o->listener = NULL;
}

static enum xg_kcall_result create(struct xg_kcall *call, uint64_t areas, uint32_t max_version)
{
    struct xg_kernel *k = call->kernel;
    struct xg_object *o = xg_object_create(k, XG_OBJECT_LISTENER, 0x10);
    struct xg_listener *l = o ? calloc(1, sizeof *l) : NULL;
    if (!l) {
        if (o)
            xg_object_release(k, o);
        return xg_kcall_return(call, 0);
    }
    *l = (struct xg_listener){.areas = areas, .max_version = max_version};
    o->listener = l;
    xg_kcall_header(call, o->body, XG_DISP_MANUAL_EVENT, 4, 0);
    /* The first listener of system areas hears how things stand. */
    if (areas & AREA_SYSTEM && !k->told_system) {
        k->told_system = true;
        add(k, o, UI_CHANGED, 1);
        add(k, o, UI_CHANGED, 0);
        add(k, o, SIGN_IN_CHANGED, 1);
        add(k, o, SIGN_IN_CHANGED, 1);
    }
    uint32_t handle = xg_handle_add(k, o);
    xg_object_release(k, o);
    return xg_kcall_return(call, handle);
}

enum xg_kcall_result xg_x_XamNotifyCreateListener(struct xg_kcall *call)
{
    return create(call, xg_kcall_u64(call, 0), xg_kcall_u32(call, 1));
}

/* areas, is it the system's, version. */
enum xg_kcall_result xg_x_XamNotifyCreateListenerInternal(struct xg_kcall *call)
{
    return create(call, xg_kcall_u64(call, 0), xg_kcall_u32(call, 2));
}

/* handle, id to look for or 0, id*, parameter*: 1 when one was taken. */
enum xg_kcall_result xg_x_XNotifyGetNext(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    struct xg_object *o = xg_handle_object(k, xg_kcall_u32(call, 0));
    uint32_t want = xg_kcall_u32(call, 1), i = 0;
    xg_ga id_at = xg_kcall_u32(call, 2), parameter_at = xg_kcall_u32(call, 3);
    struct xg_listener *l = o && o->type == XG_OBJECT_LISTENER ? o->listener : NULL;
    uint32_t id = 0, parameter = 0;
    while (l && want && i < l->count && l->notice[i].id != want)
        i++;
    bool found = l && i < l->count;
    if (found) {
        id = l->notice[i].id;
        parameter = l->notice[i].parameter;
    }
    if (id_at)
        xg_kcall_st32(call, id_at, id);
    if (parameter_at)
        xg_kcall_st32(call, parameter_at, parameter);
    if (found && !call->faulted) {
        drop(l, i);
        show(k, o);
    }
    return xg_kcall_return(call, found);
}

/* Where the system's bubbles appear: there are none. */
enum xg_kcall_result xg_x_XNotifyPositionUI(struct xg_kcall *call)
{
    XG_UNUSED(call);
    return XG_KCALL_DONE;
}

/* type, user, areas, text (UTF-16), context: a bubble of the system, which is logged. */
enum xg_kcall_result xg_x_XNotifyQueueUI(struct xg_kcall *call)
{
    char text[256] = "";
    xg_kcall_wide(call, xg_kcall_u32(call, 3), text, sizeof text);
    xg_log(call->kernel, "notification: %s", text);
    return xg_kcall_return(call, 0);
}
