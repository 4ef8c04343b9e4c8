/* Key frames: loaded into a device as after power-on, or compared with the one at hand. */
#include "gpu/trace/replay_priv.h"

#include "gpu/model/model.h"
#include "gpu/xg_device_gen.h"

#include <stdlib.h>

#define TOP_RING 0x1FFFF000u /* a page that is given back afterwards */
#define PAD      0x80000000u

static const uint8_t zeros[XG_EDRAM_TILE_BYTES];

static bool begin_key(struct xg_replay *p)
{
    struct xg_trace_in in = {p->record.body, p->record.size, false};
    if (p->record.size != XG_TRACE_KEY_BYTES)
        return xg_replay_bad(p, "its size is wrong");
    p->key_frames = xg_trace_u32(&in);
    p->key_packets = xg_trace_u32(&in);
    p->key_cost = xg_trace_u64(&in);
    for (size_t i = 0; i < XG_COUNTOF(p->key_words); i++)
        p->key_words[i] = xg_trace_u32(&in);
    p->key_bins[0] = xg_trace_u64(&in);
    p->key_bins[1] = xg_trace_u64(&in);
    for (size_t i = 0; i < 4; i++)
        p->key_samples[i] = xg_trace_u32(&in);
    if (p->key_words[1] > XG_MODEL_RING_LOG2_MAX || p->key_words[2] >> p->key_words[1] ||
        p->key_frames != p->out->frames)
        return xg_replay_bad(p, "no device is in such a state");
    if (p->loading && !xg_replay_power_on(p))
        return false;
    p->in_key = true;
    p->next_register = xg_trace_next_register(0);
    p->next_tile = 0;
    p->umask = 0;
    return true;
}

/* ---- registers ---- */

/* Registers from the next on, before `index`, are zero. */
static void zero_registers(struct xg_replay *p, uint32_t index)
{
    for (uint32_t i = p->next_register; i < index && !p->out->different;
         i = xg_trace_next_register(i + 1)) {
        uint32_t v = p->device->ops->reg_read(p->device, i);
        if (v)
            xg_replay_differ(p, p->key_packets, i,
                             "register 0x%04X holds 0x%08X at a key frame, recorded 0x00000000", i,
                             v);
    }
}

static void compare_register(struct xg_replay *p, uint32_t index, uint32_t value)
{
    zero_registers(p, index);
    uint32_t v = p->device->ops->reg_read(p->device, index);
    if (v != value)
        xg_replay_differ(p, p->key_packets, index,
                         "register 0x%04X holds 0x%08X at a key frame, recorded 0x%08X", index, v,
                         value);
}

static bool registers(struct xg_replay *p)
{
    if (p->record.size % 8)
        return xg_replay_bad(p, "its size is wrong");
    for (size_t at = 0; at < p->record.size && !p->out->different; at += 8) {
        uint32_t index = xg_ld32le(p->record.body + at);
        uint32_t value = xg_ld32le(p->record.body + at + 4);
        if (index < p->next_register || index >= XG_MODEL_REGS || !xg_model_reg_present(index))
            return xg_replay_bad(p, "no such register, or out of order");
        if (!p->loading)
            compare_register(p, index, value);
        else if (index == XG_REG_SCRATCH_UMSK)
            p->umask = value; /* last, so that nothing is written back */
        else
            p->device->ops->reg_write(p->device, index, value);
        p->next_register = xg_trace_next_register(index + 1);
    }
    return true;
}

/* ---- tiles ---- */

static void compare_tile(struct xg_replay *p, uint32_t tile, const uint8_t *bytes)
{
    uint8_t now[XG_EDRAM_TILE_BYTES];
    p->device->ops->tile_read(p->device, tile, now);
    for (uint32_t i = 0; i < XG_EDRAM_TILE_BYTES; i += 4)
        if (xg_ld32le(now + i) != xg_ld32le(bytes + i)) {
            xg_replay_differ(p, p->key_packets, tile,
                             "tile %u, sample (%u, %u) holds 0x%08X at a key frame, recorded "
                             "0x%08X",
                             tile, i / 4 % 80, i / 320, xg_ld32le(now + i), xg_ld32le(bytes + i));
            return;
        }
}

static void zero_tiles(struct xg_replay *p, uint32_t before)
{
    for (; p->next_tile < before && !p->out->different; p->next_tile++)
        compare_tile(p, p->next_tile, zeros);
}

static bool tile(struct xg_replay *p)
{
    uint32_t t = p->record.size == 4 + XG_EDRAM_TILE_BYTES ? xg_ld32le(p->record.body) : UINT32_MAX;
    if (t < p->next_tile || t >= XG_EDRAM_TILES)
        return xg_replay_bad(p, "no such tile, or out of order");
    if (p->loading) {
        p->device->ops->tile_write(p->device, t, p->record.body + 4);
    } else {
        zero_tiles(p, t);
        if (!p->out->different)
            compare_tile(p, t, p->record.body + 4);
    }
    p->next_tile = t + 1;
    return true;
}

/* ---- shaders, memory ---- */

static bool shader(struct xg_replay *p)
{
    uint32_t type = p->record.size < 8 || p->record.size % 4 ? 2 : xg_ld32le(p->record.body);
    uint32_t count = p->record.size / 4 - 1;
    if (type > 1 || count > 0xFFFF)
        return xg_replay_bad(p, "no such shader");
    if (!p->loading)
        return true; /* the renderer's own business: its pictures are compared */
    if (p->o->no_draws)
        return true;
    uint32_t *words = xg_replay_renderer(p) ? malloc(4 * (size_t)count) : NULL;
    if (!words)
        return xg_fail(p->err, XG_E_INPUT, "%s: out of memory", p->t->path);
    for (uint32_t i = 0; i < count; i++)
        words[i] = xg_ld32le(p->record.body + 4 + 4 * i);
    const struct xg_gpu_draw load = {.opcode = XG_PM4_IM_LOAD_IMMEDIATE,
                                     .dma_base = type,
                                     .dma_size = count,
                                     .immediate = words,
                                     .immediate_count = count};
    xg_draw_render(p->draw, p->device, &load, &p->view);
    free(words);
    return true;
}

