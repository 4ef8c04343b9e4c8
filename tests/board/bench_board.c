/* board.ulx3s.resolve_bytes_per_cycle and board.ulx3s.cube_fps_est: the simulated board in this
 * process, with a FIFO chip that never waits. bench_board BUILD_FOLDER [--frames=N] Copies: 640 x
 * 360 of 8_8_8_8, the second of two (the first brings the pages), bytes written by cycles with the
 * core at work. The frame rate is an estimate: the bytes of a frame of `cube` on the link at
 * USB_BYTES a second, and then the cycles with the core at work at the system clock; one after the
 * other, without the time that the host takes for its draws. */
#include "driver/link_device.h"
#include "driver/transport.h"
#include "machine/machine.h"
#include "sim/board/xg_board_sim.h"
#include "tests/bench/device.h"
#include "tests/bench/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH         640u
#define HEIGHT        360u
#define QUEUE         (1u << 20) /* bytes of either way */
#define CLOCKS_A_WAIT 2048u
#define USB_BYTES     36e6 /* a second: 0.9 of what FTDI gives for the FT232H */
#define SYSTEM_MHZ    (625.0 / 10)
#define WARM_UP       1u

struct queue {
    uint8_t bytes[QUEUE];
    size_t from, count;
};
struct board_transport {
    struct xg_transport transport;
    struct xg_board_sim *board;
    struct queue out, in;
    uint64_t clocks;
};

static uint64_t g_link_bytes; /* of all boards of this program */

static bool put(struct queue *q, uint8_t byte)
{
    if (q->count == QUEUE)
        return false;
    q->bytes[(q->from + q->count++) % QUEUE] = byte;
    return true;
}

static uint8_t take(struct queue *q)
{
    uint8_t byte = q->bytes[q->from];
    q->from = (q->from + 1) % QUEUE;
    q->count--;
    return byte;
}

static void destroy(struct xg_transport *t)
{
    struct board_transport *b = (struct board_transport *)t;
    xg_board_sim_destroy(b->board);
    free(b);
}

static bool give_words(struct xg_transport *t, const uint32_t *words, size_t count, size_t *taken,
                       struct xg_error *err)
{
    struct board_transport *b = (struct board_transport *)t;
    XG_UNUSED(err);
    for (*taken = 0; *taken < count && b->out.count + 4 <= QUEUE; ++*taken)
        for (unsigned k = 0; k < 4; k++)
            put(&b->out, (uint8_t)(words[*taken] >> (8 * k)));
    return true;
}

static bool take_words(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                       struct xg_error *err)
{
    struct board_transport *b = (struct board_transport *)t;
    XG_UNUSED(err);
    for (*given = 0; *given < max && b->in.count >= 4; ++*given) {
        uint32_t word = 0;
        for (unsigned k = 0; k < 4; k++)
            word |= (uint32_t)take(&b->in) << (8 * k);
        words[*given] = word;
    }
    return true;
}

static bool let_work(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    struct board_transport *b = (struct board_transport *)t;
    uint64_t before = xg_board_sim_cycles(b->board);
    XG_UNUSED(err);
    for (unsigned i = 0; i < CLOCKS_A_WAIT; i++) {
        const bool has = b->out.count > 0, room = b->in.count < QUEUE;
        struct xg_board_pins pins = {
            .rxf_n = !has, .txe_n = !room, .from_chip = has ? b->out.bytes[b->out.from] : 0};
        xg_board_sim_clock(b->board, &pins);
        if (!pins.rd_n && has) {
            take(&b->out);
            g_link_bytes++;
        }
        if (!pins.wr_n && room) {
            put(&b->in, pins.to_chip);
            g_link_bytes++;
        }
    }
    *clocks = xg_board_sim_cycles(b->board) - before;
    return true;
}

static const struct xg_transport_ops board_ops = {
    .name = "board", .destroy = destroy, .write = give_words, .read = take_words, .wait = let_work};

static struct xg_device *create(const struct xg_device_host *host, struct xg_error *err)
{
    struct board_transport *b = calloc(1, sizeof *b);
    if (!b || !(b->board = xg_board_sim_create())) {
        free(b);
        xg_fail(err, XG_E_DEVICE, "no host memory for the simulated board");
        return NULL;
    }
    b->transport.ops = &board_ops;
    return xg_link_device_create(host, &b->transport, err);
}

