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

void xg_pending_free(struct xg_pending *q)
{
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
