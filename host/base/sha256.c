#include "base/sha256.h"
#include "base/endian.h"

#include <string.h>

/* Fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t ror(uint32_t v, unsigned n)
{
    return v >> n | v << (32 - n);
}

static void expand(uint32_t w[64], const uint8_t *block)
{
    for (unsigned i = 0; i < 16; i++)
        w[i] = xg_ld32be(block + 4 * i);
    for (unsigned i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (ror(a, 7) ^ ror(a, 18) ^ a >> 3) +
               (ror(b, 17) ^ ror(b, 19) ^ b >> 10);
    }
}

static void compress(uint32_t h[8], const uint8_t *block)
{
    uint32_t w[64], v[8]; /* v: a b c d e f g h of the standard */
    expand(w, block);
    memcpy(v, h, sizeof v);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t t1 = v[7] + (ror(v[4], 6) ^ ror(v[4], 11) ^ ror(v[4], 25)) +
                      ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
        uint32_t t2 = (ror(v[0], 2) ^ ror(v[0], 13) ^ ror(v[0], 22)) +
                      ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (unsigned i = 0; i < 8; i++)
        h[i] += v[i];
}

void xg_sha256_init(struct xg_sha256 *s)
{
    *s = (struct xg_sha256){.h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                  0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void xg_sha256_add(struct xg_sha256 *s, const void *bytes, size_t size)
{
    const uint8_t *p = bytes;
    size_t waiting = s->bytes % sizeof s->block;
    s->bytes += size;
    while (waiting + size >= sizeof s->block) {
        size_t take = sizeof s->block - waiting;
        if (waiting) {
            memcpy(s->block + waiting, p, take);
            compress(s->h, s->block);
        } else {
            compress(s->h, p);
        }
        p += take;
        size -= take;
        waiting = 0;
    }
    if (size)
        memcpy(s->block + waiting, p, size);
}

void xg_sha256_add_u32(struct xg_sha256 *s, uint32_t value)
{
    uint8_t bytes[4];
    xg_st32le(bytes, value);
    xg_sha256_add(s, bytes, sizeof bytes);
}

void xg_sha256_add_u64(struct xg_sha256 *s, uint64_t value)
{
    uint8_t bytes[8];
    xg_st64le(bytes, value);
    xg_sha256_add(s, bytes, sizeof bytes);
}

void xg_sha256_get(const struct xg_sha256 *s, uint8_t out[32])
{
    static const uint8_t pad[64] = {0x80};
    struct xg_sha256 end = *s;
    uint8_t bits[8];
    xg_st64be(bits, s->bytes * 8);
    xg_sha256_add(&end, pad, 1 + (119 - s->bytes % 64) % 64);
    xg_sha256_add(&end, bits, sizeof bits);
    for (unsigned i = 0; i < 8; i++)
        xg_st32be(out + 4 * i, end.h[i]);
}

void xg_sha256_hex(const struct xg_sha256 *s, char out[XG_SHA256_HEX])
{
    uint8_t digest[32];
    xg_sha256_get(s, digest);
    for (unsigned i = 0; i < 32; i++) {
        out[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    out[64] = 0;
}
