/* A GPU device (host/gpu/device.h) at the other end of a link, over any transport.
 *
 * Memory: the board's pages are absent until the device needs them; a FAULT is answered by the
 * page as the device must see it (guest memory under its own writes that are not retired) and
 * MAP_PAGE, and the page is watched from then on. Pages that the CPU touched are sent again before
 * the device is let go: before a doorbell, an answer, a new budget.
 *
 * The device only works inside run(), reg_read() and the like; between calls it stands still or is
 * parked, so that what it sees does not depend on how fast it is. A device that breaks the
 * protocol, stops answering or makes no progress fails with a sentence (failure()). */
#ifndef XG_DRIVER_LINK_DEVICE_H
#define XG_DRIVER_LINK_DEVICE_H

#include "driver/transport.h"
#include "gpu/device.h"

/* Takes the transport (destroyed with the device, also when this fails). Shakes hands and
 * resets the device. NULL and err when the device does not answer or is not one of ours. */
struct xg_device *xg_link_device_create(const struct xg_device_host *host,
                                        struct xg_transport *transport, struct xg_error *err);

#endif
