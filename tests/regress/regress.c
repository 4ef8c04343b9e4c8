/* Runs the regression vectors on one target. Every line must have its golden digest, and where the
 * oracle of the vectors knows the result, be that (but for the digest of the trace).
 *
 *   regress TARGET FOLDER GOLDEN.csv [--junit FILE] [--every N] [--only KIND] [--rounds N]
 *           [--from ID] [--vector ID] [--times FILE] [--limits FILE] [--first-failure]
 *           [--write-golden]
 *
 * TARGET: model, verilator, icarus, fpga; stalls. FOLDER holds cases.jsonl and expected.jsonl, made
 * by tests/regress/vectors.c. Which board is fpga: driver/fpga_device.h. The Verilated core runs
 * every second vector with random pauses on every port, and every second of the kind far behind a
 * link that flips, loses or repeats words. --every N: each N-th vector of each kind alone; --only:
 * of this kind alone; --rounds N: first each N-th of each kind, then those behind them, and so on,
 * so that all kinds have their turn soon; --from: this one and what comes behind it; --vector: this
 * one alone; --times: the processor time of each vector, id,seconds; --limits: from such a file, a
 * vector that takes more fails and ends the run. The last line is "N passed, N failed". */
#include "tests/regress/icarus_device.h"

#include "base/csv.h"
#include "driver/fpga_device.h"
#include "driver/rtl_device.h"
#include "gpu/case.h"
#include "driver/link_device.h"
#include "tests/regress/wire.h"
#include "tests/support/faulty_link.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef struct xg_transport *wire_create_fn(uint32_t seed, struct xg_error *err);

struct options {
    const char *target, *folder, *golden, *junit, *only, *from, *vector, *times, *limits;
    unsigned every, rounds;
    bool first_failure, write_golden;
};

struct run {
    const struct options *o;
    bool begun; /* --from has been met */
    xg_device_create_fn
        *create[3]; /* with pauses, and behind a bad link, where the target has them */
    struct xg_gpu_bench *bench[3];
    wire_create_fn *wire; /* a way to the link of the target, where it has one */
    uint32_t wire_seed;   /* of pauses, for every second vector */
    struct xg_csv golden, limits;
    FILE *cases, *expected, *junit, *new_golden, *times;
    char *line, *known; /* of cases; of expected, the next one not used yet */
    size_t line_room, known_room, row;
    unsigned passed, failed;
};

static struct xg_device *create_stalling(const struct xg_device_host *host, struct xg_error *err)
{
    return xg_device_rtl_create_stalling(host, 20240901, err);
}

/* The core behind a bad link: made anew for each vector, so that what happens to it is the same
 * whatever ran before. */
static struct faulty_device *faulty_core;
static struct faulty_options faults;
static struct faulty_counts met;

static struct xg_device *create_faulty(const struct xg_device_host *host, struct xg_error *err)
{
    faulty_core = faulty_device_create(err);
    struct xg_transport *t =
        faulty_core ? faulty_link_create(faulty_core, &faults, &met, err) : NULL;
    return t ? xg_link_device_create(host, t, err) : NULL;
}

static unsigned choose_bench(const struct run *r, unsigned number, const char *id)
{
    static const enum faulty_kind kinds[] = {FAULTY_FLIP, FAULTY_LOSE, FAULTY_TWICE, FAULTY_STORM,
                                             FAULTY_BYTES};
    const unsigned n = strncmp(id, "far.", 4) != 0 ? 0 : (unsigned)strtoul(id + 4, NULL, 10);
    if (n % 2 && r->create[2]) {
        faults = (struct faulty_options){.kind = kinds[n / 2 % XG_COUNTOF(kinds)], .seed = n};
        return 2;
    }
    return r->create[0] == r->create[1] ? 0 : number % 2;
}

static void drop_bench(struct run *r, unsigned b)
{
    xg_gpu_bench_destroy(r->bench[b]);
    r->bench[b] = NULL;
    if (b == 2 && faulty_core) {
        faulty_device_destroy(faulty_core);
        faulty_core = NULL;
    }
}

static bool choose_target(struct run *r, struct xg_error *err)
{
    const char *name = r->o->target;
    if (!strcmp(name, "model")) {
        r->create[0] = r->create[1] = xg_device_model_create;
    } else if (!strcmp(name, "verilator")) {
        r->create[0] = xg_device_rtl_create;
        r->create[1] = create_stalling;
        r->create[2] = create_faulty;
        r->wire = xg_rtl_transport_create;
        r->wire_seed = 20240901;
    } else if (!strcmp(name, "stalls")) { /* the same, always with pauses */
        r->create[0] = r->create[1] = create_stalling;
    } else if (!strcmp(name, "icarus")) {
        r->create[0] = r->create[1] = xg_icarus_device_create;
    } else if (!strcmp(name, "fpga")) { /* without a board one sentence, not one a vector */
        r->create[0] = r->create[1] = xg_device_fpga_create;
        return (r->bench[0] = xg_gpu_bench_create(xg_device_fpga_create, err)) != NULL;
    } else {
        return xg_fail(err, XG_E_INPUT,
                       "there is no target '%s' (there are: model verilator icarus fpga)", name);
    }
    return true;
}

