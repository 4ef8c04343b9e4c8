/* Triangles to 2x2 quads: coverage, depth, interpolation, pixel shading. */
#include "gpu/draw/edges.h"
#include "gpu/draw/state.h"

/* A triangle ready to be walked. */
struct walk {
    const struct xg_triangle *t;
    struct xg_edges e;
    const struct xg_screen_vertex *v[3];
    double inv_area;
    double z[3]; /* of the vertices, offset included */
    double inv_w[3];
    bool perspective;
};

struct weights {
    double b1, b2; /* of vertices 1 and 2 */
};

static void linear_weights(const struct walk *w, int64_t x, int64_t y, double l[3])
{
    for (unsigned i = 0; i < 3; i++)
        l[i] = (double)xg_edge_at(&w->e, i, x, y) * w->inv_area;
}

static struct weights param_weights(const struct walk *w, int64_t x, int64_t y)
{
    double l[3];
    linear_weights(w, x, y, l);
    if (!w->perspective)
        return (struct weights){l[1], l[2]};
    double p0 = l[0] * w->inv_w[0], p1 = l[1] * w->inv_w[1], p2 = l[2] * w->inv_w[2];
    double sum = (p0 + p1) + p2;
    double scale = 1.0 / sum;
    return (struct weights){p1 * scale, p2 * scale};
}

static double interpolate(double v0, double v1, double v2, struct weights k)
{
    return (v0 + (v1 - v0) * k.b1) + (v2 - v0) * k.b2;
}

/* --- polygon offset --- */

double xg_raster_offset(const struct xg_draw *r, const struct xg_triangle *t,
                        const struct xg_edges *e)
{
    uint32_t mode = r->reg[XG_REG_PA_SU_SC_MODE_CNTL];
    bool polygon = t->cls == XG_PRIM_POLYGON;
    unsigned bit = !polygon ? 13 : t->back ? 12 : 11;
    if (!(mode >> bit & 1))
        return 0;
    uint32_t reg = polygon && t->back ? XG_REG_PA_SU_POLY_OFFSET_BACK_SCALE
                                      : XG_REG_PA_SU_POLY_OFFSET_FRONT_SCALE;
    double scale = (double)xg_reg_float(r, reg), offset = (double)xg_reg_float(r, reg + 1);
    /* dz/dx and dz/dy a pixel */
    double dx = 0, dy = 0, inv_area = 1.0 / (double)e->area;
    for (unsigned i = 0; i < 3; i++) {
        dx += (double)t->v[i]->z * (double)e->a[i];
        dy += (double)t->v[i]->z * (double)e->b[i];
    }
    dx = dx * inv_area * 256;
    dy = dy * inv_area * 256;
    dx = dx < 0 ? -dx : dx;
    dy = dy < 0 ? -dy : dy;
    return offset + scale / 16 * (dx > dy ? dx : dy);
}

static bool prepare(const struct xg_draw *r, const struct xg_triangle *t, struct walk *w)
{
    int32_t x[3], y[3];
    w->t = t;
    for (unsigned i = 0; i < 3; i++) {
        w->v[i] = t->v[i];
        x[i] = t->v[i]->x;
        y[i] = t->v[i]->y;
    }
    if (!xg_edges_setup(&w->e, x, y))
        return false;
    w->inv_area = 1.0 / (double)w->e.area;
    double offset = xg_raster_offset(r, t, &w->e);
    bool same = w->v[0]->inv_w == w->v[1]->inv_w && w->v[0]->inv_w == w->v[2]->inv_w;
    w->perspective = r->setup.perspective && !same;
    for (unsigned i = 0; i < 3; i++) {
        w->z[i] = (double)w->v[i]->z + offset;
        w->inv_w[i] = (double)w->v[i]->inv_w;
    }
    return true;
}

/* --- shading a quad --- */

/* Where a pixel's parameters are taken: its centre, or (centroid, multisampled and the
 * centre outside) its first covered sample. */
static void shading_point(const struct xg_draw *r, const struct walk *w, const struct xg_quad *q,
                          unsigned pixel, int64_t *x, int64_t *y)
{
    const int16_t(*samples)[2] = xg_sample_positions(r->setup.msaa);
    int64_t px = (int64_t)(q->x + (int)(pixel & 1)) * 256;
    int64_t py = (int64_t)(q->y + (int)(pixel >> 1)) * 256;
    uint32_t covered = q->coverage >> 4 * pixel & 15;
    bool centroid = xg_bits(r->reg[XG_REG_SQ_CONTEXT_MISC], 2, 2) == 0;
    *x = px + 128;
    *y = py + 128;
    if (r->setup.msaa && centroid && covered && !xg_edges_cover(&w->e, *x, *y)) {
        unsigned s = 0;
        while (!(covered >> s & 1))
            s++;
        *x = px + samples[s][0];
        *y = py + samples[s][1];
    }
}

