/* Output merger, eight pixels at a time, for the common state: unorm colour targets, depth
 * without stencil, kill and alpha test. The rest goes through rop.c, a quad at a time. */
#include "gpu/draw/wide_math.h"
#include "gpu/draw/wide_raster.h"

/* Widths of the components of a packed target, red lowest; NULL: not one of these. */
static const uint8_t *widths(unsigned format)
{
    static const uint8_t eight[4] = {8, 8, 8, 8}, ten[4] = {10, 10, 10, 2};
    return format == 0 ? eight : format == 2 || format == 10 ? ten : NULL;
}

bool xg_merge_is_simple(const struct xg_draw *r)
{
    const struct xg_setup *s = &r->setup;
    for (unsigned i = 0; i < 4; i++)
        if (s->target[i].on && (!widths(s->target[i].format) || s->target[i].exp_bias))
            return false;
    if (s->pixel_shader &&
        (r->shader[XG_STAGE_PS]->exports >> XG_EXPORT_DEPTH & 1 || s->color_control & 16))
        return false;
    return !s->stencil_on;
}

/* --- through the reference --- */

static void quad_of(const struct xg_worker *w, const struct xg_wide_group *g, unsigned half,
                    struct xg_quad *q)
{
    const struct xg_wide_triangle *t = g->t[half];
    *q = (struct xg_quad){
        .x = g->x[half], .y = g->y[half], .back = t->cls == XG_PRIM_POLYGON && t->back};
    for (unsigned n = 0; n < w->r.setup.samples; n++)
        for (unsigned p = 0; p < 4; p++) {
            q->coverage |= (uint32_t)(g->covered[n] >> (4 * half + p) & 1) << (4 * p + n);
            q->z[p][n] = g->z[n][4 * half + p];
        }
}

static void coverage_of(struct xg_wide_group *g, unsigned half, const struct xg_quad *q,
                        unsigned samples)
{
    for (unsigned n = 0; n < samples; n++) {
        uint8_t lanes = 0;
        for (unsigned p = 0; p < 4; p++)
            lanes |= (uint8_t)((q->coverage >> (4 * p + n) & 1) << p);
        g->covered[n] =
            (uint8_t)((g->covered[n] & ~(15u << 4 * half)) | (unsigned)lanes << 4 * half);
    }
}

static void lanes_of(struct xg_worker *w, const struct xg_wide_outputs *out, unsigned half)
{
    struct xg_lanes *lanes = &w->lanes;
    uint64_t exports = w->r.shader[XG_STAGE_PS]->exports;
    unsigned first = 4 * half;
    memset(lanes->written, 0, sizeof lanes->written);
    lanes->killed = 0;
    for (unsigned i = 0; i < 4; i++)
        for (unsigned c = 0; c < 4 && exports >> i & 1; c++)
            memcpy(lanes->out[i][c], out->color[i][c] + first, 4 * sizeof(float));
    memcpy(lanes->out[XG_EXPORT_DEPTH][0], out->depth + first, 4 * sizeof(float));
    for (unsigned l = 0; l < 4; l++) {
        for (unsigned i = 0; i < 4; i++)
            if (exports >> i & 1)
                lanes->written[l] |= (uint64_t)(out->written[i][first + l] & 1) << i;
        if (exports >> XG_EXPORT_DEPTH & 1)
            lanes->written[l] |= (uint64_t)(out->depth_written[first + l] & 1) << XG_EXPORT_DEPTH;
        lanes->killed |= (uint8_t)((out->killed[first + l] & 1) << l);
    }
}

static void merge_by_quads(struct xg_worker *w, struct xg_wide_group *g,
                           const struct xg_wide_outputs *out)
{
    for (unsigned half = 0; half < 2; half++) {
        struct xg_quad q;
        quad_of(w, g, half, &q);
        if (!q.coverage)
            continue;
        if (w->r.setup.pixel_shader)
            lanes_of(w, out, half);
        xg_rop_quad(&w->r, &q, &w->lanes);
    }
}

