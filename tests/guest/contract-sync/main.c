/* Events, semaphores, mutants, timers, completion ports, locks, lists: what each export answers and
 * does to a second thread. */
#include "../contract/contract.h"

static volatile uint32_t order, seen[8];

static struct kevent event; /* built in place, never initialised by a call */

__attribute__((used)) static uint32_t set_later(void *context)
{
    sleep_ms(2);
    KeSetEvent(context, 1, 0);
    return 0;
}
XG_CALLBACK(set_later_entry, set_later)

static void events_by_address(void)
{
    event = (struct kevent){.type = 1, .signal = 0};
    CHECK(KeWaitForSingleObject, wait_object(&event, 0) == TIMEOUT);
    CHECK(KeSetEvent, KeSetEvent(&event, 1, 0) == 0 && event.signal == 1);
    CHECK(KeSetEvent, KeSetEvent(&event, 1, 0) == 1);
    CHECK(KeWaitForSingleObject, wait_object(&event, MS(1)) == 0 && event.signal == 0);
    KeSetEvent(&event, 1, 0);
    CHECK(KeResetEvent, KeResetEvent(&event) == 1 && event.signal == 0);
    KeInitializeEvent(&event, 0, 1);
    CHECK(KeInitializeEvent, event.type == 0 && event.signal == 1);
    CHECK(KeInitializeEvent, wait_object(&event, 0) == 0 && event.signal == 1);
    CHECK(KePulseEvent, KePulseEvent(&event, 1, 0) == 1 && event.signal == 0);
    KeSetEventBoostPriority(&event, 0);
    CHECK(KeSetEventBoostPriority, event.signal == 1);
    KeInitializeEvent(&event, 1, 0);
    NtClose(spawn(set_later_entry, &event, 0));
    CHECK(KeWaitForSingleObject, KeWaitForSingleObject(&event, 3, 1, 0, 0) == 0);
}

static void events_by_handle(void)
{
    HANDLE h, again = 0;
    uint32_t info[2], old = 9;
    char name[] = "contract event";
    struct ansi_string text;
    RtlInitAnsiString(&text, name);
    struct object_attributes named = {0, &text, 0x40};
    CHECK(NtCreateEvent, NtCreateEvent(&h, 0, 0, 1) == 0 && h >= 0xF8000000);
    CHECK(NtCreateEvent, NtCreateEvent(&again, 0, 2, 1) == INVALID_PARAMETER);
    CHECK(NtWaitForSingleObjectEx, wait_handle(h, 0) == 0 && wait_handle(h, 0) == 0);
    CHECK(NtClearEvent, NtClearEvent(h) == 0 && wait_handle(h, MS(1)) == TIMEOUT);
    CHECK(NtSetEvent, NtSetEvent(h, &old) == 0 && old == 0);
    CHECK(NtQueryEvent, NtQueryEvent(h, info) == 0 && info[0] == 0 && info[1] == 1);
    CHECK(NtPulseEvent, NtPulseEvent(h, &old) == 0 && old == 1 && wait_handle(h, 0) == TIMEOUT);
    CHECK(NtClose, NtClose(h) == 0 && NtClose(h) == INVALID_HANDLE);
    CHECK(NtSetEvent, NtSetEvent(h, 0) == INVALID_HANDLE);
    NtCreateEvent(&h, &named, 1, 0);
    CHECK(NtCreateEvent, NtCreateEvent(&again, &named, 1, 0) == OBJECT_NAME_EXISTS && again != h);
    NtSetEvent(again, 0);
    CHECK(NtWaitForSingleObjectEx, wait_handle(h, 0) == 0);
    void *object = 0, *other = 0;
    CHECK(ObReferenceObjectByHandle,
          ObReferenceObjectByHandle(h, __imp_ExEventObjectType, &object) == 0 && object);
    CHECK(ObReferenceObjectByHandle, ObReferenceObjectByHandle(h, __imp_ExSemaphoreObjectType,
                                                               &other) == OBJECT_TYPE_MISMATCH &&
                                         !other);
    CHECK(ObReferenceObjectByName,
          ObReferenceObjectByName(&text, 0, __imp_ExEventObjectType, 0, &other) == 0 &&
              other == object);
    CHECK(ObIsTitleObject, ObIsTitleObject(object) == 1);
    uint32_t pointers = word_at((char *)object - 0x18);
    ObReferenceObject(object);
    CHECK(ObReferenceObject, word_at((char *)object - 0x18) == pointers + 1);
    ObDereferenceObject(object);
    ObDereferenceObject(object);
    CHECK(ObDereferenceObject, word_at((char *)object - 0x18) == pointers - 1);
    HANDLE third = 0, fourth = 0;
    CHECK(ObOpenObjectByName, ObOpenObjectByName(&named, __imp_ExEventObjectType, 0, &third) == 0);
    NtSetEvent(third, 0);
    CHECK(ObOpenObjectByName, wait_handle(h, 0) == 0);
    CHECK(ObOpenObjectByPointer,
          ObOpenObjectByPointer(object, __imp_ExEventObjectType, &fourth) == 0 &&
              NtSetEvent(fourth, 0) == 0 && wait_handle(h, 0) == 0);
    HANDLE copy = 0;
    CHECK(NtDuplicateObject, NtDuplicateObject(h, &copy, 1) == 0 && NtClose(h) == INVALID_HANDLE);
    CHECK(NtDuplicateObject, NtSetEvent(copy, 0) == 0 && wait_handle(again, 0) == 0);
    ObDereferenceObject(object);
    NtClose(copy), NtClose(again), NtClose(third), NtClose(fourth);
    CHECK(ObOpenObjectByName,
          ObOpenObjectByName(&named, 0, 0, &third) == OBJECT_NAME_NOT_FOUND && !third);
}

