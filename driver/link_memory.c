/* The link device's pages: what the board holds of guest memory. */
#include "driver/link_device_priv.h"

#include <string.h>

#define SMALL_PAGE_WORDS 1024u

/* Sends one 4 KiB page as the device must see it, and watches it. */
static void push_small_page(struct xg_link_device *d, xg_pa page)
{
    uint32_t words[SMALL_PAGE_WORDS];
    d->host.watch(d->host.ctx, page);
    xg_gpu_view_read(d->view, page, words, sizeof words);
    bool uniform = memcmp(words, words + 1, sizeof words - sizeof words[0]) == 0;
    if (uniform) {
        const uint32_t fill[2] = {SMALL_PAGE_WORDS, words[0]};
        xg_link_send(d, XG_LINK_MEM_FILL, xg_link_board_address(d, page), fill, 2);
    } else {
        xg_link_send(d, XG_LINK_MEM_WR, xg_link_board_address(d, page), words, SMALL_PAGE_WORDS);
    }
    d->counted.pages_pushed++;
}

void xg_link_page_bring(struct xg_link_device *d, uint32_t page)
{
    if (!xg_link_frame_take(d, page))
        return;
    for (uint32_t i = 0; i < XG_LINK_PAGE_BYTES; i += 4096)
        push_small_page(d, page * XG_LINK_PAGE_BYTES + i);
    d->resident[page] = 1;
    xg_link_page_map(d, page);
}

void xg_link_page_fault(struct xg_link_device *d, uint32_t address)
{
    /* Its lines are being read, or have to be now, and the page is clean when they are here. */
    if (address % XG_LINK_PAGE_BYTES == 1 && address < XG_PHYS_SIZE &&
        d->resident[address / XG_LINK_PAGE_BYTES]) {
        xg_link_pages_wanted(d, address / XG_LINK_PAGE_BYTES);
        return;
    }
    if (address >= XG_PHYS_SIZE || address % XG_LINK_PAGE_BYTES) {
        xg_link_broke(d, "the device asks for page 0x%X, which is not one", address);
        return;
    }
    /* Both ports of the device may have missed the same page, or it was sent ahead when one had:
     * its contents go once, since after that the device's own writes are on the board first. Nor is
     * it opened twice: lines of a copy may be there by then, and it would count as clean. */
    if (!d->resident[address / XG_LINK_PAGE_BYTES])
        xg_link_page_bring(d, address / XG_LINK_PAGE_BYTES);
}

void xg_link_page_dirty(struct xg_link_device *d, xg_pa page)
{
    uint32_t number = page % XG_PHYS_SIZE / 4096;
    if (d->dirty[number] || !d->resident[page % XG_PHYS_SIZE / XG_LINK_PAGE_BYTES])
        return;
    d->dirty[number] = 1;
    d->dirty_list[d->dirty_count++] = number;
}

void xg_link_push_dirty(struct xg_link_device *d)
{
    for (size_t i = 0; i < d->dirty_count; i++) {
        d->dirty[d->dirty_list[i]] = 0;
        if (d->resident[d->dirty_list[i] * 4096 / XG_LINK_PAGE_BYTES])
            push_small_page(d, d->dirty_list[i] * 4096);
    }
    d->dirty_count = 0;
}

void xg_link_forget_pages(struct xg_link_device *d)
{
    xg_link_frames_forget(d);
    memset(d->dirty, 0, sizeof d->dirty);
    d->dirty_count = 0;
}
