/* Stops the system with parameters. test_contract.sh looks for the sentence. */
#include "../contract/contract.h"

int main(void)
{
    KeBugCheckEx(0x123, 1, 2, 3, 0x44);
    report(0, "KeBugCheckEx", "it returned");
    return 0;
}
