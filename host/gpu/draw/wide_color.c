#include "gpu/draw/wide_color.h"

static __m256i pick(__m256i mask, __m256i yes, __m256i no)
{
    return _mm256_blendv_epi8(no, yes, mask);
}
static __m256i bits(int v)
{
    return _mm256_set1_epi32(v);
}
static __m256i field(__m256i words, int at, int width)
{
    return _mm256_and_si256(_mm256_srli_epi32(words, at), bits((1 << width) - 1));
}

/* --- gamma: piecewise linear --- */

static __m256 gamma_float(__m256i g)
{
    __m256i two = _mm256_sub_epi32(_mm256_slli_epi32(g, 1), bits(64));
    __m256i four = _mm256_sub_epi32(_mm256_slli_epi32(g, 2), bits(256));
    __m256i eight = _mm256_sub_epi32(_mm256_slli_epi32(g, 3), bits(1024));
    /* t + t * 4 / 1024 and t + t * 8 / 1024 of numbers that are not negative where they count */
    four = _mm256_add_epi32(four, _mm256_srli_epi32(_mm256_slli_epi32(four, 2), 10));
    eight = _mm256_add_epi32(eight, _mm256_srli_epi32(_mm256_slli_epi32(eight, 3), 10));
    __m256i v = pick(_mm256_cmpgt_epi32(bits(64), g), g, two);
    v = pick(_mm256_cmpgt_epi32(g, bits(95)), four, v);
    v = pick(_mm256_cmpgt_epi32(g, bits(191)), eight, v);
    return _mm256_div_ps(_mm256_cvtepi32_ps(v), _mm256_set1_ps(1023));
}

static __m256i float_gamma(__m256 x)
{
    __m256 l = _mm256_mul_ps(xg_saturate8(x), _mm256_set1_ps(1023));
    static const float from[3] = {64, 128, 512}, scale[3] = {0.5f, 0.25f, 0.125f};
    __m256i v = _mm256_cvttps_epi32(l);
    for (unsigned i = 0; i < 3; i++) {
        __m256i n = _mm256_cvttps_epi32(_mm256_mul_ps(l, _mm256_set1_ps(scale[i])));
        __m256 above = _mm256_cmp_ps(l, _mm256_set1_ps(from[i]), _CMP_GE_OQ);
        v = pick(_mm256_castps_si256(above), _mm256_add_epi32(n, bits(32 << i)), v);
    }
    return v;
}

/* --- 7e3 --- */

static __m256 float_of_7e3(__m256i v)
{
    __m256i m = field(v, 0, 7);
    __m256i e = field(v, 7, 3);
    __m256i large = _mm256_or_si256(_mm256_slli_epi32(_mm256_add_epi32(e, bits(124)), 23),
                                    _mm256_slli_epi32(m, 16));
    __m256 small = _mm256_mul_ps(_mm256_cvtepi32_ps(m), _mm256_set1_ps(0x1p-9f));
    __m256i none = _mm256_cmpeq_epi32(e, _mm256_setzero_si256());
    return _mm256_castsi256_ps(pick(none, _mm256_castps_si256(small), large));
}

static __m256i code_7e3(__m256 x)
{
    __m256i u = _mm256_castps_si256(_mm256_max_ps(x, _mm256_setzero_ps())); /* a NaN gives 0 */
    __m256i v = _mm256_and_si256(xg_small_floats(u, 125, 7), bits(1023));
    __m256 most = _mm256_cmp_ps(x, _mm256_set1_ps(31.875f), _CMP_GE_OQ);
    return pick(_mm256_castps_si256(most), bits(1023), v);
}

/* --- 16 bits --- */

static __m256 fixed_float(__m256i h)
{
    __m256i s = _mm256_srai_epi32(_mm256_slli_epi32(h, 16), 16);
    __m256 f = _mm256_mul_ps(_mm256_cvtepi32_ps(s), _mm256_set1_ps(32));
    f = _mm256_div_ps(f, _mm256_set1_ps(32767));
    return _mm256_max_ps(f, _mm256_set1_ps(-32));
}

static __m128i fixed_half(__m128 x)
{
    double4 d = mul(mul(_mm256_cvtps_pd(x), all(32767)), all(1.0 / 32));
    double4 half = _mm256_or_pd(_mm256_and_pd(d, all(-0.0)), all(0.5));
    return _mm256_cvttpd_epi32(add(d, half));
}
static __m256i float_fixed(__m256 x)
{
    x = _mm256_and_ps(x, _mm256_cmp_ps(x, x, _CMP_ORD_Q));
    x = _mm256_min_ps(_mm256_max_ps(x, _mm256_set1_ps(-32)), _mm256_set1_ps(32));
    __m128i low = fixed_half(_mm256_castps256_ps128(x));
    __m128i high = fixed_half(_mm256_extractf128_ps(x, 1));
    __m256i v = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    return _mm256_and_si256(v, bits(0xFFFF));
}

