/* The lockstep scheduler: six hardware threads in turn, in slices of one round of guest
 * time (control.h). Within a hardware thread: DPCs and interrupt callbacks first, then
 * the ready thread of the highest priority, equal ones in turn by quantum. */
#include "kernel/internal.h"

/* ---- ready lists ---- */

static void push(struct xg_hw *hw, struct xg_thread *t, bool front)
{
    struct xg_thread **at = &hw->ready;
    while (*at && !front)
        at = &(*at)->next;
    t->next = *at;
    *at = t;
    t->state = XG_THREAD_READY;
}

void xg_sched_ready(struct xg_kernel *k, struct xg_thread *t, xg_time when)
{
    t->ready_at = when;
    push(&k->hw[t->cpu], t, false);
}

void xg_sched_remove(struct xg_kernel *k, struct xg_thread *t)
{
    struct xg_hw *hw = &k->hw[t->cpu];
    if (hw->current == t)
        hw->current = NULL;
    if (t->state != XG_THREAD_READY)
        return;
    struct xg_thread **at = &hw->ready;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    t->next = NULL;
}

static struct xg_thread *best_ready(const struct xg_hw *hw)
{
    struct xg_thread *best = NULL;
    for (struct xg_thread *t = hw->ready; t; t = t->next)
        if (t->ready_at <= hw->now && (!best || t->priority > best->priority))
            best = t;
    return best;
}

bool xg_sched_should_switch(const struct xg_hw *hw)
{
    const struct xg_thread *best = best_ready(hw);
    return best && hw->irql < XG_IRQL_DISPATCH && !hw->dpc_active &&
           (!hw->current || best->priority > hw->current->priority);
}

/* Shows in the KPCR what runs here. */
static void show_current(struct xg_kernel *k, struct xg_hw *hw)
{
    const struct xg_thread *t = hw->current;
    xg_kst32(k, hw->kpcr + KPCR_THREAD, t ? t->object->body : hw->idle_thread);
    xg_kst32(k, hw->kpcr + KPCR_TLS, t ? t->tls : 0);
    xg_kst32(k, hw->kpcr + KPCR_STACK_BASE, t ? t->stack_base : hw->dpc_stack);
    xg_kst32(k, hw->kpcr + KPCR_STACK_LIMIT, t ? t->stack_limit : 0);
}

static void switch_to(struct xg_kernel *k, struct xg_hw *hw, struct xg_thread *t)
{
    xg_sched_remove(k, t);
    t->state = XG_THREAD_RUNNING;
    t->ctx.gpr[13] = hw->kpcr;
    t->ctx.pir = t->cpu;
    hw->current = t;
    show_current(k, hw);
}

static void choose_thread(struct xg_kernel *k, struct xg_hw *hw)
{
    struct xg_thread *cur = hw->current;
    bool used_up = cur && !cur->quantum;
    if (used_up)
        cur->quantum = XG_QUANTUM_NS;
    if (hw->irql >= XG_IRQL_DISPATCH && cur)
        return;
    struct xg_thread *best = best_ready(hw);
    if (!cur) {
        if (best)
            switch_to(k, hw, best);
        return;
    }
    if (best && (best->priority > cur->priority || (best->priority == cur->priority && used_up))) {
        push(hw, cur, !used_up);
        switch_to(k, hw, best);
    }
}

/* ---- DPCs and interrupts ---- */

bool xg_dpc_queue(struct xg_kernel *k, unsigned cpu, const struct xg_dpc_entry *e)
{
    struct xg_hw *hw = &k->hw[cpu];
    for (unsigned c = 0; c < XG_CPUS && e->dpc; c++)
        for (uint32_t i = 0; i < k->hw[c].queued; i++)
            if (k->hw[c].queue[i].dpc == e->dpc)
                return false;
    if (hw->queued == XG_DPC_QUEUE)
        return false;
    hw->queue[hw->queued++] = *e;
    return true;
}

bool xg_dpc_remove(struct xg_kernel *k, xg_ga dpc)
{
    for (unsigned c = 0; c < XG_CPUS; c++) {
        struct xg_hw *hw = &k->hw[c];
        for (uint32_t i = 0; i < hw->queued; i++)
            if (hw->queue[i].dpc == dpc) {
                memmove(&hw->queue[i], &hw->queue[i + 1], (--hw->queued - i) * sizeof hw->queue[0]);
                return true;
            }
    }
    return false;
}

void xg_set_irql(struct xg_kernel *k, struct xg_hw *hw, uint8_t irql)
{
    hw->irql = irql;
    xg_kst8(k, hw->kpcr + KPCR_IRQL, irql);
}

