/* The guest address space on the host.
 *
 * One reservation of 4 GiB (low 32 bits of its address zero, a guard on each side)
 * holds everything. Shared backings are memfds mapped once per window, private
 * regions are anonymous memory. Host protection follows R and W of the access bytes
 * in units of one call of xg_memory_protect; WATCH and CODE live in the access bytes
 * alone. Under AddressSanitizer the low addresses are taken by its shadow and the
 * reservation moves up by itself. */
#include "memory/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define GUEST_SPAN 0x100000000ull
#define GUARD      0x10000ull
#define LOW_TRIES  64

static const uint32_t backing_size[XG_BACKINGS] = {0, 0x10000000u, XG_PHYS_SIZE};

const char *xg_fault_name(enum xg_fault_kind kind)
{
    static const char *const names[] = {"no fault",
                                        "access to unmapped memory",
                                        "access against the protection of the page",
                                        "misaligned access",
                                        "illegal instruction",
                                        "instruction fetch from memory that is not executable",
                                        "trap",
                                        "device access of a width or offset that is not there"};
    return (size_t)kind < XG_COUNTOF(names) ? names[kind] : "unknown fault";
}

/* Low addresses first: short encodings for the engines. */
static uint8_t *reserve_low(void)
{
    for (uint64_t i = 1; i <= LOW_TRIES; i++) {
        uint8_t *want = (uint8_t *)(uintptr_t)(i * GUEST_SPAN - GUARD);
        uint8_t *got =
            mmap(want, GUEST_SPAN + 2 * GUARD, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
        if (got == want)
            return got;
        if (got != MAP_FAILED)
            munmap(got, GUEST_SPAN + 2 * GUARD);
    }
    return NULL;
}

static uint8_t *reserve_anywhere(void)
{
    const size_t room = 2 * GUEST_SPAN + 2 * GUARD;
    uint8_t *got = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED)
        return NULL;
    uintptr_t at = (uintptr_t)got + GUARD;
    uint8_t *base = (uint8_t *)((at + GUEST_SPAN - 1) & ~(uintptr_t)(GUEST_SPAN - 1));
    uint8_t *start = base - GUARD, *end = base + GUEST_SPAN + GUARD;
    if (start > got)
        munmap(got, (size_t)(start - got));
    if (got + room > end)
        munmap(end, (size_t)(got + room - end));
    return start;
}

static bool reserve(struct xg_memory *mem, struct xg_error *err)
{
    struct xg_memory_private *p = mem->p;
    p->reservation = reserve_low();
    if (!p->reservation)
        p->reservation = reserve_anywhere();
    if (!p->reservation)
        return xg_fail(err, XG_E_INPUT,
                       "guest memory: the host refuses 4 GiB of address space (%s)",
                       strerror(errno));
    p->reservation_size = GUEST_SPAN + 2 * GUARD;
    mem->base = p->reservation + GUARD;
    return true;
}

static bool open_backings(struct xg_memory *mem, struct xg_error *err)
{
    static const char *const names[XG_BACKINGS] = {NULL, "xg-image", "xg-bus"};
    for (int b = XG_BACKING_PRIVATE + 1; b < XG_BACKINGS; b++) {
        mem->p->fd[b] = memfd_create(names[b], MFD_CLOEXEC);
        if (mem->p->fd[b] < 0 || ftruncate(mem->p->fd[b], backing_size[b]))
            return xg_fail(err, XG_E_INPUT, "guest memory: the host refuses a memfd of %u MiB (%s)",
                           backing_size[b] >> 20, strerror(errno));
    }
    mem->phys = mmap(NULL, XG_PHYS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
                     mem->p->fd[XG_BACKING_BUS], 0);
    if (mem->phys == MAP_FAILED) {
        mem->phys = NULL;
        return xg_fail(err, XG_E_INPUT, "guest memory: physical memory cannot be mapped (%s)",
                       strerror(errno));
    }
    return true;
}

