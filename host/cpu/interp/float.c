/* Scalar floating point: FPSCR around the arithmetic of cpu/fp. */
#include "cpu/interp/interp.h"

#include "cpu/fp/estimate.h"
#include "cpu/fp/fast.h"
#include "cpu/fp/fp.h"

#define FRA  c->fpr[op->a]
#define FRB  c->fpr[op->b]
#define FRC  c->fpr[op->c]
#define FRT  c->fpr[op->d]
#define SIGN (1ull << 63)

static struct xg_fp_env begin(const struct xg_cpu_context *c)
{
    return (struct xg_fp_env){
        .round = (enum xg_fp_round)(c->fpscr & XG_FPSCR_RN),
        .trap_overflow = c->fpscr & XG_FPSCR_OE,
        .trap_underflow = c->fpscr & XG_FPSCR_UE,
    };
}

/* VX and FEX summarise the causes and the enabled causes. */
static void summarise(struct xg_cpu_context *c)
{
    uint32_t f = c->fpscr & ~(uint32_t)(XG_FPSCR_VX | XG_FPSCR_FEX);
    if (f & XG_FPSCR_ALL_VX)
        f |= XG_FPSCR_VX;
    /* VX OX UX ZX XX (29..25) line up with VE OE UE ZE XE (7..3). */
    if (f >> 25 & f >> 3 & 31)
        f |= XG_FPSCR_FEX;
    c->fpscr = f;
}

static void raise_exceptions(struct xg_cpu_context *c, uint32_t raised)
{
    if (!raised)
        return;
    if (raised & ~c->fpscr)
        c->fpscr |= XG_FPSCR_FX;
    c->fpscr |= raised;
    summarise(c);
}

static enum xg_flow record_cr1(struct xg_cpu_context *c, const struct xg_op *op)
{
    if (op->rc)
        xg_set_crf(c, 1, c->fpscr >> 28);
    return XG_FLOW_NEXT;
}

/* An enabled invalid operation or division by zero leaves the target alone. */
static bool result_is_suppressed(const struct xg_cpu_context *c, uint32_t raised)
{
    return ((raised & XG_FPSCR_ALL_VX) && (c->fpscr & XG_FPSCR_VE)) ||
           ((raised & XG_FPSCR_ZX) && (c->fpscr & XG_FPSCR_ZE));
}

/* class: FPRF of the result, or ~0 where the instruction does not define it. */
static enum xg_flow finish(struct xg_cpu_context *c, const struct xg_op *op,
                           const struct xg_fp_env *env, uint64_t result, uint32_t class)
{
    bool suppressed = result_is_suppressed(c, env->raised);
    c->fpscr &= ~(uint32_t)(XG_FPSCR_FR | XG_FPSCR_FI);
    if (!suppressed) {
        FRT = result;
        c->fpscr |= (env->inexact ? XG_FPSCR_FI : 0) | (env->incremented ? XG_FPSCR_FR : 0);
        if (class != ~0u)
            c->fpscr = (c->fpscr & ~(uint32_t)XG_FPSCR_FPRF) | class << 12;
    }
    raise_exceptions(c, env->raised);
    return record_cr1(c, op);
}

/* Nearest rounding and no exception enabled: the case that fp/fast.h covers. */
static bool is_ordinary(const struct xg_cpu_context *c)
{
    const uint32_t unusual =
        XG_FPSCR_RN | XG_FPSCR_VE | XG_FPSCR_OE | XG_FPSCR_UE | XG_FPSCR_ZE | XG_FPSCR_XE;
    return !(c->fpscr & unusual);
}

/* The result is a normal number: only inexactness can be raised. */
static enum xg_flow finish_fast(struct xg_cpu_context *c, const struct xg_op *op,
                                const struct xg_fast *f)
{
    uint64_t r = xg_from_double(f->r);
    uint32_t fpscr = c->fpscr & ~(uint32_t)(XG_FPSCR_FR | XG_FPSCR_FI | XG_FPSCR_FPRF);
    fpscr |= (r >> 63 ? 8u : 4u) << 12;
    if (f->error != 0) {
        /* The magnitude went up when the error points back to zero. */
        bool up = (f->error < 0) != (f->r < 0);
        if (!(fpscr & XG_FPSCR_XX))
            fpscr |= XG_FPSCR_FX;
        fpscr |= XG_FPSCR_XX | XG_FPSCR_FI | (up ? XG_FPSCR_FR : 0);
    }
    c->fpscr = fpscr;
    FRT = r;
    return record_cr1(c, op);
}

