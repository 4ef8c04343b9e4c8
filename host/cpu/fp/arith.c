#include "cpu/fp/fp.h"

typedef unsigned __int128 u128;

#define QUIET         (1ull << 51)
#define DEFAULT_NAN   0x7FF8000000000000ull
#define INFINITY_BITS 0x7FF0000000000000ull
#define SIGN          (1ull << 63)

enum kind { ZERO, FINITE, INFINITE, NAN_ };

/* Finite values are m * 2^(exponent - 63), m with its top bit set. */
struct number {
    enum kind kind;
    bool sign;
    int exponent;
    uint64_t m;
};

/* Exact results before rounding: m * 2^(exponent - 127) with bit 127 of m set, and
 * `sticky` when something smaller than the last bit of m was lost. */
struct wide {
    bool sign;
    int exponent;
    u128 m;
    bool sticky;
};

static struct number unpack(uint64_t v)
{
    int e = v >> 52 & 0x7FF;
    uint64_t fraction = v & 0xFFFFFFFFFFFFFull;
    struct number n = {.sign = v >> 63};
    if (e == 0x7FF) {
        n.kind = fraction ? NAN_ : INFINITE;
    } else if (e) {
        n = (struct number){FINITE, v >> 63, e - 1023, (fraction | 1ull << 52) << 11};
    } else if (fraction) {
        int shift = __builtin_clzll(fraction);
        n = (struct number){FINITE, v >> 63, -1011 - shift, fraction << shift};
    }
    return n;
}

static uint64_t signed_zero(bool sign)
{
    return sign ? SIGN : 0;
}
static uint64_t signed_infinity(bool sign)
{
    return signed_zero(sign) | INFINITY_BITS;
}

static uint64_t invalid(struct xg_fp_env *env, uint32_t cause)
{
    env->raised |= cause;
    return DEFAULT_NAN;
}

/* The first NaN among the operands, quieted; signalling ones raise VXSNAN. */
static bool propagate(struct xg_fp_env *env, const uint64_t *operands, int count, uint64_t *result)
{
    bool found = false;
    for (int i = 0; i < count; i++) {
        if (!xg_fp_is_nan(operands[i]))
            continue;
        if (xg_fp_is_snan(operands[i]))
            env->raised |= XG_FPSCR_VXSNAN;
        if (!found)
            *result = operands[i] | QUIET;
        found = true;
    }
    return found;
}

/* Largest magnitude in place of infinity where the rounding direction says so. */
static uint64_t overflowed(const struct xg_fp_env *env, bool sign, enum xg_fp_format f)
{
    bool to_infinity = env->round == XG_FP_NEAREST || env->round == (sign ? XG_FP_DOWN : XG_FP_UP);
    uint64_t largest = f == XG_FP_SINGLE ? 0x47EFFFFFE0000000ull : 0x7FEFFFFFFFFFFFFFull;
    return signed_zero(sign) | (to_infinity ? INFINITY_BITS : largest);
}

/* Keeps the top `bits` of w->m (0 .. 64) as an integer, rounded. */
static uint64_t round_bits(struct xg_fp_env *env, const struct wide *w, int bits)
{
    u128 kept = bits > 0 ? w->m >> (128 - bits) : 0;
    /* The top bit of m is set: with no bits kept, what is left of it is less than a half. */
    u128 rest = bits > 0 ? w->m << bits : bits > -128 ? w->m >> -bits : 0;
    bool lost = w->sticky || bits < -127;
    const u128 half = (u128)1 << 127;
    bool up = false;
    env->inexact = rest || lost;
    if (env->inexact) {
        switch (env->round) {
        case XG_FP_NEAREST:
            up = rest > half || (rest == half && (lost || (kept & 1)));
            break;
        case XG_FP_UP:
            up = !w->sign;
            break;
        case XG_FP_DOWN:
            up = w->sign;
            break;
        default:
            break;
        }
    }
    env->incremented = up;
    return (uint64_t)kept + up;
}