static void start_dpc(struct xg_kernel *k, struct xg_hw *hw)
{
    struct xg_dpc_entry e = hw->queue[0];
    memmove(hw->queue, hw->queue + 1, --hw->queued * sizeof e);
    uint64_t retired = hw->dpc.retired;
    xg_cpu_context_init(&hw->dpc);
    hw->dpc.retired = retired;
    hw->dpc.pc = e.routine;
    hw->dpc.lr = k->code;
    hw->dpc.gpr[1] = hw->dpc_stack - 0xB0;
    hw->dpc.gpr[13] = hw->kpcr;
    hw->dpc.pir = (uint32_t)(hw - k->hw);
    for (unsigned i = 0; i < 4; i++)
        hw->dpc.gpr[3 + i] = e.args[i];
    hw->dpc_active = true;
    hw->irql_before_dpc = hw->irql;
    xg_set_irql(k, hw, XG_IRQL_DISPATCH);
    xg_kst32(k, hw->kpcr + KPCR_DPC_ACTIVE, 1);
    xg_kst8(k, hw->kpcr + KPCR_PROCESS_TYPE, XG_PROCESS_TITLE);
    if (!hw->current)
        show_current(k, hw);
    hw->dpc_vblank = !e.dpc && e.args[0] == 0;
    if (!e.dpc) {
        struct xg_hook_interrupt h = {hw->now, e.args[0], hw->dpc.pir};
        XG_HOOK(k->o.hooks, on_interrupt, &h);
    }
    if (hw->dpc_vblank && k->o.gpu)
        xg_gpu_set_vblank_pending(k->o.gpu, true);
}

static void end_dpc(struct xg_kernel *k, struct xg_hw *hw)
{
    if (hw->dpc_vblank && k->o.gpu)
        xg_gpu_set_vblank_pending(k->o.gpu, false);
    hw->dpc_active = false;
    xg_kst32(k, hw->kpcr + KPCR_DPC_ACTIVE, 0);
    xg_set_irql(k, hw, hw->irql_before_dpc);
}

/* ---- slices ---- */

/* When something on this hardware thread must be looked at again, at the latest `end`. */
static xg_time next_look(const struct xg_hw *hw, xg_time end)
{
    const struct xg_thread *cur = hw->current;
    if (hw->dpc_active)
        return end;
    if (cur && cur->quantum < end - hw->now)
        end = hw->now + cur->quantum;
    for (uint32_t i = 0; i < hw->queued; i++)
        if (hw->queue[i].due > hw->now && hw->queue[i].due < end)
            end = hw->queue[i].due;
    for (const struct xg_thread *t = hw->ready; t; t = t->next)
        if (t->ready_at > hw->now && t->ready_at < end && (!cur || t->priority > cur->priority))
            end = t->ready_at;
    return end;
}

static struct xg_cpu_context *choose(struct xg_kernel *k, struct xg_hw *hw)
{
    if (!hw->dpc_active && hw->irql < XG_IRQL_DISPATCH && hw->queued && hw->queue[0].due <= hw->now)
        start_dpc(k, hw);
    if (hw->dpc_active)
        return &hw->dpc;
    choose_thread(k, hw);
    if (hw->current && XG_UNLIKELY(hw->current->apcs[XG_APC_KERNEL].count) && !hw->irql &&
        xg_apc_due(k, hw->current))
        xg_apc_deliver(k, hw->current, XG_APC_KERNEL);
    return hw->current ? &hw->current->ctx : NULL;
}

/* Books what ctx has run since `before`. */
static void account(struct xg_kernel *k, struct xg_hw *hw, const struct xg_cpu_context *ctx,
                    uint64_t before)
{
    uint64_t ran = ctx->retired - before;
    hw->now += ran * XG_NS_PER_INSN;
    k->instructions += ran;
    if (hw->current && ctx == &hw->current->ctx)
        hw->current->quantum -= ran < hw->current->quantum ? ran : hw->current->quantum;
}

/* The context can go on after a call: what could happen by itself before the next look has been
 * counted in, and the call changed neither the context nor who is ready. */
static bool goes_on(const struct xg_kernel *k, const struct xg_cpu_context *ctx,
                    enum xg_kcall_result result)
{
    return result == XG_KCALL_DONE && ctx->retired < ctx->slice_end &&
           k->state == XG_KERNEL_RUNNING;
}

bool xg_sched_kernel_call(void *kernel, struct xg_cpu_context *ctx)
{
    struct xg_kernel *k = kernel;
    if (XG_UNLIKELY(k->parallel != NULL))
        return false;
    k->in_guest = false;
    account(k, k->running, ctx, k->slice_counted);
    k->slice_counted = ctx->retired;
    k->slice_result = xg_dispatch(k, ctx);
    k->in_guest = goes_on(k, ctx, k->slice_result);
    k->slice_answered = !k->in_guest;
    return k->in_guest;
}

