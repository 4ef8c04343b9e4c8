/* Triangles made ready to be walked: edges, bounds, depth and parameters as doubles. Everything
 * that follows from the vertices alone is found here, once. Built for AVX2. */
#include "gpu/draw/wide_math.h"
#include "gpu/draw/wide_raster.h"

/* Extent in 1/256 pixel up to which edge values fit 32 bits: at most 2 * 96 * 105 * 65,536 at
 * the corners of the blocks that a triangle touches. */
#define SMALL (96 * 256)

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}
static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* Values at vertex 0 and differences to the others, four components a parameter. false: one is
 * infinite or NaN. */
static bool collect_params(const struct xg_draw *r, const struct xg_triangle *t,
                           struct xg_wide_param *p)
{
    __m128 odd = _mm_setzero_ps();
    for (uint32_t left = r->raster->param_bits; left; left &= left - 1, p++) {
        unsigned i = (unsigned)__builtin_ctz(left);
        if (r->setup.flat >> i & 1) {
            __m128 v = _mm_loadu_ps(t->provoking->param[i]);
            for (unsigned c = 0; c < 4; c++)
                p->flat[c] = xg_flush(t->provoking->param[i][c]);
            odd = _mm_or_ps(odd, _mm_sub_ps(v, v));
            continue;
        }
        __m128 v0 = _mm_loadu_ps(t->v[0]->param[i]), v1 = _mm_loadu_ps(t->v[1]->param[i]);
        __m128 v2 = _mm_loadu_ps(t->v[2]->param[i]);
        double4 start = _mm256_cvtps_pd(v0);
        _mm256_storeu_pd(p->start, start);
        _mm256_storeu_pd(p->first, sub(_mm256_cvtps_pd(v1), start));
        _mm256_storeu_pd(p->second, sub(_mm256_cvtps_pd(v2), start));
        /* x - x is a NaN where x is no number, else +0 */
        odd = _mm_or_ps(
            odd, _mm_or_ps(_mm_sub_ps(v0, v0), _mm_or_ps(_mm_sub_ps(v1, v1), _mm_sub_ps(v2, v2))));
    }
    return !_mm_movemask_ps(_mm_cmpunord_ps(odd, odd));
}

/* Pixels that the triangle can touch; false: none. */
static bool find_bounds(const struct xg_setup *s, const int32_t low[2], const int32_t high[2],
                        int32_t bounds[4])
{
    for (unsigned a = 0; a < 2; a++) {
        /* no pixel centre between the ends */
        if (!s->msaa && (low[a] + 127) >> 8 > (high[a] - 128) >> 8)
            return false;
        bounds[a] = most(low[a] >> 8, s->scissor[a]) & ~1;
        bounds[a + 2] = least((high[a] >> 8) + 1, s->scissor[a + 2]);
    }
    return bounds[0] < bounds[2] && bounds[1] < bounds[3];
}

static void collect_edges(const struct xg_edges *e, struct xg_wide_triangle *out)
{
    for (unsigned i = 0; i < 2; i++)
        out->anchor[i] = out->bounds[i] & ~7;
    for (unsigned i = 0; i < 3; i++) {
        out->a[i] = (int32_t)e->a[i];
        out->b[i] = (int32_t)e->b[i];
        out->bias[i] = (uint8_t)e->bias[i];
        out->c[i] =
            (int32_t)(xg_edge_at(e, i, out->anchor[0] * 256 + 128, out->anchor[1] * 256 + 128) -
                      e->bias[i]);
    }
    out->a[3] = out->b[3] = out->c[3] = 0;
}

static enum xg_fate collect(const struct xg_draw *r, const struct xg_triangle *t,
                            struct xg_wide_triangle *out)
{
    struct xg_edges e;
    int32_t *x = out->x, *y = out->y;
    for (unsigned i = 0; i < 3; i++) {
        x[i] = t->v[i]->x;
        y[i] = t->v[i]->y;
    }
    if (!xg_edges_setup(&e, x, y))
        return XG_FATE_NOTHING;
    int32_t low[2] = {least(least(x[0], x[1]), x[2]), least(least(y[0], y[1]), y[2])};
    int32_t high[2] = {most(most(x[0], x[1]), x[2]), most(most(y[0], y[1]), y[2])};
    if (!find_bounds(&r->setup, low, high, out->bounds))
        return XG_FATE_HIDDEN;
    out->small = high[0] - low[0] <= SMALL && high[1] - low[1] <= SMALL;
    collect_edges(&e, out);
    out->inv_area = 1.0 / (double)e.area;
    double offset = xg_raster_offset(r, t, &e);
    for (unsigned i = 0; i < 3; i++) {
        out->z[i] = (double)t->v[i]->z + offset;
        out->inv_w[i] = (double)t->v[i]->inv_w;
    }
    bool same = t->v[0]->inv_w == t->v[1]->inv_w && t->v[0]->inv_w == t->v[2]->inv_w;
    out->perspective = r->setup.perspective && !same;
    out->cls = t->cls;
    out->back = t->back;
    out->sprite = t->sprite;
    memcpy(out->box, t->box, sizeof out->box);
    return XG_FATE_READY;
}

enum xg_fate xg_collect_triangle(const struct xg_draw *r, const struct xg_triangle *t,
                                 uint32_t slot)
{
    const struct xg_raster *q = r->raster;
    struct xg_wide_triangle *out = &q->triangles[slot];
    enum xg_fate fate = collect(r, t, out);
    out->params = slot * q->param_count;
    if (fate == XG_FATE_READY)
        out->nan = !collect_params(r, t, q->params + out->params);
    return fate;
}
