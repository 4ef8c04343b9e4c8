/* XAM's own heap, by NT's names. A block lies in the kernel's pool behind eight bytes: a mark and
 * its size. There is one heap; a handle that is not its own gives nothing. */
#include "base/endian.h"
#include "kernel/xam/xam.h"

#define MARK          0x48656170u
#define PREFIX        8u
#define IN_PLACE      0x10u
#define NO_SUCH_BLOCK UINT32_MAX

static xg_ga heap_of(struct xg_kernel *k)
{
    if (!k->process_heap)
        k->process_heap = xg_pool_alloc(k, 0x10, MARK);
    return k->process_heap;
}

static bool is_heap(struct xg_kcall *call)
{
    xg_ga heap = heap_of(call->kernel);
    return heap && xg_kcall_u32(call, 0) == heap;
}

static xg_ga alloc(struct xg_kernel *k, uint32_t size)
{
    xg_ga block = size <= UINT32_MAX / 2 ? xg_pool_alloc(k, PREFIX + size, MARK) : 0;
    if (!block)
        return 0;
    xg_kst32(k, block, MARK);
    xg_kst32(k, block + 4, size);
    return block + PREFIX;
}

/* Size of a block of this heap, or NO_SUCH_BLOCK. */
static uint32_t size_of(struct xg_kernel *k, xg_ga at)
{
    uint8_t prefix[PREFIX];
    struct xg_fault f;
    if (at < PREFIX || !xg_memory_read(k->o.mem, at - PREFIX, prefix, sizeof prefix, &f) ||
        xg_ld32be(prefix) != MARK)
        return NO_SUCH_BLOCK;
    return xg_ld32be(prefix + 4);
}

static bool release(struct xg_kernel *k, xg_ga at)
{
    return size_of(k, at) != NO_SUCH_BLOCK && xg_pool_free(k, at - PREFIX);
}

enum xg_kcall_result xg_x_GetProcessHeap(struct xg_kcall *call)
{
    return xg_kcall_return(call, heap_of(call->kernel));
}

/* heap, flags, size: the bytes are zero whatever the flags say. */
enum xg_kcall_result xg_x_RtlAllocateHeap(struct xg_kcall *call)
{
    return xg_kcall_return(call, is_heap(call) ? alloc(call->kernel, xg_kcall_u32(call, 2)) : 0);
}

/* heap, flags, block. Nothing to free is no error. */
enum xg_kcall_result xg_x_RtlFreeHeap(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 2);
    return xg_kcall_return(call, is_heap(call) && (!at || release(call->kernel, at)));
}

/* heap, flags, block. */
enum xg_kcall_result xg_x_RtlSizeHeap(struct xg_kcall *call)
{
    return xg_kcall_return(call, is_heap(call) ? size_of(call->kernel, xg_kcall_u32(call, 2))
                                               : NO_SUCH_BLOCK);
}

/* heap, flags, block, size: a new block with the old one's bytes, or the old one as it was. */
enum xg_kcall_result xg_x_RtlReAllocateHeap(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga at = xg_kcall_u32(call, 2);
    uint32_t size = xg_kcall_u32(call, 3);
    uint32_t old = is_heap(call) ? size_of(k, at) : NO_SUCH_BLOCK;
    if (old == NO_SUCH_BLOCK || (xg_kcall_u32(call, 1) & IN_PLACE && size != old))
        return xg_kcall_return(call, 0);
    xg_ga fresh = alloc(k, size);
    uint8_t part[256];
    uint32_t n = old < size ? old : size;
    for (uint32_t o = 0; fresh && o < n && !call->faulted; o += sizeof part) {
        uint32_t some = n - o < sizeof part ? n - o : (uint32_t)sizeof part;
        if (xg_kcall_read(call, at + o, part, some))
            xg_kcall_write(call, fresh + o, part, some);
    }
    if (fresh)
        release(k, at);
    return xg_kcall_return(call, fresh);
}
