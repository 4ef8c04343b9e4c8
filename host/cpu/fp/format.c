#include "cpu/fp/fp.h"

uint64_t xg_fp_widen(uint32_t w)
{
    uint64_t sign = (uint64_t)(w >> 31) << 63, fraction = w & 0x7FFFFF;
    unsigned exponent = w >> 23 & 0xFF;
    if (exponent == 0xFF)
        return sign | 0x7FFull << 52 | fraction << 29;
    if (exponent)
        return sign | (uint64_t)(exponent + 896) << 52 | fraction << 29;
    if (!fraction)
        return sign;
    unsigned shift = (unsigned)__builtin_clz((uint32_t)fraction) - 8;
    return sign | (uint64_t)(897 - shift) << 52 | ((fraction << shift) & 0x7FFFFF) << 29;
}

uint32_t xg_fp_narrow(uint64_t d)
{
    unsigned exponent = d >> 52 & 0x7FF;
    uint32_t sign = (uint32_t)(d >> 32) & 0x80000000u;
    if (exponent > 896)
        return ((uint32_t)(d >> 32) & 0xC0000000u) | ((uint32_t)(d >> 29) & 0x3FFFFFFF);
    if (exponent < 874)
        return sign; /* zero; below every denormal, which the architecture leaves undefined */
    uint64_t fraction = (d & 0xFFFFFFFFFFFFFull) | 1ull << 52;
    return sign | (uint32_t)(fraction >> (29 + 897 - exponent));
}
