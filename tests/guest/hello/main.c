/* The smallest program: says hello and ends. */
#include "xboxkrnl.h"

int main(void)
{
    DbgPrint("hello from %s, CPU %u\n", "Xenogate", xg_cpu_number());
    return 0;
}
