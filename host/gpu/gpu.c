/* The GPU front; see gpu.h and docs/gpu-front.md.
 *
 * The device runs ahead in bursts. What it says is stamped with guest time (clock_of) and
 * queued; xg_gpu_advance makes it visible. Client callbacks happen in xg_gpu_advance alone,
 * so an MMIO access in the middle of a guest instruction never re-enters the kernel. */
#include "gpu/gpu.h"

#include "gpu/away.h"
#include "gpu/operand.h"
#include "gpu/pending.h"
#include "gpu/trace/recorder.h"
#include "gpu/view.h"
#include "gpu/xg_device_gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far the device may be ahead of the guest before it is left alone, and the packets of
 * one burst. They bound the host's work for one call, whatever is in the ring. */
#define AHEAD_NS      1000000u
#define BURST_PACKETS 512u
/* More queued effects than this (only a copy of nonsense size makes them) and memory writes are
 * applied before their time, in order. */
#define MAX_PENDING (1u << 20)

#define REG_CP_RB_RPTR           0x01C4u
#define REG_RB_EDRAM_TIMING      0x0F00u
#define REG_D1MODE_VBLANK_STATUS 0x1951u
#define MMIO_REGISTERS           0x4000u

/* A draw kept from the effect callback until run() has returned. */
struct saved_draw {
    struct xg_gpu_draw draw;
    struct xg_gpu_reg *regs;
    uint32_t *immediate;
};

struct xg_gpu {
    struct xg_memory *mem;
    struct xg_device *device;
    struct xg_gpu_client client;
    const struct xg_hooks *hooks;
    struct xg_pending pending;
    struct xg_gpu_away away;

    /* Guest time of the device: its cost `base_cost` was reached at `base_time`. */
    xg_time base_time;
    uint64_t base_cost, cost;
    struct xg_gpu_counters counted; /* after the last silent burst */
    bool counted_valid;
    bool silent; /* no effect since the burst began */
    enum xg_device_state state;

    struct xg_gpu_wait wait; /* of the last WAIT effect */
    uint32_t wait_serial;    /* which one that is */
    bool parked;             /* that effect is due, and its condition was false so far */

    uint32_t wptr, rptr; /* as the guest sees them */
    uint32_t vblanks;
    bool vblank_pending;

    struct saved_draw draw;
    xg_gpu_draw_fn *renderer;
    void *renderer_ctx;
    struct xg_gpu_view *view; /* what the renderer sees; NULL without one */
    struct xg_device_host view_host;
    struct xg_gamma gamma;
    struct xg_recorder *recorder; /* NULL: nothing is recorded; else there is a view */
    bool warned_no_renderer;

    uint32_t early_packet;  /* 0, or that of a copy which is written early */
    uint32_t hooked_packet; /* last packet whose copy was reported to the hooks */
    char error[512];        /* not empty: the device failed */
    char wait_text[160];
};

static void fail(struct xg_gpu *gpu, const char *why)
{
    gpu->state = XG_DEVICE_FAILED;
    if (!gpu->error[0])
        snprintf(gpu->error, sizeof gpu->error, "%s", why);
}

static xg_time clock_of(const struct xg_gpu *gpu, uint64_t cost)
{
    return gpu->base_time + (cost - gpu->base_cost) * XG_NS_PER_GPU_CLOCK;
}

/* Work that starts now starts at `now`, or when the work before it ends if that is later. */
static void begin_work(struct xg_gpu *gpu, xg_time now)
{
    if (clock_of(gpu, gpu->cost) < now) {
        gpu->base_time = now;
        gpu->base_cost = gpu->cost;
    }
}

/* --- what the device tells its host --- */

static const uint8_t *guest_page(void *ctx, xg_pa page)
{
    const struct xg_gpu *gpu = ctx;
    xg_memory_here(gpu->mem, page & (XG_PHYS_SIZE - XG_PAGE_SIZE), XG_PAGE_SIZE);
    return gpu->mem->phys + (page & (XG_PHYS_SIZE - XG_PAGE_SIZE));
}

static const uint8_t *host_page(void *ctx, xg_pa page)
{
    const struct xg_gpu *gpu = ctx;
    if (XG_UNLIKELY(gpu->recorder))
        xg_recorder_page(gpu->recorder, page);
    return guest_page(ctx, page);
}

