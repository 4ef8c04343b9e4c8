/* Exact numbers for copies that convert. A value is mant * 2^exp2 / div; it is rounded once,
 * when it becomes a code of the destination. Single-precision sources are added and scaled
 * as singles first (docs/device.md, "Arithmetic of copies"). Integers only: no host setting can
 * change a result. */
#ifndef XG_GPU_MODEL_NUMBER_H
#define XG_GPU_MODEL_NUMBER_H

#include "base/types.h"

struct xg_number {
    uint64_t mant; /* below 2^44 */
    int32_t exp2;  /* -300 .. 300 */
    uint32_t div;  /* 1, 3, 255, 1023 or 32767 */
    bool negative;
    bool nan; /* singles only: counts as 0, but stays one in a single */
    bool infinite;
};

/* |v| * scale to the nearest integer, halves up, at most max. scale < 2^17. */
uint32_t xg_number_round(const struct xg_number *v, uint32_t scale, uint32_t max);
/* floor(|v| * scale), at most max. */
uint32_t xg_number_floor(const struct xg_number *v, uint32_t scale, uint32_t max);
/* The nearest half (exponent 31 is an ordinary one, largest magnitude 131008), ties to even. */
uint32_t xg_number_half(const struct xg_number *v);
/* The nearest single, ties to even; magnitudes below 2^-126 become 0, above the largest infinite.
 */
uint32_t xg_number_single(const struct xg_number *v);

/* Singles as bit patterns: subnormals count as 0, a zero result is +0, a NaN result is 0x7FC00000.
 */
struct xg_number xg_number_of_single(uint32_t bits);
uint32_t xg_single_add(uint32_t a, uint32_t b);
uint32_t xg_single_scale(uint32_t a, int32_t exp2); /* a * 2^exp2 */

#endif
