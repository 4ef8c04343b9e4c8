/* AES-128 and SHA-1, both from libcrypto. */
#include "loader/internal.h"

#include <openssl/evp.h>
#include <string.h>

bool xg_sha1(const void *a, size_t na, const void *b, size_t nb, uint8_t out[20])
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool ok = c && EVP_DigestInit_ex(c, EVP_sha1(), NULL) && EVP_DigestUpdate(c, a, na) &&
              EVP_DigestUpdate(c, b, nb) && EVP_DigestFinal_ex(c, out, NULL);
    EVP_MD_CTX_free(c);
    return ok;
}

static bool decrypt(const EVP_CIPHER *cipher, const uint8_t key[16], const uint8_t *in, size_t size,
                    uint8_t *out)
{
    static const uint8_t vector[16];
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool ok = c && EVP_DecryptInit_ex(c, cipher, NULL, key, vector);
    if (ok)
        EVP_CIPHER_CTX_set_padding(c, 0);
    for (size_t at = 0; ok && at < size;) {
        const size_t most = 1u << 30;
        int n = (int)(size - at < most ? size - at : most), got = 0;
        ok = EVP_DecryptUpdate(c, out + at, &got, in + at, n) && got == n;
        at += (size_t)n;
    }
    EVP_CIPHER_CTX_free(c);
    return ok;
}

bool xg_aes_unwrap(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])
{
    return decrypt(EVP_aes_128_ecb(), key, in, 16, out);
}

bool xg_aes_cbc(const uint8_t key[16], const uint8_t *in, size_t size, uint8_t *out)
{
    size_t whole = size & ~(size_t)15;
    if (!decrypt(EVP_aes_128_cbc(), key, in, whole, out))
        return false;
    memmove(out + whole, in + whole, size - whole);
    return true;
}
