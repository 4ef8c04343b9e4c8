/* The frame around a program on the console. Alone it runs `bench_reps` repetitions and prints
 * the checksum. A tool may store another number where "ready" says, while the program sleeps, and
 * takes the host's time when "begin" and "checksum" are said. */
#include "xboxkrnl.h"

#include "bench.h"

volatile u32 bench_reps = 2;

int main(void)
{
    int64_t pause = -10000; /* 1 ms in units of 100 ns, from now */
    DbgPrint("ready %08x\n", (unsigned)&bench_reps);
    KeDelayExecutionThread(1, 0, &pause);
    bench_main(1); /* touches its memory; a compiling engine compiles */
    u32 reps = bench_reps;
    DbgPrint("begin %u\n", reps);
    u32 sum = bench_main(reps);
    DbgPrint("checksum %08x\n", sum);
    return 0;
}
