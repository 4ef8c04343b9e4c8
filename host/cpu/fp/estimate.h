/* Estimates by the hardware's tables. Operands are what is left when NaNs, infinities, zeros,
 * negative numbers under a root or logarithm, and denormals that count as zeros are dealt
 * with; xg_estimate_exp2 takes any number. */
#ifndef XG_CPU_FP_ESTIMATE_H
#define XG_CPU_FP_ESTIMATE_H

#include "base/types.h"

/* Singles: vrefp, vrsqrtefp, vlogefp, vexptefp. */
uint32_t xg_estimate_reciprocal(uint32_t x);
uint32_t xg_estimate_root(uint32_t x);
uint32_t xg_estimate_log2(uint32_t x);
uint32_t xg_estimate_exp2(uint32_t x);

/* Doubles: fres, frsqrte. false: not of the table (zero, negative root, NaN, infinity, a result
 * that no normal single holds): the exact operation tells. */
bool xg_estimate_fres(uint64_t x, uint64_t *r);
bool xg_estimate_frsqrte(uint64_t x, uint64_t *r);

#endif
