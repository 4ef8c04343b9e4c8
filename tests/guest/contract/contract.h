/* Contract tests: one line "PASS Name" or "FAIL Name: what was expected" a check, Name being the
 * export (tests/guest/test_contract.sh reads them). The exit code is the number of failures. */
#ifndef XG_CONTRACT_H
#define XG_CONTRACT_H

#include "xboxkrnl.h"

static int failed;

static inline void report(bool ok, const char *name, const char *what)
{
    if (ok)
        DbgPrint("PASS %s\n", name);
    else
        DbgPrint("FAIL %s: %s\n", name, what);
    failed += !ok;
}
/* CHECK(NtClose, NtClose(h) == 0) */
#define CHECK(name, condition) report((condition), #name, #condition)

#define MS(n)                 (-10000ll * (n)) /* a relative timeout */
#define TIMEOUT               0x102
#define INVALID_HANDLE        ((NTSTATUS)0xC0000008)
#define INVALID_PARAMETER     ((NTSTATUS)0xC000000D)
#define OBJECT_TYPE_MISMATCH  ((NTSTATUS)0xC0000024)
#define OBJECT_NAME_EXISTS    0x40000000
#define OBJECT_NAME_NOT_FOUND ((NTSTATUS)0xC0000034)

static inline uint32_t word_at(const void *at)
{
    return *(const volatile uint32_t *)at;
}
static inline void *kthread(void)
{
    return (void *)xg_kpcr32(0x100);
}
static inline NTSTATUS wait_object(void *object, int64_t timeout)
{
    return KeWaitForSingleObject(object, 3, 1, 0, &timeout);
}
static inline NTSTATUS wait_handle(HANDLE h, int64_t timeout)
{
    return NtWaitForSingleObjectEx(h, 1, 0, &timeout);
}
static inline void sleep_ms(int ms)
{
    int64_t t = MS(ms);
    KeDelayExecutionThread(1, 0, &t);
}
static inline HANDLE spawn(void *entry, void *context, uint32_t flags)
{
    HANDLE h = 0;
    ExCreateThread(&h, 0, 0, 0, entry, context, flags);
    return h;
}

#endif
