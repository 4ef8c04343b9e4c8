/* Endian codes and comparison of PM4 memory operands (docs/device.md, "Words"), shared
 * by the model, the front and the tools. */
#ifndef XG_GPU_OPERAND_H
#define XG_GPU_OPERAND_H

#include "base/endian.h"

#define XG_BUS_MASK  0x1FFFFFFFu
#define XG_BUS_DWORD 0x1FFFFFFCu /* bits of a dword's bus address */

/* e: 0 none, 1 swap bytes in each half, 2 reverse bytes, 3 swap halves. */
static inline uint32_t xg_gpu_swap(uint32_t v, uint32_t e)
{
    switch (e & 3) {
    case 1:
        return ((v & 0x00FF00FF) << 8) | ((v >> 8) & 0x00FF00FF);
    case 2:
        return xg_bswap32(v);
    case 3:
        return v << 16 | v >> 16;
    default:
        return v;
    }
}

/* function: 0 never, 1 <, 2 <=, 3 ==, 4 !=, 5 >=, 6 >, 7 always; unsigned. */
static inline bool xg_gpu_compare(uint32_t function, uint32_t value, uint32_t reference)
{
    switch (function & 7) {
    case 0:
        return false;
    case 1:
        return value < reference;
    case 2:
        return value <= reference;
    case 3:
        return value == reference;
    case 4:
        return value != reference;
    case 5:
        return value >= reference;
    case 6:
        return value > reference;
    default:
        return true;
    }
}

#endif
