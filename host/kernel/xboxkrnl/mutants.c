/* Mutants: dispatcher header (1 free, 0 and below owned), 10 list, 18 owner, 1C abandoned. */
#include "kernel/internal.h"

enum { MUTANT_SIZE = 0x20, MUTANT_WORDS = 8, MUTANT_OWNER = 0x18, MUTANT_ABANDONED = 0x1C };

static void init(struct xg_kcall *call, xg_ga at, bool owned)
{
    struct xg_thread *t = xg_current(call->kernel);
    xg_kcall_fill(call, at, 0, MUTANT_SIZE);
    xg_kcall_header(call, at, XG_DISP_MUTANT, MUTANT_WORDS, 1);
    if (owned && t && !call->faulted)
        xg_mutant_acquire(call->kernel, t, at);
}

static bool is_owner(struct xg_kcall *call, xg_ga mutant)
{
    const struct xg_thread *t = xg_current(call->kernel);
    return t && !call->kernel->running->dpc_active &&
           xg_kcall_ld32(call, mutant + MUTANT_OWNER) == t->object->body &&
           xg_kcall_ld8(call, mutant) == XG_DISP_MUTANT;
}

enum xg_kcall_result xg_x_KeInitializeMutant(struct xg_kcall *call)
{
    xg_mutant_forget(call->kernel, xg_kcall_u32(call, 0));
    init(call, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1) & 0xFF);
    return XG_KCALL_DONE;
}

/* On the console a thread that does not own the mutant gets an exception; here nothing changes
 * and the log says so. */
enum xg_kcall_result xg_x_KeReleaseMutant(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga at = xg_kcall_u32(call, 0);
    uint32_t old = xg_kcall_ld32(call, at + 4);
    if (is_owner(call, at))
        xg_mutant_release(k, xg_current(k), at, xg_kcall_u32(call, 2) & 0xFF);
    else
        xg_log(k, "KeReleaseMutant(0x%08X): thread %u does not own it", at, xg_current_id(k));
    xg_kcall_return(call, old);
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_NtCreateMutant(struct xg_kcall *call)
{
    struct xg_object *o;
    uint32_t status =
        xg_object_open_or_create(call, XG_OBJECT_MUTANT, MUTANT_SIZE, xg_kcall_u32(call, 1), &o);
    if (status && status != XG_ST_OBJECT_NAME_EXISTS)
        return xg_kcall_return(call, status);
    if (!status)
        init(call, o->body, xg_kcall_u32(call, 2) & 0xFF);
    return xg_kcall_new_handle(call, o, xg_kcall_u32(call, 0), status);
}

enum xg_kcall_result xg_x_NtReleaseMutant(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga old_at = xg_kcall_u32(call, 1);
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_MUTANT);
    if (!o)
        return XG_KCALL_DONE;
    if (!is_owner(call, o->body))
        return xg_kcall_return(call, XG_ST_MUTANT_NOT_OWNED);
    if (old_at)
        xg_kcall_st32(call, old_at, xg_kcall_ld32(call, o->body + 4));
    if (!call->faulted)
        xg_mutant_release(k, xg_current(k), o->body, false);
    xg_kcall_return(call, XG_ST_SUCCESS);
    return XG_KCALL_RESCHEDULE;
}

/* 0 count, 4 u8 owned by the caller, 5 u8 abandoned. */
enum xg_kcall_result xg_x_NtQueryMutant(struct xg_kcall *call)
{
    xg_ga out = xg_kcall_u32(call, 1);
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_MUTANT);
    if (!o)
        return XG_KCALL_DONE;
    xg_kcall_st32(call, out, xg_kcall_ld32(call, o->body + 4));
    xg_kcall_st8(call, out + 4, is_owner(call, o->body));
    xg_kcall_st8(call, out + 5, xg_kcall_ld8(call, o->body + MUTANT_ABANDONED));
    return xg_kcall_return(call, XG_ST_SUCCESS);
}
