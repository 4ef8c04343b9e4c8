/* Virtual and physical memory, the pool, stacks, cache lines. */
#include "../contract/contract.h"

#define RESERVE   0x2000
#define COMMIT    0x1000
#define DECOMMIT  0x4000
#define RELEASE   0x8000
#define LARGE     0x20000000u
#define READONLY  2
#define READWRITE 4

static void virtual_memory(void)
{
    void *base = 0;
    uint32_t size = 0x12345, info[7], old = 0;
    CHECK(NtAllocateVirtualMemory,
          NtAllocateVirtualMemory(&base, &size, RESERVE | COMMIT, READWRITE, 0) == 0 && base &&
              size == 0x20000);
    uint32_t *p = base;
    CHECK(NtAllocateVirtualMemory, p[0] == 0 && p[0x4000] == 0);
    p[0x400] = 0x1234;
    CHECK(NtQueryVirtualMemory, NtQueryVirtualMemory((char *)base + 0x1010, info, 0) == 0 &&
                                    info[0] == (uint32_t)base + 0x1000 &&
                                    info[1] == (uint32_t)base && info[4] == COMMIT && info[5] == 4);
    CHECK(MmQueryAddressProtect, MmQueryAddressProtect(base) == READWRITE);
    void *part = (char *)base + 0x1000;
    uint32_t part_size = 0x1000;
    CHECK(NtProtectVirtualMemory,
          NtProtectVirtualMemory(&part, &part_size, READONLY, &old, 0) == 0 && old == READWRITE &&
              MmQueryAddressProtect(part) == READONLY);
    CHECK(NtProtectVirtualMemory, p[0x400] == 0x1234);
    MmSetAddressProtect(part, 0x1000, READWRITE);
    CHECK(MmSetAddressProtect, MmQueryAddressProtect(part) == READWRITE);
    CHECK(MmIsAddressValid, MmIsAddressValid(base) == 1 && MmIsAddressValid((void *)0x100) == 0);
    /* Recommitting keeps the bytes, decommitting loses them. */
    NtAllocateVirtualMemory(&part, &part_size, COMMIT, READWRITE, 0);
    CHECK(NtAllocateVirtualMemory, p[0x400] == 0x1234);
    CHECK(NtFreeVirtualMemory, NtFreeVirtualMemory(&part, &part_size, DECOMMIT, 0) == 0);
    CHECK(NtFreeVirtualMemory, MmIsAddressValid(part) == 0);
    NtAllocateVirtualMemory(&part, &part_size, COMMIT, READWRITE, 0);
    CHECK(NtAllocateVirtualMemory, p[0x400] == 0);
    CHECK(NtFreeVirtualMemory,
          NtFreeVirtualMemory(&base, &size, RELEASE, 0) == 0 && size == 0x20000);
    CHECK(NtFreeVirtualMemory,
          NtFreeVirtualMemory(&base, &size, RELEASE, 0) == (NTSTATUS)0xC00000A0);
    base = 0, size = 0x10000;
    CHECK(NtAllocateVirtualMemory,
          NtAllocateVirtualMemory(&base, &size, RESERVE | COMMIT | LARGE, READWRITE, 0) == 0 &&
              (uint32_t)base >= 0x40000000 && (uint32_t)base < 0x7F000000);
    NtFreeVirtualMemory(&base, &size, RELEASE, 0);
    base = 0, size = 0x10000;
    CHECK(NtAllocateVirtualMemory,
          NtAllocateVirtualMemory(&base, &size, RESERVE, 0, 0) == (NTSTATUS)0xC0000045);
}

