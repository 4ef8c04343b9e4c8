/* The device in SystemVerilog under Icarus Verilog, behind the link: a vvp process that takes and
 * gives the link's words over a pair of pipes (tests/regress/icarus_vpi.c is its other end).
 * XG_ICARUS names the folder with icarus.vvp and xg_icarus.vpi. */
#ifndef XG_TESTS_REGRESS_ICARUS_DEVICE_H
#define XG_TESTS_REGRESS_ICARUS_DEVICE_H

#include "gpu/device.h"

struct xg_device *xg_icarus_device_create(const struct xg_device_host *host, struct xg_error *err);

#endif
