/* Asynchronous procedure calls. Kernel APCs interrupt a thread as soon as it may run them, also
 * in a wait, which then goes on; user APCs wait until the thread waits alertably. The truth
 * about what is queued is here; a KAPC in guest memory shows it in its byte 3. */
#include "kernel/internal.h"

#include <stdlib.h>

#define KAPC_INSERTED 3u
#define SCRATCH       0x40u
enum { STAGE_KERNEL, STAGE_NORMAL };

static void show(struct xg_kernel *k, xg_ga apc, uint8_t inserted)
{
    if (apc)
        xg_kst8(k, apc + KAPC_INSERTED, inserted);
}

static void take(struct xg_kernel *k, struct xg_apc_queue *q, uint32_t i, struct xg_apc *out)
{
    *out = q->list[i];
    memmove(q->list + i, q->list + i + 1, (--q->count - i) * sizeof *q->list);
    show(k, out->apc, 0);
}

/* Index of the first kernel APC that may run now; special ones go before all others. */
static uint32_t next_kernel(struct xg_kernel *k, const struct xg_thread *t)
{
    const struct xg_apc_queue *q = &t->apcs[XG_APC_KERNEL];
    bool normal_ones = !t->in_kernel_apc && !xg_kld32(k, t->object->body + KT_APC_DISABLE);
    for (uint32_t i = 0; i < q->count; i++)
        if (!q->list[i].normal)
            return i;
    return normal_ones ? 0 : q->count;
}

bool xg_apc_due(struct xg_kernel *k, const struct xg_thread *t)
{
    return t->apcs[XG_APC_KERNEL].count && next_kernel(k, t) < t->apcs[XG_APC_KERNEL].count;
}

/* ---- running ---- */

static void call_normal(struct xg_kernel *k, struct xg_cpu_context *ctx, struct xg_frame *f)
{
    const uint32_t args[] = {f->apc.context, f->apc.args[0], f->apc.args[1]};
    f->stage = STAGE_NORMAL;
    xg_frame_call(k, ctx, f, f->apc.normal, args, 3);
}

/* The kernel routine may change what the normal routine gets. */
static void call_kernel(struct xg_kernel *k, struct xg_cpu_context *ctx, struct xg_frame *f)
{
    const uint32_t args[] = {f->apc.apc, f->scratch, f->scratch + 4, f->scratch + 8,
                             f->scratch + 12};
    const uint32_t words[] = {f->apc.normal, f->apc.context, f->apc.args[0], f->apc.args[1]};
    f->stage = STAGE_KERNEL;
    for (unsigned i = 0; i < 4; i++)
        xg_kst32(k, f->scratch + 4 * i, words[i]);
    xg_frame_call(k, ctx, f, f->apc.kernel, args, 5);
}

/* Starts the next APC of the frame's mode; false: there is none. */
static bool start_next(struct xg_kernel *k, struct xg_thread *t, struct xg_frame *f)
{
    struct xg_apc_queue *q = &t->apcs[f->mode];
    for (;;) {
        uint32_t i = f->mode == XG_APC_KERNEL ? next_kernel(k, t) : 0;
        if (i >= q->count)
            return false;
        take(k, q, i, &f->apc);
        t->in_kernel_apc = f->mode == XG_APC_KERNEL && f->apc.normal;
        if (f->apc.kernel) {
            call_kernel(k, &t->ctx, f);
            return true;
        }
        if (f->apc.normal) {
            call_normal(k, &t->ctx, f);
            return true;
        }
    }
}

static void finish(struct xg_kernel *k, struct xg_thread *t)
{
    struct xg_frame *f = t->calls.top;
    struct xg_wait *wait = f->wait;
    xg_time deadline = f->deadline;
    f->wait = NULL;
    if (f->mode == XG_APC_KERNEL)
        t->in_kernel_apc = false;
    xg_frame_pop(&t->calls, &t->ctx);
    if (wait)
        xg_wait_again(k, t, wait, deadline);
    free(wait);
}

