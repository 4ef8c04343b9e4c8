/* Page-table heaps: see heap.h. One table per private region in units of the region's
 * page; one table of 4 KiB pages for each shared backing, which all its windows use. */
#include "memory/heap.h"

#include "memory/private.h"

#include <stdlib.h>

struct page {
    uint32_t head;    /* index of the allocation's first page, valid unless free */
    uint16_t protect; /* XG_PAGE_*, valid when committed */
    uint8_t state;    /* enum page_state */
};
enum page_state { FREE, RESERVED, COMMITTED, SYSTEM };

/* Kept for the first page of an allocation only. */
struct allocation {
    uint32_t pages;
    uint32_t protect;
};

#define CHUNK 256u /* pages that are counted together */

struct table {
    struct page *pages;
    uint16_t *taken; /* by chunk: pages that are not free */
    struct allocation *allocations;
    uint32_t count;
    uint32_t shift; /* log2 of the unit */
    enum xg_backing backing;
};

struct xg_heap {
    struct xg_memory *mem;
    const struct xg_region_row *row;
    struct table *table;
    uint32_t first; /* index in the table of the region's first page */
    uint32_t count; /* pages of the table that the region shows */
};

struct xg_heaps {
    struct xg_heap heaps[XG_MAX_REGIONS];
    struct table tables[XG_MAX_REGIONS];
    size_t heap_count, table_count;
};

unsigned xg_heap_rwx(uint32_t protect)
{
    if (protect & (XG_PAGE_GUARD | XG_PAGE_NOACCESS))
        return 0;
    unsigned rwx = 0;
    if (protect & (XG_PAGE_READONLY | XG_PAGE_READWRITE | XG_PAGE_WRITECOPY))
        rwx |= XG_PAGE_R;
    if (protect & (XG_PAGE_READWRITE | XG_PAGE_WRITECOPY))
        rwx |= XG_PAGE_W;
    /* Code can always be read: the processor has no execute-only pages. */
    if (protect & (XG_PAGE_EXECUTE | XG_PAGE_EXECUTE_READ))
        rwx |= XG_PAGE_R | XG_PAGE_X;
    if (protect & (XG_PAGE_EXECUTE_READWRITE | XG_PAGE_EXECUTE_WRITECOPY))
        rwx |= XG_PAGE_R | XG_PAGE_W | XG_PAGE_X;
    return rwx;
}

static void count_taken(struct table *t, uint32_t first, uint32_t count, int by)
{
    for (uint32_t end = first + count, n; first < end; first += n) {
        n = CHUNK - first % CHUNK;
        n = n < end - first ? n : end - first;
        t->taken[first / CHUNK] = (uint16_t)(t->taken[first / CHUNK] + by * (int)n);
    }
}

/* ---- address <-> page ---- */

static xg_ga page_address(const struct xg_heap *heap, uint32_t page)
{
    return heap->row->region.base + ((page - heap->first) << heap->table->shift);
}

static uint32_t address_page(const struct xg_heap *heap, xg_ga ga)
{
    return heap->first + ((ga - heap->row->region.base) >> heap->table->shift);
}

/* [base, base+size) widened to the heap's pages, as pages of the table. */
static bool to_pages(const struct xg_heap *heap, xg_ga base, uint32_t size, uint32_t *first,
                     uint32_t *count)
{
    const struct xg_region *r = &heap->row->region;
    uint64_t start = base & ~(uint64_t)(r->page_size - 1);
    uint64_t end = ((uint64_t)base + size + r->page_size - 1) & ~(uint64_t)(r->page_size - 1);
    if (!size || base < r->base || end > (uint64_t)r->base + r->size)
        return false;
    *first = address_page(heap, (xg_ga)start);
    *count = (uint32_t)((end - start) >> heap->table->shift);
    return true;
}

/* ---- access bytes follow the table ---- */

/* Physical pages become accessible in every window that shows them, image pages in the
 * window of the call only. Access is taken away in every window. */