static void early_by_quads(struct xg_worker *w, struct xg_wide_group *g)
{
    for (unsigned half = 0; half < 2; half++) {
        struct xg_quad q;
        quad_of(w, g, half, &q);
        if (!q.coverage)
            continue;
        xg_rop_early(&w->r, &q);
        coverage_of(g, half, &q, w->r.setup.samples);
    }
}

/* --- samples of a group in surfaces of 32-bit words --- */

/* Sample 0 of the first pixels of both quads. */
struct place {
    uint32_t *quad[2];
};

static inline uint32_t *find_word(struct xg_worker *w, uint32_t base, uint32_t tile, uint32_t word,
                                  bool write)
{
    struct xg_tiles *tiles = w->r.tiles;
    tile = (base + tile) & (XG_EDRAM_TILES - 1);
    if (!tiles->lent)
        xg_tiles_touch(tiles, tile, write);
    return tiles->data[tile] + word;
}

static inline struct place place_depth(struct xg_worker *w, const struct xg_wide_group *g)
{
    const struct xg_setup *s = &w->r.setup;
    struct place p = {{w->nowhere, w->nowhere}};
    for (unsigned h = 0; h < 1u + !g->alone; h++)
        p.quad[h] = find_word(w, s->depth_base, g->place[h].tile, g->place[h].depth,
                              s->depth_write);
    return p;
}

static inline struct place place_color(struct xg_worker *w, const struct xg_wide_group *g,
                                       const struct xg_target *t)
{
    struct place p = {{w->nowhere, w->nowhere}};
    for (unsigned h = 0; h < 1u + !g->alone; h++)
        p.quad[h] = find_word(w, t->base, g->place[h].tile, g->place[h].color, true);
    return p;
}

/* Where sample n of a quad's upper pixels begins, and how far below the lower ones are. With four
 * samples every other word of a row is one of sample n. */
static inline unsigned sample_start(unsigned msaa, unsigned n)
{
    return msaa ? 80 * (n & 1) : 0;
}
static inline unsigned sample_pitch(unsigned msaa)
{
    return msaa ? 160 : 80;
}

static inline __m128i load_quad(const uint32_t *quad, unsigned msaa, unsigned n)
{
    const uint32_t *upper = quad + sample_start(msaa, n), *lower = upper + sample_pitch(msaa);
    if (msaa != 2) {
        __m128 v = _mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)(const void *)upper));
        return _mm_castps_si128(_mm_loadh_pi(v, (const __m64 *)(const void *)lower));
    }
    __m128 a = _mm_loadu_ps((const float *)(const void *)upper);
    __m128 b = _mm_loadu_ps((const float *)(const void *)lower);
    return _mm_castps_si128(n >> 1 ? _mm_shuffle_ps(a, b, 0xDD) : _mm_shuffle_ps(a, b, 0x88));
}

static inline void blend_words(uint32_t *at, __m128i twice, bool odd)
{
    __m128i old = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i fresh = odd ? _mm_blend_epi16(old, twice, 0xCC) : _mm_blend_epi16(old, twice, 0x33);
    _mm_storeu_si128((__m128i *)(void *)at, fresh);
}

static inline void store_quad(uint32_t *quad, unsigned msaa, unsigned n, __m128i v)
{
    uint32_t *upper = quad + sample_start(msaa, n), *lower = upper + sample_pitch(msaa);
    if (msaa != 2) {
        _mm_storel_epi64((__m128i *)(void *)upper, v);
        _mm_storeh_pi((__m64 *)(void *)lower, _mm_castsi128_ps(v));
        return;
    }
    blend_words(upper, _mm_shuffle_epi32(v, 0x50), n >> 1);
    blend_words(lower, _mm_shuffle_epi32(v, 0xFA), n >> 1);
}

static inline __m256i load_samples(const struct place *p, unsigned msaa, unsigned n)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(load_quad(p->quad[0], msaa, n)),
                                   load_quad(p->quad[1], msaa, n), 1);
}
static inline void store_samples(const struct place *p, unsigned msaa, unsigned n, __m256i v)
{
    store_quad(p->quad[0], msaa, n, _mm256_castsi256_si128(v));
    store_quad(p->quad[1], msaa, n, _mm256_extracti128_si256(v, 1));
}

