/* The driver looks ahead in the ring and sends pages before the device asks for them
 * (driver/link_scan.h). It may change nothing but when a page is sent: random streams are told the
 * same on the Verilated core with it and without it. It finds every page of the packets that name
 * one. And whatever a ring holds, a look ends soon, sends a bounded number of pages and reads
 * nothing outside memory.
 *
 * XG_SCAN_STREAMS: how many streams of each kind (24); XG_SEED: which; XG_SCAN_RINGS: how many
 * hostile rings (60). */
#include "driver/link_device.h"
#include "driver/link_scan.h"
#include "driver/rtl_device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/gpu_stream.h"

#define SECONDS  60u
#define TOGETHER 6u

static struct xg_device *create_rtl(const struct xg_device_host *host, struct xg_error *err,
                                    bool by_fault)
{
    struct xg_transport *t = xg_rtl_transport_create(0, err);
    if (!t)
        return NULL;
    t->by_fault = by_fault;
    return xg_link_device_create(host, t, err);
}
static struct xg_device *create_ahead(const struct xg_device_host *host, struct xg_error *err)
{
    return create_rtl(host, err, false);
}
static struct xg_device *create_by_fault(const struct xg_device_host *host, struct xg_error *err)
{
    return create_rtl(host, err, true);
}

static unsigned number(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    return text ? (unsigned)strtoul(text, NULL, 0) : otherwise;
}

/* --- random streams --- */

struct outcome {
    uint64_t digest, faults, pushed;
};

static struct outcome play(uint64_t seed, unsigned streams, xg_device_create_fn *create)
{
    struct stream_host h;
    struct outcome o = {0};
    assert_true(stream_open(&h, create));
    h.together = TOGETHER;
    for (unsigned i = 0; i < streams; i++) {
        struct xg_gpu_counters c;
        enum xg_device_state state = stream_run(&h, seed + i, i % 4 == 3);
        assert_int_not_equal(state, XG_DEVICE_FAILED);
        if (h.since_reset && h.since_reset < TOGETHER && i + 1 < streams)
            continue; /* the counters go on until the next reset */
        h.device->ops->counters(h.device, &c);
        o.faults += c.page_faults;
        o.pushed += c.pages_pushed;
    }
    o.digest = h.digest;
    stream_close(&h);
    return o;
}

static void streams_are_told_the_same_with_fewer_faults(void **state)
{
    XG_UNUSED(state);
    const unsigned streams = number("XG_SCAN_STREAMS", 24);
    const uint64_t seed = bench_seed(700).s;
    struct outcome ahead = play(seed, streams, create_ahead);
    struct outcome by_fault = play(seed, streams, create_by_fault);
    printf("# %u streams: %llu faults and %llu pages of 4 KiB ahead of the device, %llu and %llu "
           "without\n",
           streams, (unsigned long long)ahead.faults, (unsigned long long)ahead.pushed,
           (unsigned long long)by_fault.faults, (unsigned long long)by_fault.pushed);
    assert_int_equal(ahead.digest, by_fault.digest);
    assert_true(by_fault.faults > streams);
    assert_true(ahead.faults * 5 < by_fault.faults);
    assert_true(ahead.pushed < 2 * by_fault.pushed); /* damaged packets name pages at random */
}

/* --- packets that name pages --- */

#define PLACE(n) (0x02000000u + (n)*0x00110000u) /* in a page of its own, not at its beginning */

static struct gpu_bench bench[2]; /* ahead, by fault */

static int open_both(void **state)
{
    XG_UNUSED(state);
    return bench_open(&bench[0], create_ahead) && bench_open(&bench[1], create_by_fault) ? 0 : -1;
}
static int close_both(void **state)
{
    XG_UNUSED(state);
    bench_close(&bench[0]);
    bench_close(&bench[1]);
    return 0;
}

static struct xg_gpu_counters counters(struct gpu_bench *b)
{
    struct xg_gpu_counters c;
    b->device->ops->counters(b->device, &c);
    return c;
}

