/* Records what goes into a device and its renderer, and what comes out, as a trace (docs/trace.md).
 * The front (gpu/gpu.h, xg_gpu_record) calls it; so does the import of foreign traces.
 *
 * Memory is recorded as the device and the renderer see it, when they look at a page that differs
 * from what a replay would have there: the recorder keeps that image. */
#ifndef XG_GPU_TRACE_RECORDER_H
#define XG_GPU_TRACE_RECORDER_H

#include "gpu/device.h"
#include "gpu/present/gamma.h"
#include "gpu/trace/file.h"

struct xg_recorder;

/* path is written anew; producer names the back end. */
struct xg_recorder *xg_recorder_open(const char *path, const char *producer, uint32_t title,
                                     struct xg_error *err);
/* Writes the end and closes. counters: the device's, NULL when nobody knows. false: the file is not
 * whole. NULL: nothing. */
bool xg_recorder_close(struct xg_recorder *r, const struct xg_gpu_counters *counters,
                       struct xg_error *err);

/* Everything begins anew. seen gives the 4 KiB at a page as the device sees it: guest memory with
 * the device's own writes that are not visible to the guest yet. */
typedef const uint8_t *xg_recorder_seen_fn(void *ctx, xg_pa page);
void xg_recorder_power_on(struct xg_recorder *r, xg_recorder_seen_fn *seen, void *ctx);

/* Before the device is told so: RING (base, log2), WRITEBACK (address), REG (index, value), VBLANK
 * (count), KICK (pointer), ANSWER (result). */
void xg_recorder_input(struct xg_recorder *r, enum xg_trace_kind kind, uint32_t a, uint32_t b);
/* Before a tile is written from outside (import). */
void xg_recorder_tile(struct xg_recorder *r, uint32_t tile, const uint8_t *bytes);
/* The CPU may have written memory since the last call. */
void xg_recorder_memory_may_differ(struct xg_recorder *r);
/* Around run(). */
void xg_recorder_run(struct xg_recorder *r);
void xg_recorder_ran(struct xg_recorder *r, uint32_t packets, enum xg_device_state state);
/* Around the renderer's work on a delegated draw. */
void xg_recorder_draw(struct xg_recorder *r);
void xg_recorder_drew(struct xg_recorder *r, const struct xg_gpu_draw *draw);
/* A page that device or renderer look at. */
void xg_recorder_page(struct xg_recorder *r, xg_pa page);
/* What they say. */
void xg_recorder_effect(struct xg_recorder *r, const struct xg_gpu_effect *e);
void xg_recorder_lines(struct xg_recorder *r, const struct xg_gpu_lines *l);
/* The device is idle: a place for a key frame, if one is due. */
void xg_recorder_idle(struct xg_recorder *r, struct xg_device *device);

/* The next swap has become visible. rgba as xg_picture_show made it of phys; NULL: no picture came
 * of it. */
struct xg_recorder_picture {
    xg_pa front_buffer;
    uint32_t width, height;
    const uint32_t *fetch; /* 6 words, may be NULL */
    const struct xg_gamma *gamma;
    const uint8_t *rgba;
};
void xg_recorder_show(struct xg_recorder *r, const uint8_t *phys,
                      const struct xg_recorder_picture *p);

/* SHA-256 of width, height (two little-endian words) and the bytes. */
void xg_trace_picture_digest(uint32_t width, uint32_t height, const uint8_t *rgba, uint8_t out[32]);

/* ---- bodies that recorder and player share ---- */
#define XG_TRACE_PICTURE_BYTES (48u + 32u)
#define XG_TRACE_GAMMA_BYTES   (256u * 6 + 128u * 12)
#define XG_TRACE_KEY_BYTES     72u
#define XG_TRACE_KEY_REGS_MAX  4096u
#define XG_TRACE_COUNTERS      10u /* u64, of an END record: those that every back end has */
void xg_trace_counters(const struct xg_gpu_counters *c, uint64_t out[XG_TRACE_COUNTERS]);
extern const char *const xg_trace_counter_names[XG_TRACE_COUNTERS];
/* Register indices that devices have: the next one at or after index; 0x8000 when there is none. */
uint32_t xg_trace_next_register(uint32_t index);

#endif
