/* Pictures as files: as they are, or as a window of a given size would show them. */
#ifndef XG_APP_PICTURE_FILE_H
#define XG_APP_PICTURE_FILE_H

#include "app/config.h"
#include "gpu/present/scale.h"

struct xg_picture_file {
    struct xg_scale scale;
    uint32_t width, height; /* 0: as they are */
};
/* What the configuration says of the window. */
void xg_picture_file_begin(struct xg_picture_file *p, const struct xg_config *config);
/* --scale, --aspect, --picture-size; err (XG_E_INPUT) when the value is none of theirs. */
bool xg_picture_file_scale(struct xg_picture_file *p, const char *value, struct xg_error *err);
bool xg_picture_file_aspect(struct xg_picture_file *p, const char *value, struct xg_error *err);
bool xg_picture_file_size(struct xg_picture_file *p, const char *value, struct xg_error *err);
bool xg_picture_file_write(const struct xg_picture_file *p, const char *path, uint32_t width,
                           uint32_t height, const uint8_t *rgba, struct xg_error *err);

#endif
