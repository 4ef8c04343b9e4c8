/* Index fetch, vertex shading, primitive assembly. */
#include "gpu/draw/state.h"

#include <stdlib.h>
#include <string.h>

enum {
    PRIM_POINTS = 1,
    PRIM_LINES = 2,
    PRIM_LINE_STRIP = 3,
    PRIM_TRIANGLES = 4,
    PRIM_FAN = 5,
    PRIM_STRIP = 6,
    PRIM_RECTS = 8,
    PRIM_LINE_LOOP = 12,
    PRIM_QUADS = 13,
    PRIM_QUAD_STRIP = 14,
    PRIM_POLYGON = 15,
};

static bool grow(void **p, size_t *space, size_t needed, size_t size)
{
    if (needed <= *space)
        return true;
    size_t n = needed + needed / 2 + 64;
    void *more = realloc(*p, n * size);
    if (!more)
        return false;
    *p = more;
    *space = n;
    return true;
}

/* --- indices --- */

struct index_source {
    const struct xg_gpu_draw *draw;
    unsigned kind; /* 0 memory, 1 inline, 2 automatic */
    bool wide;
    uint32_t words, endian;
    bool restarts;
    uint32_t restart;
    uint32_t low, high, offset;
};

static uint32_t raw_index(struct xg_draw *r, const struct index_source *s, uint32_t i)
{
    const struct xg_gpu_draw *draw = s->draw;
    if (s->kind == 2)
        return i;
    if (s->kind == 1) {
        size_t at = s->wide ? i : i / 2;
        uint32_t v = at < draw->immediate_count ? draw->immediate[at] : 0;
        return s->wide ? v : v >> 16 * (i & 1) & 0xFFFF;
    }
    if (i >= s->words)
        return 0;
    uint32_t address = draw->dma_base + (s->wide ? 4 * i : 2 * i);
    uint32_t v = xg_gpu_swap32(xg_view_word(&r->view, address), s->endian);
    return s->wide ? v : v >> 8 * (address & 2) & 0xFFFF;
}

/* Indices [first, first + count): halves that one page holds are read in one go. */
static void raw_indices(struct xg_draw *r, const struct index_source *s, uint32_t first,
                        uint32_t count, uint32_t *out)
{
    uint32_t address = s->draw->dma_base + 2 * first;
    bool plain = s->kind == 0 && !s->wide && s->endian < 2 && !(address & 1) &&
                 first + count <= s->words && (address & 4095) + 2 * count <= 4096;
    if (!plain) {
        for (uint32_t i = 0; i < count; i++)
            out[i] = raw_index(r, s, first + i);
        return;
    }
    const uint8_t *p = xg_view_at(&r->view, address);
    for (uint32_t i = 0; i < count; i++)
        out[i] = s->endian ? xg_ld16be(p + 2 * i) : xg_ld16le(p + 2 * i);
}

/* Guest index after reset test, offset and clamp; XG_RESTART for the reset index. */
static uint32_t resolve_index(const struct index_source *s, uint32_t v)
{
    v &= s->wide || s->kind == 2 ? 0xFFFFFF : 0xFFFF;
    if (s->restarts && v == s->restart)
        return XG_RESTART;
    v = (v + s->offset) & 0xFFFFFF;
    return v < s->low ? s->low : v > s->high ? s->high : v;
}

/* Slot of a guest index; equal indices share one vertex. */
static uint32_t vertex_slot(struct xg_draw *r, uint32_t index)
{
    size_t mask = r->hash_space - 1;
    if (index < XG_NEAR_INDICES) { /* nearly always */
        uint32_t *slot = &r->near_slot[index];
        if (*slot >= r->vertex_count || r->vertex_index[*slot] != index) {
            *slot = (uint32_t)r->vertex_count;
            r->vertex_index[r->vertex_count++] = index;
        }
        return *slot;
    }
    for (size_t h = index * 2654435761u >> 8 & mask;; h = (h + 1) & mask) {
        uint32_t slot = r->hash[h];
        if (slot == XG_RESTART) {
            r->hash[h] = (uint32_t)r->vertex_count;
            r->vertex_index[r->vertex_count] = index;
            return (uint32_t)r->vertex_count++;
        }
        if (r->vertex_index[slot] == index)
            return slot;
    }
}

