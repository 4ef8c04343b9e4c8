/* `xenogate run`: a machine, a window or none, limits, and what is written at the end. */
#include "app/commands.h"
#include "app/keys.h"
#include "app/play.h"
#include "app/run_events.h"
#include "app/run_options.h"
#include "gpu/trace/recorder.h"
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull
/* A run that waits for pictures gives up when none has come for this long, guest time. */
#define NO_SWAP_LIMIT (60 * NS_PER_S)

struct run {
    struct xg_run_options o;
    struct xg_keys keys;
    struct xg_machine *machine;
    struct xg_config *config;
    struct xg_input *input; /* live from the window, or of a recording */
    xg_time replay_end;     /* where the recording ends; 0: there is none */
    struct xg_play *play;   /* NULL: headless */
    struct xg_audio_sink *audio;
    char content[4096];            /* the usual folder for it */
    struct xg_recorder *gpu_trace; /* NULL: none */
    struct xg_event_log log;
    struct xg_hooks hooks;
    uint64_t frames; /* seen by this run */
    bool over;       /* the title ended, or could not go on */
};

/* Set by the signal handler alone. */
static volatile sig_atomic_t interrupted;
static void on_signal(int number)
{
    XG_UNUSED(number);
    if (interrupted++)
        _exit(XG_E_GUEST); /* asked twice: do not wait for the round to end */
}

static void say(void *ctx, const char *text)
{
    XG_UNUSED(ctx);
    fflush(stdout); /* keeps the order of the guest's text and ours */
    fprintf(stderr, "xenogate: %s\n", text);
}

/* ---- pictures ---- */

static bool write_frame(struct run *r, const struct xg_picture *p, struct xg_error *err)
{
    char path[1024];
    if (!r->o.every_frame)
        return true;
    snprintf(path, sizeof path, "%s/frame_%06" PRIu64 ".png", r->o.every_frame, p->frame);
    return xg_picture_file_write(&r->o.picture, path, p->width, p->height, p->rgba, err);
}

/* ---- running ---- */

/* The sentence for a run that a limit or the user ended. */
static int stopped(struct run *r, const char *why, int code)
{
    fflush(stdout);
    fprintf(stderr,
            "xenogate: %s after %" PRIu64 " instructions, %" PRIu64
            " pictures, %.3f s of guest time: %s.\n",
            why, xg_machine_instructions(r->machine), xg_machine_frames(r->machine),
            (double)xg_machine_now(r->machine) / 1e9, xg_machine_describe(r->machine));
    return code;
}

static int ended(struct run *r, enum xg_stop stop)
{
    r->over = true;
    uint32_t code = xg_machine_exit_code(r->machine);
    fflush(stdout);
    fprintf(stderr, "xenogate: %s.\n", xg_machine_report(r->machine));
    switch (stop) {
    case XG_STOP_EXIT:
        return code ? XG_E_GUEST : XG_OK;
    case XG_STOP_DEVICE:
        return XG_E_DEVICE;
    default:
        return XG_E_GUEST;
    }
}

/* One stretch to the next picture or look at the window. -1: go on. */
static int step(struct run *r, struct xg_error *err)
{
    const struct xg_run_options *o = &r->o;
    struct xg_run_limits limits = {
        .frames = 1, .instructions = o->instructions, .interrupted = &interrupted};
    if (r->play)
        limits.until = xg_play_until(r->play);
    else if (o->frames)
        limits.until = xg_machine_last_swap(r->machine) + NO_SWAP_LIMIT;
    if (r->replay_end && (!limits.until || limits.until > r->replay_end))
        limits.until = r->replay_end;
    enum xg_stop stop = xg_machine_run(r->machine, &limits);
    const struct xg_picture *p = xg_machine_picture(r->machine);
    bool new_frame = p && p->frame > r->frames;
    if (new_frame) {
        r->frames = p->frame;
        if (!write_frame(r, p, err))
            return err->kind;
    }
    if (stop != XG_STOP_NONE)
        return ended(r, stop);
    if (r->replay_end && xg_machine_now(r->machine) >= r->replay_end)
        return XG_OK;
    if (r->play && !xg_play_serve(r->play, new_frame, err))
        return err->kind;
    if (o->frames && r->frames >= o->frames)
        return XG_OK;
    if (interrupted)
        return stopped(r, "interrupted", XG_E_GUEST);
    if (o->instructions && xg_machine_instructions(r->machine) >= o->instructions)
        return stopped(r, "stopped by the limit on instructions",
                       o->frames || !r->frames ? XG_E_GUEST : XG_OK);
    if (o->frames && xg_machine_now(r->machine) >= xg_machine_last_swap(r->machine) + NO_SWAP_LIMIT)
        return stopped(r, "stopped because no new picture came for 60 seconds of guest time",
                       XG_E_GUEST);
    return -1;
}

/* ---- the end ---- */

