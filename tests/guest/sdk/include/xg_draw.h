/* Draws for guest programs: shaders, constants, vertices, textures, state, primitives, on top
 * of xg_gpu.h. Shaders are written in microcode assembly (docs/microcode.md): a file
 * NAME.xgs in the program's folder becomes NAME.h with the array NAME. Registers and fields:
 * docs/draw.md.
 *
 * Fetch constant group 0 (vertex constants 0-2, texture constant 0) belongs to clears,
 * resolves and the swap; programs use the others. Whatever is behind an address must stay as
 * it is until a fence behind the draw has passed. */
#ifndef XG_DRAW_H
#define XG_DRAW_H

#include "xg_gpu.h"
#include "xg_math.h"

enum { XG_VS = 0, XG_PS = 1 };
/* Sets every register that a draw reads to a plain value: both constant windows (vertex
 * shader c0-c255 are constants 0-255, pixel shader c0-c255 are 256-511), smooth interpolation,
 * all colours written, no blending, no depth, no culling. Call once, after xg_gpu_surface. */
void xg_draw_defaults(struct xg_gpu *gpu);

/* --- shaders. code: big-endian words as they lie in memory. --- */
/* The words go through the ring (IM_LOAD_IMMEDIATE). */
void xg_draw_shader(struct xg_gpu *gpu, unsigned stage, const uint32_t *code, unsigned words);
/* The GPU reads them from memory (IM_LOAD); bus address, a multiple of 4. */
void xg_draw_shader_at(struct xg_gpu *gpu, unsigned stage, uint32_t bus, unsigned words);
/* Temporaries of both shaders and how many interpolators lie between them (1 or more). */
void xg_draw_program(struct xg_gpu *gpu, unsigned vs_temps, unsigned ps_temps,
                     unsigned interpolators);
/* count constants of four floats from number first on (0-511). */
void xg_draw_constants(struct xg_gpu *gpu, unsigned first, unsigned count, const float *values);

/* --- memory --- */
/* Vertex constant n (3-95): big-endian dwords. */
void xg_draw_vertices(struct xg_gpu *gpu, unsigned n, uint32_t bus, uint32_t bytes);
enum { XG_FORMAT_8_8_8_8 = 6, XG_FORMAT_DXT1 = 18 };
enum { XG_POINT = 0, XG_LINEAR = 1 };
enum { XG_REPEAT = 0, XG_MIRROR = 1, XG_CLAMP = 2 };
/* A tiled texture without smaller levels. width and height in texels. */
struct xg_texture {
    void *data;
    uint32_t bus;
    unsigned width, height, format;
};
void xg_texture_create(struct xg_texture *t, unsigned width, unsigned height, unsigned format);
/* Red in the low byte, then green, blue, alpha. */
void xg_texture_put(struct xg_texture *t, unsigned x, unsigned y, uint32_t colour);
/* Block of 4 by 4 texels at block x, y: two 5:6:5 colours (red on top) and 16 codes of two
 * bits, the top left texel lowest. */
void xg_texture_put_dxt1(struct xg_texture *t, unsigned x, unsigned y, uint16_t first,
                         uint16_t second, uint32_t codes);
/* Texture constant n (1-31). filter XG_POINT or XG_LINEAR, wrap XG_REPEAT... for both axes. */
void xg_draw_texture(struct xg_gpu *gpu, unsigned n, const struct xg_texture *t, unsigned filter,
                     unsigned wrap);

/* --- state --- */
/* Positions are clip coordinates of a viewport over the whole surface. */
void xg_draw_3d(struct xg_gpu *gpu, unsigned width, unsigned height);
/* Positions are pixels, (0, 0) the centre of the top left one; no clipping. */
void xg_draw_2d(struct xg_gpu *gpu);
/* Depth surface D24S8 from eDRAM tile `tile` on, test less or equal; test false: none. */
void xg_draw_depth(struct xg_gpu *gpu, unsigned tile, bool test, bool write);
/* Whether triangles that appear counterclockwise are dropped. */
void xg_draw_cull(struct xg_gpu *gpu, bool counterclockwise);
/* Factors and operations as RB_BLENDCONTROL has them, the same for colour and alpha. */
enum {
    XG_ZERO,
    XG_ONE,
    XG_SRC_COLOUR = 4,
    XG_INV_SRC_COLOUR,
    XG_SRC_ALPHA,
    XG_INV_SRC_ALPHA,
    XG_DST_COLOUR,
    XG_INV_DST_COLOUR,
    XG_CONST_COLOUR = 12,
    XG_CONST_ALPHA = 14
};
enum { XG_ADD, XG_SUBTRACT, XG_MIN, XG_MAX, XG_REVERSE_SUBTRACT };
void xg_draw_blend(struct xg_gpu *gpu, unsigned source, unsigned operation, unsigned destination);

/* --- primitives --- */
enum {
    XG_TRIANGLES = 4,
    XG_FAN = 5,
    XG_STRIP = 6,
    XG_RECTANGLES = 8, /* three corners: top left, top right, bottom left */
    XG_QUADS = 13
};
/* Vertices 0 .. count-1 (DRAW_INDX_2). */
void xg_draw(struct xg_gpu *gpu, unsigned primitive, unsigned count);
/* Big-endian 16-bit indices in memory (DRAW_INDX). */
void xg_draw_indexed(struct xg_gpu *gpu, unsigned primitive, uint32_t bus, unsigned count);

/* Clears colour as xg_gpu_clear does and depth to `depth` (24 bits, 0xFFFFFF far). */
void xg_draw_clear(struct xg_gpu *gpu, unsigned x, unsigned y, unsigned w, unsigned h,
                   uint32_t colour, uint32_t depth);

#endif
