/* Corners of rasteriser and output merger that the mutation tests found nobody looked at. Each on
 * the scalar reference and, where the host has it, on the wide path. */
#include "tests/draw/scene.h"

#include "gpu/draw/edges.h"
#include "gpu/draw/format.h"
#include "gpu/draw/wide.h"

#define W 80
#define H 48

static const char vs_color[] =
    "exec\n vfetch r0, r0.x, vf0, format=32_32_32_32_float, stride=8\n"
    " vfetch r1, r0.x, vf0, format=32_32_32_32_float, offset=4, mini\n"
    "alloc position\nexec\n mov oPos, r0\nalloc interpolators\nexec_end\n mov o0, r1\n";
static const char ps_color[] = "alloc colors\nexec_end\n mov oC0, r0\n";

/* 0: the scalar reference; 1: the wide path. */
static struct scene *bench(unsigned path, const char *vs, const char *ps)
{
    struct scene *s = scene_create(W, H);
    assert_true(xg_draw_threads(s->renderer, path ? 1 : XG_DRAW_SCALAR));
    scene_shader(s, vs, XG_STAGE_VS);
    scene_shader(s, ps, XG_STAGE_PS);
    return s;
}
static unsigned paths(void)
{
    return xg_wide_available() ? 2 : 1;
}

/* A triangle over everything in one colour. */
static void fill(struct scene *s, float r, float g, float b, float a)
{
    const float v[] = {-1, -1, 0, 1, r, g, b, a, -1, 3, 0, 1, r, g, b, a, 3, -1, 0, 1, r, g, b, a};
    scene_vertices(s, v, 3, 8);
    scene_draw_auto(s, 4, 3);
}

/* ---- alpha test ---- */

static void nothing_compares_with_nan(void **state)
{
    XG_UNUSED(state);
    for (unsigned path = 0; path < paths(); path++)
        for (unsigned func = 0; func < 8; func++)
            for (unsigned reference = 0; reference < 2; reference++) {
                struct scene *s = bench(path, vs_color, ps_color);
                s->reg[XG_REG_RB_COLORCONTROL] = 8 | func;
                s->reg[XG_REG_RB_ALPHA_REF] = reference ? 0x7FC00000 : scene_bits(0.5f);
                fill(s, 1, 1, 1, reference ? 0.5f : NAN);
                bool passed = scene_pixel(s, 40, 20) != 0;
                bool wanted = func == 5 || func == 7; /* not equal, always */
                if (passed != wanted)
                    fail_msg("path %u, function %u, %s: %s", path, func,
                             reference ? "reference" : "alpha", passed ? "passed" : "failed");
                scene_destroy(s);
            }
}

/* ---- stencil ---- */

/* Reference, read and write mask may have bits that the others do not: equal, then replace or
 * invert. */
static void masks_of_the_stencil(void **state)
{
    uint32_t random = 12345;
    XG_UNUSED(state);
    for (unsigned n = 0; n < 100; n++)
        for (unsigned path = 0; path < paths(); path++) {
            random = path ? random : random * 1664525 + 1013904223;
            uint32_t ref = random >> 24, read = random >> 16 & 255, wm = random >> 8 & 255;
            /* every other one passes for the read bits alone */
            uint32_t old = n & 1 ? (ref & read) | (~read & random & 255) : random & 255;
            struct scene *s = bench(path, vs_color, ps_color);
            scene_fill(s, SCENE_DEPTH_TILE, 4, 0xABCDEF00 | old);
            s->reg[XG_REG_RB_DEPTHCONTROL] = 1 | 2 << 8 | 5 << 11 | 2 << 14;
            s->reg[XG_REG_RB_STENCILREFMASK] = ref | read << 8 | wm << 16;
            fill(s, 1, 1, 1, 1);
            bool pass = (ref & read) == (old & read);
            uint32_t wanted = (old & ~wm) | ((pass ? ref : ~old & 255) & wm);
            assert_int_equal(scene_pixel(s, 40, 20) != 0, pass);
            assert_int_equal(scene_depth(s, 40, 20), 0xABCDEF00 | wanted);
            scene_destroy(s);
        }
}

/* ---- the mask of samples ---- */

