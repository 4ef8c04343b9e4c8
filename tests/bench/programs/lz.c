/* LZ4-like decompressor with big-endian 16-bit offsets + header words, plus the (unmeasured, once)
 * compressor */
#include "bench.h"

#define N 65536
static u8 src[N + 64], packed[N * 2], dst[N + 64];
static u16 head[4096];

static u32 compress(const u8 *s, u32 n, u8 *o)
{
    u8 *o0 = o;
    u32 i = 0, lit = 0;
    for (u32 k = 0; k < 4096; k++)
        head[k] = 0xffff;
    while (i + 4 < n) {
        u32 v = (u32)s[i] << 24 | (u32)s[i + 1] << 16 | (u32)s[i + 2] << 8 | s[i + 3];
        u32 hh = (v * 2654435761u) >> 20;
        u32 c = head[hh];
        head[hh] = (u16)i;
        if (c != 0xffff && c < i && s[c] == s[i] && s[c + 1] == s[i + 1] && s[c + 2] == s[i + 2] &&
            s[c + 3] == s[i + 3]) {
            u32 len = 4;
            while (i + len < n && s[c + len] == s[i + len] && len < 4000)
                len++;
            u32 l = i - lit, m = len - 4;
            *o++ = (u8)((l < 15 ? l : 15) << 4 | (m < 15 ? m : 15));
            if (l >= 15) {
                l -= 15;
                while (l >= 255) {
                    *o++ = 255;
                    l -= 255;
                }
                *o++ = (u8)l;
            }
            for (u32 k = lit; k < i; k++)
                *o++ = s[k];
            u32 off = i - c;
            *o++ = (u8)(off >> 8);
            *o++ = (u8)off;
            if (m >= 15) {
                m -= 15;
                while (m >= 255) {
                    *o++ = 255;
                    m -= 255;
                }
                *o++ = (u8)m;
            }
            i += len;
            lit = i;
        } else
            i++;
    }
    u32 l = n - lit;
    *o++ = (u8)((l < 15 ? l : 15) << 4);
    if (l >= 15) {
        u32 q = l - 15;
        while (q >= 255) {
            *o++ = 255;
            q -= 255;
        }
        *o++ = (u8)q;
    }
    for (u32 k = lit; k < n; k++)
        *o++ = s[k];
    *o++ = 0;
    *o++ = 0;
    return (u32)(o - o0);
}

static inline u32 be16(const u8 *p)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return *(const u16 *)p;
#else
    u16 v;
    __builtin_memcpy(&v, p, 2);
    return __builtin_bswap16(v);
#endif
}

static NOINLINE u32 unlz(const u8 *in, u8 *out)
{
    u8 *o = out;
    for (;;) {
        u32 t = *in++, l = t >> 4, m = t & 15;
        if (l == 15) {
            u32 b;
            do {
                b = *in++;
                l += b;
            } while (b == 255);
        }
        for (; l; l--) {
            *o++ = *in++;
            __asm__ volatile("" ::: "memory");
        }
        u32 off = be16(in);
        in += 2;
        if (!off)
            break;
        if (m == 15) {
            u32 b;
            do {
                b = *in++;
                m += b;
            } while (b == 255);
        }
        m += 4;
        const u8 *f = o - off;
        if (off >= 8) {
            while (m >= 8) {
                *(u32 *)o = *(const u32 *)f;
                *(u32 *)(o + 4) = *(const u32 *)(f + 4);
                o += 8;
                f += 8;
                m -= 8;
            }
        }
        for (; m; m--) {
            *o++ = *f++;
            __asm__ volatile("" ::: "memory");
        }
    }
    return (u32)(o - out);
}

static NOINLINE u32 adler(const u8 *p, u32 n)
{
    u32 a = 1, b = 0;
    while (n) {
        u32 k = n < 5552 ? n : 5552;
        n -= k;
        while (k--) {
            a += *p++;
            b += a;
        }
        a %= 65521;
        b %= 65521;
    }
    return b << 16 | a;
}

u32 bench_main(u32 reps)
{
    u32 s = 5;
    u32 i = 0;
    while (i < N) {
        if (i > 64 && (rng(&s) & 3)) {
            u32 o = 1 + rng(&s) % (i < 4096 ? i - 1 : 4095), l = 4 + (rng(&s) & 31);
            while (l-- && i < N) {
                src[i] = src[i - o];
                i++;
            }
        } else {
            u32 l = 1 + (rng(&s) & 15);
            while (l-- && i < N)
                src[i++] = (u8)(rng(&s) & 63);
        }
    }
    u32 n = compress(src, N, packed);
    u32 h = n;
    for (u32 r = 0; r < reps; r++) {
        dst[r & 65535] = 0;
        h = mix(h, unlz(packed, dst));
        h = mix(h, adler(dst + (r & 255), 16384));
    }
    return h;
}
