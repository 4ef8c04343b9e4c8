/* Shared by the files that open a board. */
#ifndef XG_DRIVER_USB_BOARD_PRIV_H
#define XG_DRIVER_USB_BOARD_PRIV_H

#include "driver/usb/board.h"

#include <libusb.h>

/* An open board: its context, and its handle with interface 0 claimed (native) or not (FTDI). */
struct xg_usb_open {
    libusb_context *context;
    libusb_device *device;
    libusb_device_handle *handle;
    struct xg_usb_board board;
};

/* Finds the board with this serial (NULL: the only one). The device is referenced, not opened. */
bool xg_usb_find(const char *serial, struct xg_usb_open *out, struct xg_error *err);
void xg_usb_close(struct xg_usb_open *o);

#endif
