/* A DLL for contract-modules: its entry point counts its calls, ordinal 1 answers, ordinal 2 is
 * the count. */
#include "xboxkrnl.h"

uint32_t entered = 100;

__attribute__((used)) static uint32_t twice(uint32_t n)
{
    return 2 * n;
}
XG_CALLBACK(answer, twice)

int main(void)
{
    DbgPrint("library: entered %u\n", ++entered);
    return 1;
}
