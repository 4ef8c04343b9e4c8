/* The front buffer in guest memory as RGBA rows. */
#ifndef XG_GPU_PRESENT_PICTURE_H
#define XG_GPU_PRESENT_PICTURE_H

#include "gpu/present/gamma.h"

#define XG_FRONT_MAX_SIDE 4096u

/* fetch: the texture fetch constant that the title gave with the swap, 6 words. NULL: 8_8_8_8,
 * tiled, 8in32, as wide as the picture. phys: the 512 MiB. NULL: impossible size or no host memory.
 * The caller frees. */
uint8_t *xg_picture_convert(const uint8_t *phys, xg_pa front_buffer, uint32_t width,
                            uint32_t height, const uint32_t *fetch);
/* The same through the display's gamma ramp, once the guest has written one. */
uint8_t *xg_picture_show(const uint8_t *phys, xg_pa front_buffer, uint32_t width, uint32_t height,
                         const uint32_t *fetch, const struct xg_gamma *gamma);
/* Bytes from the front buffer's address on (around the 512 MiB) among which all are that the two
 * above read. 0: impossible size. */
uint32_t xg_picture_bytes(uint32_t width, uint32_t height, const uint32_t *fetch);

#endif
