/* A plain window that shows pictures: SDL2 with its own renderer. One thread only. */
#ifndef XG_GPU_PRESENT_WINDOW_H
#define XG_GPU_PRESENT_WINDOW_H

#include "base/error.h"

struct xg_window;

/* What the user asked for since the last poll; bits. */
enum xg_window_event {
    XG_WINDOW_CLOSE = 1,      /* closed, or Escape */
    XG_WINDOW_SCREENSHOT = 2, /* F12 or Print: write the present picture */
};

/* Opens a window whose inside is width x height pixels (1 .. XG_PICTURE_MAX_SIDE); the user
 * may resize it. NULL without a display, or when the display refuses: err then holds
 * XG_E_INPUT and a sentence. The caller destroys the window. SDL_VIDEODRIVER and
 * SDL_RENDER_DRIVER choose among SDL's drivers. */
struct xg_window *xg_window_create(const char *title, uint32_t width, uint32_t height,
                                   struct xg_error *err);
void xg_window_destroy(struct xg_window *w); /* NULL: nothing */

/* Shows an 8-bit RGBA picture, rows top to bottom without padding, as large as the window
 * allows with square pixels, black beside it; alpha is ignored. The bytes are copied. The
 * picture stays until the next one: resizing and uncovering repaint it in xg_window_poll. */
bool xg_window_show(struct xg_window *w, uint32_t width, uint32_t height, const uint8_t *rgba,
                    struct xg_error *err);

/* Handles what has happened to the window, without waiting. Returns xg_window_event bits. */
unsigned xg_window_poll(struct xg_window *w);

void xg_window_set_title(struct xg_window *w, const char *title);

#endif
