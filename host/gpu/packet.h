/* What the first words of a PM4 packet say (docs/device.md, "Packets"), shared by the model, the
 * driver's look ahead and the importer of traces. */
#ifndef XG_GPU_PACKET_H
#define XG_GPU_PACKET_H

#include "base/types.h"

/* Padding: a header without payload that does nothing (0, a fill of the kernel's, type 2). */
static inline bool xg_pm4_is_pad(uint32_t header)
{
    return header == 0 || header == 0x0BADF00Du || header >> 30 == 2;
}

/* Payload dwords that a header announces. */
static inline uint32_t xg_pm4_payload(uint32_t header)
{
    if (xg_pm4_is_pad(header))
        return 0;
    return header >> 30 == 1 ? 2 : (header >> 16 & 0x3FFF) + 1;
}

/* The register that a constant's word (type in bits 18:16, index in 10:0) begins at. */
static inline uint32_t xg_pm4_constant(uint32_t word)
{
    static const uint16_t base[4] = {0x4000, 0x4800, 0x4900, 0x4908};
    uint32_t type = word >> 16 & 7;
    return (type < 4 ? base[type] : 0x2000u) + (word & 0x7FF);
}

#endif
