/* Random packet streams for comparing devices, and a host that plays guest, front and
 * renderer for them. Everything follows from the seed. */
#ifndef XG_TESTS_GPU_STREAM_H
#define XG_TESTS_GPU_STREAM_H

#include "tests/support/gpu_bench.h"

struct stream_words {
    uint32_t words[8192];
    size_t count;
};

/* One stream: fills memory (vertices, indirect buffers) of the host and the ring words. mutated:
 * headers, lengths and addresses are damaged here and there. */
void stream_make(struct bench_random *r, uint8_t *memory, struct stream_words *out, bool mutated);

/* A host with memory of its own that applies effects after random delays, stores to memory
 * between runs, answers waits and draws into tiles. */
struct stream_host {
    uint8_t *memory;
    uint8_t *watched; /* one byte a page */
    struct xg_device *device;
    struct bench_random random;
    struct bench_effect *effects; /* MEM not applied yet */
    size_t count, capacity;
    uint64_t said;   /* effects of all kinds */
    uint64_t digest; /* of everything said */
    enum xg_gpu_effect_kind last_kind;
    struct xg_gpu_wait wait;
    uint32_t sequence;
    struct xg_error err;
    /* Streams between two resets (0: one). More go on with what the ones before left in registers,
     * eDRAM and memory, and the device keeps its pages: a fraction of the time. */
    unsigned together, since_reset;
};
bool stream_open(struct stream_host *h, xg_device_create_fn *create);
void stream_close(struct stream_host *h);
/* Resets the device where `together` says so, makes the stream of `seed` and runs it to its end.
 * Returns the last state: idle, failed, or busy when it was given up after very many packets. */
enum xg_device_state stream_run(struct stream_host *h, uint64_t seed, bool mutated);

/* The golden model with one effect in `every` altered: what a comparison must catch. */
struct xg_device *broken_model_create(const struct xg_device_host *host, struct xg_error *err);
enum broken_how {
    BROKEN_NOT,
    BROKEN_BYTES,
    BROKEN_ADDRESS,
    BROKEN_COST,
    BROKEN_LOST,
    BROKEN_TILE,
    BROKEN_ORDER,
    BROKEN_ERRORS
};
/* Of the next broken model: damage the n-th effect it says (from 1); BROKEN_TILE: tile n, or every
 * tile when there is none of that number. */
void broken_model_set(enum broken_how how, uint64_t n);

#endif
