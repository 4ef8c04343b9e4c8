/* Entries of the record of what was said to the device (link_record.c): kind, payload words,
 * address, payload. Kinds below 256 are operations of frames. */
#ifndef XG_DRIVER_LINK_RECORD_H
#define XG_DRIVER_LINK_RECORD_H

#include "driver/link_device_priv.h"

#define XG_RECORD_HEAD 3u
enum {
    XG_RECORD_BEGIN = 256, /* a run: what lets the device go follows */
    XG_RECORD_GOES,        /* it works: what it asked for follows */
    XG_RECORD_END, /* it stands: address = state; payload: effects told, low and high; their CRC */
};

#endif
