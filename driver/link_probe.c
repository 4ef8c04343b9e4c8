/* See link_probe.h. Board memory is addressed past the page table (MEM_WR, MEM_RD). */
#include "driver/link_probe.h"

#include "driver/link.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SILENCE_CLOCKS 8000000u
#define RETRY_CLOCKS   800000u /* without a word from the board: something may have got lost */
#define READ_WORDS     4096u
#define WINDOW         8u /* frames under way when the speed is measured */

struct xg_link_probe {
    struct xg_transport *transport;
    struct xg_link link;
    uint64_t acknowledged; /* of the link's counts: something goes on when it grows */
    uint32_t in[READ_WORDS];
    size_t in_first, in_count;
    uint64_t idle;
};

static bool send(struct xg_link_probe *p, uint8_t op, uint32_t address, const uint32_t *payload,
                 uint32_t words, struct xg_error *err)
{
    return xg_link_post(&p->link, op, address, payload, words) ||
           xg_fail(err, XG_E_DEVICE, "no host memory for a %s frame", xg_link_op_name(op));
}

static bool write_out(struct xg_link_probe *p, bool *moved, struct xg_error *err)
{
    const uint32_t *words;
    size_t n, taken = 0;
    while ((n = xg_link_next(&p->link, &words)) != 0) {
        if (!p->transport->ops->write(p->transport, words, n, &taken, err))
            return false;
        xg_link_wrote(&p->link, taken);
        *moved |= taken != 0;
        if (taken < n)
            break;
    }
    return true;
}

static bool pump(struct xg_link_probe *p, uint64_t *quiet, struct xg_error *err)
{
    const struct xg_transport_ops *ops = p->transport->ops;
    size_t given = 0;
    uint64_t clocks = 0;
    bool moved = false;
    if (!write_out(p, &moved, err) || !ops->wait(p->transport, &clocks, err) ||
        !ops->read(p->transport, p->in, READ_WORDS, &given, err))
        return false;
    p->in_first = 0;
    p->in_count = given;
    if (!given)
        xg_link_report(&p->link);
    p->idle = given ? 0 : p->idle + clocks;
    if (p->idle > RETRY_CLOCKS) {
        xg_link_silence(&p->link);
        p->idle = 0;
    }
    /* Words alone are no answer: whatever is there may talk without end. */
    bool progress = p->link.counts.acknowledged != p->acknowledged ||
                    (moved && p->link.synchronised && !p->link.rewind);
    p->acknowledged = p->link.counts.acknowledged;
    *quiet = progress ? 0 : *quiet + clocks;
    return *quiet <= SILENCE_CLOCKS || xg_fail(err, XG_E_DEVICE, "the board does not answer: %s",
                                               xg_transport_look_at(p->transport));
}

/* The next frame that the device says. */
static bool next(struct xg_link_probe *p, struct xg_link_frame *f, struct xg_error *err)
{
    uint64_t quiet = 0;
    for (;;) {
        size_t used = 0;
        enum xg_link_result result =
            xg_link_take(&p->link, p->in + p->in_first, p->in_count, &used, f, err);
        p->in_first += used;
        p->in_count -= used;
        if (result == XG_LINK_FRAME)
            break;
        if (result == XG_LINK_BROKEN || (!p->in_count && !pump(p, &quiet, err)))
            return false;
    }
    if (f->op == XG_LINK_REFUSED)
        return xg_fail(err, XG_E_DEVICE, "the device refused frame %u: %s", f->address,
                       xg_link_refusal(f->words ? f->payload[0] : 0));
    return true;
}

static bool expect(struct xg_link_probe *p, uint8_t op, uint32_t address, uint32_t words,
                   struct xg_link_frame *f, struct xg_error *err)
{
    if (!next(p, f, err))
        return false;
    if (f->op != op || f->address != address || f->words != words)
        return xg_fail(err, XG_E_DEVICE, "the device said %s 0x%X (%u words) instead of %s 0x%X",
                       xg_link_op_name(f->op), f->address, f->words, xg_link_op_name(op), address);
    return true;
}

