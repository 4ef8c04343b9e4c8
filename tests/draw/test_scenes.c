/* Golden scenes: one per feature, small, with digests in tests/draw/golden.csv.
 *   test_scenes            draws all, compares, writes build/scenes/NAME.png
 *   test_scenes --update   writes golden.csv, docs/scenes.md and its pictures anew (after looking
 *                          at those in build/scenes) */
#include "tests/draw/scene.h"

#include "base/csv.h"
#include "gpu/draw/format.h"

#include <png.h>
#include <sys/stat.h>

#define W 96
#define H 64

static const char vs_color[] =
    "exec\n vfetch r0, r0.x, vf0, format=32_32_32_32_float, stride=8\n"
    " vfetch r1, r0.x, vf0, format=32_32_32_32_float, offset=4, mini\n"
    "alloc position\nexec\n mov oPos, r0\nalloc interpolators\nexec_end\n mov o0, r1\n";
static const char ps_color[] = "alloc colors\nexec_end\n mov oC0, r0\n";
static const char ps_texture[] =
    "exec\n tfetch2D r1, r0.xy, tf1\nalloc colors\nexec_end\n mov oC0, r1\n";

static void shaders(struct scene *s, const char *vs, const char *ps)
{
    scene_shader(s, vs, XG_STAGE_VS);
    scene_shader(s, ps, XG_STAGE_PS);
}

#define COLORED(primitive, ...)                                                                    \
    do {                                                                                           \
        const float vertices_[] = {__VA_ARGS__};                                                   \
        scene_vertices(s, vertices_, XG_COUNTOF(vertices_) / 8, 8);                                \
        scene_draw_auto(s, primitive, XG_COUNTOF(vertices_) / 8);                                  \
    } while (0)

#define RED   1, 0, 0, 1
#define GREEN 0, 1, 0, 1
#define BLUE  0, 0, 1, 1
#define WHITE 1, 1, 1, 1

static void checker_texture(struct scene *s)
{
    static uint32_t texels[32 * 32];
    for (uint32_t y = 0; y < 32; y++)
        for (uint32_t x = 0; x < 32; x++)
            texels[32 * y + x] = ((x / 4 + y / 4) & 1 ? 0xFF2040E0 : 0xFFF0F0F0) - (x << 2 << 8);
    scene_texture_8888(s, 1, SCENE_TEXTURE, 32, 32, texels);
}

/* --- the scenes --- */

static void triangle(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    COLORED(4, -0.9f, -0.9f, 0, 1, RED, 0, 0.9f, 0, 1, GREEN, 0.9f, -0.9f, 0, 1, BLUE);
}

static void flat(struct scene *s)
{
    s->reg[XG_REG_SQ_INTERPOLATOR_CNTL] = 0;
    triangle(s);
}

static void strip(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = 2 | 4; /* front clockwise, cull the back */
    COLORED(6, -0.9f, -0.5f, 0, 1, RED, -0.6f, 0.5f, 0, 1, GREEN, -0.3f, -0.5f, 0, 1, BLUE, 0, 0.5f,
            0, 1, WHITE, 0.3f, -0.5f, 0, 1, RED, 0.6f, 0.5f, 0, 1, GREEN);
}

static void fan(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    COLORED(5, 0, 0, 0, 1, WHITE, -0.8f, -0.8f, 0, 1, RED, -0.8f, 0.8f, 0, 1, GREEN, 0.8f, 0.8f, 0,
            1, BLUE, 0.8f, -0.8f, 0, 1, RED);
}

static void quads(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    COLORED(13, -0.9f, 0.8f, 0, 1, RED, -0.1f, 0.8f, 0, 1, GREEN, -0.1f, -0.8f, 0, 1, BLUE, -0.9f,
            -0.8f, 0, 1, WHITE, 0.2f, 0.5f, 0, 1, BLUE, 0.9f, 0.8f, 0, 1, RED, 0.7f, -0.8f, 0, 1,
            GREEN, 0.1f, -0.4f, 0, 1, WHITE);
}

static void rectangles(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = 3; /* culling leaves rectangles alone */
    COLORED(8, -0.9f, 0.8f, 0, 1, RED, -0.1f, 0.8f, 0, 1, GREEN, -0.9f, -0.8f, 0, 1, BLUE, 0.9f,
            0.8f, 0, 1, RED, 0.9f, -0.8f, 0, 1, GREEN, 0.1f, -0.8f, 0, 1, BLUE);
}

static void lines_and_points(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    COLORED(12, -0.9f, -0.9f, 0, 1, RED, -0.5f, 0.9f, 0, 1, GREEN, -0.1f, -0.7f, 0, 1, BLUE);
    s->reg[XG_REG_PA_SU_LINE_CNTL] = 24;
    COLORED(2, 0.1f, -0.8f, 0, 1, WHITE, 0.9f, -0.4f, 0, 1, RED);
    s->reg[XG_REG_PA_SU_POINT_SIZE] = 5 * 16 << 16 | 3 * 16;
    COLORED(1, 0.3f, 0.5f, 0, 1, GREEN, 0.8f, 0.4f, 0, 1, BLUE);
}

