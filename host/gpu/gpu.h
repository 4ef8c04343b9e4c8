/* The GPU front: sits between the guest (MMIO, kernel video exports) and one device.
 * It turns device cost into guest time, keeps the effects that are not visible yet in
 * order, and applies them when guest time reaches them: memory writes, interrupts,
 * swaps, read pointer. The device runs ahead; the guest never sees it early. */
#ifndef XG_GPU_GPU_H
#define XG_GPU_GPU_H

#include "base/hooks.h"
#include "gpu/device.h"
#include "gpu/present/gamma.h"
#include "memory/memory.h"

/* GPU clock of the cost table: 500 MHz, 2 ns a clock. */
#define XG_NS_PER_GPU_CLOCK 2u

struct xg_gpu;

/* Called when effects become visible, in order. */
struct xg_gpu_client {
    void *ctx;
    void (*interrupt)(void *ctx, uint32_t cpu_mask); /* PM4_INTERRUPT */
    void (*swap)(void *ctx, xg_pa front_buffer, uint32_t width, uint32_t height, xg_time when);
};

/* create is the device's constructor (the front supplies the host record). */
struct xg_gpu *xg_gpu_create(struct xg_memory *mem, xg_device_create_fn *create,
                             const struct xg_gpu_client *client, const struct xg_hooks *hooks,
                             struct xg_error *err);
void xg_gpu_destroy(struct xg_gpu *gpu);

/* Kernel side. */
void xg_gpu_ring(struct xg_gpu *gpu, xg_pa base, uint32_t size_log2_dwords);
void xg_gpu_rptr_writeback(struct xg_gpu *gpu, xg_pa address);
void xg_gpu_vblank(struct xg_gpu *gpu, xg_time now); /* 60 Hz; counts */
/* True inside a vertical-blank callback: register 0x1951 reads 1. */
void xg_gpu_set_vblank_pending(struct xg_gpu *gpu, bool pending);

/* MMIO window 0x7FC80000. `now` is the exact guest time of the access. */
uint32_t xg_gpu_mmio_read(struct xg_gpu *gpu, uint32_t index, xg_time now);
void xg_gpu_mmio_write(struct xg_gpu *gpu, uint32_t index, uint32_t value, xg_time now);

/* Makes everything visible that is due at `now`, evaluates parked waits, and runs the
 * device again where that let it go on. Called by the machine at every slice boundary.
 * false: the device failed; xg_gpu_error() says why. */
bool xg_gpu_advance(struct xg_gpu *gpu, xg_time now);
/* Guest time of the next effect that is not visible yet, or UINT64_MAX. A parked wait
 * on memory counts as UINT64_MAX: only the guest (or an effect) can end it. */
xg_time xg_gpu_next_event(const struct xg_gpu *gpu);
const char *xg_gpu_error(const struct xg_gpu *gpu);
/* One sentence about what the device waits for ("memory 0x1F0000 == 3 ..."), or NULL. */
const char *xg_gpu_waiting_for(struct xg_gpu *gpu);
struct xg_device *xg_gpu_device(struct xg_gpu *gpu);
/* The display's gamma ramp, as the guest's register writes (MMIO) left it. */
const struct xg_gamma *xg_gpu_gamma(const struct xg_gpu *gpu);

/* Lines of copies that became visible: they stay away from guest memory until someone looks. */
struct xg_gpu_lazy {
    uint64_t taken;   /* lines left away */
    uint64_t fetched; /* brought, since someone looked at them or at a neighbour */
    uint64_t dropped; /* written over by another copy before anyone looked */
};
struct xg_gpu_lazy xg_gpu_lazy(const struct xg_gpu *gpu);

/* Delegated draws: the renderer's entry (host/gpu/draw). NULL: draws are counted and
 * dropped with one warning. */
typedef void xg_gpu_draw_fn(void *ctx, struct xg_device *device, const struct xg_gpu_draw *draw,
                            const struct xg_device_host *view);
void xg_gpu_set_renderer(struct xg_gpu *gpu, xg_gpu_draw_fn *fn, void *ctx);

/* From power-on: everything between this front and its device and renderer goes to the recorder,
 * which stays the caller's. After xg_gpu_set_renderer, before anything else. */
struct xg_recorder;
void xg_gpu_record(struct xg_gpu *gpu, struct xg_recorder *recorder);

#endif
