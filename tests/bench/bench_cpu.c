/* cpu.*: the eight programs (programs/) as guests against the same programs on the host.
 *   bench_cpu BUILD_FOLDER ENGINE[=PREFIX]... [--runs=N] [--divide=N]
 * ENGINE: interp, jit or qemu; PREFIX of the keys: cpu.t0, cpu.t1, cpu.qemu unless given.
 * Every run takes each program natively and then on each engine with the same number of
 * repetitions; a ratio is the quotient of the two minima of CPU time. A checksum that differs from
 * the native one is an error. Of the engine named cpu.t1 also what its translations took: of all
 * programs, and per instruction the minimum over the runs. */
#include "tests/bench/clock.h"
#include "tests/bench/figures.h"
#include "tests/bench/guest.h"

#include "base/csv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAMS_CSV "tests/bench/programs/programs.csv"
#define PROGRAMS_MAX 32u
#define ENGINES_MAX  8u

struct engine {
    const char *name; /* column of programs.csv */
    char prefix[48];
    double native[PROGRAMS_MAX], time[PROGRAMS_MAX]; /* minima, seconds */
    struct xg_cpu_figures made[PROGRAMS_MAX];        /* translations; ns is a minimum */
};
struct session {
    const char *build;
    struct xg_csv programs;
    struct engine engines[ENGINES_MAX];
    unsigned engine_count, runs, divide;
};

struct sample {
    uint32_t checksum;
    double seconds;
};

/* A host program that prints checksum and seconds. */
static bool run_process(const char *command, struct sample *out, struct xg_error *err)
{
    FILE *p = popen(command, "r");
    if (!p)
        return xg_fail(err, XG_E_INPUT, "%s: cannot be started", command);
    int fields = fscanf(p, "%x %lf", &out->checksum, &out->seconds);
    int status = pclose(p);
    return (fields == 2 && status == 0) ||
           xg_fail(err, XG_E_INPUT, "%s: it gave no result (status %d)", command, status);
}

static bool run_guest(const char *path, enum xg_cpu_engine engine, uint32_t reps,
                      struct sample *out, struct xg_cpu_figures *made, struct xg_error *err)
{
    struct bench_guest g;
    bool ok = bench_guest_run(&g, path, engine, reps, err);
    const struct bench_mark *begin = ok ? bench_guest_mark(&g, "begin ") : NULL,
                            *end = ok ? bench_guest_mark(&g, "checksum ") : NULL;
    if (ok && (!begin || !end || strtoul(begin->text + 6, NULL, 10) != reps))
        ok = xg_fail(err, XG_E_GUEST, "%s: it did not say that it ran %u times", path, reps);
    if (ok)
        *out = (struct sample){(uint32_t)strtoul(end->text + 9, NULL, 16), end->cpu - begin->cpu};
    if (ok) {
        struct xg_cpu_figures now = {0};
        xg_cpu_figures(xg_machine_cpu(g.machine), &now);
        if (!made->ns || now.ns < made->ns)
            *made = now;
    }
    bench_guest_close(&g);
    return ok;
}

static bool run_engine(const struct session *s, struct engine *e, size_t row, const char *program,
                       uint32_t reps, struct sample *out, struct xg_error *err)
{
    char text[512];
    if (!strcmp(e->name, "qemu")) {
        snprintf(text, sizeof text, "qemu-ppc64 -cpu 970 %s/bench/%s-ppc64 %u", s->build, program,
                 reps);
        return run_process(text, out, err);
    }
    snprintf(text, sizeof text, "%s/guest/bench-%s.xex", s->build, program);
    return run_guest(text, strcmp(e->name, "jit") ? XG_CPU_INTERP : XG_CPU_JIT, reps, out,
                     &e->made[row], err);
}

static void keep_least(double *least, double value)
{
    if (*least == 0 || value < *least)
        *least = value;
}

static bool measure(struct session *s, struct engine *e, size_t row, struct xg_error *err)
{
    const char *program = xg_csv_get(&s->programs, row, "program");
    uint32_t reps = (uint32_t)strtoul(xg_csv_get(&s->programs, row, e->name), NULL, 10) / s->divide;
    struct sample native, guest;
    char command[512];
    if (reps == 0)
        reps = 1;
    snprintf(command, sizeof command, "%s/bench/%s %u", s->build, program, reps);
    if (!run_process(command, &native, err) || !run_engine(s, e, row, program, reps, &guest, err))
        return false;
    if (native.checksum != guest.checksum)
        return xg_fail(err, XG_E_GUEST, "%s on %s: checksum %08x, natively %08x", program, e->name,
                       guest.checksum, native.checksum);
    keep_least(&e->native[row], native.seconds);
    keep_least(&e->time[row], guest.seconds);
    return true;
}

static bool run_all(struct session *s, struct xg_error *err)
{
    for (unsigned run = 0; run < s->runs; run++)
        for (size_t row = 0; row < s->programs.rows; row++)
            for (unsigned e = 0; e < s->engine_count; e++)
                if (!measure(s, &s->engines[e], row, err))
                    return false;
    return true;
}

