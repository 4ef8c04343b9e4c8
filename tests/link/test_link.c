/* The driver's half of the link: checksums, frames, and a device that lies. The device here is a
 * few lines of C behind the transport interface; what it says is up to each test. */
#include "driver/link.h"
#include "driver/link_device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "tests/support/gpu_bench.h"

/* --- a device made of answers --- */

struct liar {
    struct xg_transport transport;
    struct xg_link link; /* the device's end */
    uint64_t clocks_a_wait;
    bool silent; /* takes everything, says nothing */
    bool full;   /* takes nothing */
    uint32_t version, version_max_words, id, caps;
    /* Called for each frame after the usual answers; may say more. */
    void (*on_frame)(struct liar *l, const struct xg_link_frame *f);
    struct bench_random *random;
    uint32_t spoil; /* one in so many words that it says gets a wrong bit; 0: none */
    unsigned frames, doorbells, pages, maps;
    uint32_t clock;
    bool *destroyed_out;
};

static void say(struct liar *l, uint8_t op, uint32_t address, const uint32_t *payload,
                uint32_t words)
{
    assert_true(xg_link_post(&l->link, op, address, payload, words));
}

static void answer(struct liar *l, const struct xg_link_frame *f)
{
    uint32_t values[XG_LINK_MAX_WORDS] = {0};
    switch (f->op) {
    case XG_LINK_HELLO:
        values[0] = l->caps;
        values[1] = l->version_max_words;
        values[2] = f->payload[1];
        say(l, XG_LINK_HELLO_ACK, l->version, values, 3);
        break;
    case XG_LINK_FENCE:
        say(l, XG_LINK_FENCE_ACK, f->address, NULL, 0);
        break;
    case XG_LINK_CSR_RD:
        if (f->address == XG_CSR_ID) {
            values[0] = l->id;
            values[2] = l->caps;
        }
        if (f->address == XG_CSR_FRAMES)
            values[0] = 8192;
        say(l, XG_LINK_CSR_DATA, f->address, values, f->payload[0]);
        break;
    case XG_LINK_TILE_RD:
        say(l, XG_LINK_TILE_DATA, f->address, values, 1280);
        break;
    case XG_LINK_MEM_RD:
        for (uint32_t i = 0; i < f->payload[0]; i++)
            values[i] = f->address + 4 * i;
        say(l, XG_LINK_MEM_DATA, f->address, values, f->payload[0]);
        break;
    case XG_LINK_MAP_PAGE:
        l->maps++;
        break;
    case XG_LINK_MEM_WR:
    case XG_LINK_MEM_FILL:
        l->pages++;
        break;
    default:
        break;
    }
}

static bool liar_write(struct xg_transport *t, const uint32_t *words, size_t count, size_t *taken,
                       struct xg_error *err)
{
    struct liar *l = (struct liar *)t;
    *taken = l->full ? 0 : count;
    size_t used = 0;
    for (size_t at = 0; at < *taken && !l->silent; at += used) {
        struct xg_link_frame f;
        enum xg_link_result result =
            xg_link_take(&l->link, words + at, *taken - at, &used, &f, err);
        assert_int_not_equal(result, XG_LINK_BROKEN);
        if (result != XG_LINK_FRAME)
            break;
        l->frames++;
        answer(l, &f);
        if (l->on_frame)
            l->on_frame(l, &f);
    }
    return true;
}

static bool liar_read(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                      struct xg_error *err)
{
    struct liar *l = (struct liar *)t;
    const uint32_t *from;
    XG_UNUSED(err);
    xg_link_report(&l->link);
    size_t n = l->silent ? 0 : xg_link_next(&l->link, &from);
    n = n < max ? n : max;
    if (l->random && n > 3)
        n = 1 + bench_below(l->random, (uint32_t)n);
    if (n)
        memcpy(words, from, n * sizeof *words);
    for (size_t i = 0; i < n && l->spoil; i++)
        words[i] ^= bench_below(l->random, l->spoil) ? 0 : 1u << bench_below(l->random, 32);
    if (n)
        xg_link_wrote(&l->link, n);
    *given = n;
    return true;
}

static bool liar_wait(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    XG_UNUSED(err);
    *clocks = ((struct liar *)t)->clocks_a_wait;
    return true;
}

static void liar_destroy(struct xg_transport *t)
{
    struct liar *l = (struct liar *)t;
    if (l->destroyed_out)
        *l->destroyed_out = true;
    xg_link_free(&l->link);
    free(l);
}

static const struct xg_transport_ops liar_ops = {.name = "liar",
                                                 .destroy = liar_destroy,
                                                 .write = liar_write,
                                                 .read = liar_read,
                                                 .wait = liar_wait};

