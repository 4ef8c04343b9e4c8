/* Plays a GPU trace on a device and the renderer, and compares what they say with what was said
 * when it was recorded. docs/trace.md. */
#ifndef XG_GPU_TRACE_REPLAY_H
#define XG_GPU_TRACE_REPLAY_H

#include "gpu/device.h"
#include "gpu/trace/file.h"

struct xg_replay_options {
    xg_device_create_fn *create;
    uint32_t first, last; /* frames, from 1; 0: from the beginning, to the end */
    bool no_draws;        /* delegated draws are not drawn: what they would have changed differs */
    /* Called with every picture of the frames asked for; false: it could not be kept, err says why.
     * May be NULL. */
    bool (*picture)(void *ctx, uint32_t frame, uint32_t width, uint32_t height, const uint8_t *rgba,
                    struct xg_error *err);
    void *ctx;
};

struct xg_replay_result {
    char device[64]; /* name of the back end */
    uint32_t begin;  /* frame that replay began with: a key frame at or before the first */
    uint32_t frames; /* swaps said, from the beginning of the file */
    uint32_t pictures, keys;
    uint64_t runs, draws, copies, compared; /* compared: records */
    uint8_t picture[32];                    /* digest of the last one */
    bool different;
    uint32_t frame, packet; /* of the first difference */
    xg_pa address;
    char text[480];
};
/* false: err says what is wrong with the file (XG_E_INPUT) or why the device failed
 * (XG_E_DEVICE). A difference is no failure: it ends the replay and is in the result. */
bool xg_replay(struct xg_trace *t, const struct xg_replay_options *options,
               struct xg_replay_result *result, struct xg_error *err);

#endif
