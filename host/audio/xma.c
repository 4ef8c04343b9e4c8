/* XMA input: packets of 2048 bytes. A packet begins with a word: [31:26] frames that begin in it,
 * [25:11] bits from behind the word to the first of them, [10:8] metadata, [7:0] packets of other
 * streams before the next one. A frame begins with its length in bits (15 of them; 7FFF: the rest
 * of the packet is unused), gives 512 samples a channel, and goes on behind the next packet's word
 * when it does not fit. Output: a ring of blocks of 256 bytes, 16-bit samples. */
#include "audio/xma.h"

#include <stdlib.h>
#include <string.h>

#define PACKET_BITS  16384u
#define HEADER_BITS  32u
#define LENGTH_BITS  15u
#define NO_MORE      0x7FFFu
#define BLOCK        256u
#define FRAME_BLOCKS 4u /* of a channel: 512 samples of two bytes */
#define NO_FRAME     UINT32_MAX
#define REGISTERS    0x4000u
enum { REG_CONTEXTS = 0x1800, REG_CURRENT = 0x1818, REG_NEXT = 0x181C };
#define BIT_REGISTERS (XG_XMA_CONTEXTS / 32)

const struct xg_xma_field xg_xma_in0_packets = {0, 0, 12}, xg_xma_loop_count = {0, 12, 8},
                          xg_xma_in0_valid = {0, 20, 1}, xg_xma_in1_valid = {0, 21, 1},
                          xg_xma_out_blocks = {0, 22, 5}, xg_xma_out_write = {0, 27, 5},
                          xg_xma_in1_packets = {1, 0, 12}, xg_xma_loop_subframe_end = {1, 14, 3},
                          xg_xma_loop_subframe_skip = {1, 17, 3}, xg_xma_subframes = {1, 20, 4},
                          xg_xma_rate = {1, 27, 2}, xg_xma_stereo = {1, 29, 1},
                          xg_xma_out_valid = {1, 31, 1}, xg_xma_in_offset = {2, 0, 26},
                          xg_xma_loop_start = {3, 0, 26}, xg_xma_loop_end = {4, 0, 26},
                          xg_xma_metadata = {4, 26, 5}, xg_xma_in_current = {4, 31, 1},
                          xg_xma_in0_pointer = {5, 0, 32}, xg_xma_in1_pointer = {6, 0, 32},
                          xg_xma_out_pointer = {7, 0, 32}, xg_xma_out_read = {9, 0, 5};

struct xg_xma {
    struct xg_memory *mem;
    xg_pa contexts;
    uint8_t used[XG_XMA_CONTEXTS];
    uint8_t blocks_left[XG_XMA_CONTEXTS]; /* of the frame that is being given out */
    uint32_t in_use;
    struct xg_xma_counts counts;
    uint32_t reg[REGISTERS]; /* as the title wrote them */
};

static uint32_t mask_of(struct xg_xma_field f)
{
    return f.width == 32 ? UINT32_MAX : (1u << f.width) - 1;
}

uint32_t xg_xma_get(const uint32_t words[16], struct xg_xma_field f)
{
    return words[f.word] >> f.shift & mask_of(f);
}

void xg_xma_set(uint32_t words[16], struct xg_xma_field f, uint32_t value)
{
    words[f.word] &= ~(mask_of(f) << f.shift);
    words[f.word] |= (value & mask_of(f)) << f.shift;
}

/* ---- contexts in memory ---- */

static void load(const struct xg_xma *x, unsigned context, uint32_t words[16])
{
    xg_pa pa = x->contexts + context * XG_XMA_CONTEXT_BYTES;
    const uint8_t *at = x->mem->phys + pa;
    xg_memory_here(x->mem, pa, XG_XMA_CONTEXT_BYTES);
    for (unsigned i = 0; i < 16; i++)
        words[i] = xg_ld32be(at + 4 * i);
}

static void store(struct xg_xma *x, unsigned context, const uint32_t words[16])
{
    uint8_t bytes[XG_XMA_CONTEXT_BYTES];
    for (unsigned i = 0; i < 16; i++)
        xg_st32be(bytes + 4 * i, words[i]);
    xg_memory_device_store(x->mem, x->contexts + context * XG_XMA_CONTEXT_BYTES, bytes,
                           sizeof bytes);
}

/* ---- input ---- */

struct input {
    const uint8_t *bytes; /* NULL: not in memory */
    uint32_t packets;
};

static struct input input_of(const struct xg_xma *x, const uint32_t words[16], unsigned which)
{
    uint32_t n = xg_xma_get(words, which ? xg_xma_in1_packets : xg_xma_in0_packets);
    xg_pa at = xg_xma_get(words, which ? xg_xma_in1_pointer : xg_xma_in0_pointer);
    bool inside = at < XG_PHYS_SIZE && n * (PACKET_BITS / 8) <= XG_PHYS_SIZE - at;
    if (inside)
        xg_memory_here(x->mem, at, n * (PACKET_BITS / 8));
    return (struct input){inside ? x->mem->phys + at : NULL, inside ? n : 0};
}