static void host_watch(void *ctx, xg_pa page)
{
    const struct xg_gpu *gpu = ctx;
    xg_memory_watch(gpu->mem, page & (XG_PHYS_SIZE - XG_PAGE_SIZE), XG_PAGE_SIZE);
}

/* The CPU is about to store to a watched page. */
static void on_page_dirty(void *ctx, xg_pa page)
{
    struct xg_gpu *gpu = ctx;
    gpu->device->ops->page_dirty(gpu->device, page);
}

static void *grow_copy(void *to, const void *from, size_t size)
{
    void *p = realloc(to, size ? size : 1);
    if (p && size)
        memcpy(p, from, size);
    return p;
}

static void save_draw(struct xg_gpu *gpu, const struct xg_gpu_draw *d)
{
    struct saved_draw *s = &gpu->draw;
    struct xg_gpu_reg *regs = grow_copy(s->regs, d->regs, d->reg_count * sizeof *regs);
    s->regs = regs ? regs : s->regs;
    uint32_t *words = grow_copy(s->immediate, d->immediate, d->immediate_count * sizeof *words);
    s->immediate = words ? words : s->immediate;
    if (!regs || !words) {
        fail(gpu, "no host memory for a delegated draw");
        return;
    }
    s->draw = *d;
    s->draw.regs = s->regs;
    s->draw.immediate = d->immediate_count ? s->immediate : NULL;
}

static void apply_page(struct xg_gpu *gpu, struct xg_line_page *data)
{
    const uint8_t *bytes = xg_line_page_bytes(data);
    uint32_t first, count;
    for (uint64_t left = data->mask; left;) {
        left = xg_line_run(left, &first, &count);
        uint32_t at = first * XG_LINE_BYTES;
        xg_memory_device_store(gpu->mem, data->pa + at, bytes + at, count * XG_LINE_BYTES);
    }
}

static void apply_bytes(struct xg_gpu *gpu, struct xg_pending_effect *e)
{
    if (e->size)
        xg_memory_device_store(gpu->mem, e->address, e->bytes, e->size);
    e->size = 0;
    if (e->page)
        apply_page(gpu, e->page);
    xg_pending_let_go(&gpu->pending, e);
}

/* All queued memory writes take place now; everything else keeps its time. */
static void apply_memory_early(struct xg_gpu *gpu)
{
    struct xg_pending *q = &gpu->pending;
    size_t kept = 0;
    xg_gpu_away_settle(&gpu->away);
    for (size_t i = 0; i < q->count; i++) {
        struct xg_pending_effect *e = xg_pending_at(q, i);
        if (e->kind == XG_GPU_MEM)
            apply_bytes(gpu, e);
        else
            *xg_pending_at(q, kept++) = *e;
    }
    q->count = kept;
}

/* A new entry of the queue that weighs as much as `lines` entries; NULL: host memory ran out. When
 * it would be too many, memory is written early: what is queued, and all of the copy that this
 * belongs to, however it is told. */
static struct xg_pending_effect *queue(struct xg_gpu *gpu, uint64_t cost, uint32_t packet,
                                       bool of_copy, size_t lines)
{
    struct xg_pending *q = &gpu->pending;
    if (!of_copy || packet != gpu->early_packet)
        gpu->early_packet = 0;
    if (xg_pending_weight(q) + lines > MAX_PENDING) {
        apply_memory_early(gpu);
        gpu->early_packet = of_copy ? packet : 0;
    }
    struct xg_pending_effect *p = xg_pending_push(q);
    if (!p) {
        fail(gpu, "no host memory for the GPU's effects");
        return NULL;
    }
    p->due = clock_of(gpu, cost);
    p->cost = cost;
    p->packet = packet;
    p->page = NULL;
    return p;
}

/* The newest entry, when its copy is written early. */
static void finish(struct xg_gpu *gpu, struct xg_pending_effect *p)
{
    if (!gpu->early_packet)
        return;
    apply_bytes(gpu, p);
    gpu->pending.count--;
}

