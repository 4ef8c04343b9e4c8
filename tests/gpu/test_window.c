/* gpu/present/window, on an X server whose frame buffer is a file (tests/support/with-display):
 * the oracle is what the server holds, not what SDL or Vulkan say.
 * usage: test_window [sdl|vulkan]     (vulkan without a graphics card: lavapipe) */
#include "gpu/present/window.h"

#include "base/endian.h"
#include "gpu/present/presenter_vulkan.h"

#include <dlfcn.h>
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
        shows = width ? b.x1 > b.x0 && w == width && h == height : b.x1 == 0;
        for (uint32_t i = 0; shows && width && i < 4; i++)
            shows = screen_pixel(&s, b.x0 + w / 4 + (i & 1) * w / 2,
                                 b.y0 + h / 4 + (i >> 1) * h / 2) == quarters[i];
    }
    free(s.bytes);
    return shows;
}

/* The server paints when it likes: ask for up to half a minute. */
static bool becomes(struct xg_window *w, uint32_t width, uint32_t height)
{
    for (int i = 0; i < 1500; i++) {
        xg_window_poll(w);
        if (screen_shows(width, height))
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return false;
}

/* The renderer that the tests of a group use. */
static enum xg_renderer renderer;
static char said[640]; /* by the window, last */
static void hear(void *ctx, const char *text)
{
    XG_UNUSED(ctx);
    snprintf(said, sizeof said, "%s", text);
}

static struct xg_window *open_scaled(uint32_t width, uint32_t height, struct xg_scale scale)
{
    struct xg_error err = {0};
    struct xg_window *w = xg_window_open(&(struct xg_window_options){.title = "test",
                                                                     .width = width,
                                                                     .height = height,
                                                                     .renderer = renderer,
                                                                     .scale = scale,
                                                                     .log = hear},
                                         &err);
    said[0] = 0;
    if (!w)
        fail_msg("%s", err.text);
    return w;
}

static struct xg_window *open_or_fail(uint32_t width, uint32_t height)
{
    return open_scaled(width, height, (struct xg_scale){0});
}

static SDL_Window *sdl_window(void)
{
    for (uint32_t id = 1000; id; id--) /* the newest */
        if (SDL_GetWindowFromID(id))
            return SDL_GetWindowFromID(id);
    fail_msg("no window");
    return NULL;
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

static void the_scale_decides_where_the_picture_lies(void **state)
{
    static const struct {
        struct xg_scale scale;
        uint32_t width, height;
    } wanted[] = {{{.filter = XG_FILTER_INTEGER}, 320, 180},
                  {{.filter = XG_FILTER_POINT, .aspect_width = 4, .aspect_height = 3}, 400, 300},
                  {{.fill = true}, 410, 300}};
    XG_UNUSED(state);
    for (size_t i = 0; i < XG_COUNTOF(wanted); i++) {
        struct xg_window *w = open_scaled(410, 300, wanted[i].scale);
        assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
        assert_true(becomes(w, wanted[i].width, wanted[i].height));
        xg_window_destroy(w);
    }
}

static void resizing_repaints_the_picture(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(320, 180);
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    assert_true(becomes(w, 320, 180));
    SDL_SetWindowSize(sdl_window(), 480, 300);
    assert_true(becomes(w, 480, 270));
    SDL_SetWindowSize(sdl_window(), 100, 200);
    assert_true(becomes(w, 100, 56));
    xg_window_destroy(w);
}

static void pictures_may_change_their_size(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(320, 180);
    static const uint8_t black[64 * 64 * 4];
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    assert_true(becomes(w, 320, 180));
    assert_true(xg_window_show(w, 64, 64, black, NULL));
    assert_true(becomes(w, 0, 0));
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    assert_true(becomes(w, 320, 180));
    xg_window_destroy(w);
}

static void a_window_fits_the_screen(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(1280, 720); /* on 1024 x 768 */
    int width = 0, height = 0;
    SDL_GetWindowSize(sdl_window(), &width, &height);
    assert_int_equal(width, 1024);
    assert_int_equal(height, 576);
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    assert_true(becomes(w, 1024, 576));
    xg_window_destroy(w);
}

static void push_key(uint32_t type, SDL_Scancode key, uint16_t mod)
{
    SDL_Event event = {.key = {.type = type, .keysym = {.scancode = key, .mod = mod}}};
    assert_int_equal(SDL_PushEvent(&event), 1);
}

static void full_screen_comes_and_goes_by_key(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(320, 180);
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    push_key(SDL_KEYDOWN, SDL_SCANCODE_F11, 0);
    assert_int_equal(xg_window_poll(w) & XG_WINDOW_FULL_SCREEN, XG_WINDOW_FULL_SCREEN);
    assert_true(becomes(w, 1024, 576)); /* of the 1024 x 768 screen */
    push_key(SDL_KEYDOWN, SDL_SCANCODE_RETURN, KMOD_LALT);
    xg_window_poll(w);
    assert_true(becomes(w, 320, 180));
    xg_window_destroy(w);
}

static void keys_and_close_are_reported_once(void **state)
{
    XG_UNUSED(state);
    static const struct {
        SDL_Scancode key;
        uint16_t mod;
        unsigned bits;
    } keys[] = {
        {SDL_SCANCODE_A, 0, 0},
        {SDL_SCANCODE_ESCAPE, 0, XG_WINDOW_CLOSE},
        {SDL_SCANCODE_F12, 0, XG_WINDOW_SCREENSHOT},
        {SDL_SCANCODE_PRINTSCREEN, 0, XG_WINDOW_SCREENSHOT},
        {SDL_SCANCODE_P, 0, XG_WINDOW_PAUSE},
        {SDL_SCANCODE_PAUSE, 0, XG_WINDOW_PAUSE},
        {SDL_SCANCODE_TAB, KMOD_LSHIFT, XG_WINDOW_FAST_TOGGLE},
    };
    struct xg_window *w = open_or_fail(64, 64);
    xg_window_poll(w);
    assert_int_equal(xg_window_poll(w), 0);
    for (size_t i = 0; i < XG_COUNTOF(keys); i++) {
        push_key(SDL_KEYDOWN, keys[i].key, keys[i].mod);
        assert_int_equal(xg_window_poll(w), keys[i].bits);
        assert_int_equal(xg_window_poll(w), 0);
    }
    SDL_Event quit = {.type = SDL_QUIT};
    assert_int_equal(SDL_PushEvent(&quit), 1);
    assert_int_equal(xg_window_poll(w), XG_WINDOW_CLOSE);
    assert_int_equal(xg_window_poll(w), 0);
    xg_window_destroy(w);
}

static void tab_is_fast_while_it_is_held(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(64, 64);
    xg_window_poll(w);
    push_key(SDL_KEYDOWN, SDL_SCANCODE_TAB, 0);
    assert_int_equal(xg_window_poll(w), XG_WINDOW_FAST_HELD);
    assert_int_equal(xg_window_poll(w), XG_WINDOW_FAST_HELD);
    push_key(SDL_KEYUP, SDL_SCANCODE_TAB, 0);
    assert_int_equal(xg_window_poll(w), 0);
    push_key(SDL_KEYDOWN, SDL_SCANCODE_TAB, KMOD_LALT); /* the desktop's */
    assert_int_equal(xg_window_poll(w), 0);
    xg_window_destroy(w);
}

static void keys_are_down_until_they_are_up_or_the_focus_goes(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(64, 64);
    xg_window_poll(w);
    push_key(SDL_KEYDOWN, SDL_SCANCODE_A, 0);
    push_key(SDL_KEYDOWN, SDL_SCANCODE_B, 0);
    push_key(SDL_KEYDOWN, SDL_SCANCODE_P, 0);
    push_key(SDL_KEYUP, SDL_SCANCODE_B, 0);
    xg_window_poll(w);
    assert_int_equal(xg_window_keys(w)[SDL_SCANCODE_A], 1);
    assert_int_equal(xg_window_keys(w)[SDL_SCANCODE_B], 0);
    assert_int_equal(xg_window_keys(w)[SDL_SCANCODE_P], 0); /* the window's own */
    SDL_Event away = {.window = {.type = SDL_WINDOWEVENT,
                                 .windowID = SDL_GetWindowID(sdl_window()),
                                 .event = SDL_WINDOWEVENT_FOCUS_LOST}};
    assert_int_equal(SDL_PushEvent(&away), 1);
    xg_window_poll(w);
    assert_int_equal(xg_window_keys(w)[SDL_SCANCODE_A], 0);
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

/* ---- Vulkan alone: its functions are pointers, so that each can be made to fail ---- */

static struct xg_vulkan *vulkan_of(struct xg_window *w)
{
    assert_int_equal(strncmp(xg_window_renderer(w), "vulkan (", 8), 0);
    return (struct xg_vulkan *)xg_window_presenter(w);
}

static PFN_vkAcquireNextImageKHR real_acquire;
static int out_of_date; /* times that it says so */
static VkResult acquire_out_of_date(VkDevice d, VkSwapchainKHR s, uint64_t t, VkSemaphore a,
                                    VkFence f, uint32_t *i)
{
    return out_of_date-- > 0 ? VK_ERROR_OUT_OF_DATE_KHR : real_acquire(d, s, t, a, f, i);
}
static VkResult acquire_lost(VkDevice d, VkSwapchainKHR s, uint64_t t, VkSemaphore a, VkFence f,
                             uint32_t *i)
{
    XG_UNUSED(d), XG_UNUSED(s), XG_UNUSED(t), XG_UNUSED(a), XG_UNUSED(f), XG_UNUSED(i);
    return VK_ERROR_DEVICE_LOST;
}
static VkResult acquire_hidden(VkDevice d, VkSwapchainKHR s, uint64_t t, VkSemaphore a, VkFence f,
                               uint32_t *i)
{
    XG_UNUSED(d), XG_UNUSED(s), XG_UNUSED(t), XG_UNUSED(a), XG_UNUSED(f), XG_UNUSED(i);
    return VK_TIMEOUT;
}

static void a_swapchain_out_of_date_is_made_anew(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(320, 180);
    struct xg_vulkan *v = vulkan_of(w);
    real_acquire = v->AcquireNextImageKHR;
    v->AcquireNextImageKHR = acquire_out_of_date;
    out_of_date = 2;
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    assert_true(out_of_date < 0);
    assert_true(becomes(w, 320, 180));
    assert_string_equal(said, "");
    xg_window_destroy(w);
}

static void a_hidden_window_keeps_its_picture_for_later(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(320, 180);
    struct xg_vulkan *v = vulkan_of(w);
    real_acquire = v->AcquireNextImageKHR;
    v->AcquireNextImageKHR = acquire_hidden;
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    v->AcquireNextImageKHR = real_acquire;
    SDL_SetWindowSize(sdl_window(), 160, 90);
    assert_true(becomes(w, 160, 90));
    xg_window_destroy(w);
}

static void a_lost_device_leaves_the_picture_to_sdl(void **state)
{
    XG_UNUSED(state);
    struct xg_window *w = open_or_fail(320, 180);
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    vulkan_of(w)->AcquireNextImageKHR = acquire_lost;
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    assert_int_equal(strncmp(xg_window_renderer(w), "sdl (", 5), 0);
    assert_non_null(strstr(said, "getting an image of the window failed"));
    assert_true(becomes(w, 320, 180));
    assert_int_equal(xg_window_poll(w), 0); /* the first window's end does not end the run */
    xg_window_destroy(w);
}

/* ---- the choice ---- */

static void auto_leaves_software_vulkan_alone(void **state)
{
    XG_UNUSED(state);
    renderer = XG_RENDERER_AUTO;
    struct xg_window *w = open_or_fail(64, 64);
    assert_string_equal(xg_window_renderer(w), "sdl (software)");
    xg_window_destroy(w);
}

static void without_vulkan_there_is_sdl_or_a_sentence(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    setenv("VK_ICD_FILENAMES", "/nonexistent", 1);
    setenv("VK_DRIVER_FILES", "/nonexistent", 1);
    renderer = XG_RENDERER_AUTO;
    struct xg_window *w = open_or_fail(320, 180);
    assert_string_equal(xg_window_renderer(w), "sdl (software)");
    assert_true(xg_window_show(w, PICTURE_W, PICTURE_H, picture, NULL));
    assert_true(becomes(w, 320, 180));
    xg_window_destroy(w);
    const struct xg_window_options vulkan = {
        .title = "test", .width = 64, .height = 64, .renderer = XG_RENDERER_VULKAN};
    assert_null(xg_window_open(&vulkan, &err));
    assert_non_null(strstr(err.text, "Vulkan"));
    unsetenv("VK_ICD_FILENAMES");
    unsetenv("VK_DRIVER_FILES");
}

static void a_picture_is_fitted_with_square_pixels(void **state)
{
    XG_UNUSED(state);
    static const struct {
        uint32_t w, h, into_w, into_h;
        struct xg_fit fit;
    } cases[] = {
        {1280, 720, 1280, 720, {0, 0, 1280, 720}},
        {1280, 720, 1920, 1080, {0, 0, 1920, 1080}},
        {640, 480, 1920, 1080, {240, 0, 1440, 1080}},
        {1280, 720, 1024, 768, {0, 96, 1024, 576}},
        {100, 1, 10, 10, {0, 4, 10, 1}},
        {8192, 1, 1, 1, {0, 0, 1, 1}},
    };
    for (size_t i = 0; i < XG_COUNTOF(cases); i++) {
        struct xg_fit f = xg_fit_picture(cases[i].w, cases[i].h, cases[i].into_w, cases[i].into_h);
        assert_memory_equal(&f, &cases[i].fit, sizeof f);
    }
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

#define OF_EVERY_RENDERER                                                                          \
    cmocka_unit_test(the_picture_fills_a_window_of_its_shape),                                     \
        cmocka_unit_test(another_shape_keeps_square_pixels),                                       \
        cmocka_unit_test(the_scale_decides_where_the_picture_lies),                                \
        cmocka_unit_test(resizing_repaints_the_picture),                                           \
        cmocka_unit_test(full_screen_comes_and_goes_by_key),                                       \
        cmocka_unit_test(pictures_may_change_their_size),                                          \
        cmocka_unit_test(a_window_fits_the_screen),                                                \
        cmocka_unit_test(keys_and_close_are_reported_once),                                        \
        cmocka_unit_test(tab_is_fast_while_it_is_held),                                            \
        cmocka_unit_test(keys_are_down_until_they_are_up_or_the_focus_goes),                       \
        cmocka_unit_test(impossible_sizes_are_refused)

int main(int argc, char **argv)
{
    if (!getenv("XG_SCREEN_DUMP")) {
        fprintf(stderr, "run it by tests/support/with-display\n");
        return 2;
    }
    paint_picture();
    /* A leak checker names the library only while it is loaded; leaks of its own are not ours. */
    dlopen("libvulkan_lvp.so", RTLD_NOW | RTLD_NODELETE);
    const struct CMUnitTest sdl[] = {
        OF_EVERY_RENDERER,
        cmocka_unit_test(a_picture_is_fitted_with_square_pixels),
        cmocka_unit_test(auto_leaves_software_vulkan_alone),
        cmocka_unit_test(without_vulkan_there_is_sdl_or_a_sentence),
        cmocka_unit_test(a_machine_without_display_gives_a_sentence),
    };
    const struct CMUnitTest vulkan[] = {
        OF_EVERY_RENDERER,
        cmocka_unit_test(a_swapchain_out_of_date_is_made_anew),
        cmocka_unit_test(a_hidden_window_keeps_its_picture_for_later),
        cmocka_unit_test(a_lost_device_leaves_the_picture_to_sdl),
    };
    if (argc > 1 && !strcmp(argv[1], "vulkan")) {
        renderer = XG_RENDERER_VULKAN;
        return cmocka_run_group_tests_name("window, vulkan", vulkan, NULL, NULL);
    }
    renderer = XG_RENDERER_SDL;
    return cmocka_run_group_tests_name("window, sdl", sdl, NULL, NULL);
}
