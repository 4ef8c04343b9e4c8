/* A bench for the renderer: guest memory, a device that has only tiles, a register image,
 * and shaders from text. */
#ifndef XG_TESTS_DRAW_SCENE_H
#define XG_TESTS_DRAW_SCENE_H

#include "gpu/draw/draw.h"
#include "gpu/draw/state.h"
#include "gpu/tiled.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SCENE_MEMORY     (8u << 20)
#define SCENE_VERTICES   0x100000u
#define SCENE_TEXTURE    0x200000u
#define SCENE_INDICES    0x080000u
#define SCENE_DEPTH_TILE 1024u

struct scene {
    struct xg_device device; /* first: the ops get its address */
    uint8_t (*tiles)[XG_EDRAM_TILE_BYTES];
    uint8_t *memory;
    struct xg_draw *renderer;
    struct xg_device_host host;
    uint32_t reg[XG_REGISTERS], sent[XG_REGISTERS];
    uint32_t width, height, sequence, vertex_bytes;
};

static inline const uint8_t *scene_page(void *ctx, xg_pa page)
{
    struct scene *s = ctx;
    return page < SCENE_MEMORY ? s->memory + page : NULL;
}
static inline void scene_tile_read(struct xg_device *d, uint32_t tile, uint8_t *bytes)
{
    memcpy(bytes, ((struct scene *)d)->tiles[tile], XG_EDRAM_TILE_BYTES);
}
static inline void scene_tile_write(struct xg_device *d, uint32_t tile, const uint8_t *bytes)
{
    memcpy(((struct scene *)d)->tiles[tile], bytes, XG_EDRAM_TILE_BYTES);
}

static inline uint32_t scene_bits(float f)
{
    return xg_float_bits(f);
}
static inline void scene_float(struct scene *s, uint32_t index, float v)
{
    s->reg[index] = scene_bits(v);
}
static inline void scene_constant(struct scene *s, unsigned index, float x, float y, float z,
                                  float w)
{
    const float v[4] = {x, y, z, w};
    for (unsigned c = 0; c < 4; c++)
        scene_float(s, 0x4000 + 4 * index + c, v[c]);
}

/* State as a title's runtime leaves it: one 8_8_8_8 target, no tests, a viewport over all. */
static inline void scene_defaults(struct scene *s)
{
    uint32_t *reg = s->reg;
    memset(reg, 0, sizeof s->reg);
    reg[XG_REG_RB_MODECONTROL] = 4;
    reg[XG_REG_RB_SURFACE_INFO] = s->width;
    reg[XG_REG_RB_DEPTH_INFO] = SCENE_DEPTH_TILE;
    reg[XG_REG_RB_COLOR_MASK] = 15;
    for (unsigned i = 0; i < 4; i++)
        reg[i ? XG_REG_RB_BLENDCONTROL1 + i - 1 : XG_REG_RB_BLENDCONTROL0] = 0x00010001;
    reg[XG_REG_PA_SC_SCREEN_SCISSOR_BR] = s->width | s->height << 16;
    reg[XG_REG_PA_SC_WINDOW_SCISSOR_BR] = s->width | s->height << 16;
    reg[XG_REG_VGT_MAX_VTX_INDX] = 0xFFFFFF;
    reg[XG_REG_SQ_VS_CONST] = 0 | 255u << 12;
    reg[XG_REG_SQ_PS_CONST] = 256 | 255u << 12;
    reg[XG_REG_SQ_INTERPOLATOR_CNTL] = 0xFFFF;
    reg[XG_REG_SQ_CONTEXT_MISC] = 1 << 2;
    reg[XG_REG_PA_SU_VTX_CNTL] = 1 | 2 << 1; /* centres at half, nearest even, 1/16 */
    reg[XG_REG_PA_CL_VTE_CNTL] = 0x3F | 1 << 10;
    reg[XG_REG_PA_CL_CLIP_CNTL] = 1 << 19;
    reg[XG_REG_PA_SU_LINE_CNTL] = 8;
    scene_float(s, XG_REG_PA_CL_VPORT_XSCALE, (float)s->width / 2);
    scene_float(s, XG_REG_PA_CL_VPORT_XOFFSET, (float)s->width / 2);
    scene_float(s, XG_REG_PA_CL_VPORT_YSCALE, -(float)s->height / 2);
    scene_float(s, XG_REG_PA_CL_VPORT_YOFFSET, (float)s->height / 2);
    scene_float(s, XG_REG_PA_CL_VPORT_ZSCALE, 1);
}

