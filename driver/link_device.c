/* The link device's life and operations; see link_device.h. */
#include "driver/link_device.h"

#include "driver/link_device_priv.h"
#include "gpu/operand.h"

#include <stdlib.h>
#include <string.h>

#define UNLIMITED     0xFFFFFFFFu
#define RING_LOG2_MAX 22u
#define CTRL_CP       2u
#define CTRL_TRACE    4u
#define REG_SCRATCH   XG_REG_SCRATCH_REG0

/* After so many silent clocks the driver looks whether the device moves on; after so many looks
 * without a change it gives up. The longest silent work is one clear of the whole eDRAM many
 * times over: 64 Mi clocks. */
#define LOOK_CLOCKS 4000000u
#define LOOKS       32u
#define BEGIN_TRIES 3u
#define POSTED_MAX  65536u /* words of posted frames kept before they are sent */

static struct xg_link_device *of(struct xg_device *d)
{
    return (struct xg_link_device *)d;
}

static void set_control(struct xg_link_device *d)
{
    xg_link_csr_write(d, XG_CSR_CTRL, CTRL_CP | (d->tracing ? CTRL_TRACE : 0));
}

static void read_counters(struct xg_link_device *d)
{
    uint32_t now[XG_LINK_PERF_COUNT];
    uint64_t *const to[] = {
        &d->counted.cycles,        &d->counted.busy_cycles, &d->counted.packets,
        &d->counted.dwords,        &d->counted.draws_local, &d->counted.draws_delegated,
        &d->counted.resolves,      &d->counted.clears,      &d->counted.resolve_bytes,
        &d->counted.memory_writes, &d->counted.interrupts,  &d->counted.swaps,
        &d->counted.page_faults,
    };
    _Static_assert(XG_COUNTOF(to) == XG_LINK_PERF_COUNT, "one place for each PERF register");
    if (!xg_link_csr_read(d, XG_LINK_PERF_FIRST, XG_LINK_PERF_COUNT, now))
        return;
    for (size_t i = 0; i < XG_LINK_PERF_COUNT; i++)
        *to[i] += now[i] - d->perf[i]; /* the device's are 32 bits and wrap */
    memcpy(d->perf, now, sizeof now);
    d->unpolled_clocks = 0;
}

/* --- life --- */

static void link_destroy(struct xg_device *device)
{
    struct xg_link_device *d = of(device);
    xg_link_pages_destroy(d); /* the last words to the device */
    xg_link_tiles_destroy(d);
    xg_link_free(&d->link);
    free(d->record.words.at);
    free(d->effects.at);
    free(d->draw.at);
    free(d->regs);
    free(d->dirty_list);
    xg_link_scan_destroy(d);
    xg_link_lines_forget(d);
    xg_gpu_view_destroy(d->view);
    d->transport->ops->destroy(d->transport);
    free(d);
}

static void reset_device(struct xg_link_device *d)
{
    xg_link_soft_reset(d);
    xg_link_forget_pages(d);
    xg_link_tiles_forget(d);
    xg_link_scan_reset(d);
    xg_gpu_view_clear(d->view);
    d->counted = (struct xg_gpu_counters){0};
    d->state = XG_DEVICE_IDLE;
    d->kick_due = d->wait_answer_due = d->delegate_answer_due = false;
    d->tracing = d->errors_stale = false;
    d->errors = 0;
    memset(d->samples, 0, sizeof d->samples);
    set_control(d);
}

static void link_reset(struct xg_device *device)
{
    struct xg_link_device *d = of(device);
    xg_link_pages_bring_all(d); /* the device forgets its pages */
    if (!xg_link_failed(d))
        reset_device(d);
}

/* --- configuration: posted --- */

/* Posted frames leave with the next turn; a long row of them leaves now. */
void xg_link_flush_posted(struct xg_link_device *d)
{
    uint64_t quiet = 0;
    while (xg_link_unsent(&d->link) > POSTED_MAX && xg_link_turn(d, &quiet)) {
        if (quiet > LOOK_CLOCKS)
            xg_link_broke(d, "the device takes no words for %llu clocks",
                          (unsigned long long)quiet);
    }
}

static void link_ring(struct xg_device *device, xg_pa base, uint32_t size_log2)
{
    struct xg_link_device *d = of(device);
    const uint32_t csrs[2] = {base & XG_BUS_DWORD,
                              size_log2 < RING_LOG2_MAX ? size_log2 : RING_LOG2_MAX};
    xg_link_send(d, XG_LINK_CSR_WR, XG_CSR_RB_BASE, csrs, 2);
    xg_link_scan_ring(d, base, size_log2);
    d->wptr = 0;
}