static float sprite_coordinate(int64_t at, int32_t low, int32_t high)
{
    double u = high > low ? (double)(at - low) / (double)(high - low) : 0;
    return (float)(u < 0 ? 0 : u > 1 ? 1 : u);
}

/* PsParamGen: pixel position with face and primitive class in the signs, point coordinates. */
static void generate_params(struct xg_draw *r, const struct walk *w, const struct xg_quad *q,
                            struct xg_lanes *lanes)
{
    uint32_t at = xg_bits(r->reg[XG_REG_SQ_CONTEXT_MISC], 8, 8);
    if (!(r->reg[XG_REG_SQ_PROGRAM_CNTL] >> 18 & 1) || at >= r->shader[XG_STAGE_PS]->temps)
        return;
    for (unsigned p = 0; p < 4; p++) {
        float v[4] = {(float)(q->x + (int)(p & 1)), (float)(q->y + (int)(p >> 1)), 0, 0};
        if (w->t->sprite) {
            v[2] = sprite_coordinate((int64_t)v[0] * 256 + 128, w->t->box[0], w->t->box[2]);
            v[3] = sprite_coordinate((int64_t)v[1] * 256 + 128, w->t->box[1], w->t->box[3]);
        }
        uint32_t sign[4] = {w->t->back, w->t->cls == XG_PRIM_POINT, w->t->cls == XG_PRIM_LINE, 0};
        for (unsigned c = 0; c < 4; c++)
            lanes->r[at][c][p] = xg_bits_float(xg_float_bits(v[c]) | sign[c] << 31);
    }
}

static void shade(struct xg_draw *r, const struct walk *w, const struct xg_quad *q)
{
    const struct xg_setup *s = &r->setup;
    struct xg_lanes *lanes = r->lanes;
    struct weights k[4];
    xg_lanes_begin(lanes, r->shader[XG_STAGE_PS]);
    lanes->live = 0;
    for (unsigned p = 0; p < 4; p++)
        lanes->live |= (uint8_t)((q->coverage >> 4 * p & 15 ? 1u : 0) << p);
    for (unsigned p = 0; p < 4; p++) {
        int64_t x, y;
        shading_point(r, w, q, p, &x, &y);
        k[p] = param_weights(w, x, y);
    }
    for (uint32_t left = s->params; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        for (unsigned c = 0; c < 4; c++) {
            if (s->flat >> i & 1) {
                for (unsigned p = 0; p < 4; p++)
                    lanes->r[i][c][p] = w->t->provoking->param[i][c];
                continue;
            }
            double v0 = (double)w->v[0]->param[i][c], v1 = (double)w->v[1]->param[i][c];
            double v2 = (double)w->v[2]->param[i][c];
            for (unsigned p = 0; p < 4; p++)
                lanes->r[i][c][p] = xg_narrow(interpolate(v0, v1, v2, k[p]));
        }
    }
    generate_params(r, w, q, lanes);
    xg_shader_run(r->shader[XG_STAGE_PS], &r->env[XG_STAGE_PS], lanes);
    r->stats.quads++;
}

static void quad_depth(struct xg_draw *r, const struct walk *w, struct xg_quad *q)
{
    const int16_t(*samples)[2] = xg_sample_positions(r->setup.msaa);
    for (uint32_t left = q->coverage; left; left &= left - 1) {
        unsigned bit = (unsigned)__builtin_ctz(left), p = bit >> 2, s = bit & 3;
        double l[3];
        linear_weights(w, (int64_t)(q->x + (int)(p & 1)) * 256 + samples[s][0],
                       (int64_t)(q->y + (int)(p >> 1)) * 256 + samples[s][1], l);
        q->z[p][s] = (float)interpolate(w->z[0], w->z[1], w->z[2], (struct weights){l[1], l[2]});
    }
}

