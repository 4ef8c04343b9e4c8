/* Guest time as the title sees it. */
#include "kernel/internal.h"

uint64_t xg_system_time(xg_time now)
{
    return XG_BOOT_SYSTEM_TIME + now / 100;
}

/* KeTimeStampBundle: titles spin on its millisecond count, so it moves at the start of
 * the first round of each millisecond. */
void xg_clock_update(struct xg_kernel *k)
{
    uint64_t ms = k->now / 1000000;
    if (!k->time_bundle || ms == k->clock_ms)
        return;
    k->clock_ms = ms;
    xg_kst64(k, k->time_bundle, ms * 10000);
    xg_kst64(k, k->time_bundle + 8, XG_BOOT_SYSTEM_TIME + ms * 10000);
    xg_kst32(k, k->time_bundle + 16, (uint32_t)ms);
}
