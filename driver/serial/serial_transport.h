/* A board on a serial line as a transport of the link: words as bytes, nothing between them
 * (docs/link.md). For bringing a board up before a FIFO module is wired (docs/board.md). */
#ifndef XG_DRIVER_SERIAL_TRANSPORT_H
#define XG_DRIVER_SERIAL_TRANSPORT_H

#include "driver/transport.h"

/* What the boards' lines have (UART_DIVIDE of rtl/board). */
#define XG_SERIAL_BAUD 3000000u

struct xg_serial_link_options {
    const char *path;
    uint32_t baud;
    /* As in driver/usb/board.h; 0: the line's own patience, which grows as its speed falls. */
    uint32_t clocks_per_us;
    uint32_t wait_ms;
    bool zeroed;
};

struct xg_transport *xg_serial_transport_create(const struct xg_serial_link_options *options,
                                                struct xg_error *err);

#endif
