/* The digest of a run, and of one picture. */
#include "machine/internal.h"

#include <stdio.h>

bool xg_chain_init(struct xg_chain *c, struct xg_error *err)
{
    c->sha = EVP_MD_CTX_new();
    if (!c->sha || !EVP_DigestInit_ex(c->sha, EVP_sha256(), NULL))
        return xg_fail(err, XG_E_INPUT, "digest: libcrypto has no SHA-256");
    return true;
}

void xg_chain_free(struct xg_chain *c)
{
    EVP_MD_CTX_free(c->sha);
}

static void flush(struct xg_chain *c)
{
    EVP_DigestUpdate(c->sha, c->buffer, c->used);
    c->used = 0;
}

void xg_chain_add(struct xg_chain *c, const void *bytes, size_t size)
{
    if (c->used + size > sizeof c->buffer)
        flush(c);
    if (size > sizeof c->buffer) {
        EVP_DigestUpdate(c->sha, bytes, size);
        return;
    }
    memcpy(c->buffer + c->used, bytes, size);
    c->used += size;
}

void xg_chain_record(struct xg_chain *c, uint64_t tag, const uint64_t *numbers, size_t count)
{
    uint8_t b[8];
    xg_st64le(b, tag);
    xg_chain_add(c, b, sizeof b);
    for (size_t i = 0; i < count; i++) {
        xg_st64le(b, numbers[i]);
        xg_chain_add(c, b, sizeof b);
    }
}

static void finish_hex(EVP_MD_CTX *sha, char out[65])
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(sha, digest, &size);
    for (unsigned i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void xg_chain_hex(const struct xg_chain *c, uint64_t tag, const uint64_t *numbers, size_t count,
                  char out[65])
{
    struct xg_chain copy = *c;
    copy.sha = EVP_MD_CTX_new();
    out[0] = 0;
    if (!copy.sha || !EVP_MD_CTX_copy_ex(copy.sha, c->sha)) {
        EVP_MD_CTX_free(copy.sha);
        return;
    }
    xg_chain_record(&copy, tag, numbers, count);
    flush(&copy);
    finish_hex(copy.sha, out);
    EVP_MD_CTX_free(copy.sha);
}

void xg_chain_hash(const void *head, size_t head_size, const void *bytes, size_t size, char out[65])
{
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    out[0] = 0;
    if (sha && EVP_DigestInit_ex(sha, EVP_sha256(), NULL)) {
        EVP_DigestUpdate(sha, head, head_size);
        if (size)
            EVP_DigestUpdate(sha, bytes, size);
        finish_hex(sha, out);
    }
    EVP_MD_CTX_free(sha);
}
