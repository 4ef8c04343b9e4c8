/* Stops the system. test_contract.sh looks for the sentence. */
#include "../contract/contract.h"

int main(void)
{
    KeBugCheck(0x123);
    report(0, "KeBugCheck", "it returned");
    return 0;
}
