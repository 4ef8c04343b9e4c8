/* The frame around a program for the host and for qemu: PROGRAM [REPS] prints the checksum and the
 * CPU seconds that the repetitions took. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    u32 reps = argc > 1 ? (u32)strtoul(argv[1], NULL, 10) : 2;
    bench_main(1); /* touches its memory; under qemu: translates */
    double start = now();
    u32 sum = bench_main(reps);
    printf("%08x %.9f\n", sum, now() - start);
    return 0;
}
