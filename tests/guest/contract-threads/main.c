/* Threads: creation, end, priorities, affinity, suspension, local slots, APCs, process type,
 * terminate notifications. */
#include "../contract/contract.h"

static volatile uint32_t ran, count, kernel_ran, exit_order;
static uint32_t apc[10];

__attribute__((used)) static uint32_t worker(void *context)
{
    ran = (uint32_t)context;
    return 42;
}
XG_CALLBACK(worker_entry, worker)

__attribute__((used)) static uint32_t counts(void *context)
{
    (void)context;
    for (;;) {
        count++;
        sleep_ms(1);
    }
    return 0;
}
XG_CALLBACK(counts_entry, counts)

__attribute__((used)) static uint32_t ends_itself(void *context)
{
    (void)context;
    ExTerminateThread(7);
    ran = 99;
    return 0;
}
XG_CALLBACK(ends_itself_entry, ends_itself)

static void life(void)
{
    HANDLE h = 0;
    uint32_t id = 0;
    void *thread = 0;
    CHECK(ExCreateThread, ExCreateThread(&h, 0x8000, &id, 0, worker_entry, (void *)5, 0) == 0 && h);
    CHECK(ExCreateThread, wait_handle(h, MS(20)) == 0 && ran == 5);
    ObReferenceObjectByHandle(h, __imp_ExThreadObjectType, &thread);
    CHECK(ExThreadObjectType, thread != 0);
    CHECK(ExCreateThread,
          word_at((char *)thread + 0x14C) == id && word_at((char *)thread + 0x140) == 42);
    const char *process = (const char *)word_at((char *)thread + 0x84);
    CHECK(ExCreateThread, word_at((char *)thread + 8) == (uint32_t)thread + 8 &&
                              word_at((char *)thread + 0x74) == (uint32_t)thread + 0x74);
    CHECK(ExCreateThread, word_at(process + 0x14) == 1 && process[0x2F] == 1 &&
                              word_at(process + 0x2C) >> 16 == 0x1000);
    ObDereferenceObject(thread);
    NtClose(h);
    h = spawn(ends_itself_entry, 0, 0);
    wait_handle(h, MS(20));
    ObReferenceObjectByHandle(h, 0, &thread);
    CHECK(ExTerminateThread, ran == 5 && word_at((char *)thread + 0x140) == 7);
    ObDereferenceObject(thread);
    NtClose(h);
    CHECK(NtYieldExecution, NtYieldExecution() == 0);
    uint32_t before = xg_timebase();
    KeStallExecutionProcessor(100);
    CHECK(KeStallExecutionProcessor, xg_timebase() - before >= 5000);
}

static void control(void)
{
    uint32_t old = 9, flags = 0, mine = 0;
    void *thread = 0, *same = 0;
    ran = 0;
    HANDLE h = spawn(worker_entry, (void *)6, 1 | 1u << 25); /* suspended, on cpu 1 */
    ObReferenceObjectByHandle(h, 0, &thread);
    sleep_ms(1);
    CHECK(NtResumeThread, ran == 0 && NtResumeThread(h, &old) == 0 && old == 1);
    wait_handle(h, MS(20));
    CHECK(NtResumeThread, ran == 6 && NtResumeThread(h, 0) == (NTSTATUS)0xC000004B);
    ObDereferenceObject(thread);
    NtClose(h);
    h = spawn(counts_entry, 0, 1u << 26);
    ObReferenceObjectByHandle(h, 0, &thread);
    sleep_ms(3);
    CHECK(NtSuspendThread, NtSuspendThread(h, &old) == 0 && old == 0);
    uint32_t at = count;
    sleep_ms(3);
    CHECK(NtSuspendThread, count == at);
    CHECK(KeSuspendThread, KeSuspendThread(thread) == 1);
    CHECK(KeResumeThread, KeResumeThread(thread) == 2);
    CHECK(KeAlertResumeThread, KeAlertResumeThread(thread) == 1);
    sleep_ms(3);
    CHECK(KeResumeThread, count > at);
    CHECK(KeSetBasePriorityThread, KeSetBasePriorityThread(thread, 2) == 0);
    CHECK(KeQueryBasePriorityThread, KeQueryBasePriorityThread(thread) == 2);
    CHECK(KeSetAffinityThread, KeSetAffinityThread(thread, 1u << 3, &old) == 0 && old == 1u << 2);
    CHECK(KeSetAffinityThread, KeSetAffinityThread(thread, 0, 0) == INVALID_PARAMETER);
    CHECK(KeSetAffinityThread, ((const volatile uint8_t *)thread)[0xBF] == 3);
    mine = word_at((char *)thread + 0x14C);
    CHECK(ObLookupThreadByThreadId, ObLookupThreadByThreadId(mine, &same) == 0 && same == thread);
    ObDereferenceObject(same);
    CHECK(ObLookupAnyThreadByThreadId,
          ObLookupAnyThreadByThreadId(mine, &same) == 0 && same == thread);
    ObDereferenceObject(same);
    CHECK(ObLookupThreadByThreadId, ObLookupThreadByThreadId(12345, &same) == (NTSTATUS)0xC000000B);
    KeSuspendThread(thread);
    (void)flags;
    NtClose(h);
}

