/* Calls a function where there is none. */
#include "xboxkrnl.h"

typedef void function(void);

__attribute__((noinline)) void jump_to_nowhere(uint32_t address)
{
    ((function *)address)();
    __asm__ volatile("" ::: "memory"); /* no tail call: LR names this function */
}

int main(void)
{
    DbgPrint("bad-jump: calling 30DEAD00\n");
    jump_to_nowhere(0x30DEAD00);
    return 0;
}
