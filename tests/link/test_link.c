/* The driver's half of the link, and a device that lies. The device here is a
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
    for (size_t i = 0; i < n && l->random && l->spoil; i++)
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
    if (f->op == XG_LINK_MAP_PAGE)
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
    assert_int_equal(l->maps, 1); /* a second time it could hold lines of a copy by then */
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
