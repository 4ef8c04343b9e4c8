/* Functions of one operand. No libm: every step is an IEEE operation that all hosts round
 * alike, so results are part of the machine's definition. */
#include "gpu/draw/arith.h"
#include "gpu/draw/series.h"

static uint64_t double_bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, 8);
    return u;
}
static double bits_double(uint64_t u)
{
    double x;
    memcpy(&x, &u, 8);
    return x;
}

float xg_trunc(float x)
{
    uint32_t u = xg_float_bits(x);
    int e = (int)(u >> 23 & 255) - 127;
    if (e >= 23) /* integer already, Inf or NaN */
        return xg_result(x);
    return xg_bits_float(e < 0 ? u & 0x80000000 : u & ~(0x7FFFFFu >> e));
}

float xg_floor(float x)
{
    float t = xg_trunc(x);
    return x < t ? t - 1.0f : t;
}

/* The double nearest to an integer below x + 0.5; exact for |x| < 2^51. */
static double round_double(double x)
{
    const double big = 0x1.8p52;
    return (x + big) - big;
}

float xg_rcp(float x)
{
    /* The double quotient rounded once more: proven innocuous for single precision. */
    return xg_narrow(1.0 / (double)x);
}

float xg_sqrt(float x)
{
    /* sqrt of a double, rounded once more: proven innocuous for single precision. */
    return xg_narrow(__builtin_sqrt((double)x));
}

float xg_rsq(float x)
{
    return xg_narrow(1.0 / __builtin_sqrt((double)x));
}

float xg_exp2(float x)
{
    if (x != x)
        return xg_result(x);
    if (x >= 128.0f)
        return xg_bits_float(0x7F800000);
    if (x < -126.0f) /* results below the smallest normal number are flushed */
        return 0.0f;
    double n = round_double((double)x), f = (double)x - n, p = xg_exp2_terms[10];
    for (int k = 9; k >= 0; k--)
        p = p * f + xg_exp2_terms[k];
    return xg_narrow(p * bits_double((uint64_t)(1023 + (int)n) << 52));
}

/* log2(m) = 2/ln 2 * (s + s^3/3 + s^5/5 ...), s = (m - 1)/(m + 1), m in [sqrt 1/2, sqrt 2).
 * |s| < 0.1716, remainder after s^15 < 1e-14. */
float xg_log2(float x)
{
    if (x != x || x < 0.0f)
        return xg_bits_float(0x7FC00000);
    if (x == 0.0f)
        return xg_bits_float(0xFF800000);
    if (x > XG_FLT_MAX)
        return x;
    uint64_t u = double_bits((double)x);
    int e = (int)(u >> 52) - 1023;
    double m = bits_double((u & 0x000FFFFFFFFFFFFFull) | 0x3FF0000000000000ull);
    if (m >= 0x1.6a09e667f3bcdp0) {
        m *= 0.5;
        e++;
    }
    double s = (m - 1.0) / (m + 1.0), q = s * s, p = 1.0 / 15;
    for (int k = 13; k >= 1; k -= 2)
        p = p * q + 1.0 / k;
    return xg_narrow((double)e + s * p * 0x1.71547652b82fep1);
}

/* x = k pi/2 + r, |r| <= pi/4: pi/2 in three parts of which the first two have 22 bits, so
 * that k times them is exact for |k| < 2^31. Larger |x| count as 0. */
static int reduce(float x, double *r)
{
    const double p1 = 0x1.921fb0p0, p2 = 0x1.5110b0p-22, p3 = 0x1.18469898cc517p-44;
    double a = x;
    if (a >= 0x1p31 || a <= -0x1p31)
        a = 0.0;
    double k = round_double(a * 0x1.45f306dc9c883p-1);
    *r = ((a - k * p1) - k * p2) - k * p3;
    return (int)((int64_t)k & 3);
}

static double sin_part(double r)
{
    double q = r * r, p = xg_sine_terms[0];
    for (int i = 1; i < XG_SINE_TERMS; i++)
        p = p * q + xg_sine_terms[i];
    return p * r;
}
static double cos_part(double r)
{
    double q = r * r, p = xg_cosine_terms[0];
    for (int i = 1; i < XG_COSINE_TERMS; i++)
        p = p * q + xg_cosine_terms[i];
    return p;
}

static float circular(float x, int quadrant)
{
    if (x - x != 0.0f) /* Inf and NaN */
        return xg_bits_float(0x7FC00000);
    double r, v;
    quadrant = (quadrant + reduce(x, &r)) & 3;
    v = quadrant & 1 ? cos_part(r) : sin_part(r);
    return xg_narrow(quadrant & 2 ? -v : v);
}

float xg_sin(float x)
{
    return circular(x, 0);
}
float xg_cos(float x)
{
    return circular(x, 1);
}

static float clamp_address(float x)
{
    return !(x >= -256.0f) ? -256.0f : x > 255.0f ? 255.0f : x;
}
int32_t xg_address_round(float x)
{
    return (int32_t)xg_floor(clamp_address(x) + 0.5f);
}
int32_t xg_address_floor(float x)
{
    return (int32_t)xg_floor(clamp_address(x));
}
