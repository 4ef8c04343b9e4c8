/* Cipher exports: AES-128 and RC4, random bytes. AES state: 11 round keys for encryption, then 11
 * for decryption (in the order they are used, the inner ones through the inverse column mix).
 * RC4 state: 256 bytes of permutation, i, j. */
#include "kernel/xboxkrnl/hash.h"

#include <openssl/evp.h>

enum { AES_KEYS = 11 * 16, AES_STATE = 2 * AES_KEYS, RC4_STATE = 258 };

/* ---- AES ---- */

static uint8_t times2(uint8_t a)
{
    return (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1B : 0));
}

static uint8_t times(uint8_t a, unsigned b)
{
    uint8_t r = 0;
    for (; b; b >>= 1, a = times2(a))
        if (b & 1)
            r ^= a;
    return r;
}

/* The substitution of one byte: the inverse in the field, then the affine map. */
static uint8_t substitute(uint8_t a)
{
    uint8_t inverse = 1, r = 0x63;
    for (unsigned i = 0; i < 7; i++) { /* a^254 = 1/a, 0 for 0 */
        a = times(a, a);
        inverse = times(inverse, a);
    }
    for (unsigned i = 0; i < 5; i++)
        r ^= (uint8_t)(inverse << i | inverse >> (8 - i));
    return r;
}

static void expand(uint8_t state[AES_STATE], const uint8_t key[16])
{
    uint8_t *enc = state, *dec = state + AES_KEYS, round = 1;
    memcpy(enc, key, 16);
    for (unsigned i = 16; i < AES_KEYS; i += 4) {
        uint8_t w[4];
        memcpy(w, enc + i - 4, 4);
        if (i % 16 == 0) {
            uint8_t first = w[0];
            w[0] = substitute(w[1]) ^ round;
            w[1] = substitute(w[2]);
            w[2] = substitute(w[3]);
            w[3] = substitute(first);
            round = times2(round);
        }
        for (unsigned b = 0; b < 4; b++)
            enc[i + b] = enc[i + b - 16] ^ w[b];
    }
    for (unsigned r = 0; r < 11; r++)
        for (unsigned b = 0; b < 16; b++) {
            const uint8_t *c = enc + (size_t)16 * (10 - r) + (b & ~3u);
            unsigned i = b & 3;
            dec[16 * r + b] = r == 0 || r == 10
                                  ? c[i]
                                  : times(c[i], 14) ^ times(c[(i + 1) & 3], 11) ^
                                        times(c[(i + 2) & 3], 13) ^ times(c[(i + 3) & 3], 9);
        }
}

/* state, key. */
enum xg_kcall_result xg_x_XeCryptAesKey(struct xg_kcall *call)
{
    uint8_t key[16], state[AES_STATE];
    if (!xg_kcall_read(call, xg_kcall_u32(call, 1), key, 16))
        return XG_KCALL_FAULT;
    expand(state, key);
    xg_kcall_write(call, xg_kcall_u32(call, 0), state, sizeof state);
    return XG_KCALL_DONE;
}

/* A context for the key that begins the state; NULL: a fault, or no memory. */
static EVP_CIPHER_CTX *aes(struct xg_kcall *call, xg_ga state, const EVP_CIPHER *kind,
                           const uint8_t *feed, bool encrypt)
{
    uint8_t key[16];
    EVP_CIPHER_CTX *c = NULL;
    if (xg_kcall_read(call, state, key, 16) && (c = EVP_CIPHER_CTX_new())) {
        EVP_CipherInit_ex(c, kind, NULL, key, feed, encrypt);
        EVP_CIPHER_CTX_set_padding(c, 0);
    }
    return c;
}

/* state, in, out, encrypt. */
enum xg_kcall_result xg_x_XeCryptAesEcb(struct xg_kcall *call)
{
    uint8_t block[16];
    int n = 0;
    EVP_CIPHER_CTX *c =
        aes(call, xg_kcall_u32(call, 0), EVP_aes_128_ecb(), NULL, xg_kcall_u32(call, 3) != 0);
    if (c && xg_kcall_read(call, xg_kcall_u32(call, 1), block, 16) &&
        EVP_CipherUpdate(c, block, &n, block, 16))
        xg_kcall_write(call, xg_kcall_u32(call, 2), block, 16);
    EVP_CIPHER_CTX_free(c);
    return XG_KCALL_DONE;
}

