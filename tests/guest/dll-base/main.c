/* A DLL that others import from: a function, and a variable that counts what it was told. */
#include "xboxkrnl.h"

uint32_t base_log = 0x100;

__attribute__((used)) static uint32_t add(uint32_t n)
{
    return n + 1000;
}
XG_CALLBACK(base_value, add)

int main(void *handle, uint32_t reason)
{
    base_log++;
    DbgPrint("base: reason %u%s\n", reason, handle ? "" : ", no handle");
    return 1;
}
