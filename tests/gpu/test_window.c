/* gpu/present/window, on an X server whose frame buffer is a file (tests/support/with-display):
 * the oracle is what the server holds, not what SDL says. */
#include "gpu/present/window.h"

#include "base/endian.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <SDL.h>
#include <cmocka.h>

/* The server's screen: an XWD file, header of big-endian words. */
struct screen {
    uint8_t *bytes;
    uint32_t width, height, stride, pixels;
};

static bool screen_read(struct screen *s)
{
    FILE *f = fopen(getenv("XG_SCREEN_DUMP"), "rb");
    if (!f)
        return false;
    size_t room = 8u << 20, size = 0;
    s->bytes = calloc(1, room);
    if (s->bytes)
        size = fread(s->bytes, 1, room, f);
    fclose(f);
    if (size < 100)
        return false;
    s->width = xg_ld32be(s->bytes + 16);
    s->height = xg_ld32be(s->bytes + 20);
    s->stride = xg_ld32be(s->bytes + 48);
    s->pixels = xg_ld32be(s->bytes) + xg_ld32be(s->bytes + 76) * 12;
    return size >= s->pixels + (size_t)s->stride * s->height;
}

/* 0xRRGGBB; depth 24 in little-endian words. */
static uint32_t screen_pixel(const struct screen *s, uint32_t x, uint32_t y)
{
    return xg_ld32le(s->bytes + s->pixels + (size_t)y * s->stride + x * 4) & 0xFFFFFF;
}

struct box {
    uint32_t x0, y0, x1, y1; /* x1, y1 one past the end */
};

static struct box painted_box(const struct screen *s)
{
    struct box b = {s->width, s->height, 0, 0};
    for (uint32_t y = 0; y < s->height; y++)
        for (uint32_t x = 0; x < s->width; x++)
            if (screen_pixel(s, x, y)) {
                b.x0 = x < b.x0 ? x : b.x0;
                b.x1 = x + 1 > b.x1 ? x + 1 : b.x1;
                b.y0 = y < b.y0 ? y : b.y0;
                b.y1 = y + 1;
            }
    return b;
}

/* Quarters red, green / blue, white: shows mirrored, rotated and swapped colours. */
static const uint32_t quarters[4] = {0xFF0000, 0x00FF00, 0x0000FF, 0xFFFFFF};
#define PICTURE_W 160u
#define PICTURE_H 90u
static uint8_t picture[PICTURE_W * PICTURE_H * 4];

static void paint_picture(void)
{
    for (uint32_t y = 0; y < PICTURE_H; y++)
        for (uint32_t x = 0; x < PICTURE_W; x++) {
            uint32_t rgb = quarters[(y >= PICTURE_H / 2) * 2 + (x >= PICTURE_W / 2)];
            uint8_t *p = picture + (y * PICTURE_W + x) * 4;
            p[0] = (uint8_t)(rgb >> 16);
            p[1] = (uint8_t)(rgb >> 8);
            p[2] = (uint8_t)rgb;
            p[3] = 0; /* alpha is ignored */
        }
}

static bool screen_shows(uint32_t width, uint32_t height)
{
    struct screen s = {0};
    bool shows = screen_read(&s);
    if (shows) {
        struct box b = painted_box(&s);
        uint32_t w = b.x1 - b.x0, h = b.y1 - b.y0;
        shows = b.x1 > b.x0 && w == width && h == height;
        for (uint32_t i = 0; shows && i < 4; i++)
            shows = screen_pixel(&s, b.x0 + w / 4 + (i & 1) * w / 2,
                                 b.y0 + h / 4 + (i >> 1) * h / 2) == quarters[i];
    }
    free(s.bytes);
    return shows;
}

/* The server paints when it likes: ask for up to five seconds. */
static bool becomes(struct xg_window *w, uint32_t width, uint32_t height)
{
    for (int i = 0; i < 250; i++) {
        xg_window_poll(w);
        if (screen_shows(width, height))
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return false;
}

static struct xg_window *open_or_fail(uint32_t width, uint32_t height)
{
    struct xg_error err = {0};
    struct xg_window *w = xg_window_create("test", width, height, &err);
    if (!w)
        fail_msg("%s", err.text);
    return w;
}

static void the_picture_fills_a_window_of_its_shape(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(320, 180);
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    assert_true(becomes(w, 320, 180));
    xg_window_destroy(w);
}

static void another_shape_keeps_square_pixels(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(320, 320);
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    assert_true(becomes(w, 320, 180));
    xg_window_destroy(w);
}

static void push_key(SDL_Keycode key)
{
    SDL_Event event = {.key = {.type = SDL_KEYDOWN, .keysym = {.sym = key}}};
    assert_int_equal(SDL_PushEvent(&event), 1);
}

static void keys_and_close_are_reported_once(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(64, 64);
    xg_window_poll(w);
    assert_int_equal(xg_window_poll(w), 0);
    push_key(SDLK_a);
    assert_int_equal(xg_window_poll(w), 0);
    push_key(SDLK_ESCAPE);
    assert_int_equal(xg_window_poll(w), XG_WINDOW_CLOSE);
    push_key(SDLK_F12);
    assert_int_equal(xg_window_poll(w), XG_WINDOW_SCREENSHOT);
    SDL_Event quit = {.type = SDL_QUIT};
    assert_int_equal(SDL_PushEvent(&quit), 1);
    assert_int_equal(xg_window_poll(w), XG_WINDOW_CLOSE);
    assert_int_equal(xg_window_poll(w), 0);
    xg_window_destroy(w);
}

static void impossible_sizes_are_refused(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    assert_null(xg_window_create("test", 0, 10, &err));
    assert_string_equal(err.text, "a window of 0 x 10 pixels cannot be opened");
    struct xg_window *w = open_or_fail(64, 64);
    assert_false(xg_window_show(w, 10, 9000, picture, NULL));
    xg_window_destroy(w);
}

static void a_machine_without_display_gives_a_sentence(void **state)
{
    XG_UNUSED(state);
    unsetenv("DISPLAY");
    struct xg_error err = {0};
    assert_null(xg_window_create("test", 64, 64, &err));
    assert_int_equal(err.kind, XG_E_INPUT);
    assert_non_null(strstr(err.text, "no display"));
    setenv("DISPLAY", ":9999", 1);
    err = (struct xg_error){0};
    assert_null(xg_window_create("test", 64, 64, &err));
    assert_non_null(strstr(err.text, "no window"));
}

int main(void)
{
    if (!getenv("XG_SCREEN_DUMP")) {
        fprintf(stderr, "run it by tests/support/with-display\n");
        return 2;
    }
    paint_picture();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_picture_fills_a_window_of_its_shape),
        cmocka_unit_test(another_shape_keeps_square_pixels),
        cmocka_unit_test(keys_and_close_are_reported_once),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(a_machine_without_display_gives_a_sentence),
    };
    return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
