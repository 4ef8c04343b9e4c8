#include "tests/support/faulty_link.h"

#include "driver/link.h"
#include "driver/rtl_device.h"

#include <stdlib.h>

/* The driver counts its patience in clocks; a clock of the core counts so many. */
#define HASTE   8u
#define CHUNK   4096u
#define CONTROL 5u /* words of a NAK */

struct faulty_device {
    struct xg_transport *core;
    bool fresh;
};

struct faulty {
    struct xg_transport transport;
    struct faulty_device *device;
    struct faulty_options options;
    struct faulty_counts *counts;
    struct bench_random random;
    uint64_t moved;           /* words, both ways */
    uint64_t cut, power;      /* words after which it is unplugged; loses its power; 0: never */
    uint64_t kill;            /* the host ends */
    uint64_t rest;            /* waits in which nothing passes */
    uint32_t one_in;          /* words between two faults */
    bool broken;              /* nothing passes until it is opened again */
    uint32_t kept[8 * CHUNK]; /* on the way to the host */
    size_t first, count;
    uint8_t before[4]; /* bytes that belong to the next word: how far words are out of step */
    unsigned step;
};

static struct faulty *of(struct xg_transport *t)
{
    return (struct faulty *)t;
}

static const char *const names[FAULTY_KINDS] = {
    "flipped bits", "lost words",  "lost bytes", "words twice", "short transfers",
    "storms",       "silences",    "unplugged",  "power lost",  "unplugged, power lost",
    "all of them",  "host killed",
};
const char *faulty_name(enum faulty_kind kind)
{
    return names[kind];
}

static bool is(const struct faulty *f, enum faulty_kind kind)
{
    return f->options.kind == kind || f->options.kind == FAULTY_ALL;
}

/* This transfer is a short one. */
static bool cut_short(struct faulty *f)
{
    return is(f, FAULTY_SHORT) &&
           (f->options.kind == FAULTY_SHORT || bench_below(&f->random, 8) == 0);
}

static bool hit(struct faulty *f, enum faulty_kind kind, size_t words)
{
    uint32_t n = f->options.kind == FAULTY_ALL ? 8 * f->one_in : f->one_in;
    bool on = is(f, kind) || (kind == FAULTY_FLIP && is(f, FAULTY_STORM));
    bool yes = on && words && bench_below(&f->random, n) < words;
    f->counts->faults += yes;
    return yes;
}

/* --- the device --- */

struct faulty_device *faulty_device_create(struct xg_error *err)
{
    struct faulty_device *d = calloc(1, sizeof *d);
    d->core = xg_rtl_transport_create(0, err);
    d->fresh = true;
    if (d->core)
        return d;
    free(d);
    return NULL;
}

void faulty_device_destroy(struct faulty_device *d)
{
    d->core->ops->destroy(d->core);
    free(d);
}

static void power_cycle(struct faulty *f)
{
    struct xg_error err = {0};
    f->device->core->ops->destroy(f->device->core);
    f->device->core = xg_rtl_transport_create(0, &err);
    if (!f->device->core)
        abort();
    f->device->fresh = true;
    f->counts->powered++;
    f->counts->faults++;
}

/* Events that come after a number of words. */
static uint64_t later(struct faulty *f)
{
    return f->moved + 1 + bench_below(&f->random, f->one_in * 12);
}

static bool events(struct faulty *f, size_t words, struct xg_error *err)
{
    f->moved += words;
    if (f->power && f->moved >= f->power) {
        f->power = later(f) * 2;
        power_cycle(f);
    }
    if (f->cut && f->moved >= f->cut) {
        f->cut = later(f) * 2;
        f->broken = true;
        f->counts->faults++;
        if (f->options.kind == FAULTY_BOTH || (is(f, FAULTY_BOTH) && bench_below(&f->random, 2)))
            power_cycle(f);
    }
    if (f->kill && f->moved >= f->kill)
        f->broken = true;
    return !f->broken || xg_fail(err, XG_E_DEVICE, "USB: receiving: the board was unplugged");
}

/* --- words --- */

/* Damages n words in place; returns how many there are then (room for twice as many). */
static size_t damage(struct faulty *f, uint32_t *words, size_t n)
{
    struct bench_random *r = &f->random;
    size_t at = n ? bench_below(r, (uint32_t)n) : 0,
           length = n ? 1 + bench_below(r, (uint32_t)(n - at)) : 0;
    if (hit(f, FAULTY_FLIP, n))
        words[at] ^= 1u << bench_below(r, 32);
    if (hit(f, FAULTY_LOSE, n)) {
        memmove(words + at, words + at + length, (n - at - length) * sizeof *words);
        n -= length;
    }
    if (n && hit(f, FAULTY_TWICE, n)) {
        at = at < n ? at : n - 1;
        length = length < n - at ? length : n - at;
        memmove(words + at + length, words + at, (n - at) * sizeof *words);
        n += length;
    }
    return n;
}

static bool faulty_write(struct xg_transport *t, const uint32_t *words, size_t count, size_t *taken,
                         struct xg_error *err)
{
    struct faulty *f = of(t);
    uint32_t spoilt[2 * CHUNK];
    struct xg_transport *core;
    *taken = 0;
    if (f->rest)
        return true;
    size_t n = count < CHUNK ? count : CHUNK;
    if (cut_short(f))
        n = bench_below(&f->random, 3) ? 1 + bench_below(&f->random, (uint32_t)n) : 0;
    if (f->cut || f->kill || f->power) /* so that it happens in the middle */
        n = n < 16 ? n : 1 + bench_below(&f->random, (uint32_t)n);
    memcpy(spoilt, words, n * sizeof *words);
    size_t sent = damage(f, spoilt, n), passed = 0;
    *taken = n;
    if (!events(f, n, err))
        return false;
    core = f->device->core;
    for (size_t went = 0; passed < sent; passed += went)
        if (!core->ops->write(core, spoilt + passed, sent - passed, &went, err) || went == 0)
            break; /* the rest is lost: a fault like others */
    return true;
}

