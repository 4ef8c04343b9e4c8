/* The beginning of a session: who is there, and from which state it starts. */
#include "driver/link_device_priv.h"
#include "base/endian.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define FRAMES_LEAST 64u /* an eighth of them is for one packet's pages */
#define NEEDED_CAPS  7u  /* layers L0 to L2 */
#define CTRL_CP      2u
/* HELLO is said again after so many clocks; it may have got lost. */
#define HELLO_CLOCKS 1000000u
#define HELLO_TRIES  8u
/* The device writes 8 bytes of the eDRAM in a clock or two. */
#define CLEAR_CLOCKS (64u << 20)

/* A number that no session of this board had lately. */
static uint32_t new_session(uint32_t last)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    uint32_t mixed =
        (uint32_t)t.tv_nsec ^ (uint32_t)t.tv_sec * 2654435761u ^ (uint32_t)getpid() * 0x9E3779B1u;
    mixed = (mixed ^ mixed >> 15) & ~255u;
    return mixed && mixed != last ? mixed : (last & ~255u) + 256u;
}

static bool say_hello(struct xg_link_device *d)
{
    for (unsigned i = 0; i < HELLO_TRIES; i++) {
        uint64_t quiet = 0;
        xg_link_hello(&d->link, new_session(d->link.session));
        while (quiet <= HELLO_CLOCKS) {
            if (!xg_link_turn(d, &quiet))
                return false;
            if (d->link.synchronised)
                return true;
        }
    }
    return xg_link_broke(d, "the device gives no HELLO_ACK to HELLO: %s",
                         xg_transport_look_at(d->transport));
}

static bool is_ours(struct xg_link_device *d)
{
    uint32_t id[3];
    if (d->hello_version != XG_LINK_VERSION)
        return xg_link_broke(d,
                             "the gateware speaks version %u of the link and this program version "
                             "%u: build and flash the bitstream of this version",
                             d->hello_version, XG_LINK_VERSION);
    if (d->hello[1] != XG_LINK_MAX_WORDS)
        return xg_link_broke(d, "the device takes frames of %u words, this driver sends %u",
                             d->hello[1], XG_LINK_MAX_WORDS);
    if (!xg_link_csr_read(d, XG_CSR_ID, XG_COUNTOF(id), id))
        return false;
    if (id[0] != XG_LINK_ID)
        return xg_link_broke(d, "this is not a Xenogate device: its ID is 0x%08X", id[0]);
    if ((id[2] & NEEDED_CAPS) != NEEDED_CAPS)
        return xg_link_broke(d, "the device lacks layers L0 to L2 (capabilities 0x%X)", id[2]);
    d->caps = id[2];
    return true;
}

bool xg_link_connect(struct xg_link_device *d)
{
    const uint32_t caps = d->caps, frames = d->frame_count;
    uint32_t now = 0;
    d->question.due = d->going = false;
    if (!say_hello(d) || !is_ours(d) || !xg_link_csr_read(d, XG_CSR_FRAMES, 1, &now))
        return false;
    if (now < FRAMES_LEAST || now > XG_LINK_PAGES)
        return xg_link_broke(d, "the device has %u page frames; %u to %u can be used", now,
                             FRAMES_LEAST, XG_LINK_PAGES);
    if (frames && (frames != now || caps != d->caps))
        return xg_link_broke(d, "another device has come in its place (%u page frames, it had %u)",
                             now, frames);
    d->frame_count = now;
    return true;
}

void xg_link_soft_reset(struct xg_link_device *d)
{
    d->discarding = true;
    xg_link_send(d, XG_LINK_RESET, 0, NULL, 0);
    xg_link_ask(d, XG_LINK_FENCE, 1, NULL, 0, XG_LINK_FENCE_ACK, 0, NULL);
    d->discarding = d->going = false;
    d->effects_dropped += d->effects.count;
    xg_words_drop(&d->effects, d->effects.count);
    xg_words_drop(&d->draw, d->draw.count);
    xg_link_lines_forget(d);
    memset(d->perf, 0, sizeof d->perf);
    d->cost = d->packet = 0;
    d->budget = UINT32_MAX;
}

/* --- the eDRAM --- */

#define RING                0x1000u /* places in page 0, which lies in frame 0 for as long */
#define VERTICES            0x0800u
#define TYPE0(index, count) (((count)-1u) << 16 | (index))
#define WIDTH               1280u /* 16 tiles */
#define HEIGHT              2048u /* 128 tiles */

static void store(struct xg_link_device *d, uint32_t address, const uint32_t *words, uint32_t n)
{
    uint32_t swapped[64];
    for (uint32_t i = 0; i < n; i++)
        swapped[i] = xg_bswap32(words[i]);
    xg_link_send(d, XG_LINK_MEM_WR, address, swapped, n);
}

bool xg_link_clear_edram(struct xg_link_device *d)
{
    static const float corners[6] = {-0.5f, -0.5f,        WIDTH - 0.5f,
                                     -0.5f, WIDTH - 0.5f, HEIGHT - 0.5f};
    static const uint32_t packets[] = {
        TYPE0(0x4800, 2),
        VERTICES | 3,
        6 << 2 | 2, /* fetch constant 0 */
        TYPE0(0x2000, 2),
        WIDTH,
        0, /* surface, colour 0 */
        TYPE0(0x200E, 2),
        0,
        HEIGHT << 16 | WIDTH, /* scissors */
        TYPE0(0x2081, 2),
        0x80000000u,
        HEIGHT << 16 | WIDTH,
        TYPE0(0x2208, 1),
        6, /* copy */
        TYPE0(0x2318, 1),
        0x00300100, /* null, clear colour */
        TYPE0(0x231E, 2),
        0,
        0,
        0xC0000000u | (uint32_t)XG_PM4_DRAW_INDX_2 << 8,
        0x00030088,
    };
    const uint32_t map = 1, none = 0, ring[2] = {RING, 10};
    uint32_t vertices[6];
    memcpy(vertices, corners, sizeof vertices);
    xg_link_soft_reset(d);
    store(d, VERTICES, vertices, XG_COUNTOF(vertices));
    store(d, RING, packets, XG_COUNTOF(packets));
    xg_link_send(d, XG_LINK_MAP_PAGE, 0, &map, 1);
    xg_link_send(d, XG_LINK_CSR_WR, XG_CSR_RB_BASE, ring, 2);
    xg_link_csr_write(d, XG_CSR_CTRL, CTRL_CP);
    xg_link_csr_write(d, XG_CSR_RB_WPTR, XG_COUNTOF(packets));
    d->discarding = d->going = true;
    uint64_t quiet = 0;
    while (d->going && xg_link_turn(d, &quiet))
        if (quiet > CLEAR_CLOCKS)
            xg_link_broke(d, "the device does not clear its eDRAM");
    d->discarding = false;
    xg_link_send(d, XG_LINK_MAP_PAGE, 0, &none, 1);
    return !xg_link_failed(d);
}
