/* device.*: command processor, clears and copies of the Verilated core and of the model, without
 * a guest.
 *   bench_device BUILD_FOLDER [--runs=N] [--frames=N]
 * Cycles are exact and the same in every run: counted by the core while its command processor is
 * at work. Times are CPU time of the one thread. */
#include "tests/bench/clock.h"
#include "tests/bench/device.h"
#include "tests/bench/figures.h"

#include "base/endian.h"
#include "driver/rtl_device.h"
#include "memory/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH       1280u
#define HEIGHT      720u
#define CONSTANTS   0x4000u /* first register of the shader constants */
#define RUN_LENGTH  2560u   /* registers of one packet: all there are in a row */
#define RUN_PACKETS 80u
#define CLEARS      8u /* per copy, in the stream that times the simulation */

struct session {
    const char *build;
    uint32_t runs, frames;
    struct bench_figures figures;
};

static struct xg_gpu_counters counters(const struct bench_device *b)
{
    struct xg_gpu_counters c = {0};
    b->device->ops->counters(b->device, &c);
    return c;
}

static bool set(struct session *s, const char *key, double value, const char *note,
                struct xg_error *err)
{
    printf("%-38s %10.4g  %s\n", key, value, note);
    return bench_figures_set(&s->figures, key, value, err);
}

/* ---- command processor ---- */

/* Long register runs in an indirect buffer whose pages the device has already. */
static uint32_t make_register_run(struct bench_device *b)
{
    uint32_t n = 0;
    for (uint32_t p = 0; p < RUN_PACKETS; p++) {
        xg_st32be(b->memory + BENCH_COMMANDS + 4 * n++, (RUN_LENGTH - 1) << 16 | CONSTANTS);
        for (uint32_t i = 0; i < RUN_LENGTH; i++)
            xg_st32be(b->memory + BENCH_COMMANDS + 4 * n++, p * 0x9E3779B1u ^ i);
    }
    return n;
}

static bool call_buffer(struct bench_device *b, uint32_t dwords, struct xg_error *err)
{
    bench_device_put(b, 0xC0000000u | 1u << 16 | XG_PM4_INDIRECT_BUFFER << 8);
    bench_device_put(b, BENCH_COMMANDS);
    bench_device_put(b, dwords);
    return bench_device_run(b, err);
}

static bool measure_registers(struct session *s, struct xg_error *err)
{
    struct bench_device b;
    bool ok = bench_device_open(&b, xg_device_rtl_create, err);
    uint32_t dwords = ok ? make_register_run(&b) : 0;
    ok = ok && call_buffer(&b, dwords, err); /* brings the pages */
    struct xg_gpu_counters before = ok ? counters(&b) : (struct xg_gpu_counters){0}, after;
    ok = ok && call_buffer(&b, dwords, err);
    if (ok) {
        char note[96];
        after = counters(&b);
        snprintf(note, sizeof note, "(%u words, %llu cycles)", dwords,
                 (unsigned long long)(after.busy_cycles - before.busy_cycles));
        ok = set(s, "device.pm4.dwords_per_cycle",
                 dwords / (double)(after.busy_cycles - before.busy_cycles), note, err);
    }
    bench_device_close(&b);
    return ok;
}

/* ---- copies ---- */

static bool copy_frame(struct bench_device *b, struct xg_error *err)
{
    bench_device_copy(b, WIDTH, HEIGHT);
    return bench_device_run(b, err);
}

static bool measure_copy(struct session *s, uint32_t samples_log2, const char *key,
                         struct xg_error *err)
{
    struct bench_device b;
    bool ok = bench_device_open(&b, xg_device_rtl_create, err);
    if (ok) {
        bench_device_surface(&b, WIDTH, HEIGHT);
        bench_device_samples(&b, WIDTH, samples_log2);
    }
    ok = ok && copy_frame(&b, err); /* brings the pages */
    struct xg_gpu_counters before = ok ? counters(&b) : (struct xg_gpu_counters){0}, after;
    ok = ok && copy_frame(&b, err);
    if (ok) {
        char note[96];
        after = counters(&b);
        double bytes = (double)(after.resolve_bytes - before.resolve_bytes);
        uint64_t cycles = after.busy_cycles - before.busy_cycles;
        snprintf(note, sizeof note, "(%.0f bytes, %llu cycles)", bytes, (unsigned long long)cycles);
        if (bytes != (double)WIDTH * HEIGHT * 4)
            ok = xg_fail(err, XG_E_DEVICE, "the copy wrote %.0f bytes", bytes);
        ok = ok && set(s, key, bytes / (double)cycles, note, err);
    }
    bench_device_close(&b);
    return ok;
}