static void sprites(struct scene *s)
{
    s->reg[XG_REG_SQ_PROGRAM_CNTL] = 1 << 18;
    s->reg[XG_REG_SQ_CONTEXT_MISC] = 1 << 2 | 2 << 8;
    checker_texture(s);
    scene_constant(s, 0, 0, 40, 0, 0);
    shaders(
        s,
        "exec\n vfetch r0, r0.x, vf0, format=32_32_32_32_float, stride=8\n"
        " vfetch r1, r0.x, vf0, format=32_32_32_32_float, offset=4, mini\n"
        "alloc position\nexec_end\n mov oPos, r0\n mov oPts.x, r1.x\n",
        "exec\n mov r3, |r2|\n tfetch2D r1, r3.zw, tf1\nalloc colors\nexec_end\n mov oC0, r1\n");
    s->reg[XG_REG_PA_SU_POINT_MINMAX] = 4 * 8 | 20u * 16 << 16;
    COLORED(1, -0.5f, 0, 0, 1, 32, 0, 0, 0, 0.5f, 0, 0, 1, 20, 0, 0, 0, 0, 0.8f, 0, 1, -1, 0, 0, 0);
}

static void restart(struct scene *s)
{
    static const uint16_t indices[] = {0, 1, 2, 3, 0xFFFF, 4, 5, 6};
    shaders(s, vs_color, ps_color);
    for (unsigned i = 0; i < XG_COUNTOF(indices); i++)
        xg_st16be(s->memory + SCENE_INDICES + 2 * i, indices[i]);
    const float v[] = {-0.9f, -0.8f, 0,     1,     RED,   -0.9f, 0.8f,  0,    1,
                       GREEN, -0.3f, -0.8f, 0,     1,     BLUE,  -0.3f, 0.8f, 0,
                       1,     WHITE, 0.2f,  -0.8f, 0,     1,     RED,   0.5f, 0.8f,
                       0,     1,     GREEN, 0.9f,  -0.8f, 0,     1,     BLUE};
    scene_vertices(s, v, 7, 8);
    s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = 1 << 21;
    s->reg[XG_REG_VGT_MULTI_PRIM_IB_RESET_INDX] = 0xFFFF;
    scene_send(s, XG_PM4_DRAW_INDX, 6 | 8u << 16, SCENE_INDICES, 8 | 1u << 30, NULL, 0);
}

static void depth(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    scene_fill(s, SCENE_DEPTH_TILE, 64, 0xFFFFFF00);
    s->reg[XG_REG_RB_DEPTHCONTROL] = 2 | 4 | 1 << 4;
    COLORED(4, -0.9f, -0.9f, 0.1f, 1, RED, 0.9f, 0, 0.9f, 1, RED, -0.9f, 0.9f, 0.1f, 1, RED, 0.9f,
            -0.9f, 0.1f, 1, GREEN, -0.9f, 0, 0.9f, 1, GREEN, 0.9f, 0.9f, 0.1f, 1, GREEN);
}

static void stencil(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    scene_fill(s, SCENE_DEPTH_TILE, 64, 0);
    s->reg[XG_REG_RB_DEPTHCONTROL] = 1 | 7 << 8 | 3 << 14; /* always, increment */
    s->reg[XG_REG_RB_STENCILREFMASK] = 0xFFFF00;
    COLORED(4, -0.9f, -0.9f, 0, 1, RED, 0, 0.9f, 0, 1, RED, 0.5f, -0.9f, 0, 1, RED);
    COLORED(4, -0.4f, 0.9f, 0, 1, GREEN, 0.9f, 0.9f, 0, 1, GREEN, 0, -0.9f, 0, 1, GREEN);
    s->reg[XG_REG_RB_DEPTHCONTROL] = 1 | 2 << 8; /* where it is 2 */
    s->reg[XG_REG_RB_STENCILREFMASK] = 0xFFFF02;
    COLORED(8, -1, 1, 0, 1, WHITE, 1, 1, 0, 1, WHITE, -1, -1, 0, 1, WHITE);
}

static void clipping(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    /* through the near plane and behind the eye; a user plane cuts the right */
    s->reg[XG_REG_PA_CL_CLIP_CNTL] |= 1;
    scene_float(s, XG_REG_PA_CL_UCP_0_X, -1);
    scene_float(s, XG_REG_PA_CL_UCP_0_W, 0.6f);
    COLORED(4, -0.8f, -0.5f, 0.5f, 1, RED, 0.8f, -0.5f, 0.5f, 1, GREEN, 0, 3, -1, -0.5f, BLUE);
}

static void perspective(struct scene *s)
{
    checker_texture(s);
    s->reg[0x4800 + 6] &= ~(63u << 10); /* repeat */
    shaders(s, vs_color, ps_texture);
    COLORED(13, -4, -1, 4, 5, 0, 0, 0, 0, 4, -1, 4, 5, 4, 0, 0, 0, 4, -1, 0.5f, 1, 4, 4, 0, 0, -4,
            -1, 0.5f, 1, 0, 4, 0, 0);
}

