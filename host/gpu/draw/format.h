/* Number formats of vertices, textures and render targets (docs/draw.md, "Conversions"). */
#ifndef XG_GPU_DRAW_FORMAT_H
#define XG_GPU_DRAW_FORMAT_H

#include "gpu/draw/arith.h"

/* v / (2^n - 1), n 1..32. 32-bit values go through single precision first. */
float xg_unorm_float(uint32_t v, unsigned n);
/* v holds n bits; mode 0: max(-1, s / (2^(n-1) - 1)), mode 1: (2s + 1) / (2^n - 1). */
float xg_snorm_float(uint32_t v, unsigned n, unsigned mode);
/* NaN 0, saturate, truncate v * (2^n - 1) + 0.5; n up to 16. */
static inline uint32_t xg_float_unorm(float x, unsigned n)
{
    /* below 2^17: the signed conversion is exact, and faster on most hosts */
    return (uint32_t)(int32_t)(xg_saturate(x) * (float)((1u << n) - 1) + 0.5f);
}
/* Half without Inf and NaN: exponent 31 is an ordinary exponent; denormals are 0. */
float xg_half_float(uint32_t h);
/* Round to nearest even, clamp to 131008; NaN 0. */
uint32_t xg_float_half(float x);
/* 7e3: the 10-bit float of 2_10_10_10_FLOAT, 0 .. 31.875. */
float xg_7e3_float(uint32_t v);
uint32_t xg_float_7e3(float x);
/* Depth. */
float xg_d24_float(uint32_t v);
uint32_t xg_float_d24(float x);
float xg_20e4_float(uint32_t v);
uint32_t xg_float_20e4(float x);
/* 16_16 fixed point of render targets, -32 .. 32. */
float xg_fixed16_float(uint32_t v);
uint32_t xg_float_fixed16(float x);
/* Piecewise linear gamma: 8-bit code <-> 10-bit linear; linear 0..1. */
uint32_t xg_gamma_decode(uint32_t code);
float xg_gamma_float(uint32_t code);
uint32_t xg_float_gamma(float linear);
/* 2^e, |e| <= 1000. */
static inline double xg_power(int e)
{
    uint64_t u = (uint64_t)(1023 + e) << 52;
    double d;
    memcpy(&d, &u, 8);
    return d;
}
/* x * 2^e, rounded once. */
float xg_scale(float x, int e);

#endif
