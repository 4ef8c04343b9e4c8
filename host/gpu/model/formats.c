/* Colour and destination formats; see formats.h. */
#include "gpu/model/formats.h"

#include <string.h>

enum kind { ZERO, ONE, UNORM, GAMMA, FLOAT_7E3, FIXED, HALF, SINGLE };

/* Where a component lies and what its bits mean. */
struct component {
    uint8_t kind, word, shift, bits;
};

#define RGB8(k)                                                                                    \
    {k, 0, 0, 8}, {k, 0, 8, 8}, {k, 0, 16, 8},                                                     \
    {                                                                                              \
        UNORM, 0, 24, 8                                                                            \
    }
#define RGB10(k)                                                                                   \
    {k, 0, 0, 10}, {k, 0, 10, 10}, {k, 0, 20, 10},                                                 \
    {                                                                                              \
        UNORM, 0, 30, 2                                                                            \
    }
#define NO_BLUE                                                                                    \
    {ZERO, 0, 0, 0},                                                                               \
    {                                                                                              \
        ONE, 0, 0, 0                                                                               \
    }
#define RG16(k)                                                                                    \
    {k, 0, 0, 16},                                                                                 \
    {                                                                                              \
        k, 0, 16, 16                                                                               \
    }
#define BA16(k)                                                                                    \
    {k, 1, 0, 16},                                                                                 \
    {                                                                                              \
        k, 1, 16, 16                                                                               \
    }
static const struct component colors[16][4] = {
    [XG_COLOR_8888] = {RGB8(UNORM)},
    [XG_COLOR_8888_GAMMA] = {RGB8(GAMMA)},
    [XG_COLOR_2101010] = {RGB10(UNORM)},
    [XG_COLOR_2101010_FLOAT] = {RGB10(FLOAT_7E3)},
    [XG_COLOR_16_16] = {RG16(FIXED), NO_BLUE},
    [XG_COLOR_16_16_16_16] = {RG16(FIXED), BA16(FIXED)},
    [XG_COLOR_16_16_FLOAT] = {RG16(HALF), NO_BLUE},
    [XG_COLOR_16_16_16_16_FLOAT] = {RG16(HALF), BA16(HALF)},
    [XG_COLOR_2101010_AS_10] = {RGB10(UNORM)},
    [XG_COLOR_2101010_FLOAT_AS_16] = {RGB10(FLOAT_7E3)},
    [XG_COLOR_32_FLOAT] = {{SINGLE, 0, 0, 32}, {ZERO, 0, 0, 0}, NO_BLUE},
    [XG_COLOR_32_32_FLOAT] = {{SINGLE, 0, 0, 32}, {SINGLE, 1, 0, 32}, NO_BLUE},
};

uint32_t xg_color_words(uint32_t format)
{
    static const uint8_t words[16] = {1, 1, 1, 1, 1, 2, 1, 2, 0, 0, 1, 0, 1, 0, 1, 2};
    return words[format & 15];
}

/* Gamma-coded byte to 10-bit linear: four pieces with slopes 1, 2, 4, 8. */
static int64_t gamma_to_linear(uint32_t g)
{
    uint32_t slope = g < 64 ? 1 : g < 96 ? 2 : g < 192 ? 4 : 8;
    uint32_t start = g < 64 ? 0 : g < 96 ? 64 : g < 192 ? 256 : 1024;
    uint32_t linear = g * slope - start;
    return linear + (linear * slope >> 10);
}

static int64_t decode(enum kind kind, uint32_t raw)
{
    uint32_t exponent;
    int32_t value;
    switch (kind) {
    case ONE:
        return 1;
    case UNORM:
        return raw;
    case GAMMA:
        return gamma_to_linear(raw);
    case FLOAT_7E3: /* in units of 2^-9 */
        exponent = raw >> 7;
        return exponent ? (int64_t)(128 | (raw & 127)) << (exponent - 1) : raw & 127;
    case FIXED: /* in units of 32 / 32767, no less than -32 */
        value = (int16_t)raw;
        return value < -32767 ? -32767 : value;
    default:
        return 0;
    }
}

