/* The golden model as a device: lifecycle, host registers, answers, tiles. */
#include "gpu/model/model.h"

#include "gpu/xg_device_gen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define EDRAM_BYTES (XG_EDRAM_TILES * (size_t)XG_EDRAM_TILE_BYTES)
#define HUGE_BYTES  ((size_t)2 << 20)

static struct xg_model *model_of(struct xg_device *d)
{
    return (struct xg_model *)d;
}
static const struct xg_model *model_of_const(const struct xg_device *d)
{
    return (const struct xg_model *)d;
}

static void model_destroy(struct xg_device *d)
{
    struct xg_model *m = model_of(d);
    xg_gpu_view_destroy(m->view);
    free(m->changed);
    free(m->immediate);
    if (m->edram_mapping)
        munmap(m->edram_mapping, EDRAM_BYTES + HUGE_BYTES);
    xg_model_lines_free(m);
    free(m);
}

static void model_reset(struct xg_device *d)
{
    struct xg_model *m = model_of(d), fresh = {
                                          .device = m->device,
                                          .host = m->host,
                                          .view = m->view,
                                          .pixels = m->pixels,
                                          .changed = m->changed,
                                          .immediate = m->immediate,
                                          .edram = m->edram,
                                          .edram_mapping = m->edram_mapping,
                                          .pool = m->pool,
                                          .page_of = m->page_of,
                                          .band = m->band,
                                      };
    *m = fresh;
    m->bin_mask = m->bin_select = UINT64_MAX;
    m->fetch_number = UINT32_MAX;
    xg_gpu_view_clear(m->view);
}

static void model_ring(struct xg_device *d, xg_pa base, uint32_t size_log2)
{
    struct xg_model *m = model_of(d);
    if (size_log2 > XG_MODEL_RING_LOG2_MAX)
        size_log2 = XG_MODEL_RING_LOG2_MAX;
    m->ring_base = base & XG_BUS_DWORD;
    m->ring_mask = (1u << size_log2) - 1;
    m->rptr = m->wptr = 0;
}

static void model_rptr_writeback(struct xg_device *d, xg_pa address)
{
    model_of(d)->rptr_writeback = address & XG_BUS_DWORD;
}

static uint32_t model_reg_read(struct xg_device *d, uint32_t index)
{
    return xg_model_reg_read(model_of(d), index);
}

/* A wait on a register is looked at again whenever the host writes one. */
static void model_reg_write(struct xg_device *d, uint32_t index, uint32_t value)
{
    struct xg_model *m = model_of(d);
    xg_model_reg_write(m, index, value);
    if (m->parked == XG_MODEL_ON_WAIT && m->wait.is_register &&
        xg_gpu_compare(m->wait.function, xg_model_reg_read(m, m->wait.address) & m->wait.mask,
                       m->wait.reference))
        m->parked = XG_MODEL_RUNNING;
}

static void model_vblank(struct xg_device *d, uint32_t count)
{
    model_of(d)->vblank_count = count;
}

static void model_kick(struct xg_device *d, uint32_t wptr)
{
    struct xg_model *m = model_of(d);
    m->wptr = wptr & m->ring_mask;
    m->idle_due = true;
}

static enum xg_device_state model_run(struct xg_device *d, uint64_t packets)
{
    return xg_model_run(model_of(d), packets);
}

static void model_wait_done(struct xg_device *d, bool result)
{
    struct xg_model *m = model_of(d);
    if (m->parked != XG_MODEL_ON_WAIT)
        return;
    m->parked = XG_MODEL_RUNNING;
    if (m->wait.conditional && result)
        xg_model_cond_write(m, m->cond_info, m->cond_target, m->cond_value);
}

static void model_add_samples(struct xg_device *d, const struct xg_gpu_samples *samples)
{
    uint32_t *total = model_of(d)->samples;
    total[0] += samples->passed + samples->z_failed + samples->stencil_failed;
    total[1] += samples->z_failed;
    total[2] += samples->passed;
    total[3] += samples->stencil_failed;
}

static void model_delegate_done(struct xg_device *d, uint32_t sequence)
{
    struct xg_model *m = model_of(d);
    if (m->parked == XG_MODEL_ON_DELEGATE && sequence == m->delegations)
        m->parked = XG_MODEL_RUNNING;
}