static void slots(void)
{
    uint32_t slot = KeTlsAlloc();
    CHECK(KeTlsAlloc, slot != 0xFFFFFFFF && KeTlsGetValue(slot) == 0);
    CHECK(KeTlsSetValue, KeTlsSetValue(slot, 0x55) == 1);
    CHECK(KeTlsGetValue, KeTlsGetValue(slot) == 0x55);
    CHECK(KeTlsFree, KeTlsFree(slot) == 1 && KeTlsFree(slot) == 0);
}

__attribute__((used)) static void user_apc(uint32_t context, uint32_t a, uint32_t b)
{
    ran = context + a + b;
}
XG_CALLBACK(user_apc_entry, user_apc)
__attribute__((used)) static void kernel_routine(void *it, uint32_t *normal, uint32_t *context)
{
    (void)it, (void)normal;
    kernel_ran++;
    *context += 1; /* the normal routine gets what is left here */
}
XG_CALLBACK(kernel_routine_entry, kernel_routine)

static void apcs(void)
{
    int64_t no_time = 0, ms = MS(1);
    HANDLE me = 0;
    CHECK(NtDuplicateObject, NtDuplicateObject((HANDLE)-2, &me, 0) == 0 && me);
    ran = 0;
    CHECK(NtQueueApcThread,
          NtQueueApcThread(me, user_apc_entry, (void *)1, (void *)2, (void *)3) == 0);
    CHECK(KeDelayExecutionThread, KeDelayExecutionThread(1, 0, &ms) == 0 && ran == 0);
    CHECK(NtQueueApcThread, NtWaitForSingleObjectEx(me, 1, 1, &no_time) == 0xC0 && ran == 6);
    KeInitializeApc(apc, kthread(), kernel_routine_entry, 0, user_apc_entry, 0, (void *)10);
    CHECK(KeInitializeApc, apc[0] >> 16 == 0x12 && apc[1] == (uint32_t)kthread() && apc[7] == 10);
    KeEnterCriticalRegion();
    CHECK(KeEnterCriticalRegion, word_at((char *)kthread() + 0xB0) == 0xFFFFFFFF);
    CHECK(KeInsertQueueApc, KeInsertQueueApc(apc, (void *)20, (void *)30, 0) == 1 && ran == 6);
    CHECK(KeInsertQueueApc, KeInsertQueueApc(apc, 0, 0, 0) == 0);
    KeLeaveCriticalRegion();
    CHECK(KeLeaveCriticalRegion, word_at((char *)kthread() + 0xB0) == 0);
    CHECK(KeInsertQueueApc, kernel_ran == 1 && ran == 61);
    KeEnterCriticalRegion();
    KeInsertQueueApc(apc, 0, 0, 0);
    CHECK(KeRemoveQueueApc, KeRemoveQueueApc(apc) == 1 && KeRemoveQueueApc(apc) == 0);
    KeLeaveCriticalRegion();
    CHECK(KeRemoveQueueApc, kernel_ran == 1);
    CHECK(KeAlertThread, KeAlertThread(kthread(), 1) == 0 && KeAlertThread(kthread(), 1) == 1);
    CHECK(KeTestAlertThread, KeTestAlertThread(0) == 1 && KeTestAlertThread(0) == 0);
    CHECK(KiApcNormalRoutineNop, KiApcNormalRoutineNop() == 0);
    NtClose(me);
}

static void process(void)
{
    CHECK(KeGetCurrentProcessType, KeGetCurrentProcessType() == 1);
    KeSetCurrentProcessType(2); /* only in a DPC */
    CHECK(KeSetCurrentProcessType, KeGetCurrentProcessType() == 1);
    KeEnableFpuExceptions(1);
    CHECK(KeEnableFpuExceptions, ((const volatile uint8_t *)kthread())[0x71] == 1);
    KeEnableFpuExceptions(0);
    KeFlushEntireTb();
    CHECK(KeFlushEntireTb, 1);
}

/* Called at the end, the higher priority first: the last one reports. */
__attribute__((used)) static void at_end_first(void)
{
    exit_order = 1;
}
XG_CALLBACK(at_end_first_entry, at_end_first)
__attribute__((used)) static void at_end_last(void)
{
    CHECK(ExRegisterTitleTerminateNotification, exit_order == 1);
}
XG_CALLBACK(at_end_last_entry, at_end_last)
__attribute__((used)) static void never(void)
{
    exit_order = 7;
}
XG_CALLBACK(never_entry, never)

int main(void)
{
    static uint32_t node[3][4];
    void *const routines[3] = {at_end_last_entry, at_end_first_entry, never_entry};
    life();
    control();
    slots();
    apcs();
    process();
    for (int i = 0; i < 3; i++) {
        node[i][0] = (uint32_t)routines[i];
        node[i][1] = 10 + (uint32_t)i;
        ExRegisterTitleTerminateNotification(node[i], 1);
    }
    ExRegisterTitleTerminateNotification(node[2], 0);
    return failed;
}
