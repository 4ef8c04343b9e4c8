#include "gpu/present/png.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

/* libpng reports through callbacks that must not return; the sentence is kept for after
 * the long jump. */
struct png_failure {
    char text[128];
};

static void on_png_error(png_structp png, png_const_charp text)
{
    struct png_failure *failure = png_get_error_ptr(png);
    snprintf(failure->text, sizeof failure->text, "%s", text);
    png_longjmp(png, 1);
}

static void on_png_warning(png_structp png, png_const_charp text)
{
    XG_UNUSED(png);
    XG_UNUSED(text);
}

/* Everything between setjmp and the end lives in this function's arguments, so that no
 * local variable is changed across the jump. */
static bool write_rows(png_structp png, png_infop info, FILE *f, uint32_t width, uint32_t height,
                       const uint8_t *rgba)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_init_io(png, f);
    png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    /* Frames are written while the guest runs: quick rather than small. */
    png_set_compression_level(png, 3);
    png_write_info(png, info);
    for (uint32_t y = 0; y < height; y++)
        png_write_row(png, rgba + (size_t)y * width * 4);
    png_write_end(png, info);
    return true;
}

static bool write_file(FILE *f, uint32_t width, uint32_t height, const uint8_t *rgba,
                       struct png_failure *failure)
{
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, failure, on_png_error, on_png_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    bool done = info && write_rows(png, info, f, width, height, rgba);
    png_destroy_write_struct(png ? &png : NULL, info ? &info : NULL);
    return done;
}

bool xg_png_write(const char *path, uint32_t width, uint32_t height, const uint8_t *rgba,
                  struct xg_error *err)
{
    if (!width || !height || width > XG_PICTURE_MAX_SIDE || height > XG_PICTURE_MAX_SIDE)
        return xg_fail(err, XG_E_INPUT, "%s: a picture of %u x %u pixels cannot be written", path,
                       width, height);
    FILE *f = fopen(path, "wb");
    if (!f)
        return xg_fail(err, XG_E_INPUT, "%s: cannot be written: %s", path, strerror(errno));
    struct png_failure failure = {"out of memory"};
    bool done = write_file(f, width, height, rgba, &failure);
    if (done)
        return xg_file_close_written(f, path, err);
    xg_file_discard(f, path);
    return xg_fail(err, XG_E_INPUT, "%s: cannot be written: %s", path, failure.text);
}
