/* kernel.*: what a call into the kernel and a thread switch take, on a guest program that
 * prints a line before and after each (guest/kernel.c). CPU time, minimum of the runs.
 *   bench_kernel BUILD_FOLDER [--runs=N] [--reps=N] [--cpu=interp|jit]
 * Without --cpu: the compiling engine where there is one, else the interpreter. */
#include "tests/bench/figures.h"
#include "tests/bench/guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
    const char *build;
    enum xg_cpu_engine engine;
    uint32_t runs, reps;
    double call, change; /* ns, minima */
};

static double between(const struct bench_guest *g, const char *from, const char *to,
                      struct xg_error *err)
{
    const struct bench_mark *a = bench_guest_mark(g, from), *b = bench_guest_mark(g, to);
    if (a && b)
        return b->cpu - a->cpu;
    xg_fail(err, XG_E_GUEST, "bench-kernel: it did not say '%s' and '%s'", from, to);
    return 0;
}

static void keep_least(double *least, double value)
{
    if (*least == 0 || value < *least)
        *least = value;
}

static bool take(struct session *s, const struct bench_guest *g, struct xg_error *err)
{
    double loop = between(g, "loop ", "call ", err), call = between(g, "call ", "called", err),
           change = between(g, "switch ", "switched ", err);
    if (err->kind != XG_OK)
        return false;
    uint32_t switches =
        (uint32_t)strtoul(bench_guest_mark(g, "switched ")->text + strlen("switched "), NULL, 10);
    if (switches < s->reps * 2 - 2)
        return xg_fail(err, XG_E_GUEST, "bench-kernel: %u yields gave only %u switches", s->reps,
                       switches);
    keep_least(&s->call, (call - loop) / s->reps * 1e9);
    keep_least(&s->change, change / switches * 1e9);
    return true;
}

static bool measure(struct session *s, struct xg_error *err)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/guest/bench-kernel.xex", s->build);
    for (uint32_t i = 0; i < s->runs; i++) {
        struct bench_guest g;
        bool ok = bench_guest_run(&g, path, s->engine, s->reps, err) && take(s, &g, err);
        bench_guest_close(&g);
        if (!ok)
            return false;
    }
    return true;
}

static bool record(const struct session *s, struct xg_error *err)
{
    struct bench_figures f;
    char path[1024];
    snprintf(path, sizeof path, "%s/bench.json", s->build);
    bool ok = bench_figures_open(&f, path, err) &&
              bench_figures_set(&f, "kernel.call.ns", s->call, err) &&
              bench_figures_set(&f, "kernel.switch.ns", s->change, err) &&
              bench_figures_save(&f, err);
    bench_figures_close(&f);
    printf("kernel.call.ns           %8.1f\nkernel.switch.ns         %8.1f  (%s, %u runs of %u)\n",
           s->call, s->change, s->engine == XG_CPU_JIT ? "jit" : "interp", s->runs, s->reps);
    return ok;
}

/* Is there a compiling engine in this build, on this host? */
static enum xg_cpu_engine best_engine(void)
{
    struct xg_error none = {0};
    struct xg_memory *mem = xg_memory_create(&none);
    struct xg_cpu *jit = mem ? xg_cpu_create(XG_CPU_JIT, mem, NULL, &none) : NULL;
    bool there = jit != NULL;
    xg_cpu_destroy(jit);
    xg_memory_destroy(mem);
    return there ? XG_CPU_JIT : XG_CPU_INTERP;
}

static bool parse(struct session *s, int argc, char **argv, struct xg_error *err)
{
    const char *cpu = NULL;
    s->runs = 5;
    s->reps = 200000;
    for (int i = 2; i < argc; i++) {
        if (!strncmp(argv[i], "--runs=", 7))
            s->runs = (uint32_t)strtoul(argv[i] + 7, NULL, 10);
        else if (!strncmp(argv[i], "--reps=", 7))
            s->reps = (uint32_t)strtoul(argv[i] + 7, NULL, 10);
        else if (!strncmp(argv[i], "--cpu=", 6))
            cpu = argv[i] + 6;
        else
            return xg_fail(err, XG_E_INPUT, "there is no option '%s'", argv[i]);
    }
    if (argc < 2 || !s->runs || !s->reps)
        return xg_fail(err, XG_E_INPUT, "BUILD_FOLDER [--runs=N] [--reps=N] [--cpu=ENGINE]");
    if (cpu && strcmp(cpu, "interp") != 0 && strcmp(cpu, "jit") != 0)
        return xg_fail(err, XG_E_INPUT, "--cpu=%s: interp or jit", cpu);
    s->build = argv[1];
    s->engine = !cpu ? best_engine() : strcmp(cpu, "jit") ? XG_CPU_INTERP : XG_CPU_JIT;
    return true;
}

int main(int argc, char **argv)
{
    struct session s = {0};
    struct xg_error err = {0};
    bool ok = parse(&s, argc, argv, &err) && measure(&s, &err) && record(&s, &err);
    if (!ok)
        fprintf(stderr, "bench_kernel: %s\n", err.text);
    return ok ? XG_OK : (int)err.kind;
}
