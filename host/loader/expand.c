/* From file bytes to image bytes: keys, the ways of storing, the page hash chain. */
#include "loader/internal.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_HEADER 24u
#define CHUNKS_MAX   0x10000u

/* ---- ways of storing ------------------------------------------------------------------------ */

static bool expand_plain(struct xg_xex *xex, const uint8_t *data, size_t size, struct xg_error *err)
{
    if (size < xex->image_size)
        return xg_fail(err, XG_E_INPUT, "%s: truncated XEX2 file: %zu bytes of an image of %u",
                       xex->path, size, xex->image_size);
    memcpy(xex->image, data, xex->image_size);
    return true;
}

/* Basic: pairs {bytes of data, zero bytes after them}. */
static bool expand_basic(struct xg_xex *xex, const uint8_t *data, size_t size, struct xg_error *err)
{
    const uint8_t *pair = xex->file + xex->format_offset + 8;
    const uint8_t *end = xex->file + xex->format_offset + xex->format_size;
    uint64_t from = 0, to = 0;
    for (; end - pair >= 8; pair += 8) {
        uint32_t n = xg_ld32be(pair), zeros = xg_ld32be(pair + 4);
        if (!xg_xex_inside(from, n, size))
            return xg_fail(err, XG_E_INPUT,
                           "%s: truncated XEX2 file: a data block of %u bytes at offset %llu runs "
                           "past the end",
                           xex->path, n, (unsigned long long)from + xex->header_size);
        if (!xg_xex_inside(to, (uint64_t)n + zeros, xex->image_size))
            return xg_fail(err, XG_E_INPUT,
                           "%s: damaged XEX2 file: the data blocks exceed the image size",
                           xex->path);
        memcpy(xex->image + to, data + from, n);
        from += n;
        to += (uint64_t)n + zeros;
    }
    return true;
}

bool xg_xex_each_block(const struct xg_xex *xex, const uint8_t *data, size_t size, xg_block_fn *fn,
                       void *ctx, struct xg_error *err)
{
    const uint8_t *info = xex->file + xex->format_offset + 12;
    uint8_t hash[20];
    size_t at = 0;
    if (xex->format_size < 12 + BLOCK_HEADER)
        return xg_fail(err, XG_E_INPUT,
                       "%s: damaged XEX2 file: the file format header is too short for compressed "
                       "blocks",
                       xex->path);
    for (uint32_t n; (n = xg_ld32be(info)) != 0; at += n) {
        if (n < BLOCK_HEADER || !xg_xex_inside(at, n, size))
            return xg_fail(err, XG_E_INPUT,
                           "%s: truncated XEX2 file: a compressed block of %u bytes at offset %zu "
                           "runs past the end",
                           xex->path, n, at + xex->header_size);
        if (!xg_sha1(data + at, n, NULL, 0, hash) || memcmp(hash, info + 4, sizeof hash) != 0)
            return xg_fail(err, XG_E_INPUT,
                           "%s: damaged XEX2 file: the hash of the compressed block at offset %zu "
                           "is wrong",
                           xex->path, at + xex->header_size);
        info = data + at;
        if (!fn(ctx, info + BLOCK_HEADER, n - BLOCK_HEADER, err))
            return false;
    }
    return true;
}

struct chunks {
    const struct xg_xex *xex;
    struct xg_lzx_chunk *chunk;
    size_t count, room;
};

/* Chunks {u16 size, bytes}; size 0 ends the block, and so does its end. */
static bool collect_chunks(void *ctx, const uint8_t *p, uint32_t size, struct xg_error *err)
{
    struct chunks *c = ctx;
    for (uint32_t n; size >= 2 && (n = xg_ld16be(p)) != 0; p += 2 + n, size -= 2 + n) {
        if (n > size - 2)
            return xg_fail(err, XG_E_INPUT,
                           "%s: damaged XEX2 file: a chunk of %u bytes runs past its block",
                           c->xex->path, n);
        if (c->count == c->room) {
            c->room = c->room ? c->room * 2 : 256;
            struct xg_lzx_chunk *more =
                c->room > CHUNKS_MAX ? NULL : realloc(c->chunk, c->room * sizeof *more);
            if (!more)
                return xg_fail(err, XG_E_INPUT, "%s: damaged XEX2 file: too many chunks",
                               c->xex->path);
            c->chunk = more;
        }
        c->chunk[c->count++] = (struct xg_lzx_chunk){p + 2, n};
    }
    return true;
}

static bool expand_lzx(struct xg_xex *xex, const uint8_t *data, size_t size, struct xg_error *err)
{
    struct chunks c = {.xex = xex};
    bool ok = xg_xex_each_block(xex, data, size, collect_chunks, &c, err);
    if (ok) {
        uint32_t window = xg_ld32be(xex->file + xex->format_offset + 8);
        const char *why = xg_lzx_expand(c.chunk, c.count, window, xex->image, xex->image_size);
        ok = !why || xg_fail(err, XG_E_INPUT, "%s: damaged XEX2 file: %s", xex->path, why);
    }
    free(c.chunk);
    return ok;
}

static bool expand_data(struct xg_xex *xex, const uint8_t *data, size_t size, struct xg_error *err)
{
    xex->image = calloc(1, xex->image_size);
    if (!xex->image)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory for an image of %u bytes", xex->path,
                       xex->image_size);
    bool ok = xex->compression == XG_XEX_LZX     ? expand_lzx(xex, data, size, err)
              : xex->compression == XG_XEX_BASIC ? expand_basic(xex, data, size, err)
                                                 : expand_plain(xex, data, size, err);
    if (!ok) {
        free(xex->image);
        xex->image = NULL;
    }
    return ok;
}

