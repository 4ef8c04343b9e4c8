/* Walking of triangles: which pixels they cover. What they do waits as groups (wide_shade.c). */
#include "gpu/draw/wide_math.h"
#include "gpu/draw/wide_raster.h"

#define INLINE static inline __attribute__((always_inline))

struct walker {
    struct xg_worker *w;
    const struct xg_wide_triangle *t;
    struct xg_wide_group *g; /* the one that is looked at */
    double delta[4][3];      /* from a pixel's centre to its samples */
    /* the block of 8 x 8 pixels */
    int32_t x, y;
    uint32_t tile, column, row; /* samples in the tile */
    bool inside;                /* of the triangle */
    bool restricted;            /* the scissor cuts it, or there is a sample mask */
};

/* A block has eight groups. */
static void enter_block(struct walker *k, int32_t x, int32_t y)
{
    const struct xg_setup *s = &k->w->r.setup;
    const int32_t *clip = s->scissor;
    uint32_t column = (uint32_t)x << (s->msaa == 2), row = (uint32_t)y << (s->msaa > 0);
    uint32_t across = column / 80;
    k->x = x;
    k->y = y;
    k->tile = (row >> 4) * s->tile_pitch + across;
    k->column = column - 80 * across;
    k->row = row & 15;
    bool whole = x >= clip[0] && y >= clip[1] && x + 8 <= clip[2] && y + 8 <= clip[3];
    k->restricted = !whole || s->sample_mask != 0xFFFF;
    if (k->w->group_count > XG_WIDE_GROUPS - 9)
        xg_draw_groups(k->w);
    k->g = &k->w->groups[k->w->group_count];
}

/* --- a group of 4 x 2 pixels --- */

INLINE uint32_t any_sample(const struct xg_wide_group *g)
{
    uint32_t some;
    memcpy(&some, g->covered, sizeof some);
    return some;
}

/* The group stays when something of it is covered, else the next one takes its place: both
 * without a branch, which would be guessed wrongly half of the time. */
INLINE void keep_group(struct walker *k, int32_t x, int32_t y)
{
    struct xg_wide_group *g = k->g;
    const struct xg_setup *s = &k->w->r.setup;
    uint32_t column = k->column + ((uint32_t)(x - k->x) << (s->msaa == 2));
    uint32_t word = (k->row + ((uint32_t)(y - k->y) << (s->msaa > 0))) * 80 + column;
    g->t = k->t;
    g->x = x;
    g->y = y;
    g->place.tile = k->tile;
    g->place.color = (uint16_t)word;
    g->place.depth = (uint16_t)(word + (column < 40 ? 40 : (uint32_t)-40));
    unsigned kept = any_sample(g) != 0;
    k->g += kept;
    k->w->group_count += kept;
}

static void cut_by_scissor(struct walker *k, int32_t x, int32_t y)
{
    const int32_t *clip = k->w->r.setup.scissor;
    uint8_t lanes = 0;
    for (unsigned l = 0; l < XG_WIDE; l++) {
        int32_t px = x + (int)(2 * (l >> 2) + (l & 1)), py = y + (int)(l >> 1 & 1);
        if (px >= clip[0] && px < clip[2] && py >= clip[1] && py < clip[3])
            lanes |= (uint8_t)(1u << l);
    }
    for (unsigned n = 0; n < 4; n++)
        k->g->covered[n] &= lanes;
}

static void mask_samples(struct walker *k)
{
    const struct xg_setup *s = &k->w->r.setup;
    for (unsigned n = 0; n < s->samples; n++) {
        uint32_t quad = 0;
        for (unsigned p = 0; p < 4; p++)
            quad |= (s->sample_mask >> (4 * p + n) & 1) << p;
        k->g->covered[n] &= (uint8_t)(quad | quad << 4);
    }
}

/* What the state takes from the coverage. */
static void restrict_coverage(struct walker *k, int32_t x, int32_t y)
{
    cut_by_scissor(k, x, y);
    if (k->w->r.setup.sample_mask != 0xFFFF)
        mask_samples(k);
}

/* Of samples that exist. */
INLINE void cover_all(struct walker *k)
{
    static const uint8_t of[3][4] = {{255}, {255, 255}, {255, 255, 255, 255}};
    memcpy(k->g->covered, of[k->w->r.setup.msaa], 4);
}

