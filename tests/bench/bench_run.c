/* run.*, link.*, draws.*: the program `cube` on the whole machine, without a window.
 *   bench_run BUILD_FOLDER [--runs=N] [--rtl-frames=N] [--model-frames=N]
 * Frames a second by the wall clock, the best of the runs, from the second picture on (the first
 * carries the textures and the start of the program), on the model and on the core in turn.
 * The bytes on the link are counted in a run of their own: they are exact. */
#include "tests/bench/clock.h"
#include "tests/bench/counted_link.h"
#include "tests/bench/figures.h"

#include "driver/rtl_device.h"
#include "machine/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARM_UP 2u /* pictures before the clock starts */

struct session {
    char program[1024];
    uint32_t runs, rtl_frames, model_frames;
    struct bench_figures figures;
};
struct speed {
    double fps, cpu_fps; /* frames by the wall clock and by CPU seconds of all threads */
};

static bool set(struct session *s, const char *key, double value, const char *note,
                struct xg_error *err)
{
    printf("%-38s %10.4g  %s\n", key, value, note);
    return bench_figures_set(&s->figures, key, value, err);
}

static struct xg_machine *start(const struct session *s, xg_device_create_fn *create,
                                struct xg_error *err)
{
    const struct xg_machine_options o = {.engine = XG_CPU_INTERP, .device = create};
    struct xg_machine *m = xg_machine_create(&o, err);
    if (m && !xg_machine_load(m, s->program, err)) {
        xg_machine_destroy(m);
        m = NULL;
    }
    return m;
}

static bool frames(struct xg_machine *m, uint32_t n, struct xg_error *err)
{
    const struct xg_run_limits limits = {.frames = n};
    return xg_machine_run(m, &limits) == XG_STOP_NONE ||
           xg_fail(err, XG_E_GUEST, "cube: %s", xg_machine_report(m));
}

static bool time_frames(const struct session *s, xg_device_create_fn *create, uint32_t n,
                        struct speed *best, struct xg_error *err)
{
    struct xg_machine *m = start(s, create, err);
    bool ok = m && frames(m, WARM_UP, err);
    double wall = bench_wall_time(), cpu = bench_process_time();
    ok = ok && frames(m, n, err);
    wall = bench_wall_time() - wall;
    cpu = bench_process_time() - cpu;
    xg_machine_destroy(m);
    if (n / wall > best->fps)
        best->fps = n / wall;
    if (n / cpu > best->cpu_fps)
        best->cpu_fps = n / cpu;
    return ok;
}

static bool measure_speed(struct session *s, struct xg_error *err)
{
    struct speed rtl = {0}, model = {0};
    for (uint32_t i = 0; i < s->runs; i++)
        if (!time_frames(s, xg_device_model_create, s->model_frames, &model, err) ||
            !time_frames(s, xg_device_rtl_create, s->rtl_frames, &rtl, err))
            return false;
    char note[64];
    snprintf(note, sizeof note, "(%u frames, %u runs)", s->rtl_frames, s->runs);
    return set(s, "run.cube360.rtl.fps", rtl.fps, note, err) &&
           set(s, "run.cube360.rtl.cpu_fps", rtl.cpu_fps, "", err) &&
           set(s, "run.cube360.model.fps", model.fps, "", err) &&
           set(s, "run.cube360.model.cpu_fps", model.cpu_fps, "", err);
}

static bool record_link(struct session *s, const struct bench_link_count *before,
                        const struct bench_link_count *after, struct xg_error *err)
{
    for (unsigned k = 0; k < BENCH_LINK_KINDS; k++) {
        char key[64];
        snprintf(key, sizeof key, "link.cube.bytes.%s", bench_link_names[k]);
        double bytes = (double)(after->bytes[k] - before->bytes[k]);
        if (!set(s, key, bytes / s->rtl_frames, "", err))
            return false;
    }
    return true;
}

/* What went over the link, by the ear on it and by the driver. */
struct heard {
    struct bench_link_count link;
    struct xg_gpu_counters driver;
};

static struct heard hear(struct xg_machine *m)
{
    struct heard h = {0};
    struct xg_device *d = xg_gpu_device(xg_machine_gpu(m));
    d->ops->counters(d, &h.driver); /* goes over the link itself */
    h.link = bench_counted_link();
    return h;
}

static bool agree(const struct heard *a, const struct heard *b, struct xg_error *err)
{
    uint64_t ear = 0, driver = b->driver.link_rx_bytes + b->driver.link_tx_bytes -
                               a->driver.link_rx_bytes - a->driver.link_tx_bytes;
    for (unsigned k = 0; k < BENCH_LINK_KINDS; k++)
        ear += b->link.bytes[k] - a->link.bytes[k];
    return ear == driver ||
           xg_fail(err, XG_E_DEVICE, "%llu bytes in frames, but the driver moved %llu",
                   (unsigned long long)ear, (unsigned long long)driver);
}

static bool measure_link(struct session *s, struct xg_error *err)
{
    struct xg_machine *m = start(s, bench_counted_rtl_create, err);
    struct heard before = {0}, after = {0};
    struct bench_link_count end = {{0}};
    bool ok = m && frames(m, WARM_UP, err);
    if (ok) {
        before = hear(m);
        ok = frames(m, s->rtl_frames, err);
        end = bench_counted_link();
        after = hear(m);
    }
    xg_machine_destroy(m);
    const struct xg_gpu_counters *c = &after.driver;
    double draws = (double)(c->draws_local + c->draws_delegated);
    if (ok && draws == 0)
        ok = xg_fail(err, XG_E_GUEST, "cube drew nothing");
    return ok && agree(&before, &after, err) && record_link(s, &before.link, &end, err) &&
           set(s, "draws.local_share", (double)c->draws_local / draws, "", err);
}

static bool number(const char *arg, const char *name, uint32_t *to)
{
    size_t n = strlen(name);
    if (strncmp(arg, name, n))
        return false;
    *to = (uint32_t)strtoul(arg + n, NULL, 10);
    return *to != 0;
}

static bool parse(struct session *s, int argc, char **argv, struct xg_error *err)
{
    s->runs = 5;
    s->rtl_frames = 10;
    s->model_frames = 60;
    if (argc < 2)
        return xg_fail(err, XG_E_INPUT,
                       "BUILD_FOLDER [--runs=N] [--rtl-frames=N] [--model-frames=N]");
    for (int i = 2; i < argc; i++)
        if (!number(argv[i], "--runs=", &s->runs) &&
            !number(argv[i], "--rtl-frames=", &s->rtl_frames) &&
            !number(argv[i], "--model-frames=", &s->model_frames))
            return xg_fail(err, XG_E_INPUT, "'%s' is no option with a number above zero", argv[i]);
    snprintf(s->program, sizeof s->program, "%s/guest/cube.xex", argv[1]);
    return true;
}

int main(int argc, char **argv)
{
    struct session s = {0};
    struct xg_error err = {0};
    char path[1024];
    bool ok = parse(&s, argc, argv, &err);
    if (ok) {
        snprintf(path, sizeof path, "%s/bench.json", argv[1]);
        ok = bench_figures_open(&s.figures, path, &err);
    }
    ok = ok && measure_speed(&s, &err) && measure_link(&s, &err) &&
         bench_figures_save(&s.figures, &err);
    bench_figures_close(&s.figures);
    if (!ok)
        fprintf(stderr, "bench_run: %s\n", err.text);
    return ok ? XG_OK : (int)err.kind;
}