bool xg_geometry_space(struct xg_draw *r, size_t indices, size_t vertices)
{
    size_t space = r->vertex_space;
    return grow((void **)&r->indices, &r->index_space, indices, sizeof *r->indices) &&
           grow((void **)&r->input_room, &r->input_space, vertices, sizeof *r->input_room) &&
           grow((void **)&r->vertex_index, &space, vertices, sizeof *r->vertex_index) &&
           grow((void **)&r->vertices, &r->vertex_space, vertices, sizeof *r->vertices);
}

static bool prepare_space(struct xg_draw *r, uint32_t count)
{
    size_t hash = 64, space = r->vertex_space;
    while (hash < 2 * (size_t)count)
        hash *= 2;
    if (hash > r->hash_space) {
        free(r->hash);
        r->hash = malloc(hash * sizeof *r->hash);
        r->hash_space = r->hash ? hash : 0;
    }
    bool ok = r->hash && grow((void **)&r->indices, &r->index_space, count, sizeof *r->indices) &&
              grow((void **)&r->vertex_index, &space, count, sizeof *r->vertex_index) &&
              grow((void **)&r->vertices, &r->vertex_space, count, sizeof *r->vertices);
    if (!r->near_slot)
        r->near_slot = calloc(XG_NEAR_INDICES, sizeof *r->near_slot);
    ok = ok && r->near_slot;
    if (ok)
        memset(r->hash, 0xFF, r->hash_space * sizeof *r->hash);
    r->vertex_count = 0;
    return ok;
}

static struct index_source index_source(const struct xg_draw *r, const struct xg_gpu_draw *draw)
{
    uint32_t v = draw->initiator;
    return (struct index_source){.draw = draw,
                                 .kind = xg_bits(v, 6, 2),
                                 .wide = v >> 11 & 1,
                                 .words = draw->dma_size & 0xFFFFFF,
                                 .endian = draw->dma_size >> 30,
                                 .restarts = r->reg[XG_REG_PA_SU_SC_MODE_CNTL] >> 21 & 1,
                                 .restart = r->reg[XG_REG_VGT_MULTI_PRIM_IB_RESET_INDX] & 0xFFFFFF,
                                 .low = r->reg[XG_REG_VGT_MIN_VTX_INDX] & 0xFFFFFF,
                                 .high = r->reg[XG_REG_VGT_MAX_VTX_INDX] & 0xFFFFFF,
                                 .offset = r->reg[XG_REG_VGT_INDX_OFFSET]};
}

uint32_t xg_geometry_index(struct xg_draw *r, const struct xg_gpu_draw *draw, uint32_t i, bool raw)
{
    struct index_source s = index_source(r, draw);
    s.restarts = false;
    uint32_t v = raw_index(r, &s, i);
    return raw ? v : resolve_index(&s, v);
}

static bool fetch_indices(struct xg_draw *r, const struct xg_gpu_draw *draw, uint32_t count)
{
    struct index_source s = index_source(r, draw);
    uint32_t raw[256];
    if (s.kind == 3) {
        xg_draw_warn(&r->warnings, XG_WARN_INDEX_SOURCE, draw->initiator);
        return false;
    }
    if (!prepare_space(r, count))
        return false;
    for (uint32_t first = 0; first < count; first += XG_COUNTOF(raw)) {
        uint32_t n = count - first < XG_COUNTOF(raw) ? count - first : XG_COUNTOF(raw);
        raw_indices(r, &s, first, n, raw);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t index = resolve_index(&s, raw[i]);
            r->indices[first + i] = index == XG_RESTART ? XG_RESTART : vertex_slot(r, index);
        }
    }
    return true;
}

/* --- vertex shading --- */

void xg_keep_vertex(const struct xg_draw *r, struct xg_vertex *v, uint64_t written,
                    const float *out, unsigned stride, unsigned lane)
{
    const float *at = out + lane;
#define OUT(i, c) at[(4 * (size_t)(i) + (c)) * stride]
    for (unsigned c = 0; c < 4; c++)
        v->position[c] =
            written >> XG_EXPORT_POSITION & 1 ? xg_flush(OUT(XG_EXPORT_POSITION, c)) : 0.0f;
    for (uint32_t left = r->setup.params; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        for (unsigned c = 0; c < 4; c++)
            v->param[i][c] = written >> i & 1 ? OUT(i, c) : 0.0f;
    }
    bool extra = written >> XG_EXPORT_POINT & 1;
    v->sized = extra;
    v->point_size = extra ? xg_result(OUT(XG_EXPORT_POINT, 0)) : 0.0f;
    v->kill = extra && xg_float_bits(OUT(XG_EXPORT_POINT, 2)) & 0x7FFFFFFF;
    v->code = xg_clip_project(r, v);
#undef OUT
}

