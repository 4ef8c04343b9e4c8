/* Waits on dispatcher objects. The signal state lives in guest memory and the object is
 * known by its address, whoever made it; a waiting thread is a record in its xg_thread,
 * never a C frame. Waiters are served oldest first. */
#include "kernel/internal.h"

#include <stdlib.h>

enum { MUTANT_OWNER = 0x18, MUTANT_ABANDONED = 0x1C };

static bool load(struct xg_kernel *k, xg_ga ga, uint8_t *type, int32_t *state, struct xg_fault *f)
{
    uint32_t v;
    if (!xg_memory_read(k->o.mem, ga, type, 1, f) || !xg_memory_ld32(k->o.mem, ga + 4, &v, f))
        return false;
    *state = (int32_t)v;
    return true;
}

/* A mutant is free for its owner, too. */
static bool is_signalled(struct xg_kernel *k, const struct xg_thread *t, xg_ga ga,
                         struct xg_fault *f)
{
    uint8_t type;
    int32_t state;
    if (!load(k, ga, &type, &state, f))
        return false;
    if (type == XG_DISP_MUTANT)
        return t && (state > 0 || xg_kld32(k, ga + MUTANT_OWNER) == t->object->body);
    return state > 0;
}

/* ---- mutants ---- */

/* false: the host is out of memory (the machine is stopped). */
static bool own_mutant(struct xg_kernel *k, struct xg_thread *t, xg_ga mutant)
{
    if (t->mutant_count == t->mutant_room) {
        uint32_t room = t->mutant_room ? t->mutant_room * 2 : 8;
        xg_ga *list = realloc(t->mutants, room * sizeof *list);
        if (!list) {
            xg_stop(k, XG_KERNEL_FAULTED, "the host is out of memory");
            return false;
        }
        t->mutants = list;
        t->mutant_room = room;
    }
    t->mutants[t->mutant_count++] = mutant;
    xg_kst32(k, mutant + MUTANT_OWNER, t->object->body);
    return true;
}

static void disown(struct xg_thread *t, xg_ga mutant)
{
    for (uint32_t i = 0; i < t->mutant_count; i++)
        if (t->mutants[i] == mutant) {
            memmove(t->mutants + i, t->mutants + i + 1,
                    (--t->mutant_count - i) * sizeof *t->mutants);
            return;
        }
}

void xg_mutant_release(struct xg_kernel *k, struct xg_thread *t, xg_ga mutant, bool abandoned)
{
    int32_t state = abandoned ? 1 : (int32_t)xg_kld32(k, mutant + 4) + 1;
    xg_kst32(k, mutant + 4, (uint32_t)state);
    if (state != 1)
        return;
    disown(t, mutant);
    xg_kst32(k, mutant + MUTANT_OWNER, 0);
    if (abandoned)
        xg_kst8(k, mutant + MUTANT_ABANDONED, 1);
    xg_wait_signalled(k, mutant);
}

void xg_mutant_forget(struct xg_kernel *k, xg_ga mutant)
{
    for (struct xg_object *o = k->objects; o; o = o->next)
        if (xg_object_thread(o))
            disown(o->thread, mutant);
}

void xg_mutant_acquire(struct xg_kernel *k, struct xg_thread *t, xg_ga mutant)
{
    uint32_t state = xg_kld32(k, mutant + 4) - 1;
    xg_kst32(k, mutant + 4, state);
    if (state == 0)
        own_mutant(k, t, mutant);
}

/* true: its owner had ended without giving it up. */
static bool take_mutant(struct xg_kernel *k, struct xg_thread *t, xg_ga mutant)
{
    uint8_t abandoned = 0;
    struct xg_fault f;
    xg_mutant_acquire(k, t, mutant);
    xg_memory_read(k->o.mem, mutant + MUTANT_ABANDONED, &abandoned, 1, &f);
    if (abandoned)
        xg_kst8(k, mutant + MUTANT_ABANDONED, 0);
    return abandoned;
}

