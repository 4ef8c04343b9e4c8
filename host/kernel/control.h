/* The machine's side of the kernel: create it, start a title, run rounds of guest time.
 *
 * Time. The kernel keeps one clock, in ns since power-on. A round is a stretch of it that
 * each of the six hardware threads runs through in turn, each with a clock of its own that
 * starts where its last slice ended. Events (timeouts, vertical blank) end a round early,
 * so that they happen at their exact time. When nothing can run, the clock jumps. */
#ifndef XG_KERNEL_CONTROL_H
#define XG_KERNEL_CONTROL_H

#include "audio/audio.h"
#include "gpu/gpu.h"
#include "input/input.h"
#include "kernel/kernel.h"
#include "loader/loader.h"
#include "vfs/vfs.h"

#define XG_CPUS 6u
/* Longest round, ns: how far hardware threads may drift apart. */
#define XG_ROUND_NS 10000u
/* Vertical blanks a second of guest time. */
#define XG_VBLANK_HZ 60u
/* 100 ns units between 1601 and power-on: 2005-11-22 00:00 UTC. A constant, so that runs
 * repeat. */
#define XG_BOOT_SYSTEM_TIME 127770048000000000ull

/* A message box that the title shows; texts are UTF-8. */
struct xg_message_box {
    char title[128], text[512], button[8][64];
    uint32_t count, focus;
};
struct xg_kernel_options {
    struct xg_memory *mem;
    struct xg_heaps *heaps;
    struct xg_cpu *cpu;
    struct xg_gpu *gpu; /* may be NULL until the title starts: xg_kernel_set_gpu */
    struct xg_vfs *vfs; /* devices and links for the file exports; NULL: there are none */
    /* Where titles may write: a folder that is mounted in vfs as \\Device\\Content, and its path
     * on the host. NULL: there is no disk. */
    struct xg_vfs_device *content;
    const char *content_path;
    const struct xg_keys *keys; /* for modules that the title loads; may be NULL */
    struct xg_input *input;     /* pads; NULL: none is plugged in, ever */
    const struct xg_hooks *hooks;
    /* Sentences for people (unimplemented export called and the like). May be NULL. */
    void (*log)(void *ctx, const char *text);
    void *log_ctx;
    /* Asked when a box opens: index of the button that will be pressed, or another number: the
     * pads decide (xam/message.c). May be NULL. */
    uint32_t (*message_box)(void *ctx, const struct xg_message_box *box);
    void *message_box_ctx;
    /* Puts this disc of the title into its drive. false: nobody has it. May be NULL. */
    bool (*change_disc)(void *ctx, uint8_t number);
    void *change_disc_ctx;
    /* A frame of sound is due; called by guest time while a title plays. May be NULL. */
    void (*sound)(void *ctx, const struct xg_audio_frame *frame);
    void *sound_ctx;
};
/* The console goes on: a title has started another one. Time and instructions are counted on, the
 * new title finds the launch data (copied). Before xg_kernel_start. false: out of memory. */
struct xg_kernel_past {
    xg_time now;
    uint64_t instructions;
    const void *launch_data;
    uint32_t launch_size;
};
bool xg_kernel_go_on(struct xg_kernel *k, const struct xg_kernel_past *past);
/* After XG_KERNEL_EXITED: the executable that the title has asked for, NULL: none. What it leaves
 * behind lives as long as the kernel. */
const char *xg_kernel_launch_path(const struct xg_kernel *k);
struct xg_kernel_past xg_kernel_past(const struct xg_kernel *k);

struct xg_kernel *xg_kernel_create(const struct xg_kernel_options *options, struct xg_error *err);
void xg_kernel_destroy(struct xg_kernel *k);
/* From now on every guest hardware thread has a host thread of its own and an engine of its own; a
 * round is XG_PARALLEL_ROUND_NS long, and runs do not repeat. Before the first round. */
