/* Page-table heaps. One heap covers one allocatable range of one region and
 * keeps, for every page of it: state (free, reserved, committed), protection,
 * and the allocation it belongs to. Nothing here is a bump allocator.
 * The physical heaps (A, C, E) share one bus-page table, so that a page given
 * out through one window is taken in all. */
#ifndef XG_MEMORY_HEAP_H
#define XG_MEMORY_HEAP_H

#include "memory/memory.h"

/* NT allocation types and protections, kernel-facts section 4. */
enum {
    XG_MEM_COMMIT = 0x1000,
    XG_MEM_RESERVE = 0x2000,
    XG_MEM_DECOMMIT = 0x4000,
    XG_MEM_RELEASE = 0x8000,
    XG_MEM_FREE = 0x10000,
    XG_MEM_PRIVATE = 0x20000,
    XG_MEM_RESET = 0x80000,
    XG_MEM_TOP_DOWN = 0x100000,
    XG_MEM_NOZERO = 0x800000,
    XG_MEM_LARGE_PAGES = 0x20000000,
    XG_MEM_16MB_PAGES = (int)0x80000000u,

    XG_PAGE_NOACCESS = 0x01,
    XG_PAGE_READONLY = 0x02,
    XG_PAGE_READWRITE = 0x04,
    XG_PAGE_WRITECOPY = 0x08,
    XG_PAGE_EXECUTE = 0x10,
    XG_PAGE_EXECUTE_READ = 0x20,
    XG_PAGE_EXECUTE_READWRITE = 0x40,
    XG_PAGE_EXECUTE_WRITECOPY = 0x80,
    XG_PAGE_GUARD = 0x100,
    XG_PAGE_NOCACHE = 0x200,
    XG_PAGE_WRITECOMBINE = 0x400,
};

struct xg_heap;
struct xg_heaps; /* all heaps of a machine, created over the region table */

struct xg_heaps *xg_heaps_create(struct xg_memory *mem, struct xg_error *err);
void xg_heaps_destroy(struct xg_heaps *heaps);
/* The heap that covers ga, or NULL. */
struct xg_heap *xg_heaps_at(struct xg_heaps *heaps, xg_ga ga);
/* The heap of a region by its name in memory/regions.csv, or NULL. */
struct xg_heap *xg_heaps_named(struct xg_heaps *heaps, const char *region);

/* Status of heap calls; the kernel maps them to NT codes. */
enum xg_heap_status { XG_HEAP_OK, XG_HEAP_NO_ROOM, XG_HEAP_BAD_RANGE, XG_HEAP_CONFLICT };

/* Any free range of `size` bytes (rounded up to pages) inside [min, max], max
 * inclusive, aligned to `alignment` (a power of two, 0 = page); in the physical heaps
 * it is the bus address that is aligned. `type` holds RESERVE and/or COMMIT (COMMIT
 * implies RESERVE) and TOP_DOWN. Committed pages are zero unless NOZERO is given.
 * Lowest fitting address first, highest with TOP_DOWN. */
enum xg_heap_status xg_heap_alloc(struct xg_heap *heap, uint32_t size, uint32_t alignment,
                                  uint32_t type, uint32_t protect, xg_ga min, xg_ga max,
                                  xg_ga *base);
/* A fixed range, widened to whole pages. With RESERVE every page must be free; COMMIT
 * alone commits inside one allocation (recommit keeps the data, sets the protection).
 * BAD_RANGE: not inside the heap; CONFLICT: pages in the wrong state. */
enum xg_heap_status xg_heap_alloc_at(struct xg_heap *heap, xg_ga base, uint32_t size, uint32_t type,
                                     uint32_t protect);
enum xg_heap_status xg_heap_decommit(struct xg_heap *heap, xg_ga base, uint32_t size);
/* Releases the whole allocation that contains base; *size gets its size. CONFLICT: the
 * range is reserved by the address map itself. */
enum xg_heap_status xg_heap_release(struct xg_heap *heap, xg_ga base, uint32_t *size);
/* Every page must be committed and of one allocation, else CONFLICT; *old_protect gets
 * the protection of the first page. */
enum xg_heap_status xg_heap_protect(struct xg_heap *heap, xg_ga base, uint32_t size,
                                    uint32_t protect, uint32_t *old_protect);

struct xg_heap_info {
    xg_ga allocation_base;       /* 0 when free */
    uint32_t allocation_protect; /* XG_PAGE_* */
    uint32_t allocation_size;
    uint32_t region_size; /* bytes from the queried page with equal state and protection */
    uint32_t state;       /* XG_MEM_COMMIT, XG_MEM_RESERVE or XG_MEM_FREE */
    uint32_t protect;     /* XG_PAGE_*, 0 unless committed */
};
enum xg_heap_status xg_heap_query(const struct xg_heap *heap, xg_ga ga, struct xg_heap_info *info);

/* In units of the page table: 4 KiB where windows share one, else the heap's page. */
struct xg_heap_usage {
    uint32_t total_pages, reserved_pages, committed_pages, page_size;
};
void xg_heap_usage(const struct xg_heap *heap, struct xg_heap_usage *out);
const struct xg_region *xg_heap_region(const struct xg_heap *heap);

/* R/W/X of memory/memory.h that a protection grants; GUARD grants nothing. */
unsigned xg_heap_rwx(uint32_t protect);

#endif
