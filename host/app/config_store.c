/* Changing one line of the configuration file. */
#include "app/config.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE 65536u

static bool make_folders(const char *path, struct xg_error *err)
{
    char folder[1024];
    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(folder, 0777) && errno != EEXIST)
            return xg_fail(err, XG_E_INPUT, "%s: cannot be made: %s", folder, strerror(errno));
        *slash = '/';
    }
    return true;
}

/* The line sets this key (commented lines set nothing). */
static bool sets(const char *line, const char *key)
{
    size_t length = strlen(key);
    line += strspn(line, " \t");
    return !strncmp(line, key, length) && line[length + strspn(line + length, " \t")] == '=';
}

/* The old text with the key's line replaced or added; the caller frees. NULL: out of memory. */
static char *changed(const char *old, const char *key, const char *value)
{
    char *text = NULL;
    size_t size;
    bool done = false;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        return NULL;
    for (const char *at = old; *at;) {
        int length = (int)strcspn(at, "\n");
        if (sets(at, key)) {
            if (!done)
                fprintf(f, "%s = %s\n", key, value);
            done = true;
        } else {
            fprintf(f, "%.*s\n", length, at);
        }
        at += length;
        at += *at == '\n';
    }
    if (!done)
        fprintf(f, "%s = %s\n", key, value);
    if (fclose(f)) {
        free(text);
        return NULL;
    }
    return text;
}

static bool replace(const char *path, const char *text, struct xg_error *err)
{
    char fresh[1024];
    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
        return xg_fail(err, XG_E_INPUT, "%s: the path is too long", path);
    if (!xg_file_write(fresh, text, strlen(text), err))
        return false;
    if (!rename(fresh, path))
        return true;
    xg_fail(err, XG_E_INPUT, "%s: cannot be replaced: %s", path, strerror(errno));
    unlink(fresh);
    return false;
}

bool xg_config_store(const char *path, const char *key, const char *value, struct xg_error *err)
{
    struct xg_config *c = xg_config_create();
    uint8_t *old = NULL;
    size_t size;
    char real[4096];
    bool good = c || xg_fail(err, XG_E_INPUT, "out of memory");
    if (strchr(value, '\n'))
        good = xg_fail(err, XG_E_INPUT, "%s: a value is one line", key);
    good = good && xg_config_set(c, key, value, err) && make_folders(path, err);
    if (good && realpath(path, real)) { /* a link stays one: its target is replaced */
        path = real;
        good = xg_file_read(path, MAX_FILE, &old, &size, err);
    }
    char *text = good ? changed(old ? (char *)old : "", key, value) : NULL;
    if (good && !text)
        good = xg_fail(err, XG_E_INPUT, "out of memory");
    good = good && replace(path, text, err);
    free(text);
    free(old);
    xg_config_destroy(c);
    return good;
}
