/* Runs of random packets on the Verilated core with faults on the way to it
 * (tests/support/faulty_link.h). Each ends with what the model does, or with a sentence: never with
 * anything else, and in bounded time.
 *
 * XG_FAULT_RUNS: how many (36); XG_FAULT_FROM: without the first ones (0), for a campaign in
 * pieces; XG_SEED: of which; XG_FAULT_KIND: one kind alone (its number in enum faulty_kind);
 * XG_FAULT_TALK=1: prints the sentences. */
#include "driver/link_device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/faulty_link.h"
#include "tests/support/gpu_stream.h"

#define RUNS    36u
#define SECONDS 60u /* a run takes a fraction of one; a device that hangs is caught by then */
#define STREAMS 3u  /* one after the other on a device */
#define TILES   6u

static struct faulty_device *power;
static struct faulty_options options;
static struct faulty_counts counts;

static struct xg_device *create_faulty(const struct xg_device_host *host, struct xg_error *err)
{
    struct xg_transport *t = faulty_link_create(power, &options, &counts, err);
    return xg_link_device_create(host, t, err);
}

struct outcome {
    uint64_t digest;
    enum xg_device_state state;
    char sentence[512];
};

static struct outcome play(uint64_t seed, xg_device_create_fn *create)
{
    struct stream_host h;
    struct outcome o = {0, XG_DEVICE_FAILED, ""};
    if (!stream_open(&h, create)) {
        snprintf(o.sentence, sizeof o.sentence, "%s", h.err.text);
        stream_close(&h);
        return o;
    }
    h.together = STREAMS;
    o.state = XG_DEVICE_IDLE;
    for (unsigned i = 0; i < STREAMS && o.state != XG_DEVICE_FAILED; i++)
        o.state = stream_run(&h, seed * STREAMS + i, (seed + i) % 3 == 0);
    const char *why = NULL;
    for (uint32_t i = 0; i < TILES && o.state != XG_DEVICE_FAILED; i++) {
        uint8_t tile[XG_EDRAM_TILE_BYTES];
        h.device->ops->tile_read(h.device, (uint32_t)(seed * 97 + i * 331) % XG_EDRAM_TILES, tile);
        for (size_t k = 0; k < sizeof tile; k++)
            h.digest = (h.digest ^ tile[k]) * 1099511628211u;
        for (uint32_t k = 0; k < 8; k++)
            h.digest =
                (h.digest ^ h.device->ops->reg_read(h.device, 0x2100 + 8 * i + k)) * 1099511628211u;
        if (h.device->ops->failure && (why = h.device->ops->failure(h.device)))
            o.state = XG_DEVICE_FAILED;
    }
    if (o.state == XG_DEVICE_FAILED && h.device->ops->failure)
        why = h.device->ops->failure(h.device);
    snprintf(o.sentence, sizeof o.sentence, "%s", why ? why : "");
    o.digest = h.digest;
    stream_close(&h);
    return o;
}

struct tally {
    unsigned right, sentences, faults, reopened, powered;
};

static bool run_one(uint64_t seed, enum faulty_kind kind, struct tally *t)
{
    struct xg_error err = {0};
    struct outcome want = play(seed % 64, xg_device_model_create), got;
    options = (struct faulty_options){kind, seed};
    counts = (struct faulty_counts){0};
    power = faulty_device_create(&err);
    assert_non_null(power);
    alarm(SECONDS);
    got = play(seed % 64, create_faulty);
    if (kind == FAULTY_KILLED) { /* the next process, on the same device; nothing happens to it */
        options.kind = FAULTY_SHORT;
        got = play(seed % 64, create_faulty);
    }
    alarm(0);
    faulty_device_destroy(power);
    t->faults += counts.faults + (kind == FAULTY_KILLED);
    t->reopened += counts.reopened;
    t->powered += counts.powered;
    if (got.state == XG_DEVICE_FAILED && got.sentence[0]) {
        t->sentences++;
        if (getenv("XG_FAULT_TALK"))
            printf("# seed %llu, %s: %s\n", (unsigned long long)seed, faulty_name(kind),
                   got.sentence);
        return true;
    }
    if (got.state == want.state && got.digest == want.digest) {
        t->right++;
        return true;
    }
    printf("# seed %llu, %s: state %u and digest %016llx, expected %u and %016llx: %s\n",
           (unsigned long long)seed, faulty_name(kind), got.state, (unsigned long long)got.digest,
           want.state, (unsigned long long)want.digest, got.sentence);
    return false;
}

static void every_run_is_right_or_says_why_not(void **state)
{
    XG_UNUSED(state);
    const char *text = getenv("XG_FAULT_RUNS"), *one = getenv("XG_FAULT_KIND");
    const char *from = getenv("XG_FAULT_FROM");
    unsigned last = text ? (unsigned)strtoul(text, NULL, 0) : RUNS, wrong = 0;
    unsigned first = from ? (unsigned)strtoul(from, NULL, 0) : 0, runs = last - first;
    assert_true(first < last);
    struct bench_random r = bench_seed(20261);
    struct tally by_kind[FAULTY_KINDS] = {0}, all = {0};
    for (unsigned i = 0; i < last; i++) {
        enum faulty_kind kind = one ? (enum faulty_kind)strtoul(one, NULL, 0) : i % FAULTY_KINDS;
        const uint64_t seed = bench_random(&r);
        if (i >= first)
            wrong += !run_one(seed, kind, &by_kind[kind]);
    }
    for (unsigned k = 0; k < FAULTY_KINDS; k++) {
        const struct tally *t = &by_kind[k];
        printf("# %-22s %4u right, %3u sentences, %6u faults, %4u times found again\n",
               faulty_name(k), t->right, t->sentences, t->faults, t->reopened);
        all.right += t->right;
        all.sentences += t->sentences;
        all.faults += t->faults;
        all.reopened += t->reopened;
    }
    printf("# %u runs: %u right, %u sentences, %u wrong; %u faults\n", runs, all.right,
           all.sentences, wrong, all.faults);
    assert_int_equal(wrong, 0);
    if (one)
        return;
    assert_true(all.right > all.sentences); /* repaired more often than not */
    assert_true(all.faults > runs && all.reopened > runs / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_run_is_right_or_says_why_not)};
    return cmocka_run_group_tests_name("link with faults", tests, NULL, NULL);
}
