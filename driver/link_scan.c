/* Looks ahead in the ring for the pages that the device will need; see link_scan.h. The packets are
 * those of docs/device.md. */
#include "driver/link_scan.h"

#include "base/endian.h"
#include "gpu/packet.h"

#include <stdlib.h>
#include <string.h>

#define RING_LOG2_MAX 22u
#define ROOM_SHARE    16u /* 3/16 of a small board's frames are not for pages ahead */
#define PAGE_NONE     UINT32_MAX

/* --- memory --- */

/* A board with few frames keeps some for what the device asks for (link_frames.c). */
static bool has_room(const struct xg_link_scan *s)
{
    const struct xg_link_device *d = s->d;
    return s->pages && (d->frame_count >= XG_LINK_PAGES ||
                        d->frame_count - d->frames_used > 3 * d->frame_count / ROOM_SHARE);
}

void xg_scan_touch(struct xg_link_scan *s, xg_pa address, uint32_t bytes)
{
    if (bytes == 0)
        return;
    uint32_t first = (address & XG_BUS_MASK) / XG_LINK_PAGE_BYTES;
    uint32_t count = ((address & (XG_LINK_PAGE_BYTES - 1)) + bytes - 1) / XG_LINK_PAGE_BYTES + 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t page = (first + i) % XG_LINK_PAGES;
        if (page == s->touched || s->d->resident[page])
            continue;
        if (!has_room(s)) {
            s->full = true;
            return;
        }
        s->pages--;
        xg_link_page_bring(s->d, page);
        s->touched = page;
    }
}

/* More than can be remembered: the device asks for them. */
void xg_scan_tiles(struct xg_link_scan *s, struct xg_scan_tiles t)
{
    if (s->full || s->tiles_count == XG_SCAN_TILES)
        return;
    t.draws = s->draws;
    if (t.columns && t.rows > XG_EDRAM_TILES / t.columns)
        t.rows = XG_EDRAM_TILES / t.columns + 1; /* from there on they are the same again */
    s->tiles[(s->tiles_first + s->tiles_count++) % XG_SCAN_TILES] = t;
}

/* Those of the host that the device will take before it stops at the next draw. */
static void send_tiles(struct xg_link_scan *s)
{
    for (; s->tiles_count; s->tiles_count--, s->tiles_first++) {
        const struct xg_scan_tiles *t = &s->tiles[s->tiles_first % XG_SCAN_TILES];
        if ((int32_t)(t->draws - s->handed) > 0)
            return;
        for (uint32_t row = 0; row < t->rows; row++)
            for (uint32_t column = 0; column < t->columns; column++)
                xg_link_tile_hand(s->d, t->base + row * t->pitch + column);
    }
}

uint32_t xg_scan_word(struct xg_link_scan *s, xg_pa address)
{
    address &= XG_BUS_DWORD;
    if (xg_link_pages_absent(s->d, address / XG_LINK_PAGE_BYTES))
        return 0;
    return xg_gpu_view_read32(s->d->view, address);
}

/* --- words of packets --- */

static xg_pa here(const struct xg_link_scan *s)
{
    if (s->place.depth)
        return s->place.buffer[s->place.depth - 1].address;
    return (s->ring + 4 * s->place.at) & XG_BUS_DWORD;
}

static void advance(struct xg_link_scan *s, uint32_t n)
{
    if (s->place.depth) {
        struct xg_scan_buffer *b = &s->place.buffer[s->place.depth - 1];
        b->address = (b->address + 4 * n) & XG_BUS_DWORD;
        b->left -= n;
    } else {
        s->place.at = (s->place.at + n) & s->mask;
    }
}

static void spend(struct xg_link_scan *s, uint32_t words)
{
    s->budget -= words < s->budget ? words : s->budget;
}

/* The packet's next word; 0 behind its end. */
static uint32_t word(struct xg_link_scan *s)
{
    if (s->words_left == 0)
        return 0;
    uint32_t value = xg_bswap32(xg_scan_word(s, here(s)));
    advance(s, 1);
    s->words_left--;
    spend(s, 1);
    return value;
}

static void skip(struct xg_link_scan *s)
{
    advance(s, s->words_left);
    s->words_left = 0;
}

