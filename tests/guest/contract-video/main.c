/* Video: what the mode queries say, and the sequence that starts the ring, in its order. */
#include "../contract/contract.h"
#include "string.h"
#include "xg_gpu.h"

static struct xg_gpu gpu;

static void queries(void)
{
    static uint32_t mode[12], information[22];
    uint32_t type = 0, bits = 0;
    VdQueryVideoMode(mode);
    CHECK(VdQueryVideoMode,
          mode[0] == 1280 && mode[1] == 720 && mode[2] == 0 && mode[5] == 0x42700000);
    VdGetCurrentDisplayInformation(information);
    CHECK(VdGetCurrentDisplayInformation,
          information[18] == (1280 << 16 | 720) && (information[21] & 0xFFFF) == 1280);
    VdGetCurrentDisplayGamma(&type, &bits);
    CHECK(VdGetCurrentDisplayGamma, type == 2 && bits == 0x400E38E4);
    CHECK(VdQueryVideoFlags, VdQueryVideoFlags() == 3);
    CHECK(VdGetGraphicsAsicID, VdGetGraphicsAsicID() == 0x11);
    CHECK(VdGpuClockInMHz, word_at(__imp_VdGpuClockInMHz) == 500);
    CHECK(VdGlobalDevice, word_at(__imp_VdGlobalDevice) == 0);
    *(volatile uint32_t *)__imp_VdGlobalXamDevice = 5;
    CHECK(VdGlobalXamDevice, word_at(__imp_VdGlobalXamDevice) == 5);
    *(volatile uint32_t *)__imp_VdGlobalXamDevice = 0;
}

static void starting(void)
{
    static uint32_t scaler[20], block[0x94 / 4], system_id;
    uint32_t zeros[3] = {0};
    void *persisted = 0;
    CHECK(VdInitializeEngines, VdInitializeEngines(0x20760000, 0, 0, 0, 0) == 1);
    CHECK(VdSetDisplayModeOverride, VdSetDisplayModeOverride(1280, 720, 60.0, 0, 0) == 0);
    CHECK(VdSetDisplayMode, VdSetDisplayMode(0x40000000) == 0);
    CHECK(VdIsHSIOTrainingSucceeded, VdIsHSIOTrainingSucceeded() == 1);
    uint32_t *lock = __imp_VdHSIOCalibrationLock;
    RtlEnterCriticalSection(lock);
    CHECK(VdHSIOCalibrationLock, lock[6] == (uint32_t)kthread());
    CHECK(VdRetrainEDRAMWorker, VdRetrainEDRAMWorker(0) == 0);
    CHECK(VdRetrainEDRAM, VdRetrainEDRAM(0, zeros, 4096, zeros, zeros, 2048) == 0);
    RtlLeaveCriticalSection(lock);
    CHECK(VdEnableDisableClockGating, VdEnableDisableClockGating(1) == 0);
    uint32_t n =
        VdInitializeScalerCommandBuffer(0, 720 << 16 | 1280, 0, 720 << 16 | 1280, 720 << 16 | 1280,
                                        1, zeros, 1, zeros, zeros, scaler, 19);
    CHECK(VdInitializeScalerCommandBuffer,
          n == 19 && scaler[0] == 0x80000000 && scaler[18] == 0x80000000 && scaler[19] == 0);
    CHECK(VdCallGraphicsNotificationRoutines, VdCallGraphicsNotificationRoutines(1, zeros) == 0);
    VdGetSystemCommandBuffer(block, &system_id);
    CHECK(VdGetSystemCommandBuffer, block[0] == 0 && block[36] == 0 && system_id != 0);
    VdSetSystemCommandBufferGpuIdentifierAddress(&system_id);
    CHECK(VdSetSystemCommandBufferGpuIdentifierAddress, 1);
    CHECK(VdPersistDisplay, VdPersistDisplay(zeros, &persisted) == 0);
}

static void ring(void)
{
    xg_gpu_init(&gpu, 12);
    uint32_t fence = xg_gpu_fence(&gpu);
    xg_gpu_wait(&gpu, fence);
    CHECK(VdInitializeRingBuffer, xg_gpu_fence_passed(&gpu, fence));
    uint32_t start = xg_timebase();
    while (gpu.page[XG_GPU_WORD_RPTR] != gpu.at && xg_timebase() - start < 50000)
        xg_yield();
    CHECK(VdEnableRingBufferRPtrWriteBack, gpu.page[XG_GPU_WORD_RPTR] == gpu.at);
    uint32_t before = gpu.vblanks;
    xg_gpu_wait_vblank(&gpu);
    CHECK(VdSetGraphicsInterruptCallback, gpu.vblanks > before);
}

static void swap(void)
{
    static uint32_t words[65], fetch[6] = {0x8A000002, 0, 0x002CF4FF, 0xD10, 0, 0x200},
                               block[0x94 / 4];
    uint32_t bus, format = 6, colours = 0, width = 640, height = 360;
    void *front = xg_gpu_alloc(640 * 384 * 4, &bus);
    fetch[1] = ((uint32_t)front & ~0xFFFu) | 0x86;
    words[64] = 0x1234;
    VdSwap(words, fetch, 0, block, 0xBEEF0001, &front, &format, &colours, &width, &height);
    CHECK(VdSwap, words[0] == 0x00054800 && words[2] == (bus | 0x86) && words[7] == 0xC0036400 &&
                      words[9] == bus && words[10] == 640 && words[11] == 360 &&
                      words[63] == 0x80000000 && words[64] == 0x1234);
}

int main(void)
{
    queries();
    starting();
    ring();
    swap();
    VdShutdownEngines();
    uint32_t before = gpu.vblanks;
    sleep_ms(40);
    CHECK(VdShutdownEngines, gpu.vblanks == before);
    return failed;
}
