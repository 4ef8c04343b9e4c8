/* The host's clock, for transports that measure how long a device says nothing. */
#ifndef XG_DRIVER_HOST_TIME_H
#define XG_DRIVER_HOST_TIME_H

#include "base/types.h"

#include <time.h>

static inline uint64_t xg_host_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

#endif
