/* A hostile device: whatever words it says, the host's memory and the process stay whole, and every
 * call comes back. Frames with right checksums and numbers and anything inside, forged credits and
 * requests, sessions that are none, frames said twice, noise, silence; on a device that can be
 * found again and on one that cannot. Run under sanitizers by the suites of the same name.
 *
 * XG_FUZZ_RUNS: how many devices (3000); XG_SEED: which. */
#include "driver/link.h"
#include "driver/link_device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/gpu_bench.h"

#define RUNS      3000u
#define CALLS     25u
#define SECONDS   60u
#define MEMORY    XG_PHYS_SIZE
#define SPARE     4096u /* around the memory: nobody writes here */
#define REGISTERS 0x5003u

struct hostile {
    struct xg_transport transport;
    struct xg_link link;
    struct bench_random *random;
    uint32_t wild; /* one in so many reads brings something that it should not */
    uint32_t clock, budget;
    uint32_t words[3 * XG_LINK_FRAME_WORDS]; /* made up, to be read */
    size_t first, count;
    uint32_t last[64]; /* words of a frame that was said, to be said again */
    size_t last_count;
    unsigned reopened;
};

static uint32_t below(struct hostile *h, uint32_t n)
{
    return bench_below(h->random, n);
}
static uint32_t any(struct hostile *h)
{
    static const uint32_t edges[] = {0,          1,          0xFFFFFFFF, 0x80000000, 0x7FFFFFFF,
                                     0x1FFFFFFF, 0x20000000, 0x1FFFFFC0, 0x1FFF0000, XG_LINK_SYNC,
                                     2047,       2048,       5120,       0x5002,     0x5003};
    return below(h, 2) ? edges[below(h, XG_COUNTOF(edges))] : bench_random(h->random);
}

/* --- what it says --- */

static void say(struct hostile *h, uint8_t op, uint32_t address, const uint32_t *payload,
                uint32_t n)
{
    assert_true(xg_link_post(&h->link, op, address, payload, n));
}

/* A frame in its place in the sequence. */
static void say_anything(struct hostile *h)
{
    uint32_t payload[XG_LINK_MAX_WORDS];
    uint32_t n = below(h, 6) ? below(h, 24) : below(h, XG_LINK_MAX_WORDS + 1);
    for (uint32_t i = 0; i < n; i++)
        payload[i] = any(h);
    if (n > 2 && below(h, 4)) { /* a stamp that passes */
        payload[0] = ++h->clock;
        payload[1] = 0;
    }
    uint8_t op = (uint8_t)(below(h, 8) ? 0x80 + below(h, 0x15) : bench_random(h->random));
    say(h, op, below(h, 2) ? below(h, 4096) : any(h), payload, n);
}

/* Words that are no frames of this end: forged controls, repeated frames, wrong lengths, noise. */
static void make_up(struct hostile *h)
{
    uint32_t *w = h->words;
    h->first = 0;
    switch (below(h, 5)) {
    case 0: /* a control */
        w[0] = (below(h, 2) ? XG_LINK_NAK : XG_LINK_CREDIT_GRANT) << 24 | below(h, 256) << 16 | 2;
        w[1] = (below(h, 4) ? h->link.session : any(h)) | below(h, 8);
        w[2] = any(h);
        w[3] = any(h);
        w[4] = xg_crc32c_words(&h->link.crc, 0, w, 4);
        h->count = 5;
        break;
    case 1: /* a frame that was said before, also after it was acknowledged */
        memcpy(w, h->last, h->last_count * sizeof *w);
        h->count = h->last_count;
        break;
    case 2: /* a frame of any number and length */
        h->count = 3 + below(h, 40);
        for (size_t i = 1; i < h->count; i++)
            w[i] = any(h);
        w[0] = (0x80 + below(h, 0x15)) << 24 | below(h, 256) << 16 | (uint32_t)(h->count - 3);
        w[h->count - 1] = xg_crc32c_words(&h->link.crc, 0, w, h->count - 1);
        break;
    case 3: /* a length that does not fit */
        w[0] = 0x82000000 | below(h, 0x10000);
        h->count = 1;
        break;
    default:
        h->count = 1 + below(h, XG_COUNTOF(h->words));
        for (size_t i = 0; i < h->count; i++)
            w[i] = any(h);
        break;
    }
}

/* Effects as they should be. */
static void say_fine(struct hostile *h)
{
    static const uint8_t ops[] = {XG_LINK_IRQ, XG_LINK_MEM_PUSH, XG_LINK_TRACE, XG_LINK_SWAP,
                                  XG_LINK_PAGE_DIRTY};
    static const uint8_t lengths[] = {3, 7, 4, 5, 9};
    uint32_t payload[9] = {++h->clock, 0, h->clock}, i = below(h, XG_COUNTOF(ops));
    for (uint32_t k = 3; k < 9; k++)
        payload[k] = bench_random(h->random) & 0x7FFFFF;
    uint32_t address = i == 1 ? bench_random(h->random) & 0x1FFFFFC0 : i == 2 ? below(h, 4096) : 1;
    say(h, ops[i], address, payload, lengths[i]);
}

