/* Benchmark skin as a title: prints the checksum of 10 rounds. tests/bench calls bench_main
 * itself, without the kernel. */
#include "xboxkrnl.h"

#include "tests/bench/programs/skin.c"

int main(void)
{
    DbgPrint("bench skin %08x\n", bench_main(10));
    return 0;
}