static void store_both(uint32_t pa, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < 2; i++) {
        bench_store(&bench[i], pa, words, n);
        for (uint32_t at = pa & ~(XG_PAGE_SIZE - 1); at < pa + 4 * n; at += XG_PAGE_SIZE)
            bench[i].device->ops->page_dirty(bench[i].device, at);
    }
}
#define STORE(pa, ...)                                                                             \
    store_both((pa), (const uint32_t[]){__VA_ARGS__},                                              \
               sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void submit(struct gpu_bench *b, const uint32_t *words, size_t n)
{
    for (uint32_t at = BENCH_RING; at < BENCH_RING + (4u << BENCH_RING_LOG2); at += XG_PAGE_SIZE)
        b->device->ops->page_dirty(b->device, at);
    assert_int_equal(bench_submit(b, words, n), XG_DEVICE_IDLE);
}

/* Both take the words, say the same, and the one that is sent pages ahead has no fault. */
static void submit_both(const uint32_t *words, size_t n, unsigned faults)
{
    struct xg_gpu_counters before[2], after[2];
    for (size_t i = 0; i < 2; i++) {
        bench_forget(&bench[i]);
        before[i] = counters(&bench[i]);
        submit(&bench[i], words, n);
        after[i] = counters(&bench[i]);
    }
    assert_int_equal(bench[0].count, bench[1].count);
    for (size_t i = 0; i < bench[0].count; i++) {
        assert_int_equal(bench[0].effects[i].e.cost, bench[1].effects[i].e.cost);
        assert_int_equal(bench[0].effects[i].e.address, bench[1].effects[i].e.address);
        assert_memory_equal(bench[0].effects[i].bytes, bench[1].effects[i].bytes, 64);
    }
    assert_int_equal(after[0].page_faults, before[0].page_faults);
    assert_int_equal(after[1].page_faults - before[1].page_faults, faults);
    assert_int_equal(after[0].pages_pushed - before[0].pages_pushed,
                     after[1].pages_pushed - before[1].pages_pushed);
}
#define BOTH(faults, ...)                                                                          \
    submit_both((const uint32_t[]){__VA_ARGS__},                                                   \
                sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), faults)

static void pages_that_packets_name_cost_no_fault(void **state)
{
    XG_UNUSED(state);
    STORE(PLACE(1), PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), PLACE(2) | 3, 4);
    STORE(PLACE(2), PM4_TYPE3(XG_PM4_LOAD_ALU_CONSTANT, 3), PLACE(3) + 0xFFF8, 0, 4);
    STORE(PLACE(3) + 0xFFF8, 1, 2, 3, 4);
    BOTH(1, 0x80000000); /* the ring */
    BOTH(4, PM4_TYPE3(XG_PM4_INDIRECT_BUFFER_PFD, 2), PLACE(1), 3);
    BOTH(2, PM4_TYPE3(XG_PM4_MEM_WRITE, 3), PLACE(5) + 0xFFFC, 1, 2);
    BOTH(1, PM4_TYPE3(XG_PM4_REG_TO_MEM, 2), 0x4000, 0xA0000000 | PLACE(7) | 2);
    BOTH(1, PM4_TYPE3(XG_PM4_EVENT_WRITE_SHD, 3), 4, PLACE(8) | 1, 5);
    BOTH(2, PM4_TYPE3(XG_PM4_EVENT_WRITE_EXT, 2), 4, PLACE(9) + 0xFFF8);
    BOTH(1, PM4_TYPE0(XG_REG_RB_SAMPLE_COUNT_ADDR, 1), PLACE(11),
         PM4_TYPE3(XG_PM4_EVENT_WRITE_ZPD, 1), 4);
    BOTH(1, PM4_TYPE0(XG_REG_SCRATCH_UMSK, 2), 4, PLACE(12), PM4_TYPE0(XG_REG_SCRATCH_REG0, 3), 1,
         2, 3);
    BOTH(1, PM4_TYPE3(XG_PM4_COND_WRITE, 6), 0x107, 0x4000, 0, 0, PLACE(13), 9);
}

/* What is not done is not sent: behind a false predicate, too short, too deep, behind the write
 * pointer. */
