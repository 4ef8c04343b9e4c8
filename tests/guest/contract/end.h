/* A program that ends by one export: the title's terminate notification runs, and nothing after the
 * call does. */
#ifndef XG_CONTRACT_END_H
#define XG_CONTRACT_END_H

#include "../contract/contract.h"

#define ENDS_BY(name, call)                                                                        \
    __attribute__((used)) static void at_end(void)                                                 \
    {                                                                                              \
        CHECK(name, 1);                                                                            \
    }                                                                                              \
    XG_CALLBACK(at_end_entry, at_end)                                                              \
    int main(void)                                                                                 \
    {                                                                                              \
        static uint32_t node[4];                                                                   \
        node[0] = (uint32_t)at_end_entry;                                                          \
        ExRegisterTitleTerminateNotification(node, 1);                                             \
        call;                                                                                      \
        report(0, #name, "it returned");                                                           \
        return failed;                                                                             \
    }

#endif
