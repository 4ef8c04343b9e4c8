/* Tiles that host and device hand to each other (driver/link_tiles.c, link_scan.c): on a way on
 * which every question takes long, a frame like the one before asks a few times and not once a
 * tile; whoever guesses wrong has the right bytes all the same. */
#include "driver/link_device.h"
#include "driver/rtl_device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/gpu_bench.h"

#define TILES    32u /* of the surface: eight across */
#define ACROSS   8u
#define FRAMES   3u
#define VERTICES 0x00200000u
#define PICTURE  0x01000000u

/* --- the core behind a way that takes DELAY waits in each direction --- */

#define DELAY 3u
#define ROOM  (1u << 18)

struct queue {
    uint32_t words[ROOM];
    uint32_t due[ROOM]; /* the wait after which a word is there */
    size_t from, to;
};
struct slow {
    struct xg_transport transport;
    struct xg_transport *core;
    uint32_t waits;
    struct queue out, in;
};

static void put(const struct slow *s, struct queue *q, const uint32_t *words, size_t n)
{
    assert_true(q->to - q->from + n <= ROOM);
    for (size_t i = 0; i < n; i++, q->to++) {
        q->words[q->to % ROOM] = words[i];
        q->due[q->to % ROOM] = s->waits + DELAY;
    }
}

static bool slow_write(struct xg_transport *t, const uint32_t *words, size_t count, size_t *taken,
                       struct xg_error *err)
{
    struct slow *s = (struct slow *)t;
    XG_UNUSED(err);
    put(s, &s->out, words, count);
    *taken = count;
    return true;
}

static bool slow_read(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                      struct xg_error *err)
{
    struct slow *s = (struct slow *)t;
    struct queue *q = &s->in;
    XG_UNUSED(err);
    for (*given = 0; *given < max && q->from < q->to && q->due[q->from % ROOM] <= s->waits;)
        words[(*given)++] = q->words[q->from++ % ROOM];
    return true;
}

static bool slow_wait(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    struct slow *s = (struct slow *)t;
    uint32_t words[4096];
    size_t n = 1, taken = 1;
    s->waits++;
    for (struct queue *q = &s->out; taken && q->from < q->to && q->due[q->from % ROOM] <= s->waits;
         q->from += taken)
        if (!s->core->ops->write(s->core, &q->words[q->from % ROOM], 1, &taken, err))
            return false;
    if (!s->core->ops->wait(s->core, clocks, err))
        return false;
    while (n) {
        if (!s->core->ops->read(s->core, words, XG_COUNTOF(words), &n, err))
            return false;
        put(s, &s->in, words, n);
    }
    return true;
}

static void slow_destroy(struct xg_transport *t)
{
    struct slow *s = (struct slow *)t;
    s->core->ops->destroy(s->core);
    free(s);
}

static const struct xg_transport_ops slow_ops = {.name = "slow",
                                                 .destroy = slow_destroy,
                                                 .write = slow_write,
                                                 .read = slow_read,
                                                 .wait = slow_wait};

static struct slow *newest; /* a constructor has no context */

static struct xg_device *create(const struct xg_device_host *host, struct xg_error *err,
                                bool by_fault)
{
    struct slow *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->core = xg_rtl_transport_create(0, err);
    assert_non_null(s->core);
    s->transport =
        (struct xg_transport){.ops = &slow_ops, .zeroed = s->core->zeroed, .by_fault = by_fault};
    newest = s;
    return xg_link_device_create(host, &s->transport, err);
}
static struct xg_device *create_ahead(const struct xg_device_host *host, struct xg_error *err)
{
    return create(host, err, false);
}
static struct xg_device *create_by_fault(const struct xg_device_host *host, struct xg_error *err)
{
    return create(host, err, true);
}

/* --- frames --- */

struct side {
    struct gpu_bench bench;
    struct slow *way;
    uint32_t sequence, reading; /* draws; waits while they read tiles */
    uint64_t digest;
};
static struct side ahead, by_fault;

static void open_side(struct side *s, xg_device_create_fn *make)
{
    static const float v[6] = {0, 0, 640, 0, 640, 64};
    uint32_t bits[6];
    *s = (struct side){0};
    if (!bench_open(&s->bench, make))
        fail_msg("%s", s->bench.err.text);
    s->way = newest;
    memcpy(bits, v, sizeof bits);
    bench_store(&s->bench, VERTICES, bits, 6);
}
static int open_both(void **state)
{
    XG_UNUSED(state);
    open_side(&ahead, create_ahead);
    open_side(&by_fault, create_by_fault);
    return 0;
}
static int close_both(void **state)
{
    XG_UNUSED(state);
    bench_close(&ahead.bench);
    bench_close(&by_fault.bench);
    return 0;
}

