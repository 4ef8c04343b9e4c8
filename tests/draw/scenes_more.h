/* More golden scenes (test_scenes.c): primitives, vertex and texture formats, targets. */
#ifndef XG_TESTS_DRAW_SCENES_MORE_H
#define XG_TESTS_DRAW_SCENES_MORE_H

/* --- primitives --- */

/* A zigzag of eight coloured vertices as any primitive type. */
static void zigzag(struct scene *s, uint32_t type)
{
    float v[8 * 8];
    shaders(s, vs_color, ps_color);
    s->reg[XG_REG_PA_SU_LINE_CNTL] = 16;
    s->reg[XG_REG_PA_SU_POINT_SIZE] = 4 * 16 << 16 | 4 * 16;
    for (unsigned i = 0; i < 8; i++) {
        const float one[8] = {-0.9f + 0.25f * (float)i,
                              i & 1 ? 0.7f : -0.6f,
                              0,
                              1,
                              i & 1 ? 1.0f : 0.2f,
                              (float)i / 7,
                              i & 2 ? 0.9f : 0.1f,
                              1};
        memcpy(v + 8 * i, one, sizeof one);
    }
    scene_vertices(s, v, 8, 8);
    scene_draw_auto(s, type, 8);
}

/* A convex octagon: polygons and loops. */
static void octagon(struct scene *s, uint32_t type)
{
    float v[8 * 8];
    shaders(s, vs_color, ps_color);
    s->reg[XG_REG_PA_SU_LINE_CNTL] = 24;
    for (unsigned i = 0; i < 8; i++) {
        double a = 0.3 + i * 0.7853981633974483;
        const float one[8] = {(float)(0.8 * cos(a)), (float)(0.8 * sin(a)), 0, 1, (float)i / 7,
                              1 - (float)i / 7,      i & 1 ? 1.0f : 0.3f,   1};
        memcpy(v + 8 * i, one, sizeof one);
    }
    scene_vertices(s, v, 8, 8);
    scene_draw_auto(s, type, 8);
}

/* Front faces filled one way, back faces another: kinds of PA_SU_SC_MODE_CNTL. */
static void fill_mode(struct scene *s, uint32_t kinds)
{
    shaders(s, vs_color, ps_color);
    s->reg[XG_REG_PA_SU_LINE_CNTL] = 12;
    s->reg[XG_REG_PA_SU_POINT_SIZE] = 3 * 16 << 16 | 3 * 16;
    s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = 1 << 3 | kinds << 5;
    COLORED(4, -0.9f, -0.8f, 0, 1, RED, -0.5f, 0.8f, 0, 1, GREEN, -0.1f, -0.8f, 0, 1, BLUE, 0.1f,
            -0.8f, 0, 1, RED, 0.9f, -0.8f, 0, 1, GREEN, 0.5f, 0.8f, 0, 1, BLUE);
}

static void culling(struct scene *s, uint32_t mode)
{
    fill_mode(s, 0);
    memset(s->tiles[0], 0, 64 * XG_EDRAM_TILE_BYTES);
    s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = mode;
    scene_draw_auto(s, 4, 6);
}

