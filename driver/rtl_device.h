/* The device in SystemVerilog under Verilator, behind the link (sim/). */
#ifndef XG_DRIVER_RTL_DEVICE_H
#define XG_DRIVER_RTL_DEVICE_H

#include "driver/transport.h"
#include "gpu/device.h"

struct xg_device *xg_device_rtl_create(const struct xg_device_host *host, struct xg_error *err);

/* The same with pauses drawn from `seed` on every port: for tests. */
struct xg_device *xg_device_rtl_create_stalling(const struct xg_device_host *host, uint32_t seed,
                                                struct xg_error *err);

/* The same with every part of the clock running in every cycle (docs/rtl.md, "Clocks"); pauses only
 * if seed is not 0. For tests. */
struct xg_device *xg_device_rtl_create_all_clocks(const struct xg_device_host *host, uint32_t seed,
                                                  struct xg_error *err);

/* The device alone, to be put behind something else: for tests. Pauses only if seed is not 0. */
struct xg_transport *xg_rtl_transport_create(uint32_t seed, struct xg_error *err);

#endif