static void host_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct xg_gpu *gpu = ctx;
    gpu->silent = false;
    gpu->cost = e->cost;
    if (e->kind == XG_GPU_REG)
        return; /* for traces and the pair only */
    if (XG_UNLIKELY(gpu->recorder))
        xg_recorder_effect(gpu->recorder, e);
    if (e->kind == XG_GPU_DELEGATE) {
        save_draw(gpu, e->draw);
        return;
    }
    if (e->kind == XG_GPU_WAIT) {
        gpu->wait = *e->wait;
        gpu->wait_serial++;
    }
    if (e->kind == XG_GPU_MEM &&
        (e->size > 64 || (e->size | e->address) & 3 || e->address > XG_PHYS_SIZE - e->size)) {
        fail(gpu, "the device broke its contract: a memory write of impossible size or address");
        return;
    }
    bool of_copy = e->kind == XG_GPU_MEM && e->producer == XG_GPU_FROM_RESOLVE;
    struct xg_pending_effect *p = queue(gpu, e->cost, e->packet, of_copy, 1);
    if (!p)
        return;
    p->address = e->kind == XG_GPU_WAIT ? e->wait->address : e->address;
    p->value = e->kind == XG_GPU_WAIT ? gpu->wait_serial : e->value;
    p->width = e->width;
    p->height = e->height;
    p->kind = (uint8_t)e->kind;
    p->producer = (uint8_t)e->producer;
    p->size = 0;
    if (e->kind == XG_GPU_MEM) {
        p->size = (uint8_t)e->size;
        memcpy(p->bytes, e->bytes, e->size);
        if (gpu->view && !xg_gpu_view_write(gpu->view, e->address, e->bytes, e->size, e->cost))
            fail(gpu, "no host memory for the renderer's view of guest memory");
    }
    finish(gpu, p);
}

static bool host_lines(void *ctx, const struct xg_gpu_lines *l)
{
    struct xg_gpu *gpu = ctx;
    gpu->silent = false;
    gpu->cost = l->cost;
    if (l->page != l->data->pa || l->page % XG_PAGE_SIZE || l->page >= XG_PHYS_SIZE ||
        !l->data->mask) {
        fail(gpu, "the device broke its contract: lines of a page that is none");
        return false;
    }
    if (XG_UNLIKELY(gpu->recorder))
        xg_recorder_lines(gpu->recorder, l);
    size_t lines = (size_t)__builtin_popcountll(l->data->mask);
    struct xg_pending_effect *p = queue(gpu, l->cost, l->packet, true, lines);
    if (!p)
        return false;
    p->kind = XG_GPU_MEM;
    p->producer = XG_GPU_FROM_RESOLVE;
    p->size = 0;
    p->address = l->page | (l->first - l->page < XG_PAGE_SIZE ? l->first % XG_PAGE_SIZE : 0);
    xg_pending_hold(&gpu->pending, p, l->data);
    if (gpu->view && !xg_gpu_view_write_page(gpu->view, l->page, l->data, l->cost))
        fail(gpu, "no host memory for the renderer's view of guest memory");
    finish(gpu, p);
    return false; /* not before they are due */
}

/* A recorder reads the bytes of a copy when it hears of it. */
static bool lines_may_stay(void *ctx)
{
    return !((const struct xg_gpu *)ctx)->recorder;
}

/* --- running the device --- */

static void run_draw(struct xg_gpu *gpu)
{
    struct xg_gpu_draw *d = &gpu->draw.draw;
    if (gpu->renderer) {
        xg_gpu_view_refresh(gpu->view);
        if (XG_UNLIKELY(gpu->recorder))
            xg_recorder_draw(gpu->recorder);
        gpu->renderer(gpu->renderer_ctx, gpu->device, d, &gpu->view_host);
        if (XG_UNLIKELY(gpu->recorder))
            xg_recorder_drew(gpu->recorder, d);
    } else if (!gpu->warned_no_renderer) {
        gpu->warned_no_renderer = true;
        fprintf(stderr, "xenogate: the GPU device delegated a draw and no renderer is set; "
                        "draws are counted and dropped\n");
    }
    gpu->device->ops->delegate_done(gpu->device, d->sequence);
    gpu->state = XG_DEVICE_BUSY;
}

/* A burst that said nothing still took time: at least two clocks a packet, and when the burst
 * before was silent too, what the counters say (two a header and one a word; docs/device.md).
 * Counters may be 32 bits wide. */
