/* Guest threads: creation, end, suspension; the control blocks of the hardware threads.
 * r13 points to the KPCR of the hardware thread; the scheduler sets it at each switch. */
#include "kernel/internal.h"

#include <stdlib.h>

#define STACK_FIRST      0x70000000u
#define STACK_LAST       0x7EFFFFFFu
#define STACK_MIN        0x4000u
#define STACK_ROOM       0xB0u    /* above the first frame: callees write their home area there */
#define GUARD            0x10000u /* never committed, below and above a stack */
#define DPC_STACK        0x10000u
#define DEFAULT_PRIORITY 8u
#define KERNEL_FRAME     0xF0u

bool xg_stack_create(struct xg_kernel *k, uint32_t size, xg_ga *alloc, xg_ga *base, xg_ga *limit)
{
    struct xg_heap *heap = xg_heaps_at(k->o.heaps, STACK_FIRST);
    uint32_t page = xg_heap_region(heap)->page_size;
    if (size > STACK_LAST - STACK_FIRST)
        return false;
    size = ((size < STACK_MIN ? STACK_MIN : size) + page - 1) & ~(page - 1);
    if (xg_heap_alloc(heap, size + 2 * GUARD, 0, XG_MEM_RESERVE, XG_PAGE_READWRITE, STACK_FIRST,
                      STACK_LAST, alloc) != XG_HEAP_OK)
        return false;
    *limit = *alloc + GUARD;
    *base = *limit + size;
    if (xg_heap_alloc_at(heap, *limit, size, XG_MEM_COMMIT, XG_PAGE_READWRITE) == XG_HEAP_OK)
        return true;
    xg_heap_release(heap, *alloc, NULL);
    *alloc = 0;
    return false;
}

static bool tls_create(struct xg_kernel *k, struct xg_thread *t)
{
    const struct xg_tls_info *info = &k->image->tls;
    uint32_t data = (info->data_size + 7) & ~7u;
    t->tls = xg_pool_alloc(k, data + 4 * XG_TLS_SLOTS, 0x20736C54);
    if (!t->tls)
        return false;
    struct xg_fault f;
    uint8_t part[256];
    for (uint32_t o = 0, n; o < info->raw_size && info->data; o += n) {
        n = info->raw_size - o < sizeof part ? info->raw_size - o : (uint32_t)sizeof part;
        if (!xg_memory_read(k->o.mem, info->data + o, part, n, &f) ||
            !xg_memory_write(k->o.mem, t->tls + o, part, n, &f))
            return false;
    }
    return true;
}

/* The kernel keeps its lists in records; in guest memory they are empty. */
static void empty_list(struct xg_kernel *k, xg_ga head)
{
    xg_kst32(k, head, head);
    xg_kst32(k, head + 4, head);
}

static void fill_kthread(struct xg_kernel *k, const struct xg_thread *t, xg_ga start,
                         uint32_t flags)
{
    xg_ga kt = t->object->body;
    xg_kst8(k, kt, XG_DISP_THREAD);
    empty_list(k, kt + KT_WAITERS);
    empty_list(k, kt + KT_KERNEL_APCS);
    empty_list(k, kt + KT_USER_APCS);
    xg_kst32(k, kt + KT_STACK_BASE, t->stack_base);
    xg_kst32(k, kt + KT_STACK_LIMIT, t->stack_limit);
    xg_kst32(k, kt + KT_KERNEL_SP, t->stack_base - KERNEL_FRAME);
    xg_kst32(k, kt + KT_TLS, t->tls);
    xg_kst8(k, kt + KT_PRIORITY, t->priority);
    xg_kst8(k, kt + KT_PROCESS_TYPE, XG_PROCESS_TITLE);
    xg_kst8(k, kt + KT_PROCESS_TYPE + 1, XG_PROCESS_TITLE);
    xg_kst32(k, kt + KT_PROCESS, k->process);
    xg_kst8(k, kt + KT_MAY_QUEUE_APC, 1);
    xg_kst32(k, kt + KT_MSR_MASK, 0xFDFFD7FF);
    xg_kst8(k, kt + KT_CPU, t->cpu);
    xg_kst32(k, kt + KT_PRCB, k->hw[t->cpu].kpcr + KPCR_THREAD);
    xg_kst32(k, kt + KT_PRCB + 4, k->hw[t->cpu].kpcr + KPCR_THREAD);
    xg_kst32(k, kt + KT_STACK_ALLOC, t->stack_base);
    xg_kst64(k, kt + KT_CREATE_TIME, xg_system_time(xg_kernel_cpu_now(k)));
    xg_kst32(k, kt + KT_ID, t->id);
    xg_kst32(k, kt + KT_START, start);
    xg_kst32(k, kt + KT_FLAGS, flags);
    xg_kst32(k, kt + KT_ONE, 1);
}

