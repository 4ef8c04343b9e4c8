/* Time of the eight benchmark programs in each engine against the same source compiled
 * for the host, interleaved; prints a table and merges the figures into bench.json.
 * usage: bench_cpu BUILD_FOLDER RUNS [PROGRAM] */
#include "cpu/cpu.h"

#include <elf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROGRAMS(X)   X(core) X(memswap) X(nbody) X(ffp) X(vcall) X(skin) X(lz) X(tree)
#define DECLARE(name) uint32_t native_##name(uint32_t reps);
PROGRAMS(DECLARE)

#define STACK_TOP 0x70100000u
#define RETURN    0x70200000u /* sc 3 */

struct program {
    const char *name;
    uint32_t (*native)(uint32_t reps);
};
#define ROW(name) {#name, native_##name},
static const struct program programs[] = {PROGRAMS(ROW)};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct guest {
    struct xg_memory *mem;
    struct xg_cpu *cpu;
    xg_ga entry;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_cpu: %s: %s\n", what, why);
    exit(2);
}

static uint8_t *read_all(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        die(path, "cannot open");
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    uint8_t *bytes = malloc(*size);
    if (!bytes || fread(bytes, 1, *size, f) != *size)
        die(path, "cannot read");
    fclose(f);
    return bytes;
}

static void make_ram(struct xg_memory *mem, xg_ga ga, uint32_t size)
{
    struct xg_error err;
    ga &= ~0xFFFu;
    if (!xg_memory_protect(mem, ga, (size + 0x1FFF) & ~0xFFFu, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X,
                           &err))
        die("guest memory", err.text);
}

/* Places the segments of a big-endian ELF and finds bench_main. */
static void place(struct guest *g, const char *path)
{
    size_t size;
    uint8_t *e = read_all(path, &size);
    struct xg_fault fault;
    uint32_t ph = xg_ld32be(e + 28), sh = xg_ld32be(e + 32);
    for (unsigned i = 0; i < xg_ld16be(e + 44); i++) {
        const uint8_t *p = e + ph + i * 32;
        if (xg_ld32be(p) != PT_LOAD || !xg_ld32be(p + 20))
            continue;
        make_ram(g->mem, xg_ld32be(p + 8), xg_ld32be(p + 20));
        if (!xg_memory_write(g->mem, xg_ld32be(p + 8), e + xg_ld32be(p + 4), xg_ld32be(p + 16),
                             &fault))
            die(path, "a segment lies outside of memory");
    }
    for (unsigned i = 0; i < xg_ld16be(e + 48); i++) {
        const uint8_t *s = e + sh + i * 40;
        if (xg_ld32be(s + 4) != SHT_SYMTAB)
            continue;
        const char *names = (char *)e + xg_ld32be(e + sh + xg_ld32be(s + 24) * 40 + 16);
        for (uint32_t at = 0; at < xg_ld32be(s + 20); at += 16) {
            const uint8_t *y = e + xg_ld32be(s + 16) + at;
            if (!strcmp(names + xg_ld32be(y), "bench_main"))
                g->entry = xg_ld32be(y + 4);
        }
    }
    if (!g->entry)
        die(path, "has no bench_main");
    free(e);
}

static void guest_open(struct guest *g, enum xg_cpu_engine engine, const char *folder,
                       const char *name)
{
    struct xg_error err;
    char path[512];
    struct xg_fault fault;
    memset(g, 0, sizeof *g);
    g->mem = xg_memory_create(&err);
    if (!g->mem || !(g->cpu = xg_cpu_create(engine, g->mem, NULL, &err)))
        die("engine", err.text);
    snprintf(path, sizeof path, "%s/guest/bench-%s.elf", folder, name);
    place(g, path);
    make_ram(g->mem, STACK_TOP - 0x100000, 0x100000);
    make_ram(g->mem, RETURN, 0x1000);
    xg_memory_st32(g->mem, RETURN, 0x44000002u | 3 << 5, &fault);
}
static void guest_close(struct guest *g)
{
    xg_cpu_destroy(g->cpu);
    xg_memory_destroy(g->mem);
}

/* Runs in slices of 100,000 instructions, as the scheduler does. */
static double guest_time(struct guest *g, uint32_t reps, uint32_t *result, uint64_t *insns)
{
    struct xg_cpu_context c;
    enum xg_cpu_exit e;
    double t0 = now();
    xg_cpu_context_init(&c);
    c.pc = g->entry;
    c.lr = RETURN;
    c.gpr[1] = STACK_TOP - 256;
    c.gpr[3] = reps;
    do {
        c.slice_end = c.retired + 100000;
        e = xg_cpu_run(g->cpu, &c);
    } while (e == XG_EXIT_SLICE);
    if (e != XG_EXIT_RETURN) {
        fprintf(stderr, "bench_cpu: exit %d at %08X, fault %s at %08X\n", e, c.pc,
                xg_fault_name(c.fault.kind), c.fault.address);
        exit(1);
    }
    *result = (uint32_t)c.gpr[3];
    *insns = c.retired;
    return now() - t0;
}