static uint64_t digest_of(const char *text, size_t n)
{
    uint64_t d = 14695981039346656037u;
    for (size_t i = 0; i < n; i++)
        d = (d ^ (uint8_t)text[i]) * 1099511628211u;
    return d;
}

/* The text of "id" at the beginning of a line; everything here begins so. */
static bool id_of(const char *line, char *id, size_t size)
{
    return sscanf(line, "{\"id\":\"%47[^\"]\"", id) == 1 && strlen(id) < size;
}

/* What the oracle knows of this id, without the line's end; NULL when it knows nothing. */
static const char *known_of(struct run *r, const char *id)
{
    char next[48];
    if (!r->known && getline(&r->known, &r->known_room, r->expected) < 0)
        return NULL;
    if (!*r->known && getline(&r->known, &r->known_room, r->expected) < 0)
        *r->known = 0;
    if (!id_of(r->known, next, sizeof next) || strcmp(next, id) != 0)
        return NULL;
    r->known[strcspn(r->known, "\n")] = 0;
    return r->known;
}

static void forget_known(struct run *r)
{
    *r->known = 0;
}

/* Where two lines first differ, with some of both. */
static void explain(char *why, size_t size, const char *got, const char *want)
{
    size_t at = 0;
    while (got[at] && got[at] == want[at])
        at++;
    size_t from = at < 40 ? 0 : at - 40;
    snprintf(why, size, "at character %zu: ...%.100s... should be ...%.100s...", at, got + from,
             want + from);
}

/* The line must begin with what is known: behind it come only effects and trace. */
static bool is_known(const char *got, const char *want, char *why, size_t size)
{
    if (!strncmp(got, want, strlen(want)))
        return true;
    explain(why, size, got, want);
    return false;
}

static bool is_golden(struct run *r, const char *id, const char *got, char *why, size_t size)
{
    char digest[20];
    snprintf(digest, sizeof digest, "%016" PRIx64, digest_of(got, strlen(got)));
    while (r->row < r->golden.rows && strcmp(xg_csv_get(&r->golden, r->row, "id"), id) != 0)
        r->row++;
    const char *want = xg_csv_get(&r->golden, r->row, "digest");
    if (!strcmp(want, digest))
        return true;
    snprintf(why, size, "digest %s should be %s (golden: %s, %s effects): %.300s", digest, want,
             xg_csv_get(&r->golden, r->row, "status"), xg_csv_get(&r->golden, r->row, "effects"),
             got);
    return false;
}

static void write_golden(struct run *r, const char *id, const char *got)
{
    const char *status = strstr(got, "\"status\":\""), *effects = strstr(got, "\"effects\":");
    fprintf(r->new_golden, "%s,%.*s,%u,%016" PRIx64 "\n", id,
            status ? (int)strcspn(status + 10, "\"") : 0, status ? status + 10 : "",
            effects ? (unsigned)strtoul(effects + 10, NULL, 10) : 0, digest_of(got, strlen(got)));
}

static void write_xml(FILE *f, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", f);
            break;
        case '&':
            fputs("&amp;", f);
            break;
        case '"':
            fputs("&quot;", f);
            break;
        default:
            fputc(*text, f);
        }
}

static void report(struct run *r, const char *id, bool ok, const char *why)
{
    r->passed += ok;
    r->failed += !ok;
    if (!ok)
        printf("%s: %s\n", id, why);
    if (!r->junit)
        return;
    fprintf(r->junit, "  <testcase classname=\"regress.%s\" name=\"%s\"", r->o->target, id);
    if (ok) {
        fputs("/>\n", r->junit);
        return;
    }
    fputs("><failure message=\"", r->junit);
    write_xml(r->junit, why);
    fputs("\"/></testcase>\n", r->junit);
}

/* What came of a vector is right. */
static void judge(struct run *r, const char *id, const char *text, const struct xg_error *err)
{
    char why[600] = "";
    const char *known = known_of(r, id);
    bool ok = text != NULL;
    if (!ok)
        snprintf(why, sizeof why, "%s", err->text);
    if (ok && known)
        ok = is_known(text, known, why, sizeof why);
    if (known)
        forget_known(r);
    if (ok && r->new_golden)
        write_golden(r, id, text);
    else if (ok)
        ok = is_golden(r, id, text, why, sizeof why);
    report(r, id, ok, why);
}