/* Patches: the vertex shader bends the grid it is asked for. arg: type, mode << 8, level << 16. */
static void patches(struct scene *s, uint32_t arg)
{
    static const char triangle_vs[] =
        "exec\n mul r2, c0, r0.z\n mad r2, c1, r0.y, r2\n mad r2, c2, r0.x, r2\n"
        " mul r3.x, r0.x, r0.y\n mad r2.y, r3.x, c4.x, r2.y\nalloc position\nexec\n"
        " mov oPos.xyz1, r2\nalloc interpolators\nexec_end\n mov o0, r0\n";
    static const char square_vs[] = "exec\n mad r2.xy, r0.xyyy, c5.x, c5.y\n mul r3.x, r0.x, "
                                    "r0.y\n mad r2.y, r3.x, c4.x, r2.y\n"
                                    "alloc position\nexec\n mov oPos.xy01, r2\nalloc "
                                    "interpolators\nexec_end\n mov o0.xyz1, r0\n";
    static const char patch_vs[] = "exec\n mad r2.xy, r0.yzzz, c5.x, c5.y\n mul r3.x, r0.y, r0.z\n "
                                   "mad r2.y, r3.x, c4.x, r2.y\n"
                                   "alloc position\nexec\n mov oPos.xy01, r2\nalloc "
                                   "interpolators\nexec_end\n mov o0.xyz1, r0.yzxx\n";
    uint32_t type = arg & 255;
    shaders(s, type == 13 ? square_vs : type == 18 ? patch_vs : triangle_vs, ps_color);
    scene_constant(s, 0, -0.9f, -0.8f, 0, 1);
    scene_constant(s, 1, 0, 0.8f, 0, 1);
    scene_constant(s, 2, 0.9f, -0.8f, 0, 1);
    scene_constant(s, 4, -0.8f, 0, 0, 0);
    scene_constant(s, 5, 1.6f, -0.8f, 0, 0);
    s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = 1 << 3 | 1 << 5 | 1 << 8;
    s->reg[XG_REG_VGT_OUTPUT_PATH_CNTL] = 1;
    s->reg[XG_REG_VGT_HOS_CNTL] = arg >> 8 & 255;
    scene_float(s, XG_REG_VGT_HOS_MAX_TESS_LEVEL, (float)(arg >> 16) - 1);
    scene_float(s, XG_REG_VGT_HOS_MIN_TESS_LEVEL, 1);
    uint32_t count = type == 4 ? 3 : type == 13 ? 4 : 1, source = 2;
    if ((arg >> 8 & 255) == 2) { /* factors of edges in memory */
        static const float factors[4] = {3, 4.5f, 2, 5};
        for (unsigned i = 0; i < 4; i++)
            xg_st32be(s->memory + SCENE_INDICES + 4 * i, scene_bits(factors[i]));
        count = type == 18 ? 4 : 3;
        source = 0;
    }
    scene_send(s, source ? XG_PM4_DRAW_INDX_2 : XG_PM4_DRAW_INDX,
               type | source << 6 | 1 << 8 | 1 << 11 | count << 16, SCENE_INDICES, 8 | 2u << 30,
               NULL, 0);
}

/* Two patches side by side, factors of their own but for the edge between them. */
static void patch_row(struct scene *s)
{
    static const char vs[] = "exec\n add r1.x, r0.y, r0.x\n mad r2.x, r1.x, c0.x, c0.y\n"
                             " mad r2.y, r0.z, c0.z, c0.w\nalloc position\nexec\n"
                             " mov oPos.xy01, r2\nalloc interpolators\nexec_end\n"
                             " mov o0.xyz1, r0.yzxx\n";
    static const float factors[8] = {1, 2.5f, 7, 3, 5, 1, 1.25f, 2.5f};
    shaders(s, vs, ps_color);
    scene_constant(s, 0, 0.9f, -0.9f, 1.7f, -0.85f);
    s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = 1 << 3 | 1 << 5 | 1 << 8;
    s->reg[XG_REG_VGT_OUTPUT_PATH_CNTL] = 1;
    s->reg[XG_REG_VGT_HOS_CNTL] = 2;
    scene_float(s, XG_REG_VGT_HOS_MAX_TESS_LEVEL, 15);
    scene_float(s, XG_REG_VGT_HOS_MIN_TESS_LEVEL, 0);
    for (unsigned i = 0; i < 8; i++)
        xg_st32be(s->memory + SCENE_INDICES + 4 * i, scene_bits(factors[i]));
    scene_send(s, XG_PM4_DRAW_INDX, 18 | 1 << 8 | 1 << 11 | 8u << 16, SCENE_INDICES, 8 | 2u << 30,
               NULL, 0);
}

static void inline_indices(struct scene *s)
{
    const uint32_t words[3] = {0 | 1 << 16, 2 | 2 << 16, 1 | 3 << 16};
    zigzag(s, 1);
    scene_send(s, XG_PM4_DRAW_INDX_2, 4 | 1 << 6 | 6u << 16, 0, 0, words, 3);
}