/* state, in, size, out, feed (the vector before, the last cipher block afterwards), encrypt. */
enum xg_kcall_result xg_x_XeCryptAesCbc(struct xg_kcall *call)
{
    xg_ga in = xg_kcall_u32(call, 1), out = xg_kcall_u32(call, 3), feed_at = xg_kcall_u32(call, 4);
    uint32_t size = xg_kcall_u32(call, 2);
    bool encrypt = xg_kcall_u32(call, 5) != 0;
    uint8_t feed[16], block[16], before[16];
    int n = 0;
    if (!xg_kcall_read(call, feed_at, feed, 16))
        return XG_KCALL_FAULT;
    EVP_CIPHER_CTX *c = aes(call, xg_kcall_u32(call, 0), EVP_aes_128_cbc(), feed, encrypt);
    for (; c && size >= 16 && xg_kcall_read(call, in, block, 16); size -= 16) {
        memcpy(before, block, 16);
        if (!EVP_CipherUpdate(c, block, &n, block, 16) || !xg_kcall_write(call, out, block, 16))
            break;
        memcpy(feed, encrypt ? block : before, 16);
        in += 16;
        out += 16;
    }
    EVP_CIPHER_CTX_free(c);
    xg_kcall_write(call, feed_at, feed, 16);
    return XG_KCALL_DONE;
}

/* ---- RC4 ---- */

static void rc4_begin(uint8_t s[RC4_STATE], const uint8_t *key, uint32_t size)
{
    uint8_t j = 0;
    for (unsigned i = 0; i < 256; i++)
        s[i] = (uint8_t)i;
    for (unsigned i = 0; i < 256; i++) {
        j = (uint8_t)(j + s[i] + (size ? key[i % size] : 0));
        uint8_t t = s[i];
        s[i] = s[j];
        s[j] = t;
    }
    s[256] = s[257] = 0;
}

static bool rc4_key(struct xg_kcall *call, uint8_t s[RC4_STATE], xg_ga key, uint32_t size)
{
    uint8_t bytes[256] = {0};
    uint32_t used = size < sizeof bytes ? size : (uint32_t)sizeof bytes;
    if (!xg_kcall_read(call, key, bytes, used))
        return false;
    rc4_begin(s, bytes, used);
    return true;
}

static void rc4_bytes(uint8_t s[RC4_STATE], uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        uint8_t a = s[++s[256]], b;
        s[257] = (uint8_t)(s[257] + a);
        b = s[s[257]];
        s[s[256]] = b;
        s[s[257]] = a;
        bytes[i] ^= s[(uint8_t)(a + b)];
    }
}

void xg_rc4(const uint8_t *key, uint32_t key_size, uint8_t *bytes, uint32_t size)
{
    uint8_t s[RC4_STATE];
    rc4_begin(s, key, key_size);
    rc4_bytes(s, bytes, size);
}

static void rc4_run(struct xg_kcall *call, uint8_t s[RC4_STATE], xg_ga at, uint32_t size)
{
    uint8_t part[4096];
    for (uint32_t n; size && !call->faulted; at += n, size -= n) {
        n = XG_PAGE_SIZE - at % XG_PAGE_SIZE;
        n = size < n ? size : n;
        if (!xg_kcall_read(call, at, part, n))
            return;
        rc4_bytes(s, part, n);
        xg_kcall_write(call, at, part, n);
    }
}

/* state, key, size. */
enum xg_kcall_result xg_x_XeCryptRc4Key(struct xg_kcall *call)
{
    uint8_t s[RC4_STATE];
    if (rc4_key(call, s, xg_kcall_u32(call, 1), xg_kcall_u32(call, 2)))
        xg_kcall_write(call, xg_kcall_u32(call, 0), s, sizeof s);
    return XG_KCALL_DONE;
}

/* state, bytes (in place), size. */
enum xg_kcall_result xg_x_XeCryptRc4Ecb(struct xg_kcall *call)
{
    uint8_t s[RC4_STATE];
    xg_ga state = xg_kcall_u32(call, 0);
    if (!xg_kcall_read(call, state, s, sizeof s))
        return XG_KCALL_FAULT;
    rc4_run(call, s, xg_kcall_u32(call, 1), xg_kcall_u32(call, 2));
    xg_kcall_write(call, state, s, sizeof s);
    return XG_KCALL_DONE;
}

/* key, size, bytes (in place), size. */
enum xg_kcall_result xg_x_XeCryptRc4(struct xg_kcall *call)
{
    uint8_t s[RC4_STATE];
    if (rc4_key(call, s, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1)))
        rc4_run(call, s, xg_kcall_u32(call, 2), xg_kcall_u32(call, 3));
    return XG_KCALL_DONE;
}

/* ---- random bytes: the same ones in every run ---- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

void xg_random_bytes(struct xg_kernel *k, uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i + 8 <= size; i += 8)
        xg_st64be(bytes + i, next_random(&k->random));
}

enum xg_kcall_result xg_x_XeCryptRandom(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    uint32_t size = xg_kcall_u32(call, 1);
    for (uint32_t n; size && !call->faulted; at += n, size -= n) {
        uint8_t bytes[256];
        n = size < sizeof bytes ? size : (uint32_t)sizeof bytes;
        xg_random_bytes(call->kernel, bytes, (n + 7) & ~7u);
        xg_kcall_write(call, at, bytes, n);
    }
    return XG_KCALL_DONE;
}
