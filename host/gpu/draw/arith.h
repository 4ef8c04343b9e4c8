/* The arithmetic of the shader units: one exact definition an operation, the same on every
 * host. IEEE single, round to nearest even, every operation rounded on its own (built with
 * -ffp-contract=off), denormals flushed to a zero of the same sign on the way in and out,
 * any NaN that an operation produces is 0x7FC00000 (no program can see a NaN's other bits). Sources
 * and choices: docs/microcode.md. */
#ifndef XG_GPU_DRAW_ARITH_H
#define XG_GPU_DRAW_ARITH_H

#include "base/types.h"

#include <string.h>

#define XG_FLT_MAX 0x1.fffffep127f

static inline uint32_t xg_float_bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, 4);
    return u;
}
static inline float xg_bits_float(uint32_t u)
{
    float x;
    memcpy(&x, &u, 4);
    return x;
}

/* Denormals become zero, sign kept; all else as it is. */
static inline float xg_flush(float x)
{
    uint32_t u = xg_float_bits(x);
    return xg_bits_float((u & 0x7F800000) ? u : u & 0x80000000);
}
/* What every arithmetic result goes through. */
static inline float xg_result(float x)
{
    return x == x ? xg_flush(x) : xg_bits_float(0x7FC00000);
}
static inline float xg_add(float a, float b)
{
    return xg_result(a + b);
}
static inline float xg_sub(float a, float b)
{
    return xg_result(a - b);
}
/* A double to single, where what rounds to 24 bits below the smallest normal number is a zero
 * of its sign: what hosts do that flush results. */
static inline float xg_narrow(double x)
{
    if (x != x)
        return xg_bits_float(0x7FC00000);
    if (x < 0x1.ffffffp-127 && x > -0x1.ffffffp-127)
        return x < 0 || (x == 0 && 1 / x < 0) ? -0.0f : 0.0f;
    return (float)x;
}
/* Zero times anything is +0, also Inf and NaN; so is a product too small for a number. The
 * product of two singles is exact in double. */
static inline float xg_mul(float a, float b)
{
    float p = xg_narrow((double)a * (double)b);
    return a == 0.0f || b == 0.0f || p == 0.0f ? 0.0f : p;
}
/* Two roundings. */
static inline float xg_mad(float a, float b, float c)
{
    return xg_add(xg_mul(a, b), c);
}
/* A NaN on either side selects b. */
static inline float xg_max(float a, float b)
{
    return a >= b ? a : b;
}
static inline float xg_min(float a, float b)
{
    return a < b ? a : b;
}
/* 0..1; NaN gives 0. */
static inline float xg_saturate(float x)
{
    return !(x > 0.0f) ? 0.0f : x < 1.0f ? x : 1.0f;
}

float xg_trunc(float x);
float xg_floor(float x);
static inline float xg_frc(float x)
{
    return xg_sub(x, xg_floor(x));
}

/* Reciprocal: 1/x correctly rounded. sqrt likewise. rsq: double(1/sqrt(x)) rounded to
 * single. The others: polynomials in double, rounded once to single; error below 0.51
 * units in the last place for exp2 and log2, and for sin and cos with |x| < 2^31. */
float xg_rcp(float x);
float xg_sqrt(float x);
float xg_rsq(float x);
float xg_exp2(float x); /* exactly 1 for 0; exact for integers */
float xg_log2(float x); /* exactly 0 for 1; -Inf for 0; NaN below */
float xg_sin(float x);  /* radians */
float xg_cos(float x);

/* Address registers: clamp to -256..255, then floor(x + 0.5) or floor(x). NaN: -256. */
int32_t xg_address_round(float x);
int32_t xg_address_floor(float x);

#endif
