/* Textures: constants, layout of levels, texel decoding, sampling. */
#ifndef XG_GPU_DRAW_TEXTURE_H
#define XG_GPU_DRAW_TEXTURE_H

#include "gpu/draw/fetch_view.h"
#include "gpu/draw/format.h"
#include "gpu/draw/warn.h"

enum xg_texture_dimension { XG_TEX_1D, XG_TEX_2D, XG_TEX_3D, XG_TEX_CUBE };

enum xg_texel_kind {
    XG_TEXEL_NONE, /* no decoder */
    XG_TEXEL_PACKED,
    XG_TEXEL_HALF,
    XG_TEXEL_FLOAT,
    XG_TEXEL_D24,
    XG_TEXEL_D24F,
    XG_TEXEL_DXT1,
    XG_TEXEL_DXT3,
    XG_TEXEL_DXT5,
    XG_TEXEL_DXN,
    XG_TEXEL_DXT3A,
    XG_TEXEL_DXT5A,
    XG_TEXEL_CTX1,
    XG_TEXEL_DXT3A_1111,
    XG_TEXEL_CRYCBY, /* Y0 Cb Y1 Cr */
    XG_TEXEL_YCRYCB, /* Cb Y0 Cr Y1 */
};
struct xg_texel_format {
    uint8_t kind, block_w, block_h, bytes, components;
    struct {
        uint8_t at, width;
    } field[4];
};
const struct xg_texel_format *xg_texel_format(uint32_t code);
/* Texel (x, y) of one block of little-endian words (already endian swapped), before sign
 * and swizzle: raw field values and their widths for packed kinds, else the value itself.
 * width[c] = 0: value[c] is final. Components the format lacks are replicated. */
void xg_texel_decode(const struct xg_texel_format *format, const uint32_t *words, unsigned x,
                     unsigned y, double value[4], uint8_t width[4]);

/* The four 8-bit components of a texel of an 8_8_8_8 or DXT1/3/5 block, as integers. */
void xg_texel_bytes(const struct xg_texel_format *format, const uint32_t *words, unsigned x,
                    unsigned y, unsigned out[4]);

#define XG_TEX_LEVELS 14
struct xg_texture_level {
    uint32_t base;        /* bus address */
    uint32_t pitch, rows; /* blocks */
    uint32_t slice;       /* bytes between array slices or faces */
    uint32_t x, y, z;     /* offset in blocks (packed tail) */
    uint32_t width, height, depth;
};

/* A decoded fetch constant. */
struct xg_texture {
    bool valid; /* the constant is a texture and the format has a decoder */
    const struct xg_texel_format *format;
    enum xg_texture_dimension dimension;
    bool stacked, tiled, integer, signed_mode;
    bool plain;         /* four 8-bit components or a DXT colour, unsigned, normalised */
    uint8_t log2_bytes; /* of a block */
    uint8_t endian, sign[4], clamp[3], swizzle[4];
    uint8_t mag, min, mip, vol_mag, vol_min, border, aniso;
    int8_t exp_adjust;
    int16_t lod_bias; /* 1/32 */
    int8_t grad_exp_h, grad_exp_v;
    uint8_t first_level, last_level; /* min and max of the LOD */
    uint32_t layers;
    struct xg_texture_level level[XG_TEX_LEVELS];
};
void xg_texture_decode(struct xg_texture *texture, const uint32_t constant[6],
                       struct xg_draw_warnings *warnings);

/* Words of a block of a 2D texture or cube, endian swapped. */
void xg_texture_block(const struct xg_texture *texture, struct xg_view *view, unsigned level,
                      uint32_t bx, uint32_t by, uint32_t slice, uint32_t words[4]);

/* Textures of one draw, decoded at first use. */
struct xg_texture_cache;
struct xg_texture_image;
struct xg_textures {
    struct xg_texture texture[32];
    uint32_t known;                     /* a bit per decoded constant */
    struct xg_texture_cache *cache;     /* of compiled shaders */
    struct xg_texture_image *image[32]; /* NULL: not cached */
};

/* Square of 2^e, the scale of squared gradients. */
static inline double xg_gradient_scale(int e)
{
    return xg_power(2 * e);
}

/* log2 for levels of detail, of a positive normal number: the exponent and a polynomial of the
 * fraction, exact at powers of two, within 2e-5 elsewhere (levels are mixed in 1/256). */
#define XG_LOD_A 0.4419167
#define XG_LOD_B (-0.26717693)
#define XG_LOD_C 0.14842181
#define XG_LOD_D (-0.0451463)
static inline double xg_lod_log2(float x)
{
    uint32_t u = xg_float_bits(x);
    double f = (double)(u & 0x7FFFFF) * 0x1p-23;
    double p = (XG_LOD_A + XG_LOD_B * f) + (f * f) * (XG_LOD_C + XG_LOD_D * f);
    return (double)((int32_t)(u >> 23) - 127) + (f + (f * (1.0 - f)) * p);
}

/* What one sample asks for: coordinates in texels of level 0 are derived inside. */
struct xg_sample {
    double u, v, w;   /* coordinates as the shader gave them */
    double lod;       /* already biased; clamped inside */
    double offset[3]; /* texels */
    bool unnormalized;
    uint8_t mag, min, mip, vol_mag, vol_min; /* resolved filters: 0 point 1 linear 2 base */
};
/* The share of the linear (or point) filter on level 0 that falls outside, 0..1. */
float xg_texture_border(const struct xg_texture *texture, const struct xg_sample *sample);
float xg_texture_position(double coordinate, double size, double offset);
void xg_texture_sample(const struct xg_texture *texture, struct xg_view *view,
                       const struct xg_sample *sample, float out[4]);

#endif
