/* XDVDFS: volume descriptor, then folders and files in sectors; and SVOD, which spreads the same
 * sectors over data files between hash tables. */
#include "base/endian.h"
#include "media_out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 2048u

static void die(const char *path)
{
    fprintf(stderr, "media writer: %s: %s\n", path, strerror(errno));
    exit(2);
}

void *media_grab(size_t n)
{
    void *p = calloc(1, n ? n : 1);
    if (!p)
        die("memory");
    return p;
}

void media_text(uint8_t *to, const char *text, size_t size)
{
    for (size_t i = 0; i < size && text[i]; i++)
        to[i] = (uint8_t)text[i];
}

int media_create(const char *path, uint64_t size)
{
    unlink(path); /* some file systems write a file that was cut to nothing to the disk at once */
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0)
        die(path);
    return fd;
}

void media_put(int fd, uint64_t at, const void *bytes, size_t size)
{
    if (size && pwrite(fd, bytes, size, (off_t)at) != (ssize_t)size)
        die("pwrite");
}

void media_close(int fd)
{
    if (close(fd) != 0)
        die("close");
}

/* ---- sectors, the volume descriptor first -------------------------------------------------------
 */

struct disc {
    const struct media_file *file;
    size_t count;
    uint32_t number; /* of the first sector */
    uint8_t *bytes;
    uint32_t sectors, room;
    uint32_t *sector, *size; /* of each file and folder; of the root at [count] */
};

static uint32_t take(struct disc *d, uint64_t bytes)
{
    uint32_t n = (uint32_t)((bytes + SECTOR - 1) / SECTOR), at = d->sectors;
    if (d->sectors + n > d->room) {
        uint32_t room = (d->sectors + n) * 2;
        uint8_t *more = media_grab((size_t)room * SECTOR);
        if (d->bytes)
            memcpy(more, d->bytes, (size_t)d->sectors * SECTOR);
        free(d->bytes);
        d->bytes = more;
        d->room = room;
    }
    d->sectors += n;
    return at;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '\\');
    return slash ? slash + 1 : path;
}

static bool lies_in(const char *path, const char *folder)
{
    size_t n = strlen(folder), head = (size_t)(base_name(path) - path);
    return n ? head == n + 1 && strncmp(path, folder, n) == 0 : head == 0;
}

static const struct media_file *sorting;
static int by_name(const void *a, const void *b)
{
    return strcasecmp(base_name(sorting[*(const size_t *)a].path),
                      base_name(sorting[*(const size_t *)b].path));
}

/* A balanced tree over the sorted names: the middle one, then both halves. */
static uint32_t put_tree(struct disc *d, uint8_t *table, uint32_t *at, const size_t *index,
                         size_t n)
{
    if (!n)
        return 0;
    size_t middle = n / 2, i = index[middle];
    const char *name = base_name(d->file[i].path);
    uint32_t length = (uint32_t)strlen(name), here = *at;
    if (here / SECTOR != (here + 14 + length - 1) / SECTOR) /* entries do not cross sectors */
        here = (here / SECTOR + 1) * SECTOR;
    *at = (here + 14 + length + 3) & ~3u;
    uint32_t left = put_tree(d, table, at, index, middle);
    uint32_t right = put_tree(d, table, at, index + middle + 1, n - middle - 1);
    if (table) {
        uint8_t *e = table + here;
        xg_st16le(e, (uint16_t)(left / 4));
        xg_st16le(e + 2, (uint16_t)(right / 4));
        xg_st32le(e + 4, d->sector[i] + d->number);
        xg_st32le(e + 8, d->size[i]);
        e[12] = d->file[i].folder ? 0x10 : 0x20;
        e[13] = (uint8_t)length;
        media_text(e + 14, name, length);
    }
    return here;
}

static size_t entries_of(struct disc *d, const char *folder, size_t *index)
{
    size_t n = 0;
    for (size_t i = 0; i < d->count; i++)
        if (lies_in(d->file[i].path, folder))
            index[n++] = i;
    sorting = d->file;
    qsort(index, n, sizeof *index, by_name);
    return n;
}

static void build(struct disc *d)
{
    size_t *index = media_grab((d->count + 1) * sizeof *index);
    take(d, SECTOR);
    d->sector = media_grab((d->count + 1) * sizeof *d->sector);
    d->size = media_grab((d->count + 1) * sizeof *d->size);
    for (size_t i = 0; i <= d->count; i++) {
        bool root = i == d->count;
        const struct media_file *f = d->file + (root ? 0 : i);
        uint32_t at = 0;
        if (!root && !f->folder) {
            d->size[i] = (uint32_t)f->size;
            d->sector[i] = take(d, f->size);
            if (f->bytes)
                memcpy(d->bytes + (size_t)d->sector[i] * SECTOR, f->bytes, f->size);
            continue;
        }
        size_t n = entries_of(d, root ? "" : f->path, index);
        put_tree(d, NULL, &at, index, n);
        d->size[i] = (at + SECTOR - 1) / SECTOR * SECTOR;
        d->sector[i] = take(d, d->size[i]);
        memset(d->bytes + (size_t)d->sector[i] * SECTOR, 0xFF, d->size[i]);
    }
    for (size_t i = 0; i <= d->count; i++) {
        uint32_t at = 0;
        if (i < d->count && !d->file[i].folder)
            continue;
        size_t n = entries_of(d, i < d->count ? d->file[i].path : "", index);
        put_tree(d, d->bytes + (size_t)d->sector[i] * SECTOR, &at, index, n);
    }
    uint8_t *v = d->bytes;
    media_text(v, "MICROSOFT*XBOX*MEDIA", 20);
    xg_st32le(v + 0x14, d->sector[d->count] + d->number);
    xg_st32le(v + 0x18, d->size[d->count]);
    xg_st64le(v + 0x1C, 0x01C6B52D3A1B4C00); /* some day of 2006 */
    media_text(v + 0x7EC, "MICROSOFT*XBOX*MEDIA", 20);
    free(index);
}

