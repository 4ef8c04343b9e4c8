/* Boards on USB: finding them, telling them apart, opening one as a transport of the link.
 *
 * Two kinds: a FTDI chip in synchronous 245 FIFO mode between the bus and the FPGA (FT232H,
 * FT2232H), and an FPGA that is the USB device itself (bulk endpoints 1). docs/board.md says how
 * each is wired and set up. */
#ifndef XG_DRIVER_USB_BOARD_H
#define XG_DRIVER_USB_BOARD_H

#include "base/error.h"
#include "base/types.h"
#include "driver/transport.h"

#define XG_USB_BOARDS_MAX 16

enum xg_usb_kind { XG_USB_FT232H, XG_USB_FT2232H, XG_USB_NATIVE };

struct xg_usb_board {
    enum xg_usb_kind kind;
    uint16_t vendor, product;
    uint8_t bus, address;
    uint32_t speed_mbps;      /* 0: the system does not say */
    char serial[64];          /* empty: the device has none, or may not be opened */
    char description[64];     /* product string, or a name from the ids */
    struct xg_error openable; /* XG_OK, or why it cannot be opened */
};

/* Boards that are plugged in, in the order of bus and address; returns how many, at most `max`.
 * Nothing of a board is changed. err is filled when USB itself cannot be used. */
size_t xg_usb_boards(struct xg_usb_board *boards, size_t max, struct xg_error *err);

/* Name of a kind, as `xenogate fpga list` prints it. */
const char *xg_usb_kind_name(enum xg_usb_kind kind);

struct xg_usb_link_options {
    const char *serial; /* NULL: the only board; an error names the choices when there are more */
    /* The driver counts silence in device clocks (driver/transport.h): so many pass in a
     * microsecond. 0 stands for 10, which gives a board 0.4 s for an answer. */
    uint32_t clocks_per_us;
    /* How long a board that was unplugged is waited for; 0: not at all, its loss is a failure. */
    uint32_t wait_ms;
    bool zeroed; /* its memory is known to hold zeros: it is simulated, and just made */
};

/* Opens the board, puts a FTDI chip into its FIFO mode and drops what it still held. NULL and err:
 * a sentence that says what to do. */
struct xg_transport *xg_usb_transport_create(const struct xg_usb_link_options *options,
                                             struct xg_error *err);

/* What the FTDI chip's EEPROM says, and writing it so that the chip starts as a FIFO. */
struct xg_usb_eeprom {
    bool blank;
    bool fifo;        /* channel A is a 245 FIFO */
    char serial[64];  /* that will be kept, or that will be written to a blank one */
    char product[64]; /* the same */
};
bool xg_usb_eeprom_read(const char *serial, struct xg_usb_eeprom *out, struct xg_error *err);
/* Writes the FIFO setting and reads it back. All else is kept; a blank EEPROM gets the chip's
 * defaults. The board must be plugged in again afterwards. */
bool xg_usb_eeprom_write_fifo(const char *serial, struct xg_error *err);

#endif
