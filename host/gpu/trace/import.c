/* Import of .xtr; see import.h. Packets come one by one, each with the memory that it read: each
 * is put at its place and called from a ring of ours as an indirect buffer. The packets that call
 * indirect buffers are left out, since what they call follows. */
#include "gpu/trace/import.h"

#include "gpu/draw/draw.h"
#include "gpu/model/model.h"
#include "gpu/present/picture.h"
#include "gpu/trace/recorder.h"
#include "gpu/trace/xtr.h"
#include "gpu/packet.h"
#include "gpu/xg_device_gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define RING        0x1FFFC000u /* in the reserved top of memory */
#define RING_LOG2   12u
#define RUN_PACKETS 512u
#define MAX_RUNS    4096u
#define FETCH       0x4800u /* the swap's picture is in fetch constant 0 */
#define FETCH_2D    2u

struct import {
    struct xg_xtr *x;
    struct xg_import_result *out;
    struct xg_error *err;
    struct xg_recorder *recorder;
    struct xg_device *device;
    struct xg_draw *draw; /* NULL until it is needed */
    struct xg_device_host view;
    uint8_t *memory;
    uint32_t wptr;
    uint64_t cost;
    struct xg_gamma gamma;

    struct xg_gpu_wait wait;
    struct xg_gpu_draw parked;
    struct xg_gpu_reg *regs;
    uint32_t *immediate;
    struct {
        xg_pa address;
        uint32_t width, height;
        bool due;
    } swap;

    struct xg_xtr_command packet; /* started, and not ended; its words are in memory */
    bool pending;
};

/* ---- host of device and renderer ---- */

static const uint8_t *seen(void *ctx, xg_pa page)
{
    return ((struct import *)ctx)->memory + (page & (XG_PHYS_SIZE - XG_PAGE_SIZE));
}

static const uint8_t *host_page(void *ctx, xg_pa page)
{
    xg_recorder_page(((struct import *)ctx)->recorder, page);
    return seen(ctx, page);
}

static void no_watch(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx); /* the model reads memory where it lies */
    XG_UNUSED(page);
}

static void keep_draw(struct import *m, const struct xg_gpu_draw *d)
{
    m->parked = *d;
    memcpy(m->regs, d->regs, d->reg_count * sizeof *d->regs);
    if (d->immediate_count)
        memcpy(m->immediate, d->immediate, d->immediate_count * 4);
    m->parked.regs = m->regs;
    m->parked.immediate = d->immediate_count ? m->immediate : NULL;
}

static void host_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct import *m = ctx;
    if (e->kind == XG_GPU_REG)
        return;
    m->cost = e->cost;
    xg_recorder_effect(m->recorder, e);
    switch (e->kind) {
    case XG_GPU_MEM:
        memcpy(m->memory + e->address, e->bytes, e->size);
        break;
    case XG_GPU_WAIT:
        m->wait = *e->wait;
        break;
    case XG_GPU_DELEGATE:
        keep_draw(m, e->draw);
        break;
    case XG_GPU_SWAP:
        m->swap.address = e->address;
        m->swap.width = e->width;
        m->swap.height = e->height;
        m->swap.due = true;
        break;
    default:
        break;
    }
}

static void renderer_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct xg_gpu_effect stamped = *e;
    stamped.cost = ((struct import *)ctx)->cost;
    host_effect(ctx, &stamped);
}

/* ---- running ---- */

/* A wait that was over when the trace was made is over. */
static void answer(struct import *m)
{
    const struct xg_gpu_wait *w = &m->wait;
    bool result = true;
    if (w->conditional && !w->is_register) {
        uint32_t v = xg_gpu_swap(xg_ld32le(m->memory + (w->address & XG_BUS_DWORD)), w->endian);
        result = xg_gpu_compare(w->function, v & w->mask, w->reference);
    }
    xg_recorder_input(m->recorder, XG_TRACE_ANSWER, result, 0);
    m->device->ops->wait_done(m->device, result);
}

static bool draw(struct import *m)
{
    if (!m->draw && !(m->draw = xg_draw_create(m->err)))
        return false;
    xg_recorder_draw(m->recorder);
    xg_draw_render(m->draw, m->device, &m->parked, &m->view);
    xg_recorder_drew(m->recorder, &m->parked);
    m->device->ops->delegate_done(m->device, m->parked.sequence);
    m->out->draws++;
    return true;
}