static void reply(struct hostile *h, const struct xg_link_frame *f)
{
    uint32_t values[XG_LINK_MAX_WORDS] = {7, XG_LINK_MAX_WORDS};
    uint32_t stamp[3] = {0};
    switch (f->op) {
    case XG_LINK_HELLO:
        values[2] = h->link.session;
        say(h, XG_LINK_HELLO_ACK, XG_LINK_VERSION, values, 3);
        break;
    case XG_LINK_CSR_RD:
        values[0] = f->address == XG_CSR_ID       ? XG_LINK_ID
                    : f->address == XG_CSR_FRAMES ? 8192u >> 7 * below(h, 2)
                                                  : bench_random(h->random);
        values[1] = values[2] = 7;
        say(h, XG_LINK_CSR_DATA, f->address, values,
            f->payload[0] <= XG_LINK_MAX_WORDS ? f->payload[0] : 1);
        break;
    case XG_LINK_MEM_RD:
        say(h, XG_LINK_MEM_DATA, f->address, values,
            f->payload[0] <= XG_LINK_MAX_WORDS ? f->payload[0] : 1);
        break;
    case XG_LINK_TILE_RD:
        say(h, XG_LINK_TILE_DATA, f->address, values, 1280);
        break;
    case XG_LINK_FENCE:
        say(h, XG_LINK_FENCE_ACK, f->address, NULL, 0);
        break;
    case XG_LINK_CSR_WR:
        if (f->address == XG_CSR_PACKET_BUDGET)
            h->budget = f->payload[0];
        if (f->address != XG_CSR_RB_WPTR || (h->wild && below(h, h->wild) == 0))
            break;
        for (uint32_t n = below(h, 6); n--;)
            say_fine(h);
        stamp[0] = stamp[2] = ++h->clock;
        say(h, XG_LINK_IDLE, 0, stamp, 3);
        break;
    default:
        break;
    }
}

static bool hostile_write(struct xg_transport *t, const uint32_t *words, size_t count,
                          size_t *taken, struct xg_error *err)
{
    struct hostile *h = (struct hostile *)t;
    struct xg_error ignored = {0};
    *taken = count;
    XG_UNUSED(err);
    for (size_t at = 0, used = 0; at < count; at += used) {
        struct xg_link_frame f;
        if (xg_link_take(&h->link, words + at, count - at, &used, &f, &ignored) == XG_LINK_FRAME)
            reply(h, &f);
    }
    return true;
}

static bool hostile_read(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                         struct xg_error *err)
{
    struct hostile *h = (struct hostile *)t;
    const uint32_t *from;
    if (h->wild && below(h, 40 * h->wild) == 0)
        return xg_fail(err, XG_E_DEVICE, "USB: receiving: the board was unplugged");
    if (h->wild && below(h, h->wild) == 0)
        say_anything(h);
    if (h->wild && h->count == h->first && h->link.sent == h->link.edge && below(h, h->wild) == 0)
        make_up(h);
    xg_link_report(&h->link);
    bool made_up = h->first < h->count;
    size_t n = made_up ? h->count - h->first : xg_link_next(&h->link, &from);
    n = n < max ? n : max;
    if (made_up)
        from = h->words + h->first;
    if (n)
        memcpy(words, from, n * sizeof *words);
    if (made_up) {
        h->first += n;
    } else if (n) {
        h->last_count = n < XG_COUNTOF(h->last) ? n : XG_COUNTOF(h->last);
        memcpy(h->last, words, h->last_count * sizeof *words);
        xg_link_wrote(&h->link, n);
    }
    *given = n;
    return true;
}

static bool hostile_wait(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    XG_UNUSED(t);
    XG_UNUSED(err);
    *clocks = 1u << 18;
    return true;
}

static bool hostile_reopen(struct xg_transport *t, struct xg_error *err)
{
    struct hostile *h = (struct hostile *)t;
    XG_UNUSED(err);
    h->first = h->count = 0;
    t->zeroed = true;
    return ++h->reopened < 20 || xg_fail(err, XG_E_DEVICE, "it did not come back");
}

static void hostile_destroy(struct xg_transport *t)
{
    xg_link_free(&((struct hostile *)t)->link);
    free(t);
}

static const struct xg_transport_ops once = {.name = "hostile",
                                             .destroy = hostile_destroy,
                                             .write = hostile_write,
                                             .read = hostile_read,
                                             .wait = hostile_wait};
