/* Overlay of a device's unretired writes; see view.h. */
#include "gpu/view.h"

#include "memory/memory.h"

#include <stdlib.h>
#include <string.h>

#define PAGES       (XG_PHYS_SIZE / XG_PAGE_SIZE)
#define LINE        XG_LINE_BYTES
#define PAGE_LINES  XG_LINES_OF_A_PAGE
#define LINE_DWORDS (LINE / 4)

/* A page with pending writes. Every dword has an owner: the sequence of the newest pending
 * write to it, 0 = none. A line that only whole-line writes (those of copies) have touched has
 * one owner for all its dwords, and its bytes stay with the pending write; any other is mixed, has
 * an owner for each dword, and data holds the newest pending dword where there is one. When epoch
 * is the view's, data is the whole page as the device sees it. Copies touch the overlays alone,
 * which lie close together; the host gives the bytes memory when they are touched. */
struct overlay_bytes {
    uint32_t owner[PAGE_LINES][LINE_DWORDS]; /* of mixed lines */
    uint8_t data[XG_PAGE_SIZE];
};
struct overlay {
    uint32_t line_owner[PAGE_LINES];
    uint64_t mixed; /* one bit a line */
    uint32_t epoch;
    uint32_t owned; /* dwords with an owner */
    struct overlay *next_free;
    struct overlay_bytes *bytes;
};
#define CHUNK_OVERLAYS 128u
struct chunk {
    struct chunk *next;
    struct overlay_bytes *bytes;
    struct overlay overlay[CHUNK_OVERLAYS];
};

/* A pending write; its sequence follows from its place in the queue. Never crosses a page. */
struct pending {
    uint64_t cost;
    uint32_t pa;
    uint32_t size;
    struct xg_line_page *page; /* NULL, or what it wrote: lines of the page at pa */
};

struct xg_gpu_view {
    struct xg_device_host host;
    struct overlay **pages;
    struct overlay *free;
    struct chunk *chunks;
    struct pending *queue;  /* ring of 2^n entries */
    uint8_t (*lines)[LINE]; /* bytes of those that are whole lines, by place in the queue */
    size_t capacity, first, count;
    uint32_t first_sequence; /* of queue[first]; 0 is skipped */
    uint32_t epoch;
    uint32_t generation;
};

static uint32_t sequence_after(uint32_t s)
{
    return s == UINT32_MAX ? 1 : s + 1;
}

struct xg_gpu_view *xg_gpu_view_create(const struct xg_device_host *host, struct xg_error *err)
{
    struct xg_gpu_view *v = calloc(1, sizeof *v);
    if (v) {
        v->host = *host;
        v->first_sequence = 1;
        v->epoch = 1;
        v->capacity = 256;
        v->pages = calloc(PAGES, sizeof(struct overlay *));
        v->queue = malloc(v->capacity * sizeof *v->queue);
        v->lines = malloc(v->capacity * sizeof *v->lines);
        if (v->pages && v->queue && v->lines)
            return v;
    }
    xg_gpu_view_destroy(v);
    xg_fail(err, XG_E_DEVICE, "no host memory for the device's view of guest memory");
    return NULL;
}

void xg_gpu_view_destroy(struct xg_gpu_view *v)
{
    if (!v)
        return;
    if (v->pages && v->queue && v->lines)
        xg_gpu_view_clear(v);
    while (v->chunks) {
        struct chunk *next = v->chunks->next;
        free(v->chunks->bytes);
        free(v->chunks);
        v->chunks = next;
    }
    free(v->queue);
    free(v->lines);
    free(v->pages);
    free(v);
}

void xg_gpu_view_refresh(struct xg_gpu_view *v)
{
    v->epoch++;
    v->generation++;
}

static bool more_overlays(struct xg_gpu_view *v)
{
    struct chunk *c = calloc(1, sizeof *c);
    if (!c || !(c->bytes = malloc(CHUNK_OVERLAYS * sizeof *c->bytes))) {
        free(c);
        return false;
    }
    c->next = v->chunks;
    v->chunks = c;
    for (uint32_t i = CHUNK_OVERLAYS; i-- > 0;) {
        c->overlay[i].bytes = &c->bytes[i];
        c->overlay[i].next_free = v->free;
        v->free = &c->overlay[i];
    }
    return true;
}

