/* XDVDFS, the file system of game discs. All numbers are little-endian.
 *
 *   volume at sector 32 of the game partition: magic, u32 root sector, u32 root size, u64 time;
 *     the magic again at 7EC
 *   directory: a binary tree of entries, 4-byte aligned, offsets in units of 4 from its start:
 *     u16 left, u16 right (0 none; FFFF fill), u32 sector, u32 size, u8 attributes, u8 length, name
 */
#include "vfs/xdvdfs.h"

#include "base/endian.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR        2048u
#define VOLUME        (32u * SECTOR)
#define ENTRY         14u
#define TABLE_MAX     (0x10000u * 4 + ENTRY + 256) /* what u16 offsets reach */
#define VISITED_WORDS (0x10000u / 64)
#define MAGIC_AGAIN   0x7ECu

static const char magic[] = "MICROSOFT*XBOX*MEDIA";
/* Where the game partition may begin. */
static const uint64_t partitions[] = {0, 0xFB20, 0x20600, 0x2080000, 0xFD90000};

bool xg_xdvdfs_probe(struct xg_source *s, uint64_t *partition)
{
    char got[sizeof magic - 1];
    for (size_t i = 0; i < XG_COUNTOF(partitions); i++)
        if (xg_source_read(s, partitions[i] + VOLUME, got, sizeof got) &&
            memcmp(got, magic, sizeof got) == 0) {
            *partition = partitions[i];
            return true;
        }
    return false;
}

/* ---- directories --------------------------------------------------------------------------------
 */

struct folder { /* to be read */
    uint32_t node, sector, size;
};
struct walk {
    struct xg_tree *t;
    uint64_t base; /* offset of sector 0 */
    struct folder *folder;
    uint32_t folders, room;
    uint64_t time;
    uint8_t *seen; /* a bit for each sector where a folder begins */
    uint64_t sectors;
    uint8_t table[TABLE_MAX];
    uint64_t visited[VISITED_WORDS];
    uint16_t stack[0x10000];
};

static bool bad(const struct walk *w, struct xg_error *err, const char *why)
{
    return xg_fail(err, XG_E_INPUT, "%s: damaged disc image: %s", w->t->path, why);
}

/* A folder is read after the one it was found in; one sector belongs to one folder only, so a
 * circle ends here. */
static bool add_folder(struct walk *w, uint32_t node, uint32_t sector, uint32_t size,
                       struct xg_error *err)
{
    if (size == 0)
        return true;
    if (sector >= w->sectors)
        return xg_fail(err, XG_E_INPUT,
                       "%s: truncated disc image: a folder of %u bytes at sector %u runs past the "
                       "end",
                       w->t->path, size, sector);
    if (w->seen[sector / 8] >> sector % 8 & 1)
        return bad(w, err, "two folders have the same content");
    w->seen[sector / 8] |= (uint8_t)(1u << sector % 8);
    if (w->folders == w->room) {
        w->room = w->room ? w->room * 2 : 64;
        struct folder *more = realloc(w->folder, w->room * sizeof *more);
        if (!more)
            return bad(w, err, "too many folders");
        w->folder = more;
    }
    w->folder[w->folders++] = (struct folder){node, sector, size};
    return true;
}

static bool add_entry(struct walk *w, uint32_t parent, const uint8_t *e, size_t room,
                      struct xg_error *err)
{
    uint32_t sector = xg_ld32le(e + 4), size = xg_ld32le(e + 8), length = e[13];
    uint64_t start = w->base + (uint64_t)sector * SECTOR;
    if (ENTRY + length > room)
        return bad(w, err, "an entry runs past its folder");
    uint32_t index = xg_tree_add(w->t, parent, (const char *)e + ENTRY, length, err);
    if (!index)
        return false;
    struct xg_node *n = &w->t->node[index];
    n->created = n->written = w->time;
    n->attributes = XG_VFS_READONLY |
                    (e[12] & (XG_VFS_HIDDEN | XG_VFS_SYSTEM | XG_VFS_DIRECTORY | XG_VFS_ARCHIVE));
    if (n->attributes & XG_VFS_DIRECTORY)
        return add_folder(w, index, sector, size, err);
    n->size = size;
    n->start = start;
    if (size && (start > w->t->source->size || size > w->t->source->size - start))
        return xg_fail(err, XG_E_INPUT,
                       "%s: truncated disc image: the file '%s' of %u bytes at sector %u runs past "
                       "the end",
                       w->t->path, n->name, size, sector);
    return true;
}