/* fast: an expression over `fast` that is false when the exact code must decide. */
#define ARITH(name, format, fast_expression, expression)                                           \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_fast fast;                                                                       \
        if (XG_LIKELY(is_ordinary(c) && (fast_expression)))                                        \
            return finish_fast(c, op, &fast);                                                      \
        struct xg_fp_env env = begin(c);                                                           \
        uint64_t r = expression;                                                                   \
        return finish(c, op, &env, r, xg_fp_class(r, format));                                     \
    }
/* Integers that a double holds exactly, zero left to the exact code. */
static bool convert_small(int64_t v, struct xg_fast *f)
{
    *f = (struct xg_fast){(double)v, 0};
    return v && v > -(1ll << 53) && v < 1ll << 53;
}
static bool add_singles(uint64_t a, uint64_t b, struct xg_fast *f)
{
    double t, s = xg_two_sum(xg_to_double(a), xg_to_double(b), &t);
    return xg_is_single(a | b) && xg_fast_round_single(s, t, f);
}
/* The double root is not a tie unless it is exact, so rounding twice is harmless. */
static bool root_single(uint64_t b, struct xg_fast *f)
{
    struct xg_fast root;
    return xg_is_single(b) && xg_fast_sqrt(xg_to_double(b), &root) &&
           xg_fast_round_single(root.r, root.error, f);
}
/* The product of two singles is exact in double. */
static bool madd_singles(uint64_t a, uint64_t c, uint64_t b, struct xg_fast *f)
{
    double t, s = xg_two_sum(xg_to_double(a) * xg_to_double(c), xg_to_double(b), &t);
    return xg_is_single(a | b | c) && xg_fast_round_single(s, t, f);
}

#define A xg_to_double(FRA)
#define B xg_to_double(FRB)
#define C xg_to_double(FRC)

ARITH(fadd, XG_FP_DOUBLE, xg_fast_add(A, B, &fast), xg_fp_add(&env, FRA, FRB, XG_FP_DOUBLE))
ARITH(fsub, XG_FP_DOUBLE, xg_fast_add(A, -B, &fast), xg_fp_sub(&env, FRA, FRB, XG_FP_DOUBLE))
ARITH(fmul, XG_FP_DOUBLE, xg_fast_mul(A, C, &fast), xg_fp_mul(&env, FRA, FRC, XG_FP_DOUBLE))
ARITH(fdiv, XG_FP_DOUBLE, xg_fast_div(A, B, &fast), xg_fp_div(&env, FRA, FRB, XG_FP_DOUBLE))
ARITH(fsqrt, XG_FP_DOUBLE, xg_fast_sqrt(B, &fast), xg_fp_sqrt(&env, FRB, XG_FP_DOUBLE))
ARITH(frsp, XG_FP_SINGLE, xg_fast_round_single(B, 0, &fast), xg_fp_round_single(&env, FRB))
ARITH(fcfid, XG_FP_DOUBLE, convert_small((int64_t)FRB, &fast), xg_fp_from_int64(&env, (int64_t)FRB))

ARITH(fadds, XG_FP_SINGLE, add_singles(FRA, FRB, &fast), xg_fp_add(&env, FRA, FRB, XG_FP_SINGLE))
ARITH(fsubs, XG_FP_SINGLE, add_singles(FRA, FRB ^ SIGN, &fast),
      xg_fp_sub(&env, FRA, FRB, XG_FP_SINGLE))
ARITH(fmuls, XG_FP_SINGLE, madd_singles(FRA, FRC, 0, &fast),
      xg_fp_mul(&env, FRA, FRC, XG_FP_SINGLE))
ARITH(fdivs, XG_FP_SINGLE, xg_is_single(FRA | FRB) && xg_fast_div_single(A, B, &fast),
      xg_fp_div(&env, FRA, FRB, XG_FP_SINGLE))
