/* STFS, the file system of content packages (CON, LIVE, PIRS): blocks of 4 KiB, and tables of
 * SHA-1 hashes in up to three levels. The header holds the hash of the top table, every table
 * those of what lies below it, so a block is proven when it is read. The lowest tables also chain
 * the blocks of a file.
 *
 *   from the end of the header: L0 table, its 170 blocks, L1 table, L0 table, 170 blocks, ...
 *   table: 170 x {sha1[20], u32 info}: bits 23-0 next block (FFFFFF ends), bit 30 in L1 and L2:
 *     the second copy of the child counts. Read-only packages have one copy of each table,
 *     others two. */
#include "base/endian.h"
#include "vfs/tree.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK      0x1000u
#define PER_TABLE  170u
#define PER_L1     (PER_TABLE * PER_TABLE) /* 70E4 */
#define PER_L2     (PER_TABLE * PER_L1)
#define CHAIN_END  0xFFFFFFu
#define DESCRIPTOR 0x379u
#define ENTRY      0x40u
#define LEVELS     3u

struct stfs {
    struct xg_tree tree;
    struct xg_vfs_package package;
    uint64_t data;   /* offset of the first table */
    uint32_t copies; /* of each table: 1 or 2 */
    uint32_t blocks; /* of data */
    unsigned levels;
    bool second_root;
    uint8_t root_hash[20];
    uint8_t **table[LEVELS]; /* by number; NULL until read and proven */
    uint8_t *proven;         /* a bit for each data block */
};

static bool sha1_is(const void *bytes, size_t size, const uint8_t hash[20])
{
    uint8_t got[20];
    return EVP_Digest(bytes, size, got, NULL, EVP_sha1(), NULL) && memcmp(got, hash, 20) == 0;
}

/* ---- where things lie ---------------------------------------------------------------------------
 */

static uint64_t place_of_block(const struct stfs *s, uint32_t b)
{
    uint64_t k = s->copies, at = b + k * (b / PER_TABLE + 1);
    if (b >= PER_TABLE)
        at += k * (b / PER_L1 + 1);
    if (b >= PER_L1)
        at += k;
    return s->data + at * BLOCK;
}

/* First copy of the table that covers block b. */
static uint64_t place_of_table(const struct stfs *s, unsigned level, uint32_t b)
{
    uint64_t k = s->copies, s0 = PER_TABLE + k, s1 = PER_L1 + (PER_TABLE + 1) * k, at;
    if (level == 0) {
        at = b / PER_TABLE * s0;
        if (b >= PER_TABLE)
            at += k * (b / PER_L1 + 1);
        if (b >= PER_L1)
            at += k;
    } else if (level == 1) {
        at = b < PER_L1 ? s0 : b / PER_L1 * s1 + k;
    } else {
        at = s1;
    }
    return s->data + at * BLOCK;
}

static uint32_t covered(unsigned level) /* data blocks below one table */
{
    return level == 0 ? PER_TABLE : level == 1 ? PER_L1 : PER_L2;
}

/* ---- tables
 * --------------------------------------------------------------------------------------- */

static const uint8_t *entry_of(const uint8_t *table, unsigned level, uint32_t b)
{
    uint32_t below = level ? covered(level - 1) : 1;
    return table + b / below % PER_TABLE * 24;
}

/* The proven table that covers b, its parents first; NULL and status. The depth of the recursion
 * is the number of levels. */
static const uint8_t *table_for(struct stfs *s, unsigned level, uint32_t b,
                                enum xg_vfs_status *status, char *why)
{
    uint8_t **slot = &s->table[level][b / covered(level)];
    const uint8_t *hash = s->root_hash;
    bool second = s->second_root;
    if (*slot)
        return *slot;
    if (level + 1 < s->levels) {
        const uint8_t *parent = table_for(s, level + 1, b, status, why);
        if (!parent)
            return NULL;
        hash = entry_of(parent, level + 1, b);
        second = xg_ld32be(hash + 20) >> 30 & 1;
    }
    uint64_t at = place_of_table(s, level, b) + (second && s->copies == 2 ? BLOCK : 0);
    uint8_t *table = malloc(BLOCK);
    *status = XG_VFS_NO_MEMORY;
    if (table && !xg_source_read(s->tree.source, at, table, BLOCK)) {
        *status = XG_VFS_IO;
        snprintf(why, 160, "the package is cut before the hash table at offset %#llx",
                 (unsigned long long)at);
    } else if (table && !sha1_is(table, BLOCK, hash)) {
        *status = XG_VFS_DAMAGED;
        snprintf(why, 160, "the hash of the level %u table at offset %#llx is wrong", level,
                 (unsigned long long)at);
    } else if (table) {
        return *slot = table;
    }
    free(table);
    return NULL;
}