static struct liar *liar_create(void)
{
    struct liar *l = calloc(1, sizeof *l);
    l->transport.ops = &liar_ops;
    l->transport.zeroed = true;
    xg_link_init(&l->link, true);
    l->version = XG_LINK_VERSION;
    l->version_max_words = XG_LINK_MAX_WORDS;
    l->id = XG_LINK_ID;
    l->caps = 7;
    l->clocks_a_wait = 1u << 20;
    return l;
}

/* --- the host of the device --- */

static uint8_t *memory;
static unsigned effects;

static const uint8_t *host_page(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx);
    return memory + page;
}
static void host_watch(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx);
    assert_true(page < XG_PHYS_SIZE && page % 4096 == 0);
}
static void host_effect(void *ctx, const struct xg_gpu_effect *e)
{
    XG_UNUSED(ctx);
    effects++;
    if (e->kind == XG_GPU_MEM) {
        assert_true(e->size <= 64 && e->address <= XG_PHYS_SIZE - e->size);
        for (uint32_t i = 0; i < e->size; i++) /* read them all: the sanitizer looks */
            memory[0] ^= e->bytes[i];
    }
    if (e->kind == XG_GPU_DELEGATE)
        for (size_t i = 0; i < e->draw->reg_count; i++)
            assert_true(e->draw->regs[i].index < 0x5003);
}
static const struct xg_device_host host = {
    .page = host_page, .watch = host_watch, .effect = host_effect};

static int open_memory(void **state)
{
    XG_UNUSED(state);
    memory = mmap(NULL, XG_PHYS_SIZE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    effects = 0;
    return memory == MAP_FAILED ? -1 : 0;
}
static int close_memory(void **state)
{
    XG_UNUSED(state);
    munmap(memory, XG_PHYS_SIZE);
    return 0;
}

static struct xg_device *open_device(struct liar *l)
{
    struct xg_error err = {0};
    struct xg_device *d = xg_link_device_create(&host, &l->transport, &err);
    if (!d)
        fail_msg("%s", err.text);
    return d;
}

/* --- checksums and frames --- */

/* RFC 3720, B.4: checksum bytes 43 23 a8 of iSCSI's test patterns, as numbers. */
static void crc_matches_the_published_vectors(void **state)
{
    XG_UNUSED(state);
    struct xg_crc32c c;
    xg_crc32c_init(&c);
    uint32_t zeros[8] = {0}, ones[8], up[8], down[8];
    uint8_t bytes[32];
    memset(ones, 0xFF, sizeof ones);
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)i;
    memcpy(up, bytes, sizeof up);
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)(31 - i);
    memcpy(down, bytes, sizeof down);
    assert_int_equal(xg_crc32c_words(&c, 0, zeros, 8), 0x8A9136AA);
    assert_int_equal(xg_crc32c_words(&c, 0, ones, 8), 0x62A8AB43);
    assert_int_equal(xg_crc32c_words(&c, 0, up, 8), 0x46DD794E);
    assert_int_equal(xg_crc32c_words(&c, 0, down, 8), 0x113FDB5C);
    assert_int_equal(xg_crc32c_words(&c, xg_crc32c_words(&c, 0, up, 3), up + 3, 5), 0x46DD794E);
}

/* Two ends and the two ways between them, each a queue of words. */
struct way {
    uint32_t words[4 * XG_LINK_FRAME_WORDS];
    size_t count;
};
static struct xg_link host_end, device_end;
static struct way down, up;

static void move_out(struct xg_link *l, struct way *w, struct bench_random *r)
{
    const uint32_t *words;
    size_t n, room = XG_COUNTOF(w->words) - w->count;
    while (room && (n = xg_link_next(l, &words)) != 0) {
        n = n < room ? n : room;
        n = 1 + bench_below(r, (uint32_t)n);
        memcpy(w->words + w->count, words, n * sizeof *words);
        w->count += n;
        room -= n;
        xg_link_wrote(l, n);
    }
}

/* What a frame that arrived must be: the n-th of its direction. */
static uint32_t fill(uint32_t n, uint32_t *payload)
{
    struct bench_random r = {n * 77 + 1};
    uint32_t words = n % 50 == 7 ? XG_LINK_MAX_WORDS : bench_below(&r, 30);
    for (uint32_t i = 0; i < words; i++) /* payloads that look like SYNC and like headers, too */
        payload[i] =
            bench_below(&r, 5) ? bench_random(&r) : (uint32_t[]){XG_LINK_SYNC, 0x8200FFFF}[i & 1];
    return words;
}

