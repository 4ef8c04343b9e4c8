/* Inside of the renderer, shared by its files. */
#ifndef XG_GPU_DRAW_STATE_H
#define XG_GPU_DRAW_STATE_H

#include "gpu/draw/arith.h"
#include "gpu/draw/draw.h"
#include "gpu/draw/shader.h"
#include "gpu/draw/texture.h"
#include "gpu/xg_device_gen.h"

#include <pthread.h>

#define XG_REGISTERS 0x5003u
#define XG_PARAMS    16

/* eDRAM tiles of one draw: read at first touch, written back at its end. */
struct xg_tiles {
    struct xg_device *device;
    uint32_t (*data)[XG_EDRAM_TILE_BYTES / 4]; /* XG_EDRAM_TILES of them */
    uint32_t (*own)[XG_EDRAM_TILE_BYTES / 4];  /* data, unless the device lends its memory */
    bool lent;
    pthread_mutex_t lock;          /* of first touches */
    uint8_t state[XG_EDRAM_TILES]; /* 0 unknown, 1 read, 3 dirty */
    uint16_t used[XG_EDRAM_TILES];
    uint32_t used_count;
};

/* A vertex on the screen. */
struct xg_screen_vertex {
    int32_t x, y; /* 24.8 pixels, pixel centres at .5 */
    float z;      /* after the viewport */
    float inv_w;
    const float (*param)[4]; /* XG_PARAMS */
};

/* A vertex after the vertex shader. */
struct xg_vertex {
    float position[4];
    float point_size;
    bool kill, sized;               /* sized: point_size was exported */
    uint32_t code;                  /* planes that it lies outside of, or XG_CLIP_ODD */
    struct xg_screen_vertex screen; /* where code is 0 */
    float param[XG_PARAMS][4];
};
#define XG_CLIP_ODD    0x80000000u /* not a number, or off the screen's grid */
#define XG_CLIP_PLANES 13u

enum xg_primitive_class { XG_PRIM_POINT, XG_PRIM_LINE, XG_PRIM_POLYGON, XG_PRIM_RECT };

struct xg_triangle {
    const struct xg_screen_vertex *v[3];
    const struct xg_screen_vertex *provoking;
    enum xg_primitive_class cls;
    bool back;      /* back facing */
    bool sprite;    /* point: u, v run over the box below */
    int32_t box[4]; /* x0 y0 x1 y1, 24.8 */
};

struct xg_target {
    bool on;
    uint8_t format;
    uint8_t mask;     /* rgba written */
    uint32_t bits[2]; /* of a sample's words that the mask covers */
    int8_t exp_bias;
    uint32_t base;  /* tiles */
    uint32_t blend; /* RB_BLENDCONTROLn */
    bool blending;  /* not (one, zero, add) */
    bool wide;      /* 64 bits a sample */
};

/* Everything of a draw's state that more than one stage reads, decoded once. */
struct xg_setup {
    uint32_t pitch; /* pixels */
    unsigned msaa;  /* log2 of samples: 0, 1, 2 */
    unsigned samples;
    uint32_t tile_pitch; /* tiles a row, 32-bit surfaces */
    int32_t scissor[4];  /* x0 y0 x1 y1 pixels, end exclusive */
    struct xg_target target[4];
    bool any_color;
    uint32_t depth_base;
    bool depth_float;
    uint32_t depth_control;
    uint32_t stencil_front, stencil_back;
    bool depth_on, stencil_on, depth_write;
    uint32_t color_control;
    float alpha_ref;
    float blend_constant[4];
    bool pixel_shader; /* false: depth only */
    bool early_tests;
    uint32_t params; /* interpolators the pixel shader receives, a bit each */
    uint32_t flat;   /* of these, the flat ones */
    bool perspective;
    uint32_t sample_mask; /* as xg_quad.coverage */
    bool outline;         /* polygons are drawn as lines or points */
    /* clip.c: planes to be inside of (distance = dot + constant >= 0), viewport */
    double plane[XG_CLIP_PLANES][5];
    bool cull_only[XG_CLIP_PLANES];
    unsigned planes;
    float scale[3], offset[3];
};

