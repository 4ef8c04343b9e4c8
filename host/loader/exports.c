/* What an image exports. Two tables say it: the XEX export table by ordinal (big-endian, in the
 * image), and the PE export directory by name (little-endian, its tables relative to itself).
 * A table that makes no sense counts as none: titles run without. */
#include "loader/internal.h"

#include <stdlib.h>
#include <string.h>

#define TABLE_HEADER     0x2Cu
#define DIRECTORY_HEADER 0x28u
#define EXPORTS_MAX      0x10000u
#define NAME_MAX_LENGTH  512u

struct list {
    struct xg_xex_export *item;
    size_t count, room;
};

static struct xg_xex_export *append(struct list *l, uint32_t ordinal, xg_ga address)
{
    if (l->count == l->room) {
        l->room = l->room ? l->room * 2 : 64;
        struct xg_xex_export *more = realloc(l->item, l->room * sizeof *more);
        if (!more)
            return NULL;
        l->item = more;
    }
    l->item[l->count] = (struct xg_xex_export){ordinal, address, NULL};
    return &l->item[l->count++];
}

static int by_ordinal(const void *a, const void *b)
{
    const struct xg_xex_export *x = a, *y = b;
    if (x->ordinal != y->ordinal)
        return x->ordinal < y->ordinal ? -1 : 1;
    return strcmp(x->name ? x->name : "", y->name ? y->name : "");
}

static bool read_table(const struct xg_xex *xex, struct list *l)
{
    uint64_t at = (uint64_t)xex->export_table - xex->base;
    if (!xex->export_table || xex->export_table < xex->base ||
        !xg_xex_inside(at, TABLE_HEADER, xex->image_size))
        return true;
    const uint8_t *t = xex->image + at;
    uint32_t base = xg_ld32be(t + 0x20) << 16, count = xg_ld32be(t + 0x24),
             first = xg_ld32be(t + 0x28);
    if (count > EXPORTS_MAX || first > EXPORTS_MAX ||
        !xg_xex_inside(at + TABLE_HEADER, count * (uint64_t)4, xex->image_size))
        return true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t offset = xg_ld32be(t + TABLE_HEADER + i * 4);
        if (offset && !append(l, first + i, base + offset))
            return false;
    }
    return true;
}

/* The directory of names. */
struct directory {
    const uint8_t *start; /* everything is relative to it */
    uint32_t room, functions, names, base;
    const uint8_t *function, *name, *ordinal;
};

static bool find_directory(const struct xg_xex *xex, struct directory *d)
{
    const uint8_t *block;
    uint32_t n;
    if (!xg_xex_block(xex, XG_XEX_OPT_PE_EXPORTS, &block, &n, NULL) || !block)
        return false;
    uint32_t rva = xg_ld32be(block);
    if (!xg_xex_inside(rva, DIRECTORY_HEADER, xex->image_size))
        return false;
    *d = (struct directory){.start = xex->image + rva, .room = xex->image_size - rva};
    d->base = xg_ld32le(d->start + 0x10);
    d->functions = xg_ld32le(d->start + 0x14);
    d->names = xg_ld32le(d->start + 0x18);
    uint32_t function = xg_ld32le(d->start + 0x1C), name = xg_ld32le(d->start + 0x20),
             ordinal = xg_ld32le(d->start + 0x24);
    d->function = d->start + function;
    d->name = d->start + name;
    d->ordinal = d->start + ordinal;
    return d->base <= EXPORTS_MAX && d->functions <= EXPORTS_MAX && d->names <= EXPORTS_MAX &&
           xg_xex_inside(function, d->functions * (uint64_t)4, d->room) &&
           xg_xex_inside(name, d->names * (uint64_t)4, d->room) &&
           xg_xex_inside(ordinal, d->names * (uint64_t)2, d->room);
}

/* Copy of a name of the directory; NULL when it is none. */
static char *directory_name(const struct directory *d, uint32_t i)
{
    uint32_t at = xg_ld32le(d->name + i * 4);
    if (at >= d->room)
        return NULL;
    uint32_t most = d->room - at < NAME_MAX_LENGTH ? d->room - at : NAME_MAX_LENGTH;
    const char *s = (const char *)d->start + at;
    size_t n = strnlen(s, most);
    for (size_t k = 0; k < n; k++)
        if (s[k] <= 0x20 || s[k] >= 0x7F)
            return NULL;
    return n && n < most ? strndup(s, n) : NULL;
}

/* The unnamed entry that a name belongs to: same ordinal, no name yet. */
static struct xg_xex_export *unnamed(struct list *l, size_t sorted, uint32_t ordinal)
{
    const struct xg_xex_export key = {.ordinal = ordinal};
    struct xg_xex_export *e =
        sorted ? bsearch(&key, l->item, sorted, sizeof key, by_ordinal) : NULL;
    return e && !e->name ? e : NULL;
}

static bool read_directory(const struct xg_xex *xex, struct list *l)
{
    struct directory d;
    if (!find_directory(xex, &d))
        return true;
    bool have_table = l->count != 0;
    for (uint32_t i = 0; !have_table && i < d.functions; i++) {
        uint32_t rva = xg_ld32le(d.function + i * 4);
        if (rva && !append(l, d.base + i, xex->base + rva))
            return false;
    }
    /* Both tables are in order of ordinals, so the list is sorted up to here. */
    size_t sorted = l->count;
    for (uint32_t i = 0; i < d.names; i++) {
        uint32_t index = xg_ld16le(d.ordinal + i * 2);
        char *name = index < d.functions ? directory_name(&d, i) : NULL;
        if (!name)
            continue;
        xg_ga address = xex->base + xg_ld32le(d.function + index * 4);
        struct xg_xex_export *e = unnamed(l, sorted, d.base + index);
        if (!e || e->address != address)
            e = append(l, d.base + index, address);
        if (!e) {
            free(name);
            return false;
        }
        e->name = name;
    }
    return true;
}

bool xg_xex_read_exports(struct xg_xex *xex, struct xg_error *err)
{
    struct list l = {0};
    bool ok = read_table(xex, &l) && read_directory(xex, &l);
    if (l.count)
        qsort(l.item, l.count, sizeof *l.item, by_ordinal);
    xex->exports = l.item;
    xex->export_count = l.count;
    return ok || xg_fail(err, XG_E_INPUT, "%s: out of memory for %zu exports", xex->path, l.count);
}

void xg_exports_free(struct xg_xex_export *exports, size_t count)
{
    for (size_t i = 0; exports && i < count; i++)
        free(exports[i].name);
    free(exports);
}

struct xg_xex_export *xg_exports_copy(const struct xg_xex_export *exports, size_t count)
{
    struct xg_xex_export *copy = calloc(count + 1, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = exports[i];
        if (exports[i].name && !(copy[i].name = strdup(exports[i].name))) {
            xg_exports_free(copy, i);
            return NULL;
        }
    }
    return copy;
}

const struct xg_xex_export *xg_image_export(const struct xg_image *image, uint32_t ordinal)
{
    for (size_t i = 0; i < image->export_count; i++)
        if (image->exports[i].ordinal == ordinal)
            return &image->exports[i];
    return NULL;
}

const struct xg_xex_export *xg_image_export_named(const struct xg_image *image, const char *name)
{
    for (size_t i = 0; i < image->export_count; i++)
        if (image->exports[i].name && strcmp(image->exports[i].name, name) == 0)
            return &image->exports[i];
    return NULL;
}