static void digest(struct side *s, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s->digest = (s->digest ^ bytes[i]) * 1099511628211u;
}

/* A draw to every `step`-th tile from `first` on, in an order that is not theirs. */
static void draw(struct side *s, uint32_t first, uint32_t step, uint32_t value)
{
    const struct xg_device_ops *ops = s->bench.device->ops;
    uint8_t tile[XG_EDRAM_TILE_BYTES];
    const uint32_t before = s->way->waits;
    for (uint32_t i = first; i < TILES; i += step) {
        uint32_t t = i * 27 % TILES;
        ops->tile_read(s->bench.device, t, tile);
        digest(s, tile, sizeof tile);
        for (uint32_t k = 0; k < 64; k++)
            tile[k * 80 + value % 80] = (uint8_t)(value + t);
        ops->tile_write(s->bench.device, t, tile);
    }
    s->reading += s->way->waits - before;
    ops->delegate_done(s->bench.device, ++s->sequence);
}

/* Two draws, a copy and a clear of the surface; how long it took. */
static uint32_t frame(struct side *s, uint32_t number, uint32_t first, uint32_t step)
{
    const struct xg_device_ops *ops = s->bench.device->ops;
    const uint32_t words[] = {0x2208,
                              4,
                              PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1),
                              0x88,
                              PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1),
                              0x88,
                              0x2208,
                              6,
                              0x2000,
                              80 * ACROSS,
                              0x2001,
                              0,
                              0x2302,
                              1,
                              0x2081,
                              0x80000000,
                              0x2082,
                              0x1FFF1FFF,
                              0x200F,
                              0x1FFF1FFF,
                              0x2318,
                              0x100,
                              0x2319,
                              PICTURE,
                              0x231A,
                              80 * ACROSS | 64u << 16,
                              0x231B,
                              6 << 7,
                              0x231E,
                              0x01020304 * number,
                              0x4800,
                              VERTICES | 3,
                              0x4801,
                              6 << 2 | 2,
                              PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1),
                              0x88};
    uint32_t before = s->way->waits;
    s->reading = 0;
    for (uint32_t at = 0; at < 0x10000; at += XG_PAGE_SIZE) /* the ring is stored to */
        ops->page_dirty(s->bench.device, BENCH_RING + at);
    assert_int_equal(bench_submit(&s->bench, words, XG_COUNTOF(words)), XG_DEVICE_DELEGATING);
    draw(s, first, step, number);
    assert_int_equal(ops->run(s->bench.device, UINT64_MAX), XG_DEVICE_DELEGATING);
    draw(s, 0, 1, number + 40);
    assert_int_equal(ops->run(s->bench.device, UINT64_MAX), XG_DEVICE_IDLE);
    for (size_t i = 0; i < s->bench.count; i++)
        if (s->bench.effects[i].e.kind == XG_GPU_MEM)
            digest(s, s->bench.effects[i].bytes, s->bench.effects[i].e.size);
    bench_apply(&s->bench);
    return s->way->waits - before;
}

static void a_frame_like_the_last_one_asks_few_times(void **state)
{
    XG_UNUSED(state);
    for (uint32_t n = 1; n <= FRAMES; n++) {
        uint32_t few = frame(&ahead, n, 3, 5), many = frame(&by_fault, n, 3, 5);
        printf("# frame %u: %u waits, %u of them for tiles to read; %u and %u with a question for "
               "each tile\n",
               n, few, ahead.reading, many, by_fault.reading);
        assert_int_equal(ahead.digest, by_fault.digest);
        assert_true(by_fault.reading >= TILES * 2 * DELAY);
        if (n > 1)
            assert_true(ahead.reading * 3 < by_fault.reading && few < many);
    }
}

/* Each frame reads its tiles from another place on and in other steps. */
static void wrong_guesses_change_nothing(void **state)
{
    XG_UNUSED(state);
    for (uint32_t n = 1; n <= FRAMES + 1; n++) {
        uint32_t few = frame(&ahead, n, n * 11 % 7, 3 + n % 4),
                 many = frame(&by_fault, n, n * 11 % 7, 3 + n % 4);
        assert_int_equal(ahead.digest, by_fault.digest);
        assert_true(few < many);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_frame_like_the_last_one_asks_few_times, open_both,
                                        close_both),
        cmocka_unit_test_setup_teardown(wrong_guesses_change_nothing, open_both, close_both),
    };
    return cmocka_run_group_tests_name("tiles on the link", tests, NULL, NULL);
}
