/* Copies of bits by the definition, four words at a time on any host; see permute.h. */
#include "gpu/model/permute.h"

#include "gpu/model/formats.h"

#include <string.h>

typedef uint32_t quad __attribute__((vector_size(16)));

static inline quad swap_halves(quad v)
{
    return v << 16 | v >> 16;
}
static inline quad swap_bytes_in_halves(quad v)
{
    return (v & 0x00FF00FF) << 8 | (v >> 8 & 0x00FF00FF);
}
static inline quad swap_pairs(quad v)
{
    return (quad){v[1], v[0], v[3], v[2]};
}

/* The first and the last colour component: red and blue, red and green where there is no blue. */
static inline quad exchange(quad v, uint32_t format)
{
    switch (format) {
    case XG_COLOR_8888:
    case XG_COLOR_8888_GAMMA:
        return (v & 0xFF00FF00) | (v & 0xFF) << 16 | (v >> 16 & 0xFF);
    case XG_COLOR_2101010:
    case XG_COLOR_2101010_AS_10:
        return (v & 0xC00FFC00) | (v & 0x3FF) << 20 | (v >> 20 & 0x3FF);
    case XG_COLOR_16_16_FLOAT:
        return swap_halves(v);
    case XG_COLOR_16_16_16_16_FLOAT:
        return (v & 0xFFFF0000) | (swap_pairs(v) & 0xFFFF);
    case XG_COLOR_32_32_FLOAT:
        return swap_pairs(v);
    default:
        return v;
    }
}

static inline quad swap_endian(quad v, uint32_t endian)
{
    switch (endian) {
    case 1:
        return swap_bytes_in_halves(v);
    case 2:
        return swap_halves(swap_bytes_in_halves(v));
    case 3:
        return swap_halves(v);
    case 4: /* 8in64: the bytes of each word, and the two words of a pair */
        return swap_pairs(swap_halves(swap_bytes_in_halves(v)));
    case 5: /* 8in128 */
        v = swap_halves(swap_bytes_in_halves(v));
        return (quad){v[3], v[2], v[1], v[0]};
    default:
        return v;
    }
}

void xg_permute_init(struct xg_permute *p, uint32_t format, uint32_t words, bool swap,
                     uint32_t endian)
{
    static const uint8_t reach[8] = {0, 1, 3, 2, 7, 15, 0, 0}; /* of the endian code */
    *p = (struct xg_permute){.format = (uint8_t)format,
                             .words = (uint8_t)words,
                             .endian = (uint8_t)(endian & 7),
                             .swap = swap};
    p->tens = swap && (format == XG_COLOR_2101010 || format == XG_COLOR_2101010_AS_10);
    /* Where the bytes go is asked of the definition, with bytes that say where they come from. */
    uint8_t own[16];
    quad v;
    for (unsigned i = 0; i < 16; i++)
        own[i] = (uint8_t)i;
    memcpy(&v, own, sizeof v);
    v = swap && !p->tens ? exchange(v, format) : v;
    memcpy(own, &v, sizeof own);
    for (unsigned i = 0; i < 16; i++)
        p->from[i] = own[i ^ reach[p->endian]];
}

static inline void make_line(uint8_t line[64], const uint32_t *upper, const uint32_t *lower,
                             bool swap, uint32_t format, uint32_t endian)
{
    quad v[4];
    memcpy(&v[0], upper, 16);
    memcpy(&v[1], lower, 16);
    memcpy(&v[2], upper + 4, 16);
    memcpy(&v[3], lower + 4, 16);
    for (int i = 0; i < 4; i++)
        v[i] = swap_endian(swap ? exchange(v[i], format) : v[i], endian);
    memcpy(line, v, sizeof v);
}

void xg_permute_line(const struct xg_permute *p, uint8_t line[64], const uint32_t upper[8],
                     const uint32_t lower[8])
{
    make_line(line, upper, lower, p->swap, p->format, p->endian);
}

void xg_permute_band_plain(const struct xg_permute *p, const struct xg_permute_band *b)
{
    bool usual = !p->swap && p->endian == 2; /* what nearly every title does */
    for (uint32_t pair = 0; pair < b->pairs; pair++)
        for (uint32_t i = 0; i < b->lines; i++) {
            const uint32_t *upper = b->line[i].from + (size_t)2 * pair * b->row_words;
            uint8_t *line = b->line[i].to + b->line[i].place[pair];
            if (usual)
                make_line(line, upper, upper + b->row_words, false, 0, 2);
            else
                make_line(line, upper, upper + b->row_words, p->swap, p->format, p->endian);
        }
}

xg_permute_band_fn *xg_permute_best(void)
{
    return __builtin_cpu_supports("avx2") ? xg_permute_band_avx2 : xg_permute_band_plain;
}