/* The overlay of a page, made when there is none yet. */
static struct overlay *overlay_of(struct xg_gpu_view *v, uint32_t page)
{
    struct overlay *o = v->pages[page];
    if (o)
        return o;
    if (!v->free && !more_overlays(v))
        return NULL;
    o = v->free;
    v->free = o->next_free;
    o->owned = 0;
    o->epoch = v->epoch - 1;
    v->pages[page] = o;
    v->generation++; /* direct pointers to this page no longer show later writes */
    return o;
}

/* A ring of twice the capacity, the oldest entry first. NULL when there is no memory. */
static void *grown(const struct xg_gpu_view *v, const void *ring, size_t size)
{
    uint8_t *bigger = malloc(2 * v->capacity * size);
    size_t head = v->capacity - v->first;
    if (bigger) {
        memcpy(bigger, (const uint8_t *)ring + v->first * size, head * size);
        memcpy(bigger + head * size, ring, v->first * size);
    }
    return bigger;
}

static bool queue_grow(struct xg_gpu_view *v)
{
    struct pending *queue = grown(v, v->queue, sizeof *queue);
    uint8_t(*lines)[LINE] = grown(v, v->lines, sizeof *lines);
    if (!queue || !lines) {
        free(queue);
        free(lines);
        return false;
    }
    free(v->queue);
    free(v->lines);
    v->queue = queue;
    v->lines = lines;
    v->first = 0;
    v->capacity *= 2;
    return true;
}

/* The place of a new entry, which is filled but for the bytes; SIZE_MAX: no memory. */
static size_t queue_push(struct xg_gpu_view *v, uint64_t cost, xg_pa pa, uint32_t size)
{
    if (XG_UNLIKELY(v->count == v->capacity) && !queue_grow(v))
        return SIZE_MAX;
    size_t at = (v->first + v->count++) & (v->capacity - 1);
    v->queue[at] = (struct pending){cost, pa, size, NULL};
    return at;
}

/* Sequence of the write `index` places after the oldest pending one. */
static uint32_t sequence_at(const struct xg_gpu_view *v, size_t index)
{
    uint64_t s = (uint64_t)v->first_sequence + index;
    return (uint32_t)(s > UINT32_MAX ? s - UINT32_MAX : s);
}

/* What a pending write of whole lines wrote to this line of its page. */
static const uint8_t *line_of(const struct xg_gpu_view *v, uint32_t sequence, uint32_t line)
{
    /* Sequences skip 0 when they wrap. */
    uint32_t after = sequence - v->first_sequence - (sequence < v->first_sequence);
    size_t at = (v->first + after) & (v->capacity - 1);
    struct xg_line_page *page = v->queue[at].page;
    return page ? xg_line_page_bytes(page) + line * LINE : v->lines[at];
}

/* One owner for each dword of the line, from here on. */
static uint32_t *mix(const struct xg_gpu_view *v, struct overlay *o, uint32_t line)
{
    if (!(o->mixed >> line & 1)) {
        if (o->line_owner[line])
            memcpy(o->bytes->data + line * LINE, line_of(v, o->line_owner[line], line), LINE);
        o->mixed |= UINT64_C(1) << line;
        for (uint32_t i = 0; i < LINE_DWORDS; i++)
            o->bytes->owner[line][i] = o->line_owner[line];
        o->line_owner[line] = 0;
    }
    return o->bytes->owner[line];
}

static uint32_t owned_of_line(const struct overlay *o, uint32_t line)
{
    if (!(o->mixed >> line & 1))
        return o->line_owner[line] ? LINE_DWORDS : 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < LINE_DWORDS; i++)
        n += o->bytes->owner[line][i] != 0;
    return n;
}

/* Gives dwords of a page to a write. */
static void write_dwords(const struct xg_gpu_view *v, struct overlay *o, uint32_t at,
                         const uint8_t *bytes, uint32_t size, uint32_t sequence)
{
    for (uint32_t i = 0; i < size; i += 4) {
        uint32_t *owner = mix(v, o, (at + i) / LINE) + (at + i) % LINE / 4;
        o->owned += *owner == 0;
        *owner = sequence;
    }
    memcpy(o->bytes->data + at, bytes, size);
}

