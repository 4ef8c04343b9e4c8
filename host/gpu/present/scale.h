/* How a picture fills a window: where, and by which filter. One definition for the window's two
 * renderers and for pictures in files. */
#ifndef XG_GPU_PRESENT_SCALE_H
#define XG_GPU_PRESENT_SCALE_H

#include "base/types.h"

enum xg_filter {
    XG_FILTER_LINEAR,
    XG_FILTER_POINT,
    XG_FILTER_INTEGER, /* point, and only by whole numbers; where not even once has room: point */
};

struct xg_scale {
    enum xg_filter filter;
    /* Shape of what is shown. 0: the picture's own, square pixels, as XG_FILTER_INTEGER always has
     * it. */
    uint32_t aspect_width, aspect_height;
    bool fill; /* the window's shape, whatever the picture's */
};

/* "linear", "point" (or "nearest"), "integer". false: none of these. */
bool xg_filter_parse(const char *text, enum xg_filter *out);
/* "picture", "fill", or W:H with numbers 1 .. 1000. */
bool xg_aspect_parse(const char *text, struct xg_scale *out);

/* A rectangle inside a window, pixels. */
struct xg_fit {
    int32_t x, y;
    uint32_t width, height;
};
/* The largest rectangle of the wanted shape in the middle of a window, at least one pixel wide and
 * high. All sizes 1 .. 65535. */
struct xg_fit xg_fit_scaled(const struct xg_scale *how, uint32_t width, uint32_t height,
                            uint32_t into_width, uint32_t into_height);
/* The same for the picture's own shape. */
struct xg_fit xg_fit_picture(uint32_t width, uint32_t height, uint32_t into_width,
                             uint32_t into_height);

/* The window's content as RGBA rows, black beside the picture (alpha 255). Linear weights are of
 * 256 steps. out has room for it and is no part of rgba. */
void xg_scale_picture(const struct xg_scale *how, uint32_t width, uint32_t height,
                      const uint8_t *rgba, uint32_t into_width, uint32_t into_height, uint8_t *out);

#endif