static bool set(struct bench_figures *f, const char *key, double value, const char *note,
                struct xg_error *err)
{
    printf("%-38s %10.4g  %s\n", key, value, note);
    return bench_figures_set(f, key, value, err);
}

static struct xg_gpu_counters counters(struct xg_device *d)
{
    struct xg_gpu_counters c = {0};
    d->ops->counters(d, &c);
    return c;
}

static bool measure_copy(struct bench_figures *f, struct xg_error *err)
{
    struct bench_device b;
    char note[96];
    bool ok = bench_device_open(&b, create, err);
    if (ok)
        bench_device_surface(&b, WIDTH, HEIGHT);
    struct xg_gpu_counters before = {0}, after = {0};
    for (unsigned i = 0; i < 2 && ok; i++) {
        before = counters(b.device);
        bench_device_copy(&b, WIDTH, HEIGHT);
        ok = bench_device_run(&b, err);
        after = counters(b.device);
    }
    double bytes = (double)(after.resolve_bytes - before.resolve_bytes);
    uint64_t cycles = after.busy_cycles - before.busy_cycles;
    snprintf(note, sizeof note, "(%.0f bytes, %llu cycles)", bytes, (unsigned long long)cycles);
    if (ok && bytes != (double)WIDTH * HEIGHT * 4)
        ok = xg_fail(err, XG_E_DEVICE, "the copy wrote %.0f bytes", bytes);
    bench_device_close(&b);
    return ok && set(f, "board.ulx3s.resolve_bytes_per_cycle", bytes / (double)cycles, note, err);
}

static bool run_frames(struct xg_machine *m, uint32_t n, struct xg_error *err)
{
    const struct xg_run_limits limits = {.frames = n};
    return xg_machine_run(m, &limits) == XG_STOP_NONE ||
           xg_fail(err, XG_E_GUEST, "cube: %s", xg_machine_report(m));
}

static bool measure_cube(struct bench_figures *f, const char *program, uint32_t frames,
                         struct xg_error *err)
{
    const struct xg_machine_options o = {.engine = XG_CPU_INTERP, .device = create};
    struct xg_machine *m = xg_machine_create(&o, err);
    bool ok = m && xg_machine_load(m, program, err) && run_frames(m, WARM_UP, err);
    struct xg_device *d = ok ? xg_gpu_device(xg_machine_gpu(m)) : NULL;
    struct xg_gpu_counters before = ok ? counters(d) : (struct xg_gpu_counters){0}, after = before;
    uint64_t bytes = g_link_bytes;
    ok = ok && run_frames(m, frames, err);
    if (ok)
        after = counters(d);
    xg_machine_destroy(m);
    char note[128];
    double sent = (double)(g_link_bytes - bytes) / frames,
           busy = (double)(after.busy_cycles - before.busy_cycles) / frames;
    snprintf(note, sizeof note, "(estimate: %.0f bytes and %.0f cycles a frame)", sent, busy);
    return ok && set(f, "board.ulx3s.cube_fps_est",
                     1 / (sent / USB_BYTES + busy / (SYSTEM_MHZ * 1e6)), note, err);
}

int main(int argc, char **argv)
{
    struct bench_figures figures = {0};
    struct xg_error err = {0};
    char path[1024];
    uint32_t frames = argc == 3 && !strncmp(argv[2], "--frames=", 9)
                          ? (uint32_t)strtoul(argv[2] + 9, NULL, 10)
                          : 2;
    if (argc < 2 || argc > 3 || frames == 0) {
        fprintf(stderr, "usage: bench_board BUILD_FOLDER [--frames=N]\n");
        return XG_E_INPUT;
    }
    snprintf(path, sizeof path, "%s/bench.json", argv[1]);
    bool ok = bench_figures_open(&figures, path, &err) && measure_copy(&figures, &err);
    snprintf(path, sizeof path, "%s/guest/cube.xex", argv[1]);
    ok = ok && measure_cube(&figures, path, frames, &err) && bench_figures_save(&figures, &err);
    bench_figures_close(&figures);
    if (!ok)
        fprintf(stderr, "bench_board: %s\n", err.text);
    return ok ? XG_OK : (int)err.kind;
}
