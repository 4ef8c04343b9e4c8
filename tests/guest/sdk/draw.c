/* See xg_draw.h. Register fields: docs/draw.md. */
#include "xg_draw.h"

#include <string.h>

#define ENDIAN_8IN16   1u
#define ENDIAN_8IN32   2u
#define CONSTANT_FLOAT (0u << 16)
#define CONSTANT_FETCH (1u << 16)
#define SOURCE_DMA     0u
#define SOURCE_AUTO    2u

static uint32_t float_bits(float v)
{
    uint32_t u;
    memcpy(&u, &v, 4);
    return u;
}

static void set_float(struct xg_gpu *gpu, uint32_t index, float value)
{
    xg_gpu_set(gpu, index, float_bits(value));
}

void xg_draw_defaults(struct xg_gpu *gpu)
{
    xg_gpu_set(gpu, REG_SQ_VS_CONST, 255 << 12);
    xg_gpu_set(gpu, REG_SQ_PS_CONST, 255 << 12 | 256);
    xg_gpu_set(gpu, REG_SQ_CONTEXT_MISC, 1 << 2);          /* sample at centres */
    xg_gpu_set(gpu, REG_SQ_INTERPOLATOR_CNTL, 0xFFFFFFFF); /* smooth, centres */
    xg_gpu_set(gpu, REG_VGT_MAX_VTX_INDX, 0xFFFFFF);
    xg_gpu_set(gpu, REG_VGT_MIN_VTX_INDX, 0);
    xg_gpu_set(gpu, REG_VGT_INDX_OFFSET, 0);
    xg_gpu_set(gpu, REG_PA_SC_AA_MASK, 0xFFFF);
    for (unsigned i = 0; i < 4; i++) /* guard band: clip where the volume ends */
        set_float(gpu, REG_PA_CL_GB_VERT_CLIP_ADJ + i, 1);
    xg_gpu_set(gpu, REG_RB_COLOR_MASK, 0xF);
    xg_gpu_set(gpu, REG_RB_COLORCONTROL, 7); /* alpha test always passes */
    xg_gpu_set(gpu, REG_RB_STENCILREFMASK, 0xFFFF00);
    xg_draw_blend(gpu, XG_ONE, XG_ADD, XG_ZERO);
    xg_draw_depth(gpu, 0, false, false);
    xg_draw_cull(gpu, false);
}

/* ---- shaders and constants ---------------------------------------------------------------- */

void xg_draw_shader(struct xg_gpu *gpu, unsigned stage, const uint32_t *code, unsigned words)
{
    uint32_t packet[2 + 512] = {stage, words};
    if (words > 512) {
        DbgPrint("shader of %u words: use xg_draw_shader_at\n", words);
        return;
    }
    memcpy(packet + 2, code, words * 4);
    xg_gpu_packet(gpu, PM4_IM_LOAD_IMMEDIATE, 2 + words, packet);
}

void xg_draw_shader_at(struct xg_gpu *gpu, unsigned stage, uint32_t bus, unsigned words)
{
    XG_GPU_SEND(gpu, PM4_IM_LOAD, bus | stage, words);
}

void xg_draw_program(struct xg_gpu *gpu, unsigned vs_temps, unsigned ps_temps,
                     unsigned interpolators)
{
    xg_gpu_set(gpu, REG_SQ_PROGRAM_CNTL,
               (vs_temps - 1) | (ps_temps - 1) << 8 | 3 << 16 | (interpolators - 1) << 20 |
                   2 << 27); /* one colour */
}

void xg_draw_constants(struct xg_gpu *gpu, unsigned first, unsigned count, const float *values)
{
    while (count) { /* a piece at a time, so that any ring can take it */
        unsigned n = count < 16 ? count : 16;
        uint32_t packet[1 + 16 * 4] = {CONSTANT_FLOAT | first * 4};
        memcpy(packet + 1, values, n * 16);
        xg_gpu_packet(gpu, PM4_SET_CONSTANT, 1 + n * 4, packet);
        first += n;
        values += n * 4;
        count -= n;
    }
}

/* ---- memory -------------------------------------------------------------------------------- */

void xg_draw_vertices(struct xg_gpu *gpu, unsigned n, uint32_t bus, uint32_t bytes)
{
    XG_GPU_SEND(gpu, PM4_SET_CONSTANT, CONSTANT_FETCH | n * 2, bus | 3, bytes | ENDIAN_8IN32);
}

static unsigned block_log2(unsigned format) /* bytes of a block */
{
    return format == XG_FORMAT_DXT1 ? 3 : 2;
}
static unsigned in_blocks(unsigned format, unsigned texels)
{
    return format == XG_FORMAT_DXT1 ? (texels + 3) / 4 : texels;
}
/* Blocks a row in memory: whole tiles of 32. */
static unsigned pitch(const struct xg_texture *t)
{
    return (in_blocks(t->format, t->width) + 31) & ~31u;
}

void xg_texture_create(struct xg_texture *t, unsigned width, unsigned height, unsigned format)
{
    *t = (struct xg_texture){.width = width, .height = height, .format = format};
    unsigned rows = (in_blocks(format, height) + 31) & ~31u;
    t->data = xg_gpu_alloc(pitch(t) * rows << block_log2(format), &t->bus);
}

/* Byte offset of a block: tiles of 32 by 32 one after another; inside of a tile the address
 * bits are a fixed mixture of x and y that depends on the size of a block. */