/* ---- page hashes ----------------------------------------------------------------------------- */

/* SHA-1 of the pages of a descriptor and of the descriptor itself stands in the one
 * before it, the first one's in the security information. */
static bool check_pages(const struct xg_xex *xex, size_t i)
{
    const struct xg_xex_pages *p = &xex->pages[i];
    const uint8_t *d = xex->file + xex->security_offset + 0x184 + i * 0x18;
    const uint8_t *expected = i ? p[-1].digest : xex->first_digest;
    uint64_t size = (uint64_t)p->count * xex->page_size;
    uint8_t got[20];
    if (size > xex->image_size - (uint64_t)p->offset)
        size = xex->image_size - (uint64_t)p->offset;
    return xg_sha1(xex->image + p->offset, size, d, 0x18, got) &&
           memcmp(got, expected, sizeof got) == 0;
}

bool xg_xex_check_hashes(const struct xg_xex *xex, struct xg_error *err)
{
    for (size_t i = 0; i < xex->page_count; i++) {
        const struct xg_xex_pages *p = &xex->pages[i];
        if (!p->hash_ok)
            return xg_fail(err, XG_E_INPUT,
                           "%s: damaged XEX2 file: the hash of the pages at %08X (%u of %u bytes) "
                           "is wrong",
                           xex->path, xex->base + p->offset, p->count, xex->page_size);
    }
    return true;
}

bool xg_xex_finish(struct xg_xex *xex, struct xg_error *err)
{
    xex->hashes_ok = true;
    for (size_t i = 0; i < xex->page_count; i++) {
        xex->pages[i].hash_ok = check_pages(xex, i);
        xex->hashes_ok &= xex->pages[i].hash_ok;
    }
    xg_pe_parse(&xex->pe, xex->image, xex->image_size);
    return xg_xex_read_exports(xex, err);
}

/* ---- keys --------------------------------------------------------------------------------------
 */

/* What decrypting with the right key must give: the first block's hash, or an image that starts
 * as PE files do or has the right hash. */
static bool looks_right(struct xg_xex *xex, const uint8_t *data, size_t size)
{
    const uint8_t *info = xex->file + xex->format_offset + 12;
    uint8_t hash[20];
    if (xex->compression == XG_XEX_LZX)
        return xex->format_size >= 12 + BLOCK_HEADER && xg_ld32be(info) <= size &&
               xg_sha1(data, xg_ld32be(info), NULL, 0, hash) &&
               memcmp(hash, info + 4, sizeof hash) == 0;
    if (size >= 2 && memcmp(data, "MZ", 2) == 0)
        return true;
    bool right = expand_data(xex, data, size, NULL) && check_pages(xex, 0);
    free(xex->image);
    xex->image = NULL;
    return right;
}

static bool try_key(struct xg_xex *xex, const struct xg_key *key, uint8_t *plain, size_t size)
{
    uint8_t session[16];
    if (!xg_aes_unwrap(key->bytes, xex->session_key, session) ||
        !xg_aes_cbc(session, xex->file + xex->header_size, size, plain) ||
        !looks_right(xex, plain, size))
        return false;
    memcpy(xex->key_name, key->name, sizeof xex->key_name);
    memcpy(xex->console_key, key->bytes, sizeof xex->console_key);
    return true;
}

static bool expand_encrypted(struct xg_xex *xex, const struct xg_keys *keys, struct xg_error *err)
{
    static const struct xg_key development = {"development", {0}};
    size_t size = xex->file_size - xex->header_size;
    unsigned count = keys ? keys->count : 0;
    uint8_t *plain = malloc(size + 1);
    if (!plain)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory for %zu bytes", xex->path, size);
    bool found = try_key(xex, &development, plain, size);
    for (unsigned i = 0; !found && i < count; i++)
        found = try_key(xex, &keys->key[i], plain, size);
    bool ok = found && expand_data(xex, plain, size, err);
    free(plain);
    if (found)
        return ok;
    if (count)
        return xg_fail(err, XG_E_INPUT,
                       "%s: this XEX2 file is encrypted, and neither the development key nor any "
                       "of the %u keys given opens it (or it is damaged)",
                       xex->path, count);
    return xg_fail(err, XG_E_INPUT,
                   "%s: this XEX2 file is encrypted, and the development key does not open it: "
                   "name a file with the right key by --keys",
                   xex->path);
}

bool xg_xex_expand(struct xg_xex *xex, const struct xg_keys *keys, struct xg_error *err)
{
    if (xex->image)
        return true;
    if (xex->module_flags & (XG_XEX_PATCH | XG_XEX_FULL_PATCH | XG_XEX_DELTA_PATCH) ||
        xex->compression == XG_XEX_DELTA)
        return xg_fail(err, XG_E_INPUT,
                       "%s: this XEX2 file holds a delta patch, not an executable by itself",
                       xex->path);
    bool ok = xex->encryption == XG_XEX_AES ? expand_encrypted(xex, keys, err)
                                            : expand_data(xex, xex->file + xex->header_size,
                                                          xex->file_size - xex->header_size, err);
    return ok && xg_xex_finish(xex, err);
}