static void pages_of_packets_that_do_nothing_are_not_sent(void **state)
{
    XG_UNUSED(state);
    STORE(PLACE(1), PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), PLACE(1), 7,
          PM4_TYPE3(XG_PM4_MEM_WRITE, 20), PLACE(5), 1, 2);
    BOTH(2, PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), PLACE(1), 7);
    BOTH(0, PM4_TYPE3(XG_PM4_SET_BIN_MASK_LO, 1), 0, PM4_TYPE3(XG_PM4_SET_BIN_MASK_HI, 1), 0,
         PM4_TYPE3(XG_PM4_MEM_WRITE, 2) | 1, PLACE(5), 1);
    BOTH(1, PM4_TYPE3(XG_PM4_SET_BIN_MASK, 2), 1, 1, PM4_TYPE3(XG_PM4_SET_BIN_SELECT_LO, 1), 0,
         PM4_TYPE3(XG_PM4_MEM_WRITE, 2) | 1, PLACE(6), 1);
    BOTH(0, PM4_TYPE3(XG_PM4_EVENT_WRITE_SHD, 2), 4, PLACE(5));
    BOTH(0, PM4_TYPE3(XG_PM4_MEM_WRITE, 3), PLACE(5)); /* the rest of it is not there */
    BOTH(1, 1, 2);
}

static uint32_t bits_of(float f)
{
    uint32_t v;
    memcpy(&v, &f, sizeof v);
    return v;
}

struct copy {
    uint32_t format, x, y, w, h, pitch, height, info, to;
};

static void submit_copy(const struct copy *c, uint32_t vertices)
{
    const float left = (float)c->x, top = (float)c->y, right = (float)(c->x + c->w),
                bottom = (float)(c->y + c->h);
    struct xg_gpu_counters before[2], after[2];
    STORE(vertices, bits_of(left), bits_of(top), bits_of(right), bits_of(top), bits_of(right),
          bits_of(bottom));
    const uint32_t words[] = {0x2208,
                              6,
                              0x2000,
                              c->pitch,
                              0x2001,
                              0,
                              0x2302,
                              1,
                              0x2081,
                              0x80000000,
                              0x2082,
                              0x5FFF5FFF, /* the highest bits of both are none of theirs */
                              0x200E,
                              0x7FF87FF8, /* left of 0, above it */
                              0x200F,
                              0x1FFF1FFF,
                              0x2318,
                              0,
                              0x2319,
                              c->to,
                              0x231A,
                              c->pitch | c->height << 16,
                              0x231B,
                              c->format << 7 | c->info,
                              0x4800,
                              vertices | 3,
                              0x4801,
                              6 << 2 | 2,
                              PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1),
                              0x88};
    for (size_t i = 0; i < 2; i++) {
        bench[i].count_only = true;
        before[i] = counters(&bench[i]);
        submit(&bench[i], words, XG_COUNTOF(words));
        after[i] = counters(&bench[i]);
    }
    uint64_t few = after[1].pages_pushed - before[1].pages_pushed;
    assert_true(after[1].page_faults - before[1].page_faults >= 2);
    assert_int_equal(after[0].page_faults, before[0].page_faults);
    assert_true(after[0].pages_pushed - before[0].pages_pushed >= few);
    assert_true(after[0].pages_pushed - before[0].pages_pushed <= few + 16); /* one of 64 KiB */
}

/* Pixels of every size, flat and in slices, from anywhere to anywhere, also round the end of
 * memory.
 */
static void destinations_of_copies_cost_no_fault(void **state)
{
    XG_UNUSED(state);
    static const struct copy copies[] = {
        {2, 0, 0, 640, 64, 640, 64, 0, 0x08001000},
        {4, 8, 40, 600, 72, 640, 128, 0, 0x08101000},
        {6, 0, 0, 640, 96, 640, 96, 2, 0x08201000},
        {6, 320, 8, 320, 200, 1280, 256, 0, 0x08401000},
        {32, 16, 16, 200, 64, 320, 128, 0, 0x08601000},
        {38, 40, 0, 72, 96, 160, 96, 0, 0x08801000},
        {6, 0, 0, 160, 64, 160, 64, 8 | 5 << 4, 0x08A01000},
        {10, 8, 8, 150, 90, 320, 128, 8 | 2 << 4, 0x08C01000},
        {26, 0, 0, 64, 64, 96, 64, 8 | 7 << 4, 0x08E01000},
        {6, 0, 0, 640, 32, 640, 32, 0, 0x1FFF8000},
    };
    BOTH(1, 0x80000000);
    for (uint32_t i = 0; i < XG_COUNTOF(copies); i++)
        submit_copy(&copies[i], 0x0A000000 + i * 0x20000);
}