/* --- registers --- */

static uint32_t reg(const struct xg_link_scan *s, uint32_t index)
{
    return s->regs[index % XG_SCAN_REGS];
}

static void set_reg(struct xg_link_scan *s, uint32_t index, uint32_t value)
{
    index %= XG_SCAN_REGS;
    s->regs[index] = value;
    uint32_t scratch = index - XG_REG_SCRATCH_REG0;
    if (scratch < 8 && reg(s, XG_REG_SCRATCH_UMSK) >> scratch & 1)
        xg_scan_touch(s, (reg(s, XG_REG_SCRATCH_ADDR) & XG_BUS_DWORD) + 4 * scratch, 4);
}

static void set_run(struct xg_link_scan *s, uint32_t index)
{
    while (s->words_left)
        set_reg(s, index++, word(s));
}

/* --- packets of type 3 --- */

static void dword_at(struct xg_link_scan *s, uint32_t operand)
{
    xg_scan_touch(s, operand & XG_BUS_DWORD, 4);
}

static void indirect_buffer(struct xg_link_scan *s)
{
    xg_pa address = word(s) & XG_BUS_DWORD;
    uint32_t length = word(s) & 0xFFFFF;
    if (length == 0 || s->place.depth == XG_SCAN_DEPTH)
        return;
    skip(s); /* of this packet, before the new buffer is the innermost */
    s->place.buffer[s->place.depth++] = (struct xg_scan_buffer){address, length};
}

/* Whether it writes is not known; to a register: it does not. */
static void cond_write(struct xg_link_scan *s)
{
    uint32_t info = word(s);
    for (unsigned i = 0; i < 3; i++)
        word(s);
    uint32_t to = word(s);
    if (info >> 8 & 1)
        dword_at(s, to);
}

static void reg_rmw(struct xg_link_scan *s)
{
    uint32_t w0 = word(s), w1 = word(s), w2 = word(s), index = w0 & 0x1FFF;
    uint32_t and_mask = w0 >> 31 ? reg(s, w1 & 0x1FFF) : w1;
    uint32_t or_mask = w0 >> 30 & 1 ? reg(s, w2 & 0x1FFF) : w2;
    if (!s->full)
        set_reg(s, index, (reg(s, index) & and_mask) | or_mask);
}

static void load_constants(struct xg_link_scan *s)
{
    xg_pa from = word(s) & XG_BUS_DWORD;
    uint32_t index = xg_pm4_constant(word(s)), count = word(s) & 0xFFF;
    xg_scan_touch(s, from, 4 * count);
    for (uint32_t i = 0; i < count; i++)
        set_reg(s, index + i, xg_bswap32(xg_scan_word(s, from + 4 * i)));
    spend(s, count);
}

/* The two halves of bin mask and bin select. */
static void set_bin(struct xg_link_scan *s, uint32_t opcode)
{
    bool mask =
        opcode == XG_PM4_SET_BIN_MASK || opcode - XG_PM4_SET_BIN_MASK_LO < 2; /* _LO and _HI */
    uint64_t *to = mask ? &s->bin_mask : &s->bin_select;
    bool low = opcode == XG_PM4_SET_BIN_MASK_LO || opcode == XG_PM4_SET_BIN_SELECT_LO;
    bool high = opcode == XG_PM4_SET_BIN_MASK_HI || opcode == XG_PM4_SET_BIN_SELECT_HI;
    if (!low)
        *to = (uint32_t)*to | (uint64_t)word(s) << 32;
    if (!high)
        *to = (*to & ~UINT64_C(0xFFFFFFFF)) | word(s);
}

static void draw(struct xg_link_scan *s)
{
    if ((reg(s, XG_REG_RB_MODECONTROL) & 7) == 6)
        xg_scan_copy(s);
    else
        s->draws++; /* the host's: the device reads nothing for it */
}