/* Bit 4 p + n: sample n of pixel p of each quad. No bit set means all. */
static void masks_of_samples(void **state)
{
    static const uint16_t masks[] = {0xFFFF, 0xFFFE, 0x7FFF, 0xFEFF, 0x8421, 1, 0x8000, 0x1248};
    XG_UNUSED(state);
    for (size_t n = 0; n < XG_COUNTOF(masks); n++)
        for (unsigned path = 0; path < paths(); path++) {
            struct scene *s = bench(path, vs_color, ps_color);
            s->reg[XG_REG_RB_SURFACE_INFO] = W | 2 << 16;
            s->reg[XG_REG_PA_SC_AA_MASK] = masks[n];
            fill(s, 1, 1, 1, 1);
            for (uint32_t y = 0; y < 8; y++)
                for (uint32_t x = 0; x < 16; x++)
                    for (uint32_t i = 0; i < 4; i++) {
                        uint32_t word = scene_word(s, 0, 2 * x + (i >> 1), 2 * y + (i & 1), 2 * W);
                        uint32_t bit = 4 * (x % 2 + 2 * (y % 2)) + i;
                        assert_int_equal(word, masks[n] >> bit & 1 ? 0xFFFFFFFF : 0);
                    }
            scene_destroy(s);
        }
}

/* ---- alpha to mask ---- */

/* A sample stays when alpha reaches its threshold, less an offset for the pixel's place in a quad.
 * Thresholds and steps in halves, quarters and so on, as the registers' description has them. */
static void alpha_to_mask_keeps_samples_by_threshold(void **state)
{
    static const float threshold[3][4] = {{1}, {0.5f, 1}, {0.75f, 0.25f, 0.5f, 1}};
    static const float step[3] = {0.25f, 0.125f, 0.0625f};
    static const uint8_t offsets[3][4] = {{2, 2, 2, 2}, {3, 1, 0, 2}, {0, 1, 2, 3}};
    XG_UNUSED(state);
    for (unsigned n = 0; n < 9; n++)
        for (unsigned path = 0; path < paths(); path++) {
            unsigned msaa = n % 3;
            const uint8_t *o = offsets[n / 3]; /* of pixels (0,0), (0,1), (1,0), (1,1) */
            struct scene *s = bench(path, vs_color, ps_color);
            s->reg[XG_REG_RB_SURFACE_INFO] = W | msaa << 16;
            s->reg[XG_REG_RB_COLORCONTROL] =
                16 | (uint32_t)o[0] << 24 | o[1] << 26 | o[2] << 28 | (uint32_t)o[3] << 30;
            s->reg[XG_REG_PA_SC_WINDOW_SCISSOR_BR] = 4 | 4 << 16;
            for (unsigned sixteenth = 0; sixteenth <= 17; sixteenth++) {
                float alpha = sixteenth == 17 ? NAN : (float)sixteenth / 16;
                scene_fill(s, 0, 1, 0);
                fill(s, 1, 1, 1, alpha);
                for (uint32_t i = 0; i < 16u << msaa; i++) {
                    uint32_t x = i & 3, y = i >> 2 & 3, sample = i >> 4;
                    uint32_t column = msaa == 2 ? 2 * x + (sample >> 1) : x;
                    uint32_t row = msaa ? 2 * y + (sample & 1) : y;
                    float least =
                        threshold[msaa][sample] - step[msaa] * (float)o[x % 2 * 2 + y % 2];
                    if ((scene_word(s, 0, column, row, W << (msaa == 2)) != 0) != (alpha >= least))
                        fail_msg("path %u, %u samples, offsets %u, alpha %f: sample %u of %u %u",
                                 path, 1 << msaa, n / 3, (double)alpha, sample, x, y);
                }
            }
            scene_destroy(s);
        }
}

/* ---- counters ---- */

static uint32_t next(uint32_t *random)
{
    *random = *random * 1664525 + 1013904223;
    return *random >> 8;
}

/* Three vertices anywhere, at depth 0.5. */
static void any_triangle(struct scene *s, uint32_t *random)
{
    float v[24];
    for (unsigned i = 0; i < 24; i++)
        v[i] = i % 8 == 2   ? 0.5f
               : i % 8 == 3 ? 1
               : i % 8 < 2  ? (float)(int)(next(random) % 2400 - 1200) / 1000
                            : 1;
    scene_vertices(s, v, 3, 8);
    scene_draw_auto(s, 4, 3);
}

struct counted {
    uint64_t passed, z_failed, stencil_failed;
};

