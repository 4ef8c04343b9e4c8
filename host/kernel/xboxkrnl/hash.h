/* The hashes of the crypto exports: MD5, SHA-1, SHA-256, in the shape titles keep them in. */
#ifndef XG_KERNEL_HASH_H
#define XG_KERNEL_HASH_H

#include "kernel/internal.h"

#define XG_HASH_BLOCK 64u
#define XG_HASH_MOST  32u /* bytes of the longest digest */

enum xg_hash_kind { XG_HASH_MD5, XG_HASH_SHA1, XG_HASH_SHA256 };
struct xg_hash {
    enum xg_hash_kind kind;
    uint32_t count; /* bytes so far */
    uint32_t word[8];
    uint8_t block[XG_HASH_BLOCK];
};
void xg_hash_init(struct xg_hash *h, enum xg_hash_kind kind);
void xg_hash_update(struct xg_hash *h, const void *bytes, size_t size);
/* Returns the digest's length. */
uint32_t xg_hash_final(struct xg_hash *h, uint8_t out[XG_HASH_MOST]);
/* Bytes of guest memory; none when `at` is 0. */
void xg_hash_guest(struct xg_kcall *call, struct xg_hash *h, xg_ga at, uint32_t size);

/* HMAC with SHA-1: begin, xg_hash_guest on `inner`, end. */
struct xg_hmac {
    struct xg_hash inner, outer;
};
void xg_hmac_key(struct xg_hmac *m, const uint8_t *key, uint32_t size); /* at most a block */
void xg_hmac_begin(struct xg_kcall *call, struct xg_hmac *m, xg_ga key, uint32_t size);
void xg_hmac_end(struct xg_hmac *m, uint8_t out[20]);

/* RC4 over bytes of the host, in place; the bytes of XeCryptRandom. (ciphers.c) */
void xg_rc4(const uint8_t *key, uint32_t key_size, uint8_t *bytes, uint32_t size);
void xg_random_bytes(struct xg_kernel *k, uint8_t *bytes, uint32_t size); /* a multiple of 8 */

#endif