static void count_silent_burst(struct xg_gpu *gpu)
{
    struct xg_gpu_counters now;
    gpu->device->ops->counters(gpu->device, &now);
    uint32_t packets = BURST_PACKETS, dwords = BURST_PACKETS;
    if (gpu->counted_valid) {
        packets = (uint32_t)(now.packets - gpu->counted.packets);
        dwords = (uint32_t)(now.dwords - gpu->counted.dwords);
    }
    gpu->counted = now;
    gpu->counted_valid = true;
    gpu->cost += (uint64_t)packets * XG_COST_PACKET + (uint64_t)(dwords - packets) * XG_COST_DWORD;
}

static enum xg_device_state record_burst(struct xg_gpu *gpu)
{
    xg_gpu_view_refresh(gpu->view);
    xg_recorder_run(gpu->recorder);
    enum xg_device_state state = gpu->device->ops->run(gpu->device, BURST_PACKETS);
    xg_recorder_ran(gpu->recorder, BURST_PACKETS, state);
    if (state == XG_DEVICE_IDLE)
        xg_recorder_idle(gpu->recorder, gpu->device);
    return state;
}

static void run_burst(struct xg_gpu *gpu)
{
    gpu->silent = true;
    enum xg_device_state state = XG_UNLIKELY(gpu->recorder)
                                     ? record_burst(gpu)
                                     : gpu->device->ops->run(gpu->device, BURST_PACKETS);
    if (gpu->state == XG_DEVICE_FAILED)
        return; /* an effect could not be kept */
    gpu->state = state;
    if (state == XG_DEVICE_FAILED) {
        const char *(*why)(const struct xg_device *) = gpu->device->ops->failure;
        const char *text = why ? why(gpu->device) : NULL;
        fail(gpu, text ? text : "the GPU device failed");
    } else if (state == XG_DEVICE_DELEGATING) {
        run_draw(gpu);
    }
    if (!gpu->silent)
        gpu->counted_valid = false;
    else if (state == XG_DEVICE_BUSY)
        count_silent_burst(gpu);
}

/* Lets a device that has work run until it is far enough ahead of `now`. */
static void run_ahead(struct xg_gpu *gpu, xg_time now)
{
    if (XG_UNLIKELY(gpu->recorder))
        xg_recorder_memory_may_differ(gpu->recorder);
    while (gpu->state == XG_DEVICE_BUSY && clock_of(gpu, gpu->cost) < now + AHEAD_NS &&
           xg_pending_weight(&gpu->pending) < MAX_PENDING)
        run_burst(gpu);
}

/* --- making effects visible --- */

static void retire(struct xg_gpu *gpu, uint64_t cost)
{
    if (gpu->pending.count && xg_pending_at(&gpu->pending, 0)->cost <= cost) {
        cost = xg_pending_at(&gpu->pending, 0)->cost;
        if (cost-- == 0)
            return;
    }
    gpu->device->ops->retire(gpu->device, cost);
    if (gpu->view)
        xg_gpu_view_retire(gpu->view, cost);
}

/* The first bytes of a memory write. */
static const uint8_t *bytes_of(const struct xg_pending_effect *e)
{
    return e->page ? xg_line_page_bytes(e->page) + e->address % XG_PAGE_SIZE : e->bytes;
}

static void report(struct xg_gpu *gpu, const struct xg_pending_effect *e)
{
    if (!gpu->hooks || !gpu->hooks->on_packet)
        return;
    if (e->kind == XG_GPU_MEM && e->producer == XG_GPU_FROM_RESOLVE) {
        if (e->packet == gpu->hooked_packet)
            return; /* one report for a copy */
        gpu->hooked_packet = e->packet;
    }
    struct xg_hook_packet h = {.now = e->due,
                               .packet = e->packet,
                               .kind = e->kind,
                               .address = e->address,
                               .value = e->kind == XG_GPU_MEM ? xg_ld32le(bytes_of(e)) : e->value};
    gpu->hooks->on_packet(gpu->hooks->ctx, &h);
}