/* --- small triangles: edges in 32 bits, less their bias, so that the sign tells --- */

struct small {
    __m256i lane[3];            /* from a group's corner to its pixels */
    __m256i across[3], down[3]; /* to the next group, 4 and 2 pixels */
    __m256i delta[4][3], bias[3];
    __m128i step_x, step_y; /* of a pixel, the edges in the lanes */
    __m128i best, worst;    /* from a block's first centre to its best and worst point */
};

INLINE __m256i spread(__m128i v, unsigned i)
{
    __m128i one = i == 0   ? _mm_shuffle_epi32(v, 0x00)
                  : i == 1 ? _mm_shuffle_epi32(v, 0x55)
                           : _mm_shuffle_epi32(v, 0xAA);
    return _mm256_broadcastsi128_si256(one);
}

static void begin_small(struct small *m, const struct walker *k)
{
    const struct xg_setup *s = &k->w->r.setup;
    const __m128i zero = _mm_setzero_si128(), seven = _mm_set1_epi32(7);
    const __m256i right = _mm256_set_epi32(-1, -1, -1, -1, 0, 0, 0, 0);
    const __m256i odd_x = _mm256_set_epi32(-1, 0, -1, 0, -1, 0, -1, 0);
    const __m256i odd_y = _mm256_set_epi32(-1, -1, 0, 0, -1, -1, 0, 0);
    m->step_x = _mm_slli_epi32(_mm_loadu_si128((const __m128i *)k->t->a), 8);
    m->step_y = _mm_slli_epi32(_mm_loadu_si128((const __m128i *)k->t->b), 8);
    __m128i x = _mm_mullo_epi32(m->step_x, seven), y = _mm_mullo_epi32(m->step_y, seven);
    m->best = _mm_add_epi32(_mm_max_epi32(x, zero), _mm_max_epi32(y, zero));
    m->worst = _mm_add_epi32(_mm_min_epi32(x, zero), _mm_min_epi32(y, zero));
    if (s->msaa) { /* samples are up to half a pixel away */
        __m128i half =
            _mm_srli_epi32(_mm_add_epi32(_mm_abs_epi32(m->step_x), _mm_abs_epi32(m->step_y)), 1);
        m->best = _mm_add_epi32(m->best, half);
        m->worst = _mm_sub_epi32(m->worst, half);
    }
    for (unsigned i = 0; i < 3; i++) {
        __m256i a = spread(m->step_x, i), b = spread(m->step_y, i);
        __m256i two = _mm256_add_epi32(a, a);
        m->across[i] = _mm256_add_epi32(two, two);
        m->down[i] = _mm256_add_epi32(b, b);
        m->bias[i] = _mm256_set1_epi32(k->t->bias[i]);
        m->lane[i] = _mm256_add_epi32(
            _mm256_add_epi32(_mm256_and_si256(two, right), _mm256_and_si256(a, odd_x)),
            _mm256_and_si256(b, odd_y));
        for (unsigned n = 0; n < s->samples && s->msaa; n++)
            m->delta[n][i] = _mm256_set1_epi32((int32_t)k->delta[n][i]);
    }
}

INLINE uint8_t inside_of(__m256i e0, __m256i e1, __m256i e2)
{
    __m256i any = _mm256_or_si256(_mm256_or_si256(e0, e1), e2);
    return (uint8_t)~_mm256_movemask_ps(_mm256_castsi256_ps(any));
}

INLINE void cover_small(struct walker *k, const struct small *m, const __m256i e[3])
{
    const struct xg_setup *s = &k->w->r.setup;
    uint8_t covered[4] = {0};
    if (k->inside) {
        cover_all(k);
        return;
    }
    if (!s->msaa)
        covered[0] = inside_of(e[0], e[1], e[2]);
    for (unsigned n = 0; n < s->samples && s->msaa; n++)
        covered[n] = inside_of(_mm256_add_epi32(e[0], m->delta[n][0]),
                               _mm256_add_epi32(e[1], m->delta[n][1]),
                               _mm256_add_epi32(e[2], m->delta[n][2]));
    memcpy(k->g->covered, covered, 4);
}

