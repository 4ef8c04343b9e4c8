/* The regression vectors: cases in the format of docs/gpu-cases.md, all made from one seed, and
 * what must come of them as far as it is known without any device: an oracle of the packets
 * (vector_packets.c) and of copies (vector_copies.c), written from docs/device.md alone. */
#ifndef XG_TESTS_REGRESS_VECTORS_H
#define XG_TESTS_REGRESS_VECTORS_H

#include "tests/support/gpu_bench.h"

#include <stdio.h>

#define VECTOR_RANGES 24u
#define VECTOR_WORDS  8192u

/* One vector in the making. The oracle's state is what the device should hold. */
struct vector {
    char id[48];
    struct bench_random random;
    uint8_t *before, *memory; /* XG_PHYS_SIZE each: as given, and as the oracle has it now */
    uint32_t regs[0x8000];
    uint8_t reg_seen[0x8000]; /* to report */
    uint32_t tiles[XG_EDRAM_TILES][1280];
    uint8_t tile_given[XG_EDRAM_TILES], tile_read[XG_EDRAM_TILES];
    char *tile_text; /* the given tiles as JSON, since copies and clears change them */
    uint32_t ring[VECTOR_WORDS];
    size_t ring_count;
    uint32_t buffer_at,
        buffer_words; /* words go there instead of the ring when buffer_at is not 0 */
    struct {
        uint32_t at, size;
    } given[VECTOR_RANGES], read[VECTOR_RANGES];
    unsigned given_count, read_count;
    char events[4096];
    uint64_t packets, dwords, memory_writes, resolves, resolve_bytes, clears, interrupts, swaps,
        draws;
    uint32_t error_bits, error_address, error_packet;
    bool known; /* the oracle knows all of the result */
    /* Where its memory lies: all in the ring's page of 64 KiB, as a page costs time, or in many. */
    uint32_t buffers, stride, data, targets, vertices, picture;
    struct {
        uint32_t index, value;
    } host[16]; /* registers that the host writes before */
    unsigned host_count;
    uint32_t samples[3], totals[4]; /* that each draw of the host reports; of all of them */
    bool special; /* tiles hold many of the numbers where arithmetic has its corners */
};

struct vector *vector_new(void);
void vector_free(struct vector *v);
void vector_begin(struct vector *v, const char *kind, unsigned number, uint64_t seed);
/* Writes the case, and the line that must come of it if that is known. */
void vector_end(struct vector *v, FILE *cases, FILE *expected);

static inline uint32_t below(struct vector *v, uint32_t n)
{
    return bench_below(&v->random, n);
}
static inline bool one_in(struct vector *v, uint32_t n)
{
    return below(v, n) == 0;
}
void vector_put(struct vector *v, uint32_t word);
void vector_give_tile(struct vector *v, uint32_t tile);
void vector_give(struct vector *v, uint32_t at, uint32_t size);
void vector_read(struct vector *v, uint32_t at, uint32_t size);
/* A register write by a packet: stored, reported, with its side effects. */
void vector_register(struct vector *v, uint32_t index, uint32_t value);
/* The same by the host, before the ring. */
void vector_host(struct vector *v, uint32_t index, uint32_t value);
/* Its memory lies in pages of its own. */
void vector_spread(struct vector *v);
/* The type-0 packet that does it. */
void vector_set(struct vector *v, uint32_t index, uint32_t value);

/* Where the next word will lie. */
uint32_t vector_here(const struct vector *v);
/* Words of a packet: the counters see it. */
void vector_count(struct vector *v, uint32_t words);
void vector_event(struct vector *v, const char *text);
/* A first error keeps its address and packet. */
void vector_error(struct vector *v, uint32_t bit, uint32_t address);

/* What each file makes: `number` of them, seeded. */
void vector_packets(struct vector *v, unsigned number);
void vector_errors(struct vector *v, unsigned number);
void vector_copy(struct vector *v, unsigned number);
/* The same anywhere in memory; surfaces and destinations of any size. */
void vector_far(struct vector *v, unsigned number);
void vector_surface(struct vector *v, unsigned number);

#endif