static void shade_vertices(struct xg_draw *r)
{
    const struct xg_shader *vs = r->shader[XG_STAGE_VS];
    if (r->wide) {
        xg_raster_vertices(r);
        r->stats.vertices += r->vertex_count;
        return;
    }
    for (size_t first = 0; first < r->vertex_count; first += XG_LANES) {
        struct xg_lanes *lanes = r->lanes;
        size_t count = r->vertex_count - first < XG_LANES ? r->vertex_count - first : XG_LANES;
        xg_lanes_begin(lanes, vs);
        lanes->active = (uint8_t)((1u << count) - 1);
        for (size_t l = 0; l < count; l++) {
            lanes->r[0][0][l] = r->inputs ? 0.0f : (float)r->vertex_index[first + l];
            for (unsigned k = 0; k < 8 && r->inputs; k++)
                lanes->r[k / 4][k % 4][l] = r->inputs[first + l][k];
        }
        xg_shader_run(vs, &r->env[XG_STAGE_VS], lanes);
        for (size_t l = 0; l < count; l++)
            xg_keep_vertex(r, &r->vertices[first + l], lanes->written[l], lanes->out[0][0],
                           XG_LANES, (unsigned)l);
    }
    r->stats.vertices += r->vertex_count;
}

/* --- assembly --- */

static bool killed(const struct xg_draw *r, const struct xg_vertex *const v[], unsigned n)
{
    unsigned kills = 0;
    for (unsigned i = 0; i < n; i++)
        kills += v[i]->kill;
    bool any = r->reg[XG_REG_PA_CL_CLIP_CNTL] >> 21 & 1;
    return any ? kills > 0 : kills == n;
}

static bool provoking_last(const struct xg_draw *r)
{
    return r->reg[XG_REG_PA_SU_SC_MODE_CNTL] >> 19 & 1;
}

/* first, last: which of the three is provoking under either convention. */
static void triangle(struct xg_draw *r, const uint32_t *slots, unsigned a, unsigned b, unsigned c,
                     unsigned first, unsigned last)
{
    const struct xg_vertex *v[3] = {&r->vertices[slots[a]], &r->vertices[slots[b]],
                                    &r->vertices[slots[c]]};
    r->stats.primitives++;
    if (killed(r, v, 3))
        return;
    if (r->wide)
        xg_raster_primitive(r, v, v[provoking_last(r) ? last : first]);
    else
        xg_clip_triangle(r, v, v[provoking_last(r) ? last : first], XG_PRIM_POLYGON);
}

static void line(struct xg_draw *r, uint32_t a, uint32_t b)
{
    const struct xg_vertex *v[2] = {&r->vertices[a], &r->vertices[b]};
    r->stats.primitives++;
    if (!killed(r, v, 2))
        xg_clip_line(r, v, provoking_last(r));
}

static double square(double x)
{
    return x * x;
}

/* The fourth corner lies opposite the vertex that faces the longest edge. */
static void rectangle(struct xg_draw *r, const uint32_t *slots)
{
    const struct xg_vertex *v[3] = {&r->vertices[slots[0]], &r->vertices[slots[1]],
                                    &r->vertices[slots[2]]};
    r->stats.primitives++;
    if (killed(r, v, 3))
        return;
    unsigned corner = 0;
    double longest = -1;
    for (unsigned i = 0; i < 3; i++) { /* edge opposite vertex i */
        const float *p = v[(i + 1) % 3]->position, *q = v[(i + 2) % 3]->position;
        double length = square((double)p[0] - q[0]) + square((double)p[1] - q[1]);
        if (length > longest) {
            longest = length;
            corner = i;
        }
    }
    const struct xg_vertex *a = v[corner], *b = v[(corner + 1) % 3], *c = v[(corner + 2) % 3];
    struct xg_vertex d = *a;
    for (unsigned k = 0; k < 4; k++)
        d.position[k] = xg_sub(xg_add(b->position[k], c->position[k]), a->position[k]);
    for (unsigned i = 0; i < XG_PARAMS; i++)
        for (unsigned k = 0; k < 4 && r->setup.params >> i & 1; k++)
            d.param[i][k] = xg_sub(xg_add(b->param[i][k], c->param[i][k]), a->param[i][k]);
    d.code = xg_clip_project(r, &d);
    const struct xg_vertex *one[3] = {a, b, c}, *two[3] = {c, b, &d};
    const struct xg_vertex *provoking = v[provoking_last(r) ? 2 : 0];
    xg_clip_triangle(r, one, provoking, XG_PRIM_RECT);
    xg_clip_triangle(r, two, provoking, XG_PRIM_RECT);
}