static void show(struct xg_gpu *gpu, struct xg_pending_effect *e)
{
    report(gpu, e);
    if (e->kind == XG_GPU_MEM && e->page && xg_gpu_away_take(&gpu->away, e->page, e->packet)) {
        xg_pending_let_go(&gpu->pending, e);
        return;
    }
    xg_gpu_away_settle(&gpu->away);
    switch ((enum xg_gpu_effect_kind)e->kind) {
    case XG_GPU_MEM:
        apply_bytes(gpu, e);
        break;
    case XG_GPU_IRQ:
        if (gpu->client.interrupt)
            gpu->client.interrupt(gpu->client.ctx, e->value);
        break;
    case XG_GPU_SWAP:
        if (XG_UNLIKELY(gpu->recorder))
            xg_gpu_view_refresh(gpu->view); /* it looks at the picture */
        if (gpu->client.swap)
            gpu->client.swap(gpu->client.ctx, e->address, e->width, e->height, e->due);
        break;
    case XG_GPU_IDLE:
        gpu->rptr = e->value;
        break;
    default:
        break;
    }
}

/* The memory word that the device waits for. */
static uint32_t operand(const struct xg_gpu *gpu)
{
    xg_pa at = gpu->wait.address & XG_BUS_DWORD;
    xg_memory_here(gpu->mem, at, 4);
    return xg_ld32le(gpu->mem->phys + at);
}

/* What goes to the device besides run(), before it does. */
static void record(const struct xg_gpu *gpu, enum xg_trace_kind kind, uint32_t a, uint32_t b)
{
    if (XG_UNLIKELY(gpu->recorder))
        xg_recorder_input(gpu->recorder, kind, a, b);
}

static bool condition(const struct xg_gpu *gpu)
{
    const struct xg_gpu_wait *w = &gpu->wait;
    uint32_t value = xg_gpu_swap(operand(gpu), w->endian);
    return xg_gpu_compare(w->function, value & w->mask, w->reference);
}

/* Answers a wait whose time has come. when: the guest time the answer counts from. */
static void answer(struct xg_gpu *gpu, xg_time when)
{
    if (gpu->wait.is_register)
        return; /* a register write of the guest ends it */
    bool result = condition(gpu);
    if (!result && !gpu->wait.conditional)
        return;
    gpu->parked = false;
    begin_work(gpu, when);
    record(gpu, XG_TRACE_ANSWER, result, 0);
    gpu->device->ops->wait_done(gpu->device, result);
    gpu->state = XG_DEVICE_BUSY;
}

/* Shows what is due. true when something was. */
static bool show_due(struct xg_gpu *gpu, xg_time now)
{
    uint64_t cost = 0;
    size_t shown = 0;
    while (gpu->pending.count && xg_pending_at(&gpu->pending, 0)->due <= now) {
        /* A callback may kick, which may move the queue: work on a copy. */
        struct xg_pending_effect e = *xg_pending_at(&gpu->pending, 0);
        xg_pending_pop(&gpu->pending); /* its page is e's now */
        cost = e.cost;
        shown++;
        show(gpu, &e);
        if (e.kind == XG_GPU_WAIT && gpu->state == XG_DEVICE_WAITING &&
            e.value == gpu->wait_serial) {
            gpu->parked = true;
            answer(gpu, e.due);
        }
    }
    xg_gpu_away_settle(&gpu->away);
    if (shown)
        retire(gpu, cost);
    return shown != 0;
}

bool xg_gpu_advance(struct xg_gpu *gpu, xg_time now)
{
    /* Each turn shows effects or answers a wait; a stream that goes on making effects that
     * are due at once is stopped by its own cost, which is at least a clock for each. */
    do {
        if (gpu->parked)
            answer(gpu, now);
        run_ahead(gpu, now);
    } while (gpu->state != XG_DEVICE_FAILED && show_due(gpu, now));
    return gpu->state != XG_DEVICE_FAILED;
}

xg_time xg_gpu_next_event(const struct xg_gpu *gpu)
{
    xg_time next = UINT64_MAX;
    if (gpu->pending.count)
        next = xg_pending_at(&gpu->pending, 0)->due;
    if (gpu->state == XG_DEVICE_BUSY) {
        xg_time ahead = clock_of(gpu, gpu->cost);
        xg_time resume = ahead > AHEAD_NS / 2 ? ahead - AHEAD_NS / 2 : 0;
        next = resume < next ? resume : next;
    }
    return next;
}

/* --- the guest's side --- */

