/* eDRAM colour formats as components, and destination formats of copies. */
#ifndef XG_GPU_MODEL_FORMATS_H
#define XG_GPU_MODEL_FORMATS_H

#include "gpu/model/number.h"

enum {
    XG_COLOR_8888 = 0,
    XG_COLOR_8888_GAMMA = 1,
    XG_COLOR_2101010 = 2,
    XG_COLOR_2101010_FLOAT = 3,
    XG_COLOR_16_16 = 4,
    XG_COLOR_16_16_16_16 = 5,
    XG_COLOR_16_16_FLOAT = 6,
    XG_COLOR_16_16_16_16_FLOAT = 7,
    XG_COLOR_2101010_AS_10 = 10,
    XG_COLOR_2101010_FLOAT_AS_16 = 12,
    XG_COLOR_32_FLOAT = 14,
    XG_COLOR_32_32_FLOAT = 15,
};

/* 1 or 2 words a sample; 0: there is no such colour format. */
uint32_t xg_color_words(uint32_t format);

/* Component i (0 red .. 3 alpha) of the average of n samples (1, 2 or 4), times 2^bias.
 * samples: two words each, in order of the sample numbers. */
struct xg_number xg_color_component(uint32_t format, unsigned i, const uint32_t samples[][2],
                                    unsigned n, int32_t bias);

/* Destination formats (numbers of texture formats). */
struct xg_dest_format {
    uint8_t bytes_log2; /* of a pixel: 0 .. 4 */
    uint8_t kind;       /* enum xg_dest_kind */
    uint8_t count;      /* components */
    uint8_t bits[4];    /* of each, from the lowest bit up, in the order red green blue alpha */
};
enum xg_dest_kind {
    XG_DEST_NONE,
    XG_DEST_NUMBER,
    XG_DEST_WIDE_NUMBER,
    XG_DEST_HALF,
    XG_DEST_SINGLE
};
/* NULL: not a format that a copy can write. */
const struct xg_dest_format *xg_dest_format(uint32_t format);
/* Does the destination hold the same bits as the colour format? */
bool xg_dest_same_bits(uint32_t color, uint32_t dest);
/* Is it one of the 8-bit-a-component formats that keep gamma-coded bytes? */
bool xg_dest_keeps_gamma(uint32_t dest, uint32_t number);

/* The pixel (up to four words, the lowest first; unused ones are 0). rgba: the components; gamma:
 * red, green and blue are coded on the way. number: field [15:13] of RB_COPY_DEST_INFO. */
void xg_dest_pack(const struct xg_dest_format *f, const struct xg_number rgba[4], bool gamma,
                  uint32_t number, uint32_t out[4]);

#endif
