/* Threads that share the work of a draw. */
#ifndef XG_GPU_DRAW_POOL_H
#define XG_GPU_DRAW_POOL_H

#include "base/types.h"

#define XG_POOL_MOST 16u

struct xg_pool;

/* threads: with the caller, 1 .. XG_POOL_MOST; 0 = as many as the host has processors. The
 * threads start at the first job. */
struct xg_pool *xg_pool_create(unsigned threads);
void xg_pool_destroy(struct xg_pool *pool);
unsigned xg_pool_threads(const struct xg_pool *pool);
/* Calls job(ctx, worker, item) for every item below count, each once, on whichever thread is
 * free; worker is below xg_pool_threads() and never in two calls at a time. */
typedef void xg_pool_job(void *ctx, unsigned worker, uint32_t item);
void xg_pool_run(struct xg_pool *pool, uint32_t count, xg_pool_job *job, void *ctx);

#endif