static uint32_t tiled_offset(unsigned x, unsigned y, unsigned row, unsigned log2)
{
    uint32_t tile = (x >> 5) + (y >> 5) * (row >> 5);
    uint32_t a = ((x & 7) | (y & 14) << 2) << log2;
    a = tile << (log2 + 7) | (a & ~15u) << 1 | (y & 1) << 4 | (a & 15);
    return (a & ~511u) << 3 | (y & 16) << 7 | (a & 0x1C0) << 2 |
           (((y & 8) >> 2 ^ x >> 3) & 3) << 6 | (a & 63);
}

static void *block(struct xg_texture *t, unsigned x, unsigned y)
{
    return (char *)t->data + tiled_offset(x, y, pitch(t), block_log2(t->format));
}

void xg_texture_put(struct xg_texture *t, unsigned x, unsigned y, uint32_t colour)
{
    *(uint32_t *)block(t, x, y) = colour;
}

void xg_texture_put_dxt1(struct xg_texture *t, unsigned x, unsigned y, uint16_t first,
                         uint16_t second, uint32_t codes)
{
    uint16_t *b = block(t, x, y);
    b[0] = first;
    b[1] = second;
    b[2] = (uint16_t)codes; /* halves swap bytes on their own: low half first */
    b[3] = (uint16_t)(codes >> 16);
}

void xg_draw_texture(struct xg_gpu *gpu, unsigned n, const struct xg_texture *t, unsigned filter,
                     unsigned wrap)
{
    bool dxt1 = t->format == XG_FORMAT_DXT1;
    uint32_t texels = pitch(t) * (dxt1 ? 4 : 1);
    XG_GPU_SEND(gpu, PM4_SET_CONSTANT, CONSTANT_FETCH | n * 6,
                0x80000000u | texels / 32 << 22 | wrap << 13 | wrap << 10 | 2,
                t->bus | (dxt1 ? ENDIAN_8IN16 : ENDIAN_8IN32) << 6 | t->format,
                (t->height - 1) << 13 | (t->width - 1),
                2 << 23 | filter << 21 | filter << 19 | 0x688 << 1, /* level 0; r, g, b, a */
                0, 1 << 9);
}

/* ---- state --------------------------------------------------------------------------------- */

void xg_draw_3d(struct xg_gpu *gpu, unsigned width, unsigned height)
{
    float w = (float)width / 2, h = (float)height / 2;
    xg_gpu_set(gpu, REG_PA_CL_CLIP_CNTL, 1 << 19);       /* 0 <= z <= w */
    xg_gpu_set(gpu, REG_PA_CL_VTE_CNTL, 1 << 10 | 0x3F); /* w given; scale and offset */
    set_float(gpu, REG_PA_CL_VPORT_XSCALE, w);
    set_float(gpu, REG_PA_CL_VPORT_XOFFSET, w - 0.5f); /* pixel centres are at integers */
    set_float(gpu, REG_PA_CL_VPORT_YSCALE, -h);
    set_float(gpu, REG_PA_CL_VPORT_YOFFSET, h - 0.5f);
    set_float(gpu, REG_PA_CL_VPORT_ZSCALE, 1);
    set_float(gpu, REG_PA_CL_VPORT_ZOFFSET, 0);
}

void xg_draw_2d(struct xg_gpu *gpu)
{
    xg_gpu_set(gpu, REG_PA_CL_CLIP_CNTL, 1 << 16); /* no clipping */
    xg_gpu_set(gpu, REG_PA_CL_VTE_CNTL, 3 << 8);   /* already divided, no viewport */
}

void xg_draw_depth(struct xg_gpu *gpu, unsigned tile, bool test, bool write)
{
    xg_gpu_set(gpu, REG_RB_DEPTH_INFO, tile);
    xg_gpu_set(gpu, REG_RB_DEPTHCONTROL, test ? 3 << 4 | write << 2 | 1 << 1 : 0);
}

void xg_draw_cull(struct xg_gpu *gpu, bool counterclockwise)
{
    xg_gpu_set(gpu, REG_PA_SU_SC_MODE_CNTL, counterclockwise ? 1 << 2 | 1 << 1 : 0);
}

void xg_draw_blend(struct xg_gpu *gpu, unsigned source, unsigned operation, unsigned destination)
{
    uint32_t half = source | operation << 5 | destination << 8;
    xg_gpu_set(gpu, REG_RB_BLENDCONTROL0, half << 16 | half);
}

/* ---- primitives ---------------------------------------------------------------------------- */

void xg_draw(struct xg_gpu *gpu, unsigned primitive, unsigned count)
{
    xg_gpu_mode(gpu, XG_GPU_DRAWS);
    XG_GPU_SEND(gpu, PM4_DRAW_INDX_2, count << 16 | SOURCE_AUTO << 6 | primitive);
}

void xg_draw_indexed(struct xg_gpu *gpu, unsigned primitive, uint32_t bus, unsigned count)
{
    xg_gpu_mode(gpu, XG_GPU_DRAWS);
    XG_GPU_SEND(gpu, PM4_DRAW_INDX, 0, count << 16 | SOURCE_DMA << 6 | primitive, bus,
                ENDIAN_8IN16 << 30 | count);
}

void xg_draw_clear(struct xg_gpu *gpu, unsigned x, unsigned y, unsigned w, unsigned h,
                   uint32_t colour, uint32_t depth)
{
    xg_gpu_set(gpu, REG_RB_DEPTH_CLEAR, depth << 8);
    xg_gpu_clear_with(gpu, x, y, w, h, colour, 1 << 9);
}
