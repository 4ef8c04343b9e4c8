/* What is called when a thread begins and ends: the routines that titles registered, and the entry
 * points of the DLLs that are loaded (reasons 2 and 3). It happens on that thread: registered
 * routines first at the beginning and last at the end, DLLs in the order of loading and at the
 * end the other way round. */
#include "kernel/internal.h"

#include <stdlib.h>

enum { W_CREATE, W_STEP, W_STATUS }; /* f->words */
enum { REASON_ATTACH = 2, REASON_DETACH = 3 };
enum { NODE_ROUTINE = 0, NODE_PRIORITY = 4 };
#define MOST_NODES 64u

bool xg_thread_register(struct xg_kernel *k, xg_ga node, uint32_t priority)
{
    if (k->thread_node_count == MOST_NODES)
        return false;
    if (!k->thread_nodes && !(k->thread_nodes = calloc(MOST_NODES, sizeof *k->thread_nodes)))
        return false;
    uint32_t i = k->thread_node_count++;
    for (; i && k->thread_nodes[i - 1].priority < priority; i--)
        k->thread_nodes[i] = k->thread_nodes[i - 1];
    k->thread_nodes[i] = (struct xg_thread_node){node, priority};
    return true;
}

void xg_thread_unregister(struct xg_kernel *k, xg_ga node)
{
    for (uint32_t i = 0; i < k->thread_node_count; i++)
        if (k->thread_nodes[i].node == node) {
            memmove(k->thread_nodes + i, k->thread_nodes + i + 1,
                    (--k->thread_node_count - i) * sizeof *k->thread_nodes);
            return;
        }
}

static uint32_t dlls(const struct xg_kernel *k)
{
    uint32_t n = 0;
    for (const struct xg_module *m = k->modules; m; m = m->next)
        n += m->attached;
    return n;
}

static const struct xg_module *dll(const struct xg_kernel *k, uint32_t n)
{
    const struct xg_module *m = k->modules;
    while (!m->attached || n--)
        m = m->next;
    return m;
}

/* Sets ctx to the call of this step; false: there is none. */
static bool call_step(struct xg_kernel *k, struct xg_thread *t, const struct xg_frame *f)
{
    uint32_t step = f->words[W_STEP], nodes = k->thread_node_count, all = nodes + dlls(k);
    if (step >= all)
        return false;
    bool create = f->words[W_CREATE] != 0;
    uint32_t at = create ? step : all - 1 - step;
    if (at < nodes) {
        xg_ga node = k->thread_nodes[at].node;
        const uint32_t args[] = {node, t->object->body, create};
        xg_frame_call(k, &t->ctx, f, xg_kld32(k, node + NODE_ROUTINE), args, 3);
    } else {
        const struct xg_module *m = dll(k, at - nodes);
        const uint32_t args[] = {m->entry, create ? REASON_ATTACH : REASON_DETACH, 0};
        xg_frame_call(k, &t->ctx, f, m->image->entry, args, 3);
    }
    return true;
}

static bool begin(struct xg_kernel *k, struct xg_thread *t, bool create, uint32_t status)
{
    if (t->service || (!k->thread_node_count && !dlls(k)))
        return false;
    struct xg_frame *f = xg_frame_push(k, &t->calls, &t->ctx, XG_FRAME_THREAD, 0x20);
    if (!f)
        return false;
    f->words[W_CREATE] = create;
    f->words[W_STATUS] = status;
    return call_step(k, t, f);
}

void xg_thread_tell_start(struct xg_kernel *k, struct xg_thread *t)
{
    begin(k, t, true, 0);
}

bool xg_thread_tell_end(struct xg_kernel *k, struct xg_thread *t, uint32_t status)
{
    if (t->leaving || t != xg_current(k) || k->running->dpc_active || k->terminating)
        return false;
    t->leaving = true;
    xg_frames_drop(k, &t->calls, NULL);
    return begin(k, t, false, status);
}

void xg_thread_told(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    struct xg_frame *f = calls->top;
    struct xg_thread *t = xg_current(k);
    uint32_t status = f->words[W_STATUS];
    bool create = f->words[W_CREATE] != 0;
    f->words[W_STEP]++;
    if (call_step(k, t, f))
        return;
    xg_frame_pop(calls, ctx);
    if (!create)
        xg_thread_exit(k, t, status);
}

/* node {routine, priority, list}, add. */
enum xg_kcall_result xg_x_ExRegisterThreadNotification(struct xg_kcall *call)
{
    xg_ga node = xg_kcall_u32(call, 0);
    uint32_t priority = xg_kcall_ld32(call, node + NODE_PRIORITY);
    xg_kcall_ld32(call, node + NODE_ROUTINE);
    if (call->faulted)
        return XG_KCALL_FAULT;
    xg_thread_unregister(call->kernel, node);
    if (xg_kcall_u32(call, 1) && !xg_thread_register(call->kernel, node, priority))
        xg_log(call->kernel, "ExRegisterThreadNotification: more than %u routines", MOST_NODES);
    return XG_KCALL_DONE;
}
