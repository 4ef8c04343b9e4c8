/* Depth and stencil of samples, eight lanes at a time, as rop.c has them; and the tests that come
 * before shading. Built for AVX2. */
#include "gpu/draw/wide_samples.h"

/* --- codes of depth --- */

XG_INLINE __m256i code_d24(__m256 z)
{
    __m256 v = _mm256_min_ps(_mm256_max_ps(z, _mm256_setzero_ps()), _mm256_set1_ps(1));
    __m128i low =
        _mm256_cvtpd_epi32(mul(_mm256_cvtps_pd(_mm256_castps256_ps128(v)), all(16777215.0)));
    __m128i high =
        _mm256_cvtpd_epi32(mul(_mm256_cvtps_pd(_mm256_extractf128_ps(v, 1)), all(16777215.0)));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

XG_INLINE __m256i code_20e4(__m256 z)
{
    __m256i u = _mm256_castps_si256(_mm256_max_ps(z, _mm256_setzero_ps()));
    __m256i v = _mm256_and_si256(xg_small_floats(u, 113, 20), _mm256_set1_epi32(0xFFFFFF));
    __m256i most = _mm256_cmpgt_epi32(u, _mm256_set1_epi32(0x3FFFFFF7));
    return _mm256_blendv_epi8(v, _mm256_set1_epi32(0xFFFFFF), most);
}

/* Bits of func: less, equal, greater. */
XG_INLINE __m256i compare_codes(unsigned func, __m256i fresh, __m256i old)
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

/* --- stencil --- */

static __m256i stencil_op(unsigned op, __m256i old, __m256i ref)
{
    const __m256i one = _mm256_set1_epi32(1), most = _mm256_set1_epi32(255);
    switch (op) {
    case 0:
        return old;
    case 1:
        return _mm256_setzero_si256();
    case 2:
        return ref;
    case 3:
        return _mm256_min_epi32(_mm256_add_epi32(old, one), most);
    case 4:
        return _mm256_max_epi32(_mm256_sub_epi32(old, one), _mm256_setzero_si256());
    case 5:
        return _mm256_xor_si256(old, most);
    case 6:
        return _mm256_and_si256(_mm256_add_epi32(old, one), most);
    default:
        return _mm256_and_si256(_mm256_sub_epi32(old, one), most);
    }
}

/* Which of old (stencil, 8 bits) pass for a face, and what becomes of them. */
static __m256i face_stencil(const struct xg_setup *s, bool back, __m256i old, __m256i z_pass,
                            __m256i *fresh)
{
    uint32_t control = s->depth_control, mask = back ? s->stencil_back : s->stencil_front;
    unsigned shift = back && control >> 7 & 1 ? 20 : 8;
    const __m256i ref = _mm256_set1_epi32((int)(mask & 255));
    const __m256i read = _mm256_set1_epi32((int)(mask >> 8 & 255));
    const __m256i write = _mm256_set1_epi32((int)(mask >> 16 & 255));
    __m256i pass = compare_codes(xg_bits(control, shift, 3), _mm256_and_si256(ref, read),
                                 _mm256_and_si256(old, read));
    __m256i v = _mm256_blendv_epi8(stencil_op(xg_bits(control, shift + 9, 3), old, ref),
                                   stencil_op(xg_bits(control, shift + 6, 3), old, ref), z_pass);
    v = _mm256_blendv_epi8(stencil_op(xg_bits(control, shift + 3, 3), old, ref), v, pass);
    *fresh = _mm256_or_si256(_mm256_andnot_si256(write, old), _mm256_and_si256(write, v));
    return pass;
}

static bool faces_back(const struct xg_wide_triangle *t)
{
    return t->cls == XG_PRIM_POLYGON && t->back;
}

static __m256i test_stencil(const struct xg_setup *s, const struct xg_wide_triangle *const t[2],
                            __m256i old, __m256i z_pass, __m256i *fresh)
{
    bool back = faces_back(t[0]), other = faces_back(t[1]);
    __m256i pass = face_stencil(s, back, old, z_pass, fresh);
    if (back != other) {
        __m256i second;
        __m256i pass2 = face_stencil(s, other, old, z_pass, &second);
        *fresh = _mm256_blend_epi32(*fresh, second, 0xF0);
        pass = _mm256_blend_epi32(pass, pass2, 0xF0);
    }
    return pass;
}

/* --- a sample of eight pixels --- */

/* old, *fresh: words of the surface. Returns the lanes of `covered` that pass. */
XG_INLINE uint8_t test_sample(struct xg_worker *w, const struct xg_wide_triangle *const t[2],
                              __m256i old, __m256 z, uint8_t covered, __m256i *fresh)
{
    const struct xg_setup *s = &w->r.setup;
    const __m256i lanes = xg_lane_mask(covered), low = _mm256_set1_epi32(255);
    __m256i code = s->depth_float ? code_20e4(z) : code_d24(z), z_pass = lanes, pass = lanes;
    __m256i stencil = _mm256_and_si256(old, low);
    if (s->depth_on)
        z_pass = _mm256_and_si256(
            lanes, compare_codes(xg_bits(s->depth_control, 4, 3), code, _mm256_srli_epi32(old, 8)));
    if (s->stencil_on) {
        pass = _mm256_and_si256(lanes, test_stencil(s, t, stencil, z_pass, &stencil));
        w->r.stats.stencil_failed +=
            (uint64_t)__builtin_popcount((unsigned)(covered & ~xg_lanes_in(pass)));
    }
    uint8_t left = xg_lanes_in(pass);
    pass = _mm256_and_si256(pass, z_pass);
    uint8_t passed = xg_lanes_in(pass);
    w->r.stats.z_failed += (uint64_t)__builtin_popcount((unsigned)(left & ~passed));
    __m256i depth = _mm256_andnot_si256(low, old);
    if (s->depth_write)
        depth = _mm256_blendv_epi8(depth, _mm256_slli_epi32(code, 8), pass);
    *fresh = _mm256_blendv_epi8(old, _mm256_or_si256(depth, stencil), lanes);
    return passed;
}

static bool writes_depth(const struct xg_setup *s)
{
    return s->depth_write || s->stencil_on;
}

/* --- before shading --- */

/* Depth of the samples, from edges 1 and 2 at the centres: linear in the screen. */
XG_INLINE __m256 depth_of(const struct xg_wide_triangle *t, double4 e[3][2], const double delta[3])
{
    const double4 inv_area = all(t->inv_area), start = all(t->z[0]);
    const double4 first = all(t->z[1] - t->z[0]), second = all(t->z[2] - t->z[0]);
    __m128 z[2];
    for (unsigned h = 0; h < 2; h++) {
        double4 e1 = e[1][h], e2 = e[2][h];
        if (delta) {
            e1 = add(e1, all(delta[1]));
            e2 = add(e2, all(delta[2]));
        }
        double4 v = add(start, mul(first, mul(e1, inv_area)));
        z[h] = _mm256_cvtpd_ps(add(v, mul(second, mul(e2, inv_area))));
    }
    return _mm256_set_m128(z[1], z[0]);
}

void xg_sample_deltas(const struct xg_setup *s, const struct xg_wide_triangle *t,
                      double delta[4][3])
{
    const int16_t(*at)[2] = xg_sample_positions(s->msaa);
    for (unsigned n = 0; n < s->samples; n++)
        for (unsigned i = 0; i < 3; i++)
            delta[n][i] =
                (double)((int64_t)t->a[i] * (at[n][0] - 128) + (int64_t)t->b[i] * (at[n][1] - 128));
}

static void find_depths(const struct xg_setup *s, struct xg_wide_group *g)
{
    double4 e[3][2];
    double delta[4][3];
    xg_group_edges(g, e);
    if (s->msaa)
        xg_sample_deltas(s, g->t, delta);
    for (unsigned n = 0; n < s->samples; n++)
        if (g->covered[n])
            _mm256_store_ps(g->z[n], depth_of(g->t, e, s->msaa ? delta[n] : NULL));
}

/* Samples of a group: with one sample a pixel its rows are four words. */
static void test_many(struct xg_worker *w, struct xg_wide_group *g)
{
    const struct xg_setup *s = &w->r.setup;
    const struct xg_wide_triangle *const t[2] = {g->t, g->t};
    uint32_t *at = xg_find_word(w, s->depth_base, g->place.tile, g->place.depth, writes_depth(s));
    const struct xg_place p = {{at, at + (2u << (s->msaa == 2))}};
    find_depths(s, g);
    for (unsigned n = 0; n < s->samples; n++) {
        __m256i fresh;
        if (!g->covered[n])
            continue;
        g->covered[n] = test_sample(w, t, xg_load_samples(&p, s->msaa, n), _mm256_load_ps(g->z[n]),
                                    g->covered[n], &fresh);
        if (writes_depth(s))
            xg_store_samples(&p, s->msaa, n, fresh);
    }
}

static void test_one(struct xg_worker *w, struct xg_wide_group *g)
{
    const struct xg_setup *s = &w->r.setup;
    const struct xg_wide_triangle *const t[2] = {g->t, g->t};
    __m128i *upper = (__m128i *)(void *)xg_find_word(w, s->depth_base, g->place.tile,
                                                     g->place.depth, writes_depth(s));
    __m128i *lower = upper + 20; /* 80 words */
    __m128i a = _mm_loadu_si128(upper), b = _mm_loadu_si128(lower);
    __m256i fresh, old = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_unpacklo_epi64(a, b)),
                                                 _mm_unpackhi_epi64(a, b), 1);
    double4 e[3][2];
    xg_group_edges(g, e);
    g->covered[0] = test_sample(w, t, old, depth_of(g->t, e, NULL), g->covered[0], &fresh);
    if (!writes_depth(s))
        return;
    a = _mm256_castsi256_si128(fresh);
    b = _mm256_extracti128_si256(fresh, 1);
    _mm_storeu_si128(upper, _mm_unpacklo_epi64(a, b));
    _mm_storeu_si128(lower, _mm_unpackhi_epi64(a, b));
}