static enum xg_vfs_status prove(struct stfs *s, uint32_t b, const uint8_t *bytes, char *why)
{
    enum xg_vfs_status status = XG_VFS_DAMAGED;
    if (s->proven[b / 8] >> b % 8 & 1)
        return XG_VFS_OK;
    const uint8_t *table = table_for(s, 0, b, &status, why);
    if (!table)
        return status;
    if (!sha1_is(bytes, BLOCK, entry_of(table, 0, b))) {
        snprintf(why, 160, "the hash of block %u is wrong", b);
        return XG_VFS_DAMAGED;
    }
    s->proven[b / 8] |= (uint8_t)(1u << b % 8);
    return XG_VFS_OK;
}

/* One whole block. */
static enum xg_vfs_status read_block(struct stfs *s, uint32_t b, uint8_t bytes[BLOCK], char *why)
{
    if (!xg_source_read(s->tree.source, place_of_block(s, b), bytes, BLOCK)) {
        snprintf(why, 160, "the package is cut before block %u", b);
        return XG_VFS_IO;
    }
    return prove(s, b, bytes, why);
}

/* ---- chains
 * ---------------------------------------------------------------------------------------- */

/* The numbers of `count` blocks from `first` on, as their chain says. */
static enum xg_vfs_status follow(struct stfs *s, uint32_t first, uint32_t count, uint32_t *out,
                                 char *why)
{
    enum xg_vfs_status status = XG_VFS_DAMAGED;
    uint32_t b = first;
    for (uint32_t i = 0; i < count; i++) {
        if (b >= s->blocks) {
            snprintf(why, 160, "a chain of blocks ends after %u of %u", i, count);
            return XG_VFS_DAMAGED;
        }
        out[i] = b;
        const uint8_t *table = i + 1 < count ? table_for(s, 0, b, &status, why) : NULL;
        if (i + 1 < count && !table)
            return status;
        b = table ? xg_ld32be(entry_of(table, 0, b) + 20) & CHAIN_END : CHAIN_END;
    }
    return XG_VFS_OK;
}

static uint32_t blocks_of(uint64_t size)
{
    return (uint32_t)((size + BLOCK - 1) / BLOCK);
}

/* Blocks of a run that follow each other on the medium, too, are read at once. */
static uint32_t run_length(const struct stfs *s, const uint32_t *block, uint32_t count)
{
    uint32_t n = 1;
    while (n < count && block[n] == block[0] + n &&
           place_of_block(s, block[n]) == place_of_block(s, block[0]) + (uint64_t)n * BLOCK)
        n++;
    return n;
}

static enum xg_vfs_status read_run(struct stfs *s, const uint32_t *block, uint32_t count,
                                   uint8_t *bytes, char *why)
{
    if (!xg_source_read(s->tree.source, place_of_block(s, block[0]), bytes,
                        (size_t)count * BLOCK)) {
        snprintf(why, 160, "the package is cut before block %u", block[0] + count - 1);
        return XG_VFS_IO;
    }
    for (uint32_t i = 0; i < count; i++) {
        enum xg_vfs_status status = prove(s, block[i], bytes + (size_t)i * BLOCK, why);
        if (status != XG_VFS_OK)
            return status;
    }
    return XG_VFS_OK;
}

/* A part of one block. */
static enum xg_vfs_status read_part(struct stfs *s, uint32_t b, uint32_t at, uint8_t *bytes,
                                    size_t size, char *why)
{
    uint8_t whole[BLOCK];
    enum xg_vfs_status status = read_block(s, b, whole, why);
    if (status == XG_VFS_OK)
        memcpy(bytes, whole + at, size);
    return status;
}