static unsigned move_in(struct xg_link *l, struct way *w, uint32_t *next)
{
    uint32_t payload[XG_LINK_MAX_WORDS];
    size_t at = 0, used;
    unsigned came = 0;
    struct xg_error err = {0};
    while (at < w->count) {
        struct xg_link_frame f;
        enum xg_link_result result = xg_link_take(l, w->words + at, w->count - at, &used, &f, &err);
        at += used;
        if (result == XG_LINK_BROKEN)
            fail_msg("%s", err.text);
        if (result != XG_LINK_FRAME)
            continue;
        came++;
        if (f.op == XG_LINK_HELLO) {
            const uint32_t ack[3] = {7, XG_LINK_MAX_WORDS, f.payload[1]};
            assert_true(xg_link_post(l, XG_LINK_HELLO_ACK, XG_LINK_VERSION, ack, 3));
        } else if (f.op != XG_LINK_HELLO_ACK) {
            assert_int_equal(f.address, *next); /* once, and in order */
            assert_int_equal(f.words, fill(*next, payload));
            assert_memory_equal(f.payload, payload, 4 * f.words);
            ++*next;
        }
    }
    w->count = 0;
    return came;
}

enum { FLIP, LOSE_WORDS, LOSE_BYTE, TWICE, CUT, NOISE, FAULTS };

static void damage(struct way *w, struct bench_random *r, unsigned how)
{
    uint8_t *bytes = (uint8_t *)w->words;
    uint32_t at = w->count ? bench_below(r, (uint32_t)w->count) : 0,
             n = w->count ? 1 + bench_below(r, (uint32_t)w->count - at) : 0;
    if (!n)
        return;
    switch (how) {
    case FLIP:
        w->words[at] ^= 1u << bench_below(r, 32);
        break;
    case LOSE_WORDS:
        memmove(w->words + at, w->words + at + n, (w->count - at - n) * 4);
        w->count -= n;
        break;
    case LOSE_BYTE: /* all behind it moves, up to the end of what is under way */
        memmove(bytes + 4 * at, bytes + 4 * at + 1, 4 * (w->count - at) - 1);
        break;
    case TWICE:
        n = n < XG_COUNTOF(w->words) - w->count ? n : (uint32_t)(XG_COUNTOF(w->words) - w->count);
        memmove(w->words + at + n, w->words + at, (w->count - at) * 4);
        w->count += n;
        break;
    case CUT:
        w->count = at;
        break;
    default:
        for (uint32_t i = at; i < at + n; i++)
            w->words[i] = bench_random(r);
        break;
    }
}

/* `frames` each way, one damage in `every` steps (0: none); how: which, or FAULTS for all. */
static void talk(struct bench_random *r, unsigned frames, unsigned every, unsigned how)
{
    uint32_t payload[XG_LINK_MAX_WORDS], said[2] = {0}, heard[2] = {0};
    xg_link_init(&host_end, false);
    xg_link_init(&device_end, true);
    down.count = up.count = 0;
    xg_link_hello(&host_end, 0x1234500);
    unsigned quiet = 0, steps = 0;
    while (heard[0] < frames || heard[1] < frames) {
        assert_true(++steps < 400 * frames + 10000);
        for (unsigned side = 0; side < 2; side++)
            while (said[side] < frames && said[side] < heard[side] + 100 && host_end.synchronised &&
                   bench_below(r, 3)) {
                uint32_t words = fill(said[side], payload);
                assert_true(xg_link_post(side ? &device_end : &host_end,
                                         side ? XG_LINK_TRACE : XG_LINK_MEM_WR, said[side], payload,
                                         words));
                said[side]++;
            }
        move_out(&host_end, &down, r);
        move_out(&device_end, &up, r);
        if (every && bench_below(r, every) == 0)
            damage(bench_below(r, 2) ? &down : &up, r, how < FAULTS ? how : bench_below(r, FAULTS));
        unsigned came = move_in(&device_end, &down, &heard[0]) + move_in(&host_end, &up, &heard[1]);
        if (!came) {
            xg_link_report(&host_end);
            xg_link_report(&device_end);
        }
        bool due = said[0] > heard[0] || said[1] > heard[1] || !host_end.synchronised;
        quiet = came || !due ? 0 : quiet + 1;
        if (quiet < 6)
            continue;
        quiet = 0;
        if (!host_end.synchronised)
            xg_link_hello(&host_end, host_end.session + 256);
        xg_link_silence(&host_end);
        if (bench_below(r, 2)) /* its own timer */
            xg_link_silence(&device_end);
    }
    xg_link_free(&host_end);
    xg_link_free(&device_end);
}