static uint32_t header_of(const struct input *in, uint32_t packet)
{
    return xg_ld32be(in->bytes + packet * (PACKET_BITS / 8));
}
static uint32_t next_packet(const struct input *in, uint32_t packet)
{
    return packet + 1 + (header_of(in, packet) & 0xFF);
}

/* Moves a place `bits` on through the stream; past the last packet when it ends there. */
static uint32_t advance(const struct input *in, uint32_t at, uint32_t bits)
{
    while (at / PACKET_BITS < in->packets) {
        uint32_t left = PACKET_BITS - at % PACKET_BITS;
        if (bits < left)
            return at + bits;
        bits -= left;
        at = next_packet(in, at / PACKET_BITS) * PACKET_BITS + HEADER_BITS;
    }
    return at;
}

/* Length of the frame at a place; 0: there is none. */
static uint32_t frame_bits(const struct input *in, uint32_t at)
{
    uint32_t length = 0;
    for (unsigned i = 0; i < LENGTH_BITS; i++, at = advance(in, at, 1)) {
        if (at / PACKET_BITS >= in->packets)
            return 0;
        length = length << 1 | (in->bytes[at / 8] >> (7 - at % 8) & 1);
    }
    return length < LENGTH_BITS || length == NO_MORE ? 0 : length;
}

/* Start of the first frame that does not begin before `at`, or NO_FRAME. */
static uint32_t frame_from(const struct input *in, uint32_t at)
{
    for (uint32_t p = at / PACKET_BITS; p < in->packets; p = next_packet(in, p)) {
        uint32_t header = header_of(in, p), place = p * PACKET_BITS + HEADER_BITS;
        place += header >> 11 & 0x7FFF;
        for (uint32_t frames = header >> 26, bits; frames; frames--) {
            if (place / PACKET_BITS != p || !(bits = frame_bits(in, place)))
                break;
            if (place >= at)
                return place;
            place = advance(in, place, bits);
        }
    }
    return NO_FRAME;
}

/* The present buffer is used up: the other one's turn. */
static void use_up(struct xg_xma *x, uint32_t words[16])
{
    unsigned current = xg_xma_get(words, xg_xma_in_current);
    xg_xma_set(words, current ? xg_xma_in1_valid : xg_xma_in0_valid, 0);
    xg_xma_set(words, xg_xma_in_current, !current);
    xg_xma_set(words, xg_xma_in_offset, HEADER_BITS);
    x->counts.buffers++;
}

/* Where the stream goes on behind the frame at `start`. */
static uint32_t behind(uint32_t words[16], const struct input *in, uint32_t start)
{
    uint32_t loops = xg_xma_get(words, xg_xma_loop_count);
    if (!loops || start != xg_xma_get(words, xg_xma_loop_end))
        return advance(in, start, frame_bits(in, start));
    if (loops != 255) /* for ever */
        xg_xma_set(words, xg_xma_loop_count, loops - 1);
    return xg_xma_get(words, xg_xma_loop_start);
}

/* Takes a frame from the input. false: there is none. */
static bool take_frame(struct xg_xma *x, uint32_t words[16])
{
    for (unsigned tries = 0; tries < 2; tries++) {
        unsigned current = xg_xma_get(words, xg_xma_in_current);
        if (!xg_xma_get(words, current ? xg_xma_in1_valid : xg_xma_in0_valid))
            return false;
        struct input in = input_of(x, words, current);
        uint32_t start = frame_from(&in, xg_xma_get(words, xg_xma_in_offset));
        if (start == NO_FRAME) {
            use_up(x, words);
            continue;
        }
        xg_xma_set(words, xg_xma_metadata, header_of(&in, start / PACKET_BITS) >> 8 & 7);
        uint32_t next = behind(words, &in, start);
        xg_xma_set(words, xg_xma_in_offset, next);
        if (frame_from(&in, next) == NO_FRAME)
            use_up(x, words);
        x->counts.frames++;
        return true;
    }
    return false;
}

/* ---- output ---- */

/* Silence into the ring, `n` blocks from the write place on. */
static void put_silence(struct xg_xma *x, uint32_t words[16], uint32_t n)
{
    static const uint8_t silence[BLOCK];
    uint32_t blocks = xg_xma_get(words, xg_xma_out_blocks);
    uint32_t at = xg_xma_get(words, xg_xma_out_write) % blocks;
    xg_pa ring = xg_xma_get(words, xg_xma_out_pointer);
    for (; n; n--, at = (at + 1) % blocks)
        if (ring < XG_PHYS_SIZE && (at + 1) * BLOCK <= XG_PHYS_SIZE - ring)
            xg_memory_device_store(x->mem, ring + at * BLOCK, silence, BLOCK);
    xg_xma_set(words, xg_xma_out_write, at);
}

