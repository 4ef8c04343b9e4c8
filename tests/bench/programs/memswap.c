/* memcpy / byte swapping / pixel conversion / strlen-memcmp style loops over 64 KiB buffers */
#include "bench.h"

#define N 65536
static u64 A[N / 8 + 2], B[N / 8 + 2], C[N / 8 + 2];

static NOINLINE void copy64(void *d, const void *s, u32 n)
{
    u64 *a = d;
    const u64 *b = s;
    for (u32 i = 0; i < n / 32; i++) {
        u64 x = b[0], y = b[1], z = b[2], w = b[3];
        a[0] = x;
        a[1] = y;
        a[2] = z;
        a[3] = w;
        a += 4;
        b += 4;
    }
}

static NOINLINE void copy8(u8 *d, const u8 *s, u32 n)
{
    while (n--) {
        *d++ = *s++;
        __asm__ volatile("" ::: "memory");
    }
}

static NOINLINE void swap32(u32 *d, const u32 *s, u32 n)
{
    for (u32 i = 0; i < n; i++)
        d[i] = __builtin_bswap32(s[i]);
}

static NOINLINE void swap16(u16 *d, const u16 *s, u32 n)
{
    for (u32 i = 0; i < n; i++)
        d[i] = (u16)((s[i] << 8) | (s[i] >> 8));
}

static NOINLINE void px565(u32 *d, const u16 *s, u32 n)
{
    for (u32 i = 0; i < n; i++) {
        u32 p = s[i], r = p >> 11, g = (p >> 5) & 63, b = p & 31;
        d[i] =
            0xff000000u | ((r << 3 | r >> 2) << 16) | ((g << 2 | g >> 4) << 8) | (b << 3 | b >> 2);
    }
}

static NOINLINE u32 sum32(const u32 *s, u32 n)
{
    u32 h = 0;
    for (u32 i = 0; i < n; i++)
        h = ((h << 5) | (h >> 27)) + s[i];
    return h;
}

/* The same for both byte orders: which pixel of a word comes first does not matter. */
static NOINLINE u32 sum_pairs(const u32 *s, u32 n)
{
    u32 h = 0;
    for (u32 i = 0; i < n; i += 2)
        h = ((h << 5) | (h >> 27)) + s[i] + s[i + 1];
    return h;
}

static NOINLINE u32 cmpb(const u8 *a, const u8 *b, u32 n)
{
    u32 i;
    for (i = 0; i < n; i++)
        if (a[i] != b[i])
            break;
    return i;
}

u32 bench_main(u32 reps)
{
    u32 s = 777, h = 0;
    u32 *p = (u32 *)A;
    for (int i = 0; i < N / 4; i++)
        p[i] = rng(&s);
    for (u32 r = 0; r < reps; r++) {
        p[r & 16383] += r;
        copy64(B, A, N);
        swap32((u32 *)C, (u32 *)B, N / 4);
        h = mix(h, sum32((u32 *)C, N / 4));
        swap16((u16 *)B, (u16 *)C, N / 4);
        px565((u32 *)C, (u16 *)B, N / 4);
        h = mix(h, sum_pairs((u32 *)C, N / 4));
        copy8((u8 *)C, (u8 *)A, N / 4);
        ((u8 *)C)[N / 4 - 1 - (r & 63)] ^= 1;
        h = mix(h, cmpb((u8 *)C, (u8 *)A, N / 4));
    }
    return h;
}