static void model_tile_read(struct xg_device *d, uint32_t tile, uint8_t *bytes)
{
    uint32_t *words = model_of(d)->edram + tile % XG_EDRAM_TILES * XG_TILE_WORDS;
    memcpy(bytes, words, XG_EDRAM_TILE_BYTES);
}

static void model_tile_write(struct xg_device *d, uint32_t tile, const uint8_t *bytes)
{
    uint32_t *words = model_of(d)->edram + tile % XG_EDRAM_TILES * XG_TILE_WORDS;
    memcpy(words, bytes, XG_EDRAM_TILE_BYTES);
}

static uint32_t *model_tile_memory(struct xg_device *d)
{
    return model_of(d)->edram;
}

/* Memory is read where it lies, so there is nothing to fetch again. */
static void model_page_dirty(struct xg_device *d, xg_pa page)
{
    XG_UNUSED(d);
    XG_UNUSED(page);
}

static void model_retire(struct xg_device *d, uint64_t cost)
{
    xg_gpu_view_retire(model_of(d)->view, cost);
}

static void model_trace(struct xg_device *d, bool on)
{
    model_of(d)->trace = on;
}

static uint32_t model_errors(const struct xg_device *d)
{
    return model_of_const(d)->errors;
}

static void model_counters(struct xg_device *d, struct xg_gpu_counters *out)
{
    *out = model_of(d)->counters;
}

static void model_hidden(const struct xg_device *d, struct xg_gpu_hidden *out)
{
    const struct xg_model *m = model_of_const(d);
    *out = (struct xg_gpu_hidden){.bin_mask = m->bin_mask,
                                  .bin_select = m->bin_select,
                                  .cost = m->cost,
                                  .packets = m->packets};
    memcpy(out->samples, m->samples, sizeof out->samples);
}

#define MODEL_OPS(device_name)                                                                     \
    {                                                                                              \
        .name = device_name, .destroy = model_destroy, .reset = model_reset, .ring = model_ring,   \
        .rptr_writeback = model_rptr_writeback, .reg_read = model_reg_read,                        \
        .reg_write = model_reg_write, .vblank = model_vblank, .kick = model_kick,                  \
        .run = model_run, .wait_done = model_wait_done, .add_samples = model_add_samples,          \
        .delegate_done = model_delegate_done, .tile_read = model_tile_read,                        \
        .tile_write = model_tile_write, .tile_memory = model_tile_memory,                          \
        .page_dirty = model_page_dirty, .retire = model_retire, .trace = model_trace,              \
        .errors = model_errors, .counters = model_counters, .hidden = model_hidden                 \
    }
static const struct xg_device_ops model_ops = MODEL_OPS("model");
static const struct xg_device_ops null_ops = MODEL_OPS("null");

/* In few entries of the host's address tables, when it can: tiles are read across their rows. */
static bool edram_create(struct xg_model *m)
{
    void *at = mmap(NULL, EDRAM_BYTES + HUGE_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return false;
    m->edram_mapping = at;
    m->edram = (uint32_t *)(((uintptr_t)at + HUGE_BYTES - 1) & ~(uintptr_t)(HUGE_BYTES - 1));
    madvise(m->edram, EDRAM_BYTES, MADV_HUGEPAGE); /* only a wish */
    return true;
}

static struct xg_device *create(const struct xg_device_host *host, const struct xg_device_ops *ops,
                                struct xg_error *err)
{
    struct xg_model *m = calloc(1, sizeof *m);
    if (m) {
        m->device.ops = ops;
        m->host = *host;
        m->pixels = ops != &null_ops;
        m->view = xg_gpu_view_create(host, err);
        m->changed = malloc(XG_MODEL_REGS * sizeof *m->changed);
        m->immediate = malloc(XG_MODEL_MAX_PAYLOAD * sizeof *m->immediate);
        m->band = xg_permute_best();
        if (xg_model_lines_init(m) && edram_create(m) && m->view && m->changed && m->immediate) {
            model_reset(&m->device);
            return &m->device;
        }
        model_destroy(&m->device);
    }
    xg_fail(err, XG_E_DEVICE, "no host memory for the GPU device '%s'", ops->name);
    return NULL;
}

struct xg_device *xg_device_model_create(const struct xg_device_host *host, struct xg_error *err)
{
    return create(host, &model_ops, err);
}

struct xg_device *xg_device_null_create(const struct xg_device_host *host, struct xg_error *err)
{
    return create(host, &null_ops, err);
}