static bool set_access(struct xg_heap *heap, uint32_t first, uint32_t count, unsigned rwx)
{
    const struct table *t = heap->table;
    if (t->backing == XG_BACKING_PRIVATE || (t->backing == XG_BACKING_IMAGE && rwx))
        return xg_memory_protect(heap->mem, page_address(heap, first), count << t->shift, rwx,
                                 NULL);
    uint64_t start = (uint64_t)first << t->shift, end = start + ((uint64_t)count << t->shift);
    for (size_t i = 0; i < xg_region_row_count; i++) {
        const struct xg_region_row *row = &xg_region_rows[i];
        uint64_t lo = row->offset, hi = lo + row->region.size;
        if (row->backing != t->backing || start >= hi || end <= lo)
            continue;
        lo = start > lo ? start : lo;
        hi = end < hi ? end : hi;
        if (!xg_memory_protect(heap->mem, (xg_ga)(row->region.base + lo - row->offset),
                               (uint32_t)(hi - lo), rwx, NULL))
            return false;
    }
    return true;
}

static bool discard(struct xg_heap *heap, uint32_t first, uint32_t count)
{
    const struct table *t = heap->table;
    xg_ga ga = page_address(heap, first);
    /* The window of the call may not show every page of a shared backing. */
    for (size_t i = 0; i < xg_region_row_count && t->backing != XG_BACKING_PRIVATE; i++)
        if (xg_region_rows[i].backing == t->backing && !xg_region_rows[i].offset)
            ga = xg_region_rows[i].region.base + (first << t->shift);
    return xg_memory_discard(heap->mem, ga, count << t->shift, NULL);
}

/* Commits pages of one allocation that are reserved; those committed already keep their
 * bytes and get the protection. */
static bool commit(struct xg_heap *heap, uint32_t first, uint32_t count, uint32_t protect,
                   bool zero)
{
    struct page *pages = heap->table->pages;
    uint32_t end = first + count;
    for (uint32_t i = first, run; zero && i < end; i += run) {
        for (run = 1; i + run < end && pages[i + run].state == pages[i].state; run++) {
        }
        if (pages[i].state == RESERVED && !discard(heap, i, run))
            return false;
    }
    if (!set_access(heap, first, count, xg_heap_rwx(protect)))
        return false;
    for (uint32_t i = first; i < end; i++) {
        pages[i].state = COMMITTED;
        pages[i].protect = (uint16_t)protect;
    }
    return true;
}

static void decommit(struct xg_heap *heap, uint32_t first, uint32_t count, enum page_state to)
{
    struct page *pages = heap->table->pages;
    for (uint32_t i = first, end = first + count, run; i < end; i += run) {
        for (run = 1; i + run < end && pages[i + run].state == pages[i].state; run++) {
        }
        if (pages[i].state == COMMITTED) {
            set_access(heap, i, run, 0);
            discard(heap, i, run);
        }
    }
    for (uint32_t i = first; i < first + count; i++)
        pages[i] = (struct page){to == FREE ? 0 : pages[i].head, 0, (uint8_t)to};
    if (to == FREE)
        count_taken(heap->table, first, count, -1);
}

static bool reserve(struct xg_heap *heap, uint32_t first, uint32_t count, uint32_t type,
                    uint32_t protect)
{
    struct table *t = heap->table;
    t->allocations[first] = (struct allocation){count, protect};
    for (uint32_t i = first; i < first + count; i++)
        t->pages[i] = (struct page){first, 0, RESERVED};
    count_taken(t, first, count, 1);
    if (!(type & XG_MEM_COMMIT) || commit(heap, first, count, protect, !(type & XG_MEM_NOZERO)))
        return true;
    set_access(heap, first, count, 0);
    for (uint32_t i = first; i < first + count; i++)
        t->pages[i] = (struct page){0};
    count_taken(t, first, count, -1);
    return false;
}

/* ---- search ---- */