void xg_test_group(struct xg_worker *w, struct xg_wide_group *g)
{
    const struct xg_setup *s = &w->r.setup;
    if (!s->depth_on && !s->stencil_on)
        return;
    if (!s->early_tests)
        find_depths(s, g);
    else if (s->msaa)
        test_many(w, g);
    else
        test_one(w, g);
}

/* --- after shading --- */

void xg_test_pair(struct xg_worker *w, struct xg_wide_pair *p, const struct xg_wide_outputs *out)
{
    const struct xg_setup *s = &w->r.setup;
    if (!s->depth_on && !s->stencil_on)
        return;
    struct xg_place at = {{w->nowhere, w->nowhere}};
    for (unsigned h = 0; h < 1u + !p->alone; h++)
        at.quad[h] =
            xg_find_word(w, s->depth_base, p->place[h].tile, p->place[h].depth, writes_depth(s));
    bool exported = w->r.shader[XG_STAGE_PS]->exports >> XG_EXPORT_DEPTH & 1;
    for (unsigned n = 0; n < s->samples; n++) {
        __m256i fresh;
        if (!p->covered[n])
            continue;
        __m256 z = _mm256_set_m128(_mm_load_ps(p->z[1][n]), _mm_load_ps(p->z[0][n]));
        if (exported)
            z = _mm256_blendv_ps(z, _mm256_load_ps(out->depth),
                                 _mm256_load_ps((const float *)out->depth_written));
        p->covered[n] =
            test_sample(w, p->t, xg_load_samples(&at, s->msaa, n), z, p->covered[n], &fresh);
        if (writes_depth(s))
            xg_store_samples(&at, s->msaa, n, fresh);
    }
}
