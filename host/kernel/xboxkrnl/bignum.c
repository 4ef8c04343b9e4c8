/* Numbers of many 64-bit words, the least significant word first, each in the guest's order. */
#include "kernel/internal.h"

#include <openssl/bn.h>
#include <stdlib.h>

#define MOST_WORDS 0x40u /* 4096 bits */

static BIGNUM *load(struct xg_kcall *call, xg_ga at, uint32_t words)
{
    uint8_t bytes[8 * MOST_WORDS];
    for (uint32_t i = 0; i < words; i++)
        xg_st64be(bytes + (size_t)8 * (words - 1 - i), xg_kcall_ld64(call, at + 8 * i));
    return call->faulted ? NULL : BN_bin2bn(bytes, (int)(8 * words), NULL);
}

static void store(struct xg_kcall *call, xg_ga at, const BIGNUM *n, uint32_t words)
{
    uint8_t bytes[8 * MOST_WORDS];
    if (BN_bn2binpad(n, bytes, (int)(8 * words)) < 0)
        return;
    for (uint32_t i = 0; i < words; i++)
        xg_kcall_st64(call, at + 8 * i, xg_ld64be(bytes + (size_t)8 * (words - 1 - i)));
}

/* out, base, exponent, modulus, words -> 1, or 0 for what cannot be computed. */
enum xg_kcall_result xg_x_XeCryptBnQwNeModExp(struct xg_kcall *call)
{
    uint32_t words = xg_kcall_u32(call, 4);
    if (!words || words > MOST_WORDS)
        return xg_kcall_return(call, 0);
    BIGNUM *n[3];
    for (unsigned i = 0; i < 3; i++)
        n[i] = load(call, xg_kcall_u32(call, 1 + i), words);
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *out = BN_new();
    bool ok = ctx && out && n[0] && n[1] && n[2] && !BN_is_zero(n[2]) &&
              BN_mod_exp(out, n[0], n[1], n[2], ctx);
    if (ok)
        store(call, xg_kcall_u32(call, 0), out, words);
    for (unsigned i = 0; i < 3; i++)
        BN_free(n[i]);
    BN_free(out);
    BN_CTX_free(ctx);
    return xg_kcall_return(call, ok);
}

/* from, to, words. */
enum xg_kcall_result xg_x_XeCryptBnQw_Copy(struct xg_kcall *call)
{
    xg_ga from = xg_kcall_u32(call, 0), to = xg_kcall_u32(call, 1);
    uint32_t words = xg_kcall_u32(call, 2);
    for (uint32_t i = 0; i < words && !call->faulted; i++)
        xg_kcall_st64(call, to + 8 * i, xg_kcall_ld64(call, from + 8 * i));
    return XG_KCALL_DONE;
}

/* The bytes of each word the other way round: from, to, words. */
enum xg_kcall_result xg_x_XeCryptBnQw_SwapDwQwLeBe(struct xg_kcall *call)
{
    xg_ga from = xg_kcall_u32(call, 0), to = xg_kcall_u32(call, 1);
    uint32_t words = xg_kcall_u32(call, 2);
    for (uint32_t i = 0; i < words && !call->faulted; i++)
        xg_kcall_st64(call, to + 8 * i, __builtin_bswap64(xg_kcall_ld64(call, from + 8 * i)));
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_XeCryptBnQw_Zero(struct xg_kcall *call)
{
    uint32_t words = xg_kcall_u32(call, 1);
    if (words && words <= UINT32_MAX / 8)
        xg_kcall_fill(call, xg_kcall_u32(call, 0), 0, 8 * words);
    return XG_KCALL_DONE;
}