static bool find_up(const struct table *t, uint32_t lo, uint32_t hi, uint32_t count, uint32_t align,
                    uint32_t *found)
{
    uint64_t at = ((uint64_t)lo + align - 1) / align * align;
    while (at + count <= hi) {
        uint32_t i = (uint32_t)at + count;
        while (i > at && t->pages[i - 1].state == FREE)
            i--;
        if (i == at) {
            *found = i;
            return true;
        }
        const struct page *taken = &t->pages[i - 1];
        uint64_t next = (uint64_t)taken->head + t->allocations[taken->head].pages;
        at = (next + align - 1) / align * align;
    }
    return false;
}

static bool find_down(const struct table *t, uint32_t lo, uint32_t hi, uint32_t count,
                      uint32_t align, uint32_t *found)
{
    while (hi >= count && (hi - count) / align * align >= lo) {
        uint32_t at = (hi - count) / align * align, i = at;
        while (i < at + count && t->pages[i].state == FREE)
            i++;
        if (i == at + count) {
            *found = at;
            return true;
        }
        hi = t->pages[i].head;
    }
    return false;
}

enum xg_heap_status xg_heap_alloc(struct xg_heap *heap, uint32_t size, uint32_t alignment,
                                  uint32_t type, uint32_t protect, xg_ga min, xg_ga max,
                                  xg_ga *base)
{
    const struct xg_region *r = &heap->row->region;
    struct table *t = heap->table;
    xg_ga last = r->base + (r->size - 1);
    uint64_t bytes = ((uint64_t)size + r->page_size - 1) & ~(uint64_t)(r->page_size - 1);
    if (alignment < r->page_size)
        alignment = r->page_size;
    if (!size || alignment & (alignment - 1) || min > max || max < r->base || min > last)
        return XG_HEAP_BAD_RANGE;
    if (bytes > r->size)
        return XG_HEAP_NO_ROOM;
    if (min < r->base)
        min = r->base;
    if (max > last)
        max = last;
    uint32_t unit = 1u << t->shift, count = (uint32_t)(bytes >> t->shift), at;
    uint32_t lo = heap->first + (uint32_t)(((uint64_t)(min - r->base) + unit - 1) >> t->shift);
    uint32_t hi = heap->first + (uint32_t)(((uint64_t)(max - r->base) + 1) >> t->shift);
    uint32_t align = alignment >> t->shift;
    bool found = type & XG_MEM_TOP_DOWN ? find_down(t, lo, hi, count, align, &at)
                                        : find_up(t, lo, hi, count, align, &at);
    if (!found || !reserve(heap, at, count, type, protect))
        return XG_HEAP_NO_ROOM;
    *base = page_address(heap, at);
    return XG_HEAP_OK;
}

/* ---- fixed ranges ---- */

static bool all_free(const struct table *t, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        if (t->pages[i].state != FREE)
            return false;
    return true;
}

/* Every page belongs to one allocation of the guest and is at least in this state. */
static bool one_allocation(const struct table *t, uint32_t first, uint32_t count,
                           enum page_state least)
{
    for (uint32_t i = first; i < first + count; i++)
        if (t->pages[i].state < least || t->pages[i].state == SYSTEM ||
            t->pages[i].head != t->pages[first].head)
            return false;
    return true;
}

enum xg_heap_status xg_heap_alloc_at(struct xg_heap *heap, xg_ga base, uint32_t size, uint32_t type,
                                     uint32_t protect)
{
    uint32_t first, count;
    if (!to_pages(heap, base, size, &first, &count))
        return XG_HEAP_BAD_RANGE;
    if (type & XG_MEM_RESERVE) {
        if (!all_free(heap->table, first, count))
            return XG_HEAP_CONFLICT;
        return reserve(heap, first, count, type, protect) ? XG_HEAP_OK : XG_HEAP_NO_ROOM;
    }
    if (!(type & XG_MEM_COMMIT))
        return XG_HEAP_BAD_RANGE;
    if (!one_allocation(heap->table, first, count, RESERVED))
        return XG_HEAP_CONFLICT;
    return commit(heap, first, count, protect, !(type & XG_MEM_NOZERO)) ? XG_HEAP_OK
                                                                        : XG_HEAP_NO_ROOM;
}

