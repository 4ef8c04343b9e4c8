/* Every way in which CPU and GPU wait for each other. One line per check; the exit code is
 * the number of checks that failed. A wait that should end gives up after 20 ms. */
#include "xg_gpu.h"

#define TIMEOUT (50000u * 20) /* ticks of the 50 MHz time base */
#define PAUSE   (50000u / 2)  /* half a millisecond: the GPU would be done by then */
#define WORD(n) (XG_GPU_WORD_FREE + (n))
#define NATURAL 2u /* 8in32: memory words read as the GPU's values */
#define MEMORY  0x10u
enum { LESS = 1, EQUAL = 3, NOT_EQUAL = 4, GREATER_EQUAL = 5 };
#define REGISTER(index) (*(volatile uint32_t *)(XG_GPU_MMIO + (index)*4))

static struct xg_gpu gpu;
static int failed;

static void check(bool ok, const char *name)
{
    DbgPrint("%s %s\n", ok ? "PASS" : "FAIL", name);
    failed += !ok;
}

static bool becomes(unsigned word, uint32_t value)
{
    uint32_t start = xg_timebase();
    while (gpu.page[word] != value) {
        if (xg_timebase() - start > TIMEOUT)
            return false;
        xg_yield();
    }
    return true;
}

static bool finishes(uint32_t fence)
{
    uint32_t start = xg_timebase();
    while (!xg_gpu_fence_passed(&gpu, fence)) {
        if (xg_timebase() - start > TIMEOUT)
            return false;
        xg_yield();
    }
    return true;
}

static void pause(void)
{
    uint32_t start = xg_timebase();
    while (xg_timebase() - start < PAUSE)
        xg_yield();
}

static uint32_t bus(unsigned word)
{
    return xg_gpu_word_bus(&gpu, word);
}

static void test_fence(void)
{
    XG_GPU_SEND(&gpu, PM4_EVENT_WRITE_SHD, 4, bus(WORD(0)) | NATURAL, 0x12345678);
    XG_GPU_SEND(&gpu, PM4_EVENT_WRITE_SHD, 4, bus(WORD(1)), 0x12345678);
    bool ok = finishes(xg_gpu_fence(&gpu));
    check(ok && gpu.page[WORD(0)] == 0x12345678, "fence: EVENT_WRITE_SHD writes its value");
    check(ok && gpu.page[WORD(1)] == 0x78563412, "fence: endian code of the address is honoured");
}

static void test_memory_write(void)
{
    XG_GPU_SEND(&gpu, PM4_MEM_WRITE, bus(WORD(2)) | NATURAL, 0xA1B2C3D4, 0x11223344);
    bool ok = finishes(xg_gpu_fence(&gpu));
    check(ok && gpu.page[WORD(2)] == 0xA1B2C3D4 && gpu.page[WORD(3)] == 0x11223344,
          "memory: MEM_WRITE writes consecutive words");
}

static void test_registers(void)
{
    xg_gpu_set(&gpu, REG_SCRATCH_REG2, 0x00FF00FF);
    XG_GPU_SEND(&gpu, PM4_REG_RMW, REG_SCRATCH_REG2, 0x0000FFFF, 0x12000000);
    XG_GPU_SEND(&gpu, PM4_REG_TO_MEM, REG_SCRATCH_REG2, bus(WORD(4)) | NATURAL);
    bool ok = finishes(xg_gpu_fence(&gpu));
    check(ok && gpu.page[WORD(4)] == 0x120000FF, "register: REG_RMW, then REG_TO_MEM");
    check(REGISTER(REG_SCRATCH_REG2) == 0x120000FF, "register: the CPU reads it through MMIO");
    xg_gpu_set(&gpu, REG_SCRATCH_ADDR, bus(WORD(8)));
    xg_gpu_set(&gpu, REG_SCRATCH_UMSK, 1 << 3);
    xg_gpu_set(&gpu, REG_SCRATCH_REG3, 0xCAFE0001);
    xg_gpu_set(&gpu, REG_SCRATCH_UMSK, 0);
    ok = finishes(xg_gpu_fence(&gpu));
    check(ok && gpu.page[WORD(8) + 3] == 0xCAFE0001,
          "register: a scratch register is mirrored in memory");
}

static void test_interrupt(void)
{
    uint32_t before = gpu.interrupts;
    gpu.cpus = 0;
    XG_GPU_SEND(&gpu, PM4_INTERRUPT, 1 << 2);
    bool ok = finishes(xg_gpu_fence(&gpu));
    uint32_t start = xg_timebase();
    while (gpu.interrupts == before && xg_timebase() - start < TIMEOUT)
        xg_yield();
    check(ok && gpu.interrupts == before + 1, "interrupt: the callback runs once");
    check(gpu.cpus == 1 << 2, "interrupt: it runs on the CPU of the mask");
    gpu.cpus = 0;
    XG_GPU_SEND(&gpu, PM4_INTERRUPT, 0x3F);
    xg_gpu_kick(&gpu);
    start = xg_timebase();
    while (gpu.cpus != 0x3F && xg_timebase() - start < TIMEOUT)
        xg_yield();
    check(gpu.cpus == 0x3F && gpu.interrupts == before + 7, "interrupt: a mask of six CPUs");
}