static void first_context(const struct xg_kernel *k, struct xg_thread *t,
                          const struct xg_thread_start *s)
{
    xg_cpu_context_init(&t->ctx);
    t->ctx.gpr[1] = t->stack_base - STACK_ROOM;
    t->ctx.lr = k->code;
    t->ctx.pc = s->startup ? s->startup : s->start;
    t->ctx.gpr[3] = s->startup ? s->start : s->context;
    t->ctx.gpr[4] = s->startup ? s->context : 0;
}

/* The lowest cpu of the mask in the flags; without one, the parent's. */
static uint8_t choose_cpu(const struct xg_kernel *k, uint32_t flags)
{
    uint32_t mask = flags >> 24 & ((1u << XG_CPUS) - 1);
    if (mask)
        return (uint8_t)__builtin_ctz(mask);
    return xg_current(k) ? xg_current(k)->cpu : 0;
}

struct xg_thread *xg_thread_create(struct xg_kernel *k, const struct xg_thread_start *s)
{
    struct xg_thread *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->object = xg_object_create(k, XG_OBJECT_THREAD, KT_SIZE);
    if (!t->object || !tls_create(k, t) ||
        !xg_stack_create(k, s->stack_size ? s->stack_size : k->image->stack_size, &t->stack_alloc,
                         &t->stack_base, &t->stack_limit)) {
        if (t->tls)
            xg_pool_free(k, t->tls);
        if (t->object)
            xg_object_release(k, t->object);
        free(t);
        return NULL;
    }
    t->object->thread = t;
    t->id = k->next_thread_id++;
    t->cpu = choose_cpu(k, s->flags);
    t->priority = s->priority ? s->priority : DEFAULT_PRIORITY;
    t->service = s->service;
    t->quantum = XG_QUANTUM_NS;
    t->alarm.kind = XG_ALARM_WAIT;
    t->alarm.owner = t;
    first_context(k, t, s);
    fill_kthread(k, t, s->start, s->flags);
    xg_thread_tell_start(k, t);
    k->live_threads += !t->service;
    xg_kst32(k, k->process + PROCESS_THREADS, k->live_threads);
    t->state = XG_THREAD_SUSPENDED;
    if (s->flags & 1) {
        t->suspend_count = 1;
        xg_kst8(k, t->object->body + KT_SUSPEND_COUNT, 1);
    } else {
        xg_sched_ready(k, t, xg_kernel_cpu_now(k));
    }
    return t;
}

void xg_thread_free(struct xg_kernel *k, struct xg_thread *t)
{
    t->next = k->graveyard;
    k->graveyard = t;
}

void xg_threads_bury(struct xg_kernel *k)
{
    while (k->graveyard) {
        struct xg_thread *t = k->graveyard;
        k->graveyard = t->next;
        free(t->mutants);
        free(t);
    }
}

void xg_thread_exit(struct xg_kernel *k, struct xg_thread *t, uint32_t status)
{
    xg_ga kt = t->object->body;
    if (t->state == XG_THREAD_TERMINATED || xg_thread_tell_end(k, t, status))
        return;
    if (k->live_threads == 1 && !t->service && t == xg_current(k) && k->terminate_list &&
        !k->terminating) {
        xg_exit_title(k, status, "its last thread ended");
        return;
    }
    if (t->state == XG_THREAD_WAITING) {
        xg_wait_abandon(k, t);
        xg_wait_drop(k, &t->wait);
    } else {
        xg_sched_remove(k, t);
    }
    xg_frames_drop(k, &t->calls, NULL);
    xg_apc_rundown(k, t);
    xg_timers_forget_thread(k, t);
    while (t->mutant_count)
        xg_mutant_release(k, t, t->mutants[t->mutant_count - 1], true);
    t->state = XG_THREAD_TERMINATED;
    xg_kst8(k, kt + KT_TERMINATED, 1);
    xg_kst32(k, kt + KT_EXIT_STATUS, status);
    xg_kst64(k, kt + KT_EXIT_TIME, xg_system_time(xg_kernel_cpu_now(k)));
    xg_kst32(k, kt + 4, 1);
    xg_wait_signalled(k, kt);
    xg_task_ended(k, t);
    xg_heap_release(xg_heaps_at(k->o.heaps, t->stack_alloc), t->stack_alloc, NULL);
    xg_pool_free(k, t->tls);
    if (k->last == &t->ctx)
        k->last = NULL;
    k->live_threads -= !t->service;
    xg_kst32(k, k->process + PROCESS_THREADS, k->live_threads);
    if (!t->service && !k->live_threads)
        xg_exit_title(k, status, "its last thread ended");
    xg_object_release(k, t->object);
}