enum xg_heap_status xg_heap_decommit(struct xg_heap *heap, xg_ga base, uint32_t size)
{
    uint32_t first, count;
    if (!to_pages(heap, base, size, &first, &count))
        return XG_HEAP_BAD_RANGE;
    if (!one_allocation(heap->table, first, count, RESERVED))
        return XG_HEAP_CONFLICT;
    decommit(heap, first, count, RESERVED);
    return XG_HEAP_OK;
}

enum xg_heap_status xg_heap_release(struct xg_heap *heap, xg_ga base, uint32_t *size)
{
    uint32_t first, count;
    if (!to_pages(heap, base, 1, &first, &count))
        return XG_HEAP_BAD_RANGE;
    struct table *t = heap->table;
    first = address_page(heap, base);
    if (t->pages[first].state == FREE)
        return XG_HEAP_BAD_RANGE;
    if (t->pages[first].state == SYSTEM)
        return XG_HEAP_CONFLICT;
    uint32_t head = t->pages[first].head;
    count = t->allocations[head].pages;
    if (size)
        *size = count << t->shift;
    decommit(heap, head, count, FREE);
    return XG_HEAP_OK;
}

enum xg_heap_status xg_heap_protect(struct xg_heap *heap, xg_ga base, uint32_t size,
                                    uint32_t protect, uint32_t *old_protect)
{
    uint32_t first, count;
    if (!to_pages(heap, base, size, &first, &count))
        return XG_HEAP_BAD_RANGE;
    if (!one_allocation(heap->table, first, count, COMMITTED))
        return XG_HEAP_CONFLICT;
    if (old_protect)
        *old_protect = heap->table->pages[first].protect;
    return commit(heap, first, count, protect, false) ? XG_HEAP_OK : XG_HEAP_NO_ROOM;
}

/* ---- queries ---- */

enum xg_heap_status xg_heap_query(const struct xg_heap *heap, xg_ga ga, struct xg_heap_info *info)
{
    const struct xg_region *r = &heap->row->region;
    *info = (struct xg_heap_info){0};
    if (ga - r->base >= r->size)
        return XG_HEAP_BAD_RANGE;
    const struct table *t = heap->table;
    uint32_t i = address_page(heap, ga), end = heap->first + heap->count, run = i + 1;
    const struct page *p = &t->pages[i];
    while (run < end && t->pages[run].state == p->state && t->pages[run].protect == p->protect &&
           t->pages[run].head == p->head)
        run += p->state == FREE && run % CHUNK == 0 && run + CHUNK <= end && !t->taken[run / CHUNK]
                   ? CHUNK
                   : 1;
    info->region_size = (run - i) << t->shift;
    info->state =
        p->state == FREE ? XG_MEM_FREE : (p->state == COMMITTED ? XG_MEM_COMMIT : XG_MEM_RESERVE);
    if (p->state == FREE)
        return XG_HEAP_OK;
    /* Seen through a window that shows only a part of it, an allocation starts there. */
    uint32_t head = p->head > heap->first ? p->head : heap->first;
    uint32_t tail = p->head + t->allocations[p->head].pages;
    info->allocation_base = page_address(heap, head);
    info->allocation_size = ((tail < end ? tail : end) - head) << t->shift;
    info->allocation_protect = t->allocations[p->head].protect;
    info->protect = p->protect;
    return XG_HEAP_OK;
}

void xg_heap_usage(const struct xg_heap *heap, struct xg_heap_usage *out)
{
    *out =
        (struct xg_heap_usage){.total_pages = heap->count, .page_size = 1u << heap->table->shift};
    for (uint32_t i = heap->first; i < heap->first + heap->count; i++) {
        out->reserved_pages += heap->table->pages[i].state != FREE;
        out->committed_pages += heap->table->pages[i].state == COMMITTED;
    }
}

