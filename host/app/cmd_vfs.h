/* What `info` and `unpack` do with disc images and content packages. Exit code as the commands. */
#ifndef XG_APP_CMD_VFS_H
#define XG_APP_CMD_VFS_H

#include "base/error.h"

bool xg_container_info(const char *path, bool json, struct xg_error *err);
/* Writes all files below the folder `out`, which is made when it is missing. */
bool xg_container_unpack(const char *path, const char *out, struct xg_error *err);

#endif
