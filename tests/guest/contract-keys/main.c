/* Calls that need a key of a console. Without keys all fail; tests/kernel/test_keys.sh runs it with
 * keys of its own, 00 01 02 ... for number 19 and zeros for number 17. */
#include "../contract/contract.h"
#include "string.h"

#define UNSUCCESSFUL ((NTSTATUS)0xC0000001)
enum { CONSOLE, ROAMING };

static uint8_t out[64], back[64];

static uint8_t blob[] = {0xfa, 0x27, 0xf6, 0x29, 0xe7, 0x69, 0x32, 0xdf, 0x8c, 0xf7, 0x78,
                         0x89, 0x96, 0x5c, 0x6d, 0x68, 0xbb, 0xab, 0xcf, 0xb5, 0xbd, 0xa8,
                         0x4b, 0x48, 0x51, 0x09, 0xa1, 0x6d, 0x32, 0x00, 0x15, 0xd3};

static void without(void)
{
    uint32_t size = 64;
    CHECK(XeKeysGetKey, size == 64 && out[0] == 0xEE);
    CHECK(XeKeysHmacSha, XeKeysHmacSha(0x19, "ab", 2, "c", 1, 0, 0, out, 20) == UNSUCCESSFUL);
    CHECK(XeKeysObfuscate, XeKeysObfuscate(ROAMING, "message", 8, out, &size) == UNSUCCESSFUL);
    CHECK(XeKeysUnObfuscate, XeKeysUnObfuscate(ROAMING, blob, sizeof blob, out, &size) == 0);
    CHECK(XeKeysUnObfuscate, size == 64 && out[0] == 0xEE);
}

static void with(uint32_t length)
{
    static const uint8_t digest[20] = {0x2a, 0x29, 0x85, 0x40, 0x23, 0xba, 0x2e, 0xf1, 0x49, 0x0f,
                                       0x8c, 0xd8, 0x97, 0xa8, 0xcc, 0x6b, 0x55, 0x7b, 0x2a, 0x12};
    uint32_t size = 8, room = sizeof back;
    DbgPrint("with keys\n");
    CHECK(XeKeysGetKey, length == 16 && out[0] == 0 && out[15] == 15 && out[16] == 0xEE);
    CHECK(XeKeysGetKey, XeKeysGetKey(0x19, out, &size) == (NTSTATUS)0xC0000023 && size == 16);
    size = 16;
    CHECK(XeKeysGetKey, XeKeysGetKey(0x18, out, &size) == UNSUCCESSFUL);
    memset(out, 0xEE, sizeof out);
    CHECK(XeKeysHmacSha, XeKeysHmacSha(0x19, "ab", 2, "c", 1, 0, 0, out, 20) == 0);
    CHECK(XeKeysHmacSha, !memcmp(out, digest, 20) && out[20] == 0xEE);
    CHECK(XeKeysHmacSha, XeKeysHmacSha(0x18, "ab", 2, "c", 1, 0, 0, out, 20) == UNSUCCESSFUL);
    CHECK(XeKeysUnObfuscate, XeKeysUnObfuscate(ROAMING, blob, sizeof blob, back, &room) == 1 &&
                                 room == 8 && !memcmp(back, "profile!", 8));
    for (int key = CONSOLE; key <= ROAMING; key++) {
        CHECK(XeKeysObfuscate, XeKeysObfuscate(key, "message", 8, out, &size) == 0 && size == 32 &&
                                   memcmp(out + 24, "message", 8) != 0);
        memset(back, 0xEE, sizeof back);
        room = sizeof back;
        CHECK(XeKeysUnObfuscate, XeKeysUnObfuscate(!key, out, size, back, &room) == 0);
        CHECK(XeKeysUnObfuscate, XeKeysUnObfuscate(key, out, 23, back, &room) == 0);
        out[31] ^= 1;
        CHECK(XeKeysUnObfuscate, XeKeysUnObfuscate(key, out, size, back, &room) == 0 &&
                                     back[0] == 0xEE && room == sizeof back);
        out[31] ^= 1;
        CHECK(XeKeysUnObfuscate, XeKeysUnObfuscate(key, out, size, back, &room) == 1 && room == 8 &&
                                     !memcmp(back, "message", 8));
    }
}

int main(void)
{
    uint32_t length = sizeof out;
    memset(out, 0xEE, sizeof out);
    NTSTATUS s = XeKeysGetKey(0x19, out, &length);
    CHECK(XeKeysGetKey, s == 0 || s == UNSUCCESSFUL);
    if (s)
        without();
    else
        with(length);
    return failed;
}
