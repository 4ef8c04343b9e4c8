/* Samples of quads in surfaces of 32-bit words, in the lanes of vectors: for the files that are
 * built for AVX2. Lanes of a quad are its pixels (0,0), (1,0), (0,1), (1,1). */
#ifndef XG_GPU_DRAW_WIDE_SAMPLES_H
#define XG_GPU_DRAW_WIDE_SAMPLES_H

#include "gpu/draw/wide_math.h"
#include "gpu/draw/wide_raster.h"

#define XG_INLINE static inline __attribute__((always_inline))

/* Sample 0 of the first pixels of two quads. */
struct xg_place {
    uint32_t *quad[2];
};

XG_INLINE uint32_t *xg_find_word(struct xg_worker *w, uint32_t base, uint32_t tile, uint32_t word,
                                 bool write)
{
    struct xg_tiles *tiles = w->r.tiles;
    tile = (base + tile) & (XG_EDRAM_TILES - 1);
    if (!tiles->lent)
        xg_tiles_touch(tiles, tile, write);
    return tiles->data[tile] + word;
}

/* Where sample n of a quad's upper pixels begins, and how far below the lower ones are. With four
 * samples every other word of a row is one of sample n. */
XG_INLINE unsigned xg_sample_start(unsigned msaa, unsigned n)
{
    return msaa ? 80 * (n & 1) : 0;
}
XG_INLINE unsigned xg_sample_pitch(unsigned msaa)
{
    return msaa ? 160 : 80;
}

XG_INLINE __m128i xg_load_quad(const uint32_t *quad, unsigned msaa, unsigned n)
{
    const uint32_t *upper = quad + xg_sample_start(msaa, n), *lower = upper + xg_sample_pitch(msaa);
    if (msaa != 2) {
        __m128 v = _mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)(const void *)upper));
        return _mm_castps_si128(_mm_loadh_pi(v, (const __m64 *)(const void *)lower));
    }
    __m128 a = _mm_loadu_ps((const float *)(const void *)upper);
    __m128 b = _mm_loadu_ps((const float *)(const void *)lower);
    return _mm_castps_si128(n >> 1 ? _mm_shuffle_ps(a, b, 0xDD) : _mm_shuffle_ps(a, b, 0x88));
}

XG_INLINE void xg_blend_words(uint32_t *at, __m128i twice, bool odd)
{
    __m128i old = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i fresh = odd ? _mm_blend_epi16(old, twice, 0xCC) : _mm_blend_epi16(old, twice, 0x33);
    _mm_storeu_si128((__m128i *)(void *)at, fresh);
}

XG_INLINE void xg_store_quad(uint32_t *quad, unsigned msaa, unsigned n, __m128i v)
{
    uint32_t *upper = quad + xg_sample_start(msaa, n), *lower = upper + xg_sample_pitch(msaa);
    if (msaa != 2) {
        _mm_storel_epi64((__m128i *)(void *)upper, v);
        _mm_storeh_pi((__m64 *)(void *)lower, _mm_castsi128_ps(v));
        return;
    }
    xg_blend_words(upper, _mm_shuffle_epi32(v, 0x50), n >> 1);
    xg_blend_words(lower, _mm_shuffle_epi32(v, 0xFA), n >> 1);
}

XG_INLINE __m256i xg_load_samples(const struct xg_place *p, unsigned msaa, unsigned n)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(xg_load_quad(p->quad[0], msaa, n)),
                                   xg_load_quad(p->quad[1], msaa, n), 1);
}
XG_INLINE void xg_store_samples(const struct xg_place *p, unsigned msaa, unsigned n, __m256i v)
{
    xg_store_quad(p->quad[0], msaa, n, _mm256_castsi256_si128(v));
    xg_store_quad(p->quad[1], msaa, n, _mm256_extracti128_si256(v, 1));
}

XG_INLINE __m256i xg_lane_mask(uint32_t lanes)
{
    const __m256i bits = _mm256_set_epi32(128, 64, 32, 16, 8, 4, 2, 1);
    __m256i v = _mm256_and_si256(_mm256_set1_epi32((int)lanes), bits);
    return _mm256_cmpeq_epi32(v, bits);
}
XG_INLINE uint8_t xg_lanes_in(__m256i mask)
{
    return (uint8_t)_mm256_movemask_ps(_mm256_castsi256_ps(mask));
}

/* Edges of a half of a group at its pixels' centres. */
XG_INLINE double4 xg_quad_edge(const struct xg_wide_group *g, unsigned i, unsigned half)
{
    if (!g->t->small)
        return _mm256_load_pd(g->edge.whole[i] + 4 * half);
    return _mm256_cvtepi32_pd(
        _mm_load_si128((const __m128i *)(const void *)(g->edge.narrow[i] + 4 * half)));
}
XG_INLINE void xg_group_edges(const struct xg_wide_group *g, double4 e[3][2])
{
    for (unsigned i = 0; i < 3; i++)
        for (unsigned h = 0; h < 2; h++)
            e[i][h] = xg_quad_edge(g, i, h);
}

#endif
