/* Memory exports over the page-table heaps. A region is named by the address. */
#include "kernel/internal.h"

#define VIRTUAL_GRAIN 0x10000u /* NtAllocateVirtualMemory without a base rounds up to this */
#define BASE_PROTECTIONS                                                                           \
    (XG_PAGE_NOACCESS | XG_PAGE_READONLY | XG_PAGE_READWRITE | XG_PAGE_WRITECOPY |                 \
     XG_PAGE_EXECUTE | XG_PAGE_EXECUTE_READ | XG_PAGE_EXECUTE_READWRITE |                          \
     XG_PAGE_EXECUTE_WRITECOPY)

static void tell(struct xg_kernel *k, enum xg_hook_alloc_op op, xg_ga base, uint32_t size,
                 uint32_t protect)
{
    struct xg_hook_alloc e = {xg_kernel_cpu_now(k), op, base, size, protect};
    XG_HOOK(k->o.hooks, on_alloc, &e);
}

static uint32_t status_of(enum xg_heap_status s)
{
    switch (s) {
    case XG_HEAP_OK:
        return XG_ST_SUCCESS;
    case XG_HEAP_NO_ROOM:
        return XG_ST_NO_MEMORY;
    case XG_HEAP_BAD_RANGE:
        return XG_ST_INVALID_PARAMETER;
    default:
        return XG_ST_CONFLICTING_ADDRESSES;
    }
}

/* Exactly one kind of access. */
static bool good_protection(uint32_t protect)
{
    uint32_t kind = protect & BASE_PROTECTIONS;
    return kind && !(kind & (kind - 1));
}

/* The heap of an address that NtAllocateVirtualMemory may name, or NULL. */
static struct xg_heap *virtual_heap(struct xg_kernel *k, xg_ga at)
{
    struct xg_heap *h = xg_heaps_at(k->o.heaps, at);
    return h && xg_heap_region(h)->kind == XG_REGION_VIRTUAL ? h : NULL;
}

/* ---- virtual ---- */

static uint32_t allocate_virtual(struct xg_kernel *k, xg_ga *base, uint32_t *size, uint32_t type,
                                 uint32_t protect)
{
    if (!*base) {
        struct xg_heap *h =
            xg_heaps_named(k->o.heaps, type & XG_MEM_LARGE_PAGES ? "v40000000" : "v00000000");
        uint64_t rounded = ((uint64_t)*size + VIRTUAL_GRAIN - 1) & ~(uint64_t)(VIRTUAL_GRAIN - 1);
        if (rounded > UINT32_MAX)
            return XG_ST_NO_MEMORY;
        *size = (uint32_t)rounded;
        /* Thread stacks have the end of the large-page region to themselves. */
        xg_ga max = type & XG_MEM_LARGE_PAGES ? 0x6FFFFFFF : 0x3FFFFFFF;
        return status_of(xg_heap_alloc(h, *size, VIRTUAL_GRAIN, type, protect, 0, max, base));
    }
    struct xg_heap *h = virtual_heap(k, *base);
    if (!h)
        return XG_ST_INVALID_PARAMETER;
    uint32_t page = xg_heap_region(h)->page_size;
    uint64_t end = ((uint64_t)*base + *size + page - 1) & ~(uint64_t)(page - 1);
    *base &= ~(page - 1);
    *size = (uint32_t)(end - *base);
    return status_of(xg_heap_alloc_at(h, *base, *size, type, protect));
}