static void link_rptr_writeback(struct xg_device *device, xg_pa address)
{
    xg_link_scan_writeback(of(device), address);
    xg_link_csr_write(of(device), XG_CSR_RPTR_WB_ADDR, address & XG_BUS_DWORD);
}

static void link_vblank(struct xg_device *device, uint32_t count)
{
    struct xg_link_device *d = of(device);
    xg_link_csr_write(d, XG_CSR_VBLANK_COUNT, count);
    xg_link_flush_posted(d);
}

static void link_trace(struct xg_device *device, bool on)
{
    struct xg_link_device *d = of(device);
    d->tracing = on;
    set_control(d);
}

/* --- registers --- */

static uint32_t link_reg_read(struct xg_device *device, uint32_t index)
{
    uint32_t value = 0;
    xg_link_csr_read(of(device), XG_CSR_REG_WINDOW + 4 * (index & 0x7FFF), 1, &value);
    return value;
}

/* docs/device.md, "Registers". */
static bool register_present(uint32_t i)
{
    return i < 0x1000 || (i >= 0x1800 && i < 0x1A00) || (i >= 0x2000 && i < 0x2400) ||
           (i >= 0x4000 && i < 0x4A00) || (i >= 0x5000 && i < 0x5003);
}

/* Does this write of the host have an effect that the guest can see? */
static bool has_effect(struct xg_link_device *d, uint32_t index)
{
    if (index - REG_SCRATCH < 8)
        return link_reg_read(&d->device, XG_REG_SCRATCH_UMSK) >> (index - REG_SCRATCH) & 1;
    return !register_present(index) && d->errors == 0;
}

/* A wait on a register ends when a write makes it true; the host sees that as the device does. */
static void maybe_released(struct xg_link_device *d)
{
    uint32_t value = link_reg_read(&d->device, d->wait.address);
    if (d->state == XG_DEVICE_WAITING &&
        xg_gpu_compare(d->wait.function, value & d->wait.mask, d->wait.reference))
        d->state = XG_DEVICE_BUSY;
}

static void link_reg_write(struct xg_device *device, uint32_t index, uint32_t value)
{
    struct xg_link_device *d = of(device);
    if (xg_link_failed(d))
        return;
    bool parked = d->state == XG_DEVICE_WAITING && d->wait.is_register;
    if (parked) {
        /* It may go on at once, but not past the packet it is in: that is for run(). */
        xg_link_push_dirty(d);
        d->budget = 0;
        xg_link_csr_write(d, XG_CSR_PACKET_BUDGET, 0);
    }
    index &= 0x7FFF;
    xg_link_scan_register(d, index, value);
    bool effect = has_effect(d, index);
    uint64_t before = d->effect_count, quiet = 0;
    xg_link_csr_write(d, XG_CSR_REG_WINDOW + 4 * index, value);
    while (effect && d->effect_count <= before && xg_link_turn(d, &quiet))
        if (quiet > LOOK_CLOCKS)
            xg_link_broke(d, "the device says nothing about a write of register 0x%04X", index);
    if (effect && !xg_link_failed(d))
        xg_link_deliver(d);
    if (parked && !xg_link_failed(d))
        maybe_released(d);
    xg_link_flush_posted(d);
}

/* --- running --- */

static void link_kick(struct xg_device *device, uint32_t wptr)
{
    struct xg_link_device *d = of(device);
    d->wptr = wptr;
    d->kick_due = true;
}

static void link_wait_done(struct xg_device *device, bool result)
{
    struct xg_link_device *d = of(device);
    if (d->state != XG_DEVICE_WAITING)
        return;
    d->wait_answer_due = true;
    d->wait_answer = result;
}

static void link_add_samples(struct xg_device *device, const struct xg_gpu_samples *samples)
{
    struct xg_link_device *d = of(device);
    d->samples[0] += samples->passed + samples->z_failed + samples->stencil_failed;
    d->samples[1] += samples->z_failed;
    d->samples[2] += samples->passed;
    d->samples[3] += samples->stencil_failed;
    xg_link_send(d, XG_LINK_CSR_WR, XG_CSR_SAMPLES_TOTAL, d->samples, 4);
}

static void link_delegate_done(struct xg_device *device, uint32_t sequence)
{
    struct xg_link_device *d = of(device);
    if (d->state == XG_DEVICE_DELEGATING && sequence == d->sequence)
        d->delegate_answer_due = true;
}