static __m256 half_float(__m256i h)
{
    __m256i e = field(h, 10, 5), sign = _mm256_slli_epi32(_mm256_and_si256(h, bits(0x8000)), 16);
    __m256i v = _mm256_or_si256(_mm256_slli_epi32(_mm256_add_epi32(e, bits(112)), 23),
                                _mm256_slli_epi32(_mm256_and_si256(h, bits(1023)), 13));
    __m256i none = _mm256_cmpeq_epi32(e, _mm256_setzero_si256());
    return _mm256_castsi256_ps(_mm256_or_si256(sign, _mm256_andnot_si256(none, v)));
}

static __m256i float_half(__m256 x)
{
    __m256i u = _mm256_castps_si256(x);
    __m256i sign = _mm256_and_si256(_mm256_srli_epi32(u, 16), bits(0x8000));
    u = _mm256_and_si256(u, bits(0x7FFFFFFF));
    __m256i nan = _mm256_cmpgt_epi32(u, bits(0x7F800000));
    __m256i tiny = _mm256_cmpgt_epi32(bits(0x38800000), u);
    __m256i least = _mm256_and_si256(_mm256_cmpgt_epi32(u, bits(0x387FDFFF)), bits(0x400));
    __m256i odd = _mm256_and_si256(_mm256_srli_epi32(u, 13), bits(1));
    __m256i v = _mm256_add_epi32(_mm256_add_epi32(u, odd), bits(0xFFF - 0x38000000));
    v = _mm256_min_epi32(_mm256_srli_epi32(v, 13), bits(0x7FFF));
    v = _mm256_or_si256(sign, pick(tiny, least, v));
    return _mm256_andnot_si256(nan, v);
}

/* --- 32 bits --- */

static __m256i flush(__m256i u)
{
    __m256i none = _mm256_cmpeq_epi32(_mm256_and_si256(u, bits(0x7F800000)), bits(0));
    return pick(none, _mm256_and_si256(u, bits((int)0x80000000)), u);
}
static __m256i float_word(__m256 x)
{
    __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
    return pick(nan, bits(0x7FC00000), flush(_mm256_castps_si256(x)));
}

/* --- formats --- */

void xg_wide_unpack(unsigned format, const struct xg_wide_words *words, __m256 v[4])
{
    const __m256i *w = words->v;
    const uint8_t *width = xg_unorm_widths(format);
    if (width) {
        xg_unpack_unorm(w[0], width, v);
        return;
    }
    v[0] = v[1] = v[2] = _mm256_setzero_ps();
    v[3] = _mm256_set1_ps(1); /* of formats without alpha */
    switch (format) {
    case 1:
        for (int c = 0; c < 3; c++)
            v[c] = gamma_float(field(w[0], 8 * c, 8));
        v[3] = _mm256_div_ps(_mm256_cvtepi32_ps(_mm256_srli_epi32(w[0], 24)), _mm256_set1_ps(255));
        break;
    case 3:
    case 12:
        for (int c = 0; c < 3; c++)
            v[c] = float_of_7e3(field(w[0], 10 * c, 10));
        v[3] = _mm256_div_ps(_mm256_cvtepi32_ps(_mm256_srli_epi32(w[0], 30)), _mm256_set1_ps(3));
        break;
    case 14:
    case 15:
        for (unsigned c = 0; c < format - 13; c++)
            v[c] = _mm256_castsi256_ps(flush(w[c]));
        break;
    default: /* 4 .. 7 */
        for (int c = 0; c < (format & 1 ? 4 : 2); c++) {
            __m256i h = field(w[c / 2], 16 * (c & 1), 16);
            v[c] = format < 6 ? fixed_float(h) : half_float(h);
        }
        break;
    }
}

void xg_wide_pack(unsigned format, const __m256 v[4], struct xg_wide_words *words)
{
    __m256i *w = words->v, out = _mm256_setzero_si256();
    const uint8_t *width = xg_unorm_widths(format);
    const __m256 half = _mm256_set1_ps(0.5f);
    if (width) {
        w[0] = xg_pack_unorm(v, width);
        return;
    }
    switch (format) {
    case 1:
    case 3:
    case 12: {
        int step = format == 1 ? 8 : 10;
        float most = format == 1 ? 255 : 3;
        for (int c = 0; c < 3; c++)
            out = _mm256_or_si256(
                out, _mm256_slli_epi32(format == 1 ? float_gamma(v[c]) : code_7e3(v[c]), step * c));
        __m256 a = _mm256_mul_ps(xg_saturate8(v[3]), _mm256_set1_ps(most));
        w[0] = _mm256_or_si256(
            out, _mm256_slli_epi32(_mm256_cvttps_epi32(_mm256_add_ps(a, half)), 3 * step));
        break;
    }
    case 14:
    case 15:
        for (unsigned c = 0; c < format - 13; c++)
            w[c] = float_word(v[c]);
        break;
    default: /* 4 .. 7 */
        for (unsigned i = 0; i < 1 + (format & 1); i++) {
            const __m256 *p = v + 2 * i;
            __m256i low = format < 6 ? float_fixed(p[0]) : float_half(p[0]);
            __m256i high = format < 6 ? float_fixed(p[1]) : float_half(p[1]);
            w[i] = _mm256_or_si256(low, _mm256_slli_epi32(high, 16));
        }
        break;
    }
}