static void insert_region(struct xg_memory_private *p, const struct xg_region *region)
{
    size_t i = p->map_count++;
    for (; i && p->map[i - 1].base > region->base; i--)
        p->map[i] = p->map[i - 1];
    p->map[i] = *region;
}

static bool map_regions(struct xg_memory *mem, struct xg_error *err)
{
    for (size_t i = 0; i < xg_region_row_count; i++) {
        const struct xg_region_row *row = &xg_region_rows[i];
        uint8_t *at = mem->base + row->region.base;
        int fd = mem->p->fd[row->backing];
        int flags = MAP_FIXED | MAP_NORESERVE | (fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
        if ((uint64_t)row->offset + row->region.size > backing_size[row->backing] && fd >= 0)
            return xg_fail(err, XG_E_INPUT, "guest memory: %s is larger than what is behind it",
                           row->region.name);
        if (mmap(at, row->region.size, PROT_NONE, flags, fd, fd < 0 ? 0 : row->offset) != at)
            return xg_fail(err, XG_E_INPUT, "guest memory: region %s cannot be mapped (%s)",
                           row->region.name, strerror(errno));
        insert_region(mem->p, &row->region);
    }
    return true;
}

struct xg_memory *xg_memory_create(struct xg_error *err)
{
    struct xg_memory *mem = calloc(1, sizeof *mem);
    if (mem) {
        mem->p = calloc(1, sizeof *mem->p);
        mem->access = calloc(GUEST_SPAN >> XG_PAGE_SHIFT, 1);
    }
    if (!mem || !mem->p || !mem->access) {
        xg_fail(err, XG_E_INPUT, "guest memory: the host is out of memory");
        xg_memory_destroy(mem);
        return NULL;
    }
    for (int b = 0; b < XG_BACKINGS; b++)
        mem->p->fd[b] = -1;
    if (!reserve(mem, err) || !open_backings(mem, err) || !map_regions(mem, err)) {
        xg_memory_destroy(mem);
        return NULL;
    }
    return mem;
}

void xg_memory_destroy(struct xg_memory *mem)
{
    if (!mem)
        return;
    if (mem->p) {
        if (mem->p->reservation)
            munmap(mem->p->reservation, mem->p->reservation_size);
        for (int b = 0; b < XG_BACKINGS && mem->base; b++)
            if (mem->p->fd[b] >= 0)
                close(mem->p->fd[b]);
    }
    if (mem->phys)
        munmap(mem->phys, XG_PHYS_SIZE);
    free(mem->p);
    free(mem->access);
    free(mem);
}

/* ---- the map ---- */

const struct xg_region_row *xg_memory_row(xg_ga ga)
{
    for (size_t i = 0; i < xg_region_row_count; i++)
        if (ga - xg_region_rows[i].region.base < xg_region_rows[i].region.size)
            return &xg_region_rows[i];
    return NULL;
}

const struct xg_device_row *xg_device_row_named(const char *name)
{
    for (size_t i = 0; i < xg_device_row_count; i++)
        if (!strcmp(xg_device_rows[i].name, name))
            return &xg_device_rows[i];
    return NULL;
}

const struct xg_region *xg_memory_region(const struct xg_memory *mem, size_t i)
{
    return i < mem->p->map_count ? &mem->p->map[i] : NULL;
}

const struct xg_region *xg_memory_region_of(const struct xg_memory *mem, xg_ga ga)
{
    for (size_t i = 0; i < mem->p->map_count; i++)
        if (ga - mem->p->map[i].base < mem->p->map[i].size)
            return &mem->p->map[i];
    return NULL;
}

xg_pa xg_memory_bus(const struct xg_memory *mem, xg_ga ga)
{
    XG_UNUSED(mem);
    const struct xg_region_row *row = xg_memory_row(ga);
    if (!row || row->backing != XG_BACKING_BUS)
        return XG_PA_NONE;
    return ga - row->region.base + row->offset;
}

void xg_memory_each_alias(xg_ga ga, void (*fn)(void *ctx, xg_ga alias), void *ctx)
{
    const struct xg_region_row *own = xg_memory_row(ga);
    if (!own)
        return;
    if (own->backing == XG_BACKING_PRIVATE) {
        fn(ctx, ga);
        return;
    }
    uint32_t at = ga - own->region.base + own->offset;
    for (size_t i = 0; i < xg_region_row_count; i++) {
        const struct xg_region_row *row = &xg_region_rows[i];
        if (row->backing == own->backing && at - row->offset < row->region.size)
            fn(ctx, row->region.base + (at - row->offset));
    }
}

/* ---- protection ---- */

/* The one region that holds [ga, ga+size), or NULL with a reason. */
static const struct xg_region_row *whole_pages(xg_ga ga, uint32_t size, struct xg_error *err)
{
    const struct xg_region_row *row = xg_memory_row(ga);
    if (!row || (uint64_t)ga + size > (uint64_t)row->region.base + row->region.size) {
        xg_fail(err, XG_E_GUEST, "guest memory: 0x%08X + 0x%X lies in no RAM region", ga, size);
        return NULL;
    }
    if ((ga | size) & (XG_PAGE_SIZE - 1)) {
        xg_fail(err, XG_E_GUEST, "guest memory: 0x%08X + 0x%X are not whole pages", ga, size);
        return NULL;
    }
    return row;
}

bool xg_memory_protect(struct xg_memory *mem, xg_ga ga, uint32_t size, unsigned rwx,
                       struct xg_error *err)
{
    if (!whole_pages(ga, size, err))
        return false;
    if (!size)
        return true;
    if (xg_memory_bus(mem, ga) != XG_PA_NONE)
        xg_memory_here(mem, xg_memory_bus(mem, ga), size);
    const unsigned mask = XG_PAGE_R | XG_PAGE_W | XG_PAGE_X;
    int prot = (rwx & (XG_PAGE_R | XG_PAGE_X) ? PROT_READ : 0) |
               (rwx & XG_PAGE_W ? PROT_READ | PROT_WRITE : 0);
    if (mprotect(mem->base + ga, size, prot))
        return xg_fail(err, XG_E_INPUT,
                       "guest memory: the host refuses protection 0x%X of 0x%08X + 0x%X (%s)", rwx,
                       ga, size, strerror(errno));
    for (uint32_t page = ga >> XG_PAGE_SHIFT, n = size >> XG_PAGE_SHIFT; n; page++, n--) {
        uint8_t was = xg_memory_access(mem, page << XG_PAGE_SHIFT);
        xg_memory_set_access(mem, page << XG_PAGE_SHIFT, (was & ~mask) | (rwx & mask));
        if (mem->p->journal)
            mem->access[page] = (uint8_t)((mem->access[page] & ~XG_PAGE_JOURNAL) |
                                          (rwx & XG_PAGE_W ? XG_PAGE_JOURNAL : 0));
        else if (XG_LIKELY(!(was & (XG_PAGE_WATCH | XG_PAGE_CODE))))
            continue;
        if ((was & XG_PAGE_CODE) && !(rwx & XG_PAGE_X))
            xg_memory_drop_code(mem, page << XG_PAGE_SHIFT);
        xg_memory_mirror_page(mem, page << XG_PAGE_SHIFT);
    }
    return true;
}

/* The host may refuse only for want of memory for its own tables; the page then stays
 * stricter or looser than the access byte says, which nothing could repair. */
static int host_protection(uint8_t access)
{
    bool marked = access & (XG_PAGE_WATCH | XG_PAGE_CODE | XG_PAGE_JOURNAL);
    if (access & XG_PAGE_AWAY)
        return PROT_NONE;
    return (access & (XG_PAGE_R | XG_PAGE_W | XG_PAGE_X) ? PROT_READ : 0) |
           ((access & XG_PAGE_W) && !marked ? PROT_WRITE : 0);
}

void xg_memory_mirror_page(struct xg_memory *mem, xg_ga page)
{
    int prot = host_protection(xg_memory_access(mem, page));
    if (mem->p->mirror_marks && mprotect(mem->base + page, XG_PAGE_SIZE, prot))
        abort();
}

void xg_memory_mirror_range(struct xg_memory *mem, xg_ga ga, uint32_t size)
{
    for (uint32_t at = 0, end; mem->p->mirror_marks && at < size; at = end) {
        int prot = host_protection(xg_memory_access(mem, ga + at));
        for (end = at + XG_PAGE_SIZE; end < size; end += XG_PAGE_SIZE)
            if (host_protection(xg_memory_access(mem, ga + end)) != prot)
                break;
        if (mprotect(mem->base + ga + at, end - at, prot))
            abort();
    }
}

void xg_memory_mirror_marks(struct xg_memory *mem)
{
    mem->p->mirror_marks = true;
    for (uint32_t n = 0; n < GUEST_SPAN >> XG_PAGE_SHIFT; n++)
        if (mem->access[n] & (XG_PAGE_WATCH | XG_PAGE_CODE | XG_PAGE_AWAY))
            xg_memory_mirror_page(mem, n << XG_PAGE_SHIFT);
}

bool xg_memory_discard(struct xg_memory *mem, xg_ga ga, uint32_t size, struct xg_error *err)
{
    const struct xg_region_row *row = whole_pages(ga, size, err);
    if (!row)
        return false;
    if (!size)
        return true;
    xg_memory_about_to_store(mem, ga, size);
    int rc = row->backing == XG_BACKING_PRIVATE
                 ? madvise(mem->base + ga, size, MADV_DONTNEED)
                 : fallocate(mem->p->fd[row->backing], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                             ga - row->region.base + row->offset, size);
    if (rc)
        return xg_fail(err, XG_E_INPUT, "guest memory: the host cannot clear 0x%08X + 0x%X (%s)",
                       ga, size, strerror(errno));
    return true;
}

/* ---- device windows ---- */

const struct xg_device_window *xg_memory_device(const struct xg_memory *mem, xg_ga ga)
{
    for (size_t i = 0; i < mem->p->device_count; i++)
        if (ga - mem->p->devices[i].base < mem->p->devices[i].size)
            return &mem->p->devices[i];
    return NULL;
}

bool xg_memory_map_device(struct xg_memory *mem, const char *name, xg_ga base, uint32_t size,
                          const struct xg_mmio_ops *ops, struct xg_error *err)
{
    struct xg_memory_private *p = mem->p;
    if (!size || (base | size) & (XG_PAGE_SIZE - 1) || (uint64_t)base + size > GUEST_SPAN)
        return xg_fail(err, XG_E_INPUT,
                       "device %s: window 0x%08X + 0x%X is empty, out of range or not whole pages",
                       name, base, size);
    for (size_t i = 0; i < p->map_count; i++) {
        const struct xg_region *r = &p->map[i];
        if ((uint64_t)base < (uint64_t)r->base + r->size &&
            (uint64_t)r->base < (uint64_t)base + size)
            return xg_fail(err, XG_E_INPUT, "device %s: window 0x%08X + 0x%X overlaps %s", name,
                           base, size, r->name);
    }
    if (p->device_count == XG_MAX_DEVICES)
        return xg_fail(err, XG_E_INPUT, "device %s: more than %d windows", name, XG_MAX_DEVICES);
    struct xg_device_window *w = &p->devices[p->device_count++];
    *w = (struct xg_device_window){.base = base, .size = size, .ops = *ops};
    strncpy(w->name, name, sizeof w->name - 1);
    insert_region(p, &(struct xg_region){w->name, base, size, 0, XG_REGION_DEVICE});
    memset(mem->access + (base >> XG_PAGE_SHIFT), XG_PAGE_MMIO, size >> XG_PAGE_SHIFT);
    return true;
}
