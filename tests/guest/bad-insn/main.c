/* Executes an instruction that does not exist. */
#include "xboxkrnl.h"

__attribute__((noinline)) void execute_nonsense(void)
{
    __asm__ volatile(".long 0x00000001");
}

int main(void)
{
    DbgPrint("bad-insn: executing 00000001\n");
    execute_nonsense();
    return 0;
}