static bool memory(struct xg_replay *p)
{
    uint32_t pa = p->record.size == 4 + XG_PAGE_SIZE ? xg_ld32le(p->record.body) : 1;
    if (pa % XG_PAGE_SIZE || pa >= XG_PHYS_SIZE)
        return xg_replay_bad(p, "no such page");
    if (p->loading) {
        xg_replay_store(p, pa, p->record.body + 4, XG_PAGE_SIZE);
        return true;
    }
    for (uint32_t i = 0; i < XG_PAGE_SIZE; i++)
        if (p->memory[pa + i] != p->record.body[4 + i]) {
            xg_replay_differ(p, p->key_packets, pa + i,
                             "memory 0x%08X holds 0x%02X at a key frame, recorded 0x%02X", pa + i,
                             p->memory[pa + i], p->record.body[4 + i]);
            return true;
        }
    return true;
}

/* ---- loading what no register shows ---- */

/* Runs `count` words from a ring of their own. */
static bool run_words(struct xg_replay *p, const uint32_t *words, size_t count)
{
    uint8_t kept[XG_PAGE_SIZE], page[XG_PAGE_SIZE] = {0};
    for (size_t i = 0; i < count; i++)
        xg_st32be(page + 4 * i, words[i]);
    memcpy(kept, p->memory + TOP_RING, sizeof kept);
    xg_replay_store(p, TOP_RING, page, sizeof page);
    p->device->ops->ring(p->device, TOP_RING, 10);
    p->device->ops->kick(p->device, (uint32_t)count);
    bool ok = xg_replay_run(p, 64, true);
    xg_replay_store(p, TOP_RING, kept, sizeof kept);
    return ok;
}

/* The title's ring, with the read pointer where it was: pads up to there, in memory for a moment.
 */
static bool place_ring(struct xg_replay *p)
{
    uint32_t base = p->key_words[0] & XG_BUS_DWORD, log2 = p->key_words[1], left = p->key_words[2];
    uint32_t bytes = 4u << log2, at = 0;
    p->device->ops->ring(p->device, base, log2);
    if (bytes > XG_PHYS_SIZE - base)
        return xg_replay_bad(p, "the ring lies outside of memory");
    uint8_t *kept = malloc(bytes);
    if (!kept)
        return xg_fail(p->err, XG_E_INPUT, "%s: out of memory", p->t->path);
    memcpy(kept, p->memory + base, bytes);
    while (at < left) {
        uint8_t b[4];
        uint32_t n = left - at - 1 < 0x4000 ? left - at - 1 : 0x4000;
        xg_st32be(b, n ? 0xC0000000u | (n - 1) << 16 | XG_PM4_NOP << 8 : PAD);
        xg_replay_store(p, base + 4 * at, b, 4);
        at += 1 + n;
    }
    p->device->ops->kick(p->device, left);
    bool ok = xg_replay_run(p, 64, true);
    xg_replay_store(p, base, kept, bytes);
    free(kept);
    return ok;
}

static bool finish_loading(struct xg_replay *p)
{
    struct xg_device *d = p->device;
    const struct xg_gpu_samples s = {.passed = p->key_samples[2],
                                     .z_failed = p->key_samples[1],
                                     .stencil_failed = p->key_samples[3]};
    const uint32_t words[] = {0xC0010000u | XG_PM4_SET_BIN_MASK << 8,
                              (uint32_t)(p->key_bins[0] >> 32),
                              (uint32_t)p->key_bins[0],
                              0xC0010000u | XG_PM4_SET_BIN_SELECT << 8,
                              (uint32_t)(p->key_bins[1] >> 32),
                              (uint32_t)p->key_bins[1]};
    if (p->umask)
        d->ops->reg_write(d, XG_REG_SCRATCH_UMSK, p->umask);
    if (d->ops->add_samples)
        d->ops->add_samples(d, &s);
    d->ops->vblank(d, p->key_words[4]);
    if (!run_words(p, words, XG_COUNTOF(words)) || !place_ring(p))
        return false;
    d->ops->rptr_writeback(d, p->key_words[3]);
    p->said.packet_base = p->key_packets - p->last_packet;
    p->said.cost_base = p->key_cost - p->cost;
    p->error_known = p->key_words[5];
    p->lenient = true;
    p->loading = false;
    return true;
}

static bool end_key(struct xg_replay *p)
{
    if (p->record.size)
        return xg_replay_bad(p, "it has no body");
    p->in_key = false;
    p->out->keys++;
    if (p->loading)
        return finish_loading(p);
    zero_registers(p, XG_MODEL_REGS);
    zero_tiles(p, XG_EDRAM_TILES);
    return true;
}

bool xg_replay_key(struct xg_replay *p)
{
    if (p->record.kind == XG_TRACE_KEY)
        return p->in_key ? xg_replay_bad(p, "it is in the midst of a key frame") : begin_key(p);
    if (!p->in_key)
        return xg_replay_bad(p, "no key frame has begun");
    switch (p->record.kind) {
    case XG_TRACE_KEY_REGS:
        return registers(p);
    case XG_TRACE_KEY_TILE:
        return tile(p);
    case XG_TRACE_KEY_SHADER:
        return shader(p);
    case XG_TRACE_KEY_PAGE:
        return memory(p);
    default:
        return end_key(p);
    }
}