static bool shake_hands(struct xg_link_probe *p, struct xg_link_identity *identity,
                        struct xg_error *err)
{
    const uint32_t three = 3;
    struct xg_link_frame f;
    xg_link_hello(&p->link, ((uint32_t)time(NULL) & 0xFFFFFF) << 8 | 0x100);
    if (!next(p, &f, err)) /* nothing else is taken before it */
        return false;
    identity->link_version = f.address;
    identity->max_words = f.payload[1];
    if (!send(p, XG_LINK_CSR_RD, XG_CSR_ID, &three, 1, err) ||
        !expect(p, XG_LINK_CSR_DATA, XG_CSR_ID, 3, &f, err))
        return false;
    identity->id = f.payload[0];
    identity->version = f.payload[1];
    identity->caps = f.payload[2];
    if (identity->id != XG_LINK_ID)
        return xg_fail(err, XG_E_DEVICE, "this is not a Xenogate device: its ID is 0x%08X",
                       identity->id);
    if (identity->link_version != XG_LINK_VERSION)
        return xg_fail(err, XG_E_DEVICE,
                       "the gateware speaks version %u of the link and this program version %u: "
                       "build and flash the bitstream of this version",
                       identity->link_version, XG_LINK_VERSION);
    if (!send(p, XG_LINK_RESET, 0, NULL, 0, err) || !send(p, XG_LINK_FENCE, 1, NULL, 0, err))
        return false;
    do {
        if (!next(p, &f, err))
            return false;
    } while (f.op != XG_LINK_FENCE_ACK);
    return true;
}

struct xg_link_probe *xg_link_probe_create(struct xg_transport *transport,
                                           struct xg_link_identity *identity, struct xg_error *err)
{
    struct xg_link_probe *p = calloc(1, sizeof *p);
    if (!p) {
        transport->ops->destroy(transport);
        xg_fail(err, XG_E_DEVICE, "no host memory for a link");
        return NULL;
    }
    p->transport = transport;
    xg_link_init(&p->link, false);
    if (shake_hands(p, identity, err))
        return p;
    xg_link_probe_destroy(p);
    return NULL;
}

void xg_link_probe_destroy(struct xg_link_probe *p)
{
    if (!p)
        return;
    p->transport->ops->destroy(p->transport);
    xg_link_free(&p->link);
    free(p);
}

/* --- memory --- */

static uint32_t pattern(uint32_t seed, uint32_t index)
{
    uint32_t x = (seed ^ index * 2654435761u) + index;
    x ^= x >> 16;
    x *= 0x7FEB352Du;
    x ^= x >> 15;
    return x;
}

static uint32_t piece_of(uint32_t words, uint32_t at, uint32_t most)
{
    return words - at < most ? words - at : most;
}

/* Until less than so many words wait to be sent; nothing but acknowledgements comes meanwhile. */
static bool drain(struct xg_link_probe *p, size_t words, struct xg_error *err)
{
    uint64_t quiet = 0;
    struct xg_link_frame f;
    while (xg_link_unsent(&p->link) >= words) {
        size_t used = 0;
        if (!p->in_count && !pump(p, &quiet, err))
            return false;
        enum xg_link_result result =
            xg_link_take(&p->link, p->in + p->in_first, p->in_count, &used, &f, err);
        p->in_first += used;
        p->in_count -= used;
        if (result == XG_LINK_BROKEN)
            return false;
        if (result == XG_LINK_FRAME)
            return xg_fail(err, XG_E_DEVICE, "the device said %s, which nobody asked for",
                           xg_link_op_name(f.op));
    }
    return true;
}