enum xg_kcall_result xg_x_NtAllocateVirtualMemory(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga base_at = xg_kcall_u32(call, 0), size_at = xg_kcall_u32(call, 1);
    uint32_t type = xg_kcall_u32(call, 2), protect = xg_kcall_u32(call, 3);
    xg_ga base = xg_kcall_ld32(call, base_at);
    int32_t wish = (int32_t)xg_kcall_ld32(call, size_at);
    uint32_t size = wish < 0 ? 0 - (uint32_t)wish : (uint32_t)wish;
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!size || !(type & (XG_MEM_COMMIT | XG_MEM_RESERVE | XG_MEM_RESET)) ||
        (type & XG_MEM_RESET && type != XG_MEM_RESET))
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    if (!good_protection(protect))
        return xg_kcall_return(call, XG_ST_INVALID_PAGE_PROTECT);
    if (type == XG_MEM_RESET) /* the bytes may be lost, and need not be */
        return xg_kcall_return(call, virtual_heap(k, base) ? 0 : XG_ST_INVALID_PARAMETER);
    uint32_t status = allocate_virtual(k, &base, &size, type, protect);
    if (status)
        return xg_kcall_return(call, status);
    tell(k, type & XG_MEM_COMMIT ? XG_ALLOC_COMMIT : XG_ALLOC_RESERVE, base, size, protect);
    xg_kcall_st32(call, base_at, base);
    xg_kcall_st32(call, size_at, size);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

enum xg_kcall_result xg_x_NtFreeVirtualMemory(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga base_at = xg_kcall_u32(call, 0), size_at = xg_kcall_u32(call, 1);
    uint32_t type = xg_kcall_u32(call, 2);
    xg_ga base = xg_kcall_ld32(call, base_at);
    uint32_t size = xg_kcall_ld32(call, size_at);
    struct xg_heap *h = virtual_heap(k, base);
    struct xg_heap_info info;
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!base)
        return xg_kcall_return(call, XG_ST_MEMORY_NOT_ALLOCATED);
    if (!h || (type != XG_MEM_DECOMMIT && type != XG_MEM_RELEASE))
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    xg_heap_query(h, base, &info);
    if (info.state == XG_MEM_FREE)
        return xg_kcall_return(call, XG_ST_MEMORY_NOT_ALLOCATED);
    enum xg_heap_status s;
    if (type == XG_MEM_DECOMMIT) {
        if (!size)
            return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
        uint32_t page = xg_heap_region(h)->page_size;
        uint64_t end = ((uint64_t)base + size + page - 1) & ~(uint64_t)(page - 1);
        base &= ~(page - 1);
        size = (uint32_t)(end - base);
        s = xg_heap_decommit(h, base, size);
    } else {
        base = info.allocation_base;
        s = xg_heap_release(h, base, &size);
    }
    if (s != XG_HEAP_OK)
        return xg_kcall_return(call, s == XG_HEAP_CONFLICT ? XG_ST_UNABLE_TO_FREE_VM
                                                           : XG_ST_INVALID_PARAMETER);
    tell(k, type == XG_MEM_DECOMMIT ? XG_ALLOC_DECOMMIT : XG_ALLOC_RELEASE, base, size, 0);
    xg_kcall_st32(call, base_at, base);
    xg_kcall_st32(call, size_at, size);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

enum xg_kcall_result xg_x_NtProtectVirtualMemory(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga base_at = xg_kcall_u32(call, 0), size_at = xg_kcall_u32(call, 1);
    uint32_t protect = xg_kcall_u32(call, 2), old = 0;
    xg_ga old_at = xg_kcall_u32(call, 3), base = xg_kcall_ld32(call, base_at);
    uint32_t size = xg_kcall_ld32(call, size_at);
    struct xg_heap *h = xg_heaps_at(k->o.heaps, base);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!good_protection(protect))
        return xg_kcall_return(call, XG_ST_INVALID_PAGE_PROTECT);
    if (!h || !size)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    enum xg_heap_status s = xg_heap_protect(h, base, size, protect, &old);
    if (s != XG_HEAP_OK)
        return xg_kcall_return(call, s == XG_HEAP_CONFLICT ? XG_ST_NOT_COMMITTED : status_of(s));
    uint32_t page = xg_heap_region(h)->page_size;
    uint64_t end = ((uint64_t)base + size + page - 1) & ~(uint64_t)(page - 1);
    base &= ~(page - 1);
    xg_kcall_st32(call, base_at, base);
    xg_kcall_st32(call, size_at, (uint32_t)(end - base));
    if (old_at)
        xg_kcall_st32(call, old_at, old);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* 0 base, 4 allocation base, 8 allocation protection, C size, 10 state, 14 protection,
 * 18 type. */
