/* The golden renderer: draws that the device does not run itself. It keeps a mirror of the
 * device's registers (from the delegate records) and the loaded microcode, and renders into
 * eDRAM tiles that it reads from and writes back to the device. docs/draw.md is the
 * specification. One renderer belongs to one device. */
#ifndef XG_GPU_DRAW_DRAW_H
#define XG_GPU_DRAW_DRAW_H

#include "gpu/draw/ucode.h"
#include "gpu/draw/warn.h"
#include "gpu/gpu.h"

struct xg_draw;

struct xg_draw_stats {
    uint64_t draws, shader_loads;
    uint64_t vertices;                 /* vertex shader runs */
    uint64_t primitives;               /* assembled, before clipping and culling */
    uint64_t triangles;                /* rasterised */
    uint64_t quads;                    /* 2x2 pixels shaded */
    uint64_t samples;                  /* that passed all tests: the Z pass count */
    uint64_t z_failed, stencil_failed; /* samples; what both fail counts as stencil */
    uint64_t tiles_read, tiles_written;
};

struct xg_draw *xg_draw_create(struct xg_error *err);
void xg_draw_destroy(struct xg_draw *r);
/* Back to the state after create: registers 0, no shaders. Counts are kept. */
void xg_draw_reset(struct xg_draw *r);

/* How draws are run; results do not depend on it. threads: 1.., 0 for as many as the host has
 * (as after create), XG_DRAW_SCALAR for the scalar reference (also what hosts without SSE4.1 and
 * processes with XG_DRAW=scalar in their environment get). false: the host lacks SSE4.1. */
#define XG_DRAW_SCALAR 0xFFFFFFFFu
bool xg_draw_threads(struct xg_draw *r, unsigned threads);

/* xg_gpu_draw_fn; ctx is the renderer. Handles draws and shader loads (IM_LOAD,
 * IM_LOAD_IMMEDIATE); has finished reading guest memory and written its tiles back to the
 * device when it returns. */
void xg_draw_render(void *ctx, struct xg_device *device, const struct xg_gpu_draw *draw,
                    const struct xg_device_host *view);

void xg_draw_get_stats(const struct xg_draw *r, struct xg_draw_stats *out);
const struct xg_draw_warnings *xg_draw_get_warnings(const struct xg_draw *r);
/* One line a warning kind that occurred, for --stats. */
void xg_draw_report(const struct xg_draw *r, FILE *out);

#endif