static void frames_come_once_and_in_order_in_pieces_of_any_size(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(11);
    talk(&r, 2000, 0, 0);
    assert_int_equal(host_end.counts.bad + device_end.counts.bad, 0);
    assert_int_equal(host_end.counts.resent + device_end.counts.resent, 0);
    assert_int_equal(host_end.counts.silences, 0);
}

static void frames_come_once_and_in_order_whatever_the_way_does_to_them(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(12);
    uint64_t bad = 0, resent = 0, repeated = 0;
    for (unsigned i = 0; i < 200; i++) {
        talk(&r, 40, 2 + bench_below(&r, 12), i % (FAULTS + 1));
        bad += host_end.counts.bad + device_end.counts.bad;
        resent += host_end.counts.resent + device_end.counts.resent;
        repeated += host_end.counts.repeated + device_end.counts.repeated;
    }
    printf("# %llu bad frames, %llu times sent again, %llu came twice\n", (unsigned long long)bad,
           (unsigned long long)resent, (unsigned long long)repeated);
    assert_true(bad > 500 && resent > 500 && repeated > 500);
}

/* Every single bit of a frame, flipped: the frame does not come, and is asked for. */
static void a_flipped_bit_is_noticed(void **state)
{
    XG_UNUSED(state);
    for (unsigned bit = 0; bit < 8 * 32; bit++) {
        const uint32_t payload[5] = {1, 2, 3, 4, 5}, *words;
        struct xg_link_frame f;
        struct xg_error err = {0};
        size_t used;
        xg_link_init(&host_end, false);
        xg_link_init(&device_end, true);
        host_end.synchronised = device_end.synchronised = true;
        memset(device_end.granted, 0x40, sizeof device_end.granted);
        xg_link_post(&device_end, XG_LINK_MEM_DATA, 64, payload, 5);
        size_t n = xg_link_next(&device_end, &words);
        assert_int_equal(n, 8);
        uint32_t wire[XG_LINK_FRAME_WORDS + 8] = {0};
        memcpy(wire, words, n * 4);
        wire[bit / 32] ^= 1u << bit % 32;
        enum xg_link_result result =
            xg_link_take(&host_end, wire, XG_COUNTOF(wire), &used, &f, &err);
        assert_int_equal(result, XG_LINK_MORE);
        assert_true(host_end.counts.bad && !host_end.counts.accepted && host_end.ask);
        xg_link_free(&device_end);
    }
}

/* A stream of requests to send again does not make a stream of the same length. */
static void requests_to_send_again_are_bounded(void **state)
{
    XG_UNUSED(state);
    const uint32_t credit[2] = {0x30003000, 0x3000}, payload[1] = {1};
    struct xg_link_frame f;
    struct xg_error err = {0};
    const uint32_t *words;
    size_t used, n, written = 0;
    xg_link_init(&host_end, false);
    xg_link_init(&device_end, true); /* makes the requests */
    host_end.synchronised = device_end.synchronised = true;
    memset(host_end.granted, 0x30, sizeof host_end.granted);
    for (unsigned i = 0; i < 8; i++)
        xg_link_post(&host_end, XG_LINK_MEM_WR, 0, payload, 1);
    while ((n = xg_link_next(&host_end, &words)) != 0)
        xg_link_wrote(&host_end, n);
    for (unsigned i = 0; i < 1000; i++) {
        uint32_t nak[5] = {XG_LINK_NAK << 24 | 2, XG_LINK_NAK_CRC, credit[0], credit[1]};
        nak[4] = xg_crc32c_words(&host_end.crc, 0, nak, 4);
        assert_int_equal(xg_link_take(&host_end, nak, 5, &used, &f, &err), XG_LINK_MORE);
        while ((n = xg_link_next(&host_end, &words)) != 0) {
            written += n;
            xg_link_wrote(&host_end, n);
        }
    }
    assert_int_equal(written, XG_LINK_REWINDS_MAX * (8 * 4 + 1));
    xg_link_free(&host_end);
}

