/* Waits on dispatcher objects. The signal state lives in guest memory and the object is
 * known by its address, whoever made it; a waiting thread is a record in its xg_thread,
 * never a C frame. Waiters are served oldest first. */
#include "kernel/internal.h"

static bool load(struct xg_kernel *k, xg_ga ga, uint8_t *type, int32_t *state, struct xg_fault *f)
{
    uint32_t v;
    if (!xg_memory_read(k->o.mem, ga, type, 1, f) || !xg_memory_ld32(k->o.mem, ga + 4, &v, f))
        return false;
    *state = (int32_t)v;
    return true;
}

static bool is_signalled(struct xg_kernel *k, xg_ga ga, struct xg_fault *f)
{
    uint8_t type;
    int32_t state;
    return load(k, ga, &type, &state, f) && state > 0;
}

/* Auto events and timers are reset by the wait, semaphores count down. */
static void consume(struct xg_kernel *k, xg_ga ga)
{
    uint8_t type;
    int32_t state;
    struct xg_fault f;
    if (!load(k, ga, &type, &state, &f))
        return;
    if (type == XG_DISP_AUTO_EVENT || type == XG_DISP_AUTO_TIMER)
        xg_memory_st32(k->o.mem, ga + 4, 0, &f);
    else if (type == XG_DISP_SEMAPHORE)
        xg_memory_st32(k->o.mem, ga + 4, (uint32_t)state - 1, &f);
}

/* Takes what the wait needs if it is all there; *status is the NT status then. */
static bool try_take(struct xg_kernel *k, const xg_ga *objects, uint32_t count, bool all,
                     uint32_t *status, struct xg_fault *f)
{
    uint32_t ready = 0, first = count;
    for (uint32_t i = 0; i < count; i++)
        if (is_signalled(k, objects[i], f)) {
            if (first == count)
                first = i;
            ready++;
        }
    if (f->kind != XG_FAULT_NONE || (all ? ready < count : !ready))
        return false;
    for (uint32_t i = 0; i < count && all; i++)
        consume(k, objects[i]);
    if (!all)
        consume(k, objects[first]);
    *status = all ? 0 : first;
    return true;
}

xg_time xg_deadline(xg_time now, int64_t timeout)
{
    uint64_t units; /* 100 ns from now */
    if (timeout < 0) {
        units = 0 - (uint64_t)timeout;
    } else {
        uint64_t at = xg_system_time(now);
        units = (uint64_t)timeout > at ? (uint64_t)timeout - at : 0;
    }
    if (units > (XG_NEVER - now) / 100)
        return XG_NEVER;
    return now + units * 100;
}

static void tell(struct xg_kernel *k, const struct xg_thread *t, bool satisfied, uint32_t status)
{
    struct xg_hook_wait e = {.now = xg_kernel_cpu_now(k),
                             .thread_id = t->id,
                             .object = t->wait.count ? t->wait.object[0] : 0,
                             .count = t->wait.count,
                             .satisfied = satisfied,
                             .status = status};
    XG_HOOK(k->o.hooks, on_wait, &e);
}

static void unlink_waiter(struct xg_kernel *k, struct xg_thread *t)
{
    struct xg_thread **at = &k->waiters;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    t->next = NULL;
    xg_alarm_clear(&k->timeline, &t->alarm);
}

void xg_wait_abandon(struct xg_kernel *k, struct xg_thread *t)
{
    unlink_waiter(k, t);
}

static void own_section(struct xg_kernel *k, const struct xg_thread *t, xg_ga section)
{
    struct xg_fault f;
    xg_memory_st32(k->o.mem, section + 0x14, 1, &f);
    xg_memory_st32(k->o.mem, section + 0x18, t->object->body, &f);
}

/* The continuation of a blocked export. */
static void finish(struct xg_kernel *k, struct xg_thread *t, uint32_t status)
{
    unlink_waiter(k, t);
    tell(k, t, true, status);
    switch (t->wait.then) {
    case XG_THEN_STATUS:
        t->ctx.gpr[3] = status;
        break;
    case XG_THEN_DELAY:
        t->ctx.gpr[3] = status == XG_ST_TIMEOUT ? 0 : status;
        break;
    case XG_THEN_OWN_SECTION:
        own_section(k, t, t->wait.operand);
        break;
    }
    if (t->suspend_count)
        t->state = XG_THREAD_SUSPENDED;
    else
        xg_sched_ready(k, t, xg_kernel_cpu_now(k));
}

static bool waits_for(const struct xg_thread *t, xg_ga ga)
{
    for (uint32_t i = 0; i < t->wait.count; i++)
        if (t->wait.object[i] == ga)
            return true;
    return false;
}

void xg_wait_signalled(struct xg_kernel *k, xg_ga ga)
{
    for (struct xg_thread *t = k->waiters, *next; t; t = next) {
        uint32_t status;
        struct xg_fault f = {0};
        next = t->next;
        if (waits_for(t, ga) &&
            try_take(k, t->wait.object, t->wait.count, t->wait.all, &status, &f))
            finish(k, t, status);
    }
}

void xg_wait_timeout(struct xg_kernel *k, struct xg_thread *t)
{
    finish(k, t, XG_ST_TIMEOUT);
}

int32_t xg_signal_set(struct xg_kcall *call, xg_ga ga, int32_t state)
{
    int32_t old = (int32_t)xg_kcall_ld32(call, ga + 4);
    xg_kcall_st32(call, ga + 4, (uint32_t)state);
    if (!call->faulted && state > 0)
        xg_wait_signalled(call->kernel, ga);
    return old;
}

/* True when nobody can be switched away from here: a DPC, or IRQL 2. */
static bool may_not_block(const struct xg_kernel *k)
{
    return k->running->dpc_active || k->running->irql >= XG_IRQL_DISPATCH || !xg_current(k);
}

enum xg_kcall_result xg_wait(struct xg_kcall *call, const struct xg_wait_request *r)
{
    struct xg_kernel *k = call->kernel;
    struct xg_thread *t = xg_current(k);
    struct xg_fault f = {0};
    uint32_t status;
    if (r->count && try_take(k, r->objects, r->count, r->all, &status, &f)) {
        if (r->then == XG_THEN_OWN_SECTION && t)
            own_section(k, t, r->operand);
        return xg_kcall_return(call, status);
    }
    if (f.kind != XG_FAULT_NONE) {
        call->ctx->fault = f;
        call->faulted = true;
        return XG_KCALL_FAULT;
    }
    if (r->count && !r->forever && r->timeout == 0)
        return xg_kcall_return(call, XG_ST_TIMEOUT);
    if (may_not_block(k)) {
        xg_log(k, "%s would block at IRQL 2 and returns at once", xg_exports[call->row].name);
        return xg_kcall_return(call, XG_ST_TIMEOUT);
    }
    t->wait.count = r->count;
    t->wait.all = r->all;
    t->wait.then = r->then;
    t->wait.operand = r->operand;
    if (r->count)
        memcpy(t->wait.object, r->objects, r->count * sizeof *r->objects);
    xg_sched_remove(k, t);
    t->state = XG_THREAD_WAITING;
    struct xg_thread **at = &k->waiters;
    while (*at)
        at = &(*at)->next;
    *at = t;
    xg_time when = r->forever ? XG_NEVER : xg_deadline(xg_kernel_cpu_now(k), r->timeout);
    t->wait.forever = when == XG_NEVER;
    if (when != XG_NEVER)
        xg_alarm_set(&k->timeline, &t->alarm, when);
    tell(k, t, false, 0);
    return XG_KCALL_BLOCKED;
}
