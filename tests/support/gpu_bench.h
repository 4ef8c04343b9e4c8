/* A device on the bench: 512 MiB of memory, a ring, and everything the device said. */
#ifndef XG_TESTS_GPU_BENCH_H
#define XG_TESTS_GPU_BENCH_H

#include "gpu/device.h"
#include "gpu/xg_device_gen.h"
#include "memory/memory.h"

#include <string.h>

#define BENCH_RING      0x00100000u /* bus address of the ring */
#define BENCH_RING_LOG2 14u
#define BENCH_RPTR      0x000FF000u

#define PM4_TYPE0(reg, count) (((uint32_t)((count)-1) & 0x3FFF) << 16 | (reg))
#define PM4_TYPE3(op, count)  (0xC0000000u | ((uint32_t)((count)-1) & 0x3FFF) << 16 | (op) << 8)

struct bench_effect {
    struct xg_gpu_effect e; /* bytes, wait and draw point into this record's copies */
    uint8_t bytes[64];
    struct xg_gpu_wait wait;
    struct xg_gpu_draw draw;
    struct xg_gpu_reg *regs;
    uint32_t *immediate;
};

struct gpu_bench {
    uint8_t *memory;
    struct xg_device *device;
    struct bench_effect *effects;
    size_t count, capacity;
    uint32_t wptr;
    bool count_only; /* keep no effects, only their number */
    struct xg_error err;
};

/* Ring set up at BENCH_RING, no read-pointer write-back, tracing off. */
bool bench_open(struct gpu_bench *b, xg_device_create_fn *create);
void bench_close(struct gpu_bench *b);
/* Puts words on the ring (big-endian), moves the write pointer, runs until the device stops. */
enum xg_device_state bench_submit(struct gpu_bench *b, const uint32_t *words, size_t n);
#define BENCH(b, ...)                                                                              \
    bench_submit((b), (const uint32_t[]){__VA_ARGS__},                                             \
                 sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))
/* Stores big-endian words at pa. */
void bench_store(struct gpu_bench *b, uint32_t pa, const uint32_t *words, size_t n);
#define BENCH_STORE(b, pa, ...)                                                                    \
    bench_store((b), (pa), (const uint32_t[]){__VA_ARGS__},                                        \
                sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))
/* Applies all MEM effects seen so far to memory, retires them, forgets all effects. */
void bench_apply(struct gpu_bench *b);
void bench_forget(struct gpu_bench *b);
/* The n-th (from 0) effect of a kind, or NULL. */
const struct xg_gpu_effect *bench_effect_of(const struct gpu_bench *b, enum xg_gpu_effect_kind kind,
                                            size_t n);
size_t bench_count_of(const struct gpu_bench *b, enum xg_gpu_effect_kind kind);

/* xorshift-like generator for tests; never 0 state. */
struct bench_random {
    uint64_t s;
};
static inline uint32_t bench_random(struct bench_random *r)
{
    r->s = r->s * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(r->s >> 32) ^ (uint32_t)(r->s >> 11);
}
static inline uint32_t bench_below(struct bench_random *r, uint32_t n)
{
    return (uint32_t)((uint64_t)bench_random(r) * n >> 32);
}
/* Seed from XG_SEED or the default; printed as a TAP comment. */
struct bench_random bench_seed(uint64_t otherwise);

#endif