static void semaphores(void)
{
    static uint32_t semaphore[5];
    HANDLE h;
    int32_t old = -1;
    uint32_t info[2];
    KeInitializeSemaphore(semaphore, 1, 2);
    CHECK(KeInitializeSemaphore,
          wait_object(semaphore, 0) == 0 && wait_object(semaphore, 0) == TIMEOUT);
    CHECK(KeReleaseSemaphore, KeReleaseSemaphore(semaphore, 0, 2, 0) == 0 && semaphore[1] == 2);
    CHECK(NtCreateSemaphore, NtCreateSemaphore(&h, 0, 3, 2) == INVALID_PARAMETER);
    CHECK(NtCreateSemaphore, NtCreateSemaphore(&h, 0, 0, 2) == 0);
    CHECK(NtReleaseSemaphore, NtReleaseSemaphore(h, 2, &old) == 0 && old == 0);
    CHECK(NtReleaseSemaphore, NtReleaseSemaphore(h, 1, 0) == (NTSTATUS)0xC0000047);
    CHECK(NtQuerySemaphore, NtQuerySemaphore(h, info) == 0 && info[0] == 2 && info[1] == 2);
    CHECK(NtReleaseSemaphore,
          wait_handle(h, 0) == 0 && wait_handle(h, 0) == 0 && wait_handle(h, 0) == TIMEOUT);
    NtClose(h);
}

static void many(void)
{
    HANDLE h[3];
    struct kevent a = {.type = 1}, b = {.type = 0, .signal = 1};
    void *objects[2] = {&a, &b};
    int64_t no_time = 0, soon = MS(1);
    for (int i = 0; i < 3; i++)
        NtCreateEvent(&h[i], 0, 1, 0);
    NtSetEvent(h[1], 0);
    NtSetEvent(h[2], 0);
    CHECK(NtWaitForMultipleObjectsEx, NtWaitForMultipleObjectsEx(3, h, 0, 1, 0, &soon) == TIMEOUT);
    CHECK(NtWaitForMultipleObjectsEx, NtWaitForMultipleObjectsEx(3, h, 1, 1, 0, &no_time) == 1);
    CHECK(NtWaitForMultipleObjectsEx, NtWaitForMultipleObjectsEx(3, h, 1, 1, 0, &no_time) == 2);
    CHECK(NtWaitForMultipleObjectsEx,
          NtWaitForMultipleObjectsEx(3, h, 1, 1, 0, &no_time) == TIMEOUT);
    CHECK(NtWaitForMultipleObjectsEx,
          NtWaitForMultipleObjectsEx(65, h, 1, 1, 0, 0) == INVALID_PARAMETER);
    CHECK(KeWaitForMultipleObjects,
          KeWaitForMultipleObjects(2, objects, 1, 3, 1, 0, &no_time, 0) == 1);
    CHECK(KeWaitForMultipleObjects,
          KeWaitForMultipleObjects(2, objects, 0, 3, 1, 0, &no_time, 0) == TIMEOUT);
    KeSetEvent(&a, 0, 0);
    CHECK(KeWaitForMultipleObjects,
          KeWaitForMultipleObjects(2, objects, 0, 3, 1, 0, &no_time, 0) == 0 && a.signal == 0);
    CHECK(NtSignalAndWaitForSingleObjectEx,
          NtSignalAndWaitForSingleObjectEx(h[0], h[0], 1, 0, &no_time) == 0);
    for (int i = 0; i < 3; i++)
        NtClose(h[i]);
}

