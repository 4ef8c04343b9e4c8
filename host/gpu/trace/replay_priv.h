/* Shared by replay.c and replay_key.c. */
#ifndef XG_GPU_TRACE_REPLAY_PRIV_H
#define XG_GPU_TRACE_REPLAY_PRIV_H

#include "gpu/draw/draw.h"
#include "gpu/present/gamma.h"
#include "gpu/trace/recorder.h"
#include "gpu/trace/replay.h"
#include "gpu/trace/said.h"
#include "memory/memory.h"

#define XG_REPLAY_PAGES (XG_PHYS_SIZE / XG_PAGE_SIZE)

/* Records that one of the two has said and the other has not yet. */
struct xg_replay_queue {
    uint8_t *bytes; /* entries: kind, size (32 bits each), body */
    size_t at, used, room;
};

struct xg_replay {
    struct xg_trace *t;
    const struct xg_replay_options *o;
    struct xg_replay_result *out;
    struct xg_error *err;
    struct xg_trace_record record; /* at hand */

    uint8_t *memory;
    uint64_t watched[XG_REPLAY_PAGES / 64];
    struct xg_device *device;
    struct xg_draw *draw; /* NULL until it is needed */
    struct xg_device_host view;
    enum xg_device_state state;
    bool rested; /* nothing went in since it came to rest: all is said */

    struct xg_said said;
    struct xg_replay_queue recorded, now;
    bool out_of_memory;
    bool lenient;     /* the next draw record lists more than when it was recorded */
    bool error_known; /* an error was said before the key frame */
    uint64_t cost;    /* of the last effect, as the device counts */

    /* The draw that the device is parked on: */
    struct xg_gpu_draw parked;
    struct xg_gpu_reg *regs;
    size_t reg_room;
    uint32_t *immediate;
    size_t immediate_room;

    uint8_t *screen; /* SCREEN records for the next picture, each 4 + 4096 bytes */
    size_t screens, screen_room;

    /* Key frames: */
    bool loading; /* into a device as after power-on; else what they say is compared */
    bool in_key;
    uint32_t key_words[6]; /* base, log2, rptr, writeback, vblanks, error said */
    uint64_t key_cost, key_bins[2];
    uint32_t key_frames, key_packets, key_samples[4], last_packet, umask;
    uint32_t next_register, next_tile; /* not compared yet */
};

/* The record makes no sense. */
bool xg_replay_bad(struct xg_replay *p, const char *what);
/* The first difference; always true, for callers that go on to end the replay. */
void xg_replay_differ(struct xg_replay *p, uint32_t packet, xg_pa address, const char *format, ...)
    XG_PRINTF(4, 5);
/* Bytes of guest memory as the CPU would have written them. */
void xg_replay_store(struct xg_replay *p, xg_pa pa, const uint8_t *bytes, uint32_t size);
/* Device, memory and renderer as after power-on. */
bool xg_replay_power_on(struct xg_replay *p);
/* The renderer is there from here on. */
bool xg_replay_renderer(struct xg_replay *p);
/* run(), until rest when to_rest. false: the device failed, or does not come to rest. */
bool xg_replay_run(struct xg_replay *p, uint32_t packets, bool to_rest);
/* A record of a key frame, KEY to KEY_END. */
bool xg_replay_key(struct xg_replay *p);

#endif
