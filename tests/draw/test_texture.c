/* Textures: tiled addresses against the bit table, DXT blocks against a decoder written
 * from the format's definition, formats against hand-made texels, filters against exact
 * arithmetic, layout of levels. */
#include "tests/draw/scene.h"

#include "gpu/draw/texture_cache.h"

#include <dlfcn.h>

static uint64_t seed_state;
static uint32_t rnd(void)
{
    seed_state = seed_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed_state >> 32);
}

/* --- addresses --- */

/* Address bits of a 2D tile from the bit for log2_bytes on: xN, yN, "a" = x4 ^ y3, "t"
 * tile bits. A second description of what gpu/tiled.h computes by arithmetic. */
static uint32_t table_2d(uint32_t x, uint32_t y, uint32_t pitch, unsigned b)
{
    static const char *const bits[] = {"x0x1x2y1y0y2x3a.y3t.t.y4", "x0x1x2y0y1x3a.y2y3t.y4",
                                       "x0x1y0x2x3a.y1y2y3y4", "x0y0x1x3a.x2y1y2y4y3",
                                       "y0x0x3a.x1x2y1y4y2y3"};
    uint32_t tile = (x >> 5) + (y >> 5) * (pitch >> 5), address = 0;
    unsigned at = b;
    for (const char *s = bits[b]; *s; s += 2, at++) {
        uint32_t bit = *s == 'x'   ? x >> (s[1] - '0')
                       : *s == 'y' ? y >> (s[1] - '0')
                       : *s == 'a' ? (x >> 4) ^ (y >> 3)
                                   : tile;
        if (*s == 't')
            tile >>= 1;
        address |= (bit & 1) << at;
    }
    return address | tile << at;
}

static void tiled_2d_is_the_bit_permutation(void **state)
{
    XG_UNUSED(state);
    for (unsigned b = 0; b < 5; b++)
        for (uint32_t y = 0; y < 160; y++)
            for (uint32_t x = 0; x < 160; x++)
                assert_int_equal(xg_tiled_2d(x, y, 5, b), table_2d(x, y, 160, b));
}

/* The same for 3D: "a" is x4 ^ y3 ^ z2, "b" y3 ^ z2, and z has bits of its own. */
static uint32_t table_3d(uint32_t x, uint32_t y, uint32_t z, uint32_t pitch, uint32_t rows,
                         unsigned b)
{
    static const char *const bits[5] = {
        "x0x1x2y1y0y2x3a.z0z1t.b.", "x0x1x2y0y1x3a.y2z0z1b.", "x0x1y0x2x3a.y1y2z0b.z1",
        "x0y0x1x3a.x2y1y2b.z0z1",   "y0x0x3a.x1x2y1b.y2z0z1",
    };
    uint32_t tile = (x >> 5) + ((y >> 4) + (z >> 2) * (rows >> 4)) * (pitch >> 5);
    uint32_t address = 0, at = b;
    for (const char *s = bits[b]; *s; s += 2, at++) {
        uint32_t odd = (y >> 3 ^ z >> 2) & 1;
        uint32_t bit = *s == 'x'   ? x >> (s[1] - '0')
                       : *s == 'y' ? y >> (s[1] - '0')
                       : *s == 'z' ? z >> (s[1] - '0')
                       : *s == 'a' ? odd ^ x >> 4
                       : *s == 'b' ? odd
                                   : tile;
        if (*s == 't')
            tile >>= 1;
        address |= (bit & 1) << at;
    }
    return address + (tile << at);
}

static void tiled_3d_is_the_bit_permutation(void **state)
{
    XG_UNUSED(state);
    for (unsigned b = 0; b < 5; b++)
        for (uint32_t z = 0; z < 12; z++)
            for (uint32_t y = 0; y < 64; y++)
                for (uint32_t x = 0; x < 96; x++)
                    assert_int_equal(xg_tiled_3d(x, y, z, 3, 4, b), table_3d(x, y, z, 96, 64, b));
}

/* --- block formats --- */

struct rgba {
    int r, g, b, a;
};

/* DXT1 as the format's definition states it: a 64-bit little-endian block, texel 0 at the
 * top left; eight-bit colours by bit replication, thirds and halves rounded down. */
