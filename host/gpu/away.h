/* Lines of copies that have become visible and that nobody has looked at: their pages of guest
 * memory are away (memory/memory.h), the bytes wait here. Belongs to the front. */
#ifndef XG_GPU_AWAY_H
#define XG_GPU_AWAY_H

#include "gpu/gpu.h"
#include "gpu/lines.h"

struct xg_gpu_away {
    struct xg_memory *mem;
    struct xg_line_page **page; /* by number of the bus page */
    xg_pa from, to;             /* pages taken that memory does not know of yet */
    uint32_t packet;            /* their copy */
    struct xg_gpu_lazy counts;
};

bool xg_gpu_away_init(struct xg_gpu_away *a, struct xg_memory *mem, struct xg_error *err);
/* Brings all that is left. */
void xg_gpu_away_free(struct xg_gpu_away *a);
/* The lines of a page become visible: they are held here. false: they must be stored, now. */
bool xg_gpu_away_take(struct xg_gpu_away *a, struct xg_line_page *data, uint32_t packet);
/* Tells memory what was taken: before anything else becomes visible or anyone looks. */
void xg_gpu_away_settle(struct xg_gpu_away *a);

#endif
