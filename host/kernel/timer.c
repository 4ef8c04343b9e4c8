/* Timers. KTIMER: dispatcher header, 10 u64 due time, 18 list, 20 DPC, 24 period in ms. A
 * record here exists while a timer is set; the object is known by its address. */
#include "kernel/internal.h"

#include <stdlib.h>

enum { TIMER_DUE = 0x10, TIMER_DPC = 0x20, TIMER_PERIOD = 0x24, HEADER_INSERTED = 3 };
enum { DPC_ROUTINE = 0x0C, DPC_CONTEXT = 0x10 };
#define NS_PER_MS 1000000ull

struct xg_timer {
    struct xg_alarm alarm;
    xg_ga body;
    struct xg_timer_plan plan;
    struct xg_thread *thread; /* gets the APC */
    struct xg_timer *next;
};

static struct xg_timer **find(struct xg_kernel *k, xg_ga body)
{
    struct xg_timer **at = &k->timers;
    while (*at && (*at)->body != body)
        at = &(*at)->next;
    return at;
}

xg_time xg_timer_due(const struct xg_kernel *k, xg_ga timer)
{
    const struct xg_timer *t = k->timers;
    while (t && t->body != timer)
        t = t->next;
    return t ? t->alarm.when : XG_NEVER;
}

bool xg_timer_cancel(struct xg_kernel *k, xg_ga timer)
{
    struct xg_timer **at = find(k, timer), *t = *at;
    if (!t)
        return false;
    xg_alarm_clear(&k->timeline, &t->alarm);
    xg_kst8(k, timer + HEADER_INSERTED, 0);
    *at = t->next;
    free(t);
    return true;
}

void xg_timers_forget_thread(struct xg_kernel *k, struct xg_thread *t)
{
    for (struct xg_timer *x = k->timers; x; x = x->next)
        if (x->thread == t) {
            x->thread = NULL;
            x->plan.routine = 0;
        }
}

void xg_timers_destroy(struct xg_kernel *k)
{
    while (k->timers) {
        struct xg_timer *t = k->timers;
        k->timers = t->next;
        free(t);
    }
}

bool xg_timer_set(struct xg_kcall *call, xg_ga timer, const struct xg_timer_plan *plan)
{
    struct xg_kernel *k = call->kernel;
    xg_time now = xg_kernel_cpu_now(k), when = xg_deadline(now, plan->due);
    bool was_set = xg_timer_cancel(k, timer);
    xg_kcall_st32(call, timer + 4, 0);
    xg_kcall_st64(call, timer + TIMER_DUE, when == XG_NEVER ? UINT64_MAX : when / 100);
    xg_kcall_st32(call, timer + TIMER_DPC, plan->dpc);
    xg_kcall_st32(call, timer + TIMER_PERIOD, plan->period);
    struct xg_timer *t = call->faulted ? NULL : calloc(1, sizeof *t);
    if (!t)
        return was_set;
    *t = (struct xg_timer){.alarm = {.kind = XG_ALARM_TIMER, .owner = t},
                           .body = timer,
                           .plan = *plan,
                           .thread = xg_current(k)};
    t->next = k->timers;
    k->timers = t;
    xg_kcall_st8(call, timer + HEADER_INSERTED, 1);
    if (when != XG_NEVER)
        xg_alarm_set(&k->timeline, &t->alarm, when);
    return was_set;
}

static void queue_dpc(struct xg_kernel *k, xg_ga dpc, uint64_t time)
{
    uint8_t wish = 0;
    struct xg_fault f;
    xg_memory_read(k->o.mem, dpc + 3, &wish, 1, &f);
    struct xg_dpc_entry e = {
        .due = k->now,
        .dpc = dpc,
        .routine = xg_kld32(k, dpc + DPC_ROUTINE),
        .args = {dpc, xg_kld32(k, dpc + DPC_CONTEXT), (uint32_t)time, (uint32_t)(time >> 32)}};
    xg_dpc_queue(k, wish && wish <= XG_CPUS ? wish - 1u : 0, &e);
}

/* Signals, queues DPC and APC, and is set again when it is periodic. */
void xg_timer_fired(struct xg_kernel *k, struct xg_timer *t)
{
    struct xg_timer_plan plan = t->plan;
    struct xg_thread *thread = t->thread;
    xg_ga body = t->body;
    uint64_t time = xg_system_time(k->now);
    if (plan.period)
        xg_alarm_set(&k->timeline, &t->alarm, t->alarm.when + plan.period * NS_PER_MS);
    else
        xg_timer_cancel(k, body);
    xg_kst32(k, body + 4, 1);
    xg_wait_signalled(k, body);
    if (plan.dpc)
        queue_dpc(k, plan.dpc, time);
    if (plan.routine && thread) {
        struct xg_apc a = {.normal = plan.routine,
                           .context = plan.context,
                           .args = {(uint32_t)time, (uint32_t)(time >> 32)}};
        xg_apc_queue(k, thread, XG_APC_USER, &a);
    }
}
