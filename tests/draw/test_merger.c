/* The output merger on the scalar reference and on the wide path: colour formats at the borders
 * between their codes (what points of one colour each leave in eDRAM is the nearest code), what
 * blending reads back, and tests of alpha that nobody wrote. */
#include "tests/draw/scene.h"

#include "gpu/draw/format.h"
#include "gpu/draw/wide.h"

#define W      80
#define H      48
#define POINTS (W * H)

static const char vs_color[] =
    "exec\n vfetch r0, r0.x, vf0, format=32_32_32_32_float, stride=8\n"
    " vfetch r1, r0.x, vf0, format=32_32_32_32_float, offset=4, mini\n"
    "alloc position\nexec\n mov oPos, r0\nalloc interpolators\nexec_end\n mov o0, r1\n";
static const char ps_color[] = "alloc colors\nexec_end\n mov oC0, r0\n";
static const uint8_t formats[] = {0, 1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15};

static uint64_t seed_state;
static uint32_t rnd(void)
{
    seed_state = seed_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed_state >> 32);
}

static bool wide_words(unsigned format)
{
    return format == 5 || format == 7 || format == 15;
}

/* The value of a component's code; false: no such code. */
static bool value_of(unsigned format, unsigned c, int32_t code, float *value)
{
    bool half = format == 6 || format == 7, fixed = format == 4 || format == 5;
    unsigned bits = half || fixed ? 16 : format == 0 || format == 1 ? 8 : c == 3 ? 2 : 10;
    if (fixed ? code < -32767 || code > 32767 : code < 0 || code >> bits)
        return false;
    *value = half                                     ? xg_half_float((uint32_t)code)
             : fixed                                  ? xg_fixed16_float((uint32_t)code & 0xFFFF)
             : format == 1 && c < 3                   ? xg_gamma_float((uint32_t)code)
             : (format == 3 || format == 12) && c < 3 ? xg_7e3_float((uint32_t)code)
                                                      : xg_unorm_float((uint32_t)code, bits);
    return true;
}

/* A number of everyday, or one at or beside the middle between two codes. */
static float any(unsigned format, unsigned c)
{
    bool signs = format >= 4 && format <= 7;
    int32_t code = (int32_t)(rnd() & (signs ? 0x7FFF : (format < 2 ? 255 : c == 3 ? 3 : 1023)));
    float a, b;
    if (format >= 14 || rnd() % 8 == 0)
        return xg_bits_float((rnd() & 0x807FFFFF) | (100 + rnd() % 48) << 23);
    if (!value_of(format, c, code, &a) || !value_of(format, c, code + 1, &b))
        return 0.5f;
    float middle = (a + b) / 2;
    if (middle == 0)
        return 0.25f;
    uint32_t u = xg_float_bits(middle) + rnd() % 5 - 2;
    return xg_bits_float(u | (signs && rnd() & 1 ? 0x80000000 : 0));
}

struct colors {
    float v[POINTS][4];
};

static struct scene *points(unsigned path, unsigned format, const struct colors *k)
{
    static float v[POINTS * 8];
    struct scene *s = scene_create(W, H);
    assert_true(xg_draw_threads(s->renderer, path ? 1 : XG_DRAW_SCALAR));
    scene_shader(s, vs_color, XG_STAGE_VS);
    scene_shader(s, ps_color, XG_STAGE_PS);
    s->reg[XG_REG_RB_COLOR_INFO] = format << 16;
    s->reg[XG_REG_PA_SU_POINT_SIZE] = 8 << 16 | 8; /* half of a pixel to each side */
    s->reg[XG_REG_PA_SU_POINT_MINMAX] = 16u * 4096 << 16;
    for (unsigned i = 0; i < POINTS; i++) {
        const unsigned x = i % W, y = i / W;
        const float position[4] = {((float)x + 0.5f) * 2 / W - 1, 1 - ((float)y + 0.5f) * 2 / H, 0,
                                   1};
        memcpy(v + 8 * i, position, sizeof position);
        memcpy(v + 8 * i + 4, k->v[i], sizeof k->v[i]);
    }
    scene_vertices(s, v, POINTS, 8);
    return s;
}

static void words_at(const struct scene *s, unsigned format, unsigned i, uint32_t words[2])
{
    bool wide = wide_words(format);
    for (unsigned n = 0; n < 2; n++)
        words[n] = wide ? scene_word(s, 0, 2 * (i % W) + n, i / W, 2 * W)
                        : (n ? 0 : scene_word(s, 0, i % W, i / W, W));
}

/* No neighbour of a code is nearer to x. Unsigned numbers are multiplied and rounded in single
 * precision, so what is as good as in the middle may go either way. */
static void check_nearest(unsigned format, unsigned c, const uint32_t words[2], float x)
{
    bool half = format == 6 || format == 7, fixed = format == 4 || format == 5;
    unsigned width = half || fixed ? 16 : c == 3 ? 2 : 10, at = width == 2 ? 30 : c * width;
    if ((at >= 32 && !wide_words(format)) || at / 32 > 1)
        return;
    uint32_t field = words[at / 32] >> at % 32 & ((1u << width) - 1);
    int32_t code = fixed ? (int16_t)field : half ? (int32_t)(field & 0x7FFF) : (int32_t)field;
    bool negative = half && field >> 15;
    float own, other;
    assert_true(value_of(format, c, code, &own));
    long double want = negative ? -(long double)x : x, off = fabsl(want - own);
    for (int side = -1; side <= 1; side += 2)
        if (value_of(format, c, code + side, &other) &&
            fabsl(want - other) < off * (half ? 1 : 1 - 1e-3L) && !(half && code + side < 0x400))
            fail_msg("format %u, component %u: %a became %a, %a is nearer", format, c, (double)x,
                     (double)own, (double)other);
}

