/* Output merger, eight lanes at a time, as rop.c has it. Built for AVX2. */
#include "gpu/draw/wide_color.h"

/* --- blending --- */

static __m256 factor(unsigned code, const __m256 src[4], const __m256 dst[4], const __m256 k[4],
                     unsigned c)
{
    const __m256 one = _mm256_set1_ps(1);
    __m256 v;
    switch (code & 30) {
    case 4:
        v = src[c];
        break;
    case 6:
        v = src[3];
        break;
    case 8:
        v = dst[c];
        break;
    case 10:
        v = dst[3];
        break;
    case 12:
        v = k[c];
        break;
    case 14:
        v = k[3];
        break;
    case 16:
        return c == 3 ? one : _mm256_min_ps(src[3], _mm256_sub_ps(one, dst[3]));
    default:
        return code == 1 ? one : _mm256_setzero_ps();
    }
    return code & 1 ? _mm256_sub_ps(one, v) : v;
}

/* Zero times anything is zero, and so is a product too small for a number. */
static __m256 product(__m256 a, __m256 b)
{
    const __m256 zero = _mm256_setzero_ps();
    __m256 some =
        _mm256_and_ps(_mm256_cmp_ps(a, zero, _CMP_NEQ_UQ), _mm256_cmp_ps(b, zero, _CMP_NEQ_UQ));
    return _mm256_add_ps(_mm256_and_ps(_mm256_mul_ps(a, b), some), zero);
}

/* unit: everything is within 0..1, so products need no care with zeros. */
static __m256 combine(unsigned op, __m256 s, __m256 sf, __m256 d, __m256 df, bool unit)
{
    if (op == 2)
        return _mm256_min_ps(s, d);
    if (op == 3)
        return _mm256_blendv_ps(d, s, _mm256_cmp_ps(s, d, _CMP_GE_OQ)); /* zeros have signs */
    s = unit ? _mm256_mul_ps(s, sf) : product(s, sf);
    d = unit ? _mm256_mul_ps(d, df) : product(d, df);
    return op == 1 ? _mm256_sub_ps(s, d) : op == 4 ? _mm256_sub_ps(d, s) : _mm256_add_ps(s, d);
}

/* Formats of a range of their own. */
static void clamp_range(unsigned format, __m256 v[4])
{
    for (unsigned c = 0; c < 4; c++) {
        if (format == 4 || format == 5) {
            v[c] = _mm256_and_ps(v[c], _mm256_cmp_ps(v[c], v[c], _CMP_ORD_Q));
            v[c] = _mm256_min_ps(_mm256_max_ps(v[c], _mm256_set1_ps(-32)), _mm256_set1_ps(32));
        } else if (format == 3 || format == 12) {
            __m256 most = _mm256_set1_ps(c < 3 ? 31.875f : 1.0f);
            v[c] = _mm256_min_ps(_mm256_max_ps(v[c], _mm256_setzero_ps()), most);
        }
    }
}

static void blend(const struct xg_setup *s, const struct xg_target *t, const __m256 color[4],
                  const __m256 dst[4], __m256 out[4])
{
    bool unit = t->format <= 2 || t->format == 10;
    __m256 src[4], k[4];
    for (unsigned c = 0; c < 4; c++) {
        k[c] = _mm256_set1_ps(s->blend_constant[c]);
        src[c] = unit ? xg_saturate8(color[c]) : color[c];
        k[c] = unit ? xg_saturate8(k[c]) : k[c];
    }
    clamp_range(t->format, src);
    clamp_range(t->format, k);
    for (unsigned c = 0; c < 4; c++) {
        unsigned shift = c == 3 ? 16 : 0;
        __m256 sf = factor(t->blend >> shift & 31, src, dst, k, c);
        __m256 df = factor(t->blend >> (shift + 8) & 31, src, dst, k, c);
        out[c] = combine(t->blend >> (shift + 5) & 7, src[c], sf, dst[c], df, unit);
    }
    clamp_range(t->format, out);
}

/* --- targets --- */

/* What is written where. */
struct writer {
    const struct xg_setup *s;
    const struct xg_target *t;
    struct xg_place place;
    __m256i written; /* lanes */
    __m256 color[4];
};

static void find_color(struct writer *k, const struct xg_wide_outputs *o, unsigned index)
{
    k->written = _mm256_load_si256((const __m256i *)o->written[index]);
    for (unsigned c = 0; c < 4; c++)
        k->color[c] = _mm256_load_ps(o->color[index][c]);
    for (unsigned c = 0; c < 4 && k->t->exp_bias; c++)
        k->color[c] = _mm256_mul_ps(k->color[c], _mm256_set1_ps((float)xg_power(k->t->exp_bias)));
}

