/* Effects as records, and how two of them differ; see said.h. */
#include "gpu/trace/said.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint64_t mix_bytes(uint64_t hash, const uint8_t *bytes, uint32_t size)
{
    uint32_t i = 0;
    for (; i + 8 <= size; i += 8)
        hash = xg_trace_mix(hash, xg_ld64le(bytes + i));
    return i < size ? xg_trace_mix(hash, xg_ld32le(bytes + i)) : hash;
}

static uint64_t hash_of_draw(const struct xg_gpu_draw *d)
{
    uint64_t hash = XG_TRACE_HASH;
    for (size_t i = 0; i < d->reg_count; i++)
        hash = xg_trace_mix(hash, (uint64_t)d->regs[i].index << 32 | d->regs[i].value);
    for (size_t i = 0; i < d->immediate_count; i++)
        hash = xg_trace_mix(hash, d->immediate[i]);
    return hash;
}

/* ---- copies ---- */

static void end_block(struct xg_said *s)
{
    uint8_t *b = s->body + XG_COPY_HEAD_BYTES + 12 * s->blocks;
    xg_st32le(b, s->block_address);
    xg_st64le(b + 4, s->hash);
    s->blocks++;
    s->block_lines = 0;
}

static void end_record(struct xg_said *s)
{
    uint32_t lines = s->blocks * XG_COPY_BLOCK + s->block_lines;
    if (!lines)
        return;
    if (s->block_lines)
        end_block(s);
    xg_st32le(s->body, s->packet);
    xg_st64le(s->body + 4, s->cost);
    xg_st32le(s->body + 12, s->line);
    xg_st32le(s->body + 16, lines);
    s->put(s->ctx, XG_TRACE_COPY, s->body, XG_COPY_HEAD_BYTES + 12 * s->blocks);
    s->line += lines;
    s->blocks = 0;
}

void xg_said_flush(struct xg_said *s)
{
    if (s->open)
        end_record(s);
    s->open = false;
}

static void add_line(struct xg_said *s, const struct xg_gpu_effect *e)
{
    uint32_t packet = e->packet + s->packet_base;
    if (s->open && packet != s->packet)
        xg_said_flush(s);
    if (!s->open) {
        s->open = true;
        s->packet = packet;
        s->cost = e->cost + s->cost_base;
        s->line = s->block_lines = s->blocks = 0;
    }
    if (!s->block_lines) {
        s->block_address = e->address;
        s->hash = XG_TRACE_HASH;
    }
    s->hash = mix_bytes(xg_trace_mix(s->hash, e->address), e->bytes, e->size);
    if (++s->block_lines < XG_COPY_BLOCK)
        return;
    end_block(s);
    if (s->blocks == XG_COPY_BLOCKS_MAX)
        end_record(s);
}

/* ---- effects ---- */

void xg_said_effect(struct xg_said *s, const struct xg_gpu_effect *e)
{
    uint8_t b[XG_SAID_BYTES] = {(uint8_t)e->kind, (uint8_t)e->producer};
    uint32_t address = e->address, value = e->value, width = e->width, height = e->height;
    uint64_t hash = 0;
    if (e->kind == XG_GPU_REG)
        return;
    if (e->kind == XG_GPU_MEM && e->producer == XG_GPU_FROM_RESOLVE) {
        add_line(s, e);
        return;
    }
    xg_said_flush(s);
    if (e->kind == XG_GPU_MEM) {
        value = xg_ld32le(e->bytes);
        width = e->size;
        hash = mix_bytes(XG_TRACE_HASH, e->bytes, e->size);
    } else if (e->kind == XG_GPU_WAIT) {
        const struct xg_gpu_wait *w = e->wait;
        address = w->address;
        value = w->reference;
        width = w->mask;
        height =
            (uint32_t)(w->function | w->endian << 8 | w->is_register << 16 | w->conditional << 17);
    } else if (e->kind == XG_GPU_DELEGATE) {
        const struct xg_gpu_draw *d = e->draw;
        address = d->opcode;
        value = d->initiator;
        width = d->dma_base;
        height = d->dma_size;
        hash = hash_of_draw(d);
    }
    xg_st32le(b + 4, e->packet + s->packet_base);
    xg_st64le(b + 8, e->cost + s->cost_base);
    xg_st32le(b + 16, address);
    xg_st32le(b + 20, value);
    xg_st32le(b + 24, width);
    xg_st32le(b + 28, height);
    xg_st64le(b + 32, hash);
    s->put(s->ctx, XG_TRACE_SAID, b, sizeof b);
}

/* ---- differences ---- */

bool xg_said_is_sane(const struct xg_said_record *r)
{
    if (r->kind == XG_TRACE_SAID)
        return r->size == XG_SAID_BYTES && r->body[0] <= XG_GPU_ERROR;
    if (r->kind != XG_TRACE_COPY || r->size < XG_COPY_HEAD_BYTES + 12)
        return false;
    uint32_t lines = xg_ld32le(r->body + 16);
    size_t blocks = ((size_t)lines + XG_COPY_BLOCK - 1) / XG_COPY_BLOCK;
    return blocks <= XG_COPY_BLOCKS_MAX && r->size == XG_COPY_HEAD_BYTES + 12 * blocks;
}