static void index_window(struct scene *s)
{
    zigzag(s, 1);
    s->reg[XG_REG_VGT_INDX_OFFSET] = 2;
    s->reg[XG_REG_VGT_MAX_VTX_INDX] = 5;
    scene_draw_auto(s, 6, 8);
}

/* No clipping, no viewport: positions are pixels; one triangle is far larger than the screen. */
static void screen_space(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    s->reg[XG_REG_PA_CL_VTE_CNTL] = 1 << 8 | 1 << 9 | 1 << 10;
    s->reg[XG_REG_PA_CL_CLIP_CNTL] = 1 << 16;
    COLORED(4, -9000, 70, 0, 1, BLUE, 48, -9000, 0, 1, GREEN, 9000, 70, 0, 1, RED, 10, 10, 0, 1,
            WHITE, 86, 20, 0, 1, RED, 40, 60, 0, 1, GREEN);
}

/* --- vertex formats --- */

/* A fan whose colours come from 32-bit words of one format and number type. */
static void vertex_format(struct scene *s, uint32_t arg)
{
    static const char *const names[] = {"8_8_8_8",  "2_10_10_10", "10_11_11",
                                        "11_11_10", "16_16",      "16_16_float"};
    char text[512];
    snprintf(
        text, sizeof text,
        "exec\n vfetch r1, r0.x, vf0, format=32_32_32_32_float, stride=5\n"
        " vfetch r2.xyz1, r0.x, vf0, format=%s, offset=4, mini%s\n"
        "alloc position\nexec\n mov oPos, r1\nalloc interpolators\nexec_end\n max o0, r2, -r2\n",
        names[arg & 15], arg & 16 ? ", signed" : "");
    shaders(s, text, ps_color);
    for (unsigned i = 0; i < 6; i++) {
        double a = i * 1.2566370614359172;
        const float position[4] = {i ? (float)(0.9 * cos(a)) : 0, i ? (float)(0.9 * sin(a)) : 0, 0,
                                   1};
        uint8_t *to = s->memory + SCENE_VERTICES + 20 * i;
        for (unsigned c = 0; c < 4; c++)
            xg_st32be(to + 4 * c, scene_bits(position[c]));
        xg_st32be(to + 16, 0x3C003800u * (i + 1) ^ 0x1234567u * i);
    }
    s->reg[0x4800] = SCENE_VERTICES | 3;
    s->reg[0x4801] = 30 << 2 | 2;
    scene_draw_auto(s, 5, 6);
}

/* --- textures --- */

