/* Options of `xenogate run`. */
#ifndef XG_APP_RUN_OPTIONS_H
#define XG_APP_RUN_OPTIONS_H

#include "app/answers.h"
#include "app/config.h"
#include "app/picture_file.h"
#include "cpu/cpu.h"
#include "gpu/device.h"
#include "machine/machine.h"
#include "memory/windows.h"

#define XG_MOUNTS_MAX 16u
#define XG_DISCS_MAX  16u

struct xg_run_options {
    const char *file;
    const char *gpu_name;
    xg_device_create_fn *gpu;
    enum xg_cpu_engine cpu;
    bool headless, digest, drop_stacks, stats, help, parallel;
    uint64_t frames, instructions; /* 0 = no limit */
    const char *screenshot;        /* PNG of the last picture */
    struct xg_picture_file picture;
    const char *every_frame;                      /* folder */
    const char *digest_file;                      /* NULL: stdout */
    const char *events;                           /* JSON lines */
    const char *keys;                             /* key file; NULL: the usual one */
    const char *patch;                            /* delta patch */
    struct xg_window_wish window[XG_WINDOWS_MAX]; /* --device */
    size_t windows;
    const char *gpu_trace;       /* file */
    const char *record, *replay; /* input, as text by guest time */
    const char *audio;           /* sink; NULL: the configuration's */
    struct xg_mount mount[XG_MOUNTS_MAX];
    size_t mounts;
    struct xg_disc disc[XG_DISCS_MAX];
    size_t discs;
    const char *content;       /* folder of saved games; NULL: the usual one */
    struct xg_answers answers; /* to message boxes; freed with xg_run_options_free */
};

/* What the command line does not say comes from the configuration. false: err holds a sentence of
 * kind XG_E_INPUT. argv[0] is "run". The strings stay the caller's and the configuration's. */
bool xg_run_options_parse(struct xg_run_options *o, const struct xg_config *config, int argc,
                          char **argv, struct xg_error *err);
void xg_run_options_free(struct xg_run_options *o);
/* The usage text. */
extern const char xg_run_usage[];

#endif