/* --- tiles of the host --- */

#define TILES 320u /* from the first on, the host's before each copy */

static struct xg_link_device *inside(struct gpu_bench *b)
{
    return (struct xg_link_device *)b->device;
}

static void host_takes_tiles(void)
{
    uint8_t tile[XG_EDRAM_TILE_BYTES];
    for (size_t i = 0; i < 2; i++)
        for (uint32_t t = 0; t < TILES; t++)
            bench[i].device->ops->tile_read(bench[i].device, t, tile);
}

static uint32_t stalled_for_tiles(struct gpu_bench *b)
{
    uint32_t clocks = 0;
    assert_true(xg_link_csr_read(inside(b), XG_CSR_PERF_STALL_TILE, 1, &clocks));
    return clocks;
}

struct surface {
    uint32_t pitch_samples, color, depth, control, x, y, w, h;
};

static size_t copy_words(const struct surface *c, uint32_t *w)
{
    const uint32_t words[] = {0x2208,
                              6,
                              0x2000,
                              c->pitch_samples,
                              0x2001,
                              c->color,
                              0x2002,
                              c->depth,
                              0x2302,
                              1,
                              0x2081,
                              0x80000000 | c->y << 16 | c->x,
                              0x2082,
                              (c->y + c->h) << 16 | (c->x + c->w),
                              0x200F,
                              0x1FFF1FFF,
                              0x2318,
                              c->control,
                              0x2319,
                              0x08000000,
                              0x231A,
                              0x01000280,
                              0x231B,
                              (c->color >> 16 == 5 ? 26u : 6u) << 7,
                              0x4800,
                              PLACE(2) | 3,
                              0x4801,
                              6 << 2 | 2,
                              PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1),
                              0x88};
    memcpy(w, words, sizeof words);
    return XG_COUNTOF(words);
}

/* Copies and clears of surfaces with every number of samples and words: the one with pages ahead
 * never stands before a tile, and has taken no tile that the other one left to the host. */
static void tiles_of_the_host_are_back_before_a_copy(void **state)
{
    XG_UNUSED(state);
    static const struct surface surfaces[] = {
        {160, 3, 200, 0x100, 0, 0, 160, 40},
        {160 | 1 << 16, 3, 200, 0, 8, 8, 80, 40},
        {160 | 2 << 16, 0, 160, 0x300, 80, 16, 80, 24},
        {320, 5 << 16 | 4, 100, 0x300, 72, 0, 96, 64},
        {320, 0, 100, 4, 0, 16, 320, 16},
        {320, 0, 100, 0x00300304, 16, 0, 64, 80},
        {240 | 2 << 16, 5 << 16, 200, 0x00300100, 40, 8, 48, 24},
    };
    const uint32_t zero = 0, far = bits_of(4000);
    STORE(PLACE(2), zero, zero, far, zero, far, far);
    for (uint32_t k = 0; k < XG_COUNTOF(surfaces); k++) {
        uint32_t words[40], before[2];
        size_t n = copy_words(&surfaces[k], words);
        host_takes_tiles();
        for (size_t i = 0; i < 2; i++) {
            before[i] = stalled_for_tiles(&bench[i]);
            bench[i].count_only = true;
            submit(&bench[i], words, n);
        }
        assert_int_equal(stalled_for_tiles(&bench[0]), before[0]);
        assert_true(stalled_for_tiles(&bench[1]) > before[1]);
        for (uint32_t t = 0; t < TILES; t++)
            assert_int_equal(!inside(&bench[0])->tiles[t], !inside(&bench[1])->tiles[t]);
    }
}

/* Not before the draws in front of it are done: they would have to be taken from the device again.
 */
