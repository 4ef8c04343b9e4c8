/* Fills the ring with numbers that are no packets, kicks, and waits for a fence that will
 * hardly come. */
#include "xg_gpu.h"

int main(void)
{
    static struct xg_gpu gpu;
    uint32_t seed = 0x2F6E2B1;
    xg_gpu_init(&gpu, 10);
    DbgPrint("bad-ring: kicking garbage\n");
    /* First a write to a register that is not there, then anything. */
    xg_gpu_put(&gpu, XG_GPU_PACKET0(0x7FF0, 1));
    xg_gpu_put(&gpu, 0);
    for (unsigned i = 0; i < 512; i++) {
        seed = seed * 1664525 + 1013904223;
        xg_gpu_put(&gpu, seed);
    }
    xg_gpu_wait(&gpu, xg_gpu_fence(&gpu));
    DbgPrint("bad-ring: the fence came\n");
    for (;;)
        xg_gpu_wait_vblank(&gpu);
}
