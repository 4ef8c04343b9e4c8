/* Vector floating point. Always to nearest, no exceptions, no status but SAT; with
 * VSCR[NJ] denormal operands and results become zeros of the same sign. Arithmetic is
 * the host's IEEE single and double; NaNs and denormals are handled in integers, so
 * that the host's modes and NaN rules never show. */
#include "cpu/fp/estimate.h"
#include "cpu/fp/fast.h"
#include "cpu/fp/fp.h"
#include "cpu/interp/vector.h"

#include <math.h>
#include <string.h>

#define SIGN         0x80000000u
#define INFINITE     0x7F800000u
#define QUIET        0x00400000u
#define DEFAULT_NAN  0x7FC00000u
#define LEAST_NORMAL 0x00800000u

static float to_float(uint32_t w)
{
    float f;
    memcpy(&f, &w, 4);
    return f;
}
static uint32_t to_bits(float f)
{
    uint32_t w;
    memcpy(&w, &f, 4);
    return w;
}
static bool is_nan(uint32_t w)
{
    return (w & ~SIGN) > INFINITE;
}
static bool is_denormal(uint32_t w)
{
    return (w & ~SIGN) < LEAST_NORMAL;
}
static bool flushes(const struct xg_cpu_context *c)
{
    return c->vscr & XG_VSCR_NJ;
}
static uint32_t flush(const struct xg_cpu_context *c, uint32_t w)
{
    return flushes(c) && is_denormal(w) ? w & SIGN : w;
}

/* A result of the host: its NaN is the default one, its denormals may be flushed. */
static uint32_t settle(const struct xg_cpu_context *c, uint32_t w)
{
    return is_nan(w) ? DEFAULT_NAN : flush(c, w);
}

static uint32_t add_lane(const struct xg_cpu_context *c, uint32_t a, uint32_t b)
{
    if (is_nan(a) || is_nan(b))
        return (is_nan(a) ? a : b) | QUIET;
    return settle(c, to_bits(to_float(flush(c, a)) + to_float(flush(c, b))));
}
static uint32_t subtract_lane(const struct xg_cpu_context *c, uint32_t a, uint32_t b)
{
    if (is_nan(a) || is_nan(b))
        return (is_nan(a) ? a : b) | QUIET;
    return settle(c, to_bits(to_float(flush(c, a)) - to_float(flush(c, b))));
}

/* a * m + b with one rounding. A result that was rounded up to the least normal number
 * was tiny before, and is flushed: the exact arithmetic decides. */
static uint32_t fused(const struct xg_cpu_context *c, uint32_t a, uint32_t m, uint32_t b)
{
    struct xg_fast fast;
    double t, s = xg_two_sum((double)to_float(a) * (double)to_float(m), (double)to_float(b), &t);
    if (XG_LIKELY(xg_fast_round_single(s, t, &fast)))
        return to_bits((float)fast.r);
    uint32_t r = to_bits(fmaf(to_float(a), to_float(m), to_float(b)));
    if (flushes(c) && (r & ~SIGN) == LEAST_NORMAL) {
        struct xg_fp_env env = {.round = XG_FP_NEAREST};
        xg_fp_madd(&env, xg_fp_widen(a), xg_fp_widen(m), xg_fp_widen(b), false, XG_FP_SINGLE);
        if (env.raised & XG_FPSCR_UX)
            return r & SIGN;
    }
    return settle(c, r);
}
/* NaN operands in the order a, b (addend), m. */
static bool fused_nan(uint32_t a, uint32_t m, uint32_t b, uint32_t *r)
{
    uint32_t nan = is_nan(a) ? a : is_nan(b) ? b : m;
    *r = nan | QUIET;
    return is_nan(nan);
}
static uint32_t madd_lane(const struct xg_cpu_context *c, uint32_t a, uint32_t m, uint32_t b)
{
    uint32_t r;
    if (fused_nan(a, m, b, &r))
        return r;
    return fused(c, flush(c, a), flush(c, m), flush(c, b));
}
/* -(a * m - b) */
static uint32_t nmsub_lane(const struct xg_cpu_context *c, uint32_t a, uint32_t m, uint32_t b)
{
    uint32_t r;
    if (fused_nan(a, m, b, &r))
        return r;
    r = fused(c, flush(c, a), flush(c, m), flush(c, b) ^ SIGN);
    return is_nan(r) ? r : r ^ SIGN;
}

