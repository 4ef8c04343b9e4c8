/* Hashes, ciphers and long numbers against published vectors: RFC 1321, FIPS 180, RFC 2202, FIPS
 * 197, SP 800-38A. */
#include "../contract/contract.h"
#include "string.h"

static uint8_t out[64];

/* The first bytes of out are the digits of `hex`. */
static bool is(const char *hex)
{
    for (const uint8_t *p = out; *hex; hex += 2, p++) {
        uint8_t v = 0;
        for (int i = 0; i < 2; i++)
            v = (uint8_t)(v << 4 | (hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10));
        if (v != *p)
            return false;
    }
    return true;
}

#define MD5_ABC    "900150983cd24fb0d6963f7d28e17f72"
#define SHA1_ABC   "a9993e364706816aba3e25717850c26c9cd0d89d"
#define SHA256_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define TWO_BLOCKS "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"

/* "abc" at once, in pieces, and a text of two blocks in pieces of 9 bytes. */
#define HASH(Name, digest, abc, two)                                                               \
    do {                                                                                           \
        uint32_t state[32];                                                                        \
        XeCrypt##Name("a", 1, 0, 0, "bc", 2, out, digest);                                         \
        CHECK(XeCrypt##Name, is(abc));                                                             \
        memset(out, 0xEE, 8);                                                                      \
        XeCrypt##Name("abc", 3, 0, 0, 0, 0, out, 4);                                               \
        CHECK(XeCrypt##Name, out[4] == 0xEE && out[0] != 0xEE);                                    \
        XeCrypt##Name##Init(state);                                                                \
        CHECK(XeCrypt##Name##Init, state[0] == 0 && state[1] != 0);                                \
        for (uint32_t at = 0; at < 56; at += 9)                                                    \
            XeCrypt##Name##Update(state, TWO_BLOCKS + at, at + 9 > 56 ? 56 - at : 9);              \
        CHECK(XeCrypt##Name##Update, state[0] == 56);                                              \
        XeCrypt##Name##Final(state, out, digest);                                                  \
        CHECK(XeCrypt##Name##Final, is(two));                                                      \
    } while (0)

static void hashes(void)
{
    HASH(Md5, 16, MD5_ABC, "8215ef0796a20bcaaae116d3876c664a");
    HASH(Sha, 20, SHA1_ABC, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    HASH(Sha256, 32, SHA256_ABC,
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    XeCryptHmacSha("Jefe", 4, "what do ya ", 11, "want for ", 9, "nothing?", 8, out, 20);
    CHECK(XeCryptHmacSha, is("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
    uint8_t key[80];
    memset(key, 0xAA, sizeof key);
    XeCryptHmacSha(key, 80, "Test Using Larger Than Block-Size Key - Hash Key First", 54, 0, 0, 0,
                   0, out, 20);
    CHECK(XeCryptHmacSha, is("aa4ae5e15272d00e95705637ce8a3b55ed402112"));
}

static void aes(void)
{
    static uint8_t state[0x160], key[16], text[32], feed[16];
    for (int i = 0; i < 16; i++) {
        key[i] = (uint8_t)i;
        text[i] = (uint8_t)(i * 0x11);
    }
    XeCryptAesKey(state, key);
    memcpy(out, state + 0xA0, 16);
    CHECK(XeCryptAesKey, is("13111d7fe3944a17f307a78b4d2b30c5"));
    memcpy(out, state + 0xC0, 16);
    CHECK(XeCryptAesKey, is("13aa29be9c8faff6f770f58000f7bf03"));
    memcpy(out, state + 0x150, 16);
    CHECK(XeCryptAesKey, is("000102030405060708090a0b0c0d0e0f"));
    XeCryptAesEcb(state, text, out, 1);
    CHECK(XeCryptAesEcb, is("69c4e0d86a7b0430d8cdb78070b4c55a"));
    XeCryptAesEcb(state, out, out, 0);
    CHECK(XeCryptAesEcb, is("00112233445566778899aabbccddeeff"));
    static uint8_t nist[16] = {0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6,
                               0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F, 0x3C};
    static uint8_t plain[32] = {0x6B, 0xC1, 0xBE, 0xE2, 0x2E, 0x40, 0x9F, 0x96, 0xE9, 0x3D, 0x7E,
                                0x11, 0x73, 0x93, 0x17, 0x2A, 0xAE, 0x2D, 0x8A, 0x57, 0x1E, 0x03,
                                0xAC, 0x9C, 0x9E, 0xB7, 0x6F, 0xAC, 0x45, 0xAF, 0x8E, 0x51};
    memcpy(feed, key, 16);
    XeCryptAesKey(state, nist);
    XeCryptAesCbc(state, plain, 32, text, feed, 1);
    memcpy(out, text, 32);
    CHECK(XeCryptAesCbc, is("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"));
    memcpy(out, feed, 16);
    CHECK(XeCryptAesCbc, is("5086cb9b507219ee95db113a917678b2"));
    memcpy(feed, key, 16);
    XeCryptAesCbc(state, text, 32, text, feed, 0);
    CHECK(XeCryptAesCbc, !memcmp(text, plain, 32) && feed[0] == 0x50);
}

static void rc4(void)
{
    uint8_t state[258];
    memcpy(out, "Plaintext", 9);
    XeCryptRc4("Key", 3, out, 9);
    CHECK(XeCryptRc4, is("bbf316e8d940af0ad3"));
    XeCryptRc4Key(state, "Key", 3);
    CHECK(XeCryptRc4Key, state[256] == 0 && state[257] == 0);
    memcpy(out, "Plaintext", 9);
    XeCryptRc4Ecb(state, out, 4);
    XeCryptRc4Ecb(state, out + 4, 5);
    CHECK(XeCryptRc4Ecb, is("bbf316e8d940af0ad3"));
    memset(out, 0, 32);
    XeCryptRandom(out, 16);
    CHECK(XeCryptRandom, memcmp(out, out + 16, 16) != 0 && word_at(out + 16) == 0);
    memcpy(out + 32, out, 16);
    XeCryptRandom(out, 16);
    CHECK(XeCryptRandom, memcmp(out, out + 32, 16) != 0);
}

static void numbers(void)
{
    static uint64_t base[2] = {4, 0}, exponent[2] = {13, 0}, modulus[2] = {497, 0}, result[3];
    result[2] = 7;
    CHECK(XeCryptBnQwNeModExp, XeCryptBnQwNeModExp(result, base, exponent, modulus, 2) == 1 &&
                                   result[0] == 445 && result[1] == 0 && result[2] == 7);
    modulus[1] = 1; /* 2^64 + 497 */
    exponent[0] = 40;
    CHECK(XeCryptBnQwNeModExp, XeCryptBnQwNeModExp(result, base, exponent, modulus, 2) == 1 &&
                                   result[0] == 0xFFFFFFFFFE0F01F1ull);
    modulus[0] = modulus[1] = 0;
    CHECK(XeCryptBnQwNeModExp, XeCryptBnQwNeModExp(result, base, exponent, modulus, 2) == 0);
    CHECK(XeCryptBnQwNeModExp, XeCryptBnQwNeModExp(result, base, exponent, modulus, 0) == 0);
    base[0] = 0x0102030405060708ull;
    XeCryptBnQw_Copy(base, result, 1);
    CHECK(XeCryptBnQw_Copy, result[0] == base[0] && result[2] == 7);
    XeCryptBnQw_SwapDwQwLeBe(base, result, 1);
    CHECK(XeCryptBnQw_SwapDwQwLeBe, result[0] == 0x0807060504030201ull);
    XeCryptBnQw_Zero(result, 2);
    CHECK(XeCryptBnQw_Zero, result[0] == 0 && result[1] == 0 && result[2] == 7);
}

int main(void)
{
    hashes();
    aes();
    rc4();
    numbers();
    return failed;
}
