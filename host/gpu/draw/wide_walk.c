/* Walking of triangles: coverage, depth, interpolation, shading, eight pixels at a time. Edge
 * values are integers below 2^53, so their arithmetic in doubles is exact. */
#include "gpu/draw/wide_math.h"
#include "gpu/draw/wide_raster.h"

#define INLINE static inline __attribute__((always_inline))

struct walker {
    struct xg_worker *w;
    const struct xg_wide_triangle *t;
    /* the three edges in the lanes of a vector */
    double4 across, down, constant; /* a step of a pixel; the value at the origin */
    double4 best, worst;            /* from a block's corner to its best and worst point */
    double4 bias;
    double step_x[3], step_y[3];
    double4 lane[3][2]; /* from the corner of a group to its pixels' centres */
    struct xg_wide_group g;
};

/* Offsets of a point of each pixel from the corner of the group. */
INLINE double4 lane_offsets(const struct walker *k, unsigned e, unsigned half, int32_t sx,
                            int32_t sy)
{
    const double4 dx = half ? _mm256_set_pd(3, 2, 3, 2) : _mm256_set_pd(1, 0, 1, 0);
    const double4 dy = _mm256_set_pd(1, 1, 0, 0);
    double in = k->step_x[e] * (sx * (1.0 / 256)) + k->step_y[e] * (sy * (1.0 / 256));
    return add(add(mul(all(k->step_x[e]), dx), mul(all(k->step_y[e]), dy)), all(in));
}

static void begin(struct walker *k, struct xg_worker *w, const struct xg_wide_triangle *t)
{
    const struct xg_edges *e = &t->edges;
    const double4 zero = _mm256_setzero_pd(), eight = all(8);
    k->w = w;
    k->t = t;
    k->g.t = t;
    for (unsigned i = 0; i < 3; i++) {
        k->step_x[i] = (double)e->a[i] * 256;
        k->step_y[i] = (double)e->b[i] * 256;
    }
    k->across = _mm256_set_pd(0, k->step_x[2], k->step_x[1], k->step_x[0]);
    k->down = _mm256_set_pd(0, k->step_y[2], k->step_y[1], k->step_y[0]);
    k->constant = _mm256_set_pd(0, (double)e->c[2], (double)e->c[1], (double)e->c[0]);
    k->bias = _mm256_set_pd(0, (double)e->bias[2], (double)e->bias[1], (double)e->bias[0]);
    double4 x = mul(k->across, eight), y = mul(k->down, eight);
    k->best = add(_mm256_max_pd(x, zero), _mm256_max_pd(y, zero));
    k->worst = add(_mm256_min_pd(x, zero), _mm256_min_pd(y, zero));
    for (unsigned i = 0; i < 3; i++) {
        k->lane[i][0] = lane_offsets(k, i, 0, 128, 128);
        k->lane[i][1] = add(k->lane[i][0], all(2 * k->step_x[i]));
    }
}

/* --- interpolation --- */

struct shading {
    const struct walker *k;
    double4 b1[2], b2[2]; /* weights of vertices 1 and 2 */
};

static void spread_quad(struct xg_wide *w, uint32_t reg, unsigned quads)
{
    for (unsigned c = 0; c < 4 && quads != 3; c++)
        memcpy(w->r[reg][c] + (quads == 1 ? 4 : 0), w->r[reg][c] + (quads == 1 ? 0 : 4),
               4 * sizeof(float));
}

static float sprite_coordinate(int64_t at, int32_t low, int32_t high)
{
    double u = high > low ? (double)(at - low) / (double)(high - low) : 0;
    return (float)(u < 0 ? 0 : u > 1 ? 1 : u);
}

/* As generate_params of raster.c. */
static void generate_params(const struct walker *k, struct xg_wide *w, unsigned quads)
{
    const struct xg_draw *r = &k->w->r;
    uint32_t at = xg_bits(r->reg[XG_REG_SQ_CONTEXT_MISC], 8, 8);
    const struct xg_wide_triangle *t = k->t;
    if (at >= r->shader[XG_STAGE_PS]->temps)
        return;
    uint32_t sign[4] = {t->back, t->cls == XG_PRIM_POINT, t->cls == XG_PRIM_LINE, 0};
    for (unsigned l = 0; l < XG_WIDE; l++) {
        int32_t x = k->g.x + (int)(2 * (l >> 2) + (l & 1)), y = k->g.y + (int)(l >> 1 & 1);
        float v[4] = {(float)x, (float)y, 0, 0};
        if (t->sprite) {
            v[2] = sprite_coordinate((int64_t)x * 256 + 128, t->box[0], t->box[2]);
            v[3] = sprite_coordinate((int64_t)y * 256 + 128, t->box[1], t->box[3]);
        }
        for (unsigned c = 0; c < 4; c++)
            w->r[at][c][l] = xg_bits_float(xg_float_bits(v[c]) | sign[c] << 31);
    }
    spread_quad(w, at, quads);
}