#define LANES(name, expression)                                                                    \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_v128 r;                                                                          \
        for (unsigned i = 0; i < 4; i++) {                                                         \
            const uint32_t a = VA.w[i], b = VB.w[i], m = c->vr[op->c & 31].w[i], d = VD.w[i];      \
            (void)a, (void)b, (void)m, (void)d;                                                    \
            r.w[i] = expression;                                                                   \
        }                                                                                          \
        VD = r;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }
LANES(vaddfp, add_lane(c, a, b))
LANES(vsubfp, subtract_lane(c, a, b))
LANES(vmaddfp, madd_lane(c, a, m, b))
LANES(vnmsubfp, nmsub_lane(c, a, m, b))
/* The VX128 forms have no fourth field: the target is the addend, or (c) a factor. */
LANES(vmaddfp128, madd_lane(c, a, b, d))
LANES(vnmsubfp128, nmsub_lane(c, a, b, d))
LANES(vmaddcfp128, madd_lane(c, a, d, b))
/* A product alone keeps the sign of a zero, which adding +0 would lose. */
LANES(vmulfp128, madd_lane(c, a, b, (a ^ b) & SIGN))

/* --- maximum, minimum: NaNs pass through quieted; -0 is below +0. --- */
static int32_t order(uint32_t w)
{
    return w & SIGN ? (int32_t)(SIGN - w) - 1 : (int32_t)w;
}
static uint32_t extreme(const struct xg_cpu_context *c, uint32_t a, uint32_t b, bool most)
{
    if (is_nan(a) || is_nan(b))
        return (is_nan(a) ? a : b) | QUIET;
    a = flush(c, a);
    b = flush(c, b);
    return (order(a) > order(b)) == most ? a : b;
}
LANES(vmaxfp, extreme(c, a, b, true))
LANES(vminfp, extreme(c, a, b, false))

/* --- compares --- */
enum relation { EQUAL, GREATER, GREATER_EQUAL };
static enum xg_flow compare(struct xg_cpu_context *c, const struct xg_op *op,
                            enum relation relation)
{
    struct xg_v128 r;
    unsigned count = 0;
    for (unsigned i = 0; i < 4; i++) {
        float a = to_float(flush(c, VA.w[i])), b = to_float(flush(c, VB.w[i]));
        bool is = relation == EQUAL ? a == b : relation == GREATER ? a > b : a >= b;
        r.w[i] = is ? ~0u : 0;
        count += is;
    }
    VD = r;
    if (op->rc)
        xg_record_cr6(c, count == 4, count == 0);
    return XG_FLOW_NEXT;
}
XG_OP(vcmpeqfp)
{
    XG_OP_UNUSED;
    return compare(c, op, EQUAL);
}
XG_OP(vcmpgtfp)
{
    XG_OP_UNUSED;
    return compare(c, op, GREATER);
}
XG_OP(vcmpgefp)
{
    XG_OP_UNUSED;
    return compare(c, op, GREATER_EQUAL);
}
/* Bit 31: a > b, bit 30: a < -b, both when unordered; CR6 tells that all are inside. */
XG_OP(vcmpbfp)
{
    XG_OP_UNUSED;
    struct xg_v128 r;
    uint32_t any = 0;
    for (unsigned i = 0; i < 4; i++) {
        float a = to_float(flush(c, VA.w[i])), b = to_float(flush(c, VB.w[i]));
        r.w[i] = (a <= b ? 0 : 1u << 31) | (a >= -b ? 0 : 1u << 30);
        any |= r.w[i];
    }
    VD = r;
    if (op->rc)
        xg_set_crf(c, 6, any ? 0 : 2);
    return XG_FLOW_NEXT;
}

/* --- rounding to an integral value --- */
static uint32_t integral(const struct xg_cpu_context *c, uint32_t w, float (*round)(float))
{
    if (is_nan(w))
        return w | QUIET;
    return to_bits(round(to_float(flush(c, w))));
}
/* To nearest, ties to even, without asking the host's mode: adding and taking away
 * 2^23 leaves no fraction. */