INLINE void small_group(struct walker *k, const struct small *m, int32_t x, int32_t y,
                        const __m256i e[3])
{
    cover_small(k, m, e);
    if (k->restricted)
        restrict_coverage(k, x, y);
    for (unsigned i = 0; i < 3; i++)
        _mm256_store_si256((__m256i *)k->g->edge.narrow[i], _mm256_add_epi32(e[i], m->bias[i]));
    keep_group(k, x, y);
}

/* corner: edges at the first centre. */
INLINE void small_block(struct walker *k, const struct small *m, __m128i corner,
                        const int32_t box[4])
{
    int32_t top = k->y > box[1] ? k->y : box[1], bottom = k->y + 8 < box[3] ? k->y + 8 : box[3];
    bool right = k->x + 4 < box[2], left = k->x + 4 > box[0];
    const __m256i skip = _mm256_set1_epi32((top - k->y) >> 1);
    __m256i row[3], next[3];
    for (unsigned i = 0; i < 3; i++)
        row[i] = _mm256_add_epi32(_mm256_add_epi32(spread(corner, i), m->lane[i]),
                                  _mm256_mullo_epi32(m->down[i], skip));
    for (int32_t y = top; y < bottom; y += 2) {
        if (left)
            small_group(k, m, k->x, y, row);
        if (right) {
            for (unsigned i = 0; i < 3; i++)
                next[i] = _mm256_add_epi32(row[i], m->across[i]);
            small_group(k, m, k->x + 4, y, next);
        }
        for (unsigned i = 0; i < 3; i++)
            row[i] = _mm256_add_epi32(row[i], m->down[i]);
    }
}

static void walk_small(struct walker *k, const int32_t box[4])
{
    struct small m;
    const struct xg_wide_triangle *t = k->t;
    int32_t left = box[0] & ~7, top = box[1] & ~7;
    begin_small(&m, k);
    __m128i row = _mm_loadu_si128((const __m128i *)t->c);
    row = _mm_add_epi32(row, _mm_mullo_epi32(m.step_x, _mm_set1_epi32(left - t->anchor[0])));
    row = _mm_add_epi32(row, _mm_mullo_epi32(m.step_y, _mm_set1_epi32(top - t->anchor[1])));
    for (int32_t y = top; y < box[3]; y += 8) {
        __m128i corner = row;
        for (int32_t x = left; x < box[2]; x += 8) {
            if (!_mm_movemask_ps(_mm_castsi128_ps(_mm_add_epi32(corner, m.best)))) {
                k->inside = !_mm_movemask_ps(_mm_castsi128_ps(_mm_add_epi32(corner, m.worst)));
                enter_block(k, x, y);
                small_block(k, &m, corner, box);
            }
            corner = _mm_add_epi32(corner, _mm_slli_epi32(m.step_x, 3));
        }
        row = _mm_add_epi32(row, _mm_slli_epi32(m.step_y, 3));
    }
}

/* --- the others: edges in doubles --- */

struct large {
    double step_x[3], step_y[3], constant[3], bias[3]; /* of a pixel; at the origin */
    double4 lane[3][2];                                /* from a group's corner to its centres */
    double4 across, down, start, own;                  /* steps, constants and biases in lanes */
    double4 best, worst; /* from a block's corner to its best and worst point */
};