/* The usual formats in line. */
XG_INLINE void pack(unsigned format, const __m256 v[4], struct xg_wide_words *words)
{
    const uint8_t *width = xg_unorm_widths(format);
    if (width)
        words->v[0] = xg_pack_unorm(v, width);
    else
        xg_wide_pack(format, v, words);
}

/* The words of samples after they were written. */
XG_INLINE void merge_words(const struct writer *k, struct xg_wide_words *packed,
                           const struct xg_wide_words *old, __m256i lanes,
                           struct xg_wide_words *out)
{
    const struct xg_target *t = k->t;
    if (t->blending) {
        __m256 dst[4], color[4];
        xg_wide_unpack(t->format, old, dst);
        blend(k->s, t, k->color, dst, color);
        pack(t->format, color, packed);
    }
    for (unsigned i = 0; i < 1u + t->wide; i++) {
        __m256i mask = _mm256_and_si256(lanes, _mm256_set1_epi32((int)t->bits[i]));
        out->v[i] = _mm256_or_si256(_mm256_andnot_si256(mask, old->v[i]),
                                    _mm256_and_si256(packed->v[i], mask));
    }
}

XG_INLINE void write_words(const struct writer *k, const struct xg_wide_pair *p, unsigned msaa)
{
    struct xg_wide_words packed, old, fresh;
    pack(k->t->format, k->color, &packed);
    for (unsigned n = 0; n < 1u << msaa; n++) {
        if (!p->covered[n])
            continue;
        __m256i lanes = _mm256_and_si256(xg_lane_mask(p->covered[n]), k->written);
        old.v[0] = xg_load_samples(&k->place, msaa, n);
        merge_words(k, &packed, &old, lanes, &fresh);
        xg_store_samples(&k->place, msaa, n, fresh.v[0]);
    }
}

/* Samples of 64 bits: rows have both words of a pixel, then those of the next one, with four
 * samples a pixel those of the other sample between them. */
static uint32_t *find_double(struct xg_worker *w, const struct xg_target *t, int32_t x, int32_t y)
{
    const struct xg_setup *s = &w->r.setup;
    uint32_t column = (uint32_t)x << (s->msaa == 2) << 1, row = (uint32_t)y << (s->msaa > 0);
    uint32_t across = column / 80, tile = (row >> 4) * 2 * s->tile_pitch + across;
    return xg_find_word(w, t->base, tile, (row & 15) * 80 + column - 80 * across, true);
}

static uint32_t *row_of(uint32_t *quad, unsigned msaa, unsigned n, unsigned row)
{
    uint32_t *at = quad + xg_sample_start(msaa, n) + row * xg_sample_pitch(msaa);
    return msaa == 2 ? at + 2 * (n >> 1) : at;
}
static unsigned pixel_step(unsigned msaa)
{
    return msaa == 2 ? 4 : 2;
}

static void load_double(uint32_t *quad, unsigned msaa, unsigned n, __m128i v[2])
{
    __m128 row[2];
    for (unsigned i = 0; i < 2; i++) {
        const uint32_t *at = row_of(quad, msaa, n, i);
        row[i] = _mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)(const void *)at));
        row[i] = _mm_loadh_pi(row[i], (const __m64 *)(const void *)(at + pixel_step(msaa)));
    }
    v[0] = _mm_castps_si128(_mm_shuffle_ps(row[0], row[1], 0x88));
    v[1] = _mm_castps_si128(_mm_shuffle_ps(row[0], row[1], 0xDD));
}

static void store_double(uint32_t *quad, unsigned msaa, unsigned n, __m128i low, __m128i high)
{
    const __m128i row[2] = {_mm_unpacklo_epi32(low, high), _mm_unpackhi_epi32(low, high)};
    for (unsigned i = 0; i < 2; i++) {
        uint32_t *at = row_of(quad, msaa, n, i);
        _mm_storel_epi64((__m128i *)(void *)at, row[i]);
        _mm_storeh_pi((__m64 *)(void *)(at + pixel_step(msaa)), _mm_castsi128_ps(row[i]));
    }
}

static void write_doubles(const struct writer *k, const struct xg_wide_pair *p, unsigned msaa)
{
    struct xg_wide_words packed, old, fresh;
    xg_wide_pack(k->t->format, k->color, &packed);
    for (unsigned n = 0; n < 1u << msaa; n++) {
        __m128i v[2][2];
        if (!p->covered[n])
            continue;
        __m256i lanes = _mm256_and_si256(xg_lane_mask(p->covered[n]), k->written);
        for (unsigned h = 0; h < 2; h++)
            load_double(k->place.quad[h], msaa, n, v[h]);
        for (unsigned i = 0; i < 2; i++)
            old.v[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(v[0][i]), v[1][i], 1);
        merge_words(k, &packed, &old, lanes, &fresh);
        store_double(k->place.quad[0], msaa, n, _mm256_castsi256_si128(fresh.v[0]),
                     _mm256_castsi256_si128(fresh.v[1]));
        store_double(k->place.quad[1], msaa, n, _mm256_extracti128_si256(fresh.v[0], 1),
                     _mm256_extracti128_si256(fresh.v[1], 1));
    }
}

