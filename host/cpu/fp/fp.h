/* Floating point as the guest defines it, in integers: every operation unpacks its
 * operands, computes exactly, and rounds once. Nothing depends on the host's unit. */
#ifndef XG_CPU_FP_H
#define XG_CPU_FP_H

#include "base/types.h"

/* lfs: single to double format, exact; NaN payloads and quietness are kept. */
uint64_t xg_fp_widen(uint32_t single);
/* stfs: double to single format without rounding (Book I, 4.6.3). */
uint32_t xg_fp_narrow(uint64_t d);

#endif
