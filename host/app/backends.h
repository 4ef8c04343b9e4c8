/* GPU back ends by the names that --gpu takes. */
#ifndef XG_APP_BACKENDS_H
#define XG_APP_BACKENDS_H

#include "gpu/device.h"

/* "model", "null", "rtl" when the program has it, or two of them as "a+b". NULL: no such back
 * end, or no such pair. */
xg_device_create_fn *xg_device_by_name(const char *name);
/* The names, separated by spaces, for messages. */
const char *xg_device_names(void);

#endif
