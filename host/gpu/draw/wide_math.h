/* Vectors of four doubles, for the files that are built for AVX2. */
#ifndef XG_GPU_DRAW_WIDE_MATH_H
#define XG_GPU_DRAW_WIDE_MATH_H

#include "gpu/draw/wide.h"

#ifdef XG_WIDE_SSE41
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx2.h>
#else
#include <immintrin.h>
#endif

typedef __m256d double4;

static inline double4 all(double x)
{
    return _mm256_set1_pd(x);
}
static inline double4 mul(double4 a, double4 b)
{
    return _mm256_mul_pd(a, b);
}
static inline double4 add(double4 a, double4 b)
{
    return _mm256_add_pd(a, b);
}
static inline double4 sub(double4 a, double4 b)
{
    return _mm256_sub_pd(a, b);
}
static inline double4 choose(double4 mask, double4 yes, double4 no)
{
    return _mm256_blendv_pd(no, yes, mask);
}

/* log2 of positive normal numbers, as xg_log2 before its rounding to single. */
static inline double4 log_half(double4 x)
{
    __m256i u = _mm256_castpd_si256(x);
    __m256i e64 = _mm256_srli_epi64(u, 52);
    __m256i packed = _mm256_permutevar8x32_epi32(e64, _mm256_set_epi32(7, 5, 3, 1, 6, 4, 2, 0));
    double4 e = sub(_mm256_cvtepi32_pd(_mm256_castsi256_si128(packed)), all(1023));
    double4 m = _mm256_castsi256_pd(
        _mm256_or_si256(_mm256_and_si256(u, _mm256_set1_epi64x(0x000FFFFFFFFFFFFFll)),
                        _mm256_set1_epi64x(0x3FF0000000000000ll)));
    double4 large = _mm256_cmp_pd(m, all(0x1.6a09e667f3bcdp0), _CMP_GE_OQ);
    m = choose(large, mul(m, all(0.5)), m);
    e = add(e, _mm256_and_pd(large, all(1)));
    double4 s = _mm256_div_pd(sub(m, all(1)), add(m, all(1))), q = mul(s, s), p = all(1.0 / 15);
    for (int k = 13; k >= 1; k -= 2)
        p = add(mul(p, q), all(1.0 / k));
    return add(e, mul(mul(s, p), all(0x1.71547652b82fep1)));
}

/* As small_float of format.c: bits of positive singles to a mantissa of `bits` bits with the
 * smallest normal exponent `least` (of singles), nearest even. */
static inline __attribute__((always_inline)) __m256i xg_small_floats(__m256i u, int least,
                                                                     int mantissa)
{
    const int drop = 23 - mantissa;
    __m256i exponent = _mm256_srli_epi32(u, 23);
    __m256i shift = _mm256_min_epi32(_mm256_sub_epi32(_mm256_set1_epi32(least), exponent),
                                     _mm256_set1_epi32(24));
    __m256i whole = _mm256_or_si256(_mm256_and_si256(u, _mm256_set1_epi32(0x7FFFFF)),
                                    _mm256_set1_epi32(0x800000));
    __m256i small = _mm256_srlv_epi32(whole, shift);
    __m256i large = _mm256_sub_epi32(u, _mm256_set1_epi32((least - 1) << 23));
    __m256i v =
        _mm256_blendv_epi8(large, small, _mm256_cmpgt_epi32(_mm256_set1_epi32(least), exponent));
    __m256i odd = _mm256_and_si256(_mm256_srli_epi32(v, drop), _mm256_set1_epi32(1));
    v = _mm256_add_epi32(v, _mm256_add_epi32(odd, _mm256_set1_epi32((1 << (drop - 1)) - 1)));
    return _mm256_srli_epi32(v, drop);
}

#endif