/* Words that an opcode must have, for those that are looked at here. */
static uint32_t least_words(uint32_t opcode)
{
    static const uint8_t least[128] = {
        [XG_PM4_INDIRECT_BUFFER] = 2,   [XG_PM4_INDIRECT_BUFFER_PFD] = 2,
        [XG_PM4_COND_WRITE] = 6,        [XG_PM4_REG_RMW] = 3,
        [XG_PM4_REG_TO_MEM] = 2,        [XG_PM4_MEM_WRITE] = 1,
        [XG_PM4_EVENT_WRITE_SHD] = 3,   [XG_PM4_EVENT_WRITE_EXT] = 2,
        [XG_PM4_EVENT_WRITE_ZPD] = 1,   [XG_PM4_SET_CONSTANT] = 1,
        [XG_PM4_SET_CONSTANT2] = 1,     [XG_PM4_SET_SHADER_CONSTANTS] = 1,
        [XG_PM4_LOAD_ALU_CONSTANT] = 3, [XG_PM4_SET_BIN_MASK] = 2,
        [XG_PM4_SET_BIN_SELECT] = 2,    [XG_PM4_SET_BIN_MASK_LO] = 1,
        [XG_PM4_SET_BIN_MASK_HI] = 1,   [XG_PM4_SET_BIN_SELECT_LO] = 1,
        [XG_PM4_SET_BIN_SELECT_HI] = 1, [XG_PM4_DRAW_INDX] = 2,
        [XG_PM4_DRAW_INDX_2] = 1,       [XG_PM4_IM_LOAD] = 2,
        [XG_PM4_IM_LOAD_IMMEDIATE] = 2,
    };
    return least[opcode];
}

static void take_type3(struct xg_link_scan *s, uint32_t opcode)
{
    switch (opcode) {
    case XG_PM4_INDIRECT_BUFFER:
    case XG_PM4_INDIRECT_BUFFER_PFD:
        indirect_buffer(s);
        break;
    case XG_PM4_COND_WRITE:
        cond_write(s);
        break;
    case XG_PM4_REG_RMW:
        reg_rmw(s);
        break;
    case XG_PM4_MEM_WRITE: {
        xg_pa to = word(s) & XG_BUS_DWORD;
        xg_scan_touch(s, to, 4 * s->words_left);
        break;
    }
    case XG_PM4_REG_TO_MEM:
    case XG_PM4_EVENT_WRITE_SHD:
        word(s);
        dword_at(s, word(s));
        break;
    case XG_PM4_EVENT_WRITE_EXT:
        word(s);
        xg_scan_touch(s, word(s) & XG_BUS_DWORD, 12);
        break;
    case XG_PM4_EVENT_WRITE_ZPD:
        xg_scan_touch(s, reg(s, XG_REG_RB_SAMPLE_COUNT_ADDR) & XG_BUS_DWORD, 32);
        break;
    case XG_PM4_SET_CONSTANT:
        set_run(s, xg_pm4_constant(word(s)));
        break;
    case XG_PM4_SET_CONSTANT2:
    case XG_PM4_SET_SHADER_CONSTANTS:
        set_run(s, word(s) & 0x7FFF);
        break;
    case XG_PM4_LOAD_ALU_CONSTANT:
        load_constants(s);
        break;
    case XG_PM4_DRAW_INDX:
    case XG_PM4_DRAW_INDX_2:
        draw(s);
        break;
    case XG_PM4_IM_LOAD:
    case XG_PM4_IM_LOAD_IMMEDIATE:
        s->draws++;
        break;
    case XG_PM4_SET_BIN_MASK:
    case XG_PM4_SET_BIN_MASK_LO:
    case XG_PM4_SET_BIN_MASK_HI:
    case XG_PM4_SET_BIN_SELECT:
    case XG_PM4_SET_BIN_SELECT_LO:
    case XG_PM4_SET_BIN_SELECT_HI:
        set_bin(s, opcode);
        break;
    default:
        break;
    }
}

/* A predicate is taken as it will be if nothing but packets changes the bins. */
static void type3(struct xg_link_scan *s, uint32_t header)
{
    uint32_t opcode = header >> 8 & 0x7F;
    bool skipped = (header & 1) && (s->bin_mask & s->bin_select) == 0;
    if (!skipped && s->words_left >= least_words(opcode))
        take_type3(s, opcode);
}

/* --- the walk --- */

