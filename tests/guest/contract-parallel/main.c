/* What threads on different hardware threads may count on: reservations are exact, a flag stored
 * after a barrier comes after the data, and suspending, moving and queueing APCs to a thread that
 * runs elsewhere takes effect. Meant for --sched=parallel; holds in lockstep, too. */
#include "../contract/contract.h"

#define CPUS   6u
#define ADDS   20000u
#define ROUNDS 400u

static volatile uint32_t counter, data, flag, ready, stop, moved, apcs, spins[CPUS];
static HANDLE thread[CPUS];

static uint32_t add(volatile uint32_t *at, uint32_t n)
{
    uint32_t v;
    __asm__ volatile("1:	lwarx %0,0,%1\n	add %0,%0,%2\n	stwcx. %0,0,%1\n	bne- 1b"
                     : "=&r"(v)
                     : "r"(at), "r"(n)
                     : "cr0", "memory");
    return v;
}
static void barrier(void)
{
    __asm__ volatile("sync" ::: "memory");
}

__attribute__((used)) static uint32_t adds(void *context)
{
    add(&ready, 1);
    while (ready < CPUS)
        NtYieldExecution();
    for (uint32_t i = 0; i < ADDS; i++)
        add(&counter, 1);
    return (uint32_t)context;
}
XG_CALLBACK(adds_entry, adds)

__attribute__((used)) static uint32_t sends(void *context)
{
    (void)context;
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        while (flag)
            NtYieldExecution();
        data = i * 2654435761u;
        barrier();
        flag = i;
    }
    return 0;
}
XG_CALLBACK(sends_entry, sends)

__attribute__((used)) static uint32_t receives(void *context)
{
    uint32_t wrong = 0;
    (void)context;
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        while (!flag)
            NtYieldExecution();
        barrier();
        wrong += flag != i || data != i * 2654435761u;
        barrier();
        flag = 0;
    }
    return wrong;
}
XG_CALLBACK(receives_entry, receives)

__attribute__((used)) static uint32_t turns(void *context)
{
    uint32_t n = (uint32_t)context;
    while (!stop) {
        spins[n]++;
        if (xg_kpcr32(0x10C) >> 24 == 5)
            moved = 1;
    }
    return 0;
}
XG_CALLBACK(turns_entry, turns)

__attribute__((used)) static void on_apc(uint32_t n)
{
    add(&apcs, n);
}
XG_CALLBACK(on_apc_entry, on_apc)
__attribute__((used)) static uint32_t dozes(void *context)
{
    (void)context;
    while (!stop) {
        int64_t t = MS(1);
        KeDelayExecutionThread(1, 1, &t);
    }
    return 0;
}
XG_CALLBACK(dozes_entry, dozes)

static bool all_end(uint32_t n)
{
    bool ok = true;
    for (uint32_t i = 0; i < n; i++) {
        ok &= wait_handle(thread[i], MS(5000)) == 0;
        NtClose(thread[i]);
    }
    return ok;
}

static uint32_t exit_status(HANDLE h)
{
    void *object = 0;
    ObReferenceObjectByHandle(h, 0, &object);
    wait_handle(h, MS(5000));
    uint32_t status = word_at((char *)object + 0x140);
    ObDereferenceObject(object);
    return status;
}

static void control(void)
{
    void *object = 0;
    uint32_t old;
    for (uint32_t i = 0; i < 2; i++)
        thread[i] = spawn(turns_entry, (void *)i, 1u << (26 + i));
    thread[2] = spawn(dozes_entry, 0, 1u << 28);
    sleep_ms(2);
    CHECK(NtSuspendThread, NtSuspendThread(thread[0], 0) == 0);
    sleep_ms(1); /* a thread that runs elsewhere stops at the end of its slice */
    uint32_t at = spins[0];
    sleep_ms(2);
    CHECK(NtSuspendThread, spins[0] == at && spins[1] > 0);
    NtResumeThread(thread[0], 0);
    ObReferenceObjectByHandle(thread[1], 0, &object);
    CHECK(KeSetAffinityThread, KeSetAffinityThread(object, 1 << 5, &old) == 0 && old == 1 << 3);
    for (int i = 0; i < 50; i++) {
        NtQueueApcThread(thread[2], on_apc_entry, (void *)1, 0, 0);
        sleep_ms(1);
    }
    stop = 1;
    CHECK(KeSetAffinityThread, all_end(3) && moved);
    CHECK(NtQueueApcThread, apcs == 50);
    ObDereferenceObject(object);
}

int main(void)
{
    for (uint32_t i = 0; i < CPUS; i++)
        thread[i] = spawn(adds_entry, (void *)i, 1u << (24 + i));
    CHECK(ExCreateThread, all_end(CPUS) && counter == CPUS * ADDS);
    thread[0] = spawn(sends_entry, 0, 1u << 25);
    thread[1] = spawn(receives_entry, 0, 1u << 27);
    CHECK(ExCreateThread, exit_status(thread[1]) == 0 && all_end(2));
    control();
    return failed;
}
