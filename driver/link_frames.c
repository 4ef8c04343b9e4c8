/* Which page frame of the board memory holds which page of the guest.
 *
 * A board with a frame for each page gives every page the frame of its number. A smaller one (CSR
 * FRAMES) takes pages in turn. Frames are given up only while the device stands: then all that it
 * wrote is known to the host, and the page can be filled again from there. So a number of frames is
 * kept free for a run; when they run out the device is stopped at the next packet (docs/link.md,
 * "Page frames"). */
#include "driver/link_device_priv.h"

#include <string.h>

/* Free frames that a run begins with: a quarter of the board; below an eighth it is stopped. What
 * is left then is for the packet under way: 2.7 MiB on a board of 22 MiB. */
#define POOL_PART 4u
#define LOW_PART  8u

static bool small_board(const struct xg_link_device *d)
{
    return d->frame_count < XG_LINK_PAGES;
}

void xg_link_frames_forget(struct xg_link_device *d)
{
    memset(d->resident, 0, sizeof d->resident);
    for (uint32_t i = 0; i < XG_LINK_PAGES; i++)
        d->frame_of[i] = (uint16_t)i;
    d->frames_oldest = d->frames_used = 0;
}

uint32_t xg_link_board_address(const struct xg_link_device *d, xg_pa address)
{
    return d->frame_of[address / XG_LINK_PAGE_BYTES] * XG_LINK_PAGE_BYTES +
           address % XG_LINK_PAGE_BYTES;
}

void xg_link_page_map(struct xg_link_device *d, uint32_t page)
{
    const uint32_t value = (uint32_t)d->frame_of[page] << 16 | 1;
    xg_link_pages_clean(d, page);
    xg_link_send(d, XG_LINK_MAP_PAGE, page * XG_LINK_PAGE_BYTES, &value, 1);
}

bool xg_link_frame_take(struct xg_link_device *d, uint32_t page)
{
    if (!small_board(d))
        return true;
    if (d->frames_used == d->frame_count)
        return xg_link_broke(d, "one packet needs more than the %u page frames of the board",
                             d->frame_count / LOW_PART);
    uint32_t frame = (d->frames_oldest + d->frames_used) % d->frame_count;
    d->frames_used++;
    d->frame_of[page] = (uint16_t)frame;
    d->holder[frame] = (uint16_t)page;
    return true;
}

bool xg_link_frames_low(const struct xg_link_device *d)
{
    return small_board(d) && d->frame_count - d->frames_used < d->frame_count / LOW_PART;
}

void xg_link_frames_free(struct xg_link_device *d)
{
    const uint32_t no = 0;
    while (small_board(d) && d->frame_count - d->frames_used < d->frame_count / POOL_PART) {
        uint32_t page = d->holder[d->frames_oldest];
        xg_link_pages_bring(d, page);
        d->resident[page] = 0;
        xg_link_send(d, XG_LINK_MAP_PAGE, page * XG_LINK_PAGE_BYTES, &no, 1);
        d->frames_oldest = (d->frames_oldest + 1) % d->frame_count;
        d->frames_used--;
    }
}
