/* The address map as data: what memory/regions.csv and memory/devices.csv say,
 * turned into tables by gen/gen_regions.c, which also checks that nothing but
 * declared aliases overlaps. */
#ifndef XG_MEMORY_REGIONS_H
#define XG_MEMORY_REGIONS_H

#include "memory/memory.h"

/* What stands behind a region. Regions of one backing other than PRIVATE are
 * windows onto the same bytes. */
enum xg_backing { XG_BACKING_PRIVATE, XG_BACKING_IMAGE, XG_BACKING_BUS, XG_BACKINGS };

struct xg_region_row {
    struct xg_region region;
    enum xg_backing backing;
    uint32_t offset;                     /* of the region's first byte in its backing */
    uint32_t reserved_at, reserved_size; /* never given out, relative to the base */
};
extern const struct xg_region_row xg_region_rows[];
extern const size_t xg_region_row_count;

/* Where a device window lies when nobody assigns it elsewhere. */
struct xg_device_row {
    const char *name;
    xg_ga base;
    uint32_t size;
};
extern const struct xg_device_row xg_device_rows[];
extern const size_t xg_device_row_count;
/* Row by name, or NULL. */
const struct xg_device_row *xg_device_row_named(const char *name);

#endif
