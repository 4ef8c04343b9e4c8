#include "gpu/present/window.h"
#include "gpu/present/png.h"
#include "gpu/present/presenter.h"

#include <SDL_vulkan.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct xg_window {
    SDL_Window *window;
    struct xg_presenter *presenter;
    bool vulkan, full_screen, fast_held;
    struct xg_scale scale;
    void (*log)(void *ctx, const char *text);
    void *log_ctx;
    uint8_t keys[XG_KEYS];
    /* The last picture, for another renderer that takes over. NULL before the first. */
    uint8_t *rgba;
    uint32_t width, height;
    size_t room;
};

static bool named(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

static void XG_PRINTF(2, 3) say(struct xg_window *w, const char *fmt, ...)
{
    char text[640];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (w->log)
        w->log(w->log_ctx, text);
}

/* SDL would otherwise fall back to drivers that draw into nothing ("offscreen") or take
 * over the console ("kmsdrm"): a user without a display wants to be told. */
static bool driver_shows_something(const char *driver)
{
    static const char *const hidden[] = {"offscreen", "dummy", "kmsdrm", "evdev"};
    for (size_t i = 0; i < XG_COUNTOF(hidden); i++)
        if (!strcmp(driver, hidden[i]))
            return false;
    return true;
}

/* ---- renderers ---- */

static bool open_sdl_window(struct xg_window *w, const char *title, int width, int height,
                            uint32_t flags)
{
    if (w->full_screen)
        flags |= SDL_WINDOW_FULLSCREEN_DESKTOP;
    w->window = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, width,
                                 height, flags | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    return w->window != NULL;
}

static void close_renderer(struct xg_window *w)
{
    if (w->presenter)
        w->presenter->ops->destroy(w->presenter);
    if (w->window)
        SDL_DestroyWindow(w->window);
    w->presenter = NULL;
    w->window = NULL;
    w->vulkan = false;
}

static bool open_vulkan(struct xg_window *w, const struct xg_window_options *o,
                        struct xg_error *err)
{
    if (SDL_Vulkan_LoadLibrary(NULL))
        return xg_fail(err, XG_E_INPUT, "no Vulkan: %s", SDL_GetError());
    if (!open_sdl_window(w, o->title, (int)o->width, (int)o->height, SDL_WINDOW_VULKAN))
        xg_fail(err, XG_E_INPUT, "no Vulkan: %s", SDL_GetError());
    else
        w->presenter = xg_presenter_vulkan_create(w->window, &w->scale,
                                                  o->renderer == XG_RENDERER_VULKAN, err);
    /* The window holds the library for as long as it needs it. */
    SDL_Vulkan_UnloadLibrary();
    w->vulkan = w->presenter != NULL;
    if (!w->presenter)
        close_renderer(w);
    return w->vulkan;
}

static bool open_sdl(struct xg_window *w, const char *title, int width, int height,
                     struct xg_error *err)
{
    if (!open_sdl_window(w, title, width, height, 0))
        return xg_fail(err, XG_E_INPUT, "no window: %s (use --headless)", SDL_GetError());
    w->presenter = xg_presenter_sdl_create(w->window, &w->scale, err);
    return w->presenter != NULL;
}

/* A window larger than the screen shows its edges to nobody: it is made to fit, same shape. */
static void fit_screen(struct xg_window_options *o)
{
    SDL_Rect screen;
    if (SDL_GetDisplayUsableBounds(0, &screen) || screen.w <= 0 || screen.h <= 0 ||
        (o->width <= (uint32_t)screen.w && o->height <= (uint32_t)screen.h))
        return;
    struct xg_fit f = xg_fit_picture(o->width, o->height, (uint32_t)screen.w, (uint32_t)screen.h);
    o->width = f.width;
    o->height = f.height;
}

static bool open_renderer(struct xg_window *w, const struct xg_window_options *o,
                          struct xg_error *err)
{
    struct xg_error why = {0};
    if (o->renderer != XG_RENDERER_SDL && open_vulkan(w, o, &why))
        return true;
    if (o->renderer == XG_RENDERER_VULKAN)
        return xg_fail(err, XG_E_INPUT, "%s (window.renderer = auto takes what there is)",
                       why.text);
    return open_sdl(w, o->title, (int)o->width, (int)o->height, err);
}

/* Vulkan failed on the way: the picture goes on in a window of SDL's. */
static bool fall_back(struct xg_window *w, const struct xg_error *why, struct xg_error *err)
{
    if (!w->vulkan)
        return xg_fail(err, why->kind, "%s", why->text);
    say(w, "%s; SDL draws from here on", why->text);
    char title[256];
    int width, height;
    snprintf(title, sizeof title, "%s", SDL_GetWindowTitle(w->window));
    SDL_GetWindowSize(w->window, &width, &height);
    close_renderer(w);
    return open_sdl(w, title, width, height, err) &&
           (!w->rgba || w->presenter->ops->load(w->presenter, w->width, w->height, w->rgba, err)) &&
           w->presenter->ops->paint(w->presenter, err);
}

static bool repaint(struct xg_window *w, struct xg_error *err)
{
    struct xg_error why = {0};
    if (!w->presenter)
        return xg_fail(err, XG_E_INPUT, "the window is gone");
    return w->presenter->ops->paint(w->presenter, &why) || fall_back(w, &why, err);
}

/* ---- life ---- */

static bool start(struct xg_window *w, const struct xg_window_options *o, struct xg_error *err)
{
    if (!named("SDL_VIDEODRIVER") && !driver_shows_something(SDL_GetCurrentVideoDriver()))
        return xg_fail(err, XG_E_INPUT, "no window: the display cannot be opened (use --headless)");
    struct xg_window_options fitted = *o;
    fit_screen(&fitted);
    return open_renderer(w, &fitted, err) && repaint(w, err);
}

struct xg_window *xg_window_open(const struct xg_window_options *o, struct xg_error *err)
{
    if (!o->width || !o->height || o->width > XG_PICTURE_MAX_SIDE ||
        o->height > XG_PICTURE_MAX_SIDE) {
        xg_fail(err, XG_E_INPUT, "a window of %u x %u pixels cannot be opened", o->width,
                o->height);
        return NULL;
    }
    if (!named("DISPLAY") && !named("WAYLAND_DISPLAY") && !named("SDL_VIDEODRIVER")) {
        xg_fail(err, XG_E_INPUT,
                "no display: neither DISPLAY nor WAYLAND_DISPLAY is set (use --headless)");
        return NULL;
    }
    struct xg_window *w = calloc(1, sizeof *w);
    if (!w) {
        xg_fail(err, XG_E_INPUT, "no window: out of memory");
        return NULL;
    }
    w->scale = o->scale;
    w->full_screen = o->full_screen;
    w->log = o->log;
    w->log_ctx = o->log_ctx;
    /* Ctrl-C stays what the shell makes of it. */
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    /* Counted by SDL: two windows, or another part that uses SDL, do not disturb each other. */
    if (SDL_InitSubSystem(SDL_INIT_VIDEO)) {
        xg_fail(err, XG_E_INPUT, "no window: %s (use --headless)", SDL_GetError());
        free(w);
        return NULL;
    }
    if (!start(w, o, err)) {
        xg_window_destroy(w);
        return NULL;
    }
    return w;
}

struct xg_window *xg_window_create(const char *title, uint32_t width, uint32_t height,
                                   struct xg_error *err)
{
    return xg_window_open(
        &(struct xg_window_options){.title = title, .width = width, .height = height}, err);
}

void xg_window_destroy(struct xg_window *w)
{
    if (!w)
        return;
    close_renderer(w);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    free(w->rgba);
    free(w);
}

/* ---- pictures ---- */

static bool keep(struct xg_window *w, uint32_t width, uint32_t height, const uint8_t *rgba,
                 struct xg_error *err)
{
    size_t size = (size_t)width * height * 4;
    if (size > w->room) {
        uint8_t *larger = realloc(w->rgba, size);
        if (!larger)
            return xg_fail(err, XG_E_INPUT, "the window cannot show the picture: out of memory");
        w->rgba = larger;
        w->room = size;
    }
    memcpy(w->rgba, rgba, size);
    w->width = width;
    w->height = height;
    return true;
}

bool xg_window_show(struct xg_window *w, uint32_t width, uint32_t height, const uint8_t *rgba,
                    struct xg_error *err)
{
    struct xg_error why = {0};
    if (!width || !height || width > XG_PICTURE_MAX_SIDE || height > XG_PICTURE_MAX_SIDE)
        return xg_fail(err, XG_E_INPUT, "a picture of %u x %u pixels cannot be shown", width,
                       height);
    if (!w->presenter)
        return xg_fail(err, XG_E_INPUT, "the window is gone");
    if (!keep(w, width, height, rgba, err))
        return false;
    if (!w->presenter->ops->load(w->presenter, width, height, rgba, &why))
        return fall_back(w, &why, err);
    return repaint(w, err);
}

/* ---- events ---- */

bool xg_window_reserves_key(unsigned key)
{
    static const uint16_t reserved[] = {
        SDL_SCANCODE_ESCAPE, SDL_SCANCODE_P,   SDL_SCANCODE_PAUSE,      SDL_SCANCODE_TAB,
        SDL_SCANCODE_F11,    SDL_SCANCODE_F12, SDL_SCANCODE_PRINTSCREEN};
    for (size_t i = 0; i < XG_COUNTOF(reserved); i++)
        if (reserved[i] == key)
            return true;
    return false;
}

static unsigned toggle_full_screen(struct xg_window *w)
{
    w->full_screen = !w->full_screen;
    SDL_SetWindowFullscreen(w->window, w->full_screen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    return XG_WINDOW_FULL_SCREEN;
}

static unsigned key_down(struct xg_window *w, const SDL_KeyboardEvent *key)
{
    SDL_Scancode code = key->keysym.scancode;
    if (code == SDL_SCANCODE_RETURN && key->keysym.mod & KMOD_ALT)
        return key->repeat ? 0 : toggle_full_screen(w);
    if (!xg_window_reserves_key(code)) {
        if ((unsigned)code < XG_KEYS)
            w->keys[code] = 1;
        return 0;
    }
    if (key->repeat)
        return 0;
    switch (code) {
    case SDL_SCANCODE_ESCAPE:
        return XG_WINDOW_CLOSE;
    case SDL_SCANCODE_F11:
        return toggle_full_screen(w);
    case SDL_SCANCODE_TAB:
        if (key->keysym.mod & KMOD_SHIFT)
            return XG_WINDOW_FAST_TOGGLE;
        /* Alt+Tab is the desktop's. */
        w->fast_held = !(key->keysym.mod & KMOD_ALT);
        return 0;
    case SDL_SCANCODE_P:
    case SDL_SCANCODE_PAUSE:
        return XG_WINDOW_PAUSE;
    default:
        return XG_WINDOW_SCREENSHOT;
    }
}

static void key_up(struct xg_window *w, SDL_Scancode code)
{
    if (code == SDL_SCANCODE_TAB)
        w->fast_held = false;
    if ((unsigned)code < XG_KEYS)
        w->keys[code] = 0;
}

/* bits of what happened; *dirty: the window must be painted. */
static unsigned window_event(struct xg_window *w, const SDL_WindowEvent *event, bool *dirty)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_CLOSE:
        return XG_WINDOW_CLOSE;
    case SDL_WINDOWEVENT_FOCUS_LOST: /* the ups of these keys go to another window */
        memset(w->keys, 0, sizeof w->keys);
        w->fast_held = false;
        return 0;
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SIZE_CHANGED:
        *dirty = true;
        return 0;
    default:
        return 0;
    }
}