/* Rounds an exact non-zero value to the format. */
static uint64_t pack(struct xg_fp_env *env, struct wide w, enum xg_fp_format f)
{
    const int precision = f == XG_FP_SINGLE ? 24 : 53;
    const int least = f == XG_FP_SINGLE ? -126 : -1022, most = -least + 1;
    const int rebias = f == XG_FP_SINGLE ? 192 : 1536;
    bool tiny = w.exponent < least;
    int bits = precision;
    if (tiny && env->trap_underflow)
        w.exponent += rebias;
    else if (tiny)
        bits = precision - (least - w.exponent);
    uint64_t m = round_bits(env, &w, bits < -200 ? -200 : bits);
    if (tiny && (env->trap_underflow || env->inexact))
        env->raised |= XG_FPSCR_UX;
    if (tiny && !env->trap_underflow) {
        if (env->inexact)
            env->raised |= XG_FPSCR_XX;
        if (!m)
            return signed_zero(w.sign);
        /* m counts units of 2^(least - precision + 1) */
        int shift = __builtin_clzll(m);
        int e = least - precision + 1 + 63 - shift;
        if (e < -1022)
            return signed_zero(w.sign) | m;
        return signed_zero(w.sign) | (uint64_t)(e + 1023) << 52 | ((m << shift << 1) >> 12);
    }
    if (m >> precision) {
        m >>= 1;
        w.exponent++;
    }
    if (w.exponent > most) {
        env->raised |= XG_FPSCR_OX;
        if (!env->trap_overflow) {
            env->raised |= XG_FPSCR_XX;
            env->inexact = true;
            uint64_t r = overflowed(env, w.sign, f);
            env->incremented = (r & ~SIGN) == INFINITY_BITS;
            return r;
        }
        w.exponent -= rebias;
    }
    if (env->inexact)
        env->raised |= XG_FPSCR_XX;
    m <<= 53 - precision;
    return signed_zero(w.sign) | (uint64_t)(w.exponent + 1023) << 52 | (m & 0xFFFFFFFFFFFFFull);
}

static struct wide widen_number(struct number n)
{
    return (struct wide){n.sign, n.exponent, (u128)n.m << 64, false};
}

/* Brings the top bit of m to bit 127. m is not zero. */
static void normalise(struct wide *w)
{
    uint64_t high = (uint64_t)(w->m >> 64);
    int shift = high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)w->m);
    w->m <<= shift;
    w->exponent -= shift;
}

static bool shifted_out(u128 m, int n)
{
    return n > 127 ? m != 0 : n && (m & (((u128)1 << n) - 1));
}
static u128 shift_right(u128 m, int n)
{
    return n > 127 ? 0 : m >> n;
}

/* Sum of two non-zero exact values; false when it is exactly zero. */
static bool sum(struct wide a, struct wide b, struct wide *r)
{
    /* One bit of room for the carry, and guard bits below: operands have at least 20
     * zero bits at the bottom (products of 53-bit numbers, or single numbers). */
    if (a.exponent < b.exponent || (a.exponent == b.exponent && a.m < b.m)) {
        struct wide swap = a;
        a = b;
        b = swap;
    }
    int distance = a.exponent - b.exponent;
    u128 x = a.m >> 1, y = shift_right(b.m >> 1, distance);
    bool lost = shifted_out(b.m >> 1, distance);
    *r = (struct wide){a.sign, a.exponent + 1, 0, false};
    if (a.sign == b.sign) {
        r->m = x + y;
        r->sticky = lost;
    } else {
        r->m = x - y - lost; /* the lost part borrows; what stays is inexact again */
        r->sticky = lost;
        if (!r->m && !lost)
            return false;
    }
    normalise(r);
    return true;
}

/* Exact zero as the sum of non-zero values, or of zeros with different signs. */
static uint64_t cancelled(const struct xg_fp_env *env)
{
    return signed_zero(env->round == XG_FP_DOWN);
}

static uint64_t round_number(struct xg_fp_env *env, uint64_t bits, struct number n,
                             enum xg_fp_format f)
{
    return f == XG_FP_SINGLE ? pack(env, widen_number(n), f) : bits;
}

static uint64_t add_numbers(struct xg_fp_env *env, uint64_t a, uint64_t b, enum xg_fp_format f)
{
    struct number x = unpack(a), y = unpack(b);
    if (x.kind == INFINITE && y.kind == INFINITE && x.sign != y.sign)
        return invalid(env, XG_FPSCR_VXISI);
    if (x.kind == INFINITE || y.kind == INFINITE)
        return x.kind == INFINITE ? a : b;
    if (x.kind == ZERO && y.kind == ZERO)
        return x.sign == y.sign ? a : cancelled(env);
    /* A denormal that passes through unchanged is tiny, which matters with UE. */
    if (x.kind == ZERO || y.kind == ZERO)
        return pack(env, widen_number(x.kind == ZERO ? y : x), f);
    struct wide r;
    return sum(widen_number(x), widen_number(y), &r) ? pack(env, r, f) : cancelled(env);
}