/* The other side's buffers are bounded by what it granted, class by class. */
static void nothing_is_sent_without_credit(void **state)
{
    XG_UNUSED(state);
    const uint32_t payload[10] = {0}, *words;
    size_t n, written = 0;
    xg_link_init(&host_end, false);
    host_end.synchronised = true;
    host_end.granted[XG_LINK_CLASS_POSTED] = 40;
    host_end.granted[XG_LINK_CLASS_REQUEST] = 100;
    for (unsigned i = 0; i < 10; i++)
        xg_link_post(&host_end, XG_LINK_MEM_WR, 0, payload, 10); /* 13 words each */
    while ((n = xg_link_next(&host_end, &words)) != 0) {
        written += n;
        xg_link_wrote(&host_end, n);
    }
    assert_int_equal(written, 39);
    host_end.granted[XG_LINK_CLASS_POSTED] = 130;
    for (written = 0; (n = xg_link_next(&host_end, &words)) != 0; written += n)
        xg_link_wrote(&host_end, n);
    assert_int_equal(written, 91);
    for (unsigned i = 0; i < 200; i++) /* the window: no more frames than it holds, credit or not */
        xg_link_post(&host_end, XG_LINK_MEM_FILL, 0, payload, 2);
    host_end.granted[XG_LINK_CLASS_POSTED] = 20000;
    for (written = 0; (n = xg_link_next(&host_end, &words)) != 0; written += n)
        xg_link_wrote(&host_end, n);
    assert_int_equal(written, (XG_LINK_WINDOW - 10) * 5);
    xg_link_free(&host_end);
}

/* --- handshake --- */

static void expect_refusal(struct liar *l, const char *sentence)
{
    bool destroyed = false;
    l->destroyed_out = &destroyed;
    struct xg_error err = {0};
    assert_null(xg_link_device_create(&host, &l->transport, &err));
    assert_true(destroyed);
    assert_int_equal(err.kind, XG_E_DEVICE);
    if (!strstr(err.text, sentence))
        fail_msg("\"%s\" does not say \"%s\"", err.text, sentence);
}

static void devices_that_are_not_ours_are_refused_with_a_sentence(void **state)
{
    XG_UNUSED(state);
    struct liar *l = liar_create();
    l->silent = true;
    expect_refusal(l, "no HELLO_ACK");
    l = liar_create();
    l->full = true;
    expect_refusal(l, "no HELLO_ACK");
    l = liar_create();
    l->id = 0x12345678;
    expect_refusal(l, "not a Xenogate device");
    l = liar_create();
    l->caps = 3;
    expect_refusal(l, "lacks layers");
    l = liar_create();
    l->version = 2;
    expect_refusal(l, "version 2 of the link");
    l = liar_create();
    l->version_max_words = 64;
    expect_refusal(l, "frames of 64 words");
}

/* --- running --- */

static void idle_at_doorbell(struct liar *l, const struct xg_link_frame *f)
{
    if (f->op == XG_LINK_CSR_WR && f->address == XG_CSR_RB_WPTR) {
        const uint32_t stamp[3] = {100 * ++l->doorbells, 0, l->doorbells};
        say(l, XG_LINK_IDLE, f->payload[0], stamp, 3);
    }
}

static void a_kick_runs_until_idle(void **state)
{
    XG_UNUSED(state);
    struct liar *l = liar_create();
    l->on_frame = idle_at_doorbell;
    struct xg_device *d = open_device(l);
    assert_int_equal(d->ops->run(d, 10), XG_DEVICE_IDLE);
    assert_int_equal(effects, 0);
    d->ops->kick(d, 5);
    d->ops->kick(d, 7);
    assert_int_equal(l->doorbells, 0);
    assert_int_equal(d->ops->run(d, 10), XG_DEVICE_IDLE);
    assert_int_equal(l->doorbells, 1);
    assert_int_equal(effects, 1);
    d->ops->destroy(d);
}

static void fault_at_doorbell(struct liar *l, const struct xg_link_frame *f)
{
    if (f->op == XG_LINK_CSR_WR && f->address == XG_CSR_RB_WPTR) {
        l->pages = l->maps = 0;
        say(l, XG_LINK_FAULT, 0x00130000, NULL, 0);
        say(l, XG_LINK_FAULT, 0x00130000, NULL, 0);
    }
    if (f->op == XG_LINK_MAP_PAGE && l->maps == 2)
        say(l, XG_LINK_IDLE, 0, (const uint32_t[3]){1, 0, 1}, 3);
}

static void a_page_goes_once_however_often_it_is_missed_and_again_where_it_was_touched(void **state)
{
    XG_UNUSED(state);
    struct liar *l = liar_create();
    l->on_frame = fault_at_doorbell;
    struct xg_device *d = open_device(l);
    d->ops->kick(d, 1);
    assert_int_equal(d->ops->run(d, 10), XG_DEVICE_IDLE);
    assert_int_equal(l->pages, 16);
    assert_int_equal(l->maps, 2);
    l->on_frame = idle_at_doorbell;
    l->pages = 0;
    d->ops->page_dirty(d, 0x00131000);
    d->ops->page_dirty(d, 0x00131000);
    d->ops->page_dirty(d, 0x00140000); /* not on the board */
    d->ops->kick(d, 2);
    assert_int_equal(d->ops->run(d, 10), XG_DEVICE_IDLE);
    assert_int_equal(l->pages, 1);
    d->ops->kick(d, 3);
    d->ops->run(d, 10);
    assert_int_equal(l->pages, 1);
    d->ops->destroy(d);
}