static void load_pixels(void *ctx, struct xg_wide *w, unsigned quads)
{
    const struct shading *s = ctx;
    const struct xg_draw *r = &s->k->w->r;
    const struct xg_raster *q = r->raster;
    const struct xg_wide_param *p = q->params + s->k->t->params;
    uint32_t flat = r->setup.flat;
    for (uint32_t left = q->param_bits; left; left &= left - 1, p++) {
        unsigned i = (unsigned)__builtin_ctz(left);
        for (unsigned c = 0; c < 4 && flat >> i & 1; c++)
            _mm256_store_ps(w->r[i][c], _mm256_set1_ps(p->flat[c]));
        for (unsigned c = 0; c < 4 && !(flat >> i & 1); c++) {
            double4 start = all(p->start[c]), first = all(p->first[c]), second = all(p->second[c]);
            double4 low = add(add(start, mul(first, s->b1[0])), mul(second, s->b2[0]));
            double4 high = add(add(start, mul(first, s->b1[1])), mul(second, s->b2[1]));
            _mm256_store_ps(w->r[i][c],
                            _mm256_set_m128(_mm256_cvtpd_ps(high), _mm256_cvtpd_ps(low)));
        }
        if (quads != 3)
            spread_quad(w, i, quads);
    }
    if (r->reg[XG_REG_SQ_PROGRAM_CNTL] >> 18 & 1)
        generate_params(s->k, w, quads);
    w->poisoned |= s->k->t->nan;
}

/* --- a group --- */

INLINE uint32_t any_sample(const struct walker *k)
{
    const uint8_t *c = k->g.covered;
    return (uint32_t)c[0] | c[1] | c[2] | c[3];
}

/* Centroids: lanes whose centre is outside take their first covered sample. */
static void move_to_centroids(const struct walker *k, double4 e[3][2], const uint8_t covered[4])
{
    const struct xg_draw *r = &k->w->r;
    const int16_t(*samples)[2] = xg_sample_positions(r->setup.msaa);
    XG_WIDE_ALIGNED double at[3][XG_WIDE];
    for (unsigned i = 0; i < 3; i++)
        for (unsigned h = 0; h < 2; h++)
            _mm256_store_pd(at[i] + 4 * h, e[i][h]);
    for (unsigned l = 0; l < XG_WIDE; l++) {
        unsigned s = 0;
        bool inside = true;
        for (unsigned i = 0; i < 3; i++)
            inside &= at[i][l] >= (double)k->t->edges.bias[i];
        while (s < r->setup.samples && !(covered[s] >> l & 1))
            s++;
        for (unsigned i = 0; i < 3 && !inside && s < r->setup.samples; i++)
            at[i][l] += (double)k->t->edges.a[i] * (samples[s][0] - 128) +
                        (double)k->t->edges.b[i] * (samples[s][1] - 128);
    }
    for (unsigned i = 0; i < 3; i++)
        for (unsigned h = 0; h < 2; h++)
            e[i][h] = _mm256_load_pd(at[i] + 4 * h);
}

/* e: the edges at the pixels' centres; destroyed. */
static void shade(struct walker *k, double4 e[3][2], const uint8_t covered[4])
{
    struct shading s = {.k = k};
    const struct xg_wide_triangle *t = k->t;
    struct xg_draw *r = &k->w->r;
    const double4 inv_area = all(t->inv_area);
    if (r->setup.msaa && !xg_bits(r->reg[XG_REG_SQ_CONTEXT_MISC], 2, 2))
        move_to_centroids(k, e, covered);
    for (unsigned h = 0; h < 2; h++) {
        double4 l1 = mul(e[1][h], inv_area), l2 = mul(e[2][h], inv_area);
        if (t->perspective) {
            double4 p0 = mul(mul(e[0][h], inv_area), all(t->inv_w[0]));
            double4 p1 = mul(l1, all(t->inv_w[1])), p2 = mul(l2, all(t->inv_w[2]));
            double4 scale = _mm256_div_pd(all(1), add(add(p0, p1), p2));
            l1 = mul(p1, scale);
            l2 = mul(p2, scale);
        }
        s.b1[h] = l1;
        s.b2[h] = l2;
    }
    const struct xg_shader *ps = r->shader[XG_STAGE_PS];
    uint32_t lanes = (uint32_t)covered[0] | covered[1] | covered[2] | covered[3];
    r->stats.quads += (lanes & 15 ? 1u : 0) + (lanes >> 4 ? 1u : 0);
    xg_wide_run(ps->wide, ps, &k->w->wide, &k->w->lanes, load_pixels, &s);
}