ARITH(fsqrts, XG_FP_SINGLE, root_single(FRB, &fast), xg_fp_sqrt(&env, FRB, XG_FP_SINGLE))

/* The negating forms negate after rounding, and never a NaN. */
static uint64_t negate(uint64_t v)
{
    return xg_fp_is_nan(v) ? v : v ^ SIGN;
}
static bool negate_fast(bool good, struct xg_fast *f)
{
    if (good)
        *f = (struct xg_fast){-f->r, -f->error};
    return good;
}
#define MADD(name, sign, subtract)                                                                 \
    ARITH(f##name, XG_FP_DOUBLE, xg_fast_madd(A, C, sign B, &fast),                                \
          xg_fp_madd(&env, FRA, FRC, FRB, subtract, XG_FP_DOUBLE))                                 \
    ARITH(fn##name, XG_FP_DOUBLE, negate_fast(xg_fast_madd(A, C, sign B, &fast), &fast),           \
          negate(xg_fp_madd(&env, FRA, FRC, FRB, subtract, XG_FP_DOUBLE)))                         \
    ARITH(f##name##s, XG_FP_SINGLE, madd_singles(FRA, FRC, xg_from_double(sign B), &fast),         \
          xg_fp_madd(&env, FRA, FRC, FRB, subtract, XG_FP_SINGLE))                                 \
    ARITH(fn##name##s, XG_FP_SINGLE,                                                               \
          negate_fast(madd_singles(FRA, FRC, xg_from_double(sign B), &fast), &fast),               \
          negate(xg_fp_madd(&env, FRA, FRC, FRB, subtract, XG_FP_SINGLE)))
MADD(madd, +, false)
MADD(msub, -, true)

/* --- estimates: by table (fp/estimate.c); what no table has is what the exact operation
 * gives. FR and FI are undefined and XX is never set by them. --- */
static enum xg_flow finish_estimate(struct xg_cpu_context *c, const struct xg_op *op,
                                    struct xg_fp_env *env, uint64_t r, enum xg_fp_format f)
{
    env->raised &= ~(uint32_t)XG_FPSCR_XX;
    env->inexact = env->incremented = false;
    return finish(c, op, env, r, xg_fp_class(r, f));
}
#define ONE 0x3FF0000000000000ull
XG_OP(fres)
{
    XG_OP_UNUSED;
    struct xg_fp_env env = begin(c);
    uint64_t r;
    if (!xg_estimate_fres(FRB, &r))
        r = xg_fp_div(&env, ONE, FRB, XG_FP_SINGLE);
    return finish_estimate(c, op, &env, r, XG_FP_SINGLE);
}
XG_OP(frsqrte)
{
    XG_OP_UNUSED;
    struct xg_fp_env env = begin(c);
    uint64_t r;
    if (!xg_estimate_frsqrte(FRB, &r)) {
        uint64_t root = xg_fp_sqrt(&env, FRB, XG_FP_DOUBLE);
        r = xg_fp_is_nan(root) ? root : xg_fp_div(&env, ONE, root, XG_FP_DOUBLE);
    }
    return finish_estimate(c, op, &env, r, XG_FP_DOUBLE);
}

/* --- conversions to integer: FPRF is undefined, left as it was. --- */
/* Truncation of what surely fits. */
static bool truncate_small(struct xg_cpu_context *c, const struct xg_op *op)
{
    double v = xg_to_double(FRB);
    if (!is_ordinary(c) || !(fabs(v) < 2147483647.0))
        return false;
    int32_t n = (int32_t)v;
    c->fpscr &= ~(uint32_t)(XG_FPSCR_FR | XG_FPSCR_FI);
    if ((double)n != v) {
        c->fpscr |= XG_FPSCR_FI;
        raise_exceptions(c, XG_FPSCR_XX);
    }
    FRT = (uint64_t)(int64_t)n;
    record_cr1(c, op);
    return true;
}
#define CONVERT(name, mode, bits)                                                                  \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        if ((mode) == XG_FP_ZERO && truncate_small(c, op))                                         \
            return XG_FLOW_NEXT;                                                                   \
        struct xg_fp_env env = begin(c);                                                           \
        uint64_t r = (uint64_t)xg_fp_to_int(&env, FRB, mode, bits);                                \
        return finish(c, op, &env, r, ~0u);                                                        \
    }