static void a_device_that_says_nothing_more_fails_in_bounded_time(void **state)
{
    XG_UNUSED(state);
    struct liar *l = liar_create();
    struct xg_device *d = open_device(l);
    d->ops->kick(d, 1);
    assert_int_equal(d->ops->run(d, 10), XG_DEVICE_FAILED); /* it answers, but does not move */
    assert_non_null(strstr(d->ops->failure(d), "no progress"));
    assert_int_equal(d->ops->run(d, 10), XG_DEVICE_FAILED);
    assert_int_equal(d->ops->reg_read(d, 0), 0);
    d->ops->destroy(d);

    l = liar_create();
    d = open_device(l);
    l->silent = true; /* it does not even answer */
    d->ops->kick(d, 1);
    assert_int_equal(d->ops->run(d, 10), XG_DEVICE_FAILED);
    assert_non_null(strstr(d->ops->failure(d), "no CSR_DATA"));
    uint8_t tile[XG_EDRAM_TILE_BYTES];
    d->ops->tile_read(d, 3, tile); /* a failed device stays one, whatever is asked of it */
    d->ops->tile_write(d, 3, tile);
    d->ops->reg_write(d, 0x578, 1);
    d->ops->reset(d);
    d->ops->destroy(d);
}

/* Lines come before what was said after them, each with the bytes that the board holds; the pages
 * are cleaned when the copy is here. */
static void say_two_copies(struct liar *l, const struct xg_link_frame *f)
{
    if (f->op != XG_LINK_CSR_WR || f->address != XG_CSR_RB_WPTR)
        return;
    const uint32_t one[] = {1, 0, 1, 0x400, 0x3FF, 0x400}, end[] = {1, 0, 1},
                   two[] = {2, 0, 1, 0x800}, push[] = {2, 0, 1, 77}, idle[] = {3, 0, 1};
    say(l, XG_LINK_PAGE_DIRTY, 0, one, 6);
    say(l, XG_LINK_PAGE_DIRTY, 1, end, 3);
    say(l, XG_LINK_PAGE_DIRTY, 1, two, 4);
    say(l, XG_LINK_MEM_PUSH, 0x5000, push, 4);
    say(l, XG_LINK_IDLE, 0, idle, 3);
}
static uint32_t lines_told[8][2];
static unsigned lines_count;
static void note_memory(void *ctx, const struct xg_gpu_effect *e)
{
    XG_UNUSED(ctx);
    if (e->kind != XG_GPU_MEM || lines_count == 8)
        return;
    lines_told[lines_count][0] = e->address;
    memcpy(&lines_told[lines_count++][1], e->bytes, 4);
}

static void lines_of_copies_are_read_and_told_in_order(void **state)
{
    XG_UNUSED(state);
    static const uint32_t expected[5][2] = {
        {0x10000, 0x10000}, {0xFFC0, 0xFFC0}, {0x10000, 0x10000}, {0x20000, 0x20000}, {0x5000, 77}};
    struct liar *l = liar_create();
    const struct xg_device_host noting = {
        .page = host_page, .watch = host_watch, .effect = note_memory};
    struct xg_error err = {0};
    l->on_frame = say_two_copies;
    struct xg_device *d = xg_link_device_create(&noting, &l->transport, &err);
    assert_non_null(d);
    lines_count = 0;
    d->ops->kick(d, 1);
    assert_int_equal(d->ops->run(d, 10), XG_DEVICE_IDLE);
    assert_int_equal(lines_count, 5);
    assert_memory_equal(lines_told, expected, sizeof expected);
    d->ops->reg_read(d, 0);
    assert_int_equal(l->maps, 3); /* pages 0, 1 and 2 are clean again */
    d->ops->destroy(d);
}

