/* Texels of all formats with a public definition. Block formats are integer maths as
 * docs/draw.md states it. */
#include "gpu/draw/format.h"
#include "gpu/draw/texture.h"

const struct xg_texel_format *xg_texel_format(uint32_t code)
{
#define ONE 1, 1
#define F8888                                                                                      \
    {                                                                                              \
        XG_TEXEL_PACKED, ONE, 4, 4,                                                                \
        {                                                                                          \
            {0, 8}, {8, 8}, {16, 8},                                                               \
            {                                                                                      \
                24, 8                                                                              \
            }                                                                                      \
        }                                                                                          \
    }
#define F2101010                                                                                   \
    {                                                                                              \
        XG_TEXEL_PACKED, ONE, 4, 4,                                                                \
        {                                                                                          \
            {0, 10}, {10, 10}, {20, 10},                                                           \
            {                                                                                      \
                30, 2                                                                              \
            }                                                                                      \
        }                                                                                          \
    }
#define F101111                                                                                    \
    {                                                                                              \
        XG_TEXEL_PACKED, ONE, 4, 3,                                                                \
        {                                                                                          \
            {0, 11}, {11, 11},                                                                     \
            {                                                                                      \
                22, 10                                                                             \
            }                                                                                      \
        }                                                                                          \
    }
#define F111110                                                                                    \
    {                                                                                              \
        XG_TEXEL_PACKED, ONE, 4, 3,                                                                \
        {                                                                                          \
            {0, 10}, {10, 11},                                                                     \
            {                                                                                      \
                21, 11                                                                             \
            }                                                                                      \
        }                                                                                          \
    }
#define F8                                                                                         \
    {                                                                                              \
        XG_TEXEL_PACKED, ONE, 1, 1,                                                                \
        {                                                                                          \
            {                                                                                      \
                0, 8                                                                               \
            }                                                                                      \
        }                                                                                          \
    }
#define HALVES(n)                                                                                  \
    {                                                                                              \
        XG_TEXEL_HALF, ONE, 2 * n, n,                                                              \
        {                                                                                          \
            {0, 16}, {16, 16}, {32, 16},                                                           \
            {                                                                                      \
                48, 16                                                                             \
            }                                                                                      \
        }                                                                                          \
    }
#define PACK16(n)                                                                                  \
    {                                                                                              \
        XG_TEXEL_PACKED, ONE, 2 * n, n,                                                            \
        {                                                                                          \
            {0, 16}, {16, 16}, {32, 16},                                                           \
            {                                                                                      \
                48, 16                                                                             \
            }                                                                                      \
        }                                                                                          \
    }
#define PACK32(n)                                                                                  \
    {                                                                                              \
        XG_TEXEL_PACKED, ONE, 4 * n, n,                                                            \
        {                                                                                          \
            {0, 32}, {32, 32}, {64, 32},                                                           \
            {                                                                                      \
                96, 32                                                                             \
            }                                                                                      \
        }                                                                                          \
    }
#define FLOATS(n)                                                                                  \
    {                                                                                              \
        XG_TEXEL_FLOAT, ONE, 4 * n, n,                                                             \
        {                                                                                          \
            {0, 32}, {32, 32}, {64, 32},                                                           \
            {                                                                                      \
                96, 32                                                                             \
            }                                                                                      \
        }                                                                                          \
    }
    static const struct xg_texel_format formats[64] = {
        [2] = F8,
        [3] = {XG_TEXEL_PACKED, ONE, 2, 4, {{0, 5}, {5, 5}, {10, 5}, {15, 1}}},
        [4] = {XG_TEXEL_PACKED, ONE, 2, 3, {{0, 5}, {5, 6}, {11, 5}}},
        [5] = {XG_TEXEL_PACKED, ONE, 2, 3, {{0, 5}, {5, 5}, {10, 6}}},
        [6] = F8888,
        [7] = F2101010,
        [8] = F8,
        [9] = F8,
        [10] = {XG_TEXEL_PACKED, ONE, 2, 2, {{0, 8}, {8, 8}}},
        [11] = {XG_TEXEL_CRYCBY, 2, 1, 4, 3, {{0, 8}, {0, 8}, {0, 8}}},
        [12] = {XG_TEXEL_YCRYCB, 2, 1, 4, 3, {{0, 8}, {0, 8}, {0, 8}}},
        [14] = F8888,
        [15] = {XG_TEXEL_PACKED, ONE, 2, 4, {{0, 4}, {4, 4}, {8, 4}, {12, 4}}},
        [16] = F101111,
        [17] = F111110,
        [18] = {XG_TEXEL_DXT1, 4, 4, 8, 4, {{0, 8}, {0, 8}, {0, 8}, {0, 8}}},
        [19] = {XG_TEXEL_DXT3, 4, 4, 16, 4, {{0, 8}, {0, 8}, {0, 8}, {0, 8}}},
        [20] = {XG_TEXEL_DXT5, 4, 4, 16, 4, {{0, 8}, {0, 8}, {0, 8}, {0, 8}}},
        [22] = {XG_TEXEL_D24, ONE, 4, 1, {{8, 24}}},
        [23] = {XG_TEXEL_D24F, ONE, 4, 1, {{8, 24}}},
        [24] = PACK16(1),
        [25] = PACK16(2),
        [26] = PACK16(4),
        [27] = HALVES(1),
        [28] = HALVES(2),
        [29] = HALVES(4),
        [30] = HALVES(1),
        [31] = HALVES(2),
        [32] = HALVES(4),
        [33] = PACK32(1),
        [34] = PACK32(2),
        [35] = PACK32(4),
        [36] = FLOATS(1),
        [37] = FLOATS(2),
        [38] = FLOATS(4),
        [49] = {XG_TEXEL_DXN, 4, 4, 16, 2, {{0, 8}, {0, 8}}},
        [50] = F8888,
        [51] = {XG_TEXEL_DXT1, 4, 4, 8, 4, {{0, 8}, {0, 8}, {0, 8}, {0, 8}}},
        [52] = {XG_TEXEL_DXT3, 4, 4, 16, 4, {{0, 8}, {0, 8}, {0, 8}, {0, 8}}},
        [53] = {XG_TEXEL_DXT5, 4, 4, 16, 4, {{0, 8}, {0, 8}, {0, 8}, {0, 8}}},
        [54] = F2101010,
        [55] = F101111,
        [56] = F111110,
        [58] = {XG_TEXEL_DXT3A, 4, 4, 8, 1, {{0, 8}}},
        [59] = {XG_TEXEL_DXT5A, 4, 4, 8, 1, {{0, 8}}},
        [60] = {XG_TEXEL_CTX1, 4, 4, 8, 2, {{0, 8}, {0, 8}}},
        [61] = {XG_TEXEL_DXT3A_1111, 4, 4, 8, 4, {{0, 1}, {0, 1}, {0, 1}, {0, 1}}},
    };
    return &formats[code & 63];
}