static __m256i mask_of(uint32_t lanes)
{
    const __m256i bits = _mm256_set_epi32(128, 64, 32, 16, 8, 4, 2, 1);
    __m256i v = _mm256_and_si256(_mm256_set1_epi32((int)lanes), bits);
    return _mm256_cmpeq_epi32(v, bits);
}
static uint8_t lanes_in(__m256i mask)
{
    return (uint8_t)_mm256_movemask_ps(_mm256_castsi256_ps(mask));
}

/* --- depth --- */

static __m256i code_d24(__m256 z)
{
    __m256 v = _mm256_min_ps(_mm256_max_ps(z, _mm256_setzero_ps()), _mm256_set1_ps(1));
    __m128i low =
        _mm256_cvtpd_epi32(mul(_mm256_cvtps_pd(_mm256_castps256_ps128(v)), all(16777215.0)));
    __m128i high =
        _mm256_cvtpd_epi32(mul(_mm256_cvtps_pd(_mm256_extractf128_ps(v, 1)), all(16777215.0)));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

static __m256i code_20e4(__m256 z)
{
    const __m256i one = _mm256_set1_epi32(1);
    __m256i u = _mm256_castps_si256(_mm256_max_ps(z, _mm256_setzero_ps()));
    __m256i exponent = _mm256_srli_epi32(u, 23);
    __m256i shift =
        _mm256_min_epi32(_mm256_sub_epi32(_mm256_set1_epi32(113), exponent), _mm256_set1_epi32(24));
    __m256i mantissa = _mm256_or_si256(_mm256_and_si256(u, _mm256_set1_epi32(0x7FFFFF)),
                                       _mm256_set1_epi32(0x800000));
    __m256i small = _mm256_srlv_epi32(mantissa, shift);
    __m256i large = _mm256_sub_epi32(u, _mm256_set1_epi32(112 << 23));
    __m256i v =
        _mm256_blendv_epi8(large, small, _mm256_cmpgt_epi32(_mm256_set1_epi32(113), exponent));
    __m256i odd = _mm256_and_si256(_mm256_srli_epi32(v, 3), one);
    v = _mm256_srli_epi32(_mm256_add_epi32(v, _mm256_add_epi32(odd, _mm256_set1_epi32(3))), 3);
    v = _mm256_and_si256(v, _mm256_set1_epi32(0xFFFFFF));
    __m256i most = _mm256_cmpgt_epi32(u, _mm256_set1_epi32(0x3FFFFFF7));
    return _mm256_blendv_epi8(v, _mm256_set1_epi32(0xFFFFFF), most);
}

static __m256i compare_codes(unsigned func, __m256i fresh, __m256i old)
{
    __m256i less = _mm256_cmpgt_epi32(old, fresh), equal = _mm256_cmpeq_epi32(old, fresh);
    __m256i greater = _mm256_cmpgt_epi32(fresh, old), pass = _mm256_setzero_si256();
    if (func & 1)
        pass = _mm256_or_si256(pass, less);
    if (func & 2)
        pass = _mm256_or_si256(pass, equal);
    if (func & 4)
        pass = _mm256_or_si256(pass, greater);
    return pass;
}

static inline __attribute__((always_inline)) void
test_depth_of(struct xg_worker *w, struct xg_wide_group *g, unsigned msaa)
{
    const struct xg_setup *s = &w->r.setup;
    if (!s->depth_on)
        return;
    struct place p = place_depth(w, g);
    for (unsigned n = 0; n < 1u << msaa; n++) {
        if (!g->covered[n])
            continue;
        __m256i old = load_samples(&p, msaa, n), covered = mask_of(g->covered[n]);
        __m256 z = _mm256_load_ps(g->z[n]);
        __m256i code = s->depth_float ? code_20e4(z) : code_d24(z);
        __m256i pass =
            compare_codes(xg_bits(s->depth_control, 4, 3), code, _mm256_srli_epi32(old, 8));
        pass = _mm256_and_si256(pass, covered);
        w->r.stats.z_failed += (uint64_t)__builtin_popcount(g->covered[n]);
        g->covered[n] = lanes_in(pass);
        w->r.stats.z_failed -= (uint64_t)__builtin_popcount(g->covered[n]);
        if (!s->depth_write || !g->covered[n])
            continue;
        __m256i fresh = _mm256_or_si256(_mm256_slli_epi32(code, 8),
                                        _mm256_and_si256(old, _mm256_set1_epi32(255)));
        store_samples(&p, msaa, n, _mm256_blendv_epi8(old, fresh, pass));
    }
}

/* One sample a pixel is most of the work. */
static void test_depth(struct xg_worker *w, struct xg_wide_group *g)
{
    if (w->r.setup.msaa)
        test_depth_of(w, g, w->r.setup.msaa);
    else
        test_depth_of(w, g, 0);
}

static uint64_t count_samples(const struct xg_wide_group *g)
{
    uint32_t all_of;
    memcpy(&all_of, g->covered, sizeof all_of);
    return (uint64_t)__builtin_popcount(all_of);
}

void xg_merge_early(struct xg_worker *w, struct xg_wide_group *g)
{
    if (!w->r.raster->fast_merge) {
        early_by_quads(w, g);
        return;
    }
    test_depth(w, g);
    if (!w->r.setup.any_color)
        w->r.stats.samples += count_samples(g);
}

/* --- colour --- */

static __m256 saturate(__m256 v)
{
    return _mm256_min_ps(_mm256_max_ps(v, _mm256_setzero_ps()), _mm256_set1_ps(1));
}

static __m256i pack(const __m256 v[4], const uint8_t width[4])
{
    __m256i out = _mm256_setzero_si256();
    int at = 0;
    for (unsigned c = 0; c < 4; at += width[c++]) {
        __m256 scaled =
            _mm256_mul_ps(saturate(v[c]), _mm256_set1_ps((float)((1u << width[c]) - 1)));
        __m256i n = _mm256_cvttps_epi32(_mm256_add_ps(scaled, _mm256_set1_ps(0.5f)));
        out = _mm256_or_si256(out, _mm256_slli_epi32(n, at));
    }
    return out;
}

static void unpack(__m256i words, const uint8_t width[4], __m256 v[4])
{
    int at = 0;
    for (unsigned c = 0; c < 4; at += width[c++]) {
        int most = (1 << width[c]) - 1;
        __m256i n = _mm256_and_si256(_mm256_srli_epi32(words, at), _mm256_set1_epi32(most));
        v[c] = _mm256_div_ps(_mm256_cvtepi32_ps(n), _mm256_set1_ps((float)most));
    }
}

/* Everything is within 0..1 here, so products need no care with zeros. */
static __m256 factor(unsigned code, const __m256 src[4], const __m256 dst[4], const float k[4],
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
        v = _mm256_set1_ps(k[c]);
        break;
    case 14:
        v = _mm256_set1_ps(k[3]);
        break;
    case 16:
        return c == 3 ? one : _mm256_min_ps(src[3], _mm256_sub_ps(one, dst[3]));
    default:
        return code == 1 ? one : _mm256_setzero_ps();
    }
    return code & 1 ? _mm256_sub_ps(one, v) : v;
}

