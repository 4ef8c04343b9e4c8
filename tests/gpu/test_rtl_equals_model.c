/* Random packet streams through a pair of the golden model and another device: every effect,
 * every error bit and every changed tile must agree. TAP on stdout.
 *
 *   test_rtl_equals_model [DEVICE]     default: rtl when the program has it, else model
 *   XG_STREAMS=n  streams of each kind (default 1000)     XG_SEED=s  the first seed
 *
 * The core pauses at random on every port while it runs them (XG_STALLS=0: it does not).
 *
 * TOGETHER streams run between two resets. A few alone: XG_SEED=<the first printed seed>
 * XG_STREAMS=n. */
#include "app/backends.h"
#include "driver/rtl_device.h"
#include "tests/support/gpu_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOGETHER 10u

static xg_device_create_fn *second;

static uint32_t stall_seed;

static struct xg_device *stalling_create(const struct xg_device_host *host, struct xg_error *err)
{
    return xg_device_rtl_create_stalling(host, stall_seed, err);
}

static struct xg_device *pair_create(const struct xg_device_host *host, struct xg_error *err)
{
    return xg_device_pair_create(host, xg_device_model_create, second, err);
}

static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : otherwise;
}

static int test_number, failures;
static bool result(bool ok, const char *what)
{
    printf("%sok %d - %s\n", ok ? "" : "not ", ++test_number, what);
    failures += !ok;
    return ok;
}

static struct xg_gpu_counters total;

static void add_counters(const struct stream_host *h)
{
    struct xg_gpu_counters c;
    h->device->ops->counters(h->device, &c);
    total.packets += c.packets;
    total.resolves += c.resolves;
    total.clears += c.clears;
    total.draws_delegated += c.draws_delegated;
    total.cycles += c.cycles;
    total.link_tx_bytes += c.link_tx_bytes;
    total.link_rx_bytes += c.link_rx_bytes;
    total.page_faults += c.page_faults;
}

/* Runs streams until one differs. Returns how many agreed. */
static uint64_t run_streams(struct stream_host *h, uint64_t seed, uint64_t streams, bool mutated)
{
    memset(&total, 0, sizeof total);
    for (uint64_t i = 0; i < streams; i++) {
        enum xg_device_state state = stream_run(h, seed + i, mutated);
        bool last = i + 1 == streams || h->since_reset == h->together;
        bool agree = state != XG_DEVICE_FAILED &&
                     (state != XG_DEVICE_IDLE || !last || xg_device_pair_settle(h->device));
        if (!agree) {
            const char *why = xg_device_pair_difference(h->device);
            printf("# seed %llu%s, with all from seed %llu on: %s\n", (unsigned long long)seed + i,
                   mutated ? " (mutated)" : "",
                   (unsigned long long)seed + i - (h->since_reset ? h->since_reset - 1 : 0),
                   why ? why : "the device does not come to rest");
            return i;
        }
        add_counters(h);
    }
    return streams;
}

static void fill_tiles(struct stream_host *h, uint64_t seed)
{
    struct bench_random r = {seed * 2 + 1};
    uint32_t tile[XG_EDRAM_TILE_BYTES / 4];
    for (uint32_t t = 0; t < XG_EDRAM_TILES; t++) {
        for (uint32_t i = 0; i < XG_COUNTOF(tile); i++)
            tile[i] = bench_random(&r);
        h->device->ops->tile_write(h->device, t, (const uint8_t *)tile);
    }
}

static void agree(const char *name, uint64_t seed, uint64_t streams, bool mutated)
{
    struct stream_host h;
    char what[160];
    if (!stream_open(&h, pair_create)) {
        printf("# %s\n", h.err.text);
        result(false, "the pair of devices starts");
        return;
    }
    h.together = TOGETHER;
    fill_tiles(&h, seed);
    uint64_t good = run_streams(&h, seed, streams, mutated);
    snprintf(what, sizeof what, "%llu of %llu %s streams from seed %llu agree on model and %s",
             (unsigned long long)good, (unsigned long long)streams, mutated ? "mutated" : "valid",
             (unsigned long long)seed, name);
    printf("# %llu effects, %llu packets, %llu copies, %llu clears, %llu draws, %llu cycles, %llu "
           "words in, %llu out, %llu faults\n",
           (unsigned long long)h.said, (unsigned long long)total.packets,
           (unsigned long long)total.resolves, (unsigned long long)total.clears,
           (unsigned long long)total.draws_delegated, (unsigned long long)total.cycles,
           (unsigned long long)total.link_tx_bytes / 4, (unsigned long long)total.link_rx_bytes / 4,
           (unsigned long long)total.page_faults);
    result(good == streams, what);
    if (streams >= 50)
        result(total.resolves > streams / 4 && total.draws_delegated, "they copy and delegate");
    stream_close(&h);
}

/* The comparison itself: a model with one wrong effect must be caught. */
static void faults_are_caught(uint64_t seed)
{
    static const char *const names[] = {"",
                                        "a wrong byte",
                                        "a wrong address",
                                        "a wrong cost",
                                        "a lost effect",
                                        "a wrong tile",
                                        "a wrong order"};
    second = broken_model_create;
    for (int how = BROKEN_BYTES; how <= BROKEN_ORDER; how++) {
        struct stream_host h;
        char what[80];
        broken_model_set((enum broken_how)how, how == BROKEN_TILE ? XG_EDRAM_TILES : 60);
        snprintf(what, sizeof what, "%s is caught", names[how]);
        if (!stream_open(&h, pair_create)) {
            result(false, what);
            continue;
        }
        bool caught = run_streams(&h, seed, 200, false) < 200;
        result(caught && xg_device_pair_difference(h.device), what);
        stream_close(&h);
    }
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : xg_device_by_name("rtl") ? "rtl" : "model";
    uint64_t seed = number("XG_SEED", 1), streams = number("XG_STREAMS", 1000);
    setvbuf(stdout, NULL, _IOLBF, 0);
    second = xg_device_by_name(name);
    if (!second) {
        fprintf(stderr, "no GPU device '%s' (there are: %s)\n", name, xg_device_names());
        return 2;
    }
    if (!strcmp(name, "rtl") && number("XG_STALLS", 1)) {
        stall_seed = (uint32_t)seed;
        second = stalling_create;
    }
    agree(name, seed, streams, false);
    agree(name, seed, streams, true);
    faults_are_caught(seed);
    printf("1..%d\n", test_number);
    return failures ? 1 : 0;
}