__attribute__((used)) static uint32_t takes(void *context)
{
    seen[0] = (uint32_t)NtReleaseMutant((HANDLE)context, 0);
    seen[1] = (uint32_t)wait_handle((HANDLE)context, MS(1));
    seen[2] = (uint32_t)NtWaitForSingleObjectEx((HANDLE)context, 1, 0, 0);
    return 0; /* without giving it up */
}
XG_CALLBACK(takes_entry, takes)

static void mutants(void)
{
    static uint32_t mutant[8];
    HANDLE h;
    int32_t old = 5;
    uint32_t info[2];
    CHECK(NtCreateMutant, NtCreateMutant(&h, 0, 1) == 0);
    CHECK(NtQueryMutant, NtQueryMutant(h, info) == 0 && info[0] == 0 && info[1] >> 24 == 1);
    wait_handle(h, 0);
    HANDLE t = spawn(takes_entry, (void *)h, 0);
    sleep_ms(5);
    CHECK(NtReleaseMutant, seen[0] == 0xC0000046);
    CHECK(NtCreateMutant, seen[1] == TIMEOUT);
    CHECK(NtReleaseMutant, NtReleaseMutant(h, &old) == 0 && old == -1);
    CHECK(NtReleaseMutant, NtReleaseMutant(h, &old) == 0 && old == 0);
    wait_handle(t, MS(20));
    CHECK(NtReleaseMutant, seen[2] == 0);
    CHECK(NtCreateMutant, wait_handle(h, 0) == 0x80); /* its owner ended */
    NtClose(t), NtClose(h);
    KeInitializeMutant(mutant, 1);
    CHECK(KeInitializeMutant, mutant[1] == 0 && mutant[6] == (uint32_t)kthread());
    CHECK(KeReleaseMutant, KeReleaseMutant(mutant, 0, 0, 0) == 0 && mutant[1] == 1);
}

static volatile uint32_t apc_context, dpc_context;
__attribute__((used)) static void on_timer(uint32_t context, uint32_t low, uint32_t high)
{
    (void)low, (void)high;
    apc_context = context;
}
XG_CALLBACK(on_timer_entry, on_timer)
__attribute__((used)) static void on_dpc(void *dpc, uint32_t context)
{
    (void)dpc;
    dpc_context = context;
    KeSetEvent(&event, 0, 0);
}
XG_CALLBACK(on_dpc_entry, on_dpc)

static void timers(void)
{
    static uint32_t timer[10], dpc[7];
    HANDLE h;
    int64_t due = MS(2), forever = INT64_MIN;
    uint32_t state = 9, info[4];
    KeInitializeTimerEx(timer, 0);
    CHECK(KeInitializeTimerEx, (timer[0] >> 24) == 8 && timer[1] == 0);
    CHECK(KeSetTimer, KeSetTimer(timer, MS(1), 0) == 0 && KeSetTimer(timer, MS(2), 0) == 1);
    CHECK(KeSetTimer, wait_object(timer, MS(1)) == TIMEOUT && wait_object(timer, MS(5)) == 0);
    KeInitializeEvent(&event, 1, 0);
    KeInitializeDpc(dpc, on_dpc_entry, (void *)77);
    KeSetTimerEx(timer, MS(1), 1, dpc);
    CHECK(KeSetTimerEx, wait_object(&event, MS(5)) == 0 && dpc_context == 77);
    CHECK(KeSetTimerEx, wait_object(&event, MS(5)) == 0);
    CHECK(KeCancelTimer, KeCancelTimer(timer) == 1 && KeCancelTimer(timer) == 0);
    CHECK(NtCreateTimer, NtCreateTimer(&h, 0, 3) == INVALID_PARAMETER);
    CHECK(NtCreateTimer, NtCreateTimer(&h, 0, 1) == 0);
    CHECK(NtSetTimerEx, NtSetTimerEx(h, &due, on_timer_entry, 1, (void *)0x1234, 0, 0, 0) == 0);
    CHECK(NtQueryTimer, NtQueryTimer(h, info) == 0 && info[0] == 0 && info[1] > 0 &&
                            info[1] <= 20000 && info[2] == 0);
    CHECK(KeDelayExecutionThread, KeDelayExecutionThread(1, 1, &forever) == 0xC0);
    CHECK(NtSetTimerEx, apc_context == 0x1234);
    NtSetTimerEx(h, &due, 0, 1, 0, 0, 0, 0);
    CHECK(NtSetTimerEx, wait_handle(h, MS(5)) == 0);
    NtSetTimerEx(h, &due, 0, 1, 0, 0, 0, 0);
    CHECK(NtCancelTimer,
          NtCancelTimer(h, &state) == 0 && state == 0 && wait_handle(h, MS(5)) == TIMEOUT);
    NtClose(h);
}

