/* Copies nobody has looked at; see away.h. */
#include "gpu/away.h"

#include <stdlib.h>

#define PAGES (XG_PHYS_SIZE / XG_PAGE_SIZE)

static uint64_t lines_of(const struct xg_line_page *data)
{
    return (uint64_t)__builtin_popcountll(data->mask);
}

/* The newest bytes of a page are wanted. */
static void fetch(void *ctx, xg_pa pa)
{
    struct xg_gpu_away *a = ctx;
    struct xg_line_page *data = a->page[pa / XG_PAGE_SIZE];
    uint32_t first, count;
    if (!data)
        return;
    a->page[pa / XG_PAGE_SIZE] = NULL;
    const uint8_t *bytes = xg_line_page_bytes(data);
    a->counts.fetched += lines_of(data);
    for (uint64_t left = data->mask; left;) {
        left = xg_line_run(left, &first, &count);
        xg_memory_fetched(a->mem, pa + first * XG_LINE_BYTES, bytes + first * XG_LINE_BYTES,
                          count * XG_LINE_BYTES);
    }
    xg_line_page_drop(data);
}

bool xg_gpu_away_init(struct xg_gpu_away *a, struct xg_memory *mem, struct xg_error *err)
{
    *a = (struct xg_gpu_away){.mem = mem, .page = calloc(PAGES, sizeof(struct xg_line_page *))};
    if (!a->page)
        return xg_fail(err, XG_E_DEVICE, "no host memory for the GPU's copies");
    xg_memory_set_fetcher(mem, fetch, a);
    return true;
}

void xg_gpu_away_free(struct xg_gpu_away *a)
{
    if (!a->page)
        return;
    xg_gpu_away_settle(a);
    xg_memory_set_fetcher(a->mem, NULL, NULL);
    free(a->page);
    a->page = NULL;
}

void xg_gpu_away_settle(struct xg_gpu_away *a)
{
    if (a->to > a->from)
        xg_memory_away(a->mem, a->from, a->to - a->from);
    a->from = a->to = 0;
}

/* What an older copy left in the page goes: under the new lines, or into memory. */
static void replace(struct xg_gpu_away *a, const struct xg_line_page *data)
{
    struct xg_line_page **at = &a->page[data->pa / XG_PAGE_SIZE];
    if (!*at)
        return;
    if ((*at)->mask & ~data->mask) {
        xg_memory_here(a->mem, data->pa, XG_PAGE_SIZE);
        return;
    }
    a->counts.dropped += lines_of(*at);
    xg_line_page_drop(*at);
    *at = NULL;
}

bool xg_gpu_away_take(struct xg_gpu_away *a, struct xg_line_page *data, uint32_t packet)
{
    if (data->pa != a->to || packet != a->packet)
        xg_gpu_away_settle(a);
    if (!xg_memory_may_be_away(a->mem, data->pa, XG_PAGE_SIZE)) {
        xg_gpu_away_settle(a);
        return false;
    }
    replace(a, data);
    a->page[data->pa / XG_PAGE_SIZE] = xg_line_page_hold(data);
    a->counts.taken += lines_of(data);
    if (a->to <= a->from)
        a->from = data->pa;
    a->to = data->pa + XG_PAGE_SIZE;
    a->packet = packet;
    return true;
}
