#include "app/play.h"
#include "app/play_pace.h"
#include "gpu/present/png.h"
#include "gpu/present/window.h"
#include "input/sdl_pads.h"
#include "kernel/control.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull
/* Longest nap between two looks at the window. */
#define NAP_NS 8000000u
/* In fast-forward not every picture is shown: no more than the eye takes. */
#define FAST_SHOW_NS (NS_PER_S / 60)

struct xg_play {
    struct xg_play_options o;
    struct xg_window *window;
    struct xg_sdl_pads *pads; /* NULL: SDL has no controllers here */
    struct xg_key_map map;
    unsigned keyboard_pad; /* XG_PADS: none */
    struct xg_pace pace;
    struct xg_speed speed;
    struct xg_speed_report report;
    bool paused, fast, fast_held;
    bool retitle;
    uint32_t overlay;  /* as it was shown last */
    uint64_t shown_at; /* host */
    char name[64];     /* of the title, without folder and extension */
};

static uint64_t host_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void nap(uint64_t ns)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)(ns < NAP_NS ? ns : NAP_NS)}, NULL);
}

static void XG_PRINTF(2, 3) say(struct xg_play *p, const char *fmt, ...)
{
    char text[1400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (p->o.say)
        p->o.say(p->o.say_ctx, text);
}

/* ---- title ---- */

static void set_title(struct xg_play *p)
{
    char title[256], cycles[48] = "";
    if (p->report.cycles_per_s > 0)
        snprintf(cycles, sizeof cycles, ", %.2f M cycles/s", p->report.cycles_per_s / 1e6);
    snprintf(title, sizeof title, "%s - %s%s - %.0f %%, %.1f frames/s%s - Xenogate", p->name,
             p->o.gpu_name,
             p->paused                 ? " - paused"
             : p->fast || p->fast_held ? " - fast"
                                       : "",
             p->report.percent, p->report.frames_per_s, cycles);
    xg_window_set_title(p->window, title);
    p->retitle = false;
}

static void measure(struct xg_play *p)
{
    struct xg_gpu_counters c = {0};
    struct xg_device *d = xg_gpu_device(xg_machine_gpu(p->o.machine));
    d->ops->counters(d, &c);
    const struct xg_progress now = {xg_machine_now(p->o.machine), xg_machine_frames(p->o.machine),
                                    c.cycles};
    if (xg_speed_update(&p->speed, &now, host_ns(), &p->report) || p->retitle)
        set_title(p);
}

/* ---- pictures ---- */

static void screenshot(struct xg_play *p)
{
    char path[1100];
    const struct xg_picture *picture = xg_machine_picture(p->o.machine);
    const char *folder = xg_config_get(p->o.config, "screenshots");
    struct xg_error err = {0};
    if (!picture) {
        say(p, "no screenshot: no picture was shown yet");
        return;
    }
    for (unsigned n = 1; n < 1000; n++) { /* none is overwritten */
        snprintf(path, sizeof path, "%.900s/%s-%06" PRIu64 "%s%.0u.png", folder, p->name,
                 picture->frame, n > 1 ? "-" : "", n > 1 ? n : 0);
        if (access(path, F_OK))
            break;
    }
    if (xg_png_write(path, picture->width, picture->height, picture->rgba, &err))
        say(p, "screenshot: %s", path);
    else
        say(p, "no screenshot: %s", err.text);
}

static bool show(struct xg_play *p, struct xg_error *err)
{
    const struct xg_picture *picture = xg_machine_picture(p->o.machine);
    uint64_t now = host_ns();
    if ((p->fast || p->fast_held) && now - p->shown_at < FAST_SHOW_NS)
        return true;
    p->shown_at = now;
    return xg_window_show(p->window, picture->width, picture->height, picture->rgba, err);
}

/* ---- input ---- */

static void read_input(struct xg_play *p, xg_time when)
{
    struct xg_pad pads[XG_PADS] = {0};
    if (!p->o.input)
        return;
    if (p->pads)
        xg_sdl_pads_sample(p->pads, pads);
    if (p->keyboard_pad < XG_PADS) {
        struct xg_pad *pad = &pads[p->keyboard_pad];
        struct xg_gamepad keys = xg_key_map_gamepad(&p->map, xg_window_keys(p->window), XG_KEYS);
        pad->state = xg_gamepad_merge(&pad->state, &keys);
        pad->connected = true;
    }
    for (unsigned i = 0; i < XG_PADS; i++) {
        xg_input_set(p->o.input, when, i, &pads[i]);
        if (p->pads)
            xg_sdl_pads_rumble(p->pads, i, xg_input_rumble(p->o.input, i));
    }
}

/* ---- life ---- */

static void take_name(struct xg_play *p)
{
    const char *slash = strrchr(p->o.file, '/');
    snprintf(p->name, sizeof p->name, "%s", slash ? slash + 1 : p->o.file);
    char *dot = strrchr(p->name, '.');
    if (dot && dot != p->name)
        *dot = 0;
}

static void window_says(void *ctx, const char *text)
{
    say(ctx, "%s", text);
}

static enum xg_renderer renderer_named(const char *name)
{
    return !strcmp(name, "vulkan") ? XG_RENDERER_VULKAN
           : !strcmp(name, "sdl")  ? XG_RENDERER_SDL
                                   : XG_RENDERER_AUTO;
}

static bool open_window(struct xg_play *p, struct xg_error *err)
{
    const struct xg_config *c = p->o.config;
    struct xg_window_options w = {.title = p->name,
                                  .renderer = renderer_named(xg_config_get(c, "window.renderer")),
                                  .full_screen = xg_config_yes(c, "window.full-screen"),
                                  .scale = p->o.scale,
                                  .log = window_says,
                                  .log_ctx = p};
    xg_config_size(c, "window.size", &w.width, &w.height);
    p->window = xg_window_open(&w, err);
    return p->window != NULL;
}

struct xg_play *xg_play_open(const struct xg_play_options *options, struct xg_error *err)
{
    struct xg_play *p = calloc(1, sizeof *p);
    struct xg_error why = {0};
    if (!p) {
        xg_fail(err, XG_E_INPUT, "no window: out of memory");
        return NULL;
    }
    p->o = *options;
    p->fast = xg_config_yes(p->o.config, "fast");
    const char *pad = xg_config_get(p->o.config, "keyboard.pad");
    p->keyboard_pad = *pad == 'n' ? XG_PADS : (unsigned)(*pad - '1');
    xg_config_key_map(p->o.config, &p->map);
    take_name(p);
    if (!open_window(p, err)) {
        xg_play_close(p);
        return NULL;
    }
    if (p->o.input && !(p->pads = xg_sdl_pads_open(
                            (unsigned)xg_config_number(p->o.config, "pad.dead-zone"), &why)))
        say(p, "%s; the keyboard plays alone", why.text);
    read_input(p, 0); /* what is plugged in when the console is switched on */
    p->retitle = true;
    measure(p);
    return p;
}

void xg_play_close(struct xg_play *p)
{
    if (!p)
        return;
    xg_sdl_pads_close(p->pads);
    xg_window_destroy(p->window);
    free(p);
}

xg_time xg_play_until(const struct xg_play *p)
{
    return xg_next_vblank(xg_machine_now(p->o.machine), XG_VBLANK_HZ);
}

/* ---- between stretches ---- */

/* false: the user ends it. */
static bool handle_window(struct xg_play *p)
{
    unsigned events = xg_window_poll(p->window);
    bool held = events & XG_WINDOW_FAST_HELD;
    if (events & XG_WINDOW_SCREENSHOT)
        screenshot(p);
    if (events & XG_WINDOW_PAUSE)
        p->paused = !p->paused;
    if (events & XG_WINDOW_FAST_TOGGLE)
        p->fast = !p->fast;
    if (events & (XG_WINDOW_PAUSE | XG_WINDOW_FAST_TOGGLE) || held != p->fast_held) {
        p->fast_held = held;
        p->retitle = true;
        xg_pace_restart(&p->pace);
        xg_speed_restart(&p->speed);
    }
    if (p->retitle)
        set_title(p);
    return !(events & XG_WINDOW_CLOSE);
}

/* Until guest time may go on. false: the user ends it. */
static bool wait(struct xg_play *p)
{
    for (;;) {
        if (!handle_window(p))
            return false;
        if (p->o.interrupted && *p->o.interrupted)
            return true;
        if (p->paused) {
            nap(NAP_NS);
            continue;
        }
        if (p->fast || p->fast_held)
            return true;
        uint64_t left = xg_pace_wait(&p->pace, xg_machine_now(p->o.machine), host_ns());
        if (!left)
            return true;
        nap(left);
    }
}

bool xg_play_serve(struct xg_play *p, bool new_frame, struct xg_error *err)
{
    uint32_t overlay = xg_machine_overlay(p->o.machine);
    bool changed = overlay != p->overlay && xg_machine_picture(p->o.machine);
    p->overlay = overlay;
    if (((new_frame || changed) && !show(p, err)) || !wait(p))
        return false;
    read_input(p, xg_machine_now(p->o.machine) + XG_INPUT_DELAY_NS);
    measure(p);
    return true;
}