static unsigned expand5(unsigned v)
{
    return v << 3 | v >> 2;
}
static unsigned expand6(unsigned v)
{
    return v << 2 | v >> 4;
}

/* Two 5:6:5 colours and 2-bit indices. three_colours: c0 <= c1 means punch-through. */
static void dxt_colour(const uint32_t *words, unsigned texel, bool punch_through, unsigned out[4])
{
    unsigned c[2] = {words[0] & 0xFFFF, words[0] >> 16};
    unsigned code = words[1] >> 2 * texel & 3;
    unsigned rgb[2][3];
    for (unsigned i = 0; i < 2; i++) {
        rgb[i][0] = expand5(c[i] >> 11);
        rgb[i][1] = expand6(c[i] >> 5 & 63);
        rgb[i][2] = expand5(c[i] & 31);
    }
    bool three = punch_through && c[0] <= c[1];
    out[3] = 255;
    for (unsigned k = 0; k < 3; k++) {
        unsigned a = rgb[0][k], b = rgb[1][k];
        if (code < 2)
            out[k] = rgb[code][k];
        else if (three)
            out[k] = code == 2 ? (a + b) / 2 : 0;
        else
            out[k] = code == 2 ? (2 * a + b) / 3 : (a + 2 * b) / 3;
    }
    if (three && code == 3)
        out[3] = 0;
}

static unsigned dxt5_alpha(const uint32_t *words, unsigned texel)
{
    uint64_t codes = ((uint64_t)words[1] << 32 | words[0]) >> 16;
    unsigned a = words[0] & 255, b = words[0] >> 8 & 255;
    unsigned code = codes >> 3 * texel & 7;
    if (code < 2)
        return code ? b : a;
    if (a > b)
        return ((8 - code) * a + (code - 1) * b) / 7;
    if (code >= 6)
        return code == 6 ? 0 : 255;
    return ((6 - code) * a + (code - 1) * b) / 5;
}

