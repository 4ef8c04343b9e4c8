/* Benchmark memswap as a title: prints the checksum of 10 rounds. tests/bench calls bench_main
 * itself, without the kernel. */
#include "xboxkrnl.h"

#include "tests/bench/programs/memswap.c"

int main(void)
{
    DbgPrint("bench memswap %08x\n", bench_main(10));
    return 0;
}
