/* First C code of a program: main's result becomes the exit code of the title's first
 * thread, which ends the title. */
#include "xboxkrnl.h"

int main(void);
uint32_t __xg_main(void);

uint32_t __xg_main(void)
{
    return (uint32_t)main();
}
