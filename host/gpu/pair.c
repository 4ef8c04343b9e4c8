/* Two devices side by side (--gpu=a+b). Both see the same memory and get the same calls;
 * register trace is on for both. What each says is queued; the fronts of the two queues are
 * compared one by one, and what agrees goes on to the host. When both have come to rest the
 * queues must be empty and the states, the error bits and some of the tiles that have
 * changed must agree. A device may say something later than the other (in the next run() instead
 * of at once, or a few packets further on); it may not say anything else. After the
 * first difference the pair has failed. */
#include "gpu/device.h"

#include "base/endian.h"
#include "gpu/compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_PACKETS     64u
#define MAX_STEPS_BEHIND 100000u
#define TILES_PER_IDLE   32u /* reading a tile of a simulated device takes thousands of cycles */

struct record {
    struct xg_gpu_effect e;
    uint8_t bytes[64];
    struct xg_gpu_wait wait;
    struct xg_gpu_draw draw;
    struct xg_gpu_reg *regs;
    uint32_t *immediate;
};

/* One of the two, with what it said and the other has not said yet. */
struct side {
    struct pair *pair;
    struct xg_device *device;
    struct record *records;
    size_t count, capacity;
};

struct pair {
    struct xg_device device;
    struct xg_device_ops ops; /* pair_ops with a name of its own */
    char name[64];
    struct xg_device_host host;
    struct side side[2];
    struct xg_device *a, *b; /* of side[0], side[1] */

    bool host_traces;
    bool failed;
    char difference[512];

    uint8_t (*shadow)[XG_EDRAM_TILE_BYTES]; /* a's tiles when they were last compared */
    uint32_t next_tile;
    uint64_t pixels_done; /* clears and local draws of a when the tiles were looked at last */
    bool tiles_left;      /* not all of them were */
};

static struct pair *pair_of(struct xg_device *d)
{
    return (struct pair *)d;
}

static const char *a_name(const struct pair *p)
{
    return p->a->ops->name;
}
static const char *b_name(const struct pair *p)
{
    return p->b->ops->name;
}

static void differ(struct pair *p, const char *format, ...) XG_PRINTF(2, 3);
static void differ(struct pair *p, const char *format, ...)
{
    if (p->failed)
        return;
    p->failed = true;
    va_list args;
    va_start(args, format);
    vsnprintf(p->difference, sizeof p->difference, format, args);
    va_end(args);
}

static void compare(struct pair *p, const struct xg_gpu_effect *a, const struct xg_gpu_effect *b)
{
    char text[sizeof p->difference];
    if (xg_gpu_effect_difference(a, a_name(p), b, b_name(p), text, sizeof text))
        differ(p, "%s", text);
}

/* --- effects of the two --- */

static void *duplicate(const void *from, size_t size)
{
    void *to = size ? malloc(size) : NULL;
    return to ? memcpy(to, from, size) : NULL;
}

static struct record *new_record(struct side *s)
{
    if (s->count == s->capacity) {
        size_t capacity = s->capacity ? 2 * s->capacity : 256;
        struct record *bigger = realloc(s->records, capacity * sizeof *bigger);
        if (!bigger)
            return NULL;
        s->records = bigger;
        s->capacity = capacity;
    }
    struct record *r = &s->records[s->count];
    memset(r, 0, sizeof *r);
    return r;
}

static void keep_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct side *s = ctx;
    if (s->pair->failed)
        return;
    struct record *r = new_record(s);
    if (!r || (e->kind == XG_GPU_MEM && (e->size > sizeof r->bytes || e->size == 0))) {
        differ(s->pair, "packet %u: %s %s", e->packet, s->device->ops->name,
               r ? "made a memory write of an impossible size"
                 : "says more than host memory holds");
        return;
    }
    r->e = *e;
    if (e->kind == XG_GPU_MEM)
        memcpy(r->bytes, e->bytes, e->size);
    if (e->kind == XG_GPU_WAIT)
        r->wait = *e->wait;
    if (e->kind == XG_GPU_DELEGATE) {
        r->draw = *e->draw;
        r->regs = duplicate(e->draw->regs, e->draw->reg_count * sizeof *r->regs);
        r->immediate = duplicate(e->draw->immediate, e->draw->immediate_count * 4);
        if ((!r->regs && r->draw.reg_count) || (!r->immediate && r->draw.immediate_count)) {
            differ(s->pair, "no host memory for the pair's record of a draw");
            r->draw.reg_count = r->draw.immediate_count = 0;
        }
    }
    s->count++;
}

/* The record's effect with its pointers set (records move when their array grows). */
static const struct xg_gpu_effect *pointed(struct record *r)
{
    r->e.bytes = r->bytes;
    r->e.wait = r->e.kind == XG_GPU_WAIT ? &r->wait : NULL;
    r->draw.regs = r->regs;
    r->draw.immediate = r->immediate;
    r->e.draw = r->e.kind == XG_GPU_DELEGATE ? &r->draw : NULL;
    return &r->e;
}

