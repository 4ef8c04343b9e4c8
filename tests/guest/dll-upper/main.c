/* A DLL that imports a function and a variable of another one, and needs both in its own entry
 * point. */
#include "exports.h"
#include "xboxkrnl.h"

__attribute__((used)) static uint32_t twice(uint32_t n)
{
    return 2 * base_value(n);
}
XG_CALLBACK(upper_value, twice)

int main(void *handle, uint32_t reason)
{
    (void)handle;
    DbgPrint("upper: reason %u, base gives %u and was told %u times\n", reason, base_value(1),
             *(volatile uint32_t *)__imp_base_log - 0x100);
    return 1;
}
