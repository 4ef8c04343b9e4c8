/* Pages whose newest bytes are elsewhere, until someone needs them; see memory.h. */
#include "memory/private.h"

#include <stdlib.h>
#include <sys/mman.h>

/* They are fetched by groups: a reader of one will read its neighbours, and to change the
 * protection of many costs as much as that of one. */
#define GROUP_PAGES 16u
#define BUS_PAGES   (XG_PHYS_SIZE >> XG_PAGE_SHIFT)

static void guard(struct xg_memory *mem, bool take)
{
    if (XG_UNLIKELY(mem->p->guard != NULL))
        mem->p->guard(mem->p->guard_ctx, take);
}

/* Pages that are away: looked at without the guard. */
static uint32_t counted(const struct xg_memory *mem)
{
    return __atomic_load_n(&mem->p->away_count, __ATOMIC_RELAXED);
}
static void count(struct xg_memory *mem, uint32_t more)
{
    __atomic_store_n(&mem->p->away_count, counted(mem) + more, __ATOMIC_RELAXED);
}

/* Calls fn for the part of each window that shows the bus pages [page, end). */
typedef void each_fn(struct xg_memory *mem, xg_ga ga, uint32_t size, unsigned *access);
static void each_window(struct xg_memory *mem, uint32_t page, uint32_t end, each_fn *fn,
                        unsigned *access)
{
    for (size_t i = 0; i < xg_region_row_count; i++) {
        const struct xg_region_row *row = &xg_region_rows[i];
        uint32_t first = row->offset >> XG_PAGE_SHIFT,
                 last = first + (row->region.size >> XG_PAGE_SHIFT);
        if (row->backing != XG_BACKING_BUS)
            continue;
        uint32_t from = page > first ? page : first, to = end < last ? end : last;
        if (from < to)
            fn(mem, row->region.base + ((from - first) << XG_PAGE_SHIFT),
               (to - from) << XG_PAGE_SHIFT, access);
    }
}

static void collect(struct xg_memory *mem, xg_ga ga, uint32_t size, unsigned *access)
{
    for (uint32_t at = 0; at < size; at += XG_PAGE_SIZE)
        *access |= xg_memory_access(mem, ga + at);
}

static void mark(struct xg_memory *mem, xg_ga ga, uint32_t size, unsigned *access)
{
    XG_UNUSED(access);
    for (uint32_t at = 0; at < size; at += XG_PAGE_SIZE)
        xg_memory_set_access(mem, ga + at, xg_memory_access(mem, ga + at) | XG_PAGE_AWAY);
    if (mem->p->mirror_marks && mprotect(mem->base + ga, size, PROT_NONE))
        abort(); /* as in xg_memory_mirror_page */
}

static void unmark(struct xg_memory *mem, xg_ga ga, uint32_t size, unsigned *access)
{
    XG_UNUSED(access);
    for (uint32_t at = 0; at < size; at += XG_PAGE_SIZE)
        xg_memory_set_access(mem, ga + at, xg_memory_access(mem, ga + at) & ~XG_PAGE_AWAY);
    xg_memory_mirror_range(mem, ga, size);
}

bool xg_memory_may_be_away(struct xg_memory *mem, xg_pa pa, uint32_t size)
{
    unsigned access = 0;
    if (!mem->p->fetcher || mem->p->journal)
        return false;
    each_window(mem, pa >> XG_PAGE_SHIFT, (pa + size) >> XG_PAGE_SHIFT, collect, &access);
    return !(access & (XG_PAGE_X | XG_PAGE_CODE));
}

void xg_memory_away(struct xg_memory *mem, xg_pa pa, uint32_t size)
{
    uint32_t page = pa >> XG_PAGE_SHIFT, end = (pa + size) >> XG_PAGE_SHIFT;
    uint32_t added = 0;
    guard(mem, true);
    for (uint32_t n = page; n < end; n++) {
        uint64_t bit = UINT64_C(1) << n % 64, *word = &mem->p->away[n / 64];
        added += !(*word & bit);
        *word |= bit;
    }
    count(mem, added);
    each_window(mem, page, end, mark, NULL);
    guard(mem, false);
}

static void fetch(struct xg_memory *mem, uint32_t page, uint32_t end)
{
    for (uint32_t n = page; n < end; n++)
        mem->p->fetcher(mem->p->fetcher_ctx, n << XG_PAGE_SHIFT);
    /* The bytes are there before anyone is let in. */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    for (uint32_t n = page; n < end; n++)
        mem->p->away[n / 64] &= ~(UINT64_C(1) << n % 64);
    count(mem, 0u - (end - page));
    each_window(mem, page, end, unmark, NULL);
}

void xg_memory_here(struct xg_memory *mem, xg_pa pa, uint32_t size)
{
    if (XG_LIKELY(!counted(mem)) || !size)
        return;
    uint32_t page = (pa >> XG_PAGE_SHIFT) / GROUP_PAGES * GROUP_PAGES,
             end = ((pa + (size - 1)) >> XG_PAGE_SHIFT) / GROUP_PAGES * GROUP_PAGES + GROUP_PAGES;
    if (end > BUS_PAGES)
        end = BUS_PAGES;
    guard(mem, true);
    while (page < end && counted(mem)) {
        uint64_t word = mem->p->away[page / 64] >> page % 64;
        if (!word) {
            page = page / 64 * 64 + 64;
            continue;
        }
        page += (uint32_t)__builtin_ctzll(word);
        uint32_t last = page;
        while (last < end && (mem->p->away[last / 64] >> last % 64 & 1))
            last++;
        if (last > page)
            fetch(mem, page, last);
        page = last > page ? last : end;
    }
    guard(mem, false);
}

void xg_memory_fetched(struct xg_memory *mem, xg_pa pa, const void *bytes, uint32_t size)
{
    xg_guest_copy(mem->phys + pa, bytes, size);
}

void xg_memory_set_fetcher(struct xg_memory *mem, xg_memory_fetch_fn *fn, void *ctx)
{
    xg_memory_here(mem, 0, XG_PHYS_SIZE); /* by the one before */
    mem->p->fetcher = fn;
    mem->p->fetcher_ctx = ctx;
}

bool xg_memory_is_away(const struct xg_memory *mem, xg_pa pa)
{
    uint32_t page = pa >> XG_PAGE_SHIFT;
    return mem->p->away[page / 64] >> page % 64 & 1;
}
