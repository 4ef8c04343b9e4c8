/* The machine owns all state: memory, heaps, CPU engine, kernel, GPU front, hooks.
 * Two machines may live in one process. The app drives it frame by frame. */
#ifndef XG_MACHINE_MACHINE_H
#define XG_MACHINE_MACHINE_H

#include "audio/audio.h"
#include "base/hooks.h"
#include "cpu/cpu.h"
#include "gpu/device.h"
#include "gpu/gpu.h"
#include "input/input.h"
#include "loader/loader.h"
#include "memory/windows.h"

#include <stdio.h>

struct xg_machine;
struct xg_recorder;    /* gpu/trace/recorder.h */
struct xg_message_box; /* kernel/control.h */

/* A host folder (read-only), disc image or content package under a name of the guest's: "x:" or
 * "\\Device\\Name". */
struct xg_mount {
    const char *name, *path;
};

/* Another disc of the title, by its number: a folder or a disc image. */
struct xg_disc {
    uint8_t number;
    const char *path;
};

struct xg_machine_options {
    enum xg_cpu_engine engine;
    xg_device_create_fn *device; /* constructor of the GPU back end */
    bool parallel;               /* a host thread for each guest hardware thread; no digest */
    bool drop_stacks;            /* drop host stacks at every thread switch */
    const struct xg_hooks *hooks;
    struct xg_input *input;     /* pads, the caller's; NULL: none is plugged in, ever */
    const struct xg_keys *keys; /* for encrypted executables, the caller's; may be NULL */
    const char *patch;          /* delta patch to apply to the title; NULL: none */
    struct xg_recorder
        *gpu_trace;              /* of everything that goes to the GPU, the caller's; may be NULL */
    struct xg_audio_sink *audio; /* where sound goes, the caller's; NULL: nowhere */
    const char *content;         /* folder that titles may write in; made when it is used;
                                  * NULL: they find no disk */
    const struct xg_mount *mounts; /* what else the title finds; may be NULL */
    size_t mount_count;
    const struct xg_disc *discs; /* that the title may change to; may be NULL */
    size_t disc_count;
    const struct xg_window_wish *windows; /* where device windows should lie; may be NULL */
    size_t window_count;
    /* Answers message boxes, see kernel/control.h. May be NULL. */
    uint32_t (*message_box)(void *ctx, const struct xg_message_box *box);
    void *message_box_ctx;
    /* Sentences for people while it runs (an unimplemented export was called, the GPU
     * reports an error). May be NULL. */
    void (*log)(void *ctx, const char *text);
    void *log_ctx;
};

enum xg_stop {
    XG_STOP_NONE,     /* still running: a frame or a budget ended */
    XG_STOP_EXIT,     /* the title ended by itself */
    XG_STOP_FAULT,    /* guest fault: see xg_machine_report */
    XG_STOP_DEADLOCK, /* no thread can ever run again */
    XG_STOP_DEVICE,   /* the GPU back end failed or the pair differed */
};

struct xg_machine *xg_machine_create(const struct xg_machine_options *options,
                                     struct xg_error *err);
void xg_machine_destroy(struct xg_machine *m);

/* Loads an executable from a host file, or default.xex from a disc image or content package, and
 * prepares its first thread. */
bool xg_machine_load(struct xg_machine *m, const char *path, struct xg_error *err);

/* Prints the map of guest memory and checks it; false: something is wrong, and said. */
bool xg_machine_map(struct xg_machine *m, FILE *out);

/* What ends a run(), besides the title: the first limit that is reached. A limit on frames
 * ends it when the frame is shown, on instructions at the next safepoint, on time at
 * the first end of a round at or after it; going on afterwards gives the same run as without the
 * stop. */
struct xg_run_limits {
    uint64_t frames;       /* stop after this many swaps in this call, 0 = no limit */
    uint64_t instructions; /* of all threads since the machine was created, 0 = no limit */
    xg_time until;         /* guest time since power-on, 0 = no limit */
    const volatile int *interrupted; /* run() returns at the next round when not 0; may be NULL */
};
enum xg_stop xg_machine_run(struct xg_machine *m, const struct xg_run_limits *limits);

/* The sentence for people: what happened, thread, address, symbol if known. */
const char *xg_machine_report(const struct xg_machine *m);
uint32_t xg_machine_exit_code(const struct xg_machine *m); /* guest's, after XG_STOP_EXIT */

/* The last swapped picture, converted to 8-bit RGBA rows top to bottom; NULL before the
 * first swap. Owned by the machine, valid until the next run(). */
struct xg_picture {
    uint32_t width, height;
    const uint8_t *rgba;
    uint64_t frame; /* 1 for the first swap */
};
const struct xg_picture *xg_machine_picture(struct xg_machine *m);
/* A message box of the system lies on it; this number changes when the box comes, changes or
 * goes. */
uint32_t xg_machine_overlay(const struct xg_machine *m);

xg_time xg_machine_now(const struct xg_machine *m);
uint64_t xg_machine_instructions(const struct xg_machine *m);
struct xg_gpu *xg_machine_gpu(struct xg_machine *m);
struct xg_memory *xg_machine_memory(struct xg_machine *m);
struct xg_cpu *xg_machine_cpu(struct xg_machine *m);
uint64_t xg_machine_frames(const struct xg_machine *m);        /* swaps that became visible */
xg_time xg_machine_last_swap(const struct xg_machine *m);      /* 0 before the first */
uint64_t xg_machine_unimplemented(const struct xg_machine *m); /* calls of such exports */
struct xg_machine_sound {
    uint64_t frames, underruns, dropped; /* of 256 samples: due, missed by the title, by the sink */
    uint64_t xma_frames;                 /* compressed ones, given out as silence */
    uint32_t xma_contexts;               /* most in use at a time */
};
struct xg_machine_sound xg_machine_sound(const struct xg_machine *m);
/* What every thread and the GPU do now, one sentence without a full stop. */
const char *xg_machine_describe(struct xg_machine *m);

/* SHA-256 over the chain of what has become visible: per frame the picture's size and
 * RGBA, then guest memory writes of the GPU, interrupts, and counters at the end. The
 * pixel digest covers the last picture alone. 64 hex digits and a NUL. */
void xg_machine_digest(struct xg_machine *m, char out[65]);
void xg_machine_pixel_digest(struct xg_machine *m, char out[65]);
/* The same over all frames of sound; false: there were none. The chain has them, too. */
bool xg_machine_sound_digest(struct xg_machine *m, char out[65]);

#endif
