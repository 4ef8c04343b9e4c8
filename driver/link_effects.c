/* The link device's effects: checked as they arrive, told to the host inside run(). */
#include "driver/link_device_priv.h"
#include "gpu/operand.h"

#include <string.h>

#define STAMP_WORDS     3u          /* cost_lo cost_hi packet */
#define MORE_FOLLOWS    0x80000000u /* address bit of all pieces of a DELEGATE but the last */
#define DRAW_WORDS      7u          /* stamp, initiator, dma_base, dma_size, opcode and count */
#define IMMEDIATE_MAX   16384u      /* words a packet can hold */
#define REGISTERS       0x5003u
#define COST_HIGH_BITS  16
#define KEEP_HEAD_WORDS XG_LINK_KEPT_HEAD

static bool wrong(struct xg_link_device *d, const struct xg_link_frame *f, const char *what)
{
    return xg_link_broke(d, "the device sent %s with %s (address 0x%X, %u words)",
                         xg_link_op_name(f->op), what, f->address, f->words);
}

/* MEM_PUSH has 31 bits of the packet number beside the producer; numbers never go back. */
static uint32_t whole_packet(const struct xg_link_device *d, uint32_t low)
{
    uint32_t packet = (d->packet & 0x80000000u) | (low & 0x7FFFFFFFu);
    return packet < d->packet && d->packet - packet > 0x40000000u ? packet + 0x80000000u : packet;
}

static bool take_stamp(struct xg_link_device *d, const struct xg_link_frame *f)
{
    uint64_t cost = f->payload[0] | (uint64_t)f->payload[1] << 32;
    if (f->payload[1] >> COST_HIGH_BITS || cost < d->cost)
        return wrong(d, f, "a cost that goes back");
    d->cost = cost;
    d->packet = f->op == XG_LINK_MEM_PUSH ? whole_packet(d, f->payload[2]) : f->payload[2];
    return true;
}

static bool take_memory(struct xg_link_device *d, const struct xg_link_frame *f)
{
    uint32_t size = 4 * (f->words - STAMP_WORDS);
    if (f->address % 4 || f->address >= XG_PHYS_SIZE || f->address % 64 + size > 64)
        return wrong(d, f, "a range outside one line of guest memory");
    return true;
}

static bool take_wait(struct xg_link_device *d, const struct xg_link_frame *f)
{
    uint32_t info = f->payload[3];
    bool memory = info >> 4 & 1;
    d->wait = (struct xg_gpu_wait){
        .is_register = !memory,
        .conditional = info >> 8 & 1,
        .function = info & 7,
        .endian = memory ? f->address & 3 : 0,
        .address = memory ? f->address & XG_BUS_DWORD : f->address & 0x7FFF,
        .reference = f->payload[4],
        .mask = f->payload[5],
    };
    d->state = XG_DEVICE_WAITING;
    d->going = false;
    return true;
}

/* Word 6 of a record: opcode [31:24], number of inline words [14:0]. */
static uint32_t inline_words(const uint32_t *w)
{
    return w[6] & 0x7FFF;
}

/* Pieces of one draw are joined; the last one comes without MORE_FOLLOWS. */
static bool take_draw(struct xg_link_device *d, const struct xg_link_frame *f)
{
    if (d->draw.count + f->words > DRAW_WORDS + IMMEDIATE_MAX + 2 * REGISTERS)
        return wrong(d, f, "more words than a draw can have");
    uint32_t *room = xg_words_room(&d->draw, f->words);
    if (!room)
        return xg_link_broke(d, "no host memory for a draw");
    memcpy(room, f->payload, f->words * sizeof *room);
    d->draw.count += f->words;
    if (f->address & MORE_FOLLOWS)
        return true;
    const uint32_t *w = d->draw.at + d->draw.first;
    if (d->draw.count < DRAW_WORDS || inline_words(w) > d->draw.count - DRAW_WORDS)
        return wrong(d, f, "fewer words than it says");
    size_t rest = d->draw.count - DRAW_WORDS - inline_words(w);
    const uint32_t *pairs = w + DRAW_WORDS + inline_words(w);
    if (rest % 2)
        return wrong(d, f, "half a register");
    for (size_t i = 0; i < rest; i += 2)
        if (pairs[i] >= REGISTERS || (i && pairs[i] <= pairs[i - 2]))
            return wrong(d, f, "registers out of order");
    d->sequence = f->address;
    xg_link_scan_handed(d);
    d->state = XG_DEVICE_DELEGATING;
    d->going = false;
    return true;
}