static void bilinear(struct scene *s)
{
    checker_texture(s);
    s->reg[0x4800 + 9] |= 1 << 19 | 1 << 21;
    shaders(s, vs_color, ps_texture);
    COLORED(8, -0.9f, 0.9f, 0, 1, 0, 0, 0, 0, 0.9f, 0.9f, 0, 1, 0.5f, 0, 0, 0, -0.9f, -0.9f, 0, 1,
            0, 0.5f, 0, 0);
}

/* Four levels of one colour each, seen at a slant. */
static void mipmaps(struct scene *s)
{
    static const uint32_t colors[6] = {0xFF0000FF, 0xFF00FF00, 0xFFFF0000,
                                       0xFF00FFFF, 0xFFFF00FF, 0xFFFFFFFF};
    uint32_t *c = s->reg + 0x4806, at = SCENE_TEXTURE + 0x10000;
    static uint32_t texels[32 * 32];
    for (unsigned m = 0; m < 6; m++) {
        for (unsigned i = 0; i < 1024; i++)
            texels[i] = colors[m];
        scene_texture_8888(s, 1, m ? at : SCENE_TEXTURE, 32, 32, texels);
        at += m ? 4096 : 0;
    }
    c[0] = (c[0] & ~(63u << 10));
    c[1] = (c[1] & 0xFFF) | SCENE_TEXTURE;
    c[3] |= 1 << 19 | 1 << 21 | 1 << 23;
    c[4] = 5 << 6;
    c[5] = 1 << 9 | (SCENE_TEXTURE + 0x10000);
    shaders(s, vs_color, ps_texture);
    COLORED(13, -1, 0.8f, 0.5f, 1, 0, 0, 0, 0, 8, 0.8f, 4, 8, 16, 0, 0, 0, 8, -0.8f, 4, 8, 16, 4, 0,
            0, -1, -0.8f, 0.5f, 1, 0, 4, 0, 0);
}

static void dxt1(struct scene *s)
{
    shaders(s, vs_color, ps_texture);
    /* 8 x 8 blocks: hue from the block, codes in a fixed pattern, one with punch-through */
    for (uint32_t by = 0; by < 8; by++)
        for (uint32_t bx = 0; bx < 8; bx++) {
            uint8_t *p = s->memory + SCENE_TEXTURE + xg_tiled_2d(bx, by, 1, 3);
            uint32_t c0 = bx << 13 | by << 8 | 0x1F, c1 = bx << 2 | by << 5;
            if (bx == by)
                c0 = c1 & 0x7BEF;
            uint32_t words[2] = {c0 | c1 << 16, 0xE4B14E1Bu};
            for (unsigned i = 0; i < 2; i++) /* 8in16 */
                xg_st32le(p + 4 * i, xg_gpu_swap32(words[i], 1));
        }
    uint32_t *c = s->reg + 0x4806;
    c[0] = 2 | 1 << 22 | 1u << 31;
    c[1] = 18 | 1 << 6 | SCENE_TEXTURE;
    c[2] = 31 | 31 << 13;
    c[3] = 0 | 1 << 4 | 2 << 7 | 3 << 10;
    c[5] = 1 << 9;
    COLORED(8, -1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, -1, -1, 0, 1, 0, 1, 0, 0);
}

static void blending(struct scene *s)
{
    static const uint32_t controls[6] = {
        6 | 7 << 8,          /* source alpha, 1 - source alpha */
        1 | 1 << 8,          /* add */
        8 | 0 << 8,          /* modulate */
        1 | 1 << 8 | 4 << 5, /* destination - source */
        1 | 1 << 8 | 2 << 5, /* min */
        1 | 1 << 8 | 3 << 5, /* max */
    };
    shaders(s, vs_color, ps_color);
    COLORED(8, -1, 1, 0, 1, RED, 1, 1, 0, 1, GREEN, -1, -1, 0, 1, BLUE);
    for (unsigned i = 0; i < 6; i++) {
        float x = -0.95f + 0.33f * (float)i;
        s->reg[XG_REG_RB_BLENDCONTROL0] = controls[i] | controls[i] << 16;
        COLORED(8, x, 0.8f, 0, 1, 0.2f, 0.6f, 0.9f, 0, x + 0.25f, 0.8f, 0, 1, 0.9f, 0.4f, 0.1f,
                0.5f, x, -0.8f, 0, 1, 0.3f, 0.3f, 0.3f, 1);
    }
}

static void alpha_test(struct scene *s)
{
    shaders(s, vs_color,
            "alloc colors\nexec\n mov r1, r0\nexec_end\n kill_gt _, r1.y, c0.x\n mov oC0, r1\n");
    scene_constant(s, 256, 0.8f, 0, 0, 0);
    s->reg[XG_REG_RB_COLORCONTROL] = 8 | 4;
    scene_float(s, XG_REG_RB_ALPHA_REF, 0.5f);
    COLORED(8, -1, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 1, -1, -1, 0, 1, 1, 0, 1, 0);
}