static uint32_t raw_of(const struct component *c, const uint32_t sample[2])
{
    uint32_t word = sample[c->word] >> c->shift;
    return c->bits < 32 ? word & ((1u << c->bits) - 1) : word;
}

static int32_t log2_of(unsigned n)
{
    return n == 4 ? 2 : n == 2;
}

/* A half as the single of the same value: exponent 31 is an ordinary one, subnormals are zero. */
static uint32_t single_of_half(uint32_t half)
{
    uint32_t sign = (half & 0x8000) << 16, rest = half & 0x7FFF;
    return rest < 0x400 ? sign : sign | ((rest << 13) + (UINT32_C(112) << 23));
}

static struct xg_number single_component(const struct component *c, const uint32_t samples[][2],
                                         unsigned n, int32_t bias)
{
    uint32_t v[4] = {0};
    for (unsigned s = 0; s < n; s++)
        v[s] = c->kind == HALF ? single_of_half(raw_of(c, samples[s])) : raw_of(c, samples[s]);
    if (n == 4)
        v[2] = xg_single_add(v[2], v[3]);
    if (n >= 2)
        v[0] = xg_single_add(v[0], v[1]);
    if (n == 4)
        v[0] = xg_single_add(v[0], v[2]);
    return xg_number_of_single(xg_single_scale(v[0], bias - log2_of(n)));
}

struct xg_number xg_color_component(uint32_t format, unsigned i, const uint32_t samples[][2],
                                    unsigned n, int32_t bias)
{
    const struct component *c = &colors[format & 15][i];
    if (c->kind == SINGLE || c->kind == HALF)
        return single_component(c, samples, n, bias);
    int64_t sum = 0;
    for (unsigned s = 0; s < n; s++)
        sum += decode((enum kind)c->kind, raw_of(c, samples[s]));
    struct xg_number v = {.mant = (uint64_t)(sum < 0 ? -sum : sum),
                          .exp2 = bias - log2_of(n),
                          .div = 1,
                          .negative = sum < 0};
    if (c->kind == UNORM)
        v.div = (1u << c->bits) - 1;
    else if (c->kind == GAMMA)
        v.div = 1023;
    else if (c->kind == FLOAT_7E3)
        v.exp2 -= 9;
    else if (c->kind == FIXED) {
        v.div = 32767;
        v.exp2 += 5;
    }
    return v;
}

/* --- destinations --- */