static uint32_t packet_of(const struct xg_said_record *r)
{
    return xg_ld32le(r->body + (r->kind == XG_TRACE_SAID ? 4 : 0));
}

static uint32_t address_of(const struct xg_said_record *r)
{
    if (r->kind == XG_TRACE_COPY)
        return xg_ld32le(r->body + XG_COPY_HEAD_BYTES);
    return r->body[0] == XG_GPU_DELEGATE ? 0 : xg_ld32le(r->body + 16);
}

static void describe(const struct xg_said_record *r, char *to, size_t size)
{
    if (!r->body) {
        snprintf(to, size, "nothing");
        return;
    }
    if (r->kind == XG_TRACE_COPY) {
        snprintf(to, size, "a copy of %u lines to 0x%08X", xg_ld32le(r->body + 16), address_of(r));
        return;
    }
    uint32_t address = xg_ld32le(r->body + 16), value = xg_ld32le(r->body + 20);
    uint32_t width = xg_ld32le(r->body + 24), height = xg_ld32le(r->body + 28);
    switch ((enum xg_gpu_effect_kind)r->body[0]) {
    case XG_GPU_MEM:
        snprintf(to, size, "%u bytes to 0x%08X, the first word 0x%08X", width, address,
                 xg_bswap32(value));
        break;
    case XG_GPU_IRQ:
        snprintf(to, size, "an interrupt for 0x%02X", value);
        break;
    case XG_GPU_SWAP:
        snprintf(to, size, "a swap to 0x%08X, %u x %u", address, width, height);
        break;
    case XG_GPU_WAIT:
        snprintf(to, size, "a wait on %s 0x%08X & 0x%08X (%u) 0x%08X",
                 height >> 16 & 1 ? "register" : "memory", address, width, height & 7, value);
        break;
    case XG_GPU_DELEGATE:
        snprintf(to, size, "a draw, opcode 0x%02X, initiator 0x%08X, indices 0x%08X 0x%08X",
                 address, value, width, height);
        break;
    case XG_GPU_IDLE:
        snprintf(to, size, "idle, read pointer %u", value);
        break;
    case XG_GPU_ERROR:
        snprintf(to, size, "error 0x%X at 0x%08X", value, address);
        break;
    case XG_GPU_REG:
        snprintf(to, size, "a register write");
        break;
    }
}

/* Two copies of as many lines: the block that differs. */
static void differ_in_copy(const struct xg_said_record *a, const struct xg_said_record *b,
                           struct xg_said_difference *out)
{
    size_t at = XG_COPY_HEAD_BYTES;
    while (at + 12 < a->size && !memcmp(a->body + at, b->body + at, 12))
        at += 12;
    uint32_t first =
        xg_ld32le(a->body + 12) + (uint32_t)((at - XG_COPY_HEAD_BYTES) / 12 * XG_COPY_BLOCK);
    uint32_t was = xg_ld32le(a->body + at), is = xg_ld32le(b->body + at);
    out->address = was;
    if (was != is)
        snprintf(out->text, sizeof out->text,
                 "line %u of a copy goes to 0x%08X, it was recorded to 0x%08X", first, is, was);
    else
        snprintf(out->text, sizeof out->text,
                 "the %u lines of a copy from line %u on, which is at 0x%08X, hold other bytes "
                 "than were recorded",
                 XG_COPY_BLOCK, first, was);
}

bool xg_said_differ(const struct xg_said_record *a, const struct xg_said_record *b, bool lenient,
                    struct xg_said_difference *out)
{
    char recorded[128], now[128];
    bool both = a->body && b->body && a->kind == b->kind && a->size == b->size;
    bool said = both && a->kind == XG_TRACE_SAID;
    size_t compared = said && lenient && a->body[0] == XG_GPU_DELEGATE ? 32 : a->size;
    if (both && !memcmp(a->body, b->body, compared))
        return false;
    const struct xg_said_record *place = a->body ? a : b;
    out->packet = packet_of(place);
    out->address = address_of(place);
    describe(a, recorded, sizeof recorded);
    describe(b, now, sizeof now);
    if (both && !said && !memcmp(a->body, b->body, XG_COPY_HEAD_BYTES))
        differ_in_copy(a, b, out);
    else if (both && packet_of(a) != packet_of(b))
        snprintf(out->text, sizeof out->text, "it is packet %u now: %s; recorded: %s", packet_of(b),
                 now, recorded);
    else if (both && xg_ld64le(a->body + (said ? 8 : 4)) != xg_ld64le(b->body + (said ? 8 : 4)))
        snprintf(out->text, sizeof out->text,
                 "%s at cost %" PRIu64 ", which was %" PRIu64 " when it was recorded", now,
                 xg_ld64le(b->body + (said ? 8 : 4)), xg_ld64le(a->body + (said ? 8 : 4)));
    else if (!strcmp(recorded, now))
        snprintf(out->text, sizeof out->text, "%s: %s than was recorded", now,
                 said && a->body[0] == XG_GPU_DELEGATE ? "other registers or inline words"
                                                       : "other bytes");
    else
        snprintf(out->text, sizeof out->text, "now %s; recorded: %s", now, recorded);
    return true;
}