static void scissor(struct scene *s)
{
    s->reg[XG_REG_PA_SC_WINDOW_OFFSET] = 10 | (uint32_t)(-7 & 0x7FFF) << 16;
    s->reg[XG_REG_PA_SC_WINDOW_SCISSOR_TL] = 5 | 20 << 16;
    s->reg[XG_REG_PA_SC_WINDOW_SCISSOR_BR] = 70 | 60 << 16;
    triangle(s);
}

static void polygon_offset(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    scene_fill(s, SCENE_DEPTH_TILE, 64, 0xFFFFFF00);
    s->reg[XG_REG_RB_DEPTHCONTROL] = 2 | 4 | 1 << 4;
    COLORED(4, -0.9f, -0.9f, 0.2f, 1, RED, 0, 0.9f, 0.8f, 1, RED, 0.9f, -0.9f, 0.2f, 1, RED);
    s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = 3 << 11;
    scene_float(s, XG_REG_PA_SU_POLY_OFFSET_FRONT_OFFSET, -0.05f);
    scene_float(s, XG_REG_PA_SU_POLY_OFFSET_BACK_OFFSET, -0.05f);
    /* a slightly deeper copy, seen where the offset brings it in front */
    COLORED(4, -0.9f, -0.9f, 0.24f, 1, GREEN, 0, 0.9f, 0.86f, 1, GREEN, 0.9f, -0.9f, 0.24f, 1,
            GREEN);
}

static void msaa(struct scene *s, unsigned log2)
{
    s->reg[XG_REG_RB_SURFACE_INFO] |= log2 << 16;
    triangle(s);
}
static void msaa2(struct scene *s)
{
    msaa(s, 1);
}
static void msaa4(struct scene *s)
{
    msaa(s, 2);
}

static void alpha_to_mask(struct scene *s)
{
    s->reg[XG_REG_RB_SURFACE_INFO] |= 2 << 16;
    s->reg[XG_REG_RB_COLORCONTROL] = 16 | 3u << 24 | 1 << 26 | 2u << 30;
    shaders(s, vs_color, ps_color);
    COLORED(8, -1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, -1, -1, 0, 1, 1, 1, 0, 0);
}

/* A loop in the pixel shader: the Mandelbrot set. */
static void mandelbrot(struct scene *s)
{
    s->reg[0x4908 + 16] = 24;
    scene_constant(s, 256, 4, 1.0f / 24, 2, 1);
    shaders(s, vs_color,
            "exec\n mov r1, r2\n"
            "loop Lout, i16\nLbody:\n exec\n"
            "  mul r3.xy, r1.xyyy, r1.xyyy\n  mul r4.x, r1.x, r1.y\n"
            "  add r5.x, r3.x, r3.y\n"
            "  add r6.x, c0.x, -r5.x\n  setp_gt _, r6.x\n"
            " cond_exec_pred p0\n"
            "  (p0) add r7.x, r3.x, -r3.y\n  (p0) add r1.x, r7.x, r0.x\n"
            "  (p0) mad r1.y, r4.x, c0.z, r0.y\n  (p0) add r8.x, r8.x, c0.w\n"
            "endloop Lbody, i16, !p0\nLout:\n"
            "alloc colors\nexec_end\n mul r8, r8.x, c0.y\n mov oC0, r8\n");
    COLORED(8, -1, 1, 0, 1, -2.2f, 1.2f, 0, 0, 1, 1, 0, 1, 1, 1.2f, 0, 0, -1, -1, 0, 1, -2.2f,
            -1.2f, 0, 0);
}

/* Light in the vertex shader through relative constants and scalar operations. */
static void lighting(struct scene *s)
{
    for (unsigned i = 0; i < 3; i++)
        scene_constant(s, 10 + i, i == 0 ? 0.9f : 0.1f, i == 1 ? 0.8f : 0.2f, i == 2 ? 1 : 0.3f, 1);
    scene_constant(s, 0, 0.3f, 0.5f, -0.8f, 0);
    shaders(s,
            "exec\n vfetch r0, r0.x, vf0, format=32_32_32_32_float, stride=8\n"
            " vfetch r1, r0.x, vf0, format=32_32_32_32_float, offset=4, mini\n"
            " dp3 r2.x, r1, r1\n + rsq r3.x, r1.w\n dp3 r4.x, r1, c0\n + rsq r2.y, r2.x\n"
            " mul_sat r4.x, r4.x, r2.y\n + maxas _, r1.ww\n"
            "alloc position\nexec\n mov oPos, r0\nalloc interpolators\nexec_end\n mul o0, r4.x, "
            "c[a0+10]\n",
            ps_color);
    COLORED(4, -0.9f, -0.9f, 0, 1, 1, 0, -1, 0, -0.4f, 0.9f, 0, 1, 0, 2, -1, 0, 0.1f, -0.9f, 0, 1,
            0, 0, -3, 1, 0, 0.9f, 0, 1, 1, 1, -1, 1, 0.5f, -0.9f, 0, 1, 0.3f, 0.5f, -0.8f, 2, 0.9f,
            0.9f, 0, 1, 0, 0, -1, 2);
}

