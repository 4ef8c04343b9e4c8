/* The user's key file: a line for each key, "NAME = 32 hex digits". */
#include "loader/internal.h"

#include "base/file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX 65536

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "NAME = HEX", blanks around and inside HEX allowed; NULL or what is wrong. */
static const char *read_line(struct xg_keys *keys, char *line)
{
    char *hash = strchr(line, '#'), *equals, *name = line;
    if (hash)
        *hash = 0;
    while (isspace((unsigned char)*name))
        name++;
    if (!*name)
        return NULL;
    if (!(equals = strchr(name, '=')))
        return "is not of the form NAME = 32 hex digits";
    char *end = equals;
    while (end > name && isspace((unsigned char)end[-1]))
        end--;
    size_t n = (size_t)(end - name);
    if (n == 0 || n >= sizeof keys->key[0].name)
        return "has no name of 1 to 15 characters";
    if (keys->count == XG_COUNTOF(keys->key))
        return "is one key more than fit";
    struct xg_key *k = &keys->key[keys->count];
    unsigned digits = 0;
    for (const char *p = equals + 1; *p; p++) {
        if (isspace((unsigned char)*p))
            continue;
        int v = digit(*p);
        if (v < 0 || digits == 32)
            return "has a value that is not 32 hex digits";
        k->bytes[digits / 2] = (uint8_t)(k->bytes[digits / 2] << 4 | v);
        digits++;
    }
    if (digits != 32)
        return "has a value that is not 32 hex digits";
    memcpy(k->name, name, n);
    keys->count++;
    return NULL;
}

bool xg_keys_load(struct xg_keys *keys, const char *path, struct xg_error *err)
{
    uint8_t *text;
    size_t size;
    memset(keys, 0, sizeof *keys);
    if (!xg_file_read(path, FILE_MAX, &text, &size, err))
        return false;
    const char *why = strlen((char *)text) == size ? NULL : "is not text";
    unsigned number = 0;
    char *rest = (char *)text, *line;
    while (!why && (line = strsep(&rest, "\n"))) {
        number++;
        why = read_line(keys, line);
    }
    memset(text, 0, size);
    free(text);
    return !why || xg_fail(err, XG_E_INPUT, "%s: line %u %s", path, number, why);
}