static float nearest(float v)
{
    if (fabsf(v) >= 8388608.0f)
        return v;
    volatile float r = fabsf(v) + 8388608.0f;
    return copysignf(r - 8388608.0f, v);
}
LANES(vrfin, integral(c, b, nearest))
LANES(vrfim, integral(c, b, floorf))
LANES(vrfip, integral(c, b, ceilf))
LANES(vrfiz, integral(c, b, truncf))

/* --- conversions; UIM is the power of two of the fixed point --- */
#define UIM xg_field_a(op->insn)
static double power(int n)
{
    uint64_t bits = (uint64_t)(1023 + n) << 52;
    double d;
    memcpy(&d, &bits, 8);
    return d;
}
LANES(vcfsx, to_bits((float)((double)(int32_t)b *power(-(int)UIM))))
LANES(vcfux, to_bits((float)((double)b *power(-(int)UIM))))

static uint32_t to_fixed(struct xg_cpu_context *c, uint32_t w, unsigned scale, double least,
                         double most)
{
    if (is_nan(w))
        return 0; /* without SAT: PowerISA, ConvertSPtoSXWsaturate */
    double v = (double)to_float(flush(c, w)) * power((int)scale);
    if (v > -1.0 && v < 1.0)
        return 0;
    v = trunc(v);
    if (v >= least && v <= most)
        return (uint32_t)(int64_t)v;
    c->vscr |= XG_VSCR_SAT;
    return (uint32_t)(int64_t)(v < least ? least : most);
}
LANES(vctsxs, to_fixed(c, b, UIM, -2147483648.0, 2147483647.0))
LANES(vctuxs, to_fixed(c, b, UIM, 0.0, 4294967295.0))

/* --- dot products: exact products and their sum in double, one rounding to single;
 * a sum beyond the range of single is the default NaN. Order of the sum and the NaN as
 * in xenia-canary's emulation of the console. --- */
static enum xg_flow dot(struct xg_cpu_context *c, const struct xg_op *op, bool four)
{
    double p[4];
    for (unsigned i = 0; i < 4; i++)
        p[i] = (double)to_float(flush(c, VA.w[i])) * (double)to_float(flush(c, VB.w[i]));
    double sum = four ? (p[0] + p[2]) + (p[1] + p[3]) : (p[0] + p[2]) + p[1];
    uint32_t r = to_bits((float)sum);
    r = (r & ~SIGN) >= INFINITE ? DEFAULT_NAN : flush(c, r);
    VD = (struct xg_v128){{r, r, r, r}};
    return XG_FLOW_NEXT;
}
XG_OP(vmsum3fp128)
{
    XG_OP_UNUSED;
    return dot(c, op, false);
}
XG_OP(vmsum4fp128)
{
    XG_OP_UNUSED;
    return dot(c, op, true);
}

/* --- estimates: by table (fp/estimate.c), after the operands that no table has. --- */
static uint32_t reciprocal(const struct xg_cpu_context *c, uint32_t w)
{
    if (is_nan(w))
        return w | QUIET;
    w = flush(c, w);
    if (!(w & ~SIGN))
        return w | INFINITE;
    if ((w & ~SIGN) == INFINITE)
        return w & SIGN;
    return settle(c, xg_estimate_reciprocal(w));
}
static uint32_t reciprocal_root(const struct xg_cpu_context *c, uint32_t w)
{
    if (is_nan(w))
        return w | QUIET;
    w = flush(c, w);
    if (!(w & ~SIGN))
        return w | INFINITE;
    if (w & SIGN)
        return DEFAULT_NAN;
    return w == INFINITE ? 0 : xg_estimate_root(w);
}
static uint32_t exponential(const struct xg_cpu_context *c, uint32_t w)
{
    if (is_nan(w))
        return w | QUIET;
    return xg_estimate_exp2(flush(c, w));
}
static uint32_t logarithm(const struct xg_cpu_context *c, uint32_t w)
{
    if (is_nan(w))
        return w | QUIET;
    w = flush(c, w);
    if (!(w & ~SIGN))
        return SIGN | INFINITE;
    if (w & SIGN)
        return DEFAULT_NAN;
    return w == INFINITE ? w : xg_estimate_log2(w);
}
LANES(vrefp, reciprocal(c, b))
LANES(vrsqrtefp, reciprocal_root(c, b))
LANES(vexptefp, exponential(c, b))
LANES(vlogefp, logarithm(c, b))
