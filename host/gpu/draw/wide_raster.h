/* Inside of the wide rasteriser, shared by its files: wide_raster.c (collecting, bins),
 * wide_setup.c (triangles), wide_walk.c (coverage, depth), wide_shade.c (interpolation, shading),
 * wide_depth.c (depth, stencil), wide_merge.c and wide_color.c (output merger). */
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

/* Edges are those of edges.h. The values of small triangles fit 32 bits wherever they are
 * walked; the others use doubles, which are exact below 2^53. */
struct xg_wide_triangle {
    double inv_area;
    double z[3]; /* of the vertices, offset included */
    double inv_w[3];
    int32_t a[4], b[4]; /* a step of 1/256 pixel; the last: 0 */
    int32_t c[4];       /* small: less the bias, at the centre of the pixel (anchor) */
    int32_t anchor[2];  /* multiples of 8 at or before the bounds */
    int32_t x[3], y[3]; /* of the vertices */
    int32_t bounds[4];  /* x0 y0 x1 y1 pixels, start even */
    int32_t box[4];
    uint32_t params; /* in xg_raster.params */
    uint8_t bias[3];
    uint8_t cls;
    bool small, perspective, back, sprite, nan;
} __attribute__((aligned(64)));

/* Where the first sample of a quad lies: a tile of a surface that begins at tile 0, and words in
 * it. A tile has 80 x 16 samples, so a block of 8 x 8 pixels lies in one whatever the number of
 * samples; the columns of depth are exchanged in steps of 40. */
struct xg_wide_place {
    uint32_t tile;
    uint16_t color, depth;
};

/* 4 x 2 pixels of a triangle, two quads: lanes 0..3 the left one. */
struct xg_wide_group {
    union {
        int32_t narrow[3][XG_WIDE]; /* of small triangles */
        double whole[3][XG_WIDE];
    } edge;              /* at the pixels' centres */
    float z[4][XG_WIDE]; /* by sample */
    const struct xg_wide_triangle *t;
    int32_t x, y;
    struct xg_wide_place place; /* of the left quad */
    uint8_t covered[4];         /* lanes, by sample */
    uint8_t shape[4];           /* before the tests: centroids do not move with them */
} XG_WIDE_ALIGNED;

/* A quad with something left after the tests that come before shading. */
struct xg_wide_quad {
    const struct xg_wide_group *g;
    unsigned half;
};

/* Two quads, of which the second may be none, for the output merger. */
struct xg_wide_pair {
    const struct xg_wide_triangle *t[2];
    const float (*z[2])[XG_WIDE]; /* by sample */
    int32_t x[2], y[2];
    struct xg_wide_place place[2];
    bool alone;
    uint8_t covered[4]; /* lanes, by sample */
};

/* What the pixel shader gave two quads, for the output merger. */
struct xg_wide_outputs {
    float color[4][4][XG_WIDE], depth[XG_WIDE];
    uint32_t written[4][XG_WIDE], depth_written[XG_WIDE], killed[XG_WIDE]; /* masks */
} XG_WIDE_ALIGNED;

/* A thread's own. Groups of all triangles wait until there are many; then they are tested, and
 * shading takes the quads that are left two at a time, whatever triangles they are of. The order
 * of the draw is kept throughout. */
#define XG_WIDE_GROUPS 32u
struct xg_worker {
    struct xg_wide wide;
    struct xg_lanes lanes;
    struct xg_draw r; /* shallow */
    struct xg_view view;
    unsigned group_count, quad_count;
    struct xg_wide_group groups[XG_WIDE_GROUPS];
    struct xg_wide_quad quads[2 * XG_WIDE_GROUPS];
    struct xg_wide_outputs outputs[XG_WIDE_GROUPS]; /* of pairs */
    uint32_t nowhere[8 * 80];                       /* samples of the quad that is not there */
};

/* A triangle as assembled. */
struct xg_primitive {
    const struct xg_vertex *v[3], *provoking;
};

#define XG_RASTER_PRIMITIVES 8192u
#define XG_RASTER_SLOTS      (2 * XG_RASTER_PRIMITIVES)
#define XG_RASTER_BINS       8192u /* 16384 x 8192 pixels */
struct xg_raster {
    const struct xg_raster_level *level;
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

/* What became of a triangle. */
enum xg_fate {
    XG_FATE_NOTHING, /* culled, no area */
    XG_FATE_HIDDEN,  /* no pixel of it can be covered */
    XG_FATE_READY,
    XG_FATE_GENERAL, /* a primitive that has to be clipped */
};

/* Vertices -> what drawing needs, into a slot. */
enum xg_fate xg_collect_triangle(const struct xg_draw *r, const struct xg_triangle *t,
                                 uint32_t slot);
/* Draws what of a triangle lies in a region (multiples of 8 pixels), but for the groups that
 * wait. */
void xg_walk_triangle(struct xg_worker *w, const struct xg_wide_triangle *t,
                      const int32_t region[4]);
/* Tests, shades and merges the groups that wait. */
void xg_draw_groups(struct xg_worker *w);

/* From a pixel's centre to its samples, for each edge. */
void xg_sample_deltas(const struct xg_setup *s, const struct xg_wide_triangle *t,
                      double delta[4][3]);
/* Depth of the samples; depth and stencil where they come before the shader: what survives is
 * left in covered. */
void xg_test_group(struct xg_worker *w, struct xg_wide_group *g);
/* The same after it. */
void xg_test_pair(struct xg_worker *w, struct xg_wide_pair *p, const struct xg_wide_outputs *out);
/* The output merger; out: the pixel shader's, where there is one. */
void xg_merge_pair(struct xg_worker *w, struct xg_wide_pair *p, const struct xg_wide_outputs *out);

#endif