enum xg_kcall_result xg_x_NtQueryVirtualMemory(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0), out = xg_kcall_u32(call, 1);
    struct xg_heap *h = xg_heaps_at(call->kernel->o.heaps, at);
    struct xg_heap_info info;
    if (!h || xg_kcall_u32(call, 2) > 2)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    at &= ~(xg_heap_region(h)->page_size - 1);
    xg_heap_query(h, at, &info);
    const uint32_t words[] = {at,
                              info.allocation_base,
                              info.allocation_protect,
                              info.region_size,
                              info.state,
                              info.protect,
                              info.state == XG_MEM_FREE ? 0 : XG_MEM_PRIVATE};
    for (uint32_t i = 0; i < XG_COUNTOF(words); i++)
        xg_kcall_st32(call, out + 4 * i, words[i]);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* ---- physical ---- */

/* protect holds the page size: LARGE_PAGES 64 KiB, 16MB_PAGES 16 MiB, none 4 KiB. min and
 * max are bus addresses, max inclusive. Answers 0 when there is no room. */
static xg_ga allocate_physical(struct xg_kernel *k, uint32_t size, uint32_t protect, uint32_t min,
                               uint32_t max, uint32_t alignment)
{
    const char *name = protect & (uint32_t)XG_MEM_16MB_PAGES ? "vC0000000"
                       : protect & XG_MEM_LARGE_PAGES        ? "vA0000000"
                                                             : "vE0000000";
    struct xg_heap *h = xg_heaps_named(k->o.heaps, name);
    const struct xg_region *r = xg_heap_region(h);
    uint32_t first = xg_memory_bus(k->o.mem, r->base), last = first + (r->size - 1);
    uint32_t flags = protect & 0x7FF;
    xg_ga at = 0;
    if (!size || !(flags & (XG_PAGE_READONLY | XG_PAGE_READWRITE)) || !good_protection(flags))
        return 0;
    min = min < first ? first : min;
    max = max > last ? last : max;
    if (min > max)
        return 0;
    /* The alignment counts in pages and must be a power of two to mean anything. */
    while (alignment & (alignment - 1))
        alignment += alignment & -alignment;
    if (xg_heap_alloc(h, size, alignment, XG_MEM_RESERVE | XG_MEM_COMMIT | XG_MEM_TOP_DOWN, flags,
                      r->base + (min - first), r->base + (max - first), &at) != XG_HEAP_OK)
        return 0;
    tell(k, XG_ALLOC_COMMIT, at, size, protect);
    return at;
}

enum xg_kcall_result xg_x_MmAllocatePhysicalMemoryEx(struct xg_kcall *call)
{
    return xg_kcall_return(call, allocate_physical(call->kernel, xg_kcall_u32(call, 1),
                                                   xg_kcall_u32(call, 2), xg_kcall_u32(call, 3),
                                                   xg_kcall_u32(call, 4), xg_kcall_u32(call, 5)));
}

enum xg_kcall_result xg_x_MmAllocatePhysicalMemory(struct xg_kcall *call)
{
    return xg_kcall_return(call, allocate_physical(call->kernel, xg_kcall_u32(call, 1),
                                                   xg_kcall_u32(call, 2), 0, UINT32_MAX, 0));
}

