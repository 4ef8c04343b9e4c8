#include "tests/bench/counted_link.h"

#include "driver/link.h"
#include "driver/link_device.h"
#include "sim/xg_sim.h"

#include <stdlib.h>
#include <string.h>

#define CLOCKS_A_WAIT 4096u

const char *const bench_link_names[BENCH_LINK_KINDS] = {"ring",     "pages",   "tiles",
                                                        "delegate", "resolve", "other"};

/* One direction: where the next word stands in its frame. Nothing is checked here, the driver does
 * that; words between frames (LINK_SYNC) count with the rest. */
struct stream {
    uint32_t position, length; /* in words; length of the whole frame */
    uint8_t op;
    uint32_t address;
    uint32_t first[3]; /* of the payload */
};
struct counted {
    struct xg_transport transport;
    struct xg_sim *sim;
    struct stream to_device, to_host;
    uint32_t ring, ring_bytes;
    struct bench_link_count count;
};

/* A constructor has no context; see counted_link.h. */
static struct counted *newest;

static enum bench_link_kind kind_of_memory(const struct counted *c, uint32_t address)
{
    return address - c->ring < c->ring_bytes ? BENCH_LINK_RING : BENCH_LINK_PAGES;
}

/* Pages are sent in pieces: a piece that begins in the ring counts as ring. */
static enum bench_link_kind kind_of(const struct counted *c, const struct stream *s)
{
    switch (s->op) {
    case XG_LINK_MEM_WR:
    case XG_LINK_MEM_FILL:
        return kind_of_memory(c, s->address);
    case XG_LINK_CSR_WR:
    case XG_LINK_IDLE:
    case XG_LINK_PAUSED:
        return BENCH_LINK_RING;
    case XG_LINK_MAP_PAGE:
    case XG_LINK_FAULT:
        return BENCH_LINK_PAGES;
    case XG_LINK_MEM_RD: /* lines of copies are all that the host reads */
    case XG_LINK_MEM_DATA:
    case XG_LINK_PAGE_DIRTY:
        return BENCH_LINK_RESOLVE;
    case XG_LINK_TILE_WR:
    case XG_LINK_TILE_RD:
    case XG_LINK_TILE_DATA:
    case XG_LINK_TILE_REQ:
        return BENCH_LINK_TILES;
    case XG_LINK_DELEGATE:
    case XG_LINK_DELEGATE_DONE:
        return BENCH_LINK_DELEGATE;
    case XG_LINK_MEM_PUSH: /* the third word of its stamp says who wrote */
        return s->first[2] >> 31 == XG_GPU_FROM_RESOLVE ? BENCH_LINK_RESOLVE : BENCH_LINK_OTHER;
    default:
        return BENCH_LINK_OTHER;
    }
}

static void end_frame(struct counted *c, struct stream *s)
{
    c->count.bytes[kind_of(c, s)] += 4ull * s->length;
    if (s->op == XG_LINK_CSR_WR && s->address == XG_CSR_RB_BASE) {
        c->ring = s->first[0];
        c->ring_bytes = 4u << s->first[1];
    }
    s->position = 0;
}

static void listen(struct counted *c, struct stream *s, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t word = words[i];
        if (s->position == 0) {
            if (word == XG_LINK_SYNC) {
                c->count.bytes[BENCH_LINK_OTHER] += 4;
                continue;
            }
            s->op = (uint8_t)(word >> 24);
            s->length = (word & 0xFFFF) + XG_LINK_OVERHEAD;
            memset(s->first, 0, sizeof s->first);
        } else if (s->position == 1) {
            s->address = word;
        } else if (s->position - 2 < XG_COUNTOF(s->first)) {
            s->first[s->position - 2] = word;
        }
        if (++s->position == s->length)
            end_frame(c, s);
    }
}

/* ---- the transport ---- */

static struct counted *of(struct xg_transport *t)
{
    return (struct counted *)t;
}

static void counted_destroy(struct xg_transport *t)
{
    if (newest == of(t))
        newest = NULL;
    xg_sim_destroy(of(t)->sim);
    free(t);
}

static bool counted_write(struct xg_transport *t, const uint32_t *words, size_t count,
                          size_t *taken, struct xg_error *err)
{
    XG_UNUSED(err);
    *taken = xg_sim_push(of(t)->sim, words, count);
    listen(of(t), &of(t)->to_device, words, *taken);
    return true;
}

static bool counted_read(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                         struct xg_error *err)
{
    XG_UNUSED(err);
    *given = xg_sim_pop(of(t)->sim, words, max);
    listen(of(t), &of(t)->to_host, words, *given);
    return true;
}

static bool counted_wait(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    XG_UNUSED(err);
    *clocks = xg_sim_step(of(t)->sim, CLOCKS_A_WAIT);
    return true;
}

static const struct xg_transport_ops counted_ops = {.name = "rtl",
                                                    .destroy = counted_destroy,
                                                    .write = counted_write,
                                                    .read = counted_read,
                                                    .wait = counted_wait};

struct xg_device *bench_counted_rtl_create(const struct xg_device_host *host, struct xg_error *err)
{
    struct counted *c = calloc(1, sizeof *c);
    if (!c || !(c->sim = xg_sim_create(NULL))) {
        free(c);
        xg_fail(err, XG_E_DEVICE, "no host memory for the simulated device");
        return NULL;
    }
    c->transport = (struct xg_transport){.ops = &counted_ops, .zeroed = true};
    newest = c;
    return xg_link_device_create(host, &c->transport, err);
}

struct bench_link_count bench_counted_link(void)
{
    return newest ? newest->count : (struct bench_link_count){{0}};
}
