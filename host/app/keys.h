/* Where commands get the user's keys from. */
#ifndef XG_APP_KEYS_H
#define XG_APP_KEYS_H

#include "loader/loader.h"

/* Reads the file named by --keys; when path is NULL the file `keys` in xenogate's folder of the
 * user's configuration ($XDG_CONFIG_HOME or ~/.config), if it is there. */
bool xg_app_keys(const char *path, struct xg_keys *keys, struct xg_error *err);

#endif
