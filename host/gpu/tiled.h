/* Tiled addresses of textures and resolve destinations (gpu-core facts: the layout that
 * the resolve writes and the texture unit reads). */
#ifndef XG_GPU_TILED_H
#define XG_GPU_TILED_H

#include "base/types.h"

/* Byte offset of block (x, y) in a 2D tiled surface. pitch32: pitch in units of 32 blocks;
 * bytes_log2: log2 of the bytes of a block. Modulo 2^32. Within an aligned 32 x 32 tile of
 * blocks the offsets cover 1024 << bytes_log2 bytes exactly once. */
static inline uint32_t xg_tiled_2d(uint32_t x, uint32_t y, uint32_t pitch32, uint32_t bytes_log2)
{
    uint32_t macro = ((x >> 5) + (y >> 5) * pitch32) << (bytes_log2 + 7);
    uint32_t micro = ((x & 7) + ((y & 0xE) << 2)) << bytes_log2;
    uint32_t o = macro + ((micro & ~15u) << 1) + (micro & 15) + ((y & 1) << 4);
    uint32_t bank = (((y & 8) >> 2) + (x >> 3)) & 3;
    return ((o & ~511u) << 3) + ((y & 16) << 7) + ((o & 0x1C0) << 2) + (bank << 6) + (o & 63);
}

/* Byte offset of block (x, y, z) in a 3D tiled surface; height16: height in units of 16 blocks
 * (of a height that is a multiple of 32). Slices z & 3 of four share the tiles of 32 x 16 x 4. */
static inline uint32_t xg_tiled_3d(uint32_t x, uint32_t y, uint32_t z, uint32_t pitch32,
                                   uint32_t height16, uint32_t bytes_log2)
{
    uint32_t tile = (x >> 5) + ((y >> 4) + (z >> 2) * height16) * pitch32;
    uint32_t macro = (tile << (bytes_log2 + 6) & 0x0FFFFFFF) << 1;
    uint32_t micro = ((x & 7) + ((y & 6) << 2)) << bytes_log2;
    uint32_t odd = ((y >> 3) + (z >> 2)) & 1;
    uint32_t bank = odd + ((((x >> 3) + (odd << 1)) & 3) << 1);
    uint32_t o = ((macro + (micro & ~15u)) << 1) + (micro & 15) + ((z & 3) << (bytes_log2 + 6)) +
                 ((y & 1) << 4);
    return ((o & ~511u) << 3) + ((bank & 1) << 11) + ((o & 0x1C0) << 2) + ((bank & 6) << 5) +
           (o & 63);
}

#endif