static bool write_digest(struct run *r, struct xg_error *err)
{
    char run_hex[65], pixel_hex[65];
    FILE *f = stdout;
    if (!r->o.digest)
        return true;
    if (r->o.digest_file && !(f = fopen(r->o.digest_file, "w")))
        return xg_fail(err, XG_E_INPUT, "%s: cannot be written (%s)", r->o.digest_file,
                       strerror(errno));
    xg_machine_digest(r->machine, run_hex);
    xg_machine_pixel_digest(r->machine, pixel_hex);
    fprintf(f, "digest %s\npixels %s\n", run_hex, pixel_hex);
    if (xg_machine_sound_digest(r->machine, run_hex))
        fprintf(f, "sound  %s\n", run_hex);
    bool ok = !ferror(f);
    if (f != stdout)
        ok = !fclose(f) && ok;
    return ok || xg_fail(err, XG_E_INPUT, "%s: cannot be written", r->o.digest_file);
}

static bool write_screenshot(struct run *r, struct xg_error *err)
{
    const struct xg_picture *p = xg_machine_picture(r->machine);
    if (!r->o.screenshot)
        return true;
    if (!p)
        return xg_fail(err, XG_E_GUEST, "%s: no picture was shown", r->o.screenshot);
    return xg_picture_file_write(&r->o.picture, r->o.screenshot, p->width, p->height, p->rgba, err);
}

static void print_stats(struct run *r)
{
    struct xg_gpu_counters c = {0};
    struct xg_device *d = xg_gpu_device(xg_machine_gpu(r->machine));
    d->ops->counters(d, &c);
    const struct xg_gpu_lazy lines = xg_gpu_lazy(xg_machine_gpu(r->machine));
    const struct xg_machine_sound sound = xg_machine_sound(r->machine);
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"instructions", xg_machine_instructions(r->machine)},
        {"guest microseconds", xg_machine_now(r->machine) / 1000},
        {"pictures", xg_machine_frames(r->machine)},
        {"unimplemented export calls", xg_machine_unimplemented(r->machine)},
        {"simulated cycles", c.cycles},
        {"busy cycles", c.busy_cycles},
        {"packets", c.packets},
        {"command words", c.dwords},
        {"draws on the device", c.draws_local},
        {"draws delegated", c.draws_delegated},
        {"resolves", c.resolves},
        {"clears", c.clears},
        {"resolve bytes", c.resolve_bytes},
        {"lines of copies left", lines.taken},
        {"lines someone looked at", lines.fetched},
        {"lines overwritten unseen", lines.dropped},
        {"memory writes", c.memory_writes},
        {"interrupts", c.interrupts},
        {"swaps", c.swaps},
        {"link bytes received", c.link_rx_bytes},
        {"link bytes sent", c.link_tx_bytes},
        {"page faults", c.page_faults},
        {"sound frames", sound.frames},
        {"sound frames missed", sound.underruns},
        {"sound frames dropped", sound.dropped},
        {"XMA contexts at most", sound.xma_contexts},
        {"XMA frames as silence", sound.xma_frames},
        {"pages pushed", c.pages_pushed},
    };
    fflush(stdout);
    for (size_t i = 0; i < XG_COUNTOF(rows); i++)
        fprintf(stderr, "%-28s %" PRIu64 "\n", rows[i].name, rows[i].value);
}

/* A recording replaces keyboard and controllers. */
static bool prepare_input(struct run *r, struct xg_error *err)
{
    const struct xg_run_options *o = &r->o;
    if (o->record && (o->replay || o->headless))
        return xg_fail(err, XG_E_INPUT, "--record needs a window, and no --replay");
    if (!(r->input = xg_input_create()))
        return xg_fail(err, XG_E_INPUT, "out of memory");
    return !o->replay || xg_input_load(r->input, o->replay, &r->replay_end, err);
}

/* Without a word: to the speakers when there is a window, else nowhere. A host without sound is
 * no reason not to play. */
static bool open_audio(struct run *r, struct xg_error *err)
{
    const char *spec = r->o.audio ? r->o.audio : xg_config_get(r->config, "audio");
    struct xg_error why = {0};
    if (!strcmp(spec, "auto"))
        spec = r->o.headless ? "null" : "sdl";
    r->audio = xg_audio_open(spec, r->o.audio ? err : &why);
    if (!r->audio && !r->o.audio) {
        say(NULL, why.text);
        r->audio = xg_audio_open("null", err);
    }
    return r->audio != NULL;
}

/* $XDG_DATA_HOME/xenogate/content, or ~/.local/share/xenogate/content. */
static const char *content_folder(struct run *r)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (r->o.content)
        return r->o.content;
    if (data && *data == '/')
        snprintf(r->content, sizeof r->content, "%.4000s/xenogate/content", data);
    else if (home && *home == '/')
        snprintf(r->content, sizeof r->content, "%.4000s/.local/share/xenogate/content", home);
    return *r->content ? r->content : NULL;
}

static bool open_play(struct run *r, struct xg_error *err)
{
    const struct xg_play_options p = {.machine = r->machine,
                                      .config = r->config,
                                      .file = r->o.file,
                                      .gpu_name = r->o.gpu_name,
                                      .scale = r->o.picture.scale,
                                      .input = r->o.replay ? NULL : r->input,
                                      .interrupted = &interrupted,
                                      .say = say};
    r->play = xg_play_open(&p, err);
    return r->play != NULL;
}

