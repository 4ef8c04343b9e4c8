/* Effects as records, and how two of them differ; see said.h. */
#include "gpu/trace/said.h"

#include "gpu/lines.h"
#include "memory/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
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

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static uint64_t hash_of_lines(const uint8_t *page, uint64_t mask)
{
    uint64_t hash = XG_TRACE_HASH;
    uint32_t first, count;
    while (mask) {
        mask = xg_line_run(mask, &first, &count);
        hash = mix_bytes(hash, page + first * XG_LINE_BYTES, count * XG_LINE_BYTES);
    }
    return hash;
}

/* A record of some of the copy's pages, which are forgotten. */
static void put_pages(struct xg_said *s, size_t first, size_t count)
{
    uint8_t *b = s->body;
    xg_st32le(b, s->packet);
    xg_st64le(b + 4, s->cost);
    xg_st32le(b + 12, (uint32_t)first);
    xg_st32le(b + 16, (uint32_t)count);
    b += XG_COPY_HEAD_BYTES;
    for (size_t i = first; i < first + count; i++, b += XG_COPY_PAGE_BYTES) {
        uint32_t page = s->page[i];
        xg_st32le(b, page * XG_PAGE_SIZE);
        xg_st64le(b + 4, s->mask[page]);
        xg_st64le(b + 12, hash_of_lines(s->memory + (size_t)page * XG_PAGE_SIZE, s->mask[page]));
        s->mask[page] = 0;
    }
    s->put(s->ctx, XG_TRACE_COPY, s->body, (size_t)(b - s->body));
}

void xg_said_flush(struct xg_said *s)
{
    if (!s->open)
        return;
    s->open = false;
    qsort(s->page, s->pages, sizeof *s->page, by_number);
    for (size_t at = 0; at < s->pages; at += XG_COPY_PAGES_MAX)
        put_pages(s, at, s->pages - at < XG_COPY_PAGES_MAX ? s->pages - at : XG_COPY_PAGES_MAX);
    s->pages = 0;
}

static bool room_for_page(struct xg_said *s)
{
    if (!s->mask)
        s->mask = calloc(XG_PHYS_SIZE / XG_PAGE_SIZE, sizeof *s->mask);
    if (s->pages < s->room)
        return s->mask != NULL;
    size_t room = s->room ? 2 * s->room : 1024;
    uint32_t *bigger = realloc(s->page, room * sizeof *bigger);
    if (!bigger)
        return false;
    s->page = bigger;
    s->room = room;
    return s->mask != NULL;
}

static void add_lines(struct xg_said *s, uint32_t packet, uint64_t cost, xg_pa page, uint64_t mask)
{
    page = (page & (XG_PHYS_SIZE - 1)) / XG_PAGE_SIZE;
    if (s->open && packet + s->packet_base != s->packet)
        xg_said_flush(s);
    if (!s->open) {
        s->open = true;
        s->packet = packet + s->packet_base;
        s->cost = cost + s->cost_base;
    }
    if (!room_for_page(s)) {
        s->out_of_memory = true;
        return;
    }
    if (!s->mask[page])
        s->page[s->pages++] = page;
    s->mask[page] |= mask;
}

void xg_said_lines(struct xg_said *s, const struct xg_gpu_lines *l)
{
    add_lines(s, l->packet, l->cost, l->page, l->data->mask);
}

void xg_said_free(struct xg_said *s)
{
    free(s->mask);
    free(s->page);
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
        add_lines(s, e->packet, e->cost, e->address,
                  UINT64_C(1) << e->address % XG_PAGE_SIZE / XG_LINE_BYTES);
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
    if (r->kind != XG_TRACE_COPY || r->size < XG_COPY_HEAD_BYTES)
        return false;
    uint32_t pages = xg_ld32le(r->body + 16);
    return pages && pages <= XG_COPY_PAGES_MAX &&
           r->size == XG_COPY_HEAD_BYTES + XG_COPY_PAGE_BYTES * pages;
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
        snprintf(to, size, "a copy to %u pages, the first 0x%08X", xg_ld32le(r->body + 16),
                 address_of(r));
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

/* Two copies to as many pages: the page that differs. */
static void differ_in_copy(const struct xg_said_record *a, const struct xg_said_record *b,
                           struct xg_said_difference *out)
{
    size_t at = XG_COPY_HEAD_BYTES;
    while (at + XG_COPY_PAGE_BYTES < a->size &&
           !memcmp(a->body + at, b->body + at, XG_COPY_PAGE_BYTES))
        at += XG_COPY_PAGE_BYTES;
    uint32_t was = xg_ld32le(a->body + at), is = xg_ld32le(b->body + at);
    uint64_t lines = xg_ld64le(a->body + at + 4), now = xg_ld64le(b->body + at + 4);
    out->address = was;
    if (was != is)
        snprintf(out->text, sizeof out->text,
                 "a copy goes to the page 0x%08X, it was recorded to 0x%08X", is, was);
    else if (lines != now)
        snprintf(out->text, sizeof out->text,
                 "a copy writes the lines %016" PRIX64 " of the page 0x%08X, recorded %016" PRIX64,
                 now, was, lines);
    else
        snprintf(out->text, sizeof out->text,
                 "the %d lines that a copy has written to the page 0x%08X hold other bytes",
                 __builtin_popcountll(lines), was);
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