#define XG_PARALLEL_ROUND_NS 100000u
bool xg_kernel_parallel(struct xg_kernel *k, enum xg_cpu_engine engine, struct xg_error *err);
void xg_kernel_set_gpu(struct xg_kernel *k, struct xg_gpu *gpu);

/* The loader's callbacks, answered from the export table; valid as long as the kernel. */
const struct xg_loader_imports *xg_kernel_imports(struct xg_kernel *k);
/* Path of the title's file as titles see it (ExLoadedImageName), with its device. */
void xg_kernel_set_image_name(struct xg_kernel *k, const char *path);
/* Makes the first thread of the image. The image stays the caller's. */
bool xg_kernel_start(struct xg_kernel *k, const struct xg_image *image, struct xg_error *err);

enum xg_kernel_state {
    XG_KERNEL_RUNNING,  /* the round is over, or the instruction budget is used */
    XG_KERNEL_EXITED,   /* the title ended: xg_kernel_exit_code */
    XG_KERNEL_FAULTED,  /* xg_kernel_stop_text says why */
    XG_KERNEL_DEADLOCK, /* no thread can ever run again */
};
/* Runs the rest of the present round, or a new one, and stops at the first safepoint where
 * xg_kernel_instructions() >= instructions. Must be called with the GPU advanced to
 * xg_kernel_now(). */
enum xg_kernel_state xg_kernel_run(struct xg_kernel *k, uint64_t instructions);
/* True between rounds: the moment to advance the GPU. */
bool xg_kernel_at_boundary(const struct xg_kernel *k);

xg_time xg_kernel_now(const struct xg_kernel *k); /* start of the round */
/* Exact time of the hardware thread that runs, for device windows. */
xg_time xg_kernel_cpu_now(const struct xg_kernel *k);
uint64_t xg_kernel_instructions(const struct xg_kernel *k);
uint64_t xg_kernel_unimplemented_calls(const struct xg_kernel *k);
uint32_t xg_kernel_exit_code(const struct xg_kernel *k);
/* What stopped it, without full stop at the end of a half sentence: a whole sentence. */
const char *xg_kernel_stop_text(const struct xg_kernel *k);
/* What every thread does: "thread 6 waits for 0x...; ..." */
const char *xg_kernel_describe(struct xg_kernel *k, char *buf, size_t size);

/* What lies in guest memory on the kernel's account: KPCRs, stacks, sections of modules, the ring.
 */
struct xg_kernel_area {
    const char *kind;
    char name[96];
    xg_ga base;
    uint32_t size;
};
typedef void xg_kernel_area_fn(void *ctx, const struct xg_kernel_area *area);
void xg_kernel_areas(const struct xg_kernel *k, xg_kernel_area_fn *fn, void *ctx);

/* Registers of the audio decoder. false: no guest memory for it. */
bool xg_kernel_xma_read(struct xg_kernel *k, uint32_t offset, uint32_t *value);
bool xg_kernel_xma_write(struct xg_kernel *k, uint32_t offset, uint32_t value);
struct xg_audio_totals {
    uint64_t frames;       /* of 256 samples that were due */
    uint64_t underruns;    /* due when a client had given none */
    uint64_t xma_frames;   /* of 512 samples, given out as silence */
    uint32_t xma_contexts; /* most in use at a time */
};
struct xg_audio_totals xg_kernel_audio(const struct xg_kernel *k);

/* The box that stands on the screen now, or NULL; a number that changes whenever it looks
 * different. */
const struct xg_message_box *xg_kernel_message_box(const struct xg_kernel *k);
uint32_t xg_kernel_message_box_changes(const struct xg_kernel *k);

/* PM4_INTERRUPT became visible. */
void xg_kernel_gpu_interrupt(struct xg_kernel *k, uint32_t cpu_mask);

/* The fetch constant that VdSwap was given for this front buffer, oldest first. false:
 * the picture did not come from VdSwap. */
bool xg_kernel_take_swap(struct xg_kernel *k, xg_pa front_buffer, uint32_t fetch[6]);

#endif