static struct rgba define_dxt1(const uint8_t block[8], int x, int y, bool alpha_mode)
{
    int c0 = block[0] + 256 * block[1], c1 = block[2] + 256 * block[3];
    int index = block[4 + y] / (1 << 2 * x) % 4;
    struct rgba c[2];
    for (int i = 0; i < 2; i++) {
        int v = i ? c1 : c0;
        int r = v / 2048, g = v / 32 % 64, b = v % 32;
        c[i] = (struct rgba){r * 8 + r / 4, g * 4 + g / 16, b * 8 + b / 4, 255};
    }
    if (index < 2)
        return c[index];
    if (alpha_mode && c0 <= c1) {
        if (index == 3)
            return (struct rgba){0, 0, 0, 0};
        return (struct rgba){(c[0].r + c[1].r) / 2, (c[0].g + c[1].g) / 2, (c[0].b + c[1].b) / 2,
                             255};
    }
    int near = index == 2 ? 0 : 1;
    return (struct rgba){(2 * c[near].r + c[1 - near].r) / 3, (2 * c[near].g + c[1 - near].g) / 3,
                         (2 * c[near].b + c[1 - near].b) / 3, 255};
}

/* The 3-bit codes of a DXT5 alpha block, read bit by bit. */
static int define_alpha(const uint8_t block[8], int x, int y)
{
    int code = 0, a0 = block[0], a1 = block[1];
    for (int k = 0; k < 3; k++) {
        int bit = 3 * (4 * y + x) + k;
        code |= (block[2 + bit / 8] >> bit % 8 & 1) << k;
    }
    static const int sevenths[8][2] = {{7, 0}, {0, 7}, {6, 1}, {5, 2},
                                       {4, 3}, {3, 4}, {2, 5}, {1, 6}};
    static const int fifths[6][2] = {{5, 0}, {0, 5}, {4, 1}, {3, 2}, {2, 3}, {1, 4}};
    if (a0 > a1)
        return (a0 * sevenths[code][0] + a1 * sevenths[code][1]) / 7;
    return code == 6 ? 0 : code == 7 ? 255 : (a0 * fifths[code][0] + a1 * fifths[code][1]) / 5;
}

static void decode(unsigned format, const uint8_t *bytes, int x, int y, double v[4])
{
    uint32_t words[4];
    uint8_t width[4];
    for (unsigned i = 0; i < 4; i++)
        words[i] = xg_ld32le(bytes + 4 * i);
    xg_texel_decode(xg_texel_format(format), words, (unsigned)x, (unsigned)y, v, width);
    assert_int_equal(width[0], 8);
}

static void dxt_blocks_equal_their_definition(void **state)
{
    XG_UNUSED(state);
    seed_state = 8;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    for (unsigned n = 0; n < 20000; n++) {
        uint8_t bytes[16];
        for (unsigned i = 0; i < 16; i++)
            bytes[i] = (uint8_t)rnd();
        if (n % 8 == 0) /* equal end points */
            memcpy(bytes + 2, bytes, 2);
        for (int t = 0; t < 16; t++) {
            int x = t % 4, y = t / 4;
            double v[4];
            struct rgba want = define_dxt1(bytes, x, y, true);
            decode(18, bytes, x, y, v);
            assert_true(v[0] == want.r && v[1] == want.g && v[2] == want.b && v[3] == want.a);
            want = define_dxt1(bytes + 8, x, y, false);
            decode(20, bytes, x, y, v);
            assert_true(v[0] == want.r && v[1] == want.g && v[2] == want.b);
            assert_true(v[3] == define_alpha(bytes, x, y));
            decode(19, bytes, x, y, v);
            assert_true(v[0] == want.r && v[3] == (bytes[t / 2] >> t % 2 * 4 & 15) * 17);
            decode(49, bytes, x, y, v);
            assert_true(v[0] == define_alpha(bytes, x, y));
            assert_true(v[1] == define_alpha(bytes + 8, x, y));
            decode(59, bytes, x, y, v);
            assert_true(v[0] == define_alpha(bytes, x, y) && v[3] == v[0]);
        }
    }
}