static void ports(void)
{
    HANDLE h;
    uint32_t key = 0, context = 0, block[2] = {0}, count = 0;
    int64_t no_time = 0;
    CHECK(NtCreateIoCompletion, NtCreateIoCompletion(&h, 0, 0, 0) == 0);
    CHECK(NtRemoveIoCompletion,
          NtRemoveIoCompletion(h, &key, &context, block, &no_time) == TIMEOUT);
    CHECK(NtSetIoCompletion, NtSetIoCompletion(h, 1, 2, 3, 4) == 0);
    CHECK(NtQueryIoCompletion, NtQueryIoCompletion(h, &count) == 0 && count == 1);
    CHECK(NtRemoveIoCompletion, NtRemoveIoCompletion(h, &key, &context, block, 0) == 0 &&
                                    key == 1 && context == 2 && block[0] == 3 && block[1] == 4);
    NtClose(h);
}

static uint32_t section[7];
__attribute__((used)) static uint32_t in_section(void *context)
{
    (void)context;
    seen[3] = RtlTryEnterCriticalSection(section);
    RtlEnterCriticalSection(section);
    seen[4] = ++order;
    RtlLeaveCriticalSection(section);
    return 0;
}
XG_CALLBACK(in_section_entry, in_section)

static void sections(void)
{
    RtlInitializeCriticalSectionAndSpinCount(section, 512);
    CHECK(RtlInitializeCriticalSectionAndSpinCount, (section[0] >> 16 & 0xFF) == 2);
    RtlInitializeCriticalSection(section);
    CHECK(RtlInitializeCriticalSection, section[4] == 0xFFFFFFFF && section[6] == 0);
    RtlEnterCriticalSection(section);
    CHECK(RtlEnterCriticalSection, section[6] == (uint32_t)kthread() && section[5] == 1);
    CHECK(RtlTryEnterCriticalSection, RtlTryEnterCriticalSection(section) == 1 && section[5] == 2);
    order = 0;
    HANDLE t = spawn(in_section_entry, 0, 0);
    sleep_ms(2);
    CHECK(RtlTryEnterCriticalSection, seen[3] == 0);
    RtlLeaveCriticalSection(section);
    ++order;
    RtlLeaveCriticalSection(section);
    wait_handle(t, MS(20));
    CHECK(RtlLeaveCriticalSection, seen[4] == 2 && section[4] == 0xFFFFFFFF);
    NtClose(t);
}

static uint32_t rwlock[14];
__attribute__((used)) static uint32_t reader(void *context)
{
    (void)context;
    ExAcquireReadWriteLockShared(rwlock);
    seen[5] = ++order;
    ExReleaseReadWriteLock(rwlock);
    return 0;
}
XG_CALLBACK(reader_entry, reader)
__attribute__((used)) static uint32_t writer(void *context)
{
    (void)context;
    ExAcquireReadWriteLockExclusive(rwlock);
    seen[6] = ++order;
    ExReleaseReadWriteLock(rwlock);
    return 0;
}
XG_CALLBACK(writer_entry, writer)

