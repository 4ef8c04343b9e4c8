#include "app/run_options.h"

#include "app/backends.h"
#include "driver/board.h"

#include <stdlib.h>
#include <string.h>

const char xg_run_usage[] =
    "usage: xenogate run FILE [options]\n"
    "  --gpu=NAME            back end, or two side by side as A+B (default: the configuration's)\n"
    "  --board=BOARD         of --gpu=fpga: " XG_BOARD_WORDS "\n"
    "  --cpu=ENGINE          jit, interp, or check: jit compared with interp as it runs\n"
    "  --sched=HOW           lockstep (default: the same run each time) or parallel\n"
    "  --headless            no window\n"
    "  --frames N            stop after N pictures\n"
    "  --instructions N      stop after N instructions of all threads\n"
    "  --screenshot OUT.png  write the last picture\n"
    "  --every-frame DIR     write every picture\n"
    "  --scale=HOW           of the picture in the window: linear, point or integer\n"
    "  --aspect=SHAPE        its shape: picture, fill or W:H\n"
    "  --picture-size=WxH    pictures in files as a window of this size shows them\n"
    "  --digest[=FILE]       print digests of the run and of the last picture\n"
    "  --drop-stacks         drop host stacks at every thread switch\n"
    "  --events FILE.jsonl   write export calls, waits, allocations, interrupts, packets\n"
    "  --gpu-trace FILE      record all that goes to the GPU, for gpu replay\n"
    "  --record FILE         write what keyboard and controllers do, by guest time\n"
    "  --replay FILE         let a recording play; the run ends where it does\n"
    "  --keys FILE           keys of encrypted executables\n"
    "  --patch FILE.xexp     apply a delta patch to the title\n"
    "  --mount NAME=PATH     a folder (read-only), disc image or package as a device of the guest\n"
    "  --disc N=PATH         disc N of the title, an image or a folder, for when it asks for it\n"
    "  --audio=SINK          null, wav:FILE or sdl (default: sdl in a window)\n"
    "  --answer BUTTON       press this button of the next message box; may be repeated\n"
    "  --answers FILE        the same, one a line\n"
    "  --content FOLDER      where titles may write: saved games and caches\n"
    "  --device NAME@ADDR    place a device window; 0 or FFFFFFFF: anywhere\n"
    "  --stats               print counters at the end\n";

/* Value of "--name=value" or "--name value"; NULL when argument *i is another option. An
 * option without its value gives "". */
static const char *value_of(const char *name, int argc, char **argv, int *i)
{
    size_t n = strlen(name);
    const char *arg = argv[*i];
    if (strncmp(arg, name, n))
        return NULL;
    if (arg[n] == '=')
        return arg + n + 1;
    if (arg[n])
        return NULL;
    return *i + 1 < argc ? argv[++*i] : "";
}

static bool number(const char *name, const char *text, uint64_t *out, struct xg_error *err)
{
    char *end;
    *out = strtoull(text, &end, 10);
    if (!*text || *end || *text == '-' || !*out)
        return xg_fail(err, XG_E_INPUT, "%s needs a number above zero, not '%s'", name, text);
    return true;
}

static bool text(const char *name, const char *value, const char **out, struct xg_error *err)
{
    *out = value;
    return *value || xg_fail(err, XG_E_INPUT, "%s needs a value", name);
}

static bool set_gpu(struct xg_run_options *o, const char *name, struct xg_error *err)
{
    o->gpu_name = name;
    o->gpu = xg_device_by_name(name);
    return o->gpu || xg_fail(err, XG_E_INPUT, "--gpu=%s: this program has the back ends %s", name,
                             xg_device_names());
}

/* Back ends are made by name: the board is the environment's. */
static bool set_board(struct xg_run_options *o, const char *board, struct xg_error *err)
{
    XG_UNUSED(o);
    return xg_board_choose(board, err);
}

static bool set_cpu(struct xg_run_options *o, const char *name, struct xg_error *err)
{
    o->cpu = XG_CPU_INTERP;
    if (!strcmp(name, "interp"))
        return true;
    o->cpu = XG_CPU_JIT;
    if (!strcmp(name, "jit"))
        return true;
    o->cpu = XG_CPU_CHECK;
    if (!strcmp(name, "check"))
        return true;
    return xg_fail(err, XG_E_INPUT,
                   "--cpu=%s: there is no such CPU engine; use --cpu=jit, interp or check", name);
}

static bool set_sched(struct xg_run_options *o, const char *name, struct xg_error *err)
{
    o->parallel = !strcmp(name, "parallel");
    if (o->parallel || !strcmp(name, "lockstep"))
        return true;
    return xg_fail(err, XG_E_INPUT,
                   "--sched=%s: there is no such scheduler; use --sched=lockstep or parallel",
                   name);
}

static bool is_flag(struct xg_run_options *o, const char *arg)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {
        {"--headless", &o->headless}, {"--digest", &o->digest}, {"--drop-stacks", &o->drop_stacks},
        {"--stats", &o->stats},       {"--help", &o->help},     {"-h", &o->help}};
    for (size_t i = 0; i < XG_COUNTOF(flags); i++)
        if (!strcmp(arg, flags[i].name)) {
            *flags[i].flag = true;
            return true;
        }
    return false;
}

static bool set_frames(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return number("--frames", v, &o->frames, err);
}
static bool set_instructions(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return number("--instructions", v, &o->instructions, err);
}
static bool set_screenshot(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return text("--screenshot", v, &o->screenshot, err);
}
static bool set_every_frame(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return text("--every-frame", v, &o->every_frame, err);
}
static bool set_scale(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return xg_picture_file_scale(&o->picture, v, err);
}
static bool set_aspect(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return xg_picture_file_aspect(&o->picture, v, err);
}
static bool set_picture_size(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return xg_picture_file_size(&o->picture, v, err);
}
static bool set_events(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return text("--events", v, &o->events, err);
}

