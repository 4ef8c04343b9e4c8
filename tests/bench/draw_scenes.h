/* Scenes that the golden renderer and OpenGL both can draw. */
#ifndef XG_TESTS_BENCH_DRAW_SCENES_H
#define XG_TESTS_BENCH_DRAW_SCENES_H

#include "base/error.h"
#include "base/types.h"

#define BENCH_WIDTH   1280
#define BENCH_HEIGHT  720
#define BENCH_SCENES  3u
#define BENCH_TEXTURE 256u /* texels on a side; nine levels */
#define BENCH_LEVELS  9u

struct bench_vertex {
    float position[3], normal[3], uv[2];
};

/* One draw: a range of indices and where it stands. */
struct bench_object {
    uint32_t first_vertex, first_index, index_count;
    float matrix[4][4]; /* rows: clip space = matrix * (position, 1) */
};

struct bench_scene {
    const char *name;
    unsigned samples; /* 1 or 4 */
    bool lit_by_vertex;
    struct bench_vertex *vertices;
    uint16_t *indices; /* relative to first_vertex */
    uint32_t vertex_count, index_count;
    struct bench_object *objects;
    uint32_t object_count;
    uint32_t *texels[BENCH_LEVELS]; /* R in the low byte */
};

struct bench_scene *bench_scene_create(unsigned number);
void bench_scene_destroy(struct bench_scene *scene);

struct bench_renderer {
    /* Clears and draws everything; has finished when it returns. */
    void (*frame)(struct bench_renderer *r, const struct bench_scene *scene);
    /* What was drawn (of samples: the first), top row first. */
    void (*picture)(struct bench_renderer *r, uint32_t *pixels);
    void (*destroy)(struct bench_renderer *r);
};
struct bench_renderer *bench_xenos_create(const struct bench_scene *scene, struct xg_error *err);
struct bench_renderer *bench_gl_create(const struct bench_scene *scene, struct xg_error *err);

#endif