uint64_t xg_fp_add(struct xg_fp_env *env, uint64_t a, uint64_t b, enum xg_fp_format f)
{
    uint64_t r = 0, operands[2] = {a, b};
    return propagate(env, operands, 2, &r) ? r : add_numbers(env, a, b, f);
}

uint64_t xg_fp_sub(struct xg_fp_env *env, uint64_t a, uint64_t b, enum xg_fp_format f)
{
    uint64_t r = 0, operands[2] = {a, b};
    return propagate(env, operands, 2, &r) ? r : add_numbers(env, a, b ^ SIGN, f);
}

static struct wide product(struct number a, struct number c)
{
    struct wide r = {a.sign != c.sign, a.exponent + c.exponent + 1, (u128)a.m * c.m, false};
    normalise(&r);
    return r;
}

uint64_t xg_fp_mul(struct xg_fp_env *env, uint64_t a, uint64_t c, enum xg_fp_format f)
{
    uint64_t r = 0, operands[2] = {a, c};
    if (propagate(env, operands, 2, &r))
        return r;
    struct number x = unpack(a), y = unpack(c);
    if ((x.kind == INFINITE && y.kind == ZERO) || (x.kind == ZERO && y.kind == INFINITE))
        return invalid(env, XG_FPSCR_VXIMZ);
    bool sign = x.sign != y.sign;
    if (x.kind == INFINITE || y.kind == INFINITE)
        return signed_infinity(sign);
    if (x.kind == ZERO || y.kind == ZERO)
        return signed_zero(sign);
    return pack(env, product(x, y), f);
}

uint64_t xg_fp_madd(struct xg_fp_env *env, uint64_t a, uint64_t c, uint64_t b, bool subtract,
                    enum xg_fp_format f)
{
    uint64_t r = 0, operands[3] = {a, b, c};
    struct number x = unpack(a), y = unpack(c);
    bool imz = (x.kind == INFINITE && y.kind == ZERO) || (x.kind == ZERO && y.kind == INFINITE);
    if (imz)
        env->raised |= XG_FPSCR_VXIMZ;
    if (propagate(env, operands, 3, &r))
        return r;
    if (imz)
        return DEFAULT_NAN;
    if (subtract)
        b ^= SIGN;
    struct number z = unpack(b);
    bool sign = x.sign != y.sign;
    if (x.kind == INFINITE || y.kind == INFINITE)
        return z.kind == INFINITE && z.sign != sign ? invalid(env, XG_FPSCR_VXISI)
                                                    : signed_infinity(sign);
    if (z.kind == INFINITE)
        return b;
    if (x.kind == ZERO || y.kind == ZERO) {
        if (z.kind == ZERO)
            return z.sign == sign ? b : cancelled(env);
        return pack(env, widen_number(z), f);
    }
    struct wide p = product(x, y), s;
    if (z.kind == ZERO)
        return pack(env, p, f);
    return sum(p, widen_number(z), &s) ? pack(env, s, f) : cancelled(env);
}

uint64_t xg_fp_div(struct xg_fp_env *env, uint64_t a, uint64_t b, enum xg_fp_format f)
{
    uint64_t r = 0, operands[2] = {a, b};
    if (propagate(env, operands, 2, &r))
        return r;
    struct number x = unpack(a), y = unpack(b);
    bool sign = x.sign != y.sign;
    if (x.kind == INFINITE && y.kind == INFINITE)
        return invalid(env, XG_FPSCR_VXIDI);
    if (x.kind == ZERO && y.kind == ZERO)
        return invalid(env, XG_FPSCR_VXZDZ);
    if (x.kind == INFINITE)
        return signed_infinity(sign);
    if (y.kind == INFINITE || x.kind == ZERO)
        return signed_zero(sign);
    if (!y.m) {
        env->raised |= XG_FPSCR_ZX;
        return signed_infinity(sign);
    }
    /* x.m * 2^63 / y.m has 63 or 64 significant bits: more than any format keeps. */
    u128 numerator = (u128)x.m << 63;
    u128 q = numerator / y.m;
    struct wide w = {sign, x.exponent - y.exponent + 64, q, numerator % y.m != 0};
    normalise(&w);
    return pack(env, w, f);
}

