/* Objects by name, by address, by thread id. */
#include "kernel/internal.h"

#define INVALID_CID 0xC000000Bu

static enum xg_kcall_result thread_by_id(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t id = xg_kcall_u32(call, 0);
    xg_ga out = xg_kcall_u32(call, 1);
    xg_kcall_st32(call, out, 0);
    for (struct xg_object *o = k->objects; o && !call->faulted; o = o->next) {
        const struct xg_thread *t = xg_object_thread(o);
        if (!t || t->id != id || t->state == XG_THREAD_TERMINATED)
            continue;
        xg_object_reference(k, o);
        xg_kcall_st32(call, out, o->body);
        return xg_kcall_return(call, XG_ST_SUCCESS);
    }
    return xg_kcall_return(call, INVALID_CID);
}
enum xg_kcall_result xg_x_ObLookupThreadByThreadId(struct xg_kcall *call)
{
    return thread_by_id(call);
}
/* There are no threads but the title's. */
enum xg_kcall_result xg_x_ObLookupAnyThreadByThreadId(struct xg_kcall *call)
{
    return thread_by_id(call);
}

/* Object of this name and type (0: any), or NULL with the status in r3. */
static struct xg_object *named(struct xg_kcall *call, xg_ga string, xg_ga type)
{
    struct xg_kernel *k = call->kernel;
    char name[256] = "";
    if (string)
        xg_kcall_string(call, string, name, sizeof name);
    struct xg_object *o = name[0] && !call->faulted ? xg_object_named(k, name) : NULL;
    if (!o)
        xg_kcall_return(call, name[0] ? XG_ST_OBJECT_NAME_NOT_FOUND : XG_ST_OBJECT_NAME_INVALID);
    else if (type && type != k->types[o->type])
        xg_kcall_return(call, XG_ST_OBJECT_TYPE_MISMATCH);
    else
        return o;
    return NULL;
}

static enum xg_kcall_result give_handle(struct xg_kcall *call, struct xg_object *o, xg_ga out)
{
    xg_object_reference(call->kernel, o);
    return xg_kcall_new_handle(call, o, out, XG_ST_SUCCESS);
}

/* attributes, type, parse context, handle*. */
enum xg_kcall_result xg_x_ObOpenObjectByName(struct xg_kcall *call)
{
    xg_ga attributes = xg_kcall_u32(call, 0), out = xg_kcall_u32(call, 3);
    xg_kcall_st32(call, out, 0);
    xg_ga string = xg_kcall_ld32(call, attributes + 4);
    struct xg_object *o = named(call, string, xg_kcall_u32(call, 1));
    return o && !call->faulted ? give_handle(call, o, out) : XG_KCALL_DONE;
}

/* name, attributes, type, parse context, object**. */
enum xg_kcall_result xg_x_ObReferenceObjectByName(struct xg_kcall *call)
{
    xg_ga out = xg_kcall_u32(call, 4);
    xg_kcall_st32(call, out, 0);
    struct xg_object *o = named(call, xg_kcall_u32(call, 0), xg_kcall_u32(call, 2));
    if (!o || call->faulted)
        return XG_KCALL_DONE;
    xg_object_reference(call->kernel, o);
    xg_kcall_st32(call, out, o->body);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* object, type, handle*. */
enum xg_kcall_result xg_x_ObOpenObjectByPointer(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga type = xg_kcall_u32(call, 1), out = xg_kcall_u32(call, 2);
    struct xg_object *o = xg_object_at(k, xg_kcall_u32(call, 0));
    xg_kcall_st32(call, out, 0);
    if (!o || call->faulted)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    if (type && type != k->types[o->type])
        return xg_kcall_return(call, XG_ST_OBJECT_TYPE_MISMATCH);
    return give_handle(call, o, out);
}

/* All objects are the title's. */
enum xg_kcall_result xg_x_ObIsTitleObject(struct xg_kcall *call)
{
    return xg_kcall_return(call, xg_object_at(call->kernel, xg_kcall_u32(call, 0)) != NULL);
}
