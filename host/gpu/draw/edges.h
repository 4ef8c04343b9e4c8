/* Exact coverage: edge functions over 1/256 pixel coordinates in 64-bit integers, top-left
 * rule. Separate from the rest so that it can be tested against rational arithmetic. */
#ifndef XG_GPU_DRAW_EDGES_H
#define XG_GPU_DRAW_EDGES_H

#include "base/types.h"

/* e(x, y) = a x + b y + c, positive inside; points on an edge count when it is a top or a
 * left edge. Coordinates below 2^23 in magnitude keep everything below 2^50. */
struct xg_edges {
    int64_t a[3], b[3], c[3]; /* edge i lies opposite vertex i */
    int64_t bias[3];          /* 0 where the edge owns its points, else 1 */
    int64_t area;             /* twice the area, > 0 after set-up */
    bool flipped;             /* vertices 1 and 2 were exchanged */
};

/* false: no area. */
static inline bool xg_edges_setup(struct xg_edges *e, const int32_t x[3], const int32_t y[3])
{
    int64_t area = (int64_t)(x[1] - x[0]) * (y[2] - y[0]) - (int64_t)(x[2] - x[0]) * (y[1] - y[0]);
    int64_t sign = area < 0 ? -1 : 1;
    e->flipped = area < 0;
    e->area = area * sign;
    for (unsigned i = 0; i < 3; i++) {
        unsigned p = (i + 1) % 3, q = (i + 2) % 3;
        e->a[i] = sign * ((int64_t)y[p] - y[q]);
        e->b[i] = sign * ((int64_t)x[q] - x[p]);
        e->c[i] = -(e->a[i] * x[p] + e->b[i] * y[p]);
        /* y points down. Inside lies to the right of a left edge (a > 0) and below a top
         * edge (horizontal, b > 0). */
        e->bias[i] = e->a[i] > 0 || (e->a[i] == 0 && e->b[i] > 0) ? 0 : 1;
    }
    return area != 0;
}

static inline int64_t xg_edge_at(const struct xg_edges *e, unsigned i, int64_t x, int64_t y)
{
    return e->a[i] * x + e->b[i] * y + e->c[i];
}

static inline bool xg_edges_cover(const struct xg_edges *e, int64_t x, int64_t y)
{
    return xg_edge_at(e, 0, x, y) >= e->bias[0] && xg_edge_at(e, 1, x, y) >= e->bias[1] &&
           xg_edge_at(e, 2, x, y) >= e->bias[2];
}

/* Sample positions inside a pixel, 1/256 pixel from its corner; log2 of samples 0..2. */
static inline const int16_t (*xg_sample_positions(unsigned msaa))[2]
{
    static const int16_t positions[3][4][2] = {
        {{128, 128}, {0, 0}, {0, 0}, {0, 0}},
        /* sixteenths (-4,-4) (4,4) and, in eDRAM order, (-2,-6) (-6,2) (6,-2) (2,6) */
        {{64, 64}, {192, 192}, {0, 0}, {0, 0}},
        {{96, 32}, {32, 160}, {224, 96}, {160, 224}},
    };
    return positions[msaa];
}

#endif
