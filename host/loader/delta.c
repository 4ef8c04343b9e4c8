/* Delta patches (.xexp): records that turn the header, then the image, of one executable into
 * those of a later version. The header goes first because it holds the later session key and the
 * page hashes that prove the result.
 *
 *   record  u32 old offset, u32 new offset, u16 bytes out, u16 bytes in, data
 *           in 0: zeros, 1: a copy of old bytes, else an LZX stream whose window holds the old
 *           bytes; a record of zeros ends the list */
#include "loader/internal.h"

#include <stdlib.h>
#include <string.h>

#define DESCRIPTOR 0x4Cu
#define RECORD     12u
#define HEADER_MAX 0x01000000u
#define SIGNATURE  8u /* in the security information, 0x100 bytes */

struct move { /* where the old bytes go before the records apply */
    uint32_t from, size, to;
};
struct target {
    const struct xg_xex *patch;
    uint8_t *bytes;
    size_t size;
};

static bool bad(const struct xg_xex *patch, struct xg_error *err, const char *why)
{
    return xg_fail(err, XG_E_INPUT, "%s: damaged XEX2 patch: %s", patch->path, why);
}

static bool apply_record(struct target *t, const uint8_t *r, struct xg_error *err)
{
    uint32_t from = xg_ld32be(r), to = xg_ld32be(r + 4), out = xg_ld16be(r + 8),
             in = xg_ld16be(r + 10);
    if (!xg_xex_inside(to, out, t->size) || (in && !xg_xex_inside(from, out, t->size)))
        return xg_fail(err, XG_E_INPUT,
                       "%s: damaged XEX2 patch: a record of %u bytes from %#x to %#x lies outside "
                       "the %zu bytes to patch",
                       t->patch->path, out, from, to, t->size);
    if (in == 0)
        memset(t->bytes + to, 0, out);
    else if (in == 1)
        memmove(t->bytes + to, t->bytes + from, out);
    else {
        uint32_t window = xg_ld32be(t->patch->file + t->patch->format_offset + 8);
        const char *why =
            xg_lzx_expand_with(t->bytes + from, out, r + RECORD, in, window, t->bytes + to, out);
        return !why || bad(t->patch, err, why);
    }
    return true;
}

/* Also the callback for blocks of the file. */
static bool apply_records(void *ctx, const uint8_t *p, uint32_t size, struct xg_error *err)
{
    static const uint8_t end[RECORD];
    struct target *t = ctx;
    while (size >= RECORD && memcmp(p, end, RECORD) != 0) {
        uint32_t in = xg_ld16be(p + 10), n = RECORD + (in > 1 ? in : 0);
        if (n > size)
            return bad(t->patch, err, "a record runs past its block");
        if (!apply_record(t, p, err))
            return false;
        p += n;
        size -= n;
    }
    return true;
}