/* ---- taking ---- */

/* Auto events and timers are reset by the wait, semaphores and completion ports count down,
 * mutants get an owner. true: an abandoned mutant. */
static bool consume(struct xg_kernel *k, struct xg_thread *t, xg_ga ga)
{
    uint8_t type;
    int32_t state;
    struct xg_fault f;
    if (!load(k, ga, &type, &state, &f))
        return false;
    if (type == XG_DISP_AUTO_EVENT || type == XG_DISP_AUTO_TIMER)
        xg_memory_st32(k->o.mem, ga + 4, 0, &f);
    else if (type == XG_DISP_SEMAPHORE || type == XG_DISP_QUEUE)
        xg_memory_st32(k->o.mem, ga + 4, (uint32_t)state - 1, &f);
    else if (type == XG_DISP_MUTANT && t)
        return take_mutant(k, t, ga);
    return false;
}

/* Takes what the wait of t needs if it is all there; *status is the NT status then. */
static bool try_take(struct xg_kernel *k, struct xg_thread *t, const xg_ga *objects, uint32_t count,
                     bool all, uint32_t *status, struct xg_fault *f)
{
    uint32_t ready = 0, first = count;
    bool abandoned = false;
    for (uint32_t i = 0; i < count; i++)
        if (is_signalled(k, t, objects[i], f)) {
            if (first == count)
                first = i;
            ready++;
        }
    if (f->kind != XG_FAULT_NONE || (all ? ready < count : !ready))
        return false;
    for (uint32_t i = 0; i < count && all; i++)
        abandoned |= consume(k, t, objects[i]);
    if (!all)
        abandoned = consume(k, t, objects[first]);
    *status = (all ? 0 : first) + (abandoned ? XG_ST_ABANDONED : 0);
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

static void hold(struct xg_kernel *k, const struct xg_wait *w, bool take)
{
    for (uint32_t i = 0; i < w->count; i++) {
        struct xg_object *o = xg_object_at(k, w->object[i]);
        if (o && take)
            xg_object_reference(k, o);
        else if (o)
            xg_object_release(k, o);
    }
}

/* Off the list. References of the objects stay. */
static void unlink_waiter(struct xg_kernel *k, struct xg_thread *t)
{
    struct xg_thread **at = &k->waiters;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    t->next = NULL;
    xg_alarm_clear(&k->timeline, &t->alarm);
}

void xg_wait_drop(struct xg_kernel *k, struct xg_wait *w)
{
    if (w->held)
        hold(k, w, false);
    w->held = false;
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

/* What an export does when its wait is over. */
static void continue_with(struct xg_kernel *k, struct xg_thread *t, uint32_t status)
{
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
    case XG_THEN_START:
        break;
    case XG_THEN_PACKET:
        t->ctx.gpr[3] = status;
        if (status == 0)
            xg_packet_deliver(k, t->wait.object[0], t->wait.out);
        break;
    }
}

static void finish(struct xg_kernel *k, struct xg_thread *t, uint32_t status)
{
    unlink_waiter(k, t);
    tell(k, t, true, status);
    continue_with(k, t, status);
    xg_wait_drop(k, &t->wait);
    if (t->suspend_count)
        t->state = XG_THREAD_SUSPENDED;
    else
        xg_sched_ready(k, t, xg_kernel_cpu_now(k));
}

void xg_wait_end(struct xg_kernel *k, struct xg_thread *t, uint32_t status)
{
    finish(k, t, status);
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
            try_take(k, t, t->wait.object, t->wait.count, t->wait.all, &status, &f))
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

/* Puts the thread on the list of waiters until `when`, XG_NEVER for ever. */
static void block(struct xg_kernel *k, struct xg_thread *t, xg_time when)
{
    xg_sched_remove(k, t);
    t->state = XG_THREAD_WAITING;
    struct xg_thread **at = &k->waiters;
    while (*at)
        at = &(*at)->next;
    *at = t;
    t->wait.forever = when == XG_NEVER;
    if (when != XG_NEVER)
        xg_alarm_set(&k->timeline, &t->alarm, when);
    tell(k, t, false, 0);
}

/* An alert or user APCs that are there already end an alertable wait before it begins. */
static bool is_alerted(struct xg_kernel *k, struct xg_thread *t, uint32_t *status)
{
    if (!t || k->running->dpc_active)
        return false;
    if (t->alerted) {
        t->alerted = false;
        *status = XG_ST_ALERTED;
        return true;
    }
    *status = XG_ST_USER_APC;
    return t->apcs[XG_APC_USER].count != 0;
}

void xg_wait_again(struct xg_kernel *k, struct xg_thread *t, const struct xg_wait *w,
                   xg_time deadline)
{
    uint32_t status = XG_ST_TIMEOUT;
    struct xg_fault f = {0};
    bool over;
    t->wait = *w;
    over = (w->count && try_take(k, t, w->object, w->count, w->all, &status, &f)) ||
           (w->alertable && is_alerted(k, t, &status));
    if (!over && deadline > xg_kernel_cpu_now(k)) {
        block(k, t, deadline);
        return;
    }
    if (!over)
        status = XG_ST_TIMEOUT;
    continue_with(k, t, status);
    xg_wait_drop(k, &t->wait);
    if (status == XG_ST_USER_APC)
        xg_apc_deliver(k, t, XG_APC_USER);
}

static void describe(struct xg_thread *t, const struct xg_wait_request *r)
{
    struct xg_wait *w = &t->wait;
    w->count = r->count;
    w->all = r->all;
    w->alertable = r->alertable;
    w->then = r->then;
    w->operand = r->operand;
    memcpy(w->out, r->out, sizeof w->out);
    if (r->count)
        memcpy(w->object, r->objects, r->count * sizeof *r->objects);
}

/* What the export answers when it need not block. */
static enum xg_kcall_result satisfied(struct xg_kcall *call, const struct xg_wait_request *r,
                                      uint32_t status)
{
    struct xg_thread *t = xg_current(call->kernel);
    if (r->then == XG_THEN_OWN_SECTION && t)
        own_section(call->kernel, t, r->operand);
    if (r->then == XG_THEN_PACKET)
        xg_packet_deliver(call->kernel, r->objects[0], r->out);
    return xg_kcall_return(call, status);
}

enum xg_kcall_result xg_wait(struct xg_kcall *call, const struct xg_wait_request *r)
{
    struct xg_kernel *k = call->kernel;
    struct xg_thread *t = xg_current(k);
    struct xg_fault f = {0};
    uint32_t status;
    if (r->count &&
        try_take(k, k->running->dpc_active ? NULL : t, r->objects, r->count, r->all, &status, &f))
        return satisfied(call, r, status);
    if (f.kind != XG_FAULT_NONE) {
        call->ctx->fault = f;
        call->faulted = true;
        return XG_KCALL_FAULT;
    }
    if (r->alertable && is_alerted(k, t, &status)) {
        xg_kcall_return(call, status);
        if (status == XG_ST_USER_APC)
            xg_apc_deliver(k, t, XG_APC_USER);
        return XG_KCALL_RESCHEDULE;
    }
    if (r->count && !r->forever && r->timeout == 0)
        return xg_kcall_return(call, XG_ST_TIMEOUT);
    if (may_not_block(k)) {
        xg_log(k, "%s would block at IRQL 2 and returns at once", xg_exports[call->row].name);
        return xg_kcall_return(call, XG_ST_TIMEOUT);
    }
    describe(t, r);
    t->wait.held = r->hold;
    if (r->hold)
        hold(k, &t->wait, true);
    block(k, t, r->forever ? XG_NEVER : xg_deadline(xg_kernel_cpu_now(k), r->timeout));
    return XG_KCALL_BLOCKED;
}
