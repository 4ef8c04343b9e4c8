/* Ends by a reset: nobody is told. test_contract.sh looks for the sentence. */
#include "../contract/contract.h"

__attribute__((used)) static void at_end(void)
{
    report(0, "HalReturnToFirmware", "a notification ran");
}
XG_CALLBACK(at_end_entry, at_end)

int main(void)
{
    static uint32_t node[4];
    node[0] = (uint32_t)at_end_entry;
    ExRegisterTitleTerminateNotification(node, 1);
    HalReturnToFirmware(1);
    report(0, "HalReturnToFirmware", "it returned");
    return failed;
}