/* Blocks of any bytes, made from a gradient so that they have shapes. arg: format, flags << 8. */
enum { TEX_LINEAR = 1, TEX_SIGNED = 2, TEX_GAMMA = 4, TEX_BIASED = 8, TEX_INTEGER = 16 };
static void texture_format(struct scene *s, uint32_t arg)
{
    const struct xg_texel_format *f = xg_texel_format(arg & 63);
    uint32_t flags = arg >> 8, across = 32u / f->block_w, down = 32u / f->block_h;
    unsigned log2_bytes = 0;
    while (1u << log2_bytes < f->bytes)
        log2_bytes++;
    for (uint32_t y = 0; y < down; y++)
        for (uint32_t x = 0; x < across; x++) {
            uint32_t at = flags & TEX_LINEAR ? (y * (f->bytes > 4 ? 32 : 64) + x) * f->bytes
                                             : xg_tiled_2d(x, y, 1, log2_bytes);
            for (uint32_t i = 0; i < f->bytes; i++) {
                uint32_t v = f->block_w > 1 ? x * 37 * (i + 1) ^ y * 11 << (i & 3)
                                            : (i & 1 ? y : x) * 8 + i * 3;
                if (f->kind == XG_TEXEL_FLOAT || f->kind == XG_TEXEL_HALF)
                    v = i % (f->kind == XG_TEXEL_FLOAT ? 4 : 2) ==
                                (f->kind == XG_TEXEL_FLOAT ? 3u : 1u)
                            ? (f->kind == XG_TEXEL_FLOAT ? 0x3F : 0x38)
                            : v;
                s->memory[SCENE_TEXTURE + at + i] = (uint8_t)v;
            }
        }
    uint32_t *c = s->reg + 0x4806, sign = flags & TEX_SIGNED   ? 1
                                          : flags & TEX_GAMMA  ? 3
                                          : flags & TEX_BIASED ? 2
                                                               : 0;
    c[0] = 2 | sign * 0x154 | 2 << 10 | 2 << 13 |
           (flags & TEX_LINEAR ? (f->bytes > 4 ? 1u : 2u) : 1u) << 22 |
           (flags & TEX_LINEAR ? 0 : 1u << 31);
    c[1] = (arg & 63) | SCENE_TEXTURE;
    c[2] = 31 | 31 << 13;
    c[3] = 0 | 1 << 4 | 2 << 7 | 3 << 10 | (flags & TEX_INTEGER ? 1 : 0);
    c[4] = 0;
    c[5] = 1 << 9;
    scene_constant(s, 256,
                   flags & TEX_INTEGER                 ? 1 / 255.0f
                   : flags & (TEX_SIGNED | TEX_BIASED) ? 0.5f
                                                       : 1,
                   0, 0, 0);
    scene_constant(s, 257, flags & (TEX_SIGNED | TEX_BIASED) ? 0.5f : 0, 0, 0, 0);
    shaders(s, vs_color,
            "exec\n tfetch2D r1, r0.xy, tf1\nalloc colors\nexec_end\n mad oC0, r1, c0.x, c1.x\n");
    COLORED(8, -1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, -1, -1, 0, 1, 0, 1, 0, 0);
}

/* arg: clamp mode of both axes. Coordinates run from -1 to 2. */
static void clamping(struct scene *s, uint32_t mode)
{
    checker_texture(s);
    s->reg[0x4806] = (s->reg[0x4806] & ~(63u << 10)) | mode << 10 | mode << 13;
    s->reg[0x4806 + 3] |= 1 << 19 | 1 << 21;
    s->reg[0x4806 + 5] |= 1; /* border: white */
    shaders(s, vs_color, ps_texture);
    COLORED(8, -1, 1, 0, 1, -1, -1, 0, 0, 1, 1, 0, 1, 2, -1, 0, 0, -1, -1, 0, 1, -1, 2, 0, 0);
}

static void anisotropy(struct scene *s, uint32_t code)
{
    uint32_t *c = s->reg + 0x4806;
    checker_texture(s);
    c[0] &= ~(63u << 10);
    c[3] |= 1 << 19 | 1 << 21 | code << 25;
    shaders(s, vs_color, ps_texture);
    COLORED(13, -8, 0.9f, 7, 8, 0, 0, 0, 0, 8, 0.9f, 7, 8, 6, 0, 0, 0, 1, -0.9f, 0.2f, 1, 6, 6, 0,
            0, -1, -0.9f, 0.2f, 1, 0, 6, 0, 0);
}

static void cube_map(struct scene *s)
{
    static const uint32_t colors[6] = {0xFF0000FF, 0xFF00FF00, 0xFFFF0000,
                                       0xFF00FFFF, 0xFFFF00FF, 0xFFFFFF00};
    static uint32_t texels[32 * 32];
    for (unsigned face = 0; face < 6; face++) {
        for (unsigned i = 0; i < 1024; i++)
            texels[i] = ((i / 4 ^ i / 128) & 1) ? colors[face] : colors[face] & 0xFF808080;
        scene_texture_8888(s, 1, SCENE_TEXTURE + face * 4096, 32, 32, texels);
    }
    uint32_t *c = s->reg + 0x4806;
    c[1] = (c[1] & 0xFFF) | SCENE_TEXTURE;
    c[5] = 3 << 9;
    scene_constant(s, 256, 1.5f, 0, 0, 0);
    shaders(s, vs_color,
            "exec\n cube r1, r0.zzxy, r0.yxzz\n rcp r2.x, |r1.z|\n mad r1.xy, r1, r2.x, c0.x\n"
            " tfetchCube r1, r1.yxw, tf1\nalloc colors\nexec_end\n mov oC0, r1\n");
    COLORED(8, -1, 1, 0, 1, -2, 1.4f, 1, 0, 1, 1, 0, 1, 2, 1.4f, -0.4f, 0, -1, -1, 0, 1, -2, -1.4f,
            1, 0);
}

