/* Host clocks of the measurements, in seconds. */
#ifndef XG_TESTS_BENCH_CLOCK_H
#define XG_TESTS_BENCH_CLOCK_H

#include <time.h>

static inline double bench_clock(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Of this thread: what a single-threaded piece of work would take on an idle machine. */
static inline double bench_cpu_time(void)
{
    return bench_clock(CLOCK_THREAD_CPUTIME_ID);
}
/* Of all threads of this process. */
static inline double bench_process_time(void)
{
    return bench_clock(CLOCK_PROCESS_CPUTIME_ID);
}
static inline double bench_wall_time(void)
{
    return bench_clock(CLOCK_MONOTONIC);
}

#endif