enum xg_kcall_result xg_x_MmFreePhysicalMemory(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga at = xg_kcall_u32(call, 1);
    uint32_t size = 0;
    struct xg_heap *h = xg_heaps_at(k->o.heaps, at);
    if (!h || xg_heap_region(h)->kind != XG_REGION_PHYSICAL ||
        xg_heap_release(h, at, &size) != XG_HEAP_OK)
        xg_log(k, "MmFreePhysicalMemory: 0x%08X is not allocated", at);
    else
        tell(k, XG_ALLOC_RELEASE, at, size, 0);
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_MmGetPhysicalAddress(struct xg_kcall *call)
{
    xg_pa pa = xg_memory_bus(call->kernel->o.mem, xg_kcall_u32(call, 0));
    return xg_kcall_return(call, pa == XG_PA_NONE ? 0 : pa);
}

static bool query(struct xg_kcall *call, xg_ga at, struct xg_heap_info *info)
{
    struct xg_heap *h = xg_heaps_at(call->kernel->o.heaps, at);
    return h && xg_heap_query(h, at, info) == XG_HEAP_OK;
}

enum xg_kcall_result xg_x_MmQueryAddressProtect(struct xg_kcall *call)
{
    struct xg_heap_info info;
    return xg_kcall_return(call, query(call, xg_kcall_u32(call, 0), &info) ? info.protect : 0);
}

enum xg_kcall_result xg_x_MmSetAddressProtect(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga at = xg_kcall_u32(call, 0);
    uint32_t size = xg_kcall_u32(call, 1), protect = xg_kcall_u32(call, 2) & 0x7FF;
    struct xg_heap *h = xg_heaps_at(k->o.heaps, at);
    if (!h || !good_protection(protect) || xg_heap_protect(h, at, size, protect, NULL))
        xg_log(k, "MmSetAddressProtect(0x%08X, 0x%X, 0x%X) is refused", at, size, protect);
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_MmQueryAllocationSize(struct xg_kcall *call)
{
    struct xg_heap_info info;
    return xg_kcall_return(call,
                           query(call, xg_kcall_u32(call, 0), &info) ? info.allocation_size : 0);
}

enum xg_kcall_result xg_x_MmIsAddressValid(struct xg_kcall *call)
{
    return xg_kcall_return(call, xg_memory_is_readable(call->kernel->o.mem, xg_kcall_u32(call, 0)));
}

/* Device registers are where the bus address says. kind, address, size, protection. */
enum xg_kcall_result xg_x_MmMapIoSpace(struct xg_kcall *call)
{
    return xg_kcall_return(call, xg_kcall_u32(call, 1));
}

/* ---- statistics: 68 bytes, counts in pages of 4 KiB; the title's half has what is in use ---- */

#define PHYSICAL_PAGES 0x20000u
#define KERNEL_PAGES   0x300u
enum { STAT_TITLE = 0x0C, STAT_SYSTEM = 0x38, STAT_HIGHEST = 0x64, STAT_SIZE = 0x68 };
enum { /* of one half */
       HALF_AVAILABLE = 0,
       HALF_VIRTUAL_BYTES = 4,
       HALF_RESERVED_BYTES = 8,
       HALF_PHYSICAL = 0xC,
       HALF_POOL = 0x10,
       HALF_STACK = 0x14,
       HALF_IMAGE = 0x18,
       HALF_HEAP = 0x1C,
       HALF_VIRTUAL = 0x20,
};

/* Pages of 4 KiB that a heap has committed. */
static uint32_t committed(struct xg_kernel *k, const char *name, uint64_t *reserved)
{
    struct xg_heap_usage u;
    xg_heap_usage(xg_heaps_named(k->o.heaps, name), &u);
    if (reserved)
        *reserved += (uint64_t)u.reserved_pages * u.page_size;
    return (uint32_t)((uint64_t)u.committed_pages * u.page_size / XG_PAGE_SIZE);
}

enum xg_kcall_result xg_x_MmQueryStatistics(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga out = xg_kcall_u32(call, 0);
    uint64_t reserved = 0;
    if (xg_kcall_ld32(call, out) != STAT_SIZE)
        return call->faulted ? XG_KCALL_FAULT : xg_kcall_return(call, XG_ST_BUFFER_TOO_SMALL);
    uint32_t physical = committed(k, "vE0000000", NULL), image = committed(k, "v80000000", NULL);
    uint32_t virtual_ = committed(k, "v00000000", &reserved);
    uint32_t large = committed(k, "v40000000", &reserved);
    uint32_t used = KERNEL_PAGES + physical + image + virtual_ + large;
    xg_kcall_fill(call, out + 4, 0, STAT_SIZE - 4);
    xg_kcall_st32(call, out + 4, PHYSICAL_PAGES);
    xg_kcall_st32(call, out + 8, KERNEL_PAGES);
    xg_ga title = out + STAT_TITLE;
    xg_kcall_st32(call, title + HALF_AVAILABLE, used < PHYSICAL_PAGES ? PHYSICAL_PAGES - used : 0);
    xg_kcall_st32(call, title + HALF_VIRTUAL_BYTES, 0x2FFE0000);
    xg_kcall_st32(call, title + HALF_RESERVED_BYTES, (uint32_t)reserved);
    xg_kcall_st32(call, title + HALF_PHYSICAL, physical);
    xg_kcall_st32(call, title + HALF_IMAGE, image);
    xg_kcall_st32(call, title + HALF_VIRTUAL, virtual_ + large);
    xg_kcall_st32(call, out + STAT_HIGHEST, PHYSICAL_PAGES - 1);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* ---- kernel stacks ---- */

/* Answers the high end. */
enum xg_kcall_result xg_x_MmCreateKernelStack(struct xg_kcall *call)
{
    xg_ga alloc, base = 0, limit;
    if (!xg_stack_create(call->kernel, xg_kcall_u32(call, 0), &alloc, &base, &limit))
        return xg_kcall_return(call, 0);
    return xg_kcall_return(call, base);
}

/* high end, low end. */
enum xg_kcall_result xg_x_MmDeleteKernelStack(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga base = xg_kcall_u32(call, 0);
    struct xg_heap *h = xg_heaps_at(k->o.heaps, base - 1);
    struct xg_heap_info info;
    bool in_use = false;
    for (const struct xg_object *o = k->objects; o; o = o->next)
        in_use |= xg_object_thread(o) && o->thread->stack_base == base;
    for (unsigned i = 0; i < XG_CPUS; i++)
        in_use |= k->hw[i].dpc_stack == base;
    if (in_use || base < 0x70000000u || base >= 0x7F000000u || !h ||
        xg_heap_query(h, base - 1, &info) || info.state != XG_MEM_COMMIT ||
        xg_heap_release(h, base - 1, NULL))
        xg_log(k, "MmDeleteKernelStack: 0x%08X is not a stack that can be given back", base);
    return XG_KCALL_DONE;
}

/* ---- pool ---- */

static enum xg_kcall_result pool(struct xg_kcall *call, uint32_t tag)
{
    return xg_kcall_return(call, xg_pool_alloc(call->kernel, xg_kcall_u32(call, 0), tag));
}
enum xg_kcall_result xg_x_ExAllocatePool(struct xg_kcall *call)
{
    return pool(call, 0x656E6F4E);
}
enum xg_kcall_result xg_x_ExAllocatePoolWithTag(struct xg_kcall *call)
{
    return pool(call, xg_kcall_u32(call, 1));
}
enum xg_kcall_result xg_x_ExAllocatePoolTypeWithTag(struct xg_kcall *call)
{
    return pool(call, xg_kcall_u32(call, 1));
}

enum xg_kcall_result xg_x_ExFreePool(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    if (!xg_pool_free(call->kernel, at))
        xg_log(call->kernel, "ExFreePool: 0x%08X is not a block of the pool", at);
    return XG_KCALL_DONE;
}

/* ---- locked cache lines ---- */

#define L2_BASE 0x7F000000u
#define L2_SIZE 0x00800000u

enum xg_kcall_result xg_x_KeLockL2(struct xg_kcall *call)
{
    struct xg_heap *h = xg_heaps_at(call->kernel->o.heaps, L2_BASE);
    struct xg_heap_info info;
    if (xg_heap_query(h, L2_BASE, &info) == XG_HEAP_OK && info.state == XG_MEM_FREE &&
        xg_heap_alloc_at(h, L2_BASE, L2_SIZE, XG_MEM_RESERVE | XG_MEM_COMMIT, XG_PAGE_READWRITE) !=
            XG_HEAP_OK)
        return xg_kcall_return(call, XG_ST_NO_MEMORY);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* The lines stay usable: nobody else wants them. */
enum xg_kcall_result xg_x_KeUnlockL2(struct xg_kcall *call)
{
    XG_UNUSED(call);
    return XG_KCALL_DONE;
}