/* 16 x 16 x 8 texels, or as many layers. */
static void volume(struct scene *s, uint32_t stacked)
{
    for (uint32_t z = 0; z < 8; z++)
        for (uint32_t y = 0; y < 16; y++)
            for (uint32_t x = 0; x < 16; x++) {
                uint32_t at =
                    stacked ? z * 4096 + xg_tiled_2d(x, y, 1, 2) : xg_tiled_3d(x, y, z, 1, 2, 2);
                xg_st32be(s->memory + SCENE_TEXTURE + at, 0xFF000000 | x << 4 | y << 12 | z << 21 |
                                                              ((x ^ y ^ z) & 4 ? 0x404040 : 0));
            }
    uint32_t *c = s->reg + 0x4806;
    c[0] = 2 | 2 << 10 | 2 << 13 | 2 << 16 | 1u << 22 | 1u << 31;
    c[1] = 6 | 2 << 6 | SCENE_TEXTURE | stacked << 10;
    c[2] = stacked ? 15u | 15 << 13 | 7u << 26 : 15u | 15 << 11 | 7u << 22;
    c[3] = 0 | 1 << 4 | 2 << 7 | 3 << 10 | 1 << 19 | 1 << 21;
    c[4] = 3;
    c[5] = (stacked ? 1 : 2) << 9;
    shaders(
        s, vs_color,
        stacked
            ? "exec\n tfetch3D r1, r0.xyz, tf1, dimension=2\nalloc colors\nexec_end\n mov oC0, r1\n"
            : "exec\n tfetch3D r1, r0.xyz, tf1\nalloc colors\nexec_end\n mov oC0, r1\n");
    COLORED(8, -1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0.5f, 0, -1, -1, 0, 1, 0, 1, 1, 0);
}

static void line_texture(struct scene *s)
{
    uint32_t *c = s->reg + 0x4806;
    for (uint32_t i = 0; i < 64; i++)
        xg_st32be(s->memory + SCENE_TEXTURE + 4 * i,
                  0xFF000000 | i << 2 | (63 - i) << 10 | (i & 8) << 18);
    c[0] = 2 | 2u << 22;
    c[1] = 6 | 2 << 6 | SCENE_TEXTURE;
    c[2] = 63;
    c[3] = 0 | 1 << 4 | 2 << 7 | 3 << 10 | 1 << 19 | 1 << 21;
    c[5] = 0;
    shaders(s, vs_color, "exec\n tfetch1D r1, r0.x, tf1\nalloc colors\nexec_end\n mov oC0, r1\n");
    COLORED(8, -1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 1.5f, 0, 0, 0, -1, -1, 0, 1, 0.2f, 0, 0, 0);
}

static void fetch_queries(struct scene *s)
{
    checker_texture(s);
    s->reg[0x4806] = (s->reg[0x4806] & ~(63u << 10)) | 6 << 10 | 6 << 13;
    s->reg[0x4806 + 3] |= 1 << 19 | 1 << 21;
    shaders(s, vs_color,
            "exec\n getBCF2D r1.x___, r0.xy, tf1\n getWeights2D r2.xy__, r0.xy, tf1\n"
            " getGradients2D r3, r0.xy, tf1\nalloc colors\nexec_end\n mov oC0.x, r1.x\n"
            " mov oC0.y, r2.x\n mul oC0.z, r3.x, c0.x\n mov oC0.w, r2.y\n");
    scene_constant(s, 256, 8, 0, 0, 0);
    COLORED(8, -1, 1, 0, 1, -0.1f, -0.1f, 0, 0, 1, 1, 0, 1, 1.1f, -0.1f, 0, 0, -1, -1, 0, 1, -0.1f,
            1.1f, 0, 0);
}