static void formats(struct scene *s, uint32_t format)
{
    s->reg[XG_REG_RB_COLOR_INFO] = format << 16;
    triangle(s);
}
static void format_gamma(struct scene *s)
{
    formats(s, 1);
}
static void format_2101010(struct scene *s)
{
    formats(s, 2);
}
static void format_7e3(struct scene *s)
{
    formats(s, 3);
}
static void format_1616(struct scene *s)
{
    formats(s, 4);
}
static void format_16161616(struct scene *s)
{
    formats(s, 5);
}
static void format_half2(struct scene *s)
{
    formats(s, 6);
}
static void format_half4(struct scene *s)
{
    formats(s, 7);
}
static void format_32(struct scene *s)
{
    formats(s, 14);
}
static void format_3232(struct scene *s)
{
    formats(s, 15);
}

#include "tests/draw/scenes_more.h"

/* One for each feature; `about` is what docs/scenes.md says. */
static const struct {
    const char *name;
    void (*draw)(struct scene *s);
    uint8_t format, msaa;
    void (*with)(struct scene *s, uint32_t arg);
    uint32_t arg;
    const char *about;
} scenes[] = {
#define SCENE(name, about)                                                                         \
    {                                                                                              \
#name, name, 0, 0, NULL, 0, about                                                          \
    }
#define SURFACE(name, fn, format, msaa, about)                                                     \
    {                                                                                              \
        name, fn, format, msaa, NULL, 0, about                                                     \
    }
#define WITH(name, fn, arg, about)                                                                 \
    {                                                                                              \
        name, NULL, 0, 0, fn, arg, about                                                           \
    }
    SCENE(triangle, "a triangle, colours interpolated"),
    SCENE(flat, "flat interpolators: the provoking vertex's colour"),
    SCENE(strip, "triangle strip; back faces culled"),
    SCENE(fan, "triangle fan"),
    SCENE(quads, "quad list"),
    SCENE(rectangles, "rectangle list; the fourth corner; no culling"),
    SCENE(lines_and_points, "line loop, wide line, points"),
    SCENE(sprites, "point sprites: exported sizes, clamped; coordinates"),
    SCENE(restart, "reset index in 16-bit indices"),
    WITH("line_list", zigzag, 2, "line list"),
    WITH("line_strip", zigzag, 3, "line strip"),
    WITH("line_loop", octagon, 12, "line loop"),
    WITH("polygon", octagon, 15, "polygon"),
    WITH("quad_strip", zigzag, 14, "quad strip"),
    WITH("fill_lines_points", fill_mode, 1 | 0 << 3, "fill modes: front as lines, back as points"),
    WITH("fill_points_solid", fill_mode, 0 | 2 << 3, "fill modes: front as points, back filled"),
    WITH("cull_front", culling, 1, "front faces culled"),
    WITH("cull_back_clockwise", culling, 6, "back faces culled, front is clockwise"),
    WITH("patch_triangles", patches, 4 | 0 << 8 | 6 << 16, "tessellated triangle, discrete"),
    WITH("patch_quads", patches, 13 | 1 << 8 | 5 << 16, "tessellated quad, continuous, factor 5"),
    WITH("patch_adaptive", patches, 17 | 2 << 8 | 9 << 16, "triangle patch, factors in memory"),
    WITH("patch_adaptive_quad", patches, 18 | 2 << 8 | 9 << 16, "quad patch, factors in memory"),
    WITH("patch_continuous", patches, 4 | 1 << 8 | 5 << 16, "tessellated triangle, factor 5"),
    SCENE(patch_row, "quad patches with factors of their own, one edge shared"),
    SCENE(inline_indices, "16-bit indices inside the packet"),
    SCENE(index_window, "index offset and clamp"),
    SCENE(screen_space, "no viewport, no clipping; coordinates far outside"),
    SCENE(clipping, "near plane, behind the eye, a user plane"),
    SCENE(scissor, "window offset and both scissors"),
    SCENE(perspective, "perspective correction"),
    SCENE(polygon_offset, "polygon offset"),
    SCENE(slope_offset, "polygon offset by slope, front and back"),
    SCENE(face_and_position, "generated parameters: pixel position, sign of the face"),
    WITH("vertex_8888", vertex_format, 0, "vertex format 8_8_8_8"),
    WITH("vertex_2101010_signed", vertex_format, 1 | 16, "vertex format 2_10_10_10, signed"),
    WITH("vertex_101111", vertex_format, 2, "vertex format 10_11_11"),
    WITH("vertex_111110_signed", vertex_format, 3 | 16, "vertex format 11_11_10, signed"),
    WITH("vertex_1616", vertex_format, 4, "vertex format 16_16"),
    WITH("vertex_halfs", vertex_format, 5, "vertex format 16_16_float"),
    SCENE(mandelbrot, "a loop with a predicated break"),
    SCENE(lighting, "vertex lighting; relative constants"),
    SCENE(predicates, "predicated instructions and execs"),
    SCENE(memory_export, "memory export; the next draw reads what was stored"),
    SCENE(memory_export_pixels, "memory export from pixels; only covered ones store"),
    SCENE(bilinear, "bilinear filter"),
    SCENE(mipmaps, "trilinear filter over six levels"),
    WITH("anisotropic", anisotropy, 5, "anisotropic filter, 16:1"),
    WITH("isotropic", anisotropy, 0, "the same without it"),
    WITH("clamp_repeat", clamping, 0, "clamp: repeat"),
    WITH("clamp_mirror", clamping, 1, "clamp: mirror"),
    WITH("clamp_edge", clamping, 2, "clamp: to the edge"),
    WITH("clamp_mirror_once", clamping, 3, "clamp: mirror once to the edge"),
    WITH("clamp_half_border", clamping, 4, "clamp: half way to the border"),
    WITH("clamp_border", clamping, 6, "clamp: to the border"),
    SCENE(cube_map, "cube map"),
    WITH("volume", volume, 0, "3D texture, trilinear"),
    WITH("layers", volume, 1, "stacked texture, linear between layers"),
    SCENE(line_texture, "1D texture"),
    SCENE(fetch_queries, "getBCF, getWeights, getGradients"),
    SCENE(dxt1, "DXT1 with punch-through"),
    WITH("texture_8", texture_format, 2, "texture format 8"),
    WITH("texture_1555", texture_format, 3, "texture format 1_5_5_5"),
    WITH("texture_565", texture_format, 4, "texture format 5_6_5"),
    WITH("texture_655", texture_format, 5, "texture format 6_5_5"),
    WITH("texture_8888_linear", texture_format, 6 | TEX_LINEAR << 8, "8_8_8_8, not tiled"),
    WITH("texture_8888_signed", texture_format, 6 | TEX_SIGNED << 8, "8_8_8_8, signed"),
    WITH("texture_8888_gamma", texture_format, 6 | TEX_GAMMA << 8, "8_8_8_8, gamma"),
    WITH("texture_8888_biased", texture_format, 6 | TEX_BIASED << 8, "8_8_8_8, biased"),
    WITH("texture_8888_integer", texture_format, 6 | TEX_INTEGER << 8, "8_8_8_8, integers"),
    WITH("texture_2101010", texture_format, 7, "texture format 2_10_10_10"),
    WITH("texture_88", texture_format, 10, "texture format 8_8"),
    WITH("texture_crycby", texture_format, 11, "texture format Cr_Y1_Cb_Y0"),
    WITH("texture_ycrycb", texture_format, 12, "texture format Y1_Cr_Y0_Cb"),
    WITH("texture_4444", texture_format, 15, "texture format 4_4_4_4"),
    WITH("texture_101111", texture_format, 16, "texture format 10_11_11"),
    WITH("texture_dxt3", texture_format, 19, "DXT2_3"),
    WITH("texture_dxt5", texture_format, 20, "DXT4_5"),
    WITH("texture_depth", texture_format, 22, "texture format 24_8"),
    WITH("texture_depth_float", texture_format, 23, "texture format 24_8_float"),
    WITH("texture_16", texture_format, 24, "texture format 16"),
    WITH("texture_half4", texture_format, 32, "texture format 16_16_16_16_float"),
    WITH("texture_float", texture_format, 36, "texture format 32_float"),
    WITH("texture_dxn", texture_format, 49, "DXN"),
    WITH("texture_dxt3a", texture_format, 58, "DXT3A"),
    WITH("texture_dxt5a", texture_format, 59, "DXT5A"),
    WITH("texture_ctx1", texture_format, 60, "CTX1"),
    SCENE(depth, "depth test, D24"),
    SCENE(float_depth, "depth test, 20e4"),
    SCENE(depth_export, "depth from the pixel shader"),
    SCENE(stencil, "stencil: counts, then draws where it is 2"),
    SCENE(two_sided_stencil, "stencil operations by face"),
    SCENE(alpha_test, "alpha test and kill"),
    SCENE(blending, "six blend functions"),
    SCENE(blend_constant, "constant blend factors, alpha apart"),
    SCENE(four_targets, "four targets with masks (the first is shown)"),
    SCENE(exponent_bias, "exponent bias of a target"),
    SURFACE("msaa2", msaa2, 0, 1, "two samples"),
    SURFACE("msaa4", msaa4, 0, 2, "four samples"),
    SURFACE("centroids", centroids, 0, 2, "centroid interpolation"),
    SURFACE("sample_mask", sample_mask, 0, 2, "sample mask"),
    SURFACE("alpha_to_mask", alpha_to_mask, 0, 2, "alpha to mask, dithered"),
    SURFACE("format_gamma", format_gamma, 1, 0, "gamma target"),
    SURFACE("format_2101010", format_2101010, 2, 0, "2_10_10_10 target"),
    SURFACE("format_7e3", format_7e3, 3, 0, "2_10_10_10_FLOAT target"),
    SURFACE("blend_7e3", blend_7e3, 3, 0, "blending into 7e3: ranges of colour and alpha"),
    SURFACE("format_1616", format_1616, 4, 0, "16_16 target: red and green, -32 to 32"),
    SURFACE("format_16161616", format_16161616, 5, 0, "16_16_16_16 target"),
    SURFACE("format_half2", format_half2, 6, 0, "16_16_FLOAT target: red and green"),
    SURFACE("format_half4", format_half4, 7, 0, "16_16_16_16_FLOAT target"),
    SURFACE("format_32", format_32, 14, 0, "32_FLOAT target: red"),
    SURFACE("format_3232", format_3232, 15, 0, "32_32_FLOAT target: red and green"),
};
#define SCENES XG_COUNTOF(scenes)

