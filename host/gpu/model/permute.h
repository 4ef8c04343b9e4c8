/* Copies of bits: a line is two rows of eight words of eDRAM, cut in quarters that lie in turn
 * (the four first words of the upper row, those of the lower one, the four last of each), and each
 * quarter's bytes change places: red and blue, and the endian code. The fields of 2_10_10_10 are
 * the only ones that are not whole bytes. */
#ifndef XG_GPU_MODEL_PERMUTE_H
#define XG_GPU_MODEL_PERMUTE_H

#include "base/types.h"

struct xg_permute {
    uint8_t format, words, endian; /* colour format, words of a pixel, RB_COPY_DEST_INFO [2:0] */
    bool swap;                     /* the first and the last component change places */
    bool tens;                     /* they are fields of ten bits: before the bytes move */
    uint8_t from[16];              /* byte i of a quarter comes from there */
};
void xg_permute_init(struct xg_permute *p, uint32_t format, uint32_t words, bool swap,
                     uint32_t endian);

/* One line, by steps of the definition: the reference of the other. */
void xg_permute_line(const struct xg_permute *p, uint8_t line[64], const uint32_t upper[8],
                     const uint32_t lower[8]);

/* Lines across one tile of eDRAM, as it lies there: `pairs` pairs of rows, in each pair up to ten
 * lines of eight 32-bit pixels. */
#define XG_BAND_LINES 10u
struct xg_permute_band {
    uint32_t row_words;    /* of eDRAM, from row to row */
    uint32_t lines, pairs; /* of rows */
    struct {
        const uint32_t *from;  /* the first word in the first row */
        uint8_t *to;           /* the 32 x 32 tile of the destination, which is one page */
        const uint16_t *place; /* in it, in bytes, by pairs of rows */
    } line[XG_BAND_LINES];
};
typedef void xg_permute_band_fn(const struct xg_permute *p, const struct xg_permute_band *band);
xg_permute_band_fn xg_permute_band_plain;
xg_permute_band_fn xg_permute_band_avx2; /* only where the host has AVX2 */
/* The faster of those that this host can run. */
xg_permute_band_fn *xg_permute_best(void);

#endif