void xg_apc_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    struct xg_thread *t = xg_current(k);
    struct xg_frame *f = calls->top;
    if (f->stage == STAGE_KERNEL) {
        f->apc.normal = xg_kld32(k, f->scratch);
        f->apc.context = xg_kld32(k, f->scratch + 4);
        f->apc.args[0] = xg_kld32(k, f->scratch + 8);
        f->apc.args[1] = xg_kld32(k, f->scratch + 12);
        if (f->apc.normal) {
            call_normal(k, ctx, f);
            return;
        }
    }
    if (f->mode == XG_APC_KERNEL)
        t->in_kernel_apc = false;
    if (!start_next(k, t, f))
        finish(k, t);
}

void xg_apc_deliver(struct xg_kernel *k, struct xg_thread *t, unsigned mode)
{
    struct xg_frame *f = xg_frame_push(k, &t->calls, &t->ctx, XG_FRAME_APC, SCRATCH);
    if (!f)
        return;
    f->mode = (uint8_t)mode;
    if (!start_next(k, t, f))
        finish(k, t);
}

/* ---- queueing ---- */

/* Takes a waiting thread out of its wait for a kernel APC; the wait goes on afterwards. */
static void interrupt_wait(struct xg_kernel *k, struct xg_thread *t)
{
    struct xg_wait *wait = malloc(sizeof *wait);
    struct xg_frame *f = wait ? xg_frame_push(k, &t->calls, &t->ctx, XG_FRAME_APC, SCRATCH) : NULL;
    if (!f) {
        free(wait);
        return;
    }
    *wait = t->wait;
    f->mode = XG_APC_KERNEL;
    f->wait = wait;
    f->deadline = wait->forever ? XG_NEVER : t->alarm.when;
    xg_wait_abandon(k, t);
    if (t->suspend_count)
        t->state = XG_THREAD_SUSPENDED;
    else
        xg_sched_ready(k, t, xg_kernel_cpu_now(k));
    if (!start_next(k, t, f))
        finish(k, t);
}

bool xg_apc_queue(struct xg_kernel *k, struct xg_thread *t, unsigned mode, const struct xg_apc *a)
{
    struct xg_apc_queue *q = &t->apcs[mode];
    if (t->state == XG_THREAD_TERMINATED)
        return false;
    for (unsigned m = 0; m < 2 && a->apc; m++)
        for (uint32_t i = 0; i < t->apcs[m].count; i++)
            if (t->apcs[m].list[i].apc == a->apc)
                return false;
    if (q->count == q->room) {
        uint32_t room = q->room ? q->room * 2 : 8;
        struct xg_apc *list = realloc(q->list, room * sizeof *list);
        if (!list)
            return false;
        q->list = list;
        q->room = room;
    }
    q->list[q->count++] = *a;
    show(k, a->apc, 1);
    if (t->state != XG_THREAD_WAITING)
        return true;
    if (mode == XG_APC_KERNEL) {
        if (xg_apc_due(k, t))
            interrupt_wait(k, t);
    } else if (t->wait.alertable) {
        xg_wait_end(k, t, XG_ST_USER_APC);
        xg_apc_deliver(k, t, XG_APC_USER);
    }
    return true;
}

bool xg_apc_remove(struct xg_kernel *k, struct xg_thread *t, xg_ga apc)
{
    struct xg_apc taken;
    for (unsigned m = 0; m < 2 && apc; m++)
        for (uint32_t i = 0; i < t->apcs[m].count; i++)
            if (t->apcs[m].list[i].apc == apc) {
                take(k, &t->apcs[m], i, &taken);
                return true;
            }
    return false;
}

/* The thread ends: what is queued never runs. */
void xg_apc_rundown(struct xg_kernel *k, struct xg_thread *t)
{
    for (unsigned m = 0; m < 2; m++) {
        for (uint32_t i = 0; i < t->apcs[m].count; i++)
            show(k, t->apcs[m].list[i].apc, 0);
        free(t->apcs[m].list);
        t->apcs[m] = (struct xg_apc_queue){0};
    }
}