static void packed_formats_take_fields_from_the_low_end(void **state)
{
    XG_UNUSED(state);
    static const struct {
        unsigned format;
        uint32_t word;
        double value[4];
    } cases[] = {
        {2, 0x9A, {0x9A, 0x9A, 0x9A, 0x9A}},
        {3, 0x1u << 15 | 3 << 10 | 2 << 5 | 1, {1, 2, 3, 1}},
        {4, 3 << 11 | 2 << 5 | 1, {1, 2, 3, 3}},
        {5, 3 << 10 | 2 << 5 | 1, {1, 2, 3, 3}},
        {6, 0x44332211, {0x11, 0x22, 0x33, 0x44}},
        {7, 3u << 30 | 30 << 20 | 20 << 10 | 10, {10, 20, 30, 3}},
        {10, 0x2211, {0x11, 0x22, 0x22, 0x22}},
        {15, 0x4321, {1, 2, 3, 4}},
        {16, 3 << 22 | 2 << 11 | 1, {1, 2, 3, 3}},
        {17, 3 << 21 | 2 << 10 | 1, {1, 2, 3, 3}},
        {25, 0x22221111, {0x1111, 0x2222, 0x2222, 0x2222}},
        {30, 0x3C00, {1, 1, 1, 1}},
        {31, 0xC0003800, {0.5, -2, -2, -2}},
        {36,
         0x40490FDB,
         {3.1415927410125732, 3.1415927410125732, 3.1415927410125732, 3.1415927410125732}},
        {22, 0xFFFFFF55, {1, 1, 1, 1}},
        {23, 0xE0000055, {0.5, 0.5, 0.5, 0.5}},
        {12, 0x99AA88BB, {0xAA, 0x88, 0xBB, 0xBB}},
        {11, 0x99AA88BB, {0x99, 0xBB, 0x88, 0x88}},
    };
    for (unsigned i = 0; i < XG_COUNTOF(cases); i++) {
        uint32_t words[4] = {cases[i].word};
        double v[4];
        uint8_t width[4];
        xg_texel_decode(xg_texel_format(cases[i].format), words, 0, 0, v, width);
        for (unsigned c = 0; c < 4; c++) {
            if (v[c] != cases[i].value[c])
                print_error("format %u component %u: %g\n", cases[i].format, c, v[c]);
            assert_true(v[c] == cases[i].value[c]);
        }
    }
}

/* --- sampling --- */

static uint32_t texels[64 * 64];

/* Samples tf0 at (u, v) through a one-instruction shader. */
static void sample(struct scene *s, const char *modifiers, float u, float v, float w, float out[4])
{
    char text[160];
    struct xg_ucode_image image;
    struct xg_error err = {0};
    struct xg_view view;
    static struct xg_textures textures;
    static struct xg_lanes lanes;
    struct xg_draw_warnings warnings = {{0}, {0}};
    struct xg_shader_env env = {.constants = s->reg + 0x4000,
                                .fetch = s->reg + 0x4800,
                                .bools = s->reg + 0x4900,
                                .loops = s->reg + 0x4908,
                                .view = &view,
                                .textures = &textures,
                                .warnings = &warnings,
                                .slot_limit = 100};
    textures.known = 0;
    snprintf(text, sizeof text, "exec_end\n tfetch2D r1, r0.xyz, tf0%s\n", modifiers);
    if (!strncmp(modifiers, "!", 1))
        snprintf(text, sizeof text, "exec_end\n %s\n", modifiers + 1);
    assert_true(xg_ucode_assemble(&image, text, "t", XG_STAGE_PS, &err));
    struct xg_shader *shader = xg_shader_create(image.words, image.count, XG_STAGE_PS);
    assert_true(xg_view_init(&view));
    xg_view_begin(&view, &s->host);
    xg_lanes_begin(&lanes, shader);
    for (unsigned l = 0; l < 4; l++) {
        lanes.r[0][0][l] = u;
        lanes.r[0][1][l] = v;
        lanes.r[0][2][l] = w;
    }
    xg_shader_run(shader, &env, &lanes);
    for (unsigned c = 0; c < 4; c++)
        out[c] = lanes.r[1][c][2];
    xg_view_end(&view);
    xg_view_free(&view);
    xg_shader_destroy(shader);
    xg_ucode_image_free(&image);
}

static struct scene *texture_scene(uint32_t width, uint32_t height)
{
    struct scene *s = scene_create(16, 16);
    seed_state = width * 1000 + height;
    for (uint32_t i = 0; i < width * height; i++)
        texels[i] = rnd();
    scene_texture_8888(s, 0, SCENE_TEXTURE, width, height, texels);
    return s;
}

static long double texel_value(uint32_t w, int x, int y, unsigned c)
{
    return (long double)(texels[(uint32_t)y * w + (uint32_t)x] >> 8 * c & 255) / 255;
}

static void point_sampling_reads_every_texel(void **state)
{
    XG_UNUSED(state);
    struct scene *s = texture_scene(40, 24);
    for (int y = 0; y < 24; y++)
        for (int x = 0; x < 40; x++) {
            float out[4];
            sample(s, "", ((float)x + 0.5f) / 40, ((float)y + 0.5f) / 24, 0, out);
            for (unsigned c = 0; c < 4; c++)
                assert_float_equal(out[c], (float)texel_value(40, x, y, c), 0);
        }
    scene_destroy(s);
}