static bool run(struct import *m)
{
    for (unsigned i = 0; i < MAX_RUNS; i++) {
        xg_recorder_run(m->recorder);
        enum xg_device_state s = m->device->ops->run(m->device, RUN_PACKETS);
        xg_recorder_ran(m->recorder, RUN_PACKETS, s);
        m->device->ops->retire(m->device, UINT64_MAX);
        if (s == XG_DEVICE_IDLE) {
            xg_recorder_idle(m->recorder, m->device);
            return true;
        }
        if (s == XG_DEVICE_WAITING)
            answer(m);
        else if (s == XG_DEVICE_DELEGATING && !draw(m))
            return false;
        else if (s == XG_DEVICE_FAILED)
            return xg_fail(m->err, XG_E_DEVICE, "%s: the model failed", m->x->path);
    }
    return xg_xtr_bad(m->x, &m->packet, "it does not come to an end", m->err);
}

static void show(struct import *m)
{
    uint32_t fetch[6];
    for (uint32_t i = 0; i < 6; i++)
        fetch[i] = m->device->ops->reg_read(m->device, FETCH + i);
    struct xg_recorder_picture p = {.front_buffer = m->swap.address,
                                    .width = m->swap.width,
                                    .height = m->swap.height,
                                    .fetch = (fetch[0] & 3) == FETCH_2D ? fetch : NULL,
                                    .gamma = &m->gamma};
    uint8_t *rgba = xg_picture_show(m->memory, p.front_buffer, p.width, p.height, p.fetch, p.gamma);
    p.rgba = rgba;
    xg_recorder_show(m->recorder, m->memory, &p);
    free(rgba);
    m->swap.due = false;
    m->out->frames++;
}

static void ring_word(struct import *m, uint32_t word)
{
    xg_st32be(m->memory + RING + 4 * m->wptr, word);
    m->wptr = (m->wptr + 1) & ((1u << RING_LOG2) - 1);
}

/* The words of one packet by its header; 0: a header that calls an indirect buffer. */
static uint32_t words_of(uint32_t header)
{
    uint32_t opcode = header >> 8 & 0x7F;
    if (header >> 30 == 3 &&
        (opcode == XG_PM4_INDIRECT_BUFFER || opcode == XG_PM4_INDIRECT_BUFFER_PFD))
        return 0;
    return 1 + xg_pm4_payload(header);
}

static bool start_packet(struct import *m, const struct xg_xtr_command *c)
{
    uint32_t words = c->size < 4 ? 1 : words_of(xg_ld32be(c->bytes));
    m->pending = false;
    if (!words)
        return true;
    if (c->size != 4 * words || c->base % 4 || c->size > XG_PHYS_SIZE - c->base)
        return xg_xtr_bad(m->x, c, "its words are not one packet", m->err);
    memcpy(m->memory + c->base, c->bytes, c->size);
    m->packet = *c;
    m->pending = true;
    return true;
}

static bool end_packet(struct import *m)
{
    if (!m->pending)
        return true;
    m->pending = false;
    m->out->packets++;
    ring_word(m, 0xC0010000u | XG_PM4_INDIRECT_BUFFER << 8);
    ring_word(m, m->packet.base);
    ring_word(m, m->packet.size / 4);
    xg_recorder_memory_may_differ(m->recorder);
    xg_recorder_input(m->recorder, XG_TRACE_KICK, m->wptr, 0);
    m->device->ops->kick(m->device, m->wptr);
    if (!run(m))
        return false;
    if (m->swap.due)
        show(m);
    return true;
}

/* ---- the other commands ---- */

static void edram(struct import *m, const struct xg_xtr_command *c)
{
    for (uint32_t t = 0; t < XG_EDRAM_TILES; t++) {
        const uint8_t *bytes = c->bytes + (size_t)t * XG_EDRAM_TILE_BYTES;
        uint8_t now[XG_EDRAM_TILE_BYTES];
        m->device->ops->tile_read(m->device, t, now);
        if (!memcmp(now, bytes, sizeof now))
            continue;
        xg_recorder_tile(m->recorder, t, bytes);
        m->device->ops->tile_write(m->device, t, bytes);
    }
}

static void put_register(struct import *m, uint32_t index, uint32_t value)
{
    xg_recorder_input(m->recorder, XG_TRACE_REG, index, value);
    m->device->ops->reg_write(m->device, index, value);
    m->out->registers++;
}