/* Buffers that are used up end; dwords left in the innermost one. */
static uint32_t settle(struct xg_link_scan *s)
{
    struct xg_scan_place *p = &s->place;
    while (p->depth && p->buffer[p->depth - 1].left == 0)
        p->depth--;
    return p->depth ? p->buffer[p->depth - 1].left : (s->end - p->at) & s->mask;
}

/* The words of the packet themselves; in the ring they may go round its end. */
static void touch_packet(struct xg_link_scan *s, uint32_t words)
{
    uint32_t first = words;
    if (!s->place.depth && s->place.at + words > s->mask + 1)
        first = s->mask + 1 - s->place.at;
    xg_scan_touch(s, here(s), 4 * first);
    xg_scan_touch(s, s->ring, 4 * (words - first));
}

/* Looks at one packet. false: there is none, or the ring does not hold all of it yet. */
static bool step(struct xg_link_scan *s)
{
    uint32_t available = settle(s);
    if (available == 0)
        return false;
    touch_packet(s, 1);
    uint32_t header = xg_bswap32(xg_scan_word(s, here(s))), n = xg_pm4_payload(header);
    spend(s, 1);
    if (n >= available) {
        if (s->place.depth)
            advance(s, available); /* it is cut off, and so is its buffer */
        return s->place.depth != 0;
    }
    touch_packet(s, n + 1);
    advance(s, 1);
    s->words_left = n;
    if (header >> 30 == 0 && n) {
        for (uint32_t index = header & 0x7FFF; s->words_left; index += ~header >> 15 & 1)
            set_reg(s, index, word(s));
    } else if (header >> 30 == 1) {
        set_reg(s, header & 0x7FF, word(s));
        set_reg(s, header >> 11 & 0x7FF, word(s));
    } else if (header >> 30 == 3) {
        type3(s, header);
    }
    skip(s);
    return true;
}

void xg_link_scan_ahead(struct xg_link_device *d)
{
    struct xg_link_scan *s = d->scan;
    if (d->transport->by_fault)
        return;
    s->end = d->wptr & s->mask;
    s->budget = XG_SCAN_WORDS;
    s->pages = XG_SCAN_PAGES;
    s->full = false;
    s->touched = PAGE_NONE;
    if (s->writeback)
        dword_at(s, s->writeback);
    while (s->budget && !s->full && !xg_link_failed(d)) {
        const struct xg_scan_place before = s->place;
        if (!step(s))
            break;
        if (s->full) /* again from this packet on when there is room */
            s->place = before;
    }
    send_tiles(s);
}

void xg_link_scan_stands(struct xg_link_device *d, uint32_t rptr)
{
    struct xg_link_scan *s = d->scan;
    if (d->restoring)
        return;
    s->place.at = rptr & s->mask;
    s->place.depth = 0;
    s->draws = s->handed; /* whatever was guessed before */
    s->tiles_count = 0;
}

void xg_link_scan_handed(struct xg_link_device *d)
{
    d->scan->handed += !d->restoring;
}

void xg_link_scan_ring(struct xg_link_device *d, xg_pa base, uint32_t size_log2)
{
    struct xg_link_scan *s = d->scan;
    s->ring = base & XG_BUS_DWORD;
    s->mask = (1u << (size_log2 < RING_LOG2_MAX ? size_log2 : RING_LOG2_MAX)) - 1;
    s->place.at = 0;
}

void xg_link_scan_writeback(struct xg_link_device *d, xg_pa address)
{
    d->scan->writeback = address & XG_BUS_DWORD;
}

/* What the write touches is asked for, or found by the next look. */
void xg_link_scan_register(struct xg_link_device *d, uint32_t index, uint32_t value)
{
    d->scan->regs[index % XG_SCAN_REGS] = value;
}

void xg_link_scan_reset(struct xg_link_device *d)
{
    memset(d->scan, 0, sizeof *d->scan);
    d->scan->d = d;
    d->scan->bin_mask = d->scan->bin_select = UINT64_MAX;
}

bool xg_link_scan_create(struct xg_link_device *d)
{
    d->scan = calloc(1, sizeof *d->scan);
    if (d->scan)
        xg_link_scan_reset(d);
    return d->scan != NULL;
}

void xg_link_scan_destroy(struct xg_link_device *d)
{
    free(d->scan);
}
