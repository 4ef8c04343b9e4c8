/* Patches: a grid of vertices over each, for which the vertex shader computes positions. The
 * layout of r0 and r1 tells the shader where it stands (docs/draw.md, "Patches"). */
#include "gpu/draw/state.h"

#include <string.h>

enum { PRIM_TRIANGLES = 4, PRIM_QUADS = 13, PATCH_TRIANGLE = 17, PATCH_QUAD = 18 };
#define MOST_SEGMENTS 64u
#define MOST_VERTICES (1u << 20)

/* A factor to a number of equal segments: discrete ones rounded down, the others up to even. */
static uint32_t segments_of(float factor, bool discrete)
{
    if (!(factor > 1.0f))
        factor = 1.0f;
    if (factor > (float)MOST_SEGMENTS)
        factor = (float)MOST_SEGMENTS;
    uint32_t n = (uint32_t)factor;
    if (discrete)
        return n;
    n += (float)n < factor;
    n += n & 1;
    return n < MOST_SEGMENTS ? n : MOST_SEGMENTS;
}

/* What kind of patches a draw has. */
struct patches {
    bool quads, listed; /* listed: three or four indices a patch, else one */
    unsigned corners;
    uint32_t count, mode; /* 0 discrete, 1 continuous, 2 adaptive */
};

/* One number of segments a patch: the greatest factor of its edges. */
static uint32_t patch_segments(struct xg_draw *r, const struct xg_gpu_draw *draw,
                               const struct patches *p, uint32_t patch)
{
    float most = xg_reg_float(r, XG_REG_VGT_HOS_MAX_TESS_LEVEL) + 1.0f;
    float least = xg_reg_float(r, XG_REG_VGT_HOS_MIN_TESS_LEVEL) + 1.0f, factor = 1.0f;
    if (p->mode != 2)
        return segments_of(most, p->mode == 0);
    for (unsigned i = 0; i < p->corners; i++) {
        uint32_t bits = xg_geometry_index(r, draw, patch * p->corners + i, true);
        float f = xg_bits_float(bits) + 1.0f;
        f = f < least ? least : f;
        f = f > most ? most : f;
        factor = f > factor ? f : factor;
    }
    return segments_of(factor, false);
}

static uint32_t vertices_of(const struct patches *p, uint32_t n)
{
    return p->quads ? (n + 1) * (n + 1) : (n + 1) * (n + 2) / 2;
}

/* r0 and r1 of the vertex at u, v of a patch. */
static void fill_input(const struct patches *p, const float index[4], float patch, float u, float v,
                       float in[8])
{
    memset(in, 0, 8 * sizeof *in);
    if (p->quads && p->listed) {
        in[0] = u;
        in[1] = v;
        in[2] = index[0];
        memcpy(in + 4, index + 1, 3 * sizeof *in);
    } else if (p->quads) {
        in[0] = patch;
        in[1] = u;
        in[2] = v;
    } else { /* weights of corners: z of the first, y of the second, x of the third */
        in[0] = v;
        in[1] = u;
        in[2] = 1.0f - u - v;
        memcpy(in + 4, index, 3 * sizeof *in);
        if (!p->listed) {
            in[4] = patch;
            in[5] = in[6] = 0;
        }
    }
}

/* Row `y` of the grid begins at this vertex: rows of a triangle get shorter. */
static uint32_t row_start(const struct patches *p, uint32_t n, uint32_t y)
{
    return p->quads ? y * (n + 1) : y * (n + 1) - y * (y - 1) / 2;
}

static size_t connect(struct xg_draw *r, const struct patches *p, uint32_t n, uint32_t first,
                      size_t at)
{
    for (uint32_t y = 0; y < n; y++)
        for (uint32_t x = 0; x < (p->quads ? n : n - y); x++) {
            uint32_t a = first + row_start(p, n, y) + x, c = first + row_start(p, n, y + 1) + x;
            const uint32_t two[6] = {a, a + 1, c, a + 1, c + 1, c};
            bool both = p->quads || x + 1 < n - y;
            memcpy(r->indices + at, two, (both ? 6 : 3) * sizeof *two);
            at += both ? 6 : 3;
        }
    return at;
}

static void add_vertices(struct xg_draw *r, const struct xg_gpu_draw *draw, const struct patches *p,
                         uint32_t patch, uint32_t n)
{
    float index[4] = {0}, number = (float)patch;
    for (unsigned i = 0; i < p->corners && p->listed; i++)
        index[i] = (float)xg_geometry_index(r, draw, patch * p->corners + i, false);
    if (!p->listed && p->mode != 2)
        number = (float)xg_geometry_index(r, draw, patch, false);
    for (uint32_t y = 0; y <= n; y++)
        for (uint32_t x = 0; x <= (p->quads ? n : n - y); x++)
            fill_input(p, index, number, (float)x / (float)n, (float)y / (float)n,
                       r->input_room[r->vertex_count++]);
}

static bool describe(struct xg_draw *r, const struct xg_gpu_draw *draw, struct patches *p)
{
    unsigned type = xg_bits(draw->initiator, 0, 6);
    uint32_t count = draw->initiator >> 16;
    p->mode = xg_bits(r->reg[XG_REG_VGT_HOS_CNTL], 0, 2);
    p->quads = type == PRIM_QUADS || type == PATCH_QUAD;
    p->listed = type == PRIM_TRIANGLES || type == PRIM_QUADS;
    p->corners = p->quads ? 4 : 3;
    p->count = p->listed || p->mode == 2 ? count / p->corners : count;
    bool known = p->listed || type == PATCH_TRIANGLE || type == PATCH_QUAD;
    if (!known || p->mode == 3 || (p->mode == 2 && p->listed)) {
        xg_draw_warn(&r->warnings, XG_WARN_TESSELLATION, type);
        return false;
    }
    return true;
}

size_t xg_tessellate(struct xg_draw *r, const struct xg_gpu_draw *draw)
{
    struct patches p;
    uint64_t vertices = 0, indices = 0;
    if (!describe(r, draw, &p))
        return 0;
    for (uint32_t i = 0; i < p.count; i++) {
        uint32_t n = patch_segments(r, draw, &p, i);
        vertices += vertices_of(&p, n);
        indices += 3ull * n * n * (p.quads ? 2 : 1);
    }
    if (vertices > MOST_VERTICES || !xg_geometry_space(r, indices, vertices)) {
        xg_draw_warn(&r->warnings, XG_WARN_TESSELLATION, p.count);
        return 0;
    }
    size_t at = 0;
    r->vertex_count = 0;
    r->inputs = r->input_room;
    for (uint32_t i = 0; i < p.count; i++) {
        uint32_t n = patch_segments(r, draw, &p, i), first = (uint32_t)r->vertex_count;
        add_vertices(r, draw, &p, i, n);
        at = connect(r, &p, n, first, at);
    }
    return at;
}
