/* Patches: a grid of vertices over each, for which the vertex shader computes positions. The
 * layout of r0 and r1 tells the shader where it stands (docs/draw.md, "Patches"). */
#include "gpu/draw/state.h"

#include <string.h>

enum { PRIM_TRIANGLES = 4, PRIM_QUADS = 13, PATCH_TRIANGLE = 17, PATCH_QUAD = 18 };
#define MOST_SEGMENTS 64u
#define MOST_VERTICES (1u << 20)

/* Where an edge or an axis is divided: n segments, n even. The position counts from one end and
 * is a multiple of 2^-16, so that both ends see the same points. */
struct spacing {
    uint32_t n;
    double at[MOST_SEGMENTS + 1];
};

/* Fractional even spacing of a factor from 2 to 64: all segments are 1 / factor long but for the
 * two beside the middle, which take what is left. */
static void find_spacing(struct spacing *s, float factor)
{
    if (!(factor > 2.0f))
        factor = 2.0f;
    if (factor > (float)MOST_SEGMENTS)
        factor = (float)MOST_SEGMENTS;
    s->n = (uint32_t)factor;
    s->n += (float)s->n < factor;
    s->n += s->n & 1;
    for (uint32_t i = 0; i < s->n / 2; i++) {
        uint32_t fixed = (uint32_t)(65536.0 * i / (double)factor + 0.5);
        s->at[i] = fixed / 65536.0;
        s->at[s->n - i] = 1 - s->at[i];
    }
    s->at[s->n / 2] = 0.5;
}

/* What kind of patches a draw has. */
struct patches {
    bool quads, listed; /* listed: three or four indices a patch, else one */
    unsigned corners;
    uint32_t count, mode; /* 0 discrete, 1 continuous, 2 adaptive */
};

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

/* --- a mesh that grows --- */

struct mesh {
    struct xg_draw *r;
    const struct patches *p;
    float index[4], number; /* of the patch */
    size_t at;              /* indices */
};

static uint32_t add_vertex(struct mesh *m, double u, double v)
{
    fill_input(m->p, m->index, m->number, (float)u, (float)v, m->r->input_room[m->r->vertex_count]);
    return (uint32_t)m->r->vertex_count++;
}

static void add_triangle(struct mesh *m, uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t *out = m->r->indices + m->at;
    out[0] = a;
    out[1] = b;
    out[2] = c;
    m->at += 3;
}

/* --- discrete: a grid of equal segments --- */

static uint32_t grid_segments(const struct xg_draw *r)
{
    float factor = xg_reg_float(r, XG_REG_VGT_HOS_MAX_TESS_LEVEL) + 1.0f;
    if (!(factor > 1.0f))
        factor = 1.0f;
    return factor > (float)MOST_SEGMENTS ? MOST_SEGMENTS : (uint32_t)factor;
}

/* Row `y` of the grid begins at this vertex: rows of a triangle get shorter. */
static uint32_t row_start(const struct patches *p, uint32_t n, uint32_t y)
{
    return p->quads ? y * (n + 1) : y * (n + 1) - y * (y - 1) / 2;
}

static void add_grid(struct mesh *m, uint32_t n)
{
    const struct patches *p = m->p;
    uint32_t first = (uint32_t)m->r->vertex_count;
    for (uint32_t y = 0; y <= n; y++)
        for (uint32_t x = 0; x <= (p->quads ? n : n - y); x++)
            add_vertex(m, (float)x / (float)n, (float)y / (float)n);
    for (uint32_t y = 0; y < n; y++)
        for (uint32_t x = 0; x < (p->quads ? n : n - y); x++) {
            uint32_t a = first + row_start(p, n, y) + x, c = first + row_start(p, n, y + 1) + x;
            add_triangle(m, a, a + 1, c);
            if (p->quads || x + 1 < n - y)
                add_triangle(m, a + 1, c + 1, c);
        }
}

/* --- continuous and adaptive: every edge has a factor of its own --- */

struct factors {
    struct spacing edge[4], inside[2]; /* inside: u, v; of a triangle one */
};

/* Vertices along a side, and where they stand in terms of the whole edge. */
struct side {
    uint32_t n; /* segments */
    uint32_t vertex[MOST_SEGMENTS + 1];
    double at[MOST_SEGMENTS + 1];
};