static bool measure_copies(struct session *s, struct xg_error *err)
{
    return measure_copy(s, 0, "device.resolve.raw.bytes_per_cycle", err) &&
           measure_copy(s, 1, "device.resolve.s2.bytes_per_cycle", err) &&
           measure_copy(s, 2, "device.resolve.s4.bytes_per_cycle", err);
}

/* ---- speed of the simulation ---- */

static bool clear_frames(struct bench_device *b, uint32_t frames, struct xg_error *err)
{
    for (uint32_t f = 0; f < frames; f++) {
        /* The copy first: its lines are read while the clears go on. */
        bench_device_copy(b, WIDTH, HEIGHT);
        for (uint32_t i = 0; i < CLEARS; i++)
            bench_device_clear(b, 0xFF000000u | f << 8 | i);
        if (!bench_device_run(b, err))
            return false;
    }
    return true;
}

static bool measure_simulation(struct session *s, struct xg_error *err)
{
    struct bench_device b;
    double best = 0, busy = 0;
    bool ok = bench_device_open(&b, xg_device_rtl_create, err);
    if (ok)
        bench_device_surface(&b, WIDTH, HEIGHT);
    ok = ok && clear_frames(&b, 1, err);
    for (uint32_t run = 0; ok && run < s->runs; run++) {
        struct xg_gpu_counters before = counters(&b);
        double start = bench_cpu_time();
        ok = clear_frames(&b, s->frames, err);
        double seconds = bench_cpu_time() - start;
        struct xg_gpu_counters after = counters(&b);
        double cycles = (double)(after.cycles - before.cycles);
        best = cycles / seconds > best ? cycles / seconds : best;
        busy = (double)(after.busy_cycles - before.busy_cycles) / cycles;
    }
    bench_device_close(&b);
    return ok &&
           set(s, "device.sim.mcycles_per_s", best / 1e6, "(1280x720: eight clears a copy)", err) &&
           set(s, "device.sim.busy_share", busy, "", err);
}

/* ---- the model ---- */

static double memcpy_time(uint8_t *to, const uint8_t *from, size_t bytes)
{
    double start = bench_cpu_time();
    memcpy(to, from, bytes);
    __asm__ volatile("" ::"r"(to) : "memory");
    return bench_cpu_time() - start;
}

static bool measure_model(struct session *s, struct xg_error *err)
{
    const size_t bytes = (size_t)WIDTH * HEIGHT * 4;
    struct bench_device b;
    double copy = 0, plain = 0;
    bool ok = bench_device_open(&b, xg_device_model_create, err);
    if (ok)
        bench_device_surface(&b, WIDTH, HEIGHT);
    ok = ok && clear_frames(&b, 1, err);
    for (uint32_t run = 0; ok && run < 4 * s->runs; run++) {
        double m = memcpy_time(b.memory + BENCH_PICTURE, b.memory + BENCH_COMMANDS, bytes);
        double start = bench_cpu_time();
        ok = copy_frame(&b, err);
        double c = bench_cpu_time() - start;
        plain = plain == 0 || m < plain ? m : plain;
        copy = copy == 0 || c < copy ? c : copy;
    }
    char note[96];
    snprintf(note, sizeof note, "(copy %.3f ms, memcpy %.3f ms)", copy * 1e3, plain * 1e3);
    bench_device_close(&b);
    return ok && set(s, "device.model.resolve720.memcpy_ratio", copy / plain, note, err);
}

static bool parse(struct session *s, int argc, char **argv, struct xg_error *err)
{
    s->runs = 5;
    s->frames = 4;
    for (int i = 2; i < argc; i++) {
        if (!strncmp(argv[i], "--runs=", 7))
            s->runs = (uint32_t)strtoul(argv[i] + 7, NULL, 10);
        else if (!strncmp(argv[i], "--frames=", 9))
            s->frames = (uint32_t)strtoul(argv[i] + 9, NULL, 10);
        else
            return xg_fail(err, XG_E_INPUT, "there is no option '%s'", argv[i]);
    }
    s->build = argv[1];
    return (argc >= 2 && s->runs && s->frames) ||
           xg_fail(err, XG_E_INPUT, "BUILD_FOLDER [--runs=N] [--frames=N]");
}

int main(int argc, char **argv)
{
    struct session s = {0};
    struct xg_error err = {0};
    char path[1024];
    bool ok = parse(&s, argc, argv, &err);
    if (ok) {
        snprintf(path, sizeof path, "%s/bench.json", s.build);
        ok = bench_figures_open(&s.figures, path, &err);
    }
    ok = ok && measure_registers(&s, &err) && measure_copies(&s, &err) &&
         measure_simulation(&s, &err) && measure_model(&s, &err) &&
         bench_figures_save(&s.figures, &err);
    bench_figures_close(&s.figures);
    if (!ok)
        fprintf(stderr, "bench_device: %s\n", err.text);
    return ok ? XG_OK : (int)err.kind;
}