static bool move_old(struct target *t, const struct move *m, struct xg_error *err)
{
    if (!m->size)
        return true;
    if (!xg_xex_inside(m->from, m->size, t->size) || !xg_xex_inside(m->to, m->size, t->size))
        return bad(t->patch, err, "the old bytes lie outside the executable");
    if (m->from)
        memmove(t->bytes + m->to, t->bytes + m->from, m->size);
    memset(t->bytes + m->to + m->size, 0, t->size - m->to - m->size);
    return true;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* ---- is it for this executable ------------------------------------------------------------------
 */

static bool check_base(const struct xg_xex *base, const struct xg_xex *patch, struct xg_error *err)
{
    const uint8_t *signature = base->file + base->security_offset + SIGNATURE;
    uint8_t hash[20];
    if (!patch->delta.present || patch->compression != XG_XEX_DELTA)
        return xg_fail(err, XG_E_INPUT, "%s: not a delta patch", patch->path);
    if (base->kind != XG_FILE_XEX2 || !base->image)
        return xg_fail(err, XG_E_INPUT, "%s: not a XEX2 executable that can be patched",
                       base->path);
    if (!xg_sha1(signature, 0x100, NULL, 0, hash) ||
        memcmp(hash, patch->delta.base_signature, sizeof hash) != 0)
        return xg_fail(err, XG_E_INPUT, "%s: a patch for another executable than %s", patch->path,
                       base->path);
    if (base->execution.present && base->execution.version != patch->delta.source_version)
        return xg_fail(err, XG_E_INPUT, "%s: a patch for version %08X, but %s is version %08X",
                       patch->path, patch->delta.source_version, base->path,
                       base->execution.version);
    return true;
}

/* ---- header -------------------------------------------------------------------------------------
 */

static bool patch_header(const struct xg_xex *base, const struct xg_xex *patch,
                         const uint8_t *descriptor, uint32_t size, struct xg_xex **out,
                         struct xg_error *err)
{
    const struct move m = {xg_ld32be(descriptor + 0x34), xg_ld32be(descriptor + 0x38),
                           xg_ld32be(descriptor + 0x3C)};
    uint32_t after = xg_ld32be(descriptor + 0x30);
    if (m.size > HEADER_MAX || m.to > HEADER_MAX || after > HEADER_MAX)
        return bad(patch, err, "impossible header size");
    if (!after)
        after = m.to + m.size;
    uint32_t room = larger(base->header_size, larger(after, m.to + m.size));
    struct target t = {patch, calloc(1, room), room};
    if (!t.bytes)
        return bad(patch, err, "impossible header size");
    memcpy(t.bytes, base->file, base->header_size);
    bool ok = move_old(&t, &m, err) &&
              apply_records(&t, descriptor + DESCRIPTOR, size - DESCRIPTOR, err) &&
              xg_xex_parse(patch->path, t.bytes, after, out, err);
    free(t.bytes);
    return ok;
}

/* ---- image
 * --------------------------------------------------------------------------------------- */

static bool block_hash_fits(const struct xg_xex *patch, const uint8_t *data, size_t size)
{
    const uint8_t *info = patch->file + patch->format_offset + 12;
    uint8_t hash[20];
    return xg_ld32be(info) <= size && xg_sha1(data, xg_ld32be(info), NULL, 0, hash) &&
           memcmp(hash, info + 4, sizeof hash) == 0;
}

/* The patch's key is wrapped with the session key of the later header. */
static bool decrypt_with(const struct xg_xex *after, const struct xg_xex *patch,
                         const uint8_t console_key[16], uint8_t *data, size_t size)
{
    uint8_t session[16], key[16];
    return xg_aes_unwrap(console_key, after->session_key, session) &&
           xg_aes_unwrap(session, patch->session_key, key) &&
           xg_aes_cbc(key, patch->file + patch->header_size, size, data) &&
           block_hash_fits(patch, data, size);
}

static bool patch_data(const struct xg_xex *base, const struct xg_xex *after,
                       const struct xg_xex *patch, const struct xg_keys *keys, uint8_t *data,
                       size_t size, struct xg_error *err)
{
    static const uint8_t development[16];
    if (patch->encryption == XG_XEX_PLAIN) {
        memcpy(data, patch->file + patch->header_size, size);
        return true;
    }
    if (decrypt_with(after, patch, base->key_name[0] ? base->console_key : development, data, size))
        return true;
    for (unsigned i = 0; keys && i < keys->count; i++)
        if (decrypt_with(after, patch, keys->key[i].bytes, data, size))
            return true;
    return xg_fail(err, XG_E_INPUT,
                   "%s: no key given opens this encrypted patch (or it is damaged)", patch->path);
}

static bool patch_image(const struct xg_xex *base, const struct xg_xex *patch,
                        const uint8_t *descriptor, const uint8_t *data, size_t size,
                        struct xg_xex *after, struct xg_error *err)
{
    const struct move m = {xg_ld32be(descriptor + 0x40), xg_ld32be(descriptor + 0x44),
                           xg_ld32be(descriptor + 0x48)};
    uint32_t room = larger(base->image_size, after->image_size);
    after->image = calloc(1, room);
    if (!after->image)
        return bad(patch, err, "impossible image size");
    memcpy(after->image, base->image, base->image_size);
    struct target t = {patch, after->image, room};
    return move_old(&t, &m, err) && xg_xex_each_block(patch, data, size, apply_records, &t, err) &&
           xg_xex_finish(after, err);
}

bool xg_xex_patch(const struct xg_xex *base, const struct xg_xex *patch, const struct xg_keys *keys,
                  struct xg_xex **out, struct xg_error *err)
{
    const uint8_t *descriptor;
    uint32_t n;
    *out = NULL;
    if (!check_base(base, patch, err) ||
        !xg_xex_block(patch, XG_XEX_OPT_DELTA, &descriptor, &n, err))
        return false;
    if (patch->format_size < 12 + 24)
        return bad(patch, err, "the file format header is too short");
    struct xg_xex *after;
    if (!patch_header(base, patch, descriptor, n, &after, err))
        return false;
    size_t size = patch->file_size - patch->header_size;
    uint8_t *data = malloc(size + 1);
    bool ok = data ? patch_data(base, after, patch, keys, data, size, err) &&
                         patch_image(base, patch, descriptor, data, size, after, err)
                   : bad(patch, err, "too long");
    free(data);
    if (!ok) {
        xg_xex_close(after);
        return false;
    }
    memcpy(after->key_name, base->key_name, sizeof after->key_name);
    memcpy(after->console_key, base->console_key, sizeof after->console_key);
    *out = after;
    return true;
}
