/* STFS. The places of tables and blocks come from laying them down one after the other, as the
 * medium has them, not from formulas. */
#include "base/endian.h"
#include "media_out.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 0x1000u
#define PER   170u
#define END   0xFFFFFFu

struct stfs {
    uint32_t blocks, copies;
    uint64_t *place;       /* of each data block */
    uint64_t *l0, *l1, l2; /* of the first copies of tables */
    uint32_t tables0, tables1, levels;
    uint32_t *next;         /* of each data block */
    uint8_t (*hash)[20];    /* of each data block */
    uint32_t *order, taken; /* free blocks in the order they are given out */
};

static void sha1(const void *bytes, size_t n, uint8_t out[20])
{
    EVP_Digest(bytes, n, out, NULL, EVP_sha1(), NULL);
}

/* L0 before its 170 blocks; an L1 before the second L0 of its 170, but before the first when the
 * L1 is not the first; the L2 before the second L1. */
static uint64_t lay_down(struct stfs *s)
{
    uint64_t at = MEDIA_HEADER;
    for (uint32_t b = 0; b < s->blocks; b++) {
        if (b == PER * PER) {
            s->l2 = at;
            at += s->copies * BLOCK;
        }
        if (b == PER || (b && b % (PER * PER) == 0)) {
            s->l1[b / (PER * PER)] = at;
            at += s->copies * BLOCK;
        }
        if (b % PER == 0) {
            s->l0[b / PER] = at;
            at += s->copies * BLOCK;
        }
        s->place[b] = at;
        at += BLOCK;
    }
    return at;
}

static uint32_t blocks_of(size_t size)
{
    return (uint32_t)((size + BLOCK - 1) / BLOCK);
}

/* The next free blocks as one chain; its first. */
static uint32_t give(struct stfs *s, uint32_t count)
{
    uint32_t first = count ? s->order[s->taken] : END;
    for (uint32_t i = 0; i < count; i++, s->taken++)
        s->next[s->order[s->taken]] = i + 1 < count ? s->order[s->taken + 1] : END;
    return first;
}

static void put_data(struct stfs *s, int fd, uint32_t first, const uint8_t *bytes, size_t size)
{
    static const uint8_t zeros[BLOCK];
    uint8_t block[BLOCK], of_zeros[20];
    sha1(zeros, BLOCK, of_zeros);
    for (uint32_t b = first; b != END; b = s->next[b]) {
        size_t n = size < BLOCK ? size : BLOCK;
        memset(block, 0, sizeof block);
        if (bytes) {
            memcpy(block, bytes, n);
            bytes += n;
        }
        size -= n;
        memcpy(s->hash[b], of_zeros, sizeof of_zeros);
        if (memcmp(block, zeros, BLOCK) == 0)
            continue;
        sha1(block, BLOCK, s->hash[b]);
        media_put(fd, s->place[b], block, BLOCK);
    }
}

static void put_u24le(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
}

static void put_entry(uint8_t *e, const struct media_file *file, size_t count, size_t i,
                      uint32_t first, bool contiguous)
{
    const char *slash = strrchr(file[i].path, '\\'), *name = slash ? slash + 1 : file[i].path;
    size_t head = slash ? (size_t)(slash - file[i].path) : 0, parent = 0xFFFF;
    for (size_t k = 0; slash && k < count; k++)
        if (strlen(file[k].path) == head && strncmp(file[k].path, file[i].path, head) == 0)
            parent = k;
    media_text(e, name, 0x28);
    e[0x28] = (uint8_t)(strlen(name) | (file[i].folder ? 0x80 : 0) | (contiguous ? 0x40 : 0));
    put_u24le(e + 0x29, blocks_of(file[i].size));
    put_u24le(e + 0x2C, blocks_of(file[i].size));
    put_u24le(e + 0x2F, first == END ? 0 : first);
    xg_st16be(e + 0x32, (uint16_t)parent);
    xg_st32be(e + 0x34, (uint32_t)file[i].size);
    xg_st16be(e + 0x38, (2006 - 1980) << 9 | 11 << 5 | 17); /* 17 November 2006 */
    xg_st16be(e + 0x3A, 12 << 11 | 34 << 5 | 56 / 2);       /* 12:34:56 */
    xg_st32be(e + 0x3C, xg_ld32be(e + 0x38));
}

/* The copy that counts of table number i of a level. The other one holds what must not be read. */
static unsigned copy_of(const struct stfs *s, unsigned level, uint32_t i)
{
    return s->copies == 2 && (i + level) % 2 ? 1 : 0;
}