uint32_t xg_gpu_mmio_read(struct xg_gpu *gpu, uint32_t index, xg_time now)
{
    XG_UNUSED(now);
    switch (index) {
    case REG_CP_RB_RPTR:
        return gpu->rptr;
    case XG_REG_CP_RB_WPTR:
        return gpu->wptr;
    case REG_RB_EDRAM_TIMING:
        return 0x08100748;
    case XG_REG_RB_BC_CONTROL:
        return 0x0000200E;
    case REG_D1MODE_VBLANK_STATUS:
        return gpu->vblank_pending;
    case XG_REG_AVIVO_D1MODE_VIEWPORT_SIZE:
        return 0x050002D0;
    default:
        return index < MMIO_REGISTERS ? gpu->device->ops->reg_read(gpu->device, index) : 0;
    }
}

void xg_gpu_mmio_write(struct xg_gpu *gpu, uint32_t index, uint32_t value, xg_time now)
{
    if (index >= MMIO_REGISTERS || gpu->state == XG_DEVICE_FAILED)
        return;
    bool on_register = gpu->state == XG_DEVICE_WAITING && gpu->wait.is_register;
    if (index == XG_REG_CP_RB_WPTR) {
        gpu->wptr = value;
        record(gpu, XG_TRACE_KICK, value, 0);
        gpu->device->ops->kick(gpu->device, value);
        if (gpu->state != XG_DEVICE_IDLE)
            return;
    } else {
        xg_gamma_write(&gpu->gamma, index, value);
        record(gpu, XG_TRACE_REG, index, value);
        gpu->device->ops->reg_write(gpu->device, index, value);
        if (!on_register)
            return;
    }
    /* New work, or the end of a wait on a register (if not, run() says WAITING again). */
    begin_work(gpu, now);
    gpu->state = XG_DEVICE_BUSY;
    run_ahead(gpu, now);
    if (gpu->state != XG_DEVICE_WAITING || !gpu->wait.is_register)
        gpu->parked = false;
}

void xg_gpu_ring(struct xg_gpu *gpu, xg_pa base, uint32_t size_log2_dwords)
{
    gpu->rptr = gpu->wptr = 0;
    record(gpu, XG_TRACE_RING, base, size_log2_dwords);
    gpu->device->ops->ring(gpu->device, base, size_log2_dwords);
}

void xg_gpu_rptr_writeback(struct xg_gpu *gpu, xg_pa address)
{
    record(gpu, XG_TRACE_WRITEBACK, address, 0);
    gpu->device->ops->rptr_writeback(gpu->device, address);
}

void xg_gpu_vblank(struct xg_gpu *gpu, xg_time now)
{
    XG_UNUSED(now);
    record(gpu, XG_TRACE_VBLANK, ++gpu->vblanks, 0);
    gpu->device->ops->vblank(gpu->device, gpu->vblanks);
}

void xg_gpu_set_vblank_pending(struct xg_gpu *gpu, bool pending)
{
    gpu->vblank_pending = pending;
}

const char *xg_gpu_error(const struct xg_gpu *gpu)
{
    return gpu->error[0] ? gpu->error : NULL;
}

const char *xg_gpu_waiting_for(struct xg_gpu *gpu)
{
    static const char *const compare[8] = {
        "never true:", "<", "<=", "==", "!=", ">=", ">", "always true:"};
    const struct xg_gpu_wait *w = &gpu->wait;
    if (gpu->state != XG_DEVICE_WAITING)
        return NULL;
    if (w->is_register)
        snprintf(gpu->wait_text, sizeof gpu->wait_text,
                 "register 0x%04X & 0x%08X %s 0x%08X (it holds 0x%08X)", w->address, w->mask,
                 compare[w->function & 7], w->reference,
                 gpu->device->ops->reg_read(gpu->device, w->address));
    else
        snprintf(gpu->wait_text, sizeof gpu->wait_text,
                 "memory 0x%08X & 0x%08X %s 0x%08X (it holds 0x%08X)", w->address, w->mask,
                 compare[w->function & 7], w->reference, xg_gpu_swap(operand(gpu), w->endian));
    return gpu->wait_text;
}

struct xg_device *xg_gpu_device(struct xg_gpu *gpu)
{
    return gpu->device;
}

struct xg_gpu_lazy xg_gpu_lazy(const struct xg_gpu *gpu)
{
    return gpu->away.counts;
}