/* --- shaders --- */

static void predicates(struct scene *s)
{
    shaders(s, vs_color,
            "exec\n setp_gt r1.x, r0.x\n (p0) mov r2, r0.yxzw\n (!p0) mov r2, r0.zzyw\n"
            "cond_exec_pred p0\n (p0) mul r2, r2, c0.x\nalloc colors\nexec_end\n mov oC0, r2\n");
    scene_constant(s, 256, 0.5f, 0, 0, 0);
    COLORED(8, -1, 1, 0, 1, -1, 0.5f, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, -1, -1, 0, 1, -0.5f, 1, 0.2f,
            1);
}

/* The first draw stores vertices, the second draws them. */
static void memory_export(struct scene *s)
{
    static const char store[] =
        "exec\n vfetch r1, r0.x, vf0, format=32_32_32_32_float, stride=4\nalloc memory\nexec_end\n"
        " mad eA, c1, r0.x, c0\n mul eM0, r1, c2\n";
    static const float corners[16] = {-0.8f, -0.8f, 0, 1, 0, 0.9f, 0, 1,
                                      0.8f,  -0.5f, 0, 1, 0, 0,    0, 1};
    const uint32_t stream[4] = {0x40000000 | (SCENE_VERTICES + 0x1000) >> 2, 0x96u << 23,
                                0x4B000000 | 7u << 16 | 38u << 8 | 2, 0x96u << 23 | 3};
    shaders(s, store, ps_color);
    scene_vertices(s, corners, 4, 4);
    for (unsigned c = 0; c < 4; c++)
        s->reg[0x4000 + c] = stream[c];
    scene_constant(s, 1, 0, xg_bits_float((0x96u << 23) + 1) - xg_bits_float(0x96u << 23), 0, 0);
    scene_constant(s, 2, 1, -1, 1, 1);
    scene_draw_auto(s, 1, 4); /* the fourth lies beyond the stream's end */
    s->reg[0x4800] = (SCENE_VERTICES + 0x1000) | 3;
    s->reg[0x4801] = 16 << 2 | 2;
    shaders(
        s,
        "exec\n vfetch r1, r0.x, vf0, format=32_32_32_32_float, stride=4\nalloc position\nexec\n"
        " mov oPos, r1\nalloc interpolators\nexec_end\n max o0, r1, -r1\n",
        ps_color);
    scene_draw_auto(s, 4, 3);
}

/* The pixel shader stores its pixels; what lies outside of the triangle stores nothing. */
static void memory_export_pixels(struct scene *s)
{
    const uint32_t stream[4] = {0x40000000 | SCENE_TEXTURE >> 2, 0x96u << 23,
                                0x4B000000 | 0u << 16 | 6u << 8 | 2, 0x96u << 23 | 8192};
    s->reg[XG_REG_SQ_PROGRAM_CNTL] = 1 << 18;
    s->reg[XG_REG_SQ_CONTEXT_MISC] = 1 << 2 | 2 << 8;
    for (unsigned c = 0; c < 4; c++)
        s->reg[0x4400 + c] = stream[c];
    const float step = xg_bits_float((0x96u << 23) + 1) - xg_bits_float(0x96u << 23);
    scene_constant(s, 257, 0, step, 0, 0);
    scene_constant(s, 258, 128, 0, 0, 0);
    shaders(s, vs_color,
            "exec\n mad r3.x, |r2.y|, c2.x, |r2.x|\nalloc memory\nexec\n mad eA, c1, r3.x, c0\n"
            " mov eM0, r0\nalloc colors\nexec_end\n mov oC0, r0.zyxw\n");
    COLORED(4, -0.9f, -0.8f, 0, 1, RED, -0.2f, 0.9f, 0, 1, GREEN, 0.1f, -0.5f, 0, 1, BLUE);
    uint32_t *c = s->reg + 0x4806; /* the same memory as a texture of 128 x 64 */
    c[0] = 2 | 2 << 10 | 2 << 13 | 4u << 22;
    c[1] = 6 | 2 << 6 | SCENE_TEXTURE;
    c[2] = 95 | 63 << 13;
    c[3] = 0 | 1 << 4 | 2 << 7 | 3 << 10;
    c[5] = 1 << 9;
    s->reg[XG_REG_RB_BLENDCONTROL0] = 1 | 1 << 8 | 1 << 16 | 1u << 24;
    shaders(s, vs_color, ps_texture);
    COLORED(8, -0.2f, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 0.6f, 0, 0, 0, -0.2f, -1, 0, 1, 0, 1, 0, 0);
}