/* Depth of a sample, from edges 1 and 2 there. */
INLINE void depth_of(struct walker *k, unsigned sample, const double4 e1[2], const double4 e2[2])
{
    const struct xg_wide_triangle *t = k->t;
    const double4 inv_area = all(t->inv_area), start = all(t->z[0]);
    const double4 first = all(t->z[1] - t->z[0]), second = all(t->z[2] - t->z[0]);
    __m128 z[2];
    for (unsigned h = 0; h < 2; h++) {
        double4 v = add(start, mul(first, mul(e1[h], inv_area)));
        z[h] = _mm256_cvtpd_ps(add(v, mul(second, mul(e2[h], inv_area))));
    }
    _mm256_store_ps(k->g.z[sample], _mm256_set_m128(z[1], z[0]));
}

static void sample_depths(struct walker *k, const double4 base[3])
{
    const struct xg_setup *s = &k->w->r.setup;
    const int16_t(*at)[2] = xg_sample_positions(s->msaa);
    for (unsigned n = 0; n < s->samples; n++) {
        double4 e[2][2];
        if (!k->g.covered[n])
            continue;
        for (unsigned i = 0; i < 2; i++)
            for (unsigned h = 0; h < 2; h++)
                e[i][h] = add(base[i + 1], lane_offsets(k, i + 1, h, at[n][0], at[n][1]));
        depth_of(k, n, e[0], e[1]);
    }
}

/* Tests, shading and merging of a group with coverage. e: edges at the centres. */
static void draw_group(struct walker *k, const double4 base[3], double4 e[3][2])
{
    const struct xg_setup *s = &k->w->r.setup;
    uint8_t covered[4];
    memcpy(covered, k->g.covered, sizeof covered);
    if (s->depth_on || s->stencil_on) {
        if (s->msaa)
            sample_depths(k, base);
        else
            depth_of(k, 0, e[1], e[2]);
    }
    if (s->early_tests) {
        xg_merge_early(k->w, &k->g);
        uint32_t left = any_sample(k);
        if (!left || !s->any_color)
            return;
        /* a quad that has nothing left is not shaded; centroids do not move with the test */
        uint8_t quads = (uint8_t)((left & 15 ? 15 : 0) | (left >> 4 ? 0xF0 : 0));
        for (unsigned n = 0; n < 4; n++)
            covered[n] &= quads;
    }
    if (s->pixel_shader)
        shade(k, e, covered);
    xg_merge_group(k->w, &k->g);
}

/* --- coverage --- */

INLINE uint8_t lanes_inside(const struct walker *k, const double4 e[3][2])
{
    int lanes[2];
    for (unsigned h = 0; h < 2; h++) {
        double4 in = _mm256_cmp_pd(e[0][h], all((double)k->t->edges.bias[0]), _CMP_GE_OQ);
        in =
            _mm256_and_pd(in, _mm256_cmp_pd(e[1][h], all((double)k->t->edges.bias[1]), _CMP_GE_OQ));
        in =
            _mm256_and_pd(in, _mm256_cmp_pd(e[2][h], all((double)k->t->edges.bias[2]), _CMP_GE_OQ));
        lanes[h] = _mm256_movemask_pd(in);
    }
    return (uint8_t)(lanes[0] | lanes[1] << 4);
}

static uint32_t cover_samples(struct walker *k, const double4 base[3])
{
    const struct xg_setup *s = &k->w->r.setup;
    const int16_t(*at)[2] = xg_sample_positions(s->msaa);
    uint32_t some = 0;
    for (unsigned n = 0; n < s->samples; n++) {
        double4 e[3][2];
        for (unsigned i = 0; i < 3; i++)
            for (unsigned h = 0; h < 2; h++)
                e[i][h] = add(base[i], lane_offsets(k, i, h, at[n][0], at[n][1]));
        some |= k->g.covered[n] = lanes_inside(k, (const double4(*)[2])e);
    }
    return some;
}