/* Forgets the first n records of a side. */
static void forget(struct side *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(s->records[i].regs);
        free(s->records[i].immediate);
    }
    if (n)
        memmove(s->records, s->records + n, (s->count - n) * sizeof *s->records);
    s->count -= n;
}

/* Compares what both have said; what agrees goes on to the host. */
static void drain(struct pair *p)
{
    struct side *a = &p->side[0], *b = &p->side[1];
    size_t n = a->count < b->count ? a->count : b->count;
    for (size_t i = 0; i < n && !p->failed; i++) {
        const struct xg_gpu_effect *e = pointed(&a->records[i]);
        compare(p, e, pointed(&b->records[i]));
        if (!p->failed && (e->kind != XG_GPU_REG || p->host_traces))
            p->host.effect(p->host.ctx, e);
    }
    forget(a, n);
    forget(b, n);
}

/* Both are at rest: neither may have said more than the other. */
static void expect_silence(struct pair *p)
{
    char text[192];
    for (int i = 0; i < 2; i++)
        if (p->side[i].count) {
            const struct xg_gpu_effect *e = pointed(&p->side[i].records[0]);
            xg_gpu_effect_describe(e, text, sizeof text);
            differ(p, "packet %u: %s says %s; %s says nothing", e->packet,
                   p->side[i].device->ops->name, text, p->side[1 - i].device->ops->name);
        }
}

/* --- tiles --- */

static void compare_tile(struct pair *p, uint32_t tile, const uint8_t *of_a)
{
    uint8_t of_b[XG_EDRAM_TILE_BYTES];
    p->b->ops->tile_read(p->b, tile, of_b);
    for (uint32_t i = 0; i < XG_EDRAM_TILE_BYTES; i += 4)
        if (xg_ld32le(of_a + i) != xg_ld32le(of_b + i)) {
            differ(p, "tile %u, sample (%u, %u): %s holds 0x%08X, %s holds 0x%08X", tile,
                   i / 4 % 80, i / 320, a_name(p), xg_ld32le(of_a + i), b_name(p),
                   xg_ld32le(of_b + i));
            return;
        }
    memcpy(p->shadow[tile], of_a, XG_EDRAM_TILE_BYTES);
}

/* Compares up to `limit` of the tiles in which a has changed something. Only clears and local
 * draws change tiles. */
static void compare_tiles(struct pair *p, uint32_t limit)
{
    uint8_t of_a[XG_EDRAM_TILE_BYTES];
    struct xg_gpu_counters c;
    p->a->ops->counters(p->a, &c);
    if (c.clears + c.draws_local == p->pixels_done && !p->tiles_left)
        return;
    p->pixels_done = c.clears + c.draws_local;
    for (uint32_t i = 0; i < XG_EDRAM_TILES && limit && !p->failed; i++) {
        uint32_t tile = p->next_tile;
        p->next_tile = (tile + 1) % XG_EDRAM_TILES;
        p->a->ops->tile_read(p->a, tile, of_a);
        if (memcmp(of_a, p->shadow[tile], sizeof of_a) != 0) {
            compare_tile(p, tile, of_a);
            limit--;
        }
    }
    p->tiles_left = limit == 0;
}

static void compare_errors(struct pair *p)
{
    uint32_t a = p->a->ops->errors(p->a), b = p->b->ops->errors(p->b);
    if (a != b)
        differ(p, "error bits: %s has 0x%X, %s has 0x%X", a_name(p), a, b_name(p), b);
}

/* --- device operations --- */

static void pair_destroy(struct xg_device *d)
{
    struct pair *p = pair_of(d);
    for (int i = 0; i < 2; i++) {
        forget(&p->side[i], p->side[i].count);
        free(p->side[i].records);
    }
    if (p->a)
        p->a->ops->destroy(p->a);
    if (p->b)
        p->b->ops->destroy(p->b);
    free(p->shadow);
    free(p);
}

static void pair_reset(struct xg_device *d)
{
    struct pair *p = pair_of(d);
    p->a->ops->reset(p->a);
    p->b->ops->reset(p->b);
    p->a->ops->trace(p->a, true);
    p->b->ops->trace(p->b, true);
    forget(&p->side[0], p->side[0].count);
    forget(&p->side[1], p->side[1].count);
}

static void pair_ring(struct xg_device *d, xg_pa base, uint32_t size_log2)
{
    struct pair *p = pair_of(d);
    p->a->ops->ring(p->a, base, size_log2);
    p->b->ops->ring(p->b, base, size_log2);
}

static void pair_rptr_writeback(struct xg_device *d, xg_pa address)
{
    struct pair *p = pair_of(d);
    p->a->ops->rptr_writeback(p->a, address);
    p->b->ops->rptr_writeback(p->b, address);
}

