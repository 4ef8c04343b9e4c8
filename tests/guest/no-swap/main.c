/* Never swaps, never ends. */
#include "xboxkrnl.h"

int main(void)
{
    DbgPrint("no-swap: looping\n");
    for (;;)
        xg_yield();
}