static enum xg_vfs_status stfs_read(struct xg_tree *t, struct xg_node *n, uint64_t offset,
                                    void *bytes, size_t size, char *why)
{
    struct stfs *s = (struct stfs *)t;
    uint32_t count = blocks_of(n->size);
    enum xg_vfs_status status = XG_VFS_OK;
    if (!n->extra) {
        uint32_t *chain = calloc(count + 1, sizeof *chain);
        if (!chain)
            return XG_VFS_NO_MEMORY;
        status = follow(s, (uint32_t)n->start, count, chain, why);
        if (status != XG_VFS_OK) {
            free(chain);
            return status;
        }
        n->extra = chain;
    }
    const uint32_t *chain = n->extra;
    for (uint8_t *to = bytes; size && status == XG_VFS_OK;) {
        uint32_t i = (uint32_t)(offset / BLOCK), within = offset % BLOCK;
        size_t done;
        if (within || size < BLOCK) {
            done = size < BLOCK - within ? size : BLOCK - within;
            status = read_part(s, chain[i], within, to, done, why);
        } else {
            uint32_t run = run_length(s, chain + i, (uint32_t)(size / BLOCK));
            done = (size_t)run * BLOCK;
            status = read_run(s, chain + i, run, to, why);
        }
        to += done;
        offset += done;
        size -= done;
    }
    return status;
}

/* ---- directory
 * --------------------------------------------------------------------------------------- */