const struct xg_region *xg_heap_region(const struct xg_heap *heap)
{
    return &heap->row->region;
}

/* ---- the set ---- */

static struct table *add_table(struct xg_heaps *heaps, const struct xg_region_row *row)
{
    for (size_t i = 0; i < heaps->table_count; i++)
        if (row->backing != XG_BACKING_PRIVATE && heaps->tables[i].backing == row->backing)
            return &heaps->tables[i];
    struct table *t = &heaps->tables[heaps->table_count++];
    uint32_t bytes = row->region.size, unit = row->region.page_size;
    if (row->backing != XG_BACKING_PRIVATE) {
        unit = XG_PAGE_SIZE;
        bytes = 0;
        for (size_t i = 0; i < xg_region_row_count; i++) {
            const struct xg_region_row *other = &xg_region_rows[i];
            if (other->backing == row->backing && other->offset + other->region.size > bytes)
                bytes = other->offset + other->region.size;
        }
    }
    t->backing = row->backing;
    t->shift = (uint32_t)__builtin_ctz(unit);
    t->count = bytes >> t->shift;
    if (!t->count)
        return NULL;
    t->pages = calloc(t->count, sizeof *t->pages);
    t->allocations = calloc(t->count, sizeof *t->allocations);
    t->taken = calloc(t->count / CHUNK + 1, sizeof *t->taken);
    return t->pages && t->allocations && t->taken ? t : NULL;
}

static void reserve_system(struct xg_heap *heap)
{
    const struct xg_region_row *row = heap->row;
    if (!row->reserved_size)
        return;
    uint32_t first = address_page(heap, row->region.base + row->reserved_at);
    uint32_t count = row->reserved_size >> heap->table->shift;
    heap->table->allocations[first] = (struct allocation){count, XG_PAGE_NOACCESS};
    for (uint32_t i = first; i < first + count; i++)
        heap->table->pages[i] = (struct page){first, 0, SYSTEM};
    count_taken(heap->table, first, count, 1);
}

struct xg_heaps *xg_heaps_create(struct xg_memory *mem, struct xg_error *err)
{
    struct xg_heaps *heaps = calloc(1, sizeof *heaps);
    for (size_t i = 0; heaps && i < xg_region_row_count; i++) {
        const struct xg_region_row *row = &xg_region_rows[i];
        struct xg_heap *heap = &heaps->heaps[heaps->heap_count++];
        *heap = (struct xg_heap){.mem = mem, .row = row, .table = add_table(heaps, row)};
        if (!heap->table) {
            xg_heaps_destroy(heaps);
            heaps = NULL;
            break;
        }
        uint32_t offset = row->backing == XG_BACKING_PRIVATE ? 0 : row->offset;
        heap->first = offset >> heap->table->shift;
        heap->count = row->region.size >> heap->table->shift;
        reserve_system(heap);
    }
    if (!heaps)
        xg_fail(err, XG_E_INPUT, "heaps: the host is out of memory");
    return heaps;
}

void xg_heaps_destroy(struct xg_heaps *heaps)
{
    for (size_t i = 0; heaps && i < heaps->table_count; i++) {
        free(heaps->tables[i].pages);
        free(heaps->tables[i].taken);
        free(heaps->tables[i].allocations);
    }
    free(heaps);
}

struct xg_heap *xg_heaps_at(struct xg_heaps *heaps, xg_ga ga)
{
    for (size_t i = 0; i < heaps->heap_count; i++)
        if (ga - heaps->heaps[i].row->region.base < heaps->heaps[i].row->region.size)
            return &heaps->heaps[i];
    return NULL;
}

struct xg_heap *xg_heaps_named(struct xg_heaps *heaps, const char *region)
{
    for (size_t i = 0; i < heaps->heap_count; i++)
        if (!strcmp(heaps->heaps[i].row->region.name, region))
            return &heaps->heaps[i];
    return NULL;
}
