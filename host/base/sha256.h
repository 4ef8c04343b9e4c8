/* SHA-256 (FIPS 180-4), for digests of what a run made visible. The state is plain data: it can
 * be copied, and be part of a saved machine. For the cryptography of executables use libcrypto. */
#ifndef XG_BASE_SHA256_H
#define XG_BASE_SHA256_H

#include "base/types.h"

#define XG_SHA256_HEX 65 /* 64 digits and a NUL */

struct xg_sha256 {
    uint32_t h[8];
    uint64_t bytes;    /* hashed so far */
    uint8_t block[64]; /* bytes % 64 of them are waiting */
};

void xg_sha256_init(struct xg_sha256 *s);
void xg_sha256_add(struct xg_sha256 *s, const void *bytes, size_t size);
void xg_sha256_add_u32(struct xg_sha256 *s, uint32_t value); /* as 4 bytes, little-endian */
void xg_sha256_add_u64(struct xg_sha256 *s, uint64_t value); /* as 8 bytes, little-endian */
/* The digest of what was added; s is left as it is, so that more can be added. */
void xg_sha256_get(const struct xg_sha256 *s, uint8_t out[32]);
void xg_sha256_hex(const struct xg_sha256 *s, char out[XG_SHA256_HEX]);

#endif