#define N(bytes_log2, ...)                                                                         \
    {                                                                                              \
        bytes_log2, XG_DEST_NUMBER, sizeof((const uint8_t[]){__VA_ARGS__}),                        \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define W(bytes_log2, ...)                                                                         \
    {                                                                                              \
        bytes_log2, XG_DEST_WIDE_NUMBER, sizeof((const uint8_t[]){__VA_ARGS__}),                   \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
static const struct xg_dest_format dests[64] = {
    [2] = N(0, 8),
    [3] = N(1, 5, 5, 5, 1),
    [4] = N(1, 5, 6, 5),
    [5] = N(1, 5, 5, 6),
    [6] = N(2, 8, 8, 8, 8),
    [7] = N(2, 10, 10, 10, 2),
    [8] = N(0, 8),
    [9] = N(0, 8),
    [10] = N(1, 8, 8),
    [14] = N(2, 8, 8, 8, 8),
    [15] = N(1, 4, 4, 4, 4),
    [16] = N(2, 11, 11, 10),
    [17] = N(2, 10, 11, 11),
    [24] = N(1, 16),
    [25] = W(2, 16, 16),
    [26] = W(3, 16, 16, 16, 16),
    [30] = {1, XG_DEST_HALF, 1, {16}},
    [31] = {2, XG_DEST_HALF, 2, {16, 16}},
    [32] = {3, XG_DEST_HALF, 4, {16, 16, 16, 16}},
    [36] = {2, XG_DEST_SINGLE, 1, {32}},
    [37] = {3, XG_DEST_SINGLE, 2, {32, 32}},
    [38] = {4, XG_DEST_SINGLE, 4, {32, 32, 32, 32}},
    [50] = N(2, 8, 8, 8, 8),
    [54] = N(2, 10, 10, 10, 2),
    [55] = N(2, 11, 11, 10),
    [56] = N(2, 10, 11, 11),
};

const struct xg_dest_format *xg_dest_format(uint32_t format)
{
    const struct xg_dest_format *f = &dests[format & 63];
    return f->kind == XG_DEST_NONE ? NULL : f;
}

static bool is_8888(uint32_t dest)
{
    return dest == 6 || dest == 14 || dest == 50;
}

bool xg_dest_same_bits(uint32_t color, uint32_t dest)
{
    switch (color) {
    case XG_COLOR_8888:
    case XG_COLOR_8888_GAMMA:
        return is_8888(dest);
    case XG_COLOR_2101010:
    case XG_COLOR_2101010_AS_10:
        return dest == 7 || dest == 54;
    case XG_COLOR_16_16_FLOAT:
        return dest == 31;
    case XG_COLOR_16_16_16_16_FLOAT:
        return dest == 32;
    case XG_COLOR_32_FLOAT:
        return dest == 36;
    case XG_COLOR_32_32_FLOAT:
        return dest == 37;
    default:
        return false;
    }
}

enum { NUMBER_SIGNED_FRACTION = 1, NUMBER_UNSIGNED = 2, NUMBER_SIGNED = 3 };

bool xg_dest_keeps_gamma(uint32_t dest, uint32_t number)
{
    return is_8888(dest) && (number < NUMBER_SIGNED_FRACTION || number > NUMBER_SIGNED);
}

/* Linear to gamma-coded byte: the inverse of gamma_to_linear, cut off within each piece. */
static uint32_t linear_to_gamma(const struct xg_number *v)
{
    if (v->negative)
        return 0;
    uint32_t linear = xg_number_floor(v, 1023, 1023);
    if (linear < 64)
        return linear;
    if (linear < 128)
        return linear / 2 + 32;
    if (linear < 512)
        return linear / 4 + 64;
    return linear / 8 + 128;
}

static uint32_t with_sign(uint32_t magnitude, bool negative)
{
    return negative ? 0u - magnitude : magnitude;
}

/* A code of `bits` bits. wide: signed fractions are the fixed-point numbers -32 .. 32. */
static uint32_t quantize(const struct xg_number *v, unsigned bits, bool wide, uint32_t number)
{
    uint32_t top = bits < 32 ? (1u << bits) - 1 : UINT32_MAX, half = top >> 1;
    struct xg_number scaled = *v;
    switch (number) {
    case NUMBER_SIGNED_FRACTION:
        scaled.exp2 -= wide ? 5 : 0;
        return with_sign(xg_number_round(&scaled, half, half), v->negative) & top;
    case NUMBER_UNSIGNED:
        return v->negative ? 0 : xg_number_round(v, 1, top);
    case NUMBER_SIGNED:
        return with_sign(xg_number_round(v, 1, half + v->negative), v->negative) & top;
    default:
        return v->negative ? 0 : xg_number_round(v, top, top);
    }
}

void xg_dest_pack(const struct xg_dest_format *f, const struct xg_number rgba[4], bool gamma,
                  uint32_t number, uint32_t out[4])
{
    unsigned at = 0;
    memset(out, 0, 4 * sizeof *out);
    for (unsigned i = 0; i < f->count; i++) {
        uint32_t code;
        if (f->kind == XG_DEST_HALF)
            code = xg_number_half(&rgba[i]);
        else if (f->kind == XG_DEST_SINGLE)
            code = xg_number_single(&rgba[i]);
        else if (gamma && i < 3)
            code = linear_to_gamma(&rgba[i]);
        else
            code = quantize(&rgba[i], f->bits[i], f->kind == XG_DEST_WIDE_NUMBER, number);
        out[at / 32] |= code << at % 32;
        at += f->bits[i];
    }
}