static void physical_memory(void)
{
    static const uint32_t pages[3] = {0, LARGE, 0x80000000}, first[3] = {0xE, 0xA, 0xC};
    for (int i = 0; i < 3; i++) {
        uint32_t at =
            (uint32_t)MmAllocatePhysicalMemoryEx(0, 5, READWRITE | pages[i], 0, 0x1FFFFFFF, 0);
        CHECK(MmAllocatePhysicalMemoryEx, (at >> 28) / 2 * 2 == first[i]);
        CHECK(MmGetPhysicalAddress, MmGetPhysicalAddress((void *)at) ==
                                        (at & 0x1FFFFFFF) + (((at >> 20) + 0x200) & 0x1000));
        MmFreePhysicalMemory(1, (void *)at);
        CHECK(MmFreePhysicalMemory, MmQueryAddressProtect((void *)at) == 0);
    }
    void *p =
        MmAllocatePhysicalMemoryEx(0, 0x3000, READWRITE | 0x400, 0x10000000, 0x1FFFFFFF, 0x10000);
    uint32_t bus = MmGetPhysicalAddress(p);
    CHECK(MmAllocatePhysicalMemoryEx, bus >= 0x10000000 && bus % 0x10000 == 0);
    CHECK(MmQueryAllocationSize, MmQueryAllocationSize(p) == 0x3000);
    CHECK(MmQueryAddressProtect, MmQueryAddressProtect(p) == (READWRITE | 0x400));
    MmFreePhysicalMemory(1, p);
    CHECK(MmAllocatePhysicalMemoryEx,
          MmAllocatePhysicalMemoryEx(0, 0x1000, 1, 0, 0x1FFFFFFF, 0) == 0);
    p = MmAllocatePhysicalMemory(0, 0x1000, READWRITE);
    CHECK(MmAllocatePhysicalMemory, p && MmGetPhysicalAddress(p));
    MmFreePhysicalMemory(1, p);
    CHECK(MmGetPhysicalAddress, MmGetPhysicalAddress((void *)0x10000) == 0);
    CHECK(MmMapIoSpace, MmMapIoSpace(2, (void *)0x7FEA0000, 0x40, 0x404) == (void *)0x7FEA0000);
}

static void pools(void)
{
    char *p = ExAllocatePoolWithTag(100, 0x54736554);
    CHECK(ExAllocatePoolWithTag, p && word_at(p - 4) == 0x54736554 && (uint8_t)p[-6] == 0xAA);
    CHECK(ExAllocatePoolWithTag, p[0] == 0 && p[99] == 0);
    ExFreePool(p);
    char *q = ExAllocatePoolWithTag(100, 1);
    CHECK(ExFreePool, p == q);
    ExFreePool(q);
    p = ExAllocatePool(0x2000);
    CHECK(ExAllocatePool, p && (uint32_t)p % 0x1000 == 0);
    ExFreePool(p);
    p = ExAllocatePoolTypeWithTag(16, 2, 0);
    CHECK(ExAllocatePoolTypeWithTag, p && word_at(p - 4) == 2);
    ExFreePool(p);
}

static void rest(void)
{
    static uint32_t statistics[26];
    char *stack = MmCreateKernelStack(0x8000, 0);
    CHECK(MmCreateKernelStack,
          stack && MmIsAddressValid(stack - 4) && MmIsAddressValid(stack - 0x8000));
    MmDeleteKernelStack(stack, stack - 0x10000);
    CHECK(MmDeleteKernelStack, !MmIsAddressValid(stack - 4));
    CHECK(MmQueryStatistics, MmQueryStatistics(statistics) == (NTSTATUS)0xC0000023);
    statistics[0] = 0x68;
    CHECK(MmQueryStatistics, MmQueryStatistics(statistics) == 0 && statistics[1] == 0x20000 &&
                                 statistics[25] == 0x1FFFF);
    uint32_t before = statistics[3];
    void *p = MmAllocatePhysicalMemoryEx(0, 0x100000, READWRITE, 0, 0x1FFFFFFF, 0);
    MmQueryStatistics(statistics);
    CHECK(MmQueryStatistics, before - statistics[3] == 0x100);
    MmFreePhysicalMemory(1, p);
    CHECK(KeLockL2, KeLockL2(0, (void *)0x7F100000, 0x40000, 0, 0) == 0);
    volatile uint32_t *line = (void *)0x7F100000;
    line[5] = 7;
    CHECK(KeLockL2, line[5] == 7);
    KeUnlockL2();
    CHECK(KeUnlockL2, line[5] == 7);
}

int main(void)
{
    virtual_memory();
    physical_memory();
    pools();
    rest();
    return failed;
}