/* Alpha above 1 counts as 1 before it is a factor, red up to 31.875. */
static void blend_7e3(struct scene *s)
{
    s->reg[XG_REG_RB_COLOR_INFO] = 3 << 16;
    shaders(s, vs_color, ps_color);
    COLORED(8, -1, 1, 0, 1, 0.5f, 0.5f, 0.5f, 1, 1, 1, 0, 1, 0.5f, 0.5f, 0.5f, 1, -1, -1, 0, 1,
            0.5f, 0.5f, 0.5f, 1);
    s->reg[XG_REG_RB_BLENDCONTROL0] = 6 | 7 << 8 | 6 << 16 | 7u << 24;
    COLORED(8, -0.8f, 0.8f, 0, 1, 0.4f, 0.1f, 2, 2, 0.8f, 0.8f, 0, 1, 0.1f, 0.4f, 2, 0, -0.8f,
            -0.8f, 0, 1, 0.3f, 0.9f, 60, 3);
}

static void depth_export(struct scene *s)
{
    shaders(s, vs_color, "alloc colors\nexec_end\n mov oC0, r0\n mul oDepth.x, r0.x, r0.y\n");
    scene_fill(s, SCENE_DEPTH_TILE, 64, 0x40000000);
    s->reg[XG_REG_RB_DEPTHCONTROL] = 2 | 4 | 4 << 4;
    COLORED(8, -1, 1, 0, 1, 0, 0, 0.5f, 1, 1, 1, 0, 1, 1, 0, 0.5f, 1, -1, -1, 0, 1, 0, 1, 0.5f, 1);
}

/* --- targets --- */

/* Slopes of both signs along both axes, front and back with offsets of their own; the depth is
 * part of the digest. */
static void slope_offset(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    scene_fill(s, SCENE_DEPTH_TILE, 64, 0xFFFFFF00);
    s->reg[XG_REG_RB_DEPTHCONTROL] = 2 | 4 | 3 << 4;
    s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = 7 << 11;
    scene_float(s, XG_REG_PA_SU_POLY_OFFSET_FRONT_SCALE, 8);
    scene_float(s, XG_REG_PA_SU_POLY_OFFSET_FRONT_OFFSET, 0.01f);
    scene_float(s, XG_REG_PA_SU_POLY_OFFSET_BACK_SCALE, -12);
    scene_float(s, XG_REG_PA_SU_POLY_OFFSET_BACK_OFFSET, -0.02f);
    COLORED(4, -0.9f, -0.9f, 0.2f, 1, RED, -0.5f, 0.9f, 0.3f, 1, RED, -0.1f, -0.9f, 0.7f, 1, RED,
            0.1f, -0.9f, 0.8f, 1, GREEN, 0.9f, -0.9f, 0.4f, 1, GREEN, 0.5f, 0.9f, 0.5f, 1, GREEN,
            -0.9f, -0.2f, 0.6f, 1, BLUE, 0.9f, -0.2f, 0.6f, 1, BLUE, 0, 0.6f, 0.2f, 1, BLUE, -0.4f,
            0.9f, 0.1f, 1, WHITE, 0.4f, 0.9f, 0.1f, 1, WHITE, 0, 0.3f, 0.9f, 1, WHITE);
}

