/* For benches that store to memory without telling anyone: a device in front of another one that
 * reports every watched page as touched before each call that lets the device work. */
#ifndef XG_TESTS_TOUCHED_DEVICE_H
#define XG_TESTS_TOUCHED_DEVICE_H

#include "gpu/device.h"

struct xg_device *touched_device_create(const struct xg_device_host *host,
                                        xg_device_create_fn *create, struct xg_error *err);

#endif