CONVERT(fctid, begin(c).round, 64)
CONVERT(fctidz, XG_FP_ZERO, 64)
CONVERT(fctiw, begin(c).round, 32)
CONVERT(fctiwz, XG_FP_ZERO, 32)

/* --- moves: bits only, FPSCR untouched. --- */
#define MOVE(name, expression)                                                                     \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        FRT = expression;                                                                          \
        return record_cr1(c, op);                                                                  \
    }
MOVE(fmr, FRB)
MOVE(fneg, FRB ^ SIGN)
MOVE(fabs, FRB & ~SIGN)
MOVE(fnabs, FRB | SIGN)
MOVE(fsel, !xg_fp_is_nan(FRA) && (!(FRA >> 63) || !(FRA << 1)) ? FRC : FRB)

/* --- compares --- */
static enum xg_flow compare(struct xg_cpu_context *c, const struct xg_op *op, bool ordered)
{
    uint32_t order = xg_fp_compare(FRA, FRB), raised = 0;
    bool signalling = xg_fp_is_snan(FRA) || xg_fp_is_snan(FRB);
    if (signalling)
        raised |= XG_FPSCR_VXSNAN;
    if (ordered && order == XG_FP_UNORDERED && !(signalling && (c->fpscr & XG_FPSCR_VE)))
        raised |= XG_FPSCR_VXVC;
    c->fpscr = (c->fpscr & ~(uint32_t)XG_FPSCR_FPCC) | order << 12;
    xg_set_crf(c, op->d >> 2, order);
    raise_exceptions(c, raised);
    return XG_FLOW_NEXT;
}
XG_OP(fcmpu)
{
    XG_OP_UNUSED;
    return compare(c, op, false);
}
XG_OP(fcmpo)
{
    XG_OP_UNUSED;
    return compare(c, op, true);
}

/* --- FPSCR moves. FEX and VX follow from the other bits and cannot be written. --- */
static enum xg_flow write_fpscr(struct xg_cpu_context *c, const struct xg_op *op, uint32_t value,
                                uint32_t mask)
{
    /* Bit 11 (LSB 0) is reserved and reads as zero. */
    mask &= ~(uint32_t)(XG_FPSCR_FEX | XG_FPSCR_VX | 1u << 11);
    c->fpscr = (c->fpscr & ~mask) | (value & mask);
    summarise(c);
    return record_cr1(c, op);
}
XG_OP(mffs)
{
    XG_OP_UNUSED;
    FRT = c->fpscr;
    return record_cr1(c, op);
}
XG_OP(mtfsf)
{
    XG_OP_UNUSED;
    uint32_t mask = 0;
    for (unsigned i = 0; i < 8; i++)
        if (op->insn >> (17 + i) & 1)
            mask |= 15u << 4 * i;
    return write_fpscr(c, op, (uint32_t)FRB, mask);
}
XG_OP(mtfsfi)
{
    XG_OP_UNUSED;
    unsigned shift = 28 - 4 * (op->d >> 2);
    return write_fpscr(c, op, xg_field(op->insn, 12, 4) << shift, 15u << shift);
}
XG_OP(mtfsb0)
{
    XG_OP_UNUSED;
    return write_fpscr(c, op, 0, 1u << (31 - op->d));
}
XG_OP(mtfsb1)
{
    XG_OP_UNUSED;
    uint32_t bit = 1u << (31 - op->d);
    if (bit & XG_FPSCR_EXCEPTIONS & ~c->fpscr)
        c->fpscr |= XG_FPSCR_FX;
    return write_fpscr(c, op, bit, bit);
}
/* Copies a field to CR and clears the exception bits that it held. */
XG_OP(mcrfs)
{
    XG_OP_UNUSED;
    unsigned shift = 28 - 4 * (op->a >> 2);
    xg_set_crf(c, op->d >> 2, c->fpscr >> shift & 15);
    c->fpscr &= ~((15u << shift) & (XG_FPSCR_EXCEPTIONS | XG_FPSCR_FX));
    summarise(c);
    return XG_FLOW_NEXT;
}