/* --- pictures and digests --- */

struct picture {
    uint32_t width, height;
    uint8_t *rgb;
};

/* The first target's samples. */
static struct picture picture_of(const struct scene *s, size_t index)
{
    unsigned msaa = scenes[index].msaa, format = scenes[index].format;
    bool wide = format == 5 || format == 7 || format == 15;
    struct picture p = {.width = W << (msaa == 2), .height = H << (msaa > 0)};
    uint32_t columns = p.width << wide, n = 0;
    p.rgb = malloc(3ul * p.width * p.height);
    for (uint32_t y = 0; y < p.height; y++)
        for (uint32_t x = 0; x < p.width; x++) {
            uint32_t words[2];
            float v[4];
            for (unsigned i = 0; i < 2; i++)
                words[i] = scene_word(s, 0, (x << wide) + (wide ? i : 0), y,
                                      wide ? 2 * ((p.width + 79) / 80 * 80) : columns);
            xg_color_unpack(format, words, v);
            for (unsigned c = 0; c < 3; c++)
                p.rgb[n++] = (uint8_t)xg_float_unorm(v[c], 8);
        }
    return p;
}

static void write_png(const struct picture *p, const char *path)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = p->width,
                       .height = p->height,
                       .format = PNG_FORMAT_RGB};
    png_image_write_to_file(&image, path, 0, p->rgb, 0, NULL);
}

