/* The map of guest memory, and its check: regions are disjoint, windows and areas lie where they
 * may, and the host's mappings show the same bytes at two addresses only where regions.csv says. */
#include "machine/internal.h"

#include "memory/regions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_AREAS 4096u

struct map {
    FILE *out;
    struct xg_machine *m;
    struct xg_kernel_area *area;
    size_t areas;
    unsigned problems, mappings;
    uint64_t inode[XG_BACKINGS]; /* of the shared bytes behind a backing, 0: not seen yet */
};

static void problem(struct map *map, const char *fmt, ...) XG_PRINTF(2, 3);
static void problem(struct map *map, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(map->out, "wrong: ");
    vfprintf(map->out, fmt, ap);
    fprintf(map->out, "\n");
    va_end(ap);
    map->problems++;
}

/* ---- regions, heaps, windows ---- */

static void print_regions(struct map *map)
{
    static const char *const kinds[] = {"virtual", "image", "physical", "device"};
    const struct xg_region *before = NULL;
    fprintf(map->out, "regions\n");
    for (size_t i = 0;; i++) {
        const struct xg_region *r = xg_memory_region(map->m->mem, i);
        if (!r)
            break;
        fprintf(map->out, "  %08X-%08X %-10s %-8s", r->base, r->base + (r->size - 1), r->name,
                kinds[r->kind]);
        if (r->page_size)
            fprintf(map->out, " pages of 0x%X", r->page_size);
        fprintf(map->out, "\n");
        if (before && (uint64_t)before->base + before->size > r->base)
            problem(map, "%s overlaps %s", before->name, r->name);
        uint32_t grain = r->page_size ? XG_PAGE_SIZE * 16 : XG_PAGE_SIZE;
        if (r->base % grain || r->size % grain)
            problem(map, "%s is misaligned", r->name);
        before = r;
    }
    fprintf(map->out, "device windows\n");
    for (size_t i = 0; i < xg_device_row_count; i++) {
        const struct xg_window *w = &map->m->windows[i];
        const struct xg_region *r = xg_memory_region_of(map->m->mem, w->base);
        fprintf(map->out, "  %08X-%08X %-10s %s\n", w->base, w->base + (w->size - 1), w->name,
                r ? "mapped" : "reserved");
        if (r && (r->kind != XG_REGION_DEVICE || strcmp(r->name, w->name) != 0))
            problem(map, "the window of %s lies in %s", w->name, r->name);
    }
}

static void print_heaps(struct map *map)
{
    fprintf(map->out, "heaps\n");
    for (size_t i = 0; i < xg_region_row_count; i++) {
        const char *name = xg_region_rows[i].region.name;
        struct xg_heap *h = xg_heaps_named(map->m->heaps, name);
        struct xg_heap_usage u;
        if (!h)
            continue;
        xg_heap_usage(h, &u);
        fprintf(map->out, "  %-10s %7u of %7u pages of 0x%X committed, %u reserved\n", name,
                u.committed_pages, u.total_pages, u.page_size, u.reserved_pages);
        if (u.committed_pages > u.total_pages)
            problem(map, "heap %s has more pages committed than it has", name);
    }
}

/* ---- areas ---- */

static void take_area(void *ctx, const struct xg_kernel_area *a)
{
    struct map *map = ctx;
    if (map->areas < MAX_AREAS)
        map->area[map->areas++] = *a;
}

static int by_base(const void *a, const void *b)
{
    xg_ga x = ((const struct xg_kernel_area *)a)->base,
          y = ((const struct xg_kernel_area *)b)->base;
    return x < y ? -1 : x > y;
}

static void print_areas(struct map *map)
{
    xg_kernel_areas(map->m->kernel, take_area, map);
    qsort(map->area, map->areas, sizeof *map->area, by_base);
    fprintf(map->out, "areas\n");
    for (size_t i = 0; i < map->areas; i++) {
        const struct xg_kernel_area *a = &map->area[i];
        uint64_t end = (uint64_t)a->base + a->size;
        const struct xg_region *r = xg_memory_region_of(map->m->mem, a->base);
        fprintf(map->out, "  %08X-%08X %-10s %s\n", a->base, (xg_ga)(end - 1), a->kind, a->name);
        if (!r || end > (uint64_t)r->base + r->size)
            problem(map, "%s %s is out of bounds", a->kind, a->name);
        if (a->base & 3)
            problem(map, "%s %s is misaligned", a->kind, a->name);
        if (i && (uint64_t)a[-1].base + a[-1].size > a->base)
            problem(map, "%s %s overlaps %s %s", a[-1].kind, a[-1].name, a->kind, a->name);
    }
}

/* ---- what the host has mapped ---- */

static void check_mapping(struct map *map, uint64_t ga, uint64_t size, uint64_t offset,
                          uint64_t inode)
{
    const struct xg_region_row *row = NULL;
    for (size_t i = 0; i < xg_region_row_count; i++) {
        const struct xg_region *r = &xg_region_rows[i].region;
        if (ga >= r->base && ga < (uint64_t)r->base + r->size)
            row = &xg_region_rows[i];
    }
    map->mappings++;
    if (!inode)
        return; /* private bytes are nobody else's */
    if (!row || row->backing == XG_BACKING_PRIVATE) {
        problem(map, "the host shows shared bytes at %08" PRIX64 ", where none are declared", ga);
        return;
    }
    uint64_t *known = &map->inode[row->backing];
    if (*known && *known != inode)
        problem(map, "%s shows other bytes than its aliases", row->region.name);
    *known = inode;
    if (offset != row->offset + (ga - row->region.base))
        problem(map, "%s shows byte 0x%" PRIX64 " of its backing at %08" PRIX64, row->region.name,
                offset, ga);
    if (ga + size > (uint64_t)row->region.base + row->region.size)
        problem(map, "a mapping at %08" PRIX64 " reaches out of %s", ga, row->region.name);
}

static void check_host(struct map *map)
{
    FILE *f = fopen("/proc/self/maps", "r");
    char line[512];
    uint64_t base = (uint64_t)(uintptr_t)map->m->mem->base, end = base + 0x100000000ull;
    while (f && fgets(line, sizeof line, f)) {
        uint64_t from, to, offset, inode;
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %" SCNu64, &from, &to,
                   &offset, &inode) != 4 ||
            to <= base || from >= end)
            continue;
        if (from < base) {
            offset += base - from;
            from = base;
        }
        check_mapping(map, from - base, (to < end ? to : end) - from, offset, inode);
    }
    if (f)
        fclose(f);
    fprintf(map->out, "host\n  %u mappings from %p on\n", map->mappings, (void *)map->m->mem->base);
}

bool xg_machine_map(struct xg_machine *m, FILE *out)
{
    struct map map = {.out = out, .m = m, .area = calloc(MAX_AREAS, sizeof *map.area)};
    if (!map.area)
        return false;
    print_regions(&map);
    print_heaps(&map);
    print_areas(&map);
    check_host(&map);
    free(map.area);
    if (map.problems)
        fprintf(out, "%u things are wrong\n", map.problems);
    else
        fprintf(out, "nothing overlaps but declared aliases\n");
    return !map.problems;
}
