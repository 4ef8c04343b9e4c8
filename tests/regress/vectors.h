/* The regression vectors: cases in the format of docs/gpu-cases.md, all made from one seed, and
 * what must come of them as far as it is known without any device: an oracle of the packets
 * (vector_packets.c) and of copies (vector_copies.c), written from docs/device.md alone. */
#ifndef XG_TESTS_REGRESS_VECTORS_H
#define XG_TESTS_REGRESS_VECTORS_H

#include "tests/support/gpu_bench.h"

#include <stdio.h>

#define VECTOR_RANGES 24u
#define VECTOR_WORDS  16384u /* of the ring, but for the words of long pads */

/* A packet that does nothing, with the most words that there can be. */
#define VECTOR_PAD_WORDS 16384u
#define VECTOR_LONG_PAD  PM4_TYPE3(XG_PM4_NOP, VECTOR_PAD_WORDS)

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
    char events[32768];
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
    bool quiet;                     /* writes of registers are not told one by one */
    uint32_t vblank, writeback;     /* settings of the host */
    bool padded;                    /* behind each VECTOR_LONG_PAD come its words, all 0 */
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

/* The pieces of vector_packets.c: a type-3 packet's header; the oracle's stores and loads, by
 * operand; a packet of any kind; a draw of the host; memory that packets load from and write to,
 * which is reported. */
void vector_header(struct vector *v, uint32_t op, uint32_t words);
void vector_store(struct vector *v, uint32_t operand, uint32_t value);
uint32_t vector_load(const struct vector *v, uint32_t operand);
void vector_any(struct vector *v);
void vector_drawn(struct vector *v);
void vector_memory(struct vector *v);

/* What each file makes: `number` of them, seeded. */
void vector_packets(struct vector *v, unsigned number);
void vector_errors(struct vector *v, unsigned number);
void vector_copy(struct vector *v, unsigned number);
/* The same anywhere in memory; surfaces and destinations of any size. */
void vector_far(struct vector *v, unsigned number);
void vector_surface(struct vector *v, unsigned number);
/* Copies that average samples; rectangles of any vertices, offsets and scissors; many copies behind
 * one another, and what they wrote read back. */
void vector_mean(struct vector *v, unsigned number);
void vector_edge(struct vector *v, unsigned number);
void vector_copies(struct vector *v);
/* The smallest clear, of a tile's colour and of one's depth, as often as wanted; a copy of 1,564
 * blocks. */
void vector_prepare_clear(struct vector *v);
void vector_clear(struct vector *v);
void vector_big_copy(struct vector *v);
/* Packets without a frame for each register; what the device wrote read back by it; the largest and
 * the most of all. */
void vector_quiet(struct vector *v, unsigned number);
void vector_again(struct vector *v, unsigned number);
void vector_large(struct vector *v, unsigned number);
/* Words of the link: writes its case and what must come of it itself. */
void vector_wire(struct vector *v, unsigned number, FILE *cases, FILE *expected);

#endif
