/* Effects that the guest does not see yet, in order. Belongs to the front. */
#ifndef XG_GPU_PENDING_H
#define XG_GPU_PENDING_H

#include "gpu/device.h"
#include "gpu/lines.h"

struct xg_pending_effect {
    xg_time due; /* guest time at which it becomes visible; never decreases along the queue */
    uint64_t cost;
    uint32_t packet, address, value, width, height;
    uint8_t kind;     /* enum xg_gpu_effect_kind */
    uint8_t producer; /* enum xg_gpu_producer */
    uint8_t size;     /* MEM: bytes, 0 when applied early */
    uint8_t bytes[64];
    struct xg_line_page *page; /* MEM: NULL, or lines of the page at address (which is the first
                                * line's): held, NULL again when applied early */
};

struct xg_pending {
    struct xg_pending_effect *ring; /* 2^n entries */
    size_t capacity, first, count;
    size_t lines; /* of the entries' pages, but one of each */
};

bool xg_pending_init(struct xg_pending *q, struct xg_error *err);
void xg_pending_free(struct xg_pending *q);
/* A new entry at the end, to be filled; NULL when host memory ran out. */
struct xg_pending_effect *xg_pending_push(struct xg_pending *q);
/* Gives an entry lines of a page; lets go of what it holds. */
static inline void xg_pending_hold(struct xg_pending *q, struct xg_pending_effect *e,
                                   struct xg_line_page *page)
{
    e->page = xg_line_page_hold(page);
    q->lines += (size_t)__builtin_popcountll(page->mask) - 1;
}
void xg_pending_let_go(struct xg_pending *q, struct xg_pending_effect *e);
/* What the entries would be if each line were one. */
static inline size_t xg_pending_weight(const struct xg_pending *q)
{
    return q->count + q->lines;
}
/* Entry i from the front. */
static inline struct xg_pending_effect *xg_pending_at(const struct xg_pending *q, size_t i)
{
    return &q->ring[(q->first + i) & (q->capacity - 1)];
}
static inline void xg_pending_pop(struct xg_pending *q)
{
    q->first = (q->first + 1) & (q->capacity - 1);
    q->count--;
}

#endif
