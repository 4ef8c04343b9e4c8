/* Hash exports. A state in guest memory is a count of bytes, the words of the digest so far, and
 * the block that is being filled; the block functions are libcrypto's. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "kernel/xboxkrnl/hash.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

static const struct {
    uint32_t words, start[8];
} kinds[] = {
    [XG_HASH_MD5] = {4, {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476}},
    [XG_HASH_SHA1] = {5, {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0}},
    [XG_HASH_SHA256] = {8,
                        {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C,
                         0x1F83D9AB, 0x5BE0CD19}},
};

static void one_block(struct xg_hash *h, const uint8_t *block)
{
    uint32_t *w = h->word;
    if (h->kind == XG_HASH_MD5) {
        MD5_CTX c = {.A = w[0], .B = w[1], .C = w[2], .D = w[3]};
        MD5_Transform(&c, block);
        w[0] = c.A, w[1] = c.B, w[2] = c.C, w[3] = c.D;
    } else if (h->kind == XG_HASH_SHA1) {
        SHA_CTX c = {.h0 = w[0], .h1 = w[1], .h2 = w[2], .h3 = w[3], .h4 = w[4]};
        SHA1_Transform(&c, block);
        w[0] = c.h0, w[1] = c.h1, w[2] = c.h2, w[3] = c.h3, w[4] = c.h4;
    } else {
        SHA256_CTX c = {0};
        memcpy(c.h, w, sizeof c.h);
        SHA256_Transform(&c, block);
        memcpy(w, c.h, sizeof c.h);
    }
}

void xg_hash_init(struct xg_hash *h, enum xg_hash_kind kind)
{
    *h = (struct xg_hash){.kind = kind};
    memcpy(h->word, kinds[kind].start, sizeof h->word);
}

void xg_hash_update(struct xg_hash *h, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    while (size) {
        uint32_t at = h->count % XG_HASH_BLOCK, n = XG_HASH_BLOCK - at;
        n = size < n ? (uint32_t)size : n;
        memcpy(h->block + at, from, n);
        h->count += n;
        from += n;
        size -= n;
        if (h->count % XG_HASH_BLOCK == 0)
            one_block(h, h->block);
    }
}

uint32_t xg_hash_final(struct xg_hash *h, uint8_t out[XG_HASH_MOST])
{
    static const uint8_t padding[XG_HASH_BLOCK] = {0x80};
    uint64_t bits = (uint64_t)h->count * 8;
    uint32_t at = h->count % XG_HASH_BLOCK;
    uint8_t length[8];
    xg_hash_update(h, padding, at < 56 ? 56 - at : 120 - at);
    if (h->kind == XG_HASH_MD5)
        for (unsigned i = 0; i < 8; i++)
            length[i] = (uint8_t)(bits >> 8 * i);
    else
        xg_st64be(length, bits);
    xg_hash_update(h, length, sizeof length);
    for (uint32_t i = 0; i < kinds[h->kind].words; i++)
        if (h->kind == XG_HASH_MD5)
            for (unsigned b = 0; b < 4; b++)
                out[4 * i + b] = (uint8_t)(h->word[i] >> 8 * b);
        else
            xg_st32be(out + (size_t)4 * i, h->word[i]);
    return 4 * kinds[h->kind].words;
}

void xg_hash_guest(struct xg_kcall *call, struct xg_hash *h, xg_ga at, uint32_t size)
{
    uint8_t part[4096];
    for (uint32_t n; at && size && !call->faulted; at += n, size -= n) {
        n = XG_PAGE_SIZE - at % XG_PAGE_SIZE; /* a fault names its page's first bad byte */
        n = size < n ? size : n;
        if (xg_kcall_read(call, at, part, n))
            xg_hash_update(h, part, n);
    }
}

/* ---- states in guest memory ---- */

static bool load(struct xg_kcall *call, struct xg_hash *h, enum xg_hash_kind kind, xg_ga at)
{
    *h = (struct xg_hash){.kind = kind, .count = xg_kcall_ld32(call, at)};
    for (uint32_t i = 0; i < kinds[kind].words; i++)
        h->word[i] = xg_kcall_ld32(call, at + 4 + 4 * i);
    return xg_kcall_read(call, at + 4 + 4 * kinds[kind].words, h->block, XG_HASH_BLOCK);
}

static void store(struct xg_kcall *call, const struct xg_hash *h, xg_ga at)
{
    uint32_t words = kinds[h->kind].words;
    uint8_t bytes[4 + 32 + XG_HASH_BLOCK];
    xg_st32be(bytes, h->count);
    for (uint32_t i = 0; i < words; i++)
        xg_st32be(bytes + 4 + (size_t)4 * i, h->word[i]);
    memcpy(bytes + 4 + (size_t)4 * words, h->block, XG_HASH_BLOCK);
    xg_kcall_write(call, at, bytes, 4 + 4 * words + XG_HASH_BLOCK);
}

static enum xg_kcall_result init(struct xg_kcall *call, enum xg_hash_kind kind)
{
    struct xg_hash h;
    xg_hash_init(&h, kind);
    store(call, &h, xg_kcall_u32(call, 0));
    return XG_KCALL_DONE;
}

