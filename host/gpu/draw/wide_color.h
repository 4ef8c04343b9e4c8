/* Colour formats of eDRAM in vectors, as rop_format.c and format.c have them: for the files that
 * are built for AVX2. Denormals are zero here. */
#ifndef XG_GPU_DRAW_WIDE_COLOR_H
#define XG_GPU_DRAW_WIDE_COLOR_H

#include "gpu/draw/wide_samples.h"

/* A colour of eight samples, and its words: the second where a sample has 64 bits. */
struct xg_wide_words {
    __m256i v[2];
};

void xg_wide_unpack(unsigned format, const struct xg_wide_words *words, __m256 v[4]);
void xg_wide_pack(unsigned format, const __m256 v[4], struct xg_wide_words *words);

/* Widths of the components of a packed target in 0..1, red lowest; NULL: not one of these. */
static inline const uint8_t *xg_unorm_widths(unsigned format)
{
    static const uint8_t eight[4] = {8, 8, 8, 8}, ten[4] = {10, 10, 10, 2};
    return format == 0 ? eight : format == 2 || format == 10 ? ten : NULL;
}

XG_INLINE __m256 xg_saturate8(__m256 v)
{
    return _mm256_min_ps(_mm256_max_ps(v, _mm256_setzero_ps()), _mm256_set1_ps(1));
}

XG_INLINE __m256i xg_pack_unorm(const __m256 v[4], const uint8_t width[4])
{
    __m256i out = _mm256_setzero_si256();
    int at = 0;
    for (unsigned c = 0; c < 4; at += width[c++]) {
        __m256 scaled =
            _mm256_mul_ps(xg_saturate8(v[c]), _mm256_set1_ps((float)((1u << width[c]) - 1)));
        __m256i n = _mm256_cvttps_epi32(_mm256_add_ps(scaled, _mm256_set1_ps(0.5f)));
        out = _mm256_or_si256(out, _mm256_slli_epi32(n, at));
    }
    return out;
}

XG_INLINE void xg_unpack_unorm(__m256i words, const uint8_t width[4], __m256 v[4])
{
    int at = 0;
    for (unsigned c = 0; c < 4; at += width[c++]) {
        int most = (1 << width[c]) - 1;
        __m256i n = _mm256_and_si256(_mm256_srli_epi32(words, at), _mm256_set1_epi32(most));
        v[c] = _mm256_div_ps(_mm256_cvtepi32_ps(n), _mm256_set1_ps((float)most));
    }
}

#endif