/* Takes the dwords that still belong to a write away from it. */
static void disown(struct overlay *o, uint32_t at, uint32_t size, uint32_t sequence)
{
    uint32_t line = at / LINE;
    if (size == LINE && at % LINE == 0 && !(o->mixed >> line & 1)) {
        if (o->line_owner[line] == sequence) {
            o->line_owner[line] = 0;
            o->owned -= LINE_DWORDS;
        }
        return;
    }
    for (uint32_t end = at + size; at < end; at += 4) {
        if (!(o->mixed >> at / LINE & 1))
            continue; /* a newer whole-line write has it */
        uint32_t *owner = &o->bytes->owner[at / LINE][at % LINE / 4];
        if (*owner == sequence) {
            *owner = 0;
            o->owned--;
        }
    }
}

/* Gives a whole line to the newest write; its bytes stay in the queue until someone looks. */
static void write_line(struct xg_gpu_view *v, struct overlay *o, uint32_t line,
                       const uint8_t *bytes, size_t at)
{
    memcpy(v->lines[at], bytes, LINE);
    o->owned += LINE_DWORDS - owned_of_line(o, line);
    o->line_owner[line] = sequence_at(v, v->count - 1);
    o->mixed &= ~(UINT64_C(1) << line);
    if (o->epoch == v->epoch) { /* someone looks at data */
        o->epoch = v->epoch - 1;
        v->generation++;
    }
}

static bool write_in_page(struct xg_gpu_view *v, xg_pa pa, const uint8_t *bytes, uint32_t size,
                          uint64_t cost)
{
    struct overlay *o = overlay_of(v, pa >> XG_PAGE_SHIFT);
    size_t at = o ? queue_push(v, cost, pa, size) : SIZE_MAX;
    if (at == SIZE_MAX)
        return false;
    uint32_t in_page = pa & (XG_PAGE_SIZE - 1);
    if (size == LINE && pa % LINE == 0)
        write_line(v, o, in_page / LINE, bytes, at);
    else
        write_dwords(v, o, in_page, bytes, size, sequence_at(v, v->count - 1));
    return true;
}

bool xg_gpu_view_write(struct xg_gpu_view *v, xg_pa pa, const void *bytes, uint32_t size,
                       uint64_t cost)
{
    if (size == LINE && pa % LINE == 0 && pa < XG_PHYS_SIZE)
        return write_in_page(v, pa, bytes, size, cost);
    if ((pa | size) & 3 || pa >= XG_PHYS_SIZE || size > XG_PHYS_SIZE - pa)
        return false;
    const uint8_t *from = bytes;
    while (size) {
        uint32_t room = XG_PAGE_SIZE - (pa & (XG_PAGE_SIZE - 1));
        uint32_t n = size < room ? size : room;
        if (!write_in_page(v, pa, from, n, cost))
            return false;
        pa += n;
        from += n;
        size -= n;
    }
    return true;
}

/* Gives the lines of a mask to a write. */
static void own_lines(struct overlay *o, uint64_t mask, uint32_t sequence)
{
    if (o->owned) {
        for (uint64_t m = mask; m; m &= m - 1)
            o->owned -= owned_of_line(o, (uint32_t)__builtin_ctzll(m));
        o->mixed &= ~mask;
    }
    o->owned += LINE_DWORDS * (uint32_t)__builtin_popcountll(mask);
    if (mask == UINT64_MAX) {
        for (uint32_t line = 0; line < PAGE_LINES; line++)
            o->line_owner[line] = sequence;
        return;
    }
    for (uint64_t m = mask; m; m &= m - 1)
        o->line_owner[__builtin_ctzll(m)] = sequence;
}

bool xg_gpu_view_write_page(struct xg_gpu_view *v, xg_pa pa, struct xg_line_page *data,
                            uint64_t cost)
{
    struct overlay *o = pa < XG_PHYS_SIZE ? overlay_of(v, pa >> XG_PAGE_SHIFT) : NULL;
    size_t at = o ? queue_push(v, cost, pa & ~(XG_PAGE_SIZE - 1), XG_PAGE_SIZE) : SIZE_MAX;
    if (at == SIZE_MAX)
        return false;
    v->queue[at].page = xg_line_page_hold(data);
    own_lines(o, data->mask, sequence_at(v, v->count - 1));
    if (o->epoch == v->epoch) { /* someone looks at data */
        o->epoch = v->epoch - 1;
        v->generation++;
    }
    return true;
}

static void release_overlay(struct xg_gpu_view *v, uint32_t page)
{
    struct overlay *o = v->pages[page];
    v->pages[page] = NULL;
    o->mixed = 0; /* and no line has an owner */
    o->next_free = v->free;
    v->free = o;
}