static void tiles_stay_with_the_host_until_its_draws_are_done(void **state)
{
    XG_UNUSED(state);
    static const struct surface s = {160, 0, 100, 0x100, 0, 0, 160, 40};
    const uint32_t draw[] = {
        0x2208,   4, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x88, PM4_TYPE3(XG_PM4_IM_LOAD, 2),
        PLACE(3), 4};
    struct gpu_bench *b = &bench[0];
    const struct xg_device_ops *ops = b->device->ops;
    uint32_t words[64];
    const uint32_t zero = 0, far = bits_of(4000);
    STORE(PLACE(2), zero, zero, far, zero, far, far);
    memcpy(words, draw, sizeof draw);
    size_t n = XG_COUNTOF(draw) + copy_words(&s, words + XG_COUNTOF(draw));
    host_takes_tiles();
    uint32_t before = stalled_for_tiles(b);
    b->count_only = true;
    assert_int_equal(bench_submit(b, words, n), XG_DEVICE_DELEGATING);
    ops->delegate_done(b->device, 1);
    assert_int_equal(ops->run(b->device, UINT64_MAX), XG_DEVICE_DELEGATING);
    assert_non_null(inside(b)->tiles[0]);
    ops->delegate_done(b->device, 2);
    assert_int_equal(ops->run(b->device, UINT64_MAX), XG_DEVICE_IDLE);
    assert_null(inside(b)->tiles[0]);
    assert_non_null(inside(b)->tiles[TILES - 1]);
    assert_int_equal(stalled_for_tiles(b), before);
}

/* --- hostile rings: a device that does nothing and says that it is done --- */

#define RING_LOG2 12u
#define BUFFER    0x01000000u
#define MEMORY    XG_PHYS_SIZE

struct idler {
    struct xg_transport transport;
    struct xg_link link;
    uint32_t clock, frames;
};

static void idler_say(struct idler *t, uint8_t op, uint32_t address, const uint32_t *w, uint32_t n)
{
    assert_true(xg_link_post(&t->link, op, address, w, n));
}

static void idler_reply(struct idler *t, const struct xg_link_frame *f)
{
    uint32_t values[XG_LINK_MAX_WORDS] = {7, XG_LINK_MAX_WORDS, t->link.session};
    switch (f->op) {
    case XG_LINK_HELLO:
        idler_say(t, XG_LINK_HELLO_ACK, XG_LINK_VERSION, values, 3);
        break;
    case XG_LINK_CSR_RD:
        values[0] = f->address == XG_CSR_ID       ? XG_LINK_ID
                    : f->address == XG_CSR_FRAMES ? t->frames
                                                  : 7;
        values[1] = values[2] = 7; /* layers */
        idler_say(t, XG_LINK_CSR_DATA, f->address, values, f->payload[0]);
        break;
    case XG_LINK_FENCE:
        idler_say(t, XG_LINK_FENCE_ACK, f->address, NULL, 0);
        break;
    case XG_LINK_CSR_WR:
        if (f->address != XG_CSR_RB_WPTR)
            break;
        values[0] = values[2] = ++t->clock;
        values[1] = 0;
        idler_say(t, XG_LINK_IDLE, f->payload[0], values, 3);
        break;
    default:
        break;
    }
}

static bool idler_write(struct xg_transport *transport, const uint32_t *words, size_t count,
                        size_t *taken, struct xg_error *err)
{
    struct idler *t = (struct idler *)transport;
    *taken = count;
    for (size_t at = 0, used = 0; at < count; at += used) {
        struct xg_link_frame f;
        if (xg_link_take(&t->link, words + at, count - at, &used, &f, err) == XG_LINK_FRAME)
            idler_reply(t, &f);
    }
    xg_link_report(&t->link);
    return true;
}

static bool idler_read(struct xg_transport *transport, uint32_t *words, size_t max, size_t *given,
                       struct xg_error *err)
{
    struct idler *t = (struct idler *)transport;
    const uint32_t *from;
    XG_UNUSED(err);
    size_t n = xg_link_next(&t->link, &from);
    *given = n < max ? n : max;
    if (*given)
        memcpy(words, from, *given * sizeof *words);
    xg_link_wrote(&t->link, *given);
    return true;
}

static bool idler_wait(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    XG_UNUSED(t);
    XG_UNUSED(err);
    *clocks = 1;
    return true;
}

static void idler_destroy(struct xg_transport *t)
{
    xg_link_free(&((struct idler *)t)->link);
    free(t);
}

static const struct xg_transport_ops idler_ops = {.name = "idler",
                                                  .destroy = idler_destroy,
                                                  .write = idler_write,
                                                  .read = idler_read,
                                                  .wait = idler_wait};