struct xg_raster;

/* The renderer. Threads work with shallow copies that have views, lanes, warnings and counts
 * of their own. */
struct xg_draw {
    uint32_t *reg; /* XG_REGISTERS */
    struct xg_shader *shader[2];
    struct xg_shader **library; /* XG_LIBRARY decoded programs by hash of their words */
    struct xg_view view;
    struct xg_textures *textures;
    struct xg_draw_warnings warnings;
    struct xg_draw_stats stats;
    struct xg_tiles *tiles;
    struct xg_setup setup;
    struct xg_shader_env env[2];
    struct xg_lanes *lanes;
    struct xg_raster *raster; /* eight pixels wide, with threads; NULL: the scalar reference */
    bool wide;                /* this draw goes through it */
    /* geometry workspace, grown as needed */
    uint32_t *indices; /* slots into vertices, or XG_RESTART */
    size_t index_space;
    struct xg_vertex *vertices;
    uint32_t *vertex_index; /* guest index of each vertex */
    size_t vertex_count, vertex_space;
    float (*inputs)[8]; /* r0 and r1 of each vertex; NULL: its index in r0.x */
    float (*input_room)[8];
    size_t input_space;
    uint32_t *near_slot; /* of each index below XG_NEAR_INDICES; may be stale */
    uint32_t *hash;      /* of the others */
    size_t hash_space;
};
#define XG_RESTART      0xFFFFFFFFu
#define XG_LIBRARY      256u
#define XG_NEAR_INDICES 65536u

static inline uint32_t xg_bits(uint32_t v, unsigned low, unsigned width)
{
    return v >> low & (uint32_t)((1ull << width) - 1);
}
static inline int32_t xg_bits_signed(uint32_t v, unsigned low, unsigned width)
{
    return (int32_t)(v << (32 - low - width)) >> (32 - width);
}
static inline float xg_reg_float(const struct xg_draw *r, uint32_t index)
{
    return xg_bits_float(r->reg[index]);
}

/* setup.c: decodes the registers. false: nothing to draw (counted where that is odd). */
bool xg_setup_decode(struct xg_draw *r);
/* tessellate.c: patches to vertices with inputs of their own and a list of triangles. Returns
 * the number of indices in r->indices; 0: nothing. */
size_t xg_tessellate(struct xg_draw *r, const struct xg_gpu_draw *draw);
/* geometry.c */
bool xg_geometry_space(struct xg_draw *r, size_t indices, size_t vertices);
uint32_t xg_geometry_index(struct xg_draw *r, const struct xg_gpu_draw *draw, uint32_t i, bool raw);
void xg_geometry_run(struct xg_draw *r, const struct xg_gpu_draw *draw);
/* clip.c: clips, projects and hands triangles to the rasteriser. */
void xg_clip_setup(struct xg_draw *r);
/* The code of a vertex; its place on the screen when that is 0. */
uint32_t xg_clip_project(const struct xg_draw *r, struct xg_vertex *v);
/* A triangle of vertices with code 0; false: culled. Leaves provoking and box alone. */
bool xg_clip_whole(const struct xg_draw *r, const struct xg_vertex *const v[3],
                   enum xg_primitive_class cls, struct xg_triangle *t);
void xg_clip_triangle(struct xg_draw *r, const struct xg_vertex *const v[3],
                      const struct xg_vertex *provoking, enum xg_primitive_class cls);
void xg_clip_line(struct xg_draw *r, const struct xg_vertex *v[2], unsigned provoking);
void xg_clip_point(struct xg_draw *r, const struct xg_vertex *v);
/* raster.c */
void xg_raster_triangle(struct xg_draw *r, const struct xg_triangle *t);
/* What polygon offset adds to the depth of a triangle; e: its edges. */
struct xg_edges;
double xg_raster_offset(const struct xg_draw *r, const struct xg_triangle *t,
                        const struct xg_edges *e);