static void put_table(const struct stfs *s, int fd, uint64_t at, unsigned copy,
                      const uint8_t *table, uint8_t hash[20])
{
    uint8_t other[BLOCK];
    memset(other, 0xEE, sizeof other);
    media_put(fd, at + copy * BLOCK, table, BLOCK);
    if (s->copies == 2)
        media_put(fd, at + (1 - copy) * BLOCK, other, BLOCK);
    sha1(table, BLOCK, hash);
}

/* Hashes of the tables of one level from those below, `count` of them. */
static void put_level(const struct stfs *s, int fd, unsigned level, const uint64_t *at,
                      uint32_t tables, uint8_t (*below)[20], uint32_t count, uint8_t (*hash)[20])
{
    for (uint32_t t = 0; t < tables; t++) {
        uint8_t table[BLOCK] = {0};
        uint32_t i = t * PER;
        for (; i < count && i < (t + 1) * PER; i++) {
            uint8_t *e = table + i % PER * 24;
            memcpy(e, below[i], 20);
            xg_st32be(e + 20,
                      level ? (uint32_t)copy_of(s, level - 1, i) << 30 : 0x80000000u | s->next[i]);
        }
        xg_st32be(table + 0xFF0, i - t * PER);
        put_table(s, fd, at[t], copy_of(s, level, t), table, hash[t]);
    }
}

static void put_tables(struct stfs *s, int fd, uint8_t descriptor[0x24])
{
    uint8_t(*h0)[20] = media_grab(s->tables0 * sizeof *h0);
    uint8_t(*h1)[20] = media_grab(s->tables1 * sizeof *h1);
    uint8_t h2[1][20];
    put_level(s, fd, 0, s->l0, s->tables0, s->hash, s->blocks, h0);
    memcpy(descriptor + 8, h0[0], 20);
    if (s->levels > 1) {
        put_level(s, fd, 1, s->l1, s->tables1, h0, s->tables0, h1);
        memcpy(descriptor + 8, h1[0], 20);
    }
    if (s->levels > 2) {
        put_level(s, fd, 2, &s->l2, 1, h1, s->tables1, h2);
        memcpy(descriptor + 8, h2[0], 20);
    }
    free(h0);
    free(h1);
}

static void size_up(struct stfs *s, const struct media_file *file, size_t count, uint32_t folder,
                    bool scatter)
{
    s->blocks = folder;
    for (size_t i = 0; i < count; i++)
        s->blocks += blocks_of(file[i].size);
    s->tables0 = (s->blocks + PER - 1) / PER;
    s->tables1 = (s->tables0 + PER - 1) / PER;
    s->levels = s->tables0 <= 1 ? 1 : s->tables1 <= 1 ? 2 : 3;
    s->place = media_grab(s->blocks * sizeof *s->place);
    s->l0 = media_grab(s->tables0 * sizeof *s->l0);
    s->l1 = media_grab(s->tables1 * sizeof *s->l1);
    s->next = media_grab(s->blocks * sizeof *s->next);
    s->hash = media_grab(s->blocks * sizeof *s->hash);
    s->order = media_grab(s->blocks * sizeof *s->order);
    for (uint32_t i = 0; i < s->blocks; i++)
        s->order[i] = scatter ? (i % 2 ? s->blocks - 1 - i / 2 : i / 2) : i;
}

void media_write_stfs(const char *path, const struct media_file *file, size_t count,
                      const struct media_stfs *how)
{
    struct stfs s = {.copies = how->copies};
    uint32_t folder = blocks_of(count * 0x40 + 1);
    uint8_t descriptor[0x24] = {0x24}, *entries = media_grab((size_t)folder * BLOCK);
    size_up(&s, file, count, folder, how->scatter);
    uint64_t end = lay_down(&s);
    int fd = media_create(path, end);
    uint32_t first = give(&s, folder);
    for (size_t i = 0; i < count; i++) {
        uint32_t at = give(&s, blocks_of(file[i].size));
        put_entry(entries + i * 0x40, file, count, i, at, !how->scatter);
        put_data(&s, fd, at, file[i].bytes, file[i].size);
    }
    put_data(&s, fd, first, entries, (size_t)folder * BLOCK);
    put_tables(&s, fd, descriptor);
    descriptor[2] = (uint8_t)((how->copies == 1 ? 1 : 0) | copy_of(&s, s.levels - 1, 0) << 1);
    xg_st16le(descriptor + 3, (uint16_t)folder);
    put_u24le(descriptor + 5, first);
    xg_st32be(descriptor + 0x1C, s.blocks);
    media_put_header(fd, how->magic, how->title, 0, descriptor, 0);
    media_close(fd);
    free(entries);
    free(s.place);
    free(s.l0);
    free(s.l1);
    free(s.next);
    free(s.hash);
    free(s.order);
}