static void float_depth(struct scene *s)
{
    s->reg[XG_REG_RB_DEPTH_INFO] |= 1 << 16;
    depth(s);
}

static void two_sided_stencil(struct scene *s)
{
    shaders(s, vs_color, ps_color);
    scene_fill(s, SCENE_DEPTH_TILE, 64, 0x08);
    s->reg[XG_REG_RB_DEPTHCONTROL] = 1 | 1 << 7 | 7 << 8 | 6 << 14 | 7 << 20 | 7u << 26;
    s->reg[XG_REG_RB_STENCILREFMASK] = s->reg[XG_REG_RB_STENCILREFMASK_BF] = 0xFFFF00;
    fill_mode(s, 2 | 2 << 3);
    s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = 0;
    s->reg[XG_REG_RB_DEPTHCONTROL] = 1 | 1 << 8; /* where it is more than 8 */
    s->reg[XG_REG_RB_STENCILREFMASK] = 0xFFFF08;
    COLORED(8, -1, 1, 0, 1, WHITE, 1, 1, 0, 1, WHITE, -1, -1, 0, 1, WHITE);
}

static void four_targets(struct scene *s)
{
    for (unsigned i = 1; i < 4; i++)
        s->reg[XG_REG_RB_COLOR1_INFO + i - 1] = 64 * i;
    s->reg[XG_REG_RB_COLOR_MASK] = 0xF7BD; /* one component missing in each of three */
    shaders(s, vs_color,
            "alloc colors\nexec_end\n mov oC0, r0\n mov oC1, r0.yxzw\n mov oC2, r0.zyxw\n mov oC3, "
            "r0.xxxw\n");
    COLORED(4, -0.9f, -0.9f, 0, 1, RED, 0, 0.9f, 0, 1, GREEN, 0.9f, -0.9f, 0, 1, BLUE);
}

static void blend_constant(struct scene *s)
{
    s->reg[XG_REG_RB_BLENDCONTROL0] = 12 | 15 << 8 | 14 << 16 | 13u << 24;
    scene_float(s, XG_REG_RB_BLEND_RED, 0.9f);
    scene_float(s, XG_REG_RB_BLEND_GREEN, 0.4f);
    scene_float(s, XG_REG_RB_BLEND_BLUE, 0.6f);
    scene_float(s, XG_REG_RB_BLEND_ALPHA, 0.3f);
    triangle(s);
    scene_draw_auto(s, 4, 3);
}

static void sample_mask(struct scene *s)
{
    s->reg[XG_REG_PA_SC_AA_MASK] = 0x8421;
    s->reg[XG_REG_RB_SURFACE_INFO] |= 2 << 16;
    triangle(s);
}

static void exponent_bias(struct scene *s)
{
    s->reg[XG_REG_RB_COLOR_INFO] = 0x3Fu << 20; /* halves */
    triangle(s);
}

static void centroids(struct scene *s)
{
    s->reg[XG_REG_SQ_CONTEXT_MISC] = 0;
    s->reg[XG_REG_RB_SURFACE_INFO] |= 2 << 16;
    triangle(s);
}

static void face_and_position(struct scene *s)
{
    s->reg[XG_REG_SQ_PROGRAM_CNTL] = 1 << 18;
    s->reg[XG_REG_SQ_CONTEXT_MISC] = 1 << 2 | 2 << 8;
    scene_constant(s, 256, 1.0f / 96, 1.0f / 64, 0, 0);
    shaders(s, vs_color,
            "exec\n mul r3.xy, |r2|, c0\n rcpc r4.x, r2.x\n cndge r3.z, r4.x, r0.x, r0.z\n"
            "alloc colors\nexec_end\n mov oC0, r3\n");
    COLORED(4, -0.9f, -0.8f, 0, 1, RED, -0.5f, 0.8f, 0, 1, RED, -0.1f, -0.8f, 0, 1, RED, 0.1f,
            -0.8f, 0, 1, RED, 0.9f, -0.8f, 0, 1, RED, 0.5f, 0.8f, 0, 1, RED);
}

#endif
