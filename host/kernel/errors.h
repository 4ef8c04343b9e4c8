/* The Win32 error of an NT status, as statuses.csv has them. */
#ifndef XG_KERNEL_ERRORS_H
#define XG_KERNEL_ERRORS_H

#include "base/types.h"

#include <stddef.h>

struct xg_status_error {
    uint32_t status, error;
};
extern const struct xg_status_error xg_status_errors[]; /* sorted by status */
extern const size_t xg_status_error_count;

/* 0 and codes with bit 29 stay; 8007xxxx and C001xxxx give their low half; Dxxxxxxx is looked up
 * as Cxxxxxxx; what is not in the table gives 13D. */
uint32_t xg_win32_error(uint32_t status);

#endif