/* Decodes until the output is full or the input used up. */
static void work(struct xg_xma *x, unsigned context)
{
    uint32_t words[16];
    load(x, context, words);
    uint32_t blocks = xg_xma_get(words, xg_xma_out_blocks);
    unsigned stereo = xg_xma_get(words, xg_xma_stereo);
    uint32_t pass = xg_xma_get(words, xg_xma_subframes);
    pass = (pass ? pass : 1) << stereo; /* blocks that are given out together */
    while (blocks && xg_xma_get(words, xg_xma_out_valid)) {
        uint32_t read = xg_xma_get(words, xg_xma_out_read) % blocks;
        uint32_t room = (read + blocks - xg_xma_get(words, xg_xma_out_write) % blocks) % blocks;
        uint8_t *left = &x->blocks_left[context];
        room = room ? room : blocks;
        if (!*left) {
            if (room < pass || !take_frame(x, words))
                break;
            *left = (uint8_t)(FRAME_BLOCKS << stereo);
        }
        uint32_t n = *left < pass ? *left : pass;
        if (n > room)
            break;
        put_silence(x, words, n);
        *left -= (uint8_t)n;
        if (xg_xma_get(words, xg_xma_out_write) == read)
            xg_xma_set(words, xg_xma_out_valid, 0); /* full */
    }
    store(x, context, words);
}

static void clear(struct xg_xma *x, unsigned context)
{
    uint32_t words[16];
    load(x, context, words);
    xg_xma_set(words, xg_xma_in0_valid, 0);
    xg_xma_set(words, xg_xma_in1_valid, 0);
    xg_xma_set(words, xg_xma_out_valid, 0);
    xg_xma_set(words, xg_xma_out_read, 0);
    xg_xma_set(words, xg_xma_out_write, 0);
    xg_xma_set(words, xg_xma_in_offset, HEADER_BITS);
    x->blocks_left[context] = 0;
    store(x, context, words);
}

/* ---- life ---- */

struct xg_xma *xg_xma_create(struct xg_memory *mem, xg_pa contexts)
{
    struct xg_xma *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->mem = mem;
    x->contexts = contexts;
    x->reg[REG_NEXT / 4] = 1;
    return x;
}

void xg_xma_destroy(struct xg_xma *x)
{
    free(x);
}

unsigned xg_xma_alloc(struct xg_xma *x)
{
    unsigned i = 0;
    while (i < XG_XMA_CONTEXTS && x->used[i])
        i++;
    if (i < XG_XMA_CONTEXTS) {
        x->used[i] = 1;
        if (++x->in_use > x->counts.contexts)
            x->counts.contexts = x->in_use;
    }
    return i;
}

bool xg_xma_free(struct xg_xma *x, unsigned context)
{
    static const uint32_t zeros[16];
    if (context >= XG_XMA_CONTEXTS || !x->used[context])
        return false;
    x->used[context] = 0;
    x->blocks_left[context] = 0;
    x->in_use--;
    store(x, context, zeros);
    return true;
}

unsigned xg_xma_context_at(const struct xg_xma *x, xg_pa at)
{
    uint32_t i = (at - x->contexts) / XG_XMA_CONTEXT_BYTES;
    bool good = at >= x->contexts && i < XG_XMA_CONTEXTS && x->used[i] &&
                (at - x->contexts) % XG_XMA_CONTEXT_BYTES == 0;
    return good ? i : XG_XMA_CONTEXTS;
}

/* ---- registers ---- */

/* false: no register of `first`. */
static bool bits_written(struct xg_xma *x, uint32_t first, uint32_t offset, uint32_t bits)
{
    if (offset < first || offset >= first + 4 * BIT_REGISTERS)
        return false;
    for (unsigned i = 0; i < 32; i++)
        if (bits >> i & 1)
            xg_xma_command(x, first, (offset - first) / 4 * 32 + i);
    return true;
}

void xg_xma_command(struct xg_xma *x, uint32_t first_register, unsigned context)
{
    if (context >= XG_XMA_CONTEXTS || !x->used[context])
        return;
    if (first_register == XG_XMA_KICK) {
        x->counts.kicks++;
        work(x, context);
    } else if (first_register == XG_XMA_CLEAR) {
        clear(x, context);
    }
    /* A lock waits until the decoder has let go of the context, which it has. */
}

uint32_t xg_xma_read(struct xg_xma *x, uint32_t offset)
{
    uint32_t *reg = &x->reg[offset / 4 % REGISTERS];
    if (offset == REG_CONTEXTS)
        *reg = x->contexts;
    if (offset == REG_CURRENT) { /* the decoder looks at one context after the other */
        *reg = x->reg[REG_NEXT / 4];
        x->reg[REG_NEXT / 4] = (*reg + 1) % XG_XMA_CONTEXTS;
    }
    return __builtin_bswap32(*reg);
}

void xg_xma_write(struct xg_xma *x, uint32_t offset, uint32_t value)
{
    uint32_t bits = __builtin_bswap32(value);
    x->reg[offset / 4 % REGISTERS] = bits;
    if (!bits_written(x, XG_XMA_KICK, offset, bits) && !bits_written(x, XG_XMA_LOCK, offset, bits))
        bits_written(x, XG_XMA_CLEAR, offset, bits);
}

struct xg_xma_counts xg_xma_counts(const struct xg_xma *x)
{
    return x->counts;
}