/* Fills the gap between a side and the one further inside, in steps of whichever is behind. */
static void stitch(struct mesh *m, const struct side *out, const struct side *in)
{
    uint32_t i = 0, k = 0;
    while (i < out->n || k < in->n) {
        bool outer =
            k == in->n || (i < out->n && out->at[i] + out->at[i + 1] <= in->at[k] + in->at[k + 1]);
        if (outer)
            add_triangle(m, out->vertex[i], out->vertex[i + 1], in->vertex[k]);
        else
            add_triangle(m, out->vertex[i], in->vertex[k + 1], in->vertex[k]);
        i += outer;
        k += !outer;
    }
}

/* The outline of a patch: sides one after the other, each from corner to corner. */
static void add_outline(struct mesh *m, const struct factors *f, struct side side[4])
{
    static const double triangle[4][2] = {{0, 0}, {1, 0}, {0, 1}, {0, 0}};
    static const double quad[5][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    const double(*corner)[2] = m->p->quads ? quad : triangle;
    uint32_t first = (uint32_t)m->r->vertex_count;
    for (unsigned s = 0; s < m->p->corners; s++) {
        const double *a = corner[s], *b = corner[s + 1];
        side[s].n = f->edge[s].n;
        for (uint32_t i = 0; i <= side[s].n; i++) {
            double t = side[s].at[i] = f->edge[s].at[i];
            bool end = i == side[s].n;
            if (!end)
                side[s].vertex[i] =
                    add_vertex(m, a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t);
            else
                side[s].vertex[i] = s + 1 == m->p->corners ? first : (uint32_t)m->r->vertex_count;
        }
    }
}

/* Ring `number` of a triangle: its corners lie on the way from the triangle's to the middle, as
 * far as the divisions of the inside are. The last one is a point. */
static void add_ring(struct mesh *m, const struct spacing *f, uint32_t number, struct side side[3])
{
    uint32_t n = f->n - 2 * number, first = (uint32_t)m->r->vertex_count;
    double away = f->at[number] * 2 / 3;
    for (unsigned s = 0; s < 3; s++) {
        side[s].n = n;
        for (uint32_t i = 0; i <= n; i++) {
            bool end = n == 0 ? s > 0 : i == n;
            double t = n ? (f->at[number + i] - f->at[number]) / (1 - 2 * f->at[number]) : 0;
            double weight[3];
            for (unsigned c = 0; c < 3; c++)
                weight[c] = away + (1 - 3 * away) * (c == s ? 1 - t : c == (s + 1) % 3 ? t : 0);
            side[s].at[i] = f->at[number + i];
            if (!end)
                side[s].vertex[i] = add_vertex(m, weight[1], weight[2]);
            else
                side[s].vertex[i] = s == 2 || n == 0 ? first : (uint32_t)m->r->vertex_count;
        }
    }
}

static void add_triangle_patch(struct mesh *m, const struct factors *f)
{
    struct side ring[2][4];
    add_outline(m, f, ring[0]);
    for (uint32_t i = 1; i <= f->inside[0].n / 2; i++) {
        add_ring(m, &f->inside[0], i, ring[i & 1]);
        for (unsigned s = 0; s < 3; s++)
            stitch(m, &ring[~i & 1][s], &ring[i & 1][s]);
    }
}

/* The points inside of a quad are a grid; its sides face the outline. */
static void inner_side(const struct factors *f, uint32_t first, unsigned s, struct side *side)
{
    const struct spacing *u = &f->inside[0], *v = &f->inside[1], *along = s & 1 ? v : u;
    side->n = along->n - 2;
    for (uint32_t i = 0; i <= side->n; i++) {
        uint32_t forth = i + 1, back = along->n - 1 - i;
        uint32_t x = s == 0 ? forth : s == 1 ? u->n - 1 : s == 2 ? back : 1;
        uint32_t y = s == 0 ? 1 : s == 1 ? forth : s == 2 ? v->n - 1 : back;
        side->vertex[i] = first + (y - 1) * (u->n - 1) + x - 1;
        side->at[i] = along->at[i + 1];
    }
}

static void add_quad_patch(struct mesh *m, const struct factors *f)
{
    const struct spacing *u = &f->inside[0], *v = &f->inside[1];
    struct side outer[4], inner;
    add_outline(m, f, outer);
    uint32_t first = (uint32_t)m->r->vertex_count, pitch = u->n - 1;
    for (uint32_t y = 1; y < v->n; y++)
        for (uint32_t x = 1; x < u->n; x++)
            add_vertex(m, u->at[x], v->at[y]);
    for (unsigned s = 0; s < 4; s++) {
        inner_side(f, first, s, &inner);
        stitch(m, &outer[s], &inner);
    }
    for (uint32_t y = 0; y + 2 < v->n; y++)
        for (uint32_t x = 0; x + 2 < u->n; x++) {
            uint32_t a = first + y * pitch + x;
            add_triangle(m, a, a + 1, a + pitch);
            add_triangle(m, a + 1, a + pitch + 1, a + pitch);
        }
}

static float lesser(float a, float b)
{
    return a < b ? a : b;
}

/* Factors of a patch: of its edges from memory, of its inside the least that lies along it. */
static void find_factors(struct xg_draw *r, const struct xg_gpu_draw *draw, const struct patches *p,
                         uint32_t patch, struct factors *out)
{
    float most = xg_reg_float(r, XG_REG_VGT_HOS_MAX_TESS_LEVEL) + 1.0f;
    float least = xg_reg_float(r, XG_REG_VGT_HOS_MIN_TESS_LEVEL) + 1.0f, edge[4];
    for (unsigned i = 0; i < p->corners; i++) {
        edge[i] = most;
        if (p->mode == 2) {
            uint32_t bits = xg_geometry_index(r, draw, patch * p->corners + i, true);
            edge[i] = xg_bits_float(bits) + 1.0f;
            edge[i] = edge[i] < least ? least : edge[i];
            edge[i] = edge[i] > most ? most : edge[i];
        }
        find_spacing(&out->edge[i], edge[i]);
    }
    if (p->quads) {
        find_spacing(&out->inside[0], lesser(edge[0], edge[2]));
        find_spacing(&out->inside[1], lesser(edge[1], edge[3]));
    } else {
        find_spacing(&out->inside[0], lesser(lesser(edge[0], edge[1]), edge[2]));
    }
}

/* --- draws --- */

/* Adds what a patch will have. */
static void count_patch(const struct patches *p, const struct factors *f, uint64_t *vertices,
                        uint64_t *triangles)
{
    uint64_t outline = 0, u = f->inside[0].n, v = p->quads ? f->inside[1].n : 0;
    for (unsigned s = 0; s < p->corners; s++)
        outline += f->edge[s].n;
    *vertices += outline;
    *triangles += outline;
    if (p->quads) {
        *vertices += (u - 1) * (v - 1);
        *triangles += 2 * (u - 2 + v - 2) + 2 * (u - 2) * (v - 2);
        return;
    }
    *vertices += 1;
    for (uint64_t inner = u - 2; inner; inner -= 2) {
        *vertices += 3 * inner;
        *triangles += 3 * inner + 3 * inner; /* to the ring outside of it and to the next one */
    }
}

static bool make_room(struct xg_draw *r, const struct xg_gpu_draw *draw, const struct patches *p)
{
    uint64_t vertices = 0, triangles = 0;
    struct factors f;
    for (uint32_t i = 0; i < p->count && vertices <= MOST_VERTICES; i++) {
        if (p->mode == 0) {
            uint64_t n = grid_segments(r);
            vertices += p->quads ? (n + 1) * (n + 1) : (n + 1) * (n + 2) / 2;
            triangles += n * n * (p->quads ? 2 : 1);
            continue;
        }
        find_factors(r, draw, p, i, &f);
        count_patch(p, &f, &vertices, &triangles);
    }
    return vertices <= MOST_VERTICES && xg_geometry_space(r, 3 * triangles, vertices);
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

static void add_patch(struct mesh *m, const struct xg_gpu_draw *draw, uint32_t patch)
{
    const struct patches *p = m->p;
    struct factors f;
    m->number = (float)patch;
    for (unsigned i = 0; i < p->corners && p->listed; i++)
        m->index[i] = (float)xg_geometry_index(m->r, draw, patch * p->corners + i, false);
    if (!p->listed && p->mode != 2)
        m->number = (float)xg_geometry_index(m->r, draw, patch, false);
    if (p->mode == 0) {
        add_grid(m, grid_segments(m->r));
        return;
    }
    find_factors(m->r, draw, p, patch, &f);
    if (p->quads)
        add_quad_patch(m, &f);
    else
        add_triangle_patch(m, &f);
}

size_t xg_tessellate(struct xg_draw *r, const struct xg_gpu_draw *draw)
{
    struct patches p;
    struct mesh m = {.r = r, .p = &p};
    if (!describe(r, draw, &p))
        return 0;
    if (!make_room(r, draw, &p)) {
        xg_draw_warn(&r->warnings, XG_WARN_TESSELLATION, p.count);
        return 0;
    }
    r->vertex_count = 0;
    r->inputs = r->input_room;
    for (uint32_t i = 0; i < p.count; i++)
        add_patch(&m, draw, i);
    return m.at;
}
