/* Pages of lines, used again as they come back; see lines.h. */
#include "gpu/lines.h"

#include <stdlib.h>
#include <sys/mman.h>

/* Pages are made by the chunk. Their bytes are one large page of the host where it has such; what
 * is known of them lies close together. */
#define CHUNK_BYTES (2u << 20)
#define PAGE_BYTES  (XG_LINES_OF_A_PAGE * XG_LINE_BYTES)
#define CHUNK_PAGES (CHUNK_BYTES / PAGE_BYTES)

struct chunk {
    struct chunk *next;
    uint8_t *bytes;
    struct xg_line_page pages[CHUNK_PAGES];
};

struct xg_line_pool {
    struct chunk *chunks;
    struct xg_line_page *free;
    size_t out;  /* pages that have holders */
    bool closed; /* goes with the last of them */
};

struct xg_line_pool *xg_line_pool_create(void)
{
    return calloc(1, sizeof(struct xg_line_pool));
}

static void go_if_done(struct xg_line_pool *pool)
{
    if (!pool->closed || pool->out)
        return;
    while (pool->chunks) {
        struct chunk *next = pool->chunks->next;
        free(pool->chunks->bytes);
        free(pool->chunks);
        pool->chunks = next;
    }
    free(pool);
}

void xg_line_pool_destroy(struct xg_line_pool *pool)
{
    if (!pool)
        return;
    pool->closed = true;
    go_if_done(pool);
}

static bool more(struct xg_line_pool *pool)
{
    struct chunk *c = malloc(sizeof *c);
    if (!c || !(c->bytes = aligned_alloc(CHUNK_BYTES, CHUNK_BYTES))) {
        free(c);
        return false;
    }
    madvise(c->bytes, CHUNK_BYTES, MADV_HUGEPAGE); /* only a wish */
    c->next = pool->chunks;
    pool->chunks = c;
    for (size_t i = CHUNK_PAGES; i-- > 0;) {
        c->pages[i] = (struct xg_line_page){
            .bytes = c->bytes + i * PAGE_BYTES, .pool = pool, .next = pool->free};
        pool->free = &c->pages[i];
    }
    return true;
}

struct xg_line_page *xg_line_page_take(struct xg_line_pool *pool)
{
    struct xg_line_page *page = pool->free;
    if (!page) {
        if (!more(pool))
            return NULL;
        page = pool->free;
    }
    pool->free = page->next;
    page->holders = 1;
    page->mask = 0;
    page->next = NULL;
    page->fetch = NULL;
    page->due = 0;
    pool->out++;
    return page;
}

void xg_line_page_drop(struct xg_line_page *page)
{
    if (--page->holders)
        return;
    struct xg_line_pool *pool = page->pool;
    page->next = pool->free;
    pool->free = page;
    pool->out--;
    go_if_done(pool);
}
