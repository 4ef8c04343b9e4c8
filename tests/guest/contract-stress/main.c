/* 64 threads on six hardware threads use every form of waiting at once. What they guard must come
 * out exact; test_contract.sh compares the digests of several runs. */
#include "../contract/contract.h"

#define THREADS 64u
#define ROUNDS  60u
#define TOKENS  5

static HANDLE thread[THREADS], mutant, semaphore, port, ticket, answer;
static struct kevent gate = {.type = 1, .signal = 1};
static uint32_t section[7], rwlock[14], timer[THREADS][10];
static volatile uint32_t by_mutant, by_section, by_gate, by_lock, by_both, apcs;
static uint32_t tries[THREADS][7]; /* what each thread did, counted by itself */
enum { MUTANT, SECTION, GATE, BOTH, LOCK, PACKETS, TICKS };
static volatile int32_t inside, most_inside;
static volatile bool broken;

__attribute__((used)) static void on_apc(uint32_t n)
{
    apcs += n;
}
XG_CALLBACK(on_apc_entry, on_apc)

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

/* Reads, dawdles, writes: any overlap loses a count. */
static void add_slowly(volatile uint32_t *n, uint32_t *seed)
{
    uint32_t v = *n;
    if (next(seed) & 1)
        NtYieldExecution();
    for (volatile uint32_t i = next(seed) & 63; i; i--) {
    }
    *n = v + 1;
}

static void with_tokens(uint32_t *seed)
{
    wait_handle(semaphore, INT64_MIN);
    uint32_t irql = KeRaiseIrqlToDpcLevel(); /* the count itself must not be torn */
    static uint32_t lock;
    KeAcquireSpinLockAtRaisedIrql(&lock);
    if (++inside > most_inside)
        most_inside = inside;
    broken |= inside > TOKENS;
    KeReleaseSpinLockFromRaisedIrql(&lock);
    KfLowerIrql(irql);
    if (next(seed) & 1)
        sleep_ms(1);
    irql = KfAcquireSpinLock(&lock);
    inside--;
    KfReleaseSpinLock(&lock, irql);
    NtReleaseSemaphore(semaphore, 1, 0);
}

static void with_both(uint32_t me, uint32_t *seed)
{
    HANDLE all[2] = {mutant, semaphore};
    NtWaitForMultipleObjectsEx(2, all, 0, 1, 0, 0);
    tries[me][BOTH]++;
    add_slowly(&by_both, seed);
    NtReleaseSemaphore(semaphore, 1, 0);
    NtReleaseMutant(mutant, 0);
}

static void with_lock(uint32_t me, uint32_t *seed)
{
    if (next(seed) & 1) {
        ExAcquireReadWriteLockExclusive(rwlock);
        tries[me][LOCK]++;
        add_slowly(&by_lock, seed);
    } else {
        uint32_t before;
        ExAcquireReadWriteLockShared(rwlock);
        before = by_lock;
        NtYieldExecution();
        broken |= by_lock != before;
    }
    ExReleaseReadWriteLock(rwlock);
}

/* Whoever waits at the port gets each packet once. */
static void with_port(uint32_t me, int64_t soon)
{
    uint32_t key = 0, context, block[2];
    NTSTATUS s = NtRemoveIoCompletion(port, &key, &context, block, &soon);
    if (s == 0)
        tries[me][PACKETS] += key;
    else
        broken |= s != TIMEOUT;
}

/* A ticket goes to a partner and its answer is waited for; the partner may be anyone. */
static void with_partner(uint32_t me)
{
    if (me & 1) {
        NtSetEvent(ticket, 0);
        return;
    }
    int64_t most = MS(2);
    NTSTATUS s = NtSignalAndWaitForSingleObjectEx(answer, ticket, 1, 0, &most);
    broken |= s != 0 && s != TIMEOUT;
}

/* Three ticks of a timer that goes on by itself. */
static void with_ticks(uint32_t me, int64_t soon)
{
    KeSetTimerEx(timer[me], soon, 1, 0);
    for (int i = 0; i < 3; i++)
        if (wait_object(timer[me], MS(20)) == 0)
            tries[me][TICKS]++;
        else
            broken = true;
    KeCancelTimer(timer[me]);
}