/* One vector on the bench that is its turn. */
static void run_one(struct run *r, unsigned number, const char *id, size_t length)
{
    char *text = NULL;
    size_t size = 0;
    struct xg_error err = {0};
    const unsigned b = choose_bench(r, number, id);
    if (!r->bench[b] && !(r->bench[b] = xg_gpu_bench_create(r->create[b], &err))) {
        report(r, id, false, err.text);
        return;
    }
    FILE *out = open_memstream(&text, &size);
    bool alive = out && xg_gpu_bench_run(r->bench[b], r->line, length, out, &err);
    if (out)
        fclose(out);
    if (!alive || b == 2) /* a new device for the next one */
        drop_bench(r, b);
    judge(r, id, alive ? text : NULL, &err);
    free(text);
}

static bool is_wire(const char *id)
{
    return !strncmp(id, "wire.", 5);
}

/* Words of the link, on a device of their own. Without a link only the golden results are written:
 * they are known. */
static void run_wire(struct run *r, unsigned number, const char *id, size_t length)
{
    char *text = NULL;
    size_t size = 0;
    struct xg_error err = {0};
    FILE *out = open_memstream(&text, &size);
    struct xg_transport *t = r->wire ? r->wire(number % 2 ? r->wire_seed : 0, &err) : NULL;
    bool ok = out && t && wire_run(t, r->line, length, out, &err);
    if (!r->wire && out) {
        fprintf(out, "%s}\n", known_of(r, id));
        ok = true;
    }
    if (out)
        fclose(out);
    judge(r, id, ok ? text : NULL, &err);
    free(text);
}

static bool is_wanted(struct run *r, const char *id, const char *dot, unsigned round)
{
    const struct options *o = r->o;
    const size_t kind = (size_t)(dot - id);
    if (is_wire(id) && !r->wire && !r->new_golden)
        return false;
    if (o->only && (strlen(o->only) != kind || strncmp(o->only, id, kind) != 0))
        return false;
    const unsigned long n = strtoul(dot + 1, NULL, 10);
    if (n % o->every || n / o->every % o->rounds != round)
        return false;
    r->begun = r->begun || !o->from || !strcmp(o->from, id);
    return r->begun && (!o->vector || !strcmp(o->vector, id));
}

static char limit_text[120]; /* what is said when the vector under way is the end */

/* A device that hangs or breaks the program is not asked for more. */
static void on_limit(int signal)
{
    XG_UNUSED(signal);
    _exit(write(STDOUT_FILENO, limit_text, strlen(limit_text)) < 0 ? 2 : 1);
}

/* How long this vector may take, or as long as it likes when nobody asked for limits. */
static bool limit_time(const struct run *r, const char *id)
{
    size_t row = 0;
    while (row < r->limits.rows && strcmp(xg_csv_get(&r->limits, row, "id"), id) != 0)
        row++;
    const double seconds = strtod(xg_csv_get(&r->limits, row, "seconds"), NULL);
    const long us = (long)(seconds * 1e6);
    const struct itimerval t = {.it_value = {us / 1000000, us % 1000000}};
    snprintf(limit_text, sizeof limit_text, "%s: takes more than %g s or breaks the program\n", id,
             seconds);
    if (us > 0)
        setitimer(ITIMER_VIRTUAL, &t, NULL);
    return us > 0 || !r->o->limits;
}

/* All vectors whose turn is in this round; false: no more are wanted. */
static bool run_round(struct run *r, unsigned round)
{
    char id[48];
    unsigned number = 0;
    rewind(r->cases);
    rewind(r->expected);
    r->row = 0;
    if (r->known)
        forget_known(r);
    for (ssize_t n; (n = getline(&r->line, &r->line_room, r->cases)) > 0; number++) {
        const char *dot = id_of(r->line, id, sizeof id) ? strchr(id, '.') : NULL;
        if (!dot) {
            report(r, "cases", false, "a line has no id");
            return false;
        }
        if (!is_wanted(r, id, dot, round)) {
            if (known_of(r, id))
                forget_known(r);
            continue;
        }
        const clock_t begin = clock();
        if (limit_time(r, id))
            (is_wire(id) ? run_wire : run_one)(r, number, id, (size_t)n);
        else
            report(r, id, false, "no limit of its time is known");
        if (r->times)
            fprintf(r->times, "%s,%.3f\n", id, (double)(clock() - begin) / CLOCKS_PER_SEC);
        if (r->failed && r->o->first_failure)
            return false;
    }
    return true;
}

