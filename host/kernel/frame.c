/* Calls from the kernel into the guest: APCs, exception handlers, terminate notifications.
 *
 * A call interrupts a context. What it was doing is saved in a frame, the context is set to the
 * start of the guest function with LR = the return trampoline, and when that is reached the
 * frame says what comes next: another call, or back to what was interrupted. Frames form a
 * stack per thread, because a called function may be interrupted in turn; C never nests. */
#include "kernel/internal.h"

#include <stdlib.h>

/* A function may store this far below its stack pointer before it moves it: the vector save
 * routines reach 0x400 below the general registers' 0x120. */
#define RED_ZONE  0x800u
#define CALL_ROOM 0x100u /* callee's home area and link */

struct xg_calls *xg_calls_now(struct xg_kernel *k)
{
    return k->running->dpc_active ? &k->running->calls : &k->running->current->calls;
}

struct xg_frame *xg_frame_push(struct xg_kernel *k, struct xg_calls *calls,
                               struct xg_cpu_context *ctx, enum xg_frame_kind kind, uint32_t room)
{
    struct xg_frame *f = calloc(1, sizeof *f);
    if (!f) {
        xg_stop(k, XG_KERNEL_FAULTED, "the host is out of memory");
        return NULL;
    }
    f->kind = kind;
    f->saved = *ctx;
    f->up = calls->top;
    f->scratch = (((xg_ga)ctx->gpr[1] & ~15u) - RED_ZONE - room) & ~15u;
    f->sp = f->scratch - CALL_ROOM;
    calls->top = f;
    return f;
}

/* All but what belongs to the hardware thread and to the counting of time. */
static void restore(struct xg_cpu_context *ctx, const struct xg_cpu_context *saved)
{
    uint64_t retired = ctx->retired, origin = ctx->time_origin, slice = ctx->slice_end;
    uint64_t kpcr = ctx->gpr[13];
    uint32_t pir = ctx->pir;
    *ctx = *saved;
    ctx->retired = retired;
    ctx->time_origin = origin;
    ctx->slice_end = slice;
    ctx->gpr[13] = kpcr;
    ctx->pir = pir;
    ctx->reserve_valid = false;
}

void xg_frame_call(struct xg_kernel *k, struct xg_cpu_context *ctx, const struct xg_frame *f,
                   xg_ga routine, const uint32_t *args, unsigned count)
{
    struct xg_fault fault;
    restore(ctx, &f->saved);
    ctx->gpr[1] = f->sp;
    for (unsigned i = 0; i < count; i++)
        ctx->gpr[3 + i] = args[i];
    ctx->lr = k->code;
    ctx->pc = routine;
    /* Without a stack the guest faults by itself at the callee's first store. */
    xg_memory_st32(k->o.mem, f->sp, (uint32_t)f->saved.gpr[1], &fault);
}

/* k NULL: the machine goes away, with it whatever a wait holds. */
static void drop(struct xg_kernel *k, struct xg_calls *calls)
{
    struct xg_frame *f = calls->top;
    calls->top = f->up;
    if (k && f->wait)
        xg_wait_drop(k, f->wait);
    free(f->unwind);
    free(f->wait);
    free(f);
}

void xg_frame_pop(struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    restore(ctx, &calls->top->saved);
    drop(NULL, calls);
}

void xg_frames_drop(struct xg_kernel *k, struct xg_calls *calls, const struct xg_frame *down_to)
{
    while (calls->top != down_to)
        drop(k, calls);
}

void xg_frame_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    switch (calls->top->kind) {
    case XG_FRAME_APC:
        xg_apc_returned(k, calls, ctx);
        break;
    case XG_FRAME_TERMINATE:
        xg_terminate_returned(k, calls, ctx);
        break;
    case XG_FRAME_EXCEPTION:
        xg_exception_returned(k, calls, ctx);
        break;
    case XG_FRAME_MODULE:
        xg_module_returned(k, calls, ctx);
        break;
    case XG_FRAME_SCOPES:
        xg_scopes_returned(k, calls, ctx);
        break;
    case XG_FRAME_THREAD:
        xg_thread_told(k, calls, ctx);
        break;
    }
}