static const struct xg_transport_ops again = {.name = "hostile",
                                              .destroy = hostile_destroy,
                                              .write = hostile_write,
                                              .read = hostile_read,
                                              .wait = hostile_wait,
                                              .reopen = hostile_reopen};

/* --- the host: checks all that it is told --- */

static uint8_t *memory;
static unsigned told;

static const uint8_t *host_page(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx);
    assert_true(page < MEMORY && page % 4096 == 0);
    return memory + page;
}
static void host_watch(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx);
    assert_true(page < MEMORY && page % 4096 == 0);
}
static volatile uint32_t seen; /* so that what a device says is read */

static void host_effect(void *ctx, const struct xg_gpu_effect *e)
{
    XG_UNUSED(ctx);
    told++;
    if (e->kind == XG_GPU_MEM) {
        assert_true(e->size % 4 == 0 && e->size <= 64 && e->address <= MEMORY - e->size);
        assert_true(e->address / 64 == (e->address + e->size - 1) / 64);
        memcpy(memory + e->address, e->bytes, e->size);
    }
    if (e->kind == XG_GPU_REG)
        assert_true(e->address < REGISTERS);
    for (size_t i = 0; e->kind == XG_GPU_DELEGATE && i < e->draw->reg_count; i++) {
        assert_true(e->draw->regs[i].index < REGISTERS);
        seen += e->draw->regs[i].value;
    }
    for (size_t i = 0; e->kind == XG_GPU_DELEGATE && i < e->draw->immediate_count; i++)
        seen += e->draw->immediate[i];
    if (e->kind == XG_GPU_WAIT)
        seen += e->wait->address;
}

static enum xg_device_state call(struct xg_device *d, struct bench_random *r)
{
    uint8_t tile[XG_EDRAM_TILE_BYTES] = {0};
    switch (bench_below(r, 9)) {
    case 0:
        d->ops->reg_write(d, bench_below(r, 0x6000), bench_random(r));
        break;
    case 1:
        d->ops->wait_done(d, true);
        break;
    case 2:
        d->ops->delegate_done(d, bench_below(r, 64));
        break;
    case 3:
        d->ops->tile_read(d, bench_random(r), tile);
        break;
    case 4:
        d->ops->tile_write(d, bench_below(r, 64), tile);
        break;
    case 5:
        d->ops->page_dirty(d, bench_random(r) & 0x1FFFF000);
        break;
    case 6:
        d->ops->retire(d, bench_below(r, 4000));
        break;
    default:
        d->ops->kick(d, bench_below(r, 1000));
        break;
    }
    return d->ops->run(d, 1 + bench_below(r, 100));
}

static void nothing_that_a_device_says_hurts_the_host(void **state)
{
    XG_UNUSED(state);
    const char *text = getenv("XG_FUZZ_RUNS");
    unsigned runs = text ? (unsigned)strtoul(text, NULL, 0) : RUNS, failed = 0, refused = 0;
    struct bench_random r = bench_seed(8);
    const struct xg_device_host host = {
        .page = host_page, .watch = host_watch, .effect = host_effect};
    uint8_t *all = mmap(NULL, MEMORY + 2 * SPARE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(all != MAP_FAILED);
    memory = all + SPARE;
    for (unsigned i = 0; i < runs; i++) {
        struct hostile *h = calloc(1, sizeof *h);
        struct xg_error err = {0};
        h->transport = (struct xg_transport){.ops = i % 2 ? &again : &once, .zeroed = true};
        h->random = &r;
        h->wild = i % 5 == 4 ? 0 : 8u << bench_below(&r, 8);
        xg_link_init(&h->link, true);
        alarm(SECONDS);
        struct xg_device *d = xg_link_device_create(&host, &h->transport, &err);
        enum xg_device_state s = d ? XG_DEVICE_IDLE : XG_DEVICE_FAILED;
        for (unsigned k = 0; k < CALLS && s != XG_DEVICE_FAILED; k++)
            s = call(d, &r);
        if (s == XG_DEVICE_FAILED) /* never without a sentence */
            assert_true(d ? strlen(d->ops->failure(d)) > 10 : strlen(err.text) > 10);
        failed += d && s == XG_DEVICE_FAILED;
        refused += !d;
        if (d)
            d->ops->destroy(d);
    }
    alarm(0);
    for (size_t i = 0; i < SPARE; i++)
        assert_true(all[i] == 0 && all[SPARE + MEMORY + i] == 0);
    munmap(all, MEMORY + 2 * SPARE);
    printf("# %u devices: %u refused, %u failed, %u effects told\n", runs, refused, failed, told);
    assert_true(told > runs && failed > runs / 10 && failed + refused < runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_that_a_device_says_hurts_the_host)};
    return cmocka_run_group_tests_name("hostile device", tests, NULL, NULL);
}
