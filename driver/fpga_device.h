/* The device on a board, behind the link over USB or a serial line (driver/board.h). */
#ifndef XG_DRIVER_FPGA_DEVICE_H
#define XG_DRIVER_FPGA_DEVICE_H

#include "gpu/device.h"

/* Environment: XG_FPGA_BOARD says which board (driver/board.h), XG_FPGA_SERIAL which on USB when
 * there are more than one; XG_FPGA_CLOCKS_PER_US how patient the driver is (driver/usb/board.h): a
 * simulated board on USB needs 1. XG_FPGA_WAIT_S: how
 * many seconds a board that was unplugged is waited for (10); 0: not at all. XG_FPGA_ZEROED=1: the
 * eDRAM of a simulated board holds zeros and need not be cleared. */
struct xg_device *xg_device_fpga_create(const struct xg_device_host *host, struct xg_error *err);

#endif
