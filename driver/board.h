/* Which board, in the user's words, and a transport of the link to it. */
#ifndef XG_DRIVER_BOARD_H
#define XG_DRIVER_BOARD_H

#include "base/error.h"
#include "base/types.h"
#include "driver/transport.h"

/* The words, for messages. */
#define XG_BOARD_WORDS "usb, usb:SERIAL, serial:DEVICE or serial:DEVICE,BAUD"

enum xg_board_way { XG_BOARD_USB, XG_BOARD_SERIAL };
struct xg_board {
    enum xg_board_way way;
    char name[256]; /* USB: serial number, or empty for the only board; serial line: its device */
    uint32_t baud;  /* of a serial line */
};

/* false and err: the text is none of XG_BOARD_WORDS. Nothing is opened. */
bool xg_board_parse(const char *text, struct xg_board *out, struct xg_error *err);
/* What the environment says: XG_FPGA_BOARD (as above), or XG_FPGA_SERIAL (a serial number on USB),
 * or else the only board on USB. */
bool xg_board_of_environment(struct xg_board *out, struct xg_error *err);
/* Checks the text and makes it the environment's, for back ends made later. */
bool xg_board_choose(const char *text, struct xg_error *err);

struct xg_board_patience {
    uint32_t clocks_per_us; /* 0: the way's own (driver/usb/board.h, driver/serial) */
    uint32_t wait_ms;       /* for a board that was unplugged; 0: its loss is a failure */
    bool zeroed;            /* its memory is known to hold zeros: it is simulated, and just made */
};
struct xg_transport *xg_board_open(const struct xg_board *board,
                                   const struct xg_board_patience *patience, struct xg_error *err);

#endif