static void locks(void)
{
    static uint32_t lock, list[2], entries[2][2];
    order = 0;
    ExInitializeReadWriteLock(rwlock);
    CHECK(ExInitializeReadWriteLock, rwlock[0] == 0xFFFFFFFF && rwlock[3] == 0);
    ExAcquireReadWriteLockShared(rwlock);
    CHECK(ExAcquireReadWriteLockShared, rwlock[3] == 1);
    CHECK(ExTryToAcquireReadWriteLockShared,
          ExTryToAcquireReadWriteLockShared(rwlock) == 1 && rwlock[3] == 2);
    CHECK(ExTryToAcquireReadWriteLockExclusive, ExTryToAcquireReadWriteLockExclusive(rwlock) == 0);
    HANDLE w = spawn(writer_entry, 0, 0);
    sleep_ms(1);
    HANDLE r = spawn(reader_entry, 0, 0); /* behind the writer */
    sleep_ms(1);
    CHECK(ExTryToAcquireReadWriteLockShared, ExTryToAcquireReadWriteLockShared(rwlock) == 0);
    ExReleaseReadWriteLock(rwlock);
    ExReleaseReadWriteLock(rwlock);
    wait_handle(w, MS(20)), wait_handle(r, MS(20));
    CHECK(ExAcquireReadWriteLockExclusive, seen[6] == 1 && seen[5] == 2);
    CHECK(ExReleaseReadWriteLock, rwlock[0] == 0xFFFFFFFF && rwlock[3] == 0);
    NtClose(w), NtClose(r);

    uint32_t irql = KfAcquireSpinLock(&lock);
    CHECK(KfAcquireSpinLock, irql == 0 && lock == xg_kpcr32(0x30 + 4));
    CHECK(KeTryToAcquireSpinLockAtRaisedIrql, KeTryToAcquireSpinLockAtRaisedIrql(&lock) == 0);
    KeReleaseSpinLockFromRaisedIrql(&lock);
    CHECK(KeReleaseSpinLockFromRaisedIrql, lock == 0);
    KeAcquireSpinLockAtRaisedIrql(&lock);
    CHECK(KeAcquireSpinLockAtRaisedIrql, lock != 0);
    KfReleaseSpinLock(&lock, irql);
    CHECK(KfReleaseSpinLock, lock == 0 && KfRaiseIrql(2) == 0);
    CHECK(KfRaiseIrql, KeRaiseIrqlToDpcLevel() == 2);
    KfLowerIrql(0);
    CHECK(KfLowerIrql, KeRaiseIrqlToDpcLevel() == 0);
    CHECK(KeRaiseIrqlToDpcLevel, KfRaiseIrql(2) == 2);
    KfLowerIrql(0);

    CHECK(InterlockedPushEntrySList, InterlockedPushEntrySList(list, entries[0]) == 0 &&
                                         list[0] == (uint32_t)entries[0] && list[1] >> 16 == 1);
    InterlockedPushEntrySList(list, entries[1]);
    CHECK(InterlockedPopEntrySList, InterlockedPopEntrySList(list) == (void *)entries[1]);
    CHECK(InterlockedFlushSList,
          InterlockedFlushSList(list) == (void *)entries[0] && list[0] == 0 && list[1] >> 16 == 0);
    CHECK(InterlockedPopEntrySList, InterlockedPopEntrySList(list) == 0);
}

static void dpcs(void)
{
    static uint32_t dpc[7];
    KeInitializeEvent(&event, 1, 0);
    KeInitializeDpc(dpc, on_dpc_entry, (void *)5);
    CHECK(KeInitializeDpc, dpc[0] >> 16 == 0x13 && dpc[3] == (uint32_t)on_dpc_entry && dpc[4] == 5);
    uint32_t irql = KeRaiseIrqlToDpcLevel();
    CHECK(KeInsertQueueDpc, KeInsertQueueDpc(dpc, 0, 0) == 1 && KeInsertQueueDpc(dpc, 0, 0) == 0);
    CHECK(KeRemoveQueueDpc, KeRemoveQueueDpc(dpc) == 1 && KeRemoveQueueDpc(dpc) == 0);
    KeInsertQueueDpc(dpc, 0, 0);
    KfLowerIrql(irql);
    CHECK(KeInsertQueueDpc, wait_object(&event, MS(2)) == 0 && dpc_context == 5);
}

int main(void)
{
    events_by_address();
    events_by_handle();
    semaphores();
    many();
    mutants();
    timers();
    ports();
    sections();
    locks();
    dpcs();
    return failed;
}
