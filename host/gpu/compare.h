/* Effects in words, and what is different between two of them. */
#ifndef XG_GPU_COMPARE_H
#define XG_GPU_COMPARE_H

#include "gpu/device.h"

/* "memory 0x00001000 = bytes 11223344 (...)" and the like. */
void xg_gpu_effect_describe(const struct xg_gpu_effect *e, char *to, size_t size);

/* true when they are not the same effect at the same place: to gets one sentence that names packet,
 * kind, register, address or word, and what each of the two says. */
bool xg_gpu_effect_difference(const struct xg_gpu_effect *a, const char *a_name,
                              const struct xg_gpu_effect *b, const char *b_name, char *to,
                              size_t size);

#endif
