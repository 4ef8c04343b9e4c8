/* From file bytes to image bytes: the data blocks, the page hash chain, the import records. */
#include "loader/internal.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

static bool expand_plain(struct xg_xex *xex, struct xg_error *err)
{
    size_t have = xex->file_size - xex->header_size;
    if (have < xex->image_size)
        return xg_fail(err, XG_E_INPUT, "%s: truncated XEX2 file: %zu bytes of an image of %u",
                       xex->path, have, xex->image_size);
    memcpy(xex->image, xex->file + xex->header_size, xex->image_size);
    return true;
}

/* Basic: pairs {bytes of data, zero bytes after them}. */
static bool expand_basic(struct xg_xex *xex, struct xg_error *err)
{
    const uint8_t *pair = xex->file + xex->format_offset + 8;
    const uint8_t *end = xex->file + xex->format_offset + xex->format_size;
    uint64_t from = xex->header_size, to = 0;
    for (; end - pair >= 8; pair += 8) {
        uint32_t data = xg_ld32be(pair), zeros = xg_ld32be(pair + 4);
        if (!xg_xex_inside(from, data, xex->file_size))
            return xg_fail(err, XG_E_INPUT,
                           "%s: truncated XEX2 file: a data block of %u bytes at offset %llu runs "
                           "past the end",
                           xex->path, data, (unsigned long long)from);
        if (!xg_xex_inside(to, (uint64_t)data + zeros, xex->image_size))
            return xg_fail(err, XG_E_INPUT,
                           "%s: damaged XEX2 file: the data blocks exceed the image size",
                           xex->path);
        memcpy(xex->image + to, xex->file + from, data);
        from += data;
        to += (uint64_t)data + zeros;
    }
    return true;
}

static bool sha1(const uint8_t *a, size_t na, const uint8_t *b, size_t nb, uint8_t out[20])
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool ok = c && EVP_DigestInit_ex(c, EVP_sha1(), NULL) && EVP_DigestUpdate(c, a, na) &&
              EVP_DigestUpdate(c, b, nb) && EVP_DigestFinal_ex(c, out, NULL);
    EVP_MD_CTX_free(c);
    return ok;
}

/* SHA-1 of the pages of a descriptor and of the descriptor itself stands in the one
 * before it, the first one's in the security information. */
static void check_chain(struct xg_xex *xex)
{
    const uint8_t *d = xex->file + xex->security_offset + 0x184;
    const uint8_t *expected = xex->first_digest;
    xex->hashes_ok = true;
    for (size_t i = 0; i < xex->page_count; i++, d += 0x18) {
        struct xg_xex_pages *p = &xex->pages[i];
        uint64_t size = (uint64_t)p->count * xex->page_size;
        uint8_t got[20];
        if (size > xex->image_size - (uint64_t)p->offset)
            size = xex->image_size - (uint64_t)p->offset;
        p->hash_ok = sha1(xex->image + p->offset, size, d, 0x18, got) &&
                     memcmp(got, expected, sizeof got) == 0;
        xex->hashes_ok &= p->hash_ok;
        expected = p->digest;
    }
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

static bool refuse(const struct xg_xex *xex, struct xg_error *err)
{
    const char *what = NULL;
    if (xex->module_flags & (XG_XEX_PATCH | XG_XEX_DELTA_PATCH) || xex->compression == XG_XEX_DELTA)
        what = "a delta patch, not an executable by itself";
    else if (xex->encryption == XG_XEX_AES)
        what = "an encrypted image, which needs a key";
    else if (xex->compression == XG_XEX_LZX)
        what = "an LZX compressed image";
    if (!what)
        return true;
    return xg_fail(err, XG_E_INPUT, "%s: this XEX2 file holds %s: not supported", xex->path, what);
}

bool xg_xex_expand(struct xg_xex *xex, struct xg_error *err)
{
    if (xex->image)
        return true;
    if (!refuse(xex, err))
        return false;
    xex->image = calloc(1, xex->image_size);
    if (!xex->image)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory for an image of %u bytes", xex->path,
                       xex->image_size);
    bool ok = xex->compression == XG_XEX_BASIC ? expand_basic(xex, err) : expand_plain(xex, err);
    if (!ok) {
        free(xex->image);
        xex->image = NULL;
        return false;
    }
    check_chain(xex);
    xg_pe_parse(&xex->pe, xex->image, xex->image_size);
    return true;
}

static bool in_image(const struct xg_xex *xex, xg_ga ga, uint32_t size)
{
    return ga >= xex->base && (ga & 3) == 0 && xg_xex_inside(ga - xex->base, size, xex->image_size);
}

static bool bad_record(const struct xg_xex *xex, const struct xg_xex_library *lib, uint32_t i,
                       xg_ga at, struct xg_error *err)
{
    return xg_fail(err, XG_E_INPUT,
                   "%s: damaged XEX2 file: import record %u of %s at %08X lies outside the image "
                   "or has no known type",
                   xex->path, i, lib->name, at);
}

static bool each_of_library(const struct xg_xex *xex, const struct xg_xex_library *lib,
                            xg_xex_import_fn *fn, void *ctx, struct xg_error *err)
{
    for (uint32_t i = 0; i < lib->count; i++) {
        xg_ga at = xg_ld32be(xex->file + lib->records + i * 4);
        if (!in_image(xex, at, 4))
            return bad_record(xex, lib, i, at, err);
        uint32_t word = xg_ld32be(xex->image + (at - xex->base));
        struct xg_xex_import m = {.library = lib, .ordinal = (uint16_t)word};
        uint32_t type = word >> 24;
        if (type == 0)
            m.slot = at;
        /* A function has both records, the slot first. */
        if (type == 0 && i + 1 < lib->count) {
            xg_ga next = xg_ld32be(xex->file + lib->records + (i + 1) * 4);
            if (in_image(xex, next, 16) &&
                xg_ld32be(xex->image + (next - xex->base)) == (0x01000000u | m.ordinal)) {
                type = 1;
                at = next;
                i++;
            }
        }
        if (type == 1) {
            m.function = true;
            m.thunk = at;
            if (!in_image(xex, at, 16))
                return bad_record(xex, lib, i, at, err);
        } else if (type != 0) {
            return bad_record(xex, lib, i, at, err);
        }
        if (!fn(ctx, &m, err))
            return false;
    }
    return true;
}

bool xg_xex_each_import(const struct xg_xex *xex, xg_xex_import_fn *fn, void *ctx,
                        struct xg_error *err)
{
    for (size_t i = 0; i < xex->library_count; i++)
        if (!each_of_library(xex, &xex->libraries[i], fn, ctx, err))
            return false;
    return true;
}