static void draw_quad(struct xg_draw *r, const struct walk *w, struct xg_quad *q)
{
    const struct xg_setup *s = &r->setup;
    if (s->depth_on || s->stencil_on)
        quad_depth(r, w, q);
    if (s->early_tests) {
        uint32_t covered = q->coverage; /* centroids do not move with the depth test */
        uint32_t passed = xg_rop_early(r, q);
        if (!passed || !s->any_color)
            return;
        q->coverage = covered;
        shade(r, w, q);
        q->coverage = passed;
    } else {
        shade(r, w, q);
    }
    xg_rop_quad(r, q, r->lanes);
}

/* --- walking --- */

static uint32_t quad_coverage(const struct xg_draw *r, const struct walk *w, int32_t x, int32_t y)
{
    const struct xg_setup *s = &r->setup;
    const int16_t(*samples)[2] = xg_sample_positions(s->msaa);
    uint32_t coverage = 0;
    for (unsigned p = 0; p < 4; p++) {
        int32_t px = x + (int)(p & 1), py = y + (int)(p >> 1);
        if (px < s->scissor[0] || px >= s->scissor[2] || py < s->scissor[1] || py >= s->scissor[3])
            continue;
        for (unsigned n = 0; n < s->samples; n++)
            if (xg_edges_cover(&w->e, (int64_t)px * 256 + samples[n][0],
                               (int64_t)py * 256 + samples[n][1]))
                coverage |= 1u << (4 * p + n);
    }
    return coverage & s->sample_mask;
}

/* No point of the square of `size` pixels can be inside: the best corner fails an edge. */
static bool block_outside(const struct walk *w, int32_t x, int32_t y, int32_t size)
{
    for (unsigned i = 0; i < 3; i++) {
        int64_t bx = (int64_t)(w->e.a[i] > 0 ? x + size : x) * 256;
        int64_t by = (int64_t)(w->e.b[i] > 0 ? y + size : y) * 256;
        if (xg_edge_at(&w->e, i, bx, by) < w->e.bias[i])
            return true;
    }
    return false;
}

/* Every point of the square is inside: the worst corner passes every edge. */
static bool block_inside(const struct xg_draw *r, const struct walk *w, int32_t x, int32_t y,
                         int32_t size)
{
    const int32_t *clip = r->setup.scissor;
    if (x < clip[0] || y < clip[1] || x + size > clip[2] || y + size > clip[3])
        return false;
    for (unsigned i = 0; i < 3; i++) {
        int64_t bx = (int64_t)(w->e.a[i] > 0 ? x : x + size) * 256;
        int64_t by = (int64_t)(w->e.b[i] > 0 ? y : y + size) * 256;
        if (xg_edge_at(&w->e, i, bx, by) < w->e.bias[i])
            return false;
    }
    return true;
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}
static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static void walk_block(struct xg_draw *r, const struct walk *w, int32_t bx, int32_t by,
                       const int32_t box[4])
{
    static const uint32_t whole[3] = {0x1111, 0x3333, 0xFFFF};
    bool inside = block_inside(r, w, bx, by, 8);
    for (int32_t y = most(by, box[1]); y < least(by + 8, box[3]); y += 2)
        for (int32_t x = most(bx, box[0]); x < least(bx + 8, box[2]); x += 2) {
            struct xg_quad q = {.x = x,
                                .y = y,
                                .coverage = inside ? whole[r->setup.msaa] & r->setup.sample_mask
                                                   : quad_coverage(r, w, x, y),
                                .back = w->t->cls == XG_PRIM_POLYGON && w->t->back};
            if (q.coverage)
                draw_quad(r, w, &q);
        }
}

void xg_raster_triangle(struct xg_draw *r, const struct xg_triangle *t)
{
    struct walk w;
    const int32_t *clip = r->setup.scissor;
    if (!prepare(r, t, &w))
        return;
    r->stats.triangles++;
    const struct xg_screen_vertex *const *v = w.v;
    /* Pixels whose square the triangle touches, clipped, quads whole. */
    int32_t box[4] = {
        most(least(least(v[0]->x, v[1]->x), v[2]->x) >> 8, clip[0]) & ~1,
        most(least(least(v[0]->y, v[1]->y), v[2]->y) >> 8, clip[1]) & ~1,
        least((most(most(v[0]->x, v[1]->x), v[2]->x) >> 8) + 1, clip[2]),
        least((most(most(v[0]->y, v[1]->y), v[2]->y) >> 8) + 1, clip[3]),
    };
    for (int32_t y = box[1] & ~7; y < box[3]; y += 8)
        for (int32_t x = box[0] & ~7; x < box[2]; x += 8)
            if (!block_outside(&w, x, y, 8))
                walk_block(r, &w, x, y, box);
}
