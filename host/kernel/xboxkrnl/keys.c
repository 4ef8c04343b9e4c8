/* Calls that need a key of a console. The keys are the user's: lines "xekeyNN = 32 hex digits" of
 * the key file, NN the number in hexadecimal (docs/loader.md). Without its key a call fails, and a
 * sentence names the line.
 *
 * Obfuscated bytes: 16 of HMAC-SHA-1 (key; the rest), then under RC4 (key: HMAC-SHA-1 of those 16)
 * 8 random bytes and the message. */
#include "kernel/xboxkrnl/hash.h"

#include <stdio.h>
#include <stdlib.h>

#define UNSUCCESSFUL 0xC0000001u
#define KEY_SIZE     16u
#define EXTRA        0x18u /* bytes before the message */
#define RANDOM       8u
#define MESSAGE_MAX  0x10000u
enum { CONSOLE_KEY = 0x17, ROAMING_KEY = 0x19 };

/* NULL: the user has not got it. */
static const uint8_t *key_of(struct xg_kernel *k, uint32_t number)
{
    const struct xg_keys *keys = k->o.keys;
    char name[16];
    snprintf(name, sizeof name, "xekey%02X", number);
    for (unsigned i = 0; keys && i < keys->count; i++)
        if (xg_vfs_compare(keys->key[i].name, name) == 0)
            return keys->key[i].bytes;
    xg_log(k, "the title needs a key of a console: the key file has no line '%s'", name);
    return NULL;
}

/* HMAC-SHA-1 over bytes of the host, cut to 16. */
static void hmac(const uint8_t *key, const uint8_t *bytes, size_t size, uint8_t out[KEY_SIZE])
{
    struct xg_hmac m;
    uint8_t digest[20];
    xg_hmac_key(&m, key, KEY_SIZE);
    xg_hash_update(&m.inner, bytes, size);
    xg_hmac_end(&m, digest);
    memcpy(out, digest, KEY_SIZE);
}

/* number, three times bytes and size, out, room. */
enum xg_kcall_result xg_x_XeKeysHmacSha(struct xg_kcall *call)
{
    struct xg_hmac m;
    uint8_t digest[20];
    uint32_t room = xg_kcall_u32(call, 8);
    const uint8_t *key = key_of(call->kernel, xg_kcall_u32(call, 0));
    if (!key)
        return xg_kcall_return(call, UNSUCCESSFUL);
    xg_hmac_key(&m, key, KEY_SIZE);
    for (unsigned i = 1; i < 7; i += 2)
        xg_hash_guest(call, &m.inner, xg_kcall_u32(call, i), xg_kcall_u32(call, i + 1));
    xg_hmac_end(&m, digest);
    xg_kcall_write(call, xg_kcall_u32(call, 7), digest, room < 20 ? room : 20);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* number, bytes*, their room*, which becomes their number. */
enum xg_kcall_result xg_x_XeKeysGetKey(struct xg_kcall *call)
{
    xg_ga size_at = xg_kcall_u32(call, 2);
    uint32_t room = xg_kcall_ld32(call, size_at);
    if (call->faulted)
        return XG_KCALL_FAULT;
    const uint8_t *key = key_of(call->kernel, xg_kcall_u32(call, 0) & 0xFFFF);
    if (!key)
        return xg_kcall_return(call, UNSUCCESSFUL);
    xg_kcall_st32(call, size_at, KEY_SIZE);
    if (room < KEY_SIZE)
        return xg_kcall_return(call, XG_ST_BUFFER_TOO_SMALL);
    xg_kcall_write(call, xg_kcall_u32(call, 1), key, KEY_SIZE);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

static const uint8_t *selected(struct xg_kcall *call)
{
    return key_of(call->kernel, xg_kcall_u32(call, 0) ? ROAMING_KEY : CONSOLE_KEY);
}

/* 0 console's key or 1 everybody's, message, its size, out*, its size* (written). */
enum xg_kcall_result xg_x_XeKeysObfuscate(struct xg_kcall *call)
{
    uint32_t size = xg_kcall_u32(call, 2);
    uint8_t rc4[KEY_SIZE];
    const uint8_t *key = selected(call);
    uint8_t *all = key && size <= MESSAGE_MAX ? malloc(EXTRA + size) : NULL;
    if (!all)
        return xg_kcall_return(call, UNSUCCESSFUL);
    xg_random_bytes(call->kernel, all + KEY_SIZE, RANDOM);
    if (xg_kcall_read(call, xg_kcall_u32(call, 1), all + EXTRA, size)) {
        hmac(key, all + KEY_SIZE, RANDOM + size, all);
        hmac(key, all, KEY_SIZE, rc4);
        xg_rc4(rc4, KEY_SIZE, all + KEY_SIZE, RANDOM + size);
        xg_kcall_write(call, xg_kcall_u32(call, 3), all, EXTRA + size);
        xg_kcall_st32(call, xg_kcall_u32(call, 4), EXTRA + size);
    }
    free(all);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* The same backwards; 1, or 0 for what was not made with this key. */
enum xg_kcall_result xg_x_XeKeysUnObfuscate(struct xg_kcall *call)
{
    uint32_t size = xg_kcall_u32(call, 2);
    uint8_t rc4[KEY_SIZE], right[KEY_SIZE];
    const uint8_t *key = selected(call);
    bool good = key && size >= EXTRA && size <= EXTRA + MESSAGE_MAX;
    uint8_t *all = good ? malloc(size) : NULL;
    if (!all)
        return xg_kcall_return(call, 0);
    good = xg_kcall_read(call, xg_kcall_u32(call, 1), all, size);
    if (good) {
        hmac(key, all, KEY_SIZE, rc4);
        xg_rc4(rc4, KEY_SIZE, all + KEY_SIZE, size - KEY_SIZE);
        hmac(key, all + KEY_SIZE, size - KEY_SIZE, right);
        good = memcmp(right, all, KEY_SIZE) == 0;
    }
    if (good) {
        xg_kcall_write(call, xg_kcall_u32(call, 3), all + EXTRA, size - EXTRA);
        xg_kcall_st32(call, xg_kcall_u32(call, 4), size - EXTRA);
    }
    free(all);
    return xg_kcall_return(call, good);
}