static uint32_t ld24le(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

/* Date and time of FAT, two seconds fine, as 100 ns since 1601. */
static uint64_t from_fat(uint32_t date, uint32_t time)
{
    static const uint16_t before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    uint32_t year = 1980 + (date >> 9), month = date >> 5 & 15, day = date & 31;
    if (month < 1 || month > 12 || day < 1)
        return 0;
    uint32_t y = year - 1, leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    uint64_t days = y * 365ull + y / 4 - y / 100 + y / 400 - 584388; /* 1601-01-01 */
    days += before[month - 1] + day - 1u + (month > 2 && leap);
    uint64_t seconds =
        days * 86400 + (time >> 11) * 3600ull + (time >> 5 & 63) * 60 + (time & 31) * 2;
    return seconds * 10000000;
}

static bool add_entry(struct stfs *s, const uint8_t *e, struct xg_error *err)
{
    struct xg_tree *t = &s->tree;
    uint32_t parent = xg_ld16be(e + 0x32), length = e[0x28] & 0x3F;
    uint32_t index = length > 0x28 ? 0 : xg_tree_add(t, 0, (const char *)e, length, err);
    if (!index)
        return xg_fail(err, XG_E_INPUT, "%s: damaged STFS package: a file has an impossible name",
                       t->path);
    struct xg_node *n = &t->node[index];
    n->parent = parent == 0xFFFF ? 0 : parent + 1;
    n->attributes = XG_VFS_READONLY | (e[0x28] & 0x80 ? XG_VFS_DIRECTORY : 0);
    n->created = from_fat(xg_ld16be(e + 0x38), xg_ld16be(e + 0x3A));
    n->written = from_fat(xg_ld16be(e + 0x3C), xg_ld16be(e + 0x3E));
    if (n->attributes & XG_VFS_DIRECTORY)
        return true;
    n->attributes |= XG_VFS_NORMAL;
    n->size = xg_ld32be(e + 0x34);
    n->start = ld24le(e + 0x2F);
    if (blocks_of(n->size) > s->blocks || (n->size && n->start >= s->blocks))
        return xg_fail(
            err, XG_E_INPUT,
            "%s: damaged STFS package: the file '%s' of %llu bytes from block %u on does not "
            "fit into %u blocks",
            t->path, n->name, (unsigned long long)n->size, (uint32_t)n->start, s->blocks);
    return true;
}

/* Parents are numbers of entries and may come later, so they are checked at the end. */
static bool check_parents(const struct xg_tree *t, struct xg_error *err)
{
    for (uint32_t i = 1; i < t->nodes; i++) {
        uint32_t p = t->node[i].parent;
        if (p >= t->nodes || !(t->node[p].attributes & XG_VFS_DIRECTORY))
            return xg_fail(err, XG_E_INPUT, "%s: damaged STFS package: '%s' lies in no folder",
                           t->path, t->node[i].name);
    }
    return true;
}

static bool read_entries(struct stfs *s, const uint32_t *chain, uint32_t count,
                         struct xg_error *err)
{
    uint8_t block[BLOCK];
    char why[160] = "";
    for (uint32_t i = 0; i < count; i++) {
        enum xg_vfs_status status = read_block(s, chain[i], block, why);
        if (status != XG_VFS_OK)
            return xg_fail(err, XG_E_INPUT, "%s: damaged STFS package: %s", s->tree.path,
                           why[0] ? why : xg_vfs_status_text(status));
        for (const uint8_t *e = block; e < block + BLOCK; e += ENTRY) {
            if (!e[0])
                return true;
            if (!add_entry(s, e, err))
                return false;
        }
    }
    return true;
}

static bool read_directory(struct stfs *s, const uint8_t *descriptor, struct xg_error *err)
{
    uint32_t count = xg_ld16le(descriptor + 3), first = ld24le(descriptor + 5);
    char why[160] = "";
    uint32_t *chain = calloc(count + 1u, sizeof *chain);
    if (!chain)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", s->tree.path);
    enum xg_vfs_status status = follow(s, first, count, chain, why);
    bool ok =
        status == XG_VFS_OK || xg_fail(err, XG_E_INPUT, "%s: damaged STFS package: %s",
                                       s->tree.path, why[0] ? why : xg_vfs_status_text(status));
    ok = ok && read_entries(s, chain, count, err) && check_parents(&s->tree, err) &&
         xg_tree_finish(&s->tree, err);
    free(chain);
    return ok;
}

/* ---- device
 * -------------------------------------------------------------------------------------------- */

static uint32_t tables_of(const struct stfs *s, unsigned level)
{
    return (s->blocks + covered(level) - 1) / covered(level);
}

static void stfs_destroy(struct xg_tree *t)
{
    struct stfs *s = (struct stfs *)t;
    for (unsigned level = 0; level < LEVELS; level++) {
        for (uint32_t i = 0; s->table[level] && i < tables_of(s, level); i++)
            free(s->table[level][i]);
        free(s->table[level]);
    }
    free(s->proven);
}

static const struct xg_vfs_device_ops stfs_ops = {
    .text = "a content package (STFS)",
    .open = xg_tree_open,
    .volume = xg_tree_volume,
    .destroy = xg_tree_destroy,
};

static bool read_descriptor(struct stfs *s, const uint8_t *header, struct xg_error *err)
{
    const uint8_t *d = header + DESCRIPTOR;
    const char *path = s->tree.path;
    s->data = ((uint64_t)xg_ld32be(header + 0x340) + BLOCK - 1) & ~(uint64_t)(BLOCK - 1);
    s->copies = d[2] & 1 ? 1 : 2;
    s->second_root = d[2] & 2;
    memcpy(s->root_hash, d + 8, sizeof s->root_hash);
    s->blocks = xg_ld32be(d + 0x1C);
    if (d[0] != 0x24)
        return xg_fail(err, XG_E_INPUT, "%s: damaged STFS package: impossible volume descriptor",
                       path);
    /* Every block exists, so the count cannot exceed the file. */
    if (s->blocks == 0 || s->blocks > PER_L2 || s->blocks > s->tree.source->size / BLOCK)
        return xg_fail(err, XG_E_INPUT,
                       "%s: truncated or damaged package: it should hold %u blocks of 4 KiB", path,
                       s->blocks);
    s->levels = s->blocks <= PER_TABLE ? 1 : s->blocks <= PER_L1 ? 2 : 3;
    s->proven = calloc(1, s->blocks / 8 + 1);
    bool ok = s->proven != NULL;
    for (unsigned level = 0; level < LEVELS; level++) {
        s->table[level] = calloc(tables_of(s, level), sizeof *s->table[level]);
        ok = ok && s->table[level];
    }
    return ok || xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
}

struct xg_vfs_device *xg_stfs_open(const char *path, struct xg_source *source, struct xg_error *err)
{
    uint8_t *header = calloc(1, XG_PACKAGE_HEADER);
    struct stfs *s = xg_tree_create(sizeof *s, path, source, &stfs_ops, err);
    bool ok = s && header;
    if (s)
        s->tree.base.package_header = header;
    else
        free(header);
    if (ok && !xg_source_read(source, 0, header, XG_PACKAGE_HEADER))
        ok = xg_fail(err, XG_E_INPUT, "%s: truncated package: %llu bytes", path,
                     (unsigned long long)source->size);
    if (ok) {
        s->tree.destroy = stfs_destroy;
        s->tree.read = stfs_read;
        xg_package_read(&s->package, header);
        s->tree.base.package = &s->package;
        ok = read_descriptor(s, header, err) && read_directory(s, header + DESCRIPTOR, err);
    }
    if (ok)
        s->tree.volume = (struct xg_vfs_volume){.system = "STFS",
                                                .units = s->blocks,
                                                .free_units = xg_ld32be(header + DESCRIPTOR + 0x20),
                                                .sectors_per_unit = BLOCK / 0x200,
                                                .bytes_per_sector = 0x200,
                                                .longest_name = 0x28};
    if (ok)
        return &s->tree.base;
    if (s)
        xg_tree_destroy(&s->tree.base);
    return NULL;
}
