/* Writes pictures as PNG files. */
#ifndef XG_GPU_PRESENT_PNG_H
#define XG_GPU_PRESENT_PNG_H

#include "base/error.h"

/* Largest side of a picture that png.c and window.c take, in pixels (the device's surfaces
 * have at most 8192 rows and 8192 pixels of pitch). */
#define XG_PICTURE_MAX_SIDE 8192u

/* Writes an 8-bit RGBA picture, rows top to bottom without padding, to `path`. The file
 * holds exactly these bytes (no colour conversion, alpha kept) and no time stamp: equal
 * pictures give equal files. On failure no file is left behind and err (may be NULL) holds
 * XG_E_INPUT with a sentence that names the path. rgba stays the caller's. */
bool xg_png_write(const char *path, uint32_t width, uint32_t height, const uint8_t *rgba,
                  struct xg_error *err);

#endif
