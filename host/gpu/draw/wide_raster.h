/* Inside of the wide rasteriser, shared by its files (wide_raster.c: collecting and bins,
 * wide_walk.c: pixels, wide_merge.c: output merger). */
#ifndef XG_GPU_DRAW_WIDE_RASTER_H
#define XG_GPU_DRAW_WIDE_RASTER_H

#include "gpu/draw/edges.h"
#include "gpu/draw/pool.h"
#include "gpu/draw/state.h"
#include "gpu/draw/texture_cache.h"
#include "gpu/draw/wide.h"

struct xg_wide_param {
    union {
        struct {
            double start[4], first[4], second[4];
        };
        float flat[4];
    };
};

struct xg_wide_triangle {
    struct xg_edges edges;
    double inv_area;
    double z[3]; /* of the vertices, offset included */
    double inv_w[3];
    int32_t bounds[4]; /* x0 y0 x1 y1 pixels, start even */
    int32_t box[4];
    uint32_t params; /* in xg_raster.params */
    uint8_t cls;
    bool perspective, back, sprite, nan;
} __attribute__((aligned(64)));

/* A thread's own. */
struct xg_worker {
    struct xg_wide wide;
    struct xg_lanes lanes;
    struct xg_draw r; /* shallow */
    struct xg_view view;
};

/* A triangle as assembled. */
struct xg_primitive {
    const struct xg_vertex *v[3], *provoking;
};

#define XG_RASTER_PRIMITIVES 8192u
#define XG_RASTER_SLOTS      (2 * XG_RASTER_PRIMITIVES)
#define XG_RASTER_BINS       8192u /* 16384 x 8192 pixels */
struct xg_raster {
    struct xg_pool *pool;
    struct xg_texture_cache *cache;
    struct xg_worker *worker[XG_POOL_MOST];
    pthread_mutex_t lock; /* of the host's pages */
    const struct xg_device_host *host;
    struct xg_device_host locked;
    /* the draw */
    uint64_t serial;
    float constants[2][256][4];
    bool nan[2];         /* among the constants */
    uint32_t param_bits; /* interpolators that are wanted */
    bool fast_merge;
    /* Triangles: slot n of `triangles` has its parameters at n * param_count of `params`. Slots
     * below XG_RASTER_PRIMITIVES belong to the primitives of the same number, the others are
     * taken as needed. */
    struct xg_primitive *primitives;
    uint32_t primitive_count;
    struct xg_wide_triangle *triangles;
    uint32_t extra;
    struct xg_wide_param *params;
    unsigned param_count;
    size_t param_space;
    uint32_t *order; /* slots to draw */
    uint32_t order_count;
    uint8_t *fate; /* of primitives */
    int64_t area;
    uint32_t columns, bins, bin[XG_RASTER_BINS + 1], cursor[XG_RASTER_BINS + 1];
    uint32_t *binned;
    size_t binned_space;
};

/* Eight pixels, 4 x 2: lanes 0..3 the left quad. */
struct xg_wide_group {
    const struct xg_wide_triangle *t;
    int32_t x, y;                        /* of lane 0; multiples of 4 and 2 */
    uint8_t covered[4];                  /* lanes, by sample */
    float z[4][XG_WIDE] XG_WIDE_ALIGNED; /* by sample */
    /* the block of 8 x 8 pixels around it, which lies in one tile of each surface but for the
     * depth's exchange of columns */
    int32_t block_x, block_y, column, row; /* column: 0, 1; row: 0..3 */
    bool placed;                           /* the words below are known */
    uint32_t *depth[2], *color[4];         /* first sample of the columns; of the block */
};

/* Draws what of a triangle lies in a region (multiples of 8 pixels). */
void xg_walk_triangle(struct xg_worker *w, const struct xg_wide_triangle *t,
                      const int32_t region[4]);

/* Depth and stencil before the shader: what survives is left in covered. */
void xg_merge_early(struct xg_worker *w, struct xg_wide_group *g);
/* The rest; outputs of the pixel shader are in w->wide. */
void xg_merge_group(struct xg_worker *w, struct xg_wide_group *g);
/* The state is one that the vectors handle. */
bool xg_merge_is_simple(const struct xg_draw *r);

#endif
