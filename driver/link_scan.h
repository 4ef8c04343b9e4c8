/* The host looks ahead in the ring: before it lets the device go it walks the packets that the
 * device will take, indirect buffers too, and sends the pages that they will touch and that the
 * device does not hold, so that it need not stop and ask (docs/link.md, "Pages ahead of the
 * device").
 *
 * What it finds is a guess: packets may change what is read after them. It changes nothing but when
 * a page is sent. A page that was missed comes by FAULT; one too many lies on the board unused. Its
 * work is bounded each time that the device is let go, whatever the ring holds. */
#ifndef XG_DRIVER_LINK_SCAN_H
#define XG_DRIVER_LINK_SCAN_H

#include "driver/link_device_priv.h"
#include "gpu/operand.h"

/* Bounds of one look: words taken (and tiles of copies, eight words each), pages sent. */
#define XG_SCAN_WORDS 262144u
#define XG_SCAN_PAGES 512u
#define XG_SCAN_DEPTH 4u /* indirect buffers in each other */
#define XG_SCAN_REGS  0x8000u
#define XG_SCAN_TILES 64u /* copies and clears ahead that are remembered */

struct xg_scan_buffer {
    xg_pa address; /* of the next dword */
    uint32_t left; /* dwords */
};

/* Where the scanner stands. */
struct xg_scan_place {
    uint32_t at; /* next dword of the ring */
    struct xg_scan_buffer buffer[XG_SCAN_DEPTH];
    unsigned depth;
};

/* The tiles that a copy or clear takes: rows of `columns` from `base` on, `pitch` apart. */
struct xg_scan_tiles {
    uint32_t draws; /* the device does it when it has handed the host so many draws */
    uint32_t base, pitch, columns, rows;
};

struct xg_link_scan {
    struct xg_link_device *d;
    xg_pa ring, writeback;
    uint32_t mask, end; /* of the ring, in dwords: size - 1; the write pointer */
    struct xg_scan_place place;
    uint32_t words_left; /* payload of the packet in hand that was not taken */
    uint32_t budget, pages;
    bool full;        /* a page was needed for which there was no room */
    uint32_t touched; /* the last page of 64 KiB that was looked at */
    uint64_t bin_mask, bin_select;
    /* Draws and shaders that go to the host: in the packets seen so far; handed over by now. */
    uint32_t draws, handed;
    struct xg_scan_tiles tiles[XG_SCAN_TILES]; /* of copies ahead, in a ring */
    uint32_t tiles_first, tiles_count;
    uint32_t regs[XG_SCAN_REGS]; /* as the packets seen so far leave them */
};

/* --- link_scan.c --- */
/* The device will touch [address, address + bytes). */
void xg_scan_touch(struct xg_link_scan *s, xg_pa address, uint32_t bytes);
/* A copy or clear will take tiles (t->draws is filled in). */
void xg_scan_tiles(struct xg_link_scan *s, struct xg_scan_tiles t);
/* The little-endian word there; 0 where the device has a newer one that the host has not read. */
uint32_t xg_scan_word(struct xg_link_scan *s, xg_pa address);

/* --- link_scan_copy.c --- */
/* A draw in copy mode: its vertices, its destination, its tiles. */
void xg_scan_copy(struct xg_link_scan *s);

#endif