/* Bilinear: the exact weighted mean with 8-bit weights, to half a unit in the last place. */
static void bilinear_is_the_weighted_mean(void **state)
{
    XG_UNUSED(state);
    struct scene *s = texture_scene(32, 32);
    s->reg[0x4800 + 3] |= 1 << 19 | 1 << 21; /* mag, min linear; clamp to edge */
    for (unsigned n = 0; n < 4000; n++) {
        /* coordinates whose weights are exact: multiples of 1/256 texel */
        int fx = (int)(rnd() % (34 * 256)) - 256, fy = (int)(rnd() % (34 * 256)) - 256;
        float out[4];
        sample(s, "", (float)fx / 8192, (float)fy / 8192, 0, out);
        int px = fx - 128, py = fy - 128;
        int x0 = px >> 8, y0 = py >> 8, wx = px & 255, wy = py & 255;
        for (unsigned c = 0; c < 4; c++) {
            long double sum = 0;
            for (int k = 0; k < 4; k++) {
                int x = x0 + k % 2, y = y0 + k / 2;
                x = x < 0 ? 0 : x > 31 ? 31 : x;
                y = y < 0 ? 0 : y > 31 ? 31 : y;
                sum += texel_value(32, x, y, c) * (k % 2 ? wx : 256 - wx) * (k / 2 ? wy : 256 - wy);
            }
            sum /= 65536;
            assert_true(fabsl((long double)out[c] - sum) <= 0.5001L * ldexpl(1, -24));
        }
    }
    scene_destroy(s);
}

static void clamp_modes(void **state)
{
    XG_UNUSED(state);
    /* texel that coordinate i of an axis of 8 reads in each mode; -1 = border */
    static const struct {
        unsigned mode;
        int at[6]; /* for -9, -3, -1, 8, 10, 17 */
    } cases[] = {{0, {7, 5, 7, 0, 2, 1}},       {1, {7, 2, 0, 7, 5, 1}},    {2, {0, 0, 0, 7, 7, 7}},
                 {3, {7, 2, 0, 7, 7, 7}},       {4, {0, 0, 0, 7, 7, 7}},    {5, {7, 2, 0, 7, 7, 7}},
                 {6, {-1, -1, -1, -1, -1, -1}}, {7, {-1, 2, 0, -1, -1, -1}}};
    static const int coordinates[6] = {-9, -3, -1, 8, 10, 17};
    struct scene *s = texture_scene(8, 8);
    s->reg[0x4800 + 5] |= 1; /* white border */
    for (unsigned i = 0; i < XG_COUNTOF(cases); i++)
        for (unsigned k = 0; k < 6; k++) {
            float out[4];
            s->reg[0x4800] = (s->reg[0x4800] & ~(7u << 10)) | cases[i].mode << 10;
            sample(s, "", ((float)coordinates[k] + 0.5f) / 8, 0.5f / 8, 0, out);
            long double want = cases[i].at[k] < 0 ? 1 : texel_value(8, cases[i].at[k], 0, 0);
            if (out[0] != (float)want)
                print_error("mode %u at %d: %f\n", cases[i].mode, coordinates[k], out[0]);
            assert_float_equal(out[0], (float)want, 0);
        }
    scene_destroy(s);
}

static void signs_swizzle_and_exponent(void **state)
{
    XG_UNUSED(state);
    struct scene *s = texture_scene(8, 8);
    float out[4];
    texels[0] = 0x80C04001; /* r 01 g 40 b C0 a 80 */
    scene_texture_8888(s, 0, SCENE_TEXTURE, 8, 8, texels);
    /* signs: r signed, g unsigned, b biased, a gamma; result wzy1 shifted: (a, b, g, 1) */
    s->reg[0x4800] |= 1 << 2 | 0 << 4 | 2 << 6 | 3u << 8;
    s->reg[0x4803] = 3 << 1 | 2 << 4 | 0 << 7 | 5 << 10 | 2 << 13;
    sample(s, "", 0.01f, 0.01f, 0, out);
    assert_float_equal(out[0], 4 * ((256 + 1 /* 256 * 4 / 1024 */) / 1023.0f), 1e-7);
    assert_float_equal(out[1], 4 * (float)(2 * (0xC0 / 255.0) - 1), 0);
    assert_float_equal(out[2], 4 * (float)(1 / 127.0), 0);
    assert_float_equal(out[3], 1, 0);
    scene_destroy(s);
}