static bool set_gpu_trace(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return text("--gpu-trace", v, &o->gpu_trace, err);
}

static bool set_record(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return text("--record", v, &o->record, err);
}
static bool set_replay(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return text("--replay", v, &o->replay, err);
}

static bool set_keys(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return text("--keys", v, &o->keys, err);
}
static bool set_patch(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return text("--patch", v, &o->patch, err);
}

static bool set_device(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    if (o->windows == XG_WINDOWS_MAX)
        return xg_fail(err, XG_E_INPUT, "--device: more than %u of them", XG_WINDOWS_MAX);
    return xg_window_wish_parse(v, &o->window[o->windows++], err);
}

static bool set_audio(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    o->audio = v;
    return xg_audio_spec_is_good(v) ||
           xg_fail(err, XG_E_INPUT, "--audio=%s: it is none of %s", v, xg_audio_specs);
}

/* NAME=PATH; the name is cut off in place, as main's arguments may be. */
static bool set_mount(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    char *equals = strchr((char *)v, '=');
    if (!equals || equals == v || !equals[1])
        return xg_fail(err, XG_E_INPUT, "--mount needs NAME=PATH, not '%s'", v);
    if (o->mounts == XG_MOUNTS_MAX)
        return xg_fail(err, XG_E_INPUT, "--mount: more than %u of them", XG_MOUNTS_MAX);
    *equals = 0;
    o->mount[o->mounts++] = (struct xg_mount){v, equals + 1};
    return true;
}

/* N=PATH, N from 1. */
static bool set_disc(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    char *end;
    unsigned long n = strtoul(v, &end, 10);
    if (*v < '0' || *v > '9' || !n || n > UINT8_MAX || *end != '=' || !end[1])
        return xg_fail(err, XG_E_INPUT, "--disc needs N=PATH, not '%s'", v);
    if (o->discs == XG_DISCS_MAX)
        return xg_fail(err, XG_E_INPUT, "--disc: more than %u of them", XG_DISCS_MAX);
    o->disc[o->discs++] = (struct xg_disc){(uint8_t)n, end + 1};
    return true;
}

static bool set_answer(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return *v ? xg_answers_add(&o->answers, v, err)
              : xg_fail(err, XG_E_INPUT, "--answer needs a value");
}
static bool set_answers(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return xg_answers_load(&o->answers, v, err);
}
static bool set_content(struct xg_run_options *o, const char *v, struct xg_error *err)
{
    return text("--content", v, &o->content, err);
}

void xg_run_options_free(struct xg_run_options *o)
{
    xg_answers_free(&o->answers);
}

static const struct {
    const char *name;
    bool (*set)(struct xg_run_options *o, const char *value, struct xg_error *err);
} valued[] = {
    {"--gpu", set_gpu},
    {"--board", set_board},
    {"--cpu", set_cpu},
    {"--sched", set_sched},
    {"--frames", set_frames},
    {"--instructions", set_instructions},
    {"--screenshot", set_screenshot},
    {"--every-frame", set_every_frame},
    {"--scale", set_scale},
    {"--aspect", set_aspect},
    {"--picture-size", set_picture_size},
    {"--events", set_events},
    {"--record", set_record},
    {"--replay", set_replay},
    {"--probe", NULL}, /* NULL: not there yet */
    {"--mount", set_mount},
    {"--disc", set_disc},
    {"--audio", set_audio},
    {"--answer", set_answer},
    {"--answers", set_answers},
    {"--content", set_content},
    {"--keys", set_keys},
    {"--patch", set_patch},
    {"--gpu-trace", set_gpu_trace},
    {"--device", set_device},
};

static bool option(struct xg_run_options *o, int argc, char **argv, int *i, struct xg_error *err)
{
    const char *arg = argv[*i];
    if (is_flag(o, arg))
        return true;
    if (!strncmp(arg, "--digest=", 9)) {
        o->digest = true;
        return text("--digest=", arg + 9, &o->digest_file, err);
    }
    for (size_t k = 0; k < XG_COUNTOF(valued); k++) {
        const char *v = value_of(valued[k].name, argc, argv, i);
        if (v && valued[k].set)
            return valued[k].set(o, v, err);
        if (v)
            return xg_fail(err, XG_E_INPUT, "%s is not there yet", valued[k].name);
    }
    return xg_fail(err, XG_E_INPUT, "run: there is no option '%s'; --help lists them", arg);
}

bool xg_run_options_parse(struct xg_run_options *o, const struct xg_config *config, int argc,
                          char **argv, struct xg_error *err)
{
    *o = (struct xg_run_options){.cpu = XG_CPU_JIT};
    if (!set_gpu(o, xg_config_get(config, "gpu"), err) ||
        !set_cpu(o, xg_config_get(config, "cpu"), err))
        return false;
    xg_picture_file_begin(&o->picture, config);
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1]) {
            if (!option(o, argc, argv, &i, err))
                return false;
        } else if (!o->file) {
            o->file = argv[i];
        } else {
            return xg_fail(err, XG_E_INPUT, "run: one file at a time, not '%s' too", argv[i]);
        }
    }
    if (o->gpu_trace && o->parallel)
        return xg_fail(err, XG_E_INPUT, "--gpu-trace needs --sched=lockstep");
    return o->file || o->help ||
           xg_fail(err, XG_E_INPUT, "run: which file? --help lists the options");
}
