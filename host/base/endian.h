/* Named accessors for big-endian guest data and little-endian link data.
 * All pointers may be unaligned. */
#ifndef XG_BASE_ENDIAN_H
#define XG_BASE_ENDIAN_H

#include "base/types.h"

#include <string.h>

static inline uint16_t xg_bswap16(uint16_t v)
{
    return __builtin_bswap16(v);
}
static inline uint32_t xg_bswap32(uint32_t v)
{
    return __builtin_bswap32(v);
}
static inline uint64_t xg_bswap64(uint64_t v)
{
    return __builtin_bswap64(v);
}

#define XG_ENDIAN_ACCESSORS(bits)                                                                  \
    static inline uint##bits##_t xg_ld##bits##le(const void *p)                                    \
    {                                                                                              \
        uint##bits##_t v;                                                                          \
        memcpy(&v, p, sizeof v);                                                                   \
        return v;                                                                                  \
    }                                                                                              \
    static inline void xg_st##bits##le(void *p, uint##bits##_t v)                                  \
    {                                                                                              \
        memcpy(p, &v, sizeof v);                                                                   \
    }                                                                                              \
    static inline uint##bits##_t xg_ld##bits##be(const void *p)                                    \
    {                                                                                              \
        return xg_bswap##bits(xg_ld##bits##le(p));                                                 \
    }                                                                                              \
    static inline void xg_st##bits##be(void *p, uint##bits##_t v)                                  \
    {                                                                                              \
        xg_st##bits##le(p, xg_bswap##bits(v));                                                     \
    }

/* Hosts are little-endian (x86-64); a big-endian host fails here, not later. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian hosts only");

XG_ENDIAN_ACCESSORS(16)
XG_ENDIAN_ACCESSORS(32)
XG_ENDIAN_ACCESSORS(64)
#undef XG_ENDIAN_ACCESSORS

#endif