static uint32_t pair_reg_read(struct xg_device *d, uint32_t index)
{
    struct pair *p = pair_of(d);
    uint32_t a = p->a->ops->reg_read(p->a, index), b = p->b->ops->reg_read(p->b, index);
    if (a != b)
        differ(p, "register 0x%04X: %s reads 0x%08X, %s reads 0x%08X", index, a_name(p), a,
               b_name(p), b);
    return a;
}

static void pair_reg_write(struct xg_device *d, uint32_t index, uint32_t value)
{
    struct pair *p = pair_of(d);
    p->a->ops->reg_write(p->a, index, value);
    p->b->ops->reg_write(p->b, index, value);
    drain(p);
}

static void pair_vblank(struct xg_device *d, uint32_t count)
{
    struct pair *p = pair_of(d);
    p->a->ops->vblank(p->a, count);
    p->b->ops->vblank(p->b, count);
}

static void pair_kick(struct xg_device *d, uint32_t wptr)
{
    struct pair *p = pair_of(d);
    p->a->ops->kick(p->a, wptr);
    p->b->ops->kick(p->b, wptr);
}

static const char *state_name(enum xg_device_state s)
{
    static const char *const names[] = {"idle", "busy", "waiting", "delegating", "failed"};
    return names[s];
}

static void child_failed(struct pair *p, const struct xg_device *child)
{
    const char *why = child->ops->failure ? child->ops->failure(child) : NULL;
    differ(p, "%s failed: %s", child->ops->name, why ? why : "no reason given");
}

static enum xg_device_state run_side(struct side *s, uint64_t packets)
{
    enum xg_device_state state = s->device->ops->run(s->device, packets);
    if (state == XG_DEVICE_FAILED)
        child_failed(s->pair, s->device);
    return state;
}

/* Runs a for `packets`, and b until it has said as much and come to rest where a has. */
static enum xg_device_state step(struct pair *p, uint64_t packets)
{
    enum xg_device_state a = run_side(&p->side[0], packets), b = run_side(&p->side[1], packets);
    drain(p);
    for (uint64_t more = 0; a != XG_DEVICE_BUSY && b == XG_DEVICE_BUSY && !p->failed; more++) {
        b = run_side(&p->side[1], packets);
        drain(p);
        if (more == MAX_STEPS_BEHIND)
            differ(p, "%s does not come to rest where %s is %s", b_name(p), a_name(p),
                   state_name(a));
    }
    if (a == XG_DEVICE_BUSY || p->failed)
        return p->failed ? XG_DEVICE_FAILED : a;
    expect_silence(p);
    if (a != b)
        differ(p, "state after a run: %s is %s, %s is %s", a_name(p), state_name(a), b_name(p),
               state_name(b));
    if (!p->failed && a == XG_DEVICE_IDLE) {
        compare_errors(p);
        compare_tiles(p, TILES_PER_IDLE);
    }
    return p->failed ? XG_DEVICE_FAILED : a;
}

static enum xg_device_state pair_run(struct xg_device *d, uint64_t packets)
{
    struct pair *p = pair_of(d);
    enum xg_device_state state = p->failed ? XG_DEVICE_FAILED : XG_DEVICE_BUSY;
    while (packets && state == XG_DEVICE_BUSY) {
        uint64_t now = packets < STEP_PACKETS ? packets : STEP_PACKETS;
        state = step(p, now);
        packets -= now;
    }
    return state;
}

static void pair_wait_done(struct xg_device *d, bool result)
{
    struct pair *p = pair_of(d);
    p->a->ops->wait_done(p->a, result);
    p->b->ops->wait_done(p->b, result);
    drain(p);
}

static void pair_add_samples(struct xg_device *d, const struct xg_gpu_samples *samples)
{
    struct pair *p = pair_of(d);
    if (p->a->ops->add_samples)
        p->a->ops->add_samples(p->a, samples);
    if (p->b->ops->add_samples)
        p->b->ops->add_samples(p->b, samples);
}

static void pair_delegate_done(struct xg_device *d, uint32_t sequence)
{
    struct pair *p = pair_of(d);
    p->a->ops->delegate_done(p->a, sequence);
    p->b->ops->delegate_done(p->b, sequence);
}

static void pair_tile_read(struct xg_device *d, uint32_t tile, uint8_t *bytes)
{
    struct pair *p = pair_of(d);
    p->a->ops->tile_read(p->a, tile, bytes);
    compare_tile(p, tile % XG_EDRAM_TILES, bytes);
}

static void pair_tile_write(struct xg_device *d, uint32_t tile, const uint8_t *bytes)
{
    struct pair *p = pair_of(d);
    p->a->ops->tile_write(p->a, tile, bytes);
    p->b->ops->tile_write(p->b, tile, bytes);
    memcpy(p->shadow[tile % XG_EDRAM_TILES], bytes, XG_EDRAM_TILE_BYTES);
}