static uint32_t idler_frames;
static struct xg_device *create_idler(const struct xg_device_host *host, struct xg_error *err)
{
    struct idler *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->transport = (struct xg_transport){.ops = &idler_ops, .zeroed = true};
    t->frames = idler_frames;
    xg_link_init(&t->link, true);
    return xg_link_device_create(host, &t->transport, err);
}

/* What the driver reads of memory, in pages looked up: one for each word. */
static struct gpu_bench *reading;
static uint64_t looked_up;
static const uint8_t *count_page(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx);
    assert_true(page < MEMORY && page % XG_PAGE_SIZE == 0);
    looked_up++;
    return reading->memory + page;
}
static struct xg_device *create_counted(const struct xg_device_host *host, struct xg_error *err)
{
    struct xg_device_host mine = *host;
    mine.page = count_page;
    return create_idler(&mine, err);
}

/* A look at the ring's words; what it cost. */
static struct xg_gpu_counters look(struct gpu_bench *b, const uint32_t *words, size_t n)
{
    struct xg_gpu_counters before = counters(b);
    reading = b;
    looked_up = 0;
    assert_int_equal(bench_submit(b, words, n), XG_DEVICE_IDLE);
    struct xg_gpu_counters after = counters(b);
    after.pages_pushed -= before.pages_pushed;
    assert_true(after.pages_pushed <= XG_SCAN_PAGES * 16);
    /* A word of a packet, an operand of a load or a vertex is a look-up. */
    assert_true(looked_up <= 2 * XG_SCAN_WORDS + 17 * XG_SCAN_PAGES);
    return after;
}
#define LOOK(b, ...)                                                                               \
    look((b), (const uint32_t[]){__VA_ARGS__},                                                     \
         sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void open_idler(struct gpu_bench *b, uint32_t frames)
{
    idler_frames = frames;
    reading = b;
    if (!bench_open(b, create_counted))
        fail_msg("%s", b->err.text);
}

/* Buffers that call themselves and each other, in all the words that there are. */
static void endless_nesting_ends(void **state)
{
    struct gpu_bench b;
    XG_UNUSED(state);
    open_idler(&b, XG_LINK_PAGES);
    for (uint32_t i = 0; i < 0x40000; i++) {
        static const uint32_t call[4] = {PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), BUFFER, 0xFFFFF,
                                         0x80000000};
        xg_st32be(b.memory + BUFFER + 4 * i, call[i % 4]);
    }
    alarm(SECONDS);
    for (unsigned i = 0; i < 8; i++) {
        LOOK(&b, PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), BUFFER, 0xFFFFF);
        assert_true(looked_up >= XG_SCAN_WORDS / 2); /* it did try */
    }
    alarm(0);
    bench_close(&b);
}

/* The largest copy that registers can say reaches all of memory. */
static void a_copy_to_all_of_memory_is_sent_in_pieces(void **state)
{
    struct gpu_bench b;
    XG_UNUSED(state);
    open_idler(&b, XG_LINK_PAGES);
    const uint32_t far = bits_of(1e30f);
    BENCH_STORE(&b, BUFFER, 0, 0, far, 0, far, far);
    uint64_t pushed =
        LOOK(&b, 0x2208, 6, 0x2000, 0x3FF8, 0x2302, 1, 0x2081, 0x80000000, 0x2082, 0x3FFF3FFF,
             0x200F, 0x3FFF3FFF, 0x2318, 0, 0x2319, 0, 0x231A, 0x3FFF3FFF, 0x231B, 38 << 7, 0x4800,
             BUFFER | 3, 0x4801, 6 << 2 | 2, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x88)
            .pages_pushed;
    assert_int_equal(pushed, XG_SCAN_PAGES * 16);
    assert_int_equal(LOOK(&b, 0x80000000).pages_pushed, 0); /* the device has done it */
    bench_close(&b);
}

