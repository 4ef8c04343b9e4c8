/* Exact numbers; see number.h. */
#include "gpu/model/number.h"

typedef unsigned __int128 u128;

#define SINGLE_INF 0x7F800000u
#define SINGLE_NAN 0x7FC00000u

static int bit_length(u128 v)
{
    uint64_t high = (uint64_t)(v >> 64), low = (uint64_t)v;
    if (high)
        return 128 - __builtin_clzll(high);
    return low ? 64 - __builtin_clzll(low) : 0;
}

/* mant * scale * 2^exp2 / div as a fraction. false: it is below 2^-60 (taken as 0). The
 * caller has made sure that it is below 2^40. */
static bool fraction(const struct xg_number *v, uint32_t scale, u128 *num, u128 *den)
{
    *num = (u128)v->mant * scale;
    *den = v->div;
    if (v->exp2 >= 0)
        *num <<= v->exp2;
    else if (v->exp2 > -108)
        *den <<= -v->exp2;
    else
        return false;
    return true;
}

/* 1 when the value times scale is certainly at least 2^34. */
static bool is_huge(const struct xg_number *v, uint32_t scale)
{
    return bit_length((u128)v->mant * scale) - bit_length(v->div) + v->exp2 > 35;
}

uint32_t xg_number_round(const struct xg_number *v, uint32_t scale, uint32_t max)
{
    u128 num, den;
    if (v->nan || (v->mant == 0 && !v->infinite))
        return 0;
    if (v->infinite || is_huge(v, scale))
        return scale ? max : 0;
    if (!fraction(v, scale, &num, &den))
        return 0;
    u128 q = (2 * num + den) / (2 * den);
    return q < max ? (uint32_t)q : max;
}

uint32_t xg_number_floor(const struct xg_number *v, uint32_t scale, uint32_t max)
{
    u128 num, den;
    if (v->nan || (v->mant == 0 && !v->infinite))
        return 0;
    if (v->infinite || is_huge(v, scale))
        return max;
    if (!fraction(v, scale, &num, &den))
        return 0;
    u128 q = num / den;
    return q < max ? (uint32_t)q : max;
}

/* The value as mantissa * 2^*exponent with at most `bits` mantissa bits (exactly that many for
 * normal results), rounded to nearest even; *exponent is at least min_exponent. */
static uint64_t to_binary(const struct xg_number *v, int bits, int min_exponent, int *exponent)
{
    u128 num = v->mant, den = v->div;
    /* A quotient of bits or bits + 1 places when the fraction is scaled by 2^shift. */
    int shift = bits - (bit_length(num) - bit_length(den));
    int e = v->exp2 - shift;
    if (e < min_exponent) {
        shift -= min_exponent - e;
        e = min_exponent;
    }
    if (shift < -100) {
        *exponent = e;
        return 0;
    }
    if (shift >= 0)
        num <<= shift;
    else
        den <<= -shift;
    u128 q = num / den, rest = num % den;
    if (q >> bits) { /* one place too many: the last one becomes part of the remainder */
        rest += (q & 1) * den;
        den <<= 1;
        q >>= 1;
        e++;
    }
    q += 2 * rest > den || (2 * rest == den && (q & 1));
    if (q >> bits) {
        q >>= 1;
        e++;
    }
    *exponent = e;
    return (uint64_t)q;
}

uint32_t xg_number_half(const struct xg_number *v)
{
    uint32_t sign = v->negative ? 0x8000 : 0;
    int e;
    if (v->nan || (v->mant == 0 && !v->infinite))
        return 0;
    if (v->infinite)
        return sign | 0x7FFF;
    uint64_t m = to_binary(v, 11, -24, &e);
    if (m == 0)
        return 0;
    if (!(m >> 10)) /* subnormal: e is -24 */
        return sign | (uint32_t)m;
    if (e > 6) /* 2047 * 2^6 is the largest */
        return sign | 0x7FFF;
    return sign | (uint32_t)(e + 25) << 10 | ((uint32_t)m & 0x3FF);
}

uint32_t xg_number_single(const struct xg_number *v)
{
    uint32_t sign = v->negative ? 0x80000000u : 0;
    int e;
    if (v->nan)
        return SINGLE_NAN;
    if (v->infinite)
        return sign | SINGLE_INF;
    if (v->mant == 0)
        return 0;
    uint64_t m = to_binary(v, 24, -300, &e);
    if (e < -149)
        return 0;
    if (e > 104)
        return sign | SINGLE_INF;
    return sign | (uint32_t)(e + 150) << 23 | ((uint32_t)m & 0x7FFFFF);
}

struct xg_number xg_number_of_single(uint32_t bits)
{
    struct xg_number v = {.div = 1, .negative = bits >> 31};
    uint32_t exponent = bits >> 23 & 0xFF, fraction_bits = bits & 0x7FFFFF;
    if (exponent == 0xFF) {
        v.nan = fraction_bits != 0;
        v.infinite = fraction_bits == 0;
    } else if (exponent) {
        v.mant = fraction_bits | 0x800000;
        v.exp2 = (int32_t)exponent - 150;
    }
    return v;
}

uint32_t xg_single_scale(uint32_t a, int32_t exp2)
{
    struct xg_number v = xg_number_of_single(a);
    v.exp2 += exp2;
    return xg_number_single(&v);
}

uint32_t xg_single_add(uint32_t a, uint32_t b)
{
    struct xg_number x = xg_number_of_single(a), y = xg_number_of_single(b);
    if (x.nan || y.nan || (x.infinite && y.infinite && x.negative != y.negative))
        return SINGLE_NAN;
    if (x.infinite)
        return a;
    if (y.infinite || x.mant == 0)
        return y.infinite || y.mant ? b : 0;
    if (y.mant == 0)
        return a;
    if (x.exp2 < y.exp2) {
        struct xg_number t = x;
        x = y;
        y = t;
    }
    /* 19 places below the larger one's last are enough when what is below them is jammed
     * into the last of them: both have 24, and the sum at least 42 then or is exact. */
    int apart = x.exp2 - y.exp2, keep = apart < 19 ? apart : 19;
    uint64_t low = y.mant;
    if (apart > keep) {
        int drop = apart - keep;
        low = drop < 24 ? y.mant >> drop | ((y.mant & ((1u << drop) - 1)) != 0) : 1;
    }
    int64_t sum = (int64_t)(x.mant << keep) * (x.negative ? -1 : 1);
    sum += (int64_t)low * (y.negative ? -1 : 1);
    struct xg_number s = {.mant = (uint64_t)(sum < 0 ? -sum : sum),
                          .exp2 = x.exp2 - keep,
                          .div = 1,
                          .negative = sum < 0};
    return xg_number_single(&s);
}