/* Samples that a draw covers, sorted by what depth and stencil held before it. */
static struct counted count_samples(const struct scene *s, uint32_t columns, uint32_t rows,
                                    uint32_t code, uint32_t ref)
{
    struct counted c = {0};
    for (uint32_t y = 0; y < rows; y++)
        for (uint32_t x = 0; x < columns; x++) {
            uint32_t exchanged = x % 80 < 40 ? x + 40 : x - 40;
            uint32_t old = scene_word(s, SCENE_DEPTH_TILE, exchanged, y, columns);
            if (!scene_word(s, 0, x, y, columns))
                continue;
            if ((old & 255) != ref)
                c.stencil_failed++;
            else if (code > old >> 8)
                c.z_failed++;
            else
                c.passed++;
        }
    return c;
}

/* kind 0: tests before the shader; 1: nothing but depth is written; 2: tests after the shader. */
static struct counted count_a_draw(unsigned path, unsigned msaa, unsigned kind, uint32_t random)
{
    struct scene *s = bench(path, vs_color, ps_color);
    struct xg_draw_stats before, after;
    uint32_t columns = W << (msaa == 2), rows = H << (msaa > 0), again = random;
    s->reg[XG_REG_RB_SURFACE_INFO] = W | msaa << 16;
    any_triangle(s, &random); /* what it covers */
    for (uint32_t t = SCENE_DEPTH_TILE; t < SCENE_DEPTH_TILE + 24; t++)
        for (uint32_t i = 0; i < 1280; i++)
            xg_st32le(s->tiles[t] + 4 * i,
                      (0x7FFFFF + next(&random) % 3) << 8 | (0x40 + next(&random) % 3));
    struct counted want = count_samples(s, columns, rows, 0x800000, 0x41);
    s->reg[XG_REG_RB_DEPTHCONTROL] = 1 | 2 | 4 | 3 << 4 | 2 << 8 | 6 << 14; /* counts passes up */
    s->reg[XG_REG_RB_STENCILREFMASK] = 0x41 | 0xFF << 8 | 0xFFu << 16;
    s->reg[XG_REG_RB_COLOR_MASK] = kind == 1 ? 0 : 15;
    s->reg[XG_REG_RB_COLORCONTROL] = kind == 2 ? 8 | 7 : 0;
    xg_draw_get_stats(s->renderer, &before);
    any_triangle(s, &again);
    xg_draw_get_stats(s->renderer, &after);
    if (after.samples - before.samples != want.passed ||
        after.z_failed - before.z_failed != want.z_failed ||
        after.stencil_failed - before.stencil_failed != want.stencil_failed)
        fail_msg("path %u, %u samples, kind %u: passed %u, not %u; depth %u, not %u; stencil %u, "
                 "not %u",
                 path, 1 << msaa, kind, (unsigned)(after.samples - before.samples),
                 (unsigned)want.passed, (unsigned)(after.z_failed - before.z_failed),
                 (unsigned)want.z_failed, (unsigned)(after.stencil_failed - before.stencil_failed),
                 (unsigned)want.stencil_failed);
    scene_destroy(s);
    return want;
}

/* As EVENT_WRITE_ZPD gives them to titles: exact, sample by sample. */
static void counters_count_samples(void **state)
{
    uint32_t random = 1977;
    struct counted all = {0};
    XG_UNUSED(state);
    for (unsigned n = 0; n < 36; n++) {
        next(&random);
        for (unsigned path = 0; path < paths(); path++) {
            struct counted c = count_a_draw(path, n % 3, n / 3 % 3, random);
            all.passed += c.passed;
            all.z_failed += c.z_failed;
            all.stencil_failed += c.stencil_failed;
        }
    }
    assert_true(all.passed > 4000 && all.z_failed > 2000 && all.stencil_failed > 10000);
}

/* ---- generated parameters ---- */

/* Point coordinates go from 0 to 1 over a sprite, from its left upper corner. */
static void coordinates_of_a_sprite(void **state)
{
    XG_UNUSED(state);
    for (unsigned path = 0; path < paths(); path++) {
        struct scene *s = bench(path, vs_color, "alloc colors\nexec_end\n mov oC0, r2.zwzw\n");
        s->reg[XG_REG_SQ_PROGRAM_CNTL] = 1 << 18;
        s->reg[XG_REG_SQ_CONTEXT_MISC] = 1 << 2 | 2 << 8;
        s->reg[XG_REG_PA_SU_POINT_SIZE] = 16 * 16 << 16 | 16 * 16; /* half of each side */
        s->reg[XG_REG_PA_SU_POINT_MINMAX] = 16u * 4096 << 16;
        const float v[] = {0.5f, -0.25f, 0, 1, 0, 0, 0, 0}; /* at (60, 30), 32 pixels wide */
        scene_vertices(s, v, 1, 8);
        scene_draw_auto(s, 1, 1);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                uint32_t pixel = scene_pixel(s, (uint32_t)x, (uint32_t)y);
                bool inside = x >= 44 && x < 76 && y >= 14 && y < 46;
                double u = 255 * (x + 0.5 - 44) / 32, w = 255 * (y + 0.5 - 14) / 32;
                if (!inside ? pixel != 0
                            : fabs((pixel & 255) - u) > 0.51 || fabs((pixel >> 8 & 255) - w) > 0.51)
                    fail_msg("path %u, pixel %d %d: %08X, not %f %f", path, x, y, pixel, u, w);
            }
        scene_destroy(s);
    }
}