static bool write_words(struct xg_link_probe *p, uint32_t address, uint32_t words, uint32_t seed,
                        struct xg_error *err)
{
    uint32_t payload[XG_LINK_MAX_WORDS];
    for (uint32_t at = 0; at < words; at += XG_LINK_MAX_WORDS) {
        uint32_t n = piece_of(words, at, XG_LINK_MAX_WORDS);
        for (uint32_t i = 0; i < n; i++)
            payload[i] = pattern(seed, at + i);
        if (!drain(p, WINDOW * XG_LINK_FRAME_WORDS, err) ||
            !send(p, XG_LINK_MEM_WR, address + 4 * at, payload, n, err))
            return false;
    }
    return true;
}

static bool fence(struct xg_link_probe *p, uint32_t cookie, struct xg_error *err)
{
    struct xg_link_frame f;
    return send(p, XG_LINK_FENCE, cookie, NULL, 0, err) &&
           expect(p, XG_LINK_FENCE_ACK, cookie, 0, &f, err);
}

static bool read_words(struct xg_link_probe *p, uint32_t address, uint32_t words, uint32_t seed,
                       bool compare, struct xg_error *err)
{
    const uint32_t most = xg_transport_read_words(p->transport);
    uint32_t asked = 0;
    bool pair = false;
    for (uint32_t got = 0; got < words;) {
        struct xg_link_frame f;
        /* Two at a time: what is asked together travels together. */
        for (; asked < words && (asked - got < (WINDOW - 1) * most || pair);
             asked += most, pair = !pair) {
            uint32_t n = piece_of(words, asked, most);
            if (!send(p, XG_LINK_MEM_RD, address + 4 * asked, &n, 1, err))
                return false;
        }
        uint32_t n = piece_of(words, got, most);
        if (!expect(p, XG_LINK_MEM_DATA, address + 4 * got, n, &f, err))
            return false;
        for (uint32_t i = 0; compare && i < n; i++)
            if (f.payload[i] != pattern(seed, got + i))
                return xg_fail(err, XG_E_DEVICE,
                               "board memory at 0x%08X holds 0x%08X, 0x%08X was written",
                               address + 4 * (got + i), f.payload[i], pattern(seed, got + i));
        got += n;
    }
    return true;
}

bool xg_link_probe_write(struct xg_link_probe *p, uint32_t address, uint32_t words, uint32_t seed,
                         struct xg_error *err)
{
    return write_words(p, address, words, seed, err) && fence(p, seed, err);
}

bool xg_link_probe_read(struct xg_link_probe *p, uint32_t address, uint32_t words, uint32_t seed,
                        struct xg_error *err)
{
    return read_words(p, address, words, seed, true, err);
}

bool xg_link_probe_memory(struct xg_link_probe *p, uint32_t address, uint32_t words, uint32_t seed,
                          struct xg_error *err)
{
    return write_words(p, address, words, seed, err) &&
           read_words(p, address, words, seed, true, err);
}

/* --- speed --- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

bool xg_link_probe_speed(struct xg_link_probe *p, uint32_t bytes, uint32_t turns,
                         struct xg_link_speed *out, struct xg_error *err)
{
    double *took = calloc(turns ? turns : 1, sizeof *took);
    if (!took)
        return xg_fail(err, XG_E_DEVICE, "no host memory for %u measurements", turns);
    double start = now();
    bool good = write_words(p, 0, bytes / 4, 1, err) && fence(p, 1, err);
    double written = now();
    good = good && read_words(p, 0, bytes / 4, 1, false, err);
    double read = now();
    for (uint32_t i = 0; i < turns && good; i++) {
        double before = now();
        good = fence(p, i, err);
        took[i] = now() - before;
    }
    qsort(took, turns, sizeof *took, compare_doubles);
    out->write_mbps = bytes / (written - start) / 1e6;
    out->read_mbps = bytes / (read - written) / 1e6;
    out->turn_us = took[turns / 2] * 1e6;
    free(took);
    return good;
}
