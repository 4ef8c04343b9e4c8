/* Walking of triangles: coverage, depth, interpolation, shading, eight pixels at a time. */
#include "gpu/draw/wide_math.h"
#include "gpu/draw/wide_raster.h"

/* Edge functions of a triangle in doubles: integers below 2^53, so exact. */
struct walker {
    struct xg_worker *w;
    const struct xg_wide_triangle *t;
    double across[3], down[3]; /* a step of a pixel */
    double4 lane[3][2];         /* from the corner of a group to its pixels' centres */
    double4 bias[3];
    struct xg_wide_group g;
};

static double4 lane_offsets(const struct walker *k, unsigned e, unsigned half, int32_t sx, int32_t sy)
{
    double a = k->across[e], b = k->down[e];
    double in = (double)k->t->edges.a[e] * sx + (double)k->t->edges.b[e] * sy;
    double x = 2 * half * a;
    return _mm256_set_pd(in + x + a + b, in + x + b, in + x + a, in + x);
}

static void begin(struct walker *k, struct xg_worker *w, const struct xg_wide_triangle *t)
{
    k->w = w;
    k->t = t;
    k->g.t = t;
    for (unsigned e = 0; e < 3; e++) {
        k->across[e] = (double)t->edges.a[e] * 256;
        k->down[e] = (double)t->edges.b[e] * 256;
        k->bias[e] = all((double)t->edges.bias[e]);
        for (unsigned h = 0; h < 2; h++)
            k->lane[e][h] = lane_offsets(k, e, h, 128, 128);
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
    if (!(r->reg[XG_REG_SQ_PROGRAM_CNTL] >> 18 & 1) || at >= r->shader[XG_STAGE_PS]->temps)
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
    const struct xg_raster *q = s->k->w->r.raster;
    const struct xg_wide_param *p = q->params + s->k->t->params;
    uint32_t flat = s->k->w->r.setup.flat;
    for (uint32_t left = q->param_bits; left; left &= left - 1, p++) {
        unsigned i = (unsigned)__builtin_ctz(left);
        for (unsigned c = 0; c < 4; c++) {
            if (flat >> i & 1) {
                _mm256_store_ps(w->r[i][c], _mm256_set1_ps(p->flat[c]));
                continue;
            }
            for (unsigned h = 0; h < 2; h++) {
                double4 v = add(all(p->start[c]), mul(all(p->first[c]), s->b1[h]));
                v = add(v, mul(all(p->second[c]), s->b2[h]));
                _mm_store_ps(w->r[i][c] + 4 * h, _mm256_cvtpd_ps(v));
            }
        }
        spread_quad(w, i, quads);
    }
    generate_params(s->k, w, quads);
    w->poisoned |= s->k->t->nan;
}

/* --- a group --- */

static uint32_t any_sample(const struct walker *k)
{
    const uint8_t *c = k->g.covered;
    return (uint32_t)c[0] | c[1] | c[2] | c[3];
}

/* Centroids: lanes whose centre is outside take their first covered sample. */
static void move_to_centroids(const struct walker *k, double4 e[3][2], const uint8_t covered[4])
{
    const struct xg_draw *r = &k->w->r;
    const int16_t(*samples)[2] = xg_sample_positions(r->setup.msaa);
    if (!r->setup.msaa || xg_bits(r->reg[XG_REG_SQ_CONTEXT_MISC], 2, 2) != 0)
        return;
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

static void shade(struct walker *k, const double4 centre[3][2], const uint8_t covered[4])
{
    struct shading s = {.k = k};
    double4 e[3][2];
    const struct xg_wide_triangle *t = k->t;
    struct xg_draw *r = &k->w->r;
    memcpy(e, centre, sizeof e);
    move_to_centroids(k, e, covered);
    for (unsigned h = 0; h < 2; h++) {
        double4 l0 = mul(e[0][h], all(t->inv_area)), l1 = mul(e[1][h], all(t->inv_area));
        double4 l2 = mul(e[2][h], all(t->inv_area));
        if (t->perspective) {
            double4 p0 = mul(l0, all(t->inv_w[0])), p1 = mul(l1, all(t->inv_w[1]));
            double4 p2 = mul(l2, all(t->inv_w[2]));
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

/* Depth of each sample, from the edges there. */
static void depths(struct walker *k, double4 base[3], unsigned sample)
{
    const struct xg_wide_triangle *t = k->t;
    const struct xg_setup *s = &k->w->r.setup;
    const int16_t *at = xg_sample_positions(s->msaa)[sample];
    double dz1 = t->z[1] - t->z[0], dz2 = t->z[2] - t->z[0];
    for (unsigned h = 0; h < 2; h++) {
        double4 l1 = add(base[1], s->msaa ? lane_offsets(k, 1, h, at[0], at[1]) : k->lane[1][h]);
        double4 l2 = add(base[2], s->msaa ? lane_offsets(k, 2, h, at[0], at[1]) : k->lane[2][h]);
        l1 = mul(l1, all(t->inv_area));
        l2 = mul(l2, all(t->inv_area));
        double4 z = add(all(t->z[0]), mul(all(dz1), l1));
        z = add(z, mul(all(dz2), l2));
        _mm_store_ps(k->g.z[sample] + 4 * h, _mm256_cvtpd_ps(z));
    }
}

static void draw_group(struct walker *k, double4 base[3])
{
    const struct xg_setup *s = &k->w->r.setup;
    double4 centre[3][2];
    uint8_t covered[4];
    memcpy(covered, k->g.covered, sizeof covered);
    if (s->depth_on || s->stencil_on)
        for (unsigned n = 0; n < s->samples; n++)
            if (covered[n])
                depths(k, base, n);
    if (s->early_tests) {
        xg_merge_early(k->w, &k->g);
        if (!any_sample(k) || !s->any_color)
            return;
        /* the quad that has nothing left is not shaded; centroids do not move with the test */
        uint32_t left = any_sample(k);
        uint8_t quads = (uint8_t)((left & 15 ? 15 : 0) | (left >> 4 ? 0xF0 : 0));
        for (unsigned n = 0; n < 4; n++)
            covered[n] &= quads;
    }
    for (unsigned e = 0; e < 3; e++)
        for (unsigned h = 0; h < 2; h++)
            centre[e][h] = add(base[e], k->lane[e][h]);
    if (s->pixel_shader)
        shade(k, (const double4(*)[2])centre, covered);
    xg_merge_group(k->w, &k->g);
}

/* --- coverage --- */

static uint8_t inside(const struct walker *k, const double4 base[3], unsigned sample)
{
    unsigned msaa = k->w->r.setup.msaa;
    const int16_t *at = xg_sample_positions(msaa)[sample];
    int lanes[2];
    for (unsigned h = 0; h < 2; h++) {
        double4 in = _mm256_castsi256_pd(_mm256_set1_epi64x(-1));
        for (unsigned e = 0; e < 3; e++) {
            double4 off = msaa ? lane_offsets(k, e, h, at[0], at[1]) : k->lane[e][h];
            in = _mm256_and_pd(in, _mm256_cmp_pd(add(base[e], off), k->bias[e], _CMP_GE_OQ));
        }
        lanes[h] = _mm256_movemask_pd(in);
    }
    return (uint8_t)(lanes[0] | lanes[1] << 4);
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

enum side { OUTSIDE, PARTLY, INSIDE };

/* Where the square of 8 pixels lies, by its best and worst corner for each edge. */
static enum side classify(const struct xg_edges *e, int32_t x, int32_t y)
{
    enum side side = INSIDE;
    for (unsigned i = 0; i < 3; i++) {
        int64_t near_x = (int64_t)(e->a[i] > 0 ? x + 8 : x) * 256;
        int64_t near_y = (int64_t)(e->b[i] > 0 ? y + 8 : y) * 256;
        int64_t far_x = (int64_t)(e->a[i] > 0 ? x : x + 8) * 256;
        int64_t far_y = (int64_t)(e->b[i] > 0 ? y : y + 8) * 256;
        if (xg_edge_at(e, i, near_x, near_y) < e->bias[i])
            return OUTSIDE;
        if (xg_edge_at(e, i, far_x, far_y) < e->bias[i])
            side = PARTLY;
    }
    return side;
}

static void walk_block(struct walker *k, int32_t bx, int32_t by, const int32_t box[4],
                       enum side side)
{
    const struct xg_setup *s = &k->w->r.setup;
    const int32_t *clip = s->scissor;
    bool clipped = bx < clip[0] || by < clip[1] || bx + 8 > clip[2] || by + 8 > clip[3];
    double corner[3];
    for (unsigned e = 0; e < 3; e++)
        corner[e] = (double)xg_edge_at(&k->t->edges, e, (int64_t)bx * 256, (int64_t)by * 256);
    for (int32_t y = by > box[1] ? by : box[1]; y < box[3] && y < by + 8; y += 2)
        for (int32_t x = bx; x < box[2] && x < bx + 8; x += 4) {
            double4 base[3];
            uint8_t in_scissor = clipped ? scissor_lanes(clip, x, y) : 255;
            if (x + 4 <= box[0] || !in_scissor)
                continue;
            for (unsigned e = 0; e < 3; e++)
                base[e] = all(corner[e] + (x - bx) * k->across[e] + (y - by) * k->down[e]);
            uint32_t some = 0;
            memset(k->g.covered, 0, sizeof k->g.covered);
            for (unsigned n = 0; n < s->samples; n++) {
                uint8_t lanes = side == INSIDE ? 255 : inside(k, base, n);
                some |= k->g.covered[n] = lanes & in_scissor;
            }
            k->g.x = x;
            k->g.y = y;
            if (some)
                draw_group(k, base);
        }
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
        for (int32_t x = box[0] & ~7; x < box[2]; x += 8) {
            enum side side = classify(&t->edges, x, y);
            if (side != OUTSIDE)
                walk_block(&k, x, y, box, side);
        }
}
