/* Turns an .xtr trace into one of our own: it is played on the model, and recorded. */
#ifndef XG_GPU_TRACE_IMPORT_H
#define XG_GPU_TRACE_IMPORT_H

#include "base/error.h"

struct xg_import_result {
    uint32_t title, frames;
    uint64_t packets, draws, memory_bytes, registers;
    uint32_t errors; /* of the device, enum xg_gpu_error_bit */
};
/* to is written anew; what was written of a damaged file is removed. */
bool xg_trace_import(const char *from, const char *to, struct xg_import_result *result,
                     struct xg_error *err);

#endif