static inline struct scene *scene_create(uint32_t width, uint32_t height)
{
    static const struct xg_device_ops ops = {
        .name = "scene", .tile_read = scene_tile_read, .tile_write = scene_tile_write};
    struct scene *s = calloc(1, sizeof *s);
    struct xg_error err = {0};
    s->device.ops = &ops;
    s->tiles = calloc(XG_EDRAM_TILES, XG_EDRAM_TILE_BYTES);
    s->memory = calloc(1, SCENE_MEMORY);
    s->renderer = xg_draw_create(&err);
    assert_non_null(s->renderer);
    s->host = (struct xg_device_host){.ctx = s, .page = scene_page};
    s->width = width;
    s->height = height;
    scene_defaults(s);
    return s;
}

static inline void scene_destroy(struct scene *s)
{
    xg_draw_destroy(s->renderer);
    free(s->tiles);
    free(s->memory);
    free(s);
}

/* Sends a record with the registers that changed. */
static inline void scene_send(struct scene *s, uint8_t opcode, uint32_t initiator, uint32_t base,
                              uint32_t size, const uint32_t *immediate, size_t count)
{
    static struct xg_gpu_reg regs[XG_REGISTERS];
    size_t n = 0;
    for (uint32_t i = 0; i < XG_REGISTERS; i++)
        if (s->reg[i] != s->sent[i])
            regs[n++] = (struct xg_gpu_reg){(uint16_t)i, s->sent[i] = s->reg[i]};
    struct xg_gpu_draw draw = {.sequence = ++s->sequence,
                               .opcode = opcode,
                               .initiator = initiator,
                               .dma_base = base,
                               .dma_size = size,
                               .regs = regs,
                               .reg_count = n,
                               .immediate = immediate,
                               .immediate_count = count};
    xg_draw_render(s->renderer, &s->device, &draw, &s->host);
}

static inline void scene_shader(struct scene *s, const char *text, enum xg_shader_stage stage)
{
    struct xg_ucode_image image;
    struct xg_error err = {0};
    if (!xg_ucode_assemble(&image, text, "shader", stage, &err))
        print_error("%s\n", err.text);
    assert_int_equal(err.kind, XG_OK);
    scene_send(s, XG_PM4_IM_LOAD_IMMEDIATE, 0, stage, (uint32_t)image.count, image.words,
               image.count);
    xg_ucode_image_free(&image);
}

/* Vertices of `floats` floats each, big-endian as a guest stores them, as vf0. */
static inline void scene_vertices(struct scene *s, const float *v, size_t count, unsigned floats)
{
    for (size_t i = 0; i < count * floats; i++)
        xg_st32be(s->memory + SCENE_VERTICES + 4 * i, scene_bits(v[i]));
    s->reg[0x4800] = SCENE_VERTICES | 3;
    s->reg[0x4801] = (uint32_t)(count * floats) << 2 | 2;
}

static inline void scene_draw_auto(struct scene *s, unsigned primitive, uint32_t count)
{
    scene_send(s, XG_PM4_DRAW_INDX_2, primitive | 2u << 6 | count << 16, 0, 0, NULL, 0);
}

/* The 32-bit word of a sample of the colour surface at `tile`. */
static inline uint32_t scene_word(const struct scene *s, uint32_t tile, uint32_t column,
                                  uint32_t row, uint32_t columns)
{
    uint32_t pitch = (columns + 79) / 80;
    tile += row / 16 * pitch + column / 80;
    return xg_ld32le(s->tiles[tile & 2047] + 4 * (row % 16 * 80 + column % 80));
}
static inline uint32_t scene_pixel(const struct scene *s, uint32_t x, uint32_t y)
{
    return scene_word(s, 0, x, y, s->width);
}
static inline uint32_t scene_depth(const struct scene *s, uint32_t x, uint32_t y)
{
    uint32_t in_tile = x % 80;
    return scene_word(s, SCENE_DEPTH_TILE, in_tile < 40 ? x + 40 : x - 40, y, s->width);
}
static inline void scene_fill(struct scene *s, uint32_t tile, uint32_t tiles, uint32_t value)
{
    for (uint32_t t = tile; t < tile + tiles; t++)
        for (uint32_t i = 0; i < 1280; i++)
            xg_st32le(s->tiles[t] + 4 * i, value);
}

/* A 2D texture of 8_8_8_8 texels (R lowest), tiled, as tf0 of the fetch constant. */
static inline void scene_texture_8888(struct scene *s, unsigned constant, uint32_t base,
                                      uint32_t width, uint32_t height, const uint32_t *texels)
{
    uint32_t pitch32 = (width + 31) / 32;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            xg_st32be(s->memory + base + xg_tiled_2d(x, y, pitch32, 2), texels[y * width + x]);
    uint32_t *c = s->reg + 0x4800 + 6 * constant;
    c[0] = 2 | 2 << 10 | 2 << 13 | 2 << 16 | pitch32 << 22 | 1u << 31;
    c[1] = 6 | 2 << 6 | base;
    c[2] = (width - 1) | (height - 1) << 13;
    c[3] = 0 | 1 << 4 | 2 << 7 | 3 << 10;
    c[4] = 0;
    c[5] = 1 << 9;
}

#endif