static bool push(struct walk *w, uint32_t *depth, uint16_t at, struct xg_error *err)
{
    if (at == 0 || at == 0xFFFF)
        return true;
    if (w->visited[at / 64] >> at % 64 & 1)
        return bad(w, err, "a folder's entries form a circle");
    w->visited[at / 64] |= 1ull << at % 64;
    w->stack[(*depth)++] = at;
    return true;
}

static bool read_folder(struct walk *w, struct folder f, struct xg_error *err)
{
    uint32_t size = f.size < TABLE_MAX ? f.size : TABLE_MAX, depth = 1;
    if (!xg_source_read(w->t->source, w->base + (uint64_t)f.sector * SECTOR, w->table, size))
        return xg_fail(err, XG_E_INPUT,
                       "%s: truncated disc image: a folder of %u bytes at sector %u runs past the "
                       "end",
                       w->t->path, f.size, f.sector);
    memset(w->visited, 0, sizeof w->visited);
    w->stack[0] = 0;
    w->visited[0] = 1;
    while (depth) {
        uint32_t at = w->stack[--depth] * 4u;
        const uint8_t *e = w->table + at;
        if (at + ENTRY > size)
            return bad(w, err, "an entry lies outside its folder");
        uint16_t left = xg_ld16le(e);
        if (left == 0xFFFF && xg_ld16le(e + 2) == 0xFFFF)
            continue; /* fill: an empty folder */
        if (!add_entry(w, f.node, e, size - at, err) || !push(w, &depth, left, err) ||
            !push(w, &depth, xg_ld16le(e + 2), err))
            return false;
    }
    return true;
}

bool xg_xdvdfs_read(struct xg_tree *t, uint64_t base, const uint8_t *volume, struct xg_error *err)
{
    struct walk *w = calloc(1, sizeof *w);
    if (!w)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", t->path);
    w->t = t;
    w->base = base;
    w->sectors = t->source->size / SECTOR + 1;
    w->seen = calloc(1, w->sectors / 8 + 1);
    w->time = xg_ld64le(volume + 0x1C);
    t->node[0].created = t->node[0].written = w->time;
    t->volume.created = w->time;
    bool ok = w->seen ? true : xg_fail(err, XG_E_INPUT, "%s: out of memory", t->path);
    ok = ok && add_folder(w, 0, xg_ld32le(volume + 0x14), xg_ld32le(volume + 0x18), err);
    for (uint32_t i = 0; ok && i < w->folders; i++)
        ok = read_folder(w, w->folder[i], err);
    free(w->folder);
    free(w->seen);
    free(w);
    return ok && xg_tree_finish(t, err);
}

/* ---- device
 * -------------------------------------------------------------------------------------- */

static enum xg_vfs_status disc_read(struct xg_tree *t, struct xg_node *n, uint64_t offset,
                                    void *bytes, size_t size, char *why)
{
    XG_UNUSED(why);
    return xg_source_read(t->source, n->start + offset, bytes, size) ? XG_VFS_OK : XG_VFS_IO;
}

static const struct xg_vfs_device_ops disc_ops = {
    .text = "a disc image (XDVDFS)",
    .open = xg_tree_open,
    .volume = xg_tree_volume,
    .destroy = xg_tree_destroy,
};

void xg_xdvdfs_describe(struct xg_tree *t)
{
    t->volume.system = "GDFX";
    t->volume.units = t->source->size / SECTOR;
    t->volume.sectors_per_unit = 1;
    t->volume.bytes_per_sector = SECTOR;
    t->volume.longest_name = 255;
    t->read = disc_read;
}

struct xg_vfs_device *xg_xdvdfs_open(const char *path, struct xg_source *s, struct xg_error *err)
{
    uint8_t volume[SECTOR];
    uint64_t partition;
    struct xg_tree *t = xg_tree_create(sizeof *t, path, s, &disc_ops, err);
    if (!t)
        return NULL;
    xg_xdvdfs_describe(t);
    bool ok = xg_xdvdfs_probe(s, &partition) ||
              xg_fail(err, XG_E_INPUT, "%s: not a disc image (XDVDFS)", path);
    ok = ok &&
         ((xg_source_read(s, partition + VOLUME, volume, sizeof volume) &&
           memcmp(volume + MAGIC_AGAIN, magic, sizeof magic - 1) == 0) ||
          xg_fail(err, XG_E_INPUT, "%s: damaged disc image: the volume descriptor is cut", path));
    if (ok && xg_xdvdfs_read(t, partition, volume, err))
        return &t->base;
    xg_tree_destroy(&t->base);
    return NULL;
}
