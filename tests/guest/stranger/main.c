/* Imports what the kernel does not have: an export that is not implemented, a function and a
 * variable that no table knows. It starts, says what the calls answered, and ends. */
#include "exports.h"
#include "xboxkrnl.h"

int main(void)
{
    for (int i = 0; i < 2; i++)
        DbgPrint("scene %x, strange %x, stranger %x\n", XuiSceneCreate(5, 6), StrangeFunction(7),
                 *(volatile uint32_t *)__imp_StrangerVariable);
    return 0;
}