struct ratio {
    double best_native, best_guest;
};

/* Repetitions that take the host about the given time. */
static uint32_t calibrate(const struct program *p, double seconds)
{
    for (uint32_t reps = 1;; reps *= 2) {
        double t0 = now();
        p->native(reps);
        double t = now() - t0;
        if (t > seconds)
            return reps;
    }
}

/* What the programs cost to translate, all together. */
static struct xg_cpu_figures compiled;

static double measure(const struct program *p, const char *folder, enum xg_cpu_engine engine,
                      unsigned runs, double seconds)
{
    struct guest g;
    double native = 1e9, guest = 1e9;
    uint32_t reps = calibrate(p, seconds), want = p->native(reps), got;
    uint64_t insns;
    guest_open(&g, engine, folder, p->name);
    for (unsigned i = 0; i < runs; i++) {
        double t0 = now();
        p->native(reps);
        double t = now() - t0, u = guest_time(&g, reps, &got, &insns);
        /* memswap looks at bytes of words: its sum depends on the order of bytes. */
        if (got != want && strcmp(p->name, "memswap") != 0) {
            fprintf(stderr, "bench_cpu: %s: %08x, the host says %08x\n", p->name, got, want);
            exit(1);
        }
        native = t < native ? t : native;
        guest = u < guest ? u : guest;
    }
    xg_cpu_figures(g.cpu, &compiled);
    guest_close(&g);
    return guest / native;
}

struct column {
    const char *name, *level;
    enum xg_cpu_engine engine;
    double seconds, product, most;
};

int main(int argc, char **argv)
{
    struct column columns[] = {{"t1", "", XG_CPU_JIT, 0.05, 1, 0},
                               {"avx2", "avx2", XG_CPU_JIT, 0.03, 1, 0},
                               {"sse4.1", "sse4.1", XG_CPU_JIT, 0.002, 1, 0},
                               {"interp", "", XG_CPU_INTERP, 0.001, 1, 0}};
    unsigned runs = argc > 2 ? (unsigned)atoi(argv[2]) : 5, count = 0;
    if (argc < 2)
        die("usage", "bench_cpu BUILD_FOLDER RUNS [PROGRAM]");
    printf("time relative to the host's compiler, best of %u interleaved runs\n%-9s", runs, "");
    for (unsigned k = 0; k < XG_COUNTOF(columns); k++)
        printf("%8s", columns[k].name);
    printf("\n");
    for (unsigned i = 0; i < XG_COUNTOF(programs); i++) {
        if (argc > 3 && strcmp(argv[3], programs[i].name) != 0)
            continue;
        printf("%-9s", programs[i].name);
        count++;
        for (unsigned k = 0; k < XG_COUNTOF(columns); k++) {
            struct column *c = &columns[k];
            setenv("XG_JIT_LEVEL", c->level, 1);
            double r = measure(&programs[i], argv[1], c->engine, runs, c->seconds);
            c->product *= r;
            c->most = r > c->most ? r : c->most;
            printf("%8.2f", r);
            fflush(stdout);
        }
        printf("\n");
    }
    printf("%-9s", "geomean");
    for (unsigned k = 0; k < XG_COUNTOF(columns); k++)
        printf("%8.2f", pow(columns[k].product, 1.0 / count));
    printf("\n");
    if (count < XG_COUNTOF(programs))
        return 0;
    char path[512];
    snprintf(path, sizeof path, "%s/bench-cpu.part", argv[1]);
    FILE *f = fopen(path, "w");
    if (!f)
        die(path, "cannot write");
    static const char *const keys[] = {"cpu.t1", "cpu.t1.avx2", "cpu.t1.sse41", "cpu.t0"};
    for (unsigned k = 0; k < XG_COUNTOF(columns); k++)
        fprintf(f, "%s.geomean %.3f\n", keys[k], pow(columns[k].product, 1.0 / count));
    fprintf(f, "cpu.t1.max %.3f\n", columns[0].most);
    fprintf(f, "cpu.compile.us_per_insn %.3f\n",
            (double)compiled.ns * 1e-3 / (double)compiled.insns);
    fprintf(f, "cpu.code.bytes_per_insn %.2f\n", (double)compiled.bytes / (double)compiled.insns);
    return fclose(f) ? 2 : 0;
}
