#include "gpu/present/window.h"
#include "gpu/present/png.h"

#include <stdlib.h>
#include <string.h>

#include <SDL.h>

struct xg_window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture; /* NULL before the first picture */
    uint32_t width, height;
};

static bool named(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
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

static bool open_window(struct xg_window *w, const char *title, uint32_t width, uint32_t height)
{
    w->window = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
                                 (int)width, (int)height, SDL_WINDOW_RESIZABLE);
    if (!w->window)
        return false;
    w->renderer = SDL_CreateRenderer(w->window, -1, 0);
    if (!w->renderer)
        w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_SOFTWARE);
    return w->renderer != NULL;
}

static void repaint(struct xg_window *w)
{
    SDL_SetRenderDrawColor(w->renderer, 0, 0, 0, 255);
    SDL_RenderClear(w->renderer);
    if (w->texture)
        SDL_RenderCopy(w->renderer, w->texture, NULL, NULL);
    SDL_RenderPresent(w->renderer);
}

struct xg_window *xg_window_create(const char *title, uint32_t width, uint32_t height,
                                   struct xg_error *err)
{
    if (!width || !height || width > XG_PICTURE_MAX_SIDE || height > XG_PICTURE_MAX_SIDE) {
        xg_fail(err, XG_E_INPUT, "a window of %u x %u pixels cannot be opened", width, height);
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
    /* Ctrl-C stays what the shell makes of it. */
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    /* Counted by SDL: two windows, or another part that uses SDL, do not disturb each other. */
    if (SDL_InitSubSystem(SDL_INIT_VIDEO)) {
        xg_fail(err, XG_E_INPUT, "no window: %s (use --headless)", SDL_GetError());
        free(w);
        return NULL;
    }
    if (!named("SDL_VIDEODRIVER") && !driver_shows_something(SDL_GetCurrentVideoDriver())) {
        xg_fail(err, XG_E_INPUT, "no window: the display cannot be opened (use --headless)");
        xg_window_destroy(w);
        return NULL;
    }
    if (!open_window(w, title, width, height)) {
        xg_fail(err, XG_E_INPUT, "no window: %s (use --headless)", SDL_GetError());
        xg_window_destroy(w);
        return NULL;
    }
    repaint(w);
    return w;
}

void xg_window_destroy(struct xg_window *w)
{
    if (!w)
        return;
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    if (w->renderer)
        SDL_DestroyRenderer(w->renderer);
    if (w->window)
        SDL_DestroyWindow(w->window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    free(w);
}

/* A texture of the picture's size; SDL's logical size keeps the aspect. */
static bool fit_texture(struct xg_window *w, uint32_t width, uint32_t height)
{
    if (w->texture && w->width == width && w->height == height)
        return true;
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
    w->texture = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STREAMING,
                                   (int)width, (int)height);
    w->width = width;
    w->height = height;
    return w->texture && !SDL_SetTextureBlendMode(w->texture, SDL_BLENDMODE_NONE) &&
           !SDL_RenderSetLogicalSize(w->renderer, (int)width, (int)height);
}

bool xg_window_show(struct xg_window *w, uint32_t width, uint32_t height, const uint8_t *rgba,
                    struct xg_error *err)
{
    if (!width || !height || width > XG_PICTURE_MAX_SIDE || height > XG_PICTURE_MAX_SIDE)
        return xg_fail(err, XG_E_INPUT, "a picture of %u x %u pixels cannot be shown", width,
                       height);
    if (!fit_texture(w, width, height) ||
        SDL_UpdateTexture(w->texture, NULL, rgba, (int)(width * 4)))
        return xg_fail(err, XG_E_INPUT, "the window cannot show the picture: %s", SDL_GetError());
    repaint(w);
    return true;
}

static unsigned event_bits(const SDL_Event *event)
{
    if (event->type == SDL_QUIT)
        return XG_WINDOW_CLOSE;
    if (event->type == SDL_WINDOWEVENT && event->window.event == SDL_WINDOWEVENT_CLOSE)
        return XG_WINDOW_CLOSE;
    if (event->type != SDL_KEYDOWN || event->key.repeat)
        return 0;
    switch (event->key.keysym.sym) {
    case SDLK_ESCAPE:
        return XG_WINDOW_CLOSE;
    case SDLK_F12:
    case SDLK_PRINTSCREEN:
        return XG_WINDOW_SCREENSHOT;
    default:
        return 0;
    }
}

unsigned xg_window_poll(struct xg_window *w)
{
    unsigned bits = 0;
    bool dirty = false;
    SDL_Event event;
    while (SDL_PollEvent(&event)) {
        bits |= event_bits(&event);
        dirty |=
            event.type == SDL_WINDOWEVENT && (event.window.event == SDL_WINDOWEVENT_EXPOSED ||
                                              event.window.event == SDL_WINDOWEVENT_SIZE_CHANGED);
        dirty |= event.type == SDL_RENDER_TARGETS_RESET;
    }
    if (dirty)
        repaint(w);
    return bits;
}

void xg_window_set_title(struct xg_window *w, const char *title)
{
    SDL_SetWindowTitle(w->window, title);
}