/* Integer square root by bits; v has at most 126 bits. */
static uint64_t isqrt(u128 v, bool *exact)
{
    u128 root = 0;
    for (u128 bit = (u128)1 << 124; bit; bit >>= 2) {
        if (v >= root + bit) {
            v -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    *exact = v == 0;
    return (uint64_t)root;
}

uint64_t xg_fp_sqrt(struct xg_fp_env *env, uint64_t a, enum xg_fp_format f)
{
    uint64_t r = 0;
    if (propagate(env, &a, 1, &r))
        return r;
    struct number x = unpack(a);
    if (x.kind == ZERO)
        return a;
    if (x.sign)
        return invalid(env, XG_FPSCR_VXSQRT);
    if (x.kind == INFINITE)
        return a;
    /* value = m * 2^(e - 63); an even exponent makes the root exact in halves. */
    bool odd = x.exponent & 1;
    u128 v = (u128)x.m << (odd ? 62 : 61); /* value = v * 2^(e' - 124), e' even */
    int e = odd ? x.exponent - 1 : x.exponent;
    bool exact;
    uint64_t root = isqrt(v, &exact); /* root of value = root * 2^(e'/2 - 62) */
    struct wide w = {false, e / 2 - 62 + 127, root, !exact};
    normalise(&w);
    return pack(env, w, f);
}

uint64_t xg_fp_round_single(struct xg_fp_env *env, uint64_t a)
{
    uint64_t r = 0;
    if (propagate(env, &a, 1, &r))
        return r & ~0x1FFFFFFFull;
    struct number x = unpack(a);
    return x.kind == FINITE ? round_number(env, a, x, XG_FP_SINGLE) : a;
}

uint64_t xg_fp_from_int64(struct xg_fp_env *env, int64_t v)
{
    if (!v)
        return 0;
    uint64_t m = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    struct wide w = {v < 0, 127, m, false};
    normalise(&w);
    return pack(env, w, XG_FP_DOUBLE);
}

static int64_t saturated(struct xg_fp_env *env, bool negative, unsigned bits)
{
    int64_t least = bits == 64 ? INT64_MIN : INT32_MIN;
    env->raised |= XG_FPSCR_VXCVI;
    env->inexact = env->incremented = false;
    return negative ? least : -(least + 1);
}

int64_t xg_fp_to_int(struct xg_fp_env *env, uint64_t a, enum xg_fp_round round, unsigned bits)
{
    struct number x = unpack(a);
    if (x.kind == NAN_) {
        if (xg_fp_is_snan(a))
            env->raised |= XG_FPSCR_VXSNAN;
        return saturated(env, true, bits);
    }
    if (x.kind == ZERO)
        return 0;
    if (x.kind == INFINITE || x.exponent > 63)
        return saturated(env, x.sign, bits);
    struct wide w = widen_number(x);
    enum xg_fp_round saved = env->round;
    env->round = round;
    uint64_t m = round_bits(env, &w, x.exponent + 1);
    env->round = saved;
    uint64_t limit = bits == 64 ? 1ull << 63 : 1ull << 31;
    bool wrapped = x.exponent == 63 && !m; /* rounding carried out of 64 bits */
    if (wrapped || m > limit || (m == limit && !x.sign))
        return saturated(env, x.sign, bits);
    if (env->inexact)
        env->raised |= XG_FPSCR_XX;
    return x.sign ? (int64_t)(0 - m) : (int64_t)m;
}

uint32_t xg_fp_compare(uint64_t a, uint64_t b)
{
    if (xg_fp_is_nan(a) || xg_fp_is_nan(b))
        return XG_FP_UNORDERED;
    if (!((a | b) << 1))
        return XG_FP_EQUAL;
    /* Order of sign-magnitude numbers as two's complement. */
    int64_t x = (int64_t)a < 0 ? (int64_t)(SIGN - a) : (int64_t)a;
    int64_t y = (int64_t)b < 0 ? (int64_t)(SIGN - b) : (int64_t)b;
    return x < y ? XG_FP_LESS : x > y ? XG_FP_GREATER : XG_FP_EQUAL;
}

uint32_t xg_fp_class(uint64_t v, enum xg_fp_format f)
{
    bool negative = v >> 63;
    uint64_t magnitude = v & ~SIGN;
    if (magnitude > INFINITY_BITS)
        return 0x11;
    if (magnitude == INFINITY_BITS)
        return negative ? 0x09 : 0x05;
    if (!magnitude)
        return negative ? 0x12 : 0x02;
    bool denormal = magnitude < (f == XG_FP_SINGLE ? 0x3810000000000000ull : 0x0010000000000000ull);
    return (denormal ? 0x10 : 0) | (negative ? 0x08 : 0x04);
}
