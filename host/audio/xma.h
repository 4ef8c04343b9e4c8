/* The XMA decoder as titles drive it: 320 contexts of 64 bytes in physical memory and registers
 * that kick, lock and clear them. There is no decoder yet: packets are read and consumed frame by
 * frame at the pace at which the title takes the output, and what comes out is silence of the same
 * length. Work is done when a context is kicked, so no guest time passes in it. docs/audio.md. */
#ifndef XG_AUDIO_XMA_H
#define XG_AUDIO_XMA_H

#include "memory/memory.h"

#define XG_XMA_CONTEXTS      320u
#define XG_XMA_CONTEXT_BYTES 64u

/* Fields of a context: word, lowest bit, bits. Words are big-endian in memory. */
struct xg_xma_field {
    uint8_t word, shift, width;
};
extern const struct xg_xma_field xg_xma_in0_packets, xg_xma_in1_packets, xg_xma_in0_valid,
    xg_xma_in1_valid, xg_xma_in0_pointer, xg_xma_in1_pointer, xg_xma_in_offset, xg_xma_in_current,
    xg_xma_out_pointer, xg_xma_out_blocks, xg_xma_out_valid, xg_xma_out_read, xg_xma_out_write,
    xg_xma_stereo, xg_xma_rate, xg_xma_subframes, xg_xma_loop_count, xg_xma_loop_start,
    xg_xma_loop_end, xg_xma_loop_subframe_end, xg_xma_loop_subframe_skip, xg_xma_metadata;
uint32_t xg_xma_get(const uint32_t words[16], struct xg_xma_field f);
void xg_xma_set(uint32_t words[16], struct xg_xma_field f, uint32_t value);

struct xg_xma_counts {
    uint64_t frames;  /* of 512 samples, consumed */
    uint64_t buffers; /* input buffers used up */
    uint64_t kicks;
    uint32_t contexts; /* most that were in use at a time */
};

struct xg_xma;
/* The contexts lie at bus address `contexts`, XG_XMA_CONTEXTS times XG_XMA_CONTEXT_BYTES, zero at
 * first. NULL: out of memory. */
struct xg_xma *xg_xma_create(struct xg_memory *mem, xg_pa contexts);
void xg_xma_destroy(struct xg_xma *x); /* NULL: nothing */

/* Number of a context that is free, which is taken; XG_XMA_CONTEXTS: all are in use. */
unsigned xg_xma_alloc(struct xg_xma *x);
/* Zeroes the context and gives it back. false: it is not in use. */
bool xg_xma_free(struct xg_xma *x, unsigned context);
/* Number of the context in use at a bus address, or XG_XMA_CONTEXTS. */
unsigned xg_xma_context_at(const struct xg_xma *x, xg_pa at);

/* The registers, offset in bytes from the window's base; values as the guest's words, which hold
 * the registers' bytes in reverse. */
uint32_t xg_xma_read(struct xg_xma *x, uint32_t offset);
void xg_xma_write(struct xg_xma *x, uint32_t offset, uint32_t value);
enum { XG_XMA_KICK = 0x1940, XG_XMA_LOCK = 0x1A40, XG_XMA_CLEAR = 0x1A80 };
/* What a title does by writing the bit of one context to a register of these. */
void xg_xma_command(struct xg_xma *x, uint32_t first_register, unsigned context);

struct xg_xma_counts xg_xma_counts(const struct xg_xma *x);

#endif