static bool prepare(struct run *r, struct xg_error *err)
{
    const struct xg_run_options *o = &r->o;
    struct stat st;
    if (stat(o->file, &st) || access(o->file, R_OK)) /* before anything is opened or written */
        return xg_fail(err, XG_E_INPUT, "%s: cannot open: %s", o->file, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return xg_fail(err, XG_E_INPUT, "%s: not a regular file", o->file);
    if (o->every_frame && mkdir(o->every_frame, 0777) && errno != EEXIST)
        return xg_fail(err, XG_E_INPUT, "%s: cannot be made (%s)", o->every_frame, strerror(errno));
    if (!xg_event_log_open(&r->log, o->events, &r->hooks, err))
        return false;
    if (!prepare_input(r, err))
        return false;
    if (!xg_app_keys(o->keys, &r->keys, err))
        return false;
    r->o.answers.say = say;
    if (!open_audio(r, err))
        return false;
    if (o->gpu_trace && !(r->gpu_trace = xg_recorder_open(o->gpu_trace, o->gpu_name, 0, err)))
        return false;
    const struct xg_machine_options m = {.engine = o->cpu,
                                         .windows = o->window,
                                         .window_count = o->windows,
                                         .device = o->gpu,
                                         .parallel = o->parallel,
                                         .drop_stacks = o->drop_stacks,
                                         .hooks = &r->hooks,
                                         .input = r->input,
                                         .keys = &r->keys,
                                         .patch = o->patch,
                                         .gpu_trace = r->gpu_trace,
                                         .audio = r->audio,
                                         .content = content_folder(r),
                                         .mounts = o->mount,
                                         .mount_count = o->mounts,
                                         .discs = o->disc,
                                         .disc_count = o->discs,
                                         .message_box = xg_answers_next,
                                         .message_box_ctx = &r->o.answers,
                                         .log = say};
    r->machine = xg_machine_create(&m, err);
    if (!r->machine || !xg_machine_load(r->machine, o->file, err))
        return false;
    if (!o->headless && !open_play(r, err))
        return false;
    setvbuf(stdout, NULL, _IOLBF, 0); /* guest text is seen when it is said, in a pipe too */
    /* Not on the stack of what it interrupts: translated code keeps predictions there. */
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    return true;
}

/* Two back ends side by side: what was not compared on the way is compared now. */
static bool settle(struct run *r, struct xg_error *err)
{
    struct xg_device *d = xg_gpu_device(xg_machine_gpu(r->machine));
    if (!strchr(r->o.gpu_name, '+') || xg_device_pair_settle(d))
        return true;
    return xg_fail(err, XG_E_DEVICE, "%s", xg_device_pair_difference(d));
}

/* A title that ended did so in the midst of a round: the replay must go through it, and then ends
 * likewise. */
static bool write_recording(struct run *r, struct xg_error *err)
{
    xg_time end = xg_machine_now(r->machine) + (r->over ? XG_INPUT_DELAY_NS : 0);
    return !r->o.record || xg_input_save(r->input, r->o.record, end, err);
}

static bool close_gpu_trace(struct run *r, struct xg_error *err)
{
    struct xg_gpu_counters c = {0};
    struct xg_recorder *trace = r->gpu_trace;
    struct xg_device *d = r->machine ? xg_gpu_device(xg_machine_gpu(r->machine)) : NULL;
    r->gpu_trace = NULL;
    if (d)
        d->ops->counters(d, &c);
    return xg_recorder_close(trace, d ? &c : NULL, err);
}

static int finish(struct run *r, int code, struct xg_error *err)
{
    bool ok = (code == XG_E_DEVICE || settle(r, err)) && write_digest(r, err) &&
              write_screenshot(r, err) && write_recording(r, err);
    if (r->o.stats)
        print_stats(r);
    if (ok)
        return code;
    return code ? code : (int)err->kind;
}

int xg_cmd_run(int argc, char **argv)
{
    struct run r = {0};
    struct xg_error err = {0};
    int code = -1;
    r.config = xg_config_open(&err);
    if (r.config && xg_run_options_parse(&r.o, r.config, argc, argv, &err) && r.o.help) {
        xg_config_destroy(r.config);
        xg_run_options_free(&r.o);
        fputs(xg_run_usage, stdout);
        return XG_OK;
    }
    if (err.kind == XG_OK && prepare(&r, &err)) {
        while (code < 0)
            code = step(&r, &err);
        if (err.kind == XG_OK)
            code = finish(&r, code, &err);
    }
    close_gpu_trace(&r, &err);
    xg_event_log_close(&r.log, &err);
    xg_audio_close(r.audio, &err);
    if (err.kind != XG_OK) {
        fflush(stdout);
        fprintf(stderr, "xenogate: %s\n", err.text);
        code = code > 0 ? code : (int)err.kind;
    }
    xg_play_close(r.play);
    xg_machine_destroy(r.machine);
    xg_input_destroy(r.input);
    xg_run_options_free(&r.o);
    xg_config_destroy(r.config);
    return code;
}
