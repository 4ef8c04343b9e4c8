/* A DLL that imports from itself. */
#include "exports.h"
#include "xboxkrnl.h"

__attribute__((used)) static uint32_t same(uint32_t n)
{
    return n;
}
XG_CALLBACK(loop, same)

int main(void)
{
    return (int)looped(1);
}