/* --- layout of levels --- */

static void levels_follow_the_layout(void **state)
{
    XG_UNUSED(state);
    struct xg_texture t;
    struct xg_draw_warnings warnings = {{0}, {0}};
    /* 100 x 60, 8_8_8_8 tiled, pitch 128, base 0x10000, mips at 0x40000, packed */
    uint32_t c[6] = {2 | 4 << 22 | 1u << 31,    6 | 0x10000, 99 | 59 << 13, 0, 6 << 6,
                     1 << 9 | 1 << 11 | 0x40000};
    xg_texture_decode(&t, c, &warnings);
    assert_true(t.valid);
    assert_int_equal(t.last_level, 6);
    assert_int_equal(t.level[0].pitch, 128);
    assert_int_equal(t.level[0].rows, 64);
    assert_int_equal(t.level[1].base, 0x40000); /* 64 x 32 */
    assert_int_equal(t.level[1].pitch, 64);
    assert_int_equal(t.level[1].width, 50);
    /* min(w,h) = 60: log2 6, first packed level 2; level 1 takes 64 * 32 * 4 bytes */
    assert_int_equal(t.level[2].base, 0x40000 + 64 * 32 * 4);
    assert_int_equal(t.level[3].base, t.level[2].base);
    /* wider than high: levels 2, 3, 4 below one another at y 16, 8, 4; then along x */
    assert_int_equal(t.level[2].y, 16);
    assert_int_equal(t.level[3].y, 8);
    assert_int_equal(t.level[4].y, 4);
    assert_int_equal(t.level[5].x, 16);
    assert_int_equal(t.level[6].x, 8);
    assert_int_equal(warnings.count[XG_WARN_TEXTURE_FORMAT], 0);
}

static void odd_constants_give_black_and_a_count(void **state)
{
    XG_UNUSED(state);
    struct xg_texture t;
    struct xg_draw_warnings warnings = {{0}, {0}};
    uint32_t c[6] = {3};
    xg_texture_decode(&t, c, &warnings);
    assert_false(t.valid);
    c[0] = 2;
    c[1] = 13; /* an eDRAM-only format */
    xg_texture_decode(&t, c, &warnings);
    assert_false(t.valid);
    assert_int_equal(warnings.count[XG_WARN_TEXTURE_CONSTANT], 1);
    assert_int_equal(warnings.count[XG_WARN_TEXTURE_FORMAT], 1);
}

/* --- the cache of decoded levels --- */

struct cached {
    struct scene *s;
    struct xg_view view;
    struct xg_texture_cache *cache;
    struct xg_texture_image *image;
};

/* A draw that looks at `levels` levels of the texture of constant 0. */
static void look(struct cached *k, unsigned levels)
{
    struct xg_draw_warnings warnings = {{0}, {0}};
    struct xg_texture t;
    xg_view_begin(&k->view, &k->s->host);
    xg_texture_cache_begin(k->cache);
    xg_texture_decode(&t, k->s->reg + 0x4800, &warnings);
    k->image = xg_texture_cache_find(k->cache, k->s->reg + 0x4800, &t);
    assert_non_null(k->image);
    for (unsigned m = 0; m < levels; m++)
        assert_true(xg_texture_cache_level(k->cache, k->image, &t, m, &k->view));
    xg_view_end(&k->view);
}

