/* Delta patches: records that turn header and image of one file into those of another. The
 * records are in the order of new addresses and each takes its old bytes from the same place or
 * from one that no earlier record has changed. */
#include "xexbuild.h"
#include "xexbuild_lzx.h"

#include <stdlib.h>
#include <string.h>

#define PIECE      0xC000u /* a frame and a half */
#define DESCRIPTOR 0x4Cu

struct file {
    const char *path;
    uint8_t *bytes;
    size_t size;
    uint32_t header, security, image; /* sizes and offset */
    const uint8_t *data;              /* the image */
};

static struct file open_file(const char *path)
{
    struct file f = {.path = path};
    f.bytes = read_whole(path, &f.size);
    if (f.size < 0x18 || memcmp(f.bytes, "XEX2", 4) != 0)
        die("%s: not a XEX2 file", path);
    f.header = xg_ld32be(f.bytes + 8);
    f.security = xg_ld32be(f.bytes + 0x10);
    f.image = xg_ld32be(f.bytes + f.security + 4);
    f.data = f.bytes + f.header;
    return f;
}

static void check_plain(const struct file *f)
{
    if (f->size != f->header + (size_t)f->image)
        die("%s: not stored with --compression=none", f->path);
}

static void put_record(struct buffer *b, uint32_t from, uint32_t to, uint32_t out, uint32_t in)
{
    put32(b, from);
    put32(b, to);
    put32(b, out << 16 | in);
}

static bool all_zero(const uint8_t *p, uint32_t n)
{
    while (n && !*p++)
        n--;
    return n == 0;
}

/* Where the wanted bytes lie at or behind `at` in the old ones, in steps of a page; 0: nowhere. */
static uint32_t find_old(const uint8_t *old, uint32_t size, uint32_t at, const uint8_t *want,
                         uint32_t n)
{
    for (uint32_t from = (at + PAGE_MIN - 1) & ~(PAGE_MIN - 1); from + n <= size; from += PAGE_MIN)
        if (from && memcmp(old + from, want, n) == 0)
            return from;
    return 0;
}

/* old has at least as many bytes as new, zeros behind its own. */
static void put_difference(struct buffer *b, const uint8_t *old, const uint8_t *new, uint32_t size,
                           uint32_t window)
{
    for (uint32_t at = 0, n; at < size; at += n) {
        n = size - at < PIECE ? size - at : PIECE;
        uint32_t from;
        if (memcmp(old + at, new + at, n) == 0)
            continue;
        if (all_zero(new + at, n)) {
            put_record(b, 0, at, n, 0);
        } else if ((from = find_old(old, size, at + n, new + at, n)) != 0) {
            put_record(b, from, at, n, 1);
        } else {
            struct lzx_stream s;
            lzx_encode(&s, old + at, n, new + at, n, window);
            if (s.size > 0xFFFF)
                die("a piece of the patch does not compress");
            put_record(b, at, at, n, (uint32_t)s.size);
            put(b, s.bytes, (uint32_t)s.size);
            lzx_free(&s);
        }
    }
}