/* Translation time and size per guest instruction. */
static bool conclude_made(const struct session *s, const struct engine *e, struct bench_figures *f,
                          struct xg_error *err)
{
    struct xg_cpu_figures all = {0};
    for (size_t row = 0; row < s->programs.rows; row++) {
        all.insns += e->made[row].insns;
        all.bytes += e->made[row].bytes;
        all.ns += e->made[row].ns;
    }
    if (!all.insns || strcmp(e->prefix, "cpu.t1") != 0)
        return true;
    double us = (double)all.ns / 1000 / (double)all.insns,
           bytes = (double)all.bytes / (double)all.insns;
    printf("%-24s %8.3f us, %.1f bytes of %llu instructions\n", "cpu.compile, cpu.code", us, bytes,
           (unsigned long long)all.insns);
    return bench_figures_set(f, "cpu.compile.us_per_insn", us, err) &&
           bench_figures_set(f, "cpu.code.bytes_per_insn", bytes, err);
}

static bool conclude(const struct session *s, const struct engine *e, struct bench_figures *f,
                     struct xg_error *err)
{
    char key[64];
    double sum = 0, worst = 0;
    for (size_t row = 0; row < s->programs.rows; row++) {
        double ratio = e->time[row] / e->native[row];
        sum += log(ratio);
        worst = ratio > worst ? ratio : worst;
        snprintf(key, sizeof key, "%.30s.%.20s", e->prefix,
                 xg_csv_get(&s->programs, row, "program"));
        printf("%-24s %8.2f  (native %.4f s, guest %.4f s)\n", key, ratio, e->native[row],
               e->time[row]);
        if (!bench_figures_set(f, key, ratio, err))
            return false;
    }
    double mean = exp(sum / (double)s->programs.rows);
    snprintf(key, sizeof key, "%.48s.geomean", e->prefix);
    printf("%-24s %8.2f  (%u runs)\n", key, mean, s->runs);
    if (!bench_figures_set(f, key, mean, err))
        return false;
    snprintf(key, sizeof key, "%.48s.max", e->prefix);
    return bench_figures_set(f, key, worst, err) && conclude_made(s, e, f, err);
}

static bool add_engine(struct session *s, const char *word, struct xg_error *err)
{
    static const char *const known[][2] = {
        {"interp", "cpu.t0"}, {"jit", "cpu.t1"}, {"qemu", "cpu.qemu"}};
    size_t n = strcspn(word, "=");
    for (size_t i = 0; i < XG_COUNTOF(known); i++)
        if (strlen(known[i][0]) == n && !strncmp(word, known[i][0], n) &&
            s->engine_count < ENGINES_MAX) {
            struct engine *e = &s->engines[s->engine_count++];
            e->name = known[i][0];
            snprintf(e->prefix, sizeof e->prefix, "%s", word[n] ? word + n + 1 : known[i][1]);
            return true;
        }
    return xg_fail(err, XG_E_INPUT, "'%s' is no engine: interp, jit, qemu", word);
}

static bool parse(struct session *s, int argc, char **argv, struct xg_error *err)
{
    s->runs = 5;
    s->divide = 1;
    for (int i = 2; i < argc; i++) {
        if (!strncmp(argv[i], "--runs=", 7))
            s->runs = (unsigned)strtoul(argv[i] + 7, NULL, 10);
        else if (!strncmp(argv[i], "--divide=", 9))
            s->divide = (unsigned)strtoul(argv[i] + 9, NULL, 10);
        else if (!add_engine(s, argv[i], err))
            return false;
    }
    if (argc < 3 || !s->engine_count || !s->runs || !s->divide)
        return xg_fail(err, XG_E_INPUT, "BUILD_FOLDER ENGINE[=PREFIX]... [--runs=N] [--divide=N]");
    s->build = argv[1];
    if (!xg_csv_load(&s->programs, PROGRAMS_CSV, err))
        return false;
    return s->programs.rows <= PROGRAMS_MAX || xg_fail(err, XG_E_INPUT, "too many programs");
}

int main(int argc, char **argv)
{
    struct session s = {0};
    struct bench_figures f = {0};
    struct xg_error err = {0};
    char path[1024];
    bool ok = parse(&s, argc, argv, &err) && run_all(&s, &err);
    if (ok) {
        snprintf(path, sizeof path, "%s/bench.json", s.build);
        ok = bench_figures_open(&f, path, &err);
    }
    for (unsigned e = 0; ok && e < s.engine_count; e++)
        ok = conclude(&s, &s.engines[e], &f, &err);
    ok = ok && bench_figures_save(&f, &err);
    bench_figures_close(&f);
    xg_csv_free(&s.programs);
    if (!ok)
        fprintf(stderr, "bench_cpu: %s\n", err.text);
    return ok ? XG_OK : (int)err.kind;
}
