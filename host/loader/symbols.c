/* Symbols for fault reports: a text file NAME.sym beside NAME.xex, a line per symbol:
 * address and size in hex, name. It is for people only; nothing depends on it, so a file
 * that cannot be read or a line that cannot be understood counts as absent. */
#include "loader/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYMBOLS_MAX 1000000

static int by_address(const void *a, const void *b)
{
    const struct xg_image_symbol *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return strcmp(x->name, y->name);
}

static FILE *open_beside(const char *xex_path)
{
    size_t n = strlen(xex_path);
    if (n < 4 || strcmp(xex_path + n - 4, ".xex") != 0)
        return NULL;
    char path[4096];
    if (snprintf(path, sizeof path, "%.*s.sym", (int)(n - 4), xex_path) >= (int)sizeof path)
        return NULL;
    return fopen(path, "r");
}

void xg_symbols_load(struct xg_image *image, const char *xex_path)
{
    FILE *f = open_beside(xex_path);
    if (!f)
        return;
    size_t room = 0;
    char line[512], name[400];
    uint32_t address, size;
    while (image->symbol_count < SYMBOLS_MAX && fgets(line, sizeof line, f)) {
        if (sscanf(line, "%8x %8x %399s", &address, &size, name) != 3)
            continue;
        if (image->symbol_count == room) {
            room = room ? room * 2 : 256;
            struct xg_image_symbol *more = realloc(image->symbols, room * sizeof *more);
            if (!more)
                break;
            image->symbols = more;
        }
        char *copy = strdup(name);
        if (!copy)
            break;
        image->symbols[image->symbol_count++] = (struct xg_image_symbol){address, size, copy};
    }
    fclose(f);
    if (image->symbol_count)
        qsort(image->symbols, image->symbol_count, sizeof *image->symbols, by_address);
}

const char *xg_image_symbol_at(const struct xg_image *image, xg_ga ga, uint32_t *offset)
{
    size_t lo = 0, hi = image->symbol_count;
    while (lo < hi) { /* first symbol after ga */
        size_t mid = lo + (hi - lo) / 2;
        if (image->symbols[mid].address <= ga)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == 0)
        return NULL;
    const struct xg_image_symbol *s = &image->symbols[lo - 1];
    if (s->size && ga - s->address >= s->size)
        return NULL;
    if (ga - image->base >= image->size)
        return NULL;
    *offset = ga - s->address;
    return s->name;
}