/* wide_raster.c: the same, eight pixels at a time and with threads. Triangles are collected and
 * drawn by flush; results equal those of raster.c. level.c chooses the build for the host,
 * AVX2 or SSE4.1. create: NULL without either. threads: 0
 * as many as the host has. */
struct xg_raster *xg_raster_create(unsigned threads);
void xg_raster_destroy(struct xg_raster *raster);
/* Whether this draw can go through it; compiles what has to be compiled. */
bool xg_raster_begin(struct xg_draw *r);
void xg_raster_add(struct xg_draw *r, const struct xg_triangle *t);
/* A polygon before clipping; not mixed with the triangles that are added. */
void xg_raster_primitive(struct xg_draw *r, const struct xg_vertex *const v[3],
                         const struct xg_vertex *provoking);
void xg_raster_flush(struct xg_draw *r);
/* Vertex shading: vertices [first, first + count) of r->vertices from r->vertex_index. */
void xg_raster_vertices(struct xg_draw *r);
/* A build of it. */
struct xg_raster_level {
    struct xg_raster *(*create)(unsigned threads);
    void (*destroy)(struct xg_raster *raster);
    bool (*begin)(struct xg_draw *r);
    void (*add)(struct xg_draw *r, const struct xg_triangle *t);
    void (*primitive)(struct xg_draw *r, const struct xg_vertex *const v[3],
                      const struct xg_vertex *provoking);
    void (*flush)(struct xg_draw *r);
    void (*vertices)(struct xg_draw *r);
};
extern const struct xg_raster_level xg_raster_avx2, xg_raster_sse41;
/* geometry.c: what is kept of a vertex; arrays of `stride` lanes. */
void xg_keep_vertex(const struct xg_draw *r, struct xg_vertex *v, uint64_t written,
                    const float *out, unsigned stride, unsigned lane);

/* Coverage of a 2x2 quad: bit 4 * pixel + sample; pixels in lane order. */
struct xg_quad {
    int32_t x, y; /* of pixel 0, even */
    uint32_t coverage;
    bool back;
    float z[4][4]; /* per pixel and sample, polygon offset included */
};
/* rop.c. Tests and writes; out: the pixel shader's outputs, NULL for depth only. */
void xg_rop_quad(struct xg_draw *r, struct xg_quad *q, const struct xg_lanes *out);
/* Depth and stencil before the shader; returns the surviving coverage. */
uint32_t xg_rop_early(struct xg_draw *r, struct xg_quad *q);
/* The output merger's blending of one sample (test_blend): everything in linear floats. */
void xg_blend(uint32_t control, const float source[4], const float dest[4], const float constant[4],
              bool clamp, float out[4]);
/* Sample <-> linear colour; words: 1 or 2 dwords of eDRAM. */
void xg_color_unpack(unsigned format, const uint32_t *words, float out[4]);
void xg_color_pack(unsigned format, const float in[4], uint32_t *words);
/* Which bits of the words a component mask covers. */
void xg_color_mask(unsigned format, unsigned mask, uint32_t bits[2]);
bool xg_color_known(unsigned format);

/* tiles.c */
bool xg_tiles_init(struct xg_tiles *t);
void xg_tiles_free(struct xg_tiles *t);
void xg_tiles_begin(struct xg_tiles *t, struct xg_device *device);
void xg_tiles_end(struct xg_tiles *t, struct xg_draw_stats *stats);
/* Before a tile is used. */
void xg_tiles_touch(struct xg_tiles *t, uint32_t tile, bool write);
/* The word of a sample: column and row in samples of 32 bits, pitch in tiles. */
uint32_t *xg_tiles_word(struct xg_tiles *t, uint32_t base, uint32_t pitch, uint32_t column,
                        uint32_t row, bool write);

#endif