static void one_round(uint32_t me, uint32_t *seed)
{
    int64_t soon = -(int64_t)(next(seed) % 5000);
    void *any[2] = {timer[me], &gate};
    switch (next(seed) % 11) {
    case 0:
        wait_handle(mutant, INT64_MIN);
        tries[me][MUTANT]++;
        add_slowly(&by_mutant, seed);
        NtReleaseMutant(mutant, 0);
        break;
    case 1:
        RtlEnterCriticalSection(section);
        tries[me][SECTION]++;
        add_slowly(&by_section, seed);
        RtlLeaveCriticalSection(section);
        break;
    case 2:
        KeSetTimer(timer[me], soon, 0);
        if (KeWaitForMultipleObjects(2, any, 1, 3, 1, 0, 0, 0) == 1) {
            tries[me][GATE]++;
            add_slowly(&by_gate, seed);
            KeSetEvent(&gate, 0, 0);
        }
        KeCancelTimer(timer[me]);
        break;
    case 3:
        with_tokens(seed);
        break;
    case 4:
        with_both(me, seed);
        break;
    case 5:
        with_lock(me, seed);
        break;
    case 6:
        NtSetIoCompletion(port, 1, 0, 0, 0);
        tries[me][PACKETS]--;
        NtQueueApcThread(thread[next(seed) % THREADS], on_apc_entry, (void *)1, 0, 0);
        break;
    case 7:
        with_port(me, soon);
        break;
    case 8:
        with_partner(me);
        break;
    case 9:
        with_ticks(me, soon);
        break;
    default:
        KeDelayExecutionThread(1, 1, &soon);
    }
}

__attribute__((used)) static uint32_t worker(void *context)
{
    uint32_t me = (uint32_t)context, seed = me * 2654435761u + 1;
    KeSetBasePriorityThread(kthread(), (int32_t)(me % 3));
    for (uint32_t i = 0; i < ROUNDS; i++)
        one_round(me, &seed);
    return me;
}
XG_CALLBACK(worker_entry, worker)

/* One packet for each APC that was queued, also to threads that had ended. */
static uint32_t token_sum(void)
{
    uint32_t n = 0, key, context, block[2];
    int64_t no_time = 0;
    while (NtRemoveIoCompletion(port, &key, &context, block, &no_time) == 0)
        n += key;
    return n;
}

static uint32_t done(unsigned what)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < THREADS; i++)
        n += tries[i][what];
    return n;
}

int main(void)
{
    int32_t left = 0;
    uint32_t info[2];
    NtCreateMutant(&mutant, 0, 0);
    NtCreateSemaphore(&semaphore, 0, TOKENS, TOKENS);
    NtCreateIoCompletion(&port, 0, 0, 0);
    NtCreateEvent(&ticket, 0, 1, 0);
    NtCreateEvent(&answer, 0, 1, 0);
    RtlInitializeCriticalSection(section);
    ExInitializeReadWriteLock(rwlock);
    for (uint32_t i = 0; i < THREADS; i++) {
        KeInitializeTimerEx(timer[i], 1); /* one waiter a tick */
        thread[i] = spawn(worker_entry, (void *)i, 1 | 1u << (24 + i % 6));
    }
    for (uint32_t i = 0; i < THREADS; i++)
        NtResumeThread(thread[i], 0);
    for (uint32_t i = 0; i < THREADS; i++)
        left += wait_handle(thread[i], MS(10000)) != 0;
    DbgPrint("mutant %u section %u gate %u both %u lock %u apcs %u inside %d\n", by_mutant,
             by_section, by_gate, by_both, by_lock, apcs, most_inside);
    CHECK(KeWaitForMultipleObjects, left == 0);
    CHECK(ExAcquireReadWriteLockExclusive, by_lock == done(LOCK) && by_lock > 0 && !broken);
    CHECK(NtCreateSemaphore, NtQuerySemaphore(semaphore, info) == 0 && info[0] == TOKENS &&
                                 !inside && most_inside <= TOKENS && most_inside > 1);
    uint32_t rest = token_sum(); /* every packet was taken once, by a thread or now */
    CHECK(NtRemoveIoCompletion, rest + done(PACKETS) == 0);
    CHECK(NtQueueApcThread, apcs > 0);
    CHECK(KeSetTimerEx, done(TICKS) > 0 && done(TICKS) % 3 == 0);
    CHECK(RtlEnterCriticalSection, section[4] == 0xFFFFFFFF && by_section == done(SECTION));
    CHECK(NtCreateMutant,
          by_mutant == done(MUTANT) && by_both == done(BOTH) && wait_handle(mutant, 0) == 0);
    CHECK(KeSetEvent, by_gate == done(GATE) && by_gate > 0);
    return failed;
}
