/* A window that shows pictures: SDL2, drawn through a Vulkan swapchain or by SDL's own renderer.
 * One thread only. docs/window.md is the user's page. */
#ifndef XG_GPU_PRESENT_WINDOW_H
#define XG_GPU_PRESENT_WINDOW_H

#include "base/error.h"
#include "gpu/present/scale.h"

struct xg_window;

/* What the user asked for since the last poll; bits. */
enum xg_window_event {
    XG_WINDOW_CLOSE = 1,        /* closed, or Escape */
    XG_WINDOW_SCREENSHOT = 2,   /* F12 or Print: write the present picture */
    XG_WINDOW_PAUSE = 4,        /* P or Pause: pause, or go on */
    XG_WINDOW_FAST_TOGGLE = 8,  /* Shift+Tab: fast-forward on, or off again */
    XG_WINDOW_FAST_HELD = 16,   /* Tab is down at the moment of the poll */
    XG_WINDOW_FULL_SCREEN = 32, /* F11 or Alt+Enter; the window has changed already */
};

enum xg_renderer {
    XG_RENDERER_AUTO,   /* Vulkan on a graphics card, else SDL */
    XG_RENDERER_VULKAN, /* Vulkan on anything that speaks it; refused without */
    XG_RENDERER_SDL,
};

struct xg_window_options {
    const char *title;
    uint32_t width, height; /* inside, pixels: 1 .. XG_PICTURE_MAX_SIDE */
    enum xg_renderer renderer;
    bool full_screen;
    struct xg_scale scale;
    /* Sentences for people (the other renderer took over). May be NULL. */
    void (*log)(void *ctx, const char *text);
    void *log_ctx;
};

/* Opens a window that the user may resize. NULL without a display, or when the display
 * refuses: err then holds XG_E_INPUT and a sentence. The caller destroys the window; the
 * options need not live on, but log_ctx must. SDL_VIDEODRIVER and SDL_RENDER_DRIVER choose
 * among SDL's drivers, VK_ICD_FILENAMES among Vulkan's. */
struct xg_window *xg_window_open(const struct xg_window_options *options, struct xg_error *err);
/* The same with the default of every other option. */
struct xg_window *xg_window_create(const char *title, uint32_t width, uint32_t height,
                                   struct xg_error *err);
void xg_window_destroy(struct xg_window *w); /* NULL: nothing */

/* Shows an 8-bit RGBA picture, rows top to bottom without padding, as large as the window
 * and the scale allow, black beside it; alpha is ignored. The bytes are copied. The
 * picture stays until the next one: resizing and uncovering repaint it in xg_window_poll.
 * When Vulkan fails on the way (a device is lost), SDL takes over. */
bool xg_window_show(struct xg_window *w, uint32_t width, uint32_t height, const uint8_t *rgba,
                    struct xg_error *err);

/* Handles what has happened to the window, without waiting. Returns xg_window_event bits. */
unsigned xg_window_poll(struct xg_window *w);

/* Keys of the keyboard by USB usage number (SDL_Scancode), 1 while down, as of the last poll;
 * all 0 while another window has the keyboard. Those that the window itself answers to are
 * never down. XG_KEYS entries, valid until the window is destroyed. */
#define XG_KEYS 512
const uint8_t *xg_window_keys(const struct xg_window *w);
/* True for a key that the window keeps for itself (Escape, P, Pause, Tab, F11, F12, Print). */
bool xg_window_reserves_key(unsigned key);

void xg_window_set_title(struct xg_window *w, const char *title);
/* "vulkan (NAME OF THE DEVICE)" or "sdl (NAME OF THE DRIVER)". */
const char *xg_window_renderer(const struct xg_window *w);

#endif