static void pair_page_dirty(struct xg_device *d, xg_pa page)
{
    struct pair *p = pair_of(d);
    p->a->ops->page_dirty(p->a, page);
    p->b->ops->page_dirty(p->b, page);
}

static void pair_retire(struct xg_device *d, uint64_t cost)
{
    struct pair *p = pair_of(d);
    p->a->ops->retire(p->a, cost);
    p->b->ops->retire(p->b, cost);
}

static void pair_trace(struct xg_device *d, bool on)
{
    pair_of(d)->host_traces = on;
}

static uint32_t pair_errors(const struct xg_device *d)
{
    const struct pair *p = (const struct pair *)d;
    return p->a->ops->errors(p->a);
}

/* What both count is a's; clocks and the link are the sum, since only one of them may have any. */
static void pair_counters(struct xg_device *d, struct xg_gpu_counters *out)
{
    struct pair *p = pair_of(d);
    struct xg_gpu_counters b;
    p->a->ops->counters(p->a, out);
    p->b->ops->counters(p->b, &b);
    out->cycles += b.cycles;
    out->busy_cycles += b.busy_cycles;
    out->link_rx_bytes += b.link_rx_bytes;
    out->link_tx_bytes += b.link_tx_bytes;
    out->page_faults += b.page_faults;
    out->pages_pushed += b.pages_pushed;
}

static void pair_hidden(const struct xg_device *d, struct xg_gpu_hidden *out)
{
    const struct pair *p = (const struct pair *)d;
    p->a->ops->hidden(p->a, out);
}

const char *xg_device_pair_difference(const struct xg_device *d)
{
    const struct pair *p = (const struct pair *)d;
    return p->failed ? p->difference : NULL;
}

bool xg_device_pair_settle(struct xg_device *d)
{
    struct pair *p = pair_of(d);
    compare_errors(p);
    compare_tiles(p, XG_EDRAM_TILES);
    return !p->failed;
}

static const struct xg_device_ops pair_ops = {
    .name = "pair",
    .destroy = pair_destroy,
    .reset = pair_reset,
    .ring = pair_ring,
    .rptr_writeback = pair_rptr_writeback,
    .reg_read = pair_reg_read,
    .reg_write = pair_reg_write,
    .vblank = pair_vblank,
    .kick = pair_kick,
    .run = pair_run,
    .wait_done = pair_wait_done,
    .add_samples = pair_add_samples,
    .delegate_done = pair_delegate_done,
    .tile_read = pair_tile_read,
    .tile_write = pair_tile_write,
    .page_dirty = pair_page_dirty,
    .retire = pair_retire,
    .trace = pair_trace,
    .errors = pair_errors,
    .counters = pair_counters,
    .failure = xg_device_pair_difference,
    .hidden = pair_hidden,
};

/* --- the children's host --- */

static const uint8_t *child_page(void *ctx, xg_pa page)
{
    const struct xg_device_host *host = &((const struct side *)ctx)->pair->host;
    return host->page(host->ctx, page);
}

static void child_watch(void *ctx, xg_pa page)
{
    const struct xg_device_host *host = &((const struct side *)ctx)->pair->host;
    host->watch(host->ctx, page);
}

static bool create_side(struct pair *p, int i, xg_device_create_fn *create, struct xg_error *err)
{
    struct side *s = &p->side[i];
    const struct xg_device_host host = {s, child_page, child_watch, keep_effect, NULL, NULL};
    s->pair = p;
    s->device = create(&host, err);
    return s->device != NULL;
}

struct xg_device *xg_device_pair_create(const struct xg_device_host *host, xg_device_create_fn *a,
                                        xg_device_create_fn *b, struct xg_error *err)
{
    struct pair *p = calloc(1, sizeof *p);
    if (!p || !(p->shadow = calloc(XG_EDRAM_TILES, XG_EDRAM_TILE_BYTES))) {
        free(p);
        xg_fail(err, XG_E_DEVICE, "no host memory for a pair of devices");
        return NULL;
    }
    p->host = *host;
    bool ok = create_side(p, 0, a, err) && create_side(p, 1, b, err);
    p->a = p->side[0].device;
    p->b = p->side[1].device;
    if (!ok) {
        pair_destroy(&p->device);
        return NULL;
    }
    snprintf(p->name, sizeof p->name, "%s+%s", a_name(p), b_name(p));
    p->ops = pair_ops;
    p->ops.name = p->name;
    if (!p->a->ops->hidden)
        p->ops.hidden = NULL;
    p->device.ops = &p->ops;
    p->a->ops->trace(p->a, true);
    p->b->ops->trace(p->b, true);
    return &p->device;
}