/* Primitives of n vertices without a restart among them. */
static void assemble(struct xg_draw *r, unsigned type, const uint32_t *s, size_t n)
{
    switch (type) {
    case PRIM_POINTS:
        for (size_t i = 0; i < n; i++) {
            const struct xg_vertex *v = &r->vertices[s[i]];
            r->stats.primitives++;
            if (!v->kill)
                xg_clip_point(r, v);
        }
        break;
    case PRIM_LINES:
        for (size_t i = 0; i + 2 <= n; i += 2)
            line(r, s[i], s[i + 1]);
        break;
    case PRIM_LINE_STRIP:
    case PRIM_LINE_LOOP:
        for (size_t i = 0; i + 2 <= n; i++)
            line(r, s[i], s[i + 1]);
        if (type == PRIM_LINE_LOOP && n >= 2)
            line(r, s[n - 1], s[0]);
        break;
    case PRIM_TRIANGLES:
        for (size_t i = 0; i + 3 <= n; i += 3)
            triangle(r, s + i, 0, 1, 2, 0, 2);
        break;
    case PRIM_FAN:
    case PRIM_POLYGON:
        for (size_t i = 0; i + 3 <= n; i++) {
            uint32_t t[3] = {s[i + 1], s[i + 2], s[0]};
            triangle(r, t, 0, 1, 2, 0, 1);
        }
        break;
    case PRIM_STRIP:
        for (size_t i = 0; i + 3 <= n; i++)
            triangle(r, s + i, 0, i & 1 ? 2 : 1, i & 1 ? 1 : 2, 0, i & 1 ? 1 : 2);
        break;
    case PRIM_RECTS:
        for (size_t i = 0; i + 3 <= n; i += 3)
            rectangle(r, s + i);
        break;
    case PRIM_QUADS:
        for (size_t i = 0; i + 4 <= n; i += 4) {
            triangle(r, s + i, 0, 1, 2, 0, 2);
            triangle(r, s + i, 0, 2, 3, 0, 2);
        }
        break;
    default: /* PRIM_QUAD_STRIP: corners 0 1 3 2 */
        for (size_t i = 0; i + 4 <= n; i += 2) {
            triangle(r, s + i, 0, 1, 3, 0, 2);
            triangle(r, s + i, 0, 3, 2, 0, 1);
        }
        break;
    }
}

static bool drawable(unsigned type)
{
    return type >= 1 && type <= 15 && type != 7 && type != 9 && type != 10 && type != 11;
}

void xg_geometry_run(struct xg_draw *r, const struct xg_gpu_draw *draw)
{
    unsigned type = xg_bits(draw->initiator, 0, 6);
    uint32_t count = draw->initiator >> 16;
    bool explicit_path = xg_bits(draw->initiator, 8, 2) == 1 || type >= 16;
    bool patches = explicit_path && xg_bits(r->reg[XG_REG_VGT_OUTPUT_PATH_CNTL], 0, 2) == 1;
    r->inputs = NULL;
    if (!patches && !drawable(type)) {
        xg_draw_warn(&r->warnings, XG_WARN_PRIMITIVE, type);
        return;
    }
    xg_clip_setup(r);
    if (patches) {
        count = (uint32_t)xg_tessellate(r, draw);
        type = PRIM_TRIANGLES;
    } else if (count && !fetch_indices(r, draw, count)) {
        return;
    }
    if (!count)
        return;
    shade_vertices(r);
    for (size_t first = 0; first < count;) {
        size_t n = 0;
        while (first + n < count && r->indices[first + n] != XG_RESTART)
            n++;
        assemble(r, type, r->indices + first, n);
        first += n + 1;
    }
    if (r->wide)
        xg_raster_flush(r);
}
