/* NT statuses to Win32 errors. */
#include "kernel/errors.h"

#define NOT_FOUND 0x13Du

static uint32_t look_up(uint32_t status)
{
    size_t lo = 0, hi = xg_status_error_count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (xg_status_errors[mid].status == status)
            return xg_status_errors[mid].error;
        if (xg_status_errors[mid].status < status)
            lo = mid + 1;
        else
            hi = mid;
    }
    return 0;
}

uint32_t xg_win32_error(uint32_t status)
{
    if (!status || status & 0x20000000u)
        return status;
    if (status >> 16 == 0x8007)
        return status & 0xFFFF;
    if (status >> 28 == 0xD)
        status &= ~0x10000000u;
    uint32_t error = look_up(status);
    if (error)
        return error;
    return status >> 16 == 0xC001 ? status & 0xFFFF : NOT_FOUND;
}
