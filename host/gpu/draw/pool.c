#include "gpu/draw/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct thread {
    struct xg_pool *pool;
    pthread_t id;
    unsigned worker;
};

struct xg_pool {
    unsigned threads, started;
    struct thread thread[XG_POOL_MOST];
    pthread_mutex_t lock;
    pthread_cond_t begin, end;
    uint64_t round; /* jobs begun */
    unsigned busy;  /* threads that have not finished this round */
    bool quit;
    xg_pool_job *job;
    void *ctx;
    uint32_t count, next;
};

struct xg_pool *xg_pool_create(unsigned threads)
{
    struct xg_pool *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (!threads)
        threads = processors > 0 ? (unsigned)processors : 1;
    p->threads = threads < XG_POOL_MOST ? threads : XG_POOL_MOST;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->begin, NULL);
    pthread_cond_init(&p->end, NULL);
    return p;
}

unsigned xg_pool_threads(const struct xg_pool *p)
{
    return p->threads;
}

static void take_items(struct xg_pool *p, unsigned worker)
{
    for (;;) {
        uint32_t item = __atomic_fetch_add(&p->next, 1, __ATOMIC_RELAXED);
        if (item >= p->count)
            return;
        p->job(p->ctx, worker, item);
    }
}

static void *thread_main(void *arg)
{
    struct thread *t = arg;
    struct xg_pool *p = t->pool;
    uint64_t seen = 0;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->round == seen && !p->quit)
            pthread_cond_wait(&p->begin, &p->lock);
        if (p->quit)
            break;
        seen = p->round;
        pthread_mutex_unlock(&p->lock);
        take_items(p, t->worker);
        pthread_mutex_lock(&p->lock);
        if (!--p->busy)
            pthread_cond_signal(&p->end);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void start(struct xg_pool *p)
{
    while (p->started + 1 < p->threads) {
        struct thread *t = &p->thread[p->started];
        *t = (struct thread){.pool = p, .worker = p->started + 1};
        if (pthread_create(&t->id, NULL, thread_main, t)) {
            p->threads = p->started + 1; /* fewer will do */
            return;
        }
        p->started++;
    }
}

void xg_pool_destroy(struct xg_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->quit = true;
    pthread_cond_broadcast(&p->begin);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->started; i++)
        pthread_join(p->thread[i].id, NULL);
    pthread_cond_destroy(&p->begin);
    pthread_cond_destroy(&p->end);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void xg_pool_run(struct xg_pool *p, uint32_t count, xg_pool_job *job, void *ctx)
{
    pthread_mutex_lock(&p->lock);
    if (!p->round && count > 1)
        start(p);
    p->job = job;
    p->ctx = ctx;
    p->count = count;
    p->next = 0;
    p->busy = count > 1 ? p->started : 0;
    if (p->busy) {
        p->round++;
        pthread_cond_broadcast(&p->begin);
    }
    pthread_mutex_unlock(&p->lock);
    take_items(p, 0);
    pthread_mutex_lock(&p->lock);
    while (p->busy)
        pthread_cond_wait(&p->end, &p->lock);
    pthread_mutex_unlock(&p->lock);
}