/* A file holds the same pixels. */
static bool shown_by(const struct picture *p, const char *path)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&image, path))
        return false;
    bool same = image.width == p->width && image.height == p->height;
    image.format = PNG_FORMAT_RGB;
    uint8_t *rgb = malloc(PNG_IMAGE_SIZE(image));
    same = png_image_finish_read(&image, NULL, rgb, 0, NULL) && same &&
           !memcmp(rgb, p->rgb, 3ul * p->width * p->height);
    free(rgb);
    return same;
}

/* FNV-1a over every tile that a scene can touch: pixels, depth, stencil. */
static uint64_t digest(const struct scene *s)
{
    uint64_t h = 14695981039346656037u;
    for (uint32_t t = 0; t < XG_EDRAM_TILES; t++)
        for (uint32_t i = 0; i < XG_EDRAM_TILE_BYTES; i += 4) {
            uint32_t w = xg_ld32le(s->tiles[t] + i);
            if (w)
                h = (h ^ w ^ (uint64_t)(t * 1280 + i / 4) << 32) * 1099511628211u;
        }
    return h;
}

/* What shaders export goes straight to memory. */
static void store(void *ctx, const struct xg_gpu_effect *e)
{
    struct scene *s = ctx;
    if (e->kind == XG_GPU_MEM && e->address + e->size <= SCENE_MEMORY)
        memcpy(s->memory + e->address, e->bytes, e->size);
}

/* Into build/scenes; *picture, when asked for, is the caller's. */
static uint64_t draw_scene(size_t index, bool scalar, struct picture *picture)
{
    struct scene *s = scene_create(W, H);
    char path[256];
    const char *out = getenv("O");
    s->host.effect = store;
    if (scalar)
        xg_draw_threads(s->renderer, XG_DRAW_SCALAR);
    if (scenes[index].draw)
        scenes[index].draw(s);
    else
        scenes[index].with(s, scenes[index].arg);
    snprintf(path, sizeof path, "%s/scenes", out ? out : "build");
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/scenes/%s.png", out ? out : "build", scenes[index].name);
    struct picture p = picture_of(s, index);
    write_png(&p, path);
    if (picture)
        *picture = p;
    else
        free(p.rgb);
    uint64_t h = digest(s);
    const struct xg_draw_warnings *w = xg_draw_get_warnings(s->renderer);
    for (unsigned i = 0; i < XG_WARN_COUNT; i++)
        if (w->count[i]) {
            print_error("%s: %s\n", scenes[index].name,
                        xg_draw_warning_text((enum xg_draw_warning)i));
            h = 0;
        }
    scene_destroy(s);
    return h;
}

