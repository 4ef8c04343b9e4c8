/* A DLL whose entry point refuses. */
#include "exports.h"
#include "xboxkrnl.h"

int main(void *handle, uint32_t reason)
{
    (void)handle;
    DbgPrint("fails: reason %u, base gives %u\n", reason, base_value(2));
    return 0;
}