/* Exactly when a byte of it changed: not for what lies beside it, nor for how it is filtered. */
static void levels_are_decoded_anew_when_their_bytes_change(void **state)
{
    XG_UNUSED(state);
    struct cached k = {.s = texture_scene(8, 8), .cache = xg_texture_cache_create()};
    uint32_t *c = k.s->reg + 0x4800;
    const uint32_t mips = SCENE_TEXTURE + 0x8000, bytes = 64 * 64 * 4;
    assert_true(xg_view_init(&k.view));
    seed_state = 1966;
    for (unsigned i = 0; i < 64 * 64; i++)
        texels[i] = rnd();
    scene_texture_8888(k.s, 0, SCENE_TEXTURE, 64, 64, texels);
    c[4] = 1 << 6; /* two levels */
    c[5] = 1 << 9 | mips;
    look(&k, 2);
    assert_int_equal(xg_texture_cache_decodes(k.cache), 2);
    look(&k, 2);
    assert_int_equal(xg_texture_cache_decodes(k.cache), 2);
    for (unsigned n = 0; n < 200; n++) { /* one bit anywhere */
        uint32_t x = rnd() % 64, y = rnd() % 64, bit = rnd() % 32, shown;
        uint8_t *at = k.s->memory + SCENE_TEXTURE + xg_tiled_2d(x, y, 2, 2);
        texels[64 * y + x] ^= 1u << bit;
        xg_st32be(at, texels[64 * y + x]);
        look(&k, 2);
        shown = k.image->texels[k.image->offset[0] + 64 * y + x];
        assert_int_equal(xg_texture_cache_decodes(k.cache), 3 + n);
        assert_int_equal(shown, texels[64 * y + x]);
    }
    k.s->memory[SCENE_TEXTURE - 1] ^= 1; /* the byte before, the one behind */
    k.s->memory[SCENE_TEXTURE + bytes] ^= 1;
    look(&k, 2);
    assert_int_equal(xg_texture_cache_decodes(k.cache), 202);
    c[0] ^= 7 << 10; /* clamping */
    c[3] ^= 1 << 19 | 1 << 21 | 7 << 1;
    look(&k, 2);
    assert_int_equal(xg_texture_cache_decodes(k.cache), 202);
    k.s->memory[mips] ^= 1; /* the smaller level alone, and only for those who look at it */
    look(&k, 1);
    assert_int_equal(xg_texture_cache_decodes(k.cache), 202);
    look(&k, 2);
    assert_int_equal(xg_texture_cache_decodes(k.cache), 203);
    c[1] = (c[1] & ~(3u << 6)) | 1 << 6; /* another order of bytes is another texture */
    look(&k, 1);
    assert_int_equal(xg_texture_cache_decodes(k.cache), 204);
    xg_texture_cache_destroy(k.cache);
    xg_view_free(&k.view);
    scene_destroy(k.s);
}

/* libsquish, a compressor by other people, decodes the same blocks. Its one function is C++
 * and is found by its mangled name. */
typedef void squish_fn(uint8_t *rgba, const void *block, int flags);
static void dxt_equals_squish(void **state)
{
    XG_UNUSED(state);
    static const struct {
        unsigned format, bytes;
        int flags;
    } kinds[3] = {{18, 8, 1}, {19, 16, 2}, {20, 16, 4}};
    void *library = dlopen("libsquish.so.0", RTLD_NOW);
    if (!library)
        skip(); /* Debian: libsquish0 */
    void *symbol = dlsym(library, "_ZN6squish10DecompressEPhPKvi");
    squish_fn *decompress;
    assert_non_null(symbol);
    memcpy(&decompress, &symbol, sizeof symbol);
    seed_state = 77;
    for (unsigned n = 0; n < 6000; n++) {
        unsigned k = n % 3;
        uint32_t words[4];
        uint8_t block[16], rgba[64];
        for (unsigned i = 0; i < 4; i++) {
            words[i] = rnd();
            if (rnd() % 8 == 0) /* equal ends */
                words[i] = (words[i] & 0xFFFF) * 0x10001;
            xg_st32le(block + 4 * i, words[i]);
        }
        decompress(rgba, block, kinds[k].flags);
        for (unsigned t = 0; t < 16; t++) {
            unsigned v[4];
            xg_texel_bytes(xg_texel_format(kinds[k].format), words, t % 4, t / 4, v);
            for (unsigned c = 0; c < 4; c++)
                assert_int_equal(v[c], rgba[4 * t + c]);
        }
    }
    /* It stays: OpenMP below it keeps memory that only its own variables know. */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dxt_equals_squish),
        cmocka_unit_test(tiled_2d_is_the_bit_permutation),
        cmocka_unit_test(tiled_3d_is_the_bit_permutation),
        cmocka_unit_test(dxt_blocks_equal_their_definition),
        cmocka_unit_test(packed_formats_take_fields_from_the_low_end),
        cmocka_unit_test(point_sampling_reads_every_texel),
        cmocka_unit_test(bilinear_is_the_weighted_mean),
        cmocka_unit_test(clamp_modes),
        cmocka_unit_test(signs_swizzle_and_exponent),
        cmocka_unit_test(levels_follow_the_layout),
        cmocka_unit_test(odd_constants_give_black_and_a_count),
        cmocka_unit_test(levels_are_decoded_anew_when_their_bytes_change),
    };
    return cmocka_run_group_tests_name("texture", tests, NULL, NULL);
}
