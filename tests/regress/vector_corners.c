/* Vectors of what the others do not come to: packets without a frame for each register, words that
 * the device itself wrote and takes, and the largest and the most of everything. The oracle is that
 * of vector_packets.c. */
#include "tests/regress/vectors.h"

/* --- rows of registers, behind whose last word the next header stands --- */

static void pad(struct vector *v)
{
    vector_put(v, 0x80000000);
    vector_count(v, 1);
}

static void row(struct vector *v)
{
    static const uint16_t from[] = {0x2100, 0x4000, 0x4800, 0x4900, 0x2340, 0x100};
    const uint32_t n = 8 + below(v, 56), same = one_in(v, 8);
    uint32_t first = from[below(v, XG_COUNTOF(from))] + below(v, 64);
    if (one_in(v, 3))
        pad(v);
    if (one_in(v, 3)) {
        const uint32_t type = below(v, 2), index = below(v, 64);
        vector_header(v, XG_PM4_SET_CONSTANT, n + 1);
        vector_put(v, type << 16 | index);
        first = (type ? 0x4800 : 0x4000) + index;
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t x = bench_random(&v->random);
            vector_put(v, x);
            vector_register(v, first + i, x);
        }
        return;
    }
    vector_put(v, PM4_TYPE0(first, n) | same << 15);
    vector_count(v, 1 + n);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t x = bench_random(&v->random);
        vector_put(v, x);
        vector_register(v, same ? first : first + i, x);
    }
}

static void draw_of_host(struct vector *v, uint32_t words)
{
    vector_set(v, 0x2208, 4);
    vector_header(v, XG_PM4_DRAW_INDX_2, 1 + words);
    vector_put(v, 0x00030088);
    while (words--)
        vector_put(v, bench_random(&v->random));
    vector_register(v, 0x21FC, 0x00030088);
    vector_drawn(v);
}

/* The count of frames shown, or the word of the packet. */
static void frames_shown(struct vector *v)
{
    const uint32_t x = bench_random(&v->random), to = v->targets + 4 * below(v, 250) + below(v, 4);
    vector_header(v, XG_PM4_EVENT_WRITE_SHD, 3);
    vector_put(v, x);
    vector_put(v, to);
    vector_put(v, ~x);
    vector_register(v, 0x21F9, x & 0x3F);
    vector_store(v, to, x >> 31 ? v->vblank : ~x);
}

static void some_rows(struct vector *v, uint32_t words)
{
    const uint32_t at = v->buffer_words + (uint32_t)v->ring_count;
    while (v->buffer_words + (uint32_t)v->ring_count - at < words) {
        row(v);
        switch (below(v, 6)) {
        case 0:
            vector_any(v);
            break;
        case 1:
            draw_of_host(v, below(v, 3));
            break;
        case 2:
            frames_shown(v);
            break;
        default:
            break; /* the next row */
        }
    }
}

/* The packet that enters indirect buffer n; what is put until leave() lies in it. */
static void enter(struct vector *v, uint32_t n)
{
    vector_header(v, XG_PM4_INDIRECT_BUFFER, 2);
    vector_put(v, v->buffers + v->stride * n);
    vector_put(v, 0); /* its length */
    v->buffer_at = v->buffers + v->stride * n;
    v->buffer_words = 0;
}

static void leave(struct vector *v)
{
    v->ring[v->ring_count - 1] = v->buffer_words;
    vector_give(v, v->buffer_at, 4 * v->buffer_words);
    v->buffer_at = v->buffer_words = 0;
}

/* What the host sets, and the read pointer in memory when all is done. */
static void settings(struct vector *v)
{
    if (one_in(v, 2))
        v->vblank = bench_random(&v->random);
    if (one_in(v, 2))
        v->writeback = v->targets + 4 * below(v, 256);
}

static void finish(struct vector *v, uint32_t ring_words)
{
    if (v->writeback)
        vector_store(v, v->writeback | 2, ring_words);
}

void vector_quiet(struct vector *v, unsigned number)
{
    v->quiet = true;
    if (number % 4 == 3)
        vector_spread(v);
    settings(v);
    vector_memory(v);
    for (uint32_t n = 0; n < 1 + number % 3; n++) {
        enter(v, n);
        some_rows(v, 700);
        leave(v);
        draw_of_host(v, 0);
    }
    some_rows(v, 200);
    frames_shown(v);
    finish(v, (uint32_t)v->ring_count);
}

/* --- what the device wrote, read by the device --- */

struct patch {
    uint32_t at, old;
};

/* A word further on is written before it is taken: the value of a register, or the header of the
 * packet that writes it. */
static struct patch write_ahead(struct vector *v)
{
    const uint32_t far = below(v, one_in(v, 2) ? 4 : 90), index = 0x4000 + below(v, 0x100);
    const bool is_header = one_in(v, 2);
    const uint32_t x = is_header ? PM4_TYPE0(index, 1) : bench_random(&v->random);
    const struct patch p = {vector_here(v) + 4 * (3 + far + !is_header),
                            is_header ? 0x80000000 : bench_random(&v->random)};
    vector_header(v, XG_PM4_MEM_WRITE, 2);
    vector_put(v, p.at | 2);
    vector_put(v, x);
    vector_store(v, p.at | 2, x);
    for (uint32_t n = far; n--;)
        pad(v);
    const uint32_t now = v->buffer_at ? x : p.old; /* the ring is given as it was */
    vector_put(v, is_header ? now : PM4_TYPE0(index, 1));
    vector_put(v, is_header ? 0x80000001 : now);
    vector_count(v, 2);
    vector_register(v, index, is_header ? 0x80000001 : x);
    return p;
}

