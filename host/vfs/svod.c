/* SVOD packages: an XDVDFS volume in sectors of 2 KiB, spread over the files of NAME.data and
 * interleaved with hash tables. Sector numbers count from the start block of the descriptor.
 *
 *   data file: L1 table of 4 KiB, then groups of {L0 table of 4 KiB, 198h sectors}; 14388h sectors
 * The hashes of the tables are not checked: their order is not established. */
#include "base/endian.h"
#include "vfs/xdvdfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR      0x800u
#define TABLE       0x1000u
#define PER_GROUP   0x198u
#define PER_FILE    0x14388u
#define FILES_MAX   1000u
#define DESCRIPTOR  0x379u
#define ENHANCED    0x40u
#define SINGLE_BASE 0xB000u

struct svod_source {
    struct xg_source base;
    struct xg_source **file;
    uint32_t files;
    uint64_t shift;  /* sectors that a number counts too much: twice the start block */
    uint64_t offset; /* of the tables in the first file */
};
struct svod {
    struct xg_tree tree;
    struct xg_vfs_package package;
};

static const char magic[] = "MICROSOFT*XBOX*MEDIA";

/* ---- sectors
 * --------------------------------------------------------------------------------------- */

static bool svod_read(struct xg_source *base, uint64_t offset, void *bytes, size_t size)
{
    struct svod_source *s = (struct svod_source *)base;
    uint8_t *to = bytes;
    while (size) {
        uint64_t sector = offset / SECTOR;
        if (sector < s->shift)
            return false;
        uint64_t n = sector - s->shift, file = n / PER_FILE, in_file = n % PER_FILE;
        uint64_t group = in_file / PER_GROUP, in_group = in_file % PER_GROUP;
        if (file >= s->files)
            return false;
        uint64_t at = s->offset + in_file * SECTOR + TABLE * (group + 1) + TABLE + offset % SECTOR;
        size_t run = (size_t)((PER_GROUP - in_group) * SECTOR - offset % SECTOR);
        if (run > size)
            run = size;
        if (!xg_source_read(s->file[file], at, to, run))
            return false;
        to += run;
        offset += run;
        size -= run;
    }
    return true;
}

static void svod_close(struct xg_source *base)
{
    struct svod_source *s = (struct svod_source *)base;
    for (uint32_t i = 0; i < s->files; i++)
        xg_source_close(s->file[i]);
    free(s->file);
    free(s);
}

/* ---- opening
 * ---------------------------------------------------------------------------------------- */

static bool open_files(struct svod_source *s, const char *path, uint32_t count,
                       struct xg_error *err)
{
    char name[4096];
    s->file = calloc(count, sizeof(struct xg_source *));
    if (!s->file)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    for (uint32_t i = 0; i < count; i++) {
        if (snprintf(name, sizeof name, "%s.data/Data%04u", path, i) >= (int)sizeof name)
            return xg_fail(err, XG_E_INPUT, "%s: the path is too long", path);
        s->file[i] = xg_source_open(name, err);
        if (!s->file[i])
            return false;
        s->files = i + 1;
    }
    return true;
}

static bool magic_at(struct xg_source *s, uint64_t at)
{
    char got[sizeof magic - 1];
    return xg_source_read(s, at, got, sizeof got) && memcmp(got, magic, sizeof got) == 0;
}

/* Where the volume descriptor lies in the first file; 0: nowhere. */
static uint64_t find_volume(struct svod_source *s, bool enhanced)
{
    if (enhanced)
        return magic_at(s->file[0], 0x2000) ? 0x2000 : 0;
    if (magic_at(s->file[0], 0x12000))
        return 0x12000;
    if (s->files == 1 && magic_at(s->file[0], SINGLE_BASE + 0x2000)) {
        s->offset = SINGLE_BASE;
        return SINGLE_BASE + 0x2000;
    }
    return magic_at(s->file[0], 0x2000) ? 0x2000 : 0;
}

/* Takes the package's own file over: a package of one file holds the data itself. */
static bool prepare(struct svod_source *s, const char *path, struct xg_source *package,
                    const uint8_t *header, uint64_t *volume, struct xg_error *err)
{
    const uint8_t *d = header + DESCRIPTOR;
    uint32_t count = xg_ld32be(header + 0x39D);
    bool enhanced = d[0x18] & ENHANCED,
         single = count <= 1 && magic_at(package, SINGLE_BASE + 0x2000);
    uint32_t start = d[0x1C] | (uint32_t)d[0x1D] << 8 | (uint32_t)d[0x1E] << 16;
    if (d[0] != 0x24 || (!single && (count == 0 || count > FILES_MAX))) {
        xg_source_close(package);
        return xg_fail(err, XG_E_INPUT, "%s: damaged SVOD package: impossible volume descriptor",
                       path);
    }
    if (single) {
        s->file = calloc(1, sizeof(struct xg_source *));
        if (!s->file) {
            xg_source_close(package);
            return xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
        }
        s->file[0] = package;
        s->files = 1;
    } else {
        xg_source_close(package);
        if (!open_files(s, path, count, err))
            return false;
    }
    s->shift = 2ull * start;
    if (enhanced)
        s->shift = s->shift > 2 ? s->shift - 2 : 0;
    *volume = find_volume(s, enhanced);
    if (!*volume)
        return xg_fail(err, XG_E_INPUT, "%s: damaged SVOD package: it holds no volume", path);
    s->base.size = (s->shift + (uint64_t)s->files * PER_FILE) * SECTOR;
    return true;
}

static struct xg_source *svod_source(const char *path, struct xg_source *package,
                                     const uint8_t *header, uint8_t volume[0x24],
                                     struct xg_error *err)
{
    struct svod_source *s = calloc(1, sizeof *s);
    uint64_t at;
    if (!s) {
        xg_source_close(package);
        xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
        return NULL;
    }
    s->base.read = svod_read;
    s->base.close = svod_close;
    if (prepare(s, path, package, header, &at, err)) {
        if (xg_source_read(s->file[0], at, volume, 0x24))
            return &s->base;
        xg_fail(err, XG_E_INPUT, "%s: truncated package", path);
    }
    svod_close(&s->base);
    return NULL;
}

static const struct xg_vfs_device_ops svod_ops = {
    .text = "a content package (SVOD)",
    .open = xg_tree_open,
    .volume = xg_tree_volume,
    .destroy = xg_tree_destroy,
};

struct xg_vfs_device *xg_svod_open(const char *path, struct xg_source *package,
                                   struct xg_error *err)
{
    uint8_t *header = calloc(1, XG_PACKAGE_HEADER), volume[0x24];
    struct xg_vfs_package about;
    struct xg_source *source = NULL;
    if (header && xg_source_read(package, 0, header, XG_PACKAGE_HEADER)) {
        xg_package_read(&about, header);
        source = svod_source(path, package, header, volume, err);
    } else {
        xg_fail(err, XG_E_INPUT, "%s: truncated package: %llu bytes", path,
                (unsigned long long)package->size);
        xg_source_close(package);
    }
    struct svod *s = source ? xg_tree_create(sizeof *s, path, source, &svod_ops, err) : NULL;
    if (!s) {
        free(header);
        return NULL;
    }
    s->tree.base.package_header = header;
    xg_xdvdfs_describe(&s->tree);
    s->package = about;
    s->tree.base.package = &s->package;
    if (xg_xdvdfs_read(&s->tree, 0, volume, err))
        return &s->tree.base;
    xg_tree_destroy(&s->tree.base);
    return NULL;
}
