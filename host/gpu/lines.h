/* The lines that one copy writes into one 4 KiB page, kept once for all who must remember them
 * until the guest sees them: the device's own view, the renderer's, the front's queue. Counted
 * holders; the pages of a pool belong to one host thread at a time. */
#ifndef XG_GPU_LINES_H
#define XG_GPU_LINES_H

#include "base/types.h"

#define XG_LINE_BYTES      64u
#define XG_LINES_OF_A_PAGE 64u

struct xg_line_pool;
struct xg_line_page {
    uint8_t *bytes; /* 4,096, as they lie in the page */
    uint64_t mask;  /* bit i: line i was written */
    xg_pa pa;       /* bus address of the page */
    uint32_t holders;
    struct xg_line_pool *pool;
    struct xg_line_page *next; /* for the one who made it, then for the pool */
    /* Not NULL: the bytes are elsewhere; it brings them and becomes NULL. The rest is its own. */
    void (*fetch)(struct xg_line_page *page);
    void *fetch_ctx;
    uint32_t due;
};

/* NULL: the host is out of memory. */
struct xg_line_pool *xg_line_pool_create(void);
/* Pages that still have holders stay good until they let go. */
void xg_line_pool_destroy(struct xg_line_pool *pool);

/* A page with one holder and an empty mask; NULL: the host is out of memory. */
struct xg_line_page *xg_line_page_take(struct xg_line_pool *pool);
static inline struct xg_line_page *xg_line_page_hold(struct xg_line_page *page)
{
    page->holders++;
    return page;
}
void xg_line_page_drop(struct xg_line_page *page);
/* For whoever reads them. */
static inline const uint8_t *xg_line_page_bytes(struct xg_line_page *page)
{
    if (page->fetch)
        page->fetch(page);
    return page->bytes;
}

/* The first run of lines of a mask that is not 0, [first, first + count); returns the rest. */
static inline uint64_t xg_line_run(uint64_t mask, uint32_t *first, uint32_t *count)
{
    uint32_t from = (uint32_t)__builtin_ctzll(mask);
    uint64_t shifted = mask >> from;
    *first = from;
    *count = ~shifted ? (uint32_t)__builtin_ctzll(~shifted) : XG_LINES_OF_A_PAGE;
    return from + *count < XG_LINES_OF_A_PAGE ? mask & UINT64_MAX << (from + *count) : 0;
}

#endif
