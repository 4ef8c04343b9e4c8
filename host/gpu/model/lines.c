/* What becomes of a copy's lines: told one by one in program order, or gathered by page and told a
 * page at a time when the host takes them so (docs/device.md, "Lines by the page"). */
#include "gpu/model/model.h"

#include <stdlib.h>

#define PAGES (XG_PHYS_SIZE / XG_PAGE_SIZE)

bool xg_model_lines_init(struct xg_model *m)
{
    m->pool = xg_line_pool_create();
    m->page_of = calloc(PAGES, sizeof(struct xg_line_page *));
    return m->pool && m->page_of;
}

void xg_model_lines_free(struct xg_model *m)
{
    xg_line_pool_destroy(m->pool);
    free(m->page_of);
}

void xg_model_lines_begin(struct xg_model *m, struct xg_copy_lines *l, bool once)
{
    *l = (struct xg_copy_lines){.effect = {.kind = XG_GPU_MEM,
                                           .producer = XG_GPU_FROM_RESOLVE,
                                           .cost = m->cost,
                                           .packet = m->packets,
                                           .size = XG_LINE_BYTES,
                                           .bytes = l->line},
                                .by_page = m->host.lines && !m->trace && once};
    l->last = &l->pages;
}

struct xg_line_page *xg_model_lines_page(struct xg_model *m, struct xg_copy_lines *l, xg_pa address)
{
    struct xg_line_page **of = &m->page_of[address / XG_PAGE_SIZE], *page = *of;
    if (XG_LIKELY(page))
        return page;
    page = xg_line_page_take(m->pool);
    if (!page) { /* run() stops after this packet */
        m->failed = true;
        return NULL;
    }
    page->pa = address & ~(XG_PAGE_SIZE - 1);
    *l->last = page;
    l->last = &page->next;
    return *of = page;
}

uint8_t *xg_model_line_room(struct xg_model *m, struct xg_copy_lines *l, xg_pa address)
{
    struct xg_line_page *page = l->by_page ? xg_model_lines_page(m, l, address) : NULL;
    if (!page)
        return l->line;
    page->mask |= UINT64_C(1) << address % XG_PAGE_SIZE / XG_LINE_BYTES;
    return page->bytes + address % XG_PAGE_SIZE;
}

void xg_model_line_made(struct xg_model *m, struct xg_copy_lines *l, xg_pa address)
{
    struct xg_gpu_effect *e = &l->effect;
    if (l->by_page)
        return;
    if (m->lines != XG_LINES_AGAIN &&
        XG_UNLIKELY(!xg_gpu_view_write(m->view, address, l->line, XG_LINE_BYTES, e->cost)))
        m->failed = true;
    if (m->lines == XG_LINES_KEPT)
        return;
    m->counters.resolve_bytes += XG_LINE_BYTES;
    e->address = address;
    if (m->lines == XG_LINES_AGAIN)
        xg_gpu_view_read(m->view, address, l->line, XG_LINE_BYTES);
    m->host.effect(m->host.ctx, e);
}

static void tell_page(struct xg_model *m, struct xg_line_page *page, xg_pa first)
{
    const struct xg_gpu_lines told = {
        .cost = m->cost, .packet = m->packets, .page = page->pa, .first = first, .data = page};
    m->counters.resolve_bytes += (uint64_t)__builtin_popcountll(page->mask) * XG_LINE_BYTES;
    bool shown = m->host.lines(m->host.ctx, &told);
    if (!(shown && xg_gpu_view_is_host(m->view, page->pa)) &&
        !xg_gpu_view_write_page(m->view, page->pa, page, m->cost))
        m->failed = true;
    xg_line_page_drop(page);
}

void xg_model_lines_end(struct xg_model *m, struct xg_copy_lines *l, xg_pa first)
{
    for (struct xg_line_page *page = l->pages, *next; page; page = next) {
        next = page->next;
        m->page_of[page->pa / XG_PAGE_SIZE] = NULL;
        tell_page(m, page, first);
    }
    l->pages = NULL;
    l->last = &l->pages;
}
