#include "tests/bench/guest.h"

#include "tests/bench/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_text(void *ctx, xg_time now, uint32_t thread, const char *text)
{
    double cpu = bench_cpu_time();
    struct bench_guest *g = ctx;
    XG_UNUSED(now);
    XG_UNUSED(thread);
    if (g->count == BENCH_MARKS)
        return;
    struct bench_mark *m = &g->marks[g->count++];
    snprintf(m->text, sizeof m->text, "%s", text);
    m->cpu = cpu;
    if (!strncmp(text, "ready ", 6))
        g->pause = 1;
}

const struct bench_mark *bench_guest_mark(const struct bench_guest *g, const char *prefix)
{
    for (unsigned i = 0; i < g->count; i++)
        if (!strncmp(g->marks[i].text, prefix, strlen(prefix)))
            return &g->marks[i];
    return NULL;
}

static bool hand_over(struct bench_guest *g, const char *path, uint32_t value, struct xg_error *err)
{
    const struct bench_mark *ready = bench_guest_mark(g, "ready ");
    if (!ready)
        return xg_fail(err, XG_E_GUEST, "%s: it did not get ready: %s", path,
                       xg_machine_report(g->machine));
    xg_ga at = (xg_ga)strtoul(ready->text + 6, NULL, 16);
    g->pause = 0;
    return xg_memory_st32(xg_machine_memory(g->machine), at, value, NULL) ||
           xg_fail(err, XG_E_GUEST, "%s: cannot store at 0x%08X", path, at);
}

bool bench_guest_run(struct bench_guest *g, const char *path, enum xg_cpu_engine engine,
                     uint32_t value, struct xg_error *err)
{
    memset(g, 0, sizeof *g);
    g->hooks = (struct xg_hooks){.ctx = g, .on_debug_text = on_text};
    const struct xg_machine_options o = {
        .engine = engine, .device = xg_device_null_create, .hooks = &g->hooks};
    const struct xg_run_limits limits = {.interrupted = &g->pause};
    if (!(g->machine = xg_machine_create(&o, err)) || !xg_machine_load(g->machine, path, err))
        return false;
    xg_machine_run(g->machine, &limits);
    if (!hand_over(g, path, value, err))
        return false;
    if (xg_machine_run(g->machine, &limits) != XG_STOP_EXIT || xg_machine_exit_code(g->machine))
        return xg_fail(err, XG_E_GUEST, "%s: %s", path, xg_machine_report(g->machine));
    return true;
}

void bench_guest_close(struct bench_guest *g)
{
    xg_machine_destroy(g->machine);
    g->machine = NULL;
}