static const char *golden(const struct xg_csv *csv, size_t index)
{
    for (size_t i = 0; i < csv->rows; i++)
        if (!strcmp(xg_csv_get(csv, i, "scene"), scenes[index].name))
            return xg_csv_get(csv, i, "digest");
    return "";
}

static void a_scene_has_its_digest_and_picture(void **state)
{
    size_t index = (size_t)(uintptr_t)*state;
    struct xg_csv csv;
    struct xg_error err = {0};
    struct picture picture;
    char got[20], path[256];
    uint64_t scalar = draw_scene(index, true, NULL), wide = draw_scene(index, false, &picture);
    assert_int_equal(scalar, wide);
    snprintf(got, sizeof got, "%016llx", (unsigned long long)wide);
    assert_true(xg_csv_load(&csv, "tests/draw/golden.csv", &err));
    assert_string_equal(got, golden(&csv, index));
    xg_csv_free(&csv);
    snprintf(path, sizeof path, "docs/scenes/%s.png", scenes[index].name);
    if (!shown_by(&picture, path))
        fail_msg("%s does not show this scene", path);
    free(picture.rgb);
}

/* docs/scenes.md: the scenes with their pictures. */
static char *page(void)
{
    struct xg_csv csv;
    struct xg_error err = {0};
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    assert_true(f && xg_csv_load(&csv, "tests/draw/golden.csv", &err));
    fputs(
        "# Golden scenes\n\nWritten by `build/tests/test_scenes --update`, not by hand. Each scene "
        "shows one feature of\n[draws](draw.md), 96×64 pixels (samples, where there are several). "
        "`test_scenes` draws it with the scalar reference and\nwith compiled shaders, compares "
        "both with the digest (of all of eDRAM) and with the picture here, and leaves its own\nin "
        "`build/scenes/NAME.png`. `test_scenes --sheet` puts them all into `build/scenes.html`, "
        "four times as large.\n\n"
        "| | scene | shows | digest |\n|---|---|---|---|\n",
        f);
    for (size_t i = 0; i < SCENES; i++)
        fprintf(f, "| ![%s](scenes/%s.png) | `%s` | %s | %s |\n", scenes[i].name, scenes[i].name,
                scenes[i].name, scenes[i].about, golden(&csv, i));
    xg_csv_free(&csv);
    fclose(f);
    return text;
}

static void the_page_lists_the_scenes(void **state)
{
    char *want = page(), *got = NULL;
    size_t room = 0;
    FILE *f = fopen("docs/scenes.md", "r");
    XG_UNUSED(state);
    assert_true(f && getdelim(&got, &room, 0, f) > 0);
    assert_string_equal(got, want);
    fclose(f);
    free(got);
    free(want);
}

static int update(void)
{
    FILE *f = fopen("tests/draw/golden.csv", "w");
    if (!f)
        return 2;
    fputs("scene,digest\n", f);
    mkdir("docs/scenes", 0777);
    for (size_t i = 0; i < SCENES; i++) {
        char path[256];
        struct picture p;
        uint64_t h = draw_scene(i, true, &p);
        snprintf(path, sizeof path, "docs/scenes/%s.png", scenes[i].name);
        if (!shown_by(&p, path))
            write_png(&p, path);
        free(p.rgb);
        fprintf(f, "%s,%016llx\n", scenes[i].name, (unsigned long long)h);
    }
    fclose(f);
    f = fopen("docs/scenes.md", "w");
    if (!f)
        return 2;
    char *text = page();
    fputs(text, f);
    free(text);
    return fclose(f) ? 2 : 0;
}

/* build/scenes.html: every picture, four times its size. */
static int sheet(void)
{
    char path[256];
    const char *out = getenv("O");
    snprintf(path, sizeof path, "%s/scenes.html", out ? out : "build");
    FILE *f = fopen(path, "w");
    if (!f)
        return 2;
    fputs(
        "<!doctype html><title>Golden scenes</title><style>figure{display:inline-block;margin:8px}"
        "img{width:384px;image-rendering:pixelated;display:block}</style>\n",
        f);
    for (size_t i = 0; i < SCENES; i++) {
        draw_scene(i, false, NULL);
        fprintf(f, "<figure><img src=\"scenes/%s.png\"><figcaption>%s: %s</figcaption></figure>\n",
                scenes[i].name, scenes[i].name, scenes[i].about);
    }
    fclose(f);
    printf("%s\n", path);
    return 0;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[SCENES + 1];
    if (argc > 1 && !strcmp(argv[1], "--update"))
        return update();
    if (argc > 1 && !strcmp(argv[1], "--sheet"))
        return sheet();
    for (size_t i = 0; i < SCENES; i++)
        tests[i] = (struct CMUnitTest){scenes[i].name, a_scene_has_its_digest_and_picture, NULL,
                                       NULL, (void *)(uintptr_t)i};
    tests[SCENES] = (struct CMUnitTest)cmocka_unit_test(the_page_lists_the_scenes);
    return _cmocka_run_group_tests("scenes", tests, SCENES + 1, NULL, NULL);
}