/* What the device says at the doorbell; each must fail with a sentence that holds `says`. */
static struct {
    uint8_t op;
    uint32_t address, words, payload[20];
    const char *says;
} violations[] = {
    {XG_LINK_IDLE, 0, 2, {1, 0}, "length"},
    {XG_LINK_IDLE, 0, 3, {1, 0x10000, 1}, "cost"},
    {XG_LINK_MEM_PUSH, 0x1000, 3, {1, 0, 1}, "length"},
    {XG_LINK_MEM_PUSH, 0x1000, 20, {1, 0, 1}, "length"},
    {XG_LINK_MEM_PUSH, 0x1002, 4, {1, 0, 1, 9}, "outside one line"},
    {XG_LINK_MEM_PUSH, 0x103C, 5, {1, 0, 1, 9, 9}, "outside one line"},
    {XG_LINK_MEM_PUSH, 0x20000000, 4, {1, 0, 1, 9}, "outside one line"},
    {XG_LINK_TRACE, 0x5003, 4, {1, 0, 1, 9}, "no such register"},
    {XG_LINK_DELEGATE, 1, 7, {1, 0, 1, 0, 0, 0, 1}, "fewer words"},
    {XG_LINK_DELEGATE, 1, 6, {1, 0, 1, 0, 0, 0}, "fewer words"},
    {XG_LINK_DELEGATE, 1, 8, {1, 0, 1, 0, 0, 0, 0, 5}, "half a register"},
    {XG_LINK_DELEGATE, 1, 9, {1, 0, 1, 0, 0, 0, 0, 0x5003, 1}, "out of order"},
    {XG_LINK_DELEGATE, 1, 11, {1, 0, 1, 0, 0, 0, 0, 6, 1, 6, 1}, "out of order"},
    {XG_LINK_FAULT, 0x20000000, 0, {0}, "not one"},
    {XG_LINK_FAULT, 0x1000, 0, {0}, "not one"},
    {XG_LINK_TILE_REQ, 5, 0, {0}, "does not own"},
    {XG_LINK_TILE_REQ, 2048, 0, {0}, "does not own"},
    {XG_LINK_CSR_DATA, 0, 1, {1}, "nobody asked"},
    {XG_LINK_REFUSED, 9, 1, {XG_LINK_NAK_ARGUMENT}, "refused frame 9: address or length"},
    {XG_LINK_PAGE_DIRTY, 0, 2, {1, 0}, "length"},
    {XG_LINK_PAGE_DIRTY, 0, 20, {1, 0, 1}, "length"},
    {XG_LINK_PAGE_DIRTY, 0, 4, {1, 0, 1, 0x800000}, "outside guest memory"},
    {XG_LINK_PAGE_DIRTY, 1, 3, {1, 0, 1}, "without lines"},
    {XG_LINK_MEM_DATA, 0x1000, 16, {0}, "nobody asked"},
    {XG_LINK_PAGE_DIRTY, 0, 4, {1, 0, 1, 5}, "copy before it"},
    {XG_LINK_FAULT, 0x10001, 0, {0}, "not one"},
    {0x99, 0, 0, {0}, "unknown operation"},
    {XG_LINK_MEM_WR, 0, 3, {1, 0, 1}, "length"},
};
static size_t violation;

static void violate_at_doorbell(struct liar *l, const struct xg_link_frame *f)
{
    static const uint32_t idle[3] = {1, 0, 1};
    if (f->op != XG_LINK_CSR_WR || f->address != XG_CSR_RB_WPTR)
        return;
    say(l, violations[violation].op, violations[violation].address, violations[violation].payload,
        violations[violation].words);
    say(l, XG_LINK_IDLE, 0, idle, 3);
}

static void every_violation_fails_with_a_sentence(void **state)
{
    XG_UNUSED(state);
    for (violation = 0; violation < XG_COUNTOF(violations); violation++) {
        struct liar *l = liar_create();
        l->on_frame = violate_at_doorbell;
        struct xg_device *d = open_device(l);
        d->ops->kick(d, 1);
        assert_int_equal(d->ops->run(d, 10), XG_DEVICE_FAILED);
        if (!strstr(d->ops->failure(d), violations[violation].says))
            fail_msg("case %zu: \"%s\" does not say \"%s\"", violation, d->ops->failure(d),
                     violations[violation].says);
        d->ops->destroy(d);
    }
}

/* Something a device may say, with random contents. */
static void say_something(struct liar *l, uint8_t op)
{
    struct bench_random *r = l->random;
    uint32_t payload[20] = {++l->clock, 0, l->doorbells}, words = 4, address = bench_below(r, 64);
    for (int k = 3; k < 20; k++)
        payload[k] = bench_random(r);
    switch (op) {
    case XG_LINK_IRQ:
    case XG_LINK_IDLE:
        words = 3;
        break;
    case XG_LINK_SWAP:
        words = 5;
        break;
    case XG_LINK_WAIT:
        words = 6;
        break;
    case XG_LINK_MEM_PUSH:
        words = 4 + bench_below(r, 16);
        address = bench_random(r) & 0x1FFFFFC0;
        break;
    case XG_LINK_PAGE_DIRTY:
        words = 4 + bench_below(r, 16);
        address = 1;
        for (uint32_t k = 3; k < words; k++)
            payload[k] &= 0x7FFFFF >> (k & 1 ? 0 : 18);
        break;
    case XG_LINK_FAULT:
        words = 0;
        address = bench_random(r) & 0x1FFF0000;
        break;
    case XG_LINK_DELEGATE:
        words = 9;
        payload[6] = bench_below(r, 2) ? 2 : 0;
        payload[7] &= 0xFFF;
        break;
    default:
        break;
    }
    say(l, op, address, payload, words);
}

