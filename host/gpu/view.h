/* What a device sees of guest memory: the bytes that the host shows (host->page),
 * overlaid with the device's own writes that the front has not applied yet.
 *
 * Granularity is the dword: every write has an address and a size that are multiples
 * of 4 (docs/device.md allows no other). Every dword of a page with pending writes
 * remembers the newest write that covers it, so retiring is exact and costs time only
 * for the dwords retired. A page without pending writes is the host's page itself.
 *
 * Bounds: 96 bytes for each pending write, 8 KiB for each page that has some. How many
 * are pending is for the caller to limit (the front lets a device run ahead by a
 * bounded amount). */
#ifndef XG_GPU_VIEW_H
#define XG_GPU_VIEW_H

#include "gpu/device.h"
#include "gpu/lines.h"

struct xg_gpu_view;

/* host is copied. NULL and err when the host is out of memory. */
struct xg_gpu_view *xg_gpu_view_create(const struct xg_device_host *host, struct xg_error *err);
void xg_gpu_view_destroy(struct xg_gpu_view *view);

/* Guest memory may have changed (CPU, front): call at the start of every run(). */
void xg_gpu_view_refresh(struct xg_gpu_view *view);

/* A write of the device at `cost`, which never decreases from call to call. pa and size are
 * multiples of 4, [pa, pa + size) lies inside the 512 MiB. false: it does not, or host memory
 * ran out; nothing was written. */
bool xg_gpu_view_write(struct xg_gpu_view *view, xg_pa pa, const void *bytes, uint32_t size,
                       uint64_t cost);
/* The lines of a page (its mask) to the 4 KiB page at pa: the same as a write of each. The view
 * holds `data` until the write is retired. */
bool xg_gpu_view_write_page(struct xg_gpu_view *view, xg_pa pa, struct xg_line_page *data,
                            uint64_t cost);

/* The front has applied every write with cost <= this: they leave the overlay. */
void xg_gpu_view_retire(struct xg_gpu_view *view, uint64_t cost);
/* Forgets every pending write (reset). */
void xg_gpu_view_clear(struct xg_gpu_view *view);

/* Copies size bytes from pa, any alignment; addresses wrap at 512 MiB. */
void xg_gpu_view_read(struct xg_gpu_view *view, xg_pa pa, void *buf, uint32_t size);
/* The little-endian word at pa, which is a multiple of 4. */
uint32_t xg_gpu_view_read32(struct xg_gpu_view *view, xg_pa pa);

/* The 4 KiB page that contains pa. The pointer is good until xg_gpu_view_generation
 * changes; until then later writes show through it. */
const uint8_t *xg_gpu_view_page(struct xg_gpu_view *view, xg_pa pa);
uint32_t xg_gpu_view_generation(const struct xg_gpu_view *view);

/* Is this page the host's, without pending writes? */
bool xg_gpu_view_is_host(const struct xg_gpu_view *view, xg_pa pa);

/* Writes not retired yet. */
size_t xg_gpu_view_pending(const struct xg_gpu_view *view);

#endif