static void run_all(struct run *r)
{
    static const int ends[] = {SIGVTALRM, SIGABRT, SIGSEGV, SIGFPE};
    for (size_t i = 0; r->o->limits && i < XG_COUNTOF(ends); i++)
        signal(ends[i], on_limit);
    for (unsigned round = 0; round < r->o->rounds && run_round(r, round); round++)
        ;
}

static FILE *open_in(const char *folder, const char *name, struct xg_error *err)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    if (!f)
        xg_fail(err, XG_E_INPUT, "%s cannot be read", path);
    return f;
}

static bool open_files(struct run *r, struct xg_error *err)
{
    const struct options *o = r->o;
    r->cases = open_in(o->folder, "cases.jsonl", err);
    r->expected = r->cases ? open_in(o->folder, "expected.jsonl", err) : NULL;
    if (!r->expected)
        return false;
    if (o->write_golden) {
        if (!(r->new_golden = fopen(o->golden, "w")))
            return xg_fail(err, XG_E_INPUT, "%s cannot be written", o->golden);
        fputs("id,status,effects,digest\n", r->new_golden);
    } else if (!xg_csv_load(&r->golden, o->golden, err)) {
        return false;
    }
    if (o->limits && !xg_csv_load(&r->limits, o->limits, err))
        return false;
    if (o->times && !(r->times = fopen(o->times, "w")))
        return xg_fail(err, XG_E_INPUT, "%s cannot be written", o->times);
    if (r->times)
        fputs("id,seconds\n", r->times);
    if (o->junit && !(r->junit = fopen(o->junit, "w")))
        return xg_fail(err, XG_E_INPUT, "%s cannot be written", o->junit);
    if (r->junit)
        fprintf(r->junit, "<?xml version=\"1.0\"?>\n<testsuite name=\"regress.%s\">\n", o->target);
    return true;
}

static bool parse(int argc, char **argv, struct options *o)
{
    if (argc < 4)
        return false;
    *o = (struct options){
        .target = argv[1], .folder = argv[2], .golden = argv[3], .every = 1, .rounds = 1};
    for (int i = 4; i < argc; i++) {
        if (!strcmp(argv[i], "--junit") && i + 1 < argc)
            o->junit = argv[++i];
        else if (!strcmp(argv[i], "--every") && i + 1 < argc)
            o->every = (unsigned)strtoul(argv[++i], NULL, 10);
        else if (!strcmp(argv[i], "--rounds") && i + 1 < argc)
            o->rounds = (unsigned)strtoul(argv[++i], NULL, 10);
        else if (!strcmp(argv[i], "--times") && i + 1 < argc)
            o->times = argv[++i];
        else if (!strcmp(argv[i], "--limits") && i + 1 < argc)
            o->limits = argv[++i];
        else if (!strcmp(argv[i], "--from") && i + 1 < argc)
            o->from = argv[++i];
        else if (!strcmp(argv[i], "--vector") && i + 1 < argc)
            o->vector = argv[++i];
        else if (!strcmp(argv[i], "--only") && i + 1 < argc)
            o->only = argv[++i];
        else if (!strcmp(argv[i], "--first-failure"))
            o->first_failure = true;
        else if (!strcmp(argv[i], "--write-golden"))
            o->write_golden = true;
        else
            return false;
    }
    return o->every > 0 && o->rounds > 0;
}

int main(int argc, char **argv)
{
    struct options o;
    struct xg_error err = {0};
    if (!parse(argc, argv, &o)) {
        fprintf(stderr,
                "usage: regress model|verilator|icarus|fpga FOLDER GOLDEN.csv [--junit FILE] "
                "[--every N] [--only KIND] [--rounds N] [--from ID] [--vector ID] [--times FILE] "
                "[--limits FILE] [--first-failure] [--write-golden]\n");
        return 2;
    }
    struct run r = {.o = &o};
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!choose_target(&r, &err) || !open_files(&r, &err)) {
        fprintf(stderr, "regress: %s\n", err.text);
        return err.kind == XG_E_DEVICE ? 3 : 2;
    }
    run_all(&r);
    for (unsigned b = 0; b < XG_COUNTOF(r.bench); b++)
        drop_bench(&r, b);
    if (r.junit) {
        fputs("</testsuite>\n", r.junit);
        fclose(r.junit);
    }
    if (r.new_golden)
        fclose(r.new_golden);
    else
        xg_csv_free(&r.golden);
    if (r.times)
        fclose(r.times);
    if (o.limits)
        xg_csv_free(&r.limits);
    fclose(r.cases);
    fclose(r.expected);
    free(r.line);
    free(r.known);
    printf("%u passed, %u failed\n", r.passed, r.failed);
    return r.failed || !r.passed ? 1 : 0;
}
