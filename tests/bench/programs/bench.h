/* What the eight programs share. They are freestanding, have one entry and one result, and run
 * natively, as guests and under qemu-ppc64 from the same source: see ../README.md. */
#ifndef XG_TESTS_BENCH_PROGRAM_H
#define XG_TESTS_BENCH_PROGRAM_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

/* Keeps the calls that the source shows: they are part of what is measured. */
#define NOINLINE __attribute__((noinline))

/* Does its work `reps` times from the same initial state; returns a checksum of the results.
 * Calling it again gives the same. */
u32 bench_main(u32 reps);

/* xorshift */
static inline u32 rng(u32 *s)
{
    u32 x = *s;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *s = x;
}

static inline u32 mix(u32 h, u32 v)
{
    h ^= v;
    h *= 0x9E3779B1u;
    return h ^ (h >> 15);
}

#endif
