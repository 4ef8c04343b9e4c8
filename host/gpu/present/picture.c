/* Front buffer -> RGBA. The texture fetch constant that the title gave with the swap says
 * how the texels lie in memory: dword 0 pitch [30:22] in 32 texels, tiled [31]; dword 1
 * format [5:0], endian [7:6]; dword 3 swizzle [12:1], three bits a channel. */
#include "gpu/present/picture.h"

#include "gpu/operand.h"
#include "gpu/tiled.h"

#include <stdlib.h>

enum {
    FORMAT_8_8_8_8 = 6,
    FORMAT_2_10_10_10 = 7,
    FORMAT_8_8_8_8_AS_16 = 50,
    FORMAT_2_10_10_10_AS_16 = 54
};
#define IDENTITY_SWIZZLE 0x688u

struct layout {
    uint32_t pitch32; /* units of 32 texels */
    bool tiled, wide; /* wide: ten bits a channel */
    unsigned endian, swizzle;
};

static struct layout layout_of(const uint32_t *fetch, uint32_t width)
{
    struct layout l = {(width + 31) / 32, true, false, 2, IDENTITY_SWIZZLE};
    if (!fetch)
        return l;
    unsigned format = fetch[1] & 63;
    l.tiled = fetch[0] >> 31;
    if (fetch[0] >> 22 & 0x1FF)
        l.pitch32 = fetch[0] >> 22 & 0x1FF;
    l.endian = fetch[1] >> 6 & 3;
    l.swizzle = fetch[3] >> 1 & 0xFFF;
    l.wide = format == FORMAT_2_10_10_10 || format == FORMAT_2_10_10_10_AS_16;
    return l;
}

/* Channels of a texel, 8 or 10 bits; alpha of a wide texel has two, spread to ten. */
static void split(const struct layout *l, uint32_t v, uint16_t channel[4])
{
    for (unsigned i = 0; i < 4; i++) {
        if (!l->wide)
            channel[i] = v >> (8 * i) & 0xFF;
        else
            channel[i] = (uint16_t)(i < 3 ? v >> (10 * i) & 0x3FF : (v >> 30) * 341);
    }
}

static uint16_t choose(const struct layout *l, const uint16_t channel[4], unsigned code)
{
    return code < 4 ? channel[code] : code == 5 ? (l->wide ? 1023 : 255) : 0;
}

/* As 8 bits, rounded to nearest. */
static uint8_t shown(const struct layout *l, const struct xg_gamma *gamma, unsigned component,
                     uint16_t v)
{
    bool ramp = gamma && gamma->written && component < 3;
    if (l->wide)
        return ramp ? xg_gamma_show10(gamma, component, v) : (uint8_t)((v * 255u + 511) / 1023);
    return ramp ? xg_gamma_show8(gamma, component, (uint8_t)v) : (uint8_t)v;
}

uint32_t xg_picture_bytes(uint32_t width, uint32_t height, const uint32_t *fetch)
{
    if (!width || !height || width > XG_FRONT_MAX_SIDE || height > XG_FRONT_MAX_SIDE)
        return 0;
    struct layout l = layout_of(fetch, width);
    uint64_t texels = (uint64_t)l.pitch32 * 32 * (height - 1) + width;
    if (l.tiled) /* tiles of 32 x 32 texels, one after another */
        texels = ((width - 1) / 32 + (uint64_t)l.pitch32 * ((height - 1) / 32) + 1) * 1024;
    return (uint32_t)(texels * 4 < XG_PHYS_SIZE ? texels * 4 : XG_PHYS_SIZE);
}

uint8_t *xg_picture_convert(const uint8_t *phys, xg_pa front_buffer, uint32_t width,
                            uint32_t height, const uint32_t *fetch)
{
    return xg_picture_show(phys, front_buffer, width, height, fetch, NULL);
}

uint8_t *xg_picture_show(const uint8_t *phys, xg_pa front_buffer, uint32_t width, uint32_t height,
                         const uint32_t *fetch, const struct xg_gamma *gamma)
{
    if (!width || !height || width > XG_FRONT_MAX_SIDE || height > XG_FRONT_MAX_SIDE)
        return NULL;
    struct layout l = layout_of(fetch, width);
    uint8_t *rgba = malloc((size_t)width * height * 4), *out = rgba;
    for (uint32_t y = 0; rgba && y < height; y++)
        for (uint32_t x = 0; x < width; x++, out += 4) {
            uint32_t at = l.tiled ? xg_tiled_2d(x, y, l.pitch32, 2) : (y * l.pitch32 * 32 + x) * 4;
            uint16_t channel[4];
            split(
                &l,
                xg_gpu_swap(xg_ld32le(phys + ((front_buffer + at) & (XG_PHYS_SIZE - 4))), l.endian),
                channel);
            for (unsigned i = 0; i < 4; i++)
                out[i] = shown(&l, gamma, i, choose(&l, channel, l.swizzle >> (3 * i) & 7));
        }
    return rgba;
}
