#include "gpu/draw/format.h"

float xg_unorm_float(uint32_t v, unsigned n)
{
    float max = n == 32 ? 4294967295.0f : (float)((1u << n) - 1);
    return (float)v / max;
}

float xg_snorm_float(uint32_t v, unsigned n, unsigned mode)
{
    int32_t s = (int32_t)(v << (32 - n)) >> (32 - n);
    if (mode)
        return (float)((2.0 * s + 1.0) / (double)((1ull << n) - 1));
    float f = (float)s / (float)((1u << (n - 1)) - 1);
    return f < -1.0f ? -1.0f : f;
}

float xg_half_float(uint32_t h)
{
    uint32_t e = h >> 10 & 31, sign = (h & 0x8000) << 16;
    return xg_bits_float(e ? sign | (e + 112) << 23 | (h & 1023) << 13 : sign);
}

uint32_t xg_float_half(float x)
{
    uint32_t u = xg_float_bits(x), sign = u >> 16 & 0x8000;
    u &= 0x7FFFFFFF;
    if (u > 0x7F800000)
        return 0;
    if (u < 0x38800000) /* below the smallest normal half */
        return sign | (u >= 0x387FE000 ? 0x400 : 0);
    u += 0xFFF + (u >> 13 & 1);
    u = (u - 0x38000000) >> 13;
    return sign | (u > 0x7FFF ? 0x7FFF : u);
}

float xg_7e3_float(uint32_t v)
{
    uint32_t e = v >> 7 & 7, m = v & 127;
    if (!e)
        return (float)m * 0x1p-9f;
    return xg_bits_float((e + 124) << 23 | m << 16);
}

/* Shared by 7e3 and 20e4: a positive float to a mantissa of `bits` bits with the smallest
 * normal exponent `least` (biased, single); round to nearest even. */
static uint32_t small_float(uint32_t u, uint32_t least, unsigned bits)
{
    unsigned drop = 23 - bits;
    if (u < least << 23) {
        uint32_t shift = least - (u >> 23);
        u = ((u & 0x7FFFFF) | 0x800000) >> (shift < 24 ? shift : 24);
    } else {
        u -= (least - 1) << 23;
    }
    u += (1u << (drop - 1)) - 1 + (u >> drop & 1);
    return u >> drop;
}

uint32_t xg_float_7e3(float x)
{
    if (!(x > 0.0f))
        return 0;
    if (x >= 31.875f)
        return 1023;
    return small_float(xg_float_bits(x), 125, 7) & 1023;
}

float xg_d24_float(uint32_t v)
{
    return (float)((double)(v + (v >> 23)) * 0x1p-24);
}

uint32_t xg_float_d24(float x)
{
    double d = (double)xg_saturate(x) * 16777215.0;
    return (uint32_t)((d + 0x1.8p52) - 0x1.8p52);
}

float xg_20e4_float(uint32_t v)
{
    uint32_t e = v >> 20 & 15, m = v & 0xFFFFF;
    if (!e)
        return (float)m * 0x1p-34f;
    return xg_bits_float((e + 112) << 23 | m << 3);
}

uint32_t xg_float_20e4(float x)
{
    if (!(x > 0.0f))
        return 0;
    uint32_t u = xg_float_bits(x);
    if (u >= 0x3FFFFFF8)
        return 0xFFFFFF;
    return small_float(u, 113, 20) & 0xFFFFFF;
}

float xg_fixed16_float(uint32_t v)
{
    return (float)(int16_t)v * 32.0f / 32767.0f;
}

uint32_t xg_float_fixed16(float x)
{
    if (x != x)
        return 0;
    x = x < -32.0f ? -32.0f : x > 32.0f ? 32.0f : x;
    double d = (double)x * 32767.0 / 32.0;
    return (uint32_t)(int32_t)(d < 0 ? d - 0.5 : d + 0.5) & 0xFFFF;
}

uint32_t xg_gamma_decode(uint32_t g)
{
    uint32_t t;
    if (g < 64)
        return g;
    if (g < 96)
        return 2 * g - 64;
    if (g < 192) {
        t = 4 * g - 256;
        return t + t * 4 / 1024;
    }
    t = 8 * g - 1024;
    return t + t * 8 / 1024;
}

float xg_gamma_float(uint32_t g)
{
    return (float)xg_gamma_decode(g) / 1023.0f;
}

uint32_t xg_float_gamma(float x)
{
    float l = xg_saturate(x) * 1023.0f;
    if (l < 64.0f)
        return (uint32_t)l;
    if (l < 128.0f)
        return (uint32_t)(l * 0.5f) + 32;
    if (l < 512.0f)
        return (uint32_t)(l * 0.25f) + 64;
    return (uint32_t)(l * 0.125f) + 128;
}

float xg_scale(float x, int e)
{
    return e ? xg_narrow((double)x * xg_power(e)) : x;
}
