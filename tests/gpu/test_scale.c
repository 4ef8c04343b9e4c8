/* Where a picture lies in a window, and what its pixels become. */
#include "gpu/present/scale.h"

#include "base/endian.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t random_state = 7;
static uint32_t rnd(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33);
}

static void expect_fit(struct xg_scale how, uint32_t w, uint32_t h, int32_t x, int32_t y,
                       uint32_t width, uint32_t height)
{
    struct xg_fit f = xg_fit_scaled(&how, w, h, 1024, 768);
    assert_int_equal(f.x, x);
    assert_int_equal(f.y, y);
    assert_int_equal(f.width, width);
    assert_int_equal(f.height, height);
}

static void pictures_lie_where_the_scale_says(void **state)
{
    const struct xg_scale plain = {0}, whole = {.filter = XG_FILTER_INTEGER}, fill = {.fill = true};
    const struct xg_scale wide = {.aspect_width = 16, .aspect_height = 9};
    XG_UNUSED(state);
    expect_fit(plain, 640, 360, 0, 96, 1024, 576);
    expect_fit(plain, 100, 400, 416, 0, 192, 768);
    expect_fit(whole, 640, 360, 192, 204, 640, 360);
    expect_fit(whole, 320, 200, 32, 84, 960, 600);
    expect_fit(whole, 2048, 720, 0, 204, 1024, 360); /* no room for it once */
    expect_fit(wide, 640, 480, 0, 96, 1024, 576);
    expect_fit(fill, 640, 360, 0, 0, 1024, 768);
}

static void words_of_the_command_line(void **state)
{
    enum xg_filter f;
    struct xg_scale s;
    static const char *const bad[] = {"",     "16",    "16:",    ":9",   "0:9",
                                      "16:0", "16:9x", "1001:1", "-4:3", "wide"};
    XG_UNUSED(state);
    assert_true(xg_filter_parse("point", &f) && f == XG_FILTER_POINT);
    assert_true(xg_filter_parse("nearest", &f) && f == XG_FILTER_POINT);
    assert_true(xg_filter_parse("integer", &f) && f == XG_FILTER_INTEGER);
    assert_true(xg_filter_parse("linear", &f) && f == XG_FILTER_LINEAR);
    assert_false(xg_filter_parse("cubic", &f));
    assert_true(xg_aspect_parse("16:9", &s) && s.aspect_width == 16 && s.aspect_height == 9);
    assert_true(xg_aspect_parse("fill", &s) && s.fill && !s.aspect_width);
    assert_true(xg_aspect_parse("picture", &s) && !s.fill && !s.aspect_width);
    for (size_t i = 0; i < XG_COUNTOF(bad); i++)
        assert_false(xg_aspect_parse(bad[i], &s));
}

/* A slow model in double: the source around the pixel's centre. */
static double model(const uint8_t *rgba, uint32_t w, uint32_t h, double x, double y, unsigned c,
                    bool is_linear)
{
    if (!is_linear) {
        uint32_t column = (uint32_t)floor(x), row = (uint32_t)floor(y);
        return rgba[4 * (row * w + column) + c];
    }
    x = fmax(x - 0.5, 0);
    y = fmax(y - 0.5, 0);
    uint32_t x0 = (uint32_t)x, y0 = (uint32_t)y;
    uint32_t x1 = x0 + 1 < w ? x0 + 1 : x0, y1 = y0 + 1 < h ? y0 + 1 : y0;
    double fx = x - x0, fy = y - y0;
    double top = rgba[4 * (y0 * w + x0) + c] * (1 - fx) + rgba[4 * (y0 * w + x1) + c] * fx;
    double bottom = rgba[4 * (y1 * w + x0) + c] * (1 - fx) + rgba[4 * (y1 * w + x1) + c] * fx;
    return top * (1 - fy) + bottom * fy;
}

static void pixels_equal_the_slow_model(void **state)
{
    XG_UNUSED(state);
    for (unsigned n = 0; n < 300; n++) {
        uint32_t w = 1 + rnd() % 40, h = 1 + rnd() % 40, iw = 1 + rnd() % 90, ih = 1 + rnd() % 90;
        const struct xg_scale how = {.filter = (enum xg_filter)(rnd() % 3), .fill = rnd() % 4 == 0};
        struct xg_fit f = xg_fit_scaled(&how, w, h, iw, ih);
        uint8_t *rgba = malloc((size_t)w * h * 4), *out = malloc((size_t)iw * ih * 4);
        if (!rgba || !out)
            abort();
        for (size_t i = 0; i < (size_t)w * h * 4; i++)
            rgba[i] = (uint8_t)rnd();
        xg_scale_picture(&how, w, h, rgba, iw, ih, out);
        for (uint32_t y = 0; y < ih; y++)
            for (uint32_t x = 0; x < iw; x++) {
                const uint8_t *got = out + 4 * ((size_t)y * iw + x);
                int64_t px = (int64_t)x - f.x, py = (int64_t)y - f.y;
                bool inside = px >= 0 && py >= 0 && px < f.width && py < f.height;
                assert_int_equal(got[3], 255);
                for (unsigned c = 0; c < 3; c++) {
                    double want = inside ? model(rgba, w, h, ((double)px + 0.5) * w / f.width,
                                                 ((double)py + 0.5) * h / f.height, c,
                                                 how.filter == XG_FILTER_LINEAR)
                                         : 0;
                    /* weights of 256 steps, cut off: less than a step of 255 each way, and half */
                    double room = how.filter == XG_FILTER_LINEAR && inside ? 2.51 : 0;
                    if (fabs(got[c] - want) > room)
                        fail_msg("picture %u, pixel %u %u: %u, not %f", n, x, y, got[c], want);
                }
            }
        free(rgba);
        free(out);
    }
}

static void whole_numbers_repeat_pixels(void **state)
{
    uint8_t rgba[3 * 2 * 4], out[10 * 7 * 4];
    const struct xg_scale how = {.filter = XG_FILTER_INTEGER};
    XG_UNUSED(state);
    for (uint32_t i = 0; i < 6; i++)
        xg_st32le(rgba + 4 * i, 0x00102030 + i);
    xg_scale_picture(&how, 3, 2, rgba, 10, 7, out);
    for (uint32_t y = 0; y < 7; y++)
        for (uint32_t x = 0; x < 10; x++) {
            uint32_t want = 0xFF000000; /* three times, from (0, 0) */
            if (x < 9 && y < 6)
                want |= 0x00102030 + y / 3 * 3 + x / 3;
            assert_int_equal(xg_ld32le(out + 4 * (y * 10 + x)), want);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_lie_where_the_scale_says),
        cmocka_unit_test(words_of_the_command_line),
        cmocka_unit_test(pixels_equal_the_slow_model),
        cmocka_unit_test(whole_numbers_repeat_pixels),
    };
    return cmocka_run_group_tests_name("scale", tests, NULL, NULL);
}