/* state, bytes, size. */
static enum xg_kcall_result update(struct xg_kcall *call, enum xg_hash_kind kind)
{
    struct xg_hash h;
    xg_ga state = xg_kcall_u32(call, 0);
    if (!load(call, &h, kind, state))
        return XG_KCALL_FAULT;
    xg_hash_guest(call, &h, xg_kcall_u32(call, 1), xg_kcall_u32(call, 2));
    store(call, &h, state);
    return XG_KCALL_DONE;
}

static void give(struct xg_kcall *call, struct xg_hash *h, xg_ga out, uint32_t room)
{
    uint8_t digest[XG_HASH_MOST];
    uint32_t size = xg_hash_final(h, digest);
    if (!call->faulted)
        xg_kcall_write(call, out, digest, room < size ? room : size);
}

/* state, out, room. */
static enum xg_kcall_result final(struct xg_kcall *call, enum xg_hash_kind kind)
{
    struct xg_hash h;
    xg_ga state = xg_kcall_u32(call, 0);
    if (!load(call, &h, kind, state))
        return XG_KCALL_FAULT;
    give(call, &h, xg_kcall_u32(call, 1), xg_kcall_u32(call, 2));
    store(call, &h, state);
    return XG_KCALL_DONE;
}

/* Three times bytes and size, out, room. */
static enum xg_kcall_result whole(struct xg_kcall *call, enum xg_hash_kind kind)
{
    struct xg_hash h;
    xg_hash_init(&h, kind);
    for (unsigned i = 0; i < 6; i += 2)
        xg_hash_guest(call, &h, xg_kcall_u32(call, i), xg_kcall_u32(call, i + 1));
    give(call, &h, xg_kcall_u32(call, 6), xg_kcall_u32(call, 7));
    return XG_KCALL_DONE;
}

#define HASH_EXPORTS(name, kind)                                                                   \
    enum xg_kcall_result xg_x_XeCrypt##name##Init(struct xg_kcall *call)                           \
    {                                                                                              \
        return init(call, kind);                                                                   \
    }                                                                                              \
    enum xg_kcall_result xg_x_XeCrypt##name##Update(struct xg_kcall *call)                         \
    {                                                                                              \
        return update(call, kind);                                                                 \
    }                                                                                              \
    enum xg_kcall_result xg_x_XeCrypt##name##Final(struct xg_kcall *call)                          \
    {                                                                                              \
        return final(call, kind);                                                                  \
    }                                                                                              \
    enum xg_kcall_result xg_x_XeCrypt##name(struct xg_kcall *call)                                 \
    {                                                                                              \
        return whole(call, kind);                                                                  \
    }
HASH_EXPORTS(Md5, XG_HASH_MD5)
HASH_EXPORTS(Sha, XG_HASH_SHA1)
HASH_EXPORTS(Sha256, XG_HASH_SHA256)
#undef HASH_EXPORTS

/* ---- HMAC ---- */

void xg_hmac_key(struct xg_hmac *m, const uint8_t *key, uint32_t size)
{
    uint8_t pad[XG_HASH_BLOCK] = {0};
    memcpy(pad, key, size);
    for (unsigned i = 0; i < XG_HASH_BLOCK; i++)
        pad[i] ^= 0x36;
    xg_hash_init(&m->inner, XG_HASH_SHA1);
    xg_hash_update(&m->inner, pad, sizeof pad);
    for (unsigned i = 0; i < XG_HASH_BLOCK; i++)
        pad[i] ^= 0x36 ^ 0x5C;
    xg_hash_init(&m->outer, XG_HASH_SHA1);
    xg_hash_update(&m->outer, pad, sizeof pad);
}

void xg_hmac_begin(struct xg_kcall *call, struct xg_hmac *m, xg_ga key, uint32_t size)
{
    uint8_t bytes[XG_HASH_BLOCK] = {0};
    if (size > XG_HASH_BLOCK) {
        uint8_t digest[XG_HASH_MOST];
        xg_hash_init(&m->inner, XG_HASH_SHA1);
        xg_hash_guest(call, &m->inner, key, size);
        memcpy(bytes, digest, xg_hash_final(&m->inner, digest));
    } else {
        xg_kcall_read(call, key, bytes, size);
    }
    xg_hmac_key(m, bytes, sizeof bytes);
}

void xg_hmac_end(struct xg_hmac *m, uint8_t out[20])
{
    uint8_t digest[XG_HASH_MOST];
    xg_hash_update(&m->outer, digest, xg_hash_final(&m->inner, digest));
    xg_hash_final(&m->outer, digest);
    memcpy(out, digest, 20);
}

/* key, size, three times bytes and size, out, room. */
enum xg_kcall_result xg_x_XeCryptHmacSha(struct xg_kcall *call)
{
    struct xg_hmac m;
    uint8_t digest[20];
    uint32_t room = xg_kcall_u32(call, 9);
    xg_hmac_begin(call, &m, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1));
    for (unsigned i = 2; i < 8; i += 2)
        xg_hash_guest(call, &m.inner, xg_kcall_u32(call, i), xg_kcall_u32(call, i + 1));
    xg_hmac_end(&m, digest);
    xg_kcall_write(call, xg_kcall_u32(call, 8), digest, room < 20 ? room : 20);
    return XG_KCALL_DONE;
}