static void test_wait_memory(void)
{
    gpu.page[WORD(5)] = 0;
    XG_GPU_SEND(&gpu, PM4_WAIT_REG_MEM, MEMORY | EQUAL, bus(WORD(5)) | NATURAL, 7, 0xFF, 0x100);
    uint32_t fence = xg_gpu_fence(&gpu);
    pause();
    check(!xg_gpu_fence_passed(&gpu, fence), "wait: the GPU waits for memory");
    gpu.page[WORD(5)] = 8;
    pause();
    check(!xg_gpu_fence_passed(&gpu, fence), "wait: a wrong value does not release it");
    gpu.page[WORD(5)] = 0xAB07; /* the mask takes the low byte */
    check(finishes(fence), "wait: the CPU releases it by a store");
}

static void test_wait_register(void)
{
    xg_gpu_set(&gpu, REG_SCRATCH_REG4, 5);
    XG_GPU_SEND(&gpu, PM4_WAIT_REG_MEM, GREATER_EQUAL, REG_SCRATCH_REG4, 5, 0xFFFFFFFF, 0x100);
    check(finishes(xg_gpu_fence(&gpu)), "wait: a register that already has its value");
    XG_GPU_SEND(&gpu, PM4_WAIT_REG_MEM, NOT_EQUAL, REG_SCRATCH_REG4, 5, 0xFFFFFFFF, 0x100);
    uint32_t fence = xg_gpu_fence(&gpu);
    pause();
    check(!xg_gpu_fence_passed(&gpu, fence), "wait: the GPU waits for a register");
    REGISTER(REG_SCRATCH_REG4) = 6;
    xg_eieio();
    check(finishes(fence), "wait: the CPU releases it by a register write");
    XG_GPU_SEND(&gpu, PM4_WAIT_REG_MEM, LESS, 0x0A31, 0x80000000, 0x80000000, 0x100);
    check(finishes(xg_gpu_fence(&gpu)), "wait: the coherency status is clear at once");
}

static void test_cond_write(void)
{
    gpu.page[WORD(6)] = 3;
    gpu.page[WORD(7)] = gpu.page[WORD(16)] = 0;
    XG_GPU_SEND(&gpu, PM4_COND_WRITE, 0x100 | MEMORY | EQUAL, bus(WORD(6)) | NATURAL, 3, 0xFF,
                bus(WORD(7)) | NATURAL, 0x600D);
    XG_GPU_SEND(&gpu, PM4_COND_WRITE, 0x100 | MEMORY | EQUAL, bus(WORD(6)) | NATURAL, 4, 0xFF,
                bus(WORD(16)) | NATURAL, 0xBAD);
    bool ok = finishes(xg_gpu_fence(&gpu));
    check(ok && gpu.page[WORD(7)] == 0x600D, "condition: true writes memory");
    check(ok && gpu.page[WORD(16)] == 0, "condition: false writes nothing");
    xg_gpu_set(&gpu, REG_SCRATCH_REG5, 1);
    XG_GPU_SEND(&gpu, PM4_COND_WRITE, EQUAL, REG_SCRATCH_REG5, 1, 0xFFFFFFFF, REG_SCRATCH_REG6, 77);
    XG_GPU_SEND(&gpu, PM4_REG_TO_MEM, REG_SCRATCH_REG6, bus(WORD(17)) | NATURAL);
    ok = finishes(xg_gpu_fence(&gpu));
    check(ok && gpu.page[WORD(17)] == 77, "condition: on a register, writes a register");
}

static void test_indirect(void)
{
    uint32_t address;
    uint32_t *buffer = xg_gpu_alloc(4096, &address);
    buffer[0] = XG_GPU_PACKET3(PM4_MEM_WRITE, 2);
    buffer[1] = bus(WORD(18)) | NATURAL;
    buffer[2] = 0x1B1B1B1B;
    buffer[3] = XG_GPU_TYPE2;
    XG_GPU_SEND(&gpu, PM4_INDIRECT_BUFFER, address, 4);
    bool ok = finishes(xg_gpu_fence(&gpu));
    check(ok && gpu.page[WORD(18)] == 0x1B1B1B1B, "indirect buffer: its packets run in order");
}

static void test_read_pointer(void)
{
    xg_gpu_put(&gpu, XG_GPU_TYPE2);
    xg_gpu_kick(&gpu);
    check(becomes(XG_GPU_WORD_RPTR, gpu.at), "ring: the read pointer reaches the write pointer");
    bool ok = true;
    for (unsigned i = 0; i < 3 * gpu.size && ok; i++) { /* round the ring three times */
        xg_gpu_put(&gpu, XG_GPU_TYPE2);
        if (i % 64 == 0)
            ok = finishes(xg_gpu_fence(&gpu));
    }
    check(ok, "ring: it wraps");
}

static void test_vblank(void)
{
    uint32_t before = gpu.vblanks;
    xg_gpu_wait_vblank(&gpu); /* may be one that is already over */
    xg_gpu_wait_vblank(&gpu);
    uint32_t start = xg_timebase();
    xg_gpu_wait_vblank(&gpu);
    uint32_t ticks = xg_timebase() - start;
    check(gpu.vblanks >= before + 2, "vertical blank: the callback runs");
    check(ticks > 800000 && ticks < 850000, "vertical blank: one in a 60th of a second");
}

int main(void)
{
    xg_gpu_init(&gpu, 10);
    test_fence();
    test_memory_write();
    test_registers();
    test_interrupt();
    test_wait_memory();
    test_wait_register();
    test_cond_write();
    test_indirect();
    test_read_pointer();
    test_vblank();
    DbgPrint("%s: %d failed\n", failed ? "FAIL" : "PASS", failed);
    return failed;
}