/* ---- ranges of formats while blending ---- */

static uint32_t blended(unsigned path, unsigned format, uint32_t control, const float color[4],
                        float constant)
{
    struct scene *s = bench(path, vs_color, ps_color);
    s->reg[XG_REG_RB_COLOR_INFO] = format << 16;
    s->reg[XG_REG_RB_BLENDCONTROL0] = control;
    for (unsigned c = 0; c < 4; c++)
        scene_float(s, XG_REG_RB_BLEND_RED + c, constant);
    fill(s, color[0], color[1], color[2], color[3]);
    uint32_t word = scene_pixel(s, 40, 20);
    scene_destroy(s);
    return word;
}

static void sources_are_clamped_to_what_the_target_holds(void **state)
{
    /* source one plus destination (zero); source times constant */
    const uint32_t add = 0x01010101, times = 0x000C000C;
    const float half[4] = {0.5f, 40, 0, 0}, low[4] = {-40, -0.5f, 0, 0};
    const float bright[4] = {40, 0.5f, NAN, 2}, one[4] = {1, 1, 1, 1};
    XG_UNUSED(state);
    for (unsigned path = 0; path < paths(); path++) {
        /* 16_16: -32..32; 32767 / 32 a unit, halves away from zero */
        assert_int_equal(blended(path, 4, add, half, 0), 0x7FFF0200);
        assert_int_equal(blended(path, 4, add, low, 0), 0xFE008001);
        assert_int_equal(blended(path, 4, times, half, 40), 0x7FFF4000);
        /* 7e3: 0..31.875, alpha 0..1 */
        assert_int_equal(blended(path, 12, add, bright, 0),
                         3u << 30 | xg_float_7e3(0.5f) << 10 | xg_float_7e3(31.875f));
        assert_int_equal(blended(path, 12, times, one, 40), 0xC0000000u | 0x3FFFFFFF);
    }
}

/* All bits of a component that is written, none of one that is not. */
static void masks_of_targets_of_single_precision(void **state)
{
    XG_UNUSED(state);
    for (unsigned path = 0; path < paths(); path++)
        for (unsigned mask = 0; mask < 4; mask++) {
            struct scene *s = bench(path, vs_color, ps_color);
            s->reg[XG_REG_RB_COLOR_MASK] = mask;
            s->reg[XG_REG_RB_COLOR_INFO] = 15u << 16; /* 32_32 */
            fill(s, 1.1f, 2.2f, 0, 0);
            for (unsigned c = 0; c < 2; c++)
                assert_int_equal(scene_word(s, 0, 80 + c, 20, 2 * W),
                                 mask >> c & 1 ? scene_bits(c ? 2.2f : 1.1f) : 0);
            scene_destroy(s);
        }
    for (unsigned path = 0; path < paths(); path++) {
        struct scene *s = bench(path, vs_color, ps_color);
        s->reg[XG_REG_RB_COLOR_MASK] = 1;
        s->reg[XG_REG_RB_COLOR_INFO] = 14u << 16; /* 32 */
        fill(s, 1.1f, 2.2f, 0, 0);
        assert_int_equal(scene_pixel(s, 40, 20), scene_bits(1.1f));
        scene_destroy(s);
    }
}

/* ---- centroids ---- */

static uint8_t (*sampled(unsigned path, uint32_t control))[XG_EDRAM_TILE_BYTES]
{
    struct scene *s = bench(path, vs_color, ps_color);
    const float v[] = {-0.9f, -0.7f, 0, 1, 1,     0,      0, 1, -0.1f, 0.95f, 0, 1,
                       0,     1,     0, 1, 0.87f, -0.33f, 0, 1, 0,     0,     1, 1};
    s->reg[XG_REG_RB_SURFACE_INFO] = W | 2 << 16;
    s->reg[XG_REG_SQ_CONTEXT_MISC] = control << 2;
    scene_vertices(s, v, 3, 8);
    scene_draw_auto(s, 4, 3);
    uint8_t(*tiles)[XG_EDRAM_TILE_BYTES] = malloc(16 * XG_EDRAM_TILE_BYTES);
    if (!tiles)
        abort();
    memcpy(tiles, s->tiles, 16 * XG_EDRAM_TILE_BYTES);
    scene_destroy(s);
    return tiles;
}