/* Takes what still belongs to a write of lines away from it. */
static void disown_lines(struct overlay *o, uint64_t mask, uint32_t sequence)
{
    uint32_t lost = 0;
    if (o->mixed) { /* a newer write has parts of some lines */
        for (uint64_t m = mask; m; m &= m - 1)
            disown(o, (uint32_t)__builtin_ctzll(m) * LINE, LINE, sequence);
        return;
    }
    for (uint32_t line = 0; line < PAGE_LINES; line++) {
        bool own = o->line_owner[line] == sequence;
        lost += own;
        o->line_owner[line] = own ? 0 : o->line_owner[line];
    }
    o->owned -= lost * LINE_DWORDS;
}

/* Takes the oldest pending write out of its page. */
static void retire_oldest(struct xg_gpu_view *v)
{
    const struct pending *p = &v->queue[v->first];
    uint32_t page = p->pa >> XG_PAGE_SHIFT;
    struct overlay *o = v->pages[page];
    if (p->page) {
        disown_lines(o, p->page->mask, v->first_sequence);
        xg_line_page_drop(p->page);
    } else {
        disown(o, p->pa & (XG_PAGE_SIZE - 1), p->size, v->first_sequence);
    }
    o->epoch = v->epoch - 1; /* those dwords come from the host again */
    if (o->owned == 0)
        release_overlay(v, page);
    v->first_sequence = sequence_after(v->first_sequence);
    v->first = (v->first + 1) & (v->capacity - 1);
    v->count--;
}

void xg_gpu_view_retire(struct xg_gpu_view *v, uint64_t cost)
{
    if (v->count == 0 || v->queue[v->first].cost > cost)
        return;
    while (v->count && v->queue[v->first].cost <= cost)
        retire_oldest(v);
    v->generation++;
}

void xg_gpu_view_clear(struct xg_gpu_view *v)
{
    xg_gpu_view_retire(v, UINT64_MAX);
}

/* Fills the lines of pending writes from the queue, and dwords without one from the host's page. */
static void merge(struct xg_gpu_view *v, struct overlay *o, uint32_t page)
{
    const uint8_t *host = v->host.page(v->host.ctx, page << XG_PAGE_SHIFT);
    for (uint32_t line = 0; line < PAGE_LINES; line++) {
        uint32_t at = line * LINE;
        if (!(o->mixed >> line & 1)) {
            uint32_t owner = o->line_owner[line];
            memcpy(o->bytes->data + at, owner ? line_of(v, owner, line) : host + at, LINE);
            continue;
        }
        for (uint32_t i = 0; i < LINE_DWORDS; i++)
            if (o->bytes->owner[line][i] == 0)
                memcpy(o->bytes->data + at + 4 * i, host + at + 4 * i, 4);
    }
    o->epoch = v->epoch;
}

const uint8_t *xg_gpu_view_page(struct xg_gpu_view *v, xg_pa pa)
{
    uint32_t page = (pa & (XG_PHYS_SIZE - 1)) >> XG_PAGE_SHIFT;
    struct overlay *o = v->pages[page];
    if (!o)
        return v->host.page(v->host.ctx, page << XG_PAGE_SHIFT);
    if (o->epoch != v->epoch)
        merge(v, o, page);
    return o->bytes->data;
}

uint32_t xg_gpu_view_read32(struct xg_gpu_view *v, xg_pa pa)
{
    return xg_ld32le(xg_gpu_view_page(v, pa) + (pa & (XG_PAGE_SIZE - 4)));
}

void xg_gpu_view_read(struct xg_gpu_view *v, xg_pa pa, void *buf, uint32_t size)
{
    uint8_t *to = buf;
    while (size) {
        pa &= XG_PHYS_SIZE - 1;
        uint32_t at = pa & (XG_PAGE_SIZE - 1), room = XG_PAGE_SIZE - at;
        uint32_t n = size < room ? size : room;
        memcpy(to, xg_gpu_view_page(v, pa) + at, n);
        pa += n;
        to += n;
        size -= n;
    }
}

uint32_t xg_gpu_view_generation(const struct xg_gpu_view *v)
{
    return v->generation;
}
size_t xg_gpu_view_pending(const struct xg_gpu_view *v)
{
    return v->count;
}
bool xg_gpu_view_is_host(const struct xg_gpu_view *v, xg_pa pa)
{
    return !v->pages[(pa & (XG_PHYS_SIZE - 1)) >> XG_PAGE_SHIFT];
}