/* A frame with the right checksum and number and anything inside. */
static void say_nonsense(struct liar *l)
{
    struct bench_random *r = l->random;
    uint32_t payload[64], words = bench_below(r, 40);
    for (uint32_t k = 0; k < words; k++)
        payload[k] = bench_below(r, 3) ? bench_below(r, 8) : bench_random(r);
    uint8_t op = (uint8_t)(bench_below(r, 4) ? 0x80 + bench_below(r, 0x14) : bench_random(r));
    say(l, op, bench_below(r, 2) ? bench_below(r, 64) : bench_random(r), payload, words);
}

static void babble(struct liar *l, const struct xg_link_frame *f)
{
    static const uint8_t fine[] = {XG_LINK_IRQ,   XG_LINK_FAULT, XG_LINK_MEM_PUSH,  XG_LINK_SWAP,
                                   XG_LINK_TRACE, XG_LINK_ERROR, XG_LINK_PAGE_DIRTY};
    static const uint8_t last[] = {XG_LINK_IDLE, XG_LINK_IDLE, XG_LINK_WAIT, XG_LINK_DELEGATE};
    struct bench_random *r = l->random;
    bool go = f->op == XG_LINK_WAIT_DONE || f->op == XG_LINK_DELEGATE_DONE ||
              (f->op == XG_LINK_CSR_WR && f->address == XG_CSR_RB_WPTR);
    for (uint32_t i = bench_below(r, 5); go && i; i--)
        say_something(l, fine[bench_below(r, XG_COUNTOF(fine))]);
    if (bench_below(r, 150) == 0)
        say_nonsense(l);
    else if (go)
        say_something(l, last[bench_below(r, XG_COUNTOF(last))]);
}

static void a_babbling_device_cannot_hurt_the_host(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(77);
    unsigned failed = 0, told = 0;
    for (int i = 0; i < 400; i++) {
        struct liar *l = liar_create();
        struct xg_device *d = open_device(l);
        l->random = &r;
        l->on_frame = babble;
        effects = 0;
        enum xg_device_state s = XG_DEVICE_IDLE;
        uint8_t tile[XG_EDRAM_TILE_BYTES] = {0};
        for (int k = 0; k < 30 && s != XG_DEVICE_FAILED; k++) {
            switch (bench_below(&r, 8)) {
            case 0:
                d->ops->reg_write(d, bench_below(&r, 0x6000), bench_random(&r));
                break;
            case 1:
                d->ops->wait_done(d, true);
                break;
            case 2:
                d->ops->delegate_done(d, bench_below(&r, 64));
                break;
            case 3:
                d->ops->tile_read(d, bench_below(&r, 64), tile);
                break;
            case 4:
                d->ops->page_dirty(d, bench_random(&r) & 0x1FFFF000);
                break;
            default:
                d->ops->kick(d, bench_below(&r, 1000));
                break;
            }
            s = d->ops->run(d, 1 + bench_below(&r, 100));
        }
        failed += s == XG_DEVICE_FAILED;
        told += effects;
        d->ops->destroy(d);
    }
    printf("# %u of 400 failed, %u effects told\n", failed, told);
    assert_true(failed > 50 && failed < 400 && told > 2000);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_memory, close_memory)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_matches_the_published_vectors),
        cmocka_unit_test(frames_come_once_and_in_order_in_pieces_of_any_size),
        cmocka_unit_test(frames_come_once_and_in_order_whatever_the_way_does_to_them),
        cmocka_unit_test(a_flipped_bit_is_noticed),
        cmocka_unit_test(requests_to_send_again_are_bounded),
        cmocka_unit_test(nothing_is_sent_without_credit),
        T(devices_that_are_not_ours_are_refused_with_a_sentence),
        T(a_kick_runs_until_idle),
        T(a_page_goes_once_however_often_it_is_missed_and_again_where_it_was_touched),
        T(a_device_that_says_nothing_more_fails_in_bounded_time),
        T(lines_of_copies_are_read_and_told_in_order),
        T(every_violation_fails_with_a_sentence),
        T(a_babbling_device_cannot_hurt_the_host),
    };
    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
