/* Calls into the kernel and thread switches, for tools that take the host's time at each line
 * printed. The number of repetitions is what the tool stores where "ready" says. */
#include "xboxkrnl.h"

static volatile uint32_t bench_reps = 1000;
static volatile uint32_t turns; /* of the other thread */
static volatile bool over;

__attribute__((used)) static uint32_t other_thread(void *context)
{
    (void)context;
    while (!over) {
        turns++;
        NtYieldExecution();
    }
    return 0;
}
XG_CALLBACK(other_entry, other_thread)

int main(void)
{
    int64_t pause = -10000; /* 1 ms in units of 100 ns, from now */
    DbgPrint("ready %08x\n", (unsigned)&bench_reps);
    KeDelayExecutionThread(1, 0, &pause);
    uint32_t n = bench_reps;

    KeGetCurrentProcessType();
    DbgPrint("loop %u\n", n);
    for (uint32_t i = 0; i < n; i++)
        __asm__ volatile("" ::: "memory");
    DbgPrint("call %u\n", n);
    for (uint32_t i = 0; i < n; i++)
        KeGetCurrentProcessType();
    DbgPrint("called\n");

    HANDLE handle;
    uint32_t flags = 1u << (24 + xg_cpu_number()); /* on this hardware thread */
    if (ExCreateThread(&handle, 0, 0, 0, other_entry, 0, flags) != 0)
        return 1;
    NtYieldExecution();
    uint32_t before = turns;
    DbgPrint("switch %u\n", n);
    for (uint32_t i = 0; i < n; i++)
        NtYieldExecution();
    uint32_t switches = n + (turns - before);
    DbgPrint("switched %u\n", switches);
    over = true;
    return 0;
}
