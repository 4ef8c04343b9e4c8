/* Parallel runs: one host thread (worker) for each guest hardware thread.
 *
 * The kernel has one big lock. A worker holds it whenever it is in the kernel - scheduling,
 * exports, accounting - and gives it up while it executes guest code, so only guest code runs side
 * by side. What guest code does outside of plain memory (a device window, the first store to a
 * watched page, decoding a page of code) takes the lock through the guard of the memory. A round is
 * run by all workers, then they wait: alarms, the GPU and everything else of the machine happen
 * between rounds, as in lockstep.
 *
 *     main     │alarms, GPU│ wait ..................... │alarms, GPU│ wait ...
 *     worker 0 │           │K│guest......│K│guest...│K│ │           │
 *     worker 1 │           │ K│guest..│K│guest....│K│   │           │     K: holds the lock
 *
 * Each worker has an engine of its own, so translations are private. When the bytes of a page of
 * code change, every other worker forgets the page before it executes again; the architecture asks
 * for no more (another processor sees new code after its own isync). */
#include "kernel/internal.h"

#include <pthread.h>
#include <stdlib.h>

#define STALE_MAX 64u /* pages; more: all is forgotten */

struct worker {
    struct xg_parallel *p;
    struct xg_hw *hw;
    struct xg_cpu *cpu;
    struct xg_cpu_context *ctx; /* in guest code: what it executes */
    pthread_t thread;
    bool started;
    xg_ga stale[STALE_MAX]; /* pages of code that have changed */
    uint32_t stale_count;   /* above STALE_MAX: too many */
};
struct xg_parallel {
    struct xg_kernel *k;
    pthread_mutex_t lock; /* recursive: a handler may store to a watched page */
    pthread_cond_t begin, end;
    uint64_t round;
    unsigned busy; /* workers that are not done with the round */
    bool quit;
    struct worker worker[XG_CPUS];
};

/* The worker that this host thread is, NULL: none. */
static _Thread_local struct worker *self;

/* Others read the kernel's idea of who runs: it is the holder of the lock. */
static void show_holder(struct worker *w)
{
    struct xg_kernel *k = w->p->k;
    k->running = w->hw;
    k->in_guest = w->ctx != NULL;
    if (w->ctx)
        k->last = w->ctx;
}

static void guard(void *ctx, bool take)
{
    struct xg_parallel *p = ctx;
    if (!take) {
        pthread_mutex_unlock(&p->lock);
        return;
    }
    pthread_mutex_lock(&p->lock);
    if (self && self->p == p && self->ctx)
        show_holder(self);
}

/* A page of code has changed; the lock is held. */
static void on_code_written(void *ctx, xg_ga page)
{
    struct xg_parallel *p = ctx;
    for (unsigned i = 0; i < XG_CPUS; i++) {
        struct worker *w = &p->worker[i];
        if (w->stale_count < STALE_MAX)
            w->stale[w->stale_count] = page;
        if (w->stale_count <= STALE_MAX)
            w->stale_count++;
    }
}

void xg_parallel_invalidate(struct xg_parallel *p, xg_ga ga, uint32_t size)
{
    for (uint64_t at = ga & ~(XG_PAGE_SIZE - 1); at < (uint64_t)ga + size; at += XG_PAGE_SIZE)
        on_code_written(p, (xg_ga)at);
}

static void forget_stale(struct worker *w)
{
    if (w->stale_count > STALE_MAX)
        xg_cpu_invalidate(w->cpu, 0, UINT32_MAX);
    else
        for (uint32_t i = 0; i < w->stale_count; i++)
            xg_cpu_invalidate(w->cpu, w->stale[i], XG_PAGE_SIZE);
    w->stale_count = 0;
}

enum xg_cpu_exit xg_parallel_execute(struct xg_parallel *p, struct xg_hw *hw,
                                     struct xg_cpu_context *ctx)
{
    struct worker *w = self;
    if (w->stale_count)
        forget_stale(w);
    w->ctx = ctx;
    hw->in_guest = true;
    pthread_mutex_unlock(&p->lock);
    enum xg_cpu_exit exit = xg_cpu_run(w->cpu, ctx);
    pthread_mutex_lock(&p->lock);
    hw->in_guest = false;
    w->ctx = NULL;
    show_holder(w);
    return exit;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct xg_parallel *p = w->p;
    struct xg_kernel *k = p->k;
    uint64_t seen = 0;
    self = w;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->round == seen && !p->quit)
            pthread_cond_wait(&p->begin, &p->lock);
        if (p->quit)
            break;
        seen = p->round;
        show_holder(w);
        if (w->hw->now < k->now)
            w->hw->now = k->now;
        xg_sched_run(k, w->hw, k->round_end);
        if (!--p->busy)
            pthread_cond_signal(&p->end);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

void xg_parallel_round(struct xg_parallel *p)
{
    pthread_mutex_lock(&p->lock);
    p->busy = XG_CPUS;
    p->round++;
    pthread_cond_broadcast(&p->begin);
    while (p->busy)
        pthread_cond_wait(&p->end, &p->lock);
    p->k->running = NULL;
    p->k->in_guest = false;
    pthread_mutex_unlock(&p->lock);
}

void xg_parallel_destroy(struct xg_parallel *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->quit = true;
    pthread_cond_broadcast(&p->begin);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < XG_CPUS; i++) {
        if (p->worker[i].started)
            pthread_join(p->worker[i].thread, NULL);
        xg_cpu_destroy(p->worker[i].cpu);
    }
    xg_memory_set_guard(p->k->o.mem, NULL, NULL);
    xg_memory_set_code_owner(p->k->o.mem, NULL, NULL);
    pthread_cond_destroy(&p->begin);
    pthread_cond_destroy(&p->end);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static bool create_locks(struct xg_parallel *p)
{
    pthread_mutexattr_t recursive;
    bool ok = !pthread_mutexattr_init(&recursive) &&
              !pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE) &&
              !pthread_mutex_init(&p->lock, &recursive);
    pthread_mutexattr_destroy(&recursive);
    return ok && !pthread_cond_init(&p->begin, NULL) && !pthread_cond_init(&p->end, NULL);
}

bool xg_kernel_parallel(struct xg_kernel *k, enum xg_cpu_engine engine, struct xg_error *err)
{
    struct xg_parallel *p = calloc(1, sizeof *p);
    if (!p || !create_locks(p)) {
        free(p);
        return xg_fail(err, XG_E_GUEST, "parallel run: the host is out of memory");
    }
    p->k = k;
    bool ok = true;
    for (unsigned i = 0; i < XG_CPUS && ok; i++) {
        struct worker *w = &p->worker[i];
        *w = (struct worker){.p = p, .hw = &k->hw[i]};
        w->cpu = xg_cpu_create(engine, k->o.mem, k->o.hooks, err);
        ok = w->cpu != NULL;
    }
    for (unsigned i = 0; i < XG_CPUS && ok; i++) {
        struct worker *w = &p->worker[i];
        w->started = ok = !pthread_create(&w->thread, NULL, work, w);
        if (!ok)
            xg_fail(err, XG_E_GUEST, "parallel run: the host refuses threads");
    }
    if (!ok) {
        p->quit = true;
        xg_parallel_destroy(p);
        return false;
    }
    xg_memory_set_guard(k->o.mem, guard, p);
    xg_memory_set_code_owner(k->o.mem, on_code_written, p);
    k->parallel = p;
    k->round_ns = XG_PARALLEL_ROUND_NS;
    return true;
}