static void drop(struct disc *d)
{
    free(d->bytes);
    free(d->sector);
    free(d->size);
}

void media_write_disc(const char *path, const struct media_file *file, size_t count,
                      uint64_t partition)
{
    struct disc d = {.file = file, .count = count, .number = 32};
    build(&d);
    uint64_t at = partition + 32 * SECTOR;
    int fd = media_create(path, at + (uint64_t)d.sectors * SECTOR);
    media_put(fd, at, d.bytes, (size_t)d.sectors * SECTOR);
    media_close(fd);
    drop(&d);
}

/* ---- packages
 * ---------------------------------------------------------------------------------------- */

void media_put_header(int fd, const char *magic, const char *title, uint32_t layout,
                      const uint8_t descriptor[0x24], uint32_t data_files)
{
    uint8_t *h = media_grab(MEDIA_HEADER);
    memcpy(h, magic, 4);
    xg_st32be(h + 0x340, 0xAD0E);
    xg_st32be(h + 0x344, 0x000D0000);
    xg_st32be(h + 0x348, 2);
    xg_st32be(h + 0x360, 0x584100AB); /* title id */
    memcpy(h + 0x379, descriptor, 0x24);
    xg_st32be(h + 0x39D, data_files);
    xg_st32be(h + 0x3A9, layout);
    for (size_t i = 0; title[i]; i++) {
        xg_st16be(h + 0x411 + 2 * i, (uint8_t)title[i]);
        xg_st16be(h + 0x1691 + 2 * i, (uint8_t)title[i]);
    }
    media_put(fd, 0, h, MEDIA_HEADER);
    free(h);
}

#define GROUP    0x198u
#define GROUPS   0xCBu
#define PER_FILE 0x14388u
#define TABLE    0x1000u

/* Zeros stay a hole. */
static void put_sector(int fd, uint64_t at, const uint8_t *bytes)
{
    static const uint8_t zeros[SECTOR];
    if (memcmp(bytes, zeros, SECTOR) != 0)
        media_put(fd, at, bytes, SECTOR);
}

/* Data file by data file, table by table, in the order in which they lie. */
void media_write_svod(const char *path, const struct media_file *file, size_t count,
                      enum media_svod kind, uint32_t start)
{
    uint32_t shift = 2 * start - (kind == MEDIA_SVOD_ENHANCED ? 2 : 0);
    struct disc d = {.file = file, .count = count, .number = shift};
    char name[4096];
    uint8_t descriptor[0x24] = {0x24};
    build(&d);
    uint32_t files = kind == MEDIA_SVOD_SINGLE ? 1 : (d.sectors + PER_FILE - 1) / PER_FILE;
    descriptor[0x18] = kind == MEDIA_SVOD_ENHANCED ? 0x40 : 0;
    for (unsigned i = 0; i < 3; i++) {
        descriptor[0x19 + i] = (uint8_t)(d.sectors / 2 >> 8 * i);
        descriptor[0x1C + i] = (uint8_t)(start >> 8 * i);
    }
    int package = media_create(
        path, MEDIA_HEADER + (kind == MEDIA_SVOD_SINGLE
                                  ? (uint64_t)d.sectors * SECTOR +
                                        TABLE * (1 + (uint64_t)(d.sectors + GROUP - 1) / GROUP)
                                  : 0));
    media_put_header(package, "LIVE", "Svod", 1, descriptor, files);
    if (kind != MEDIA_SVOD_SINGLE) {
        snprintf(name, sizeof name, "%s.data", path);
        if (mkdir(name, 0777) != 0 && errno != EEXIST)
            die(name);
    }
    uint32_t sector = 0;
    for (uint32_t f = 0; f < files; f++) {
        int fd = package;
        uint64_t at = MEDIA_HEADER;
        if (kind != MEDIA_SVOD_SINGLE) {
            snprintf(name, sizeof name, "%s.data/Data%04u", path, f);
            uint32_t rest = d.sectors - sector < PER_FILE ? d.sectors - sector : PER_FILE;
            fd = media_create(name, (uint64_t)rest * SECTOR +
                                        TABLE * (1 + (uint64_t)(rest + GROUP - 1) / GROUP));
            at = 0;
        }
        at += TABLE; /* L1 */
        for (uint32_t g = 0; g < GROUPS && sector < d.sectors; g++) {
            uint32_t n = d.sectors - sector < GROUP ? d.sectors - sector : GROUP;
            at += TABLE; /* L0 */
            for (uint32_t i = 0; i < n; i++)
                put_sector(fd, at + (uint64_t)i * SECTOR, d.bytes + (size_t)(sector + i) * SECTOR);
            at += (uint64_t)n * SECTOR;
            sector += n;
        }
        if (fd != package)
            media_close(fd);
    }
    media_close(package);
    drop(&d);
}