/* Runs ctx to the next look; advances the hardware thread's clock. Calls into the kernel are
 * answered on the spot while the context can go on; *result is that of the last. */
static enum xg_cpu_exit run_context(struct xg_kernel *k, struct xg_hw *hw,
                                    struct xg_cpu_context *ctx, xg_time end,
                                    enum xg_kcall_result *result)
{
    uint64_t insns = (end - hw->now + XG_NS_PER_INSN - 1) / XG_NS_PER_INSN;
    enum xg_cpu_exit exit;
    if (insns > k->budget - k->instructions)
        insns = k->budget - k->instructions;
    if ((k->parallel ? hw->last : k->last) != ctx)
        ctx->reserve_valid = false;
    k->last = hw->last = ctx;
    ctx->time_origin = hw->now - ctx->retired * XG_NS_PER_INSN;
    ctx->slice_end = ctx->retired + insns;
    do {
        uint64_t before = ctx->retired;
        k->in_guest = true;
        k->slice_answered = false;
        k->slice_counted = before;
        if (XG_UNLIKELY(k->parallel != NULL)) {
            exit = xg_parallel_execute(k->parallel, hw, ctx);
        } else {
            exit = xg_cpu_run(k->o.cpu, ctx);
            before = k->slice_counted;
        }
        k->in_guest = false;
        if (exit == XG_EXIT_KERNEL && k->slice_answered) {
            *result = k->slice_result;
        } else {
            account(k, hw, ctx, before);
            if (exit == XG_EXIT_KERNEL)
                *result = xg_dispatch(k, ctx);
        }
    } while (exit == XG_EXIT_KERNEL && goes_on(k, ctx, *result));
    return exit;
}

static void returned(struct xg_kernel *k, struct xg_hw *hw, struct xg_cpu_context *ctx)
{
    struct xg_calls *calls = xg_calls_now(k);
    if (calls->top) {
        xg_frame_returned(k, calls, ctx);
        return;
    }
    if (hw->dpc_active) {
        end_dpc(k, hw);
        return;
    }
    struct xg_thread *t = hw->current;
    uint32_t code = (uint32_t)ctx->gpr[3];
    if (t->title_main)
        xg_exit_title(k, code, "its first thread returned");
    else
        xg_thread_exit(k, t, code);
}

/* Handles what ended a slice. false: the hardware thread's round is over. */
static bool handle_exit(struct xg_kernel *k, struct xg_hw *hw, struct xg_cpu_context *ctx,
                        enum xg_cpu_exit exit, enum xg_kcall_result result, xg_time end)
{
    switch (exit) {
    case XG_EXIT_SLICE:
        return true;
    case XG_EXIT_YIELD:
        if (hw->now < end)
            hw->now = end;
        return false;
    case XG_EXIT_KERNEL:
        /* A spinning export leaves pc on its own sc: the rest of the round is lost. */
        if (result == XG_KCALL_RESCHEDULE && hw->now < end && k->spinning)
            hw->now = end;
        k->spinning = false;
        return true;
    case XG_EXIT_RETURN:
        returned(k, hw, ctx);
        return true;
    case XG_EXIT_FAULT:
        if (xg_exception_fault(k, ctx))
            return true;
        xg_stop_on_fault(k, ctx, -1);
        return false;
    case XG_EXIT_CHECK:
        xg_stop(k, XG_KERNEL_FAULTED, "CPU check: %s", xg_cpu_difference(k->o.cpu));
        return false;
    }
    return false;
}

/* A parallel run: what others asked of this thread while it executed. */
static void settle(struct xg_kernel *k, struct xg_hw *hw)
{
    struct xg_thread *t = hw->current;
    if (!t || hw->dpc_active)
        return;
    if (t->suspend_count) {
        xg_sched_remove(k, t);
        t->state = XG_THREAD_SUSPENDED;
    }
    if (t->move_to) {
        uint8_t cpu = t->move_to - 1;
        t->move_to = 0;
        xg_thread_move(k, t, cpu);
    }
}

