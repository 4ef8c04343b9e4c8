/* Which build of the wide renderer a host runs. */
#include "base/x86.h"
#include "gpu/draw/wide_raster.h"

#include <stdlib.h>
#include <string.h>

/* XG_DRAW=scalar: none; XG_JIT_LEVEL: none above. */
static const struct xg_raster_level *host_level(void)
{
    const char *mode = getenv("XG_DRAW"), *why;
    enum xg_x_level level;
    if ((mode && !strcmp(mode, "scalar")) || !xg_x_host_level(&level, &why))
        return NULL;
    return level >= XG_X_AVX2 ? &xg_raster_avx2 : &xg_raster_sse41;
}

bool xg_wide_available(void)
{
    return host_level() == &xg_raster_avx2;
}

struct xg_raster *xg_raster_create(unsigned threads)
{
    const struct xg_raster_level *level = host_level();
    struct xg_raster *q = level ? level->create(threads) : NULL;
    if (q)
        q->level = level;
    return q;
}

void xg_raster_destroy(struct xg_raster *q)
{
    if (q)
        q->level->destroy(q);
}

bool xg_raster_begin(struct xg_draw *r)
{
    return r->raster->level->begin(r);
}
void xg_raster_add(struct xg_draw *r, const struct xg_triangle *t)
{
    r->raster->level->add(r, t);
}
void xg_raster_primitive(struct xg_draw *r, const struct xg_vertex *const v[3],
                         const struct xg_vertex *provoking)
{
    r->raster->level->primitive(r, v, provoking);
}
void xg_raster_flush(struct xg_draw *r)
{
    r->raster->level->flush(r);
}
void xg_raster_vertices(struct xg_draw *r)
{
    r->raster->level->vertices(r);
}
