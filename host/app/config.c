#include "app/config.h"
#include "app/backends.h"
#include "base/file.h"
#include "gpu/present/png.h"
#include "gpu/present/window.h"
#include "input/sdl_pads.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE 65536u

enum kind { CHOICE, NUMBER, SIZE, BACK_END, TEXT, KEYS };
struct option {
    const char *key, *value; /* default */
    enum kind kind;
    const char *choices; /* CHOICE: separated by blanks */
    long low, high;      /* NUMBER */
    const char *help;
};
static const struct option options[] = {
    {"gpu", "model", BACK_END, NULL, 0, 0, "back end: what --gpu takes"},
    {"cpu", "jit", CHOICE, "jit interp check", 0, 0, "engine: what --cpu takes"},
    {"audio", "auto", CHOICE, "auto null sdl", 0, 0, "sound; auto: sdl in a window, else null"},
    {"window.size", "1280x720", SIZE, NULL, 0, 0, "inside of the window when it opens, pixels"},
    {"window.full-screen", "no", CHOICE, "no yes", 0, 0, "open on the full screen"},
    {"window.renderer", "auto", CHOICE, "auto vulkan sdl", 0, 0,
     "auto: Vulkan on a graphics card, else SDL"},
    {"window.filter", "linear", CHOICE, "linear nearest integer", 0, 0,
     "how pictures are scaled; integer: only by whole numbers"},
    {"window.aspect", "picture", CHOICE, "picture fill 16:9 4:3", 0, 0, "their shape"},
    {"fast", "no", CHOICE, "no yes", 0, 0, "start in fast-forward (Shift+Tab)"},
    {"screenshots", ".", TEXT, NULL, 0, 0, "folder of the screenshots that F12 takes"},
    {"keyboard.pad", "1", CHOICE, "1 2 3 4 none", 0, 0, "pad that the keyboard plays"},
    {"pad.dead-zone", "4000", NUMBER, NULL, 0, 32766, "of controllers' sticks, of 32767"},
};
#define FIXED    XG_COUNTOF(options)
#define KEYS_ALL (FIXED + XG_CONTROLS)

struct xg_config {
    char *values[KEYS_ALL];
    char names[XG_CONTROLS][32]; /* "key.CONTROL" */
    struct xg_key_map map;
};

static const char *key_of(const struct xg_config *c, size_t i)
{
    return i < FIXED ? options[i].key : c->names[i - FIXED];
}

static size_t find(const struct xg_config *c, const char *key)
{
    size_t i = 0;
    while (i < KEYS_ALL && strcmp(key_of(c, i), key))
        i++;
    return i;
}

/* ---- values ---- */

static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *s = list; n && *s; s += strcspn(s, " "), s += *s == ' ')
        if (strcspn(s, " ") == n && !strncmp(s, word, n))
            return true;
    return false;
}

static bool whole_number(const char *text, char stop, unsigned long *out, const char **rest)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *out = strtoul(text, &end, 10);
    *rest = end;
    return !errno && *end == stop;
}

static bool is_size(const char *text)
{
    unsigned long width, height;
    const char *rest;
    return whole_number(text, 'x', &width, &rest) && whole_number(rest + 1, 0, &height, &rest) &&
           width && height && width <= XG_PICTURE_MAX_SIDE && height <= XG_PICTURE_MAX_SIDE;
}

static unsigned key_number(const char *name)
{
    unsigned key = xg_sdl_key(name);
    return xg_window_reserves_key(key) ? 0 : key;
}

/* false: err holds what is wrong with the value, for the end of a sentence. */
static bool check(const struct option *o, const char *value, struct xg_error *err)
{
    unsigned long n;
    const char *rest;
    switch (o->kind) {
    case CHOICE:
        return has_word(o->choices, value) ||
               xg_fail(err, XG_E_INPUT, "'%s' is none of: %s", value, o->choices);
    case NUMBER:
        return (whole_number(value, 0, &n, &rest) && n >= (unsigned long)o->low &&
                n <= (unsigned long)o->high) ||
               xg_fail(err, XG_E_INPUT, "'%s' is no number of %ld to %ld", value, o->low, o->high);
    case SIZE:
        return is_size(value) ||
               xg_fail(err, XG_E_INPUT, "'%s' is no size like 1280x720, of 1 to %u pixels a side",
                       value, XG_PICTURE_MAX_SIDE);
    case BACK_END:
        return xg_device_by_name(value) ||
               xg_fail(err, XG_E_INPUT, "'%s' is no back end of: %s", value, xg_device_names());
    default:
        return *value || xg_fail(err, XG_E_INPUT, "it must not be empty");
    }
}

static bool set_value(struct xg_config *c, size_t i, const char *value, struct xg_error *err)
{
    char *copy;
    struct xg_error why = {0};
    bool good = i < FIXED ? check(&options[i], value, &why)
                          : xg_key_map_set(&c->map, (unsigned)(i - FIXED), value, key_number, &why);
    if (!good)
        return xg_fail(err, XG_E_INPUT, "%s: %s%s", key_of(c, i), why.text,
                       i < FIXED ? "" : ", or one that the window needs");
    if (!(copy = strdup(value)))
        return xg_fail(err, XG_E_INPUT, "out of memory");
    free(c->values[i]);
    c->values[i] = copy;
    return true;
}