static void rewritten(struct vector *v)
{
    struct patch patches[12];
    for (uint32_t b = 0; b < 3; b++) {
        unsigned n = 0;
        enter(v, b);
        while (n < XG_COUNTOF(patches) && v->buffer_words < 800)
            patches[n++] = write_ahead(v);
        vector_read(v, v->buffer_at, 4 * v->buffer_words);
        leave(v);
        while (n--)
            xg_st32be(v->before + patches[n].at, patches[n].old);
        write_ahead(v);
    }
}

/* Memory that packets wrote, loaded as constants. */
static void written(struct vector *v)
{
    for (uint32_t turns = 16; turns--;) {
        const uint32_t n = 1 + below(v, 20), at = v->targets + 4 * below(v, 256 - n);
        const uint32_t e = below(v, 4), alu = below(v, 200);
        vector_header(v, XG_PM4_MEM_WRITE, n + 1);
        vector_put(v, at | e);
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t x = bench_random(&v->random);
            vector_put(v, x);
            vector_store(v, (at + 4 * i) | e, x);
        }
        vector_header(v, XG_PM4_LOAD_ALU_CONSTANT, 3);
        vector_put(v, at);
        vector_put(v, alu);
        vector_put(v, n);
        for (uint32_t i = 0; i < n; i++)
            vector_register(v, 0x4000 + alu + i, vector_load(v, (at + 4 * i) | 2));
    }
}

void vector_again(struct vector *v, unsigned number)
{
    v->quiet = one_in(v, 2);
    if (number % 2) {
        vector_spread(v);
        v->buffers += below(v, 0x10) * 0x10000;
    }
    vector_memory(v);
    switch (number % 3) {
    case 0:
        written(v);
        break;
    case 1:
        rewritten(v);
        break;
    default:
        vector_copies(v);
        break;
    }
}

/* --- the largest, the most --- */

/* A ring of more than half of the largest that a case can have, below where others lie. */
static void long_ring(struct vector *v)
{
    v->padded = true;
    for (uint32_t at = 0x1F800000; at > 0x1DC00000; at -= 0x400000)
        vector_read(v, at, 4);
    for (uint32_t n = 0; n < 33; n++) {
        vector_set(v, 0x2100 + n, bench_random(&v->random));
        vector_put(v, VECTOR_LONG_PAD);
        vector_count(v, 1 + VECTOR_PAD_WORDS);
    }
    vector_any(v);
    finish(v, (uint32_t)v->ring_count + 33 * VECTOR_PAD_WORDS);
}

/* More of everything that is counted than a byte holds, and than the host lets the device do at
 * once. */
static void the_most(struct vector *v)
{
    char text[120];
    for (uint32_t n = 0; n < 260; n++) {
        const uint32_t x = bench_random(&v->random);
        vector_header(v, XG_PM4_INTERRUPT, 1);
        vector_put(v, x);
        snprintf(text, sizeof text, "{\"irq\":\"%02x\"}", x & 0x3F);
        vector_event(v, text);
        v->interrupts++;
        vector_header(v, XG_PM4_XE_SWAP, 4);
        vector_put(v, 0);
        vector_put(v, x);
        vector_put(v, n);
        vector_put(v, ~n);
        snprintf(text, sizeof text,
                 "{\"swap\":{\"at\":\"%08x\",\"width\":\"%08x\",\"height\":\"%08x\"}}",
                 x & 0x1FFFFFFF, n, ~n);
        vector_event(v, text);
        v->swaps++;
        vector_header(v, XG_PM4_MEM_WRITE, 2);
        vector_put(v, v->targets + 4 * (n % 256));
        vector_put(v, x);
        vector_store(v, v->targets + 4 * (n % 256), x);
        draw_of_host(v, 0);
    }
    vector_prepare_clear(v);
    for (uint32_t n = 0; n < 260; n++)
        vector_clear(v);
}

/* An error behind more packets than 17 bits can count. */
static void late_error(struct vector *v)
{
    enum { PADS = 7000, TURNS = 20 };
    enter(v, 0);
    for (uint32_t n = 0; n < PADS; n++)
        pad(v);
    leave(v);
    for (uint32_t turn = 1; turn < TURNS; turn++) {
        vector_header(v, XG_PM4_INDIRECT_BUFFER, 2);
        vector_put(v, v->buffers);
        vector_put(v, PADS);
        v->packets += PADS;
        v->dwords += PADS;
    }
    vector_put(v, PM4_TYPE0(0x17FF, 1)); /* no such register */
    vector_put(v, 5);
    vector_count(v, 2);
    vector_error(v, XG_GPU_ERR_REGISTER, 0x17FF);
    some_rows(v, 20);
}

void vector_large(struct vector *v, unsigned number)
{
    v->quiet = number % 2;
    v->buffers = 0x00300000;
    settings(v);
    if (number != 3)
        vector_memory(v);
    switch (number) {
    case 0: /* a buffer of more than 4,096 words */
        enter(v, 0);
        some_rows(v, 5000);
        leave(v);
        finish(v, (uint32_t)v->ring_count);
        break;
    case 1: /* and such a ring */
        some_rows(v, 9000);
        finish(v, (uint32_t)v->ring_count);
        break;
    case 2:
        draw_of_host(v, 9000);
        finish(v, (uint32_t)v->ring_count);
        break;
    case 3:
        v->writeback = 0;
        vector_big_copy(v);
        break;
    case 4:
        the_most(v);
        finish(v, (uint32_t)v->ring_count);
        break;
    case 6:
        late_error(v);
        finish(v, (uint32_t)v->ring_count);
        break;
    default:
        long_ring(v);
        break;
    }
}