static unsigned nibble(const uint32_t *words, unsigned texel)
{
    return words[texel / 8] >> texel % 8 * 4 & 15;
}

static void ctx1(const uint32_t *words, unsigned texel, unsigned out[4])
{
    unsigned code = words[1] >> 2 * texel & 3;
    for (unsigned k = 0; k < 2; k++) {
        /* component 0 (red) in the upper byte of each pair */
        unsigned a = words[0] >> (8 - 8 * k) & 255, b = words[0] >> (24 - 8 * k) & 255;
        out[k] = code == 0 ? a : code == 1 ? b : code == 2 ? (2 * a + b) / 3 : (a + 2 * b) / 3;
    }
}

static void block_texel(const struct xg_texel_format *format, const uint32_t *w, unsigned x,
                        unsigned y, unsigned out[4])
{
    unsigned texel = 4 * y + x, bits;
    switch (format->kind) {
    case XG_TEXEL_DXT1:
        dxt_colour(w, texel, true, out);
        break;
    case XG_TEXEL_DXT3:
        dxt_colour(w + 2, texel, false, out);
        out[3] = nibble(w, texel) * 17;
        break;
    case XG_TEXEL_DXT5:
        dxt_colour(w + 2, texel, false, out);
        out[3] = dxt5_alpha(w, texel);
        break;
    case XG_TEXEL_DXN:
        out[0] = dxt5_alpha(w, texel);
        out[1] = dxt5_alpha(w + 2, texel);
        break;
    case XG_TEXEL_DXT3A:
        out[0] = nibble(w, texel) * 17;
        break;
    case XG_TEXEL_DXT5A:
        out[0] = dxt5_alpha(w, texel);
        break;
    case XG_TEXEL_CTX1:
        ctx1(w, texel, out);
        break;
    case XG_TEXEL_DXT3A_1111:
        bits = nibble(w, texel);
        for (unsigned c = 0; c < 4; c++)
            out[c] = bits >> (3 - c) & 1;
        break;
    case XG_TEXEL_CRYCBY:
        out[0] = w[0] >> 24;
        out[1] = w[0] >> 16 * x & 255;
        out[2] = w[0] >> 8 & 255;
        break;
    default: /* XG_TEXEL_YCRYCB */
        out[0] = w[0] >> 16 & 255;
        out[1] = w[0] >> (8 + 16 * x) & 255;
        out[2] = w[0] & 255;
        break;
    }
}

void xg_texel_bytes(const struct xg_texel_format *format, const uint32_t *words, unsigned x,
                    unsigned y, unsigned out[4])
{
    if (format->kind == XG_TEXEL_PACKED)
        for (unsigned c = 0; c < 4; c++)
            out[c] = words[0] >> 8 * c & 255;
    else
        block_texel(format, words, x, y, out);
}

void xg_texel_decode(const struct xg_texel_format *format, const uint32_t *words, unsigned x,
                     unsigned y, double value[4], uint8_t width[4])
{
    unsigned block[4] = {0};
    if (format->kind >= XG_TEXEL_DXT1)
        block_texel(format, words, x, y, block);
    for (unsigned c = 0; c < format->components; c++) {
        unsigned at = format->field[c].at, w = format->field[c].width;
        uint32_t v = words[at / 32] >> at % 32 & (w == 32 ? ~0u : (1u << w) - 1);
        width[c] = 0;
        switch (format->kind) {
        case XG_TEXEL_PACKED:
            value[c] = v;
            width[c] = (uint8_t)w;
            break;
        case XG_TEXEL_HALF:
            value[c] = xg_half_float(v);
            break;
        case XG_TEXEL_FLOAT:
            value[c] = xg_flush(xg_bits_float(v));
            break;
        case XG_TEXEL_D24:
            value[c] = xg_d24_float(v);
            break;
        case XG_TEXEL_D24F:
            value[c] = xg_20e4_float(v);
            break;
        default:
            value[c] = block[c];
            width[c] = (uint8_t)w;
            break;
        }
    }
    /* R -> RRRR, RG -> RGGG, RGB -> RGBB */
    for (unsigned c = format->components; c < 4; c++) {
        value[c] = value[format->components - 1];
        width[c] = width[format->components - 1];
    }
}
