/* The windowed side of a run: shows pictures, paces on the guest's vertical blank, reads keyboard
 * and controllers. The run itself belongs to cmd_run.c, which calls this between stretches. */
#ifndef XG_APP_PLAY_H
#define XG_APP_PLAY_H

#include "app/config.h"
#include "gpu/present/scale.h"
#include "input/input.h"
#include "machine/machine.h"

struct xg_play_options {
    struct xg_machine *machine;
    const struct xg_config *config;
    const char *file;       /* of the title; its name is in the window's title */
    const char *gpu_name;   /* as --gpu takes it */
    struct xg_scale scale;  /* of the picture in the window */
    struct xg_input *input; /* what keys and controllers do goes there; NULL: nowhere */
    /* Ends a pause when not 0. May be NULL. */
    const volatile int *interrupted;
    /* Sentences for people: where a screenshot is. */
    void (*say)(void *ctx, const char *text);
    void *say_ctx;
};

struct xg_play;
/* Opens the window. Everything named in the options outlives the play. NULL: err says why. */
struct xg_play *xg_play_open(const struct xg_play_options *options, struct xg_error *err);
void xg_play_close(struct xg_play *p); /* NULL: nothing */

/* Guest time at which the next stretch of the run should end. */
xg_time xg_play_until(const struct xg_play *p);
/* After each stretch: shows the machine's picture if it is new, waits until the host has caught
 * up (and while paused), reads input. false: the user ended it, or err holds a failure. */
bool xg_play_serve(struct xg_play *p, bool new_frame, struct xg_error *err);

#endif