/* Sample control: 0 at the centroid, anything else at the centre. */
static void sample_control_chooses_centroid_or_centre(void **state)
{
    XG_UNUSED(state);
    uint8_t(*reference[4])[XG_EDRAM_TILE_BYTES];
    for (unsigned path = 0; path < paths(); path++)
        for (uint32_t control = 0; control < 4; control++) {
            uint8_t(*tiles)[XG_EDRAM_TILE_BYTES] = sampled(path, control);
            if (path == 0) {
                reference[control] = tiles;
                continue;
            }
            assert_memory_equal(tiles, reference[control], 16 * XG_EDRAM_TILE_BYTES);
            free(tiles);
        }
    assert_int_not_equal(memcmp(reference[0], reference[1], 16 * XG_EDRAM_TILE_BYTES), 0);
    assert_memory_equal(reference[1], reference[2], 16 * XG_EDRAM_TILE_BYTES);
    assert_memory_equal(reference[1], reference[3], 16 * XG_EDRAM_TILE_BYTES);
    for (unsigned i = 0; i < 4; i++)
        free(reference[i]);
}

/* ---- numbers ---- */

/* In sixteenths from the centre, as docs/draw.md and the console's patterns have them. */
static void sample_positions_are_the_console_s(void **state)
{
    static const int8_t sixteenths[3][4][2] = {
        {{0, 0}}, {{-4, -4}, {4, 4}}, {{-2, -6}, {-6, 2}, {6, -2}, {2, 6}}};
    XG_UNUSED(state);
    for (unsigned msaa = 0; msaa < 3; msaa++)
        for (unsigned n = 0; n < 1u << msaa; n++)
            for (unsigned axis = 0; axis < 2; axis++)
                assert_int_equal(xg_sample_positions(msaa)[n][axis],
                                 128 + 16 * sixteenths[msaa][n][axis]);
}

static void signed_codes_without_a_zero(void **state)
{
    XG_UNUSED(state);
    for (unsigned n = 2; n <= 16; n++)
        for (int32_t code = -(1 << (n - 1)); code < 1 << (n - 1); code++) {
            uint32_t bits = (uint32_t)code & ((1u << n) - 1);
            float max = (float)((1u << (n - 1)) - 1);
            assert_float_equal(xg_snorm_float(bits, n, 1),
                               (float)((2.0 * code + 1.0) / ((double)(1u << n) - 1.0)), 0);
            assert_float_equal(xg_snorm_float(bits, n, 0),
                               (float)code / max < -1 ? -1 : (float)code / max, 0);
        }
}

/* The largest half is 131008: exponent 31 is an ordinary one. */
static void what_is_too_large_for_a_half_is_the_largest(void **state)
{
    XG_UNUSED(state);
    const float large[] = {131008, 131040, 131072, 1e9f, INFINITY};
    for (size_t i = 0; i < XG_COUNTOF(large); i++) {
        assert_int_equal(xg_float_half(large[i]), 0x7FFF);
        assert_int_equal(xg_float_half(-large[i]), 0xFFFF);
    }
    assert_int_equal(xg_float_half(130944), 0x7FFE);
    assert_int_equal(xg_float_half(NAN), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_compares_with_nan),
        cmocka_unit_test(masks_of_the_stencil),
        cmocka_unit_test(masks_of_samples),
        cmocka_unit_test(alpha_to_mask_keeps_samples_by_threshold),
        cmocka_unit_test(counters_count_samples),
        cmocka_unit_test(coordinates_of_a_sprite),
        cmocka_unit_test(sources_are_clamped_to_what_the_target_holds),
        cmocka_unit_test(masks_of_targets_of_single_precision),
        cmocka_unit_test(sample_control_chooses_centroid_or_centre),
        cmocka_unit_test(sample_positions_are_the_console_s),
        cmocka_unit_test(signed_codes_without_a_zero),
        cmocka_unit_test(what_is_too_large_for_a_half_is_the_largest),
    };
    return cmocka_run_group_tests_name("corners", tests, NULL, NULL);
}