/* Payload words that an effect has: least and most. */
static bool length_fits(const struct xg_link_frame *f)
{
    static const uint8_t exact[] = {
        [XG_LINK_IRQ & 31] = 3,  [XG_LINK_SWAP & 31] = 5, [XG_LINK_TRACE & 31] = 4,
        [XG_LINK_WAIT & 31] = 6, [XG_LINK_IDLE & 31] = 3, [XG_LINK_ERROR & 31] = 4,
    };
    if (f->op == XG_LINK_MEM_PUSH)
        return f->words > STAMP_WORDS && f->words <= STAMP_WORDS + 16;
    if (f->op == XG_LINK_PAGE_DIRTY)
        return f->words >= STAMP_WORDS && f->words <= STAMP_WORDS + XG_LINK_DIRTY_LINES;
    if (f->op == XG_LINK_DELEGATE)
        return f->words > 0;
    uint32_t i = f->op - 0x80u;
    return i < sizeof exact && exact[i] && f->words == exact[i];
}

static bool check(struct xg_link_device *d, const struct xg_link_frame *f)
{
    bool continued = f->op == XG_LINK_DELEGATE && d->draw.count;
    if (!length_fits(f))
        return wrong(d, f, "a length that does not fit");
    if (d->draw.count && !continued)
        return wrong(d, f, "a draw before it that is not whole");
    if (f->op != XG_LINK_PAGE_DIRTY && xg_link_lines_untold(d))
        return wrong(d, f, "a copy before it that is not whole");
    if (!continued && (f->words < STAMP_WORDS || !take_stamp(d, f)))
        return f->words < STAMP_WORDS ? wrong(d, f, "no cost") : false;
    switch (f->op) {
    case XG_LINK_MEM_PUSH:
        return take_memory(d, f);
    case XG_LINK_PAGE_DIRTY:
        return xg_link_lines_dirty(d, f);
    case XG_LINK_WAIT:
        return take_wait(d, f);
    case XG_LINK_DELEGATE:
        return take_draw(d, f);
    case XG_LINK_IDLE:
        d->state = XG_DEVICE_IDLE;
        d->going = false;
        xg_link_scan_stands(d, f->address);
        return true;
    case XG_LINK_ERROR:
        d->errors |= f->payload[3];
        d->errors_stale = true;
        return true;
    case XG_LINK_TRACE:
        return f->address < REGISTERS || wrong(d, f, "no such register");
    default:
        return true;
    }
}

static void keep(struct xg_link_device *d, const struct xg_link_frame *f)
{
    const uint32_t *payload = f->payload;
    uint32_t words = f->words;
    if (f->op == XG_LINK_DELEGATE) {
        if (f->address & MORE_FOLLOWS)
            return;
        payload = d->draw.at + d->draw.first;
        words = (uint32_t)d->draw.count;
    }
    uint32_t *to = xg_words_room(&d->effects, KEEP_HEAD_WORDS + words);
    if (!to) {
        xg_link_broke(d, "no host memory for the device's effects");
        return;
    }
    to[0] = f->op;
    to[1] = words;
    to[2] = f->address;
    memcpy(to + KEEP_HEAD_WORDS, payload, words * sizeof *to);
    /* The number of a MEM_PUSH is only known now; its producer moves to the length word. */
    if (f->op == XG_LINK_MEM_PUSH)
        to[1] |= payload[2] & XG_LINK_KEPT_RESOLVE;
    to[KEEP_HEAD_WORDS + 2] = f->op == XG_LINK_DELEGATE ? payload[2] : d->packet;
    d->effects.count += KEEP_HEAD_WORDS + words;
    d->effect_count++;
    if (f->op == XG_LINK_DELEGATE)
        xg_words_drop(&d->draw, d->draw.count);
}

void xg_link_effect(struct xg_link_device *d, const struct xg_link_frame *f)
{
    if (d->discarding) {
        d->going &= f->op != XG_LINK_IDLE;
        return;
    }
    if (f->op == XG_LINK_PAUSED) {
        /* With another budget than the last one it speaks of an earlier stop. */
        if (f->words == 0 && f->address == d->budget && d->going) {
            d->state = XG_DEVICE_BUSY;
            d->going = false;
        }
        return;
    }
    if (check(d, f) && f->op != XG_LINK_PAGE_DIRTY)
        keep(d, f);
}