/* Sends what lets the device go on. false: nothing does. */
static bool let_go(struct xg_link_device *d, uint64_t packets)
{
    bool goes = d->state == XG_DEVICE_BUSY || d->wait_answer_due || d->delegate_answer_due ||
                (d->kick_due && d->state == XG_DEVICE_IDLE);
    if (!goes && !d->kick_due)
        return false;
    xg_link_frames_free(d);
    xg_link_push_dirty(d);
    xg_link_scan_ahead(d);
    if (goes) {
        xg_link_record_begin(d);
        d->budget = packets < UNLIMITED ? (uint32_t)packets : UNLIMITED;
        xg_link_csr_write(d, XG_CSR_PACKET_BUDGET, d->budget);
    }
    if (d->kick_due)
        xg_link_csr_write(d, XG_CSR_RB_WPTR, d->wptr);
    if (d->wait_answer_due)
        xg_link_send(d, XG_LINK_WAIT_DONE, d->wait_answer, NULL, 0);
    if (d->delegate_answer_due)
        xg_link_send(d, XG_LINK_DELEGATE_DONE, d->sequence, NULL, 0);
    d->kick_due = d->wait_answer_due = d->delegate_answer_due = false;
    if (goes)
        xg_link_record_goes(d);
    return goes;
}

/* Nothing came for a while: is the device still moving? */
static bool moves_on(struct xg_link_device *d, uint64_t last[3])
{
    read_counters(d);
    const uint64_t now[3] = {d->counted.dwords, d->counted.clears, d->effect_count};
    bool moved = memcmp(now, last, sizeof now) != 0;
    memcpy(last, now, sizeof now);
    return moved;
}

static void stuck(struct xg_link_device *d)
{
    uint32_t status = 0, rptr = 0;
    if (xg_link_csr_read(d, XG_CSR_STATUS, 1, &status) &&
        xg_link_csr_read(d, XG_CSR_RB_RPTR, 1, &rptr))
        xg_link_broke(d,
                      "the device has made no progress for %llu clocks (status 0x%X, read pointer "
                      "0x%X, packet %u)",
                      (unsigned long long)LOOK_CLOCKS * LOOKS, status, rptr,
                      (uint32_t)d->counted.packets);
}

/* Few page frames are left: the device stops at the next packet. */
static void stop_for_frames(struct xg_link_device *d)
{
    d->stopping = true;
    d->budget = 0;
    xg_link_csr_write(d, XG_CSR_PACKET_BUDGET, 0);
}

void xg_link_until_it_stops(struct xg_link_device *d)
{
    uint64_t quiet = 0, last[3] = {0};
    uint32_t looks = 0;
    while ((d->going || xg_link_lines_awaited(d)) && xg_link_turn(d, &quiet)) {
        xg_link_deliver(d);
        /* One that does again what it did before has all the pages that it had. */
        if (d->going && !d->stopping && d->told >= d->told_most && xg_link_frames_low(d))
            stop_for_frames(d);
        if (quiet <= LOOK_CLOCKS)
            continue;
        quiet = 0;
        looks = moves_on(d, last) ? 0 : looks + 1;
        if (looks == LOOKS)
            stuck(d);
    }
}

/* Lets the device take `packets`. One with few page frames is stopped for want of them: then it
 * goes on with the rest. */
static void go(struct xg_link_device *d, uint64_t packets)
{
    uint32_t first = 0, now = 0;
    bool small = d->frame_count < XG_LINK_PAGES;
    if (small)
        xg_link_csr_read(d, XG_CSR_PERF_PACKETS, 1, &first);
    while (packets != 0 && !xg_link_failed(d) && let_go(d, packets)) {
        d->going = true;
        d->stopping = false;
        xg_link_until_it_stops(d);
        xg_link_deliver(d);
        bool stopped = d->stopping && d->state == XG_DEVICE_BUSY;
        if (!stopped || !xg_link_csr_read(d, XG_CSR_PERF_PACKETS, 1, &now)) {
            if (!xg_link_failed(d))
                xg_link_record_end(d, UINT32_MAX);
            break;
        }
        xg_link_record_end(d, now - first);
        if (packets < UNLIMITED)
            packets -= now - first < packets ? now - first : packets;
        first = now;
    }
}

/* The device need not wait for the next call to know that its frames are here. */
static void say_what_came(struct xg_link_device *d)
{
    struct xg_error err = {0}; /* the next turn meets it again */
    xg_link_report(&d->link);
    if (!xg_link_failed(d))
        xg_link_write_out(d, &err);
}