const struct xg_gamma *xg_gpu_gamma(const struct xg_gpu *gpu)
{
    return &gpu->gamma;
}

/* --- set-up --- */

static const uint8_t *view_page(void *ctx, xg_pa page)
{
    const struct xg_gpu *gpu = ctx;
    if (XG_UNLIKELY(gpu->recorder))
        xg_recorder_page(gpu->recorder, page);
    return xg_gpu_view_page(gpu->view, page);
}

static const uint8_t *seen_page(void *ctx, xg_pa page)
{
    return xg_gpu_view_page(((struct xg_gpu *)ctx)->view, page);
}

/* What shaders store (memory export) is seen when the packet of the draw is. Later draws see
 * it through the renderer's view; the device itself, which reads no such data, when it is due. */
static void renderer_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct xg_gpu *gpu = ctx;
    struct xg_gpu_effect stamped = *e;
    stamped.cost = gpu->cost;
    host_effect(gpu, &stamped);
}

static void no_watch(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx);
    XG_UNUSED(page);
}

void xg_gpu_set_renderer(struct xg_gpu *gpu, xg_gpu_draw_fn *fn, void *ctx)
{
    gpu->renderer = NULL;
    gpu->renderer_ctx = ctx;
    xg_gpu_view_destroy(gpu->view);
    gpu->view = NULL;
    if (!fn)
        return;
    const struct xg_device_host guest = {.ctx = gpu, .page = guest_page};
    gpu->view = xg_gpu_view_create(&guest, NULL);
    for (size_t i = 0; gpu->view && i < gpu->pending.count; i++) {
        const struct xg_pending_effect *e = xg_pending_at(&gpu->pending, i);
        bool ok = !e->page || xg_gpu_view_write_page(gpu->view, e->address, e->page, e->cost);
        if (e->size)
            ok = xg_gpu_view_write(gpu->view, e->address, e->bytes, e->size, e->cost);
        if (!ok)
            fail(gpu, "no host memory for the renderer's view of guest memory");
    }
    if (gpu->view)
        gpu->renderer = fn;
    else
        fail(gpu, "no host memory for the renderer's view of guest memory");
}

void xg_gpu_record(struct xg_gpu *gpu, struct xg_recorder *recorder)
{
    gpu->recorder = gpu->view ? recorder : NULL;
    if (gpu->recorder)
        xg_recorder_power_on(recorder, seen_page, gpu);
}

struct xg_gpu *xg_gpu_create(struct xg_memory *mem, xg_device_create_fn *create,
                             const struct xg_gpu_client *client, const struct xg_hooks *hooks,
                             struct xg_error *err)
{
    struct xg_gpu *gpu = calloc(1, sizeof *gpu);
    if (!gpu) {
        xg_fail(err, XG_E_DEVICE, "no host memory for the GPU");
        return NULL;
    }
    gpu->mem = mem;
    xg_gamma_reset(&gpu->gamma);
    if (client)
        gpu->client = *client;
    gpu->hooks = hooks;
    gpu->view_host = (struct xg_device_host){
        .ctx = gpu, .page = view_page, .watch = no_watch, .effect = renderer_effect};
    const struct xg_device_host host = {.ctx = gpu,
                                        .page = host_page,
                                        .watch = host_watch,
                                        .effect = host_effect,
                                        .lines = host_lines,
                                        .may_stay = lines_may_stay};
    if (!xg_pending_init(&gpu->pending, err) || !xg_gpu_away_init(&gpu->away, mem, err) ||
        !(gpu->device = create(&host, err))) {
        xg_gpu_destroy(gpu);
        return NULL;
    }
    xg_memory_set_watcher(mem, on_page_dirty, gpu);
    return gpu;
}

void xg_gpu_destroy(struct xg_gpu *gpu)
{
    if (!gpu)
        return;
    xg_gpu_away_free(&gpu->away); /* the bytes may be on the device */
    if (gpu->device) {
        xg_memory_set_watcher(gpu->mem, NULL, NULL);
        gpu->device->ops->destroy(gpu->device);
    }
    xg_gpu_view_destroy(gpu->view);
    xg_pending_free(&gpu->pending);
    free(gpu->draw.regs);
    free(gpu->draw.immediate);
    free(gpu);
}