static __m256 combine(unsigned op, __m256 s, __m256 sf, __m256 d, __m256 df)
{
    if (op == 2)
        return _mm256_min_ps(s, d);
    if (op == 3)
        return _mm256_max_ps(s, d);
    s = _mm256_mul_ps(s, sf);
    d = _mm256_mul_ps(d, df);
    return op == 1 ? _mm256_sub_ps(s, d) : op == 4 ? _mm256_sub_ps(d, s) : _mm256_add_ps(s, d);
}

static void blend(const struct xg_setup *setup, const struct xg_target *t, const __m256 color[4],
                  const __m256 dst[4], __m256 out[4])
{
    __m256 src[4];
    float k[4];
    for (unsigned c = 0; c < 4; c++) {
        src[c] = saturate(color[c]);
        k[c] = xg_saturate(setup->blend_constant[c]);
    }
    for (unsigned c = 0; c < 4; c++) {
        unsigned shift = c == 3 ? 16 : 0;
        __m256 sf = factor(t->blend >> shift & 31, src, dst, k, c);
        __m256 df = factor(t->blend >> (shift + 8) & 31, src, dst, k, c);
        out[c] = combine(t->blend >> (shift + 5) & 7, src[c], sf, dst[c], df);
    }
}

static inline __attribute__((always_inline)) void
write_target_of(struct xg_worker *w, const struct xg_wide_group *g,
                const struct xg_wide_outputs *o, unsigned index, unsigned msaa)
{
    const struct xg_setup *s = &w->r.setup;
    const struct xg_target *t = &s->target[index];
    const uint8_t *width = widths(t->format);
    __m256i written = _mm256_load_si256((const __m256i *)o->written[index]);
    __m256i bits = _mm256_set1_epi32((int)t->bits[0]);
    __m256 color[4];
    for (unsigned c = 0; c < 4; c++)
        color[c] = _mm256_load_ps(o->color[index][c]);
    __m256i packed = pack(color, width);
    struct place p = place_color(w, g, t);
    for (unsigned n = 0; n < 1u << msaa; n++) {
        __m256i mask = _mm256_and_si256(mask_of(g->covered[n]), written);
        if (!g->covered[n] || !lanes_in(mask))
            continue;
        __m256i old = load_samples(&p, msaa, n);
        if (t->blending) {
            __m256 dst[4], out[4];
            unpack(old, width, dst);
            blend(s, t, color, dst, out);
            packed = pack(out, width);
        }
        mask = _mm256_and_si256(mask, bits);
        store_samples(
            &p, msaa, n,
            _mm256_or_si256(_mm256_andnot_si256(mask, old), _mm256_and_si256(packed, mask)));
    }
}

