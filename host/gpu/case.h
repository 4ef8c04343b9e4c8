/* Black-box device cases, one JSON object a line; the format is in docs/gpu-cases.md. */
#ifndef XG_GPU_CASE_H
#define XG_GPU_CASE_H

#include "gpu/device.h"

#include <stdio.h>

struct xg_gpu_bench;

/* create makes the device; it may be called again for every case. */
struct xg_gpu_bench *xg_gpu_bench_create(xg_device_create_fn *create, struct xg_error *err);
void xg_gpu_bench_destroy(struct xg_gpu_bench *bench);
/* Runs one case and writes one line; an invalid case writes its error there. false: the device
 * failed (err says why, and the line does too); no case can be run after that. */
bool xg_gpu_bench_run(struct xg_gpu_bench *bench, const char *line, size_t length, FILE *out,
                      struct xg_error *err);

#endif
