#include "tests/support/touched_device.h"

#include <stdlib.h>

#define PAGES (XG_PHYS_SIZE / 4096u)

struct touched {
    struct xg_device device;
    struct xg_device_ops ops;
    struct xg_device_host host;
    struct xg_device *inner;
    uint8_t watched[PAGES];
    uint32_t list[PAGES];
    size_t count;
};

static struct touched *of(struct xg_device *d)
{
    return (struct touched *)d;
}
static const struct xg_device *inner_of(const struct xg_device *d)
{
    return ((const struct touched *)d)->inner;
}

static const uint8_t *host_page(void *ctx, xg_pa page)
{
    struct touched *t = ctx;
    return t->host.page(t->host.ctx, page);
}
static void host_watch(void *ctx, xg_pa page)
{
    struct touched *t = ctx;
    if (!t->watched[page / 4096])
        t->list[t->count++] = page;
    t->watched[page / 4096] = 1;
    t->host.watch(t->host.ctx, page);
}
static void host_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct touched *t = ctx;
    t->host.effect(t->host.ctx, e);
}

static void touch(struct touched *t)
{
    size_t n = t->count;
    t->count = 0;
    for (size_t i = 0; i < n; i++) {
        t->watched[t->list[i] / 4096] = 0;
        t->inner->ops->page_dirty(t->inner, t->list[i]);
    }
}

static void destroy(struct xg_device *d)
{
    of(d)->inner->ops->destroy(of(d)->inner);
    free(d);
}
static void reset(struct xg_device *d)
{
    of(d)->inner->ops->reset(of(d)->inner);
}
static void ring(struct xg_device *d, xg_pa base, uint32_t log2)
{
    of(d)->inner->ops->ring(of(d)->inner, base, log2);
}
static void rptr_writeback(struct xg_device *d, xg_pa address)
{
    of(d)->inner->ops->rptr_writeback(of(d)->inner, address);
}
static uint32_t reg_read(struct xg_device *d, uint32_t index)
{
    return of(d)->inner->ops->reg_read(of(d)->inner, index);
}
static void reg_write(struct xg_device *d, uint32_t index, uint32_t value)
{
    touch(of(d));
    of(d)->inner->ops->reg_write(of(d)->inner, index, value);
}
static void vblank(struct xg_device *d, uint32_t count)
{
    of(d)->inner->ops->vblank(of(d)->inner, count);
}
static void kick(struct xg_device *d, uint32_t wptr)
{
    of(d)->inner->ops->kick(of(d)->inner, wptr);
}
static enum xg_device_state run(struct xg_device *d, uint64_t packets)
{
    touch(of(d));
    return of(d)->inner->ops->run(of(d)->inner, packets);
}
static void wait_done(struct xg_device *d, bool result)
{
    of(d)->inner->ops->wait_done(of(d)->inner, result);
}
static void add_samples(struct xg_device *d, const struct xg_gpu_samples *samples)
{
    of(d)->inner->ops->add_samples(of(d)->inner, samples);
}
static void delegate_done(struct xg_device *d, uint32_t sequence)
{
    of(d)->inner->ops->delegate_done(of(d)->inner, sequence);
}
static void tile_read(struct xg_device *d, uint32_t tile, uint8_t *bytes)
{
    of(d)->inner->ops->tile_read(of(d)->inner, tile, bytes);
}
static void tile_write(struct xg_device *d, uint32_t tile, const uint8_t *bytes)
{
    of(d)->inner->ops->tile_write(of(d)->inner, tile, bytes);
}
static void page_dirty(struct xg_device *d, xg_pa page)
{
    of(d)->inner->ops->page_dirty(of(d)->inner, page);
}
static void retire(struct xg_device *d, uint64_t cost)
{
    of(d)->inner->ops->retire(of(d)->inner, cost);
}
static void trace(struct xg_device *d, bool on)
{
    of(d)->inner->ops->trace(of(d)->inner, on);
}
static uint32_t errors(const struct xg_device *d)
{
    return inner_of(d)->ops->errors(inner_of(d));
}
static void counters(struct xg_device *d, struct xg_gpu_counters *out)
{
    of(d)->inner->ops->counters(of(d)->inner, out);
}
static const char *failure(const struct xg_device *d)
{
    const struct xg_device *inner = inner_of(d);
    return inner->ops->failure ? inner->ops->failure(inner) : NULL;
}

static void hidden(const struct xg_device *d, struct xg_gpu_hidden *out)
{
    inner_of(d)->ops->hidden(inner_of(d), out);
}

struct xg_device *touched_device_create(const struct xg_device_host *host,
                                        xg_device_create_fn *create, struct xg_error *err)
{
    struct touched *t = calloc(1, sizeof *t);
    if (!t) {
        xg_fail(err, XG_E_DEVICE, "no host memory for the bench");
        return NULL;
    }
    t->host = *host;
    const struct xg_device_host between = {
        .ctx = t, .page = host_page, .watch = host_watch, .effect = host_effect};
    t->inner = create(&between, err);
    if (!t->inner) {
        free(t);
        return NULL;
    }
    t->ops = (struct xg_device_ops){
        t->inner->ops->name,
        destroy,
        reset,
        ring,
        rptr_writeback,
        reg_read,
        reg_write,
        vblank,
        kick,
        run,
        wait_done,
        delegate_done,
        tile_read,
        tile_write,
        page_dirty,
        retire,
        trace,
        errors,
        counters,
        failure,
        NULL,
        add_samples,
        t->inner->ops->hidden ? hidden : NULL,
    };
    t->device.ops = &t->ops;
    return &t->device;
}
