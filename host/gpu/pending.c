/* The queue of effects that are not visible yet; see pending.h. */
#include "gpu/pending.h"

#include <stdlib.h>
#include <string.h>

bool xg_pending_init(struct xg_pending *q, struct xg_error *err)
{
    *q = (struct xg_pending){.capacity = 256};
    q->ring = malloc(q->capacity * sizeof *q->ring);
    return q->ring || xg_fail(err, XG_E_DEVICE, "no host memory for the GPU's effects");
}

void xg_pending_let_go(struct xg_pending *q, struct xg_pending_effect *e)
{
    if (!e->page)
        return;
    q->lines -= (size_t)__builtin_popcountll(e->page->mask) - 1;
    xg_line_page_drop(e->page);
    e->page = NULL;
}

void xg_pending_free(struct xg_pending *q)
{
    for (size_t i = 0; i < q->count; i++)
        xg_pending_let_go(q, xg_pending_at(q, i));
    free(q->ring);
    *q = (struct xg_pending){0};
}

struct xg_pending_effect *xg_pending_push(struct xg_pending *q)
{
    if (q->count == q->capacity) {
        struct xg_pending_effect *bigger = malloc(2 * q->capacity * sizeof *bigger);
        if (!bigger)
            return NULL;
        size_t head = q->capacity - q->first;
        memcpy(bigger, q->ring + q->first, head * sizeof *bigger);
        memcpy(bigger + head, q->ring, q->first * sizeof *bigger);
        free(q->ring);
        q->ring = bigger;
        q->first = 0;
        q->capacity *= 2;
    }
    return &q->ring[(q->first + q->count++) & (q->capacity - 1)];
}