/* A board with 64 frames keeps some of them for what the device asks for. */
static void a_small_board_is_not_filled(void **state)
{
    struct gpu_bench b;
    XG_UNUSED(state);
    open_idler(&b, 64);
    for (uint32_t i = 0; i < 200; i++) {
        uint64_t pushed = LOOK(&b, PM4_TYPE3(XG_PM4_MEM_WRITE, 2), PLACE(i), 1).pages_pushed;
        assert_true(pushed == 16 || pushed == 32); /* the ring's page goes in its turn */
    }
    uint32_t words[16 * 3];
    for (uint32_t i = 0; i < 16; i++) {
        words[3 * i] = PM4_TYPE3(XG_PM4_MEM_WRITE, 2);
        words[3 * i + 1] = PLACE(i);
        words[3 * i + 2] = 1;
    }
    uint64_t pushed = look(&b, words, XG_COUNTOF(words)).pages_pushed;
    assert_in_range(pushed, 3 * 16, 5 * 16);
    bench_close(&b);
}

static uint32_t hostile_word(struct bench_random *r)
{
    static const uint8_t ops[] = {
        XG_PM4_INDIRECT_BUFFER, XG_PM4_LOAD_ALU_CONSTANT, XG_PM4_MEM_WRITE,    XG_PM4_DRAW_INDX_2,
        XG_PM4_DRAW_INDX,       XG_PM4_EVENT_WRITE_ZPD,   XG_PM4_SET_CONSTANT, XG_PM4_REG_RMW,
        XG_PM4_COND_WRITE,      XG_PM4_SET_BIN_SELECT};
    static const uint16_t regs[] = {0x2000, 0x2080, 0x200E, 0x2205, 0x2302, 0x2318,
                                    0x231A, 0x4800, 0x578,  0x1DC,  0x2325};
    switch (bench_below(r, 8)) {
    case 0:
        return PM4_TYPE3(ops[bench_below(r, XG_COUNTOF(ops))], 1 + bench_below(r, 7)) |
               bench_below(r, 2);
    case 1:
        return PM4_TYPE0(regs[bench_below(r, XG_COUNTOF(regs))], 1 + bench_below(r, 4)) |
               bench_below(r, 2) << 15;
    case 2:
        return 0x2208; /* the draw mode follows */
    case 3:
        return 6 + bench_below(r, 3);
    case 4: /* an address: here, at the end of memory, anywhere */
        return (bench_below(r, 3) ? BUFFER + bench_below(r, 0x8000) : 0x1FFFFF00) | 3;
    case 5:
        return 6 << 2 | bench_below(r, 4);
    default:
        return bench_random(r);
    }
}

static void whatever_a_ring_holds_a_look_ends(void **state)
{
    const unsigned rings = number("XG_SCAN_RINGS", 60);
    struct bench_random r = bench_seed(41);
    XG_UNUSED(state);
    for (unsigned i = 0; i < rings;) {
        struct gpu_bench b;
        open_idler(&b, i % 20 < 10 ? XG_LINK_PAGES : 96);
        alarm(SECONDS);
        for (unsigned k = 0; k < 10; k++, i++) {
            uint32_t words[512];
            for (uint32_t n = 0; n < 0x2000; n++)
                xg_st32be(b.memory + BUFFER + 4 * n, hostile_word(&r));
            for (uint32_t n = 0; n < XG_COUNTOF(words); n++)
                words[n] = hostile_word(&r);
            look(&b, words, 1 + bench_below(&r, XG_COUNTOF(words)));
        }
        alarm(0);
        bench_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_are_told_the_same_with_fewer_faults),
        cmocka_unit_test_setup_teardown(pages_that_packets_name_cost_no_fault, open_both,
                                        close_both),
        cmocka_unit_test_setup_teardown(pages_of_packets_that_do_nothing_are_not_sent, open_both,
                                        close_both),
        cmocka_unit_test_setup_teardown(destinations_of_copies_cost_no_fault, open_both,
                                        close_both),
        cmocka_unit_test_setup_teardown(tiles_of_the_host_are_back_before_a_copy, open_both,
                                        close_both),
        cmocka_unit_test_setup_teardown(tiles_stay_with_the_host_until_its_draws_are_done,
                                        open_both, close_both),
        cmocka_unit_test(endless_nesting_ends),
        cmocka_unit_test(a_copy_to_all_of_memory_is_sent_in_pieces),
        cmocka_unit_test(a_small_board_is_not_filled),
        cmocka_unit_test(whatever_a_ring_holds_a_look_ends),
    };
    return cmocka_run_group_tests_name("looking ahead in the ring", tests, NULL, NULL);
}
