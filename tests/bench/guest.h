/* A guest program on a machine of its own, and the host's time at every line that it prints. */
#ifndef XG_TESTS_BENCH_GUEST_H
#define XG_TESTS_BENCH_GUEST_H

#include "machine/machine.h"

#define BENCH_MARKS 32u

struct bench_mark {
    char text[64];
    double cpu; /* seconds, bench_cpu_time() */
};
struct bench_guest {
    struct xg_machine *machine;
    struct xg_hooks hooks;
    struct bench_mark marks[BENCH_MARKS];
    unsigned count;
    volatile int pause; /* set at "ready" */
};

/* Loads path and runs it up to its line "ready ADDRESS", stores `value` (not 0) at that address
 * and lets it run to its end, which must be exit code 0. engine as
 * --cpu of `xenogate run`. false: err. Closed by bench_guest_close() either way. */
bool bench_guest_run(struct bench_guest *g, const char *path, enum xg_cpu_engine engine,
                     uint32_t value, struct xg_error *err);
void bench_guest_close(struct bench_guest *g);
/* The first line that begins with `prefix`, or NULL. */
const struct bench_mark *bench_guest_mark(const struct bench_guest *g, const char *prefix);

#endif
