/* Reads memory that is not mapped. */
#include "xboxkrnl.h"

__attribute__((noinline)) uint32_t read_nothing(uint32_t address)
{
    return *(volatile uint32_t *)address;
}

int main(void)
{
    DbgPrint("bad-read: reading 3F000010\n");
    DbgPrint("bad-read: got %08x\n", read_nothing(0x3F000010));
    return 0;
}