/* Without side effects: nothing is written back, so the mask of that goes in last. */
static void registers(struct import *m, const struct xg_xtr_command *c)
{
    uint32_t umask = m->device->ops->reg_read(m->device, XG_REG_SCRATCH_UMSK);
    bool held = !c->side_effects && umask;
    if (held)
        put_register(m, XG_REG_SCRATCH_UMSK, 0);
    for (uint32_t i = 0; i < c->size / 4; i++) {
        uint32_t index = c->first + i, value = xg_ld32le(c->bytes + 4 * (size_t)i);
        if (!xg_model_reg_present(index) || index == XG_REG_CP_RB_WPTR)
            continue;
        if (index == XG_REG_SCRATCH_UMSK && !c->side_effects) {
            umask = value;
            held = true;
        } else if (c->side_effects || m->device->ops->reg_read(m->device, index) != value) {
            put_register(m, index, value);
        }
    }
    if (held && umask)
        put_register(m, XG_REG_SCRATCH_UMSK, umask);
}

static void gamma(struct import *m, const struct xg_xtr_command *c)
{
    for (uint32_t pieces = 0; pieces < 2; pieces++) {
        xg_gamma_write(&m->gamma, XG_REG_DC_LUT_RW_MODE, pieces);
        xg_gamma_write(&m->gamma, XG_REG_DC_LUT_RW_INDEX, 0);
        for (uint32_t i = 0; i < (pieces ? 3 * 128u : 256u); i++)
            xg_gamma_write(&m->gamma, pieces ? XG_REG_DC_LUT_PWL_DATA : XG_REG_DC_LUT_30_COLOR,
                           xg_ld32le(c->bytes + 4 * (pieces ? 256 + i : i)));
    }
}

static bool command(struct import *m, const struct xg_xtr_command *c)
{
    switch ((enum xg_xtr_kind)c->kind) {
    case XG_XTR_PACKET_START:
        return start_packet(m, c);
    case XG_XTR_PACKET_END:
        return end_packet(m);
    case XG_XTR_MEMORY_READ:
        memcpy(m->memory + c->base, c->bytes, c->size);
        m->out->memory_bytes += c->size;
        break;
    case XG_XTR_EDRAM:
        edram(m, c);
        break;
    case XG_XTR_REGISTERS:
        registers(m, c);
        break;
    case XG_XTR_GAMMA:
        gamma(m, c);
        break;
    default:
        break; /* buffers say nothing new; what was written is written again; a swap is a packet */
    }
    return true;
}

/* ---- the whole ---- */

static bool create(struct import *m, const char *to)
{
    const struct xg_device_host host = {m, host_page, no_watch, host_effect, NULL, NULL};
    m->view = (struct xg_device_host){m, host_page, no_watch, renderer_effect, NULL, NULL};
    m->memory = mmap(NULL, XG_PHYS_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    m->regs = malloc(XG_MODEL_REGS * sizeof *m->regs);
    m->immediate = malloc(XG_MODEL_MAX_PAYLOAD * sizeof *m->immediate);
    if (m->memory == MAP_FAILED || !m->regs || !m->immediate)
        return xg_fail(m->err, XG_E_INPUT, "%s: out of memory", m->x->path);
    xg_gamma_reset(&m->gamma);
    m->recorder = xg_recorder_open(to, "model", m->x->title, m->err);
    if (!m->recorder || !(m->device = xg_device_model_create(&host, m->err)))
        return false;
    xg_recorder_power_on(m->recorder, seen, m);
    xg_recorder_input(m->recorder, XG_TRACE_RING, RING, RING_LOG2);
    m->device->ops->ring(m->device, RING, RING_LOG2);
    return true;
}

static bool finish(struct import *m, const char *to, bool ok)
{
    struct xg_gpu_counters c = {0};
    if (m->device) {
        m->out->errors = m->device->ops->errors(m->device);
        m->device->ops->counters(m->device, &c);
    }
    bool opened = m->recorder != NULL;
    ok = xg_recorder_close(m->recorder, &c, m->err) && ok;
    if (!ok && opened)
        remove(to);
    xg_draw_destroy(m->draw);
    if (m->device)
        m->device->ops->destroy(m->device);
    if (m->memory && m->memory != MAP_FAILED)
        munmap(m->memory, XG_PHYS_SIZE);
    free(m->regs);
    free(m->immediate);
    return ok;
}

bool xg_trace_import(const char *from, const char *to, struct xg_import_result *result,
                     struct xg_error *err)
{
    struct xg_error own = {0};
    struct import m = {.out = result, .err = err ? err : &own};
    struct xg_xtr_command c;
    int more = 1;
    *result = (struct xg_import_result){0};
    m.x = xg_xtr_open(from, m.err);
    if (!m.x)
        return false;
    result->title = m.x->title;
    bool ok = create(&m, to);
    while (ok && (more = xg_xtr_next(m.x, &c, m.err)) > 0)
        ok = command(&m, &c);
    ok = finish(&m, to, ok && more == 0);
    xg_xtr_close(m.x);
    return ok;
}
