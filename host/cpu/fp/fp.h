/* Floating point as the guest defines it, in integers: every operation unpacks its
 * operands, computes exactly, and rounds once. Nothing depends on the host's unit.
 * Sources: PowerISA 2.0x Book I chapter 4 (FPSCR, rounding, exceptions, NaN rules). */
#ifndef XG_CPU_FP_H
#define XG_CPU_FP_H

#include "base/types.h"

/* FPSCR bits, LSB 0. */
enum {
    XG_FPSCR_RN = 3u,
    XG_FPSCR_NI = 1u << 2,
    XG_FPSCR_XE = 1u << 3,
    XG_FPSCR_ZE = 1u << 4,
    XG_FPSCR_UE = 1u << 5,
    XG_FPSCR_OE = 1u << 6,
    XG_FPSCR_VE = 1u << 7,
    XG_FPSCR_VXCVI = 1u << 8,
    XG_FPSCR_VXSQRT = 1u << 9,
    XG_FPSCR_VXSOFT = 1u << 10,
    XG_FPSCR_FPRF = 31u << 12,
    XG_FPSCR_FPCC = 15u << 12,
    XG_FPSCR_FI = 1u << 17,
    XG_FPSCR_FR = 1u << 18,
    XG_FPSCR_VXVC = 1u << 19,
    XG_FPSCR_VXIMZ = 1u << 20,
    XG_FPSCR_VXZDZ = 1u << 21,
    XG_FPSCR_VXIDI = 1u << 22,
    XG_FPSCR_VXISI = 1u << 23,
    XG_FPSCR_VXSNAN = 1u << 24,
    XG_FPSCR_XX = 1u << 25,
    XG_FPSCR_ZX = 1u << 26,
    XG_FPSCR_UX = 1u << 27,
    XG_FPSCR_OX = 1u << 28,
    XG_FPSCR_VX = 1u << 29,
    XG_FPSCR_FEX = 1u << 30,
    XG_FPSCR_FX = 1u << 31,
    XG_FPSCR_ALL_VX = 0x01F80700u,
    XG_FPSCR_EXCEPTIONS = 0x1FF80700u, /* OX UX ZX XX and every VX cause */
};

enum xg_fp_round { XG_FP_NEAREST, XG_FP_ZERO, XG_FP_UP, XG_FP_DOWN }; /* FPSCR[RN] */

/* What an operation runs under and what it raised. */
struct xg_fp_env {
    enum xg_fp_round round;
    bool trap_overflow, trap_underflow; /* FPSCR[OE], [UE]: results with shifted exponents */
    uint32_t raised;                    /* OX UX ZX XX and VX causes of this operation */
    bool inexact, incremented;          /* FI, FR */
};

enum xg_fp_format { XG_FP_DOUBLE, XG_FP_SINGLE };

/* Arithmetic on double bit patterns. The result is rounded once to the format and is
 * returned as a double pattern. */
uint64_t xg_fp_add(struct xg_fp_env *env, uint64_t a, uint64_t b, enum xg_fp_format f);
uint64_t xg_fp_sub(struct xg_fp_env *env, uint64_t a, uint64_t b, enum xg_fp_format f);
uint64_t xg_fp_mul(struct xg_fp_env *env, uint64_t a, uint64_t b, enum xg_fp_format f);
uint64_t xg_fp_div(struct xg_fp_env *env, uint64_t a, uint64_t b, enum xg_fp_format f);
uint64_t xg_fp_sqrt(struct xg_fp_env *env, uint64_t a, enum xg_fp_format f);
/* a * c + b, or - b when subtract; NaN operands are preferred in the order a, b, c. */
uint64_t xg_fp_madd(struct xg_fp_env *env, uint64_t a, uint64_t c, uint64_t b, bool subtract,
                    enum xg_fp_format f);
/* Round to single (frsp). */
uint64_t xg_fp_round_single(struct xg_fp_env *env, uint64_t a);
uint64_t xg_fp_from_int64(struct xg_fp_env *env, int64_t v);
/* To a signed integer of 32 or 64 bits, saturating; 32-bit results are sign-extended. */
int64_t xg_fp_to_int(struct xg_fp_env *env, uint64_t a, enum xg_fp_round round, unsigned bits);

enum { XG_FP_LESS = 8, XG_FP_GREATER = 4, XG_FP_EQUAL = 2, XG_FP_UNORDERED = 1 };
uint32_t xg_fp_compare(uint64_t a, uint64_t b);

/* FPRF class of a result: C and < > = ? as five bits. single_denormal tells whether
 * values below 2^-126 count as denormal. */
uint32_t xg_fp_class(uint64_t v, enum xg_fp_format f);

static inline bool xg_fp_is_nan(uint64_t v)
{
    return (v & 0x7FFFFFFFFFFFFFFFull) > 0x7FF0000000000000ull;
}
static inline bool xg_fp_is_snan(uint64_t v)
{
    return xg_fp_is_nan(v) && !(v >> 51 & 1);
}

/* lfs: single to double format, exact; NaN payloads and quietness are kept. */
uint64_t xg_fp_widen(uint32_t single);
/* stfs: double to single format without rounding (Book I, 4.6.3). */
uint32_t xg_fp_narrow(uint64_t d);

#endif
