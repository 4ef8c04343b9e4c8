/* The kernel's pool in guest memory. Blocks up to 0xFD8 bytes lie behind an 8-byte header
 * (byte 2 = AA, word 4 = tag) and are never page aligned; larger ones are whole pages.
 * Small blocks come from pages cut into equal parts, taken back on free lists. */
#include "kernel/internal.h"

#include <stdlib.h>

#define HEADER     8u
#define SMALL_MAX  0xFD8u
#define SMALLEST   32u
#define PAGE_CLASS 7u /* 32 << 7 = one page: a header and up to 0xFD8 bytes */
#define LARGE      XG_POOL_CLASSES

static unsigned class_of(uint32_t size)
{
    unsigned c = 0;
    while ((SMALLEST << c) < size + HEADER)
        c++;
    return c;
}

static xg_ga pages(struct xg_kernel *k, uint32_t size)
{
    xg_ga at = 0;
    /* From the top: the title's own heaps grow from the bottom. */
    if (xg_heap_alloc(k->pool.heap, size, 0, XG_MEM_RESERVE | XG_MEM_COMMIT | XG_MEM_TOP_DOWN,
                      XG_PAGE_READWRITE, 0, UINT32_MAX, &at) != XG_HEAP_OK)
        return 0;
    return at;
}

/* Keeps a block on list c; the last list holds the large blocks that are in use. */
static bool give(struct xg_pool *p, unsigned c, xg_ga block)
{
    if (p->count[c] == p->room[c]) {
        uint32_t room = p->room[c] ? p->room[c] * 2 : 128;
        xg_ga *list = realloc(p->list[c], room * sizeof *list);
        if (!list)
            return false;
        p->list[c] = list;
        p->room[c] = room;
    }
    p->list[c][p->count[c]++] = block;
    return true;
}

static bool take_large(struct xg_pool *p, xg_ga block)
{
    for (uint32_t i = 0; i < p->count[LARGE]; i++)
        if (p->list[LARGE][i] == block) {
            p->list[LARGE][i] = p->list[LARGE][--p->count[LARGE]];
            return true;
        }
    return false;
}

static bool refill(struct xg_kernel *k, unsigned c)
{
    xg_ga page = pages(k, XG_PAGE_SIZE);
    if (!page)
        return false;
    for (uint32_t o = XG_PAGE_SIZE; o; o -= SMALLEST << c)
        if (!give(&k->pool, c, page + o - (SMALLEST << c)))
            return false;
    return true;
}

xg_ga xg_pool_alloc(struct xg_kernel *k, uint32_t size, uint32_t tag)
{
    if (size > SMALL_MAX) {
        xg_ga at = pages(k, size);
        return at && give(&k->pool, LARGE, at) ? at : 0;
    }
    unsigned c = class_of(size);
    if (c > PAGE_CLASS || (!k->pool.count[c] && !refill(k, c)))
        return 0;
    xg_ga block = k->pool.list[c][--k->pool.count[c]];
    struct xg_fault f;
    if (!xg_memory_fill(k->o.mem, block, 0, SMALLEST << c, &f))
        return 0;
    xg_kst16(k, block, (uint16_t)c);
    xg_kst8(k, block + 2, 0xAA);
    xg_kst32(k, block + 4, tag);
    return block + HEADER;
}

bool xg_pool_free(struct xg_kernel *k, xg_ga at)
{
    struct xg_heap_info info;
    if (xg_heaps_at(k->o.heaps, at) != k->pool.heap || xg_heap_query(k->pool.heap, at, &info))
        return false;
    if (!(at & (XG_PAGE_SIZE - 1)))
        return take_large(&k->pool, at) && xg_heap_release(k->pool.heap, at, NULL) == XG_HEAP_OK;
    uint32_t head = info.state == XG_MEM_COMMIT ? xg_kld32(k, at - HEADER) : 0;
    unsigned c = head >> 16;
    if (at & 7 || (head & 0xFF00) != 0xAA00 || c > PAGE_CLASS ||
        (at - HEADER) & ((SMALLEST << c) - 1))
        return false;
    xg_kst32(k, at - HEADER, 0); /* a second free is refused */
    return give(&k->pool, c, at - HEADER);
}