/* Requests to send again come many times, one after the other. */
static void storm(struct faulty *f)
{
    for (size_t at = 0; at + CONTROL <= f->count; at++) {
        uint32_t word = f->kept[at];
        if (word >> 24 != XG_LINK_NAK || (word & 0xFFFF) != 2)
            continue;
        for (unsigned i = 0; i < 40 && f->count + CONTROL <= XG_COUNTOF(f->kept); i++) {
            memmove(f->kept + at + CONTROL, f->kept + at, (f->count - at) * sizeof *f->kept);
            f->count += CONTROL;
            at += CONTROL;
        }
        at += CONTROL - 1;
    }
}

/* Bytes that get lost move all that comes behind. */
static void out_of_step(struct faulty *f, uint32_t *words, size_t n)
{
    size_t from = n;
    if (hit(f, FAULTY_BYTES, n)) {
        from = bench_below(&f->random, (uint32_t)n);
        f->step = (f->step + 1) % 4;
    }
    for (size_t i = 0; i < n && (f->step || i >= from); i++) {
        uint8_t bytes[8];
        memcpy(bytes, f->before, 4);
        memcpy(bytes + 4, &words[i], 4);
        memcpy(&words[i], bytes + f->step, 4);
        memcpy(f->before, bytes + 4, 4);
    }
    if (n && !f->step)
        memcpy(f->before, &words[n - 1], 4);
}

static bool fetch(struct faulty *f, struct xg_error *err)
{
    struct xg_transport *core = f->device->core;
    uint32_t words[2 * CHUNK];
    size_t n = 0;
    if (!core->ops->read(core, words, CHUNK, &n, err))
        return false;
    n = damage(f, words, n);
    out_of_step(f, words, n);
    memcpy(f->kept, words, n * sizeof *words);
    f->first = 0;
    f->count = n;
    if (is(f, FAULTY_STORM))
        storm(f);
    return events(f, n, err);
}

static bool faulty_read(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                        struct xg_error *err)
{
    struct faulty *f = of(t);
    *given = 0;
    if (!events(f, 0, err))
        return false;
    if (f->rest || (cut_short(f) && bench_below(&f->random, 4) == 0))
        return true;
    if (f->first == f->count && !fetch(f, err))
        return false;
    size_t n = f->count - f->first < max ? f->count - f->first : max;
    if (n && cut_short(f))
        n = 1 + bench_below(&f->random, (uint32_t)n);
    memcpy(words, f->kept + f->first, n * sizeof *words);
    f->first += n;
    *given = n;
    return true;
}

static bool faulty_wait(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    struct faulty *f = of(t);
    struct xg_transport *core = f->device->core;
    if (f->rest)
        f->rest--;
    else if (is(f, FAULTY_DEAF) &&
             bench_below(&f->random, f->options.kind == FAULTY_DEAF ? 100 : 1000) == 0)
        f->rest = 2 + bench_below(&f->random, 40);
    if (f->rest == 1) { /* what was said meanwhile is gone */
        size_t n = 1;
        f->counts->faults++;
        while (n && core->ops->read(core, f->kept, CHUNK, &n, err))
            ;
        f->first = f->count = 0;
    }
    if (!core->ops->wait(core, clocks, err))
        return false;
    *clocks *= HASTE;
    return true;
}

static bool faulty_reopen(struct xg_transport *t, struct xg_error *err)
{
    struct faulty *f = of(t);
    if (f->kill && f->moved >= f->kill)
        return xg_fail(err, XG_E_DEVICE, "the process was killed");
    f->broken = false;
    f->first = f->count = 0;
    f->step = 0;
    f->rest = 0;
    f->transport.zeroed = f->device->fresh;
    f->device->fresh = false;
    f->counts->reopened++;
    return true;
}

static void faulty_destroy(struct xg_transport *t)
{
    free(t);
}

static const struct xg_transport_ops faulty_ops = {.name = "rtl",
                                                   .destroy = faulty_destroy,
                                                   .write = faulty_write,
                                                   .read = faulty_read,
                                                   .wait = faulty_wait,
                                                   .reopen = faulty_reopen};

struct xg_transport *faulty_link_create(struct faulty_device *device,
                                        const struct faulty_options *options,
                                        struct faulty_counts *counts, struct xg_error *err)
{
    struct faulty *f = calloc(1, sizeof *f);
    XG_UNUSED(err);
    f->transport = (struct xg_transport){.ops = &faulty_ops, .zeroed = device->fresh};
    f->device = device;
    f->options = *options;
    f->counts = counts;
    f->random = (struct bench_random){options->seed * 2 + 1};
    f->one_in = 2000u << bench_below(&f->random, 5);
    device->fresh = false;
    if (is(f, FAULTY_UNPLUG) || is(f, FAULTY_BOTH))
        f->cut = later(f);
    if (is(f, FAULTY_POWER))
        f->power = later(f);
    if (options->kind == FAULTY_KILLED)
        f->kill = later(f);
    return &f->transport;
}