static enum xg_device_state link_run(struct xg_device *device, uint64_t packets)
{
    struct xg_link_device *d = of(device);
    xg_gpu_view_refresh(d->view);
    if (!xg_link_failed(d))
        go(d, packets);
    if (d->errors_stale && !xg_link_failed(d))
        xg_link_csr_read(d, XG_CSR_ERROR_BITS, 1, &d->errors);
    if (d->unpolled_clocks >> 30)
        read_counters(d); /* before one of them wraps twice */
    xg_link_deliver(d);
    say_what_came(d);
    return xg_link_failed(d) ? XG_DEVICE_FAILED : d->state;
}

/* --- the rest --- */

static void link_tile_read(struct xg_device *device, uint32_t tile, uint8_t *bytes)
{
    xg_link_tile_read(of(device), tile, bytes);
}

static void link_tile_write(struct xg_device *device, uint32_t tile, const uint8_t *bytes)
{
    struct xg_link_device *d = of(device);
    xg_link_tile_write(d, tile, bytes);
    xg_link_flush_posted(d);
}

static void link_page_dirty(struct xg_device *device, xg_pa page)
{
    xg_link_page_dirty(of(device), page);
}

static void link_retire(struct xg_device *device, uint64_t cost)
{
    xg_gpu_view_retire(of(device)->view, cost);
}

static uint32_t link_errors(const struct xg_device *device)
{
    return ((const struct xg_link_device *)device)->errors;
}

static void link_counters(struct xg_device *device, struct xg_gpu_counters *out)
{
    struct xg_link_device *d = of(device);
    if (!xg_link_failed(d))
        read_counters(d);
    *out = d->counted;
}

static const char *link_failure(const struct xg_device *device)
{
    const struct xg_link_device *d = (const struct xg_link_device *)device;
    return d->err.kind != XG_OK ? d->err.text : NULL;
}

static const struct xg_device_ops link_ops = {
    .name = "link",
    .destroy = link_destroy,
    .reset = link_reset,
    .ring = link_ring,
    .rptr_writeback = link_rptr_writeback,
    .reg_read = link_reg_read,
    .reg_write = link_reg_write,
    .vblank = link_vblank,
    .kick = link_kick,
    .run = link_run,
    .wait_done = link_wait_done,
    .add_samples = link_add_samples,
    .delegate_done = link_delegate_done,
    .tile_read = link_tile_read,
    .tile_write = link_tile_write,
    .page_dirty = link_page_dirty,
    .retire = link_retire,
    .trace = link_trace,
    .errors = link_errors,
    .counters = link_counters,
    .failure = link_failure,
};

/* From hello to a device that was reset; once more when it is lost meanwhile. */
static void begin(struct xg_link_device *d)
{
    for (unsigned i = 0; i < BEGIN_TRIES; i++) {
        d->lost_again = false;
        if (xg_link_connect(d) && (d->transport->zeroed || xg_link_clear_edram(d))) {
            d->record.on = d->transport->ops->reopen != NULL;
            reset_device(d);
        }
        struct xg_error err = {0};
        if (!xg_link_failed(d) || !d->lost_again || i + 1 == BEGIN_TRIES)
            return;
        if (!d->transport->ops->reopen(d->transport, &err))
            return;
        d->err = (struct xg_error){0};
        xg_words_drop(&d->record.words, d->record.words.count);
    }
}

struct xg_device *xg_link_device_create(const struct xg_device_host *host,
                                        struct xg_transport *transport, struct xg_error *err)
{
    struct xg_link_device *d = calloc(1, sizeof *d);
    if (!d) {
        transport->ops->destroy(transport);
        xg_fail(err, XG_E_DEVICE, "no host memory for the device's driver");
        return NULL;
    }
    d->ops = link_ops;
    d->ops.name = transport->ops->name;
    d->device.ops = &d->ops;
    d->host = *host;
    d->transport = transport;
    xg_link_init(&d->link, false);
    d->regs = malloc(0x5003 * sizeof *d->regs);
    d->dirty_list = malloc(XG_LINK_SMALL_PAGES * sizeof *d->dirty_list);
    d->view = xg_gpu_view_create(host, &d->err);
    if (!xg_link_pages_create(d) || !xg_link_scan_create(d) || !xg_link_tiles_create(d) ||
        !d->regs || !d->dirty_list)
        xg_link_broke(d, "no host memory for the device's driver");
    if (!xg_link_failed(d))
        begin(d);
    d->ready = true;
    if (xg_link_failed(d)) {
        xg_fail(err, d->err.kind, "%s", d->err.text);
        link_destroy(&d->device);
        return NULL;
    }
    return &d->device;
}