void xg_sched_run(struct xg_kernel *k, struct xg_hw *hw, xg_time end)
{
    k->running = hw;
    while (hw->now < end && k->state == XG_KERNEL_RUNNING && k->instructions < k->budget) {
        if (k->graveyard)
            xg_threads_bury(k);
        if (XG_UNLIKELY(k->parallel != NULL))
            settle(k, hw);
        struct xg_cpu_context *ctx = choose(k, hw);
        xg_time look = next_look(hw, end);
        if (!ctx) {
            hw->now = look;
            continue;
        }
        enum xg_kcall_result result = XG_KCALL_DONE;
        enum xg_cpu_exit exit = run_context(k, hw, ctx, look, &result);
        if (!handle_exit(k, hw, ctx, exit, result, end))
            break;
    }
    k->running = NULL;
}

/* ---- rounds ---- */

void xg_fire_alarms(struct xg_kernel *k)
{
    for (struct xg_alarm *a; (a = xg_alarm_due(&k->timeline, k->now));)
        switch (a->kind) {
        case XG_ALARM_WAIT:
            xg_wait_timeout(k, a->owner);
            break;
        case XG_ALARM_VBLANK:
            xg_video_vblank(k);
            break;
        case XG_ALARM_TIMER:
            xg_timer_fired(k, a->owner);
            break;
        case XG_ALARM_AUDIO:
            xg_audio_tick(k);
            break;
        case XG_ALARM_TASK:
            xg_task_due(k, a->owner);
            break;
        }
}

/* Earliest time at which a hardware thread has something to do. */
static xg_time next_work(const struct xg_kernel *k)
{
    xg_time next = XG_NEVER;
    for (unsigned i = 0; i < XG_CPUS; i++) {
        const struct xg_hw *hw = &k->hw[i];
        if ((hw->current || hw->dpc_active) && hw->now < next)
            next = hw->now;
        for (const struct xg_thread *t = hw->ready; t; t = t->next)
            if (t->ready_at < next)
                next = t->ready_at;
        for (uint32_t q = 0; q < hw->queued; q++)
            if (hw->queue[q].due < next)
                next = hw->queue[q].due;
    }
    return next;
}

/* Nobody can run, no timeout is armed, and neither the GPU nor an interrupt callback can
 * change that. */
static bool is_dead(const struct xg_kernel *k, xg_time gpu)
{
    for (const struct xg_thread *t = k->waiters; t; t = t->next)
        if (!t->wait.forever)
            return false;
    return gpu == XG_NEVER && !k->video.callback && !k->timers && !k->dialog.open &&
           !xg_audio_runs(k);
}

/* Decides where the next round ends; jumps over time in which nothing can run. */
static bool begin_round(struct xg_kernel *k)
{
    xg_time work = next_work(k), gpu = k->o.gpu ? xg_gpu_next_event(k->o.gpu) : XG_NEVER;
    xg_time event = xg_timeline_next(&k->timeline);
    if (work == XG_NEVER && is_dead(k, gpu)) {
        char text[900];
        if (k->terminating) /* a notification waits for a thread that is gone */
            xg_exit_title(k, 0, "");
        xg_stop(k, XG_KERNEL_DEADLOCK, "no thread can ever run again: %s",
                xg_kernel_describe(k, text, sizeof text));
        return false;
    }
    if (work > k->now) {
        /* What the GPU does while nobody looks becomes visible in steps of a round. */
        xg_time target = gpu < k->now + k->round_ns ? k->now + k->round_ns : gpu;
        target = work < target ? work : target;
        target = event < target ? event : target;
        if (target > k->now && target != work) {
            k->round_end = target; /* an empty round: the machine advances the GPU after it */
            return true;
        }
        if (target != XG_NEVER)
            k->now = target;
    }
    k->round_end = k->now + k->round_ns;
    if (event < k->round_end)
        k->round_end = event;
    return true;
}

bool xg_kernel_at_boundary(const struct xg_kernel *k)
{
    return !k->in_round;
}

enum xg_kernel_state xg_kernel_run(struct xg_kernel *k, uint64_t instructions)
{
    k->budget = instructions;
    if (!k->in_round) {
        xg_fire_alarms(k);
        xg_clock_update(k);
        if (k->state != XG_KERNEL_RUNNING || !begin_round(k))
            return k->state;
        k->in_round = true;
        k->cursor = 0;
    }
    if (k->parallel) {
        xg_parallel_round(k->parallel);
        if (k->state != XG_KERNEL_RUNNING || k->instructions >= k->budget)
            return k->state;
        k->cursor = XG_CPUS;
    }
    for (; k->cursor < XG_CPUS; k->cursor++) {
        struct xg_hw *hw = &k->hw[k->cursor];
        if (hw->now < k->now)
            hw->now = k->now;
        xg_sched_run(k, hw, k->round_end);
        if (k->state != XG_KERNEL_RUNNING || k->instructions >= k->budget)
            return k->state;
    }
    k->in_round = false;
    k->now = k->round_end;
    return k->state;
}
