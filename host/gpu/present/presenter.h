/* What a window asks of a renderer. Two of them: presenter_vulkan.c and presenter_sdl.c. */
#ifndef XG_GPU_PRESENT_PRESENTER_H
#define XG_GPU_PRESENT_PRESENTER_H

#include "base/error.h"
#include "gpu/present/scale.h"

#include <SDL.h>

struct xg_presenter;
struct xg_presenter_ops {
    void (*destroy)(struct xg_presenter *p);
    /* A new picture; it is copied, not painted yet. */
    bool (*load)(struct xg_presenter *p, uint32_t width, uint32_t height, const uint8_t *rgba,
                 struct xg_error *err);
    /* Paints the last picture (black when there is none) into the window as it is now. false:
     * this renderer is of no more use. */
    bool (*paint)(struct xg_presenter *p, struct xg_error *err);
};
struct xg_presenter {
    const struct xg_presenter_ops *ops;
    char name[300]; /* for people */
};

/* The present renderer of a window; for tests that make one fail. */
struct xg_window;
struct xg_presenter *xg_window_presenter(struct xg_window *w);

/* The window stays the caller's and outlives the presenter. NULL: err says why. */
struct xg_presenter *xg_presenter_sdl_create(SDL_Window *window, const struct xg_scale *scale,
                                             struct xg_error *err);
/* The window was made with SDL_WINDOW_VULKAN. software: a device that is only a program on
 * the CPU will do. */
struct xg_presenter *xg_presenter_vulkan_create(SDL_Window *window, const struct xg_scale *scale,
                                                bool software, struct xg_error *err);

#endif
