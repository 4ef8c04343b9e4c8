/* A FTDI chip as the FIFO between USB and FPGA: modes and EEPROM, through libftdi. */
#ifndef XG_DRIVER_USB_FTDI_CHIP_H
#define XG_DRIVER_USB_FTDI_CHIP_H

#include "driver/usb/board_priv.h"

#include <ftdi.h>

/* Opens the chip's channel A. NULL and err otherwise; ftdi_free() ends it, and with it the
 * handle (`chip->usb_dev`). */
struct ftdi_context *xg_ftdi_open(struct xg_usb_open *o, struct xg_error *err);
/* Checks the EEPROM and switches to the synchronous FIFO: from then on both endpoints carry
 * nothing but the FPGA's bytes (and two status bytes a packet). */
bool xg_ftdi_start_fifo(struct ftdi_context *chip, struct xg_error *err);

#endif