static uint8_t scissor_lanes(const int32_t clip[4], int32_t x, int32_t y)
{
    uint8_t lanes = 0;
    for (unsigned l = 0; l < XG_WIDE; l++) {
        int32_t px = x + (int)(2 * (l >> 2) + (l & 1)), py = y + (int)(l >> 1 & 1);
        if (px >= clip[0] && px < clip[2] && py >= clip[1] && py < clip[3])
            lanes |= (uint8_t)(1u << l);
    }
    return lanes;
}

struct block {
    int32_t x, y;
    double corner[4]; /* edges there */
    bool inside;      /* of the triangle */
    bool clipped;     /* the scissor cuts it */
};

static void walk_group(struct walker *k, const struct block *b, int32_t x, int32_t y)
{
    const struct xg_setup *s = &k->w->r.setup;
    double4 base[3], e[3][2];
    uint32_t some = 255;
    for (unsigned i = 0; i < 3; i++) {
        base[i] = all(b->corner[i] + (x - b->x) * k->step_x[i] + (y - b->y) * k->step_y[i]);
        for (unsigned h = 0; h < 2; h++)
            e[i][h] = add(base[i], k->lane[i][h]);
    }
    memset(k->g.covered, 0, sizeof k->g.covered);
    if (b->inside)
        memset(k->g.covered, 255, s->samples);
    else if (s->msaa)
        some = cover_samples(k, (const double4 *)base);
    else
        some = k->g.covered[0] = lanes_inside(k, (const double4(*)[2])e);
    if (some && b->clipped) {
        uint8_t lanes = scissor_lanes(s->scissor, x, y);
        for (unsigned n = 0; n < s->samples; n++)
            k->g.covered[n] &= lanes;
        some = any_sample(k);
    }
    if (some && s->sample_mask != 0xFFFF) {
        for (unsigned n = 0; n < s->samples; n++) {
            uint32_t quad = 0;
            for (unsigned p = 0; p < 4; p++)
                quad |= (s->sample_mask >> (4 * p + n) & 1) << p;
            k->g.covered[n] &= (uint8_t)(quad | quad << 4);
        }
        some = any_sample(k);
    }
    k->g.x = x;
    k->g.y = y;
    k->g.column = (x - b->x) >> 2;
    k->g.row = (y - b->y) >> 1;
    if (some)
        draw_group(k, (const double4 *)base, e);
}

/* One block of 8 x 8 pixels. */
static void walk_block(struct walker *k, int32_t bx, int32_t by, const int32_t box[4])
{
    const int32_t *clip = k->w->r.setup.scissor;
    double4 corner = add(add(mul(k->across, all(bx)), mul(k->down, all(by))), k->constant);
    if (_mm256_movemask_pd(_mm256_cmp_pd(add(corner, k->best), k->bias, _CMP_LT_OQ)))
        return;
    struct block b = {.x = bx, .y = by};
    _mm256_storeu_pd(b.corner, corner);
    b.inside = !_mm256_movemask_pd(_mm256_cmp_pd(add(corner, k->worst), k->bias, _CMP_LT_OQ));
    b.clipped = bx < clip[0] || by < clip[1] || bx + 8 > clip[2] || by + 8 > clip[3];
    k->g.placed = false;
    k->g.block_x = bx;
    k->g.block_y = by;
    int32_t top = by > box[1] ? by : box[1], bottom = by + 8 < box[3] ? by + 8 : box[3];
    int32_t left = bx > box[0] ? bx : box[0] & ~3, right = bx + 8 < box[2] ? bx + 8 : box[2];
    for (int32_t y = top; y < bottom; y += 2)
        for (int32_t x = left; x < right; x += 4)
            walk_group(k, &b, x, y);
}

void xg_walk_triangle(struct xg_worker *w, const struct xg_wide_triangle *t,
                      const int32_t region[4])
{
    struct walker k;
    int32_t box[4];
    for (unsigned i = 0; i < 2; i++) {
        box[i] = t->bounds[i] > region[i] ? t->bounds[i] : region[i];
        box[i + 2] = t->bounds[i + 2] < region[i + 2] ? t->bounds[i + 2] : region[i + 2];
    }
    if (box[0] >= box[2] || box[1] >= box[3])
        return;
    begin(&k, w, t);
    for (int32_t y = box[1] & ~7; y < box[3]; y += 8)
        for (int32_t x = box[0] & ~7; x < box[2]; x += 8)
            walk_block(&k, x, y, box);
}