bool xg_thread_is_away(const struct xg_kernel *k, const struct xg_thread *t)
{
    const struct xg_hw *hw = &k->hw[t->cpu];
    return hw->in_guest && hw->current == t && !hw->dpc_active && k->running != hw;
}

void xg_thread_move(struct xg_kernel *k, struct xg_thread *t, uint8_t cpu)
{
    bool running = t->state == XG_THREAD_RUNNING, ready = t->state == XG_THREAD_READY;
    if (xg_thread_is_away(k, t)) {
        t->move_to = cpu + 1;
        return;
    }
    if (t->cpu == cpu)
        return;
    if (running || ready)
        xg_sched_remove(k, t);
    t->cpu = cpu;
    xg_kst8(k, t->object->body + KT_CPU, cpu);
    xg_kst32(k, t->object->body + KT_PRCB, k->hw[cpu].kpcr + KPCR_THREAD);
    if (running || ready)
        xg_sched_ready(k, t, xg_kernel_cpu_now(k));
}

uint32_t xg_thread_suspend(struct xg_kernel *k, struct xg_thread *t)
{
    uint32_t old = t->suspend_count++;
    xg_kst8(k, t->object->body + KT_SUSPEND_COUNT, (uint8_t)t->suspend_count);
    if ((t->state == XG_THREAD_READY || t->state == XG_THREAD_RUNNING) &&
        !xg_thread_is_away(k, t)) {
        xg_sched_remove(k, t);
        t->state = XG_THREAD_SUSPENDED;
    }
    return old;
}

uint32_t xg_thread_resume(struct xg_kernel *k, struct xg_thread *t)
{
    uint32_t old = t->suspend_count;
    if (!old)
        return 0;
    t->suspend_count--;
    xg_kst8(k, t->object->body + KT_SUSPEND_COUNT, (uint8_t)t->suspend_count);
    if (!t->suspend_count && t->state == XG_THREAD_SUSPENDED)
        xg_sched_ready(k, t, xg_kernel_cpu_now(k));
    return old;
}

/* ---- hardware threads ---- */

static xg_ga idle_thread(struct xg_kernel *k, unsigned cpu)
{
    struct xg_object *o = xg_object_create(k, XG_OBJECT_THREAD, KT_SIZE);
    if (!o)
        return 0;
    xg_kst8(k, o->body, XG_DISP_THREAD);
    xg_kst8(k, o->body + KT_CPU, (uint8_t)cpu);
    xg_kst8(k, o->body + KT_PROCESS_TYPE, XG_PROCESS_IDLE);
    xg_kst8(k, o->body + KT_PROCESS_TYPE + 1, XG_PROCESS_IDLE);
    return o->body;
}

bool xg_cpus_create(struct xg_kernel *k, struct xg_error *err)
{
    for (unsigned i = 0; i < XG_CPUS; i++) {
        struct xg_hw *hw = &k->hw[i];
        xg_ga alloc, limit;
        /* Interlocked code writes r13 to the MSR: address bits 0x8000 (EE) and 2 (RI) must
         * be clear. */
        do {
            hw->kpcr = xg_pool_alloc(k, 0x1000, 0x7263704B);
        } while (hw->kpcr & 0x8000);
        hw->idle_thread = idle_thread(k, i);
        if (!hw->kpcr || !hw->idle_thread ||
            !xg_stack_create(k, DPC_STACK, &alloc, &hw->dpc_stack, &limit))
            return xg_fail(err, XG_E_INPUT, "kernel: no guest memory for hardware thread %u", i);
        hw->dpc_limit = limit;
        xg_kst64(k, hw->kpcr + KPCR_SELF, hw->kpcr);
        xg_kst32(k, hw->kpcr + KPCR_THREAD, hw->idle_thread);
        xg_kst32(k, hw->kpcr + KPCR_IDLE_THREAD, hw->idle_thread);
        xg_kst8(k, hw->kpcr + KPCR_CPU, (uint8_t)i);
        xg_kst32(k, hw->kpcr + KPCR_CPU_MASK, 1u << i);
        xg_kst32(k, hw->kpcr + KPCR_PRCB, hw->kpcr + KPCR_THREAD);
        xg_kst32(k, hw->kpcr + KPCR_STACK_BASE, hw->dpc_stack);
        xg_kst32(k, hw->kpcr + KPCR_STACK_LIMIT, limit);
    }
    return true;
}
