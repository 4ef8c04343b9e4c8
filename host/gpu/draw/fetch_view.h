/* Guest memory as a draw sees it: pages of the device host's view, cached for the time of
 * one draw. */
#ifndef XG_GPU_DRAW_FETCH_VIEW_H
#define XG_GPU_DRAW_FETCH_VIEW_H

#include "base/endian.h"
#include "gpu/device.h"

#define XG_VIEW_PAGES (XG_PHYS_SIZE >> 12)

struct xg_view {
    const struct xg_device_host *host;
    const uint8_t **pages; /* XG_VIEW_PAGES entries, NULL = not asked yet */
    uint32_t *touched;     /* pages to forget at the end */
    size_t touched_count;
};

bool xg_view_init(struct xg_view *view);
void xg_view_free(struct xg_view *view);
void xg_view_begin(struct xg_view *view, const struct xg_device_host *host);
void xg_view_end(struct xg_view *view);
/* After a write through the host: the page may lie elsewhere now. */
void xg_view_reload(struct xg_view *view, uint32_t address);
const uint8_t *xg_view_load_page(struct xg_view *view, uint32_t page);

/* Host address of a bus byte; valid to the end of its 4 KiB page. Wraps at 512 MiB. */
static inline const uint8_t *xg_view_at(struct xg_view *view, uint32_t address)
{
    uint32_t page = (address & (XG_PHYS_SIZE - 1)) >> 12;
    const uint8_t *p = view->pages[page];
    if (XG_UNLIKELY(!p))
        p = xg_view_load_page(view, page);
    return p + (address & 4095);
}
/* The dword at an aligned address as the little-endian word it is in memory. */
static inline uint32_t xg_view_word(struct xg_view *view, uint32_t address)
{
    return xg_ld32le(xg_view_at(view, address & ~3u));
}
/* Endian codes: 0 none, 1 swap bytes in halves, 2 reverse, 3 swap halves. */
static inline uint32_t xg_gpu_swap32(uint32_t v, unsigned code)
{
    if (code == 1 || code == 2)
        v = (v & 0x00FF00FF) << 8 | (v >> 8 & 0x00FF00FF);
    return code >= 2 ? v << 16 | v >> 16 : v;
}

#endif