static void codes_are_the_nearest(void **state)
{
    static struct colors k;
    XG_UNUSED(state);
    seed_state = 1975;
    for (unsigned n = 0; n < 2 * XG_COUNTOF(formats); n++)
        for (unsigned path = 0; path < (xg_wide_available() ? 2u : 1u); path++) {
            unsigned format = formats[n / 2];
            for (unsigned i = 0; i < 4 * POINTS && !path; i++)
                k.v[i / 4][i % 4] = any(format, i % 4);
            struct scene *s = points(path, format, &k);
            scene_draw_auto(s, 1, POINTS);
            for (unsigned i = 0; i < POINTS; i++) {
                uint32_t words[2], want[2] = {0, 0};
                words_at(s, format, i, words);
                xg_color_pack(format, k.v[i], want);
                if (words[0] != want[0] || words[1] != want[1])
                    fail_msg("path %u, format %u, point %u: %08X %08X, not %08X %08X", path, format,
                             i, words[0], words[1], want[0], want[1]);
                for (unsigned c = 0; c < 4 && format >= 2 && format < 14; c++)
                    check_nearest(format, c, words, k.v[i][c]);
            }
            scene_destroy(s);
        }
}

/* Every component of what was there, once more the same or with the source added. */
static void blending_reads_the_same_on_both_paths(void **state)
{
    static struct colors k;
    XG_UNUSED(state);
    if (!xg_wide_available())
        skip();
    seed_state = 1976;
    for (unsigned n = 0; n < 2 * XG_COUNTOF(formats); n++) {
        unsigned format = formats[n / 2];
        struct scene *s[2];
        uint64_t before;
        for (unsigned i = 0; i < 4 * POINTS; i++)
            k.v[i / 4][i % 4] = any(format, i % 4);
        before = seed_state;
        for (unsigned path = 0; path < 2; path++) {
            seed_state = before;
            s[path] = points(path, format, &k);
            s[path]->reg[XG_REG_RB_BLENDCONTROL0] = n & 1 ? 0x01010101 : 0x01000100;
            for (uint32_t i = 0; i < 6 * 1280; i++) {
                uint32_t word = rnd();
                uint32_t exponent = word >> 23 & 255;
                if (format >= 14 && (exponent == 0 || exponent == 255)) /* numbers */
                    word ^= 0x20000000;
                xg_st32le(s[path]->tiles[i / 1280] + 4 * (i % 1280), word);
            }
            scene_draw_auto(s[path], 1, POINTS);
        }
        for (unsigned i = 0; i < POINTS; i++) {
            uint32_t a[2], b[2];
            words_at(s[0], format, i, a);
            words_at(s[1], format, i, b);
            if (a[0] != b[0] || a[1] != b[1])
                fail_msg("format %u, point %u: %08X %08X, reference %08X %08X", format, i, b[0],
                         b[1], a[0], a[1]);
        }
        scene_destroy(s[0]);
        scene_destroy(s[1]);
    }
}

/* A shader that leaves out the first target is not asked for its alpha, whatever another one left.
 */
static void alpha_that_nobody_wrote_is_not_tested(void **state)
{
    static const float v[] = {-1, 1, 0, 1, 1,  1,  1, 0, 1, 1, 0, 1,
                              1,  1, 1, 0, -1, -1, 0, 1, 1, 1, 1, 0};
    static const uint32_t tests[2] = {8 | 4, 16 | 2 << 24 | 2 << 26 | 2 << 28 | 2u << 30};
    XG_UNUSED(state);
    for (unsigned n = 0; n < 4; n++) {
        struct scene *s = scene_create(W, H);
        if (!xg_draw_threads(s->renderer, n & 1 ? 1 : XG_DRAW_SCALAR))
            skip();
        s->reg[XG_REG_RB_COLOR1_INFO] = 100;
        s->reg[XG_REG_RB_COLOR_MASK] = 0xFF;
        s->reg[XG_REG_RB_COLORCONTROL] = tests[n / 2];
        scene_float(s, XG_REG_RB_ALPHA_REF, 0.5f);
        scene_constant(s, 256, 1, 1, 1, 1);
        scene_shader(s, vs_color, XG_STAGE_VS);
        scene_shader(s, ps_color, XG_STAGE_PS);
        scene_vertices(s, v, 3, 8);
        scene_draw_auto(s, 8, 3); /* alpha 0 */
        assert_int_equal(scene_pixel(s, 40, 20), 0);
        scene_shader(s, "alloc colors\nexec_end\n mov oC1, c0\n", XG_STAGE_PS);
        scene_draw_auto(s, 8, 3);
        for (uint32_t i = 0; i < POINTS; i++)
            assert_int_equal(scene_word(s, 100, i % W, i / W, W), 0xFFFFFFFF);
        scene_destroy(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_the_nearest),
        cmocka_unit_test(blending_reads_the_same_on_both_paths),
        cmocka_unit_test(alpha_that_nobody_wrote_is_not_tested),
    };
    return cmocka_run_group_tests_name("merger", tests, NULL, NULL);
}
