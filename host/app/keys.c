#include "app/keys.h"

#include "app/config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool xg_app_keys(const char *path, struct xg_keys *keys, struct xg_error *err)
{
    char beside[4096], usual[sizeof beside + 8];
    memset(keys, 0, sizeof *keys);
    if (path)
        return xg_keys_load(keys, path, err);
    if (!xg_config_path(beside, sizeof beside, NULL))
        return true; /* no place for it */
    char *slash = strrchr(beside, '/');
    snprintf(usual, sizeof usual, "%.*s/keys", slash ? (int)(slash - beside) : 0, beside);
    return access(usual, F_OK) != 0 || xg_keys_load(keys, usual, err);
}
