/* Lines of copies for a host that takes them by the page: the lines told one after another are put
 * together, and go when something else is told. See xg_gpu_lines in gpu/device.h. */
#include "driver/link_device_priv.h"

#include <stdlib.h>
#include <string.h>

#define PAGES (XG_PHYS_SIZE / 4096u)

struct xg_link_pages {
    struct xg_line_pool *pool;
    struct xg_line_page **of; /* by number of the page */
    struct xg_line_page *first, **last;
    struct xg_gpu_lines told; /* what the pages share */
};

bool xg_link_pages_create(struct xg_link_device *d)
{
    struct xg_link_pages *p = calloc(1, sizeof *p);
    d->pages = p;
    if (!p)
        return false;
    p->last = &p->first;
    p->pool = xg_line_pool_create();
    p->of = calloc(PAGES, sizeof(struct xg_line_page *));
    return p->pool && p->of;
}

/* Takes the first page out. */
static struct xg_line_page *next_page(struct xg_link_pages *p)
{
    struct xg_line_page *page = p->first;
    if (!page)
        return NULL;
    p->first = page->next;
    if (!p->first)
        p->last = &p->first;
    p->of[page->pa / 4096] = NULL;
    return page;
}

void xg_link_pages_destroy(struct xg_link_device *d)
{
    struct xg_link_pages *p = d->pages;
    if (!p)
        return;
    for (struct xg_line_page *page; p->of && (page = next_page(p));)
        xg_line_page_drop(page);
    xg_line_pool_destroy(p->pool);
    free(p->of);
    free(p);
    d->pages = NULL;
}

void xg_link_pages_tell(struct xg_link_device *d)
{
    struct xg_link_pages *p = d->pages;
    for (struct xg_line_page *page; (page = next_page(p));) {
        p->told.page = page->pa;
        p->told.data = page;
        d->host.lines(d->host.ctx, &p->told);
        xg_line_page_drop(page);
    }
}

/* The page for a line; NULL: host memory ran out. A line that was there before begins anew: it is
 * told twice. */
static struct xg_line_page *page_for(struct xg_link_device *d, const struct xg_gpu_effect *e,
                                     uint64_t line)
{
    struct xg_link_pages *p = d->pages;
    struct xg_line_page **of = &p->of[e->address / 4096];
    bool other = e->cost != p->told.cost || e->packet != p->told.packet;
    if (p->first && (other || (*of && (*of)->mask & line)))
        xg_link_pages_tell(d);
    if (!p->first)
        p->told = (struct xg_gpu_lines){.cost = e->cost, .packet = e->packet, .first = e->address};
    if (!*of) {
        struct xg_line_page *page = xg_line_page_take(p->pool);
        if (!page)
            return NULL;
        page->pa = e->address & ~4095u;
        *p->last = page;
        p->last = &page->next;
        *of = page;
    }
    return *of;
}

bool xg_link_pages_take(struct xg_link_device *d, const struct xg_gpu_effect *e)
{
    uint64_t line = UINT64_C(1) << e->address % 4096 / XG_LINE_BYTES;
    bool by_page = d->host.lines && !d->tracing && e->producer == XG_GPU_FROM_RESOLVE &&
                   e->size == XG_LINE_BYTES && e->address % XG_LINE_BYTES == 0;
    struct xg_line_page *page = by_page ? page_for(d, e, line) : NULL;
    if (!page) {
        xg_link_pages_tell(d);
        return false;
    }
    page->mask |= line;
    memcpy(page->bytes + e->address % 4096, e->bytes, XG_LINE_BYTES);
    return true;
}
