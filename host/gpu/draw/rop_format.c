/* Colour formats of eDRAM. Components from bit 0: red first. */
#include "gpu/draw/format.h"
#include "gpu/draw/state.h"

enum {
    C_8888 = 0,
    C_8888_GAMMA = 1,
    C_2101010 = 2,
    C_2101010_FLOAT = 3,
    C_16_16 = 4,
    C_16_16_16_16 = 5,
    C_16_16_FLOAT = 6,
    C_16_16_16_16_FLOAT = 7,
    C_2101010_AS_10 = 10,
    C_2101010_FLOAT_AS_16 = 12,
    C_32_FLOAT = 14,
    C_32_32_FLOAT = 15,
};

bool xg_color_known(unsigned format)
{
    return format <= 7 || format == 10 || format >= 14 || format == 12;
}

static uint32_t half_at(const uint32_t *words, unsigned c)
{
    return words[c / 2] >> 16 * (c & 1) & 0xFFFF;
}

void xg_color_unpack(unsigned format, const uint32_t *words, float out[4])
{
    uint32_t v = words[0];
    out[0] = out[1] = out[2] = 0.0f;
    out[3] = 1.0f; /* of formats without alpha */
    switch (format) {
    case C_8888:
    case C_8888_GAMMA:
        for (unsigned c = 0; c < 4; c++)
            out[c] = format == C_8888_GAMMA && c < 3 ? xg_gamma_float(v >> 8 * c & 255)
                                                     : xg_unorm_float(v >> 8 * c & 255, 8);
        break;
    case C_2101010:
    case C_2101010_AS_10:
    case C_2101010_FLOAT:
    case C_2101010_FLOAT_AS_16:
        for (unsigned c = 0; c < 3; c++) {
            uint32_t n = v >> 10 * c & 1023;
            out[c] = format == C_2101010 || format == C_2101010_AS_10 ? xg_unorm_float(n, 10)
                                                                      : xg_7e3_float(n);
        }
        out[3] = xg_unorm_float(v >> 30, 2);
        break;
    case C_16_16:
    case C_16_16_16_16:
        for (unsigned c = 0; c < (format == C_16_16 ? 2 : 4); c++) {
            float f = xg_fixed16_float(half_at(words, c));
            out[c] = f < -32.0f ? -32.0f : f;
        }
        break;
    case C_16_16_FLOAT:
    case C_16_16_16_16_FLOAT:
        for (unsigned c = 0; c < (format == C_16_16_FLOAT ? 2 : 4); c++)
            out[c] = xg_half_float(half_at(words, c));
        break;
    default:
        out[0] = xg_flush(xg_bits_float(v));
        if (format == C_32_32_FLOAT)
            out[1] = xg_flush(xg_bits_float(words[1]));
        break;
    }
}

void xg_color_pack(unsigned format, const float in[4], uint32_t *words)
{
    uint32_t v = 0;
    switch (format) {
    case C_8888:
    case C_8888_GAMMA:
        for (unsigned c = 0; c < 4; c++)
            v |=
                (format == C_8888_GAMMA && c < 3 ? xg_float_gamma(in[c]) : xg_float_unorm(in[c], 8))
                << 8 * c;
        words[0] = v;
        break;
    case C_2101010:
    case C_2101010_AS_10:
    case C_2101010_FLOAT:
    case C_2101010_FLOAT_AS_16:
        for (unsigned c = 0; c < 3; c++)
            v |= (format == C_2101010 || format == C_2101010_AS_10 ? xg_float_unorm(in[c], 10)
                                                                   : xg_float_7e3(in[c]))
                 << 10 * c;
        words[0] = v | xg_float_unorm(in[3], 2) << 30;
        break;
    case C_16_16:
    case C_16_16_16_16:
    case C_16_16_FLOAT:
    case C_16_16_16_16_FLOAT:
        for (unsigned c = 0; c < (format & 1 ? 4 : 2); c++) {
            uint32_t n = format < C_16_16_FLOAT ? xg_float_fixed16(in[c]) : xg_float_half(in[c]);
            words[c / 2] = c & 1 ? words[c / 2] | n << 16 : n;
        }
        break;
    default:
        words[0] = xg_float_bits(xg_result(in[0]));
        if (format == C_32_32_FLOAT)
            words[1] = xg_float_bits(xg_result(in[1]));
        break;
    }
}

void xg_color_mask(unsigned format, unsigned mask, uint32_t bits[2])
{
    bits[0] = bits[1] = 0;
    for (unsigned c = 0; c < 4; c++) {
        if (!(mask >> c & 1))
            continue;
        switch (format) {
        case C_8888:
        case C_8888_GAMMA:
            bits[0] |= 0xFFu << 8 * c;
            break;
        case C_2101010:
        case C_2101010_AS_10:
        case C_2101010_FLOAT:
        case C_2101010_FLOAT_AS_16:
            bits[0] |= (c == 3 ? 3u : 1023u) << 10 * c;
            break;
        case C_16_16:
        case C_16_16_FLOAT:
            bits[0] |= c < 2 ? 0xFFFFu << 16 * c : 0;
            break;
        case C_16_16_16_16:
        case C_16_16_16_16_FLOAT:
            bits[c / 2] |= 0xFFFFu << 16 * (c & 1);
            break;
        default:
            if (c < (format == C_32_32_FLOAT ? 2u : 1u))
                bits[c] = 0xFFFFFFFF;
            break;
        }
    }
}