static unsigned handle(struct xg_window *w, const SDL_Event *event, bool *dirty)
{
    switch (event->type) {
    case SDL_QUIT:
        return XG_WINDOW_CLOSE;
    case SDL_WINDOWEVENT:
        /* What is left in the queue for a window that is gone does not concern this one. */
        return event->window.windowID == SDL_GetWindowID(w->window)
                   ? window_event(w, &event->window, dirty)
                   : 0;
    case SDL_KEYDOWN:
        return key_down(w, &event->key);
    case SDL_KEYUP:
        key_up(w, event->key.keysym.scancode);
        return 0;
    case SDL_RENDER_TARGETS_RESET:
        *dirty = true;
        return 0;
    default:
        return 0;
    }
}

unsigned xg_window_poll(struct xg_window *w)
{
    unsigned bits = 0;
    bool dirty = false;
    SDL_Event event;
    while (w->window && SDL_PollEvent(&event))
        bits |= handle(w, &event, &dirty);
    if (dirty)
        repaint(w, NULL);
    return bits | (w->fast_held ? XG_WINDOW_FAST_HELD : 0);
}

const uint8_t *xg_window_keys(const struct xg_window *w)
{
    return w->keys;
}

void xg_window_set_title(struct xg_window *w, const char *title)
{
    if (w->window)
        SDL_SetWindowTitle(w->window, title);
}

const char *xg_window_renderer(const struct xg_window *w)
{
    return w->presenter ? w->presenter->name : "none";
}

struct xg_presenter *xg_window_presenter(struct xg_window *w)
{
    return w->presenter;
}
