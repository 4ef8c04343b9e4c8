/* The common case of scalar arithmetic on the host's unit: round to nearest, operands
 * and result ordinary numbers far from the ends of the range. What the FPSCR needs,
 * whether the result is inexact and whether its magnitude was rounded up, comes from
 * error terms that are computed exactly. Every function returns false when it cannot
 * vouch for the answer; the integer code of arith.c then decides. The host rounds to
 * nearest and does not contract (-ffp-contract=off). */
#ifndef XG_CPU_FP_FAST_H
#define XG_CPU_FP_FAST_H

#include "base/types.h"

#include <math.h>
#include <string.h>

struct xg_fast {
    double r;     /* the rounded result */
    double error; /* exact result minus r, or anything with the same sign */
};

static inline double xg_to_double(uint64_t v)
{
    double d;
    memcpy(&d, &v, 8);
    return d;
}
static inline uint64_t xg_from_double(double d)
{
    uint64_t v;
    memcpy(&v, &d, 8);
    return v;
}

/* Far enough from overflow and from denormals that every error term is a normal number. */
static inline bool xg_fast_range(double r)
{
    return fabs(r) >= 0x1p-900 && fabs(r) <= 0x1p1000;
}
static inline bool xg_fast_range_single(double r)
{
    return fabs(r) >= 0x1p-100 && fabs(r) <= 0x1p120;
}

/* a + b = s + t exactly (Knuth). */
static inline double xg_two_sum(double a, double b, double *t)
{
    double s = a + b, part = s - a;
    *t = (a - (s - part)) + (b - part);
    return s;
}

static inline bool xg_fast_add(double a, double b, struct xg_fast *f)
{
    f->r = xg_two_sum(a, b, &f->error);
    return xg_fast_range(f->r);
}
static inline bool xg_fast_mul(double a, double c, struct xg_fast *f)
{
    f->r = a * c;
    if (!xg_fast_range(f->r))
        return false;
    f->error = fma(a, c, -f->r);
    return true;
}
static inline bool xg_fast_div(double a, double b, struct xg_fast *f)
{
    f->r = a / b;
    if (!xg_fast_range(f->r) || !xg_fast_range(a) || !xg_fast_range(b))
        return false;
    f->error = copysign(1.0, b) * fma(-f->r, b, a);
    return true;
}
static inline bool xg_fast_sqrt(double a, struct xg_fast *f)
{
    if (!(a >= 0x1p-900 && a <= 0x1p1000))
        return false;
    f->r = sqrt(a);
    f->error = fma(-f->r, f->r, a);
    return true;
}
/* a * c + b: the product is p + e, its sum with b is s + t, all exact; the error is
 * (s - r) + t + e, whose sign is taken only when its leading part is beyond doubt. */
static inline bool xg_fast_madd(double a, double c, double b, struct xg_fast *f)
{
    double p = a * c, t, v, x;
    f->r = fma(a, c, b);
    if (!xg_fast_range(f->r) || !xg_fast_range(p) || fabs(b) > 0x1p1000)
        return false;
    double e = fma(a, c, -p);
    double s = xg_two_sum(p, b, &t);
    double u = xg_two_sum(t, e, &v);
    double w = xg_two_sum(s - f->r, u, &x);
    f->error = w != 0 ? w : x + v;
    return fabs(s - f->r) <= fabs(f->r) * 0x1p-50 && (w == 0 || fabs(w) > 4 * fabs(x + v));
}

/* --- single results. Operands are single numbers in double format. --- */
static inline bool xg_is_single(uint64_t v)
{
    return !(v & 0x1FFFFFFF);
}

/* Rounds an exact s + t (|t| at most half a last place of s) to single. */
static inline bool xg_fast_round_single(double s, double t, struct xg_fast *f)
{
    bool tie = (xg_from_double(s) & 0x1FFFFFFF) == 0x10000000;
    f->r = (double)(float)s;
    f->error = s != f->r ? s - f->r : t;
    return xg_fast_range_single(s) && !(tie && t != 0);
}
static inline bool xg_fast_div_single(double a, double b, struct xg_fast *f)
{
    f->r = (double)((float)a / (float)b);
    f->error = copysign(1.0, b) * (a - f->r * b);
    return xg_fast_range_single(f->r) && xg_fast_range_single(a) && xg_fast_range_single(b);
}

#endif
