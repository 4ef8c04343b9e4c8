#include "app/picture_file.h"

#include "gpu/present/png.h"

#include <stdio.h>
#include <stdlib.h>

void xg_picture_file_begin(struct xg_picture_file *p, const struct xg_config *config)
{
    *p = (struct xg_picture_file){0};
    xg_filter_parse(xg_config_get(config, "window.filter"), &p->scale.filter);
    xg_aspect_parse(xg_config_get(config, "window.aspect"), &p->scale);
}

bool xg_picture_file_scale(struct xg_picture_file *p, const char *value, struct xg_error *err)
{
    return xg_filter_parse(value, &p->scale.filter) ||
           xg_fail(err, XG_E_INPUT, "--scale=%s: it is none of linear, point and integer", value);
}

bool xg_picture_file_aspect(struct xg_picture_file *p, const char *value, struct xg_error *err)
{
    return xg_aspect_parse(value, &p->scale) ||
           xg_fail(err, XG_E_INPUT, "--aspect=%s: it is none of picture, fill and W:H", value);
}

bool xg_picture_file_size(struct xg_picture_file *p, const char *value, struct xg_error *err)
{
    int end = 0;
    bool ok = sscanf(value, "%5ux%5u%n", &p->width, &p->height, &end) == 2 && !value[end] &&
              p->width && p->height && p->width <= XG_PICTURE_MAX_SIDE &&
              p->height <= XG_PICTURE_MAX_SIDE;
    return ok || xg_fail(err, XG_E_INPUT, "--picture-size needs WIDTHxHEIGHT, not '%s'", value);
}

bool xg_picture_file_write(const struct xg_picture_file *p, const char *path, uint32_t width,
                           uint32_t height, const uint8_t *rgba, struct xg_error *err)
{
    if (!p->width)
        return xg_png_write(path, width, height, rgba, err);
    uint8_t *shown = malloc((size_t)p->width * p->height * 4);
    if (!shown)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    xg_scale_picture(&p->scale, width, height, rgba, p->width, p->height, shown);
    bool ok = xg_png_write(path, p->width, p->height, shown, err);
    free(shown);
    return ok;
}