static uint8_t *padded(const uint8_t *bytes, uint32_t size, uint32_t room)
{
    uint8_t *p = grab(room);
    memcpy(p, bytes, size < room ? size : room);
    return p;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t version_of(const struct file *f)
{
    for (uint32_t i = 0; i < xg_ld32be(f->bytes + 0x14); i++)
        if (xg_ld32be(f->bytes + 0x18 + i * 8) == 0x00040006)
            return xg_ld32be(f->bytes + xg_ld32be(f->bytes + 0x1C + i * 8) + 4);
    return 0;
}

static uint32_t put_descriptor(struct buffer *h, const struct file *old, const struct file *new,
                               uint32_t window)
{
    uint32_t start = put(h, NULL, DESCRIPTOR), room = larger(old->header, new->header);
    uint32_t kept = old->header < new->header ? old->header : new->header;
    uint8_t *from = padded(old->bytes, kept, room);
    uint8_t *to = padded(new->bytes, new->header, room);
    put_difference(h, from, to, new->header, window);
    put_record(h, 0, 0, 0, 0);
    free(from);
    free(to);
    uint8_t *d = h->data + start;
    xg_st32be(d, h->size - start);
    xg_st32be(d + 4, version_of(new));
    xg_st32be(d + 8, version_of(old));
    sha1(old->bytes + old->security + 8, 0x100, NULL, 0, d + 0xC);
    xg_st32be(d + 0x30, new->header);
    xg_st32be(d + 0x38, kept);
    xg_st32be(d + 0x44, old->image < new->image ? old->image : new->image);
    return start;
}

/* The image's records, a block for every four. */
static void put_image(struct buffer *data, const struct file *old, const struct file *new,
                      uint32_t window, uint8_t info[24])
{
    uint32_t room = larger(old->image, new->image), kept = old->image;
    if (kept > new->image)
        kept = new->image; /* what the descriptor keeps */
    uint8_t *from = padded(old->data, kept, room);
    struct buffer records = {0}, body = {0};
    uint32_t *end = grab((room / PIECE + 2) * sizeof *end), count = 0, number = 0;
    put_difference(&records, from, new->bytes + new->header, new->image, window);
    for (uint32_t at = 0, n; at < records.size; at += n) {
        uint32_t in = xg_ld16be(records.data + at + 10);
        n = 12 + (in > 1 ? in : 0);
        put(&body, records.data + at, n);
        if (++number % 4 == 0 || at + n == records.size) {
            put_record(&body, 0, 0, 0, 0);
            end[count++] = body.size;
        }
    }
    put_blocks(data, &body, end, count, info);
    free(end);
    free(records.data);
    free(body.data);
    free(from);
}

static void encrypt(const struct file *new, const uint8_t console_key[16], struct buffer *data,
                    uint8_t wrapped[16])
{
    static const uint8_t key[16] = "a patch's own ke";
    uint8_t session[16];
    aes_unwrap(console_key, new->bytes + new->security + 0x150, session);
    aes_wrap(session, key, wrapped);
    aes_cbc(key, data);
}

void write_patch(const char *base_path, const char *old_path, const char *new_path, const char *out,
                 uint32_t window, const uint8_t *console_key)
{
    struct file plain = open_file(old_path), new = open_file(new_path);
    struct file old = open_file(base_path ? base_path : old_path);
    check_plain(&plain);
    check_plain(&new);
    old.data = plain.data;
    struct buffer h = {0}, data = {0};
    uint8_t info[24];
    put_image(&data, &old, &new, window, info);
    put(&h, "XEX2", 4);
    put32(&h, 0x50); /* patch, delta */
    put(&h, NULL, 16 + 2 * 8);
    xg_st32be(h.data + 0x18, 0x000003FF);
    xg_st32be(h.data + 0x1C, h.size);
    put32(&h, 12 + sizeof info);
    put32(&h, (uint32_t)(console_key != NULL) << 16 | STORE_DELTA);
    put32(&h, window);
    put(&h, info, sizeof info);
    uint32_t descriptor = put_descriptor(&h, &old, &new, window);
    xg_st32be(h.data + 0x20, 0x000005FF);
    xg_st32be(h.data + 0x24, descriptor);
    align(&h, 8);
    uint32_t security = put(&h, NULL, 0x184 + 0x18); /* a page, because none is not allowed */
    uint8_t *s = h.data + security;
    xg_st32be(s, 0x184 + 0x18);
    xg_st32be(s + 4, 0x10000);
    xg_st32be(s + 0x180, 1);
    xg_st32be(s + 0x184, 1 << 4 | PAGE_READONLY);
    if (console_key)
        encrypt(&new, console_key, &data, s + 0x150);
    xg_st32be(h.data + 0x10, security);
    xg_st32be(h.data + 0x14, 2);
    align(&h, 0x1000);
    xg_st32be(h.data + 8, h.size);
    write_parts(out, &h, &data);
    free(h.data);
    free(data.data);
    free(plain.bytes);
    free(old.bytes);
    free(new.bytes);
}