bool xg_config_set(struct xg_config *c, const char *key, const char *value, struct xg_error *err)
{
    size_t i = find(c, key);
    if (i == KEYS_ALL)
        return xg_fail(err, XG_E_INPUT, "there is no key '%s' (xenogate config list shows all)",
                       key);
    return set_value(c, i, value, err);
}

const char *xg_config_get(const struct xg_config *c, const char *key)
{
    size_t i = find(c, key);
    return i < KEYS_ALL ? c->values[i] : NULL;
}

bool xg_config_yes(const struct xg_config *c, const char *key)
{
    return !strcmp(xg_config_get(c, key), "yes");
}

long xg_config_number(const struct xg_config *c, const char *key)
{
    return strtol(xg_config_get(c, key), NULL, 10);
}

void xg_config_size(const struct xg_config *c, const char *key, uint32_t *width, uint32_t *height)
{
    const char *text = xg_config_get(c, key);
    *width = (uint32_t)strtoul(text, NULL, 10);
    *height = (uint32_t)strtoul(strchr(text, 'x') + 1, NULL, 10);
}

void xg_config_key_map(const struct xg_config *c, struct xg_key_map *map)
{
    *map = c->map;
}

const char *xg_config_key(const struct xg_config *c, size_t i, const char **help)
{
    if (i >= KEYS_ALL)
        return NULL;
    *help = i < FIXED ? options[i].help : "keys for this control, by their names on the keyboard";
    return key_of(c, i);
}

/* ---- life ---- */

struct xg_config *xg_config_create(void)
{
    struct xg_config *c = calloc(1, sizeof *c);
    for (size_t i = 0; c && i < KEYS_ALL; i++) {
        if (i >= FIXED)
            snprintf(c->names[i - FIXED], sizeof c->names[0], "key.%s",
                     xg_controls[i - FIXED].name);
        if (!set_value(c, i, i < FIXED ? options[i].value : xg_controls[i - FIXED].keys, NULL)) {
            xg_config_destroy(c);
            return NULL;
        }
    }
    return c;
}

void xg_config_destroy(struct xg_config *c)
{
    for (size_t i = 0; c && i < KEYS_ALL; i++)
        free(c->values[i]);
    free(c);
}

bool xg_config_path(char *path, size_t size, struct xg_error *err)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int n;
    if (base && *base == '/') /* the specification: others are to be ignored */
        n = snprintf(path, size, "%s/xenogate/config", base);
    else if (home && *home == '/')
        n = snprintf(path, size, "%s/.config/xenogate/config", home);
    else
        return xg_fail(err, XG_E_INPUT,
                       "no configuration file: neither XDG_CONFIG_HOME nor HOME is set");
    return (n > 0 && (size_t)n < size) ||
           xg_fail(err, XG_E_INPUT, "the path of the configuration file is too long");
}

/* ---- the file ---- */

/* A line's key and value, cut in place; *key NULL for an empty line or a comment. */
static bool cut_line(char *line, char **key, char **value)
{
    line += strspn(line, " \t");
    size_t length = strlen(line);
    while (length && strchr(" \t\r", line[length - 1]))
        line[--length] = 0;
    *key = *value = NULL;
    if (!*line || *line == '#')
        return true;
    char *equals = strchr(line, '=');
    if (!equals || equals == line)
        return false;
    *key = line;
    *value = equals + 1 + strspn(equals + 1, " \t");
    do
        *equals-- = 0;
    while (equals > line && strchr(" \t", *equals));
    return true;
}

static bool take_line(struct xg_config *c, char *line, size_t number, size_t first[KEYS_ALL],
                      struct xg_error *err)
{
    char *key, *value;
    if (!cut_line(line, &key, &value))
        return xg_fail(err, XG_E_INPUT, "this is no line `key = value`");
    if (!key)
        return true;
    if (!xg_config_set(c, key, value, err))
        return false;
    size_t *seen = &first[find(c, key)];
    if (*seen)
        return xg_fail(err, XG_E_INPUT, "%s is there already, on line %zu", key, *seen);
    *seen = number;
    return true;
}

static bool missing(const char *path)
{
    FILE *f = fopen(path, "r");
    if (f)
        fclose(f);
    return !f && errno == ENOENT;
}

bool xg_config_load(struct xg_config *c, const char *path, struct xg_error *err)
{
    uint8_t *bytes;
    size_t size, first[KEYS_ALL] = {0};
    bool good = true;
    if (missing(path))
        return true;
    if (!xg_file_read(path, MAX_FILE, &bytes, &size, err))
        return false;
    if (strlen((char *)bytes) != size)
        good = xg_fail(err, XG_E_INPUT, "%s: this is no text file", path);
    size_t number = 1;
    for (char *next, *at = (char *)bytes; good && *at; at = next, number++) {
        struct xg_error why = {0};
        next = at + strcspn(at, "\n");
        if (*next)
            *next++ = 0;
        if (!take_line(c, at, number, first, &why))
            good = xg_fail(err, XG_E_INPUT, "%s:%zu: %.300s", path, number, why.text);
    }
    free(bytes);
    return good;
}

struct xg_config *xg_config_open(struct xg_error *err)
{
    char path[1024];
    struct xg_config *c = xg_config_create();
    if (!c) {
        xg_fail(err, XG_E_INPUT, "out of memory");
        return NULL;
    }
    /* Without a home there is no file, which is no reason not to run. */
    if (xg_config_path(path, sizeof path, NULL) && !xg_config_load(c, path, err)) {
        xg_config_destroy(c);
        return NULL;
    }
    return c;
}
