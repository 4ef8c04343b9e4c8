#include "gpu/draw/fetch_view.h"
#include "gpu/draw/warn.h"

#include <stdlib.h>

bool xg_view_init(struct xg_view *view)
{
    view->host = NULL;
    view->touched_count = 0;
    view->pages = calloc(XG_VIEW_PAGES, sizeof *view->pages);
    view->touched = calloc(XG_VIEW_PAGES, sizeof *view->touched);
    return view->pages && view->touched;
}

void xg_view_free(struct xg_view *view)
{
    free(view->pages);
    free(view->touched);
}

void xg_view_begin(struct xg_view *view, const struct xg_device_host *host)
{
    view->host = host;
}

void xg_view_end(struct xg_view *view)
{
    for (size_t i = 0; i < view->touched_count; i++)
        view->pages[view->touched[i]] = NULL;
    view->touched_count = 0;
    view->host = NULL;
}

const uint8_t *xg_view_load_page(struct xg_view *view, uint32_t page)
{
    static const uint8_t nothing[4096];
    const uint8_t *p = view->host->page(view->host->ctx, page << 12);
    if (!p)
        p = nothing;
    view->pages[page] = p;
    view->touched[view->touched_count++] = page;
    return p;
}

void xg_view_reload(struct xg_view *view, uint32_t address)
{
    uint32_t page = (address & (XG_PHYS_SIZE - 1)) >> 12;
    if (view->pages[page])
        view->pages[page] = view->host->page(view->host->ctx, page << 12);
}

const char *xg_draw_warning_text(enum xg_draw_warning kind)
{
    static const char *const text[] = {
#define X(name, sentence) sentence,
        XG_DRAW_WARNINGS(X)
#undef X
    };
    return kind < XG_WARN_COUNT ? text[kind] : "?";
}
