/* A title that imports from a DLL by itself. */
#include "exports.h"
#include "xboxkrnl.h"

int main(void)
{
    DbgPrint("the title: upper gives %u\n", upper_value(5));
    return 0;
}