static void begin_large(struct large *m, const struct walker *k)
{
    const struct xg_wide_triangle *t = k->t;
    const double4 zero = _mm256_setzero_pd(), eight = all(8);
    const double4 dx = _mm256_set_pd(1, 0, 1, 0), dy = _mm256_set_pd(1, 1, 0, 0);
    for (unsigned i = 0; i < 3; i++) {
        unsigned p = (i + 1) % 3; /* a vertex on the edge */
        m->step_x[i] = (double)t->a[i] * 256;
        m->step_y[i] = (double)t->b[i] * 256;
        m->constant[i] = (double)-((int64_t)t->a[i] * t->x[p] + (int64_t)t->b[i] * t->y[p]);
        m->bias[i] = t->bias[i];
        double4 centre = all((m->step_x[i] + m->step_y[i]) * 0.5);
        m->lane[i][0] = add(add(mul(all(m->step_x[i]), dx), mul(all(m->step_y[i]), dy)), centre);
        m->lane[i][1] = add(m->lane[i][0], all(2 * m->step_x[i]));
    }
    m->across = _mm256_set_pd(0, m->step_x[2], m->step_x[1], m->step_x[0]);
    m->down = _mm256_set_pd(0, m->step_y[2], m->step_y[1], m->step_y[0]);
    m->start = _mm256_set_pd(0, m->constant[2], m->constant[1], m->constant[0]);
    m->own = _mm256_set_pd(0, m->bias[2], m->bias[1], m->bias[0]);
    double4 x = mul(m->across, eight), y = mul(m->down, eight);
    m->best = add(_mm256_max_pd(x, zero), _mm256_max_pd(y, zero));
    m->worst = add(_mm256_min_pd(x, zero), _mm256_min_pd(y, zero));
}

INLINE uint8_t lanes_inside(const struct large *m, double4 e[3][2], const double delta[3])
{
    int lanes[2];
    for (unsigned h = 0; h < 2; h++) {
        double4 in = _mm256_cmp_pd(add(e[0][h], all(delta[0])), all(m->bias[0]), _CMP_GE_OQ);
        for (unsigned i = 1; i < 3; i++)
            in = _mm256_and_pd(
                in, _mm256_cmp_pd(add(e[i][h], all(delta[i])), all(m->bias[i]), _CMP_GE_OQ));
        lanes[h] = _mm256_movemask_pd(in);
    }
    return (uint8_t)(lanes[0] | lanes[1] << 4);
}

static void large_group(struct walker *k, const struct large *m, const double corner[4], int32_t x,
                        int32_t y)
{
    static const double centre[3] = {0, 0, 0};
    const struct xg_setup *s = &k->w->r.setup;
    double4 e[3][2];
    for (unsigned i = 0; i < 3; i++) {
        double4 base = all(corner[i] + (x - k->x) * m->step_x[i] + (y - k->y) * m->step_y[i]);
        for (unsigned h = 0; h < 2; h++) {
            e[i][h] = add(base, m->lane[i][h]);
            _mm256_store_pd(k->g->edge.whole[i] + 4 * h, e[i][h]);
        }
    }
    if (k->inside) {
        cover_all(k);
    } else {
        memset(k->g->covered, 0, 4);
        for (unsigned n = 0; n < s->samples; n++)
            k->g->covered[n] = lanes_inside(m, e, s->msaa ? k->delta[n] : centre);
    }
    if (k->restricted)
        restrict_coverage(k, x, y);
    keep_group(k, x, y);
}

static void large_block(struct walker *k, const struct large *m, int32_t x, int32_t y,
                        const int32_t box[4])
{
    double at[4];
    double4 corner = add(add(mul(m->across, all(x)), mul(m->down, all(y))), m->start);
    if (_mm256_movemask_pd(_mm256_cmp_pd(add(corner, m->best), m->own, _CMP_LT_OQ)))
        return;
    enter_block(k, x, y);
    k->inside = !_mm256_movemask_pd(_mm256_cmp_pd(add(corner, m->worst), m->own, _CMP_LT_OQ));
    _mm256_storeu_pd(at, corner);
    int32_t top = y > box[1] ? y : box[1], bottom = y + 8 < box[3] ? y + 8 : box[3];
    int32_t left = x > box[0] ? x : box[0] & ~3, right = x + 8 < box[2] ? x + 8 : box[2];
    for (int32_t gy = top; gy < bottom; gy += 2)
        for (int32_t gx = left; gx < right; gx += 4)
            large_group(k, m, at, gx, gy);
}

static void walk_large(struct walker *k, const int32_t box[4])
{
    struct large m;
    begin_large(&m, k);
    for (int32_t y = box[1] & ~7; y < box[3]; y += 8)
        for (int32_t x = box[0] & ~7; x < box[2]; x += 8)
            large_block(k, &m, x, y, box);
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
    k.w = w;
    k.t = t;
    if (w->r.setup.msaa)
        xg_sample_deltas(&w->r.setup, t, k.delta);
    if (t->small)
        walk_small(&k, box);
    else
        walk_large(&k, box);
}
