/* Copies of bits, half a line at a time; built for AVX2 (host/gpu/rules.mk). See permute.h. */
#include "gpu/model/permute.h"

#include <immintrin.h>

/* Bands mostly come from tiles that lie in a row: the next one is asked for early, a line of the
 * host's for each that is made. */
#define TILE_WORDS      1280u
#define HOST_LINE_BYTES 64u

/* Red and blue of 2_10_10_10. */
static inline __m256i exchange_tens(__m256i v)
{
    __m256i low = _mm256_and_si256(v, _mm256_set1_epi32(0x3FF));
    __m256i high = _mm256_and_si256(_mm256_srli_epi32(v, 20), _mm256_set1_epi32(0x3FF));
    v = _mm256_and_si256(v, _mm256_set1_epi32((int)0xC00FFC00));
    return _mm256_or_si256(_mm256_or_si256(v, high), _mm256_slli_epi32(low, 20));
}

static inline void band(const struct xg_permute_band *b, __m256i from, bool tens)
{
    const size_t row = b->row_words;
    for (uint32_t pair = 0; pair < b->pairs; pair++) {
        uintptr_t next =
            (uintptr_t)b->line[0].from + (TILE_WORDS + 2 * pair * row) * sizeof(uint32_t);
        for (uint32_t i = 0; i < b->lines; i++) {
            const uint32_t *upper = b->line[i].from + 2 * pair * row, *lower = upper + row;
            __m256i *line = (__m256i *)(void *)(b->line[i].to + b->line[i].place[pair]);
            _mm_prefetch((const char *)next + i * HOST_LINE_BYTES, _MM_HINT_T0);
            __m256i u = _mm256_loadu_si256((const __m256i *)(const void *)upper),
                    d = _mm256_loadu_si256((const __m256i *)(const void *)lower);
            __m256i left = _mm256_permute2x128_si256(u, d, 0x20),
                    right = _mm256_permute2x128_si256(u, d, 0x31);
            if (tens) {
                left = exchange_tens(left);
                right = exchange_tens(right);
            }
            _mm256_storeu_si256(line, _mm256_shuffle_epi8(left, from));
            _mm256_storeu_si256(line + 1, _mm256_shuffle_epi8(right, from));
        }
    }
}

void xg_permute_band_avx2(const struct xg_permute *p, const struct xg_permute_band *b)
{
    __m256i from =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)p->from));
    if (p->tens)
        band(b, from, true);
    else
        band(b, from, false);
}