static void write_target(struct xg_worker *w, const struct xg_wide_group *g,
                         const struct xg_wide_outputs *o, unsigned index)
{
    if (w->r.setup.msaa)
        write_target_of(w, g, o, index, w->r.setup.msaa);
    else
        write_target_of(w, g, o, index, 0);
}

/* Lanes that the alpha test drops. */
static uint8_t alpha_drops(const struct xg_worker *w, const struct xg_wide_outputs *o)
{
    const struct xg_setup *s = &w->r.setup;
    unsigned func = s->color_control & 7;
    if (!(s->color_control & 8))
        return 0;
    __m256 a = _mm256_load_ps(o->color[0][3]), ref = _mm256_set1_ps(s->alpha_ref);
    __m256 pass = _mm256_setzero_ps();
    if (func & 1)
        pass = _mm256_cmp_ps(a, ref, _CMP_LT_OQ);
    if (func & 2)
        pass = _mm256_or_ps(pass, _mm256_cmp_ps(a, ref, _CMP_EQ_OQ));
    if (func & 4)
        pass = _mm256_or_ps(pass, _mm256_cmp_ps(a, ref, _CMP_GT_OQ));
    if (func == 5 || func == 7)
        pass = _mm256_or_ps(pass, _mm256_cmp_ps(a, ref, _CMP_UNORD_Q));
    __m256 written = _mm256_load_ps((const float *)o->written[0]);
    return (uint8_t)_mm256_movemask_ps(_mm256_andnot_ps(pass, written));
}

void xg_merge_group(struct xg_worker *w, struct xg_wide_group *g,
                    const struct xg_wide_outputs *out)
{
    const struct xg_setup *s = &w->r.setup;
    if (!w->r.raster->fast_merge) {
        merge_by_quads(w, g, out);
        return;
    }
    if (!s->early_tests) {
        uint8_t drop = (uint8_t)_mm256_movemask_ps(_mm256_load_ps((const float *)out->killed));
        drop |= alpha_drops(w, out);
        for (unsigned n = 0; n < s->samples; n++)
            g->covered[n] &= (uint8_t)~drop;
        test_depth(w, g);
    }
    w->r.stats.samples += count_samples(g);
    for (unsigned i = 0; i < 4; i++)
        if (s->target[i].on)
            write_target(w, g, out, i);
}