static void write_target(struct xg_worker *w, const struct xg_wide_pair *p,
                         const struct xg_wide_outputs *o, unsigned index)
{
    const struct xg_setup *s = &w->r.setup;
    struct writer k = {.s = s, .t = &s->target[index], .place = {{w->nowhere, w->nowhere}}};
    for (unsigned h = 0; h < 1u + !p->alone; h++)
        k.place.quad[h] =
            k.t->wide ? find_double(w, k.t, p->x[h], p->y[h])
                      : xg_find_word(w, k.t->base, p->place[h].tile, p->place[h].color, true);
    find_color(&k, o, index);
    if (k.t->wide)
        write_doubles(&k, p, s->msaa);
    else if (s->msaa)
        write_words(&k, p, s->msaa);
    else /* most of the work */
        write_words(&k, p, 0);
}

/* --- tests of pixels --- */

/* Lanes that the alpha test drops. */
static uint8_t alpha_drops(const struct xg_setup *s, __m256 a, __m256 written)
{
    const __m256 ref = _mm256_set1_ps(s->alpha_ref);
    unsigned func = s->color_control & 7;
    __m256 pass = _mm256_setzero_ps();
    if (func & 1)
        pass = _mm256_cmp_ps(a, ref, _CMP_LT_OQ);
    if (func & 2)
        pass = _mm256_or_ps(pass, _mm256_cmp_ps(a, ref, _CMP_EQ_OQ));
    if (func & 4)
        pass = _mm256_or_ps(pass, _mm256_cmp_ps(a, ref, _CMP_GT_OQ));
    if (func == 5 || func == 7)
        pass = _mm256_or_ps(pass, _mm256_cmp_ps(a, ref, _CMP_UNORD_Q));
    return (uint8_t)_mm256_movemask_ps(_mm256_andnot_ps(pass, written));
}

/* Lanes whose sample n alpha to mask drops. Thresholds in sixteenths, by pixel of a quad. */
static uint8_t mask_drops(const struct xg_setup *s, unsigned n, __m256 a, __m256 written)
{
    static const uint8_t base[3][4] = {{16}, {8, 16}, {12, 4, 8, 16}};
    static const uint8_t step[3] = {4, 2, 1};
    float threshold[4];
    for (unsigned p = 0; p < 4; p++) {
        unsigned index = (p & 1) * 2 + (p >> 1);
        unsigned offset = s->color_control >> (24 + 2 * index) & 3;
        threshold[p] = (float)(base[s->msaa][n] - offset * step[s->msaa]) / 16.0f;
    }
    __m128 quad = _mm_loadu_ps(threshold);
    __m256 pass = _mm256_cmp_ps(a, _mm256_set_m128(quad, quad), _CMP_GE_OQ);
    return (uint8_t)_mm256_movemask_ps(_mm256_andnot_ps(pass, written));
}

/* Kill, alpha test, alpha to mask. */
static void test_pixels(const struct xg_setup *s, struct xg_wide_pair *p,
                        const struct xg_wide_outputs *out, bool colored)
{
    __m256 a = _mm256_load_ps(out->color[0][3]);
    __m256 written = _mm256_load_ps((const float *)out->written[0]);
    uint8_t drop = (uint8_t)_mm256_movemask_ps(_mm256_load_ps((const float *)out->killed));
    if (colored && s->color_control & 8)
        drop |= alpha_drops(s, a, written);
    for (unsigned n = 0; n < s->samples; n++) {
        p->covered[n] &= (uint8_t)~drop;
        if (colored && s->color_control & 16)
            p->covered[n] &= (uint8_t)~mask_drops(s, n, a, written);
    }
}

void xg_merge_pair(struct xg_worker *w, struct xg_wide_pair *p, const struct xg_wide_outputs *out)
{
    const struct xg_setup *s = &w->r.setup;
    uint32_t left;
    if (!s->early_tests) {
        test_pixels(s, p, out, w->r.shader[XG_STAGE_PS]->exports & 1);
        xg_test_pair(w, p, out);
    }
    memcpy(&left, p->covered, sizeof left);
    w->r.stats.samples += (uint64_t)__builtin_popcount(left);
    for (unsigned i = 0; i < 4; i++)
        if (s->target[i].on)
            write_target(w, p, out, i);
}