static void tell_draw(struct xg_link_device *d, struct xg_gpu_effect *e, const uint32_t *w,
                      uint32_t words)
{
    uint32_t inline_count = inline_words(w);
    const uint32_t *pairs = w + DRAW_WORDS + inline_count;
    struct xg_gpu_draw draw = {
        .sequence = e->address,
        .opcode = (uint8_t)(w[6] >> 24),
        .initiator = w[3],
        .dma_base = w[4],
        .dma_size = w[5],
        .regs = d->regs,
        .immediate = inline_count ? w + DRAW_WORDS : NULL,
        .immediate_count = inline_count,
        .reg_count = (words - DRAW_WORDS - inline_count) / 2,
    };
    for (size_t i = 0; i < draw.reg_count; i++)
        d->regs[i] = (struct xg_gpu_reg){(uint16_t)pairs[2 * i], pairs[2 * i + 1]};
    e->kind = XG_GPU_DELEGATE;
    e->address = 0;
    e->draw = &draw;
    d->host.effect(d->host.ctx, e);
}

/* Whether the host knows it: the device does again what it did before it was lost. */
static bool was_told(struct xg_link_device *d, const uint32_t *effect, size_t words)
{
    d->told_crc = xg_crc32c_words(&d->link.crc, d->told_crc, effect, words);
    d->told++;
    if (d->told <= d->told_most)
        return true;
    d->told_most = d->told;
    return false;
}

static void tell(struct xg_link_device *d, uint32_t op, uint32_t length, uint32_t address,
                 const uint32_t *w)
{
    uint32_t words = length & XG_LINK_KEPT_WORDS;
    struct xg_gpu_effect e = {
        .cost = w[0] | (uint64_t)w[1] << 32, .packet = w[2], .address = address};
    struct xg_gpu_wait wait;
    if (op != XG_LINK_MEM_PUSH)
        xg_link_pages_tell(d);
    if (op == XG_LINK_PAGE_DIRTY) {
        xg_link_pages_told(d, &e, w);
        return;
    }
    switch (op) {
    case XG_LINK_MEM_PUSH:
        e.kind = XG_GPU_MEM;
        e.producer = length & XG_LINK_KEPT_RESOLVE ? XG_GPU_FROM_RESOLVE : XG_GPU_FROM_CP;
        e.size = 4 * (words - STAMP_WORDS);
        e.bytes = (const uint8_t *)(w + STAMP_WORDS);
        if (!xg_gpu_view_write(d->view, e.address, e.bytes, e.size, e.cost))
            xg_link_broke(d, "no host memory for the device's writes");
        if (xg_link_pages_take(d, &e))
            return;
        break;
    case XG_LINK_TRACE:
        e.kind = XG_GPU_REG;
        e.value = w[3];
        break;
    case XG_LINK_IRQ:
        e.kind = XG_GPU_IRQ;
        e.value = address;
        e.address = 0;
        break;
    case XG_LINK_SWAP:
        e.kind = XG_GPU_SWAP;
        e.width = w[3];
        e.height = w[4];
        break;
    case XG_LINK_WAIT:
        wait = d->wait; /* only one can be under way */
        e.kind = XG_GPU_WAIT;
        e.address = 0;
        e.wait = &wait;
        break;
    case XG_LINK_IDLE:
        e.kind = XG_GPU_IDLE;
        e.value = address;
        e.address = 0;
        break;
    case XG_LINK_DELEGATE:
        tell_draw(d, &e, w, words);
        return;
    default:
        e.kind = XG_GPU_ERROR;
        e.value = w[3];
        break;
    }
    d->host.effect(d->host.ctx, &e);
}

void xg_link_deliver(struct xg_link_device *d)
{
    while (d->effects.count) {
        const uint32_t *w = d->effects.at + d->effects.first;
        uint32_t words = w[1] & XG_LINK_KEPT_WORDS;
        if (w[1] & XG_LINK_KEPT_AWAITED)
            return;
        if (!was_told(d, w, KEEP_HEAD_WORDS + words))
            tell(d, w[0], w[1], w[2], w + KEEP_HEAD_WORDS);
        xg_words_drop(&d->effects, KEEP_HEAD_WORDS + words);
        d->effects_dropped += KEEP_HEAD_WORDS + words;
    }
    xg_link_pages_tell(d); /* a copy is there as a whole */
}
