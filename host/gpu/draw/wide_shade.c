/* Groups that wait: tests, interpolation and shading of what they leave, two quads at a time, and
 * their way to the output merger. The quads of a pair may be of different triangles: they keep
 * their order, so every pixel sees its triangles in the order of the draw. */
#include "gpu/draw/wide_samples.h"

struct pair {
    struct xg_worker *w;
    struct xg_wide_quad quad[2];
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
static void generate_params(const struct pair *s, struct xg_wide *w, unsigned quads)
{
    const struct xg_draw *r = &s->w->r;
    uint32_t at = xg_bits(r->reg[XG_REG_SQ_CONTEXT_MISC], 8, 8);
    if (at >= r->shader[XG_STAGE_PS]->temps)
        return;
    for (unsigned l = 0; l < XG_WIDE; l++) {
        const struct xg_wide_group *g = s->quad[l >> 2].g;
        const struct xg_wide_triangle *t = g->t;
        uint32_t sign[4] = {t->back, t->cls == XG_PRIM_POINT, t->cls == XG_PRIM_LINE, 0};
        int32_t x = g->x + (int)(2 * s->quad[l >> 2].half + (l & 1)), y = g->y + (int)(l >> 1 & 1);
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

static inline __m128 interpolate(const struct xg_wide_param *p, unsigned c, double4 b1, double4 b2)
{
    double4 v = add(all(p->start[c]), mul(all(p->first[c]), b1));
    return _mm256_cvtpd_ps(add(v, mul(all(p->second[c]), b2)));
}

static void load_pixels(void *ctx, struct xg_wide *w, unsigned quads)
{
    const struct pair *s = ctx;
    const struct xg_draw *r = &s->w->r;
    const struct xg_raster *q = r->raster;
    const struct xg_wide_triangle *t0 = s->quad[0].g->t, *t1 = s->quad[1].g->t;
    const struct xg_wide_param *p0 = q->params + t0->params, *p1 = q->params + t1->params;
    const double4 b1[2] = {s->b1[0], s->b1[1]}, b2[2] = {s->b2[0], s->b2[1]};
    for (uint32_t left = q->param_bits; left; left &= left - 1, p0++, p1++) {
        unsigned i = (unsigned)__builtin_ctz(left);
        bool flat = r->setup.flat >> i & 1;
        for (unsigned c = 0; c < 4; c++) {
            __m128 low = flat ? _mm_set1_ps(p0->flat[c]) : interpolate(p0, c, b1[0], b2[0]);
            __m128 high = flat ? _mm_set1_ps(p1->flat[c]) : interpolate(p1, c, b1[1], b2[1]);
            _mm256_store_ps(w->r[i][c], _mm256_set_m128(high, low));
        }
        if (quads != 3)
            spread_quad(w, i, quads);
    }
    if (r->reg[XG_REG_SQ_PROGRAM_CNTL] >> 18 & 1)
        generate_params(s, w, quads);
    w->poisoned |= t0->nan | t1->nan;
}

/* Centroids: lanes whose centre is outside take their first covered sample. */
static void move_to_centroids(const struct xg_setup *s, const struct xg_wide_quad *q,
                              double4 edge[3])
{
    const int16_t(*samples)[2] = xg_sample_positions(s->msaa);
    const struct xg_wide_triangle *t = q->g->t;
    XG_WIDE_ALIGNED double at[3][4];
    for (unsigned i = 0; i < 3; i++)
        _mm256_store_pd(at[i], edge[i]);
    for (unsigned l = 0; l < 4; l++) {
        unsigned n = 0;
        bool inside = true;
        for (unsigned i = 0; i < 3; i++)
            inside &= at[i][l] >= (double)t->bias[i];
        while (n < s->samples && !(q->g->shape[n] >> (4 * q->half + l) & 1))
            n++;
        for (unsigned i = 0; i < 3 && !inside && n < s->samples; i++)
            at[i][l] +=
                (double)t->a[i] * (samples[n][0] - 128) + (double)t->b[i] * (samples[n][1] - 128);
    }
    for (unsigned i = 0; i < 3; i++)
        edge[i] = _mm256_load_pd(at[i]);
}

static inline void find_weights(struct pair *s, unsigned h, bool centroids)
{
    const struct xg_wide_quad *q = &s->quad[h];
    const struct xg_wide_triangle *t = q->g->t;
    const double4 inv_area = all(t->inv_area);
    double4 edge[3];
    for (unsigned i = 0; i < 3; i++)
        edge[i] = xg_quad_edge(q->g, i, q->half);
    if (centroids)
        move_to_centroids(&s->w->r.setup, q, edge);
    double4 l1 = mul(edge[1], inv_area), l2 = mul(edge[2], inv_area);
    if (t->perspective) {
        double4 p0 = mul(mul(edge[0], inv_area), all(t->inv_w[0]));
        double4 p1 = mul(l1, all(t->inv_w[1])), p2 = mul(l2, all(t->inv_w[2]));
        double4 scale = _mm256_div_pd(all(1), add(add(p0, p1), p2));
        l1 = mul(p1, scale);
        l2 = mul(p2, scale);
    }
    s->b1[h] = l1;
    s->b2[h] = l2;
}

/* Keeps what the merger needs of the outputs of a run. */
static void keep_outputs(const struct xg_worker *w, uint64_t exports, struct xg_wide_outputs *out)
{
    const struct xg_wide *in = &w->wide;
    memcpy(out->killed, in->killed, sizeof out->killed);
    for (unsigned i = 0; i < 4; i++)
        if (exports >> i & 1) {
            memcpy(out->color[i], in->out[i], sizeof out->color[i]);
            memcpy(out->written[i], in->written[i], sizeof out->written[i]);
        }
    if (exports >> XG_EXPORT_DEPTH & 1) {
        memcpy(out->depth, in->out[XG_EXPORT_DEPTH][0], sizeof out->depth);
        memcpy(out->depth_written, in->written[XG_EXPORT_DEPTH], sizeof out->depth_written);
    }
}

static void begin_pair(struct pair *s, unsigned i)
{
    struct xg_worker *w = s->w;
    const struct xg_draw *r = &w->r;
    bool centroids = r->setup.msaa && !xg_bits(r->reg[XG_REG_SQ_CONTEXT_MISC], 2, 2);
    bool both = 2 * i + 1 < w->quad_count;
    s->quad[0] = w->quads[2 * i];
    s->quad[1] = w->quads[2 * i + both];
    w->wide.present = both ? 3 : 1;
    find_weights(s, 0, centroids);
    find_weights(s, 1, centroids);
}

/* All pairs by the plain translation; false: one of them, or the flags after them, cannot be
 * trusted. */
static bool shade_plainly(struct xg_worker *w, const struct xg_shader *ps, unsigned pairs)
{
    struct pair s = {.w = w};
    if (!xg_wide_plain(ps->wide, &w->wide))
        return false;
    xg_wide_invalid();
    w->wide.scratch = &w->lanes;
    for (unsigned i = 0; i < pairs; i++) {
        begin_pair(&s, i);
        if (!xg_wide_try(ps->wide, &w->wide, load_pixels, &s))
            return false;
        keep_outputs(w, ps->exports, &w->outputs[i]);
    }
    return !xg_wide_invalid();
}

static void shade(struct xg_worker *w, unsigned pairs)
{
    const struct xg_shader *ps = w->r.shader[XG_STAGE_PS];
    const struct xg_draw_warnings before = w->r.warnings;
    struct pair s = {.w = w};
    w->r.stats.quads += w->quad_count;
    if (shade_plainly(w, ps, pairs))
        return;
    w->r.warnings = before;
    for (unsigned i = 0; i < pairs; i++) {
        begin_pair(&s, i);
        xg_wide_run(ps->wide, ps, &w->wide, &w->lanes, load_pixels, &s);
        keep_outputs(w, ps->exports, &w->outputs[i]);
    }
}

static void merge(struct xg_worker *w, unsigned i)
{
    bool both = 2 * i + 1 < w->quad_count;
    struct xg_wide_pair p;
    uint32_t covered[2];
    for (unsigned h = 0; h < 2; h++) {
        const struct xg_wide_quad *q = &w->quads[2 * i + (h & both)];
        unsigned right = 2 * q->half << (w->r.setup.msaa == 2);
        p.t[h] = q->g->t;
        p.z[h] = (const float(*)[XG_WIDE])(q->g->z[0] + 4 * q->half);
        p.x[h] = q->g->x + 2 * (int)q->half;
        p.y[h] = q->g->y;
        p.place[h].tile = q->g->place.tile;
        p.place[h].color = (uint16_t)(q->g->place.color + right);
        p.place[h].depth = (uint16_t)(q->g->place.depth + right);
        memcpy(&covered[h], q->g->covered, sizeof covered[h]);
        covered[h] = covered[h] >> 4 * q->half & 0x0F0F0F0F;
    }
    p.alone = !both || (p.x[0] == p.x[1] && p.y[0] == p.y[1]);
    if (p.alone) {
        memcpy(p.covered, &covered[0], sizeof p.covered);
        xg_merge_pair(w, &p, &w->outputs[i]);
        if (!both)
            return;
        covered[0] = 0; /* one after the other */
        p.alone = false;
    }
    covered[0] |= covered[1] << 4;
    memcpy(p.covered, &covered[0], sizeof p.covered);
    xg_merge_pair(w, &p, &w->outputs[i]);
}

/* What the tests before shading leave of the groups. */
static void find_quads(struct xg_worker *w)
{
    const struct xg_setup *s = &w->r.setup;
    bool shaded = s->any_color || !s->early_tests;
    w->quad_count = 0;
    for (unsigned i = 0; i < w->group_count; i++) {
        struct xg_wide_group *g = &w->groups[i];
        uint32_t left;
        memcpy(g->shape, g->covered, sizeof g->shape);
        xg_test_group(w, g);
        memcpy(&left, g->covered, sizeof left);
        for (unsigned h = 0; h < 2; h++) { /* without a branch */
            w->quads[w->quad_count] = (struct xg_wide_quad){g, h};
            w->quad_count += (left & 0x0F0F0F0Fu << 4 * h) != 0;
        }
        if (!shaded)
            w->r.stats.samples += (uint64_t)__builtin_popcount(left);
    }
    if (!shaded)
        w->quad_count = 0;
}

void xg_draw_groups(struct xg_worker *w)
{
    find_quads(w);
    unsigned pairs = (w->quad_count + 1) / 2;
    if (w->r.setup.pixel_shader && pairs)
        shade(w, pairs);
    for (unsigned i = 0; i < pairs; i++)
        merge(w, i);
    w->wide.present = 3;
    w->group_count = w->quad_count = 0;
}
